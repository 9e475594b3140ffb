"""Rows per second of loading, beside a bare COPY of the same rows and beside dlt's REST source: ``python -m bench.load``.

Against COPY: the same rows, already in memory, into two identical tables (columns, key, indexes, jsonb). For COPY they
are one prepared text, sent in one statement and one transaction: the most Postgres takes from one connection. For
us they are pages of parsed records: hashing, encoding, the look for rows already there, counts, watermark and a commit
every few thousand rows are in the time.

Against dlt: the same pages over HTTP from a local server (a process of its own) into the same Postgres, from the first
request to the last commit. dlt by default spreads nested lists over child tables; ``flat`` has it keep them as JSON,
which is nearer to what we store.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import orjson
import requests

from bench.leads import PAGE_ROWS, lead
from bench.warehouse import throw_away_postgres
from tests.support.pages import PageConnector
from voronka import database
from voronka.connectors.base import Entity, Page, Record
from voronka.domain.windows import Window
from voronka.loading import Loader
from voronka.loading.raw_table import COLUMNS, copy_text
from voronka.loading.versions import Version, prepare

LEADS = Entity("leads", "window")
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
LOAD_ID = "00000000-0000-0000-0000-000000000000"


def page_of(leads: Sequence[dict[str, object]]) -> Page:
    """A page of leads as a connector would yield it."""
    return Page(
        [Record(str(r["id"]), datetime.fromtimestamp(int(str(r["updated_at"])), UTC), r) for r in leads]
    )


def over_http(address: str) -> Iterator[Page]:
    """The pages of the local server, one request after another."""
    url: str | None = f"{address}/leads?page=1"
    with requests.Session() as session:
        while url:
            body = orjson.loads(session.get(url, timeout=30).content)
            yield page_of(body["_embedded"]["leads"])
            url = body["_links"].get("next", {}).get("href")


def ours(pages: Iterator[Page] | list[Page]) -> float:
    """Seconds our loading takes; the table is emptied first."""
    _empty("raw.amocrm_leads")
    connector = PageConnector({"leads": pages}, LEADS, account_id="bench")
    started = time.perf_counter()
    Loader(partial(database.connect, "loader")).load(connector, "leads", WINDOW)
    return time.perf_counter() - started


def bare_copy(text: bytes) -> float:
    """Seconds a bare COPY of the same rows takes into a table like ours."""
    _empty("raw.bench_copy")
    with database.connect("loader") as connection:
        started = time.perf_counter()
        with connection.cursor().copy(f"copy raw.bench_copy ({COLUMNS}) from stdin") as copy:
            for start in range(0, len(text), 1 << 20):
                copy.write(text[start : start + (1 << 20)])
        connection.commit()
        return time.perf_counter() - started


def with_dlt(address: str, folder: Path, *, flat: bool) -> float:
    """Seconds dlt's REST source takes."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": address,
                "paginator": {"type": "json_link", "next_url_path": "_links.next.href"},
            },
            "resources": [
                {
                    "name": "leads",
                    "primary_key": "id",
                    "write_disposition": "append",
                    "endpoint": {"path": "leads", "data_selector": "_embedded.leads"},
                }
            ],
        },
        max_table_nesting=0 if flat else None,
    )
    pipeline = dlt.pipeline(
        f"bench_{'flat' if flat else 'nested'}",
        pipelines_dir=str(folder),
        destination=dlt.destinations.postgres(database.url("owner")),
        dataset_name=f"bench_dlt_{'flat' if flat else 'nested'}",
    )
    started = time.perf_counter()
    pipeline.run(source)
    return time.perf_counter() - started


def _empty(table: str) -> None:
    with database.connect("owner", autocommit=True) as connection:
        connection.execute(f"truncate {table}")


def _copy_text(pages: list[Page]) -> bytes:
    before = f"bench\t2026-11-24T00:00:00+00:00\t{LOAD_ID}\t".encode()
    prepared = (prepare(record) for page in pages for record in page.records)
    return copy_text([v for v in prepared if isinstance(v, Version)], before)


def _make_copy_table() -> None:
    with database.connect("owner", autocommit=True) as connection:
        connection.execute("create table raw.bench_copy (like raw.amocrm_leads including all)")
        connection.execute("grant select, insert on raw.bench_copy to voronka_loader")


@contextmanager
def page_server(rows: int) -> Iterator[str]:
    """The local server's address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.leads", str(rows)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.kill()
        process.wait()


def _line(name: str, rows: int, seconds: float) -> None:
    print(f"  {name:<42} {seconds:8.2f} s {rows / seconds:12,.0f} rows/s")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rows", type=int, default=60_000, help="rows against COPY")
    arguments.add_argument("--http-rows", type=int, default=20_000, help="rows against dlt")
    arguments.add_argument(
        "--repeats", type=int, default=5, help="runs of each against COPY; the median counts"
    )
    arguments.add_argument("--without-dlt", action="store_true")
    options = arguments.parse_args()

    with throw_away_postgres() as folder:
        _make_copy_table()
        leads = [lead(n) for n in range(options.rows)]
        pages = [page_of(leads[n : n + PAGE_ROWS]) for n in range(0, options.rows, PAGE_ROWS)]
        text = _copy_text(pages)
        # A real source does not keep all its pages; the collector should not walk through them here.
        gc.collect()
        gc.freeze()
        times: dict[str, list[float]] = {"copy": [], "ours": []}
        for _ in range(options.repeats):
            times["copy"].append(bare_copy(text))
            times["ours"].append(ours(pages))
        started = time.perf_counter()
        connector = PageConnector({"leads": pages}, LEADS, account_id="bench")
        Loader(partial(database.connect, "loader")).load(connector, "leads", WINDOW)
        again = time.perf_counter() - started
        copy, own = median(times["copy"]), median(times["ours"])
        print(
            f"From memory, {options.rows:,} rows of {len(text) // options.rows:,} bytes, median of {options.repeats}:"
        )
        _line("bare COPY", options.rows, copy)
        _line("our loading", options.rows, own)
        _line("our loading, the same rows again", options.rows, again)
        print(f"  our loading / bare COPY = {copy / own:.2f}   (aim: at least 0.85)")
        if options.without_dlt:
            return
        with page_server(options.http_rows) as address:
            own = median(ours(over_http(address)) for _ in range(3))
            nested = with_dlt(address, folder / "dlt", flat=False)
            flat = with_dlt(address, folder / "dlt", flat=True)
        print(f"Over HTTP, {options.http_rows:,} rows:")
        _line("our loading (median of 3)", options.http_rows, own)
        _line("dlt REST source", options.http_rows, nested)
        _line("dlt REST source, flat", options.http_rows, flat)
        print(f"  our loading / dlt = {nested / own:.1f}, flat {flat / own:.1f}   (aim: at least 9)")


if __name__ == "__main__":
    main()
