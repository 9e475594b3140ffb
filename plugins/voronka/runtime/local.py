"""Voronka on this machine: Postgres and Airflow up, down, and watched."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from voronka.config import load_settings, state_folder
from voronka.domain.errors import ConfigurationError
from voronka.flows.transform import parse_manifest
from voronka.loading import migrate
from voronka.runtime import airflow
from voronka.runtime.airflow_api import AirflowApi
from voronka.runtime.postgres import EmbeddedPostgres
from voronka.runtime.services import Services

DAGS = {
    *("ingest_crm", "ingest_telephony", "ingest_positions", "ingest_sheets", "ingest_money", "ingest_ads"),
    *("sweep_crm", "transform_warehouse", "send_reports"),
}
DEMO_SERVICES = ("sandbox",)

Told = Callable[[str], None]


def start_warehouse(told: Told) -> None:
    """The warehouse's Postgres (embedded unless VORONKA_DATABASE_URL points elsewhere), migrated."""
    if os.environ.get("VORONKA_DATABASE_URL"):
        told("Postgres: the one that VORONKA_DATABASE_URL names")
    else:
        server = EmbeddedPostgres(state_folder()).start()
        told(f"Postgres at 127.0.0.1:{server.port}")
    migrate()


def start(*, airflow_port: int, told: Told, unpause: bool = True) -> AirflowApi:
    """Everything of the product, with the settings in force; Dags unpaused unless told otherwise.

    Raises:
        ConfigurationError: settings, or a service that does not come up.
    """
    load_settings()
    start_warehouse(told)
    parse_manifest()
    port = airflow.start(Services(state_folder()), port=airflow_port)
    api = AirflowApi(port)
    api.wait_for_dags(DAGS)
    for dag_id in sorted(DAGS) if unpause else ():
        api.set_paused(dag_id, paused=False)
    told(f"Airflow at {api.address} (user {airflow.USER}, password {airflow.password()})")
    return api


def stop(*, told: Told) -> bool:
    """Stop all of it, tasks first and Postgres last; whether anything was running."""
    services = Services(state_folder())
    found = services.running()
    airflow.stop(services)
    for name in DEMO_SERVICES:
        services.stop(name)
    strays = services.stop_strays()
    server = EmbeddedPostgres(state_folder())
    postgres = server.status().running
    server.stop()
    for service in found:
        told(f"{service.name} stopped")
    if postgres:
        told("Postgres stopped")
    (state_folder() / "environment").unlink(missing_ok=True)
    return bool(found or strays or postgres)


def services_table() -> list[dict[str, Any]]:
    """Each running service with its process and ports."""
    rows: list[dict[str, Any]] = []
    if not os.environ.get("VORONKA_DATABASE_URL"):
        server = EmbeddedPostgres(state_folder()).status()
        if server.running:
            rows.append({"service": "postgres", "pid": server.pid, "ports": str(server.port)})
    for service in Services(state_folder()).running():
        rows.append(
            {
                "service": service.name,
                "pid": service.pid,
                "ports": ", ".join(map(str, service.ports.values())),
            }
        )
    return rows


def api() -> AirflowApi:
    """The running Airflow.

    Raises:
        ConfigurationError: when it does not run.
    """
    found = airflow.running(Services(state_folder()))
    if found is None:
        raise ConfigurationError("Airflow does not run here.", remedy="run voronka up first.")
    return AirflowApi(found.ports["http"])


def watch_backfill(client: AirflowApi, number: int, dag_id: str, console: Console) -> dict[str, int]:
    """Show a backfill's progress until it is complete; how many of its runs ended in which state."""
    import time

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as bar:  # fmt: skip
        task = bar.add_task(f"backfill of {dag_id}", total=None)
        while True:
            completed, counts = client.backfill_progress(number, dag_id)
            ended = counts.get("success", 0) + counts.get("failed", 0)
            bar.update(task, completed=ended, total=sum(counts.values()) or None)
            if completed:
                return counts
            time.sleep(2)
