"""Reading the CRM's query strings: pages, order, filters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

DEFAULT_LIMIT = 50
BRACKETS = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class RangeFilter:
    """Both ends inclusive; None is open."""

    start: float | None
    end: float | None

    def takes(self, value: float | None) -> bool:
        if value is None:
            return False
        return (self.start is None or value >= self.start) and (self.end is None or value <= self.end)


@dataclass(slots=True)
class Filters:
    """What a request asked for: values by field, ranges by field, pairs of pipeline and stage."""

    values: dict[str, frozenset[str]] = field(default_factory=dict)
    ranges: dict[str, RangeFilter] = field(default_factory=dict)
    stages: frozenset[tuple[str, str]] = frozenset()
    custom: dict[str, frozenset[str]] = field(default_factory=dict)
    custom_ranges: dict[str, RangeFilter] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query string.

    Attributes:
        pairs: everything as sent, in order.
        page: from 1.
        limit: as the API applies it: more than the maximum, or nonsense, falls back to 50.
    """

    pairs: tuple[tuple[str, str], ...]
    page: int
    limit: int

    @classmethod
    def parse(cls, raw: str, max_limit: int) -> Query:
        pairs = tuple(parse_qsl(raw, keep_blank_values=True))
        given = dict(pairs)
        limit = _whole(given.get("limit"), DEFAULT_LIMIT)
        return cls(
            pairs,
            max(1, _whole(given.get("page"), 1)),
            limit if 1 <= limit <= max_limit else DEFAULT_LIMIT,
        )

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key == name), None)

    @property
    def withs(self) -> frozenset[str]:
        return frozenset(part.strip() for part in (self.get("with") or "").split(",") if part.strip())

    @property
    def order(self) -> tuple[str, bool] | None:
        """(field, descending) of the first ``order[...]``."""
        for key, value in self.pairs:
            if key.startswith("order[") and key.endswith("]"):
                return key[6:-1], value.lower() == "desc"
        return None

    def listing_key(self) -> str:
        """The request without its page: the same for all pages of one walk."""
        return urlencode(sorted(pair for pair in self.pairs if pair[0] != "page"))

    def address(self, path: str, page: int) -> str:
        """The address of another page of the same listing."""
        rest = [pair for pair in self.pairs if pair[0] not in ("page", "limit")]
        return (
            f"{path}?{urlencode([*rest, ('page', page), ('limit', self.limit)], safe=',', quote_via=quote)}"
        )


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return int(text) if text else otherwise
    except ValueError:
        return otherwise


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _ranges(found: dict[str, dict[str, str]]) -> dict[str, RangeFilter]:
    return {
        name: RangeFilter(_number(ends.get("from")), _number(ends.get("to"))) for name, ends in found.items()
    }


def parse_filters(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Collect ``filter[...]`` and ``query``; one value, many, comma lists and ranges."""
    values: dict[str, set[str]] = {}
    ranges: dict[str, dict[str, str]] = {}
    stages: dict[str, dict[str, str]] = {}
    custom: dict[str, set[str]] = {}
    custom_ranges: dict[str, dict[str, str]] = {}
    text = ""
    for key, value in pairs:
        if key == "query":
            text = value
        if not key.startswith("filter["):
            continue
        path = BRACKETS.findall(key)
        name, rest = path[0], path[1:]
        if name == "statuses" and len(rest) == 2:
            stages.setdefault(rest[0], {})[rest[1]] = value
        elif name == "custom_fields_values" and rest:
            if len(rest) > 1 and rest[1] in ("from", "to"):
                custom_ranges.setdefault(rest[0], {})[rest[1]] = value
            else:
                custom.setdefault(rest[0], set()).add(value)
        elif rest and rest[0] in ("from", "to"):
            ranges.setdefault(name, {})[rest[0]] = value
        else:
            values.setdefault(name, set()).update(value.split(",") if not rest else [value])
    return Filters(
        {name: frozenset(wanted) for name, wanted in values.items()},
        _ranges(ranges),
        frozenset((s.get("pipeline_id", ""), s.get("status_id", "")) for s in stages.values()),
        {name: frozenset(wanted) for name, wanted in custom.items()},
        _ranges(custom_ranges),
        text,
    )
