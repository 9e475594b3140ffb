"""A connector for Mango Office out of a source's settings."""

from __future__ import annotations

from typing import cast

from voronka.connectors.making import Making
from voronka.connectors.telephony.mango.client import MangoClient, Patience, judge_mango
from voronka.connectors.telephony.mango.connector import MangoConnector, Report

ADDRESS = "https://app.mango-office.ru/vpbx"


def make_mango(making: Making) -> MangoConnector:
    """A connector; the key is ``API_KEY``, the salt ``API_SALT``.

    Options: ``report`` (basic, extended), ``time_offset_hours`` (0, 3), ``order_seconds`` and ``look_seconds`` (see
    :class:`Patience`).

    Raises:
        ConfigurationError: a secret is missing, or an option is none of its values.
    """
    key, salt = making.secret("API_KEY"), making.secret("API_SALT")
    report = cast(Report, making.choice("report", ("basic", "extended")))
    offset = int(making.choice("time_offset_hours", ("0", "3")))
    usual, options = Patience(), making.source.options
    patience = Patience(
        float(options.get("order_seconds", usual.between_orders)),
        float(options.get("look_seconds", usual.between_looks)),
    )
    client = MangoClient(making.http(judge_mango, key, salt, default_url=ADDRESS), key, salt, patience)
    return MangoConnector(
        making.account.id, client, report=report, offset_hours=offset, page_size=making.source.page_size
    )
