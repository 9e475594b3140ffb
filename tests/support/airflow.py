"""A real Airflow over the small sandbox: embedded Postgres of its own, the product's Dags, local executor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.environment import environment
from tests.support.sandbox import SandboxProcess
from voronka.runtime import demo_settings, local
from voronka.runtime.airflow_api import AirflowApi
from voronka.runtime.demo_statements import copy_statements, statements_folder


@dataclass
class RunningAirflow:
    """Airflow's API, the state folder and the sandbox it loads from."""

    api: AirflowApi
    state: Path
    sandbox: SandboxProcess

    def run(self, dag_id: str, conf: dict[str, Any] | None = None, *, seconds: float = 1500) -> str:
        """Trigger a Dag and wait; its final state."""
        return self.api.wait(dag_id, self.api.trigger(dag_id, conf or {}), seconds=seconds)


def ports_of(sandbox: SandboxProcess) -> dict[str, int]:
    """Its ports, as the demo's settings want them."""
    return {"http": int(sandbox.url.rpartition(":")[2]), "smtp": sandbox.smtp_port}


def write_settings(state: Path, ports: dict[str, int], as_of: datetime, **schedules: Any) -> dict[str, str]:
    """The demo's settings with other schedules; the environment that puts them in force."""
    values = demo_settings.write(state, ports, as_of)
    path = Path(values["VORONKA_CONFIG"]) / "voronka.yml"
    content = yaml.safe_load(path.read_text("utf-8"))
    content["schedules"].update(schedules)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return values


def copy_all_statements(sandbox: SandboxProcess, state: Path) -> None:
    """The bank's files of every agency into the folders that the settings name."""
    for agency in demo_settings.AGENCIES:
        copy_statements(sandbox.url, str(agency["id"]), statements_folder(state, str(agency["id"])))


@pytest.fixture(scope="module")
def running_airflow(
    sandbox_factory: Callable[..., SandboxProcess], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningAirflow]:
    """Everything up, with daily ingest intervals so that backfills have something to ask for."""
    state = tmp_path_factory.mktemp("airflow-state")
    sandbox = sandbox_factory()
    daily = dict.fromkeys(("ingest_crm", "ingest_telephony", "ingest_positions"), "0 0 * * *")
    settings = write_settings(state, ports_of(sandbox), sandbox.as_of, **daily)
    copy_all_statements(sandbox, state)
    outside = (
        "VORONKA_DATABASE_URL",
        *(k for k in os.environ if k.startswith("VORONKA_") and k.endswith("_PASSWORD")),
    )
    with environment({**settings, "VORONKA_HOME": str(state)}, without=outside):
        try:
            from voronka.runtime.demo import consent

            local.start_warehouse(told=lambda _: None)
            consent()
            yield RunningAirflow(
                local.start(airflow_port=18080, told=lambda _: None, unpause=False), state, sandbox
            )
        finally:
            local.stop(told=lambda _: None)
