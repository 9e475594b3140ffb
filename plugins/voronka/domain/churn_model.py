"""The shifted-beta-geometric model of how long contracts are renewed (Fader and Hardie 2007, 2010).

Each client ends its contract at every renewal with a probability of its own, which is beta distributed over clients.
A client's months are counted from its first paying month, which is number 1; the first renewal follows month 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, lgamma, log

from voronka.domain.errors import VoronkaError

LEAST_CLIENTS = 30
ANNUAL_DISCOUNT = 0.10
MONTHLY_DISCOUNT = (1 + ANNUAL_DISCOUNT) ** (1 / 12) - 1
# Beyond these the likelihood is flat: clients who hardly differ, or who all leave or all stay.
_LEAST, _MOST = 1e-4, 1e5
_HORIZON = 6000
"""Months after which nothing counts: at 10 % a year their weight is below 1e-20."""


class NoFit(VoronkaError):
    """The lives do not determine the model."""


@dataclass(frozen=True, slots=True)
class Life:
    """A client's first life.

    Attributes:
        months: paying months, pauses among them counted; 1 or more.
        has_churned: whether it ended after them; else it still went on when the data ended.
    """

    months: int
    has_churned: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters of the beta distribution of ending at a renewal, by maximum likelihood."""

    alpha: float
    beta: float
    log_likelihood: float
    clients: int


def retention(alpha: float, beta: float, month: int) -> float:
    """Probability that a client in its ``month``-th month (1, 2, …) renews after it."""
    return (beta + month - 1) / (alpha + beta + month - 1)


def log_likelihood(alpha: float, beta: float, lives: Iterable[Life]) -> float:
    """Logarithm of the probability of ``lives``."""
    return _log_likelihood(alpha, beta, Counter(lives))


def fit(lives: Iterable[Life]) -> Fit:
    """Fit the model to lives pooled over all cohorts.

    Raises:
        NoFit: fewer than 30 clients, or nobody has churned, or a life is shorter than a month.
    """
    # scipy.optimize takes as long to import as a small command takes to run.
    from scipy.optimize import minimize

    counted = Counter(lives)
    clients = counted.total()
    if clients < LEAST_CLIENTS:
        raise NoFit(f"{clients} clients have had a contract; the model is fitted to {LEAST_CLIENTS} or more.")
    if not any(life.has_churned for life in counted):
        raise NoFit(f"None of {clients} clients has ever left, so their lifetime has no upper end.")
    if any(life.months < 1 for life in counted):
        raise NoFit("A life is shorter than one month.")
    found = minimize(
        lambda logs: -_log_likelihood(exp(logs[0]), exp(logs[1]), counted),
        x0=[0.0, 0.0],
        method="Nelder-Mead",
        bounds=[(log(_LEAST), log(_MOST))] * 2,
        options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 10_000, "maxfev": 10_000},
    )
    alpha, beta = (exp(value) for value in found.x)
    return Fit(alpha, beta, -float(found.fun), clients)


def expected_months(
    alpha: float, beta: float, *, up_to: int, monthly_discount: float = MONTHLY_DISCOUNT
) -> list[float]:
    """Discounted months still to come, by tenure, infinite horizon.

    Item 0 is for a client who has just signed, its first month included; item n for one who has been there for n
    months, whose renewal is due now and not discounted.
    """
    # Summed backwards: the closed formula's hypergeometric function overflows where clients hardly differ.
    weight = 1 / (1 + monthly_discount)
    months = [0.0] * (up_to + 1)
    ahead = 0.0
    for tenure in range(up_to + _HORIZON, 0, -1):
        ahead = retention(alpha, beta, tenure) * (1 + weight * ahead)
        if tenure <= up_to:
            months[tenure] = ahead
    months[0] = 1 + weight * ahead
    return months


def _log_likelihood(alpha: float, beta: float, counted: Counter[Life]) -> float:
    whole = _log_beta(alpha, beta)
    total = 0.0
    for life, clients in counted.items():
        if life.has_churned:
            total += clients * (_log_beta(alpha + 1, beta + life.months - 1) - whole)
        else:
            total += clients * (_log_beta(alpha, beta + life.months - 1) - whole)
    return total


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
