"""What ``voronka doctor`` asks amoCRM."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from voronka.connectors.base import Finding, TokenStore
from voronka.connectors.crm.amocrm.client import AmoCrmClient
from voronka.connectors.crm.amocrm.listings import (
    ACCOUNT,
    CUSTOMERS_FOR_PROBE,
    LEADS_FOR_PROBE,
    USERS_FOR_PROBE,
)
from voronka.connectors.http import Where
from voronka.connectors.probing import clock_finding, failed
from voronka.domain.errors import FeatureUnavailable, NotAuthorised, ShapeChanged, SourceError, VoronkaError

WARN_DAYS_LEFT = 14
CONSENT_AGES_AFTER_DAYS = 60
"""Refresh tokens die three months after their issue; a month is left to notice."""
FAR_FUTURE = (("filter[updated_at][from]", "4102444800"), ("filter[updated_at][to]", "4102531200"))
"""A day of the year 2100, in which nothing was changed."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What we log in with: a long-lived token, or the store of a rotating pair."""

    token: str | None = None
    store: TokenStore | None = None


def probe(
    client: AmoCrmClient, where: Where, credential: Credential, now: Callable[[], datetime]
) -> list[Finding]:
    """Findings in the order in which a person would mend them; without an answer there is only the first."""
    check = "amoCRM answers and takes the credential"
    try:
        reply = client.get(ACCOUNT.path, ACCOUNT.query, replace(where, entity="account"))
    except ShapeChanged as error:
        remedy = (
            "set base_url in accounts.yml to https://SUBDOMAIN.amocrm.ru; the account may have been renamed."
        )
        return [Finding("there is such an account", False, error.message, remedy)]
    except SourceError as error:
        return [failed(check, error)]
    account = reply.json()
    if not isinstance(account, dict):
        return [
            Finding(check, False, "the account's answer is no object.", "check base_url in accounts.yml.")
        ]
    name = f"account {account.get('id')} ({account.get('name')}), subdomain {account.get('subdomain')}"
    return [
        Finding(check, True, name),
        _days_left(credential, now),
        clock_finding(reply, now),
        _is_admin(client, where),
        _has_customers(client, where),
        _filter_works(client, where, account),
    ]


def _days_left(credential: Credential, now: Callable[[], datetime]) -> Finding:
    check = "credential lasts"
    if credential.store is not None:
        try:
            age = (now() - credential.store.current().refreshed_at).days
        except VoronkaError as error:
            return Finding(check, False, error.message, error.remedy)
        remedy = "load something at least weekly: the pair is renewed on the way and dies unused after three months."
        return Finding(
            check, age < CONSENT_AGES_AFTER_DAYS, f"pair renewed {age} days ago.", remedy, "warning"
        )
    ends_at = _expiry(credential.token or "")
    if ends_at is None:
        return Finding(check, True, "the token does not tell when it ends")
    days = (ends_at - now()).days
    remedy = "issue a new long-lived token in the integration's card and set it in the environment."
    return Finding(
        check, days >= WARN_DAYS_LEFT, f"{days} days left, until {ends_at:%Y-%m-%d}.", remedy, "warning"
    )


def _expiry(token: str) -> datetime | None:
    """The claim ``exp`` of a JWT, unverified: it is our own credential, only its end is of interest."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _is_admin(client: AmoCrmClient, where: Where) -> Finding:
    check = "token has an administrator's rights"
    try:
        client.page(USERS_FOR_PROBE, (), 1, replace(where, entity="users"))
    except NotAuthorised as error:
        remedy = "issue the token as an administrator: without it users, roles and other people's leads stay hidden."
        return Finding(check, False, error.message, remedy)
    except SourceError as error:
        return failed(check, error)
    return Finding(check, True, "the list of users can be read")


def _has_customers(client: AmoCrmClient, where: Where) -> Finding:
    check = "customers are switched on"
    try:
        client.page(CUSTOMERS_FOR_PROBE, (), 1, replace(where, entity="customers"))
    except FeatureUnavailable:
        message = "customers are off; customers and transactions are skipped."
        return Finding(check, False, message, "nothing, if the agency does not use them.", "warning")
    except SourceError as error:
        return failed(check, error)
    return Finding(check, True, "customers can be read")


def _filter_works(client: AmoCrmClient, where: Where, account: dict[str, object]) -> Finding:
    check = "filter by time of change works"
    try:
        raw = client.page(LEADS_FOR_PROBE, FAR_FUTURE, 1, replace(where, entity="leads"))
    except SourceError as error:
        return failed(check, error)
    flag = account.get("is_api_filter_enabled")
    said = "does not say" if flag is None else f"says {'on' if flag else 'off'}"
    if raw.rows:
        return Finding(
            check,
            False,
            f"amoCRM ignores the filter (the account {said}); loads read from the newest change backwards, which "
            "misses nothing but asks more.",
            "to load faster, buy the API filter in amoCRM under Settings, Billing.",
            "warning",
        )
    return Finding(check, True, f"rows outside the window stay away (the account {said})")
