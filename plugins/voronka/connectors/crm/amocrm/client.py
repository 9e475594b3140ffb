"""Asks amoCRM for one page of a list."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from voronka.connectors.crm.amocrm.listings import Listing
from voronka.connectors.http import Auth, HttpClient, Reply, Request, Where, failure
from voronka.domain.errors import ShapeChanged

API = "/api/v4"
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RawPage:
    """The rows of one page as received, and whether the provider says that there are more.

    ``total`` is how many the whole list holds, where the provider says so (users, roles, custom fields).
    """

    rows: list[Any]
    has_next: bool
    total: int | None = None


EMPTY = RawPage([], has_next=False)


class AmoCrmClient:
    """Lists of one account.

    Args:
        page_size: rows a page; never more than the list allows, because amoCRM answers a larger wish with 50.
    """

    def __init__(self, http: HttpClient, auth: Auth, page_size: int | None = None) -> None:
        self._http = http
        self._auth = auth
        self._page_size = page_size

    def get(self, path: str, query: Query, where: Where) -> Reply:
        """One GET under ``/api/v4``."""
        return self._http.send(Request("GET", API + path, query), where, self._auth)

    def write(self, method: str, path: str, body: Any, where: Where) -> Reply:
        """One POST, PATCH or DELETE under ``/api/v4``; never sent again when its answer is lost."""
        request = Request(method, API + path, body=body, repeatable=False)
        return self._http.send(request, where, self._auth)

    def page(self, listing: Listing, query: Query, number: int, where: Where) -> RawPage:
        """Page ``number`` (from 1) of a list; an empty one when the provider has nothing there (204).

        Raises:
            SourceError: of the kind the answer means; ``ShapeChanged`` when it is no list.
        """
        where = where.on(number)
        if not listing.key:
            reply = self.get(listing.path, listing.query + query, where)
            return RawPage([reply.json()], has_next=False) if reply.status == HTTPStatus.OK else EMPTY
        limit = min(self._page_size or listing.most_per_page, listing.most_per_page)
        paging = (("page", str(number)), ("limit", str(limit)))
        reply = self.get(listing.path, listing.query + query + paging, where)
        if reply.status == HTTPStatus.NO_CONTENT:
            return EMPTY
        return _read(reply.json(), listing, limit, where)


def _read(body: Any, listing: Listing, limit: int, where: Where) -> RawPage:
    embedded = body.get("_embedded") if isinstance(body, dict) else None
    rows = embedded.get(listing.key) if isinstance(embedded, dict) else None
    if not isinstance(rows, list):
        raise failure(
            ShapeChanged,
            f"the answer has no list _embedded.{listing.key}",
            where,
            "the API may have changed; report it with this message.",
        )
    links = body.get("_links")
    has_next = "next" in links if isinstance(links, dict) else len(rows) >= limit
    total = body.get("_total_items")
    return RawPage(rows, has_next, total if isinstance(total, int) else None)
