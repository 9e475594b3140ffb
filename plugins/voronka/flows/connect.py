"""The doors of a source: first consent of OAuth, and asking again after a block."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from time import sleep

from voronka.config import Account, Settings
from voronka.connectors import Making
from voronka.connectors.base import NoLimit
from voronka.connectors.crm.amocrm.auth import wall_clock
from voronka.connectors.crm.amocrm.making import consent_address, exchange_code, refresh_pair
from voronka.domain.errors import ConfigurationError
from voronka.loading import PostgresLimiter, PostgresTokenStore

RENEW_AFTER = timedelta(days=6)
"""A refresh token dies three months after its issue; a weekly look renews what nothing else has."""


def consent(settings: Settings, account_id: str) -> tuple[str, str]:
    """(the page on which a person consents, the state that the redirect must bring back).

    Raises:
        ConfigurationError: the account's CRM does not use OAuth, or CLIENT_ID is not set.
    """
    account = _with_oauth(settings, account_id)
    state = secrets.token_urlsafe(16)
    return consent_address(Making(account, account.crm, NoLimit(), None, sleep), state), state


def keep_alive(settings: Settings, account_id: str) -> bool:
    """Renew the account's pair when nothing has renewed it for six days; whether it did.

    Raises:
        voronka.domain.errors.NotAuthorised: there is no pair, or the provider refuses it; consent is needed.
    """
    account = settings.account(account_id)
    if account.crm.auth != "oauth":
        return False
    store = PostgresTokenStore(account.id, account.crm.provider)
    pair = store.current()
    if wall_clock() - pair.refreshed_at < RENEW_AFTER:
        return False
    limiter = PostgresLimiter(account.id, account.crm.provider, account.crm.rate_per_second)
    making = Making(account, account.crm, limiter, store, sleep)
    return store.refresh(pair.access_token, refresh_pair(making)) != pair


def _with_oauth(settings: Settings, account_id: str) -> Account:
    account = settings.account(account_id)
    if account.crm.auth != "oauth":
        raise ConfigurationError(
            f"The CRM of {account_id} uses a long-lived token.",
            remedy="set auth: oauth in accounts.yml to use codes.",
        )
    return account


def connect_crm(settings: Settings, account_id: str, code: str) -> datetime:
    """Exchange a one-time code for a token pair and store it encrypted; when the access token expires (UTC).

    Raises:
        ConfigurationError: the account's CRM does not use OAuth.
        voronka.domain.errors.NotAuthorised: the code is spent, old, or of another integration.
    """
    account = _with_oauth(settings, account_id)
    # A single request by a person's hand needs no limit.
    pair = exchange_code(Making(account, account.crm, NoLimit(), None, sleep), code)
    PostgresTokenStore(account.id, account.crm.provider).install(pair)
    return pair.expires_at


def unblock(settings: Settings, account_id: str) -> list[str]:
    """Ask the providers of an account again that blocked it; their names.

    Raises:
        ConfigurationError: there is no such account.
    """
    return [
        source.provider
        for _, source in settings.account(account_id).sources
        if PostgresLimiter(account_id, source.provider, source.rate_per_second).unblock()
    ]
