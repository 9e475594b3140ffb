"""The simulated agencies: repeatable, big enough, untidy enough, and consistent at any moment of their life."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.agency.history import events
from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID, Size, Tenant
from sandbox.agency.phones import digits_of
from sandbox.agency.summary import oddities
from sandbox.agency.truth import truth
from sandbox.agency.world import build_world
from sandbox.tests.agency_worlds import SMALL, UNTIL, default_world, small_world

TENANTS = ("sever", "altai")


def fingerprint(tenants: dict[str, Tenant]) -> str:
    return hashlib.sha256(repr(tenants).encode()).hexdigest()


def test_the_same_seed_gives_the_same_world_in_another_process() -> None:
    code = (
        "from sandbox.tests.agency_worlds import SMALL, UNTIL\n"
        "from sandbox.tests.test_agency_world import fingerprint\n"
        "from sandbox.agency.world import build_world\n"
        "print(fingerprint(build_world(until=UNTIL, size=SMALL).tenants))"
    )
    here = fingerprint(build_world(until=UNTIL, size=SMALL).tenants)
    root = Path(__file__).parents[2]
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == here


def test_another_seed_gives_another_world_and_one_tenant_does_not_shift_another() -> None:
    assert fingerprint(build_world(8, until=UNTIL, size=SMALL).tenants) != fingerprint(small_world().tenants)
    alone = build_world(until=UNTIL, size=SMALL, accounts=1)
    assert repr(alone.tenants["sever"]) == repr(small_world().tenants["sever"])
    three = build_world(until=UNTIL, size=Size(40, 60, 1, 3, 10, 2), accounts=3)
    assert list(three.tenants) == ["sever", "altai", "agency3"]


def test_the_default_world_is_big_enough() -> None:
    rows = [truth(tenant, UNTIL)["rows"] for tenant in default_world().tenants.values()]
    total = {key: sum(row[key] for row in rows) for key in rows[0]}
    assert total["leads"] >= 8_000
    assert total["events"] >= 60_000
    assert total["calls"] >= 40_000
    assert total["projects"] == 20
    assert total["keywords"] == 20 * 40
    days = {day for p in default_world().tenants["sever"].projects for k in p.keywords for _, day in k.checks}
    assert (max(days) - min(days)).days == 179


@pytest.mark.parametrize("slug", TENANTS)
def test_every_oddity_is_there(slug: str) -> None:
    found = oddities(default_world().tenants[slug], UNTIL)
    assert len(found) > 60
    assert [name for name, count in found.items() if count <= 0] == []


def test_names_and_places() -> None:
    sever, altai = default_world().tenants.values()
    assert (sever.name, sever.time_zone, sever.currency, sever.country) == (
        "Агентство «Север»",
        "Europe/Moscow",
        "RUB",
        "RU",
    )
    assert (altai.name, altai.time_zone, altai.currency, altai.country) == (
        "Агентство «Алтай»",
        "Asia/Almaty",
        "KZT",
        "KZ",
    )
    for tenant in (sever, altai):
        assert [p.name for p in tenant.pipelines] == ["Телемаркетинг", "Продажи", "Сопровождение"]
        stages = [
            s.stage_id
            for p in tenant.pipelines
            for s in p.stages
            if s.stage_id not in (WON_STAGE_ID, LOST_STAGE_ID)
        ]
        assert len(stages) == len(set(stages))
        assert tenant.born_at == datetime(2024, 11, 1, tzinfo=UTC)
        assert len(tenant.users) == 14
        assert sum(user.is_admin for user in tenant.users) == 1
        assert sum(not user.is_active for user in tenant.users) == 1


def test_calls_keep_office_hours_and_the_business_grows() -> None:
    tenant = default_world().tenants["sever"]
    zone_hours = timedelta(hours=3)
    outgoing = [call.started_at + zone_hours for call in tenant.calls if call.direction == "out"]
    assert sum(9 <= at.hour < 20 and at.weekday() < 5 for at in outgoing) / len(outgoing) > 0.97
    half = UNTIL - (UNTIL - tenant.born_at) / 2
    later = sum(lead.created_at >= half for lead in tenant.leads)
    assert later > 1.1 * (len(tenant.leads) - later)


@pytest.mark.parametrize("slug", TENANTS)
def test_references_hold(slug: str) -> None:
    tenant = default_world().tenants[slug]
    contacts = {contact.contact_id for contact in tenant.contacts if contact.deleted_at is None}
    companies = {company.company_id for company in tenant.companies}
    leads = {lead.lead_id: lead for lead in tenant.leads}
    users = {user.user_id for user in (*tenant.users, *tenant.former_users)}
    for lead in tenant.leads:
        assert set(lead.contact_ids) <= contacts
        assert lead.company_id is None or lead.company_id in companies
        assert {user for _, user in lead.owners} <= users
        if lead.merged_into is not None:
            winner = leads[lead.merged_into]
            assert winner.merged_into is None
            assert winner.deleted_at is None
            assert set(winner.contact_ids) & set(lead.contact_ids)
        for move in lead.moves:
            assert lead.created_at <= move.at < UNTIL
        end = lead.deleted_at or lead.merged_at
        assert end is None or all(move.at <= end for move in lead.moves)
    known_calls = {call.call_id for call in tenant.calls}
    assert {note.call for note in tenant.notes} <= known_calls | {None}
    assert {payment.company_id for payment in tenant.payments} <= companies
    assert {project.company_id for project in tenant.projects} <= companies


@pytest.mark.parametrize("slug", TENANTS)
def test_spam_can_be_known_by_a_warehouse_that_starts_today(slug: str) -> None:
    tenant = default_world().tenants[slug]
    spam = [lead for lead in tenant.leads if lead.is_spam]
    assert all("спам" in lead.tags for lead in spam)
    assert all(lead.deleted_at is None and lead.merged_at is None for lead in spam)
    callers = {contact_id for lead in spam for contact_id in lead.contact_ids}
    cards = [contact for contact in tenant.contacts if contact.contact_id in callers]
    numbers = {digits_of(phone) for contact in cards for phone in contact.phones}
    others = {contact_id for lead in tenant.leads if not lead.is_spam for contact_id in lead.contact_ids}
    for contact in tenant.contacts:
        assert contact.contact_id not in others or not numbers & (
            {digits_of(p) for p in contact.phones} - {None}
        )
    reasons = dict(tenant.loss_reasons)
    for lead in tenant.leads:
        assert (reasons.get(lead.loss_reason_id or 0) == "Спам") <= lead.is_spam
        assert (reasons.get(lead.loss_reason_id or 0) == "Дубль") <= lead.is_duplicate
        assert lead.is_test == ("тест" in lead.tags)


@pytest.mark.parametrize(
    ("part", "key"),
    [("leads", "created_at"), ("contacts", "created_at"), ("companies", "created_at"), ("tasks", "created_at"),
     ("notes", "created_at"), ("calls", "started_at"), ("payments", "paid_at"), ("customers", "created_at")],
)  # fmt: skip
def test_lists_ascend_in_time_and_lie_in_the_life(part: str, key: str) -> None:
    for tenant in default_world().tenants.values():
        moments = [getattr(item, key) for item in getattr(tenant, part)]
        assert moments == sorted(moments)
        assert tenant.born_at <= moments[0]
        assert moments[-1] < UNTIL


@pytest.mark.parametrize("slug", TENANTS)
def test_snapshots_grow_and_never_look_ahead(slug: str) -> None:
    tenant = small_world().tenants[slug]
    before = None
    for days in (90, 21, 14, 7, 0):
        now = UNTIL - timedelta(days=days)
        seen = tenant.at(now)
        assert seen is tenant.at(now)
        assert all(lead.created_at <= now for lead in seen.leads)
        assert all(task.completed_at is None or task.completed_at <= now for task in seen.tasks)
        assert all(contact.updated_at <= now for contact in seen.contacts)
        assert all(call.started_at <= now for call in seen.calls)
        listed = events(tenant, now)
        assert all(event.created_at <= now for event in listed)
        if before is not None:
            assert {task.task_id for task in before[0].tasks} <= {task.task_id for task in seen.tasks}
            assert {note.note_id for note in before[0].notes} <= {note.note_id for note in seen.notes}
            assert {call.call_id for call in before[0].calls} < {call.call_id for call in seen.calls}
            assert listed[: len(before[1])] == before[1]
            gone = {lead.lead_id for lead in before[0].leads} - {lead.lead_id for lead in seen.leads}
            assert all(lead.deleted_at or lead.merged_at for lead in tenant.leads if lead.lead_id in gone)
        before = (seen, listed)


def test_a_world_must_have_a_zone_and_a_size() -> None:
    with pytest.raises(ValueError, match="time zone"):
        build_world(until=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake
    with pytest.raises(ValueError, match="leads"):
        build_world(until=UNTIL, size=Size(leads=0))


def test_the_command_says_what_is_in_a_world() -> None:
    command = [
        sys.executable,
        "-m",
        "sandbox.agency",
        "--leads",
        "60",
        "--months",
        "2",
        "--projects",
        "1",
        "--keywords",
        "3",
    ]
    run = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert "Агентство «Север» (sever), 2026-09-01 to 2026-11-01" in run.stdout
    assert "calls 300" in run.stdout


def test_small_world_has_exactly_its_calls() -> None:
    assert [len(tenant.calls) for tenant in small_world().tenants.values()] == [SMALL.calls, SMALL.calls]
