"""Making connectors out of settings and secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.doubles import CountingLimiter, Given, MemoryTokenStore, SleepBook, fake_provider, in_turn
from voronka.config import Account, Source
from voronka.config.providers import KIND_OF
from voronka.connectors import MAKERS, build
from voronka.connectors.masking import Mask
from voronka.connectors.positions.topvisor import making as topvisor
from voronka.connectors.sheets import making as sheets
from voronka.connectors.telephony.uis import making as uis
from voronka.domain.errors import ConfigurationError, NotAuthorised
from voronka.domain.windows import Window

WINDOW_START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_secrets_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("VORONKA_HOME", str(tmp_path))


def account(source: Source) -> Account:
    crm = source if source.provider == "amocrm" else Source(provider="amocrm", base_url="http://127.0.0.1:9")
    return Account(id="north", name="North", crm=crm)


def made(source: Source, kind: str, **extra: Any) -> Any:
    return build(account(source), kind, source, CountingLimiter(), sleep=SleepBook(), **extra)


@pytest.mark.parametrize(
    ("provider", "kind", "variables"),
    [
        ("amocrm", "crm", ["VORONKA_NORTH_AMOCRM_ACCESS_TOKEN"]),
        ("uis", "telephony", ["VORONKA_NORTH_UIS_ACCESS_TOKEN"]),
        ("zadarma", "telephony", ["VORONKA_NORTH_ZADARMA_ACCESS_TOKEN", "VORONKA_NORTH_ZADARMA_SECRET"]),
        ("topvisor", "positions", ["VORONKA_NORTH_TOPVISOR_ACCESS_TOKEN", "VORONKA_NORTH_TOPVISOR_USER_ID"]),
    ],
)
def test_missing_secret_is_named(
    provider: Any, kind: str, variables: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(provider=provider, base_url="http://127.0.0.1:9")
    for variable in variables:
        with pytest.raises(ConfigurationError, match=variable):
            made(source, kind)
        monkeypatch.setenv(variable, "x1234")
    connector = made(source, kind)
    assert (connector.account_id, connector.provider) == ("north", provider)
    assert list(connector.entities)


def test_default_addresses_are_the_real_services(monkeypatch: pytest.MonkeyPatch) -> None:
    assert uis.ADDRESS == "https://dataapi.uiscom.ru/v2.0"
    assert topvisor.ADDRESS == "https://api.topvisor.com"
    assert sheets.ADDRESS == "https://sheets.googleapis.com"
    monkeypatch.setenv("VORONKA_NORTH_AMOCRM_ACCESS_TOKEN", "x1234")
    with pytest.raises(ConfigurationError, match="base_url"):
        made(Source(provider="amocrm"), "crm")


def test_provider_of_another_kind_is_refused() -> None:
    crm = Source(provider="amocrm", base_url="http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="telephony"):
        made(crm, "telephony")
    with pytest.raises(ValueError, match="amocrm stands under telephony; move it to crm"):
        Account(id="north", name="North", crm=crm, telephony=(crm,))


def test_every_provider_has_a_kind_and_a_maker() -> None:
    assert MAKERS.keys() == KIND_OF.keys()


def test_unknown_form_of_the_credential_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_TOKEN", "USER_ID"):
        monkeypatch.setenv(f"VORONKA_NORTH_TOPVISOR_{name}", "x1234")
    with pytest.raises(ConfigurationError, match="single"):
        made(Source(provider="topvisor", options={"auth_form": "cookie"}), "positions")


@pytest.mark.parametrize("options", [{}, {"spreadsheet": "x", "folder": "y"}, {"folder": "y", "tab": "z"}])
def test_sheets_are_kept_in_one_place(options: dict[str, str]) -> None:
    with pytest.raises(
        ConfigurationError, match="needs a spreadsheet or a folder|does not know tab"
    ) as caught:
        made(Source(provider="sheets", options=options), "sheets")
    assert "spreadsheet, folder, owners, contracts" in caught.value.remedy


def test_a_folder_needs_no_token_and_a_spreadsheet_does(tmp_path: Any) -> None:
    assert made(Source(provider="sheets", options={"folder": str(tmp_path)}), "sheets").account_id == "north"
    with pytest.raises(ConfigurationError, match="VORONKA_NORTH_SHEETS_ACCESS_TOKEN"):
        made(Source(provider="sheets", options={"spreadsheet": "1abc"}), "sheets")


def test_oauth_needs_a_store_and_a_first_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(provider="amocrm", base_url="http://127.0.0.1:9", auth="oauth")
    with pytest.raises(ConfigurationError, match="token store"):
        made(source, "crm")
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"VORONKA_NORTH_AMOCRM_{name}", "x1234")
    connector = made(source, "crm", tokens=MemoryTokenStore())
    assert [finding.ok for finding in connector.probe()] == [False]
    with pytest.raises(NotAuthorised, match="no token pair"):
        list(connector.pages("users", Window(WINDOW_START, WINDOW_START + timedelta(days=1))))


def test_long_lived_token_that_ends_soon_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import base64
    import json

    ends = datetime.now(UTC) + timedelta(days=5, hours=1)
    claims = base64.urlsafe_b64encode(json.dumps({"exp": ends.timestamp()}).encode()).decode().rstrip("=")
    monkeypatch.setenv("VORONKA_NORTH_AMOCRM_ACCESS_TOKEN", f"head.{claims}.signature")
    with fake_provider(
        in_turn(Given(body={"id": 1, "_embedded": {"users": [], "leads": [], "customers": []}}))
    ) as server:
        findings = {f.check: f for f in made(Source(provider="amocrm", base_url=server.url), "crm").probe()}
    finding = findings["credential lasts"]
    assert (finding.ok, finding.severity) == (False, "warning")
    assert "5 days left" in finding.message


def test_customers_switched_off_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_NORTH_AMOCRM_ACCESS_TOKEN", "x1234")

    def answer(asked: Any) -> Given:
        if asked.path.endswith("/customers"):
            return Given(426, body={"title": "off"})
        return Given(body={"id": 1, "_embedded": {"users": [], "leads": []}})

    with fake_provider(answer) as server:
        findings = made(Source(provider="amocrm", base_url=server.url), "crm").probe()
    [bad] = [finding for finding in findings if not finding.ok]
    assert (bad.check, bad.severity) == ("customers are switched on", "warning")


def test_customers_off_leaves_out_their_part_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_NORTH_AMOCRM_ACCESS_TOKEN", "x1234")

    def answer(asked: Any) -> Given:
        if "customers" in asked.path or "catalogs" in asked.path:
            return Given(402, body={"title": "off"})
        return Given(
            body={"_links": {}, "_total_items": 2, "_embedded": {"custom_fields": [{"id": 1}, {"id": 2}]}}
        )

    with fake_provider(answer) as server:
        pages = list(
            made(Source(provider="amocrm", base_url=server.url), "crm").pages(
                "custom_fields", Window(WINDOW_START, WINDOW_START + timedelta(days=1))
            )
        )
    ids = [record.source_id for page in pages for record in page.records]
    assert ids == ["leads:1", "leads:2", "contacts:1", "contacts:2", "companies:1", "companies:2"]
    assert pages[-1].source_total == 6


def test_mask() -> None:
    mask = Mask(["s3cret-value", "ab"])
    assert mask("x s3cret-value y") == "x *** y"
    assert (
        mask('{"client_secret": "zzz", "refresh_token":"qqq"}')
        == '{"client_secret": "***", "refresh_token":"***"}'
    )
    assert mask("Authorization: Bearer eyJ.a.b") == "Authorization: Bearer ***"
    assert mask("about 3 tables") == "about 3 tables", (
        "a value of two letters is no secret to hide everywhere"
    )
