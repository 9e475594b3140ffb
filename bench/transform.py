"""What building the marts costs: whole, after a day, and beside the same SQL without dbt: ``python -m bench.transform``.

A made-up agency (``bench.agency``) is written into a throw-away Postgres as it stood some days ago, and built whole.
Then each day's new and changed records (leads and their changes, late and edited ones, deletions, merges, calls, notes,
tasks, payments, checks) go through the loader, and the marts are built again. Printed are the seconds of dbt's models
alone and with tests, and the dearest models.

The same SQL bare: the statements dbt compiled for a full build, run in the same order over as many connections, with
the same indexes and ``analyze``, into schemas beside; no contracts, comments, grants or renames.

Queries: what the reports and dashboards ask the marts, as ``voronka_bi``, each several times.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.agency import ACCOUNT, Agency
from bench.queries import QUERIES
from bench.warehouse import throw_away_postgres
from voronka import database
from voronka.config import project_folder
from voronka.flows import transform

ENDS_AT = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
"""Midnight in Moscow."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Build:
    """One run of dbt: seconds from start to end, and by node."""

    seconds: float
    nodes: Mapping[str, float]

    @property
    def models(self) -> float:
        """Seconds of the models alone, added up over all threads."""
        return sum(seconds for name, seconds in self.nodes.items() if name.startswith(("model.", "seed.")))


