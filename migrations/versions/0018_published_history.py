"""What was published stays known: rows of the marts with the time they stood, and figures restated later."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from voronka.loading.ddl import run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql" / "published_history.sql"
COMMENTS = {
    "publications": {
        "": "One row per run and account whose marts were published.",
        "run_id": "The transform run.",
        "account_id": "Slug of the account.",
        "kept_at": "When it was published; rows of this schema are valid from then on.",
        "data_as_of": "The moment up to which every source was loaded.",
        "crm_as_of": "The moment up to which leads and their events were loaded.",
    },
    "restatements": {
        "": "One row per figure of a period that was over when it was published and that a later run published otherwise.",
        "restatement_id": "Number of the row.",
        "account_id": "Slug of the account.",
        "run_id": "The transform run that restated it.",
        "restated_at": "When that run was published.",
        "previous_run_id": "The run that had published it last.",
        "previously_published_at": "When that run was published.",
        "mart": "The mart it is a figure of: funnel_cohorts, kpi_values or mrr_monthly.",
        "metric_id": "The metric (the column of funnel_cohorts and mrr_monthly).",
        "period_type": "day, week, month, quarter or year.",
        "period_start": "First day of the period.",
        "subject_type": "user, team, division, company, or stage (of funnel_cohorts).",
        "subject_id": "Key of the subject.",
        "value_before": "The figure as it was published; null where it was unknown.",
        "value_after": "The same figure as of the same moment, by what is known now.",
        "cause": (
            "deletion, merge, restoration, marking (spam, test, duplicate), late data, correction, corrected sheet,"
            " progress (the outcome of leads of the period came later) or recalculation (settings or rules)."
        ),
        "records": "Leads or payments behind the cause, where they are known.",
    },
}


def upgrade() -> None:
    """Make the schema and its functions as the transformer, who owns the marts; the application may keep a run."""
    bind = op.get_bind()
    run(
        bind,
        "create schema history",
        "comment on schema history is"
        " 'Rows of the marts as they were published, with the time they stood. Written when a run is published.'",
        "grant usage, create on schema history to voronka_transformer",
        "grant usage on schema history to voronka_app",
        "grant select on ops.run_accounts, ops.watermarks to voronka_transformer",
        "set role voronka_transformer",
        "set local check_function_bodies = off",
        SQL.read_text("utf-8"),
        "grant execute on function history.keep_published(text, timestamptz) to voronka_app",
        *(
            f"comment on {f'column history.{table}.{column}' if column else f'table history.{table}'} is '{text}'"
            for table, columns in COMMENTS.items()
            for column, text in columns.items()
        ),
        "reset role",
    )
