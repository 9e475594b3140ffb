"""Every address of the CRM: who may ask, what is found there."""

from __future__ import annotations

import re
import time
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.agency.model import Pipeline, Tenant
from sandbox.apis.amocrm import answers, people
from sandbox.apis.amocrm.events import event_types
from sandbox.apis.amocrm.hooks import Hooks
from sandbox.apis.amocrm.listing import Listing, Row
from sandbox.apis.amocrm.query import Query
from sandbox.apis.amocrm.tokens import GrantRefused, Identity
from sandbox.apis.amocrm.view import AccountView
from sandbox.guard import guarded, nginx_page
from sandbox.state import Sandbox

PROVIDER = "amocrm"
ADMIN_ONLY = ("users", "roles", "sources")
ENTITY_NOTES = re.compile(r"^(leads|contacts|companies|customers)/(\d+)/notes$")
CUSTOMER_PAYMENTS = re.compile(r"^customers/(\d+)/transactions$")
POST_ONLY = ("calls",)
BIN = "leads/bin"


def _base(request: Request, slug: str) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}/amocrm/{slug}"


def _refusal(sandbox: Sandbox, status: int) -> Response:
    if status == 429 and sandbox.rate_limit_body == "json":
        return answers.problem(429, "Request limit exceeded")
    if status == 429:
        return Response("Too many requests", 429, media_type="text/plain")
    return nginx_page(status)


async def endpoint(sandbox: Sandbox, request: Request, hooks: Hooks) -> Response:
    """Answer ``/amocrm/<slug>/...``."""
    slug: str = request.path_params["slug"]
    path: str = request.path_params["path"].strip("/")
    tenant = sandbox.tenants.get(slug)
    if tenant is None:
        return answers.problem(404, "Account not found")
    body = await request.body()
    is_token_call = path == "oauth2/access_token"

    def limited() -> Response | None:
        if sandbox.limiter.is_blocked(slug):
            return nginx_page(403)
        if path.startswith("api/") and not sandbox.limiter.admit(slug):
            return _refusal(sandbox, 429)
        return None

    def respond() -> Response:
        if is_token_call:
            return _token(sandbox, tenant, request, body)
        if path == "oauth2/account/current/subdomain":
            return _subdomain(sandbox, tenant, request)
        if not path.startswith("api/v4/"):
            return answers.problem(404, "Not found")
        return _api(sandbox, tenant, request, path.removeprefix("api/v4/"), body=body, hooks=hooks)

    fingerprint = f"{request.method} {path}?{request.url.query} {body.hex() if body else ''}"
    return await guarded(
        sandbox,
        request,
        PROVIDER,
        slug,
        fingerprint=fingerprint,
        respond=respond,
        refuse=lambda status: _refusal(sandbox, status),
        limited=limited,
    )


def _token(sandbox: Sandbox, tenant: Tenant, request: Request, body: bytes) -> Response:
    if request.method != "POST":
        return answers.problem(405, "Method not allowed")
    try:
        form = orjson.loads(body)
        pair = sandbox.tokens.exchange(
            tenant.slug, tenant.account_number, request.headers.get("host", request.url.netloc), form
        )
    except orjson.JSONDecodeError:
        return answers.oauth_problem(400, "The body is not JSON")
    except GrantRefused as refusal:
        return answers.oauth_problem(refusal.status, refusal.hint)
    if form.get("grant_type") == "refresh_token":
        sandbox.log.of(tenant.slug, PROVIDER).refresh_exchanges += 1
    pair["server_time"] += int(sandbox.faults.skew_seconds(PROVIDER, tenant.slug))
    return Response(orjson.dumps(pair), media_type="application/json")


def _subdomain(sandbox: Sandbox, tenant: Tenant, request: Request) -> Response:
    if not sandbox.tokens.knows_refresh(tenant.slug, request.headers.get("x-refresh-token", "")):
        return answers.oauth_problem(401, "Token has been revoked")
    host = request.headers.get("host", request.url.netloc)
    return answers.hal(
        {"id": tenant.account_number, "subdomain": tenant.slug, "domain": host, "top_level_domain": "ru"}
    )


def _api(
    sandbox: Sandbox, tenant: Tenant, request: Request, path: str, *, body: bytes, hooks: Hooks
) -> Response:
    identity = sandbox.tokens.identify(tenant.slug, request.headers.get("authorization"))
    if identity is None:
        return answers.problem(401, "Unauthorized")
    if path == "webhooks":
        if not identity.is_admin:
            return answers.problem(403, "Forbidden", hint="244")
        return hooks.answer(tenant, request.method, body, f"{_base(request, tenant.slug)}/api/v4/webhooks")
    base = f"{_base(request, tenant.slug)}/api/v4"
    view = sandbox.cached((PROVIDER, tenant.slug, base), lambda: AccountView(sandbox, tenant, base))
    if request.method != "GET":
        written = sandbox.writes.answer(tenant, view, request.method, path, body=body, now=int(time.time()))
        sandbox.forget_cached()
        return written or answers.problem(405, "Method not allowed")
    if path in POST_ONLY:
        return answers.problem(405, "Method not allowed")
    return Reader(sandbox, view, identity, request.url.query).answer(path)


