"""``GET /bank/<slug>/statements`` names the files, ``GET /bank/<slug>/statements/<file>`` gives one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.agency.bank import own_accounts, statements
from sandbox.state import Sandbox

PROVIDER = "bank"


class Bank:
    """The statements of all accounts. Nothing is asked for: whoever reaches the sandbox may have them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def endpoint(self, request: Request) -> Response:
        """Answer both addresses; 404 for an account or a file that is not there."""
        tenant = self._sandbox.tenants.get(request.path_params["slug"])
        if tenant is None:
            return Response("no such account\n", 404)
        now = self._sandbox.now
        files = self._sandbox.cached((PROVIDER, tenant.slug), lambda: statements(tenant, now))
        name = request.path_params.get("file")
        if name is None:
            return JSONResponse({"own_accounts": own_accounts(tenant), "files": sorted(files)})
        if name not in files:
            return Response("no such file\n", 404)
        return Response(files[name], media_type="text/plain; charset=windows-1251")
