"""``voronka-sandbox``: the providers of a made-up agency on this machine."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sandbox.agency.csv_folder import read_csv_account
from sandbox.agency.csv_mapping import MappingError
from sandbox.agency.model import Size, Tenant
from sandbox.agency.truth import truth as tenant_truth
from sandbox.agency.world import build_world
from sandbox.mail.store import MailStore
from sandbox.settings import CsvAccount, ServerSettings, last_midnight, parse_exchanges

app = typer.Typer(
    help="Speaks the APIs of amoCRM, UIS and Topvisor over a simulated agency, and catches mail. For demonstrations and tests.",
    no_args_is_help=True,
    add_completion=False,
)
USUAL = Size()


class Filters(StrEnum):
    """Whether the CRM account has the paid filter package."""

    PAID = "paid"
    IGNORED = "ignored"


Seed = Annotated[int, typer.Option(help="The same seed, sizes and end make the same facts.")]
Months = Annotated[int, typer.Option(help="Months of history.", min=1)]
Leads = Annotated[int, typer.Option(help="Leads of each account over all months.", min=1)]
Calls = Annotated[int, typer.Option(help="Calls of each account over all months.", min=1)]
Projects = Annotated[int, typer.Option(help="Tracked sites of each account.", min=0)]
Keywords = Annotated[int, typer.Option(help="Keywords of each site.", min=0)]
PositionDays = Annotated[int, typer.Option(help="Days of position checks.", min=0)]
Accounts = Annotated[int, typer.Option(help="Simulated accounts.", min=1)]
Until = Annotated[
    str | None,
    typer.Option(help="End of the simulation, ISO with zone; the last midnight UTC when left out."),
]
CsvAccounts = Annotated[
    list[str] | None,
    typer.Option(
        "--csv-account", help="SLUG=MAPPING.yml:FOLDER, a CRM account out of CSV files; may be repeated."
    ),
]
Exchanges = Annotated[
    list[str] | None,
    typer.Option(
        "--exchanges",
        help="SLUG=EXCHANGE,EXCHANGE: the account's calls are dealt among them; may be repeated.",
    ),
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="HTTP port, 0 picks a free one.")]
SmtpPort = Annotated[int, typer.Option(help="SMTP port, 0 picks a free one.")]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _moment(text: str | None) -> datetime:
    if text is None:
        return last_midnight()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not a time like 2026-11-01T00:00:00Z", param_hint="--until"
        ) from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} needs a zone, say {text}Z", param_hint="--until")
    return moment.astimezone(UTC)


def _csv_accounts(texts: list[str] | None) -> tuple[CsvAccount, ...]:
    try:
        return tuple(CsvAccount.parse(text) for text in texts or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--csv-account") from None


def _exchanges(texts: list[str] | None) -> dict[str, tuple[str, ...]]:
    try:
        return dict(parse_exchanges(text) for text in texts or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--exchanges") from None


def _tenants(settings: ServerSettings) -> dict[str, Tenant]:
    size = settings.size
    _say(
        f"Simulating {settings.accounts} account(s), seed {settings.seed}: "
        + ", ".join(f"{value} {name}" for name, value in asdict(size).items())
        + f", until {settings.until.isoformat()} ..."
    )
    started = time.monotonic()
    world = build_world(settings.seed, until=settings.until, size=size, accounts=settings.accounts)
    tenants = dict(world.tenants)
    for account in settings.csv_accounts:
        _say(f"Reading {account.slug} from {account.folder} ...")
        try:
            tenant = read_csv_account(account.folder, account.mapping)
        except (MappingError, OSError) as error:
            raise typer.BadParameter(f"{account.slug}: {error}", param_hint="--csv-account") from None
        tenant.slug = account.slug
        tenants[account.slug] = tenant
    _say(f"{', '.join(tenants)} ready after {time.monotonic() - started:.1f} s")
    return tenants


@app.command()
def serve(  # noqa: PLR0917 - a command's options
    host: Host = "127.0.0.1",
    port: Port = 8071,
    smtp_port: SmtpPort = 1025,
    seed: Seed = 7,
    months: Months = USUAL.months,
    leads: Leads = USUAL.leads,
    calls: Calls = USUAL.calls,
    projects: Projects = USUAL.projects,
    keywords: Keywords = USUAL.keywords,
    position_days: PositionDays = USUAL.position_days,
    accounts: Accounts = 2,
    until: Until = None,
    state: Annotated[Path | None, typer.Option(help="Keeps tokens and mails over a restart.")] = None,
    filters: Annotated[
        Filters, typer.Option(help="The CRM's paid filters: honoured, or silently ignored.")
    ] = Filters.PAID,
    rate_limit: Annotated[
        int, typer.Option(help="CRM requests a second of one integration; 0 = no limit.", min=0)
    ] = 7,
    csv_account: CsvAccounts = None,
    exchanges: Exchanges = None,
) -> None:
    """Serve all providers, the mailbox and the control addresses on one port.

    Prints one line of JSON with the ports when ready. SIGTERM stops it.
    """
    from sandbox.server import serve as run

    settings = ServerSettings(
        host=host,
        port=port,
        smtp_port=smtp_port,
        seed=seed,
        until=_moment(until),
        size=Size(leads, calls, projects, keywords, position_days, months),
        accounts=accounts,
        state=state,
        filters=filters.value,
        rate_limit=rate_limit,
        csv_accounts=_csv_accounts(csv_account),
        exchanges=_exchanges(exchanges),
    )
    run(settings, _tenants(settings))


@app.command()
def mail(
    host: Host = "127.0.0.1",
    port: Port = 8071,
    smtp_port: SmtpPort = 1025,
    folder: Annotated[Path | None, typer.Option(help="Keeps letters as .eml files over a restart.")] = None,
) -> None:
    """Catch mail and show it at /mailbox/, nothing else."""
    from sandbox.server import serve_mail

    serve_mail(MailStore(folder), ServerSettings(host=host, port=port, smtp_port=smtp_port))


@app.command()
def truth(  # noqa: PLR0917 - a command's options
    seed: Seed = 7,
    months: Months = USUAL.months,
    leads: Leads = USUAL.leads,
    calls: Calls = USUAL.calls,
    projects: Projects = USUAL.projects,
    keywords: Keywords = USUAL.keywords,
    position_days: PositionDays = USUAL.position_days,
    accounts: Accounts = 2,
    until: Until = None,
    account: Annotated[str | None, typer.Option(help="One account only.")] = None,
    csv_account: CsvAccounts = None,
) -> None:
    """Print what the simulation itself knows: counts and key figures, not read through any API."""
    settings = ServerSettings(
        seed=seed,
        until=_moment(until),
        size=Size(leads, calls, projects, keywords, position_days, months),
        accounts=accounts,
        csv_accounts=_csv_accounts(csv_account),
    )
    tenants = _tenants(settings)
    if account is not None and account not in tenants:
        raise typer.BadParameter(f"{account!r} is none of {', '.join(tenants)}", param_hint="--account")
    wanted = tenants if account is None else {account: tenants[account]}
    figures = {slug: tenant_truth(tenant, settings.until) for slug, tenant in wanted.items()}
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2, default=str) + "\n")


def main() -> None:
    """Entry point of ``voronka-sandbox``."""
    app()
