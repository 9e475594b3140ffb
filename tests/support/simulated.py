"""The small world's facts as the simulation made them, before any API or load touched them."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sandbox.agency.model import Size, Tenant
from sandbox.agency.world import build_world
from tests.support.sandbox import SMALL


@cache
def simulated_tenant(account: str) -> Tenant:
    """The tenant behind an account of ``built_warehouse``. Not to be changed."""
    names = {
        "leads": "leads",
        "calls": "calls",
        "projects": "projects",
        "keywords": "keywords",
        "position-days": "position_days",
        "months": "months",
    }
    size = Size(**{field: int(SMALL[option]) for option, field in names.items()})  # type: ignore[call-overload]
    until = datetime.fromisoformat(str(SMALL["until"]))
    return build_world(7, until=until, size=size, accounts=2).tenants[account]
