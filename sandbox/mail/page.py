"""``/mailbox/``: a page for people, JSON for scripts."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.mail.store import Letter, MailStore

# Letters come from anywhere: nothing of theirs may run, and nothing outside may be fetched.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
)
LETTER_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
KIB = 1024


def human_size(size: int) -> str:
    """12 B, 3.4 KB, 1.2 MB."""
    if size < KIB:
        return f"{size} B"
    if size < KIB * KIB:
        return f"{size / KIB:.1f} KB"
    return f"{size / KIB / KIB:.1f} MB"


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["human_size"] = human_size


def _page(template: str, **context: object) -> Response:
    html = _environment.get_template(template).render(**context)
    return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY})


class Mailbox:
    """Handlers over one store."""

    def __init__(self, store: MailStore) -> None:
        self._store = store

    def _letter(self, request: Request) -> Letter | None:
        return self._store.get(request.path_params["letter_id"])

    async def index(self, _request: Request) -> Response:
        return _page("index.html.j2", letters=self._store.newest_first())

    async def show(self, request: Request) -> Response:
        letter = self._letter(request)
        if letter is None:
            return HTMLResponse("No such letter", 404)
        return _page("letter.html.j2", letter=letter, has_html=letter.html() is not None, text=letter.text())

    async def html(self, request: Request) -> Response:
        letter = self._letter(request)
        html = letter.html() if letter else None
        if html is None:
            return HTMLResponse("No such letter", 404)
        return HTMLResponse(html, headers={"Content-Security-Policy": LETTER_POLICY})

    async def raw(self, request: Request) -> Response:
        letter = self._letter(request)
        if letter is None:
            return HTMLResponse("No such letter", 404)
        name = quote(f"{letter.letter_id}.eml")
        disposition = {"Content-Disposition": f"attachment; filename={name}"}
        return Response(letter.raw, media_type="message/rfc822", headers=disposition)

    async def api_list(self, _request: Request) -> Response:
        return JSONResponse([letter.summary() for letter in self._store.newest_first()])

    async def api_show(self, request: Request) -> Response:
        letter = self._letter(request)
        if letter is None:
            return JSONResponse({"error": "no such letter"}, 404)
        return JSONResponse({**letter.summary(), "html": letter.html(), "text": letter.text()})

    async def api_delete(self, request: Request) -> Response:
        if "letter_id" not in request.path_params:
            self._store.clear()
        elif not self._store.delete(request.path_params["letter_id"]):
            return JSONResponse({"error": "no such letter"}, 404)
        return Response(status_code=204)


def mailbox_routes(store: MailStore) -> list[Route]:
    box = Mailbox(store)

    async def home(_request: Request) -> Response:
        return RedirectResponse("/mailbox/")

    one = "{letter_id:int}"
    return [
        Route("/", home),
        Route("/mailbox", home),
        Route("/mailbox/", box.index),
        Route(f"/mailbox/messages/{one}", box.show),
        Route(f"/mailbox/messages/{one}/html", box.html),
        Route(f"/mailbox/messages/{one}/raw", box.raw),
        Route("/mailbox/api/messages", box.api_list),
        Route("/mailbox/api/messages", box.api_delete, methods=["DELETE"]),
        Route(f"/mailbox/api/messages/{one}", box.api_show),
        Route(f"/mailbox/api/messages/{one}", box.api_delete, methods=["DELETE"]),
    ]
