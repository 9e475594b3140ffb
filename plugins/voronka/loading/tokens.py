"""OAuth pairs of every account, encrypted in Postgres, refreshed by one process at a time.

A refresh token works once. Before it is spent, the moment is written down in a transaction of its own; after, the
new pair is committed before anybody uses it. So whatever line a process is killed at, the next one finds either
the old pair, the new pair, or the note that an exchange began whose outcome nobody knows.
"""

from __future__ import annotations

import json
from datetime import datetime

import psycopg
from cryptography.fernet import Fernet, InvalidToken
from psycopg.rows import TupleRow

from voronka import database
from voronka.config import secret
from voronka.connectors.base import TokenExchange, TokenPair
from voronka.domain.errors import ConfigurationError, NotAuthorised, RateLimited

Connection = psycopg.Connection[TupleRow]

# Held from the note to the new pair: over both transactions, which a row lock could not be.
TURN = "hashtextextended(%(account)s || '/' || %(provider)s, 2)"
TAKE_TURN = f"select pg_advisory_lock({TURN})"
READ = "select pair from ops.tokens where account_id = %(account)s and provider = %(provider)s"
READ_FOR_UPDATE = """
    select pair, exchange_started_at from ops.tokens
    where account_id = %(account)s and provider = %(provider)s for update
"""
NOTE = """
    update ops.tokens set exchange_started_at = clock_timestamp()
    where account_id = %(account)s and provider = %(provider)s
"""
FORGET_NOTE = """
    update ops.tokens set exchange_started_at = null
    where account_id = %(account)s and provider = %(provider)s
"""
STORE = """
    insert into ops.tokens as t (account_id, provider, pair, expires_at, refreshed_at)
    values (%(account)s, %(provider)s, %(pair)s, %(expires)s, %(refreshed)s)
    on conflict (account_id, provider) do update
    set pair = excluded.pair, expires_at = excluded.expires_at, refreshed_at = excluded.refreshed_at,
        exchange_started_at = null
"""


class ConsentNeeded(NotAuthorised):
    """The refresh token is spent and its successor was lost: a person must consent again."""


class PostgresTokenStore:
    """The pair of one account at one provider, in ``ops.tokens``; a connection for each call."""

    def __init__(self, account_id: str, provider: str) -> None:
        self._account_id = account_id
        self._provider = provider
        self._key = {"account": account_id, "provider": provider}

    def current(self) -> TokenPair:
        """The stored pair.

        Raises:
            NotAuthorised: there is none yet.
            ConfigurationError: it was encrypted with another key.
        """
        with database.connect("loader") as connection:
            row = connection.execute(READ, self._key).fetchone()
        if row is None:
            raise self._none_yet()
        return self._decrypted(row[0])

    def install(self, pair: TokenPair) -> None:
        """Store a pair that came from a person's consent, in place of any other."""
        with database.connect("loader") as connection:
            connection.execute(TAKE_TURN, self._key)
            self._store(connection, pair)

    def refresh(self, stale_access_token: str, exchange: TokenExchange) -> TokenPair:
        """The pair that takes the place of a stale one: another process's if it was quicker, else a new one.

        The new pair is durable before this returns.

        Raises:
            ConsentNeeded: an earlier process spent the refresh token and died before it had stored the new pair.
            NotAuthorised: there is no pair yet, or the provider refuses the refresh token.
            voronka.domain.errors.SourceError: as ``exchange`` raises.
        """
        with database.connect("loader") as connection:
            connection.execute(TAKE_TURN, self._key)
            row = connection.execute(READ_FOR_UPDATE, self._key).fetchone()
            if row is None:
                raise self._none_yet()
            pair = self._decrypted(row[0])
            if pair.access_token != stale_access_token:
                return pair
            interrupted: datetime | None = row[1]
            connection.execute(NOTE, self._key)
            connection.commit()
            fresh = self._exchanged(connection, pair, exchange, interrupted)
            self._store(connection, fresh)
            return fresh

    def _exchanged(
        self, connection: Connection, pair: TokenPair, exchange: TokenExchange, interrupted: datetime | None
    ) -> TokenPair:
        try:
            return exchange(pair.refresh_token)
        except NotAuthorised as error:
            if interrupted is None:
                self._forget_note(connection)
                raise
            raise ConsentNeeded(
                f"{self._account_id} {self._provider}: an exchange of the refresh token began at"
                f" {interrupted.isoformat(timespec='seconds')} and its new pair was never stored;"
                " the token is spent and the new pair is lost.",
                account_id=self._account_id,
                provider=self._provider,
                remedy="consent again: open the integration's settings at the provider, take a new one-time code"
                f" and run voronka connect {self._account_id}.",
            ) from error
        except RateLimited:
            # Refused before it was looked at: the refresh token is unspent. An older note stays.
            if interrupted is None:
                self._forget_note(connection)
            raise

    def _store(self, connection: Connection, pair: TokenPair) -> None:
        plain = json.dumps(
            {
                "access_token": pair.access_token,
                "refresh_token": pair.refresh_token,
                "expires_at": pair.expires_at.isoformat(),
                "refreshed_at": pair.refreshed_at.isoformat(),
            }
        )
        connection.execute(
            STORE,
            {
                **self._key,
                "pair": self._fernet().encrypt(plain.encode()),
                "expires": pair.expires_at,
                "refreshed": pair.refreshed_at,
            },
        )
        connection.commit()

    def _forget_note(self, connection: Connection) -> None:
        connection.execute(FORGET_NOTE, self._key)
        connection.commit()

    def _decrypted(self, sealed: bytes) -> TokenPair:
        try:
            plain = json.loads(self._fernet().decrypt(bytes(sealed)))
        except InvalidToken:
            raise ConfigurationError(
                f"The tokens of {self._account_id} at {self._provider} were encrypted with another key.",
                remedy="set VORONKA_ENCRYPTION_KEY to the key of that time, or run"
                f" voronka connect {self._account_id} to consent again.",
            ) from None
        return TokenPair(
            access_token=plain["access_token"],
            refresh_token=plain["refresh_token"],
            expires_at=datetime.fromisoformat(plain["expires_at"]),
            refreshed_at=datetime.fromisoformat(plain["refreshed_at"]),
        )

    def _fernet(self) -> Fernet:
        try:
            return Fernet(secret("VORONKA_ENCRYPTION_KEY"))
        except ValueError:
            raise ConfigurationError(
                "VORONKA_ENCRYPTION_KEY is not a Fernet key.",
                remedy="set it to 32 url-safe base64-encoded bytes: python -c"
                " 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'.",
            ) from None

    def _none_yet(self) -> NotAuthorised:
        return NotAuthorised(
            f"There are no tokens of {self._account_id} at {self._provider} yet.",
            account_id=self._account_id,
            provider=self._provider,
            remedy=f"run voronka connect {self._account_id} with a one-time code of the integration.",
        )
