"""Long-running processes that belong to the product: started detached, found again, stopped without a trace.

Each service leaves ``<state>/run/<name>.json`` with its process and the time it was created, so that a recycled
process id is never mistaken for ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from voronka.domain.errors import ConfigurationError

MARK = "VORONKA_SERVICE_OF"
"""Environment variable that every service and its children carry: the state folder they belong to."""


@dataclass(frozen=True, slots=True)
class Service:
    """A started service: its process, when that was created (epoch seconds), its ports and its log."""

    name: str
    pid: int
    created: float
    ports: dict[str, int]
    log: str

    def is_running(self) -> bool:
        """Whether the very process that was started is still there."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


class Services:
    """The services of one state folder."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._run = state / "run"

    def find(self, name: str) -> Service | None:
        """The running service of that name, or None."""
        path = self._run / f"{name}.json"
        if not path.exists():
            return None
        service = Service(**json.loads(path.read_text("utf-8")))
        return service if service.is_running() else None

    def running(self) -> list[Service]:
        """All running services, by name."""
        names = sorted(p.stem for p in self._run.glob("*.json")) if self._run.exists() else []
        return [service for name in names if (service := self.find(name))]

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        ports: Mapping[str, int] | None = None,
    ) -> Service:
        """Start a service detached from this terminal; its output goes to ``<state>/logs/<name>.log``."""
        if found := self.find(name):
            return found
        log = self._state / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        self._run.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environment, MARK: str(self._state)},
                cwd=folder,
                start_new_session=True,
            )
        service = Service(
            name, process.pid, psutil.Process(process.pid).create_time(), dict(ports or {}), str(log)
        )
        (self._run / f"{name}.json").write_text(json.dumps(asdict(service)), "utf-8")
        return service

    def stop(self, name: str, *, seconds: float = 20) -> None:
        """Ask the service and all its children to end, wait, and end what did not."""
        if service := self.find(name):
            family = _family(service.pid)
            _terminate(family, seconds)
        (self._run / f"{name}.json").unlink(missing_ok=True)

    def stop_strays(self) -> int:
        """End whatever carries this state folder's mark and is still there; how many there were."""
        strays = [p for p in psutil.process_iter() if p.pid != os.getpid() and self._is_ours(p)]
        _terminate(strays, 5)
        return len(strays)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(MARK) == str(self._state)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess, OSError):
            return False


def wait_until(
    ready: Callable[[], bool], service: Service, *, seconds: float, what: str, pause: float = 0.3
) -> None:
    """Wait until ``ready`` says yes.

    Raises:
        ConfigurationError: when the service ended or the time ran out; quotes the end of its log.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return
        if not service.is_running():
            raise ConfigurationError(
                f"{service.name} ended before {what}. The end of its log says:\n{tail(Path(service.log))}",
                remedy=f"read {service.log}.",
            )
        time.sleep(pause)
    raise ConfigurationError(
        f"{service.name} was not ready in {seconds:.0f} s ({what}). The end of its log says:\n{tail(Path(service.log))}",
        remedy=f"read {service.log}; a slower machine may need another try.",
    )


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    if not path.exists():
        return "(no log)"
    return "\n".join(path.read_text("utf-8", errors="replace").splitlines()[-lines:])


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _terminate(processes: list[psutil.Process], seconds: float) -> None:
    for process in processes:
        _signal(process.terminate)
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    for process in alive:
        _signal(process.kill)
    psutil.wait_procs(alive, timeout=5)


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return
