"""What the fit of the churn model reads, writes and refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.domain.test_churn_model import REGULAR, lives_of
from voronka.config import Settings
from voronka.domain import churn_model
from voronka.domain.churn_model import Life
from voronka.flows import models

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
LAST_MONTH = date(2026, 10, 1)


@pytest.fixture
def settings(warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VORONKA_AS_OF", NOW.isoformat())
    warehouse.rows(
        """
        create table intermediate.int_revenue__lives (
            account_id text, client_id text, first_month date, last_month date, first_life_months int,
            has_churned boolean
        )
        """,
        role="transformer",
    )
    crm = {"provider": "amocrm", "base_url": "https://x.amocrm.ru"}
    accounts = [{"id": name, "name": name, "crm": crm} for name in ("paper", "small", "none")]
    return Settings.model_validate({"accounts": accounts})


def put(warehouse: Any, account: str, lives: list[Life], first_month: date = date(2026, 3, 1)) -> None:
    with warehouse.connect("transformer") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into intermediate.int_revenue__lives values (%s, %s, %s, %s, %s, %s)",
            [
                (account, f"{account}{n}", first_month, LAST_MONTH, life.months, life.has_churned)
                for n, life in enumerate(lives)
            ],
        )


def test_a_fit_is_stored_with_its_cut_and_what_it_expects(settings: Settings, warehouse: Any) -> None:
    put(warehouse, "paper", lives_of(REGULAR))
    put(warehouse, "small", [Life(2, True)] * 29)

    outcomes = models.fit_churn(settings)

    assert [(o.account_id, o.clients, o.fit is None) for o in outcomes] == [
        ("paper", 1000, False),
        ("small", 29, True),
    ]
    fits = warehouse.rows(
        """
        select account_id, data_cut, fitted_at, status, clients, round((parameters ->> 'alpha')::numeric, 3)::text,
            round((parameters ->> 'beta')::numeric, 3)::text, round(log_likelihood::numeric, 1)::text, reason
        from ops.model_fits order by account_id
        """
    )
    assert fits[0] == ("paper", LAST_MONTH, NOW, "fitted", 1000, "0.704", "1.182", "-1680.3", None)
    assert fits[1][:8] == ("small", LAST_MONTH, NOW, "refused", 29, None, None, None)
    assert "29 clients" in fits[1][8]
    # March to October are 8 months: nobody has been there longer
    expected = warehouse.rows(
        "select account_id, tenure_months, expected_months::float from ops.model_expectations order by tenure_months"
    )
    fit = outcomes[0].fit
    assert fit is not None
    again = churn_model.expected_months(fit.alpha, fit.beta, up_to=8)
    assert expected == [("paper", tenure, pytest.approx(months)) for tenure, months in enumerate(again)]


def test_a_later_refusal_takes_the_expectations_away(settings: Settings, warehouse: Any) -> None:
    put(warehouse, "paper", lives_of(REGULAR))
    models.fit_churn(settings)
    warehouse.rows("delete from intermediate.int_revenue__lives where has_churned", role="transformer")

    (outcome,) = models.fit_churn(settings)

    assert outcome.reason == "None of 241 clients has ever left, so their lifetime has no upper end."
    assert warehouse.rows("select status, clients, parameters from ops.model_fits") == [
        ("refused", 241, None)
    ]
    assert warehouse.rows("select count(*) from ops.model_expectations") == [(0,)]


def test_an_earlier_cut_stays_in_the_record(settings: Settings, warehouse: Any) -> None:
    put(warehouse, "paper", lives_of(REGULAR))
    models.fit_churn(settings)
    warehouse.rows("update intermediate.int_revenue__lives set last_month = '2026-11-01'", role="transformer")
    models.fit_churn(settings)

    cuts = warehouse.rows("select data_cut from ops.model_fits order by data_cut")
    assert cuts == [(LAST_MONTH,), (date(2026, 11, 1),)]
