"""JSON-RPC 2.0 of UIS: one method, one answer, errors by their mnemonic.

Only successful calls cost a point of the tariff, and every answer tells how many are left: when the minute is used
up, the next call waits for the new one instead of being refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from voronka.connectors.http import (
    LONGEST_WAIT_SECONDS,
    HttpClient,
    Reply,
    Request,
    Where,
    failure,
    judge_passing,
)
from voronka.domain.errors import (
    AccessBlocked,
    FeatureUnavailable,
    NotAuthorised,
    RateLimited,
    ShapeChanged,
    SourceError,
    SourceUnavailable,
)

_AUTH_CODES = {-32001, -32003, -32009}
_NO_COMPONENT, _LIMIT, _INTERNAL = -32008, -32029, -32603
_RENEW = "issue a new key for the API user in the cabinet and set it in the environment."
_REMEDIES = {
    "ip_not_whitelisted": "add this machine's address to the allowed ones of the API user in the cabinet.",
    "forbidden": "give the API user the right to this method in the cabinet.",
    "account_inactive": "pay or switch on the account in the cabinet.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """``result`` of a method: its rows, how many there are in all, and the reply it came in."""

    rows: list[Any]
    total: int
    reply: Reply


class UisClient:
    """Calls methods of one account.

    Args:
        http: a client whose judge is :func:`judge_uis`.
    """

    def __init__(self, http: HttpClient, access_token: str) -> None:
        self._http = http
        self._token = access_token
        self._numbers = itertools.count(1)
        self._minute_reset: float | None = None
        self._day_reset: float | None = None

    def call(self, method: str, params: Mapping[str, Any], where: Where) -> Answer:
        """The rows of a method.

        Raises:
            SourceError: of the kind the answer means; ``RateLimited`` at once when the day's points are used up.
        """
        self._wait_for_points(where)
        body = {
            "jsonrpc": "2.0",
            "id": f"voronka-{next(self._numbers)}",
            "method": method,
            "params": {"access_token": self._token, **params},
        }
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        reply = self._http.send(Request("POST", "", body=body, headers=headers), where)
        result = reply.json().get("result")
        rows = result.get("data") if isinstance(result, dict) else None
        if not isinstance(rows, list):
            raise failure(ShapeChanged, f"{method} answered without result.data", where, _NEW)
        metadata = result.get("metadata") or {}
        self._note_limits(metadata.get("limits") or {})
        total = metadata.get("total_items")
        return Answer(rows, total if isinstance(total, int) else len(rows), reply)

    def _note_limits(self, limits: Mapping[str, Any]) -> None:
        self._minute_reset = limits.get("minute_reset", 60) if limits.get("minute_remaining") == 0 else None
        self._day_reset = limits.get("day_reset", 86_400) if limits.get("day_remaining") == 0 else None

    def _wait_for_points(self, where: Where) -> None:
        if self._day_reset is not None:
            raise failure(
                RateLimited,
                "the day's points of the tariff are used up",
                where,
                "wait for the new day, or buy more points in the cabinet.",
                float(self._day_reset),
            )
        if self._minute_reset is not None:
            self._http.sleep(min(float(self._minute_reset), LONGEST_WAIT_SECONDS))
            self._minute_reset = None


_NEW = "the API may have changed; report it with this message."


def judge_uis(reply: Reply, where: Where) -> SourceError | None:
    """What an answer means: HTTP first, then ``error`` of a 200."""
    if error := judge_passing(reply, where):
        return error
    if reply.status == HTTPStatus.OK:
        body = reply.json()
        if not isinstance(body, dict):
            return failure(ShapeChanged, "the answer is no object", where, _NEW)
        return _judge_error(body["error"], where) if body.get("error") else None
    return _judge_status(reply, where)


def _judge_status(reply: Reply, where: Where) -> SourceError:
    if reply.status == HTTPStatus.FORBIDDEN and not reply.is_json:
        return failure(
            AccessBlocked,
            "the provider blocks this machine's address (403 without JSON)",
            where,
            "stop the loads and write to the provider's support with the address of this machine.",
        )
    if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return failure(NotAuthorised, f"the key was refused ({reply.status})", where, _RENEW)
    return failure(ShapeChanged, f"the provider did not take the request ({reply.status})", where, _NEW)


def _judge_error(error: Any, where: Where) -> SourceError:
    error = error if isinstance(error, dict) else {}
    data = error.get("data") if isinstance(error.get("data"), dict) else {}
    code, mnemonic = error.get("code"), str(data.get("mnemonic") or "")
    said = f"{mnemonic or 'error'} {code}: {error.get('message')}"
    if code == _LIMIT or mnemonic == "limit_exceeded":
        return failure(
            RateLimited,
            f"the tariff's limit is used up ({said})",
            where,
            "nothing for now.",
            _reset_seconds(data),
        )
    if code == _INTERNAL:
        return failure(SourceUnavailable, f"the provider failed ({said})", where, "nothing for now.")
    if code == _NO_COMPONENT:
        return failure(
            FeatureUnavailable,
            f"the account has not got this component ({said})",
            where,
            "buy it in the cabinet.",
        )
    if code in _AUTH_CODES:
        return failure(NotAuthorised, f"access was refused ({said})", where, _REMEDIES.get(mnemonic, _RENEW))
    return failure(ShapeChanged, f"the request was not taken ({said})", where, _NEW)


def _reset_seconds(data: Mapping[str, Any]) -> float | None:
    metadata = data.get("metadata")
    limits = metadata.get("limits", metadata) if isinstance(metadata, dict) else None
    if not isinstance(limits, dict):
        return None
    reset = limits.get("day_reset") if limits.get("day_remaining") == 0 else limits.get("minute_reset")
    return float(reset) if isinstance(reset, (int, float)) else None