class Reader:
    """Answers the reading half of the API for one request."""

    def __init__(self, sandbox: Sandbox, view: AccountView, identity: Identity, raw_query: str) -> None:
        self._sandbox = sandbox
        self._view = view
        self._tenant = view.tenant
        self._identity = identity
        self._raw = raw_query
        self._filters_work = sandbox.filter_mode(view.tenant.slug) == "paid"

    def answer(self, path: str) -> Response:
        if path.split("/", maxsplit=1)[0] in ADMIN_ONLY and not self._identity.is_admin:
            return answers.problem(403, "Forbidden", hint="244")
        return self._fixed(path) or self._collection(path)

    def _fixed(self, path: str) -> Response | None:
        """The addresses that are no paged collection."""
        if path == "account":
            return self._account()
        if path == "customers/statuses":
            return answers.problem(422, "Periodicity mode is switched off")
        if path == "leads/pipelines" or path.startswith("leads/pipelines/"):
            return self._pipelines(path.split("/")[2:])
        if path == "events/types":
            language = Query.parse(self._raw, 1).get("language_code") or "ru"
            return answers.whole("events_types", event_types(language), f"{self._view.base}/{path}")
        return None

    def _collection(self, path: str) -> Response:
        in_bin = path == "leads" and "only_deleted" in Query.parse(self._raw, 1).withs
        listing = self._view.listing(BIN if in_bin else path)
        if listing is not None and path != BIN:
            return self._page(listing, path)
        return self._nested(path)

    def _account(self) -> Response:
        query = Query.parse(self._raw, 1)
        caller = next(
            (u for u in self._tenant.users if u.is_admin == self._identity.is_admin), self._tenant.users[0]
        )
        return answers.hal(
            people.account_json(
                self._tenant,
                self._view.base,
                query.withs,
                self._sandbox.now,
                filters_work=self._filters_work,
                user_id=caller.user_id,
            )
        )

    def _pipelines(self, rest: list[str]) -> Response:
        tenant, base = self._tenant, self._view.base
        if not rest:
            items = [
                people.pipeline_json(tenant, p, base) for p in sorted(tenant.pipelines, key=lambda p: p.sort)
            ]
            return answers.whole("pipelines", items, f"{base}/leads/pipelines")
        pipeline = next((p for p in tenant.pipelines if str(p.pipeline_id) == rest[0]), None)
        if pipeline is None:
            return answers.nothing()
        if len(rest) == 1:
            return answers.hal(people.pipeline_json(tenant, pipeline, base))
        if rest[1] == "statuses":
            return self._stages(pipeline, rest[2:])
        return answers.problem(404, "Not found")

    def _stages(self, pipeline: Pipeline, rest: list[str]) -> Response:
        statuses: list[dict[str, Any]] = people.pipeline_json(self._tenant, pipeline, self._view.base)[
            "_embedded"
        ]["statuses"]
        if not rest:
            address = f"{self._view.base}/leads/pipelines/{pipeline.pipeline_id}/statuses"
            return answers.whole("statuses", statuses, address)
        one = next((status for status in statuses if str(status["id"]) == rest[0]), None)
        return answers.hal(one) if one else answers.nothing()

    def _page(self, listing: Listing, path: str, rows: list[Row] | None = None) -> Response:
        query = Query.parse(self._raw, listing.max_limit)
        chosen = listing.select(query, self._filters_work) if rows is None else rows
        number, start_page = query.page, query.page
        slug, address = self._tenant.slug, f"{path}?{query.listing_key()}"
        repeats = self._sandbox.faults.repeats_pages(PROVIDER, slug, address)
        if repeats:
            start_page = max(1, number - 1)
        moved = self._sandbox.faults.moved_rows(PROVIDER, slug, address, number)
        shown = chosen[moved:] + chosen[:moved] if moved else chosen
        start = (start_page - 1) * query.limit
        total_pages = answers.page_count(len(chosen), query.limit) + repeats
        return answers.page(
            listing,
            shown[start : start + query.limit],
            len(chosen),
            query,
            path=f"{self._view.base}/{path}",
            has_next=number < total_pages,
        )

    def _nested(self, path: str) -> Response:
        notes = ENTITY_NOTES.match(path)
        payments = CUSTOMER_PAYMENTS.match(path)
        if notes or payments:
            match = notes or payments
            assert match is not None  # noqa: S101 - one of the two matched
            name = f"{match[1]}/notes" if notes else "customers/transactions"
            owner, fact = (match[2], "entity_id") if notes else (match[1], "customer_id")
            listing = self._view.listing(name)
            assert listing is not None  # noqa: S101 - both names are routes
            query = Query.parse(self._raw, listing.max_limit)
            rows = [r for r in listing.select(query, self._filters_work) if str(r.facts[fact]) == owner]
            return self._page(listing, path, rows)
        return self._by_id(path)

    def _by_id(self, path: str) -> Response:
        collection, _, record_id = path.rpartition("/")
        listing = self._view.listing(collection) if collection else None
        if listing is None or collection == BIN or not (record_id.isdigit() or collection == "events"):
            return answers.problem(404, "Not found")
        row = listing.by_id(record_id)
        if row is None:
            return answers.nothing()
        return answers.hal(row.body(Query.parse(self._raw, 1).withs & listing.relevant_withs))
