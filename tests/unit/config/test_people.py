"""What the settings say of people and stages, and what they refuse."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from voronka.config import PeopleRules, StageStandard


def test_hours_run_in_working_time_unless_told_otherwise() -> None:
    standard = StageStandard.model_validate({"pipeline": "Продажи", "stage": "КП", "max_hours": 72})

    assert (standard.clock, standard.grace_hours, standard.max_hours) == ("working", Decimal(1), Decimal(72))


@pytest.mark.parametrize(
    ("standard", "says"),
    [
        ({}, "demands required_fields, required_task or max_hours"),
        ({"max_hours": 0}, "greater than 0"),
        ({"required_task": True, "grace_hours": -1}, "greater than or equal to 0"),
        ({"required_task": True, "clock": "lunar"}, "'calendar' or 'working'"),
        ({"required_feilds": ["Тематика"]}, "Extra inputs"),
    ],
)
def test_standards_that_demand_nothing_sound_are_refused(standard: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        StageStandard.model_validate({"pipeline": "Продажи", "stage": "КП", **standard})


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"call_norms": {"sales": 0}}, "1 or more"),
        ({"planned_contact_months": [0]}, "1 or more"),
        ({"scored_calls_a_week": -1}, "greater than or equal to 0"),
        ({"milestones": {"met": "Встреча"}}, "Extra inputs"),
    ],
)
def test_norms_below_their_least_are_refused(rules: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        PeopleRules.model_validate(rules)
