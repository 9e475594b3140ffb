"""The spreadsheet an agency keeps beside its CRM: contracts, plans, staff, spend and the rest, out of the tenant's facts.

A sheet is rows of cells as people leave them: a header, then text, numbers and days; None is a blank cell. What people
type is repeatable: the same tenant and day give the same sheets.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import cast
from zoneinfo import ZoneInfo

from sandbox.agency import sheets_clients, sheets_money, sheets_staff
from sandbox.agency.catalogue import CHANNEL_OF
from sandbox.agency.model import Contract, Tenant
from sandbox.agency.sheet_kinds import money_factor
from sandbox.agency.streams import stream
from sandbox.agency.truth_money import month_end, months_between

Cell = str | int | float | date | bool | None
Sheet = list[list[Cell]]

CONTRACTS, PLANS, STAFF, SPEND = "Договоры", "Планы", "Сотрудники", "Расходы"
HEADERS: dict[str, list[Cell]] = {
    CONTRACTS: ["№ договора", "Клиент", "Услуга", "Стоимость", "Валюта", "Начало", "Окончание", "Причина изменения",
                "Регулярный", "Период оплаты", "Комментарий"],
    PLANS: ["Период", "Показатель", "Разрез", "Сотрудник", "План", "Ед.", "Версия"],
    STAFF: ["Email", "Подразделение", "Команда", "Роль", "Часов в месяц", "Предельная нагрузка", "Коэффициент роли",
            "Внутренний номер", "Принят", "Действует с", "Действует по"],
    SPEND: ["Период", "Источник", "Канал", "Кампания", "Расход", "Валюта", "С НДС"],
}  # fmt: skip
_REASONS = {"new": "новый", "growth": "рост", "reduction": "снижение", "indexation": "индексация", "pause": "пауза",
            "return": "возврат"}  # fmt: skip
_PAID = ("telegram", "vk_ads", "yandex_direct")
_COST_OF_LEAD = {"telegram": 1400, "vk_ads": 1900, "yandex_direct": 2600}
KINDS = (*sheets_money.KINDS, *sheets_staff.KINDS, *sheets_clients.KINDS)
"""The sheets that have modules of their own."""
_SALES_GROUP, _CALLERS_GROUP = "Отдел продаж", "Лидогенерация"


def sheets(tenant: Tenant, now: datetime) -> dict[str, Sheet]:
    """All sheets at a moment, each with its header, by title."""
    today = now.astimezone(ZoneInfo(tenant.time_zone)).date()
    bodies = {
        CONTRACTS: _contracts(tenant, today),
        PLANS: _plans(tenant, today),
        STAFF: _staff(tenant),
        SPEND: _spend(tenant, today),
    }
    # Every other sheet is about people: an agency of nobody has their headers only.
    others = {
        kind.title: [list(kind.headers), *(kind.rows(tenant, today) if tenant.users else [])]
        for kind in KINDS
    }
    return {
        **{title: [HEADERS[title], *body] for title, body in bodies.items()},
        **cast(dict[str, Sheet], others),
    }


def sheet_rows(tenant: Tenant, now: datetime) -> dict[str, int]:
    """How many rows below the header each sheet has, by ``sheet_<layout>``; ``sheets_other``: all of :data:`KINDS`."""
    names = {CONTRACTS: "contracts", PLANS: "plans", STAFF: "roster", SPEND: "spend"}
    names |= {kind.title: kind.name for kind in KINDS}
    counts = {f"sheet_{names[title]}": len(rows) - 1 for title, rows in sheets(tenant, now).items()}
    return {**counts, "sheets_other": sum(counts[f"sheet_{kind.name}"] for kind in KINDS)}


def known_contracts(tenant: Tenant, today: date) -> list[Contract]:
    """Contracts that have begun by a local day."""
    return [contract for contract in tenant.contracts if contract.started_on <= today]


def _contracts(tenant: Tenant, today: date) -> Sheet:
    """Clients are named by the CRM's id, every third by a name that nobody else has."""
    names = Counter(company.name.lower() for company in tenant.companies)
    unique = {
        company.company_id: company.name
        for company in tenant.companies
        if names[company.name.lower()] == 1 and company.deleted_at is None
    }
    rows: Sheet = []
    for n, contract in enumerate(known_contracts(tenant, today)):
        client: Cell = unique.get(contract.company_id) if n % 3 == 2 else None
        rows.append(
            [
                contract.contract_id,
                client or contract.company_id,
                contract.service,
                _number(contract.fee),
                None if n % 5 == 4 else tenant.currency,
                contract.started_on,
                contract.ended_on,
                _REASONS[contract.change_reason],
                "да" if contract.is_recurring else "нет",
                "месяц",
                "по доп. соглашению" if n % 7 == 3 else None,
            ]
        )
    return rows


def _plans(tenant: Tenant, today: date) -> Sheet:
    """Monthly plans from the agency's first month to the next one: revenue and new leads of all, calls of each caller."""
    first = tenant.born_at.astimezone(ZoneInfo(tenant.time_zone)).date().replace(day=1)
    months = [*months_between(first, today), today.replace(day=1), _following(today)]
    callers = [
        user for user in tenant.users if user.group_name in (_SALES_GROUP, _CALLERS_GROUP) and user.is_active
    ]
    rows: Sheet = []
    for n, month in enumerate(months):
        active = [
            c for c in tenant.contracts
            if c.is_recurring and c.started_on < month and (c.ended_on is None or c.ended_on >= month)
        ]  # fmt: skip
        revenue = sum((c.fee for c in active), Decimal(0)) * Decimal("1.1")
        rows.append([month, "Выручка", None, None, int(round(revenue, -3)), tenant.currency, 1])
        if n % 6 == 5:
            rows.append(
                [month, "Выручка", None, None, int(round(revenue * Decimal("1.05"), -3)), tenant.currency, 2]
            )
        rows.append([month, "Новые лиды", None, None, 120 + 5 * n, "шт", 1])
        rows.append([month, "Новые лиды", _SALES_GROUP, None, 60 + 2 * n, "шт", 1])
        rows.extend(
            [month, "Звонки", None, user.email, 40 + 10 * (user.user_id % 4) + n, "шт", 1] for user in callers
        )
    return rows


def _staff(tenant: Tenant) -> Sheet:
    zone = ZoneInfo(tenant.time_zone)
    return [
        [
            *(
                user.email,
                user.group_name,
                user.group_name,
                "Администратор" if user.is_admin else "Специалист",
            ),
            *(160 if n % 4 else 80, 40 if n % 4 else 20, 1 if n % 4 else 0.5, user.extension),
            *(user.created_at.astimezone(zone).date(), user.created_at.astimezone(zone).date(), None),
        ]
        for n, user in enumerate(tenant.users)
    ]


def _spend(tenant: Tenant, today: date) -> Sheet:
    """What the paid sources cost in every month that is over, with VAT."""
    first = tenant.born_at.astimezone(ZoneInfo(tenant.time_zone)).date().replace(day=1)
    factor = money_factor(tenant)
    rows: Sheet = []
    for month in months_between(first, today):
        for source in _PAID:
            chance = stream(tenant.slug, "spend", month, source)
            cost = round(_COST_OF_LEAD[source] * chance.uniform(18, 42) * factor, 2)
            rows.append([month, source, CHANNEL_OF[source], None, cost, tenant.currency, "да"])
    return rows


def _following(day: date) -> date:
    after = month_end(day)
    return date.fromordinal(after.toordinal() + 1)


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
