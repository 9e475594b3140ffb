"""How much of a provider's rate limit four processes use together, and whether any request is refused.

``python -m bench.limit``: a sandbox that takes 7 requests in any second (a sliding second, as the real service), four
processes that load the same account without a pause into an embedded Postgres, and half a minute that counts.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from bench.warehouse import throw_away_postgres
from tests.support.sandbox import SMALL, SandboxProcess
from voronka import database
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.domain.windows import Window
from voronka.loading import Loader, PostgresLimiter

ACCOUNT = "sever"
RATE = 7
PROCESSES = 4
WARM_UP_SECONDS = 2.0
LONGEST_START_SECONDS = 60.0
ENTITIES = ("leads", "contacts", "companies", "notes", "events")


def load_without_end(url: str, start: str, end: str) -> None:
    """Load window after window of the account, until killed."""
    source = Source(provider="amocrm", base_url=url, rate_per_second=RATE, page_size=50)
    account = Account(id=ACCOUNT, name="Bench", crm=source)
    connector = build(account, "crm", source, PostgresLimiter(ACCOUNT, "amocrm", RATE))
    loader = Loader(partial(database.connect, "loader"))
    window = Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
    while True:
        for entity in ENTITIES:
            loader.load(connector, entity, window)


def wait_for_all() -> None:
    """Until every process loads."""
    deadline = time.monotonic() + LONGEST_START_SECONDS
    with database.connect("loader", autocommit=True) as connection:
        query = "select count(*) from ops.loads where status = 'running'"
        while connection.execute(query).fetchone() != (PROCESSES,) and time.monotonic() < deadline:
            time.sleep(0.05)
    time.sleep(WARM_UP_SECONDS)


@contextmanager
def loading(url: str, window: tuple[str, str]) -> Iterator[None]:
    """Four processes at work."""
    os.environ["VORONKA_SEVER_AMOCRM_ACCESS_TOKEN"] = f"long-{ACCOUNT}"
    words = [sys.executable, "-m", "bench.limit", "--worker", url, *window]
    workers = [subprocess.Popen(words) for _ in range(PROCESSES)]
    try:
        yield
        if any(worker.poll() is not None for worker in workers):
            raise SystemExit("A loading process ended before its time; see its error above.")
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait()


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--seconds", type=float, default=30.0, help="how long to count")
    arguments.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.worker:
        load_without_end(*options.worker)
    with throw_away_postgres():
        sandbox = SandboxProcess({**SMALL, "rate-limit": RATE})
        window = ("2026-07-01T00:00:00+00:00", sandbox.as_of.isoformat())
        try:
            with loading(f"{sandbox.url}/amocrm/{ACCOUNT}", window):
                wait_for_all()
                sandbox.forget_requests()
                started = time.monotonic()
                time.sleep(options.seconds)
                log = sandbox.requests(ACCOUNT)
                seconds = time.monotonic() - started
        finally:
            sandbox.stop()
    taken = log["total"] - log["rate_limited"]
    print(f"Limit: {PROCESSES} processes load one account of {RATE} requests a second for {seconds:.1f} s:")
    print(f"  requests taken          {taken}")
    print(f"  refused with 429        {log['rate_limited']}   (aim: 0)")
    print(f"  share of the limit used {taken / (RATE * seconds):.1%}   (aim: at least 97%)")


if __name__ == "__main__":
    main()
