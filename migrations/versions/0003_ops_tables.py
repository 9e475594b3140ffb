"""How the warehouse works: settings for models, loads, quarantine, tokens, runs, checks, deliveries."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# table: (comment, {column: (type, comment)}, constraints)
Table = tuple[str, dict[str, tuple[str, str]], tuple[str, ...]]

ACCOUNT = ("text not null", "The tenant's slug.")
PROVIDER = ("text not null", "amocrm, uis, topvisor.")
ENTITY = ("text not null", "As in raw.<provider>_<entity>.")
COUNT = "bigint not null default 0"

TABLES: dict[str, Table] = {
    "accounts": (
        "Settings of an account that models need, copied from config/accounts.yml before every run.",
        {
            "account_id": ACCOUNT,
            "name": ("text not null", "Name for people."),
            "time_zone": ("text not null", "IANA zone of its local days."),
            "currency_code": ("text not null", "ISO 4217 currency of its money."),
            "country_code": ("text not null", "ISO 3166 country, for holidays and phone numbers."),
            "work_start": ("time not null", "Start of the working day, local, inclusive."),
            "work_end": ("time not null", "End of the working day, local, exclusive."),
            "work_weekdays": ("int[] not null", "Working weekdays, 1 = Monday."),
            "closing_grace_days": ("int not null", "Days after a month's end in which it may still change."),
            "margin_share": ("numeric not null", "Margin assumed where none is known, a fraction 0-1."),
        },
        ("primary key (account_id)",),
    ),
    "account_fields": (
        "Which custom field of an account carries a meaning.",
        {
            "account_id": ACCOUNT,
            "entity_type": ("text not null", "leads or companies."),
            "meaning": ("text not null", "source, channel, region, client_segment and so on."),
            "field": ("text not null", "Name, code or id of the custom field as written in the settings."),
        },
        ("primary key (account_id, meaning)",),
    ),
    "account_rules": (
        "Signs by which an account's leads are recognised.",
        {
            "account_id": ACCOUNT,
            "rule": ("text not null", "spam, test, duplicate, mql, sql or recyclable."),
            "match_type": ("text not null", "tag, loss_reason, stage or field."),
            "match_field": (
                "text not null default ''",
                "The custom field when match_type is field, else empty.",
            ),
            "match_value": ("text not null", "The tag, reason, stage or field value."),
        },
        ("primary key (account_id, rule, match_type, match_field, match_value)",),
    ),
    "account_divisions": (
        "Division of each CRM user group.",
        {
            "account_id": ACCOUNT,
            "group_name": ("text not null", "Name of the CRM group."),
            "division": ("text not null", "Division it belongs to."),
        },
        ("primary key (account_id, group_name)",),
    ),
    "loads": (
        "One row per load of an entity's window.",
        {
            "load_id": ("uuid not null", "Names the load in raw tables."),
            "account_id": ACCOUNT,
            "provider": PROVIDER,
            "entity": ENTITY,
            "window_from": ("timestamptz", "Start of the window, inclusive; null for a sweep."),
            "window_to": ("timestamptz", "End of the window, exclusive; null for a sweep."),
            "status": ("text not null", "running, succeeded, failed or skipped (tariff lacks the entity)."),
            "started_at": ("timestamptz not null", "When it began."),
            "finished_at": (
                "timestamptz",
                "When it ended; null while running or when its process was killed.",
            ),
            "pages": (COUNT, "Pages received."),
            "rows_received": (COUNT, "Records received, as often as they came."),
            "rows_inserted": (COUNT, "Records not seen before."),
            "rows_updated": (COUNT, "Records whose version was replaced, or that came back."),
            "rows_unchanged": (COUNT, "Records already there in the same version."),
            "rows_stale": (COUNT, "Versions older than the one already there."),
            "rows_deleted": (COUNT, "Records marked as deleted."),
            "rows_quarantined": (COUNT, "Records that could not be taken."),
            "source_total": (
                "bigint",
                "How many records the provider says the request holds; null if silent.",
            ),
            "error": ("text", "Why it failed or was skipped, with the remedy."),
        },
        (
            "primary key (load_id)",
            "check (status in ('running', 'succeeded', 'failed', 'skipped'))",
        ),
    ),
    "watermarks": (
        "How far each entity is loaded.",
        {
            "account_id": ACCOUNT,
            "provider": PROVIDER,
            "entity": ENTITY,
            "high_water_at": ("timestamptz not null", "End of the furthest window loaded to its last page."),
            "load_id": ("uuid not null", "The load that moved it."),
        },
        ("primary key (account_id, provider, entity)",),
    ),
    "quarantine": (
        "Records that could not be taken, each with its reason and remedy.",
        {
            "account_id": ACCOUNT,
            "provider": PROVIDER,
            "entity": ENTITY,
            "payload_hash": ("text not null", "Hash of what was received."),
            "code": ("text not null", "Short name of the reason, such as missing_pipeline."),
            "source_id": ("text", "The record's id where it could be read."),
            "reason": ("text not null", "Which record and field, what was found, what was expected."),
            "remedy": ("text not null", "What to do."),
            "payload": ("jsonb not null", "What was received; as a text when jsonb cannot hold it."),
            "first_seen_at": ("timestamptz not null", "When it first came."),
            "last_seen_at": ("timestamptz not null", "When it last came."),
            "seen_count": ("bigint not null default 1", "In how many loads it came."),
            "load_id": ("uuid not null", "The load that last met it."),
            "resolved_at": (
                "timestamptz",
                "When a sound version of the same record was loaded; null while open.",
            ),
        },
        ("primary key (account_id, provider, entity, payload_hash, code)",),
    ),
    "tokens": (
        "OAuth pairs, encrypted with VORONKA_ENCRYPTION_KEY.",
        {
            "account_id": ACCOUNT,
            "provider": PROVIDER,
            "pair": ("bytea not null", "The encrypted pair."),
            "expires_at": ("timestamptz not null", "When the access token ends."),
            "refreshed_at": ("timestamptz not null", "When the pair was issued."),
            "exchange_started_at": (
                "timestamptz",
                "When an exchange of the refresh token began whose outcome is not stored; null otherwise.",
            ),
        },
        ("primary key (account_id, provider)",),
    ),
    "rate_limits": (
        "When the next request of a bucket may go, over all processes.",
        {
            "bucket": ("text not null", "<account>/<provider>."),
            "next_free_at": ("timestamptz not null", "The first moment not yet given away (database clock)."),
        },
        ("primary key (bucket)",),
    ),
    "runs": (
        "One row per run of the models, from the gate on raw to publishing.",
        {
            "run_id": ("text not null", "Airflow's run id, or one made by the command line."),
            "status": ("text not null", "running, failed, gated or published."),
            "started_at": ("timestamptz not null", "When it began."),
            "finished_at": ("timestamptz", "When it ended."),
            "published_at": ("timestamptz", "When its marts were released to reports; null until then."),
            "data_as_of": ("timestamptz", "The moment up to which every source was loaded."),
            "failed_step": ("text", "The step that failed."),
            "message": ("text", "Why, with the remedy."),
        },
        ("primary key (run_id)", "check (status in ('running', 'failed', 'gated', 'published'))"),
    ),
    "check_results": (
        "What each expectation said in a run.",
        {
            "check_result_id": ("bigint generated always as identity", "Row number."),
            "run_id": ("text not null", "The run."),
            "gate": ("text not null", "raw or marts."),
            "suite": ("text not null", "The suite's name, usually a table."),
            "expectation": ("text not null", "What was expected, with its column; unique in the suite."),
            "account_id": ("text", "The tenant it is about; null when about all."),
            "severity": ("text not null", "critical, warning or info."),
            "success": ("boolean not null", "Whether it held."),
            "observed": ("text", "What was found."),
            "expected": ("text", "What was expected, as numbers or a set."),
            "message": ("text", "One sentence for the person who mends it."),
            "failing_since": ("timestamptz", "Start of the unbroken row of failures; null when it held."),
            "checked_at": ("timestamptz not null default clock_timestamp()", "When it was looked at."),
        },
        ("primary key (check_result_id)", "check (gate in ('raw', 'marts'))"),
    ),
    "deliveries": (
        "The ledger of letters: each goes once to each recipient.",
        {
            "delivery_id": ("uuid not null default gen_random_uuid()", "Names the delivery."),
            "report": ("text not null", "positions, sales_weekly."),
            "account_id": ACCOUNT,
            "subject_id": ("text not null", "What the letter is about: a project or the account."),
            "period": ("text not null", "2026-W47, 2026-10 or a date."),
            "recipient": ("text not null", "The e-mail address, lower case."),
            "content_hash": ("text not null", "Hash of the figures shown."),
            "language": ("text not null", "ru or en."),
            "status": (
                "text not null",
                "pending, sending, sent, failed, uncertain, refused, or superseded (not sent: an earlier version went out).",
            ),
            "attempts": ("int not null default 0", "How often handing over was tried."),
            "message_id": ("text", "Message-ID of the mail."),
            "page_path": ("text", "The stored page, below the state folder."),
            "run_id": ("text", "The published run whose figures it shows."),
            "created_at": ("timestamptz not null default clock_timestamp()", "When it was entered."),
            "updated_at": ("timestamptz not null default clock_timestamp()", "When its status last changed."),
            "sent_at": ("timestamptz", "When the mail server took it."),
            "error": ("text", "Why it failed, with the remedy."),
        },
        (
            "primary key (delivery_id)",
            "unique (report, account_id, subject_id, period, recipient, content_hash)",
            "check (status in ('pending', 'sending', 'sent', 'failed', 'uncertain', 'refused', 'superseded'))",
        ),
    ),
}

INDEXES = (
    "create index loads_entity on ops.loads (account_id, provider, entity, started_at)",
    "create index quarantine_open on ops.quarantine (account_id, provider, entity, source_id)"
    " where resolved_at is null",
    "create index runs_started on ops.runs (started_at)",
    "create index check_results_run on ops.check_results (run_id, gate)",
    "create index check_results_same on ops.check_results (gate, suite, expectation, account_id, checked_at)",
    "create index deliveries_created on ops.deliveries (created_at)",
)

QUARANTINE_WITHOUT_PAYLOAD = ", ".join(c for c in TABLES["quarantine"][1] if c != "payload")
GRANTS = (
    "grant select, insert, update, delete on ops.accounts, ops.account_fields, ops.account_rules,"
    " ops.account_divisions to voronka_loader",
    "grant select, insert, update on ops.loads, ops.watermarks, ops.quarantine, ops.tokens, ops.rate_limits"
    " to voronka_loader",
    "grant select on ops.accounts, ops.account_fields, ops.account_rules, ops.account_divisions, ops.loads,"
    " ops.watermarks, ops.quarantine to voronka_transformer",
    "grant select, insert, update on ops.runs, ops.deliveries to voronka_app",
    "grant select, insert, update, delete on ops.check_results to voronka_app",
    "grant select on ops.accounts, ops.loads, ops.watermarks to voronka_app",
    f"grant select ({QUARANTINE_WITHOUT_PAYLOAD}) on ops.quarantine to voronka_app",
)


def upgrade() -> None:
    """Make the tables, describe every column, grant each role what it works with."""
    bind = op.get_bind()
    for table, (comment, columns, constraints) in TABLES.items():
        parts = [*(f"{column} {type_}" for column, (type_, _) in columns.items()), *constraints]
        run(bind, f"create table ops.{table} ({', '.join(parts)})")
        run(bind, f"comment on table ops.{table} is {_quoted(comment)}")
        for column, (_, about) in columns.items():
            run(bind, f"comment on column ops.{table}.{column} is {_quoted(about)}")
    run(bind, *INDEXES, *GRANTS)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
