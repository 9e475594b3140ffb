"""What accounts expect of their people: standards of stages, norms of calls, planned contacts, scored calls."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ACCOUNT = ("text not null", "Slug of the account.")
TABLES: dict[str, tuple[str, dict[str, tuple[str, str]], str]] = {
    "account_stage_standards": (
        "What leads in a stage must have: one row per demand, as the settings say it.",
        {
            "account_id": ACCOUNT,
            "pipeline": ("text not null", "Pipeline by name or id of the CRM."),
            "stage": ("text not null", "Stage by name or id of the CRM."),
            "rule": (
                "text not null check (rule in ('field', 'task', 'time'))",
                "field: it must be filled; task: there must be an open one; time: the stay is limited.",
            ),
            "field": ("text not null", "The custom field by name or id; empty for other rules."),
            "limit_hours": (
                "numeric not null check (limit_hours >= 0)",
                "time: the longest stay; else how long after the entry the field or task may be missing.",
            ),
            "clock": (
                "text not null check (clock in ('calendar', 'working'))",
                "Whether the hours run always or in working time only.",
            ),
        },
        "account_id, pipeline, stage, rule, field",
    ),
    "account_people_rules": (
        "Norms of an account that are one figure each.",
        {
            "account_id": ACCOUNT,
            "planned_contact_months": (
                "integer[] not null",
                "After which months of service a client is asked how it goes.",
            ),
            "scored_calls_a_week": (
                "integer not null",
                "Calls of each person and week that are drawn for scoring.",
            ),
            "scored_call_seconds": ("integer not null", "Shorter talks are not drawn."),
        },
        "account_id",
    ),
    "account_call_norms": (
        "Successful calls a working day that are expected of people.",
        {
            "account_id": ACCOUNT,
            "holder": ("text not null", "Division or role it holds for; a role goes before a division."),
            "daily_calls": ("integer not null check (daily_calls > 0)", "Calls a working day."),
        },
        "account_id, holder",
    ),
    "account_milestones": (
        "Stages whose first entry says how far a telemarketer came with a lead.",
        {
            "account_id": ACCOUNT,
            "milestone": ("text not null", "past_secretary, need_found, meeting_set or meeting_held."),
            "stage": ("text not null", "Stage by name or id of the CRM."),
        },
        "account_id, milestone",
    ),
}


def upgrade() -> None:
    """Make the tables: the loader writes them, the transformer reads them."""
    for table, (about, columns, key) in TABLES.items():
        body = ", ".join(f"{name} {kind}" for name, (kind, _) in columns.items())
        run(
            op.get_bind(),
            f"create table ops.{table} ({body}, primary key ({key}))",
            f"comment on table ops.{table} is '{about}'",
            *(f"comment on column ops.{table}.{column} is '{text}'" for column, (_, text) in columns.items()),
            f"grant select, insert, update, delete on ops.{table} to voronka_loader",
            f"grant select on ops.{table} to voronka_transformer",
        )
