"""Sheets about the agency's people: hours, call scores, candidates, certificates, posts and talks."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sandbox.agency.model import Call, Tenant, User
from sandbox.agency.sheet_kinds import SheetKind, born_on, months_until, of_group, served
from sandbox.agency.streams import stream, weighted

_SCORED_MONTHS = 12
_CALLS_A_MONTH = 12
_CHECKLISTS: dict[str, tuple[tuple[str, int, bool], ...]] = {
    "Первый звонок": (
        ("Назвал себя и компанию", 1, False),
        ("Выяснил потребность", 3, False),
        ("Не перебивал", 1, False),
        ("Не обещал гарантий позиций", 2, True),
        ("Договорился о следующем шаге", 3, False),
    ),
    "Повторный звонок": (
        ("Напомнил о договорённости", 1, False),
        ("Ответил на возражения", 2, False),
        ("Договорился о следующем шаге", 3, False),
    ),
}  # fmt: skip
_COMPETENCES = (
    "Знание услуг",
    "Переговоры",
    "Планирование",
    "Работа в CRM",
    "Отчётность",
    "Наставничество",
    "Инициатива",
)
_VACANCIES = ("SEO-специалист", "Менеджер по продажам", "Аккаунт-менеджер")
_CHANNELS = (("hh.ru", 350), ("avito", 200), ("Рекомендация", 0), ("telegram", 150))
_STAGES = ("Отклик", "Отбор", "Собеседование", "Предложение", "Вышел")
_CERTIFICATES = ("Яндекс Метрика", "Яндекс Директ", "Регламент продаж")


def _hours(tenant: Tenant, today: date) -> list[list[object]]:
    """Each client's month is shared by two specialists; the month that goes on has a plan only."""
    people = of_group(tenant, "Аккаунт-менеджмент")
    rows: list[list[object]] = []
    months = months_until(tenant, today)
    for month in [*months, today.replace(day=1)]:
        for contract in served(tenant, month):
            for share in range(min(2, len(people))):
                user = people[(contract.company_id + share) % len(people)]
                chance = stream(tenant.slug, "hours", month, contract.company_id, share)
                planned = chance.choice((6, 8, 12, 16))
                spent = round(planned * chance.uniform(0.7, 1.3) * 2) / 2
                rows.append(
                    [user.email, contract.company_id, month, planned, spent if month in months else None, 160]
                )
    return rows


def _scored_calls(tenant: Tenant, today: date) -> list[tuple[date, Call, User]]:
    """The first long calls of each of the last months, with who spoke."""
    zone, users = ZoneInfo(tenant.time_zone), {user.employee_id: user for user in tenant.users}
    months = set(months_until(tenant, today)[-_SCORED_MONTHS:])
    taken: dict[date, list[tuple[date, Call, User]]] = {}
    for call in tenant.calls:
        user = users.get(call.employee_id or 0)
        day = call.started_at.astimezone(zone).date()
        found = taken.setdefault(day.replace(day=1), [])
        if user and call.talk_seconds >= 60 and day.replace(day=1) in months and len(found) < _CALLS_A_MONTH:
            found.append((day, call, user))
    return [one for month in sorted(taken) for one in taken[month]]


def _call_scores(tenant: Tenant, today: date) -> list[list[object]]:
    scorer = of_group(tenant, "Контроль качества")[0].email
    rows: list[list[object]] = []
    for n, (day, call, user) in enumerate(_scored_calls(tenant, today)):
        chance = stream(tenant.slug, "score", call.call_id)
        name = "Первый звонок" if n % 3 else "Повторный звонок"
        for item, weight, critical in _CHECKLISTS[name]:
            met = chance.random() < (0.97 if critical else 0.45 + 0.5 * user.skill)
            mark: object = "н/п" if chance.random() < 0.06 else int(met)
            appealed = mark == 0 and chance.random() < 0.1
            appeal = chance.choice(("удовлетворена", "отклонена")) if appealed else None
            rows.append(
                ["звонок", call.call_id, user.email, scorer, day + timedelta(days=2), "Квалификация", name, item, weight,
                 mark, "да" if critical else "нет", appeal, 1 if appeal == "удовлетворена" else None]
            )  # fmt: skip
    for n, user in enumerate(tenant.users[::4]):
        for competence in _COMPETENCES:
            met = stream(tenant.slug, "assessment", user.user_id, competence).random() < 0.7
            rows.append(
                ["аттестация", f"А-{n + 1}", user.email, scorer, born_on(tenant) + timedelta(days=60), None, "Повышение",
                 competence, 1, int(met), "нет", None, None]
            )  # fmt: skip
    return rows


