"""About clients and their projects: links, competitors, work done, goals, surveys by phone, planned contacts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from voronka.connectors.sheets.layouts.base import Column, Layout, PeriodRow, Row
from voronka.connectors.sheets.layouts.columns import (
    Client,
    Comment,
    DatedRow,
    Month,
    Project,
    ProjectOfClient,
    ValidTo,
)
from voronka.connectors.sheets.layouts.plans import metric_of
from voronka.connectors.sheets.layouts.values import (
    count_of,
    day_of,
    mark_of,
    needed,
    number_of,
    one_of,
    optional,
    period_of,
    site_of,
    text_of,
    whole_of,
)

WORK = {"сделано": "done", "выполнено": "done", "done": "done", "план": "planned", "запланировано": "planned",
        "planned": "planned"}  # fmt: skip


class Link(Row):
    """Backlinks of a project on a day: how many, or one by its address."""

    key = ("project", "checked_on", "link")

    project: Project
    checked_on: Annotated[
        date, needed(day_of), Column(("дата", "дата проверки"), "checked on", "День проверки", "Day of the check", "12.01.2026")
    ]  # fmt: skip
    links_count: Annotated[
        int,
        needed(count_of),
        Column(("ссылок", "количество", "число ссылок"), "links", "Сколько ссылок; у одной ссылки 1, а если пропала — 0",
               "How many links; of a single one 1, or 0 when it is gone", "148"),
    ]  # fmt: skip
    link: Annotated[
        str | None,
        optional(text_of),
        Column(("ссылка", "адрес", "url"), "link", "Адрес, когда строка об одной ссылке", "Its address, when the row is about one link", ""),
    ] = None  # fmt: skip


class Competitor(DatedRow):
    """A site that competes with a project."""

    key = ("project", "site")

    project: Project
    site: Annotated[
        str,
        needed(site_of),
        Column(("конкурент", "сайт конкурента"), "competitor", "Сайт конкурента", "The competitor's site", "drugoy-dom.example"),
    ]  # fmt: skip
    valid_from: Annotated[
        date | None,
        optional(day_of),
        Column(("следим с", "действует с", "с"), "valid from", "С какого дня следим; пусто — всегда", "First day to watch it; blank is always", ""),
    ] = None  # fmt: skip
    valid_to: ValidTo = None


class Work(Row):
    """A piece of work for a client: done in a month, or planned for it."""

    key = ("client", "project", "month", "kind", "text")

    client: Client
    project: ProjectOfClient = None
    month: Month
    kind: Annotated[
        str,
        needed(one_of(WORK, "сделано or план (done or planned)")),
        Column(("вид", "статус"), "kind", "сделано или план", "done or planned", "сделано"),
    ]
    text: Annotated[
        str,
        needed(text_of),
        Column(("работа", "что", "описание"), "work", "Что — словами, понятными клиенту", "What, in words the client understands",
               "Написали тексты для 12 страниц услуг"),
    ]  # fmt: skip


class Goal(PeriodRow):
    """What a client's project is to reach."""

    key = ("client", "project", "period", "metric")

    client: Client
    project: ProjectOfClient = None
    period: Annotated[
        tuple[str, date],
        needed(period_of),
        Column(("период", "месяц"), "period", "Месяц, квартал или год: 01.2026", "Month, quarter or year: 01.2026", "01.2026"),
    ]  # fmt: skip
    metric: Annotated[
        str,
        needed(metric_of),
        Column(("показатель", "метрика", "цель"), "metric", "Показатель или его код", "Metric or its code", "positions_top10_share"),
    ]  # fmt: skip
    target: Annotated[
        Decimal,
        needed(number_of),
        Column(
            ("план", "значение", "цель значение"), "target", "Сколько должно быть", "What it is to be", "60 %"
        ),
    ]


class PhoneAnswer(Row):
    """A client's answer to a question asked by phone."""

    key = ("client", "asked_on", "question")

    client: Client
    asked_on: Annotated[
        date,
        needed(day_of),
        Column(("дата", "дата опроса"), "date", "День разговора", "Day of the talk", "12.01.2026"),
    ]
    asked_by: Annotated[
        str, needed(text_of), Column(("кто спросил", "сотрудник"), "asked by", "Почта (надёжнее) или имя", "E-mail address (safer) or name", "irina@agency.example")
    ]  # fmt: skip
    question: Annotated[
        str | None, optional(text_of), Column(("вопрос",), "question", "Вопрос; пусто — главный", "Question; blank is the main one", "")
    ] = None  # fmt: skip
    answer: Annotated[
        str,
        needed(text_of),
        Column(("ответ", "оценка"), "answer", "отлично, нормально, плохо; балл от 0 до 10; или словами",
               "excellent, normal, bad; a mark from 0 to 10; or in words", "отлично"),
    ]  # fmt: skip
    comment: Comment = None


class ContactResult(Row):
    """What a planned talk with a client brought."""

    key = ("client", "service_month")

    client: Client
    service_month: Annotated[
        int,
        needed(whole_of),
        Column(("месяц работы", "месяц обслуживания"), "month of service", "После какого месяца работы: 2, 3, 4, 6",
               "After which month of service: 2, 3, 4, 6", "2"),
    ]  # fmt: skip
    done_on: Annotated[
        date, needed(day_of), Column(("дата", "дата контакта", "проведён"), "done on", "День разговора", "Day of the talk", "12.01.2026")
    ]  # fmt: skip
    asked_by: Annotated[
        str | None, optional(text_of), Column(("кто провёл", "кто провел", "менеджер"), "asked by", "Почта (надёжнее) или имя", "E-mail address (safer) or name", "")
    ] = None  # fmt: skip
    satisfaction: Annotated[
        int,
        needed(mark_of),
        Column(("удовлетворённость", "удовлетворенность"), "satisfaction", "От 0 до 10", "From 0 to 10", "9"),
    ]
    complaint: Annotated[
        str | None, optional(text_of), Column(("жалоба", "претензия"), "complaint", "Жалоба; пусто — нет", "Complaint; blank is none", "")
    ] = None  # fmt: skip
    strengths: Annotated[
        str | None, optional(text_of), Column(("сильные стороны", "что нравится"), "strengths", "Что хвалят", "What the client praises", "")
    ] = None  # fmt: skip
    tasks: Annotated[
        str | None, optional(text_of), Column(("задачи", "что сделать"), "tasks", "О чём попросили", "What the client asked for", "")
    ] = None  # fmt: skip


LINKS = Layout("links", "Ссылки", Link, "Внешние ссылки на проекты: число на день или список.",
               "Backlinks of projects: counts by day, or a list.")  # fmt: skip
COMPETITORS = Layout("competitors", "Конкуренты", Competitor, "Сайты конкурентов, за которыми следить.",
                     "Competitors' sites to watch.")  # fmt: skip
WORK_LOG = Layout("work_log", "Работы", Work, "Что сделано для клиента и что запланировано: для ежемесячного письма.",
                  "What was done for a client and what is planned: for the monthly letter.")  # fmt: skip
GOALS = Layout("goals", "Цели", Goal, "Цели клиентов по показателям.", "Clients' goals by metric.")
PULSE_PHONE = Layout("pulse_phone", "Опрос по телефону", PhoneAnswer, "Ответы клиентов на вопросы по телефону.",
                     "Clients' answers to questions asked by phone.")  # fmt: skip
CONTACT_RESULTS = Layout("contact_results", "Контакты с клиентами", ContactResult,
                         "Итоги плановых разговоров с клиентами.", "What planned talks with clients brought.")  # fmt: skip
