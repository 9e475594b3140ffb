"""Copies the settings that models need from ``config/`` into ``ops``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from voronka.config import Account, Match, Settings
from voronka.loading.number_key import store_number_key

Row = tuple[Any, ...]


def sync_settings(connection: psycopg.Connection[TupleRow], settings: Settings) -> None:
    """Make ``ops.accounts`` and the ``ops.account_*`` of :data:`TABLES` say what the settings say.

    What is gone from the settings goes, what is equal is not written. One transaction, committed. The key of the
    number hash is stored with them.

    Raises:
        ConfigurationError: see :func:`voronka.loading.number_key.store_number_key`.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('voronka settings'))")
        for table, (columns, keys, rows_of) in TABLES.items():
            _sync(connection, table, columns, keys, [row for a in settings.accounts for row in rows_of(a)])
        store_number_key(connection)
    connection.commit()


def _accounts(account: Account) -> Iterator[Row]:
    hours = account.working_hours
    yield (
        account.id,
        account.name,
        account.time_zone,
        account.currency,
        account.country,
        hours.start,
        hours.end,
        list(hours.weekdays),
        account.closing_grace_days,
        account.margin_share,
        account.counted_payments,
    )


def _fields(account: Account) -> Iterator[Row]:
    for meaning, field in account.fields.model_dump(exclude_none=True).items():
        yield account.id, "companies" if meaning.startswith("client_") else "leads", meaning, field


def _rules(account: Account) -> Iterator[Row]:
    for rule in ("spam", "test", "duplicate", "mql", "sql"):
        matches: tuple[Match, ...] = getattr(account, rule)
        yield from dict.fromkeys((account.id, rule, *_sign(match)) for match in matches)
    for reason in dict.fromkeys(account.recyclable_loss_reasons):
        yield account.id, "recyclable", "loss_reason", "", reason
    for stage in dict.fromkeys(account.proposal_stages):
        yield account.id, "proposal", "stage", "", stage


def _sign(match: Match) -> tuple[str, str, str]:
    if match.field is not None:
        return "field", match.field, match.value or ""
    kind = next(kind for kind in ("tag", "loss_reason", "stage") if getattr(match, kind) is not None)
    return kind, "", getattr(match, kind)


def _divisions(account: Account) -> Iterator[Row]:
    for group_name, division in account.divisions.items():
        yield account.id, group_name, division


def _extensions(account: Account) -> Iterator[Row]:
    for extension, email in account.extensions.items():
        yield account.id, extension, email


TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Account], Iterator[Row]]]] = {
    "accounts": (
        (
            *("account_id", "name", "time_zone", "currency_code", "country_code", "work_start", "work_end"),
            *("work_weekdays", "closing_grace_days", "margin_share", "payments_truth"),
        ),
        ("account_id",),
        _accounts,
    ),
    "account_fields": (
        ("account_id", "entity_type", "meaning", "field"),
        ("account_id", "meaning"),
        _fields,
    ),
    "account_rules": (
        ("account_id", "rule", "match_type", "match_field", "match_value"),
        ("account_id", "rule", "match_type", "match_field", "match_value"),
        _rules,
    ),
    "account_divisions": (
        ("account_id", "group_name", "division"),
        ("account_id", "group_name"),
        _divisions,
    ),
    "account_extensions": (
        ("account_id", "extension", "email"),
        ("account_id", "extension"),
        _extensions,
    ),
}


def _sync(
    connection: psycopg.Connection[TupleRow],
    table: str,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    rows: list[Row],
) -> None:
    wanted = f"wanted_{table}"
    values = [column for column in columns if column not in keys]
    names = {
        "table": sql.Identifier("ops", table),
        "wanted": sql.Identifier(wanted),
        "columns": _list("{}", columns),
        "keys": _list("{}", keys),
        "same": sql.SQL(" and ").join(sql.SQL("t.{0} = w.{0}").format(sql.Identifier(key)) for key in keys),
        "set": _list("{0} = excluded.{0}", values),
        "old": _list("t.{}", values),
        "fresh": _list("excluded.{}", values),
    }
    connection.execute(
        sql.SQL("create temporary table {wanted} (like {table}) on commit drop").format(**names)
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy {wanted} ({columns}) from stdin").format(**names)) as copy,
    ):
        for row in rows:
            copy.write_row(row)
    connection.execute(
        sql.SQL("delete from {table} as t where not exists (select from {wanted} as w where {same})").format(
            **names
        )
    )
    action = sql.SQL(
        "do update set {set} where ({old}) is distinct from ({fresh})" if values else "do nothing"
    )
    connection.execute(
        sql.SQL(
            "insert into {table} as t ({columns}) select {columns} from {wanted}"
            " on conflict ({keys}) {action}"
        ).format(**names, action=action.format(**names))
    )


def _list(form: str, columns: tuple[str, ...] | list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(form).format(sql.Identifier(column)) for column in columns)
