"""A small client of Airflow's public REST API (v2), for the commands that start and watch Dag runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from voronka.domain.errors import ConfigurationError, VoronkaError
from voronka.runtime import airflow

FINISHED = {"success", "failed"}


@dataclass(frozen=True, slots=True)
class DagRun:
    """A run of a Dag as Airflow tells it; ``state`` queued, running, success or failed."""

    dag_id: str
    run_id: str
    state: str
    run_type: str


class AirflowApi:
    """Airflow on this machine; by default as the local user ``admin``."""

    def __init__(self, port: int, *, user: str = airflow.USER, password: str | None = None) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        answer = self._session.post(
            f"{self.address}/auth/token",
            json={"username": user, "password": password or airflow.password()},
            timeout=30,
        )
        if answer.status_code != 201:
            raise ConfigurationError(
                f"Airflow refused the local user (HTTP {answer.status_code}).",
                remedy="run voronka down and voronka up, which writes its password anew.",
            )
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        answer = self._session.request(method, f"{self.address}/api/v2/{path}", timeout=60, **arguments)
        if answer.status_code >= 400:
            raise VoronkaError(
                f"Airflow answered {method} {path} with HTTP {answer.status_code}: {answer.text[:500]}",
                remedy="see voronka status and the logs under the state folder.",
            )
        return answer.json() if answer.content else None

    def dag_ids(self) -> set[str]:
        """The Dags that Airflow has parsed."""
        return {dag["dag_id"] for dag in self._call("GET", "dags", params={"limit": 100})["dags"]}

    def import_errors(self) -> list[str]:
        """What kept Dag files from being parsed."""
        return [e["stack_trace"] for e in self._call("GET", "importErrors")["import_errors"]]

    def wait_for_dags(self, wanted: set[str], *, seconds: float = 120) -> None:
        """Wait until all ``wanted`` Dags are parsed.

        Raises:
            ConfigurationError: with Airflow's import errors when they are not.
        """
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            if wanted <= self.dag_ids():
                return
            # An error of an earlier start stands until the file is parsed again: give it the time.
            if time.monotonic() > begun + seconds / 3 and (errors := self.import_errors()):
                raise ConfigurationError("A Dag file cannot be imported:\n" + "\n".join(errors))
            time.sleep(1)
        raise ConfigurationError(
            f"Airflow did not parse the Dags {sorted(wanted - self.dag_ids())} in {seconds:.0f} s."
        )

    def set_paused(self, dag_id: str, paused: bool) -> None:
        """Pause or unpause a Dag."""
        self._call("PATCH", f"dags/{dag_id}", json={"is_paused": paused})

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a run by hand; its run id."""
        body = {"logical_date": None, "conf": conf}
        return str(self._call("POST", f"dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def runs(self, dag_id: str, *, limit: int = 100) -> list[DagRun]:
        """The newest runs of a Dag, newest first."""
        found = self._call("GET", f"dags/{dag_id}/dagRuns", params={"limit": limit, "order_by": "-run_after"})
        return [DagRun(dag_id, r["dag_run_id"], r["state"], r["run_type"]) for r in found["dag_runs"]]

    def run_state(self, dag_id: str, run_id: str) -> str:
        """queued, running, success or failed."""
        return str(self._call("GET", f"dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_states(self, dag_id: str, run_id: str) -> dict[str, int]:
        """How many task instances of a run are in which state (``none`` before they are scheduled)."""
        counts: dict[str, int] = {}
        for task in self._tasks(dag_id, run_id):
            state = task["state"] or "none"
            counts[state] = counts.get(state, 0) + 1
        return counts

    def failed_tasks(self, dag_id: str, run_id: str) -> list[str]:
        """Ids of the failed tasks of a run, with the map index."""
        return [
            f"{t['task_id']}[{t['map_index']}]" for t in self._tasks(dag_id, run_id) if t["state"] == "failed"
        ]

    def _tasks(self, dag_id: str, run_id: str) -> Iterator[dict[str, Any]]:
        offset = 0
        while True:
            page = self._call(
                "GET",
                f"dags/{dag_id}/dagRuns/{run_id}/taskInstances",
                params={"limit": 100, "offset": offset},
            )
            yield from page["task_instances"]
            offset += 100
            if offset >= page["total_entries"]:
                return

    def wait(
        self,
        dag_id: str,
        run_id: str,
        *,
        seconds: float,
        told: Callable[[dict[str, int]], None] | None = None,
    ) -> str:
        """Wait for a run to end, telling the states of its tasks on the way; its final state.

        Raises:
            VoronkaError: when it did not end in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.run_state(dag_id, run_id)
            if told:
                told(self.task_states(dag_id, run_id))
            if state in FINISHED:
                return state
            time.sleep(1)
        raise VoronkaError(
            f"The run {run_id} of {dag_id} did not end in {seconds:.0f} s.",
            remedy=f"look at it at {self.address}.",
        )

    def create_backfill(
        self,
        dag_id: str,
        start: datetime,
        end: datetime,
        *,
        reprocess: str = "completed",
        max_active_runs: int = 4,
    ) -> int:
        """Ask for every interval that starts in [start, end] once more; the id of the backfill."""
        body = {
            "dag_id": dag_id,
            "from_date": start.isoformat(),
            "to_date": end.isoformat(),
            "reprocess_behavior": reprocess,
            "max_active_runs": max_active_runs,
        }
        return int(self._call("POST", "backfills", json=body)["id"])

    def backfill_progress(self, backfill_id: int, dag_id: str) -> tuple[bool, dict[str, int]]:
        """(whether it is complete, how many of the Dag's backfill runs are in which state)."""
        completed = self._call("GET", f"backfills/{backfill_id}")["completed_at"] is not None
        counts: dict[str, int] = {}
        for run in self.runs(dag_id, limit=100):
            if run.run_type == "backfill":
                counts[run.state] = counts.get(run.state, 0) + 1
        return completed, counts
