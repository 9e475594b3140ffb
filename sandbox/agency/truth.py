"""What the simulated agency knows of itself, to hold a warehouse against: counts and key figures at a moment.

Everything is computed from the facts and only from those that the providers would show, so that a perfect warehouse
must come to the same numbers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.adverts import adverts_truth
from sandbox.agency.bank import bank_truth
from sandbox.agency.consoles import consoles_truth
from sandbox.agency.history import events, last_check_day
from sandbox.agency.invoices import incoming_at, invoices_at, links_at, products, segment_sizes
from sandbox.agency.model import Tenant
from sandbox.agency.rings import count_rings
from sandbox.agency.sheets import sheet_rows
from sandbox.agency.truth_call_notes import call_notes_truth
from sandbox.agency.truth_calls import calls_truth
from sandbox.agency.truth_funnel import cohorts_truth, flags, flow_truth, leads_truth
from sandbox.agency.truth_money import mrr_truth
from sandbox.agency.truth_people import people_truth
from sandbox.agency.truth_positions import positions_truth

_KEPT = 4


def truth(tenant: Tenant, now: datetime) -> dict[str, Any]:
    """Counts and key figures of ``tenant`` at ``now`` (aware), ready for JSON.

    Keys: account_id, as_of, rows (records each provider lists), leads, cohorts, flow, calls, call_notes, positions, seranking,
    webmaster, gsc, direct, payments, bank, invoices, linked (pairs, seen from each side), people, mrr.
    Amounts are in the tenant's currency, shares are fractions. Cohorts and flow are of counted leads: listed, neither
    spam nor test nor duplicate.
    """
    kept: dict[datetime, dict[str, Any]] = tenant.seen.setdefault("truths", {})
    if now not in kept:
        if len(kept) >= _KEPT:
            del kept[next(iter(kept))]
        kept[now] = _work_out(tenant, now)
    return kept[now]


def _work_out(tenant: Tenant, now: datetime) -> dict[str, Any]:
    seen = tenant.at(now)
    counted = [lead for lead in seen.leads if flags(lead, now).counts]
    consoles = consoles_truth(tenant, now)
    adverts = adverts_truth(tenant, now)
    positions = positions_truth(tenant, last_check_day(tenant, now))
    today = now.astimezone(ZoneInfo(tenant.time_zone)).date()
    written = invoices_at(tenant, now)
    paid = [invoice for invoice in written if invoice.status(now) == "paid"]
    links = links_at(tenant, seen)
    return {
        "account_id": tenant.slug,
        "as_of": now.isoformat(),
        "rows": {
            "leads": len(seen.leads),
            "leads_in_bin": len(seen.leads_in_bin),
            "contacts": len(seen.contacts),
            "companies": len(seen.companies),
            "users": len(tenant.users),
            "tasks": len(seen.tasks),
            "notes": len(seen.notes),
            "events": len(events(tenant, now)),
            "customers": len(seen.customers),
            "transactions": len(seen.payments),
            "unsorted": len(incoming_at(tenant, seen)),
            "segments": len(segment_sizes(tenant, seen)),
            "catalogs": 2,
            "catalog_elements": len(written) + len(products(tenant)),
            "invoices": len(written),
            "links": len(links),
            "calls": len(seen.calls),
            "mango_legs": count_rings(seen.calls),
            "projects": len(tenant.projects),
            "keywords": sum(len(project.keywords) for project in tenant.projects),
            "position_checks": positions["checked"],
            "seranking_sites": consoles["seranking"]["sites"],
            "seranking_keywords": consoles["seranking"]["keywords"],
            "seranking_positions": consoles["seranking"]["checked"],
            "webmaster_queries": consoles["webmaster"]["rows"],
            "gsc_performance": consoles["gsc"]["rows"],
            "direct_costs": adverts["rows"],
            **sheet_rows(tenant, now),
        },
        "leads": leads_truth(seen),
        "cohorts": cohorts_truth(tenant, counted, now),
        "flow": flow_truth(tenant, counted, now),
        "calls": calls_truth(seen),
        "call_notes": call_notes_truth(seen),
        "positions": positions,
        **consoles,
        "direct": adverts,
        "payments": {"count": len(seen.payments), "amount": sum(payment.amount for payment in seen.payments)},
        "bank": bank_truth(tenant, now),
        "invoices": {"paid": len(paid), "paid_amount": sum(invoice.price for invoice in paid)},
        "linked": sum(len(pairs) for pairs in links.values()),
        "people": people_truth(tenant, today, counted),
        "mrr": [month.as_row() for month in mrr_truth(tenant.contracts, today)],
    }
