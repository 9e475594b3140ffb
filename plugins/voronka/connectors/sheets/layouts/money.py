"""What things cost and earn: bonus rates, payroll, the catalogue of services, partners' shares, salary levels."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import ValidationInfo, field_validator

from voronka.connectors.sheets.layouts.base import Column, Currency, Layout, PeriodRow, Row
from voronka.connectors.sheets.layouts.columns import (
    Amount,
    Comment,
    DatedRow,
    Division,
    Month,
    ValidFrom,
    ValidTo,
)
from voronka.connectors.sheets.layouts.values import (
    BadCell,
    amount_of,
    needed,
    not_less,
    one_of,
    optional,
    period_of,
    positive_of,
    share_of,
    squeezed,
    text_of,
    truth_of,
    whole_of,
)

EVENTS = {
    "успешный звонок": "call_successful", "successful call": "call_successful",
    "выявлена потребность": "need_found", "need found": "need_found",
    "назначена встреча": "meeting_set", "meeting set": "meeting_set",
    "проведена встреча": "meeting_held", "meeting held": "meeting_held",
    "передан лид": "lead_handed_on", "lead handed on": "lead_handed_on",
    "оплата переданного лида": "handed_on_lead_paid", "handed on lead paid": "handed_on_lead_paid",
    "первая оплата": "first_payment", "first payment": "first_payment",
    "оплата следующего месяца": "following_month_payment", "following month payment": "following_month_payment",
    "оплата": "payment", "payment": "payment",
    "удержание за квартал": "quarter_retention", "quarter retention": "quarter_retention",
}  # fmt: skip
"""Words for what earns money → their codes. A word that is not here passes as it is."""
RATE_KINDS = {"сумма": "amount", "amount": "amount", "процент": "percent", "доля": "percent", "%": "percent", "percent": "percent"}  # fmt: skip


def event_of(cell: Any) -> str:
    """The code of what earns a bonus."""
    text = text_of(cell).lower()
    return EVENTS.get(text, text)


class Rate(DatedRow):
    """What an action, or a payment, earns a role for a time."""

    key = ("division", "role", "event", "month_from", "threshold", "condition", "valid_from")

    division: Division = None
    role: Annotated[
        str | None,
        optional(text_of),
        Column(("роль", "должность"), "role", "Роль как в листе сотрудников; пусто — любая",
               "Role as in the roster; blank is any", "Менеджер"),
    ] = None  # fmt: skip
    event: Annotated[
        str,
        needed(event_of),
        Column(("действие", "событие", "за что"), "event",
               "За что: Передан лид, Назначена встреча, Первая оплата, Оплата следующего месяца, Оплата … или свой код",
               "What for: Lead handed on, Meeting set, First payment, Following month payment, Payment … or a code of yours",
               "Первая оплата"),
    ]  # fmt: skip
    kind: Annotated[
        str,
        needed(one_of(RATE_KINDS, "сумма or процент (amount or percent)")),
        Column(("вид", "вид ставки", "ед", "ед."), "kind", "сумма — за каждое действие; процент — от оплаты",
               "amount: for each action; percent: of the payment", "процент"),
    ]  # fmt: skip
    rate: Annotated[
        Decimal,
        needed(amount_of),
        Column(("ставка", "размер", "значение"), "rate", "Сумма, или доля: 10 % (или 0,1)",
               "An amount, or a share: 10 % (or 0.1)", "10 %"),
    ]  # fmt: skip
    month_from: Annotated[
        int | None,
        optional(whole_of),
        Column(("месяц клиента с",), "client month from", "С какого месяца работы с клиентом; пусто — с первого",
               "From which month of the client's service; blank is the first", "1"),
    ] = None  # fmt: skip
    month_to: Annotated[
        int | None,
        optional(whole_of),
        Column(("месяц клиента по",), "client month to", "По какой месяц; пусто — без конца",
               "To which month; blank is without end", "3"),
    ] = None  # fmt: skip
    threshold: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(("порог", "от суммы"), "threshold", "От какой суммы оплат за период; пусто — от любой",
               "From which sum of payments in the period; blank is any", ""),
    ] = None  # fmt: skip
    condition: Annotated[
        str | None,
        optional(text_of),
        Column(("условие",), "condition", "Условие словами", "The condition in words", ""),
    ] = None
    currency: Currency = None
    valid_from: ValidFrom
    valid_to: ValidTo = None

    @field_validator("rate")
    @classmethod
    def _share(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if info.data.get("kind") == "percent" and value > 1:
            raise BadCell("bad_share", "a share of at most 100 % such as 10 % or 0,1")
        return value

    @field_validator("month_to")
    @classmethod
    def _months(cls, value: int | None, info: ValidationInfo) -> int | None:
        return not_less(value, info.data.get("month_from"))


class Pay(Row):
    """What an employee was paid for a month."""

    key = ("person", "month", "kind")

    person: Annotated[
        str,
        needed(text_of),
        Column(("сотрудник", "email", "почта", "e-mail"), "employee", "Почта сотрудника (надёжнее) или имя",
               "The employee's e-mail address (safer) or name", "irina@agency.example"),
    ]  # fmt: skip
    month: Month
    amount: Amount
    department: Annotated[
        str | None,
        optional(text_of),
        Column(("отдел", "подразделение", "департамент"), "department", "Отдел, на который ложится расход",
               "The department that bears it", "Отдел продаж"),
    ] = None  # fmt: skip
    kind: Annotated[
        str | None,
        optional(text_of),
        Column(("вид", "вид начисления"), "kind", "Оклад, премия, налог …; пусто — всё вместе",
               "Salary, bonus, tax …; blank is all of it", "Оклад"),
    ] = None  # fmt: skip
    currency: Currency = None


class Service(DatedRow):
    """A service one sells, and its price for a time."""

    key = ("service", "valid_from")

    service: Annotated[
        str, needed(text_of), Column(("услуга", "направление"), "service", "Услуга", "Service", "SEO")
    ]
    base_price: Annotated[
        Decimal,
        needed(amount_of),
        Column(
            ("базовая цена", "цена"), "base price", "Цена до надбавок", "Price before any factor", "60 000"
        ),
    ]
    floor_price: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(("минимальная цена", "не ниже"), "floor price", "Ниже этой не продаём", "We never sell below it", "45 000"),
    ] = None  # fmt: skip
    margin_share: Annotated[
        Decimal | None,
        optional(share_of),
        Column(("маржа", "доля маржи"), "margin share", "Доля маржи: 40 %", "Share of margin: 40 %", "40 %"),
    ] = None
    is_in_matrix: Annotated[
        bool,
        needed(truth_of),
        Column(("в продуктовой матрице", "матрица"), "in product matrix",
               "Предлагается ли клиентам по продуктовой матрице", "Whether the product matrix offers it", "да"),
    ] = True  # fmt: skip
    is_recurring: Annotated[
        bool,
        needed(truth_of),
        Column(("регулярная", "повторяется", "абонентская"), "is recurring", "да — каждый месяц; нет — разовая",
               "yes: every month; no: once", "да"),
    ] = True  # fmt: skip
    currency: Currency = None
    valid_from: ValidFrom
    valid_to: ValidTo = None

    @field_validator("floor_price")
    @classmethod
    def _under_the_price(cls, value: Decimal | None, info: ValidationInfo) -> Decimal | None:
        price = info.data.get("base_price")
        if value is not None and price is not None and value > price:
            raise BadCell("floor_over_price", f"at most the base price, {price:f}")
        return value


class PartnerTerms(DatedRow):
    """A partner's share of what its clients pay, for a time."""

    key = ("partner", "valid_from")

    partner: Annotated[
        str,
        needed(text_of),
        Column(("партнёр", "партнер"), "partner", "Партнёр как в поле сделки", "Partner as in the lead's field", "Студия Дизайн"),
    ]  # fmt: skip
    share: Annotated[
        Decimal,
        needed(share_of),
        Column(("доля", "процент", "вознаграждение"), "share", "Доля оплат клиента: 10 %", "Share of the client's payments: 10 %", "10 %"),
    ]  # fmt: skip
    effort_hours: Annotated[
        Decimal | None,
        optional(amount_of),
        Column(("трудозатраты", "часов в месяц", "часы"), "effort hours", "Часов в месяц на работу с партнёром",
               "Hours a month that the partner takes", "4"),
    ] = None  # fmt: skip
    comment: Comment = None
    valid_from: ValidFrom
    valid_to: ValidTo = None


