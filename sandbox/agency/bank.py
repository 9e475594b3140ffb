"""What the agency's bank writes: a file of 1C's bank exchange per month, out of the payments of the simulation.

Beside the clients' payments each month holds interest of the bank, which is no client's, and a transfer to a second account of
the agency, which is no income. The last month that is over was exported too early once: that file shows its first payment doubled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.model import Contract, Payment, Tenant
from sandbox.agency.truth_money import month_end

INTEREST = 100
MARK = "1CClientBankExchange"
_ACCOUNTS = {"RUB": "40702810", "KZT": "40702398"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the account: positive amounts come in."""

    number: int
    day: date
    amount: int
    party: str
    account: str
    purpose: str


def own_accounts(tenant: Tenant) -> tuple[str, str]:
    """The agency's two accounts, by its currency."""
    head = _ACCOUNTS.get(tenant.currency, "40702810")
    return f"{head}900000012345", f"{head}900000099999"


def statements(tenant: Tenant, now: datetime) -> dict[str, bytes]:
    """Name → bytes of every file that the bank has written by ``now``."""
    today = now.astimezone(ZoneInfo(tenant.time_zone)).date()
    months: dict[date, list[Entry]] = {}
    for entry in _entries(tenant, now):
        months.setdefault(entry.day.replace(day=1), []).append(entry)
    files = {
        f"{month:%Y-%m}.txt": _file(tenant, entries, month, min(month_end(month), today), hour=18)
        for month, entries in months.items()
    }
    over = [month for month in months if month_end(month) < today]
    if over:
        month, (first, *rest) = over[-1], months[over[-1]]
        early = [Entry(first.number, first.day, first.amount * 2, first.party, first.account, first.purpose)]
        files[f"{month:%Y-%m}-early.txt"] = _file(tenant, [*early, *rest], month, month_end(month), hour=6)
    return files


def bank_truth(tenant: Tenant, now: datetime) -> dict[str, Any]:
    """How many payments came in and what they sum up to; how many of them are no client's."""
    payments = _booked(tenant, now)
    months = {_day(tenant, payment).replace(day=1) for payment in payments}
    return {
        "count": len(payments) + len(months),
        "amount": sum(payment.amount for payment in payments) + INTEREST * len(months),
        "unmatched": len(months),
    }


def _booked(tenant: Tenant, now: datetime) -> list[Payment]:
    """Payments by moment; a bank books none of nothing."""
    payments = [payment for payment in tenant.at(now).payments if payment.amount]
    return sorted(payments, key=lambda payment: (payment.paid_at, payment.payment_id))


def _day(tenant: Tenant, payment: Payment) -> date:
    return payment.paid_at.astimezone(ZoneInfo(tenant.time_zone)).date()


def _entries(tenant: Tenant, now: datetime) -> Iterator[Entry]:
    """By day, the month's own lines on the day of its first payment."""
    names = {company.company_id: company.name for company in tenant.companies}
    contracts: dict[tuple[int, str], list[Contract]] = {}
    for contract in tenant.contracts:
        contracts.setdefault((contract.company_id, contract.service), []).append(contract)
    _, second = own_accounts(tenant)
    begun: set[date] = set()
    for payment in _booked(tenant, now):
        day, number = _day(tenant, payment), payment.payment_id
        contract = _contract(contracts.get((payment.company_id, payment.service), ()), day)
        purpose = f"Оплата {f'по договору № {contract.contract_id} ' if contract else ''}за {payment.service}. {payment.comment}. Без НДС."
        yield Entry(
            number, day, payment.amount, names[payment.company_id], _account(payment.company_id), purpose
        )
        if day.replace(day=1) not in begun:
            begun.add(day.replace(day=1))
            yield Entry(1, day, INTEREST, "АО «Банк»", _account(0), "Проценты на остаток по счёту")
            yield Entry(2, day, -INTEREST, tenant.name, second, "Перевод собственных средств")


def _contract(contracts: Iterable[Contract], day: date) -> Contract | None:
    """The contract of a company and service that a payment is for: the last begun by then; None without any."""
    ordered = sorted(contracts, key=lambda contract: contract.started_on)
    begun = [contract for contract in ordered if contract.started_on <= day]
    return (begun or ordered[:1] or [None])[-1]


def _account(company_id: int) -> str:
    return f"40702810{company_id:012d}"


def _file(tenant: Tenant, entries: Iterable[Entry], first: date, last: date, *, hour: int) -> bytes:
    ours, _ = own_accounts(tenant)
    lines = [
        MARK,
        "ВерсияФормата=1.03",
        "Кодировка=Windows",
        "Отправитель=Банк-клиент",
        f"ДатаСоздания={last + timedelta(days=1):%d.%m.%Y}",
        f"ВремяСоздания={hour:02d}:00:00",
        f"ДатаНачала={first:%d.%m.%Y}",
        f"ДатаКонца={last:%d.%m.%Y}",
        f"РасчСчет={ours}",
    ]
    for entry in entries:
        ends = ((entry.party, entry.account), (tenant.name, ours))
        (payer, paid_from), (payee, paid_to) = ends if entry.amount > 0 else reversed(ends)
        lines += [
            "СекцияДокумент=Платежное поручение",
            f"Номер={entry.number}",
            f"Дата={entry.day:%d.%m.%Y}",
            f"Сумма={abs(entry.amount)}.00",
            f"{'ДатаПоступило' if entry.amount > 0 else 'ДатаСписано'}={entry.day:%d.%m.%Y}",
            f"Плательщик1={payer}",
            f"ПлательщикСчет={paid_from}",
            f"Получатель1={payee}",
            f"ПолучательСчет={paid_to}",
            f"НазначениеПлатежа={entry.purpose}",
            "КонецДокумента",
        ]
    return "\r\n".join([*lines, "КонецФайла", ""]).encode("cp1251")
