"""Reads named records of amoCRM, and finds out whether those that are said to be gone are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from http import HTTPStatus

from voronka.connectors.base import Deletion, Page
from voronka.connectors.crm.amocrm.client import AmoCrmClient
from voronka.connectors.crm.amocrm.listings import Listing
from voronka.connectors.crm.amocrm.parsing import parse, parse_deleted
from voronka.connectors.http import Where
from voronka.connectors.pages import Parsed, page_of
from voronka.connectors.rows import usable_id
from voronka.domain import clock

MOST_IDS = 100
"""Of one request: longer addresses are cut by proxies."""


def read_by_id(
    client: AmoCrmClient,
    listings: Sequence[Listing],
    ids: Collection[str],
    gone: Collection[str],
    where: Where,
) -> Iterator[Page]:
    """Pages of the records with these ids as they are now.

    Args:
        ids: as in the raw table, with the list's prefix where it has one.
        gone: those of ``ids`` that are said to be deleted. Only they may come as ``Page.deletions``, and only when
            the recycle bin lists them or asking for them alone finds nothing: a list may lag behind.
    """
    for listing in listings:
        head = f"{listing.prefix}:" if listing.prefix else ""
        numbers = sorted(i.removeprefix(head) for i in ids if i.startswith(head) and (head or ":" not in i))
        said_gone = {i.removeprefix(head) for i in gone}
        for start in range(0, len(numbers), MOST_IDS):
            chunk = numbers[start : start + MOST_IDS]
            yield page_of(_chunk(client, listing, chunk, said_gone & set(chunk), where))


def _chunk(
    client: AmoCrmClient, listing: Listing, numbers: list[str], gone: set[str], where: Where
) -> Iterator[Parsed]:
    rows = _filtered(client, listing, numbers, where)
    if rows is None:
        rows = {number: row for number in numbers if (row := _single(client, listing, number, where))}
    read_at = clock.now()
    yield from (parse(listing, row, read_at) for row in rows.values())
    missing = sorted(gone - set(rows))
    if missing and listing.has_bin:
        in_bin = replace(listing, query=(("with", "only_deleted"),))
        for number, row in (_filtered(client, in_bin, missing, where) or {}).items():
            if deleted := parse_deleted(in_bin, row):
                missing.remove(number)
                yield deleted
    head = f"{listing.prefix}:" if listing.prefix else ""
    for number in missing:
        found = _single(client, listing, number, where)
        yield parse(listing, found, read_at) if found else Deletion(head + number, read_at, "missing")


def _filtered(
    client: AmoCrmClient, listing: Listing, numbers: list[str], where: Where
) -> dict[str, object] | None:
    """Rows by id; None when the filter, a paid option, is ignored."""
    rows: dict[str, object] = {}
    for page in range(1, len(numbers) + 1):
        raw = client.page(listing, tuple(("filter[id][]", number) for number in numbers), page, where)
        named = {str(usable_id(row)): row for row in raw.rows}
        if not set(named) <= set(numbers):
            return None
        rows |= named
        if not raw.has_next:
            break
    return rows


def _single(client: AmoCrmClient, listing: Listing, number: str, where: Where) -> object | None:
    reply = client.get(f"{listing.path}/{number}", listing.query, where)
    return reply.json() if reply.status == HTTPStatus.OK else None
