"""A connector for SE Ranking out of a source's settings."""

from __future__ import annotations

from typing import Any, cast

from voronka.connectors.making import Making
from voronka.connectors.positions.seranking.connector import Api, Reading, SeRankingConnector
from voronka.connectors.positions.seranking.places import Zero
from voronka.connectors.rest import HeaderToken, judge_by_status

ADDRESSES: dict[Api, str] = {"v1": "https://api.seranking.com", "legacy": "https://api4.seranking.com"}


def make_seranking(making: Making) -> SeRankingConnector:
    """A connector; secret ``ACCESS_TOKEN``.

    Options: ``api`` (v1 or legacy), ``zero_position`` (not_found or not_checked), ``depth`` (places, 100).
    """
    account, token = making.account, making.secret("ACCESS_TOKEN")
    reading = Reading(
        cast(Api, making.choice("api", ("v1", "legacy"))),
        cast(Zero, making.choice("zero_position", ("not_found", "not_checked"))),
        making.whole("depth", 100),
    )
    judge = judge_by_status(
        _said,
        refused=f"make a new API key in SE Ranking (Settings, API) and set {making.variable('ACCESS_TOKEN')}.",
        forbidden="the project API needs a Business or Enterprise plan: change the plan, or take the site's"
        " positions from another tracker or a CSV.",
    )
    http = making.http(judge, token, default_url=ADDRESSES[reading.api])
    return SeRankingConnector(account.id, http, HeaderToken("Token", token), account.time_zone, reading)


def _said(body: Any) -> str:
    """The words of ``{"error": {"code", "message"}}`` or ``{"message"}``."""
    error = body.get("error", body) if isinstance(body, dict) else {}
    return str(error.get("message", "no reason given")) if isinstance(error, dict) else str(error)
