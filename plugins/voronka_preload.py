"""Airflow plugin that shows nothing: it loads heavy libraries once in the processes that fork tasks.

A task is a fork of the scheduler's (LocalExecutor) or the worker's (Celery) process and parses its Dag file first.
What the parent has imported costs the task nothing; otherwise each of a hundred tasks pays seconds for it.
"""

import importlib
import sys

from airflow.plugins_manager import AirflowPlugin

FORKING = {"scheduler", "worker"}
HEAVY = ("cosmos", "voronka.orchestration.ingest", "voronka.orchestration.transform", "voronka.flows.report")


class Preload(AirflowPlugin):
    """No views, no listeners: importing this module is all it is for."""

    name = "voronka_preload"


if FORKING & set(sys.argv):
    for module in HEAVY:
        importlib.import_module(module)