def _candidates(tenant: Tenant, today: date) -> list[list[object]]:
    """Some candidates a month; each goes as far as chance lets them, a few days a stage."""
    recruiter = tenant.users[0].email
    rows: list[list[object]] = []
    for month in [*months_until(tenant, today), today.replace(day=1)]:
        for n in range(6):
            chance = stream(tenant.slug, "candidate", month, n)
            reached = weighted(chance, ((0, 40), (1, 25), (2, 20), (3, 7), (4, 8)))
            channel, cost = chance.choice(_CHANNELS)
            day = month + timedelta(days=chance.randrange(20))
            if day > today:
                continue
            days: list[object] = [day]
            for stage in range(1, len(_STAGES)):
                day = day + timedelta(days=chance.randrange(1, 6))
                days.append(day if stage <= reached and day <= today else None)
            known = sum(one is not None for one in days) - 1
            dropped = day if reached < len(_STAGES) - 1 and day <= today else None
            rows.append(
                [f"К-{month:%y%m}-{n + 1}", _VACANCIES[n % len(_VACANCIES)], recruiter, channel, _STAGES[known], *days, dropped,
                 "Не подошёл" if dropped else None, cost]
            )  # fmt: skip
    return rows


def _certificates(tenant: Tenant, today: date) -> list[list[object]]:
    rows: list[list[object]] = []
    for n, user in enumerate(tenant.users):
        begun = born_on(tenant) + timedelta(days=30 * (n % 6))
        if begun <= today:
            rows.append(
                [user.email, _CERTIFICATES[n % len(_CERTIFICATES)], begun, begun + timedelta(days=364)]
            )
    return rows


def _posts_talks(tenant: Tenant, today: date) -> list[list[object]]:
    rows: list[list[object]] = []
    for n, month in enumerate(months_until(tenant, today)):
        for k in range(1 + n % 3):
            user = tenant.users[(n + 5 * k) % len(tenant.users)]
            kind = ("пост", "статья", "доклад", "вебинар")[(n + k) % 4]
            rows.append([user.email, month + timedelta(days=9 + k), kind, f"Рассказ {n + 1}-{k + 1}", None])
    return rows


KINDS = (
    SheetKind("hours", "Часы", ("Сотрудник", "Клиент", "Месяц", "План часов", "Факт часов", "Ёмкость"), _hours),
    SheetKind("call_scores", "Оценки",
              ("Что оценено", "ID", "Сотрудник", "Оценил", "Дата оценки", "Этап", "Чек-лист", "Пункт", "Вес", "Оценка",
               "Критический", "Апелляция", "Оценка после апелляции"), _call_scores),
    SheetKind("candidates", "Кандидаты",
              ("Кандидат", "Вакансия", "Рекрутер", "Канал", "Этап", "Отклик", "Отбор", "Собеседование", "Предложение", "Вышел",
               "Отказ", "Причина отказа", "Стоимость"), _candidates),
    SheetKind("certificates", "Сертификаты", ("Сотрудник", "Сертификат", "Действует с", "Действует по"), _certificates),
    SheetKind("posts_talks", "Публикации", ("Сотрудник", "Дата", "Вид", "Название", "Ссылка"), _posts_talks),
)  # fmt: skip
