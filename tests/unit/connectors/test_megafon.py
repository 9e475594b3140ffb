"""MegaFon VATS: both APIs, what a line means, and what it sends by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.doubles import CountingLimiter, Given, SleepBook, fake_provider, in_turn
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.connectors.base import Record, Rejection
from voronka.connectors.rows import Unusable
from voronka.connectors.telephony.megafon.calls import parse_call, rows_of_csv
from voronka.connectors.telephony.megafon.hooks import command, finished_call
from voronka.domain.errors import ConfigurationError, FeatureUnavailable, NotAuthorised, SourceError
from voronka.domain.windows import Window

CALL: dict[str, Any] = {
    "uid": "1767261000123", "type": "in", "status": "success", "client": "79161234567", "user": "irina",
    "diversion": "74951230001", "start": "2026-01-01T08:30:00Z", "wait": 12, "duration": 118, "record": None,
}  # fmt: skip
DAY = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
START = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)


def _connector(url: str, monkeypatch: pytest.MonkeyPatch, **options: str) -> Any:
    monkeypatch.setenv("VORONKA_NORTH_MEGAFON_API_KEY", "megakey-1")
    source = Source(provider="megafon", base_url=url, attempts=1, options=dict(options))
    account = Account(id="north", name="North", crm=Source(provider="amocrm"))
    return build(account, "telephony", source, CountingLimiter(), sleep=SleepBook())


def test_a_call_has_its_moment_in_utc() -> None:
    assert parse_call(CALL) == Record("1767261000123", START, CALL)
    compact, zoned = ({**CALL, "start": text} for text in ("20260101T083000Z", "2026-01-01T11:30:00+03:00"))
    assert [parse_call(row).updated_at for row in (compact, zoned)] == [START, START]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"uid": None}, "missing_id"),
        ({"start": "2026-01-01 08:30:00"}, "bad_start_time"),
        ({"type": "sideways"}, "unknown_direction"),
        ({"wait": -1}, "negative_duration"),
        ({"duration": "long"}, "bad_duration"),
    ],
)
def test_a_broken_call_is_rejected_with_its_reason(change: dict[str, Any], code: str) -> None:
    rejection = parse_call({**CALL, **change})
    assert isinstance(rejection, Rejection)
    assert rejection.code == code


@pytest.mark.parametrize("separator", [";", ","])
def test_the_older_text_is_read_under_the_newer_names(separator: str) -> None:
    line = separator.join(
        ("u1", "missed", "79161234567", "irina", "74951230001", "20260101T083000Z", "31", "", "")
    )
    [row, odd] = rows_of_csv(f"{line}\r\nu2{separator}in\r\n")
    assert row == {
        "uid": "u1", "type": "missed", "client": "79161234567", "user": "irina", "diversion": "74951230001",
        "start": "20260101T083000Z", "wait": 31, "duration": None, "record": None,
    }  # fmt: skip
    assert isinstance(parse_call(odd), Rejection)


def test_the_older_api_is_asked_with_a_form(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "u1;in;79161234567;irina;74951230001;20260101T083000Z;12;118;"
    with fake_provider(in_turn(Given(body=text.encode(), kind="text/html"))) as server:
        connector = _connector(server.url, monkeypatch, api="wcgp")
        [page] = connector.pages("calls", DAY)
    assert [(r.source_id, r.payload["duration"]) for r in page.records] == [("u1", 118)]
    assert list(connector.entities) == ["calls"]
    assert server.asked[0].path == "/sys/crm_api.wcgp"
    assert server.asked[0].body["start"] == "20260101T000000Z"


@pytest.mark.parametrize(
    ("given", "kind"),
    [(Given(501), FeatureUnavailable), (Given(401, {}), NotAuthorised), (Given(403, {}), NotAuthorised)],
)
def test_refusals_mean_what_the_service_says(
    given: Given, kind: type[SourceError], monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_provider(in_turn(given)) as server, pytest.raises(kind) as caught:
        list(_connector(server.url, monkeypatch).pages("calls", DAY))
    assert caught.value.remedy


def test_an_unknown_api_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="api of megafon"):
        _connector("http://127.0.0.1:9", monkeypatch, api="soap")


EVENT = {
    "cmd": "history", "crm_token": "shared", "type": "in", "user": "irina", "ext": "101", "phone": "79161234567",
    "diversion": "74951230001", "start": "20260101T083000Z", "duration": "118", "callid": "u1",
    "link": "https://v.example/1.mp3", "status": "Success",
}  # fmt: skip


def test_only_the_exchange_can_send_an_event() -> None:
    assert command(EVENT, "shared") == "history"
    for fields, token, code in (
        ({**EVENT, "crm_token": "other"}, "shared", "bad_token"),
        ({"cmd": "history"}, "shared", "bad_token"),
        ({"cmd": "history", "crm_token": ""}, "", "bad_token"),
        ({**EVENT, "cmd": "make_call"}, "shared", "unknown_command"),
    ):
        with pytest.raises(Unusable) as caught:
            command(fields, token)
        assert caught.value.code == code


def test_a_finished_call_has_the_shape_of_the_history_without_the_secret() -> None:
    record = finished_call(EVENT)
    assert isinstance(record, Record)
    assert (record.source_id, record.updated_at) == ("u1", START)
    assert record.payload == {
        "uid": "u1", "client": "79161234567", "diversion": "74951230001", "type": "in", "status": "success",
        "user": "irina", "ext": "101", "start": "20260101T083000Z", "record": "https://v.example/1.mp3", "duration": 118,
    }  # fmt: skip
    rejection = finished_call({**EVENT, "callid": ""})
    assert isinstance(rejection, Rejection)
