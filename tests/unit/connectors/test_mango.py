"""Mango Office: its signature, rows of text, patience, and what it sends by itself."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.doubles import CountingLimiter, Given, SleepBook, fake_provider, in_turn
from voronka.config import Source
from voronka.connectors.base import Record, Rejection
from voronka.connectors.http import HttpClient, Where
from voronka.connectors.rows import Unusable
from voronka.connectors.telephony.mango.basic import FIELDS, LegReader, recordings
from voronka.connectors.telephony.mango.client import MangoClient, Patience, judge_mango
from voronka.connectors.telephony.mango.connector import MangoConnector
from voronka.connectors.telephony.mango.hooks import call_state, is_summary, latest_states, opened, summary
from voronka.connectors.telephony.mango.offset import offset_finding
from voronka.connectors.telephony.mango.signing import sign
from voronka.domain.errors import NotAuthorised, ShapeChanged, SourceError, SourceUnavailable
from voronka.domain.windows import Window

WHERE = Where("north", "mango")
TALKED = (
    "[MToxMDAxOjE=];1767261000;1767261130;1767261012;;79161234567;101;sip:irina@sever.mangosip.ru;1110;"
    "74951230001;abonent;MTIzNDU2Nzg5"
)
MISSED = ";1767262000;1767262031;0;;79167654321;101;sip:irina@sever.mangosip.ru;1111;74951230001;abonent;OTg3NjU0MzIx"
DAY = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


def test_the_signature_is_a_plain_hash_of_the_sent_text() -> None:
    assert sign("k", '{"date_from":1}', "s") == hashlib.sha256(b'k{"date_from":1}s').hexdigest()


def test_rows_of_text_become_legs() -> None:
    reader = LegReader(0)
    talked, missed = reader.read(TALKED), reader.read(MISSED + "\r")
    assert isinstance(talked, Record)
    assert isinstance(missed, Record)
    assert talked.updated_at == datetime(2026, 1, 1, 9, 50, tzinfo=UTC)
    assert talked.payload["records"] == ["MToxMDAxOjE="]
    assert talked.source_id.startswith("MTIzNDU2Nzg5:")
    assert (missed.payload["answer"], missed.payload["records"]) == ("0", [])
    assert missed.payload["entry_id"] == "OTg3NjU0MzIx"


def test_a_leg_keeps_its_name_when_its_end_and_recording_come_later() -> None:
    early = TALKED.replace("[MToxMDAxOjE=]", "").replace("1767261130", "")
    names = {LegReader(0).read(line).source_id for line in (early, TALKED)}
    assert len(names) == 1


def test_two_equal_legs_are_two() -> None:
    reader = LegReader(0)
    first, second = reader.read(MISSED), reader.read(MISSED)
    assert second.source_id == f"{first.source_id}:2"


def test_three_hours_ahead_is_taken_off_and_kept_in_the_record() -> None:
    leg = LegReader(3).read(TALKED)
    assert isinstance(leg, Record)
    assert leg.updated_at == datetime(2026, 1, 1, 6, 50, tzinfo=UTC)
    assert leg.payload["time_offset_hours"] == 3


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("[];1", "bad_columns"),
        (TALKED + ";x", "bad_columns"),
        (TALKED.replace("MTIzNDU2Nzg5", ""), "missing_id"),
        (TALKED.replace("1767261000", "0"), "bad_start_time"),
        (TALKED.replace("1767261000", "soon"), "bad_time"),
        (TALKED.replace("1767261130", "1767260999"), "negative_duration"),
    ],
)
def test_a_broken_row_is_rejected_with_its_reason(line: str, code: str) -> None:
    rejection = LegReader(0).read(line)
    assert isinstance(rejection, Rejection)
    assert rejection.code == code


@pytest.mark.parametrize(
    ("text", "ids"), [("[a,b]", ["a", "b"]), ("a", ["a"]), ("[]", []), ("", []), ("[a=]", ["a="])]
)
def test_recordings_come_with_and_without_brackets(text: str, ids: list[str]) -> None:
    assert recordings(text) == ids


def _client(url: str, book: SleepBook, attempts: int = 1) -> MangoClient:
    source = Source(provider="mango", attempts=attempts)
    http = HttpClient("north", source, url, CountingLimiter(), judge_mango, sleep=book)
    ticks = iter(range(1000))
    return MangoClient(http, "k", "s", Patience(2.0, 5.0), now=lambda: float(next(ticks)))


def test_a_report_is_waited_for_and_ordered_anew_when_it_expired() -> None:
    steps = [
        *(Given(body={"key": "one"}), Given(204), Given(404)),
        *(Given(body={"key": "two"}), Given(204), Given(204), Given(body=TALKED.encode())),
    ]
    book = SleepBook()
    with fake_provider(in_turn(*steps)) as server:
        connector = MangoConnector("north", _client(server.url, book))
        [page] = connector.pages("legs", DAY)
    assert [record.payload["entry_id"] for record in page.records] == ["MTIzNDU2Nzg5"]
    # 5 s between looks; the second order waits until 2 s after the first (the clock ticks a second a look)
    assert book.seconds.count(5.0) == 3
    assert len(book.seconds) - book.seconds.count(5.0) == 1


def test_the_window_is_asked_for_in_the_time_of_the_service() -> None:
    with fake_provider(in_turn(Given(body={"key": "x"}), Given(body=b""))) as server:
        connector = MangoConnector("north", _client(server.url, SleepBook()), offset_hours=3)
        list(connector.pages("legs", DAY))
        order = _sent(server.asked[0])
    assert order == {
        "date_from": int(DAY.start.timestamp()) + 10_800,
        "date_to": int(DAY.end.timestamp()) + 10_800 - 1,
        "fields": list(FIELDS),
    }


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        (Given(420, {"code": 3102}), NotAuthorised, "signature"),
        (Given(420, {"code": 2001}), NotAuthorised, "not paid"),
        (Given(420, {"code": 3104}), ShapeChanged, "3104"),
        (Given(420, {"code": 3310}), ShapeChanged, "not there"),
        (Given(420, b"nonsense"), ShapeChanged, "without a code"),
        (Given(401), NotAuthorised, "401"),
        (Given(403), NotAuthorised, "address"),
        (Given(body=b"<html>proxy</html>"), SourceUnavailable, "not whole JSON"),
        (Given(body=b'{"key": "x'), SourceUnavailable, "not whole JSON"),
    ],
)
def test_refusals_mean_what_the_service_says(given: Given, kind: type[SourceError], said: str) -> None:
    with (
        fake_provider(in_turn(given)) as server,
        pytest.raises(kind, match=said) as caught,
    ):
        _client(server.url, SleepBook()).json("/stats/request", {}, WHERE)
    assert caught.value.remedy


NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "offset", "ok", "said"),
    [
        (-10, 0, True, "fits"),
        (170, 0, False, r"UTC\+3"),
        (170, 3, True, "fits"),
        (-10, 3, False, "nothing shows"),
        (240, 3, False, "more than three hours"),
        (None, 0, True, "untested"),
    ],
)
def test_the_newest_call_tells_whose_time_it_is(
    minutes: int | None, offset: int, ok: bool, said: str
) -> None:
    newest = None if minutes is None else NOW + timedelta(minutes=minutes)
    finding = offset_finding(newest, NOW, offset)
    assert finding.ok is ok
    assert re.search(said, finding.message)
    assert ok or finding.remedy


EVENT: dict[str, Any] = {
    "entry_id": "MTIzNDU2Nzg5", "call_direction": 1, "from": {"number": "79161234567"},
    "to": {"extension": "101", "number": "sip:irina@sever.mangosip.ru"}, "line_number": "74951230001",
    "create_time": 1767261000, "forward_time": 1767261002, "talk_time": 1767261012, "end_time": 1767261130,
    "entry_result": 1, "disconnect_reason": 1110,
}  # fmt: skip


def _form(event: dict[str, Any], salt: str = "s", key: str = "k") -> dict[str, str]:
    text = json.dumps(event)
    return {"vpbx_api_key": key, "json": text, "sign": sign(key, text, salt)}


def test_only_the_exchange_can_send_an_event() -> None:
    assert opened(_form(EVENT), "k", "s") == EVENT
    for forged in (_form(EVENT, salt="other"), _form(EVENT, key="other"), {**_form(EVENT), "json": "{}"}, {}):
        with pytest.raises(Unusable) as caught:
            opened(forged, "k", "s")
        assert caught.value.code == "bad_signature"


def test_a_summary_is_answered_when_somebody_talked() -> None:
    call = summary(EVENT)
    assert is_summary(EVENT)
    assert (call.direction, call.extension, call.client_number) == ("in", "101", "79161234567")
    assert (call.is_answered, call.wait_seconds, call.talk_seconds) == (True, 12, 118)
    missed = summary({**EVENT, "talk_time": 0, "entry_result": 1})
    assert (missed.is_answered, missed.wait_seconds, missed.talk_seconds) == (False, 130, 0)
    assert summary(EVENT, 3).created_at == call.created_at - timedelta(hours=3)
    with pytest.raises(Unusable, match="call_direction"):
        summary({**EVENT, "call_direction": 7})
    with pytest.raises(Unusable, match="talk_time"):
        summary({**EVENT, "talk_time": None})


def test_states_are_ordered_by_their_number_not_by_arrival() -> None:
    event = {"entry_id": "1", "call_id": "leg", "timestamp": 1767261000}
    arrived = [(3, "Disconnected"), (1, "Appeared"), (2, "Connected")]
    states = [call_state({**event, "seq": seq, "call_state": name}) for seq, name in arrived]
    assert not is_summary(event)
    assert latest_states(states)["leg"].state == "Disconnected"


def _sent(request: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(request.body["json"])
    return loaded
