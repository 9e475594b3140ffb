"""``voronka demo``: the whole product over two made-up agencies, ending with figures that must agree."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from voronka.config import load_settings, project_folder, state_folder
from voronka.domain.errors import NotAuthorised, VoronkaError
from voronka.flows.connect import connect_crm
from voronka.loading import PostgresTokenStore
from voronka.runtime import airflow, demo_settings, demo_story, local
from voronka.runtime.airflow_api import AirflowApi
from voronka.runtime.demo_statements import copy_statements, statements_folder
from voronka.runtime.ports import free_port
from voronka.runtime.services import Service, Services, wait_until

console = Console(width=None if sys.stdout.isatty() else 120)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the demo shows: kept in the state folder, so that the second run shows the same."""

    seed: int
    months: int
    leads: int
    until: datetime

    @classmethod
    def kept_or_new(cls, seed: int, months: int, leads: int) -> Scene:
        """The scene of an earlier run with the same wishes, else one that ends last midnight UTC."""
        path = state_folder() / "demo" / "scene.json"
        if path.exists():
            kept = json.loads(path.read_text("utf-8"))
            if (kept["seed"], kept["months"], kept["leads"]) == (seed, months, leads):
                return cls(seed, months, leads, datetime.fromisoformat(kept["until"]))
            raise VoronkaError(
                "This state folder holds a demo with other wishes (seed, months or leads).",
                remedy="run the demo with the same ones, or run make clean to start from nothing.",
            )
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        path.parent.mkdir(parents=True, exist_ok=True)
        wishes = {"seed": seed, "months": months, "leads": leads, "until": midnight.isoformat()}
        path.write_text(json.dumps(wishes), "utf-8")
        return cls(seed, months, leads, midnight)

    @property
    def history_start(self) -> datetime:
        """A moment before everything that happened."""
        return self.until - timedelta(days=31 * (self.months + 1))


@contextmanager
def step(text: str) -> Iterator[None]:
    """A line that says what is going on, and afterwards how long it took."""
    begun = time.monotonic()
    with console.status(text):
        yield
    console.print(f"[green]✓[/green] {text} [dim]({time.monotonic() - begun:.0f} s)[/dim]")


def run_demo(*, months: int, leads: int, seed: int) -> bool:
    """Run the whole way and print what came of it; whether all figures agreed and all runs succeeded."""
    begun = time.monotonic()
    state = state_folder()
    state.mkdir(parents=True, exist_ok=True)
    scene = Scene.kept_or_new(seed, months, leads)
    services = Services(state)
    console.print(f"[bold]Voronka demo[/bold]: two agencies, {months} months until {scene.until:%Y-%m-%d}\n")

    sandbox = _start_sandbox(services, scene)
    os.environ.update(demo_settings.write(state, sandbox.ports, scene.until))
    with step("Postgres started and migrated"):
        local.start_warehouse(told=lambda _: None)
    with step("Sandbox: amoCRM, UIS, Topvisor, SE Ranking, Webmaster, Google Sheets and a mail catcher"):
        wait_until(lambda: _answers(sandbox), sandbox, seconds=120, what="the simulated agencies are made")
        consent()
        for account in load_settings().accounts:
            copy_statements(
                f"http://127.0.0.1:{sandbox.ports['http']}", account.id, statements_folder(state, account.id)
            )
    before = demo_story.versions()
    with step("Airflow: API server, scheduler, Dag processor, triggerer"):
        api = local.start(airflow_port=8080, told=lambda _: None)

    _ingest(api, scene)
    run = _wait_for_transform(api)
    _send(api)
    console.print()
    return demo_story.tell(
        console,
        sandbox=f"http://127.0.0.1:{sandbox.ports['http']}",
        airflow_address=api.address,
        airflow_user=f"{airflow.USER} / {airflow.password()}",
        before=before,
        transform_run=run,
        seconds=time.monotonic() - begun,
    )


