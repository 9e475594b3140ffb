"""Hands the key of the number hash to the models, which cannot read secrets of the environment."""

from __future__ import annotations

import psycopg
from psycopg.rows import TupleRow

from voronka.config import secret
from voronka.domain.errors import ConfigurationError

VARIABLE = "VORONKA_NUMBER_KEY"
LEAST_LENGTH = 16


def store_number_key(connection: psycopg.Connection[TupleRow]) -> None:
    """Put ``VORONKA_NUMBER_KEY`` into ``ops.number_key`` when it is not there yet. Commits nothing.

    Raises:
        ConfigurationError: the variable is missing or short, or differs from the key in use: every number would
            get another key, and calls already modelled would no longer meet their contacts.
    """
    key = secret(VARIABLE)
    if len(key) < LEAST_LENGTH:
        raise ConfigurationError(
            f"{VARIABLE} has {len(key)} characters.",
            remedy=f"make one of at least {LEAST_LENGTH}: python3 -c 'import secrets; print(secrets.token_hex(32))'.",
        )
    connection.execute("insert into ops.number_key (key) values (%s) on conflict do nothing", (key,))
    row = connection.execute("select key from ops.number_key").fetchone()
    if row is None or row[0] != key:
        raise ConfigurationError(
            f"{VARIABLE} is not the key that this warehouse already uses.",
            remedy=f"set {VARIABLE} back to the first value; it is in secrets.env or the backup of your .env.",
        )
