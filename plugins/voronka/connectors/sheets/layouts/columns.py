"""Columns that several layouts have in common."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from voronka.connectors.sheets.layouts.base import Column, Row
from voronka.connectors.sheets.layouts.values import (
    amount_of,
    day_of,
    email_of,
    month_of,
    needed,
    not_before,
    optional,
    text_of,
)

PERSON_HEADERS = ("сотрудник", "email", "почта", "e-mail")

Person = Annotated[
    str,
    needed(email_of),
    Column(PERSON_HEADERS, "employee", "Почта сотрудника как в CRM",
           "The employee's e-mail address as in the CRM", "irina@agency.example"),
]  # fmt: skip
Client = Annotated[
    str,
    needed(text_of),
    Column(("клиент", "компания", "id компании"), "client", "ID компании в CRM (надёжнее) или её название как в CRM",
           "The company's id in the CRM (safer) or its name as in the CRM", "17000201"),
]  # fmt: skip
ProjectOfClient = Annotated[
    str | None,
    optional(text_of),
    Column(("проект", "сайт"), "project", "Проект, когда у клиента их несколько",
           "The project, when the client has several", ""),
]  # fmt: skip
Project = Annotated[
    str,
    needed(text_of),
    Column(("проект", "сайт"), "project", "Проект как в сервисе позиций: ID, название или сайт",
           "The project as in the rank tracker: its id, name or site", "stroy-dom.example"),
]  # fmt: skip
Month = Annotated[
    date,
    needed(month_of),
    Column(("месяц", "период"), "month", "Месяц: 01.2026", "Month: 01.2026", "01.2026"),
]
Amount = Annotated[
    Decimal,
    needed(amount_of),
    Column(("сумма", "начислено"), "amount", "Сумма", "Amount", "95 000"),
]
Division = Annotated[
    str | None,
    optional(text_of),
    Column(("подразделение", "департамент", "отдел"), "division", "Подразделение; пусто — любое",
           "Division; blank is any", "Отдел продаж"),
]  # fmt: skip
Comment = Annotated[
    str | None,
    optional(text_of),
    Column(("комментарий", "примечание"), "comment", "Комментарий", "Comment", ""),
]
ValidFrom = Annotated[
    date,
    needed(day_of),
    Column(
        ("действует с", "с"), "valid from", "Первый день, с которого так", "First day of it", "01.01.2026"
    ),
]
ValidTo = Annotated[
    date | None,
    optional(day_of),
    Column(("действует по", "по"), "valid to", "Последний день; пусто, пока так",
           "Last day; blank while it holds", ""),
]  # fmt: skip


class DatedRow(Row):
    """A row that holds from ``valid_from`` to ``valid_to``, both days included."""

    @field_validator("valid_to", check_fields=False)
    @classmethod
    def _in_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        return not_before(value, info.data.get("valid_from"))
