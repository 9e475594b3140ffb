"""The funnel of the simulated agency, worked out from its facts: cohorts in three order modes, flow and stock."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.agency.history import lead_state
from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID, Lead, Pipeline, Snapshot, Tenant


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether a path reached a step: at some time; in pipeline order; the step or a later one."""

    any: bool
    strict: bool
    filled: bool


def reach(path: Sequence[int], steps: Sequence[int]) -> list[Reached]:
    """For each step of ``steps``, whether ``path`` (stages entered in order, other stages may be among them) reached it.

    Strict asks that the step and every step before it were entered and that their first entries lie in pipeline order.
    """
    first: dict[int, int] = {}
    for number, stage in enumerate(path):
        first.setdefault(stage, number)
    result: list[Reached] = []
    in_order, before = True, -1
    for number, step in enumerate(steps):
        entered = first.get(step)
        in_order = in_order and entered is not None and entered > before
        if entered is not None:
            before = entered
        later = any(other in first for other in steps[number:])
        result.append(Reached(entered is not None, in_order, later))
    return result


def steps_of(pipeline: Pipeline) -> list[int]:
    """The pipeline's steps: open stages in order, then won."""
    return [stage.stage_id for stage in pipeline.stages if stage.kind in ("open", "won")]


def entries(lead: Lead, now: datetime) -> list[tuple[datetime, int, int]]:
    """(when, pipeline, stage) of all stage entries up to ``now``; creation is one, saving the same stage again is none."""
    path = [(lead.created_at, lead.first_pipeline_id, lead.first_stage_id)]
    for move in lead.moves[: bisect_right(lead.moves, now, key=lambda move: move.at)]:
        if (move.to_pipeline_id, move.to_stage_id) != path[-1][1:]:
            path.append((move.at, move.to_pipeline_id, move.to_stage_id))
    return path


@dataclass(frozen=True, slots=True)
class Flags:
    """What a lead is known to be at a moment. A duplicate is one that stands in lost as a duplicate."""

    is_spam: bool
    is_test: bool
    is_duplicate: bool

    @property
    def counts(self) -> bool:
        return not (self.is_spam or self.is_test or self.is_duplicate)


def flags(lead: Lead, now: datetime) -> Flags:
    is_duplicate = lead.is_duplicate and lead_state(lead, now).stage_id == LOST_STAGE_ID
    return Flags(lead.is_spam, lead.is_test, is_duplicate)


def leads_truth(seen: Snapshot) -> dict[str, int]:
    """Counts of listed leads; open, won, lost and the won amount are of the counted ones."""
    now, numbers = seen.now, Counter[str]()
    for lead in seen.leads:
        sign = flags(lead, now)
        numbers["spam"] += sign.is_spam
        numbers["test"] += sign.is_test
        numbers["duplicate"] += sign.is_duplicate
        if not sign.counts:
            continue
        state = lead_state(lead, now)
        numbers["counted"] += 1
        numbers[{WON_STAGE_ID: "won", LOST_STAGE_ID: "lost"}.get(state.stage_id, "open")] += 1
        numbers["won_amount"] += state.price if state.stage_id == WON_STAGE_ID else 0
    keys = ("counted", "open", "won", "lost", "won_amount", "spam", "test", "duplicate")
    return {key: numbers[key] for key in keys}


def cohorts_truth(tenant: Tenant, leads: Iterable[Lead], now: datetime) -> list[dict[str, Any]]:
    """Leads by the local month of creation, pipeline and step, in every pipeline they entered."""
    zone, order = ZoneInfo(tenant.time_zone), {p.pipeline_id: p for p in tenant.pipelines}
    rows: dict[tuple[str, int], list[list[int]]] = {}
    for lead in leads:
        month = f"{lead.created_at.astimezone(zone):%Y-%m}-01"
        paths: dict[int, list[int]] = {}
        for _, pipeline_id, stage_id in entries(lead, now):
            paths.setdefault(pipeline_id, []).append(stage_id)
        for pipeline_id, path in paths.items():
            steps = steps_of(order[pipeline_id])
            cells = rows.setdefault((month, pipeline_id), [[0, 0, 0] for _ in steps])
            for cell, reached in zip(cells, reach(path, steps), strict=True):
                cell[0] += reached.any
                cell[1] += reached.strict
                cell[2] += reached.filled
    return [
        {
            "cohort_month": month,
            "pipeline_id": pipeline_id,
            "stage_id": stage_id,
            "leads_any": cell[0],
            "leads_strict": cell[1],
            "leads_filled": cell[2],
        }
        for (month, pipeline_id), cells in sorted(rows.items())
        for stage_id, cell in zip(steps_of(order[pipeline_id]), cells, strict=True)
    ]


def flow_truth(tenant: Tenant, leads: Iterable[Lead], now: datetime) -> dict[str, Any]:
    """Stage entries (repeats included) and where the leads stand, every stage listed, also the empty ones."""
    entered, stock = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for lead in leads:
        path = entries(lead, now)
        entered.update((pipeline_id, stage_id) for _, pipeline_id, stage_id in path)
        stock[path[-1][1:]] += 1
    stages = [(p.pipeline_id, stage.stage_id) for p in tenant.pipelines for stage in p.stages]
    return {
        "entries": sum(entered.values()),
        "entries_by_stage": [{"pipeline_id": p, "stage_id": s, "entries": entered[p, s]} for p, s in stages],
        "stock": [{"pipeline_id": p, "stage_id": s, "leads": stock[p, s]} for p, s in stages],
    }
