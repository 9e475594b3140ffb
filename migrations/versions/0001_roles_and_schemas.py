"""Roles with the least each needs, and the schemas they meet in."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import run

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = {
    "voronka_loader": "Writes raw and the loading part of ops.",
    "voronka_transformer": "Runs dbt: reads raw, makes staging, intermediate, marts and pii.",
    "voronka_app": "Checks, publishes and sends: reads marts, writes runs, check results and deliveries.",
    "voronka_bi": "BI tools: reads marts.",
    "voronka_pii": "Reads personal data (pii) beside marts.",
}
SCHEMAS = {
    "raw": "Records exactly as received, last version and history. Written by voronka_loader.",
    "ops": "Loads, watermarks, quarantine, tokens, runs, checks, deliveries: how the warehouse works.",
    "staging": "One view per source entity: typed, named, in UTC. Made by dbt.",
    "intermediate": "Shared steps between staging and marts. Made by dbt.",
    "marts": "The contracted tables that BI tools and reports read. Made by dbt.",
    "pii": "Names, numbers and addresses of people, apart from the marts. Made by dbt.",
}
MADE_BY_DBT = ("staging", "intermediate", "marts", "pii")
READERS = {"marts": ("voronka_bi", "voronka_app", "voronka_pii"), "pii": ("voronka_pii",)}


def upgrade() -> None:
    """Make roles (they are shared by all databases of a server), schemas, grants and default grants."""
    bind = op.get_bind()
    # Two databases of one server may be migrated at the same time.
    run(bind, "select pg_advisory_xact_lock(hashtext('voronka roles'))")
    for role, comment in ROLES.items():
        run(
            bind,
            f"""
            do $$ begin
                if not exists (select from pg_roles where rolname = '{role}') then
                    create role {role} login nosuperuser nocreatedb nocreaterole inherit;
                    comment on role {role} is '{comment}';
                end if;
            end $$
            """,
        )
    for schema, comment in SCHEMAS.items():
        run(
            bind,
            f"create schema if not exists {schema}",
            f"comment on schema {schema} is '{comment}'",
            f"revoke all on schema {schema} from public",
        )
    # Whoever sets the default grants of a role must be a member of it.
    run(bind, "grant voronka_transformer to current_user")
    for schema in MADE_BY_DBT:
        run(bind, f"grant usage, create on schema {schema} to voronka_transformer")
        for reader in READERS.get(schema, ()):
            run(
                bind,
                f"grant usage on schema {schema} to {reader}",
                f"alter default privileges for role voronka_transformer in schema {schema}"
                f" grant select on tables to {reader}",
            )
    run(
        bind,
        "grant usage on schema raw to voronka_loader, voronka_transformer",
        "grant usage on schema ops to voronka_loader, voronka_transformer, voronka_app",
        # Functions that dbt or migrations make are for those they are granted to.
        "alter default privileges revoke execute on functions from public",
        "alter default privileges for role voronka_transformer revoke execute on functions from public",
    )
