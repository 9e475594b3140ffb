"""The models of irregular purchases against the published figures of the CDNOW customers and against other computations."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from importlib.metadata import distribution
from math import exp, gamma

import pytest
from scipy import integrate

from voronka.domain import purchase_model
from voronka.domain.churn_model import MONTHLY_DISCOUNT, NoFit
from voronka.domain.purchase_model import BuyingFit, History, ValueFit

PUBLISHED = BuyingFit(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4, clients=2357)
SECOND = History(repeats=2, recency=30.43, age=38.86, mean_value=22.35)


@pytest.fixture(scope="module")
def cdnow() -> list[History]:
    """2,357 customers of a CD shop over 39 weeks: the example of both papers."""
    files = distribution("lifetimes").files or []
    (path,) = [f for f in files if f.name == "cdnow_customers_summary_with_transactions.csv"]
    rows = csv.DictReader(io.StringIO(path.read_text()))
    return [History(int(r["x"]), float(r["t_x"]), float(r["T"]), float(r["zbar"])) for r in rows]


def test_buying_is_fitted_to_the_published_digits(cdnow: list[History]) -> None:
    """Fader, Hardie and Lee 2005, table 2."""
    fit = purchase_model.fit_buying(cdnow)
    found = [f"{value:.3f}" for value in (fit.r, fit.alpha, fit.a, fit.b)]
    assert (found, f"{fit.log_likelihood:.1f}") == (["0.243", "4.414", "0.793", "2.426"], "-9582.4")
    assert fit.clients == 2357


def test_value_is_fitted_to_the_published_digits(cdnow: list[History]) -> None:
    """Fader and Hardie 2013: the 946 customers that came back."""
    fit = purchase_model.fit_value(cdnow)
    assert (f"{fit.p:.2f}", f"{fit.q:.2f}", f"{fit.gamma:.1f}", fit.clients) == ("6.25", "3.74", "15.4", 946)


def test_the_unit_of_time_changes_nothing_but_the_rate(cdnow: list[History]) -> None:
    weeks = purchase_model.fit_buying(cdnow)
    days = purchase_model.fit_buying([replace(h, recency=h.recency * 7, age=h.age * 7) for h in cdnow])
    assert (days.r, days.alpha, days.a, days.b) == pytest.approx(
        (weeks.r, 7 * weeks.alpha, weeks.a, weeks.b), rel=1e-3
    )


def test_expected_purchases_are_the_published_ones() -> None:
    """The worked example of Fader, Hardie and Lee: 1.226 purchases in the next 39 weeks."""
    assert f"{purchase_model.expected_purchases(PUBLISHED, SECOND, 39.0):.3f}" == "1.226"


def test_who_bought_once_is_taken_as_there_and_silence_counts_against() -> None:
    assert purchase_model.alive(PUBLISHED, History(0, 0.0, 38.86)) == 1.0
    silent = purchase_model.alive(PUBLISHED, replace(SECOND, recency=5.0))
    assert silent < purchase_model.alive(PUBLISHED, SECOND) < 1
    # by hand: 1 / (1 + 0.793 / 3.426 * (43.274 / 34.844) ** 2.243)
    assert purchase_model.alive(PUBLISHED, SECOND) == pytest.approx(0.7266, abs=1e-4)


def test_the_value_of_a_client_is_drawn_towards_that_of_all() -> None:
    """p 6, q 4, gamma 15: all pay 6 x 15 / 3 = 30; two purchases weigh 12 of 15: 0.8 x 20 + 0.2 x 30 = 22."""
    fit = ValueFit(p=6.0, q=4.0, gamma=15.0, log_likelihood=0.0, clients=30)
    assert purchase_model.expected_value(fit, History(2, 1.0, 2.0, 20.0)) == pytest.approx(22.0)
    assert purchase_model.expected_value(fit, History(0, 0.0, 2.0)) == pytest.approx(30.0)


def test_discounted_purchases_are_the_sum_of_the_months() -> None:
    one = purchase_model.expected_purchases(PUBLISHED, SECOND, 1.0)
    two = purchase_model.expected_purchases(PUBLISHED, SECOND, 2.0)
    weight = (1 + MONTHLY_DISCOUNT) ** -0.5
    expected = one * weight + (two - one) * weight**3
    assert purchase_model.discounted_purchases(PUBLISHED, SECOND, months=2) == pytest.approx(expected)
    assert purchase_model.discounted_purchases(
        PUBLISHED, SECOND, months=24, monthly_discount=0.0
    ) == pytest.approx(purchase_model.expected_purchases(PUBLISHED, SECOND, 24.0))


def test_nobody_drops_out_of_an_even_shop() -> None:
    """Rate 2 a month for all (r and alpha huge), nobody drops out (b huge): 10 purchases in 5 months."""
    fit = BuyingFit(r=2e6, alpha=1e6, a=2.0, b=1e9, log_likelihood=0.0, clients=30)
    assert purchase_model.expected_purchases(fit, History(0, 0.0, 12.0), 5.0) == pytest.approx(10.0, rel=1e-3)


def test_beside_one_the_expectation_has_no_jump() -> None:
    at_one = purchase_model.expected_purchases(replace(PUBLISHED, a=1.0), SECOND, 39.0)
    beside = purchase_model.expected_purchases(replace(PUBLISHED, a=1.001), SECOND, 39.0)
    assert at_one == pytest.approx(beside, rel=2e-3)


def test_the_likelihood_is_that_of_the_mixed_process() -> None:
    """One repeat purchase at time 2 of 5, integrated numerically over rates and drop-out probabilities."""
    r, alpha, a, b = 1.5, 2.0, 1.2, 2.3

    def density(p: float, rate: float) -> float:
        rates = alpha**r * rate ** (r - 1) * exp(-alpha * rate) / gamma(r)
        drops = p ** (a - 1) * (1 - p) ** (b - 1) * gamma(a + b) / gamma(a) / gamma(b)
        return rates * drops * rate * (p * exp(-rate * 2) + (1 - p) * exp(-rate * 5))

    integral, _ = integrate.dblquad(density, 0, 60, 0, 1)
    histories = [History(1, 2.0, 5.0)]
    likelihood = purchase_model.buying_log_likelihood((r, alpha, a, b), histories)
    assert exp(likelihood) == pytest.approx(integral, rel=1e-4)


@pytest.mark.parametrize(
    ("histories", "reason"),
    [
        ([History(1, 1.0, 2.0)] * 29, "29 clients buy without a contract"),
        ([History(0, 0.0, 2.0)] * 30, "None of 30 clients has ever bought again"),
        ([History(1, 3.0, 2.0)] * 30, "cannot be"),
        ([History(1, 0.0, 2.0)] * 30, "cannot be"),
    ],
)
def test_histories_that_determine_nothing_are_refused(histories: list[History], reason: str) -> None:
    with pytest.raises(NoFit, match=reason):
        purchase_model.fit_buying(histories)


def test_value_needs_thirty_clients_that_paid_again() -> None:
    paying, free = History(1, 1.0, 2.0, 10.0), History(1, 1.0, 2.0, 0.0)
    with pytest.raises(NoFit, match="29 clients have paid again"):
        purchase_model.fit_value([paying] * 29 + [free] * 5)
