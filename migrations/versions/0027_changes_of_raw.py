"""Finding what came lately or is gone without reading a raw table whole."""

from __future__ import annotations

from alembic import op

from voronka.loading.ddl import change_indexes, run

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the raw tables that are there; later ones are made with the indexes."""
    bind = op.get_bind()
    tables = bind.exec_driver_sql(
        """
        select c.relname from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname = 'raw' and c.relkind in ('r', 'p') and not c.relispartition
            and c.relname not like '%%\\_history' and c.relname like '%%\\_%%'
            and exists (select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'deletion_kind')
        order by 1
        """
    )
    for (name,) in tables.fetchall():
        run(bind, *change_indexes(name))
