"""One payment document of a statement, whatever file it came in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from voronka.connectors.base import Record, Rejection


@dataclass(frozen=True, slots=True)
class Party:
    """The other side of a payment, as the bank names it."""

    name: str = ""
    inn: str = ""
    account: str = ""

    def as_json(self) -> dict[str, str | None]:
        """What is known of it; null for the rest."""
        return {"name": self.name or None, "inn": self.inn or None, "account": self.account or None}


@dataclass(frozen=True, slots=True)
class Document:
    """A payment to one of our accounts or from it.

    Attributes:
        own_account: ours, twenty digits; empty where a file does not tell it.
        amount: positive, in the currency of the account.
        paid_on: the day the bank booked it, else the document's own.
        line: where it begins in its file, from 1.
        as_received: every key of the file with its value.
    """

    direction: Literal["in", "out"]
    own_account: str
    number: str
    document_date: date
    paid_on: date
    amount: Decimal
    party: Party
    purpose: str
    kind: str
    line: int
    as_received: Mapping[str, str]

    @property
    def identity(self) -> str:
        """A hash of all by which people would call it the same document."""
        parts = (
            self.direction,
            self.own_account,
            self.number,
            self.document_date.isoformat(),
            f"{self.amount:.2f}",
            self.party.inn,
            " ".join(self.purpose.split()),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def record(self, source_id: str, file: str, zone: ZoneInfo) -> Record:
        """The document as a record; where it stood is no part of its version."""
        payload: dict[str, Any] = {
            "direction": self.direction,
            "own_account": self.own_account or None,
            "number": self.number or None,
            "document_date": self.document_date.isoformat(),
            "paid_on": self.paid_on.isoformat(),
            "amount": f"{self.amount:.2f}",
            "counterparty": self.party.as_json(),
            "purpose": self.purpose or None,
            "kind": self.kind or None,
            "as_received": dict(self.as_received),
            "_links": {"file": file, "line": self.line},
        }
        return Record(source_id, datetime.combine(self.paid_on, time(), zone), payload)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file says.

    Attributes:
        created_at: local moment the bank wrote it; None where it does not say.
        accounts, first_day, last_day: which accounts and days it covers completely; no accounts when it does not
            promise to be complete.
    """

    file: str
    documents: Sequence[Document]
    rejections: Sequence[Rejection] = ()
    created_at: datetime | None = None
    accounts: frozenset[str] = field(default_factory=frozenset)
    first_day: date | None = None
    last_day: date | None = None

    def covers(self, document: Document) -> bool:
        """Whether the document would have to be in this file if it still stood."""
        return (
            not self.rejections
            and self.created_at is not None
            and self.first_day is not None
            and self.last_day is not None
            and document.own_account in self.accounts
            and self.first_day <= document.paid_on <= self.last_day
        )

    def named(self) -> list[tuple[str, Document]]:
        """Documents by id. Equal ones of a file are two payments: the second is named ``<hash>:2``."""
        met: dict[str, int] = {}
        result = []
        for document in self.documents:
            name = document.identity
            met[name] = met.get(name, 0) + 1
            result.append((name if met[name] == 1 else f"{name}:{met[name]}", document))
        return result
