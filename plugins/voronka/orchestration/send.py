"""The Dag that sends the reports that are due, from published data only."""

from __future__ import annotations

from airflow.sdk import DAG, CronDataIntervalTimetable, Param, get_current_context, task

from voronka.config import load_settings
from voronka.orchestration.common import DEFAULTS, START


def send_reports_dag(*, doc: str) -> DAG:
    """Marts → letters, mapped over the subscriptions; every recipient gets each letter once."""
    settings = load_settings()
    cron = settings.schedules.send_reports
    with DAG(
        dag_id="send_reports",
        schedule=CronDataIntervalTimetable(cron, timezone=settings.schedules.time_zone) if cron else None,
        start_date=START,
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        doc_md=doc,
        tags=["reports", "rerun:interval"],
        params={
            "period": Param(
                None,
                type=["null", "string"],
                description="2026-W47 or 2026-10; the last complete one by default",
            )
        },
    ) as dag:

        @task
        def due() -> list[int]:
            """The subscriptions, by their place in reports.yml; fails when nothing fresh is published."""
            from voronka.flows import report as flow

            current = load_settings()
            flow.require_published(current)
            return list(range(len(current.reports)))

        @task(map_index_template="{{ letter_name }}")
        def send(subscription: int) -> dict[str, int]:
            """Render and send the letters of one subscription."""
            from voronka.flows import report as flow

            context = get_current_context()
            current = load_settings()
            wanted = current.reports[subscription]
            context["letter_name"] = f"{wanted.account} {wanted.report}"
            return flow.send_subscription(current, wanted, period=context["params"].get("period"))

        send.expand(subscription=due())
    return dag
