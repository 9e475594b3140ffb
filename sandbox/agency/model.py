"""What exists in a simulated agency: plain facts, in no API's shape.

All times are aware UTC. A :class:`Tenant` (one CRM account with its exchange and rank tracker) holds every fact of
its whole life; :meth:`Tenant.at` gives what is visible at a moment, so that the sandbox's clock can be moved on
and the providers' answers change the way real ones do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

WON_STAGE_ID = 142
LOST_STAGE_ID = 143

FieldOwner = Literal["leads", "contacts", "companies", "customers"]
CustomValue = str | int | bool | Decimal | tuple[str, ...] | date | datetime


@dataclass(frozen=True, slots=True)
class User:
    """An employee. ``skill`` 0 to 1 drives the simulation; ``employee_id`` is the exchange's id of the same person."""

    user_id: int
    name: str
    email: str
    group_id: int
    group_name: str
    role_id: int | None
    is_admin: bool
    is_active: bool
    extension: str
    employee_id: int
    skill: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a pipeline; ``kind`` incoming (the CRM's unsorted), open, won, lost."""

    stage_id: int
    name: str
    sort: int
    kind: Literal["incoming", "open", "won", "lost"]


@dataclass(frozen=True, slots=True)
class Pipeline:
    pipeline_id: int
    name: str
    sort: int
    is_main: bool
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A custom field of leads, contacts or companies. ``enums`` is (enum id, label, code)."""

    field_id: int
    entity: FieldOwner
    name: str
    code: str | None
    type: str
    enums: tuple[tuple[int, str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class StageMove:
    """A change of stage (and perhaps pipeline) of a lead. ``event_id`` orders moves of one second."""

    at: datetime
    from_pipeline_id: int
    from_stage_id: int
    to_pipeline_id: int
    to_stage_id: int
    user_id: int
    event_id: str


@dataclass(slots=True)
class Lead:
    """A lead over its whole life.

    Attributes:
        moves: changes of stage in order; the first stage is ``first_stage_id`` of ``first_pipeline_id``.
        owners: (since, user id), in order; the first since is ``created_at``. Each later one is a hand-over.
        prices: (since, amount in whole currency units), in order.
        touched: every other moment at which the CRM would bump ``updated_at``.
        deleted_at: in the recycle bin since; ``restored_at``: taken out again; ``purged_at``: gone from the bin.
        merged_at / merged_into: the lead was merged into another and stopped existing.
    """

    lead_id: int
    name: str
    created_at: datetime
    created_by: int
    first_pipeline_id: int
    first_stage_id: int
    contact_ids: tuple[int, ...]
    company_id: int | None
    moves: list[StageMove] = field(default_factory=list)
    owners: list[tuple[datetime, int]] = field(default_factory=list)
    prices: list[tuple[datetime, int]] = field(default_factory=list)
    touched: list[datetime] = field(default_factory=list)
    fields: dict[int, CustomValue] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    loss_reason_id: int | None = None
    deleted_at: datetime | None = None
    restored_at: datetime | None = None
    purged_at: datetime | None = None
    merged_at: datetime | None = None
    merged_into: int | None = None
    is_spam: bool = False
    is_test: bool = False
    is_duplicate: bool = False


@dataclass(slots=True)
class Contact:
    contact_id: int
    name: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    company_id: int | None
    owner_id: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Company:
    """A company; ``fields`` by field id, the value of a multitext field (PHONE) is a tuple of texts."""

    company_id: int
    name: str
    fields: dict[int, CustomValue]
    owner_id: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Task:
    task_id: int
    lead_id: int
    owner_id: int
    type_id: int
    text: str
    created_at: datetime
    complete_till: datetime
    completed_at: datetime | None
    result: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a lead or contact; calls carry ``call``, the id of the exchange's call session."""

    note_id: int
    entity: Literal["leads", "contacts", "companies"]
    entity_id: int
    note_type: str
    user_id: int
    created_at: datetime
    text: str = ""
    call: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call session of the exchange.

    ``client_number`` is digits with country code, or None when withheld. ``wait_seconds`` None when unknown.
    ``lead_id`` is the simulation's truth, the exchange does not know it.
    """

    call_id: int
    started_at: datetime
    direction: Literal["in", "out"]
    client_number: str | None
    line_number: str
    employee_id: int | None
    wait_seconds: int | None
    talk_seconds: int
    finish_reason: str
    lead_id: int | None
    contact_id: int | None
    is_spam: bool = False
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """A client's monthly service from ``started_on`` to ``ended_on`` (its last day), fee a month."""

    contract_id: str
    company_id: int
    service: str
    fee: Decimal
    started_on: date
    ended_on: date | None
    change_reason: str
    is_recurring: bool = True


@dataclass(frozen=True, slots=True)
class Customer:
    """amoCRM's buyer card of a client."""

    customer_id: int
    company_id: int
    name: str
    owner_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Payment:
    payment_id: int
    customer_id: int
    company_id: int
    lead_id: int | None
    amount: int
    service: str
    paid_at: datetime
    comment: str


@dataclass(frozen=True, slots=True)
class TrackedRegion:
    """One engine × region × device of a project. ``index`` is project-local, ``depth`` in places."""

    index: int
    engine: Literal["yandex", "google"]
    region_key: int
    region_name: str
    device: Literal["desktop", "mobile"]
    depth: int


@dataclass(slots=True)
class Keyword:
    """A tracked phrase. ``volume`` None when the tracker does not know it.

    ``checks[(region index, day)]`` is the place, or None for "not found within the depth"; no key = not checked.
    """

    keyword_id: int
    text: str
    group_id: int
    group_name: str
    volume: int | None
    checks: dict[tuple[int, date], int | None] = field(default_factory=dict)
    urls: dict[tuple[int, date], str] = field(default_factory=dict)


@dataclass(slots=True)
class Project:
    project_id: int
    company_id: int
    name: str
    site: str
    regions: tuple[TrackedRegion, ...]
    keywords: list[Keyword]


@dataclass(slots=True)
class Snapshot:
    """What is visible at a moment: lists in ascending id, leads without the deleted and merged.

    ``leads_in_bin`` are the leads that are in the recycle bin at that moment. ``moves``, ``owners`` and ``prices`` of
    a lead may run beyond the moment: readers cut them at ``now``.
    """

    now: datetime
    leads: list[Lead]
    leads_in_bin: list[Lead]
    contacts: list[Contact]
    companies: list[Company]
    tasks: list[Task]
    notes: list[Note]
    calls: list[Call]
    customers: list[Customer]
    payments: list[Payment]


@dataclass(slots=True)
class Tenant:
    """One agency's CRM account with all its facts, in ascending id / time.

    ``former_users`` left and were removed: no list shows them, yet old leads, calls and events carry their ids.
    ``seen`` keeps what was worked out of the facts (snapshots, events), which never change once the tenant is built.
    """

    slug: str
    account_number: int
    name: str
    time_zone: str
    currency: str
    country: str
    users: Sequence[User]
    pipelines: Sequence[Pipeline]
    loss_reasons: Sequence[tuple[int, str]]
    task_types: Sequence[tuple[int, str, str]]
    fields: Sequence[FieldDefinition]
    leads: list[Lead]
    contacts: list[Contact]
    companies: list[Company]
    tasks: list[Task]
    notes: list[Note]
    calls: list[Call]
    contracts: list[Contract]
    customers: list[Customer]
    payments: list[Payment]
    projects: list[Project]
    born_at: datetime
    former_users: Sequence[User] = ()
    seen: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def at(self, now: datetime) -> Snapshot:
        """What is visible at ``now`` (implemented in ``sandbox.agency.snapshot``)."""
        from sandbox.agency.snapshot import snapshot

        return snapshot(self, now)


@dataclass(frozen=True, slots=True)
class Size:
    """How big each tenant is. Leads are the total over ``months``; calls follow leads."""

    leads: int = 4200
    calls: int = 21000
    projects: int = 10
    keywords: int = 40
    position_days: int = 180
    months: int = 24


class World(Protocol):
    """All tenants of a sandbox, made from a seed: the same seed, size and end give the same facts, to the byte."""

    seed: int
    until: datetime
    tenants: dict[str, Tenant]
