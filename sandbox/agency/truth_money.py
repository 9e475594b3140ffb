"""Monthly recurring revenue and its movements, client by client, worked out from the contracts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.agency.model import Contract

_PAUSE_UNDER_DAYS = 60
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of all clients; start + new + expansion + reactivation − contraction − churn = mrr_end."""

    month_start: date
    mrr_start: Decimal = _ZERO
    new: Decimal = _ZERO
    expansion: Decimal = _ZERO
    contraction: Decimal = _ZERO
    churn: Decimal = _ZERO
    reactivation: Decimal = _ZERO
    mrr_end: Decimal = _ZERO

    def as_row(self) -> dict[str, Any]:
        amounts = {f.name: float(getattr(self, f.name)) for f in fields(self) if f.name != "month_start"}
        return {"month_start": self.month_start.isoformat(), **amounts}


def month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def months_between(first: date, today: date) -> list[date]:
    """First days of the months from that of ``first`` to the last one that is over on ``today``."""
    month, months = first.replace(day=1), []
    while month_end(month) < today:
        months.append(month)
        month = month_end(month) + timedelta(days=1)
    return months


def mrr_truth(contracts: Iterable[Contract], today: date) -> list[Month]:
    """All months that are over on ``today`` (local), as the contracts begun by then tell it.

    A gap of a client under 60 days that has ended is a pause: contraction, then expansion. An end still ahead is not
    known to matter; a gap still open is churn.
    """
    known = [contract for contract in contracts if contract.is_recurring and contract.started_on <= today]
    if not known:
        return []
    of_client: dict[int, list[Contract]] = {}
    for contract in known:
        of_client.setdefault(contract.company_id, []).append(contract)
    months = months_between(min(contract.started_on for contract in known), today)
    totals = [Month(month) for month in months]
    for own in of_client.values():
        for n, movement in enumerate(client_months(own, months)):
            totals[n] = _sum(totals[n], movement)
    return totals


def client_months(contracts: Sequence[Contract], months: Sequence[date]) -> list[Month]:
    """The movements of one client over ``months``, netted over its services."""
    result: list[Month] = []
    before, has_paid, has_left = _ZERO, False, False
    for month in months:
        last = month_end(month)
        active = [c for c in contracts if c.started_on <= last and (c.ended_on is None or c.ended_on >= last)]
        now = sum((c.fee for c in active), _ZERO)
        amounts = {"mrr_start": before, "mrr_end": now}
        if now > before:
            kind = "new" if not has_paid else "reactivation" if has_left else "expansion"
            amounts[kind] = now - before
            has_paid, has_left = True, False
        elif now < before:
            has_left = now == 0 and not active and not _comes_back(contracts, last)
            amounts["churn" if has_left else "contraction"] = before - now
        elif has_paid and not has_left and now == 0 and not active and not _comes_back(contracts, last):
            has_left = True
        result.append(Month(month, **amounts))
        before = now
    return result


def _comes_back(contracts: Sequence[Contract], day: date) -> bool:
    """Whether the gap that lies over ``day`` is a pause: the next start under 60 days after the last end."""
    last_end = max(
        (c.ended_on for c in contracts if c.ended_on is not None and c.ended_on < day), default=None
    )
    next_start = min((c.started_on for c in contracts if c.started_on > day), default=None)
    if last_end is None or next_start is None:
        return False
    return (next_start - last_end).days < _PAUSE_UNDER_DAYS


def _sum(one: Month, other: Month) -> Month:
    amounts = {
        f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(one) if f.name != "month_start"
    }
    return Month(one.month_start, **amounts)
