"""What all Dags share: assets, owners, retries by class of error, and telling failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset
from airflow.sdk.definitions.retry_policy import ExceptionRetryPolicy, RetryAction, RetryRule

from voronka.config import load_settings
from voronka.domain import errors

OWNER = "data"
START = datetime(2020, 1, 1, tzinfo=UTC)
"""The earliest interval that a backfill may ask for."""

RAW = {kind: Asset(f"raw_{kind}") for kind in ("crm", "telephony", "positions", "sheets", "money", "ads")}
PUBLISHED = Asset("published_marts")

RETRIES = 4
RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[
                errors.NotAuthorised,
                errors.AccessBlocked,
                errors.ShapeChanged,
                errors.ConfigurationError,
                errors.GateFailed,
                errors.NotPublished,
            ],
            action=RetryAction.FAIL,
            reason="a person has to act; trying again changes nothing or makes it worse",
        ),
        RetryRule(
            exception=errors.RateLimited,
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=5),
            reason="the provider's limit needs time",
        ),
        RetryRule(
            exception=[errors.SourceUnavailable, errors.DeliveryError],
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=1),
            reason="a passing fault",
        ),
        RetryRule(
            exception="psycopg.OperationalError",
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=30),
            reason="the warehouse was out of reach",
        ),
    ],
    default=RetryAction.FAIL,
)


def tell_failure(context: Any) -> None:
    """Write to the alert address which task of which run failed, its window, and the error with its remedy."""
    from voronka.flows import alerts

    instance = context["ti"]
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    alerts.tell_failure(
        load_settings(),
        dag_id=instance.dag_id,
        task_id=instance.task_id,
        run_id=instance.run_id,
        map_index=instance.map_index,
        window=f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC" if start and end else "given by hand",
        error=context.get("exception"),
    )


DEFAULTS: dict[str, Any] = {
    "owner": OWNER,
    "retries": RETRIES,
    "retry_policy": RETRY_POLICY,
    "on_failure_callback": tell_failure,
}
