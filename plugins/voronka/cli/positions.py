"""The commands about positions that we collect ourselves."""

from __future__ import annotations

from typing import Annotated

import typer

from voronka.cli.output import console, say_json, table

positions = typer.Typer(no_args_is_help=True, help="Positions that are collected by ourselves.")


@positions.callback()
def about() -> None:
    """Positions that are collected by ourselves."""


@positions.command()
def estimate(
    account: Annotated[str, typer.Argument(help="id of the account")],
    as_json: Annotated[
        bool, typer.Option("--json", help="print JSON for scripts instead of a table")
    ] = False,
) -> None:
    """What a day of the Yandex Search API costs: phrases × regions × devices × price. Asks the service nothing."""
    from voronka.config import load_settings
    from voronka.connectors.positions.yandexsearch import YandexSearchConnector
    from voronka.flows.load import connector_for, sources_of

    tenant = load_settings().account(account)
    ((kind, source),) = sources_of(tenant, "positions", "yandexsearch")
    connector = connector_for(tenant, kind, source)
    assert isinstance(connector, YandexSearchConnector)  # noqa: S101 -- the maker of this provider
    requests, prices = connector.estimate()
    rows = [
        {"mode": mode, "time": part, "requests": requests, "roubles a day": round(total, 2)}
        for mode, part, total in prices
    ]
    if as_json:
        say_json(rows)
        return
    table(f"{account}: a day of result pages", rows)
    plan = connector.plan
    console.print(
        f"The mode is {plan.mode}, the budget {plan.budget:.2f} roubles a day. Night is 00–08 in Moscow."
    )