def _start_sandbox(services: Services, scene: Scene) -> Service:
    if found := services.find("sandbox"):
        return found
    ports = {"http": free_port(8071), "smtp": free_port(1025)}
    command = [
        sys.executable, "-m", "sandbox", "serve",
        "--port", str(ports["http"]), "--smtp-port", str(ports["smtp"]),
        "--seed", str(scene.seed), "--months", str(scene.months), "--leads", str(scene.leads),
        "--until", scene.until.isoformat(), "--state", str(state_folder() / "sandbox"), "--rate-limit", "0",
        *(word for slug, names in demo_settings.dealt_out().items() for word in ("--exchanges", f"{slug}={names}")),
    ]  # fmt: skip
    return services.start("sandbox", command, environment=os.environ, folder=project_folder(), ports=ports)


def _answers(sandbox: Service) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{sandbox.ports['http']}/health", timeout=2).ok
    except requests.RequestException:
        return False


def consent() -> None:
    """The consent a person gives once: exchange each OAuth account's code, unless its tokens are already kept."""
    settings = load_settings()
    for account in settings.accounts:
        if account.crm.auth == "oauth":
            try:
                PostgresTokenStore(account.id, account.crm.provider).current()
            except NotAuthorised:
                connect_crm(settings, account.id, f"code-{account.id}")


def _ingest(api: AirflowApi, scene: Scene) -> None:
    conf = {"from": scene.history_start.isoformat(), "to": scene.until.isoformat()}
    runs = {dag_id: api.trigger(dag_id, conf) for dag_id in _ingest_dags()}
    with Progress(TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:  # fmt: skip
        tasks = {dag_id: bar.add_task(dag_id, total=None) for dag_id in runs}
        waiting = dict(runs)
        while waiting:
            for dag_id, run_id in list(waiting.items()):
                counts = api.task_states(dag_id, run_id)
                bar.update(
                    tasks[dag_id], completed=counts.get("success", 0), total=sum(counts.values()) or None
                )
                state = api.run_state(dag_id, run_id)
                if state == "success":
                    del waiting[dag_id]
                elif state == "failed":
                    raise _failed(api, dag_id, run_id)
            time.sleep(1)
    console.print(f"[green]✓[/green] History loaded by the Dags {', '.join(runs)}")


def _ingest_dags() -> list[str]:
    """The Dag of every kind of source that an account has."""
    kinds = dict.fromkeys(kind for account in load_settings().accounts for kind, _ in account.sources)
    return [f"ingest_{kind}" for kind in kinds]


def _wait_for_transform(api: AirflowApi) -> str:
    """The run that the loads started by their assets, waited for; its id."""
    before = {r.run_id for r in api.runs("transform_warehouse") if r.state in ("success", "failed")}
    deadline = time.monotonic() + 120
    with step("Assets started transform_warehouse: gate, dbt build, gate, publish"):
        while time.monotonic() < deadline:
            fresh = [r for r in api.runs("transform_warehouse") if r.run_id not in before]
            if fresh:
                run_id = fresh[0].run_id
                if api.wait("transform_warehouse", run_id, seconds=1800) != "success":
                    raise _failed(api, "transform_warehouse", run_id)
                return run_id
            time.sleep(1)
    raise VoronkaError("The loads did not start transform_warehouse.", remedy=f"see {api.address}.")


def _send(api: AirflowApi) -> None:
    with step("Reports rendered and mailed by the Dag send_reports"):
        run_id = api.trigger("send_reports", {})
        if api.wait("send_reports", run_id, seconds=300) != "success":
            raise _failed(api, "send_reports", run_id)


def _failed(api: AirflowApi, dag_id: str, run_id: str) -> VoronkaError:
    tasks: Any = ", ".join(api.failed_tasks(dag_id, run_id)) or "see the run"
    return VoronkaError(
        f"The Dag {dag_id} failed at {tasks}.",
        remedy=f"open {api.address}/dags/{dag_id}/runs/{run_id} for its log.",
    )
