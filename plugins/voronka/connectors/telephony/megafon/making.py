"""A connector for MegaFon VATS out of a source's settings."""

from __future__ import annotations

from typing import cast

from voronka.connectors.making import Making
from voronka.connectors.telephony.megafon.client import (
    Api,
    MegafonClient,
    judge_megafon,
    judge_old_megafon,
)
from voronka.connectors.telephony.megafon.connector import MegafonConnector


def make_megafon(making: Making) -> MegafonConnector:
    """A connector; the key is ``API_KEY``, ``base_url`` the exchange's own domain. Option ``api``: crmapi, wcgp.

    Raises:
        ConfigurationError: the key or the address is missing, or the option is none of its values.
    """
    key = making.secret("API_KEY")
    api = cast(Api, making.choice("api", ("crmapi", "wcgp")))
    http = making.http(judge_old_megafon if api == "wcgp" else judge_megafon, key)
    return MegafonConnector(making.account.id, MegafonClient(http, key, api))
