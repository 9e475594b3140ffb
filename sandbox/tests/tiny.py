"""A tenant made by hand, small enough that every expected number can be read off this page.

End of the world: 2026-03-01 00:00 UTC; zone Europe/Moscow (UTC+3). Lead 1 is won, 2 lost, 3 in the recycle bin, 4 open,
5 merged into 4.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sandbox.agency.model import (
    LOST_STAGE_ID,
    WON_STAGE_ID,
    Call,
    Company,
    Contact,
    Customer,
    FieldDefinition,
    Keyword,
    Lead,
    Note,
    Payment,
    Pipeline,
    Project,
    Stage,
    StageMove,
    Task,
    Tenant,
    TrackedRegion,
    User,
)

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
BORN = datetime(2026, 1, 1, tzinfo=UTC)
INCOMING, FIRST, OFFER = 47000001, 47000002, 47000003
PIPELINE = 5200001
IRINA, OLEG = 9100101, 9100102


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2026, UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def _move(number: int, moment: datetime, before: int, after: int) -> StageMove:
    return StageMove(moment, PIPELINE, before, PIPELINE, after, IRINA, f"01kmove{number:019d}")


def _lead(lead_id: int, name: str, created_at: datetime, stage: int = FIRST) -> Lead:
    lead = Lead(lead_id, name, created_at, 0, PIPELINE, stage, (), None)
    lead.owners.append((created_at, IRINA))
    lead.prices.append((created_at, 0))
    return lead


def _leads() -> list[Lead]:
    won = _lead(25600101, "SEO для stroy-dom.example", at(2, 1, 9), INCOMING)
    won.contact_ids, won.company_id = (16000301, 16000302), 17000201
    won.moves += [
        _move(1, at(2, 1, 10), INCOMING, FIRST),
        _move(2, at(2, 2, 10), FIRST, OFFER),
        _move(3, at(2, 10, 10), OFFER, WON_STAGE_ID),
    ]
    won.owners.append((at(2, 2, 9), OLEG))
    won.prices.append((at(2, 2, 11), 180000))
    won.fields = {
        990001: "SEO",
        990002: date(2026, 1, 1),
        990003: Decimal("1500.50"),
        990004: True,
        990005: "yandex",
        990006: at(2, 1, 12),
    }
    won.tags = ("сайт",)
    lost = _lead(25600102, "Контекст", at(2, 3, 9))
    lost.moves.append(_move(4, at(2, 5, 9), FIRST, LOST_STAGE_ID))
    lost.loss_reason_id = 8800001
    binned = _lead(25600103, "Спам", at(2, 4, 9))
    binned.deleted_at = at(2, 20, 9)
    fresh = _lead(25600104, "Аудит", at(2, 5, 9), INCOMING)
    fresh.contact_ids = (16000301,)
    merged = _lead(25600105, "Аудит ещё раз", at(2, 6, 9))
    merged.merged_at, merged.merged_into = at(2, 15, 9), fresh.lead_id
    return [won, lost, binned, fresh, merged]


def _calls() -> list[Call]:
    return [
        Call(1001, at(2, 1, 21, 30), "in", "79161234567", "74951230001", 55001, 12, 95, "subscriber_disconnects",
             25600101, 16000301, campaign="yandex"),
        Call(1002, at(2, 2, 9), "in", "79167654321", "74951230001", None, 30, 0, "timeout", None, None),
        Call(1003, at(2, 3, 9), "out", None, "74951230002", 55002, None, 40, "operator_disconnects", None, None),
    ]  # fmt: skip


def _projects() -> list[Project]:
    regions = (
        TrackedRegion(5, "yandex", 213, "Москва", "desktop", 100),
        TrackedRegion(7, "google", 213, "Москва", "mobile", 50),
    )
    seo = Keyword(900001, "продвижение сайта", 5501, "Услуги", 1000)
    seo.checks = {(5, date(2026, 2, 1)): 7, (5, date(2026, 2, 8)): None, (7, date(2026, 2, 1)): 12}
    seo.urls = {(5, date(2026, 2, 1)): "https://sever.example/seo"}
    audit = Keyword(900002, "seo аудит", 5501, "Услуги", None)
    audit.checks = {(5, date(2026, 2, 8)): 1}
    return [Project(412233, 17000201, "Строй-Дом", "stroy-dom.example", regions, [seo, audit])]


def tiny(slug: str = "sever", account_number: int = 31420001) -> Tenant:
    """The tenant."""
    users = (
        User(
            IRINA,
            "Ирина Ковалёва",
            "irina@sever.example",
            0,
            "SEO",
            None,
            True,
            True,
            "101",
            55001,
            0.9,
            BORN,
        ),
        User(
            OLEG,
            "Олег Демидов",
            "oleg@sever.example",
            7,
            "Продажи",
            3101,
            False,
            True,
            "102",
            55002,
            0.5,
            BORN,
        ),
    )
    stages = (
        Stage(INCOMING, "Неразобранное", 10, "incoming"),
        Stage(FIRST, "Первичный контакт", 20, "open"),
        Stage(OFFER, "КП", 30, "open"),
        Stage(WON_STAGE_ID, "Успешно реализовано", 10000, "won"),
        Stage(LOST_STAGE_ID, "Закрыто и не реализовано", 11000, "lost"),
    )
    fields = (
        FieldDefinition(
            990001, "leads", "Услуга", None, "select", ((550001, "SEO", None), (550002, "SMM", None))
        ),
        FieldDefinition(990002, "leads", "Дата старта", None, "date"),
        FieldDefinition(990003, "leads", "Бюджет", None, "numeric"),
        FieldDefinition(990004, "leads", "Срочно", None, "checkbox"),
        FieldDefinition(990005, "leads", "utm_source", "UTM_SOURCE", "tracking_data"),
        FieldDefinition(990006, "leads", "Встреча", None, "date_time"),
        FieldDefinition(990101, "contacts", "Телефон", "PHONE", "multitext", ((440001, "WORK", "WORK"),)),
        FieldDefinition(990102, "contacts", "Email", "EMAIL", "multitext", ((440011, "WORK", "WORK"),)),
    )
    return Tenant(
        slug=slug,
        account_number=account_number,
        name="Агентство «Север»",
        time_zone="Europe/Moscow",
        currency="RUB",
        country="RU",
        users=users,
        pipelines=(Pipeline(PIPELINE, "Продажи SEO", 1, True, stages),),
        loss_reasons=((8800001, "Дорого"),),
        task_types=((1, "Связаться", "FOLLOW_UP"), (2, "Встреча", "MEETING")),
        fields=fields,
        leads=_leads(),
        contacts=[
            Contact(16000301, "Олег Строев", ("8 (916) 123-45-67", "+79160000000"), ("oleg@stroy-dom.example",),
                    17000201, IRINA, at(2, 1, 9), at(2, 12, 9)),
            Contact(16000302, "Анна", (), (), 17000201, OLEG, at(2, 1, 9), at(2, 1, 9)),
        ],
        companies=[Company(17000201, "ООО «Строй-Дом»", {}, IRINA, at(2, 1, 9), at(2, 1, 9))],
        tasks=[
            Task(4400501, 25600101, IRINA, 1, "Перезвонить", at(2, 1, 10), at(2, 3), at(2, 2, 12), "Договорились"),
            Task(4400502, 25600104, IRINA, 1, "Написать", at(2, 6, 10), at(3, 5), None, None),
        ],
        notes=[
            Note(77120044, "leads", 25600101, "call_in", IRINA, at(2, 1, 21, 32), call=1001),
            Note(77120045, "leads", 25600101, "common", OLEG, at(2, 3, 9), text="Ждёт КП"),
            Note(77120046, "contacts", 16000301, "common", OLEG, at(2, 4, 9), text="Просил почту"),
        ],
        calls=_calls(),
        contracts=[],
        customers=[Customer(1340011, 17000201, "Строй-Дом, сопровождение", IRINA, at(2, 11, 9))],
        payments=[
            Payment(902001, 1340011, 17000201, None, 60000, "SEO", at(2, 11, 10), "SEO, февраль"),
            Payment(902002, 1340011, 17000201, None, 30000, "SMM", at(2, 25, 10), "SMM, февраль"),
        ],
        projects=_projects(),
        born_at=BORN,
    )  # fmt: skip
