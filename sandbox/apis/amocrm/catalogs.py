"""Lists of the CRM and their elements, links, incoming requests, segments, groups of fields, sources, hooks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from sandbox.agency.invoices import (
    Invoice,
    Product,
    catalog_ids,
    incoming_at,
    invoices_at,
    links_at,
    products,
    segment_sizes,
)
from sandbox.agency.model import FieldDefinition, Snapshot, Tenant
from sandbox.apis.amocrm.fields import definition_json, seconds
from sandbox.apis.amocrm.listing import Listing, Row, plain_row
from sandbox.apis.amocrm.records import link

INVOICE_FIELDS = (
    (830_551, "Статус", "BILL_STATUS", "select"),
    (830_559, "Плательщик", "PAYER", "payer"),
    (830_561, "Дата оплаты", "BILL_PAYMENT_DATE", "date_time"),
    (830_565, "Состав счёта", "ITEMS", "items"),
    (830_567, "Итоговая сумма", "BILL_PRICE", "monetary"),
)
PRODUCT_FIELDS = (
    (870_201, "Артикул", "SKU", "text"),
    (870_203, "Цена", "PRICE", "price"),
    (870_204, "Группа", "GROUP", "category"),
)
SEGMENT_FIELDS = ((880_001, "Описание сегмента", None, "textarea"),)
STATUSES = {"created": (620_001, "Создан"), "paid": (620_002, "Оплачен")}
OWNERS = ("leads", "contacts", "companies", "customers")
FIRST_SEGMENT = 51


def builders(tenant: Tenant, seen: Snapshot, base: str) -> dict[str, Callable[[], Listing]]:
    """Every collection of this module by its path."""
    lists = Lists(tenant, seen, base)
    ids = catalog_ids(tenant)
    found: dict[str, Callable[[], Listing]] = {
        "catalogs": lists.catalogs,
        f"catalogs/{ids['invoices']}/elements": lists.invoices,
        f"catalogs/{ids['products']}/elements": lists.products,
        f"catalogs/{ids['invoices']}/custom_fields": partial(lists.fields, "invoices", INVOICE_FIELDS),
        f"catalogs/{ids['products']}/custom_fields": partial(lists.fields, "products", PRODUCT_FIELDS),
        "customers/segments/custom_fields": partial(lists.fields, "segments", SEGMENT_FIELDS),
        "customers/segments": lists.segments,
        "leads/unsorted": lists.unsorted,
        "sources": lists.sources,
    }
    for owner in OWNERS:
        found[f"{owner}/links"] = partial(lists.links, owner)
        found[f"{owner}/custom_fields/groups"] = partial(lists.groups, owner)
    return found


class Lists:
    """The collections of one account at a moment."""

    def __init__(self, tenant: Tenant, seen: Snapshot, base: str) -> None:
        self._tenant, self._seen, self._base = tenant, seen, base
        self._ids = catalog_ids(tenant)
        self._admin = next((user.user_id for user in tenant.users if user.is_admin), 0)
        self._born = seconds(tenant.born_at)

    def catalogs(self) -> Listing:
        names = {"invoices": "Счета/покупки", "products": "Товары"}
        rows = [
            plain_row(number, self._born, self._born, {"type": kind}, partial(self._catalog, number, kind, names[kind]))
            for kind, number in self._ids.items()
        ]  # fmt: skip
        return Listing("catalogs", rows, frozenset({"type"}))

    def _catalog(self, number: int, kind: str, name: str) -> dict[str, Any]:
        return {
            "id": number,
            "name": name,
            **self._authored(self._born, self._born),
            "sort": 10,
            "type": kind,
            "can_add_elements": True,
            "can_show_in_cards": kind == "products",
            "can_link_multiple": kind == "products",
            "can_be_deleted": False,
            "sdk_widget_code": None,
            "account_id": self._tenant.account_number,
            "_links": link(self._base, "catalogs", number),
        }

    def invoices(self) -> Listing:
        now = self._seen.now
        rows = []
        for invoice in invoices_at(self._tenant, now):
            created, updated = seconds(invoice.created_at), seconds(_changed_at(invoice, now))
            rows.append(
                Row(invoice.invoice_id, created, updated, {}, partial(self._invoice, invoice, updated))
            )
        return Listing("elements", rows, frozenset({"id"}), relevant_withs=frozenset({"invoice_link"}))

    def _invoice(self, invoice: Invoice, updated: int, withs: frozenset[str]) -> dict[str, Any]:
        status = invoice.status(self._seen.now)
        enum_id, label = STATUSES[status]
        price = float(invoice.price)
        item = {
            "sku": invoice.service,
            "description": invoice.service,
            "unit_price": price,
            "quantity": 1.0,
            "unit_type": "мес.",
            "discount": {"type": "amount", "value": 0.0},
            "vat_rate_id": 0,
            "external_uid": "",
            "total_sum": price,
        }
        payer = {"name": invoice.company_name, "vat_id": invoice.inn, "type": "legal"}
        paid_at = seconds(invoice.paid_at) if status == "paid" and invoice.paid_at else None
        values: list[tuple[Any, ...]] = [
            ({"value": label, "enum_id": enum_id, "enum_code": status},),
            ({"value": payer},),
            () if paid_at is None else ({"value": paid_at},),
            ({"value": item},),
            ({"value": str(invoice.price)},),
        ]
        shown = (
            ({"invoice_link": f"https://pay.example/{invoice.invoice_id}"}) if "invoice_link" in withs else {}
        )
        return self._element(
            invoice.invoice_id,
            self._ids["invoices"],
            f"Счёт №{invoice.number}",
            _values(INVOICE_FIELDS, values),
            self._authored(seconds(invoice.created_at), updated) | {"currency_id": 1, **shown},
        )

    def products(self) -> Listing:
        rows = [
            plain_row(item.product_id, self._born, self._born, {}, partial(self._product, item))
            for item in products(self._tenant)
        ]
        return Listing("elements", rows, frozenset({"id"}))

    def _product(self, item: Product) -> dict[str, Any]:
        group = {"value": item.group, "enum_id": 5500 + item.product_id % 100, "enum_code": None}
        values = [({"value": item.sku},), ({"value": str(item.price)},), (group,)]
        return self._element(
            item.product_id,
            self._ids["products"],
            item.name,
            _values(PRODUCT_FIELDS, values),
            self._authored(self._born, self._born),
        )

    def _element(
        self, number: int, catalog: int, name: str, values: list[dict[str, Any]], more: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "id": number,
            "catalog_id": catalog,
            "name": name,
            "is_deleted": None,
            "custom_fields_values": values,
            "account_id": self._tenant.account_number,
            **more,
            "_links": link(self._base, f"catalogs/{catalog}/elements", number),
            "_embedded": {},
        }

    def links(self, owner: str) -> Listing:
        kept = self._tenant.seen.setdefault("links", {})
        if kept.get("now") != self._seen.now:
            kept.update(now=self._seen.now, links=links_at(self._tenant, self._seen))
        rows = []
        for (kind, number), pairs in kept["links"].items():
            if kind == owner:
                rows += [
                    plain_row(f"{number}:{to}:{to_id}", 0, 0, {"entity_id": number}, partial(_link, number, owner, to, to_id, said))
                    for _, _, to, to_id, said in pairs
                ]  # fmt: skip
        return Listing("links", rows, frozenset({"entity_id"}), has_total=True)

    def groups(self, owner: str) -> Listing:
        names = ("Основное", "Статистика") if owner == "leads" else ("Основное",)
        rows = [
            plain_row(f"{owner}_{n}", 0, 0, {}, partial(_group, f"{owner}_{n}", name, n, owner))
            for n, name in enumerate(names)
        ]
        return Listing("custom_field_groups", rows, has_total=True)

    def fields(self, owner: str, fields: Iterable[tuple[int, str, str | None, str]]) -> Listing:
        path = "customers/segments" if owner == "segments" else f"catalogs/{self._ids[owner]}"
        rows = []
        for n, (number, name, code, kind) in enumerate(fields):
            enums = (
                tuple((i, label, code) for code, (i, label) in STATUSES.items())
                if code == "BILL_STATUS"
                else ()
            )
            field = FieldDefinition(number, "leads", name, code, kind, enums)
            href = f"{self._base}/{path}/custom_fields/{number}"
            account = self._tenant.account_number
            entity = {"entity_type": "segments" if owner == "segments" else "catalogs"}
            rows.append(
                plain_row(number, 0, 0, {}, partial(_definition, field, account, 500 + 10 * n, href, entity))
            )
        return Listing("custom_fields", rows, has_total=True, has_last=True)

    def segments(self) -> Listing:
        rows = [
            plain_row(
                FIRST_SEGMENT + n, 0, 0, {}, partial(self._segment, FIRST_SEGMENT + n, name, len(members))
            )
            for n, (name, members) in enumerate(segment_sizes(self._tenant, self._seen).items())
        ]
        return Listing("segments", rows, has_total=True)

    def _segment(self, number: int, name: str, size: int) -> dict[str, Any]:
        return {
            "id": number,
            "created_at": self._born,
            "updated_at": self._born,
            "account_id": self._tenant.account_number,
            "name": name,
            "color": "10599d",
            "available_products_price_types": [],
            "customers_count": size,
            "custom_fields_values": [
                {
                    "field_id": 880_001,
                    "field_name": "Описание сегмента",
                    "field_code": None,
                    "field_type": "textarea",
                    "values": [{"value": f"Клиенты {name}"}],
                }
            ],
            "_links": link(self._base, "customers/segments", number),
        }

    def unsorted(self) -> Listing:
        rows = []
        for lead, pipeline in incoming_at(self._tenant, self._seen):
            created = seconds(lead.created_at)
            uid = hashlib.sha256(f"{self._tenant.slug}:{lead.lead_id}".encode()).hexdigest()[:60]
            facts = {"category": "forms", "pipeline_id": pipeline, "uid": uid}
            rows.append(plain_row(uid, created, created, facts, partial(self._request, lead, pipeline, uid)))
        orders = frozenset({"created_at", "updated_at"})
        return Listing("unsorted", rows, frozenset({"category", "pipeline_id", "uid"}), orders)

    def _request(self, lead: Any, pipeline: int, uid: str) -> dict[str, Any]:
        contacts = [{"id": contact_id} for contact_id in lead.contact_ids]
        return {
            "uid": uid,
            "source_uid": "site-form-7",
            "source_name": "Форма «Аудит сайта»",
            "category": "forms",
            "pipeline_id": pipeline,
            "created_at": seconds(lead.created_at),
            "metadata": {
                "form_id": "audit",
                "form_name": "Аудит сайта",
                "form_page": "https://agency.example/audit",
                "ip": "203.0.113.9",
                "form_sent_at": seconds(lead.created_at) - 2,
                "referer": "https://yandex.ru/",
            },
            "account_id": self._tenant.account_number,
            "_links": link(self._base, "leads/unsorted", 0)
            | {"self": {"href": f"{self._base}/leads/unsorted/{uid}"}},
            "_embedded": {"contacts": contacts, "leads": [{"id": lead.lead_id}], "companies": []},
        }

    def sources(self) -> Listing:
        source = {
            "id": 15_001 + self._tenant.account_number % 100,
            "name": "Хранилище данных",
            "pipeline_id": self._tenant.pipelines[0].pipeline_id,
            "external_id": "warehouse",
            "default": False,
            "origin_code": None,
            "services": [],
            "_links": link(self._base, "sources", 15_001 + self._tenant.account_number % 100),
        }
        return Listing("sources", [plain_row(source["id"], 0, 0, {}, partial(dict, source))], has_total=True)

    def _authored(self, created: int, updated: int) -> dict[str, Any]:
        return {
            "created_by": self._admin,
            "updated_by": self._admin,
            "created_at": created,
            "updated_at": updated,
        }


def _changed_at(invoice: Invoice, now: datetime) -> datetime:
    return invoice.paid_at if invoice.paid_at is not None and invoice.paid_at <= now else invoice.created_at


def _values(
    fields: Iterable[tuple[int, str, str | None, str]], values: Iterable[tuple[Any, ...]]
) -> list[dict[str, Any]]:
    return [
        {
            "field_id": number,
            "field_name": name,
            "field_code": code,
            "field_type": kind,
            "values": list(filled),
        }
        for (number, name, code, kind), filled in zip(fields, values, strict=True)
        if filled
    ]


def _link(owner_id: int, owner: str, to: str, to_id: int, said: Any) -> dict[str, Any]:
    return {
        "entity_id": owner_id,
        "entity_type": owner,
        "to_entity_id": to_id,
        "to_entity_type": to,
        "metadata": said,
    }


def _group(number: str, name: str, sort: int, owner: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "is_predefined": sort == 0,
        "type": "statistic" if sort else "general",
        "entity_type": owner,
        "sort": sort,
    }


def _definition(
    field: FieldDefinition, account: int, sort: int, href: str, entity: dict[str, Any]
) -> dict[str, Any]:
    return definition_json(field, account, sort, href) | entity
