"""The production shape, service by service, run natively: Postgres' init script, Redis, Celery, Airflow, the demo profile."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.compose.stack import PROJECT, Stack, interpolate, needs
from tests.support.airflow import ports_of
from tests.support.environment import environment
from tests.support.sandbox import SandboxProcess
from voronka.runtime import demo_settings
from voronka.runtime.airflow_api import AirflowApi
from voronka.runtime.postgres_user import runner_for

pytestmark = pytest.mark.airflow


def test_interpolation_is_that_of_compose() -> None:
    assert interpolate("a ${X} ${Y:-d} $$Z", {"X": "1"}) == "a 1 d $Z"
    with pytest.raises(ValueError, match="X is not set"):
        interpolate("${X:?set it}", {})


def test_every_secret_is_asked_for_and_listed() -> None:
    text = (PROJECT / "docker-compose.yml").read_text("utf-8")
    listed = {
        line.split("=")[0]
        for line in (PROJECT / ".env.example").read_text("utf-8").splitlines()
        if "=" in line
    }
    asked = {part.split(":?")[0] for part in text.split("${")[1:] if ":?" in part.split("}")[0]}
    assert asked
    assert asked <= listed


def test_nothing_is_published_beyond_this_machine_and_nobody_is_root() -> None:
    stack = Stack(Path("unused"), {})
    for name, service in stack.file["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} publishes {port}"
        assert "healthcheck" in service or name == "init", f"{name} has no health check"
        if service["image"].startswith("voronka:"):
            assert service["user"] == "50000:50000"
    assert "\nUSER voronka\n" in (PROJECT / "Dockerfile").read_text("utf-8")


def _variables() -> dict[str, str]:
    names = [
        line.split("=")[0]
        for line in (PROJECT / ".env.example").read_text("utf-8").splitlines()
        if "=" in line
    ]
    values = {
        name: secrets.token_urlsafe(16) for name in names if name.startswith("VORONKA_") and " " not in name
    }
    return {**values, "VORONKA_ENCRYPTION_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode()}


@pytest.fixture(scope="module")
def stack(sandbox_factory: Callable[..., SandboxProcess]) -> Iterator[Stack]:
    """Postgres and Redis up and initialised as the file says, with the demo's settings."""
    if lacking := needs("redis-server", "redis-cli"):
        pytest.skip(f"{lacking} is not installed (package redis-server)")
    sandbox = sandbox_factory()
    with tempfile.TemporaryDirectory(prefix="voronka-compose-") as name:
        folder = Path(name)
        stack = Stack(folder, _variables())
        values = demo_settings.write(folder, ports_of(sandbox), sandbox.as_of)
        stack.variables.update({k: v for k, v in values.items() if k != "VORONKA_CONFIG"})
        stack.file["x-voronka"]["environment"]["VORONKA_CONFIG"] = values["VORONKA_CONFIG"]
        for service in stack.file["services"].values():
            if "VORONKA_CONFIG" in service.get("environment", {}):
                service["environment"]["VORONKA_CONFIG"] = values["VORONKA_CONFIG"]
        runner = _bare_postgres(stack)
        try:
            stack.start("redis", "--port", str(stack.ports["6379"]), "--bind", "127.0.0.1", "--dir", name)
            stack.wait_healthy("redis", seconds=60)
            stack.run("init")
            yield stack
        finally:
            stack.stop()
            runner("pg_ctl", "stop", "-D", str(_data(stack)), "-m", "immediate")


def _data(stack: Stack) -> Path:
    return runner_for(stack.folder).home / "data"


def _bare_postgres(stack: Stack):  # type: ignore[no-untyped-def]
    """A cluster as the image makes it (a superuser and nothing else), then the init script of the file."""
    runner = runner_for(stack.folder)
    data, password = _data(stack), runner.home / "password"
    password.write_text(stack.variables["VORONKA_POSTGRES_PASSWORD"], "utf-8")
    runner.own(password, 0o600)
    made = runner.run("initdb", "-D", str(data), "-U", "postgres", "--pwfile", str(password), "-A", "scram-sha-256", "-E", "UTF8")  # fmt: skip
    assert made.returncode == 0, made.stdout
    options = (
        f"-p {stack.ports['5432']} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    )
    up = runner.run(
        "pg_ctl", "start", "-D", str(data), "-w", "-s", "-l", str(runner.home / "log"), "-o", options
    )
    assert up.returncode == 0, up.stdout
    script = stack.there(str(PROJECT / "docker" / "postgres-init.sh"))
    env = {
        **stack.environment("postgres"),
        "PGHOST": "127.0.0.1",
        "PGPORT": str(stack.ports["5432"]),
        "PGPASSWORD": stack.variables["VORONKA_POSTGRES_PASSWORD"],
        "PATH": f"{runner.binaries}:{os.environ['PATH']}",
    }
    done = subprocess.run(["bash", script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return runner.run


def test_init_left_a_migrated_warehouse_with_working_roles(stack: Stack) -> None:
    url = f"postgresql://voronka_loader:{stack.variables['VORONKA_LOADER_PASSWORD']}@127.0.0.1:{stack.ports['5432']}/voronka"
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from ops.loads").fetchone() == (0,)


def test_airflow_runs_a_dag_through_redis_on_a_celery_worker(stack: Stack) -> None:
    names = (
        "airflow-api-server",
        "airflow-scheduler",
        "airflow-dag-processor",
        "airflow-triggerer",
        "airflow-worker",
    )
    for name in names:
        stack.start(name)
    for name in names:
        stack.wait_healthy(name)
    with environment(stack.environment("airflow-api-server")):
        api = AirflowApi(
            stack.ports["8080"], user="admin", password=stack.variables["VORONKA_AIRFLOW_ADMIN_PASSWORD"]
        )
        api.wait_for_dags({"ingest_telephony"})
        api.set_paused("ingest_telephony", paused=False)
        conf = {
            "from": datetime(2026, 10, 1, tzinfo=UTC).isoformat(),
            "to": datetime(2026, 10, 8, tzinfo=UTC).isoformat(),
        }
        run = api.trigger("ingest_telephony", conf)
        assert api.wait("ingest_telephony", run, seconds=360) == "success"
    log = (stack.folder / "logs" / "airflow-worker.log").read_text("utf-8")
    assert "execute_workload" in log, "the worker took the tasks"


@pytest.mark.parametrize("name", ["mail", "sandbox"])
def test_the_demo_profile_starts(stack: Stack, name: str) -> None:
    stack.start(name)
    stack.wait_healthy(name, seconds=240)
    stack.services.stop(name)
