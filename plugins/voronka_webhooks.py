"""Airflow plugin: the receiver of webhooks at ``/webhooks`` of Airflow's web server.

Airflow runs this file by its bare name in every process; only the web server makes the application at once, so that
the first webhook is answered in time.
"""

import sys

from airflow.plugins_manager import AirflowPlugin
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/webhooks"


class Receiver:
    """The receiver, made when it is first needed."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    def app(self) -> ASGIApp:
        """The application, with its worker."""
        if self._app is None:
            from voronka.flows import webhooks

            self._app = webhooks.mounted()
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app()(scope, receive, send)


receiver = Receiver()
if "api-server" in sys.argv:
    receiver.app()


class Webhooks(AirflowPlugin):
    """Mounts the receiver."""

    name = "voronka_webhooks"
    fastapi_apps = [{"app": receiver, "url_prefix": PREFIX, "name": "Voronka webhooks"}]
