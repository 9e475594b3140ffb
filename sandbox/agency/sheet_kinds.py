"""What sheets of all kinds are made of: a title, headers, and the rows that a tenant's facts give at a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sandbox.agency.model import Contract, Tenant, User
from sandbox.agency.truth_money import months_between

_KZT_PER_RUB = 5


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A sheet: the name of its layout, the tab's title, its headers, and its rows for a tenant and a local day."""

    name: str
    title: str
    headers: tuple[str, ...]
    rows: Callable[[Tenant, date], list[list[object]]]


def born_on(tenant: Tenant) -> date:
    """The agency's first local day."""
    return tenant.born_at.astimezone(ZoneInfo(tenant.time_zone)).date()


def months_until(tenant: Tenant, today: date) -> list[date]:
    """The first days of the months that are over."""
    return list(months_between(born_on(tenant).replace(day=1), today))


def money_factor(tenant: Tenant) -> int:
    """What an amount in roubles is multiplied by."""
    return _KZT_PER_RUB if tenant.currency == "KZT" else 1


def of_group(tenant: Tenant, group: str) -> list[User]:
    """The employees of a group; all of them when it has none."""
    return [user for user in tenant.users if user.group_name == group] or list(tenant.users)


def served(tenant: Tenant, month: date) -> list[Contract]:
    """The recurring contracts that were in force in some day of a month, one per client."""
    last = months_end(month)
    found: dict[int, Contract] = {}
    for contract in tenant.contracts:
        if (
            contract.is_recurring
            and contract.started_on <= last
            and (contract.ended_on is None or contract.ended_on >= month)
        ):
            found.setdefault(contract.company_id, contract)
    return list(found.values())


def months_end(month: date) -> date:
    """The last day of a month."""
    return date.fromordinal(date(month.year + month.month // 12, month.month % 12 + 1, 1).toordinal() - 1)
