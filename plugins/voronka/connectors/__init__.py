"""Connectors: providers as pages of records. :func:`build` makes one for a source of an account."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep as _sleep

from voronka.config import Account, Source
from voronka.config.providers import KIND_OF
from voronka.connectors.ads.direct.making import make_direct
from voronka.connectors.base import Connector, Limiter, TokenStore
from voronka.connectors.crm.amocrm.making import make_amocrm
from voronka.connectors.making import Making
from voronka.connectors.money.making import make_bank_1c, make_bank_csv
from voronka.connectors.positions.gsc.making import make_gsc
from voronka.connectors.positions.positionscsv.making import make_positionscsv
from voronka.connectors.positions.seranking.making import make_seranking
from voronka.connectors.positions.topvisor.making import make_topvisor
from voronka.connectors.positions.webmaster.making import make_webmaster
from voronka.connectors.positions.yandexsearch.making import make_yandexsearch
from voronka.connectors.sheets.making import make_sheets
from voronka.connectors.telephony.asterisk.making import make_asterisk
from voronka.connectors.telephony.mango.making import make_mango
from voronka.connectors.telephony.megafon.making import make_megafon
from voronka.connectors.telephony.uis.making import make_uis
from voronka.connectors.telephony.zadarma.making import make_zadarma
from voronka.domain.errors import ConfigurationError

__all__ = ["MAKERS", "Making", "build"]

MAKERS: dict[str, Callable[[Making], Connector]] = {
    "amocrm": make_amocrm,
    "uis": make_uis,
    "zadarma": make_zadarma,
    "mango": make_mango,
    "megafon": make_megafon,
    "asterisk": make_asterisk,
    "topvisor": make_topvisor,
    "seranking": make_seranking,
    "webmaster": make_webmaster,
    "gsc": make_gsc,
    "yandexsearch": make_yandexsearch,
    "positionscsv": make_positionscsv,
    "sheets": make_sheets,
    "bank_1c": make_bank_1c,
    "bank_csv": make_bank_csv,
    "direct": make_direct,
}
"""Who makes a connector of a provider; a new provider is one more line."""


def build(
    account: Account,
    kind: str,
    source: Source,
    limiter: Limiter,
    tokens: TokenStore | None = None,
    *,
    sleep: Callable[[float], None] = _sleep,
) -> Connector:
    """A connector for one source of an account, with its secrets from the environment.

    Args:
        kind: one of :data:`voronka.config.providers.Kind`.
        tokens: where the rotating pair is kept; needed for ``auth: oauth``.
        sleep: waits between tries, for tests.

    Raises:
        ConfigurationError: a secret or an address is missing, or the provider is of another kind.
    """
    if KIND_OF[source.provider] != kind:
        raise ConfigurationError(
            f"The account {account.id} has {source.provider} under {kind}.",
            remedy=f"move it to {KIND_OF[source.provider]} in accounts.yml.",
        )
    return MAKERS[source.provider](Making(account, source, limiter, tokens, sleep))
