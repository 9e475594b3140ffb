"""A process that loads prepared pages, made to be killed: ``python -m tests.support.load_process [statement]``.

With a number it kills itself (signal 9) right before it would send that statement to Postgres; without, it prints
how many statements it sent.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg

from tests.support.pages import PageConnector, page, record
from voronka import database
from voronka.connectors.base import Deletion, Entity, Page, Rejection
from voronka.domain.errors import SourceUnavailable
from voronka.domain.windows import Window
from voronka.loading import Loader, batch

ENTITIES = (Entity("users", "full"), Entity("leads", "window"), Entity("events", "window", partitioned=True))
START = datetime(2026, 10, 30, tzinfo=UTC)
WINDOWS = (
    Window(START, START + timedelta(days=2)),
    Window(START + timedelta(days=2), START + timedelta(days=4)),
)
AS_OF = WINDOWS[1].end.isoformat()
PAGE_ROWS = 25
BATCH_ROWS = 100


def leads(part: int) -> Iterable[Page]:
    """Ten pages: new leads, and in the second part changes, an old version, a double, deletions, a broken one."""
    start = WINDOWS[part].start
    for number in range(10):
        ids = range(number * PAGE_ROWS, (number + 1) * PAGE_ROWS)
        rows = [record(i + part * 100, start + timedelta(minutes=i), v=f"{part}/{i}") for i in ids]
        if number == 4:
            rows.append(record(50, start + timedelta(minutes=1), v="older than what page 3 brought"))
            rows.append(record(50, start + timedelta(minutes=900), v="newer"))
        broken = Rejection("missing_pipeline", f"lead b{part}", "set one", {"id": f"b{part}"}, f"b{part}")
        yield page(*rows, *([broken] if number == 7 else []))
    if part == 1:
        yield page(*(Deletion(str(i), start + timedelta(days=1)) for i in (3, 7, 110, 115)))
        yield page(record(7, start + timedelta(days=1, hours=1), v="restored"))


def users(part: int) -> Iterable[Page]:
    """Forty users, in the second part without the last four and with a changed one."""
    rows = [
        record(i, WINDOWS[part].start, v="changed" if part and i == 5 else "x") for i in range(40 - part * 4)
    ]
    yield page(*rows[:20])
    yield page(*rows[20:])


def events(part: int) -> Iterable[Page]:
    """Six pages over the end of a month; the second part repeats some and changes one."""
    for number in range(6):
        ids = range(number * PAGE_ROWS, (number + 1) * PAGE_ROWS)
        yield page(
            *(record(f"e{i}", START + timedelta(minutes=40 * i), v=part if i == 30 else "x") for i in ids)
        )


def connector(part: int, *, fault_at: int | None = None) -> PageConnector:
    """The pages of a window; with ``fault_at`` the provider fails at that page of the leads."""
    found = list(leads(part))
    pages: list[Page | Exception] = [*found]
    if fault_at is not None:
        pages.insert(fault_at, SourceUnavailable("HTTP 502", account_id="sever", provider="amocrm"))
    return PageConnector({"users": users(part), "leads": pages, "events": events(part)}, *ENTITIES)


def load_everything(*, fault_at: int | None = None) -> None:
    """Both windows, every entity."""
    batch.BATCH_ROWS = BATCH_ROWS
    loader = Loader(partial(database.connect, "loader"))
    for part, window in enumerate(WINDOWS):
        source = connector(part, fault_at=fault_at)
        for entity in ENTITIES:
            loader.load(source, entity.name, window)


def count_statements(die_at: int | None, pause: float) -> list[int]:
    """Count (in the list returned) what is sent to Postgres; die before statement number ``die_at``."""
    sent = [0]

    def counting(original: Any) -> Any:
        def send(self: Any, *arguments: Any, **options: Any) -> Any:
            sent[0] += 1
            if sent[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if pause:
                time.sleep(pause)
            return original(self, *arguments, **options)

        return send

    for kind, name in ((psycopg.Cursor, "execute"), (psycopg.Cursor, "copy"), (psycopg.Connection, "commit")):
        setattr(kind, name, counting(getattr(kind, name)))
    psycopg.Copy.write = counting(psycopg.Copy.write)  # type: ignore[method-assign]
    return sent


if __name__ == "__main__":
    statements = count_statements(
        int(sys.argv[1]) if sys.argv[1:] else None, float(os.environ.get("PAUSE", "0"))
    )
    load_everything()
    print(statements[0])
