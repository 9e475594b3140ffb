"""The sheets that can be read, by entity."""

from __future__ import annotations

from voronka.connectors.sheets.layouts import clients, money, staff
from voronka.connectors.sheets.layouts.base import Column, Layout, Row
from voronka.connectors.sheets.layouts.contracts import CONTRACTS
from voronka.connectors.sheets.layouts.plans import PLANS
from voronka.connectors.sheets.layouts.roster import ROSTER
from voronka.connectors.sheets.layouts.spend import SPEND

__all__ = ["LAYOUTS", "Column", "Layout", "Row"]

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        CONTRACTS, PLANS, ROSTER, SPEND,
        money.RATES, money.PAYROLL, money.SERVICES, money.PARTNER_TERMS, money.SALARY_INDEX,
        staff.HOURS, staff.CALL_SCORES, staff.CANDIDATES, staff.CERTIFICATES, staff.POSTS_TALKS,
        clients.LINKS, clients.COMPETITORS, clients.WORK_LOG, clients.GOALS, clients.PULSE_PHONE, clients.CONTACT_RESULTS,
    )
}  # fmt: skip
