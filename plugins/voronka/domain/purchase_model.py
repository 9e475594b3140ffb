"""How often clients without contracts buy and for how much: BG/NBD with gamma-gamma.

A client buys at a rate of its own (gamma distributed over clients) until, after any purchase, it drops out with a
probability of its own (beta distributed): Fader, Hardie and Lee 2005. What it pays is gamma distributed around a mean of
its own, whose scale is gamma distributed over clients and does not depend on the rate: Fader and Hardie 2013.
Time is counted in units of the caller; the marts use months of 365.25 ÷ 12 days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voronka.domain.churn_model import LEAST_CLIENTS, MONTHLY_DISCOUNT, NoFit

Floats = NDArray[np.float64]
DAYS_A_MONTH = 365.25 / 12
HORIZON_MONTHS = 120
"""How far ahead purchases are counted: later ones weigh under 0.4 at 10 % a year, and nobody knows the market then."""
_LEAST, _MOST = 1e-4, 1e5
_BESIDE_ONE = 1e-6


@dataclass(frozen=True, slots=True)
class History:
    """What a client has bought.

    Attributes:
        repeats: purchases after the first; 0 or more.
        recency: time from the first purchase to the last; 0 when there is one.
        age: time from the first purchase to the data cut.
        mean_value: mean amount of the purchases after the first; 0 when there is none or nothing was paid.
    """

    repeats: int
    recency: float
    age: float
    mean_value: float = 0.0


@dataclass(frozen=True, slots=True)
class BuyingFit:
    """Parameters of BG/NBD: r and alpha of the rate, a and b of dropping out."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    clients: int


@dataclass(frozen=True, slots=True)
class ValueFit:
    """Parameters of gamma-gamma: p of a purchase, q and gamma of the clients' scales."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    clients: int


def fit_buying(histories: Sequence[History]) -> BuyingFit:
    """Fit BG/NBD by maximum likelihood.

    Raises:
        NoFit: fewer than 30 clients, nobody ever came back, or a history that cannot be.
    """
    _check(histories)
    repeats, recency, age = _columns(histories)
    # Rates in times of about one make the search even.
    scale = float(age.max())

    def likelihood(values: Floats) -> float:
        r, alpha, a, b = values
        return float(_buying_likelihoods((r, alpha, a, b), repeats, recency / scale, age / scale).sum())

    best, value = _maximum(likelihood, start=(1.0, 1.0, 1.0, 1.0))
    r, alpha, a, b = best
    # The density of a purchase's moment is per unit of time: back to the caller's unit.
    return BuyingFit(
        r, alpha * scale, a, b, value - float(repeats.sum()) * float(np.log(scale)), len(histories)
    )


def buying_log_likelihood(
    parameters: tuple[float, float, float, float], histories: Sequence[History]
) -> float:
    """Logarithm of the probability density of ``histories`` under (r, alpha, a, b)."""
    return float(_buying_likelihoods(parameters, *_columns(histories)).sum())


def fit_value(histories: Sequence[History]) -> ValueFit:
    """Fit gamma-gamma to the clients that came back and paid.

    Raises:
        NoFit: fewer than 30 such clients, or a mean that does not exist (q at most 1).
    """
    paying = [h for h in histories if h.repeats > 0 and h.mean_value > 0]
    if len(paying) < LEAST_CLIENTS:
        raise NoFit(f"{len(paying)} clients have paid again; the model is fitted to {LEAST_CLIENTS} or more.")
    repeats = np.array([h.repeats for h in paying], dtype=float)
    means = np.array([h.mean_value for h in paying], dtype=float)
    scale = float(means.mean())

    def likelihood(values: Floats) -> float:
        p, q, gamma = values
        return float(_value_likelihoods((p, q, gamma), repeats, means / scale).sum())

    (p, q, gamma), value = _maximum(likelihood, start=(1.0, 2.0, 1.0))
    if q <= 1:
        raise NoFit(f"What clients pay differs too much for a mean to exist (q = {q:.2f}).")
    return ValueFit(p, q, gamma * scale, value - len(paying) * float(np.log(scale)), len(paying))


def expected_purchases(fit: BuyingFit, history: History, ahead: float) -> float:
    """Purchases expected of a client within ``ahead`` after the data cut (equation 10 of the 2005 paper)."""
    return float(_expected(fit, history, np.array([ahead]))[0])


def alive(fit: BuyingFit, history: History) -> float:
    """Probability that a client has not dropped out; 1 for one that bought once (the model drops nobody before)."""
    if history.repeats == 0:
        return 1.0
    x = history.repeats
    odds = (fit.a / (fit.b + x - 1)) * ((fit.alpha + history.age) / (fit.alpha + history.recency)) ** (
        fit.r + x
    )
    return float(1 / (1 + odds))


def expected_value(fit: ValueFit, history: History) -> float:
    """Mean amount of a client's purchases to come: its own mean drawn towards that of all clients."""
    everybody = fit.p * fit.gamma / (fit.q - 1)
    if history.repeats == 0 or history.mean_value <= 0:
        return everybody
    own = fit.p * history.repeats / (fit.p * history.repeats + fit.q - 1)
    return own * history.mean_value + (1 - own) * everybody


