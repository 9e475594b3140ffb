"""How a load read its entity, and how many rows of a raw table an account has now: for checks over any list."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FULL_LISTS = (
    "account, users, roles, pipelines, loss_reasons, custom_fields, tags, transactions, employees, projects,"
    " keywords, contracts, plans, roster, spend"
)


def upgrade() -> None:
    """Add ``ops.loads.mode`` and ``ops.live_rows``; loads from before get the mode their entity then had."""
    names = ", ".join(f"'{name.strip()}'" for name in FULL_LISTS.split(","))
    run(
        op.get_bind(),
        "alter table ops.loads add column mode text check (mode in ('full', 'window', 'sweep'))",
        "update ops.loads set mode = case when window_from is null then 'sweep'"  # noqa: S608 -- names of ours
        f" when entity in ({names}) then 'full' else 'window' end",
        "alter table ops.loads alter column mode set not null",
        "comment on column ops.loads.mode is"
        " 'full: the whole list was read; window: what changed in the window; sweep: the ids alone.'",
        """
        create function ops.live_rows(of_account text, of_provider text, of_entity text) returns bigint
        language plpgsql stable set search_path = '' as $$
        declare
            counted bigint;
        begin
            execute format(
                'select count(*) from raw.%I where account_id = $1 and deleted_at is null',
                of_provider || '_' || of_entity
            ) into counted using of_account;
            return counted;
        end
        $$
        """,
        "comment on function ops.live_rows(text, text, text) is"
        " 'Rows of an account in the raw table of a provider''s entity that the provider still has.'",
        "revoke execute on function ops.live_rows(text, text, text) from public",
        "grant execute on function ops.live_rows(text, text, text) to voronka_transformer",
    )
