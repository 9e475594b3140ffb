"""Statements that make raw tables; migrations call them, so that every raw table is alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

RAW_COLUMNS: dict[str, tuple[str, str]] = {
    "account_id": ("text not null", "The tenant's slug, as in config/accounts.yml."),
    "source_id": (
        "text not null",
        "The provider's id; <parent>:<id> where the payload does not tell its parent.",
    ),
    "source_updated_at": (
        "timestamptz not null",
        "When the provider last changed the record; of events, calls and checks when they happened.",
    ),
    "payload": ("jsonb not null", "The record exactly as received."),
    "payload_hash": ("text not null", "Hash of the payload without _links, keys sorted."),
    "loaded_at": ("timestamptz not null", "When this version was written."),
    "load_id": ("uuid not null", "The load (ops.loads) that wrote this version."),
    "deleted_at": ("timestamptz", "When the provider said the record was gone; null while it is there."),
    "deletion_kind": (
        "text",
        "bin: in the provider's recycle bin; missing: no longer in a complete list; null while it is there.",
    ),
}
HISTORY_COLUMNS: dict[str, tuple[str, str]] = {
    "replaced_at": ("timestamptz not null", "When a newer version took its place."),
    "replaced_by_load_id": ("uuid not null", "The load that wrote the version in its place."),
}


def run(connection: Connection, *statements: str) -> None:
    """Execute plain SQL on the driver's own connection, where neither ``%`` nor ``:`` means anything."""
    driver: Any = connection.connection.driver_connection
    for statement in statements:
        driver.execute(statement)


def change_indexes(name: str) -> Iterator[str]:
    """Indexes of a raw table by which models find what was written lately and what is marked as gone."""
    yield f"create index if not exists {name}_loaded on raw.{name} (loaded_at)"
    yield (
        f"create index if not exists {name}_gone on raw.{name} (account_id, source_id) where deleted_at is not null"
    )


def raw_table(provider: str, entity: str, *, partitioned: bool = False) -> Iterator[str]:
    """The statements that make ``raw.<provider>_<entity>`` and its history, described and granted.

    Args:
        partitioned: by month of ``source_updated_at``, which then is part of the key.
    """
    name = f"{provider}_{entity}"
    key = "account_id, source_id, source_updated_at" if partitioned else "account_id, source_id"
    kind = "deletion_kind in ('bin', 'missing') and deleted_at is not null or deletion_kind is null and deleted_at is null"
    columns = ",\n".join(f"{column} {type_}" for column, (type_, _) in RAW_COLUMNS.items())
    partition_by = " partition by range (source_updated_at)" if partitioned else ""
    yield (
        f"create table raw.{name} ({columns}, constraint {name}_key primary key ({key}),"
        f" constraint {name}_deletion check ({kind})){partition_by}"
    )
    yield f"create index {name}_updated on raw.{name} (account_id, source_updated_at)"
    yield f"create index {name}_load on raw.{name} (load_id)"
    yield from change_indexes(name)
    replaced = ",\n".join(f"{column} {type_}" for column, (type_, _) in HISTORY_COLUMNS.items())
    yield (
        f"create table raw.{name}_history ({columns}, {replaced}, constraint {name}_history_key primary key"
        f" (account_id, source_id, source_updated_at, payload_hash))"
    )
    yield f"create index {name}_history_replaced on raw.{name}_history (account_id, replaced_at)"
    month = ", partitioned by month of source_updated_at" if partitioned else ""
    yield (
        f"comment on table raw.{name} is"
        f" '{provider} {entity}: one row per record of an account, its last version{month}.'"
    )
    yield (
        f"comment on table raw.{name}_history is"
        f" '{provider} {entity}: every version seen that is not the one in raw.{name}.'"
    )
    for table, described in ((name, RAW_COLUMNS), (f"{name}_history", RAW_COLUMNS | HISTORY_COLUMNS)):
        for column, (_, comment) in described.items():
            yield f"comment on column raw.{table}.{column} is '{comment.replace(chr(39), chr(39) * 2)}'"
        yield f"grant select, insert, update, delete on raw.{table} to voronka_loader"
        yield f"grant select on raw.{table} to voronka_transformer"
