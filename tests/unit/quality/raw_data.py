"""A small sound warehouse: two accounts, every raw table filled, everything loaded up to ``AS_OF``."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from psycopg import Connection

from voronka.config.providers import KIND_OF

WINDOWED = {"leads", "contacts", "companies", "customers", "tasks", "notes", "events", "calls", "positions"}
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)  # a Tuesday, 03:00 in Moscow
ACCOUNTS = ("north", "south")
STAMP = int((AS_OF - timedelta(days=2)).timestamp())
PERSON = {"created_at": STAMP, "updated_at": STAMP, "custom_fields_values": None}

BANK_DOCUMENT = {
    "direction": "in",
    "paid_on": "2026-11-22",
    "document_date": "2026-11-22",
    "amount": "60000.00",
    "counterparty": {"name": "Stroy-Dom", "inn": "7700000001", "account": None},
}

PAYLOADS: dict[str, dict[str, Any]] = {
    "amocrm_account": {
        "id": 1,
        "name": "Agency",
        "_embedded": {"datetime_settings": {"timezone": "Europe/Moscow"}},
    },
    "amocrm_users": {"id": 1, "name": "Irina", "rights": {"is_active": True}},
    "amocrm_roles": {"id": 1, "name": "Manager"},
    "amocrm_pipelines": {
        "id": 10,
        "name": "Sales",
        "sort": 1,
        "_embedded": {"statuses": [{"id": 20}, {"id": 142}, {"id": 143}]},
    },
    "amocrm_loss_reasons": {"id": 1, "name": "Price"},
    "amocrm_custom_fields": {"id": 1, "name": "Source", "type": "select"},
    "amocrm_tags": {"id": 1, "name": "site"},
    "amocrm_leads": {
        "id": 1,
        "name": "SEO",
        "price": 1000,
        "responsible_user_id": 1,
        "status_id": 20,
        "pipeline_id": 10,
        "closed_at": None,
        "_embedded": {},
        **PERSON,
    },
    "amocrm_contacts": {"id": 1, "name": "Oleg", **PERSON},
    "amocrm_companies": {"id": 1, "name": "Stroy-Dom", **PERSON},
    "amocrm_customers": {"id": 1, "name": "Stroy-Dom", **PERSON},
    "amocrm_tasks": {
        "id": 1,
        "responsible_user_id": 1,
        "entity_id": 1,
        "entity_type": "leads",
        "is_completed": False,
        "complete_till": STAMP,
        "created_at": STAMP,
        "updated_at": STAMP,
    },
    "amocrm_notes": {"id": 1, "entity_id": 1, "note_type": "common", "created_at": STAMP, "params": {}},
    "amocrm_events": {
        "id": "e1",
        "type": "lead_status_changed",
        "entity_id": 1,
        "entity_type": "lead",
        "created_at": STAMP,
        "value_after": [{"lead_status": {"id": 142, "pipeline_id": 10}}],
        "value_before": [{"lead_status": {"id": 20, "pipeline_id": 10}}],
    },
    "amocrm_transactions": {"id": 1, "price": 100, "customer_id": 1, "completed_at": STAMP},
    "uis_account": {"app_id": 1, "timezone": "Europe/Moscow"},
    "uis_employees": {"id": 1, "full_name": "Irina"},
    "uis_calls": {
        "id": 1,
        "start_time": "2026-11-22 10:00:00",
        "direction": "in",
        "contact_phone_number": "79161234567",
        "talk_duration": 60,
        "total_duration": 80,
        "wait_duration": 5,
        "employees": [],
        "finish_reason": "subscriber_disconnects",
    },
    "zadarma_account": {"account": "south", "timezone": "UTC+3"},
    "zadarma_extensions": {"number": "101"},
    "zadarma_calls": {
        "call_id": "1",
        "callstart": "2026-11-22 10:00:00",
        "clid": "<79161234567>",
        "destination": "101",
        "disposition": "answered",
        "seconds": 60,
    },
    "asterisk_calls": {
        "calldate": "2026-11-22 10:00:00",
        "src": "79161234567",
        "dst": "101",
        "duration": 70,
        "billsec": 60,
        "disposition": "ANSWERED",
    },
    "topvisor_projects": {"id": 41, "name": "Site", "searchers": [{"regions": [{"index": 5}]}]},
    "topvisor_keywords": {"id": 7, "name": "seo"},
    "topvisor_positions": {
        "project_id": 41,
        "region_index": 5,
        "keyword_id": 7,
        "date": "2026-11-22",
        "position": "7",
    },
}
PAYLOADS |= {
    "seranking_searchengines": {"id": 411, "name": "Yandex Moscow"},
    "seranking_sites": {"id": 7, "name": "site.example"},
    "seranking_engines": {
        "site_engine_id": 3,
        "search_engine_id": 411,
        "region_name": "Moscow",
        "site_id": "7",
        "depth": 100,
    },
    "seranking_keywords": {"id": 9, "name": "seo"},
    "seranking_positions": {
        "site_id": "7",
        "site_engine_id": "3",
        "keyword_id": "9",
        "keyword": "seo",
        "date": "2026-11-22",
        "pos": 0,
    },
    "positionscsv_checks": {
        "project": "site.example",
        "date": "2026-11-22",
        "engine": "google",
        "region": "Москва",
        "device": "desktop",
        "keyword": "seo",
        "position": None,
        "url": None,
        "depth": 100,
    },
    "yandexsearch_keywords": {
        "site": "site.example",
        "keyword": "seo",
        "region": 213,
        "device": "desktop",
        "depth": 100,
    },
    "yandexsearch_serps": {
        "keyword": "seo",
        "region": 213,
        "device": "desktop",
        "date": "2026-11-22",
        "depth": 100,
        "results": [],
    },
    "gsc_sites": {"siteUrl": "sc-domain:site.example", "permissionLevel": "siteFullUser"},
    "gsc_performance": {
        "query": "seo",
        "device": "MOBILE",
        "country": "rus",
        "site": "sc-domain:site.example",
        "date": "2026-11-22",
        "clicks": 4,
        "impressions": 120,
        "ctr": 0.0333,
        "position": 7.9,
    },
    "direct_costs": {
        "Date": "2026-11-22",
        "CampaignId": "70010001",
        "CampaignName": "SEO",
        "Impressions": "1240",
        "Clicks": "37",
        "Cost": "4120.55",
        "IncludeVAT": True,
        "Currency": "RUB",
    },
    "webmaster_hosts": {
        "host_id": "https:site.example:443",
        "ascii_host_url": "https://site.example/",
        "verified": True,
    },
    "webmaster_queries": {
        "query_id": "q1",
        "query_text": "seo",
        "indicators": {"TOTAL_SHOWS": 100.0},
        "host_id": "https:site.example:443",
        "date": "2026-11-22",
        "device": "DESKTOP",
    },
}
PAYLOADS |= {
    "amocrm_segments": {"id": 51, "name": "SMB"},
    "amocrm_customer_statuses": {"id": 1, "name": "Bought lately"},
    "amocrm_unsorted": {"uid": "b5c0", "category": "forms", "created_at": STAMP, "pipeline_id": 10},
    "amocrm_catalogs": {"id": 7001, "name": "Invoices", "type": "invoices"},
    "amocrm_catalog_elements": {"id": 611001, "catalog_id": 7001, "name": "Invoice 118"},
    "amocrm_links": {"entity_type": "leads", "entity_id": 1, "links": []},
    "amocrm_sources": {"id": 1, "name": "Warehouse"},
    "amocrm_webhooks": {"id": 1, "destination": "https://warehouse.example/hooks"},
    "amocrm_custom_field_groups": {"id": "leads_1", "name": "Main"},
    "sheets_contracts": {
        "contract": "118",
        "client": "Stroy-Dom",
        "service": "SEO",
        "fee": "60000",
        "started_on": "2026-01-01",
        "ended_on": None,
        "is_recurring": True,
        "billing_period": "month",
    },
    "sheets_plans": {
        "metric": "payments_amount",
        "period_type": "month",
        "period_start": "2026-11-01",
        "owner": None,
        "value": "900000",
        "version": 1,
    },
    "sheets_roster": {"email": "irina@agency.example", "valid_from": "2026-01-01", "valid_to": None},
    "sheets_spend": {
        "period_type": "month",
        "period_start": "2026-10-01",
        "source": "vk_ads",
        "campaign": None,
        "amount": "120000",
        "vat_included": True,
    },
    "bank_1c_documents": BANK_DOCUMENT,
    "bank_csv_documents": BANK_DOCUMENT,
}
PAYLOADS |= {
    "sheets_rates": {"event": "payment", "kind": "percent", "rate": "0.1", "valid_from": "2026-01-01"},
    "sheets_payroll": {"person": "irina@agency.example", "month": "2026-10-01", "amount": "90000"},
    "sheets_services": {"service": "SEO", "base_price": "60000", "valid_from": "2026-01-01"},
    "sheets_partner_terms": {"partner": "Studio", "share": "0.1", "valid_from": "2026-01-01"},
    "sheets_salary_index": {
        "region": "Moscow",
        "period_type": "year",
        "period_start": "2026-01-01",
        "index": "1.35",
    },
    "sheets_hours": {
        "person": "irina@agency.example",
        "client": "118",
        "month": "2026-10-01",
        "planned_hours": "8",
        "actual_hours": None,
    },
    "sheets_call_scores": {
        "subject": "7",
        "person": "irina@agency.example",
        "scorer": "qa@agency.example",
        "scored_on": "2026-10-07",
        "item": "Said their name",
        "value": "1",
    },
    "sheets_candidates": {
        "candidate": "K-1",
        "vacancy": "SEO",
        "recruiter": "hr@agency.example",
        "channel": "hh",
        "responded_on": "2026-10-07",
    },
    "sheets_certificates": {
        "person": "irina@agency.example",
        "certificate": "Metrica",
        "valid_from": "2026-01-01",
    },
    "sheets_posts_talks": {"person": "irina@agency.example", "done_on": "2026-10-07", "kind": "talk"},
    "sheets_links": {"project": "site.example", "checked_on": "2026-10-07", "links_count": 148},
    "sheets_competitors": {"project": "site.example", "site": "rival.example"},
    "sheets_work_log": {"client": "118", "month": "2026-10-01", "kind": "done", "text": "Wrote pages"},
    "sheets_goals": {
        "client": "118",
        "period_type": "month",
        "period_start": "2026-10-01",
        "metric": "leads_created",
        "target": "12",
    },
    "sheets_pulse_phone": {
        "client": "118",
        "asked_on": "2026-10-07",
        "asked_by": "qa@agency.example",
        "answer": "good",
    },
    "sheets_contact_results": {
        "client": "118",
        "service_month": 2,
        "done_on": "2026-10-07",
        "satisfaction": 9,
    },
}
SOURCE_IDS = {"topvisor_projects": "41", "topvisor_keywords": "41:7", "amocrm_pipelines": "10"}
PARTITIONED = (
    "amocrm_events",
    "uis_calls",
    "zadarma_calls",
    "asterisk_calls",
    "topvisor_positions",
    "seranking_positions",
    "webmaster_queries",
    "gsc_performance",
    "yandexsearch_serps",
    "direct_costs",
)
LISTS_WITH_TOTAL = (
    "amocrm_users",
    "amocrm_roles",
    "uis_employees",
    "zadarma_extensions",
    "topvisor_projects",
)


def provider_and_entity(table: str) -> tuple[str, str]:
    """The parts of a raw table's name; a provider's own name may have an underscore."""
    provider = next(name for name in KIND_OF if table.startswith(f"{name}_"))
    return provider, table.removeprefix(f"{provider}_")


def put(
    owner: Connection[Any],
    table: str,
    account_id: str,
    source_id: str,
    changes: dict[str, Any] | None = None,
    *,
    at: datetime = AS_OF - timedelta(days=2),
    without: str = "",
) -> None:
    """One record in raw: the sound payload of its table with ``changes``, and without a field."""
    payload = {**PAYLOADS[table], **(changes or {})}
    payload.pop(without, None)
    if table in PARTITIONED:
        owner.execute("select ops.ensure_raw_partition(%s, %s::date)", (table, at.date()))
    owner.execute(
        f"insert into raw.{table} values (%s, %s, %s, %s, %s, now(), gen_random_uuid(), null, null)",
        (account_id, source_id, at, json.dumps(payload), uuid4().hex),
    )


def load(
    owner: Connection[Any],
    table: str,
    account_id: str,
    *,
    received: int = 1,
    total: int | None = None,
    quarantined: int = 0,
    status: str = "succeeded",
    error: str | None = None,
    started_at: datetime = AS_OF - timedelta(minutes=5),
) -> str:
    """A load of the last day, in ``ops.loads``; its id."""
    provider, entity = provider_and_entity(table)
    load_id = str(uuid4())
    owner.execute(
        """
        insert into ops.loads (load_id, account_id, provider, entity, window_from, window_to, mode, status, started_at,
            finished_at, rows_received, rows_quarantined, source_total, error)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            *(load_id, account_id, provider, entity, AS_OF - timedelta(days=1), AS_OF),
            *("window" if entity in WINDOWED else "full", status, started_at),
            *(started_at + timedelta(minutes=1), received, quarantined, total, error),
        ),
    )
    return load_id


