"""The churn model against the published example and against other ways of computing the same."""

from __future__ import annotations

from itertools import pairwise
from math import log

import pytest
from scipy import integrate, special, stats

from voronka.domain import churn_model
from voronka.domain.churn_model import Life, NoFit

# Fader and Hardie, How to Project Customer Retention (2007): survivors of 1,000 after 0 to 7 renewals.
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491)
PUBLISHED = [(REGULAR, "0.704", "1.182", "-1680.3"), (HIGH_END, "0.668", "3.806", "-1611.2")]


def lives_of(survivors: tuple[int, ...]) -> list[Life]:
    """Who leaves at the n-th renewal was there for n periods; who is left has survived all of them."""
    left = [
        Life(number, has_churned=True)
        for number, (before, after) in enumerate(pairwise(survivors), start=1)
        for _ in range(before - after)
    ]
    return left + [Life(len(survivors), has_churned=False)] * survivors[-1]


@pytest.mark.parametrize(("survivors", "alpha", "beta", "likelihood"), PUBLISHED)
def test_the_published_example_to_its_printed_digits(
    survivors: tuple[int, ...], alpha: str, beta: str, likelihood: str
) -> None:
    fit = churn_model.fit(lives_of(survivors))

    assert (f"{fit.alpha:.3f}", f"{fit.beta:.3f}", f"{fit.log_likelihood:.1f}") == (alpha, beta, likelihood)
    assert fit.clients == 1000


def test_the_likelihood_is_that_of_mixed_geometric_lives() -> None:
    alpha, beta = 0.7, 1.2

    def mixed(months: int, has_churned: bool) -> float:
        def probability(theta: float) -> float:
            density = float(stats.beta.pdf(theta, alpha, beta))
            return density * (1 - theta) ** (months - 1) * (theta if has_churned else 1)

        return float(integrate.quad(probability, 0, 1)[0])

    expected = 2 * log(mixed(3, True)) + log(mixed(1, True)) + log(mixed(5, False))
    lives = [Life(3, True), Life(3, True), Life(1, True), Life(5, False)]

    assert churn_model.log_likelihood(alpha, beta, lives) == pytest.approx(expected, abs=1e-7)


def test_a_client_of_one_month_that_goes_on_says_nothing() -> None:
    assert churn_model.log_likelihood(0.7, 1.2, [Life(1, False)]) == pytest.approx(0)


def test_retention_by_hand() -> None:
    # of 2 / (1 + 2) after the first month, 3 / 4 after the second
    assert churn_model.retention(1, 2, 1) == pytest.approx(2 / 3)
    assert churn_model.retention(1, 2, 2) == pytest.approx(3 / 4)


@pytest.mark.parametrize(("alpha", "beta"), [(0.704, 1.182), (0.668, 3.806), (3.0, 20.0)])
@pytest.mark.parametrize("discount", [churn_model.MONTHLY_DISCOUNT, 0.1])
def test_expectations_equal_the_hypergeometric_formula(alpha: float, beta: float, discount: float) -> None:
    weight = 1 / (1 + discount)
    expected = [special.hyp2f1(1, beta, alpha + beta, weight)] + [
        (beta + n - 1) / (alpha + beta + n - 1) * special.hyp2f1(1, beta + n, alpha + beta + n, weight)
        for n in range(1, 25)
    ]

    found = churn_model.expected_months(alpha, beta, up_to=24, monthly_discount=discount)

    assert found == pytest.approx([float(value) for value in expected], rel=1e-9)


def test_expectations_of_clients_all_alike_by_hand() -> None:
    # everybody renews with 0.9: 0.9 + 0.9 × 0.9 ÷ 1.1 + … = 0.9 ÷ (1 − 0.9 ÷ 1.1) = 4.95, from the start 1 + 4.95 ÷ 1.1
    found = churn_model.expected_months(1e9, 9e9, up_to=3, monthly_discount=0.1)

    assert found == pytest.approx([5.5, 4.95, 4.95, 4.95], rel=1e-6)


def test_ten_per_cent_a_year_is_compounded_monthly() -> None:
    yearly = (1 + churn_model.MONTHLY_DISCOUNT) ** 12

    assert yearly == pytest.approx(1.10)


def test_the_longer_a_client_has_been_there_the_more_is_expected() -> None:
    expected = churn_model.expected_months(0.704, 1.182, up_to=50)

    assert all(later > earlier for earlier, later in pairwise(expected[1:]))


def test_clients_all_alike_are_fitted_by_their_common_rate() -> None:
    # the likelihood is flat here: any parameters do whose mean is the share that leaves
    survivors = (8000, 4000, 2000, 1000, 500)

    fit = churn_model.fit(lives_of(survivors))

    assert churn_model.retention(fit.alpha, fit.beta, 1) == pytest.approx(0.5, abs=0.01)
    assert churn_model.retention(fit.alpha, fit.beta, 20) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("lives", "reason"),
    [
        ([Life(3, True)] * 29, "29 clients"),
        ([Life(3, False)] * 40, "None of 40 clients has ever left"),
        ([Life(0, True)] * 30, "shorter than one month"),
    ],
)
def test_lives_that_determine_nothing_are_refused(lives: list[Life], reason: str) -> None:
    with pytest.raises(NoFit, match=reason):
        churn_model.fit(lives)


def test_thirty_clients_are_enough() -> None:
    assert churn_model.fit([Life(3, True)] * 15 + [Life(9, False)] * 15).clients == 30
