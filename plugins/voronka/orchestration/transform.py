"""The Dag that makes marts of what was loaded: gate, fit, dbt (a task per model), gate, publish."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, AssetAll, AssetAny, task
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from voronka.config import Settings, load_settings, project_folder
from voronka.flows import transform as flow
from voronka.orchestration.common import DEFAULTS, PUBLISHED, RAW, START, tell_failure

# A failed test or model fails the run: watchers must not start a dbt process of their own by retrying. They run in
# this process's slot, not in the triggerer's: by the time they are let in, most have nothing to wait for.
DBT_TASKS: dict[str, Any] = {
    "retries": 0,
    "install_deps": False,
    "emit_datasets": False,
    "deferrable": False,
    "poke_interval": 1,
    "execution_timeout": timedelta(hours=2),
    "dbt_cmd_flags": ["--resource-type", "test"],
}


def transform_dag(*, doc: str) -> DAG:
    """raw → published marts whenever a source was loaded (any of them, or all, as the settings say)."""
    settings = load_settings()
    together = AssetAny if settings.schedules.transform_when == "any" else AssetAll
    os.environ.update(flow.dbt_environment())
    with DAG(
        dag_id="transform_warehouse",
        schedule=together(*(RAW[kind] for kind in _kinds(settings))),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        default_args=DEFAULTS,
        doc_md=doc,
        tags=["transform", "rerun:now"],
    ) as dag:

        @task
        def begin(**context: Any) -> None:
            """Open the run and write the settings that models need."""
            flow.begin(load_settings(), context["run_id"])

        @task
        def gate_raw(**context: Any) -> None:
            """What the sources sent must be fit to build on."""
            _gated("raw", context["run_id"])

        @task
        def fit_models(**context: Any) -> None:
            """The churn model is fitted to the clients as they are now; the marts read what it expects."""
            with flow.closing_on_failure(context["run_id"], "fit models"):
                flow.fit_models(load_settings())

        @task
        def gate_marts(**context: Any) -> None:
            """What was built must be fit to be published."""
            _gated("marts", context["run_id"])

        @task(outlets=[PUBLISHED])
        def publish(**context: Any) -> str:
            """From now on reports read this run."""
            return flow.publish(context["run_id"]).isoformat()

        begin() >> gate_raw() >> fit_models() >> _dbt_group() >> gate_marts() >> publish()
    return dag


def _kinds(settings: Settings) -> list[str]:
    """The kinds of source that any account has: a load that never happens must not be waited for."""
    had = {kind for account in settings.accounts for kind, _ in account.sources}
    return [kind for kind in RAW if kind in had]


def _gated(name: flow.Gate, run_id: str) -> None:
    with flow.closing_on_failure(run_id, f"gate {name}"):
        flow.gate(load_settings(), name, run_id)


def _close_run(context: Any) -> None:
    flow.fail(context["run_id"], "dbt", f"{context['ti'].task_id}: {context.get('exception')}")
    tell_failure(context)


def _dbt_group() -> DbtTaskGroup:
    project = project_folder() / "dbt_project"
    callbacks: dict[str, Callable[[Any], None]] = {"on_failure_callback": _close_run}
    return DbtTaskGroup(
        group_id="dbt",
        project_config=ProjectConfig(
            dbt_project_path=project,
            manifest_path=flow.dbt_target() / "manifest.json",
            project_name="voronka",
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name="voronka", target_name="warehouse", profiles_yml_filepath=project / "profiles.yml"
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER, invocation_mode=InvocationMode.DBT_RUNNER
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            test_behavior=TestBehavior.NONE,
            emit_datasets=False,
            dbt_deps=False,
        ),
        operator_args={**DBT_TASKS, **callbacks},
        default_args={**DEFAULTS, "retries": 0},
    )
