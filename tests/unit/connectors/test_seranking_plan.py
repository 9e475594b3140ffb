"""SE Ranking on a plan without the project API: the error and doctor's line name the plan."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.doubles import CountingLimiter, Given, SleepBook, fake_provider
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.domain.errors import NotAuthorised
from voronka.domain.windows import Window

WINDOW = Window(datetime(2026, 11, 21, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))


def test_a_plan_without_the_api_is_named_with_its_remedies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VORONKA_NORTH_SERANKING_ACCESS_TOKEN", "key")
    account = Account(id="north", name="North", crm=Source(provider="amocrm", base_url="http://127.0.0.1:9"))
    refusal = Given(status=403, body={"error": {"code": 403, "message": "Not on your plan"}})
    with fake_provider(lambda request: refusal) as server:
        source = Source(provider="seranking", base_url=server.url, attempts=1)
        made = build(account, "positions", source, CountingLimiter(), sleep=SleepBook())
        with pytest.raises(NotAuthorised, match="Not on your plan") as caught:
            list(made.pages("sites", WINDOW))
        (finding,) = made.probe()
    assert "Business or Enterprise plan" in caught.value.remedy
    assert not finding.ok
    assert "Business or Enterprise plan" in finding.remedy
