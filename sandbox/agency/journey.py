"""The way of one lead through the pipelines: advances, stalls, losses, and everything untidy that people do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from random import Random

from sandbox.agency.calendar import AgencyCalendar
from sandbox.agency.catalogue import CARE, SALES, TELEMARKETING
from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID, Pipeline, StageMove, User
from sandbox.agency.office import Office
from sandbox.agency.streams import event_id

_PASS_RATE = {TELEMARKETING: 0.50, SALES: 0.52, CARE: 0.80}
_PACE_DAYS = {TELEMARKETING: 3.0, SALES: 6.0, CARE: 40.0}


class LifeIsOverError(Exception):
    """The next step would lie at or beyond the end of the simulated life."""


@dataclass(slots=True)
class Step:
    at: datetime
    pipeline_id: int
    stage_id: int
    user_id: int


@dataclass(slots=True)
class Journey:
    """Where a lead stands while it is being lived; ``steps`` starts with its creation.

    What a user who stopped working still owns is moved by the robot.
    """

    rng: Random
    calendar: AgencyCalendar
    pipelines: list[Pipeline]
    steps: list[Step]
    owner: User
    owners: list[tuple[datetime, int]]
    office: Office
    won_sale_at: datetime | None = None
    reversed_seconds: set[datetime] = field(default_factory=set)

    @property
    def at(self) -> datetime:
        return self.steps[-1].at

    def go(self, pipeline: int, stage_id: int, days: float) -> None:
        """Move to a stage a working while later; ``days`` 0 is within the same second."""
        at = self.at if days == 0 else self.calendar.after(self.rng, self.at, days)
        if at >= self.calendar.until:
            raise LifeIsOverError
        by_robot = self.rng.random() < 0.03 or not self.office.works(self.owner, at)
        user_id = 0 if by_robot else self.owner.user_id
        self.steps.append(Step(at, self.pipelines[pipeline].pipeline_id, stage_id, user_id))

    def hand_over(self, owner: User) -> None:
        """Change the owner at the moment of the last step."""
        if owner.user_id != self.owner.user_id:
            self.owner = owner
            self.owners.append((self.at, owner.user_id))

    def run(self, pipeline: int, first: int) -> str:
        """Go through the open stages from number ``first`` (0 = incoming); says won, lost or open."""
        rng = self.rng
        stages = [s.stage_id for s in self.pipelines[pipeline].stages if s.kind in ("incoming", "open")]
        chance = _PASS_RATE[pipeline] + 0.30 * self.owner.skill
        pace = _PACE_DAYS[pipeline] * (1.4 - 0.6 * self.owner.skill)
        position = first
        if rng.random() < 0.045:
            return "open"
        while position < len(stages) - 1:
            if rng.random() > chance and position > 0:
                return "open" if rng.random() < 0.06 else self._lose(pipeline, pace)
            position = self._advance(pipeline, stages, position, pace)
        if pipeline == TELEMARKETING:
            return "won" if rng.random() < 0.9 else self._lose(pipeline, pace)
        if rng.random() < chance:
            self.go(pipeline, WON_STAGE_ID, pace)
            return "won"
        return self._lose(pipeline, pace)

    def _advance(self, pipeline: int, stages: list[int], position: int, pace: float) -> int:
        """One step forward with its oddities: skipped, repeated, saved again, two in one second. The new position."""
        rng = self.rng
        oddity = rng.random()
        last = len(stages) - 1
        if oddity < 0.05 and position > 1:
            self.go(pipeline, stages[position - 1], pace / 2)
            self.go(pipeline, stages[position], pace / 2)
        elif oddity < 0.06 and position > 0:
            self.go(pipeline, stages[position], pace / 2)
        elif oddity < 0.13 and position + 2 <= last:
            position += 1
        elif oddity < 0.16 and position + 2 <= last:
            self.go(pipeline, stages[position + 1], pace)
            self.go(pipeline, stages[position + 2], 0)
            if rng.random() < 0.25:
                self.reversed_seconds.add(self.at)
            return position + 2
        self.go(pipeline, stages[position + 1], pace)
        return position + 1

    def _lose(self, pipeline: int, pace: float) -> str:
        self.go(pipeline, LOST_STAGE_ID, pace)
        return "lost"

    def moves(self, lead_id: int) -> list[StageMove]:
        """The steps after creation as moves. Ids of one second follow the chain, but for a few that contradict it."""
        moves = []
        for n, (before, step) in enumerate(pairwise(self.steps)):
            millisecond = 900 - n if step.at in self.reversed_seconds else n
            moves.append(
                StageMove(step.at, before.pipeline_id, before.stage_id, step.pipeline_id, step.stage_id, step.user_id,
                          event_id(step.at, "lead_status_changed", lead_id, n, millisecond))
            )  # fmt: skip
        return moves


def live(journey: Journey, pipeline: int, first: int) -> None:
    """Let the lead live until it is closed for good, stands still or the simulated life ends."""
    try:
        _conveyor(journey, pipeline, first)
    except LifeIsOverError:
        return


def _conveyor(journey: Journey, pipeline: int, first: int) -> None:
    rng = journey.rng
    if pipeline == TELEMARKETING:
        outcome = journey.run(TELEMARKETING, first)
        if outcome == "lost" and rng.random() < 0.06:
            _reopen(journey, TELEMARKETING)
        if outcome != "won":
            return
        if rng.random() < 0.25:
            journey.go(TELEMARKETING, WON_STAGE_ID, 1.0)
        journey.go(SALES, journey.pipelines[SALES].stages[1].stage_id, 1.5)
        journey.hand_over(journey.office.pick(rng, SALES, journey.at))
        pipeline, first = SALES, 1
    if pipeline == SALES:
        outcome = journey.run(SALES, first)
        if outcome == "lost" and rng.random() < 0.07:
            outcome = _reopen(journey, SALES)
        if outcome != "won":
            return
        journey.won_sale_at = journey.at
        if rng.random() < 0.05:
            _undo_win(journey)
            return
        if rng.random() > 0.45:
            return
        journey.go(CARE, journey.pipelines[CARE].stages[1].stage_id, 3.0)
        journey.hand_over(journey.office.pick(rng, CARE, journey.at))
        first = 1
    if journey.run(CARE, first) == "won" and rng.random() < 0.08:
        journey.go(CARE, LOST_STAGE_ID, 30.0)


def _reopen(journey: Journey, pipeline: int) -> str:
    """A lost lead comes back: to its first or second stage, and on from there, at times straight to a win."""
    stages = journey.pipelines[pipeline].stages
    journey.go(pipeline, stages[journey.rng.choice((1, 2))].stage_id, 35.0)
    if journey.rng.random() < 0.4:
        journey.go(pipeline, stages[3].stage_id, 4.0)
        journey.go(pipeline, WON_STAGE_ID, 4.0)
        return "won"
    journey.go(pipeline, LOST_STAGE_ID, 10.0)
    return "lost"


def _undo_win(journey: Journey) -> None:
    """A win that was none: reopened, then mostly lost, at times won again."""
    stages = journey.pipelines[SALES].stages
    journey.go(SALES, stages[4].stage_id, 12.0)
    journey.won_sale_at = None
    if journey.rng.random() < 0.7:
        journey.go(SALES, LOST_STAGE_ID, 10.0)
    else:
        journey.go(SALES, WON_STAGE_ID, 10.0)
        journey.won_sale_at = journey.at
