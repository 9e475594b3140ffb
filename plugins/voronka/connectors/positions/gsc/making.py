"""A connector for Google Search Console out of a source's settings."""

from __future__ import annotations

from voronka.connectors.http import Auth, Where
from voronka.connectors.making import Making
from voronka.connectors.positions.gsc.connector import DIMENSIONS, GscConnector
from voronka.connectors.positions.gsc.credentials import ServiceAccount, judge_google
from voronka.connectors.rest import HeaderToken

ADDRESS, TOKEN_ADDRESS = "https://www.googleapis.com", "https://oauth2.googleapis.com"


def make_gsc(making: Making) -> GscConnector:
    """A connector; secret ``ACCESS_TOKEN``, or ``SERVICE_ACCOUNT`` (a JSON key) with ``credential: service_account``.

    Options: ``credential`` (access_token or service_account), ``dimensions`` (query, device, country; and page).
    """
    account_id = making.account.id
    auth: Auth
    if making.choice("credential", ("access_token", "service_account")) == "service_account":
        secret = making.secret("SERVICE_ACCOUNT")
        tokens = making.http(judge_google, secret, default_url=TOKEN_ADDRESS)
        where = Where(account_id, making.source.provider, "token")
        auth = ServiceAccount(secret, tokens, where, making.variable("SERVICE_ACCOUNT"))
    else:
        secret = making.secret("ACCESS_TOKEN")
        auth = HeaderToken("Bearer", secret)
    http = making.http(judge_google, secret, default_url=ADDRESS)
    dimensions = making.choices("dimensions", (*DIMENSIONS, "page"), DIMENSIONS)
    return GscConnector(account_id, http, auth, making.source.page_size, dimensions)
