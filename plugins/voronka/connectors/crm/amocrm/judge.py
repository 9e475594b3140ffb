"""What amoCRM's statuses mean."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from voronka.connectors.http import Judge, Reply, Where, failure, judge_passing
from voronka.domain.errors import AccessBlocked, FeatureUnavailable, NotAuthorised, ShapeChanged, SourceError

_GOOD = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}
_SWITCHED_OFF = {
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.UPGRADE_REQUIRED,
}
IP_NOT_ALLOWED = 113


class ItemsRefused(ShapeChanged):
    """Some items of a batch were refused; ``reasons`` by the ``request_id`` they were sent with."""

    reasons: dict[str, str]


class NotPermitted(NotAuthorised):
    """The credential is good, but its rights do not reach this."""


class NothingThere(ShapeChanged):
    """There is nothing at this address."""


def amocrm_judge(renew_remedy: str) -> Judge:
    """A judge of v4 answers; ``renew_remedy`` says how this account's credential is renewed."""

    def judge(reply: Reply, where: Where) -> SourceError | None:
        if error := judge_passing(reply, where):
            return error
        if reply.status in _GOOD:
            return None
        if reply.status == HTTPStatus.UNAUTHORIZED:
            what = "the access token was refused (401): expired, revoked or switched off"
            return failure(NotAuthorised, what, where, renew_remedy)
        return _forbidden(reply, where) if reply.status == HTTPStatus.FORBIDDEN else _refused(reply, where)

    return judge


def _refused(reply: Reply, where: Where) -> SourceError:
    if reply.status in _SWITCHED_OFF:
        return failure(
            FeatureUnavailable,
            f"this account has not got it ({reply.status}: {_said(reply)})",
            where,
            "nothing, it is skipped; to load it, switch the feature on or pay the account in amoCRM.",
        )
    if (
        reply.status == HTTPStatus.NOT_FOUND
        or HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST
    ):
        return failure(
            NothingThere,
            f"there is nothing at this address ({reply.status})",
            where,
            "check base_url in accounts.yml: the account's subdomain may have been renamed.",
        )
    if reasons := _reasons(reply):
        what = f"amoCRM refused {len(reasons)} of the changes: {next(iter(reasons.values()))}"
        refused = failure(ItemsRefused, what, where, "mend what it names; the others are not affected.")
        assert isinstance(refused, ItemsRefused)  # noqa: S101 -- tells the type checker what failure() was given
        refused.reasons = reasons
        return refused
    return failure(
        ShapeChanged,
        f"amoCRM did not take the request ({reply.status}: {_said(reply)})",
        where,
        "the API may have changed; report it with this message.",
    )


def blocked(where: Where) -> AccessBlocked:
    """The bare nginx refusal: a block of the account or address."""
    error = failure(
        AccessBlocked,
        "amoCRM blocks this account or this machine's address (403 without JSON)",
        where,
        "write to amoCRM's support in the chat of the account: our requests to SUBDOMAIN, account "
        "NUMBER, from the address IP get a bare 403 since this moment; please lift the block and say which limit was "
        "passed. Loads of this account rest meanwhile; lower rate_per_second before they go on.",
    )
    assert isinstance(error, AccessBlocked)  # noqa: S101 -- tells the type checker what failure() was given
    return error


def _forbidden(reply: Reply, where: Where) -> SourceError:
    if not reply.is_json:
        return blocked(where)
    body = reply.json()
    if isinstance(body, dict) and IP_NOT_ALLOWED in (body.get("code"), body.get("error_code")):
        return failure(
            NotAuthorised,
            "this machine's address is not on the account's list of allowed addresses (code 113)",
            where,
            "add the address in amoCRM under Settings, Security.",
        )
    return failure(
        NotPermitted,
        f"the token has no right to read this ({reply.status}: {_said(reply)})",
        where,
        "issue the token as an administrator of the account, by a private integration.",
    )


def _reasons(reply: Reply) -> dict[str, str]:
    """Why single items of a batch were refused, by their ``request_id``."""
    body = reply.json() if reply.status == HTTPStatus.BAD_REQUEST and reply.is_json else None
    wrong = body.get("validation-errors") if isinstance(body, dict) else None
    return {
        str(item["request_id"]): "; ".join(
            f"{error.get('path')}: {error.get('detail')}"
            for error in item.get("errors") or ()
            if isinstance(error, dict)
        )
        or "no reason given"
        for item in (wrong if isinstance(wrong, list) else [])
        if isinstance(item, dict) and item.get("request_id") is not None
    }


def _said(reply: Reply) -> str:
    if not reply.is_json:
        return reply.excerpt(120) or "no text"
    body: Any = reply.json()
    if not isinstance(body, dict):
        return reply.excerpt(120)
    parts = [str(body[key]) for key in ("title", "detail", "hint") if body.get(key)]
    for wrong in body.get("validation-errors") or ():
        for error in (wrong.get("errors") or ()) if isinstance(wrong, dict) else ():
            parts.append(
                f"{error.get('path')}: {error.get('detail')}" if isinstance(error, dict) else str(error)
            )
    return "; ".join(parts)[:300] or "no text"
