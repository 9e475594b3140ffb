"""Telling people what went wrong: which step, which window, what to do."""

from __future__ import annotations

import logging

from voronka import database
from voronka.config import Settings
from voronka.delivery import alert
from voronka.domain.errors import VoronkaError

log = logging.getLogger(__name__)


def tell_failure(
    settings: Settings,
    *,
    dag_id: str,
    task_id: str,
    run_id: str,
    map_index: int,
    window: str,
    error: BaseException | str | None,
) -> None:
    """Mail a failed task to the alert addresses; a mail server that is out of reach is logged and not raised."""
    remedy = error.remedy if isinstance(error, VoronkaError) else ""
    message = error.message if isinstance(error, VoronkaError) else str(error or "no error was given")
    lines = [
        f"What:   {dag_id}.{task_id}" + (f", piece {map_index}" if map_index >= 0 else ""),
        f"Window: {window}",
        f"Run:    {run_id}",
        f"Error:  {message}",
        f"Remedy: {remedy or 'read the log of the task in Airflow; if it is a passing fault, clear the task.'}",
    ]
    try:
        with database.connect("app") as connection:
            alert(
                connection,
                settings,
                key=f"{dag_id}.{task_id}:{message[:200]}",
                subject=f"{dag_id} failed",
                lines=lines,
            )
    except Exception:
        log.exception("The failure of %s.%s could not be mailed: %s", dag_id, task_id, " | ".join(lines))
