"""How many of everything a tenant has, the untidy things above all: for a look at a world, and to prove it has them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sandbox.agency.model import LOST_STAGE_ID, WON_STAGE_ID, Call, Contract, Lead, Tenant
from sandbox.agency.phones import digits_of
from sandbox.agency.truth_calls import judge
from sandbox.agency.truth_money import mrr_truth


def oddities(tenant: Tenant, now: datetime) -> dict[str, int]:
    """Counts by name of what makes the data of ``tenant`` up to ``now`` hard: stages, leads, people, calls, money, positions."""
    return {
        **_leads(tenant, now),
        **_people(tenant),
        **_calls(tenant, [call for call in tenant.calls if call.started_at <= now]),
        **_money(tenant, now),
        **_positions(tenant),
    }


def _leads(tenant: Tenant, now: datetime) -> dict[str, int]:
    incoming = {s.stage_id for p in tenant.pipelines for s in p.stages if s.kind == "incoming"}
    former = {user.user_id for user in tenant.former_users}
    inactive = {user.user_id for user in tenant.users if not user.is_active}
    found = Counter[str]()
    for lead in tenant.leads:
        found.update(_moves(tenant, lead))
        found["first in the incoming stage"] += lead.first_stage_id in incoming
        found["never moved"] += not lead.moves
        found["handed over"] += len(lead.owners) > 1
        found["owned by a user who left"] += lead.owners[-1][1] in former
        found["owned by an inactive user"] += lead.owners[-1][1] in inactive
        found["without source"] += not any(
            lead.fields.get(f.field_id) for f in tenant.fields if f.name == "Источник"
        )
        found["without any field"] += not lead.fields
        found["without contact"] += not lead.contact_ids
        found["spam"] += lead.is_spam
        found["test"] += lead.is_test
        found["duplicate"] += lead.is_duplicate
        found["deleted, in the bin"] += (
            lead.deleted_at is not None and lead.restored_at is None and lead.purged_at is None
        )
        found["restored"] += lead.restored_at is not None
        found["purged"] += lead.purged_at is not None
        found["merged"] += lead.merged_at is not None
        found["price changed"] += len(lead.prices) > 1
    return {f"leads: {name}": count for name, count in sorted(found.items())}


def _moves(tenant: Tenant, lead: Lead) -> Counter[str]:
    order = {(p.pipeline_id, s.stage_id): n for p in tenant.pipelines for n, s in enumerate(p.stages)}
    found, seen = Counter[str](), {(lead.first_pipeline_id, lead.first_stage_id)}
    reopened_from: int | None = None
    for n, move in enumerate(lead.moves):
        before, after = (move.from_pipeline_id, move.from_stage_id), (move.to_pipeline_id, move.to_stage_id)
        same_pipeline = before[0] == after[0]
        found["moved between pipelines"] += not same_pipeline
        found["saved in the same stage"] += before == after
        found["stage repeated"] += after in seen and before != after
        found["stage skipped"] += (
            same_pipeline
            and after[1] not in (WON_STAGE_ID, LOST_STAGE_ID)
            and order[after] > order[before] + 1
        )
        if same_pipeline and before[1] in (WON_STAGE_ID, LOST_STAGE_ID) and before != after:
            found["reopened"] += 1
            reopened_from = before[1]
        found["won after it was lost"] += reopened_from == LOST_STAGE_ID and after[1] == WON_STAGE_ID
        found["lost after it was won"] += reopened_from == WON_STAGE_ID and after[1] == LOST_STAGE_ID
        seen.add(after)
        if n and lead.moves[n - 1].at == move.at:
            found["moved twice in a second"] += 1
            found["ids against the chain"] += lead.moves[n - 1].event_id > move.event_id
    return found


def _people(tenant: Tenant) -> dict[str, int]:
    holders = Counter(digits_of(phone) for contact in tenant.contacts for phone in contact.phones)
    phones = [phone for contact in tenant.contacts for phone in contact.phones]
    return {
        "contacts: phone shared": sum(count > 1 for number, count in holders.items() if number),
        "contacts: phone with extension": sum("доб" in phone for phone in phones),
        "contacts: phone from 8": sum(phone.startswith("8") for phone in phones),
        "contacts: no number in the phone": holders[None],
        "contacts: without phone": sum(not contact.phones for contact in tenant.contacts),
        "contacts: deleted": sum(contact.deleted_at is not None for contact in tenant.contacts),
    }


def _calls(tenant: Tenant, calls: list[Call]) -> dict[str, int]:
    zone = ZoneInfo(tenant.time_zone)
    local = [call.started_at.astimezone(zone) for call in calls if call.direction == "in"]
    known = {digits_of(phone) for contact in tenant.contacts for phone in contact.phones}
    judged = judge(calls)
    noted = {note.call for note in tenant.notes if note.call is not None}
    missed = [item for item in judged if item.is_missed]
    return {
        "calls: incoming": len(local),
        "calls: at night": sum(at.hour < 8 or at.hour >= 20 for at in local),
        "calls: on weekends": sum(at.weekday() >= 5 for at in local),
        "calls: missed": len(missed),
        "calls: missed, called back": sum(item.recovered_by == "us" for item in missed),
        "calls: missed, client called again": sum(item.recovered_by == "client" for item in missed),
        "calls: missed for good": sum(item.recovered_by is None for item in missed),
        "calls: repeats": sum(item.is_repeat for item in missed),
        "calls: short abandons": sum(item.is_short_abandon for item in missed),
        "calls: withheld": sum(call.client_number is None for call in calls),
        "calls: wait unknown": sum(call.wait_seconds is None for call in calls),
        "calls: spam numbers": sum(call.is_spam for call in calls),
        "calls: number unknown to the CRM": sum(call.client_number not in known for call in calls),
        "calls: known number without note": sum(
            call.client_number in known and call.call_id not in noted for call in calls
        ),
        "notes: calls of leads": sum(
            note.call is not None and note.entity == "leads" for note in tenant.notes
        ),
        "notes: calls of contacts": sum(
            note.call is not None and note.entity == "contacts" for note in tenant.notes
        ),
        "notes: common": sum(note.note_type == "common" for note in tenant.notes),
        "tasks: open": sum(task.completed_at is None for task in tenant.tasks),
        "tasks: done late": sum(
            task.completed_at is not None and task.completed_at > task.complete_till for task in tenant.tasks
        ),
    }


def _money(tenant: Tenant, now: datetime) -> dict[str, int]:
    months = mrr_truth(tenant.contracts, now.astimezone(ZoneInfo(tenant.time_zone)).date())
    reasons = Counter(contract.change_reason for contract in tenant.contracts)
    by_service: dict[tuple[int, str], list[Contract]] = {}
    for contract in tenant.contracts:
        by_service.setdefault((contract.company_id, contract.service), []).append(contract)
    pairs = [pair for own in by_service.values() for pair in pairwise(own)]
    return {
        "contracts: successor the next day": sum(
            a.ended_on is not None and b.started_on - a.ended_on == timedelta(days=1) for a, b in pairs
        ),
        "contracts: one-off": sum(not contract.is_recurring for contract in tenant.contracts),
        **{f"contracts: {reason}": count for reason, count in sorted(reasons.items())},
        **{
            f"months with {kind}": sum(getattr(month, kind) > 0 for month in months)
            for kind in ("new", "expansion", "contraction", "churn", "reactivation")
        },
    }


def _positions(tenant: Tenant) -> dict[str, int]:
    found = Counter[str]()
    for project in tenant.projects:
        found["regions 30 deep"] += sum(region.depth == 30 for region in project.regions)
        found["projects with two regions"] += len(project.regions) == 2
        days = {day for keyword in project.keywords for _, day in keyword.checks}
        span = (max(days) - min(days)).days + 1 if days else 0
        found["days without any check"] += span - len(days)
        for keyword in project.keywords:
            found["volume unknown"] += keyword.volume is None
            found["not found"] += sum(place is None for place in keyword.checks.values())
            found["single gaps"] += sum(
                (r.index, day) not in keyword.checks for r in project.regions for day in days
            )
    return {f"positions: {name}": count for name, count in sorted(found.items())}
