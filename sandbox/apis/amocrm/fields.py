"""Custom fields: definitions and values in the API's shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.model import CustomValue, FieldDefinition, Tenant

ENUM_TYPES = ("select", "radiobutton", "category", "multiselect", "multitext")
FALLBACK_FIELDS = {
    "PHONE": FieldDefinition(
        990101, "contacts", "Телефон", "PHONE", "multitext", ((440001, "WORK", "WORK"),)
    ),
    "EMAIL": FieldDefinition(990102, "contacts", "Email", "EMAIL", "multitext", ((440011, "WORK", "WORK"),)),
}


def seconds(moment: datetime) -> int:
    """Unix seconds."""
    return int(moment.timestamp())


def definition_json(field: FieldDefinition, account: int, sort: int, href: str) -> dict[str, Any]:
    enums = [
        {"id": enum_id, "value": label, "sort": index, "code": code}
        for index, (enum_id, label, code) in enumerate(field.enums, 1)
    ]
    return {
        "id": field.field_id,
        "name": field.name,
        "type": field.type,
        "account_id": account,
        "code": field.code,
        "sort": sort,
        "is_api_only": False,
        "enums": enums or None,
        "group_id": None,
        "required_statuses": [],
        "is_deletable": field.code is None,
        "is_computed": False,
        "is_predefined": field.code is not None,
        "entity_type": field.entity,
        "settings": None,
        "tracking_callback": None,
        "remind": None,
        "currency": None,
        "search_in": None,
        "nested": None,
        "hidden_statuses": [],
        "chained_lists": None,
        "_links": {"self": {"href": href}},
    }


class FieldValues:
    """Turns plain values into ``custom_fields_values`` of one account."""

    def __init__(self, tenant: Tenant) -> None:
        self._zone = ZoneInfo(tenant.time_zone)
        self._definitions = {field.field_id: field for field in tenant.fields}
        self._contact_codes = {f.code: f for f in tenant.fields if f.entity == "contacts" and f.code}

    def contact_field(self, code: str) -> FieldDefinition:
        """The contacts' field of that code (PHONE, EMAIL)."""
        return self._contact_codes.get(code, FALLBACK_FIELDS[code])

    def entries(self, values: Mapping[int, CustomValue]) -> list[dict[str, Any]] | None:
        """Filled fields only, in the order of their definition; None when there is none."""
        filled = [
            self.entry(self._definitions[field_id], value)
            for field_id, value in values.items()
            if field_id in self._definitions and value is not False
        ]
        return filled or None

    def entry(self, field: FieldDefinition, value: CustomValue) -> dict[str, Any]:
        return {
            "field_id": field.field_id,
            "field_name": field.name,
            "field_code": field.code,
            "field_type": field.type,
            "values": self._values(field, value),
        }

    def contact_entries(self, phones: Iterable[str], emails: Iterable[str]) -> list[dict[str, Any]] | None:
        pairs = (("PHONE", tuple(phones)), ("EMAIL", tuple(emails)))
        return [self.entry(self.contact_field(code), values) for code, values in pairs if values] or None

    def comparable(self, values: Mapping[int, CustomValue]) -> dict[str, tuple[Any, ...]]:
        """What the filter of custom fields compares, by field id: values and enum ids."""
        out: dict[str, tuple[Any, ...]] = {}
        for field_id, value in values.items():
            field = self._definitions.get(field_id)
            if field:
                elements = self._values(field, value)
                out[str(field_id)] = tuple(e[k] for e in elements for k in ("value", "enum_id") if k in e)
        return out

    def _values(self, field: FieldDefinition, value: CustomValue) -> list[dict[str, Any]]:
        if isinstance(value, tuple):
            return [self._element(field, single) for single in value]
        return [self._element(field, value)]

    def _element(self, field: FieldDefinition, value: Any) -> dict[str, Any]:
        if field.type == "multitext":
            enum_id, _, code = field.enums[0] if field.enums else FALLBACK_FIELDS["PHONE"].enums[0]
            return {"value": str(value), "enum_id": enum_id, "enum_code": code}
        if field.type in ENUM_TYPES:
            found = next((enum for enum in field.enums if enum[1] == value), None)
            return {
                "value": str(value),
                "enum_id": found[0] if found else None,
                "enum_code": found[2] if found else None,
            }
        if field.type == "checkbox":
            return {"value": True}
        if isinstance(value, datetime):
            return {"value": seconds(value)}
        if isinstance(value, date):
            return {"value": seconds(datetime.combine(value, time(), self._zone))}
        return {"value": str(value)}
