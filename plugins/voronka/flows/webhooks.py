"""Webhooks → raw: from the receiver's disk to Postgres, then the records they name are read again and loaded.

A webhook is a hint, not data: it may come late, twice or in disorder. What it names is read by id under the account's
rate limit and loaded like anything else, so nothing newer is overwritten; a record is marked as deleted only when the
provider confirms it. The next windowed load reads the same versions and changes nothing.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import defaultdict
from functools import partial

import psycopg
from psycopg.rows import TupleRow
from starlette.types import ASGIApp

from voronka import database
from voronka.config import Account, Settings, load_settings, secret, secret_name, state_folder
from voronka.connectors.base import Finding
from voronka.connectors.crm.amocrm import AmoCrmConnector
from voronka.connectors.crm.amocrm.hooks import hints_of
from voronka.domain.errors import ConfigurationError, VoronkaError
from voronka.flows.load import connector_for
from voronka.loading import Loader
from voronka.loading.hint_box import HintBox, StoredHint
from voronka.webhooks import Spool, make_app
from voronka.webhooks.app import PROVIDER

log = logging.getLogger(__name__)

EVERY_SECONDS = 5.0
"""How long a webhook waits at most before somebody looks at it."""
LEAST_SECRET = 24
PATIENCE = "-c statement_timeout=30000 -c lock_timeout=15000"


def secret_variable(account: Account) -> str:
    """The environment variable with the secret part of the account's webhook address."""
    return secret_name(account.id, PROVIDER, "WEBHOOK_SECRET")


def secret_of(account: Account) -> str | None:
    """The secret part of the account's webhook address; None when it takes no webhooks.

    Raises:
        ConfigurationError: it is too short to be one.
    """
    if account.crm.provider != PROVIDER:
        return None
    variable = secret_variable(account)
    try:
        found = secret(variable)
    except ConfigurationError:
        return None
    if len(found) < LEAST_SECRET or not found.isalnum():
        raise ConfigurationError(
            f"{variable} is no secret: it needs {LEAST_SECRET} letters and digits or more, and nothing else.",
            remedy="make one with: python -c 'import secrets; print(secrets.token_hex(24))'.",
        )
    return found


def spool() -> Spool:
    """Where accepted webhooks wait on this machine: ``webhooks`` of the state folder."""
    return Spool(state_folder() / "webhooks")


def drain(waiting: Spool) -> int:
    """Move what waits on the disk to Postgres; how many. What Postgres does not take stays on the disk.

    Raises:
        psycopg.OperationalError: the database is away or too slow.
    """
    moved = 0
    with _connect() as connection:
        for accepted in waiting.waiting():
            hints = [(h.entity, h.source_id, h.is_deletion) for h in hints_of(accepted.body)]
            box = HintBox(connection, accepted.account_id, accepted.provider)
            body = accepted.body.decode("utf-8", errors="replace")
            box.put(accepted.hook_id, accepted.received_at, body, hints)
            waiting.remove(accepted)
            moved += 1
    return moved


def work(settings: Settings) -> int:
    """Read and load what the webhooks of every account name; how many records. One account's trouble is its own.

    Raises:
        psycopg.OperationalError: the database is away or too slow.
    """
    return sum(_work(account) for account in settings.accounts if account.crm.provider == PROVIDER)


def _work(account: Account) -> int:
    with _connect() as connection:
        box = HintBox(connection, account.id, PROVIDER)
        if not box.take_turn():
            return 0
        by_entity: dict[str, list[StoredHint]] = defaultdict(list)
        for hint in box.waiting():
            by_entity[hint.entity].append(hint)
        if not by_entity:
            return 0
        connector = connector_for(account, "crm", account.crm)
        if not isinstance(connector, AmoCrmConnector):
            return 0
        done = 0
        for entity, hints in by_entity.items():
            done += _load(connector, entity, hints, box)
        box.forget_old()
        return done


def _load(connector: AmoCrmConnector, entity: str, hints: list[StoredHint], box: HintBox) -> int:
    known = connector.entities.get(entity)
    if known is None or known.mode != "window":
        box.done(hints, "unsupported")
        return 0
    ids = [hint.source_id for hint in hints]
    pages = connector.by_id(entity, ids, [hint.source_id for hint in hints if hint.is_deletion])
    try:
        summary = Loader(partial(database.connect, "loader", options=PATIENCE)).load_named(
            connector, entity, pages
        )
    except VoronkaError as error:
        log.warning("Webhooks of %s: %s could not be read: %s", connector.account_id, entity, error)
        box.failed(hints, str(error))
        return 0
    box.done(hints, "loaded" if summary.rows_received or summary.rows_deleted else "absent")
    return len(hints)


