"""A folder of CSV files served as a CRM account: leads, won deals, companies and payments, by a mapping file.

There is one pipeline of one open stage with won and lost. A lead stands in the open stage from its creation; a deal
moves it to won. The files' own keys are kept in the text field «Внешний ключ»; ids are numbered in file order.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.agency.csv_mapping import Mapping, MappingError, read_mapping
from sandbox.agency.model import (
    LOST_STAGE_ID,
    WON_STAGE_ID,
    Company,
    Customer,
    CustomValue,
    FieldDefinition,
    FieldOwner,
    Lead,
    Payment,
    Pipeline,
    Stage,
    StageMove,
    Tenant,
    User,
)
from sandbox.agency.streams import event_id

KEY_FIELD = "Внешний ключ"
OPEN_STAGE = "Новая заявка"
_PIPELINE_ID, _OPEN_STAGE_ID = 5_290_001, 47_900_002
_LEAD_BASE, _COMPANY_BASE, _CUSTOMER_BASE, _PAYMENT_BASE = 29_000_001, 19_000_001, 1_900_001, 1
_USER_BASE, _EMPLOYEE_BASE = 9_190_001, 59_001
_LEAD_FIELD_BASE, _COMPANY_FIELD_BASE, _ENUM_BASE = 999_001, 999_501, 559_001
_GROUP = "Отдел продаж"


def read_csv_account(folder: Path, mapping_file: Path) -> Tenant:
    """The tenant that the files of ``folder`` make, as ``mapping_file`` reads them.

    Blank cells are no value. A won date before the lead's creation is kept as it is.

    Raises:
        MappingError: a file or column is missing, a date or amount cannot be read, or a key comes twice.
    """
    return _Reader(folder, read_mapping(mapping_file)).tenant()


class _Reader:
    def __init__(self, folder: Path, mapping: Mapping) -> None:
        self._folder, self._mapping = folder, mapping
        self._zone = ZoneInfo(mapping.time_zone)
        self._deals: dict[str, dict[str, str]] = {}
        self._users: dict[str, User] = {}
        self._lead_fields = _Fields("leads", _LEAD_FIELD_BASE, _ENUM_BASE)
        self._company_fields = _Fields("companies", _COMPANY_FIELD_BASE, _ENUM_BASE + 50_000)

    def tenant(self) -> Tenant:
        mapping = self._mapping
        lead_rows = self._rows(
            mapping.leads.file, mapping.leads.key, mapping.leads.created, *mapping.leads.fields.values()
        )
        created = [self._moment(mapping.leads.file, n, row[mapping.leads.created], mapping.leads.format)
                   for n, row in enumerate(lead_rows, start=2)]  # fmt: skip
        born_at = min(created, default=datetime(2000, 1, 1, tzinfo=UTC))
        self._user("", born_at)
        self._read_deals(born_at)
        companies = self._companies(born_at)
        leads = self._leads(
            lead_rows, created, {key: company.company_id for key, company in companies.items()}
        )
        customers, payments = self._payments(companies, born_at)
        stages = (
            Stage(_OPEN_STAGE_ID, OPEN_STAGE, 20, "open"),
            Stage(WON_STAGE_ID, "Успешно реализовано", 10_000, "won"),
            Stage(LOST_STAGE_ID, "Закрыто и не реализовано", 11_000, "lost"),
        )
        return Tenant(
            slug=mapping.slug,
            account_number=mapping.account_number,
            name=mapping.name,
            time_zone=mapping.time_zone,
            currency=mapping.currency,
            country=mapping.country,
            users=list(self._users.values()),
            pipelines=[Pipeline(_PIPELINE_ID, mapping.pipeline, 1, True, stages)],
            loss_reasons=[],
            task_types=((1, "Связаться", "FOLLOW_UP"), (2, "Встреча", "MEETING")),
            fields=[*self._lead_fields.definitions(), *self._company_fields.definitions()],
            leads=leads,
            contacts=[],
            companies=list(companies.values()),
            tasks=[],
            notes=[],
            calls=[],
            contracts=[],
            customers=customers,
            payments=payments,
            projects=[],
            born_at=born_at,
        )

    def _read_deals(self, born_at: datetime) -> None:
        columns = self._mapping.deals
        if columns is None:
            return
        named = [name for name in (columns.company, columns.owner, columns.amount) if name]
        for n, row in enumerate(
            self._rows(columns.file, columns.lead, columns.won, *named, *columns.fields.values()), 2
        ):
            key = row[columns.lead]
            if key in self._deals:
                raise MappingError(
                    f"{columns.file}, line {n}: lead {key!r} has a second deal; keep one deal a lead"
                )
            self._deals[key] = {**row, "\0line": str(n)}
            if columns.owner and row[columns.owner]:
                self._user(row[columns.owner], born_at)

    def _leads(
        self, rows: list[dict[str, str]], created: list[datetime], companies: dict[str, int]
    ) -> list[Lead]:
        columns, deals = self._mapping.leads, self._mapping.deals
        order = sorted(range(len(rows)), key=lambda n: (created[n], n))
        leads: list[Lead] = []
        seen: set[str] = set()
        for n in order:
            row, born = rows[n], created[n]
            key = row[columns.key]
            if key in seen:
                raise MappingError(
                    f"{columns.file}, line {n + 2}: lead {key!r} comes twice; keys must be unique"
                )
            seen.add(key)
            deal = self._deals.get(key)
            owner = self._users[""].user_id
            lead_id = _LEAD_BASE + n
            values = self._lead_fields.values(
                key, {name: row[column] for name, column in columns.fields.items()}
            )
            company_id, price, moves = None, 0, []
            if deal is not None and deals is not None:
                owner = self._users[deal[deals.owner] if deals.owner else ""].user_id
                company_id = companies.get(deal[deals.company]) if deals.company else None
                line = int(deal["\0line"])
                price = self._amount(deals.file, line, deal[deals.amount]) if deals.amount else 0
                won_at = self._moment(deals.file, line, deal[deals.won], deals.format)
                moves = [_won(lead_id, won_at, owner)]
                more = {name: deal[column] for name, column in deals.fields.items()}
                values.update(self._lead_fields.values(key, more))
            leads.append(
                Lead(lead_id, f"Заявка {key[:8]}", born, 0, _PIPELINE_ID, _OPEN_STAGE_ID, (), company_id, moves,
                     [(born, owner)], [(born, price)], fields=values)
            )  # fmt: skip
        return leads

    def _companies(self, born_at: datetime) -> dict[str, Company]:
        """Every company a deal names, in the order of its first deal, with what its own file tells."""
        deals, columns = self._mapping.deals, self._mapping.companies
        if deals is None or deals.company is None:
            return {}
        known: dict[str, dict[str, str]] = {}
        if columns is not None:
            for row in self._rows(columns.file, columns.key, *columns.fields.values()):
                known[row[columns.key]] = {name: row[column] for name, column in columns.fields.items()}
        companies: dict[str, Company] = {}
        for deal in self._deals.values():
            key = deal[deals.company]
            if not key or key in companies:
                continue
            number = _COMPANY_BASE + len(companies)
            values = self._company_fields.values(key, known.get(key, {}))
            owner = self._users[deal[deals.owner] if deals.owner else ""].user_id
            companies[key] = Company(number, f"Компания {key[:8]}", values, owner, born_at, born_at)
        return companies

    def _payments(
        self, companies: dict[str, Company], born_at: datetime
    ) -> tuple[list[Customer], list[Payment]]:
        columns = self._mapping.payments
        if columns is None:
            return [], []
        drafts = []
        customers: dict[int, Customer] = {}
        for n, row in enumerate(
            self._rows(columns.file, *columns.key, columns.company, columns.paid, columns.amount), 2
        ):
            company = companies.get(row[columns.company])
            if company is None:
                raise MappingError(
                    f"{columns.file}, line {n}: {row[columns.company]!r} is no company of a won deal"
                )
            number = company.company_id
            if number not in customers:
                card = _CUSTOMER_BASE + len(customers)
                customers[number] = Customer(card, number, company.name, company.owner_id, born_at)
            paid_at = self._moment(columns.file, n, row[columns.paid], columns.format)
            amount = self._amount(columns.file, n, row[columns.amount])
            key = ":".join(row[name] for name in columns.key)
            drafts.append((paid_at, n, customers[number].customer_id, number, amount, key))
        payments = [
            Payment(_PAYMENT_BASE + n, customer_id, company_id, None, amount, "", paid_at, key)
            for paid_at, n, customer_id, company_id, amount, key in sorted(drafts)
        ]
        return list(customers.values()), payments

    def _user(self, key: str, born_at: datetime) -> None:
        """The user of an owner key; the empty key is the administrator, who owns what nobody else does."""
        if key in self._users:
            return
        n = len(self._users)
        name = f"Менеджер {key[:8]}" if key else "Администратор"
        self._users[key] = User(
            _USER_BASE + n, name, f"user{n + 1}@{self._mapping.slug}.example", 0, _GROUP, None if n == 0 else 3901, n == 0,
            True, str(101 + n), _EMPLOYEE_BASE + n, 0.5, born_at,
        )  # fmt: skip

    def _rows(self, file: str, *columns: str) -> list[dict[str, str]]:
        path = self._folder / file
        if not path.is_file():
            raise MappingError(
                f"{file} is not in {self._folder.name}/: put it there or correct the mapping's file name"
            )
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise MappingError(
                    f"{file} has no column {', '.join(missing)}: it has {', '.join(reader.fieldnames or ())}"
                )
            return [{name: (row[name] or "").strip() for name in columns} for row in reader]

    def _moment(self, file: str, line: int, text: str, pattern: str) -> datetime:
        try:
            moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is added below
        except ValueError as error:
            raise MappingError(
                f"{file}, line {line}: {text!r} does not fit the date format {pattern!r}"
            ) from error
        local = moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
        return local.astimezone(UTC)

    def _amount(self, file: str, line: int, text: str) -> int:
        """Whole currency units, as the CRM keeps them, halves rounded up; a blank is 0."""
        try:
            return int(Decimal(text or "0").quantize(Decimal(1), ROUND_HALF_UP))
        except InvalidOperation as error:
            raise MappingError(f"{file}, line {line}: {text!r} is no amount such as 165.00") from error


def _won(lead_id: int, at: datetime, user_id: int) -> StageMove:
    identity = event_id(at, "lead_status_changed", lead_id, 0)
    return StageMove(at, _PIPELINE_ID, _OPEN_STAGE_ID, _PIPELINE_ID, WON_STAGE_ID, user_id, identity)


class _Fields:
    """Collects the select fields of an entity: a label gets its enum id when it first comes."""

    def __init__(self, entity: FieldOwner, first_id: int, first_enum: int) -> None:
        self._entity, self._first_id, self._next_enum = entity, first_id, first_enum
        self._ids: dict[str, int] = {KEY_FIELD: first_id}
        self._enums: dict[str, dict[str, int]] = {}

    def values(self, key: str, cells: dict[str, str]) -> dict[int, CustomValue]:
        result: dict[int, CustomValue] = {self._first_id: key}
        for name, label in cells.items():
            number = self._ids.setdefault(name, self._first_id + len(self._ids))
            if label:
                labels = self._enums.setdefault(name, {})
                if label not in labels:
                    labels[label] = self._next_enum
                    self._next_enum += 1
                result[number] = label
        return result

    def definitions(self) -> Iterator[FieldDefinition]:
        for name, number in self._ids.items():
            enums = _enums(self._enums.get(name, {}).items())
            kind = "text" if name == KEY_FIELD else "select"
            yield FieldDefinition(number, self._entity, name, None, kind, enums)


def _enums(labels: Iterable[tuple[str, int]]) -> tuple[tuple[int, str, None], ...]:
    return tuple((number, label, None) for label, number in labels)
