"""The Dag that loads one kind of source for every account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, get_current_context, task

from voronka.config import Settings, load_settings
from voronka.config.providers import Kind
from voronka.domain.windows import Window
from voronka.flows import load as loading
from voronka.orchestration.common import DEFAULTS, RAW, START


def ingest_dag(kind: Kind, *, doc: str) -> DAG:
    """Source → raw for one kind, mapped over the accounts and the pieces of the window.

    The window is the run's data interval, stretched back to where the last load ended; a backfill takes its
    interval exactly; a run by hand takes ``from`` and ``to`` (ISO 8601 with zone), or goes on from the last load.
    """
    settings = load_settings()
    rule = "now" if kind in ("sheets", "money") else "interval"
    cron = getattr(settings.schedules, f"ingest_{kind}")
    with DAG(
        dag_id=f"ingest_{kind}",
        schedule=CronDataIntervalTimetable(cron, timezone=settings.schedules.time_zone) if cron else None,
        start_date=START,
        catchup=False,
        max_active_runs=4,
        default_args=DEFAULTS,
        doc_md=doc,
        tags=["ingest", kind, f"rerun:{rule}"],
        params={
            "from": Param(
                None, type=["null", "string"], format="date-time", description="window start, with zone"
            ),
            "to": Param(
                None, type=["null", "string"], format="date-time", description="window end, exclusive"
            ),
        },
    ) as dag:

        @task
        def plan(**context: Any) -> list[dict[str, str]]:
            """Which pieces are due: per account its lists and its windows."""
            window, exact = window_of(context)
            return [piece.as_json() for piece in loading.plan(load_settings(), kind, window, exact=exact)]

        @task(map_index_template="{{ piece_name }}")
        def load(piece: dict[str, str]) -> dict[str, int]:
            """Load one piece; a second run of it changes nothing."""
            unit = loading.Piece.from_json(piece)
            name = f"{unit.account_id} {unit.provider} {unit.part} {unit.window.start:%Y-%m-%d}"
            get_current_context()["piece_name"] = name
            return _load(load_settings(), unit)

        @task(outlets=[RAW[kind]])
        def loaded(summaries: Any) -> dict[str, int]:
            """All pieces are in: the transform may go."""
            totals: dict[str, int] = {}
            for summary in summaries:
                for name, count in summary.items():
                    totals[name] = totals.get(name, 0) + count
            return totals

        loaded(load.expand(piece=plan()))
    return dag


def window_of(context: Any) -> tuple[Window | None, bool]:
    """(the window of this run or None for "from the last load until now", whether it must be taken exactly)."""
    params = context["params"]
    if params.get("from") and params.get("to"):
        return Window(datetime.fromisoformat(params["from"]), datetime.fromisoformat(params["to"])), True
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    if start is None or end is None or start == end:
        return None, False
    return Window(start, end), str(context["dag_run"].run_type) == "backfill"


def _load(settings: Settings, piece: loading.Piece) -> dict[str, int]:
    totals = {"received": 0, "written": 0, "quarantined": 0}
    for summary in loading.load(settings, piece):
        print(summary)  # noqa: T201 -- the task's log
        totals["received"] += summary.rows_received
        totals["written"] += summary.rows_inserted + summary.rows_updated
        totals["quarantined"] += summary.rows_quarantined
    return totals