def _connect() -> psycopg.Connection[TupleRow]:
    return database.connect("loader", autocommit=True, connect_timeout=5, options=PATIENCE)


class Worker:
    """A thread that drains and works, whenever it is woken and every few seconds; it outlives any trouble."""

    def __init__(self, waiting: Spool, every_seconds: float = EVERY_SECONDS) -> None:
        self._waiting = waiting
        self._every = every_seconds
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """There is something to do; starts the thread the first time."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self.run, name="voronka-webhooks", daemon=True)
                self._thread.start()
        self._wake.set()

    def stop(self) -> None:
        """End after what is being done; nothing is lost by not waiting for it."""
        self._stopped.set()
        self._wake.set()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                drain(self._waiting)
                work(load_settings())
            except (VoronkaError, psycopg.Error, OSError) as error:
                log.warning("Webhooks wait: %s", str(error).strip() or type(error).__name__)
            self._wake.wait(self._every)


def mounted() -> ASGIApp:
    """The receiver for another web server, its worker started when an account takes webhooks already.

    Bad settings are left to whoever asks later: the server that mounts it must start all the same.
    """
    waiting = spool()
    worker = Worker(waiting)
    with contextlib.suppress(VoronkaError):
        if any(secret_of(account) for account in load_settings().accounts):
            worker.wake()
    return receiver(worker, waiting)


def receiver(worker: Worker, waiting: Spool) -> ASGIApp:
    """The web application that takes webhooks of every account with a secret."""

    def secrets() -> dict[str, str]:
        return {a.id: found for a in load_settings().accounts if (found := secret_of(a))}

    return make_app(waiting, secrets, worker.wake)


def register(settings: Settings, account_id: str, url: str) -> str:
    """Have amoCRM send an account's webhooks to ``url`` + ``/amocrm/ACCOUNT/SECRET``; that address, masked.

    Args:
        url: where the receiver is reached from outside, https.

    Raises:
        ConfigurationError: there is no secret yet, or the address is none that amoCRM can use.
        voronka.domain.errors.SourceError: amoCRM did not take it.
    """
    account = settings.account(account_id)
    found = secret_of(account)
    if found is None:
        raise ConfigurationError(
            f"{account_id} has no webhook secret.",
            remedy=f"set {secret_variable(account)} to 48 random hexadecimal digits.",
        )
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")) or not url.isascii():
        raise ConfigurationError(
            f"{url!r} is no address for webhooks.",
            remedy="give an https address in Latin letters; amoCRM takes no Cyrillic domains.",
        )
    place = f"{url.rstrip('/')}/{PROVIDER}/{account_id}/"
    _amocrm(account).subscriptions.subscribe(place + found)
    return f"{place}***"


def findings(account: Account) -> list[Finding]:
    """What ``voronka doctor`` says of an account's webhooks; nothing when it takes none."""
    check = "webhooks are sent to us"
    try:
        found = secret_of(account)
        if found is None:
            return []
        ours = [
            s
            for s in _amocrm(account).subscriptions.all()
            if s.destination.endswith(f"/{account.id}/{found}")
        ]
    except VoronkaError as error:
        return [Finding(check, False, error.message, error.remedy, "warning")]
    if not ours:
        remedy = f"say voronka webhooks register {account.id} https://ADDRESS; until then changes come by the hour."
        return [Finding(check, False, "no webhook of this account leads to us.", remedy, "warning")]
    if all(subscription.disabled for subscription in ours):
        return [
            Finding(
                check,
                False,
                "amoCRM has switched the webhook off: over 100 bad answers within two hours.",
                "look why the receiver did not answer, then switch the webhook on in amoCRM's settings, or say "
                f"voronka webhooks register {account.id} again.",
            )
        ]
    return [Finding(check, True, "registered and switched on")]


def _amocrm(account: Account) -> AmoCrmConnector:
    connector = connector_for(account, "crm", account.crm)
    if not isinstance(connector, AmoCrmConnector):
        raise ConfigurationError(f"The CRM of {account.id} is not amoCRM.")
    return connector
