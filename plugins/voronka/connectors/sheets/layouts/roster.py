"""Roster: who works in which team, for how many hours, from when to when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import ValidationInfo, field_validator

from voronka.connectors.sheets.layouts.base import Column, Layout
from voronka.connectors.sheets.layouts.columns import DatedRow, ValidFrom, ValidTo
from voronka.connectors.sheets.layouts.values import (
    amount_of,
    day_of,
    email_of,
    needed,
    not_before,
    optional,
    text_of,
)


class Position(DatedRow):
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
    role_coefficient: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(("коэффициент роли", "коэффициент"), "role coefficient", "Доля в плане команды относительно других",
               "Share in the team's plan relative to others", "1"),
    ] = None  # fmt: skip
    extension: Annotated[
        str | None,
        optional(text_of),
        Column(("внутренний номер", "добавочный"), "extension", "Внутренний номер телефона", "Extension of the phone", "101"),
    ] = None  # fmt: skip
    hired_on: Annotated[
        date | None,
        optional(day_of),
        Column(("принят", "дата приёма", "дата приема"), "hired on", "Первый день в агентстве", "First day at the agency", "01.03.2024"),
    ] = None  # fmt: skip
    left_on: Annotated[
        date | None,
        optional(day_of),
        Column(("уволен", "дата увольнения"), "left on", "Последний день; пусто, пока работает", "Last day; blank while employed", ""),
    ] = None  # fmt: skip
    valid_from: ValidFrom
    valid_to: ValidTo = None

    @field_validator("left_on")
    @classmethod
    def _after_hired(cls, value: date | None, info: ValidationInfo) -> date | None:
        return not_before(value, info.data.get("hired_on"))


ROSTER = Layout(
    "roster",
    "Сотрудники",
    Position,
    "Кто в какой команде, сколько часов и какая нагрузка. Перемена — новая строка с новой датой.",
    "Who is in which team, hours and load. A change is a new row with a new date.",
)
