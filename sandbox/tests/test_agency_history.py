"""A lead's state at a moment, the CRM's events, typed numbers."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from sandbox.agency.history import CrmEvent, events, last_check_day, lead_state
from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID
from sandbox.agency.phones import digits_of, typed
from sandbox.agency.snapshot import is_in_bin, is_listed
from sandbox.agency.truth_funnel import entries
from sandbox.tests.agency_worlds import STAGES, START, UNTIL, default_world, hand_made_lead, hand_made_tenant

HOUR = timedelta(hours=1)


def test_state_follows_moves_owners_and_prices() -> None:
    lead = hand_made_lead(1, "ABWBL")
    lead.owners.append((START + 2 * HOUR, 8))
    lead.prices.append((START + 6 * HOUR, 250))
    lead.touched = [START + HOUR / 2]
    lead.loss_reason_id = 77
    assert lead_state(lead, START).stage_id == STAGES["A"]
    assert lead_state(lead, START + HOUR / 2).updated_at == START + HOUR / 2
    won = lead_state(lead, START + 2 * HOUR)
    assert (won.stage_id, won.owner_id, won.closed_at, won.loss_reason_id) == (
        WON_STAGE_ID,
        8,
        START + 2 * HOUR,
        None,
    )
    reopened = lead_state(lead, START + 3 * HOUR)
    assert (reopened.stage_id, reopened.closed_at, reopened.price) == (STAGES["B"], None, 100)
    lost = lead_state(lead, UNTIL)
    assert (lost.stage_id, lost.closed_at, lost.loss_reason_id, lost.price) == (
        LOST_STAGE_ID,
        START + 4 * HOUR,
        77,
        250,
    )
    assert lost.updated_at == START + 6 * HOUR


def test_bin_restore_purge_and_merge() -> None:
    lead = hand_made_lead(1, "A")
    lead.deleted_at = START + HOUR
    assert is_listed(lead, START)
    assert not is_listed(lead, START + HOUR)
    assert is_in_bin(lead, START + HOUR)
    lead.restored_at = START + 2 * HOUR
    assert is_listed(lead, START + 2 * HOUR)
    assert not is_in_bin(lead, START + 2 * HOUR)
    lead.restored_at, lead.purged_at = None, START + 3 * HOUR
    assert not is_in_bin(lead, START + 3 * HOUR)
    assert not is_listed(lead, START + 3 * HOUR)
    merged = hand_made_lead(2, "A")
    merged.merged_at, merged.merged_into = START + HOUR, 1
    assert is_listed(merged, START)
    assert not is_listed(merged, START + HOUR)
    assert not is_in_bin(merged, START + HOUR)


def test_events_of_a_lead_that_is_gone_stay() -> None:
    loser, winner = hand_made_lead(1, "AB"), hand_made_lead(2, "AW")
    loser.merged_at, loser.merged_into = START + 5 * HOUR, 2
    loser.tags = ("сайт",)
    winner.prices.append((START + 2 * HOUR, 900))
    winner.owners.append((START + 3 * HOUR, 8))
    listed = events(hand_made_tenant([loser, winner]), UNTIL)
    assert sorted(event.created_at for event in listed) == [event.created_at for event in listed]
    by_type = {event.type: event for event in listed}
    assert Counter(event.type for event in listed) == {
        "lead_added": 2, "lead_status_changed": 2, "entity_tag_added": 1, "sale_field_changed": 1,
        "entity_responsible_changed": 1, "entity_merged": 1,
    }  # fmt: skip
    merged = by_type["entity_merged"]
    assert (merged.entity_type, merged.entity_id, merged.before, merged.after) == ("lead", 2, [], [])
    assert by_type["sale_field_changed"].before == [{"sale_field_value": {"sale": 100}}]
    assert by_type["sale_field_changed"].after == [{"sale_field_value": {"sale": 900}}]
    assert by_type["entity_responsible_changed"].after == [{"responsible_user": {"id": 8}}]
    assert by_type["entity_tag_added"].after == [{"tag": {"name": "сайт"}}]
    assert by_type["lead_status_changed"].before[0]["lead_status"]["pipeline_id"] == 1


@pytest.mark.parametrize("slug", ["sever", "altai"])
def test_event_ids(slug: str) -> None:
    listed = events(default_world().tenants[slug], UNTIL)
    ids = [event.id for event in listed]
    assert len(set(ids)) == len(ids)
    assert {len(identity) for identity in ids} == {26}
    assert all(identity == identity.lower() and identity.isalnum() for identity in ids[:500])
    assert ids == sorted(ids)
    assert {event.type for event in listed} == {
        "lead_added", "lead_status_changed", "entity_responsible_changed", "sale_field_changed", "lead_deleted",
        "lead_restored", "entity_merged", "contact_added", "company_added", "task_added", "task_completed",
        "incoming_call", "outgoing_call", "entity_tag_added", "transaction_added", "entity_linked",
    }  # fmt: skip


def test_positions_are_there_from_the_local_day_on() -> None:
    tenant = hand_made_tenant([])
    assert last_check_day(tenant, UNTIL - timedelta(hours=4)).isoformat() == "2026-10-31"
    assert last_check_day(tenant, UNTIL - timedelta(hours=2)).isoformat() == "2026-11-01"


def test_typed_numbers_dial_what_was_meant() -> None:
    rng, styles = Random(1), set()
    for _ in range(300):
        text = typed(rng, "79161234567")
        styles.add(text.split(" доб.")[0])
        assert digits_of(text) == "79161234567"
    assert len(styles) == 9
    assert digits_of("уточнить") is None
    assert digits_of("123-45-67") is None


def chained(moves: list[CrmEvent]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """(before, after) of one second's status changes, put in order by before and after alone."""
    pairs = []
    for event in moves:
        before, after = event.before[0]["lead_status"], event.after[0]["lead_status"]
        pairs.append(((before["pipeline_id"], before["id"]), (after["pipeline_id"], after["id"])))
    ordered = [pair for pair in pairs if pair[0] not in {after for _, after in pairs}] or pairs[:1]
    while len(ordered) < len(pairs):
        ordered.append(next(pair for pair in pairs if pair[0] == ordered[-1][1]))
    return ordered


@pytest.mark.parametrize("days_ago", [0, 100])
def test_the_events_alone_tell_every_path(days_ago: int) -> None:
    tenant = default_world().tenants["sever"]
    now = UNTIL - timedelta(days=days_ago)
    seconds: dict[int, dict[datetime, list[CrmEvent]]] = {}
    for event in events(tenant, now):
        if event.type == "lead_status_changed":
            seconds.setdefault(event.entity_id, {}).setdefault(event.created_at, []).append(event)
    disordered = 0
    for lead in tenant.at(now).leads:
        path: list[tuple[int, int]] = []
        for moves in seconds.get(lead.lead_id, {}).values():
            for before, after in chained(moves):
                path = path or [before]
                assert path[-1] == before
                if after != path[-1]:
                    path.append(after)
            disordered += (
                len(moves) > 1 and moves[0].before[0]["lead_status"]["id"] != chained(moves)[0][0][1]
            )
        state = lead_state(lead, now)
        assert (path or [(state.pipeline_id, state.stage_id)]) == [entry[1:] for entry in entries(lead, now)]
    assert disordered > 10
