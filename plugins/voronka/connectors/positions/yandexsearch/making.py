"""A connector for the Yandex Search API out of a source's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from voronka.config import project_folder, state_folder
from voronka.connectors.making import Making
from voronka.connectors.positions.yandexsearch.connector import Plan, Services, YandexSearchConnector
from voronka.connectors.positions.yandexsearch.prices import DEFAULTS, MODES, Mode, Prices
from voronka.connectors.rest import HeaderToken, judge_by_status
from voronka.domain.errors import ConfigurationError

SEARCH, OPERATIONS = "https://searchapi.api.cloud.yandex.net", "https://operation.api.cloud.yandex.net"
DEEPEST = 100


def make_yandexsearch(making: Making) -> YandexSearchConnector:
    """A connector; secret ``API_KEY``.

    Options: ``folder_id``, ``keywords_file``, ``budget_rub_per_day`` (all needed), ``mode`` (sync or deferred), ``depth``
    (100 at most), ``subdomains`` (yes or no), ``spool`` (a folder), ``polls``, ``price_<mode>_<day|night>``,
    ``operations_url``.

    Raises:
        ConfigurationError: a needed option is missing, or one is not of its kind.
    """
    account, options, key = making.account, making.source.options, making.secret("API_KEY")
    for needed in ("folder_id", "keywords_file", "budget_rub_per_day"):
        if not options.get(needed):
            raise ConfigurationError(
                f"The yandexsearch source of {account.id} has no {needed}.",
                remedy=f"set options.{needed} of it in accounts.yml; docs/sources/yandexsearch.md explains it.",
            )
    depth = making.whole("depth", DEEPEST)
    if depth > DEEPEST:
        raise ConfigurationError(
            f"depth of yandexsearch in {account.id} is {depth}.", remedy=f"write {DEEPEST} at most."
        )
    plan = Plan(
        folder_id=str(options["folder_id"]),
        keywords_file=project_folder() / Path(str(options["keywords_file"])).expanduser(),
        spool=state_folder() / Path(str(options.get("spool", "yandexsearch"))).expanduser(),
        mode=cast(Mode, making.choice("mode", MODES)),
        depth=depth,
        subdomains=making.choice("subdomains", ("yes", "no")) == "yes",
        prices=Prices({(m, p): _roubles(making, f"price_{m}_{p}", d) for (m, p), d in DEFAULTS.items()}),
        budget=_roubles(making, "budget_rub_per_day", 0.0),
        polls=making.whole("polls", 60),
    )
    judge = judge_by_status(
        _said,
        refused=f"make an API key of the service account and set {making.variable('API_KEY')}.",
        forbidden="give the service account the role search-api.webSearch.user in the folder.",
    )
    search = making.http(judge, key, default_url=SEARCH)
    address = making.source.model_copy(
        update={"base_url": str(options.get("operations_url") or making.source.base_url or OPERATIONS)}
    )
    operations = Making(account, address, making.limiter, making.tokens, making.sleep).http(judge, key)
    services = Services(search, operations, HeaderToken("Api-Key", key), making.sleep)
    return YandexSearchConnector(account.id, services, account.time_zone, plan)


def _roubles(making: Making, option: str, default: float) -> float:
    value = making.source.options.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ConfigurationError(
            f"{option} of yandexsearch in {making.account.id} is {value!r}.",
            remedy="write roubles as a number.",
        )
    return float(value)


def _said(body: Any) -> str:
    """The words of ``{"code", "message"}``."""
    return str(body.get("message", "no reason given")) if isinstance(body, dict) else str(body)
