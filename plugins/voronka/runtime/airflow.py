"""A real Airflow on this machine: API server, scheduler, Dag processor, triggerer, tasks by LocalExecutor."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import requests

from voronka.config import project_folder, secret, state_folder
from voronka.domain.errors import ConfigurationError
from voronka.runtime.ports import free_port
from voronka.runtime.services import Service, Services, tail, wait_until

COMPONENTS = ("scheduler", "dag-processor", "triggerer")
USER = "admin"

NO_TELEMETRY = {
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "true",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
}


def _kept_secret(name: str) -> str:
    """A random value made once and kept in the Airflow folder (mode 0600)."""
    path = state_folder() / "airflow" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64), "utf-8")
    return path.read_text("utf-8")


def environment(port: int) -> dict[str, str]:
    """Everything Airflow and its tasks must know, on top of the present environment."""
    home = state_folder() / "airflow"
    project = project_folder()
    bin_folder = str(Path(sys.executable).parent)
    return {
        **os.environ,
        **NO_TELEMETRY,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "VORONKA_PROJECT": str(project),
        "VORONKA_HOME": str(state_folder()),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(project / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(max(4, 2 * (os.cpu_count() or 2))),
        "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "False",
        "AIRFLOW__COSMOS__CACHE_DIR": str(home / "cosmos"),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": secret("VORONKA_ENCRYPTION_KEY"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": secret("VORONKA_AIRFLOW_DATABASE_URL"),
        "AIRFLOW__API__SECRET_KEY": _kept_secret("api_secret_key"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API_AUTH__JWT_SECRET": _kept_secret("jwt_secret"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(state_folder() / "logs" / "airflow"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": os.environ.get("AIRFLOW__LOGGING__LOGGING_LEVEL", "INFO"),
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    }


def password() -> str:
    """The password of the user ``admin`` of the local Airflow."""
    path = state_folder() / "airflow" / "passwords.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps({USER: secrets.token_urlsafe(9)}), "utf-8")
    return str(json.loads(path.read_text("utf-8"))[USER])


def start(services: Services, *, port: int = 8080) -> int:
    """Start Airflow (idempotent) and wait until its API answers and Dags are parsed; the port it listens on.

    Raises:
        ConfigurationError: when a component does not come up, with the end of its log.
    """
    if running := services.find("airflow-api-server"):
        return running.ports["http"]
    port = free_port(port)
    env = environment(port)
    password()
    _migrate_metadata(env)
    airflow = str(Path(sys.executable).parent / "airflow")
    folder = project_folder()
    api = services.start(
        "airflow-api-server",
        [airflow, "api-server", "--host", "127.0.0.1", "--port", str(port)],
        environment=env,
        folder=folder,
        ports={"http": port},
    )
    for component in COMPONENTS:
        # The server of task logs would listen on every address; here the API server reads the files themselves.
        quiet = [] if component == "dag-processor" else ["--skip-serve-logs"]
        services.start(f"airflow-{component}", [airflow, component, *quiet], environment=env, folder=folder)
    wait_until(
        lambda: _healthy(port), api, seconds=300, what="Airflow's API server and scheduler report healthy"
    )
    return port


def stop(services: Services) -> None:
    """Stop every component, tasks first."""
    for component in (*COMPONENTS, "api-server"):
        services.stop(f"airflow-{component}")


def _migrate_metadata(env: dict[str, str]) -> None:
    airflow = str(Path(sys.executable).parent / "airflow")
    log = state_folder() / "logs" / "airflow-migrate.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            [airflow, "db", "migrate"],
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=project_folder(),
            check=False,
        )
    if done.returncode != 0:
        raise ConfigurationError(
            f"Airflow's own tables could not be made:\n{tail(log)}",
            remedy="check VORONKA_AIRFLOW_DATABASE_URL and that its database may be written.",
        )


def _healthy(port: int) -> bool:
    try:
        answer = requests.get(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=5)
    except requests.RequestException:
        return False
    if answer.status_code != 200:
        return False
    health = answer.json()
    return all(
        health.get(part, {}).get("status") == "healthy"
        for part in ("metadatabase", "scheduler", "dag_processor")
    )


def running(services: Services) -> Service | None:
    """The API server's service when Airflow is up."""
    return services.find("airflow-api-server")
