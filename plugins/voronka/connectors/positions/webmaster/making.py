"""A connector for Yandex Webmaster out of a source's settings."""

from __future__ import annotations

from typing import Any

from voronka.connectors.making import Making
from voronka.connectors.positions.webmaster.connector import DEVICES, WebmasterConnector
from voronka.connectors.rest import HeaderToken, judge_by_status

ADDRESS = "https://api.webmaster.yandex.net"
DEVICE_CHOICES = (*DEVICES, "MOBILE_AND_TABLET", "ALL")


def make_webmaster(making: Making) -> WebmasterConnector:
    """A connector; secret ``ACCESS_TOKEN`` (OAuth of Yandex), option ``devices``: a list with commas."""
    token = making.secret("ACCESS_TOKEN")
    judge = judge_by_status(
        _said,
        refused="get a new OAuth token of Yandex with the right to read Webmaster and set"
        f" {making.variable('ACCESS_TOKEN')}.",
        forbidden="give the token's user access to the site in Webmaster, and the token webmaster:hostinfo.",
    )
    http = making.http(judge, token, default_url=ADDRESS)
    devices = making.choices("devices", DEVICE_CHOICES, DEVICES)
    return WebmasterConnector(
        making.account.id, http, HeaderToken("OAuth", token), making.source.page_size, devices
    )


def _said(body: Any) -> str:
    """The words of ``{"error_code", "error_message"}``."""
    told = body if isinstance(body, dict) else {}
    return f"{told.get('error_code', 'no code')}, {told.get('error_message', 'no reason given')}"
