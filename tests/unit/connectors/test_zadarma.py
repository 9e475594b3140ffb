"""Zadarma: signatures worked out by hand, rows that cannot be taken, zones, limits and pages without a count."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.doubles import CountingLimiter, FakeProvider, Given, SleepBook, fake_provider
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.connectors.base import Record, Rejection
from voronka.connectors.http import HttpClient
from voronka.connectors.telephony.zadarma import ZadarmaConnector
from voronka.connectors.telephony.zadarma.calls import parse_leg, zone_named
from voronka.connectors.telephony.zadarma.client import ZadarmaClient, judge_zadarma
from voronka.connectors.telephony.zadarma.signature import is_genuine, query_of, sign_notice, sign_request
from voronka.domain.errors import (
    AccessBlocked,
    ConfigurationError,
    FeatureUnavailable,
    NotAuthorised,
    ShapeChanged,
    SourceError,
)
from voronka.domain.windows import Window

MOSCOW = ZoneInfo("Europe/Moscow")
LEG: dict[str, Any] = {
    "call_id": "1767261000.1",
    "sip": "101",
    "callstart": "2026-01-01 11:30:00",
    "clid": '"79161234567" <79161234567>',
    "destination": "101",
    "disposition": "answered",
    "seconds": 118,
    "is_recorded": "true",
    "pbx_call_id": "in_4f5d",
}


def signed(text: str) -> str:
    """What PHP's base64_encode(hash_hmac('sha1', text, 's')) gives."""
    return base64.b64encode(hmac.new(b"s", text.encode(), hashlib.sha1).hexdigest().encode()).decode()


# -- signatures


def test_request_is_signed_over_the_sorted_query_and_its_digest() -> None:
    query = query_of({"start": "2026-01-01 00:00:00", "end": "2026-01-02 00:00:00"})
    text = "end=2026-01-02+00%3A00%3A00&format=json&start=2026-01-01+00%3A00%3A00"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert sign_request("/v1/statistics/pbx/", query, "s") == signed(f"/v1/statistics/pbx/{text}{digest}")


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ("NOTIFY_START", "79161234567749512300012026-01-01 11:30:00"),
        ("NOTIFY_INTERNAL", "79161234567749512300012026-01-01 11:30:00"),
        ("NOTIFY_END", "79161234567749512300012026-01-01 11:30:00"),
        ("NOTIFY_ANSWER", "79161234567781200000002026-01-01 11:30:00"),
        ("NOTIFY_OUT_START", "101781200000002026-01-01 11:30:00"),
        ("NOTIFY_OUT_END", "101781200000002026-01-01 11:30:00"),
        ("NOTIFY_RECORD", "in_4f5d1767261000.1"),
    ],
)
def test_notice_is_genuine_with_the_signature_of_its_fields(event: str, text: str) -> None:
    fields = {
        "event": event,
        "caller_id": "79161234567",
        "called_did": "74951230001",
        "destination": "78120000000",
        "internal": "101",
        "call_start": "2026-01-01 11:30:00",
        "pbx_call_id": "in_4f5d",
        "call_id_with_rec": "1767261000.1",
    }
    assert is_genuine(fields, signed(text), "s")
    assert not is_genuine(fields, signed(text), "another")
    assert not is_genuine(fields, signed(text)[:-1], "s")
    assert not is_genuine(fields, None, "s")
    changed = {**fields, "call_start": "2026-01-01 11:30:01", "call_id_with_rec": "2"}
    assert not is_genuine(changed, signed(text), "s")


def test_unknown_notice_is_never_genuine() -> None:
    assert sign_notice({"event": "NOTIFY_SOMETHING"}, "s") is None
    assert not is_genuine({"event": "NOTIFY_SOMETHING"}, signed(""), "s")


# -- rows and zones


def test_leg_is_taken_unchanged_with_its_start_in_utc() -> None:
    moment = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)
    assert parse_leg(LEG, MOSCOW) == Record("1767261000.1", moment, LEG)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("x", "not_an_object"),
        ({**LEG, "call_id": ""}, "missing_id"),
        ({**LEG, "callstart": "01.01.2026"}, "bad_start_time"),
        ({**LEG, "disposition": None}, "missing_disposition"),
        ({**LEG, "seconds": -15}, "negative_duration"),
        ({**LEG, "seconds": "a minute"}, "bad_duration"),
    ],
)
def test_broken_leg_is_rejected(row: Any, code: str) -> None:
    rejection = parse_leg(row, MOSCOW)
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.payload) == (code, row)
    assert rejection.remedy


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Moscow", MOSCOW),
        ("UTC+3", timezone(timedelta(hours=3))),
        ("UTC+5:30", timezone(timedelta(hours=5, minutes=30))),
        ("UTC-06:00", timezone(timedelta(hours=-6))),
        ("UTC", UTC),
        ("UTC+30", None),
        ("UTC3", None),
        ("Moscow time", None),
    ],
)
def test_zone_is_read_in_either_form(name: str, zone: Any) -> None:
    assert zone_named(name) == zone


