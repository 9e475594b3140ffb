"""The commands about webhooks of amoCRM."""

from __future__ import annotations

from typing import Annotated

import typer

from voronka.cli.output import console

webhooks = typer.Typer(no_args_is_help=True, help="Webhooks of amoCRM: changes within a minute.")


@webhooks.callback()
def about() -> None:
    """Webhooks of amoCRM: changes within a minute."""


@webhooks.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on")] = 8090,
) -> None:
    """Take webhooks in and load what they name, until stopped. Put a server with TLS before it."""
    import uvicorn

    from voronka.flows import webhooks as flow

    waiting = flow.spool()
    worker = flow.Worker(waiting)
    worker.wake()
    console.print(f"Taking webhooks on http://{host}:{port}/amocrm/ACCOUNT/SECRET", soft_wrap=True)
    # Without an access log: it would show the secret.
    uvicorn.run(flow.receiver(worker, waiting), host=host, port=port, access_log=False, log_level="warning")
    worker.stop()


@webhooks.command()
def work(
    once: Annotated[bool, typer.Option("--once", help="do what waits, then stop")] = False,
) -> None:
    """Load what accepted webhooks name: beside a receiver inside Airflow, or by hand."""
    from voronka.config import load_settings
    from voronka.flows import webhooks as flow

    waiting = flow.spool()
    if not once:
        flow.Worker(waiting).run()
    moved = flow.drain(waiting)
    console.print(f"{moved} webhooks taken over, {flow.work(load_settings())} records read.")


@webhooks.command()
def register(
    account: Annotated[str, typer.Argument(help="account id")],
    url: Annotated[str, typer.Argument(help="https address at which the receiver is reached from outside")],
) -> None:
    """Have amoCRM send an account's webhooks to this address; again after it switched them off."""
    from voronka.config import load_settings
    from voronka.flows import webhooks as flow

    place = flow.register(load_settings(), account, url)
    console.print(f"amoCRM sends the changes of {account} to {place}", soft_wrap=True)
