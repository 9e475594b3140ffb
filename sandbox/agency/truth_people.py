"""What the sheets about people and the leads' partners come to, to hold a warehouse against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.agency.model import Lead, Tenant
from sandbox.agency.sheets_staff import KINDS

_MET, _NOT_MET = 1, 0


def people_truth(tenant: Tenant, today: date, counted: Sequence[Lead]) -> dict[str, Any]:
    """Figures on a local day, ``counted`` being the leads that count.

    Keys: scored_items, calls_scored, call_points and call_weight (of calls: what was met and what applied after
    appeals, calls that failed a critical item giving no points), candidates, candidates_hired, hours_planned,
    hours_spent, partner_leads.
    """
    rows = {kind.name: kind.rows(tenant, today) if tenant.users else [] for kind in KINDS}
    calls: dict[Any, list[list[Any]]] = {}
    for row in rows["call_scores"]:
        if row[0] == "звонок":
            calls.setdefault(row[1], []).append(row)
    points, weight = (
        zip(*(_points(items) for items in calls.values()), strict=True) if calls else ((0,), (0,))
    )
    partner_field = next((field.field_id for field in tenant.fields if field.name == "Партнёр"), None)
    return {
        "scored_items": len(rows["call_scores"]),
        "calls_scored": len(calls),
        "call_points": sum(points),
        "call_weight": sum(weight),
        "candidates": len(rows["candidates"]),
        "candidates_hired": sum(row[9] is not None for row in rows["candidates"]),
        "hours_planned": float(sum(Decimal(str(row[3])) for row in rows["hours"])),
        "hours_spent": float(sum(Decimal(str(row[4])) for row in rows["hours"] if row[4] is not None)),
        "partner_leads": sum(partner_field in lead.fields for lead in counted),
    }


def _points(items: Sequence[Sequence[Any]]) -> tuple[int, int]:
    met = weight = 0
    failed = False
    for row in items:
        mark, critical, after = row[9], row[10] == "да", row[12]
        final = mark if after is None else after
        if final in (_MET, _NOT_MET):
            weight += row[8]
            met += row[8] * final
            failed |= critical and final == _NOT_MET
    return (0 if failed else met), weight
