"""One process, one port: all providers, the mailbox and the control addresses."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.loops.auto import auto_loop_factory

from sandbox.agency.model import Tenant
from sandbox.apis.amocrm import routes as amocrm
from sandbox.apis.amocrm.hooks import Hooks
from sandbox.apis.bank.service import Bank
from sandbox.apis.direct.service import Direct
from sandbox.apis.gsc.service import Gsc
from sandbox.apis.mango.service import Mango
from sandbox.apis.megafon.service import Megafon
from sandbox.apis.seranking.service import SeRanking
from sandbox.apis.sheets.service import Sheets
from sandbox.apis.topvisor.service import Topvisor
from sandbox.apis.uis.service import Uis
from sandbox.apis.webmaster.service import Webmaster
from sandbox.apis.zadarma.service import Zadarma
from sandbox.control import Control
from sandbox.mail.catcher import listen
from sandbox.mail.page import mailbox_routes
from sandbox.mail.store import MailStore
from sandbox.settings import ServerSettings
from sandbox.state import Sandbox

STOP_SECONDS = 1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
KEEP_ALIVE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a started sandbox listens."""

    port: int
    smtp_port: int


async def health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def provider_app(sandbox: Sandbox) -> Starlette:
    """Everything ``serve`` answers."""
    uis, topvisor, sheets = Uis(sandbox), Topvisor(sandbox), Sheets(sandbox)
    hooks = Hooks(sandbox)
    zadarma = Zadarma(sandbox)
    bank = Bank(sandbox)

    async def crm(request: Request) -> Response:
        return await amocrm.endpoint(sandbox, request, hooks)

    methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
    return Starlette(
        routes=[
            Route("/amocrm/{slug}/{path:path}", crm, methods=methods),
            Route("/uis/v2.0", uis.endpoint, methods=["POST"]),
            Route("/zadarma/v1/{path:path}", zadarma.endpoint, methods=["GET"]),
            Route("/mango/vpbx/{path:path}", Mango(sandbox).endpoint, methods=["POST"]),
            Route("/megafon/{slug}/crmapi/v1/{path:path}", Megafon(sandbox).endpoint, methods=["GET"]),
            Route("/topvisor/v2/json/{path:path}", topvisor.endpoint, methods=["POST"]),
            Route("/seranking/{path:path}", SeRanking(sandbox).endpoint, methods=["GET"]),
            Route("/gsc/webmasters/v3/sites{path:path}", Gsc(sandbox).endpoint, methods=["GET", "POST"]),
            Route("/direct/json/v5/reports", Direct(sandbox).endpoint, methods=["POST"]),
            Route("/webmaster/v4/{path:path}", Webmaster(sandbox).endpoint, methods=["GET"]),
            Route("/bank/{slug}/statements", bank.endpoint, methods=["GET"]),
            Route("/bank/{slug}/statements/{file}", bank.endpoint, methods=["GET"]),
            Route("/sheets/v4/spreadsheets/{path:path}", sheets.endpoint, methods=["GET"]),
            *mailbox_routes(sandbox.mails),
            *Control(sandbox, uis).routes(),
            *hooks.routes(),
            Route("/health", health),
        ]
    )


def mail_app(store: MailStore) -> Starlette:
    """The mailbox alone."""
    return Starlette(routes=[*mailbox_routes(store), Route("/health", health)])


class QuietServer(uvicorn.Server):
    """Takes SIGTERM and SIGINT as an order to stop, and then ends with exit code 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        names = STOP_SIGNALS if threading.current_thread() is threading.main_thread() else ()
        for name in names:
            loop.add_signal_handler(name, self._stop)
        yield
        for name in names:
            loop.remove_signal_handler(name)

    def _stop(self) -> None:
        self.should_exit = True


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Naming TCP makes the event loop send small packets at once instead of waiting for more.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


async def run(
    app: Starlette,
    store: MailStore,
    settings: ServerSettings,
    on_ready: Callable[[uvicorn.Server, Ready], None],
) -> None:
    """Answer and catch mail until the server is told to exit; ``on_ready`` gets the ports once both are open."""
    listener = _bind(settings.host, settings.port)
    smtp = await listen(store, settings.host, settings.smtp_port)
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = QuietServer(config)
    ready = Ready(port=listener.getsockname()[1], smtp_port=smtp.sockets[0].getsockname()[1])

    async def announce() -> None:
        while not server.started:
            await asyncio.sleep(0.01)
        on_ready(server, ready)

    waiting = asyncio.create_task(announce())
    try:
        await server.serve(sockets=[listener])
    finally:
        waiting.cancel()
        smtp.close()


def _print_ready(_server: uvicorn.Server, ready: Ready) -> None:
    sys.stdout.write(json.dumps({"ready": True, "port": ready.port, "smtp_port": ready.smtp_port}) + "\n")
    sys.stdout.flush()


def _until_stopped(work: Coroutine[None, None, None]) -> None:
    """Run on the fastest event loop that is installed."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(work)


def serve(settings: ServerSettings, tenants: Mapping[str, Tenant]) -> None:
    """Answer until SIGTERM or SIGINT."""
    sandbox = Sandbox(settings, tenants)
    _until_stopped(run(provider_app(sandbox), sandbox.mails, settings, _print_ready))


def serve_mail(store: MailStore, settings: ServerSettings) -> None:
    """Catch mail and show it until SIGTERM or SIGINT."""
    _until_stopped(run(mail_app(store), store, settings, _print_ready))
