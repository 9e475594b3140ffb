"""The CRM's envelopes: HAL pages, problems, the empty 204."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from sandbox.apis.amocrm.listing import Listing, Row
from sandbox.apis.amocrm.query import Query

HAL = "application/hal+json"
PROBLEM = "application/problem+json"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    422: "Unprocessable Entity",
    425: "Too Early",
    429: "Too Many Requests",
}


def hal(data: dict[str, Any] | bytes, status: int = 200) -> Response:
    return Response(data if isinstance(data, bytes) else orjson.dumps(data), status, media_type=HAL)


def nothing() -> Response:
    """An empty page, a page past the end, an id that is not there."""
    return Response(status_code=204)


def problem(status: int, detail: str, **more: Any) -> Response:
    title = TITLES.get(status, "Error")
    body = {
        "title": title,
        "type": f"https://httpstatus.es/{status}",
        "status": status,
        "detail": detail,
        **more,
    }
    return Response(orjson.dumps(body), status, media_type=PROBLEM)


def oauth_problem(status: int, hint: str) -> Response:
    body = {
        "hint": hint,
        "title": "Некорректный запрос",
        "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
        "status": status,
        "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
    }
    return Response(orjson.dumps(body), status, media_type=PROBLEM)


def page_count(total: int, limit: int) -> int:
    return max(1, -(-total // limit))


def page(
    listing: Listing, rows: list[Row], total: int, query: Query, *, path: str, has_next: bool
) -> Response:
    """One page of a listing: ``rows`` are those of the page, ``total`` counts the whole listing."""
    if not rows:
        return nothing()
    links = {"self": {"href": query.address(path, query.page)}}
    if has_next:
        links["next"] = {"href": query.address(path, query.page + 1)}
    if query.page > 1:
        links["first"] = {"href": query.address(path, 1)}
        links["prev"] = {"href": query.address(path, query.page - 1)}
    if listing.has_last:
        links["last"] = {"href": query.address(path, page_count(total, query.limit))}
    head: dict[str, Any] = {}
    if listing.has_total:
        head["_total_items"] = total
    head["_page"] = query.page
    if listing.has_total:
        head["_page_count"] = page_count(total, query.limit)
    head["_links"] = links
    withs = query.withs & listing.relevant_withs
    body = b"".join(
        (
            orjson.dumps(head)[:-1],
            b',"_embedded":{"',
            listing.key.encode(),
            b'":[',
            b",".join([row.body(withs) for row in rows]),
            b"]}}",
        )
    )
    return hal(body)


def whole(key: str, items: list[dict[str, Any]], address: str) -> Response:
    """A list without pages that states its length (pipelines, stages, event types)."""
    if not items:
        return nothing()
    return hal({"_total_items": len(items), "_links": {"self": {"href": address}}, "_embedded": {key: items}})
