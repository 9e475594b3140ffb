"""House rules for Dags. A failure names the Dag and the fix."""

import ast
import re
from pathlib import Path

import pytest

DAGS = sorted((Path(__file__).parents[2] / "dags").glob("*.py"))


@pytest.mark.parametrize("path", DAGS, ids=lambda p: p.stem)
def test_a_dag_file_states_its_rerun_rule_and_holds_no_work(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    doc = ast.get_docstring(tree) or ""
    assert "Airflow" in doc, (
        f"{path.name}: say 'Airflow' in the docstring, or the Dag processor skips the file."
    )
    assert re.search(r"\*\*Re-run rule: (interval|now)\.\*\*", doc), (
        f"{path.name}: state **Re-run rule: interval.** or now."
    )
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert len(imports) == 1
    assert (imports[0].module or "").startswith("voronka.orchestration."), (
        f"{path.name}: the work is not here."
    )


def test_every_dag_has_owner_docs_tags_and_retries_by_error(loaded_dags: dict[str, object]) -> None:
    assert set(loaded_dags) == {
        "ingest_crm",
        "ingest_telephony",
        "ingest_positions",
        "ingest_sheets",
        "ingest_money",
        "sweep_crm",
        "ingest_ads",
        "transform_warehouse",
        "send_reports",
    }
    for dag_id, dag in loaded_dags.items():
        assert dag.doc_md, f"{dag_id}: pass doc=__doc__."
        assert any(t.startswith("rerun:") for t in dag.tags), f"{dag_id}: tag it rerun:interval or rerun:now."
        assert not dag.catchup, f"{dag_id}: history is loaded by backfill, not by catchup."
        for task in dag.tasks:
            assert task.owner == "data", f"{dag_id}.{task.task_id}: set the owner."
            if not task.task_id.startswith("dbt."):
                assert task.retry_policy is not None, f"{dag_id}.{task.task_id}: use the shared retry policy."
                assert task.on_failure_callback, f"{dag_id}.{task.task_id}: failures must be told."


def test_every_account_is_swept_by_itself_whatever_becomes_of_its_tokens(
    loaded_dags: dict[str, object],
) -> None:
    tasks = {task.task_id: task for task in loaded_dags["sweep_crm"].tasks}
    assert set(tasks) == {"renew", "sweep"}
    for task in tasks.values():
        assert task.is_mapped, f"sweep_crm.{task.task_id}: one account must not hold up the others."
        assert not task.upstream_task_ids


def test_ingest_runs_on_data_intervals(loaded_dags: dict[str, object]) -> None:
    for kind in ("crm", "telephony", "positions", "sheets", "money", "ads"):
        timetable = loaded_dags[f"ingest_{kind}"].timetable
        assert type(timetable).__name__ == "CronDataIntervalTimetable", (
            "a bare cron gives a zero-width interval"
        )


def test_dbt_has_one_producer_and_a_task_for_each_model(loaded_dags: dict[str, object]) -> None:
    ids = {t.task_id for t in loaded_dags["transform_warehouse"].tasks}
    assert "dbt.dbt_producer_watcher" in ids
    assert {"dbt.fct_leads_run", "dbt.fct_calls_run", "dbt.kpi_values_run"} <= ids
    assert not [i for i in ids if i.endswith("test")], "tests run inside the one dbt process"