# -- answers


def connector(
    provider: FakeProvider, *, page_size: int = 2, now: float = 0.0
) -> tuple[ZadarmaConnector, SleepBook]:
    source, sleep = Source(provider="zadarma", base_url=provider.url, attempts=1), SleepBook()
    http = HttpClient(
        "north", source, provider.url, CountingLimiter(), judge_zadarma, secrets=("key",), sleep=sleep
    )
    client = ZadarmaClient(http, "key", "s", now=lambda: now)
    return ZadarmaConnector("north", client, page_size, zone=MOSCOW), sleep


DAY = Window(datetime(2025, 12, 31, 21, tzinfo=UTC), datetime(2026, 1, 1, 21, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "kind", "remedy"),
    [
        (Given(401, {"status": "error", "message": "Not authorized"}), NotAuthorised, "new key"),
        (Given(403, {"status": "error", "message": "no"}), NotAuthorised, "new key"),
        (Given(404, {"status": "error", "message": "no"}), FeatureUnavailable, "PBX"),
        (Given(400, {"status": "error", "message": "Wrong"}), ShapeChanged, "report"),
        (Given(200, {"status": "error", "message": "Wrong"}), ShapeChanged, "report"),
        (Given(200, {"status": "success"}), ShapeChanged, "report"),
    ],
)
def test_errors_by_their_answer(given: Given, kind: type[SourceError], remedy: str) -> None:
    with fake_provider(lambda asked: given) as provider:
        ours, _ = connector(provider)
        with pytest.raises(kind) as caught:
            list(ours.pages("calls", DAY))
    assert remedy in caught.value.remedy


def legs(*numbers: int) -> list[dict[str, Any]]:
    return [{**LEG, "call_id": str(number)} for number in numbers]


def test_pages_are_walked_until_a_walk_brings_nothing_new() -> None:
    """Row 3 slips between the pages of the first walk; the second finds it, the third nothing more."""
    walks = iter([legs(1, 2), legs(4), legs(1, 2), legs(3, 4), [], legs(1, 2), legs(3, 4), []])
    with fake_provider(lambda asked: Given(body={"status": "success", "stats": next(walks)})) as provider:
        ours, _ = connector(provider)
        got = [record.source_id for page in ours.pages("calls", DAY) for record in page.records]
    assert got == ["1", "2", "4", "3"]
    assert next(walks, None) is None


def test_window_is_asked_for_in_local_time_and_pieces_of_28_days() -> None:
    with fake_provider(lambda asked: Given(body={"status": "success", "stats": []})) as provider:
        ours, _ = connector(provider)
        list(ours.pages("calls", Window(DAY.start, DAY.start + timedelta(days=40))))
    found = [(a.query["start"], a.query["end"]) for a in provider.asked]
    assert found == [
        ("2026-01-01 00:00:00", "2026-01-28 23:59:59"),
        ("2026-01-29 00:00:00", "2026-02-09 23:59:59"),
    ]


@pytest.mark.parametrize(("reset", "wait"), [("1767261040", 40.0), ("40", 40.0), ("soon", 60.0)])
def test_used_up_minute_is_waited_for(reset: str, wait: float) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    given = Given(body={"status": "success", "stats": []}, headers=headers)
    with fake_provider(lambda asked: given) as provider:
        ours, sleep = connector(provider, now=1767261000.0)
        list(ours.pages("calls", DAY))
        assert sleep.seconds == []
        list(ours.pages("calls", DAY))
    assert sleep.seconds == [wait]


# -- settings


def made(monkeypatch: pytest.MonkeyPatch, **options: Any) -> Any:
    for name in ("ACCESS_TOKEN", "SECRET"):
        monkeypatch.setenv(f"VORONKA_NORTH_ZADARMA_{name}", "x1234")
    source = Source(provider="zadarma", base_url="http://127.0.0.1:9", options=options)
    crm = Source(provider="amocrm", base_url="http://127.0.0.1:9")
    return build(Account(id="north", name="North", crm=crm), "telephony", source, CountingLimiter())


@pytest.mark.parametrize(
    ("options", "match"),
    [({"time_zone": "Mars/Olympus"}, "time_zone"), ({"people": "101:irina"}, "101:irina")],
)
def test_unreadable_option_is_refused(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], match: str
) -> None:
    with pytest.raises(ConfigurationError, match=match):
        made(monkeypatch, **options)
    assert made(monkeypatch, time_zone="UTC+3", people="101=a@b.example, 102=c@d.example")


def test_blocked_address_stops_everything() -> None:
    given = Given(403, b"<html></html>", kind="text/html")
    with fake_provider(lambda asked: given) as provider:
        ours, _ = connector(provider)
        with pytest.raises(AccessBlocked):
            list(ours.pages("calls", DAY))
