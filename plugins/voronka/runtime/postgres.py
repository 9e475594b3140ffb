"""The embedded Postgres 18: made, started, stopped and found again, on 127.0.0.1 with passwords only."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from voronka.domain.errors import ConfigurationError
from voronka.runtime import postgres_bootstrap as bootstrap
from voronka.runtime.ports import HOST, free_port, is_free
from voronka.runtime.postgres_user import Runner, runner_for

USUAL_PORT = 54329
SUPERUSER = "postgres"

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_min_messages": "warning",
    # A failing statement may carry personal data or a token: the log names the error, not the statement.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


@dataclass(frozen=True, slots=True)
class PostgresStatus:
    """What is there: ``outside`` when VORONKA_DATABASE_URL names a Postgres that is not ours to start."""

    running: bool
    port: int | None
    pid: int | None
    data: Path | None
    log: Path | None
    outside: bool = False


class EmbeddedPostgres:
    """The Postgres of one state folder.

    Args:
        state_folder: data, log and secrets are kept below it.
        fast: switch durability off, for tests only.
        usual_port: taken when free, else any free one (remembered in the state folder).
    """

    def __init__(
        self, state_folder: Path, *, fast: bool = False, usual_port: int | None = USUAL_PORT
    ) -> None:
        self._state = state_folder.resolve()
        self._fast = fast
        self._usual_port = usual_port

    def start(self) -> PostgresStatus:
        """Make the cluster if it is not there, start it if it is not running, write ``secrets.env``.

        With VORONKA_DATABASE_URL in the environment nothing is started: the server named there is checked.

        Raises:
            ConfigurationError: Postgres does not start, or the outside server is unreachable or older than 15.
        """
        self._state.mkdir(parents=True, exist_ok=True)
        if outside := os.environ.get("VORONKA_DATABASE_URL"):
            bootstrap.prepare_outside(outside, self._state)
            return PostgresStatus(True, None, None, None, None, outside=True)
        with self._locked():
            runner = runner_for(self._state)
            data = runner.home / "data"
            if not data.exists():
                self._initialise(runner, data)
            for attempt in range(3):
                if _postmaster(data) is None:
                    self._launch(runner, data)
                try:
                    port = self.status().port or 0
                    bootstrap.prepare_embedded(self._state, port, SUPERUSER, self._superuser_password())
                    break
                except psycopg.OperationalError as error:
                    # A server killed a moment ago still has its process: look again when it is gone.
                    if attempt == 2:
                        raise ConfigurationError(
                            f"The embedded Postgres on port {port} does not answer: {str(error).strip()}",
                            remedy=f"read {runner.home / 'postgres.log'}, then run voronka down and voronka up.",
                        ) from None
                    time.sleep(0.5)
            return self.status()

    def stop(self) -> None:
        """Stop the server and wait until it is gone. Nothing happens when it is not running."""
        data = self._home() / "data"
        if _postmaster(data) is None:
            return
        with self._locked():
            runner = runner_for(self._state)
            done = runner.run("pg_ctl", "stop", "-D", str(data), "-m", "fast", "-w", "-t", "60")
            if done.returncode != 0 and _postmaster(data) is not None:
                raise ConfigurationError(
                    f"The embedded Postgres in {data} did not stop: {done.stdout.strip()}",
                    remedy=f"read {runner.home / 'postgres.log'}.",
                )

    def status(self) -> PostgresStatus:
        """Whether it runs, and where."""
        home = self._home()
        found = _postmaster(home / "data")
        return PostgresStatus(
            running=found is not None,
            port=found[1] if found else None,
            pid=found[0] if found else None,
            data=home / "data",
            log=home / "postgres.log",
        )

    def _home(self) -> Path:
        marker = self._state / "postgres" / "elsewhere"
        return Path(marker.read_text("utf-8").strip()) if marker.exists() else self._state / "postgres"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._state / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _superuser_password(self) -> str:
        path = self._state / "postgres" / "superuser"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24), "utf-8")
        return path.read_text("utf-8")

    def _initialise(self, runner: Runner, data: Path) -> None:
        # Made beside and renamed, so that an interrupted start leaves nothing half made.
        partial = runner.home / "data.partial"
        if partial.exists():
            shutil.rmtree(partial)
        with tempfile.NamedTemporaryFile("w", dir=runner.home) as password:
            password.write(self._superuser_password())
            password.flush()
            runner.own(Path(password.name), 0o600)
            done = runner.run(
                "initdb",
                *("--pgdata", str(partial), "--username", SUPERUSER, "--pwfile", password.name),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
                *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions"),
                *(("--no-sync",) if self._fast else ()),
            )
        if done.returncode != 0:
            raise ConfigurationError(
                f"The embedded Postgres could not be made in {partial}: {done.stdout.strip()}",
                remedy="make room on the disk and give write access to the state folder (VORONKA_HOME).",
            )
        partial.rename(data)

    def _launch(self, runner: Runner, data: Path) -> None:
        _drop_stale_pid_file(data)
        remembered = self._state / "postgres" / "port"
        port = int(remembered.read_text("utf-8")) if remembered.exists() else self._usual_port
        port = free_port(port if port is None or is_free(port) else self._usual_port)
        settings = SETTINGS | (FAST_SETTINGS if self._fast else {}) | {"port": str(port)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = runner.home / "postgres.log"
        log.touch()
        runner.own(log, 0o640)
        done = runner.run(
            "pg_ctl", "start", "-D", str(data), "-l", str(log), "-o", options, "-w", "-t", "60", "-s"
        )
        if done.returncode != 0:
            end = "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-12:])
            raise ConfigurationError(
                f"The embedded Postgres in {data} did not start: {done.stdout.strip()}\nThe end of its log:\n{end}",
                remedy=f"read {log}; free the disk or the memory it names, then start again.",
            )
        remembered.write_text(str(port), "utf-8")


def _postmaster(data: Path) -> tuple[int, int] | None:
    """(process id, port) of the server that runs on this data folder."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        process = psutil.Process(int(lines[0]))
        # A recycled process id belongs to some other program, or was created long after the file says.
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
            return None
        if abs(process.create_time() - int(lines[2])) > 60:
            return None
        return process.pid, int(lines[3])
    except (OSError, IndexError, ValueError, psutil.Error):
        return None


def _drop_stale_pid_file(data: Path) -> None:
    """Remove what a killed server left, once its children have seen that it is gone."""
    if not (data / "postmaster.pid").exists():
        return
    deadline = time.monotonic() + 10
    while _children_left(data) and time.monotonic() < deadline:
        time.sleep(0.1)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _children_left(data: Path) -> bool:
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            try:
                if Path(process.cwd()) == data:
                    return True
            except (psutil.Error, OSError):
                continue
    return False