class SalaryIndex(PeriodRow):
    """A region's salary level in a month, quarter or year."""

    key = ("region", "period")

    region: Annotated[
        str, needed(text_of), Column(("регион",), "region", "Регион как в карточке клиента", "Region as in the client's card", "Москва")
    ]  # fmt: skip
    period: Annotated[
        tuple[str, date],
        needed(period_of),
        Column(("период", "месяц", "год"), "period", "Месяц, квартал или год: 01.2026, 1 кв. 2026, 2026",
               "Month, quarter or year: 01.2026, Q1 2026, 2026", "2026"),
    ]  # fmt: skip
    index: Annotated[
        Decimal,
        needed(positive_of),
        Column(("индекс", "уровень", "значение"), "index", "Уровень зарплат; 1 — уровень, с которым сравниваем",
               "Salary level; 1 is the level one compares with", "1,35"),
    ]  # fmt: skip

    @classmethod
    def is_blank(cls, cells: Any) -> bool:
        """A region without a figure says nothing yet."""
        return squeezed(cells.get("index")) is None


RATES = Layout("rates", "Ставки", Rate, "Ставки премий и комиссий. Перемена — новая строка с новой датой.",
               "Rates of bonuses and commissions. A change is a new row with a new date.")  # fmt: skip
PAYROLL = Layout(
    "payroll", "Зарплаты", Pay, "Начисления по сотрудникам и месяцам.", "Pay by employee and month."
)
SERVICES = Layout("services", "Услуги", Service, "Каталог услуг: цена, нижний предел, маржа.",
                  "The catalogue of services: price, floor, margin.")  # fmt: skip
PARTNER_TERMS = Layout("partner_terms", "Партнёры", PartnerTerms, "Условия партнёров: доля оплат и трудозатраты.",
                       "Partners' terms: share of payments and effort.")  # fmt: skip
SALARY_INDEX = Layout("salary_index", "Индекс зарплат", SalaryIndex,
                      "Уровень зарплат по регионам: для цены и ежегодной индексации.",
                      "Salary levels by region: for prices and the yearly indexation.")  # fmt: skip
