"""Spend: what advertising cost, by day or month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from voronka.connectors.sheets.layouts.base import Column, Currency, Layout, PeriodRow
from voronka.connectors.sheets.layouts.values import (
    amount_of,
    day_or_month_of,
    needed,
    optional,
    text_of,
    truth_of,
)


class Spend(PeriodRow):
    """The cost of a source in a day or month."""

    key = ("period", "source", "channel", "campaign")

    period: Annotated[
        tuple[str, date],
        needed(day_or_month_of),
        Column(("период", "дата", "месяц", "день"), "period", "День 31.01.2026 или месяц 01.2026",
               "A day 31.01.2026 or a month 01.2026", "01.2026"),
    ]  # fmt: skip
    source: Annotated[
        str,
        needed(text_of),
        Column(
            ("источник", "площадка"),
            "source",
            "Источник, как в поле сделки",
            "Source, as in the lead's field",
            "yandex_direct",
        ),
    ]
    channel: Annotated[
        str | None, optional(text_of), Column(("канал",), "channel", "Канал", "Channel", "paid")
    ] = None
    campaign: Annotated[
        str | None, optional(text_of), Column(("кампания",), "campaign", "Кампания", "Campaign", "")
    ] = None
    amount: Annotated[
        Decimal,
        needed(amount_of),
        Column(
            ("расход", "сумма", "стоимость", "затраты"),
            "amount",
            "Сколько потрачено",
            "Money spent",
            "120 000",
        ),
    ]
    currency: Currency = None
    vat_included: Annotated[
        bool,
        needed(truth_of),
        Column(("с ндс", "ндс включён", "ндс включен", "ндс"), "vat included", "Входит ли НДС: да или нет",
               "Whether VAT is in it: yes or no", "да"),
    ]  # fmt: skip


SPEND = Layout(
    "spend",
    "Расходы",
    Spend,
    "Расходы на рекламу: сколько стоил каждый источник.",
    "Advertising: what every source cost.",
)
