"""Lists of a CRM account (products, invoices) and who is linked to whom, worked out of the facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sandbox.agency.catalogue import SERVICES
from sandbox.agency.legal import inn_of
from sandbox.agency.model import Snapshot, Tenant

Pair = tuple[str, int, str, int, Mapping[str, Any] | None]
"""(owner's kind, its id, the other's kind, its id, what the CRM says of the link)."""

_INVOICE_BASE, _PRODUCT_BASE = 611_001, 525_001
_NEVER_PAID_EVERY = 40


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice to a client; ``paid_at`` None while it is not paid. ``price`` in whole currency units."""

    invoice_id: int
    number: str
    company_id: int
    company_name: str
    inn: str
    customer_id: int
    lead_id: int | None
    service: str
    price: int
    created_at: datetime
    paid_at: datetime | None

    def status(self, now: datetime) -> Literal["created", "paid"]:
        return "paid" if self.paid_at is not None and self.paid_at <= now else "created"


@dataclass(frozen=True, slots=True)
class Product:
    product_id: int
    name: str
    sku: str
    price: int
    group: str


def catalog_ids(tenant: Tenant) -> dict[str, int]:
    """The account's lists by type."""
    first = 7001 + (tenant.account_number % 100) * 10
    return {"invoices": first, "products": first + 1}


def products(tenant: Tenant) -> list[Product]:
    """One product for each service."""
    first = _PRODUCT_BASE + (tenant.account_number % 100) * 100_000
    return [
        Product(first + n, f"{service}, тариф «Рост»", f"SKU-{n + 1}", 20_000 * (n + 1), service)
        for n, service in enumerate(SERVICES)
    ]


def invoices(tenant: Tenant) -> list[Invoice]:
    """All invoices of the tenant's life by id: one for each payment, a few days before it, and some never paid.

    A tenant out of files has payments without contracts: nobody wrote invoices there.
    """
    if not tenant.contracts:
        return []
    kept: list[Invoice] | None = tenant.seen.get("invoices")
    if kept is not None:
        return kept
    names = {company.company_id: company.name for company in tenant.companies}
    first = _INVOICE_BASE + (tenant.account_number % 100) * 100_000
    drafts = []
    for n, payment in enumerate(tenant.payments):
        sent_at = payment.paid_at - timedelta(
            days=2 + payment.payment_id % 4, minutes=payment.payment_id % 60
        )
        drafts.append((sent_at, n, payment, payment.paid_at))
        if n % _NEVER_PAID_EVERY == 0:
            drafts.append((sent_at + timedelta(hours=1), n, payment, None))
    found = [
        Invoice(
            first + number,
            f"{number + 1}",
            payment.company_id,
            names.get(payment.company_id, ""),
            inn_of(payment.company_id),
            payment.customer_id,
            payment.lead_id,
            payment.service,
            payment.amount,
            sent_at,
            paid_at,
        )
        for number, (sent_at, _, payment, paid_at) in enumerate(sorted(drafts, key=lambda draft: draft[:2]))
    ]
    tenant.seen["invoices"] = found
    return found


def invoices_at(tenant: Tenant, now: datetime) -> list[Invoice]:
    """Those that were written by ``now``."""
    return [invoice for invoice in invoices(tenant) if invoice.created_at <= now]


def links_at(tenant: Tenant, seen: Snapshot) -> dict[tuple[str, int], list[Pair]]:
    """The links of every listed lead, contact, company and buyer, seen from each side; some have none."""
    found: dict[tuple[str, int], list[Pair]] = {}
    listed = {
        "leads": {lead.lead_id for lead in seen.leads},
        "contacts": {contact.contact_id for contact in seen.contacts},
        "companies": {company.company_id for company in seen.companies},
        "customers": {customer.customer_id for customer in seen.customers},
    }
    for kind, numbers in listed.items():
        for number in sorted(numbers):
            found[kind, number] = []

    def add(kind: str, number: int, other: str, other_id: int, said: Mapping[str, Any] | None) -> None:
        if number in listed[kind] and (other not in listed or other_id in listed[other]):
            found[kind, number].append((kind, number, other, other_id, said))

    for lead in seen.leads:
        for place, contact_id in enumerate(lead.contact_ids):
            add("leads", lead.lead_id, "contacts", contact_id, {"main_contact": place == 0})
            add("contacts", contact_id, "leads", lead.lead_id, {"main_contact": place == 0})
        if lead.company_id is not None:
            add("leads", lead.lead_id, "companies", lead.company_id, None)
            add("companies", lead.company_id, "leads", lead.lead_id, None)
    for contact in seen.contacts:
        if contact.company_id is not None:
            add("contacts", contact.contact_id, "companies", contact.company_id, None)
            add("companies", contact.company_id, "contacts", contact.contact_id, {"main_contact": False})
    for customer in seen.customers:
        add("customers", customer.customer_id, "companies", customer.company_id, None)
        add("companies", customer.company_id, "customers", customer.customer_id, None)
    catalog = catalog_ids(tenant)["invoices"]
    for invoice in invoices_at(tenant, seen.now):
        said = {"quantity": 1, "catalog_id": catalog, "price_id": None}
        owners = [("companies", invoice.company_id), ("customers", invoice.customer_id)]
        for kind, number in [*owners, *([] if invoice.lead_id is None else [("leads", invoice.lead_id)])]:
            add(kind, number, "catalog_elements", invoice.invoice_id, said)
    return found


def incoming_at(tenant: Tenant, seen: Snapshot) -> list[Any]:
    """Listed leads that nobody has taken out of the incoming stage."""
    incoming = {
        (pipeline.pipeline_id, stage.stage_id)
        for pipeline in tenant.pipelines
        for stage in pipeline.stages
        if stage.kind == "incoming"
    }
    found = []
    for lead in seen.leads:
        stage = (lead.first_pipeline_id, lead.first_stage_id)
        for move in lead.moves:
            if move.at <= seen.now:
                stage = (move.to_pipeline_id, move.to_stage_id)
        if stage in incoming:
            found.append((lead, stage[0]))
    return found


def segment_sizes(tenant: Tenant, seen: Snapshot) -> dict[str, list[int]]:
    """Buyers' ids by segment: the value of their company's field "Сегмент"."""
    field_id = next((f.field_id for f in tenant.fields if f.entity == "companies" and f.name == "Сегмент"), 0)
    segment_of = {company.company_id: company.fields.get(field_id) for company in seen.companies}
    found: dict[str, list[int]] = defaultdict(list)
    for customer in seen.customers:
        if isinstance(segment := segment_of.get(customer.company_id), str):
            found[segment].append(customer.customer_id)
    return dict(sorted(found.items()))
