"""Copies the settings that models need from ``config/`` into ``ops``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from voronka.config import Account, Match, Settings
from voronka.loading.number_key import store_number_key
from voronka.loading.stage_standards import check_stages

Row = tuple[Any, ...]


def sync_settings(connection: psycopg.Connection[TupleRow], settings: Settings) -> None:
    """Make ``ops.accounts`` and the ``ops.account_*`` of :data:`TABLES` say what the settings say.

    What is gone from the settings goes, what is equal is not written. One transaction, committed. The key of the
    number hash is stored with them.

    Raises:
        ConfigurationError: see :func:`voronka.loading.number_key.store_number_key` and
            :func:`voronka.loading.stage_standards.check_stages`; nothing is written then.
    """
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('voronka settings'))")
        check_stages(connection, settings)
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


def _standards(account: Account) -> Iterator[Row]:
    """Each demand once: where two standards of a stage make the same one, the later standard's hours are in force."""
    demands: dict[Row, Row] = {}
    for standard in account.stage_standards:
        place = (account.id, standard.pipeline, standard.stage)
        for field in standard.required_fields:
            demands[*place, "field", field] = (standard.grace_hours, standard.clock)
        if standard.required_task:
            demands[*place, "task", ""] = (standard.grace_hours, standard.clock)
        if standard.max_hours is not None:
            demands[*place, "time", ""] = (standard.max_hours, standard.clock)
    for place, limits in demands.items():
        yield *place, *limits


def _people(account: Account) -> Iterator[Row]:
    rules = account.people
    yield (
        account.id,
        sorted(set(rules.planned_contact_months)),
        rules.scored_calls_a_week,
        rules.scored_call_seconds,
    )


def _call_norms(account: Account) -> Iterator[Row]:
    for holder, norm in account.people.call_norms.items():
        yield account.id, holder, norm


def _milestones(account: Account) -> Iterator[Row]:
    for milestone, stage in account.people.milestones.model_dump(exclude_none=True).items():
        yield account.id, milestone, stage


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
    "account_stage_standards": (
        ("account_id", "pipeline", "stage", "rule", "field", "limit_hours", "clock"),
        ("account_id", "pipeline", "stage", "rule", "field"),
        _standards,
    ),
    "account_people_rules": (
        ("account_id", "planned_contact_months", "scored_calls_a_week", "scored_call_seconds"),
        ("account_id",),
        _people,
    ),
    "account_call_norms": (
        ("account_id", "holder", "daily_calls"),
        ("account_id", "holder"),
        _call_norms,
    ),
    "account_milestones": (
        ("account_id", "milestone", "stage"),
        ("account_id", "milestone"),
        _milestones,
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
