"""Sheets about money: bonus rates, payroll, the catalogue of services, partners' terms, salary levels."""

from __future__ import annotations

from datetime import date

from sandbox.agency.catalogue import PARTNERS
from sandbox.agency.model import Tenant
from sandbox.agency.sheet_kinds import SheetKind, born_on, money_factor, months_until
from sandbox.agency.streams import stream

_BASE_PRICES = {"SEO": 60000, "Контекстная реклама": 45000, "SMM": 40000, "Разработка сайта": 180000, "Поддержка": 20000,
                "Аудит": 35000}  # fmt: skip
_ONCE = ("Разработка сайта", "Аудит")
_SALARIES = {
    "Лидогенерация": 55000,
    "Отдел продаж": 80000,
    "Аккаунт-менеджмент": 85000,
    "Контроль качества": 70000,
}
_LEVELS = {"Москва": 1.35, "Санкт-Петербург": 1.15, "Новосибирск": 0.95, "Казань": 0.9, "Алматы": 0.8}


def _rates(tenant: Tenant, today: date) -> list[list[object]]:
    """The first year's rates, and some that rose with the year."""
    first, factor = born_on(tenant).replace(day=1), money_factor(tenant)
    turn = date(today.year, 1, 1) if first < date(today.year, 1, 1) else None
    before = date.fromordinal(turn.toordinal() - 1) if turn else None
    callers, sales, managers = "Лидогенерация", "Отдел продаж", "Аккаунт-менеджмент"
    rows: list[list[object]] = [
        [callers, None, "Выявлена потребность", "сумма", 50 * factor, None, None, None, None, first, None],
        [callers, None, "Назначена встреча", "сумма", 300 * factor, None, None, None, None, first, before],
        [callers, None, "Проведена встреча", "сумма", 700 * factor, None, None, None, None, first, None],
        [callers, None, "Оплата переданного лида", "процент", 0.02, None, None, None, None, first, None],
        [sales, None, "Первая оплата", "процент", 0.1, None, None, None, None, first, None],
        [sales, None, "Оплата следующего месяца", "процент", 0.05, 2, 2, None, None, first, None],
        [managers, None, "Оплата", "процент", 0.05, 1, 3, None, None, first, None],
        [managers, None, "Оплата", "процент", 0.03, 4, None, None, None, first, None],
        [managers, None, "Удержание за квартал", "сумма", 5000 * factor, 4, None, 150000 * factor,
         "клиент работает больше трёх месяцев", first, None],
    ]  # fmt: skip
    if turn:
        rows.append(
            [callers, None, "Назначена встреча", "сумма", 350 * factor, None, None, None, None, turn, None]
        )
    return rows


def _payroll(tenant: Tenant, today: date) -> list[list[object]]:
    factor, rows = money_factor(tenant), []
    for month in months_until(tenant, today):
        for n, user in enumerate(tenant.users):
            salary = _SALARIES.get(user.group_name, 75000) * factor
            rows.append([user.email, month, salary, user.group_name, "Оклад", None])
            if n % 3 == 0:
                bonus = round(
                    salary * stream(tenant.slug, "bonus", month, user.user_id).uniform(0.05, 0.3), 2
                )
                rows.append([user.email, month, bonus, user.group_name, "Премия", tenant.currency])
    return rows


def _services(tenant: Tenant, today: date) -> list[list[object]]:
    first, factor = born_on(tenant).replace(day=1), money_factor(tenant)
    sold = sorted({contract.service for contract in tenant.contracts})
    return [
        [
            *(service, _BASE_PRICES.get(service, 50000) * factor),
            *(_BASE_PRICES.get(service, 50000) * factor * 3 // 4, 0.35 + 0.05 * (n % 4)),
            *(
                "нет" if n % 4 == 3 else "да",
                "нет" if service in _ONCE else "да",
                tenant.currency,
                first,
                None,
            ),
        ]
        for n, service in enumerate(sold)
    ]


def _partner_terms(tenant: Tenant, today: date) -> list[list[object]]:
    first = born_on(tenant).replace(day=1)
    return [[name, 0.05 + 0.05 * n, 2 + 3 * n, first, None, None] for n, name in enumerate(PARTNERS)]


def _salary_index(tenant: Tenant, today: date) -> list[list[object]]:
    first = born_on(tenant).year
    return [
        [region, str(year), round(level * 1.08 ** (year - first), 4)]
        for year in range(first, today.year + 1)
        for region, level in _LEVELS.items()
    ]


KINDS = (
    SheetKind("rates", "Ставки",
              ("Подразделение", "Роль", "За что", "Вид", "Ставка", "Месяц клиента с", "Месяц клиента по", "Порог", "Условие",
               "Действует с", "Действует по"), _rates),
    SheetKind("payroll", "Зарплаты", ("Сотрудник", "Месяц", "Сумма", "Отдел", "Вид", "Валюта"), _payroll),
    SheetKind("services", "Услуги",
              ("Услуга", "Базовая цена", "Минимальная цена", "Маржа", "В продуктовой матрице", "Регулярная", "Валюта",
               "Действует с", "Действует по"), _services),
    SheetKind("partner_terms", "Партнёры",
              ("Партнёр", "Доля", "Трудозатраты", "Действует с", "Действует по", "Комментарий"), _partner_terms),
    SheetKind("salary_index", "Индекс зарплат", ("Регион", "Период", "Индекс"), _salary_index),
)  # fmt: skip
