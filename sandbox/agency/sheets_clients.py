"""Sheets about clients and their projects: links, competitors, work, goals, surveys by phone, planned contacts."""

from __future__ import annotations

from datetime import date, timedelta

from sandbox.agency.model import Tenant
from sandbox.agency.sheet_kinds import SheetKind, born_on, months_until, of_group, served
from sandbox.agency.streams import stream, weighted

_WORK = ("Собрали запросы для новых страниц", "Переписали заголовки и описания", "Исправили ошибки индексации",
         "Добавили страницы услуг", "Настроили цели в Метрике")  # fmt: skip
_CONTACT_MONTHS = (2, 3, 4, 6)
_DAYS_IN_MONTH = 30


def _links(tenant: Tenant, today: date) -> list[list[object]]:
    """A count per project and month, which now and then falls sharply."""
    rows: list[list[object]] = []
    for project in tenant.projects:
        count = 60 + project.project_id % 50
        for n, month in enumerate(months_until(tenant, today)):
            chance = stream(tenant.slug, "links", project.project_id, month)
            count = count * 6 // 10 if n % 11 == 10 else count + chance.randrange(0, 9)
            rows.append([project.site, month, count, None])
    return rows


def _competitors(tenant: Tenant, today: date) -> list[list[object]]:
    return [
        [project.site, f"https://www.rival{n}-{project.project_id}.example/", born_on(tenant), None]
        for project in tenant.projects
        for n in (1, 2)
    ]


def _work_log(tenant: Tenant, today: date) -> list[list[object]]:
    """Two things done in each month of service, and one planned for the month that goes on."""
    rows: list[list[object]] = []
    this = today.replace(day=1)
    for n, month in enumerate([*months_until(tenant, today), this]):
        for contract in served(tenant, month):
            for k in range(1 if month == this else 2):
                text = _WORK[(contract.company_id + n + k) % len(_WORK)]
                rows.append([contract.company_id, month, "план" if month == this else "сделано", text])
    return rows


def _goals(tenant: Tenant, today: date) -> list[list[object]]:
    rows: list[list[object]] = []
    for n, month in enumerate([*months_until(tenant, today), today.replace(day=1)]):
        for project in tenant.projects:
            rows.append(
                [project.company_id, project.site, month, "positions_top10_share", min(0.2 + 0.02 * n, 0.7)]
            )
        for contract in served(tenant, month)[:10]:
            rows.append([contract.company_id, None, month, "Новые лиды", 10 + n])
    return rows


def _pulse_phone(tenant: Tenant, today: date) -> list[list[object]]:
    """Every client is asked each third month."""
    askers = of_group(tenant, "Контроль качества")
    rows: list[list[object]] = []
    for n, month in enumerate(months_until(tenant, today)):
        for contract in served(tenant, month):
            if (contract.company_id + n) % 3:
                continue
            chance = stream(tenant.slug, "pulse", month, contract.company_id)
            answer = weighted(chance, (("отлично", 55), ("нормально", 30), ("плохо", 15)))
            comment = "Ждём звонка" if answer == "плохо" else None
            rows.append([contract.company_id, month + timedelta(days=14), askers[0].email, answer, comment])
    return rows


def _contact_results(tenant: Tenant, today: date) -> list[list[object]]:
    """Most contacts that were due were made, a few days late."""
    managers = of_group(tenant, "Аккаунт-менеджмент")
    firsts: dict[int, date] = {}
    ends: dict[int, date] = {}
    for contract in tenant.contracts:
        if contract.is_recurring:
            firsts[contract.company_id] = min(
                contract.started_on, firsts.get(contract.company_id, contract.started_on)
            )
            ends[contract.company_id] = max(
                contract.ended_on or date.max, ends.get(contract.company_id, date.min)
            )
    rows: list[list[object]] = []
    for company, first in firsts.items():
        for service_month in _CONTACT_MONTHS:
            chance = stream(tenant.slug, "contact", company, service_month)
            day = first + timedelta(days=_DAYS_IN_MONTH * service_month + chance.randrange(1, 9))
            if day > min(today, ends[company]) or chance.random() < 0.15:
                continue
            mark = weighted(chance, ((10, 30), (9, 30), (8, 15), (6, 15), (3, 10)))
            rows.append(
                [company, service_month, day, managers[company % len(managers)].email, mark,
                 "Медленно отвечаете" if mark < 5 else None, "Понятные отчёты" if mark > 8 else None,
                 "Прислать план работ" if service_month == 3 else None]
            )  # fmt: skip
    return rows


KINDS = (
    SheetKind("links", "Ссылки", ("Проект", "Дата", "Ссылок", "Адрес"), _links),
    SheetKind("competitors", "Конкуренты", ("Проект", "Конкурент", "Следим с", "Действует по"), _competitors),
    SheetKind("work_log", "Работы", ("Клиент", "Месяц", "Вид", "Работа"), _work_log),
    SheetKind("goals", "Цели", ("Клиент", "Проект", "Период", "Показатель", "План"), _goals),
    SheetKind("pulse_phone", "Опрос по телефону", ("Клиент", "Дата", "Кто спросил", "Ответ", "Комментарий"), _pulse_phone),
    SheetKind("contact_results", "Контакты с клиентами",
              ("Клиент", "Месяц работы", "Дата", "Менеджер", "Удовлетворённость", "Жалоба", "Сильные стороны", "Задачи"),
              _contact_results),
)  # fmt: skip
