"""What the agency's own advertisements cost: campaigns by day, the last days still to be corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.model import Tenant
from sandbox.agency.sheet_kinds import money_factor
from sandbox.agency.streams import stream

ZONE = ZoneInfo("Europe/Moscow")
CORRECTED_DAYS = 3
"""For so long a day costs more than in the end, until clicks found to be fraud are taken off."""
FRAUD = Decimal("1.04")
CAMPAIGNS = ("SEO аудит | Поиск", "SEO продвижение | РСЯ")
_CLICK_COST = (95, 32)


@dataclass(frozen=True, slots=True)
class CampaignDay:
    """A campaign's day; cost with VAT in the tenant's currency."""

    campaign_id: int
    campaign: str
    day: date
    impressions: int
    clicks: int
    cost: Decimal


def campaign_days(tenant: Tenant, now: datetime) -> list[CampaignDay]:
    """Every campaign's whole days in Moscow that are over at ``now``, in order of days."""
    first = tenant.born_at.astimezone(ZONE).date() + timedelta(days=1)
    today = now.astimezone(ZONE).date()
    number, factor = 70_000_000 + sum(tenant.slug.encode()) * 100, money_factor(tenant)
    rows = []
    for day in (first + timedelta(days=n) for n in range((today - first).days)):
        for index, name in enumerate(CAMPAIGNS):
            chance = stream(tenant.slug, "adverts", day, index)
            impressions = chance.randrange(300, 1500) * (index + 1)
            clicks = chance.randrange(3, 25)
            cost = Decimal(clicks * chance.randrange(_CLICK_COST[index] * 80, _CLICK_COST[index] * 120)) / 100
            if (today - day).days <= CORRECTED_DAYS:
                cost *= FRAUD
            cost = (cost * factor).quantize(Decimal("0.01"))
            rows.append(CampaignDay(number + index, name, day, impressions, clicks, cost))
    return rows


def adverts_truth(tenant: Tenant, now: datetime) -> dict[str, Any]:
    """Rows, impressions, clicks, and the cost with VAT as text."""
    rows = campaign_days(tenant, now)
    return {
        "rows": len(rows),
        "impressions": sum(row.impressions for row in rows),
        "clicks": sum(row.clicks for row in rows),
        "cost": str(sum((row.cost for row in rows), Decimal("0.00"))),
    }
