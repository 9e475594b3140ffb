"""What every connector keeps, against a provider over HTTP, with and without faults.

A connector is added by one line in ``CASES`` of ``tests/contract/cases.py``.
"""

from __future__ import annotations

import logging
from datetime import UTC, timedelta

import pytest

from tests.contract.cases import (
    HALF_SECOND_CLIENT,
    Case,
    Make,
    account,
    everything,
    payloads,
    read,
)
from tests.support.doubles import CountingLimiter, SleepBook
from tests.support.sandbox import SandboxProcess
from voronka.config import secret_name
from voronka.connectors import build
from voronka.domain.errors import ConfigurationError, FeatureUnavailable, NotAuthorised, SourceError
from voronka.domain.windows import Window


def test_everything_is_read_once(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    rows = sandbox.truth("sever")["rows"]
    connector = make(case)
    for entity, name in case.counted.items():
        got = read(connector, entity, everything(sandbox))
        assert len(got.records) == rows[name], entity
        assert len(got.versions) == len(got.records), f"{entity} came more than once"
        assert got.rejections == [], entity
        assert all(record.updated_at.tzinfo is UTC for record in got.records.values())


def test_every_entity_can_be_read(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    connector = make(case)
    for name, entity in connector.entities.items():
        if name == "webhooks":  # there are none until somebody subscribes
            assert read(connector, name, everything(sandbox)).rejections == []
            continue
        try:
            assert read(connector, name, everything(sandbox)).records, name
        except FeatureUnavailable:
            assert entity.optional, name


def test_with_faults_the_same_is_read(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    calm = {entity: payloads(read(make(case), entity, everything(sandbox))) for entity in case.counted}
    sandbox.forget_requests()
    sandbox.fault("mix", provider=case.provider, rate=0.3, seconds=0.8)
    connector = make(case, **HALF_SECOND_CLIENT, page_size=200)
    for entity, expected in calm.items():
        assert payloads(read(connector, entity, everything(sandbox))) == expected, entity
    assert sum(sandbox.requests("sever", case.provider)["faults"].values()) >= 1


def test_two_windows_joined_are_one(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    connector, whole = make(case), everything(sandbox)
    middle = sandbox.as_of - timedelta(days=17, hours=5, minutes=13)
    for entity in case.counted:
        if connector.entities[entity].mode == "full":
            continue
        first = read(connector, entity, Window(whole.start, middle))
        second = read(connector, entity, Window(middle, whole.end))
        assert first.records
        assert second.records, entity
        assert not first.records.keys() & second.records.keys(), entity
        assert payloads(first) | payloads(second) == payloads(read(connector, entity, whole)), entity


def test_records_lie_in_their_window(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    connector = make(case)
    if connector.entities[case.windowed].mode == "full":
        pytest.skip("it has lists only")
    window = Window(sandbox.as_of - timedelta(days=9, hours=3), sandbox.as_of - timedelta(days=2, hours=7))
    got = read(connector, case.windowed, window)
    assert got.records
    assert all(record.updated_at in window for record in got.records.values())


def test_empty_window_gives_nothing_and_no_error(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    start = sandbox.as_of + timedelta(days=400)
    connector = make(case)
    for entity in case.counted:
        if connector.entities[entity].mode == "window":
            got = read(connector, entity, Window(start, start + timedelta(days=3)))
            assert (got.records, got.rejections, got.deletions) == ({}, [], {}), entity


@pytest.mark.parametrize("page_size", [7, 100_000])
def test_page_size_changes_nothing(case: Case, make: Make, sandbox: SandboxProcess, page_size: int) -> None:
    window = Window(sandbox.as_of - timedelta(days=20), sandbox.as_of)
    expected = payloads(read(make(case), case.windowed, window))
    assert payloads(read(make(case, page_size=page_size), case.windowed, window)) == expected


def test_expired_credential_names_the_remedy(
    case: Case, make: Make, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(case)
    monkeypatch.setenv(secret_name("sever", case.provider, case.credential), "expired-key")
    source = case.source(sandbox, "sever")
    connector = build(account("sever", source), case.kind, source, CountingLimiter(), sleep=SleepBook())
    with pytest.raises(NotAuthorised) as caught:
        read(connector, case.windowed, everything(sandbox))
    assert "account sever" in caught.value.message
    assert "new" in caught.value.remedy
    assert "expired-key" not in str(caught.value)
    findings = connector.probe()
    assert [finding.ok for finding in findings] == [False]
    assert findings[0].remedy


def test_two_accounts_do_not_mix(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    ours, theirs = make(case, "sever"), make(case, "altai")
    first = read(ours, case.windowed, everything(sandbox))
    second = read(theirs, case.windowed, everything(sandbox))
    name = case.counted[case.windowed]
    assert len(second.records) == sandbox.truth("altai")["rows"][name]
    assert payloads(first) != payloads(second)
    assert (ours.account_id, theirs.account_id) == ("sever", "altai")
    if case.provider == "amocrm":
        assert {row["account_id"] for row in payloads(first).values()}.isdisjoint(
            {row["account_id"] for row in payloads(second).values()}
        )


def test_broken_records_are_rejected_and_the_rest_is_read(
    case: Case, make: Make, sandbox: SandboxProcess
) -> None:
    calm = {entity: payloads(read(make(case), entity, everything(sandbox))) for entity in case.broken}
    sandbox.broken("sever")
    connector = make(case)
    for entity, codes in case.broken.items():
        got = read(connector, entity, everything(sandbox))
        assert payloads(got) == calm[entity]
        assert {rejection.code for rejection in got.rejections} == codes
        assert all(r.reason and r.remedy and r.payload for r in got.rejections)


def test_unknown_entity_is_named(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    with pytest.raises(ConfigurationError, match=case.windowed):
        read(make(case), "nonsense", everything(sandbox))


def test_no_secret_is_logged(
    case: Case, make: Make, sandbox: SandboxProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox.fault("mix", provider=case.provider, rate=0.5, seconds=0.8)
    said: list[str] = []
    connector = make(case, attempts=2, **HALF_SECOND_CLIENT)
    for _ in range(4):
        try:
            read(connector, case.windowed, everything(sandbox))
        except SourceError as error:
            said += [str(error), repr(error), repr(error.__context__)]
    assert caplog.records
    assert said, "some reading must have failed for this test to mean anything"
    for secret in ("long-sever", "key-sever"):
        assert secret not in caplog.text
        assert not [text for text in said if secret in text]


def test_probe_of_a_healthy_source_is_good(case: Case, make: Make) -> None:
    findings = make(case).probe()
    assert len(findings) >= 3
    assert [finding for finding in findings if not finding.ok] == []


@pytest.mark.parametrize(("seconds", "severity"), [(-120, "warning"), (900, "error")])
def test_probe_sees_a_wrong_clock(
    case: Case, make: Make, sandbox: SandboxProcess, seconds: int, severity: str
) -> None:
    sandbox.fault("clock_skew", provider=case.provider, seconds=seconds)
    [finding] = [f for f in make(case).probe() if f.check == "clocks agree"]
    assert (finding.ok, finding.severity) == (False, severity)
    assert "NTP" in finding.remedy
