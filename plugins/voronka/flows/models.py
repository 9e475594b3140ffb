"""Fits the churn model to the contract clients of each account; the marts read what it expects."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from voronka import database
from voronka.config import Settings
from voronka.domain import churn_model, clock
from voronka.domain.churn_model import Fit, Life, NoFit

MODEL = "shifted_beta_geometric"
LIVES = "int_revenue__lives"
"""The dbt model that the fit reads."""


@dataclass(frozen=True, slots=True)
class FitOutcome:
    """What came of an account: a fit, or the reason why there is none. ``data_cut`` is the last closed month."""

    account_id: str
    data_cut: date
    clients: int
    fit: Fit | None
    reason: str | None = None


def fit_churn(settings: Settings) -> list[FitOutcome]:
    """Fit every account that has contract clients and replace what the marts read of it.

    Reads ``intermediate.int_revenue__lives``. An account whose clients do not determine the model keeps no
    expectations, so that its predictions are unknown rather than old.
    """
    with database.connect("transformer") as connection:
        lives = _read_lives(connection)
    outcomes = []
    with database.connect("app") as connection:
        connection.execute("delete from ops.model_expectations where model = %s", (MODEL,))
        for account in settings.accounts:
            if account.id in lives:
                outcome, expected = _fit_account(account.id, *lives[account.id])
                _store(connection, outcome, expected)
                outcomes.append(outcome)
    return outcomes


def _read_lives(connection: Connection[TupleRow]) -> dict[str, tuple[date, list[Life], int]]:
    """By account: the last closed month, the lives, and the longest time since a first month."""
    rows = connection.execute(
        """
        select
            account_id, last_month, first_life_months, has_churned,
            (extract(year from age(last_month, first_month)) * 12
            + extract(month from age(last_month, first_month)))::int + 1
        from intermediate.int_revenue__lives
        """
    ).fetchall()
    cuts: dict[str, date] = {}
    lives: dict[str, list[Life]] = defaultdict(list)
    longest: dict[str, int] = defaultdict(int)
    for account_id, last_month, months, has_churned, age in rows:
        cuts[account_id] = last_month
        lives[account_id].append(Life(months, has_churned))
        longest[account_id] = max(longest[account_id], age)
    return {account_id: (cuts[account_id], lives[account_id], longest[account_id]) for account_id in lives}


def _fit_account(
    account_id: str, data_cut: date, lives: list[Life], longest: int
) -> tuple[FitOutcome, list[float]]:
    try:
        fit = churn_model.fit(lives)
    except NoFit as refusal:
        return FitOutcome(account_id, data_cut, len(lives), None, refusal.message), []
    expected = churn_model.expected_months(fit.alpha, fit.beta, up_to=longest)
    return FitOutcome(account_id, data_cut, len(lives), fit), expected


def _store(connection: Connection[TupleRow], outcome: FitOutcome, expected: list[float]) -> None:
    fit = outcome.fit
    connection.execute(
        """
        insert into ops.model_fits
            (account_id, model, data_cut, fitted_at, status, reason, clients, parameters, log_likelihood)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (account_id, model, data_cut) do update
        set fitted_at = excluded.fitted_at, status = excluded.status, reason = excluded.reason,
            clients = excluded.clients, parameters = excluded.parameters, log_likelihood = excluded.log_likelihood
        """,
        (
            *(outcome.account_id, MODEL, outcome.data_cut, clock.now()),
            *("fitted" if fit else "refused", outcome.reason, outcome.clients),
            Jsonb({"alpha": fit.alpha, "beta": fit.beta}) if fit else None,
            fit.log_likelihood if fit else None,
        ),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.model_expectations (account_id, model, tenure_months, expected_months)"
            " values (%s, %s, %s, %s)",
            [(outcome.account_id, MODEL, tenure, months) for tenure, months in enumerate(expected)],
        )
