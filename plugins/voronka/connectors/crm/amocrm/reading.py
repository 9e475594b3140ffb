"""Reads lists whose pages move while they are read, and windows whose filter may be ignored.

amoCRM has no cursor: page 3 is whatever stands at rows 501 to 750 at that moment. When a row leaves the list (it was
edited and now lies beyond the window, or was deleted) all later rows step one place forward and one of them slips
from page 3 to page 2, which was already read. Three answers, by what the list can do:

* ordered by time: always ask for page 1, starting at the time of the last row seen. Nothing can slip. Events come
  newest first without a promise: that is checked on every page, and across the first two.
* filtered by time only: ask in pieces short enough to fit on one page. Nothing can slip.
* more than one page all the same: walk again until a whole walk brings nothing new.

The filter of leads, contacts, companies and customers is a paid option, and without it amoCRM answers as if none had
been asked. So every row is held against the bounds that were asked for. One outside means that the filter is ignored:
then the list is read from its newest change backwards down to the window's start, or whole where it has no order.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from voronka.connectors.base import Page
from voronka.connectors.crm.amocrm.client import Query, RawPage
from voronka.connectors.crm.amocrm.listings import Listing
from voronka.connectors.crm.amocrm.parsing import stamp_of
from voronka.connectors.http import Where
from voronka.connectors.pages import Parsed, Seen, page_of
from voronka.domain.windows import Window

log = logging.getLogger(__name__)

MOST_WALKS = 5
FIRST_PIECE = 86_400
LONGEST_PIECE = 366 * 86_400
SHORTEST_PIECE = 900

Fetch = Callable[[Listing, Query, int, Where], RawPage]
ParseRow = Callable[[Listing, object], Parsed | None]


class _FilterIgnored(Exception):
    """A row outside the bounds that were asked for came back."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Bounds as asked for: Unix seconds, both included."""

    first: int
    last: int

    @classmethod
    def around(cls, window: Window) -> _Span:
        # Whether the provider includes its upper bound is not documented: the window's end is asked for too.
        return cls(math.floor(window.start.timestamp()), math.ceil(window.end.timestamp()))

    def query(self, field: str) -> Query:
        return ((f"filter[{field}][from]", str(self.first)), (f"filter[{field}][to]", str(self.last)))


