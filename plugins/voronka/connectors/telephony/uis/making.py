"""A connector for UIS out of a source's settings."""

from __future__ import annotations

from voronka.connectors.making import Making
from voronka.connectors.telephony.uis.client import UisClient, judge_uis
from voronka.connectors.telephony.uis.connector import UisConnector

ADDRESS = "https://dataapi.uiscom.ru/v2.0"


def make_uis(making: Making) -> UisConnector:
    """A connector; the key is ``ACCESS_TOKEN``."""
    token = making.secret("ACCESS_TOKEN")
    http = making.http(judge_uis, token, default_url=ADDRESS)
    return UisConnector(making.account.id, UisClient(http, token), making.source.page_size)
