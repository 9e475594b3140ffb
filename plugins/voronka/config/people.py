"""What an account expects of its people: standards of stages, norms of calls, planned contacts, scored calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from voronka.config.strict import Strict


class StageStandard(Strict):
    """What a lead in a stage must have. Stage, pipeline and fields go by name or id; an id outlives a renaming.

    Attributes:
        required_fields: custom fields of the lead that must be filled.
        required_task: whether the lead must have an open task.
        max_hours: how long a lead may stay in the stage.
        grace_hours: time after the entry in which fields and the task may still be missing.
        clock: whether these hours run all the time or only in the account's working time.
    """

    pipeline: str
    stage: str
    required_fields: tuple[str, ...] = ()
    required_task: bool = False
    max_hours: Decimal | None = Field(default=None, gt=0)
    grace_hours: Decimal = Field(default=Decimal(1), ge=0)
    clock: Literal["calendar", "working"] = "working"

    @model_validator(mode="after")
    def _demands_something(self) -> StageStandard:
        if not (self.required_fields or self.required_task or self.max_hours):
            raise ValueError("a standard demands required_fields, required_task or max_hours")
        return self


class Milestones(Strict):
    """The stages, by name or id, whose first entry says how far a telemarketer came with a lead."""

    past_secretary: str | None = None
    need_found: str | None = None
    meeting_set: str | None = None
    meeting_held: str | None = None


class PeopleRules(Strict):
    """Norms of an account's people.

    Attributes:
        call_norms: successful calls a working day, by division or by role; a role's goes first.
        milestones: see :class:`Milestones`.
        planned_contact_months: after which months of service a client is asked how it goes.
        scored_calls_a_week: how many calls of each person and week are drawn for scoring.
        scored_call_seconds: shorter talks are not drawn.
    """

    call_norms: dict[str, int] = Field(default_factory=lambda: {"lead_generation": 45})
    milestones: Milestones = Milestones()
    planned_contact_months: tuple[int, ...] = (2, 3, 4, 6)
    scored_calls_a_week: int = Field(default=5, ge=0)
    scored_call_seconds: int = Field(default=60, ge=0)

    @model_validator(mode="after")
    def _positive(self) -> PeopleRules:
        if any(norm < 1 for norm in self.call_norms.values()):
            raise ValueError("call_norms are calls a day: 1 or more; leave out who has no norm")
        if any(month < 1 for month in self.planned_contact_months):
            raise ValueError("planned_contact_months are months of service: 1 or more")
        return self