class Reader:
    """Reads lists of one account and remembers for its lifetime where filters turned out to be ignored."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._ignored: set[str] = set()
        self._piece_seconds: dict[str, int] = {}
        self._trusted: set[str] = set()

    @property
    def filters_ignored(self) -> bool:
        """Whether any list so far answered with rows that its filter excludes."""
        return bool(self._ignored)

    def whole(self, listing: Listing, parse: ParseRow, where: Where, query: Query = ()) -> Iterator[Page]:
        """A whole list, whatever its times."""
        seen = Seen()
        for _, raw in self._walks(listing, query, where):
            items = seen.fresh(_parsed(listing, raw.rows, parse))
            if items or raw.total is not None:
                yield page_of(items, raw.total)

    def window(
        self, listing: Listing, window: Window, parse: ParseRow, where: Where, query: Query = ()
    ) -> Iterator[Page]:
        """Every row whose time lies in the window, the newest version of each."""
        seen = Seen()
        start, end = window.start.timestamp(), window.end.timestamp()

        def concerns(row: object) -> bool:
            # A row without a readable time is let through, to be rejected aloud.
            stamp = stamp_of(listing, row)
            return stamp is None or start <= stamp < end

        for raw in self._window_rows(listing, _Span.around(window), query, where):
            items = seen.fresh(_parsed(listing, filter(concerns, raw.rows), parse))
            if items:
                yield page_of(items)

    def _window_rows(self, listing: Listing, span: _Span, query: Query, where: Where) -> Iterator[RawPage]:
        group = "paid" if listing.paid_filter else listing.path
        if group not in self._ignored:
            try:
                by_time = listing.order or listing.newest_first
                yield from (self._by_time if by_time else self._in_pieces)(listing, span, query, where)
            except _FilterIgnored:
                self._ignored.add(group)
                log.warning(
                    "%s: amoCRM ignores the filter by %s (a paid option); reading from the newest change backwards.",
                    where,
                    listing.time_field,
                )
            else:
                return
        yield from self._from_newest(listing, span, query, where)

    def _by_time(self, listing: Listing, span: _Span, query: Query, where: Where) -> Iterator[RawPage]:
        """Page 1 again and again, each time from the last row's second on (backwards where newest come first)."""
        order = ((f"order[{listing.time_field}]", "asc"),) if listing.order else ()
        backwards = not listing.order
        while True:
            asked = query + span.query(str(listing.time_field)) + order
            raw = self._fetch(listing, asked, 1, where)
            stamps = _verified(listing, raw, span)
            yield raw
            if not raw.has_next:
                return
            if not stamps or not _runs(stamps, backwards):
                yield from self._in_pieces(listing, span, query, where)
                return
            edge = stamps[-1]
            if backwards and listing.path not in self._trusted:
                following = self._fetch(listing, asked, 2, where)
                yield following
                if not self._continues(listing, raw, following, edge):
                    yield from self._in_pieces(listing, span, query, where)
                    return
            if edge != (span.last if backwards else span.first):
                span = _Span(span.first, edge) if backwards else _Span(edge, span.last)
                continue
            # A whole page of one second (an import, a mass edit): this second by page numbers, then on.
            second = _Span(edge, edge)
            asked = query + second.query(str(listing.time_field)) + order
            yield from (more for _, more in self._walks(listing, asked, where, second))
            if span.first >= span.last:
                return
            span = _Span(span.first, edge - 1) if backwards else _Span(edge + 1, span.last)

    def _continues(self, listing: Listing, first: RawPage, second: RawPage, edge: int) -> bool:
        """Whether what the second page adds is older than the first; once seen, it is believed."""
        known = {_version(listing, row) for row in first.rows}
        added = [row for row in second.rows if _version(listing, row) not in known]
        if any((stamp := stamp_of(listing, row)) is not None and stamp > edge for row in added):
            return False
        if added:
            self._trusted.add(listing.path)
        return True

    def _in_pieces(self, listing: Listing, span: _Span, query: Query, where: Where) -> Iterator[RawPage]:
        """Pieces that adapt their length to fill one page; neighbours share a second, which does no harm."""
        first = span.first
        while True:
            length = self._piece_seconds.get(listing.path, FIRST_PIECE)
            piece = _Span(first, min(first + length, span.last))
            asked = query + piece.query(str(listing.time_field))
            page_rows, rows = 1, set()
            for _, raw in self._walks(listing, asked, where, piece):
                page_rows = max(page_rows, len(raw.rows))
                rows |= {_version(listing, row) for row in raw.rows}
                yield raw
            if len(rows) > page_rows:
                self._piece_seconds[listing.path] = max(length // 2, SHORTEST_PIECE)
            elif len(rows) < listing.most_per_page // 3:
                self._piece_seconds[listing.path] = min(length * 2, LONGEST_PIECE)
            if piece.last >= span.last:
                return
            first = piece.last

    def _from_newest(self, listing: Listing, span: _Span, query: Query, where: Where) -> Iterator[RawPage]:
        """Without a filter: newest changes first, down to the start of the window."""
        asked = query + (((f"order[{listing.time_field}]", "desc"),) if listing.order else ())

        def is_past(raw: RawPage) -> bool:
            stamps = [stamp for row in raw.rows if (stamp := stamp_of(listing, row)) is not None]
            return (
                listing.order and _runs(stamps, backwards=True) and bool(stamps) and stamps[-1] < span.first
            )

        yield from (raw for _, raw in self._walks(listing, asked, where, stop=is_past))

    def _walks(
        self,
        listing: Listing,
        query: Query,
        where: Where,
        span: _Span | None = None,
        stop: Callable[[RawPage], bool] = lambda raw: False,
    ) -> Iterator[tuple[int, RawPage]]:
        """(number, page) by page numbers; more than one page is walked again until a walk shows no new row."""
        known: set[tuple[object, object]] = set()
        for _ in range(MOST_WALKS):
            asked, found_new = 0, False
            for number, raw in self._walk(listing, query, where, stop):
                if span is not None:
                    _verified(listing, raw, span)
                versions = {_version(listing, row) for row in raw.rows}
                found_new = found_new or not versions <= known
                known |= versions
                asked = number
                yield number, raw
            if asked <= 1 or not found_new:
                return
        log.warning(
            "%s: the list kept moving over %d walks; its latest changes come with the next load.",
            where,
            MOST_WALKS,
        )

    def _walk(
        self, listing: Listing, query: Query, where: Where, stop: Callable[[RawPage], bool]
    ) -> Generator[tuple[int, RawPage], None, None]:
        number = 1
        while True:
            raw = self._fetch(listing, query, number, where)
            yield number, raw
            if not raw.has_next or stop(raw):
                return
            number += 1


def _verified(listing: Listing, raw: RawPage, span: _Span) -> list[int]:
    stamps = [stamp for row in raw.rows if (stamp := stamp_of(listing, row)) is not None]
    if any(not span.first <= stamp <= span.last for stamp in stamps):
        raise _FilterIgnored
    return stamps


def _runs(stamps: list[int], backwards: bool) -> bool:
    return all(a >= b if backwards else a <= b for a, b in itertools.pairwise(stamps))


def _version(listing: Listing, row: object) -> tuple[object, object]:
    if not isinstance(row, dict):
        return (repr(row), None)
    return (str(row.get(listing.id_key)), stamp_of(listing, row))


def _parsed(listing: Listing, rows: Iterable[object], parse: ParseRow) -> Iterator[Parsed]:
    return (item for row in rows if (item := parse(listing, row)) is not None)
