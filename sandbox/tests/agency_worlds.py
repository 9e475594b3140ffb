"""Worlds that several tests look at, and small tenants made by hand. Nobody may change them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

from sandbox.agency.model import (
    LOST_STAGE_ID,
    WON_STAGE_ID,
    Call,
    Lead,
    Pipeline,
    Size,
    Stage,
    StageMove,
    Tenant,
)
from sandbox.agency.streams import event_id
from sandbox.agency.world import SimulatedWorld, build_world

UNTIL = datetime(2026, 11, 1, tzinfo=UTC)
SMALL = Size(leads=300, calls=900, projects=2, keywords=10, position_days=40, months=4)
START = datetime(2026, 3, 10, 9, tzinfo=UTC)
PIPELINE = 1
STAGES = {"I": 9, "A": 11, "B": 12, "C": 13, "W": WON_STAGE_ID, "L": LOST_STAGE_ID}


@cache
def default_world() -> SimulatedWorld:
    return build_world(until=UNTIL)


@cache
def small_world() -> SimulatedWorld:
    return build_world(until=UNTIL, size=SMALL)


def hand_made_lead(number: int, path: str, *, hours_apart: int = 1) -> Lead:
    """A lead created at START whose stages are the letters of ``path``, one move every ``hours_apart`` hours."""
    moves = []
    for n, (before, after) in enumerate(pairwise(path)):
        at = START + timedelta(hours=(n + 1) * hours_apart)
        identity = event_id(at, "lead_status_changed", number, n)
        moves.append(StageMove(at, PIPELINE, STAGES[before], PIPELINE, STAGES[after], 7, identity))
    return Lead(
        number, path, START, 7, PIPELINE, STAGES[path[0]], (), None, moves, [(START, 7)], [(START, 100)]
    )


def hand_made_tenant(leads: list[Lead]) -> Tenant:
    """One pipeline I (incoming), A, B, C, won, lost in Moscow, with the leads and nothing else."""
    stages = (
        Stage(STAGES["I"], "I", 10, "incoming"),
        *(Stage(STAGES[name], name, 10 * n, "open") for n, name in enumerate("ABC", start=2)),
        Stage(WON_STAGE_ID, "W", 10_000, "won"),
        Stage(LOST_STAGE_ID, "L", 11_000, "lost"),
    )
    return Tenant(
        slug="hand", account_number=1, name="Hand", time_zone="Europe/Moscow", currency="RUB", country="RU", users=[],
        pipelines=[Pipeline(PIPELINE, "Продажи", 1, True, stages)], loss_reasons=[], task_types=[], fields=[],
        leads=leads, contacts=[], companies=[], tasks=[], notes=[], calls=[], contracts=[], customers=[], payments=[],
        projects=[], born_at=START,
    )  # fmt: skip


def call(
    number: int,
    seconds: int,
    *,
    direction: str = "in",
    talk: int = 0,
    client: str | None = "79161234567",
    wait: int | None = 20,
) -> Call:
    """A call ``seconds`` after START; what a test does not say is a missed incoming call of one number."""
    at = START + timedelta(seconds=seconds)
    return Call(number, at, direction, client, "74951230001", None, wait, talk, "timeout", None, None)  # type: ignore[arg-type]
