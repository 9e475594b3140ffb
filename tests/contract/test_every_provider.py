"""No provider without a contract case and a page that says how to connect it."""

from __future__ import annotations

import pytest

from tests.contract.cases import CASES
from tests.support.sandbox import ROOT
from voronka.config.providers import KIND_OF

NOT_HTTP = {"bank_1c", "bank_csv", "asterisk", "positionscsv"}
"""Providers that read files or a database's table: their own tests lay those out."""
OWN_TESTS = {"yandexsearch": "tests/unit/connectors/test_yandexsearch.py"}
"""Asked over HTTP, but by paid orders within a budget, which the suite's repeated readings do not fit."""
PAGES = {"bank_1c": "bank", "bank_csv": "bank"}


def test_every_provider_that_is_asked_over_http_is_under_contract() -> None:
    assert {case.provider: case.kind for case in CASES} == {
        provider: kind for provider, kind in KIND_OF.items() if provider not in NOT_HTTP | set(OWN_TESTS)
    }
    assert all((ROOT / path).is_file() for path in OWN_TESTS.values())


@pytest.mark.parametrize("provider", KIND_OF)
def test_every_provider_has_a_page_that_names_it_as_the_settings_do(provider: str) -> None:
    page = ROOT / "docs" / "sources" / f"{PAGES.get(provider, provider)}.md"
    text = page.read_text("utf-8")
    assert f"provider: {provider}" in text or f"`{provider}`" in text
