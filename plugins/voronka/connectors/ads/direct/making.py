"""A connector for Yandex Direct out of a source's settings."""

from __future__ import annotations

from voronka.connectors.ads.direct.connector import DirectConnector
from voronka.connectors.ads.direct.reports import Reports, judge_direct
from voronka.connectors.making import Making
from voronka.connectors.rest import HeaderToken

ADDRESS = "https://api.direct.yandex.com"


def make_direct(making: Making) -> DirectConnector:
    """A connector; secret ``ACCESS_TOKEN``.

    Options: ``client_login`` (of the advertiser; agencies need it), ``mode`` (auto, online or offline), ``vat``
    (yes or no: whether costs are asked for with it), ``currency`` (of the advertiser; the account's by default).
    """
    token, options = making.secret("ACCESS_TOKEN"), making.source.options
    http = making.http(judge_direct, token, default_url=ADDRESS)
    reports = Reports(
        http,
        HeaderToken("Bearer", token),
        mode=making.choice("mode", ("auto", "online", "offline")),
        with_vat=making.choice("vat", ("yes", "no")) == "yes",
        client_login=str(options.get("client_login", "")),
    )
    return DirectConnector(making.account.id, reports, str(options.get("currency", making.account.currency)))
