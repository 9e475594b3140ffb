"""Fits the models of clients' lives and purchases for each account; the marts read what they expect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from voronka import database
from voronka.config import Settings
from voronka.domain import churn_model, clock, purchase_model
from voronka.domain.churn_model import Fit, Life, NoFit
from voronka.domain.purchase_model import DAYS_A_MONTH, BuyingFit, History, ValueFit

MODEL = "shifted_beta_geometric"
LIVES = "int_revenue__lives"
"""The dbt model that the fit of contract clients reads."""
BUYING, VALUE = "bg_nbd", "gamma_gamma"
HISTORIES = "int_revenue__purchase_histories"
"""The dbt model that the fits of clients without contracts read."""


@dataclass(frozen=True, slots=True)
class FitOutcome:
    """What came of a model for an account: a fit, or the reason why there is none.

    Attributes:
        data_cut: first day of the last closed month.
    """

    account_id: str
    data_cut: date
    clients: int
    fit: Fit | BuyingFit | ValueFit | None
    reason: str | None = None
    model: str = MODEL


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
                _store_fit(connection, outcome)
                _store_months(connection, outcome, expected)
                outcomes.append(outcome)
    return outcomes


def fit_purchases(settings: Settings) -> list[FitOutcome]:
    """Fit every account that has clients without contracts and replace what the marts read of them.

    Reads ``intermediate.int_revenue__purchase_histories``. Both models must fit for anything to be expected.
    """
    with database.connect("transformer") as connection:
        read = _read_histories(connection)
    outcomes: list[FitOutcome] = []
    with database.connect("app") as connection:
        connection.execute("delete from ops.client_expectations")
        for account in settings.accounts:
            if account.id in read:
                data_cut, histories = read[account.id]
                month = data_cut.replace(day=1)
                buying = _attempt(account.id, month, BUYING, histories)
                value = _attempt(account.id, month, VALUE, histories)
                for outcome in (buying, value):
                    _store_fit(connection, outcome)
                if isinstance(buying.fit, BuyingFit) and isinstance(value.fit, ValueFit):
                    with connection.cursor() as cursor:
                        cursor.executemany(
                            """
                            insert into ops.client_expectations (
                                account_id, data_cut, client_id, probability_alive, expected_purchases, expected_value
                            )
                            values (%s, %s, %s, %s, %s, %s)
                            """,
                            [
                                (account.id, data_cut, *expected)
                                for expected in _expected(histories, buying.fit, value.fit)
                            ],
                        )
                outcomes += [buying, value]
    return outcomes


def _read_histories(connection: Connection[TupleRow]) -> dict[str, tuple[date, dict[str, History]]]:
    """By account: the last day of the data and each client's history in months."""
    rows = connection.execute(
        """
        select account_id, client_id, data_cut, repeats, recency_days, age_days, mean_repeat_value
        from intermediate.int_revenue__purchase_histories
        """
    ).fetchall()
    read: dict[str, tuple[date, dict[str, History]]] = {}
    for account_id, client_id, data_cut, repeats, recency, age, value in rows:
        history = History(repeats, recency / DAYS_A_MONTH, age / DAYS_A_MONTH, float(value))
        read.setdefault(account_id, (data_cut, {}))[1][client_id] = history
    return read


def _attempt(account_id: str, month: date, model: str, histories: dict[str, History]) -> FitOutcome:
    fitted = purchase_model.fit_buying if model == BUYING else purchase_model.fit_value
    try:
        fit = fitted(list(histories.values()))
    except NoFit as refusal:
        return FitOutcome(account_id, month, len(histories), None, refusal.message, model)
    return FitOutcome(account_id, month, fit.clients, fit, None, model)


def _expected(
    histories: dict[str, History], buying: BuyingFit, value: ValueFit
) -> Iterator[tuple[str, float, float, float]]:
    """(client, probability alive, discounted purchases, mean value of a purchase)."""
    for client_id, history in histories.items():
        yield (
            client_id,
            purchase_model.alive(buying, history),
            purchase_model.discounted_purchases(buying, history),
            purchase_model.expected_value(value, history),
        )


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


def _store_fit(connection: Connection[TupleRow], outcome: FitOutcome) -> None:
    fit = asdict(outcome.fit) if outcome.fit else None
    likelihood = fit.pop("log_likelihood") if fit else None
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
            *(outcome.account_id, outcome.model, outcome.data_cut, clock.now()),
            *("fitted" if fit else "refused", outcome.reason, outcome.clients),
            Jsonb({name: number for name, number in fit.items() if name != "clients"}) if fit else None,
            likelihood,
        ),
    )


def _store_months(connection: Connection[TupleRow], outcome: FitOutcome, expected: list[float]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.model_expectations (account_id, model, tenure_months, expected_months)"
            " values (%s, %s, %s, %s)",
            [(outcome.account_id, MODEL, tenure, months) for tenure, months in enumerate(expected)],
        )
