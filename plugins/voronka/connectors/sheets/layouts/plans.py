"""Plans: what is to be reached in a period, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from voronka.connectors.sheets.layouts.base import Column, Layout, PeriodRow
from voronka.connectors.sheets.layouts.values import (
    needed,
    number_of,
    optional,
    period_of,
    squeezed,
    text_of,
    whole_of,
)

METRICS = {
    "выручка": "payments_amount", "revenue": "payments_amount", "поступления": "payments_amount", "оплаты": "payments_amount",
    "payments": "payments_amount",
    "новые лиды": "leads_created", "лиды": "leads_created", "new_leads": "leads_created", "new leads": "leads_created",
    "новые сделки": "leads_won", "продажи": "leads_won", "won_deals": "leads_won", "won deals": "leads_won",
    "сумма продаж": "won_amount", "won amount": "won_amount",
    "звонки": "calls_successful_30s", "успешные звонки": "calls_successful_30s", "calls": "calls_successful_30s",
    "исходящие звонки": "calls_outgoing", "outgoing calls": "calls_outgoing",
    "расходы на рекламу": "ad_spend", "ad spend": "ad_spend",
}  # fmt: skip
"""Words for metrics → their codes. A word that is not here passes as it is: the metric may be one's own."""


def metric_of(cell: Any) -> str:
    """A metric's code."""
    text = text_of(cell).lower()
    return METRICS.get(text, text)


class Plan(PeriodRow):
    """One figure to be reached."""

    key = ("period", "metric", "scope", "owner", "version")

    period: Annotated[
        tuple[str, date],
        needed(period_of),
        Column(("период", "месяц", "дата"), "period", "Месяц, квартал или год: 01.2026, 1 кв. 2026, 2026",
               "Month, quarter or year: 01.2026, Q1 2026, 2026", "01.2026"),
    ]  # fmt: skip
    metric: Annotated[
        str,
        needed(metric_of),
        Column(("показатель", "метрика", "kpi"), "metric", "Показатель: Выручка, Новые лиды, Звонки … или его код",
               "Metric: Revenue, New leads, Calls … or its code", "Выручка"),
    ]  # fmt: skip
    value: Annotated[
        Decimal,
        needed(number_of),
        Column(("план", "значение", "target", "value"), "plan", "План; пусто — плана нет, 0 — план ноль",
               "The plan; blank is no plan, 0 is a plan of zero", "900 000"),
    ]  # fmt: skip
    scope: Annotated[
        str | None,
        optional(text_of),
        Column(("разрез", "услуга", "направление", "воронка", "проект", "отдел", "команда"), "scope",
               "Команда, подразделение или услуга; пусто — всё агентство",
               "Team, division or service; blank is the whole agency", ""),
    ] = None  # fmt: skip
    owner: Annotated[
        str | None,
        optional(text_of),
        Column(("сотрудник", "менеджер", "email", "e-mail"), "owner", "Почта сотрудника (надёжнее) или имя; пусто — общий план",
               "The employee's e-mail address (safer) or name; blank is a plan of all", ""),
    ] = None  # fmt: skip
    unit: Annotated[
        str | None,
        optional(text_of),
        Column(("ед", "ед.", "единица", "валюта"), "unit", "RUB, шт, %", "RUB, pcs, %", "RUB"),
    ] = None
    version: Annotated[
        int,
        needed(whole_of),
        Column(
            ("версия",),
            "version",
            "Номер версии; действует наибольший",
            "Number of the version; the highest counts",
            "1",
        ),
    ] = 1

    @classmethod
    def is_blank(cls, cells: Mapping[str, Any]) -> bool:
        """A blank plan is no plan."""
        return squeezed(cells.get("value")) is None


PLANS = Layout(
    "plans",
    "Планы",
    Plan,
    "Планы по показателям. Можно и широко: месяцы заголовками столбцов, показатели строками.",
    "Plans by metric. A wide form does too: months as column headers, metrics as rows.",
    unpivots=True,
)
