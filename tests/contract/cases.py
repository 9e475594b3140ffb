"""The connectors under contract, how to make one for an account of the sandbox, and how to read from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.sandbox import SandboxProcess
from voronka.config import Account, Source
from voronka.connectors.base import Connector
from voronka.domain.windows import Window

DAYS = 240
HALF_SECOND_CLIENT = {"timeout_seconds": 0.5}
ZONES = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}


@dataclass(frozen=True)
class Case:
    """One provider: where it answers, its secrets, and which of its entities the truth counts under which name."""

    provider: str
    kind: str
    path: str
    page_size: int
    secrets: Callable[[str, str], dict[str, str]]
    counted: dict[str, str]
    windowed: str
    broken: dict[str, set[str]] = field(default_factory=dict)
    options: Callable[[str], dict[str, Any]] = lambda slug: {}
    credential: str = "ACCESS_TOKEN"

    def source(self, sandbox: SandboxProcess, slug: str, **settings: Any) -> Source:
        values = {
            "page_size": self.page_size,
            "attempts": 12,
            "options": self.options(slug),
            **settings,
        }
        return Source(provider=self.provider, base_url=sandbox.url + self.path.format(slug=slug), **values)


CASES = [
    Case(
        "amocrm",
        "crm",
        "/amocrm/{slug}",
        40,
        lambda slug, number: {"ACCESS_TOKEN": f"long-{slug}"},
        {
            "users": "users",
            "leads": "leads",
            "contacts": "contacts",
            "companies": "companies",
            "customers": "customers",
            "tasks": "tasks",
            "notes": "notes",
            "events": "events",
            "transactions": "transactions",
            "unsorted": "unsorted",
            "segments": "segments",
            "catalogs": "catalogs",
            "catalog_elements": "catalog_elements",
        },
        "leads",
        {
            "leads": {"missing_pipeline", "missing_id", "unknown_field_type"},
            "events": {"bad_event_value"},
        },
    ),
    Case(
        "uis",
        "telephony",
        "/uis/v2.0",
        100,
        lambda slug, number: {"ACCESS_TOKEN": f"uis-key-{slug}"},
        {"calls": "calls"},
        "calls",
        {"calls": {"negative_duration"}},
    ),
    Case(
        "topvisor",
        "positions",
        "/topvisor",
        4,
        lambda slug, number: {"ACCESS_TOKEN": f"topvisor-key-{slug}", "USER_ID": number},
        {"projects": "projects", "keywords": "keywords", "positions": "position_checks"},
        "positions",
        {"positions": {"bad_position"}},
    ),
    Case(
        "seranking",
        "positions",
        "/seranking",
        100,
        lambda slug, number: {"ACCESS_TOKEN": f"seranking-key-{slug}"},
        {"sites": "seranking_sites", "keywords": "seranking_keywords", "positions": "seranking_positions"},
        "positions",
        {"positions": {"bad_position"}},
    ),
    Case(
        "webmaster",
        "positions",
        "/webmaster",
        3,
        lambda slug, number: {"ACCESS_TOKEN": f"webmaster-key-{slug}"},
        {"queries": "webmaster_queries"},
        "queries",
        {"queries": {"bad_indicator"}},
    ),
    Case(
        "mango",
        "telephony",
        "/mango/vpbx",
        100,
        lambda slug, number: {"API_KEY": f"mango-key-{slug}", "API_SALT": f"mango-salt-{slug}"},
        {"legs": "mango_legs"},
        "legs",
        {"legs": {"bad_columns", "negative_duration"}},
        credential="API_KEY",
    ),
    Case(
        "mango",
        "telephony",
        "/mango/vpbx",
        100,
        lambda slug, number: {"API_KEY": f"mango-key-{slug}", "API_SALT": f"mango-salt-{slug}"},
        {"contexts": "calls"},
        "contexts",
        options=lambda slug: {"report": "extended"},
        credential="API_KEY",
    ),
    Case(
        "megafon",
        "telephony",
        "/megafon/{slug}",
        100,
        lambda slug, number: {"API_KEY": f"megafon-key-{slug}"},
        {"calls": "calls"},
        "calls",
        {"calls": {"negative_duration", "missing_id"}},
        credential="API_KEY",
    ),
    Case(
        "gsc",
        "positions",
        "/gsc",
        3,
        lambda slug, number: {"ACCESS_TOKEN": f"gsc-key-{slug}"},
        {"performance": "gsc_performance"},
        "performance",
        {"performance": {"bad_indicator"}},
    ),
    Case(
        "direct",
        "ads",
        "/direct",
        100,
        lambda slug, number: {"ACCESS_TOKEN": f"direct-key-{slug}"},
        {"costs": "direct_costs"},
        "costs",
        {"costs": {"bad_figure"}},
    ),
    Case(
        "sheets",
        "sheets",
        "/sheets",
        100,
        lambda slug, number: {"ACCESS_TOKEN": f"sheets-key-{slug}"},
        {
            "contracts": "sheet_contracts",
            "plans": "sheet_plans",
            "roster": "sheet_roster",
            "spend": "sheet_spend",
            "rates": "sheet_rates",
            "payroll": "sheet_payroll",
            "services": "sheet_services",
            "partner_terms": "sheet_partner_terms",
            "salary_index": "sheet_salary_index",
            "hours": "sheet_hours",
            "call_scores": "sheet_call_scores",
            "candidates": "sheet_candidates",
            "certificates": "sheet_certificates",
            "posts_talks": "sheet_posts_talks",
            "links": "sheet_links",
            "competitors": "sheet_competitors",
            "work_log": "sheet_work_log",
            "goals": "sheet_goals",
            "pulse_phone": "sheet_pulse_phone",
            "contact_results": "sheet_contact_results",
        },
        "contracts",
        {"contracts": {"bad_number", "missing_value", "bad_date"}, "plans": {"bad_period"}},
        options=lambda slug: {"spreadsheet": f"sheet-{slug}"},
    ),
    Case(
        "zadarma",
        "telephony",
        "/zadarma",
        100,
        lambda slug, number: {
            "ACCESS_TOKEN": f"zadarma-key-{slug}",
            "SECRET": f"zadarma-secret-{slug}",
        },
        {"calls": "calls"},
        "calls",
        {"calls": {"negative_duration"}},
    ),
]

Make = Callable[..., Connector]


def account(slug: str, source: Source) -> Account:
    crm = source if source.provider == "amocrm" else Source(provider="amocrm", base_url="http://127.0.0.1:9")
    return Account(id=slug, name=slug, time_zone=ZONES[slug], crm=crm)


def everything(sandbox: SandboxProcess) -> Window:
    return Window(sandbox.as_of - timedelta(days=DAYS), sandbox.as_of + timedelta(minutes=1))


@dataclass
class Got:
    """All that a reading gave: newest record and how often each version came, deletions, rejections."""

    records: dict[str, Any] = field(default_factory=dict)
    versions: list[tuple[str, datetime]] = field(default_factory=list)
    deletions: dict[str, Any] = field(default_factory=dict)
    rejections: list[Any] = field(default_factory=list)
    source_total: int | None = None


def read(connector: Connector, entity: str, window: Window) -> Got:
    got = Got()
    for page in connector.pages(entity, window):
        for record in page.records:
            got.versions.append((record.source_id, record.updated_at))
            got.records[record.source_id] = record
        got.deletions |= {deletion.source_id: deletion for deletion in page.deletions}
        got.rejections += page.rejections
        got.source_total = page.source_total if page.source_total is not None else got.source_total
    return got


def payloads(got: Got) -> dict[str, Any]:
    return {source_id: record.payload for source_id, record in got.records.items()}
