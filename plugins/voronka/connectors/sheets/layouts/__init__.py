"""The sheets that can be read, by entity."""

from __future__ import annotations

from voronka.connectors.sheets.layouts.base import Column, Layout, Row
from voronka.connectors.sheets.layouts.contracts import CONTRACTS
from voronka.connectors.sheets.layouts.plans import PLANS
from voronka.connectors.sheets.layouts.roster import ROSTER
from voronka.connectors.sheets.layouts.spend import SPEND

__all__ = ["LAYOUTS", "Column", "Layout", "Row"]

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (CONTRACTS, PLANS, ROSTER, SPEND)}
