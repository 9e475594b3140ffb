"""A list of the CRM: rows with what can be filtered and sorted, and their bytes, made once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.apis.amocrm.query import Filters, Query, parse_filters

MAX_LIMIT = 250
TIMES = ("created_at", "updated_at")
REMEMBERED_SELECTIONS = 256
Render = Callable[[frozenset[str]], dict[str, Any]]


@dataclass(slots=True)
class Row:
    """One record.

    Attributes:
        facts: the values that filters compare.
        render: makes its JSON for a set of ``with``.
        custom: its custom fields as filters compare them, worked out when one asks.
    """

    row_id: int | str
    created_at: int
    updated_at: int
    facts: dict[str, Any]
    render: Render
    custom: Callable[[], dict[str, tuple[Any, ...]]] = dict
    bodies: dict[frozenset[str], bytes] = field(default_factory=dict)

    def body(self, withs: frozenset[str]) -> bytes:
        made = self.bodies.get(withs)
        if made is None:
            made = self.bodies[withs] = orjson.dumps(self.render(withs))
        return made

    def value(self, name: str) -> Any:
        if name == "id":
            return self.row_id
        if name in TIMES:
            return getattr(self, name)
        return self.facts.get(name)


def plain_row(
    row_id: int | str,
    created_at: int,
    updated_at: int,
    facts: dict[str, Any],
    make: Callable[[], dict[str, Any]],
) -> Row:
    """A row that looks the same for every ``with``."""
    return Row(row_id, created_at, updated_at, facts, lambda _: make())


@dataclass(slots=True)
class Listing:
    """A collection as the API shows it.

    Attributes:
        key: its name in ``_embedded``.
        filters: fields it can be filtered by; others are silently passed over.
        orders: fields of ``order[...]``; others are silently passed over.
        is_paid: its filters work only with the paid package.
        relevant_withs: the ``with`` values that change a row, to keep few versions of its bytes.
        has_total: carries ``_total_items`` and ``_page_count``.
        has_last: carries a link to the last page.
    """

    key: str
    rows: Sequence[Row]
    filters: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()
    is_paid: bool = False
    max_limit: int = MAX_LIMIT
    relevant_withs: frozenset[str] = frozenset()
    has_total: bool = False
    has_last: bool = False
    _selections: dict[str, list[Row]] = field(default_factory=dict)
    _by_id: dict[str, Row] | None = None
    _times: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    _owners: dict[str, list[int]] | None = None

    def by_id(self, row_id: str) -> Row | None:
        if self._by_id is None:
            self._by_id = {str(row.row_id): row for row in self.rows}
        return self._by_id.get(row_id)

    def select(self, query: Query, filters_work: bool) -> list[Row]:
        """The rows a request asks for, in its order."""
        key = f"{filters_work}:{query.listing_key()}"
        chosen = self._selections.get(key)
        if chosen is None:
            chosen = self._filtered(query) if filters_work or not self.is_paid else list(self.rows)
            if query.order and query.order[0] in self.orders:
                name, descending = query.order
                chosen.sort(key=lambda row: (row.value(name) or 0, row.row_id), reverse=descending)
            if len(self._selections) >= REMEMBERED_SELECTIONS:
                self._selections.clear()
            self._selections[key] = chosen
        return chosen

    def _filtered(self, query: Query) -> list[Row]:
        wanted = parse_filters(query.pairs)
        return [row for row in self._near(wanted) if self._takes(row, wanted)]

    def _near(self, wanted: Filters) -> Sequence[Row]:
        """Rows worth looking at, in their order: by owner or span of time found without a walk over all."""
        owners = wanted.values.get("entity_id")
        if owners and "entity_id" in self.filters:
            places_of = self._by_owner()
            return [self.rows[n] for n in sorted(n for o in owners for n in places_of.get(o, ()))]
        for name in TIMES:
            span = wanted.ranges.get(name)
            if span is not None and name in self.filters:
                moments, places = self._by_time(name)
                first = 0 if span.start is None else bisect_left(moments, span.start)
                last = len(moments) if span.end is None else bisect_right(moments, span.end)
                return [self.rows[place] for place in sorted(places[first:last])]
        return self.rows

    def _by_owner(self) -> dict[str, list[int]]:
        if self._owners is None:
            self._owners = {}
            for place, row in enumerate(self.rows):
                self._owners.setdefault(str(row.value("entity_id")), []).append(place)
        return self._owners

    def _by_time(self, name: str) -> tuple[list[int], list[int]]:
        """(moments in order, the place of each moment's row)."""
        if name not in self._times:
            pairs = sorted((row.value(name), place) for place, row in enumerate(self.rows))
            self._times[name] = ([moment for moment, _ in pairs], [place for _, place in pairs])
        return self._times[name]

    def _takes(self, row: Row, wanted: Filters) -> bool:
        for name, span in wanted.ranges.items():
            if name in self.filters and not span.takes(row.value(name)):
                return False
        for name, values in wanted.values.items():
            if name not in self.filters:
                continue
            if name in TIMES:
                if row.value(name) < float(next(iter(values))):
                    return False
            elif str(row.value(name)) not in values:
                return False
        if wanted.stages and "statuses" in self.filters:
            pair = (str(row.facts.get("pipeline_id")), str(row.facts.get("status_id")))
            if pair not in wanted.stages:
                return False
        return self._takes_custom(row, wanted) and self._takes_text(row, wanted)

    def _takes_custom(self, row: Row, wanted: Filters) -> bool:
        if "custom_fields_values" not in self.filters or not (wanted.custom or wanted.custom_ranges):
            return True
        found = row.custom()
        if not all(
            any(str(v) in values for v in found.get(name, ())) for name, values in wanted.custom.items()
        ):
            return False
        return all(
            any(isinstance(value, int | float) and span.takes(value) for value in found.get(name, ()))
            for name, span in wanted.custom_ranges.items()
        )

    def _takes_text(self, row: Row, wanted: Filters) -> bool:
        return not wanted.text or wanted.text.lower() in str(row.facts.get("name", "")).lower()
