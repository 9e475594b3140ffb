"""Contracts: who pays what for which service, from when to when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from voronka.connectors.sheets.layouts.base import Column, Currency, Layout, Row
from voronka.connectors.sheets.layouts.values import (
    amount_of,
    day_of,
    needed,
    not_before,
    one_of,
    optional,
    text_of,
    truth_of,
)

REASONS = {
    "новый": "new", "new": "new",
    "рост": "growth", "расширение": "growth", "growth": "growth", "expansion": "growth",
    "снижение": "reduction", "сокращение": "reduction", "reduction": "reduction",
    "индексация": "indexation", "indexation": "indexation",
    "пауза": "pause", "после паузы": "pause", "pause": "pause",
    "возврат": "return", "return": "return",
}  # fmt: skip
BILLING = {
    "месяц": "month", "мес": "month", "мес.": "month", "ежемесячно": "month", "month": "month", "monthly": "month",
    "квартал": "quarter", "ежеквартально": "quarter", "quarter": "quarter", "quarterly": "quarter",
    "год": "year", "ежегодно": "year", "year": "year", "yearly": "year",
}  # fmt: skip


class Contract(Row):
    """A stretch of one service at an unchanged fee."""

    key = ("contract",)

    contract: Annotated[
        str,
        needed(text_of),
        Column(("договор", "№ договора", "номер договора"), "contract",
               "Номер; новая стоимость — новая строка со своим номером (118/2)",
               "Number; a new fee is a new row with a number of its own (118/2)", "118"),
    ]  # fmt: skip
    client: Annotated[
        str,
        needed(text_of),
        Column(("клиент", "компания", "id компании"), "client",
               "ID компании в CRM (надёжнее) или её название как в CRM",
               "The company's id in the CRM (safer) or its name as in the CRM", "17000201"),
    ]  # fmt: skip
    service: Annotated[
        str, needed(text_of), Column(("услуга", "направление"), "service", "Услуга", "Service", "SEO")
    ]
    fee: Annotated[
        Decimal,
        needed(amount_of),
        Column(("стоимость", "абонентская плата", "сумма"), "fee",
               "Плата за период оплаты; 0 — обслуживание без оплаты", "Fee of a billing period; 0 is service for nothing", "60 000"),
    ]  # fmt: skip
    started_on: Annotated[
        date,
        needed(day_of),
        Column(("начало", "дата начала", "начало услуги"), "started on", "Первый день услуги", "First day of service", "01.02.2026"),
    ]  # fmt: skip
    ended_on: Annotated[
        date | None,
        optional(day_of),
        Column(("окончание", "дата окончания", "конец", "конец услуги"), "ended on",
               "Последний день услуги; пусто, пока она идёт", "Last day of service; blank while it goes on", ""),
    ]  # fmt: skip
    currency: Currency = None
    change_reason: Annotated[
        str | None,
        optional(one_of(REASONS, "новый, рост, снижение, индексация, пауза or возврат")),
        Column(("причина изменения", "причина"), "change reason",
               "новый, рост, снижение, индексация, пауза, возврат",
               "new, growth, reduction, indexation, pause, return", "новый"),
    ] = None  # fmt: skip
    is_recurring: Annotated[
        bool,
        needed(truth_of),
        Column(("регулярный", "повторяется", "абонентский"), "is recurring",
               "да — плата каждый период; нет — разовая работа", "yes: a fee every period; no: work done once", "да"),
    ] = True  # fmt: skip
    billing_period: Annotated[
        str,
        needed(one_of(BILLING, "месяц, квартал or год")),
        Column(("период оплаты", "оплата за"), "billing period",
               "месяц, квартал или год", "month, quarter or year", "месяц"),
    ] = "month"  # fmt: skip

    @field_validator("ended_on")
    @classmethod
    def _in_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        return not_before(value, info.data.get("started_on"))


CONTRACTS = Layout(
    "contracts",
    "Договоры",
    Contract,
    "Договоры и их стоимость: из них считается регулярная выручка.",
    "Contracts and their fees: recurring revenue is worked out from them.",
)
