"""``docker-compose.yml`` run without an engine: every service's own command, environment and health check, natively.

What changes on the way is only where things are: service names become 127.0.0.1 with free ports, the image's folders
become the checkout and a temporary folder.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from voronka.runtime.ports import is_free
from voronka.runtime.services import Service, Services, tail

PROJECT = Path(__file__).parents[2]
INSIDE_PORTS = ("5432", "6379", "8080", "8974", "8025", "1025", "8071")


def _quiet_port() -> int:
    """A free port outside the range from which the system serves others while ours waits for its service."""
    return next(port for port in random.sample(range(20_000, 30_000), 1_000) if is_free(port))


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}`` as compose does; ``$$`` is a dollar."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, kind, rest = match["name"], match["kind"], match["rest"]
        found = variables.get(name, "")
        if not found and kind == ":?":
            raise ValueError(f"{name} is not set: {rest}")
        return found or (rest or "")

    return re.sub(r"\$\$|\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}", value, text)


@dataclass
class Stack:
    """The services of the compose file, startable one by one."""

    folder: Path
    variables: dict[str, str]
    ports: dict[str, int] = field(default_factory=lambda: {p: _quiet_port() for p in INSIDE_PORTS})

    def __post_init__(self) -> None:
        self.file = yaml.safe_load((PROJECT / "docker-compose.yml").read_text("utf-8"))
        self.services = Services(self.folder)

    def there(self, text: str) -> str:
        """A value of the file as it must be outside of containers."""
        text = interpolate(text, self.variables)
        for host in ("postgres", "redis", "airflow-api-server"):
            text = re.sub(rf"(?<=[@/]){host}(?=:\d)", "127.0.0.1", text)
        text = text.replace("0.0.0.0", "127.0.0.1")
        text = text.replace("/var/lib/voronka", str(self.folder)).replace("/opt/voronka", str(PROJECT))
        for inside, outside in self.ports.items():
            text = re.sub(rf"(?<![\d.])(?<!-)\b{inside}\b", str(outside), text)
        return text

    def environment(self, name: str) -> dict[str, str]:
        """What the service finds in its environment: the file's own, and ``.env`` where it is named."""
        service = self.file["services"][name]
        own = {k: self.there(str(v)) for k, v in service.get("environment", {}).items()}
        shared = self.variables if "env_file" in service else {}
        base = {k: v for k, v in os.environ.items() if not k.startswith(("VORONKA_", "AIRFLOW"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        health = {"AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["8974"])}
        return {**base, **shared, **own, **health, "PATH": path, "HOSTNAME": os.uname().nodename}

    def command(self, name: str) -> list[str]:
        """The service's command."""
        return [self.there(part) for part in self.file["services"][name]["command"]]

    def run(self, name: str) -> str:
        """Run a one-off service to its end; its output."""
        done = subprocess.run(
            self.command(name),
            env=self.environment(name),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def start(self, name: str, *more: str) -> Service:
        """Start a service."""
        return self.services.start(
            name, [*self.command(name), *more], environment=self.environment(name), folder=self.folder
        )

    def healthy(self, name: str) -> bool:
        """Run the service's own health check once."""
        kind, *rest = self.file["services"][name]["healthcheck"]["test"]
        parts = [self.there(part) for part in rest]
        if name == "redis":
            parts = [parts[0].replace("redis-cli", f"redis-cli -p {self.ports['6379']}")]
        command: Any = ["sh", "-c", parts[0]] if kind == "CMD-SHELL" else parts
        done = subprocess.run(
            command, env=self.environment(name), capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode == 0

    def wait_healthy(self, name: str, *, seconds: float = 240) -> None:
        """Wait until the health check passes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.healthy(name):
                return
            service = self.services.find(name)
            assert service is not None, f"{name} ended: {tail(self.folder / 'logs' / f'{name}.log', 40)}"
            time.sleep(2)
        raise AssertionError(f"{name} never became healthy: {tail(self.folder / 'logs' / f'{name}.log', 40)}")

    def stop(self) -> None:
        """Stop all that was started."""
        for service in reversed(self.services.running()):
            self.services.stop(service.name)
        self.services.stop_strays()


def needs(*programs: str) -> str | None:
    """The first program that this machine lacks."""
    return next((p for p in programs if shutil.which(p) is None), None)
