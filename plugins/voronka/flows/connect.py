"""The doors of a source: first consent of OAuth, and asking again after a block."""

from __future__ import annotations

from datetime import datetime
from time import sleep

from voronka.config import Settings
from voronka.connectors import Making
from voronka.connectors.base import NoLimit
from voronka.connectors.crm.amocrm.making import exchange_code
from voronka.domain.errors import ConfigurationError
from voronka.loading import PostgresLimiter, PostgresTokenStore


def connect_crm(settings: Settings, account_id: str, code: str) -> datetime:
    """Exchange a one-time code for a token pair and store it encrypted; when the access token expires (UTC).

    Raises:
        ConfigurationError: the account's CRM does not use OAuth.
        voronka.domain.errors.NotAuthorised: the code is spent, old, or of another integration.
    """
    account = settings.account(account_id)
    if account.crm.auth != "oauth":
        raise ConfigurationError(
            f"The CRM of {account_id} uses a long-lived token.",
            remedy="set auth: oauth in accounts.yml to use codes.",
        )
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
