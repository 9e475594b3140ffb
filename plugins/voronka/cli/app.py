"""Every command, its help and its exit code: 0 done, 1 failed, 2 wrong usage or settings."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import psycopg
import typer

from voronka import __version__
from voronka.cli.output import console, errors, say, say_json, table
from voronka.cli.positions import positions
from voronka.cli.sheets import sheets
from voronka.cli.webhooks import webhooks
from voronka.domain.errors import ConfigurationError, VoronkaError

app = typer.Typer(
    name="voronka",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""The warehouse of a digital agency: pulls CRM, telephony and positions into Postgres, models, checks
and reports them.

**First steps**: `voronka demo` shows everything over a made-up agency. For your own: write `config/accounts.yml`
(see `config/accounts.example.yml`), then `voronka up` and `voronka doctor`.""",
)

app.add_typer(positions, name="positions")
app.add_typer(sheets, name="sheets")
app.add_typer(webhooks, name="webhooks")

MARKS = {"error": ("wrong", "red"), "warning": ("warning", "yellow")}

Json = Annotated[bool, typer.Option("--json", help="print JSON for scripts instead of tables")]


def _load_environment() -> None:
    """Take up the demo's settings folder and frozen clock when the demo is what is running."""
    from voronka.config import state_folder

    path = state_folder() / "environment"
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            os.environ.setdefault(name, value)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="print the version and stop")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit()


@app.command()
def up(
    airflow_port: Annotated[
        int, typer.Option(help="port of Airflow's pages; the next free one if taken")
    ] = 8080,
) -> None:
    """Start Postgres and Airflow on this machine with your `config/`, and migrate the warehouse."""
    from voronka.runtime import local

    local.start(airflow_port=airflow_port, told=lambda text: console.print(f"  {text}"))


@app.command()
def down() -> None:
    """Stop everything that `up` or `demo` started. Data stays."""
    from voronka.runtime import local

    stopped = local.stop(told=lambda text: console.print(f"  {text}"))
    console.print("Nothing was running." if not stopped else "All stopped; data is kept in the state folder.")


@app.command()
def demo(
    months: Annotated[int, typer.Option(help="months of made-up history")] = 24,
    leads: Annotated[int, typer.Option(help="leads of each of the two agencies")] = 4200,
    seed: Annotated[int, typer.Option(help="another seed is another agency")] = 7,
) -> None:
    """From nothing to reports in a mailbox, over two years of two made-up agencies.

    Starts Postgres, a sandbox that speaks the real APIs, a mail catcher and a real Airflow; loads, models, checks,
    renders and mails; ends with the warehouse's figures beside the sandbox's own truth. Run it twice: nothing changes.
    """
    from voronka.runtime.demo import run_demo

    if not run_demo(months=months, leads=leads, seed=seed):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the warehouse that VORONKA_DATABASE_URL names to this version's schema, and its roles to their passwords."""
    from voronka.flows.transform import parse_manifest
    from voronka.loading import migrate as migrate_warehouse

    migrate_warehouse()
    parse_manifest()
    console.print("The warehouse is at this version's schema.")


@app.command()
def status(as_json: Json = False) -> None:
    """What runs, which source is late, what was not sent."""
    from voronka.flows.status import status as read
    from voronka.runtime import local

    found = {"services": local.services_table(), **read()}
    if as_json:
        say_json(found)
        return
    table("Services", found["services"], empty="nothing runs")
    table("Sources", found["sources"], empty="nothing was loaded yet")
    table("Failed loads", found["failed_loads"], empty="none")
    table("Quarantine", found["quarantine"], empty="empty")
    table("Transform runs", found["runs"], empty="none yet")
    table("Letters", found["letters"], empty="none yet")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check settings, warehouse, mail, and every source's credential, rights, clock and options, with remedies."""
    from voronka.flows.doctor import examine

    findings = []
    for subject, finding in examine():
        findings.append({"subject": subject, "check": finding.check, "ok": finding.ok, "severity": finding.severity,
                         "message": finding.message, "remedy": finding.remedy})  # fmt: skip
        if not as_json:
            mark, style = ("ok", "green") if finding.ok else MARKS[finding.severity]
            say(f"{mark:>8} {subject}: {finding.check}: {finding.message}", style=style)
            if not finding.ok and finding.remedy:
                say(f"         what to do: {finding.remedy}")
    if as_json:
        say_json(findings)
    if any(not f["ok"] and f["severity"] == "error" for f in findings):
        raise typer.Exit(1)


def main() -> None:
    """Entry point: errors become one clear message and an exit code."""
    from voronka.cli import warehouse

    _load_environment()
    warehouse.register(app)
    try:
        app()
    except ConfigurationError as error:
        _fail(error, 2)
    except VoronkaError as error:
        _fail(error, 1)
    except psycopg.OperationalError as error:
        _fail(VoronkaError(f"The warehouse does not answer: {error}", remedy="run voronka doctor."), 1)
    except psycopg.errors.UndefinedTable as error:
        missing = str(error).splitlines()[0]
        _fail(VoronkaError(f"The warehouse lacks a table: {missing}.", remedy="run voronka migrate."), 1)
    except KeyboardInterrupt:
        errors.print("Stopped.")
        sys.exit(130)


def _fail(error: VoronkaError, code: int) -> None:
    say(error.message, style="red", where=errors)
    if error.remedy:
        say(f"What to do: {error.remedy}", where=errors)
    sys.exit(code)
