"""One process, one port: all providers, the mailbox and the control addresses."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.agency.model import Tenant
from sandbox.apis.amocrm import routes as amocrm
from sandbox.apis.topvisor.service import Topvisor
from sandbox.apis.uis.service import Uis
from sandbox.control import Control
from sandbox.mail.catcher import listen
from sandbox.mail.page import mailbox_routes
from sandbox.mail.store import MailStore
from sandbox.settings import ServerSettings
from sandbox.state import Sandbox

STOP_SECONDS = 1


async def health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def provider_app(sandbox: Sandbox) -> Starlette:
    """Everything ``serve`` answers."""
    uis, topvisor = Uis(sandbox), Topvisor(sandbox)

    async def crm(request: Request) -> Response:
        return await amocrm.endpoint(sandbox, request)

    methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
    return Starlette(
        routes=[
            Route("/amocrm/{slug}/{path:path}", crm, methods=methods),
            Route("/uis/v2.0", uis.endpoint, methods=["POST"]),
            Route("/topvisor/v2/json/{path:path}", topvisor.endpoint, methods=["POST"]),
            *mailbox_routes(sandbox.mails),
            *Control(sandbox, uis).routes(),
            Route("/health", health),
        ]
    )


def mail_app(store: MailStore) -> Starlette:
    """The mailbox alone."""
    return Starlette(routes=[*mailbox_routes(store), Route("/health", health)])


def _bind(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


async def _run(app: Starlette, store: MailStore, host: str, port: int, smtp_port: int) -> None:
    listener = _bind(host, port)
    smtp = await listen(store, host, smtp_port)
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="off",
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=30,
    )
    server = uvicorn.Server(config)
    ready = {"ready": True, "port": listener.getsockname()[1], "smtp_port": smtp.sockets[0].getsockname()[1]}
    announce = asyncio.create_task(_announce(server, ready))
    try:
        await server.serve(sockets=[listener])
    finally:
        announce.cancel()
        smtp.close()


async def _announce(server: uvicorn.Server, ready: Mapping[str, object]) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def serve(settings: ServerSettings, tenants: Mapping[str, Tenant]) -> None:
    """Answer until SIGTERM or SIGINT."""
    sandbox = Sandbox(settings, tenants)
    _start(
        partial(_run, provider_app(sandbox), sandbox.mails, settings.host, settings.port, settings.smtp_port)
    )


def serve_mail(store: MailStore, host: str, port: int, smtp_port: int) -> None:
    """Catch mail and show it until SIGTERM or SIGINT."""
    _start(partial(_run, mail_app(store), store, host, port, smtp_port))


def _start(run: Callable[[], object]) -> None:
    import uvloop

    uvloop.run(run())  # type: ignore[arg-type]
