"""The commands that move and show data: load, transform, check, report, backfill, connect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from voronka.cli.output import console, errors, say, say_json, table
from voronka.domain.errors import ConfigurationError, VoronkaError
from voronka.domain.windows import Window

Json = Annotated[bool, typer.Option("--json", help="print JSON for scripts instead of tables")]
From = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="window start, UTC")
]
To = Annotated[
    datetime, typer.Option("--to", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="window end, UTC, exclusive")
]
LOADED = {
    "provider": "provider",
    "entity": "entity",
    "status": "status",
    "rows_received": "received",
    "rows_inserted": "new",
    "rows_updated": "changed",
    "rows_deleted": "gone",
    "rows_quarantined": "quarantined",
    "seconds": "seconds",
}


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (load, transform, check, report, backfill, connect, unblock, sweep):
        app.command()(command)


def _window(start: datetime, end: datetime) -> Window:
    if end <= start:
        raise ConfigurationError(
            f"--to {end:%Y-%m-%dT%H:%M} is not after --from {start:%Y-%m-%dT%H:%M}.",
            remedy="swap or widen them; the end is exclusive.",
        )
    return Window(start.replace(tzinfo=UTC), end.replace(tzinfo=UTC))


def load(
    account: Annotated[str, typer.Argument(help="account id, as in config/accounts.yml")],
    source: Annotated[
        str,
        typer.Argument(help="crm, telephony, positions, sheets, money, ads, or a provider such as amocrm"),
    ],
    start: From,
    end: To,
    entity: Annotated[list[str] | None, typer.Option(help="only this entity (repeatable)")] = None,
    accept_mass_deletion: Annotated[bool, typer.Option(help="let a list shrink by over a fifth")] = False,
    as_json: Json = False,
) -> None:
    """Load one source of one account for a window. The same window twice changes nothing."""
    from voronka.config import load_settings
    from voronka.flows import load as flow

    window = _window(start, end)
    settings = load_settings()
    tenant = settings.account(account)
    kind = source if source in flow.KINDS else None
    rows: list[dict[str, Any]] = []
    with Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} rows"), TimeElapsedColumn(), console=errors, transient=True, disable=as_json or not errors.is_terminal) as bar:  # fmt: skip
        try:
            for found_kind, found in flow.sources_of(tenant, kind, None if kind else source):  # type: ignore[arg-type]
                piece = flow.Piece(tenant.id, found_kind, found.provider, "all", window)
                task = bar.add_task(f"{tenant.id} {found.provider}", total=None)

                def told(
                    name: str, received: int, task: object = task, provider: str = found.provider
                ) -> None:
                    bar.update(task, description=f"{tenant.id} {provider} {name}", completed=received)  # type: ignore[arg-type]

                for summary in flow.load(
                    settings, piece, entities=entity, accept_mass_deletion=accept_mass_deletion, told=told
                ):
                    rows.append(summary.as_dict())
        except VoronkaError:
            # What was loaded before the failure is loaded, and is told.
            if rows:
                _tell_loaded(f"Loaded of {tenant.id} before it failed", rows, as_json)
            raise
    _tell_loaded(f"Loaded of {tenant.id}", rows, as_json)


def _tell_loaded(title: str, rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        say_json(rows)
    else:
        table(title, rows, columns=LOADED)


def transform(
    full: Annotated[bool, typer.Option("--full", help="build incremental models from nothing")] = False,
    as_json: Json = False,
) -> None:
    """Raw to published marts: gate, dbt, gate, publish."""
    from voronka.config import load_settings
    from voronka.flows import transform as flow

    with errors.status("transforming ...") as line:
        told = None if as_json else lambda text: line.update(text[-100:])
        run_id, result, as_of = flow.transform(load_settings(), full=full, told=told)
    found = {
        "run_id": run_id,
        "data_as_of": as_of,
        "dbt_seconds": round(result.seconds, 1),
        **result.statuses,
    }
    say_json(found) if as_json else table("Published", [found])


def check(
    gate: Annotated[Literal["raw", "marts"], typer.Argument(help="which gate")], as_json: Json = False
) -> None:
    """Run the expectations of a gate and say what, where and since when. Publishes nothing."""
    from voronka.config import load_settings
    from voronka.flows import transform as flow
    from voronka.quality import run_gate

    report = run_gate(gate, flow.new_run_id(), load_settings())
    failed = [outcome for outcome in report.outcomes if not outcome.success]
    if as_json:
        rows = [
            {"where": o.where, "severity": o.severity, "account": o.account_id, "expected": o.expected,
             "observed": o.observed, "examples": o.examples, "since": o.failing_since, "remedy": o.remedy}
            for o in failed
        ]  # fmt: skip
        say_json({"passed": report.passed, "not_held": rows, "docs": str(report.docs_index)})
    else:
        for outcome in failed:
            say(
                f"{outcome.severity}: {outcome.message}",
                style="red" if outcome.severity == "critical" else "",
            )
        say(report.summary, style="bold")
        say(f"Data docs: {report.docs_index}")
    if not report.passed:
        raise typer.Exit(1)


def report(
    name: Annotated[str, typer.Argument(help="positions or sales_weekly")],
    account: Annotated[str, typer.Option(help="account id")],
    project: Annotated[list[str] | None, typer.Option(help="only this project (repeatable)")] = None,
    period: Annotated[
        str | None, typer.Option(help="2026-W47 or 2026-10; the last complete one by default")
    ] = None,
    language: Annotated[str | None, typer.Option(help="ru or en; the account's by default")] = None,
    out: Annotated[Path | None, typer.Option(help="write the pages into this folder")] = None,
    send: Annotated[
        bool, typer.Option("--send", help="mail to the recipients in config/reports.yml")
    ] = False,
    resend: Annotated[
        bool, typer.Option("--resend", help="with --send: mail again what was already sent")
    ] = False,
    as_json: Json = False,
) -> None:
    """Render a report from published data, into a folder or to its recipients."""
    from voronka.config import load_settings
    from voronka.flows import report as flow

    if (out is None) == (not send):
        raise ConfigurationError(
            "Say where the report should go.", remedy="give either --out FOLDER or --send."
        )
    settings = load_settings()
    tenant = settings.account(account)
    recipients = tuple(
        dict.fromkeys(
            r for s in settings.reports if s.report == name and s.account == account for r in s.recipients
        )
    )
    if send and not recipients:
        raise ConfigurationError(
            f"config/reports.yml names no recipient of {name} for {account}.",
            remedy="add a line to reports.yml.",
        )
    made: list[dict[str, Any]] = []
    for letter in flow.letters(
        settings, name, tenant, projects=tuple(project or ()), period=period, language=language
    ):
        done: dict[str, Any] = {"letter": letter.subject}
        if out is not None:
            done["page"] = str(flow.write(letter, out).resolve())
        else:
            outcomes = list(flow.send_letter(settings, letter, recipients, resend=resend))
            done |= {"recipients": list(recipients), "outcomes": outcomes}
        made.append(done)
        if not as_json:
            say(done["letter"], style="bold")
            say(f"  {done['page']}" if out else f"  {', '.join(done['outcomes'])}")
    if as_json:
        say_json(made)
    elif not made:
        say("There is nothing to report on.")


def backfill(
    source: Annotated[
        Literal["crm", "telephony", "positions", "sheets", "money", "ads"],
        typer.Argument(help="which ingest Dag"),
    ],
    start: From,
    end: To,
    wait: Annotated[bool, typer.Option(help="wait for the end, showing progress")] = True,
) -> None:
    """Load every interval of a window again through the running Airflow, under the source's rate limit."""
    from voronka.runtime import local

    window = _window(start, end)
    api = local.api()
    dag_id = f"ingest_{source}"
    last = window.end - timedelta(seconds=1)
    number = api.create_backfill(dag_id, window.start, last)
    console.print(f"Backfill {number} of {dag_id} over {window}: {api.address}/dags/{dag_id}/backfills")
    if wait:
        counts = local.watch_backfill(api, number, dag_id, console)
        if counts.get("failed"):
            raise VoronkaError(
                f"{counts['failed']} runs failed.",
                remedy=f"see {api.address}/dags/{dag_id}/runs?state=failed.",
            )


