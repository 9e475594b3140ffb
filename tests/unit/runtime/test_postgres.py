"""The embedded Postgres: made, found, stopped, started after a kill, moved to another port."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.queues import Queue
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.support.postgres import environment
from voronka.domain.errors import ConfigurationError
from voronka.runtime import postgres_bootstrap, postgres_user
from voronka.runtime.ports import free_port, is_free
from voronka.runtime.postgres import EmbeddedPostgres
from voronka.runtime.postgres_bootstrap import SecretsFile

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="voronka-pg-"))
    made.chmod(0o755)
    with environment({"VORONKA_DATABASE_URL": None}):
        yield made
        EmbeddedPostgres(made / "state").stop()
    shutil.rmtree(made, ignore_errors=True)


def embedded(folder: Path, port: int | None = None) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "state", fast=True, usual_port=port)


def secrets(folder: Path) -> dict[str, str]:
    return dict(SecretsFile(folder / "state").values)


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_start_is_idempotent_and_stop_leaves_nothing(folder: Path) -> None:
    server = embedded(folder)
    assert not server.status().running
    started = server.start()
    before = secrets(folder)
    assert server.start() == started == server.status()
    assert secrets(folder) == before
    assert stat.S_IMODE((folder / "state" / "secrets.env").stat().st_mode) == 0o600
    assert started.pid is not None
    assert started.port is not None
    children = psutil.Process(started.pid).children()
    server.stop()
    server.stop()
    assert not server.status().running
    assert all(_is_gone(pid) for pid in (started.pid, *(child.pid for child in children)))
    assert is_free(started.port)


def test_owner_is_no_superuser_and_airflow_has_its_own_database(folder: Path) -> None:
    embedded(folder).start()
    found = secrets(folder)
    with psycopg.connect(found["VORONKA_DATABASE_URL"]) as owner:
        rights = owner.execute(
            "select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
        ).fetchone()
        assert rights == (False, True, True)
    with psycopg.connect(found["VORONKA_AIRFLOW_DATABASE_URL"].replace("+psycopg2", "")) as airflow:
        airflow.execute("create table public.mine (a int)")
    wrong = found["VORONKA_AIRFLOW_DATABASE_URL"].replace("+psycopg2", "").rpartition("/")[0] + "/voronka"
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(wrong)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(found["VORONKA_DATABASE_URL"].replace("voronka_admin:", "voronka_admin:x"))


def test_listens_on_this_machine_only(folder: Path) -> None:
    status = embedded(folder).start()
    assert status.pid is not None
    listening = [c.laddr for c in psutil.Process(status.pid).net_connections("all") if c.status == "LISTEN"]
    assert listening == [("127.0.0.1", status.port)]


def test_killed_server_starts_again(folder: Path) -> None:
    server = embedded(folder)
    first = server.start()
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    again = server.start()
    assert again.running
    assert again.pid != first.pid
    psycopg.connect(secrets(folder)["VORONKA_DATABASE_URL"]).close()


def test_pid_of_another_program_is_not_taken_for_ours(folder: Path) -> None:
    server = embedded(folder)
    data = server.start().data
    assert data is not None
    text = (data / "postmaster.pid").read_text().splitlines()
    server.stop()
    (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *text[1:]]))
    assert not server.status().running
    assert server.start().running


def test_taken_port_is_left_alone_and_the_other_remembered(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        usual = taken.getsockname()[1]
        first = embedded(folder, usual).start()
        assert first.port not in (None, usual)
        embedded(folder, usual).stop()
    again = embedded(folder, usual).start()
    assert again.port == first.port
    assert f":{first.port}/voronka" in secrets(folder)["VORONKA_DATABASE_URL"]


def test_moving_to_another_port_keeps_the_secrets(folder: Path) -> None:
    port = embedded(folder).start().port
    before = secrets(folder)
    embedded(folder).stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port or 0))
        taken.listen()
        moved = embedded(folder).start().port
    after = secrets(folder)
    assert moved != port
    assert {k: v.replace(f":{port}/", f":{moved}/") for k, v in before.items()} == after
    psycopg.connect(after["VORONKA_DATABASE_URL"]).close()


def test_interrupted_making_is_made_anew(folder: Path) -> None:
    half = folder / "state" / "postgres" / "data.partial"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    assert embedded(folder).start().running


def test_two_starts_at_once(folder: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from voronka.runtime.postgres import EmbeddedPostgres;"
        " print(EmbeddedPostgres(Path(sys.argv[1]), fast=True, usual_port=None).start().pid)"
    )
    command = [sys.executable, "-c", script, str(folder / "state")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) for _ in range(2)]
    pids = {process.communicate(timeout=90)[0].strip() for process in processes}
    assert pids == {str(embedded(folder).status().pid)}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands Postgres to another user")
def test_root_only_folder_moves_the_data_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_user, "ELSEWHERE", folder / "var")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "state", fast=True, usual_port=None)
    status = server.start()
    try:
        assert status.data is not None
        assert status.data.is_relative_to(folder / "var")
        assert status.pid is not None
        assert psutil.Process(status.pid).uids().real != 0
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.stop()
    # The state folder was removed by hand and is made anew: its old data is an orphan, not ours.
    shutil.rmtree(closed / "state")
    assert server.start().running
    psycopg.connect(SecretsFile(closed / "state").values["VORONKA_DATABASE_URL"]).close()
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands Postgres to another user")
def test_programs_that_only_root_reaches_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    wheel = postgres_user._installation().parent
    shutil.copytree(wheel / "pginstall18", closed / wheel.name / "pginstall18", symlinks=True)
    shutil.copytree(wheel.with_suffix(".libs"), closed / f"{wheel.name}.libs", symlinks=True)
    monkeypatch.setattr(postgres_user, "ELSEWHERE", folder / "var")
    monkeypatch.setattr(postgres_user, "_installation", lambda: closed / wheel.name / "pginstall18")
    status = embedded(folder).start()
    assert status.pid is not None
    assert Path(psutil.Process(status.pid).exe()).is_relative_to(folder / "var")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def _start_as_nobody(state: Path, told: Queue[tuple[bool, bool] | str]) -> None:
    try:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        server = EmbeddedPostgres(state, fast=True, usual_port=None)
        running = server.start().running
        server.stop()
        told.put((running, server.status().running))
    except Exception as error:
        told.put(repr(error))
        raise


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes an ordinary user")
def test_works_as_an_ordinary_user(folder: Path) -> None:
    # Forked, not started anew: an ordinary user may not reach root's Python.
    embedded(folder).start()
    state = folder / "ordinary"
    state.mkdir()
    shutil.chown(state, "nobody")
    fork = multiprocessing.get_context("fork")
    told = fork.Queue()
    process = fork.Process(target=_start_as_nobody, args=(state, told))
    process.start()
    assert told.get(timeout=90) == (True, False)
    process.join(timeout=10)
    assert (state / "postgres" / "data").stat().st_uid == pwd.getpwnam("nobody").pw_uid


def test_outside_server_is_checked_not_started(folder: Path) -> None:
    embedded(folder).start()
    url = secrets(folder)["VORONKA_DATABASE_URL"]
    other = EmbeddedPostgres(folder / "other")
    with environment({"VORONKA_DATABASE_URL": url}):
        status = other.start()
    assert (status.outside, status.running) == (True, True)
    assert not (folder / "other" / "postgres").exists()
    assert "VORONKA_LOADER_PASSWORD" in SecretsFile(folder / "other").values
    assert "VORONKA_DATABASE_URL" not in SecretsFile(folder / "other").values
    with (
        environment({"VORONKA_DATABASE_URL": f"postgresql://a:secret@127.0.0.1:{free_port()}/b"}),
        pytest.raises(ConfigurationError, match="does not let us in") as refused,
    ):
        other.start()
    assert "secret" not in str(refused.value)


def test_too_old_and_too_weak_servers_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded(folder).start()
    found = secrets(folder)
    with (
        environment({"VORONKA_DATABASE_URL": found["VORONKA_AIRFLOW_DATABASE_URL"].replace("+psycopg2", "")}),
        pytest.raises(ConfigurationError, match="user airflow at .* may not create roles"),
    ):
        EmbeddedPostgres(folder / "other").start()
    monkeypatch.setattr(postgres_bootstrap, "OLDEST", 990000)
    with (
        environment({"VORONKA_DATABASE_URL": found["VORONKA_DATABASE_URL"]}),
        pytest.raises(ConfigurationError, match="is version 18; Voronka needs 15 or newer"),
    ):
        EmbeddedPostgres(folder / "other").start()


def test_free_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        assert free_port(port) != port
    deadline = time.monotonic() + 5
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert free_port(port) == port
