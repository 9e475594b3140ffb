"""What only amoCRM has: a recycle bin, filters that may be ignored, blocks, rotating tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.cases import (
    Case,
    Make,
    account,
    everything,
    payloads,
    read,
)
from tests.support.doubles import CountingLimiter, MemoryTokenStore, SleepBook
from tests.support.sandbox import SandboxProcess
from voronka.config import secret_name
from voronka.connectors import Making, build
from voronka.connectors.base import TokenPair
from voronka.connectors.crm.amocrm.making import exchange_code
from voronka.domain.errors import AccessBlocked, NotAuthorised
from voronka.domain.windows import Window


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


def test_links_are_read_from_every_side(amocrm: Case, make: Make, sandbox: SandboxProcess) -> None:
    truth = sandbox.truth("sever")
    calm = read(make(amocrm), "links", everything(sandbox))
    assert len(calm.records) == truth["rows"]["links"]
    assert sum(len(owner["links"]) for owner in payloads(calm).values()) == truth["linked"] > 0
    sandbox.fault("shifting_pages", provider="amocrm")
    # 7 a page: the links of fifty owners move between pages while they are read.
    assert payloads(read(make(amocrm, page_size=7), "links", everything(sandbox))) == payloads(calm)


def test_an_invoice_linked_later_brings_its_owners_again(
    amocrm: Case, make: Make, sandbox: SandboxProcess
) -> None:
    # Companies do not change when an invoice is written to them: only the event of linking tells.
    last_month = Window(sandbox.as_of - timedelta(days=30), sandbox.as_of)
    changed = read(make(amocrm), "companies", last_month).records.keys()
    owners = payloads(read(make(amocrm), "links", last_month))
    told = [key for key in owners if key.startswith("companies:") and key.partition(":")[2] not in changed]
    assert told
    assert all(any(link["to_entity_type"] == "catalog_elements" for link in owners[k]["links"]) for k in told)


def test_sweep_lists_every_id(amocrm: Case, make: Make, sandbox: SandboxProcess) -> None:
    connector = make(amocrm)
    for entity in ("leads", "contacts", "companies", "tasks"):
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
        making = Making(tenant, source, CountingLimiter(), None, SleepBook())
        store = MemoryTokenStore(exchange_code(making, code))
        with pytest.raises(NotAuthorised, match="refused"):
            exchange_code(making, code)
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


@pytest.mark.parametrize("mode", ["paid", "ignored"])
@pytest.mark.parametrize("kind", ["shifting_pages", "duplicated_pages"])
def test_pages_that_move_lose_nothing(
    amocrm: Case, make: Make, sandbox: SandboxProcess, kind: str, mode: str
) -> None:
    calm = {entity: payloads(read(make(amocrm), entity, everything(sandbox))) for entity in amocrm.counted}
    sandbox.filters(mode, "sever")
    sandbox.fault(kind, provider="amocrm")
    connector = make(amocrm)
    for entity, expected in calm.items():
        got = read(connector, entity, everything(sandbox))
        assert payloads(got) == expected, entity
        assert len(got.versions) == len(got.records), f"{entity} came more than once"
