"""Who is linked to whom: amoCRM tells it only of named owners, so the owners that changed are found first.

A record is an owner with all its links, so that a link that was taken away is gone with the owner's next version.
Linking need not count as a change of the owner: events of linking name further owners.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from voronka.connectors.base import Page, Record, Rejection
from voronka.connectors.crm.amocrm.client import Query, RawPage
from voronka.connectors.crm.amocrm.listings import ENTITIES, PARENTS, Listing
from voronka.connectors.crm.amocrm.reading import MOST_WALKS, Fetch, ParseRow, Reader
from voronka.connectors.http import Where
from voronka.connectors.rows import REPORT, usable_id
from voronka.domain.errors import FeatureUnavailable
from voronka.domain.windows import Window

OWNERS_A_REQUEST = 50
"""Keeps the address under two thousand characters."""
LINK_EVENTS = ("entity_linked", "entity_unlinked")


class LinkReader:
    """Reads the links of what changed in a window."""

    def __init__(self, fetch: Fetch, reader: Reader) -> None:
        self._fetch = fetch
        self._reader = reader

    def pages(self, window: Window, parse: ParseRow, where: Where) -> Iterator[Page]:
        """Owners with their links; payload ``{entity_type, entity_id, links}``, links as received.

        Raises:
            SourceError: as of any list; where buyers are switched off they are left out.
        """
        events = self._owners_in_events(window, parse, where)
        for parent in PARENTS:
            try:
                yield from self._of_parent(parent, events.get(parent, {}), window, parse, where)
            except FeatureUnavailable:
                if parent != "customers":
                    raise

    def _of_parent(
        self, parent: str, linked: Mapping[str, datetime], window: Window, parse: ParseRow, where: Where
    ) -> Iterator[Page]:
        where = replace(where, entity=f"{parent} links")
        changed: dict[str, datetime] = {}
        plain = replace(ENTITIES[parent].listings[0], query=())
        for page in self._reader.window(plain, window, parse, where):
            changed |= {record.source_id: record.updated_at for record in page.records}
        for source_id, moment in linked.items():
            changed[source_id] = max(moment, changed.get(source_id, moment))
        owners = list(changed.items())
        for start in range(0, len(owners), OWNERS_A_REQUEST):
            yield self._read(parent, dict(owners[start : start + OWNERS_A_REQUEST]), where)

    def _read(self, parent: str, owners: Mapping[str, datetime], where: Where) -> Page:
        listing = Listing(f"/{parent}/links", "links")
        query: Query = tuple(("filter[entity_id][]", source_id) for source_id in owners)
        found: dict[str, dict[str, Any]] = {source_id: {} for source_id in owners}
        rejections: dict[str, Rejection] = {}
        for _ in range(MOST_WALKS):
            known = sum(map(len, found.values()))
            pages = list(self._walk(listing, query, where))
            for raw in pages:
                for row in raw.rows:
                    owner = usable_id(row, "entity_id")
                    if owner is None:
                        reason = f"a link of {parent} names no owner (entity_id)."
                        rejections[repr(row)] = Rejection("missing_owner", reason, REPORT, row)
                    elif owner in found:
                        found[owner][_name(row)] = row
            if len(pages) <= 1 or sum(map(len, found.values())) == known:
                break
        records = [
            Record(
                f"{parent}:{owner}",
                moment,
                {
                    "entity_type": parent,
                    "entity_id": int(owner),
                    "links": [found[owner][name] for name in sorted(found[owner])],
                },
            )
            for owner, moment in owners.items()
        ]
        return Page(records, list(rejections.values()))

    def _walk(self, listing: Listing, query: Query, where: Where) -> Iterator[RawPage]:
        number, has_next = 1, True
        while has_next:
            raw = self._fetch(listing, query, number, where)
            yield raw
            number, has_next = number + 1, raw.has_next

    def _owners_in_events(
        self, window: Window, parse: ParseRow, where: Where
    ) -> dict[str, dict[str, datetime]]:
        """Parent → owner → the latest event of linking it."""
        plural = {"lead": "leads", "contact": "contacts", "company": "companies", "customer": "customers"}
        found: dict[str, dict[str, datetime]] = {}
        query = tuple(("filter[type][]", kind) for kind in LINK_EVENTS)
        where = replace(where, entity="events of linking")
        for page in self._reader.window(ENTITIES["events"].listings[0], window, parse, where, query):
            for event in page.records:
                parent = plural.get(str(event.payload.get("entity_type")))
                if parent is not None and event.payload.get("type") in LINK_EVENTS:
                    owners = found.setdefault(parent, {})
                    owner = str(event.payload.get("entity_id"))
                    owners[owner] = max(event.updated_at, owners.get(owner, event.updated_at))
        return found


def _name(link: Mapping[str, Any]) -> str:
    said = link.get("metadata")
    catalog = said.get("catalog_id") if isinstance(said, dict) else None
    return f"{link.get('to_entity_type')}:{catalog}:{link.get('to_entity_id')}"
