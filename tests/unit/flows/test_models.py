"""What the fit of the churn model reads, writes and refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.domain.test_churn_model import REGULAR, lives_of
from voronka.config import Settings
from voronka.domain import churn_model, purchase_model
from voronka.domain.churn_model import Life
from voronka.domain.purchase_model import DAYS_A_MONTH, BuyingFit, History, ValueFit
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
    warehouse.rows(
        """
        create table intermediate.int_revenue__purchase_histories (
            account_id text, client_id text, data_cut date, repeats int, recency_days int, age_days int,
            mean_repeat_value numeric
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


def bought(warehouse: Any, account: str, clients: int) -> None:
    """Clients who came back 1, 2, 3 … 7 times over 20 to 24 months, the more often the less for."""
    with warehouse.connect("transformer") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into intermediate.int_revenue__purchase_histories values (%s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    account,
                    f"{account}{n}",
                    date(2026, 10, 31),
                    n % 8,
                    (n % 8) * 61,
                    610 + n,
                    (n % 8) and 900 - 50 * (n % 8) + n,
                )
                for n in range(clients)
            ],
        )


def test_what_irregular_buyers_will_bring_is_stored_for_each(settings: Settings, warehouse: Any) -> None:
    bought(warehouse, "paper", 60)
    bought(warehouse, "small", 29)

    outcomes = models.fit_purchases(settings)

    assert [(o.account_id, o.model, o.clients, o.fit is None) for o in outcomes] == [
        ("paper", "bg_nbd", 60, False),
        ("paper", "gamma_gamma", 52, False),
        ("small", "bg_nbd", 29, True),
        ("small", "gamma_gamma", 29, True),
    ]
    fits = warehouse.rows(
        "select model, data_cut, status, clients, reason from ops.model_fits where account_id = 'small'"
    )
    assert {(model, cut, status) for model, cut, status, _, _ in fits} == {
        ("bg_nbd", LAST_MONTH, "refused"),
        ("gamma_gamma", LAST_MONTH, "refused"),
    }
    buying, value = outcomes[0].fit, outcomes[1].fit
    assert isinstance(buying, BuyingFit)
    assert isinstance(value, ValueFit)
    history = History(7, 427 / DAYS_A_MONTH, 617 / DAYS_A_MONTH, 557.0)
    ((cut, alive, purchases, mean),) = warehouse.rows(
        """
        select data_cut, probability_alive::float, expected_purchases::float, expected_value::float
        from ops.client_expectations where client_id = 'paper7'
        """
    )
    assert cut == date(2026, 10, 31)
    assert (alive, purchases, mean) == pytest.approx(
        (
            purchase_model.alive(buying, history),
            purchase_model.discounted_purchases(buying, history),
            purchase_model.expected_value(value, history),
        )
    )
    assert warehouse.rows("select account_id, count(*) from ops.client_expectations group by 1") == [
        ("paper", 60)
    ]


def test_a_later_refusal_takes_the_buyers_expectations_away(settings: Settings, warehouse: Any) -> None:
    bought(warehouse, "paper", 60)
    models.fit_purchases(settings)
    warehouse.rows(
        "delete from intermediate.int_revenue__purchase_histories where age_days > 630", role="transformer"
    )
    models.fit_purchases(settings)
    assert warehouse.rows("select count(*) from ops.client_expectations") == [(0,)]
