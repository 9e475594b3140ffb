"""What every connector keeps, against a provider over HTTP, with and without faults.

A connector is added by one line in ``CASES``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.support.doubles import CountingLimiter, MemoryTokenStore, SleepBook
from tests.support.sandbox import SandboxProcess
from voronka.config import Account, Source, secret_name
from voronka.connectors import build, exchange_code
from voronka.connectors.base import Connector, TokenPair
from voronka.domain.errors import (
    AccessBlocked,
    ConfigurationError,
    NotAuthorised,
    SourceError,
)
from voronka.domain.windows import Window

DAYS = 240
HALF_SECOND_CLIENT = {"timeout_seconds": 0.5}
ZONES = {"sever": "Europe/Moscow", "altai": "Asia/Almaty"}


@dataclass(frozen=True)
class Case:
    """One provider: where it answers, its secrets, and which of its entities the truth counts under which name."""

    provider: str
    kind: str
    path: str
    page_size: int
    secrets: Callable[[str, str], dict[str, str]]
    counted: dict[str, str]
    windowed: str
    broken: dict[str, set[str]] = field(default_factory=dict)

    def source(self, sandbox: SandboxProcess, slug: str, **settings: Any) -> Source:
        values = {"page_size": self.page_size, "attempts": 12, **settings}
        return Source(provider=self.provider, base_url=sandbox.url + self.path.format(slug=slug), **values)


CASES = [
    Case(
        "amocrm",
        "crm",
        "/amocrm/{slug}",
        40,
        lambda slug, number: {"ACCESS_TOKEN": f"long-{slug}"},
        {
            "users": "users",
            "leads": "leads",
            "contacts": "contacts",
            "companies": "companies",
            "customers": "customers",
            "tasks": "tasks",
            "notes": "notes",
            "events": "events",
            "transactions": "transactions",
        },
        "leads",
        {
            "leads": {"missing_pipeline", "missing_id", "unknown_field_type"},
            "events": {"bad_event_value"},
        },
    ),
    Case(
        "uis",
        "telephony",
        "/uis/v2.0",
        100,
        lambda slug, number: {"ACCESS_TOKEN": f"uis-key-{slug}"},
        {"calls": "calls"},
        "calls",
        {"calls": {"negative_duration"}},
    ),
    Case(
        "topvisor",
        "positions",
        "/topvisor",
        4,
        lambda slug, number: {"ACCESS_TOKEN": f"topvisor-key-{slug}", "USER_ID": number},
        {"projects": "projects", "keywords": "keywords", "positions": "position_checks"},
        "positions",
        {"positions": {"bad_position"}},
    ),
]

Make = Callable[..., Connector]


@pytest.fixture(params=CASES, ids=lambda case: case.provider)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def make(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Build a connector of a case for an account of the sandbox, with its secrets in the environment."""
    monkeypatch.delenv("VORONKA_AS_OF", raising=False)
    listed = requests.get(f"{sandbox.url}/sandbox/accounts", timeout=10).json()
    numbers = {row["account"]: str(row["account_number"]) for row in listed}

    def of(
        case: Case, slug: str = "sever", *, server: SandboxProcess | None = None, **settings: Any
    ) -> Connector:
        for name, value in case.secrets(slug, numbers[slug]).items():
            monkeypatch.setenv(secret_name(slug, case.provider, name), value)
        source = case.source(server or sandbox, slug, **settings)
        return build(account(slug, source), case.kind, source, CountingLimiter(), sleep=SleepBook())

    return of


def account(slug: str, source: Source) -> Account:
    crm = source if source.provider == "amocrm" else Source(provider="amocrm", base_url="http://127.0.0.1:9")
    return Account(id=slug, name=slug, time_zone=ZONES[slug], crm=crm)


def everything(sandbox: SandboxProcess) -> Window:
    return Window(sandbox.as_of - timedelta(days=DAYS), sandbox.as_of + timedelta(minutes=1))


@dataclass
class Got:
    """All that a reading gave: newest record and how often each version came, deletions, rejections."""

    records: dict[str, Any] = field(default_factory=dict)
    versions: list[tuple[str, datetime]] = field(default_factory=list)
    deletions: dict[str, Any] = field(default_factory=dict)
    rejections: list[Any] = field(default_factory=list)
    source_total: int | None = None