def discounted_purchases(
    fit: BuyingFit,
    history: History,
    *,
    months: int = HORIZON_MONTHS,
    monthly_discount: float = MONTHLY_DISCOUNT,
) -> float:
    """Purchases expected in the next ``months``, each month's discounted to the data cut from the month's middle."""
    ends = np.arange(1, months + 1, dtype=float)
    within = np.diff(_expected(fit, history, ends), prepend=0.0)
    return float((within / (1 + monthly_discount) ** (ends - 0.5)).sum())


def _expected(fit: BuyingFit, history: History, ahead: Floats) -> Floats:
    from scipy.special import hyp2f1

    x, age = history.repeats, history.age
    # At exactly 1 the formula is 0 ÷ 0; beside it, its value is the limit's to six digits.
    a = fit.a if abs(fit.a - 1) > _BESIDE_ONE else 1 + _BESIDE_ONE
    series = hyp2f1(fit.r + x, fit.b + x, a + fit.b + x - 1, ahead / (fit.alpha + age + ahead))
    shrink = ((fit.alpha + age) / (fit.alpha + age + ahead)) ** (fit.r + x)
    expected: Floats = (a + fit.b + x - 1) / (a - 1) * (1 - shrink * series) * alive(fit, history)
    return expected


def _check(histories: Sequence[History]) -> None:
    if len(histories) < LEAST_CLIENTS:
        raise NoFit(
            f"{len(histories)} clients buy without a contract; the model is fitted to {LEAST_CLIENTS} or more."
        )
    if not any(h.repeats for h in histories):
        raise NoFit(f"None of {len(histories)} clients has ever bought again.")
    for history in histories:
        if not 0 <= history.recency <= history.age or (history.repeats == 0) != (history.recency == 0):
            raise NoFit(f"A history that cannot be: {history}.")


def _columns(histories: Sequence[History]) -> tuple[Floats, Floats, Floats]:
    table = np.array([(h.repeats, h.recency, h.age) for h in histories], dtype=float)
    return table[:, 0], table[:, 1], table[:, 2]


def _buying_likelihoods(
    parameters: tuple[float, float, float, float], repeats: Floats, recency: Floats, age: Floats
) -> Floats:
    from scipy.special import betaln, gammaln

    r, alpha, a, b = parameters
    common = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    still_there = betaln(a, b + repeats) - (r + repeats) * np.log(alpha + age)
    came_back = repeats > 0
    gone = np.where(
        came_back,
        betaln(a + 1, b + np.maximum(repeats, 1) - 1) - (r + repeats) * np.log(alpha + recency),
        -np.inf,
    )
    likelihoods: Floats = common + np.logaddexp(still_there, gone)
    return likelihoods


def _value_likelihoods(parameters: tuple[float, float, float], repeats: Floats, means: Floats) -> Floats:
    from scipy.special import gammaln

    p, q, gamma = parameters
    likelihoods: Floats = (
        gammaln(p * repeats + q)
        - gammaln(p * repeats)
        - gammaln(q)
        + q * np.log(gamma)
        + (p * repeats - 1) * np.log(means)
        + p * repeats * np.log(repeats)
        - (p * repeats + q) * np.log(gamma + repeats * means)
    )
    return likelihoods


def _maximum(
    likelihood: Callable[[Floats], float], start: tuple[float, ...]
) -> tuple[tuple[float, ...], float]:
    """Where a likelihood of positive parameters is greatest, and its value there."""
    from scipy.optimize import minimize

    found = minimize(
        lambda logs: -likelihood(np.exp(logs)),
        x0=np.log(start),
        method="Nelder-Mead",
        bounds=[(float(np.log(_LEAST)), float(np.log(_MOST)))] * len(start),
        options={"xatol": 1e-8, "fatol": 1e-8, "maxiter": 20_000, "maxfev": 20_000},
    )
    return tuple(float(v) for v in np.exp(found.x)), -float(found.fun)