def dbt(folder: Path, as_of: datetime, *arguments: str) -> Build:
    """Run dbt.

    Raises:
        SystemExit: when it fails, with its last lines.
    """
    target = folder / "target"
    project = str(project_folder() / "dbt_project")
    started = time.perf_counter()
    done = subprocess.run(
        [
            *(
                str(Path(sys.executable).with_name("dbt")),
                "--no-version-check",
                "--no-use-colors",
                *arguments,
            ),
            *("--project-dir", project, "--profiles-dir", project),
        ],
        env={
            **os.environ,
            **transform.dbt_environment(),
            "VORONKA_AS_OF": as_of.isoformat(),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"dbt {' '.join(arguments)} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    return Build(seconds, {r["unique_id"]: float(r["execution_time"]) for r in results})


def bare(folder: Path, threads: int) -> float:
    """Seconds that the compiled statements of a full build take by themselves; compile first."""
    manifest = json.loads((folder / "target" / "manifest.json").read_text("utf-8"))
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node.get("compiled_code")
    }
    schemas = sorted({node["schema"] for node in nodes.values()})
    with database.connect("owner", autocommit=True) as connection:
        for schema in schemas:
            connection.execute(f"drop schema if exists bare_{schema} cascade")
            connection.execute(f"create schema bare_{schema} authorization voronka_transformer")
    statements = {name: _bare_statements(node, schemas) for name, node in nodes.items()}
    waiting = {name: {n for n in node["depends_on"]["nodes"] if n in nodes} for name, node in nodes.items()}
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        running: dict[Any, str] = {}
        while waiting or running:
            for name in [n for n, needs in waiting.items() if not needs][: threads - len(running)]:
                del waiting[name]
                running[pool.submit(_execute, statements[name])] = name
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                future.result()
                finished = running.pop(future)
                for needs in waiting.values():
                    needs.discard(finished)
    seconds = time.perf_counter() - started
    with database.connect("owner", autocommit=True) as connection:
        for schema in schemas:
            connection.execute(f"drop schema bare_{schema} cascade")
    return seconds


def _bare_statements(node: Mapping[str, Any], schemas: Sequence[str]) -> list[str]:
    code = node["compiled_code"]
    for schema in schemas:
        code = code.replace(f'"."{schema}".', f'"."bare_{schema}".')
    # seeds stay where dbt put them
    for seed in ("production_calendar", "metric_definitions", "contests"):
        code = code.replace(f'"bare_intermediate"."{seed}"', f'"intermediate"."{seed}"')
    name = f"bare_{node['schema']}.{node['alias']}"
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    statements = [f"create {kind} {name} as {code}"]
    if kind == "table":
        for index in node["config"].get("indexes") or []:
            unique = "unique" if index.get("unique") else ""
            statements.append(f"create {unique} index on {name} ({', '.join(index['columns'])})")
        statements.append(f"analyze {name}")
    return statements


def _execute(statements: Sequence[str]) -> None:
    with database.connect("transformer", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def ask(repeats: int) -> dict[str, list[float]]:
    """Milliseconds of each query of the reports and dashboards, as BI tools connect."""
    times: dict[str, list[float]] = {}
    parameters = {"account": ACCOUNT, "today": ENDS_AT.date()}
    with database.connect("bi") as connection:
        for name, query in QUERIES.items():
            for _ in range(repeats):
                started = time.perf_counter()
                connection.execute(query.encode(), parameters).fetchall()
                times.setdefault(name, []).append((time.perf_counter() - started) * 1000)
    return times


@dataclass(frozen=True)
class Measured:
    """What one size of agency took: seconds of models, whole and of a day, bare, and the tests of a day."""

    full: Build
    days: Sequence[Build]
    tests: float
    bare: float

    @property
    def day(self) -> float:
        """Seconds of the last day's run."""
        return self.days[-1].seconds


def measure(folder: Path, agency: Agency, options: argparse.Namespace) -> Measured:
    """Generate, build whole, load and build days, run the bare SQL."""
    started = time.perf_counter()
    agency.make_facts()
    before = agency.ends_at - options.days * DAY
    counts = agency.load_history(before)
    print(
        f"  history of {sum(counts.values()):,} records made in {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    for entity, rows in counts.items():
        print(f"    {entity:<24} {rows:>12,}")
    full = dbt(folder, before, "build", "--full-refresh", "--exclude-resource-type", "test", "unit_test")
    show("full build", full, options.top)
    compiled = dbt(folder, before, "compile", "--full-refresh")
    alone = bare(folder, options.threads)
    print(f"  {'the same SQL bare':<34} {alone:8.1f} s   full ÷ bare {full.seconds / alone:.2f}", flush=True)
    del compiled
    days = []
    for number in range(options.days):
        since = before + number * DAY
        written = agency.load_day(since, since + DAY)
        days.append(dbt(folder, since + DAY, "build", "--exclude-resource-type", "test", "unit_test"))
        show(f"day {number + 1}: {written:,} records", days[-1], options.top)
    tests = (
        dbt(folder, agency.ends_at, "test", "--exclude-resource-type", "unit_test").seconds
        if options.tests
        else 0.0
    )
    return Measured(full, days, tests, alone)


def show(title: str, build: Build, top: int) -> None:
    """A build's seconds and its dearest nodes."""
    print(f"  {title:<34} {build.seconds:8.1f} s   ({build.models:.1f} s in models)", flush=True)
    for name, seconds in sorted(build.nodes.items(), key=lambda item: -item[1])[:top]:
        print(f"      {name.split('.')[-1]:<44} {seconds:8.2f} s")


def show_queries(times: Mapping[str, Sequence[float]]) -> None:
    """The slowest queries and the p95 over all."""
    every = sorted(t for values in times.values() for t in values)
    print(
        f"  queries of reports and dashboards: p95 {every[int(len(every) * 0.95)]:.0f} ms over {len(every)}"
    )
    for name, values in sorted(times.items(), key=lambda item: -max(item[1]))[:8]:
        print(f"      {name:<44} {sorted(values)[len(values) // 2]:8.0f} ms")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--years", type=float, default=3, help="the longer history; the shorter one is a year"
    )
    arguments.add_argument("--leads-per-month", type=int, default=10_000)
    arguments.add_argument("--days", type=int, default=2, help="days loaded and built one after another")
    arguments.add_argument("--threads", type=int, default=2, help="of dbt, and connections of the bare SQL")
    arguments.add_argument("--repeats", type=int, default=5, help="of every query")
    arguments.add_argument("--top", type=int, default=8, help="how many of the dearest models to name")
    arguments.add_argument("--tests", action="store_true", help="time the data tests too")
    arguments.add_argument("--without-growth", action="store_true", help="leave out the history of one year")
    options = arguments.parse_args()
    os.environ["VORONKA_DBT_THREADS"] = str(options.threads)

    measured: dict[float, Measured] = {}
    for years in sorted(
        {options.years} if options.without_growth else {min(1.0, options.years), options.years}
    ):
        print(f"{years:g} years × {options.leads_per_month:,} leads a month", flush=True)
        agency = Agency(options.leads_per_month, ENDS_AT - timedelta(days=365.25 * years), ENDS_AT)
        with throw_away_postgres() as folder:
            measured[years] = measure(folder, agency, options)
            if options.tests:
                print(f"  {'data tests':<34} {measured[years].tests:8.1f} s")
            show_queries(ask(options.repeats))
    last = measured[options.years]
    print(f"a day ÷ full            {last.day / last.full.seconds:8.1%}")
    print(f"full ÷ the SQL bare     {last.full.seconds / last.bare:8.2f}")
    if len(measured) > 1:
        first = measured[min(measured)]
        print(f"a day, {min(measured):g} → {options.years:g} years {last.day / first.day:8.2f} times")


if __name__ == "__main__":
    main()
