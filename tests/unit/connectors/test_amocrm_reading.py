"""Reading lists that move: a simulated list whose rows change between two requests."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voronka.connectors.base import Page, Record
from voronka.connectors.crm.amocrm.client import EMPTY, Query, RawPage
from voronka.connectors.crm.amocrm.listings import Listing
from voronka.connectors.crm.amocrm.parsing import parse
from voronka.connectors.crm.amocrm.reading import Reader
from voronka.connectors.http import Where
from voronka.domain.windows import Window

START = datetime(2026, 3, 1, tzinfo=UTC)
T0 = int(START.timestamp())
WHERE = Where("north", "amocrm", "things")
ORDERED = Listing("/things", "things", time_field="updated_at", order=True, paid_filter=True)
UNORDERED = Listing("/tasks", "tasks", time_field="updated_at")
EVENTS = Listing("/events", "things", time_field="updated_at", newest_first=True)
WHOLE = Listing("/all", "all")


@dataclass
class Provider:
    """A list of amoCRM with pages of ``size``; ``moves`` are done after the request of that number."""

    rows: dict[int, int]
    size: int = 3
    honours_filter: bool = True
    natural: Callable[[tuple[int, int]], Any] = lambda row: row[0]
    moves: dict[int, Callable[[dict[int, int]], Any]] = field(default_factory=dict)
    asked: list[tuple[dict[str, str], int]] = field(default_factory=list)

    def fetch(self, listing: Listing, query: Query, number: int, where: Where) -> RawPage:
        wanted = dict(query)
        self.asked.append((wanted, number))
        found = list(self.rows.items())
        first, last = wanted.get("filter[updated_at][from]"), wanted.get("filter[updated_at][to]")
        if first and last and self.honours_filter:
            found = [row for row in found if int(first) <= row[1] <= int(last)]
        order = wanted.get("order[updated_at]")
        found.sort(key=(lambda row: (row[1], row[0])) if order else self.natural, reverse=order == "desc")
        page = found[(number - 1) * self.size : number * self.size]
        self.moves.get(len(self.asked), lambda rows: None)(self.rows)
        if not page:
            return EMPTY
        return RawPage(
            [{"id": i, "updated_at": t} for i, t in page], has_next=number * self.size < len(found)
        )


def versions(pages: Iterable[Page]) -> dict[str, int]:
    """The newest version of each record, checking that none is given twice in the same one."""
    seen: list[tuple[str, datetime]] = []
    for page in pages:
        assert not page.rejections
        seen += [(record.source_id, record.updated_at) for record in page.records]
    assert len(seen) == len(set(seen)), "a version was given out twice"
    newest: dict[str, int] = {}
    for source_id, moment in seen:
        stamp = int(moment.timestamp())
        assert stamp >= newest.get(source_id, stamp), "an older version came after a newer one"
        newest[source_id] = stamp
    return newest


def take(reader: Reader, listing: Listing, window: Window) -> dict[str, int]:
    return versions(reader.window(listing, window, lambda ls, row: parse(ls, row, START), WHERE))


def window(seconds: int = 1000) -> Window:
    return Window(START, START + timedelta(seconds=seconds))


def as_texts(rows: dict[int, int]) -> dict[str, int]:
    return {str(i): t for i, t in rows.items()}


def ten(step: int = 10) -> dict[int, int]:
    return {i: T0 + i * step for i in range(10)}


@pytest.mark.parametrize("listing", [ORDERED, UNORDERED])
@pytest.mark.parametrize("honours_filter", [True, False])
def test_window_gives_every_row_inside_and_none_outside(listing: Listing, honours_filter: bool) -> None:
    outside = {100: T0 - 1, 101: T0 + 1000, 102: T0 + 5000, 103: T0 - 5000}
    provider = Provider({**ten(), 50: T0 + 999, **outside}, honours_filter=honours_filter)
    reader = Reader(provider.fetch)
    assert take(reader, listing, window()) == as_texts({**ten(), 50: T0 + 999})
    assert reader.filters_ignored is not honours_filter


def test_two_windows_joined_are_the_whole_window() -> None:
    provider = Provider(ten())
    reader = Reader(provider.fetch)
    middle = START + timedelta(seconds=40)
    first = take(reader, ORDERED, Window(START, middle))
    second = take(reader, ORDERED, Window(middle, START + timedelta(seconds=1000)))
    assert not first.keys() & second.keys()
    assert first | second == take(reader, ORDERED, window())


def test_row_edited_while_reading_pushes_no_other_row_out() -> None:
    def edit(rows: dict[int, int]) -> None:
        rows[0] = T0 + 100_000  # out of the window: every later row steps one place forward

    provider = Provider(ten(), moves={1: edit, 2: lambda rows: rows.update({1: T0 + 100_001})})
    assert take(Reader(provider.fetch), ORDERED, window()) == as_texts(ten())


@pytest.mark.parametrize("listing", [ORDERED, UNORDERED])
def test_row_deleted_while_reading_pushes_no_other_row_out(listing: Listing) -> None:
    provider = Provider(ten(), moves={1: lambda rows: rows.pop(0), 2: lambda rows: rows.pop(1)})
    got = take(Reader(provider.fetch), listing, window())
    assert set(as_texts(ten())) - {"0", "1"} <= set(got)


def test_row_edited_within_the_window_comes_in_its_newest_version() -> None:
    provider = Provider(ten(), moves={1: lambda rows: rows.update({1: T0 + 500})})
    assert take(Reader(provider.fetch), ORDERED, window())["1"] == T0 + 500


def test_a_second_that_fills_pages_is_read_by_page_numbers() -> None:
    rows = {**dict.fromkeys(range(8), T0 + 50), 20: T0 + 10, 21: T0 + 51, 22: T0 + 90}
    provider = Provider(rows)
    assert take(Reader(provider.fetch), ORDERED, window()) == as_texts(rows)


def test_only_first_pages_are_asked_where_there_is_an_order() -> None:
    provider = Provider(ten())
    take(Reader(provider.fetch), ORDERED, window())
    assert {number for _, number in provider.asked} == {1}


def test_ignored_filter_reads_from_the_newest_down_to_the_window_only() -> None:
    old = {1000 + i: T0 - 10_000 - i for i in range(60)}
    provider = Provider({**ten(), **old}, honours_filter=False)
    reader = Reader(provider.fetch)
    assert take(reader, ORDERED, window()) == as_texts(ten())
    assert max(number for _, number in provider.asked) <= 4, "it must not read the 60 old rows"
    provider.asked.clear()
    take(reader, ORDERED, window())
    assert all("filter[updated_at][from]" not in query for query, _ in provider.asked), (
        "remembered for the run"
    )


def test_ignored_filter_and_a_deletion_between_pages() -> None:
    provider = Provider(ten(), honours_filter=False, moves={2: lambda rows: rows.pop(9)})
    got = take(Reader(provider.fetch), ORDERED, window())
    assert set(as_texts(ten())) - {"9"} <= set(got)


def test_empty_page_after_a_promised_one_restarts_the_walk() -> None:
    def shrink(rows: dict[int, int]) -> None:
        for i in (0, 1, 2):
            rows.pop(i, None)

    provider = Provider({i: T0 + i for i in range(4)}, moves={1: shrink})
    pages = Reader(provider.fetch).whole(WHOLE, lambda ls, row: parse(ls, row, START), WHERE)
    assert {r.source_id for page in pages for r in page.records} == {"0", "1", "2", "3"}
    assert [number for _, number in provider.asked] == [1, 2, 1]


def test_whole_list_is_walked_until_nothing_new_comes() -> None:
    provider = Provider(ten(), moves={1: lambda rows: rows.pop(0)})
    pages = list(Reader(provider.fetch).whole(WHOLE, lambda ls, row: parse(ls, row, START), WHERE))
    ids = [record.source_id for page in pages for record in page.records]
    assert sorted(ids, key=int) == [str(i) for i in range(10)]


def test_list_that_never_rests_ends_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    class Restless(dict):  # every request brings a new row
        pass

    rows = Restless(ten())
    grow = {n: (lambda rows, n=n: rows.update({1000 + n: T0 + n})) for n in range(1, 200)}
    provider = Provider(rows, moves=grow)
    caplog.set_level(logging.WARNING)
    list(Reader(provider.fetch).whole(WHOLE, lambda ls, row: parse(ls, row, START), WHERE))
    assert "kept moving" in caplog.text


def test_empty_window_gives_nothing() -> None:
    provider = Provider({1: T0 - 100_000})
    assert take(Reader(provider.fetch), ORDERED, window()) == {}
    assert len(provider.asked) == 1


def test_pieces_grow_over_quiet_times_and_shrink_in_busy_ones() -> None:
    day = 86_400
    quiet = {i: T0 + i * 10 * day for i in range(36)}
    busy = {100 + i: T0 + 200 * day + i * 600 for i in range(100)}
    provider = Provider({**quiet, **busy}, size=250)
    assert take(Reader(provider.fetch), UNORDERED, window(360 * day)) == as_texts({**quiet, **busy})
    assert len(provider.asked) < 25, f"{len(provider.asked)} requests for a year of 136 rows"


def test_broken_row_does_not_stop_the_window() -> None:
    class Broken(Provider):
        def fetch(self, listing: Listing, query: Query, number: int, where: Where) -> RawPage:
            page = super().fetch(listing, query, number, where)
            return RawPage([*page.rows, "?", {"updated_at": T0 + 1}], page.has_next)

    provider = Broken(ten())
    pages = list(
        Reader(provider.fetch).window(ORDERED, window(), lambda ls, row: parse(ls, row, START), WHERE)
    )
    assert len({r.source_id for page in pages for r in page.records if isinstance(r, Record)}) == 10
    assert sorted(r.code for page in pages for r in page.rejections) == ["missing_id", "not_an_object"]


def newest_first(row: tuple[int, int]) -> Any:
    return (-row[1], row[0])


def test_events_that_come_newest_first_are_read_backwards() -> None:
    rows = {**ten(), **dict.fromkeys(range(20, 28), T0 + 45), 40: T0 - 1, 41: T0 + 1001}
    provider = Provider(rows, natural=newest_first)
    inside = {i: t for i, t in rows.items() if i < 40}
    assert take(Reader(provider.fetch), EVENTS, window()) == as_texts(inside)


def test_event_that_arrives_while_reading_pushes_no_other_out() -> None:
    moves = {n: (lambda rows, n=n: rows.update({100 + n: T0 + 900 + n})) for n in range(1, 6)}
    provider = Provider(ten(), natural=newest_first, moves=moves)
    got = take(Reader(provider.fetch), EVENTS, window())
    assert as_texts(ten()).items() <= got.items()


@pytest.mark.parametrize(
    "natural",
    [lambda row: (row[1] % 7, row[0]), lambda row: (row[0] // 5, -row[1]), lambda row: row[1]],
    ids=["mixed", "sorted within groups", "oldest first"],
)
def test_events_that_come_otherwise_are_all_read_too(natural: Callable[[tuple[int, int]], Any]) -> None:
    provider = Provider(ten(), natural=natural)
    assert take(Reader(provider.fetch), EVENTS, window()) == as_texts(ten())


def test_ignored_filter_of_events() -> None:
    provider = Provider({**ten(), 50: T0 - 90_000}, natural=newest_first, honours_filter=False)
    reader = Reader(provider.fetch)
    assert take(reader, EVENTS, window()) == as_texts(ten())
    assert reader.filters_ignored
