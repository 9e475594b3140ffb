"""Requests of MegaFon VATS (and of the same platform under other brands) and what its answers mean."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Literal

from voronka.connectors.http import HttpClient, Reply, Request, Where, failure, judge_passing
from voronka.connectors.telephony.megafon.calls import COMPACT, rows_of_csv
from voronka.domain.errors import FeatureUnavailable, NotAuthorised, ShapeChanged, SourceError
from voronka.domain.windows import Window

Api = Literal["crmapi", "wcgp"]
OLD_PATH = "/sys/crm_api.wcgp"
_RENEW = "issue a new key in the cabinet (integration with a CRM) and set it in the environment."
_NEW = "the API may have changed; report it with this message."
_SECOND = timedelta(seconds=1)


class MegafonClient:
    """Asks one account's exchange.

    Args:
        http: a client whose judge is :func:`judge_megafon` or, for the older API, :func:`judge_old_megafon`.
        api: ``crmapi`` answers JSON, the older ``wcgp`` text.
    """

    def __init__(self, http: HttpClient, key: str, api: Api) -> None:
        self._http, self._key, self.api = http, key, api

    def history(self, window: Window, where: Where) -> tuple[list[Any], Reply]:
        """Calls that started in the window and some of the second after it.

        Raises:
            SourceError: of the kind the answer means.
        """
        period = (
            ("start", window.start.strftime(COMPACT)),
            ("end", (window.end + _SECOND).strftime(COMPACT)),
        )
        if self.api == "wcgp":
            form = (("cmd", "history"), ("token", self._key), *period)
            reply = self._http.send(Request("POST", OLD_PATH, form=form), where)
            return rows_of_csv(reply.content.decode("utf-8-sig", errors="replace")), reply
        reply = self._get("/crmapi/v1/history/json", (*period, ("type", "all")), where)
        rows = reply.json()
        if not isinstance(rows, list):
            raise failure(ShapeChanged, "the history is no list", where, _NEW)
        return rows, reply

    def users(self, where: Where) -> tuple[list[Any], Reply]:
        """The exchange's employees.

        Raises:
            SourceError: of the kind the answer means.
        """
        reply = self._get("/crmapi/v1/users", (), where)
        body = reply.json()
        rows = body.get("items") if isinstance(body, dict) else body
        if not isinstance(rows, list):
            raise failure(ShapeChanged, "the list of employees has no items", where, _NEW)
        return rows, reply

    def _get(self, path: str, query: tuple[tuple[str, str], ...], where: Where) -> Reply:
        return self._http.send(Request("GET", path, query=query, headers={"X-API-KEY": self._key}), where)


def judge_megafon(reply: Reply, where: Where) -> SourceError | None:
    """What an answer of the newer API means."""
    if reply.status == HTTPStatus.NOT_IMPLEMENTED:
        return failure(
            FeatureUnavailable,
            "the account's tariff has no history for a CRM (501)",
            where,
            "ask the provider to switch on the history in the CRM API.",
        )
    return judge_passing(reply, where) or _judge_status(reply, where)


def judge_old_megafon(reply: Reply, where: Where) -> SourceError | None:
    """What an answer of the older API means: a good one is text, which no kind of content gives away."""
    if reply.status == HTTPStatus.OK and reply.content.lstrip()[:1] != b"<":
        return None
    return judge_passing(reply, where) or _judge_status(reply, where)


def _judge_status(reply: Reply, where: Where) -> SourceError | None:
    if reply.status == HTTPStatus.OK:
        return None
    if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return failure(NotAuthorised, f"the key was refused ({reply.status})", where, _RENEW)
    return failure(ShapeChanged, f"the provider did not take the request ({reply.status})", where, _NEW)
