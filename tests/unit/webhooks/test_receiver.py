"""The receiver's application and its folder, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from voronka.webhooks import Spool, SpoolFull, make_app

SECRET = "s" * 32


def call(app: Any, path: str, body: bytes = b"leads[add][0][id]=1") -> tuple[int, dict[str, Any]]:
    """(status, scope as a server sees it afterwards)."""
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [], "root_path": "", "http_version": "1.1", "scheme": "http",
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        assert SECRET not in str(scope), "an access log may look at any time"
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], scope


def app_over(spool: Any, calls: list[str]) -> Any:
    return make_app(spool, lambda: {"sever": SECRET}, lambda: calls.append("woken"))


def test_secret_is_gone_from_the_path_and_the_worker_is_woken(tmp_path: Path) -> None:
    calls: list[str] = []
    app = app_over(Spool(tmp_path), calls)
    status, scope = call(app, f"/amocrm/sever/{SECRET}")
    assert (status, scope["path"], calls) == (200, "/webhooks/***", ["woken"])
    assert call(app, "/amocrm/sever/wrong")[0] == 404
    assert call(app, "/amocrm/altai/")[0] == 404
    assert [one.body for one in Spool(tmp_path).waiting()] == [b"leads[add][0][id]=1"]


def test_mounted_in_another_application_the_secret_is_hidden_too(tmp_path: Path) -> None:
    app = Starlette(routes=[Mount("/webhooks", app_over(Spool(tmp_path), []))])
    status, scope = call(app, f"/webhooks/amocrm/sever/{SECRET}")
    assert (status, scope["path"]) == (200, "/webhooks/***")


class Unwilling:
    """A folder that takes nothing."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def put(self, *_: object) -> None:
        raise self._error


@pytest.mark.parametrize("error", [OSError("no space left"), SpoolFull()])
def test_what_cannot_be_kept_is_not_accepted(error: Exception) -> None:
    calls: list[str] = []
    assert call(app_over(Unwilling(error), calls), f"/amocrm/sever/{SECRET}")[0] == 503
    assert calls == []


def test_spool_keeps_order_and_sets_broken_files_apart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, most_files=4)
    kept = [spool.put("sever", "amocrm", body) for body in (b"1", b"2", b"\x00\xff")]
    (tmp_path / "20000101T000000.000000-x.hook").write_bytes(b"half a fil")
    with pytest.raises(SpoolFull):
        spool.put("sever", "amocrm", b"4")
    found: Sequence[Any] = list(spool.waiting())
    assert found == kept
    assert [path.name for path in tmp_path.glob("*.broken")] == ["20000101T000000.000000-x.broken"]
    for one in found:
        spool.remove(one)
        spool.remove(one)
    assert list(spool.waiting()) == []