def connect(
    account: Annotated[str, typer.Argument(help="account id")],
    code: Annotated[
        str | None, typer.Option(help="one-time code, from the redirect or the integration's card")
    ] = None,
) -> None:
    """Show where to consent to an amoCRM integration, exchange the code for tokens, and keep them encrypted."""
    from voronka.config import load_settings
    from voronka.flows.connect import connect_crm, consent

    settings = load_settings()
    if code is None:
        address, state = consent(settings, account)
        console.print(f"Open, as an administrator of the account:\n{address}", soft_wrap=True, markup=False)
        console.print(f"The redirect brings code and state; the state must be {state}.", markup=False)
        console.print("Or take the code from the integration's card. It lives 20 minutes.")
        code = typer.prompt("One-time code", hide_input=True)
    expires = connect_crm(settings, account, code)
    console.print(
        f"{account} is connected; the access token lives until {expires:%Y-%m-%d %H:%M} UTC and renews itself."
    )


def unblock(account: Annotated[str, typer.Argument(help="account id")]) -> None:
    """Ask the providers of an account again after their support has lifted a block."""
    from voronka.config import load_settings
    from voronka.flows.connect import unblock as flow

    lifted = flow(load_settings(), account)
    console.print(
        f"{account}: asking {', '.join(lifted)} again." if lifted else f"{account} was not blocked."
    )


def sweep(
    account: Annotated[str, typer.Argument(help="account id")],
    accept_mass_deletion: Annotated[bool, typer.Option(help="let over a fifth go missing")] = False,
    as_json: Json = False,
) -> None:
    """Compare every CRM id with ours and mark what was purged or merged away."""
    from voronka.config import load_settings
    from voronka.flows import load as flow

    found = flow.sweep(load_settings(), account, accept_mass_deletion=accept_mass_deletion)
    _tell_loaded(f"Swept of {account}", [summary.as_dict() for summary in found], as_json)
