"""A made-up agency of any size, made inside Postgres straight into ``raw``; the records of later days through the loader.

Every fact (a lead's path, a call, a check) is fixed by its number, so that the state of any record at any moment
follows from the facts up to then, see ``agency.sql``. ``load_history`` writes the records as they stood at a moment;
``load_day`` hands what came or changed since to our own loader, which compares, keeps history and marks deletions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from psycopg import Connection
from psycopg.rows import TupleRow

from tests.support.pages import PageConnector
from voronka import database
from voronka.connectors.base import Deletion, Entity, Page, Record
from voronka.domain.windows import Window
from voronka.loading import Loader

ACCOUNT = "bench"
PAGE_ROWS = 500
PARTITIONED = ("amocrm_events", "uis_calls", "topvisor_positions")
ENTITIES = (
    *("amocrm_leads", "amocrm_events", "amocrm_contacts", "amocrm_companies", "amocrm_tasks", "amocrm_notes"),
    *("amocrm_customers", "amocrm_transactions", "uis_calls", "topvisor_positions"),
    *("sheets_contracts", "sheets_spend"),
)
RULES = (
    ("spam", "tag", "", "спам"),
    ("duplicate", "loss_reason", "", "Дубль"),
    ("mql", "stage", "", "Квалификация"),
    ("sql", "stage", "", "Коммерческое предложение"),
    ("recyclable", "loss_reason", "", "Дорого"),
)
FIELDS = (
    *(("leads", "source", "Источник"), ("leads", "region", "Регион"), ("leads", "subject_area", "Тематика")),
    *(("companies", "client_segment", "Сегмент"), ("companies", "client_region", "Регион")),
)
DIVISIONS = (
    ("Лидогенерация", "lead_generation"),
    ("Отдел продаж", "sales"),
    ("Аккаунт-менеджмент", "account_management"),
)


@dataclass(frozen=True)
class Agency:
    """How large, and from when to when (aware UTC; ``ends_at`` is the end of the last day that may be loaded)."""

    leads_per_month: int
    starts_at: datetime
    ends_at: datetime

    @property
    def lead_count(self) -> int:
        """Leads created until ``ends_at``."""
        months = (self.ends_at - self.starts_at) / timedelta(seconds=2_629_800)
        return int(months * self.leads_per_month)

    def make_facts(self) -> None:
        """All facts of the agency, in schema ``bench``."""
        script = Path(__file__).with_suffix(".sql").read_text("utf-8")
        scale = {
            "first_moment": self.starts_at.isoformat(),
            "last_moment": self.ends_at.isoformat(),
            "leads_per_month": self.leads_per_month,
            "lead_count": self.lead_count,
            "keyword_count": max(50, self.leads_per_month // 10),
        }
        with database.connect("owner", autocommit=True) as connection:
            connection.execute("drop schema if exists bench cascade")
            connection.execute("set check_function_bodies = off")
            for name, value in scale.items():
                script = script.replace("{" + name + "}", str(value))
            connection.execute(script.encode())
            connection.execute("analyze bench.leads, bench.changes, bench.calls")
        _settings()

    def load_history(self, until: datetime) -> dict[str, int]:
        """Write every record as it stood at ``until``; rows by raw table."""
        counts: dict[str, int] = {}
        with database.connect("owner", autocommit=True) as connection:
            for entity in ENTITIES:
                counts[entity] = self._fill(connection, entity, until)
            _constant(connection)
            _mark_deleted(connection, until)
            connection.execute("vacuum analyze")
        return counts

    def _fill(self, connection: Connection[TupleRow], entity: str, until: datetime) -> int:
        if entity in PARTITIONED:
            connection.execute(
                """
                select ops.ensure_raw_partition(%s, month::date)
                from generate_series(date_trunc('month', %s::timestamptz), %s, interval '1 month') as month
                """,
                (entity, self.starts_at, self.ends_at),
            )
        done = connection.execute(
            f"""
            insert into raw.{entity} (
                account_id, source_id, source_updated_at, payload, payload_hash, loaded_at, load_id
            )
            select %s, source_id, updated_at, payload, md5(source_id), updated_at + interval '1 hour', gen_random_uuid()
            from bench.{entity.partition("_")[2]}_at(%s, '2000-01-01 00:00+00')
            where updated_at > %s
            """,
            (ACCOUNT, until, self.starts_at),
        )
        return done.rowcount

    def load_day(self, since: datetime, until: datetime) -> int:
        """Load what came or changed after ``since`` until ``until``; how many rows were written."""
        written = 0
        loader = Loader(partial(database.connect, "loader"))
        for table in ENTITIES:
            provider, _, name = table.partition("_")
            pages = list(_pages(table, since, until))
            if not pages:
                continue
            entity = Entity(name, "window", partitioned=table in PARTITIONED)
            connector = PageConnector({name: pages}, entity, account_id=ACCOUNT, provider=provider)
            done = loader.load(connector, name, Window(since, until))
            written += done.rows_inserted + done.rows_updated + done.rows_deleted
        return written


def _pages(table: str, since: datetime, until: datetime) -> Iterator[Page]:
    with database.connect("owner") as connection:
        records = [
            Record(source_id, updated_at, payload)
            for source_id, updated_at, payload in connection.execute(
                f"select source_id, updated_at, payload from bench.{table.partition('_')[2]}_at(%s, %s)",
                (until, since),
            )
        ]
        deletions = []
        if table == "amocrm_leads":
            deletions = [
                Deletion(source_id, at, kind)
                for source_id, at, kind in connection.execute(DELETED, {"since": since, "until": until})
            ]
    for start in range(0, len(records), PAGE_ROWS):
        yield Page(records[start : start + PAGE_ROWS])
    if deletions:
        yield Page([], [], deletions)


DELETED = """
    select (25000000 + n)::text, binned_at, 'bin' from bench.leads where binned_at > %(since)s and binned_at <= %(until)s
    union all
    select (25000000 + n)::text, merged_at + interval '1 hour', 'missing' from bench.leads
    where merged_at > %(since)s and merged_at <= %(until)s and binned_at is null
