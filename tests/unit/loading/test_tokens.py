"""A refresh token works once: it is spent once, and its successor is never lost silently."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.support.postgres import Warehouse
from voronka.connectors.base import TokenPair
from voronka.domain.errors import ConfigurationError, NotAuthorised, RateLimited, SourceUnavailable
from voronka.loading import ConsentNeeded, PostgresTokenStore

PROJECT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)

# The provider is a folder: the file of a refresh token is there until it is spent.
CHILD = """
import os, signal, sys, time
from pathlib import Path
from voronka.connectors.base import TokenPair
from voronka.loading import PostgresTokenStore
from tests.unit.loading.test_tokens import pair

folder, die = Path(sys.argv[1]), sys.argv[2]
store = PostgresTokenStore("sever", "amocrm")

def exchange(refresh_token):
    if die == "before": os.kill(os.getpid(), signal.SIGKILL)
    (folder / refresh_token).unlink()
    time.sleep(0.3)
    with (folder / "exchanges").open("a") as log: log.write(refresh_token + "\\n")
    if die == "after": os.kill(os.getpid(), signal.SIGKILL)
    fresh = pair(2)
    (folder / fresh.refresh_token).touch()
    return fresh

found = store.refresh("access-1", exchange)
if die == "use": os.kill(os.getpid(), signal.SIGKILL)
print(found.access_token)
"""


def pair(number: int) -> TokenPair:
    return TokenPair(f"access-{number}", f"refresh-{number}", NOW + timedelta(days=number), NOW)


def start(warehouse: Warehouse, folder: Path, die: str = "never") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), die],
        env={**os.environ, **warehouse.environment},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def store(warehouse: Warehouse, tmp_path: Path) -> PostgresTokenStore:
    found = PostgresTokenStore("sever", "amocrm")
    found.install(pair(1))
    (tmp_path / "refresh-1").touch()
    return found


def exchange_in(folder: Path) -> object:
    def exchange(refresh_token: str) -> TokenPair:
        try:
            (folder / refresh_token).unlink()
        except FileNotFoundError:
            raise NotAuthorised("the refresh token is spent") from None
        return pair(3)

    return exchange


def test_pair_is_kept_encrypted(warehouse: Warehouse, store: PostgresTokenStore) -> None:
    assert store.current() == pair(1)
    ((sealed,),) = warehouse.rows("select convert_from(pair, 'UTF8') from ops.tokens")
    assert "access" not in sealed
    assert "refresh" not in sealed
    os.environ["VORONKA_ENCRYPTION_KEY"] = Fernet.generate_key().decode()
    with pytest.raises(ConfigurationError, match="another key"):
        store.current()


def test_none_yet(warehouse: Warehouse) -> None:
    with pytest.raises(NotAuthorised, match="no tokens of yug"):
        PostgresTokenStore("yug", "amocrm").current()
    with pytest.raises(NotAuthorised, match="no tokens of yug"):
        PostgresTokenStore("yug", "amocrm").refresh("x", lambda _: pair(2))


def test_two_processes_exchange_once(warehouse: Warehouse, store: PostgresTokenStore, tmp_path: Path) -> None:
    processes = [start(warehouse, tmp_path) for _ in range(3)]
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == ["access-2"] * 3
    assert (tmp_path / "exchanges").read_text() == "refresh-1\n"
    assert store.current() == pair(2)


def test_killed_between_exchange_and_use(
    warehouse: Warehouse, store: PostgresTokenStore, tmp_path: Path
) -> None:
    assert start(warehouse, tmp_path, "use").wait(timeout=60) == -signal.SIGKILL
    assert store.current() == pair(2)
    process = start(warehouse, tmp_path)
    assert process.communicate(timeout=60)[0].strip() == "access-2"
    assert (tmp_path / "exchanges").read_text() == "refresh-1\n"


def test_killed_before_the_exchange(warehouse: Warehouse, store: PostgresTokenStore, tmp_path: Path) -> None:
    assert start(warehouse, tmp_path, "before").wait(timeout=60) == -signal.SIGKILL
    assert warehouse.rows("select exchange_started_at is not null from ops.tokens") == [(True,)]
    assert store.refresh("access-1", exchange_in(tmp_path)) == pair(3)
    assert warehouse.rows("select exchange_started_at from ops.tokens") == [(None,)]


def test_lost_exchange_asks_for_consent(
    warehouse: Warehouse, store: PostgresTokenStore, tmp_path: Path
) -> None:
    assert start(warehouse, tmp_path, "after").wait(timeout=60) == -signal.SIGKILL
    for _ in range(2):
        with pytest.raises(ConsentNeeded, match="the new pair is lost") as lost:
            store.refresh("access-1", exchange_in(tmp_path))
        assert "voronka connect sever" in lost.value.remedy
        assert "refresh-1" not in str(lost.value)
    store.install(pair(5))
    assert store.current() == pair(5)
    assert warehouse.rows("select exchange_started_at from ops.tokens") == [(None,)]


@pytest.mark.parametrize(
    ("error", "noted"),
    [(RateLimited("429"), False), (NotAuthorised("revoked"), False), (SourceUnavailable("time-out"), True)],
)
def test_refusals_are_no_lost_exchange(
    warehouse: Warehouse, store: PostgresTokenStore, error: Exception, noted: bool
) -> None:
    def fail(_: str) -> TokenPair:
        raise error

    with pytest.raises(type(error), match=str(error)):
        store.refresh("access-1", fail)
    assert warehouse.rows("select exchange_started_at is not null from ops.tokens") == [(noted,)]
    assert store.current() == pair(1)
