"""The settings of the demo's two agencies, written into the state folder as yml like anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from voronka.runtime.demo_statements import statements_folder

AGENCIES: tuple[dict[str, Any], ...] = (
    {"id": "sever", "name": "Агентство «Север»", "time_zone": "Europe/Moscow", "currency": "RUB", "country": "RU",
     "language": "ru", "auth": "oauth"},
    {"id": "altai", "name": "Агентство «Алтай»", "time_zone": "Asia/Almaty", "currency": "KZT", "country": "KZ",
     "language": "en", "auth": "token"},
)  # fmt: skip

MEANINGS: dict[str, Any] = {
    "fields": {
        "source": "Источник",
        "channel": "Канал",
        "region": "Регион",
        "subject_area": "Тематика",
        "site_type": "Тип сайта",
        "lead_score": "Оценка лида",
        "partner": "Партнёр",
        "client_segment": "Сегмент",
        "client_region": "Регион",
        "client_subject_area": "Тематика",
    },
    "spam": [{"tag": "спам"}],
    "test": [{"tag": "тест"}],
    "duplicate": [{"loss_reason": "Дубль"}],
    "mql": [{"stage": "Квалификация"}],
    "sql": [{"stage": "Коммерческое предложение"}],
    "proposal_stages": ["Коммерческое предложение"],
    "recyclable_loss_reasons": ["Дорого", "Нет бюджета", "Нет потребности"],
    "divisions": {
        "Лидогенерация": "lead_generation",
        "Отдел продаж": "sales",
        "Аккаунт-менеджмент": "account_management",
        "Контроль качества": "quality_control",
    },
    "stage_standards": [
        {"pipeline": "Продажи", "stage": "Коммерческое предложение", "required_fields": ["Тематика", "Тип сайта"],
         "required_task": True, "max_hours": 45},
        {"pipeline": "Продажи", "stage": "Встреча", "required_task": True, "grace_hours": 2, "max_hours": 240,
         "clock": "calendar"},
    ],
    "people": {
        "milestones": {"past_secretary": "Прошли секретаря", "need_found": "Потребность у ЛПР",
                       "meeting_set": "Встреча назначена", "meeting_held": "Встреча"},
    },
}  # fmt: skip

SECOND_EXCHANGE: Mapping[str, dict[str, Any]] = {
    "sever": {
        "provider": "mango",
        "path": "/mango/vpbx",
        "options": {"order_seconds": 0, "look_seconds": 0.05},
    },
    "altai": {"provider": "megafon", "path": "/megafon/altai"},
}
"""Each agency has UIS and one more exchange; the simulated calls are dealt out between the two."""

# The sandbox answers as fast as it can: the limit is there, and shared, but does not slow the demo down.
RATE = 200

FIRST_ACCOUNT_NUMBER = 31420001
"""The sandbox numbers its accounts from here."""


def dealt_out() -> dict[str, str]:
    """The exchanges of each agency, as the sandbox is told them."""
    return {slug: f"uis,{second['provider']}" for slug, second in SECOND_EXCHANGE.items()}


def telephony(slug: str, base: str, rate: float) -> list[dict[str, Any]]:
    """The exchanges of an agency as they stand in accounts.yml."""
    second = SECOND_EXCHANGE[slug]
    return [
        {"provider": "uis", "base_url": f"{base}/uis/v2.0", "rate_per_second": rate},
        {
            "provider": second["provider"],
            "base_url": base + second["path"],
            "rate_per_second": rate,
            "options": second.get("options", {}),
        },
    ]


def _account(agency: Mapping[str, Any], http: int, state: Path) -> dict[str, Any]:
    base = f"http://127.0.0.1:{http}"
    return {
        **{k: v for k, v in agency.items() if k != "auth"},
        "crm": {
            "provider": "amocrm",
            "base_url": f"{base}/amocrm/{agency['id']}",
            "auth": agency["auth"],
            "redirect_uri": "https://voronka.example/oauth",
            "rate_per_second": RATE,
        },
        "telephony": telephony(agency["id"], base, RATE),
        "positions": [
            {"provider": provider, "base_url": f"{base}/{provider}", "rate_per_second": RATE}
            for provider in ("topvisor", "seranking", "webmaster", "gsc")
        ],
        "sheets": [
            {
                "provider": "sheets",
                "base_url": f"{base}/sheets",
                "rate_per_second": RATE,
                "options": {"spreadsheet": f"sheet-{agency['id']}"},
            }
        ],
        "money": [
            {"provider": "bank_1c", "options": {"folder": str(statements_folder(state, agency["id"]))}},
        ],
        # the CRM's purchases count, the bank is compared with them
        "payments_truth": "transactions",
        **MEANINGS,
    }


def _reports(agency: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"report": "positions", "account": agency["id"], "recipients": [f"client@{agency['id']}.example"]},
        {"report": "sales_weekly", "account": agency["id"], "recipients": [f"rop@{agency['id']}.example"]},
    ]


def write(state: Path, ports: Mapping[str, int], until: datetime) -> dict[str, str]:
    """Write accounts.yml, reports.yml and voronka.yml of the demo; the environment that makes them the ones in force."""
    folder = state / "demo" / "config"
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, Any] = {
        "accounts.yml": {"accounts": [_account(a, ports["http"], state) for a in AGENCIES]},
        "reports.yml": {"reports": [line for a in AGENCIES for line in _reports(a)]},
        "voronka.yml": {
            "mail": {
                "host": "127.0.0.1",
                "port": ports["smtp"],
                "sender": "Voronka <reports@voronka.example>",
            },
            "alerts": {"recipients": ["oncall@voronka.example"]},
            # The agencies' last day does not move on, so nothing is due on a timer: runs are started by hand.
            "schedules": {
                "ingest_crm": None,
                "ingest_telephony": None,
                "ingest_positions": None,
                "ingest_sheets": None,
                "ingest_money": None,
                "sweep_crm": None,
                "ingest_ads": None,
                "send_reports": None,
                "transform_when": "all",
                "history_piece_days": 400,
            },
        },
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    environment = {"VORONKA_CONFIG": str(folder), "VORONKA_AS_OF": until.isoformat(), **_secrets()}
    path = state / "environment"
    path.touch(mode=0o600)
    path.write_text("".join(f"{k}={v}\n" for k, v in environment.items()), "utf-8")
    return environment


def exchange_secrets(slug: str) -> dict[str, str]:
    """The sandbox's credentials of an agency's second exchange, whichever it is."""
    upper = slug.upper()
    return {
        f"VORONKA_{upper}_MANGO_API_KEY": f"mango-key-{slug}",
        f"VORONKA_{upper}_MANGO_API_SALT": f"mango-salt-{slug}",
        f"VORONKA_{upper}_MEGAFON_API_KEY": f"megafon-key-{slug}",
    }


def _secrets() -> dict[str, str]:
    """The sandbox's well-known credentials."""
    values = {}
    for number, agency in enumerate(AGENCIES):
        slug, upper = agency["id"], agency["id"].upper()
        values[f"VORONKA_{upper}_AMOCRM_CLIENT_ID"] = f"client-{slug}"
        values[f"VORONKA_{upper}_AMOCRM_CLIENT_SECRET"] = f"secret-{slug}"
        values[f"VORONKA_{upper}_AMOCRM_ACCESS_TOKEN"] = f"long-{slug}"
        values[f"VORONKA_{upper}_UIS_ACCESS_TOKEN"] = f"uis-key-{slug}"
        values |= exchange_secrets(slug)
        values[f"VORONKA_{upper}_TOPVISOR_ACCESS_TOKEN"] = f"topvisor-key-{slug}"
        values[f"VORONKA_{upper}_SHEETS_ACCESS_TOKEN"] = f"sheets-key-{slug}"
        for provider in ("seranking", "webmaster", "gsc"):
            values[f"VORONKA_{upper}_{provider.upper()}_ACCESS_TOKEN"] = f"{provider}-key-{slug}"
        values[f"VORONKA_{upper}_TOPVISOR_USER_ID"] = str(FIRST_ACCOUNT_NUMBER + number)
    return values
