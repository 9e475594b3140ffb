"""Connectors: providers as pages of records. :func:`build` makes one for a source of an account."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep as _sleep

from voronka.config import Account, Source, secret, secret_name
from voronka.connectors.base import Connector, Limiter, TokenPair, TokenStore
from voronka.connectors.crm.amocrm import AmoCrmConnector, TokenEndpoint
from voronka.connectors.crm.amocrm.auth import LongLivedToken, RotatingTokens
from voronka.connectors.crm.amocrm.client import AmoCrmClient
from voronka.connectors.crm.amocrm.judge import amocrm_judge
from voronka.connectors.crm.amocrm.probe import Credential
from voronka.connectors.crm.amocrm.tokens import judge_exchange
from voronka.connectors.http import HttpClient, Judge
from voronka.connectors.positions.topvisor import TopvisorConnector
from voronka.connectors.positions.topvisor.client import (
    AuthForm,
    TopvisorAuth,
    TopvisorClient,
    judge_topvisor,
)
from voronka.connectors.sheets.making import sheets_connector
from voronka.connectors.telephony.uis import UisConnector
from voronka.connectors.telephony.uis.client import UisClient, judge_uis
from voronka.domain.errors import ConfigurationError

__all__ = ["build", "exchange_code"]

BASE_URLS = {
    "uis": "https://dataapi.uiscom.ru/v2.0",
    "topvisor": "https://api.topvisor.com",
    "sheets": "https://sheets.googleapis.com",
}
KINDS = {"amocrm": "crm", "uis": "telephony", "topvisor": "positions", "sheets": "sheets"}


class _NoLimit:
    """Lets everything pass: for a single request by a person's hand."""

    def acquire(self) -> None:
        return None


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
        kind: ``crm``, ``telephony``, ``positions`` or ``sheets``.
        tokens: where the rotating pair is kept; needed for ``auth: oauth``.
        sleep: waits between tries, for tests.

    Raises:
        ConfigurationError: a secret or an address is missing, or the provider is of another kind.
    """
    if KINDS[source.provider] != kind:
        raise ConfigurationError(
            f"The account {account.id} has {source.provider} under {kind}.",
            remedy=f"move it to {KINDS[source.provider]} in accounts.yml.",
        )
    if source.provider == "amocrm":
        return _amocrm(account, source, limiter, tokens, sleep)
    if source.provider == "uis":
        token = _secret(account, source, "ACCESS_TOKEN")
        http = _http(account, source, limiter, judge_uis, sleep, token)
        return UisConnector(account.id, UisClient(http, token), source.page_size)
    if source.provider == "sheets":
        variable = secret_name(account.id, source.provider, "ACCESS_TOKEN")
        return sheets_connector(
            account.id,
            source,
            lambda: (variable, secret(variable)),
            lambda judge, token: _http(account, source, limiter, judge, sleep, token),
        )
    token, user_id = _secret(account, source, "ACCESS_TOKEN"), _secret(account, source, "USER_ID")
    auth = TopvisorAuth(user_id, token, _auth_form(account, source))
    http = _http(account, source, limiter, judge_topvisor, sleep, token)
    return TopvisorConnector(account.id, TopvisorClient(http, auth, source.page_size), account.time_zone)


def exchange_code(account: Account, source: Source, code: str) -> TokenPair:
    """The first OAuth pair of an account, for a one-time code.

    Raises:
        ConfigurationError: CLIENT_ID or CLIENT_SECRET is not set.
        NotAuthorised: the code is spent, older than 20 minutes, or of another integration.
    """
    return _token_endpoint(account, source, _NoLimit(), _sleep).exchange_code(code)


def _amocrm(
    account: Account,
    source: Source,
    limiter: Limiter,
    tokens: TokenStore | None,
    sleep: Callable[[float], None],
) -> AmoCrmConnector:
    if source.auth == "token":
        token = _secret(account, source, "ACCESS_TOKEN")
        variable = secret_name(account.id, source.provider, "ACCESS_TOKEN")
        remedy = f"issue a new long-lived token in the integration's card in amoCRM and set {variable}."
        http = _http(account, source, limiter, amocrm_judge(remedy), sleep, token)
        client = AmoCrmClient(http, LongLivedToken(token), source.page_size)
        return AmoCrmConnector(account.id, client, Credential(token=token))
    if tokens is None:
        raise ConfigurationError(f"The CRM of {account.id} uses OAuth, which needs a token store.")
    remedy = (
        f"take a new code from the integration's card in amoCRM and give it to voronka connect {account.id}."
    )
    endpoint = _token_endpoint(account, source, limiter, sleep)
    http = _http(account, source, limiter, amocrm_judge(remedy), sleep)
    client = AmoCrmClient(http, RotatingTokens(tokens, endpoint.refresh, http.mask), source.page_size)
    return AmoCrmConnector(account.id, client, Credential(store=tokens))


def _token_endpoint(
    account: Account, source: Source, limiter: Limiter, sleep: Callable[[float], None]
) -> TokenEndpoint:
    return TokenEndpoint(
        _http(account, source, limiter, judge_exchange, sleep),
        client_id=_secret(account, source, "CLIENT_ID"),
        client_secret=_secret(account, source, "CLIENT_SECRET"),
        redirect_uri=source.redirect_uri,
    )


def _http(
    account: Account,
    source: Source,
    limiter: Limiter,
    judge: Judge,
    sleep: Callable[[float], None],
    *secrets: str,
) -> HttpClient:
    base_url = source.base_url or BASE_URLS.get(source.provider)
    if not base_url:
        raise ConfigurationError(
            f"The {source.provider} source of {account.id} has no base_url.",
            remedy="set base_url in accounts.yml to the account's own address, https://SUBDOMAIN.amocrm.ru.",
        )
    return HttpClient(account.id, source, base_url, limiter, judge, secrets=secrets, sleep=sleep)


def _secret(account: Account, source: Source, name: str) -> str:
    return secret(secret_name(account.id, source.provider, name))


def _auth_form(account: Account, source: Source) -> AuthForm:
    form = source.options.get("auth_form", "two_headers")
    if form == "two_headers":
        return "two_headers"
    if form == "single":
        return "single"
    raise ConfigurationError(
        f"auth_form of {source.provider} in {account.id} is {form!r}.", remedy="choose two_headers or single."
    )
