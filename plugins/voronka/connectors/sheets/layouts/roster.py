"""Roster: who works in which team, for how many hours, from when to when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from voronka.connectors.sheets.layouts.base import Column, Layout, Row
from voronka.connectors.sheets.layouts.values import (
    amount_of,
    day_of,
    email_of,
    needed,
    not_before,
    optional,
    text_of,
)


class Position(Row):
    """An employee's place for a time."""

    key = ("email", "valid_from")

    email: Annotated[
        str,
        needed(email_of),
        Column(("email", "почта", "e-mail", "сотрудник"), "e-mail", "Почта сотрудника как в CRM",
               "The employee's e-mail address as in the CRM", "irina@agency.example"),
    ]  # fmt: skip
    division: Annotated[
        str | None,
        optional(text_of),
        Column(("подразделение", "департамент"), "division", "Подразделение", "Division", "Отдел продаж"),
    ] = None
    team: Annotated[
        str | None,
        optional(text_of),
        Column(("команда", "группа"), "team", "Команда", "Team", "Группа 1"),
    ] = None
    role: Annotated[
        str | None,
        optional(text_of),
        Column(("роль", "должность"), "role", "Должность", "Role", "Менеджер"),
    ] = None
    hours_per_month: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(
            ("часов в месяц", "часы", "часы в месяц"),
            "hours per month",
            "Рабочих часов в месяц",
            "Working hours a month",
            "160",
        ),
    ] = None
    maximum_load: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(("предельная нагрузка", "макс. нагрузка", "максимальная нагрузка"), "maximum load",
               "Сколько сделок или проектов ведёт одновременно", "Leads or projects at a time, at most", "40"),
    ] = None  # fmt: skip
    valid_from: Annotated[
        date,
        needed(day_of),
        Column(
            ("действует с", "с"), "valid from", "Первый день, с которого так", "First day of it", "01.01.2026"
        ),
    ]
    valid_to: Annotated[
        date | None,
        optional(day_of),
        Column(
            ("действует по", "по"),
            "valid to",
            "Последний день; пусто, пока так",
            "Last day; blank while it holds",
            "",
        ),
    ] = None

    @field_validator("valid_to")
    @classmethod
    def _in_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        return not_before(value, info.data.get("valid_from"))


ROSTER = Layout(
    "roster",
    "Сотрудники",
    Position,
    "Кто в какой команде, сколько часов и какая нагрузка. Перемена — новая строка с новой датой.",
    "Who is in which team, hours and load. A change is a new row with a new date.",
)