def watermark(owner: Connection[Any], table: str, account_id: str, at: datetime) -> None:
    """How far a table is loaded."""
    provider, entity = provider_and_entity(table)
    owner.execute(
        """
        insert into ops.watermarks values (%s, %s, %s, %s, gen_random_uuid())
        on conflict (account_id, provider, entity) do update set high_water_at = excluded.high_water_at
        """,
        (account_id, provider, entity, at),
    )


def quarantine(
    owner: Connection[Any], table: str, account_id: str, source_id: str, *, reason: str, remedy: str
) -> None:
    """An open record of the quarantine."""
    provider, entity = provider_and_entity(table)
    owner.execute(
        "insert into ops.quarantine values"
        " (%s, %s, %s, %s, 'missing_pipeline', %s, %s, %s, '{}', now(), now(), 1, gen_random_uuid(), null)",
        (account_id, provider, entity, uuid4().hex, source_id, reason, remedy),
    )


def daily_events(owner: Connection[Any], account_id: str, last_day_count: int) -> None:
    """30 events on each of 60 days before Monday 2026-11-23 (Moscow), then ``last_day_count`` on it."""
    for month in ("2026-09-01", "2026-10-01", "2026-11-01"):
        owner.execute("select ops.ensure_raw_partition('amocrm_events', %s::date)", (month,))
    event = json.dumps(PAYLOADS["amocrm_events"])
    owner.execute(
        """
        insert into raw.amocrm_events
        select %(account)s, 'day' || d || '-' || n, %(monday)s::timestamptz - d * interval '1 day' + n * interval '1 minute',
            %(event)s, md5(d || '-' || n), now(), gen_random_uuid(), null, null
        from generate_series(0, 60) as d cross join generate_series(1, 30) as n
        where d > 0 or n <= %(last)s
        """,
        {
            "account": account_id,
            "monday": datetime(2026, 11, 23, 9, tzinfo=UTC),
            "event": event,
            "last": last_day_count,
        },
    )


def sound(owner: Connection[Any]) -> None:
    """Fill every table of both accounts with records that nothing is wrong with."""
    for account_id in ACCOUNTS:
        owner.execute(
            "insert into ops.accounts values"
            " (%s, %s, 'Europe/Moscow', 'RUB', 'RU', '09:00', '18:00', '{1,2,3,4,5}', 3, 0.5)",
            (account_id, account_id),
        )
        for table in PAYLOADS:
            put(owner, table, account_id, SOURCE_IDS.get(table, "1"))
            load(owner, table, account_id, total=1 if table in LISTS_WITH_TOTAL else None)
            watermark(owner, table, account_id, AS_OF)
        daily_events(owner, account_id, 30)
