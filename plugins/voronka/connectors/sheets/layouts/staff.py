"""About the people of an agency: hours, call scores, candidates, certificates, posts and talks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from voronka.connectors.sheets.layouts.base import Column, Currency, Layout, Row
from voronka.connectors.sheets.layouts.columns import (
    Client,
    Comment,
    DatedRow,
    Month,
    Person,
    ProjectOfClient,
    ValidFrom,
    ValidTo,
)
from voronka.connectors.sheets.layouts.values import (
    amount_of,
    day_of,
    email_of,
    needed,
    not_before,
    one_of,
    optional,
    positive_of,
    text_of,
    truth_of,
)

SUBJECTS = {"звонок": "call", "call": "call", "сделка": "lead", "лид": "lead", "lead": "lead",
            "сотрудник": "person", "аттестация": "person", "person": "person"}  # fmt: skip
MARKS = {
    **dict.fromkeys(("1", "да", "yes", "true", "истина", "+"), "1"),
    **dict.fromkeys(("0", "нет", "no", "false", "ложь"), "0"),
    **dict.fromkeys(("н/п", "нп", "н/д", "na", "n/a", "не применимо"), "na"),
}
_MARK = "1, 0 or н/п (na)"
APPEALS = {"подана": "filed", "filed": "filed", "удовлетворена": "upheld", "принята": "upheld", "upheld": "upheld",
           "отклонена": "rejected", "rejected": "rejected"}  # fmt: skip
LIBRARY = {"лучший": "best", "best": "best", "худший": "worst", "worst": "worst"}
KINDS_OF_WORK = {
    "пост": "post", "post": "post", "статья": "article", "article": "article", "доклад": "talk", "выступление": "talk",
    "talk": "talk", "вебинар": "webinar", "webinar": "webinar", "кейс": "case", "case": "case",
}  # fmt: skip


class Hours(Row):
    """Hours of a specialist for a client in a month."""

    key = ("person", "client", "project", "month")

    person: Person
    client: Client
    project: ProjectOfClient = None
    month: Month
    planned_hours: Annotated[
        Decimal,
        needed(amount_of),
        Column(("план часов", "часы план", "план"), "planned hours", "Часов по плану", "Hours planned", "24"),
    ]
    actual_hours: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(("факт часов", "часы факт", "факт"), "actual hours", "Часов по факту; пусто, пока месяц идёт",
               "Hours spent; blank while the month goes on", "26,5"),
    ]  # fmt: skip
    capacity_hours: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(("ёмкость", "емкость", "доступно часов"), "capacity hours",
               "Часов у сотрудника в этом месяце; пусто — как в листе сотрудников",
               "Hours the employee has in the month; blank is the roster's", "160"),
    ] = None  # fmt: skip


class Score(Row):
    """One item of a checklist, as one scorer saw it."""

    key = ("subject_type", "subject", "person", "scorecard", "scored_on", "item")

    subject_type: Annotated[
        str,
        needed(one_of(SUBJECTS, "звонок, сделка or сотрудник (call, lead, person)")),
        Column(("что оценено", "объект"), "subject type",
               "звонок, сделка; сотрудник — аттестация (компетенции вместо пунктов)",
               "call, lead; person is an assessment (competences instead of items)", "звонок"),
    ] = "call"  # fmt: skip
    subject: Annotated[
        str,
        needed(text_of),
        Column(("звонок", "id звонка", "сделка", "id", "номер"), "subject", "ID звонка или сделки; при аттестации её номер",
               "Id of the call or lead; of an assessment its number", "7000123"),
    ]  # fmt: skip
    person: Person
    scorer: Annotated[
        str,
        needed(email_of),
        Column(("оценил", "проверяющий"), "scorer", "Почта проверяющего", "The scorer's e-mail address", "kk@agency.example"),
    ]  # fmt: skip
    scored_on: Annotated[
        date,
        needed(day_of),
        Column(("дата оценки", "дата"), "scored on", "Дата оценки", "Day of the scoring", "12.01.2026"),
    ]
    stage: Annotated[
        str | None,
        optional(text_of),
        Column(
            ("этап", "этап переговоров"), "stage", "Этап переговоров", "Stage of the talks", "Квалификация"
        ),
    ] = None
    scorecard: Annotated[
        str | None,
        optional(text_of),
        Column(("чек-лист", "чеклист", "анкета"), "scorecard", "Название чек-листа", "Name of the checklist", "Первый звонок"),
    ] = None  # fmt: skip
    item: Annotated[
        str,
        needed(text_of),
        Column(("пункт", "критерий", "компетенция"), "item", "Пункт чек-листа", "Item of the checklist", "Назвал имя и компанию"),
    ]  # fmt: skip
    weight: Annotated[
        Decimal,
        needed(positive_of),
        Column(("вес",), "weight", "Вес пункта", "Weight of the item", "1"),
    ] = Decimal(1)
    value: Annotated[
        str,
        needed(one_of(MARKS, _MARK)),
        Column(("оценка", "балл", "значение"), "value", "1 — выполнен, 0 — нет, н/п — не применим",
               "1: met, 0: not met, na: not applicable", "1"),
    ]  # fmt: skip
    is_critical: Annotated[
        bool,
        needed(truth_of),
        Column(("критический", "критичный"), "is critical", "да — провал обнуляет весь звонок",
               "yes: failing it makes the whole score 0", "нет"),
    ] = False  # fmt: skip
    appeal: Annotated[
        str | None,
        optional(one_of(APPEALS, "подана, удовлетворена or отклонена (filed, upheld, rejected)")),
        Column(("апелляция",), "appeal", "подана, удовлетворена или отклонена; пусто — не было",
               "filed, upheld or rejected; blank is none", ""),
    ] = None  # fmt: skip
    value_after_appeal: Annotated[
        str | None,
        optional(one_of(MARKS, _MARK)),
        Column(("оценка после апелляции",), "value after appeal", "Новая оценка, если апелляция удовлетворена",
               "The mark in its place, when the appeal was upheld", ""),
    ] = None  # fmt: skip
    library: Annotated[
        str | None,
        optional(one_of(LIBRARY, "лучший or худший (best or worst)")),
        Column(("библиотека",), "library", "лучший или худший — в библиотеку звонков", "best or worst: into the library of calls", ""),
    ] = None  # fmt: skip
    comment: Comment = None


class Candidate(Row):
    """A candidate for a vacancy and the days on which they came to each stage."""

    key = ("candidate", "vacancy")

    candidate: Annotated[
        str,
        needed(text_of),
        Column(("кандидат", "№ кандидата"), "candidate", "Номер кандидата (лучше) или имя", "Number (better) or name of the candidate", "К-118"),
    ]  # fmt: skip
    vacancy: Annotated[
        str, needed(text_of), Column(("вакансия",), "vacancy", "Вакансия", "Vacancy", "SEO-специалист")
    ]
    recruiter: Annotated[
        str,
        needed(text_of),
        Column(("рекрутер", "hr"), "recruiter", "Почта рекрутера (надёжнее) или имя", "The recruiter's e-mail address (safer) or name", "hr@agency.example"),
    ]  # fmt: skip
    channel: Annotated[
        str | None,
        optional(text_of),
        Column(("канал", "источник"), "channel", "Откуда отклик", "Where the response came from", "hh.ru"),
    ]
    stage: Annotated[
        str | None,
        optional(text_of),
        Column(("этап", "статус"), "stage", "Этап сейчас", "Stage now", "Собеседование"),
    ] = None
    responded_on: Annotated[
        date, needed(day_of), Column(("отклик", "дата отклика"), "responded on", "День отклика", "Day of the response", "12.01.2026")
    ]  # fmt: skip
    screened_on: Annotated[
        date | None, optional(day_of), Column(("отбор", "телефонное интервью"), "screened on", "День первого разговора", "Day of the first talk", "")
    ] = None  # fmt: skip
    interviewed_on: Annotated[
        date | None, optional(day_of), Column(("собеседование", "интервью"), "interviewed on", "День собеседования", "Day of the interview", "")
    ] = None  # fmt: skip
    offered_on: Annotated[
        date | None, optional(day_of), Column(("предложение", "оффер"), "offered on", "День предложения", "Day of the offer", "")
    ] = None  # fmt: skip
    hired_on: Annotated[
        date | None, optional(day_of), Column(("вышел", "дата выхода", "принят"), "hired on", "Первый рабочий день", "First working day", "")
    ] = None  # fmt: skip
    dropped_on: Annotated[
        date | None, optional(day_of), Column(("отказ", "дата отказа"), "dropped on", "День отказа, чьего бы то ни было", "Day on which either side said no", "")
    ] = None  # fmt: skip
    drop_reason: Annotated[
        str | None, optional(text_of), Column(("причина отказа",), "drop reason", "Почему", "Why", "")
    ] = None
    cost: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(
            ("стоимость", "расход", "затраты"),
            "cost",
            "Сколько стоил отклик",
            "What the response cost",
            "350",
        ),
    ] = None
    currency: Currency = None

    @field_validator("screened_on", "interviewed_on", "offered_on", "hired_on", "dropped_on")
    @classmethod
    def _after_the_response(cls, value: date | None, info: ValidationInfo) -> date | None:
        return not_before(value, info.data.get("responded_on"))


class Certificate(DatedRow):
    """A certificate of an employee."""

    key = ("person", "certificate", "valid_from")

    person: Person
    certificate: Annotated[
        str,
        needed(text_of),
        Column(("сертификат",), "certificate", "Сертификат", "Certificate", "Яндекс Метрика"),
    ]
    valid_from: ValidFrom
    valid_to: ValidTo = None


class PostOrTalk(Row):
    """Something an employee published or said in public."""

    key = ("person", "done_on", "kind", "title")

    person: Person
    done_on: Annotated[
        date,
        needed(day_of),
        Column(("дата", "когда"), "date", "День выхода", "Day it came out", "12.01.2026"),
    ]
    kind: Annotated[
        str,
        needed(one_of(KINDS_OF_WORK, "пост, статья, доклад, вебинар or кейс (post, article, talk, webinar, case)")),
        Column(("вид", "тип"), "kind", "пост, статья, доклад, вебинар, кейс", "post, article, talk, webinar, case", "доклад"),
    ]  # fmt: skip
    title: Annotated[
        str | None,
        optional(text_of),
        Column(("название", "тема"), "title", "Название", "Title", "SEO для строителей"),
    ] = None
    link: Annotated[str | None, optional(text_of), Column(("ссылка",), "link", "Ссылка", "Link", "")] = None


HOURS = Layout("hours", "Часы", Hours, "Часы специалистов по клиентам и месяцам: план и факт.",
               "Hours of specialists by client and month: planned and spent.")  # fmt: skip
CALL_SCORES = Layout("call_scores", "Оценки", Score,
                     "Оценки звонков, сделок и аттестации: строка на каждый пункт чек-листа.",
                     "Scores of calls and leads, and assessments: a row for every item of a checklist.")  # fmt: skip
CANDIDATES = Layout("candidates", "Кандидаты", Candidate, "Подбор: кандидаты и дни, когда они дошли до этапа.",
                    "Recruiting: candidates and the days on which they came to a stage.")  # fmt: skip
CERTIFICATES = Layout("certificates", "Сертификаты", Certificate, "Сертификаты сотрудников и их сроки.",
                      "Employees' certificates and how long they hold.")  # fmt: skip
POSTS_TALKS = Layout("posts_talks", "Публикации", PostOrTalk, "Посты, статьи и выступления сотрудников.",
                     "Posts, articles and talks of employees.")  # fmt: skip
