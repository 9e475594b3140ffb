"""Raw tables of amoCRM, UIS and Topvisor, and the function that makes their month partitions."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import raw_table, run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ENTITIES = {
    "amocrm": (
        *(
            "account",
            "users",
            "roles",
            "pipelines",
            "loss_reasons",
            "custom_fields",
            "tags",
            "leads",
            "contacts",
        ),
        *("companies", "customers", "tasks", "notes", "events", "transactions"),
    ),
    "uis": ("account", "employees", "calls"),
    "topvisor": ("projects", "keywords", "positions"),
}
PARTITIONED = {("amocrm", "events"), ("uis", "calls"), ("topvisor", "positions")}

# Attached, not created as a partition: that would lock out readers of the whole table.
ENSURE_PARTITION = """
create function ops.ensure_raw_partition(table_name text, month date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' as $$
declare
    first_day date := date_trunc('month', month)::date;
    last_day date := (date_trunc('month', month) + interval '1 month')::date;
    partition_name text := table_name || '_' || to_char(month, 'YYYY_MM');
begin
    if not exists (
        select from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname = 'raw' and c.relname = table_name and c.relkind = 'p'
    ) then
        raise exception 'raw.% is not a table partitioned by month', table_name;
    end if;
    perform pg_advisory_xact_lock(hashtext('raw.' || partition_name));
    if to_regclass(format('raw.%I', partition_name)) is not null then
        return false;
    end if;
    execute format('create table raw.%I (like raw.%I including all)', partition_name, table_name);
    execute format('comment on table raw.%I is %L', partition_name,
                   format('raw.%s of %s (UTC).', table_name, to_char(month, 'YYYY-MM')));
    execute format('alter table raw.%I attach partition raw.%I for values from (%L) to (%L)',
                   table_name, partition_name, first_day || ' 00:00:00+00', last_day || ' 00:00:00+00');
    return true;
end $$
"""


def upgrade() -> None:
    """Make the tables of every provider and grant the loader the partition function."""
    bind = op.get_bind()
    for provider, entities in ENTITIES.items():
        for entity in entities:
            run(bind, *raw_table(provider, entity, partitioned=(provider, entity) in PARTITIONED))
    run(
        bind,
        ENSURE_PARTITION,
        "comment on function ops.ensure_raw_partition(text, date) is"
        " 'Makes the partition of a raw table for a month (UTC) when it is not there; true when it made one.'",
        "revoke all on function ops.ensure_raw_partition(text, date) from public",
        "grant execute on function ops.ensure_raw_partition(text, date) to voronka_loader",
    )