def read(connector: Connector, entity: str, window: Window) -> Got:
    got = Got()
    for page in connector.pages(entity, window):
        for record in page.records:
            got.versions.append((record.source_id, record.updated_at))
            got.records[record.source_id] = record
        got.deletions |= {deletion.source_id: deletion for deletion in page.deletions}
        got.rejections += page.rejections
        got.source_total = page.source_total if page.source_total is not None else got.source_total
    return got


def payloads(got: Got) -> dict[str, Any]:
    return {source_id: record.payload for source_id, record in got.records.items()}


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
    for entity in connector.entities:
        assert read(connector, entity, everything(sandbox)).records, entity


def test_with_faults_the_same_is_read(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    calm = {entity: payloads(read(make(case), entity, everything(sandbox))) for entity in case.counted}
    sandbox.fault("mix", provider=case.provider, rate=0.3, seconds=0.8)
    sandbox.fault("duplicated_pages", provider=case.provider, rate=0.5)
    connector = make(case, **HALF_SECOND_CLIENT, page_size=200)
    for entity, expected in calm.items():
        assert payloads(read(connector, entity, everything(sandbox))) == expected, entity


def test_pages_that_move_lose_nothing(case: Case, make: Make, sandbox: SandboxProcess) -> None:
    calm = {entity: payloads(read(make(case), entity, everything(sandbox))) for entity in case.counted}
    sandbox.fault("shifting_pages", provider=case.provider)
    connector = make(case)
    for entity, expected in calm.items():
        assert payloads(read(connector, entity, everything(sandbox))) == expected, entity


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
    window = Window(sandbox.as_of - timedelta(days=9, hours=3), sandbox.as_of - timedelta(days=2, hours=7))
    got = read(make(case), case.windowed, window)
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
    monkeypatch.setenv(secret_name("sever", case.provider, "ACCESS_TOKEN"), "expired-key")
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


# -- amoCRM alone


@pytest.fixture
def amocrm() -> Case:
    return CASES[0]


@pytest.fixture
def unblocked(sandbox: SandboxProcess) -> Iterator[None]:
    yield
    sandbox.unblock()


def test_deleted_leads_come_as_deletions(amocrm: Case, make: Make, sandbox: SandboxProcess) -> None:
    got = read(make(amocrm), "leads", everything(sandbox))
    assert len(got.deletions) == sandbox.truth("sever")["rows"]["leads_in_bin"] > 0
    assert {deletion.kind for deletion in got.deletions.values()} == {"bin"}
    assert not got.deletions.keys() & got.records.keys()


def test_ignored_filters_give_the_same(amocrm: Case, make: Make, sandbox: SandboxProcess) -> None:
    windows = [
        everything(sandbox),
        Window(sandbox.as_of - timedelta(days=60), sandbox.as_of - timedelta(days=31)),
        Window(sandbox.as_of - timedelta(hours=20), sandbox.as_of),
    ]
    entities = ("leads", "contacts", "companies", "customers")
    paid = make(amocrm)
    expected = [
        (payloads(got), got.deletions.keys()) for e in entities for w in windows for got in [read(paid, e, w)]
    ]
    assert paid.filters_ignored is False
    sandbox.filters("ignored", "sever")
    free = make(amocrm)
    found = [
        (payloads(got), got.deletions.keys()) for e in entities for w in windows for got in [read(free, e, w)]
    ]
    assert found == expected
    assert free.filters_ignored is True
    [finding] = [f for f in free.probe() if f.check.startswith("filter")]
    assert (finding.ok, finding.severity) == (False, "warning")
    assert "Billing" in finding.remedy


def test_sweep_lists_every_id(amocrm: Case, make: Make, sandbox: SandboxProcess) -> None:
    connector = make(amocrm)
    for entity in ("leads", "contacts", "companies"):
        swept = {source_id for ids in connector.sweep(entity) for source_id in ids}
        assert swept == set(read(connector, entity, everything(sandbox)).records), entity


@pytest.mark.usefixtures("unblocked")
def test_block_is_final(amocrm: Case, make: Make, sandbox: SandboxProcess) -> None:
    sandbox.limits(per_second=1, block_after=1)
    connector = make(amocrm)

    def ask_on() -> None:
        for _ in range(20):
            read(connector, "pipelines", everything(sandbox))

    with pytest.raises(AccessBlocked) as caught:
        ask_on()
    assert "support" in caught.value.remedy
    sandbox.forget_requests()
    with pytest.raises(AccessBlocked):
        read(connector, "pipelines", everything(sandbox))
    assert sandbox.requests("sever")["total"] == 1, "a block must be asked once, never in a loop"


def test_token_of_an_employee_is_told_by_the_probe(
    amocrm: Case, make: Make, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(amocrm)
    monkeypatch.setenv(secret_name("sever", "amocrm", "ACCESS_TOKEN"), "agent-sever")
    source = amocrm.source(sandbox, "sever")
    connector = build(account("sever", source), "crm", source, CountingLimiter(), sleep=SleepBook())
    with pytest.raises(NotAuthorised, match="right"):
        read(connector, "users", everything(sandbox))
    bad = [finding for finding in connector.probe() if not finding.ok]
    assert ["administrator" in finding.check for finding in bad] == [True]


def test_unknown_subdomain_is_told_by_the_probe(
    amocrm: Case, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(secret_name("sever", "amocrm", "ACCESS_TOKEN"), "long-sever")
    source = amocrm.source(sandbox, "nobody")
    [finding] = build(account("sever", source), "crm", source, CountingLimiter(), sleep=SleepBook()).probe()
    assert not finding.ok
    assert "base_url" in finding.remedy


def test_rotating_tokens_over_http(
    amocrm: Case, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code once, then a reading over tokens that die on the way."""
    for name, value in {"CLIENT_ID": "client-altai", "CLIENT_SECRET": "secret-altai"}.items():
        monkeypatch.setenv(secret_name("altai", "amocrm", name), value)
    source = amocrm.source(sandbox, "altai", auth="oauth", redirect_uri="https://voronka.example/oauth")
    tenant = account("altai", source)
    code = f"code-altai-{datetime.now(UTC).timestamp()}"
    try:
        store = MemoryTokenStore(exchange_code(tenant, source, code))
        with pytest.raises(NotAuthorised, match="refused"):
            exchange_code(tenant, source, code)
        connector = build(tenant, "crm", source, CountingLimiter(), store, sleep=SleepBook())
        expected = read(connector, "leads", everything(sandbox)).records.keys()
        assert store.exchanges == 0
        sandbox.tokens("altai", revoke="access")
        assert read(connector, "leads", everything(sandbox)).records.keys() == expected
        assert store.exchanges == 1
        near = store.current()
        store.install(TokenPair(near.access_token, near.refresh_token, datetime.now(UTC), near.refreshed_at))
        read(connector, "pipelines", everything(sandbox))
        assert store.exchanges == 2, "a token at its end is renewed before it is refused"
        sandbox.tokens("altai", revoke="all")
        with pytest.raises(NotAuthorised, match="revoked") as caught:
            read(connector, "pipelines", everything(sandbox))
        assert "voronka connect" in caught.value.remedy
    finally:
        sandbox.reset_tokens("altai")


# -- time zones


@pytest.mark.parametrize("slug", ["sever", "altai"])
def test_calls_have_their_moment_in_utc(make: Make, sandbox: SandboxProcess, slug: str) -> None:
    connector = make(CASES[1], slug)
    got = read(connector, "calls", everything(sandbox))
    zone = ZoneInfo(ZONES[slug])
    for record in got.records.values():
        local = record.updated_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        assert local == record.payload["start_time"]
    assert got.source_total == len(got.records)
    [zone_name] = [f.message for f in connector.probe() if f.check == "time zone is known"]
    assert zone_name == ZONES[slug]


@pytest.mark.parametrize("slug", ["sever", "altai"])
def test_checks_belong_to_the_local_day(make: Make, sandbox: SandboxProcess, slug: str) -> None:
    zone = ZoneInfo(ZONES[slug])
    local = datetime(2026, 10, 20, tzinfo=zone)
    got = read(make(CASES[2], slug), "positions", Window(local, local + timedelta(hours=1)))
    assert {record.payload["date"] for record in got.records.values()} == {"2026-10-20"}
    assert {record.updated_at for record in got.records.values()} == {local.astimezone(UTC)}


def test_uis_minute_is_waited_for(
    make: Make, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(CASES[1])
    sandbox.limits(uis_per_minute=1)
    source, sleep = CASES[1].source(sandbox, "sever", attempts=1), SleepBook()
    connector = build(account("sever", source), "telephony", source, CountingLimiter(), sleep=sleep)
    with pytest.raises(SourceError, match="limit"):
        read(connector, "calls", everything(sandbox))
    assert all(0 < seconds <= 60 for seconds in sleep.seconds)
