"""The leads of a tenant: who they are, how they came, how they lived, and what was later deleted or merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from sandbox.agency.calendar import AgencyCalendar
from sandbox.agency.catalogue import (
    CARE,
    CHANNEL_OF,
    ORDINARY_TAGS,
    PARTNERS,
    SALES,
    SERVICES,
    SITE_TYPES,
    SPAM_TAG,
    SUBJECTS,
    TELEMARKETING,
    TEST_TAG,
)
from sandbox.agency.ground import Ground
from sandbox.agency.journey import Journey, LifeIsOverError, Step, live
from sandbox.agency.model import LOST_STAGE_ID, Contact, CustomValue, Lead, Pipeline, User
from sandbox.agency.office import Office
from sandbox.agency.people import People
from sandbox.agency.streams import weighted

Origin = Literal["cold", "form", "call", "client"]
_LEAD_BASE = 25_600_101
_ORIGINS: tuple[tuple[Origin, float], ...] = (
    ("cold", 0.56),
    ("form", 0.26),
    ("call", 0.165),
    ("client", 0.015),
)
_SOURCES = (
    ("yandex_direct", 34.0),
    ("seo", 28.0),
    ("referral", 12.0),
    ("vk_ads", 9.0),
    ("partner", 7.0),
    ("telegram", 6.0),
)
_LOSS_WEIGHTS = (30.0, 24.0, 18.0, 28.0)


@dataclass(slots=True)
class LivedLead:
    """A lead with what the other parts of the simulation want to know about it."""

    lead: Lead
    origin: Origin
    contact: Contact | None
    won_sale_at: datetime | None
    last_activity_at: datetime


class LeadMaker:
    """Lives all leads of a tenant in the order of their creation."""

    def __init__(
        self,
        ground: Ground,
        pipelines: list[Pipeline],
        office: Office,
        people: People,
        *,
        fields: dict[str, int],
        loss_reasons: dict[str, int],
    ) -> None:
        self._rng: Random = ground.stream("leads")
        self._next_id = _LEAD_BASE + ground.index * 1_000_000
        self._spot, self._calendar = ground.spot, ground.calendar
        self._pipelines, self._office = pipelines, office
        self._people, self._fields, self._loss_reasons = people, fields, loss_reasons
        self._returning: list[LivedLead] = []

    def make(self, count: int) -> list[LivedLead]:
        rng, calendar = self._rng, self._calendar
        births: list[tuple[datetime, int, Origin]] = []
        for n in range(count):
            origin = weighted(rng, _ORIGINS)
            own_accord = origin == "cold" or (origin == "client" and rng.random() < 0.9)
            births.append(
                (calendar.working_moment(rng) if own_accord else calendar.client_moment(rng), n, origin)
            )
        lived = [self._one(created_at, origin) for created_at, _, origin in sorted(births)]
        Tidying(rng, calendar, lived).run()
        return lived

    def _one(self, created_at: datetime, origin: Origin) -> LivedLead:
        rng = self._rng
        inbound = origin in ("form", "call")
        is_spam = inbound and rng.random() < 0.085
        is_test = not is_spam and rng.random() < 0.007
        before = self._returning[-400:]
        is_duplicate = inbound and not is_spam and not is_test and bool(before) and rng.random() < 0.055
        pipeline, first = self._entrance(origin)
        owner = self._owner(pipeline, created_at)
        if is_duplicate:
            contact: Contact | None = rng.choice(before[-60:]).contact
        elif not is_spam and before and rng.random() < 0.13:
            contact = rng.choice(before).contact
        elif rng.random() < 0.025:
            contact = None
        else:
            company = (
                self._people.new_company(created_at, owner.user_id)
                if rng.random() < 0.6 and not is_spam
                else None
            )
            company_id = company.company_id if company else None
            contact = self._people.new_contact(
                created_at, owner.user_id, company_id, is_shareable=not is_spam
            )
        journey = Journey(
            rng,
            self._calendar,
            self._pipelines,
            [
                Step(
                    created_at,
                    self._pipelines[pipeline].pipeline_id,
                    self._stage(pipeline, first),
                    owner.user_id,
                )
            ],
            owner,
            [(created_at, owner.user_id)],
            self._office,
        )
        if is_spam or is_duplicate:
            self._throw_away(journey, pipeline)
        else:
            live(journey, pipeline, first)
        lived = self._record(
            journey, origin, contact, is_spam=is_spam, is_test=is_test, is_duplicate=is_duplicate
        )
        if contact is not None and not is_spam:
            self._returning.append(lived)
        return lived

    def _entrance(self, origin: Origin) -> tuple[int, int]:
        """(pipeline, number of the first stage, 0 = incoming)."""
        if origin == "cold":
            return TELEMARKETING, 0 if self._rng.random() < 0.03 else 1
        if origin == "client":
            return CARE, 0 if self._rng.random() < 0.1 else 1
        return SALES, 0 if self._rng.random() < (0.75 if origin == "form" else 0.3) else 1

    def _stage(self, pipeline: int, number: int) -> int:
        return self._pipelines[pipeline].stages[number].stage_id

    def _owner(self, pipeline: int, at: datetime) -> User:
        office = self._office
        if pipeline == TELEMARKETING and office.works(office.removed, at) and self._rng.random() < 0.18:
            return office.removed
        return office.pick(self._rng, pipeline, at)

    def _throw_away(self, journey: Journey, pipeline: int) -> None:
        """Spam and duplicates are closed soon, or left lying."""
        if journey.rng.random() < 0.12:
            return
        try:
            journey.go(pipeline, LOST_STAGE_ID, 0.8)
        except LifeIsOverError:
            return

    def _record(
        self,
        journey: Journey,
        origin: Origin,
        contact: Contact | None,
        *,
        is_spam: bool,
        is_test: bool,
        is_duplicate: bool,
    ) -> LivedLead:
        rng, first = self._rng, journey.steps[0]
        lead = Lead(
            lead_id=self._next_id,
            name=self._name(origin, contact),
            created_at=first.at,
            created_by=0 if origin in ("form", "call") else first.user_id,
            first_pipeline_id=first.pipeline_id,
            first_stage_id=first.stage_id,
            contact_ids=self._contacts(contact, first, is_spam=is_spam),
            company_id=None if contact is None else contact.company_id,
            moves=journey.moves(self._next_id),
            owners=journey.owners,
            is_spam=is_spam,
            is_test=is_test,
            is_duplicate=is_duplicate,
        )
        self._next_id += 1
        lead.prices = self._prices(journey)
        lead.fields = self._values(lead, origin)
        lead.tags = self._tags(lead)
        lead.loss_reason_id = self._loss_reason(lead)
        edits = sorted(self._calendar.after(rng, first.at, 20.0) for _ in range(rng.choice((0, 0, 0, 1, 2))))
        lead.touched = [at for at in edits if at < self._calendar.until]
        last = max([journey.at, *lead.touched, *(at for at, _ in lead.prices)])
        return LivedLead(lead, origin, contact, journey.won_sale_at, last)

    def _contacts(self, contact: Contact | None, first: Step, *, is_spam: bool) -> tuple[int, ...]:
        """The main contact, now and then with a colleague."""
        if contact is None:
            return ()
        if is_spam or self._rng.random() > 0.07:
            return (contact.contact_id,)
        colleague = self._people.new_contact(first.at, first.user_id, contact.company_id)
        return (contact.contact_id, colleague.contact_id)

    def _name(self, origin: Origin, contact: Contact | None) -> str:
        if origin == "call":
            return "Входящий звонок"
        subject = self._rng.choice(("SEO", "Контекст", "SMM", "Аудит сайта", "Разработка"))
        return f"{subject}: {contact.name}" if contact is not None else f"Заявка: {subject}"

    def _prices(self, journey: Journey) -> list[tuple[datetime, int]]:
        """0 at first for most; named later in the sale, sometimes changed again, even after the close."""
        rng, factor = self._rng, self._spot.price_factor
        asked = round(rng.lognormvariate(11.2, 0.55) / 500) * 500 * factor
        sales_id = self._pipelines[SALES].pipeline_id
        first = journey.steps[0]
        prices = [(first.at, asked if first.pipeline_id == sales_id and rng.random() < 0.3 else 0)]
        at = [
            step.at
            for step in journey.steps[1:]
            if step.pipeline_id == sales_id and step.stage_id != LOST_STAGE_ID
        ]
        if at and prices[0][1] == 0 and rng.random() < 0.96:
            prices.append((at[len(at) // 2], asked))
        if at and rng.random() < 0.15:
            later = self._calendar.after(rng, journey.at, 5.0)
            if later < self._calendar.until:
                prices.append((later, round(asked * rng.uniform(0.7, 1.2) / 100) * 100))
        return prices

    def _values(self, lead: Lead, origin: Origin) -> dict[int, CustomValue]:
        rng = self._rng
        source = (
            "cold_call" if origin == "cold" else "referral" if origin == "client" else weighted(rng, _SOURCES)
        )
        values: dict[str, CustomValue] = {}
        if rng.random() < 0.92:
            values["Источник"] = source
            if rng.random() < 0.95:
                values["Канал"] = CHANNEL_OF[source]
        for name, options, share in (
            ("Регион", self._spot.regions, 0.8),
            ("Тематика", SUBJECTS, 0.75),
            ("Тип сайта", SITE_TYPES, 0.6),
        ):
            if rng.random() < share:
                values[name] = rng.choice(options)
        if rng.random() < 0.65:
            values["Оценка лида"] = min(100, max(0, round(rng.gauss(55, 22))))
        if rng.random() < 0.25:
            values["Дата старта"] = self._calendar.local_day(lead.created_at) + timedelta(
                days=rng.randrange(10, 90)
            )
        if rng.random() < 0.5:
            values["Услуги"] = tuple(
                sorted(rng.sample(SERVICES, rng.choice((1, 1, 2, 3))), key=SERVICES.index)
            )
        if CHANNEL_OF[source] == "paid" and rng.random() < 0.9:
            values["UTM_SOURCE"] = {"yandex_direct": "yandex", "vk_ads": "vk", "telegram": "tg"}[source]
            values["UTM_MEDIUM"] = "cpc"
            values["UTM_CAMPAIGN"] = (
                f"{rng.choice(('seo', 'context', 'audit', 'brand'))}-{rng.randrange(1, 9)}"
            )
        if rng.random() < 0.03:
            values = {}
        elif source == "partner":
            values["Партнёр"] = PARTNERS[lead.lead_id % len(PARTNERS)]
        return {self._fields[name]: value for name, value in values.items()}

    def _tags(self, lead: Lead) -> tuple[str, ...]:
        tags = [SPAM_TAG] if lead.is_spam else [TEST_TAG] if lead.is_test else []
        if self._rng.random() < 0.2:
            tags += self._rng.sample(ORDINARY_TAGS, self._rng.choice((1, 1, 2)))
        return tuple(tags)

    def _loss_reason(self, lead: Lead) -> int | None:
        if not any(move.to_stage_id == LOST_STAGE_ID for move in lead.moves):
            return None
        if lead.is_spam or lead.is_duplicate:
            return self._loss_reasons["Спам" if lead.is_spam else "Дубль"]
        names = tuple(self._loss_reasons)[:4]
        name = self._rng.choices(names, _LOSS_WEIGHTS)[0]
        return self._loss_reasons[name] if self._rng.random() < 0.93 else None


class Tidying:
    """What people do to leads afterwards: delete, restore, empty the bin, merge doubles.

    Nothing happens to a lead once it is deleted or merged, and spam stays where it is: a warehouse that starts today
    could not know that a lead it never saw was spam.
    """

    def __init__(self, rng: Random, calendar: AgencyCalendar, lived: list[LivedLead]) -> None:
        self._rng, self._calendar, self._lived = rng, calendar, lived

    def run(self) -> None:
        winners = self._merge()
        for item in self._lived:
            lead = item.lead
            removable = item.won_sale_at is None and lead.merged_at is None and not lead.is_spam
            if removable and lead.lead_id not in winners and self._rng.random() < 0.016:
                self._delete(item)

    def _merge(self) -> set[int]:
        earlier: dict[int, Lead] = {}
        winners: set[int] = set()
        for item in self._lived:
            lead = item.lead
            if item.contact is None or lead.is_spam:
                continue
            winner = earlier.setdefault(item.contact.contact_id, lead)
            if winner is lead or item.won_sale_at is not None or self._rng.random() > 0.055:
                continue
            at = self._calendar.after(self._rng, item.last_activity_at, 6.0)
            if at < self._calendar.until and winner.merged_at is None:
                lead.merged_at, lead.merged_into = at, winner.lead_id
                winner.touched.append(at)
                winner.touched.sort()
                winners.add(winner.lead_id)
        return winners

    def _delete(self, item: LivedLead) -> None:
        until, lead = self._calendar.until, item.lead
        at = self._calendar.after(self._rng, item.last_activity_at, 12.0)
        if at >= until:
            return
        lead.deleted_at = at
        fate = self._rng.random()
        later = self._calendar.after(self._rng, at, 4.0 if fate < 0.3 else 25.0)
        if later >= until:
            return
        if fate < 0.3:
            lead.restored_at = later
        elif fate < 0.65:
            lead.purged_at = later