"""


def _mark_deleted(connection: Connection[TupleRow], until: datetime) -> None:
    connection.execute(
        f"""
        update raw.amocrm_leads as lead set deleted_at = gone.at, deletion_kind = gone.kind
        from ({DELETED}) as gone (source_id, at, kind)
        where lead.source_id = gone.source_id
        """,
        {"since": datetime(2000, 1, 1, tzinfo=until.tzinfo), "until": until},
    )


def _constant(connection: Connection[TupleRow]) -> None:
    rows = connection.execute("select distinct entity from bench.constant_records()").fetchall()
    for (entity,) in rows:
        connection.execute(
            f"""
            insert into raw.{entity} (
                account_id, source_id, source_updated_at, payload, payload_hash, loaded_at, load_id
            )
            select %s, source_id, '2020-01-01 00:00+00', payload, md5(source_id), '2020-01-01 00:00+00',
                gen_random_uuid()
            from bench.constant_records() where entity = %s
            """,
            (ACCOUNT, entity),
        )


def _settings() -> None:
    with database.connect("owner", autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            insert into ops.accounts (
                account_id, name, time_zone, currency_code, country_code, work_start, work_end, work_weekdays,
                closing_grace_days, margin_share
            )
            values (%s, 'Bench', 'Europe/Moscow', 'RUB', 'RU', '09:00', '18:00', array[1, 2, 3, 4, 5], 3, 0.5)
            on conflict do nothing
            """,
            (ACCOUNT,),
        )
        cursor.execute("insert into ops.number_key (key) values (repeat('k', 64)) on conflict do nothing")
        cursor.executemany(
            "insert into ops.account_rules (account_id, rule, match_type, match_field, match_value)"
            " values (%s, %s, %s, %s, %s) on conflict do nothing",
            [(ACCOUNT, *rule) for rule in RULES],
        )
        cursor.executemany(
            "insert into ops.account_fields (account_id, entity_type, meaning, field) values (%s, %s, %s, %s)"
            " on conflict do nothing",
            [(ACCOUNT, *field) for field in FIELDS],
        )
        cursor.executemany(
            "insert into ops.account_divisions (account_id, group_name, division) values (%s, %s, %s)"
            " on conflict do nothing",
            [(ACCOUNT, *division) for division in DIVISIONS],
        )
