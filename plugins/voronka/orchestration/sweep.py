"""The Dag that looks weekly for what was purged or merged away in every CRM."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, task

from voronka.config import load_settings
from voronka.flows import connect as connecting
from voronka.flows import load as loading
from voronka.orchestration.common import DEFAULTS, RAW, START


def sweep_dag(*, doc: str) -> DAG:
    """One sweep per account, and beside it the renewal of a token that nothing else keeps alive."""
    settings = load_settings()
    cron = settings.schedules.sweep_crm
    with DAG(
        dag_id="sweep_crm",
        schedule=CronTriggerTimetable(cron, timezone=settings.schedules.time_zone) if cron else None,
        start_date=START,
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        doc_md=doc,
        tags=["sweep", "crm", "rerun:now"],
    ) as dag:

        @task(map_index_template="{{ task.op_kwargs['account_id'] }}")
        def renew(account_id: str) -> bool:
            """Renew the account's OAuth pair when nothing has for days; whether it did."""
            return connecting.keep_alive(load_settings(), account_id)

        @task(outlets=[RAW["crm"]], map_index_template="{{ task.op_kwargs['account_id'] }}")
        def sweep(account_id: str) -> dict[str, int]:
            """Mark what is gone; rows marked, by entity."""
            summaries = loading.sweep(load_settings(), account_id)
            return {summary.entity: summary.rows_deleted for summary in summaries}

        ids = [account.id for account in settings.accounts]
        renew.expand(account_id=ids)
        sweep.expand(account_id=ids)
    return dag
