"""A connector for amoCRM out of a source's settings: long-lived token or rotating pair."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from voronka.connectors.base import TokenExchange, TokenPair
from voronka.connectors.crm.amocrm.auth import LongLivedToken, RotatingTokens
from voronka.connectors.crm.amocrm.client import AmoCrmClient
from voronka.connectors.crm.amocrm.connector import AmoCrmConnector
from voronka.connectors.crm.amocrm.judge import amocrm_judge
from voronka.connectors.crm.amocrm.probe import Credential
from voronka.connectors.crm.amocrm.tokens import TokenEndpoint, judge_exchange
from voronka.connectors.making import Making
from voronka.domain.errors import ConfigurationError

AMOCRM_CONSENT = "https://www.amocrm.ru/oauth"
KOMMO_CONSENT = "https://www.kommo.com/oauth"


def make_amocrm(making: Making) -> AmoCrmConnector:
    """A connector for ``auth: token`` or ``auth: oauth``.

    Raises:
        ConfigurationError: a secret, the address or the token store is missing.
    """
    account, source = making.account, making.source
    if source.auth == "token":
        token, variable = making.secret("ACCESS_TOKEN"), making.variable("ACCESS_TOKEN")
        remedy = f"issue a new long-lived token in the integration's card in amoCRM and set {variable}."
        http = making.http(amocrm_judge(remedy), token)
        client = AmoCrmClient(http, LongLivedToken(token), source.page_size)
        return AmoCrmConnector(account.id, client, Credential(token=token))
    if making.tokens is None:
        raise ConfigurationError(f"The CRM of {account.id} uses OAuth, which needs a token store.")
    remedy = (
        f"take a new code from the integration's card in amoCRM and give it to voronka connect {account.id}."
    )
    endpoint = _token_endpoint(making)
    http = making.http(amocrm_judge(remedy))
    client = AmoCrmClient(http, RotatingTokens(making.tokens, endpoint.refresh, http.mask), source.page_size)
    return AmoCrmConnector(account.id, client, Credential(store=making.tokens))


def exchange_code(making: Making, code: str) -> TokenPair:
    """The first OAuth pair of an account, for a one-time code.

    Raises:
        ConfigurationError: CLIENT_ID or CLIENT_SECRET is not set.
        NotAuthorised: the code is spent, older than 20 minutes, or of another integration.
    """
    return _token_endpoint(making).exchange_code(code)


def refresh_pair(making: Making) -> TokenExchange:
    """Spends a refresh token of the account for a new pair; for the token store to call."""
    return _token_endpoint(making).refresh


def consent_address(making: Making, state: str) -> str:
    """The page on which a person lets the integration in: at amoCRM, or at Kommo for an account of theirs.

    Raises:
        ConfigurationError: CLIENT_ID is not set.
    """
    host = urlsplit(making.source.base_url or "").hostname or ""
    page = KOMMO_CONSENT if host.endswith((".kommo.com", ".amocrm.com")) else AMOCRM_CONSENT
    return f"{page}?{urlencode({'client_id': making.secret('CLIENT_ID'), 'state': state})}"


def _token_endpoint(making: Making) -> TokenEndpoint:
    return TokenEndpoint(
        making.http(judge_exchange),
        client_id=making.secret("CLIENT_ID"),
        client_secret=making.secret("CLIENT_SECRET"),
        redirect_uri=making.source.redirect_uri,
    )
