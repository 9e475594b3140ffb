"""Positions of a keyword in one engine of a site → records, or the reason why one cannot be taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal
from zoneinfo import ZoneInfo

from voronka.connectors.base import Record, Rejection
from voronka.connectors.days import LOOK, day_of, midnight
from voronka.connectors.rows import REPORT, Unusable, kind_of, require_id, require_object

Zero = Literal["not_found", "not_checked"]


def parse_places(
    keyword: Any, site_id: str, engine_id: str, zone: ZoneInfo, zero: Zero
) -> Iterator[Record | Rejection]:
    """Records of one keyword, one a day; a zero read as ``not_checked`` gives none."""
    what = f"a keyword of site {site_id}"
    try:
        keyword_id = require_id(require_object(keyword, what), what)
        places = keyword.get("positions") or []
        if not isinstance(places, list):
            raise Unusable(
                "bad_positions", f"positions of keyword {keyword_id} are {kind_of(places)}", REPORT
            )
    except Unusable as error:
        yield error.rejection(keyword, None)
        return
    pages = _pages(keyword.get("landing_pages"))
    for place in places:
        named = f"site {site_id}, engine {engine_id}, keyword {keyword_id}"
        source_id: str | None = None
        try:
            day = day_of(require_object(place, "a position").get("date"))
            source_id = f"{site_id}:{engine_id}:{keyword_id}:{day}"
            position = place.get("pos")
            if not _is_place(position):
                reason = f"pos is {position!r}, expected a whole number from 0 on"
                raise Unusable("bad_position", reason, LOOK)
        except Unusable as error:
            yield error.rejection({"keyword_id": keyword_id, "value": place}, source_id, named)
            continue
        if position == 0 and zero == "not_checked":
            continue
        payload = {
            "site_id": site_id,
            "site_engine_id": engine_id,
            "keyword_id": keyword_id,
            "keyword": keyword.get("name"),
            "volume": keyword.get("volume"),
            "landing_page": pages.get(str(day)),
            **place,
        }
        yield Record(source_id, midnight(day, zone), payload)


def _is_place(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _pages(value: Any) -> dict[str, Any]:
    """Addresses found, by day."""
    rows = value if isinstance(value, list) else []
    return {str(row.get("date")): row.get("url") for row in rows if isinstance(row, dict)}
