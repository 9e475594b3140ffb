"""Contacts and companies of a tenant, made as leads need them, with numbers typed by hand and sometimes shared."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.agency.catalogue import (
    COMPANY_ENDS,
    COMPANY_STEMS,
    FIRST_NAMES,
    LAST_NAMES,
    LEGAL_FORMS,
    SEGMENTS,
    SUBJECTS,
)
from sandbox.agency.ground import Ground
from sandbox.agency.legal import inn_of
from sandbox.agency.model import Company, Contact, CustomValue
from sandbox.agency.phones import NumberPool, typed

_CONTACT_BASE, _COMPANY_BASE = 16_000_301, 17_000_201
_WITHOUT_INN_EVERY = 11


class People:
    """Makes contacts and companies in the order of time, so that ids ascend with it.

    ``numbers`` gives the dialled numbers of a contact, as opposed to what is typed into its card.
    """

    def __init__(
        self,
        ground: Ground,
        pool: NumberPool,
        fields: dict[str, int],
    ) -> None:
        self._rng, self._spot, self._calendar = ground.stream("people"), ground.spot, ground.calendar
        self._pool, self._fields = pool, fields
        self._next_contact = _CONTACT_BASE + ground.index * 1_000_000
        self._next_company = _COMPANY_BASE + ground.index * 1_000_000
        self.contacts: list[Contact] = []
        self.companies: list[Company] = []
        self.numbers: dict[int, tuple[str, ...]] = {}
        self._shareable: list[str] = []

    def new_company(self, created_at: datetime, owner_id: int) -> Company:
        rng = self._rng
        name = f"{rng.choice(COMPANY_STEMS)}{rng.choice(COMPANY_ENDS)}-{rng.randrange(10, 999)}"
        values: dict[str, CustomValue] = {}
        if rng.random() < 0.85:
            values["Сегмент"] = SEGMENTS[rng.random() < 0.2]
        if rng.random() < 0.8:
            values["Регион"] = rng.choice(self._spot.regions)
        if rng.random() < 0.8:
            values["Тематика"] = rng.choice(SUBJECTS)
        if rng.random() < 0.5:
            values["PHONE"] = (typed(rng, self._pool.landline()),)
        if self._next_company % _WITHOUT_INN_EVERY:
            values["ИНН"] = inn_of(self._next_company)
        company = Company(
            self._next_company,
            f"{rng.choice(LEGAL_FORMS)} «{name}»",
            {self._fields[key]: value for key, value in values.items()},
            owner_id,
            created_at,
            self._edited(created_at),
        )
        self._next_company += 1
        self.companies.append(company)
        return company

    def new_contact(
        self, created_at: datetime, owner_id: int, company_id: int | None, *, is_shareable: bool = True
    ) -> Contact:
        """A contact; shareable ones may have the number of an earlier one, or lend theirs to a later one."""
        rng = self._rng
        numbers: list[str] = []
        if rng.random() < 0.96:
            if is_shareable and self._shareable and rng.random() < 0.03:
                numbers.append(rng.choice(self._shareable))
            else:
                numbers.append(self._pool.mobile())
            if rng.random() < 0.12:
                numbers.append(self._pool.landline())
            if is_shareable:
                self._shareable.append(numbers[0])
        phones = [typed(rng, number) for number in numbers]
        if rng.random() < 0.01:
            phones.append("уточнить")
        number = self._next_contact
        emails = (f"client{number}@{self._spot.slug}-clients.example",) if rng.random() < 0.7 else ()
        contact = Contact(
            number,
            f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}",
            tuple(phones),
            emails,
            company_id,
            owner_id,
            created_at,
            self._edited(created_at),
        )
        self._next_contact += 1
        self.contacts.append(contact)
        self.numbers[number] = tuple(numbers)
        return contact

    def _edited(self, created_at: datetime) -> datetime:
        if self._rng.random() < 0.7:
            return created_at
        edited = self._calendar.after(self._rng, created_at, 60.0)
        return edited if edited < self._calendar.until else created_at

    def delete_some(self, in_use: set[int]) -> None:
        """Put a few contacts that no lead uses into the recycle bin."""
        for contact in self.contacts:
            if contact.contact_id in in_use or self._rng.random() > 0.4:
                continue
            gone = contact.updated_at + timedelta(
                days=self._rng.randrange(1, 90), seconds=self._rng.randrange(3600)
            )
            if gone < self._calendar.until:
                contact.deleted_at = gone
