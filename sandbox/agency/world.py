"""Builds the simulated agencies: the same seed, end, size and number of accounts give the same facts, to the byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.agency import catalogue, rankings
from sandbox.agency.activity import make_notes, make_tasks
from sandbox.agency.calendar import AgencyCalendar, months_before
from sandbox.agency.catalogue import CARE, SALES, TELEMARKETING, Place, field_ids
from sandbox.agency.ground import Ground
from sandbox.agency.leads import LeadMaker, LivedLead
from sandbox.agency.model import Size, Tenant, User
from sandbox.agency.money import Books, Client
from sandbox.agency.office import Office
from sandbox.agency.people import People
from sandbox.agency.phones import NumberPool
from sandbox.agency.rankings import make_projects
from sandbox.agency.telephony import Exchange

_ACCOUNT_BASE = 31_420_001


@dataclass(slots=True)
class SimulatedWorld:
    """All tenants by slug, in order."""

    seed: int
    until: datetime
    tenants: dict[str, Tenant] = field(default_factory=dict)


def build_world(seed: int = 7, *, until: datetime, size: Size = Size(), accounts: int = 2) -> SimulatedWorld:  # noqa: B008
    """The agencies' facts from ``size.months`` months before ``until`` (aware, exclusive) up to it.

    Raises:
        ValueError: ``until`` has no time zone, or a size is not positive.
    """
    if until.tzinfo is None:
        raise ValueError("until needs a time zone, for example datetime(2026, 1, 1, tzinfo=UTC)")
    if (
        min(size.leads, size.calls, size.months, accounts) < 1
        or min(size.projects, size.keywords, size.position_days) < 0
    ):
        raise ValueError(
            f"a world needs leads, calls, months and accounts, not {size} with {accounts} accounts"
        )
    world = SimulatedWorld(seed, until)
    for index in range(accounts):
        tenant = _Builder(seed, index, catalogue.place(index), until, size).build()
        world.tenants[tenant.slug] = tenant
    return world


class _Builder:
    """One tenant. Every part draws from a stream of its own."""

    def __init__(self, seed: int, index: int, spot: Place, until: datetime, size: Size) -> None:
        self._size = size
        self._calendar = AgencyCalendar(spot.zone, months_before(until, size.months), until)
        self._ground = Ground(seed, index, spot, self._calendar)
        self._fields = catalogue.make_fields(index, spot.regions)
        pool = NumberPool(self._ground.stream("numbers"), spot.country, spot.city_code)
        company_fields = field_ids(self._fields, "companies")
        self._people = People(self._ground, pool, company_fields)
        self._pool = pool

    def build(self) -> Tenant:
        ground, calendar, size = self._ground, self._calendar, self._size
        index, spot = ground.index, ground.spot
        users, removed = catalogue.make_users(ground.seed, index, spot, calendar.born_at)
        office = _office(users, removed[0], calendar)
        pipelines = catalogue.make_pipelines(index)
        loss_reasons = {name: 8_800_001 + index * 100 + n for n, name in enumerate(catalogue.LOSS_REASONS)}
        old_clients = self._old_clients(office)
        lead_fields = field_ids(self._fields, "leads")
        maker = LeadMaker(
            ground, pipelines, office, self._people, fields=lead_fields, loss_reasons=loss_reasons
        )
        lived = maker.make(size.leads)
        clients = [*old_clients, *self._new_clients(lived)]
        self._people.delete_some({contact_id for item in lived for contact_id in item.lead.contact_ids})
        calls = Exchange(ground, office, self._people, self._pool).make(lived, size.calls)
        everyone = [*users, *removed]
        notes = make_notes(ground, lived, calls, self._people, everyone)
        books = Books(ground)
        contracts = books.sign(clients)
        customers = books.open_cards(clients)
        days = rankings.last_days(calendar.days[-1], size.position_days)
        companies = {company.company_id: company for company in self._people.companies}
        project_companies = [companies[client.company_id] for client in clients]
        return Tenant(
            slug=spot.slug,
            account_number=_ACCOUNT_BASE + index,
            name=spot.name,
            time_zone=spot.zone,
            currency=spot.currency,
            country=spot.country,
            users=users,
            pipelines=pipelines,
            loss_reasons=[(number, name) for name, number in loss_reasons.items()],
            task_types=catalogue.TASK_TYPES,
            fields=self._fields,
            leads=[item.lead for item in lived],
            contacts=self._people.contacts,
            companies=self._people.companies,
            tasks=make_tasks(ground, lived),
            notes=notes,
            calls=calls,
            contracts=contracts,
            customers=customers,
            payments=books.collect(contracts, customers, clients),
            projects=make_projects(ground, project_companies, size.projects, size.keywords, days),
            born_at=calendar.born_at,
            former_users=removed,
        )

    def _old_clients(self, office: Office) -> list[Client]:
        """Clients from before the first lead, with a company, a contact and, for a few, nothing but a contact."""
        rng, at = self._ground.stream("old clients"), self._calendar.born_at
        clients = []
        for n in range(max(14, self._size.leads // 150)):
            owner = rng.choice(office.teams[CARE])
            company = self._people.new_company(at, owner.user_id)
            self._people.new_contact(at, owner.user_id, company.company_id)
            since = self._calendar.days[0] + timedelta(days=rng.randrange(1, 25 if n < 14 else 45))
            clients.append(Client(company.company_id, company.name, owner.user_id, since, None))
        for _ in range(max(6, self._size.leads // 100)):
            self._people.new_contact(at, rng.choice(office.teams[SALES]).user_id, None)
        return clients

    def _new_clients(self, lived: list[LivedLead]) -> list[Client]:
        """The companies of won sales, each once, from a few days after its first sale."""
        companies = {company.company_id: company for company in self._people.companies}
        rng = self._ground.stream("new clients")
        won = sorted(
            (i for i in lived if i.won_sale_at and not i.lead.is_test),
            key=lambda i: (i.won_sale_at, i.lead.lead_id),
        )
        seen: set[int] = set()
        clients = []
        for item in won:
            company_id = item.lead.company_id
            if company_id is None or company_id in seen or item.won_sale_at is None:
                continue
            seen.add(company_id)
            since = self._calendar.local_day(item.won_sale_at) + timedelta(days=rng.randrange(1, 15))
            if since <= self._calendar.days[-1]:
                clients.append(
                    Client(
                        company_id,
                        companies[company_id].name,
                        item.lead.owners[-1][1],
                        since,
                        item.lead.lead_id,
                    )
                )
        return clients


def _office(users: list[User], removed: User, calendar: AgencyCalendar) -> Office:
    groups = (catalogue.GROUPS[0], catalogue.GROUPS[1], catalogue.GROUPS[2])
    teams = {
        pipeline: [user for user in users if user.group_name == group]
        for pipeline, group in zip((TELEMARKETING, SALES, CARE), groups, strict=True)
    }
    life = calendar.until - calendar.born_at
    left = {user.user_id: calendar.born_at + life * 0.75 for user in users if not user.is_active}
    left[removed.user_id] = calendar.born_at + life * 0.4
    return Office(teams, removed, left)
