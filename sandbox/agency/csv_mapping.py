"""The mapping file that tells which columns of a folder of CSV files mean what."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


class MappingError(ValueError):
    """The mapping file or a row does not fit; the message names the file, the place and the remedy."""


@dataclass(frozen=True, slots=True)
class LeadColumns:
    """The leads file: ``key`` identifies a lead, ``created`` is a date or timestamp in ``format``."""

    file: str
    key: str
    created: str
    format: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DealColumns:
    """The won deals: ``lead`` joins to the lead's key, ``company`` to the company's; each lead has one deal at most."""

    file: str
    lead: str
    won: str
    format: str
    company: str | None = None
    owner: str | None = None
    amount: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompanyColumns:
    """More about the companies; those without a row here exist all the same, by their deal."""

    file: str
    key: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PaymentColumns:
    """Payments of companies; ``key`` columns together identify one. Amounts are rounded to whole currency units."""

    file: str
    key: tuple[str, ...]
    company: str
    paid: str
    format: str
    amount: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A folder of CSV files as a CRM account. Moments without an offset are local to ``time_zone``."""

    slug: str
    name: str
    time_zone: str
    currency: str
    country: str
    pipeline: str
    account_number: int
    leads: LeadColumns
    deals: DealColumns | None
    companies: CompanyColumns | None
    payments: PaymentColumns | None


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises:
        MappingError: a key is missing or not known, or the file is no YAML.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise MappingError(f"{path.name} is no YAML: {error}") from error
    if not isinstance(content, dict):
        raise MappingError(
            f"{path.name} is empty: it needs slug, name, time_zone, currency, country and leads"
        )
    parts: dict[str, Any] = dict(content)
    parts["leads"] = _part(path, "leads", LeadColumns, parts.get("leads"))
    parts["deals"] = _part(path, "deals", DealColumns, parts.get("deals"))
    parts["companies"] = _part(path, "companies", CompanyColumns, parts.get("companies"))
    payments = parts.get("payments")
    if isinstance(payments, dict) and "key" in payments:
        key = payments["key"]
        payments = {**payments, "key": (key,) if isinstance(key, str) else tuple(key)}
    parts["payments"] = _part(path, "payments", PaymentColumns, payments)
    parts.setdefault("pipeline", "Продажи")
    parts.setdefault("account_number", 31_990_001)
    mapping = _part(path, "the top level", Mapping, parts)
    if mapping is None or mapping.leads is None:
        raise MappingError(f"{path.name} names no leads file: add leads: with file, key, created and format")
    return mapping  # type: ignore[no-any-return]


def _part(path: Path, name: str, kind: type[Any], values: Any) -> Any:
    if values is None:
        return None
    try:
        return kind(**values)
    except TypeError as error:
        wrong = str(error).split("() ", 1)[-1]
        known = ", ".join(kind.__dataclass_fields__)
        raise MappingError(f"{path.name}, {name}: {wrong}. It knows: {known}") from error
