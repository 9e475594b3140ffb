"""A folder of bank statements as payments: files overlap, come late, are exported again, and are moved away."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from voronka.connectors.base import Deletion, Entity, Finding, Page, Record
from voronka.connectors.entities import entity_named
from voronka.connectors.http import Where, failure
from voronka.connectors.money.documents import Document, Statement
from voronka.domain.errors import ShapeChanged, SourceError, SourceUnavailable
from voronka.domain.windows import Window

ENTITIES = {"documents": Entity("documents", "full", keeps_missing=True)}

Read = Callable[[bytes, str, Collection[str]], Statement]


@dataclass(frozen=True, slots=True)
class Place:
    """Where statements lie and whose they are.

    Attributes:
        pattern: which files of the folder are statements.
        own: our bank accounts, beside those that files name as their own.
        zone: of the account; a payment's day begins there.
    """

    folder: Path
    pattern: str
    own: Collection[str]
    zone: ZoneInfo


class BankFolder:
    """Statements of one account.

    A payment is named by a hash of its document, so the same payment in two files is one. Where a later file covers a
    payment's account and day completely and does not hold it, the bank has taken it back or corrected it: it is given
    out as deleted, at the moment of that file. A file that is moved away takes nothing with it.
    """

    def __init__(self, account_id: str, provider: str, place: Place, read: Read) -> None:
        self.account_id = account_id
        self.provider = provider
        self._place = place
        self._read = read

    @property
    def entities(self) -> Mapping[str, Entity]:
        """Documents alone."""
        return ENTITIES

    def pages(self, entity: str, window: Window) -> Iterator[Page]:
        """All documents of all files as one page; the window does not matter.

        Raises:
            ShapeChanged: there is no such folder.
            SourceUnavailable: a file cannot be read.
        """
        entity_named(entity, ENTITIES, self.provider)
        statements = sorted(self._statements(), key=_age)
        records, deletions = self._settled(statements)
        yield Page(records, [r for statement in statements for r in statement.rejections], deletions)

    def probe(self) -> list[Finding]:
        """Whether the folder can be read, how many payments its files hold, and what cannot be taken."""
        check = "the bank statements can be read"
        try:
            statements = list(self._statements())
        except SourceError as error:
            return [Finding(check, False, error.message, error.remedy)]
        documents = sum(len(statement.documents) for statement in statements)
        findings = [
            Finding(
                check,
                bool(statements),
                f"{len(statements)} files, {documents} payments in {self._place.folder}",
                f"put files named {self._place.pattern} there.",
                "warning",
            )
        ]
        bad = [rejection for statement in statements for rejection in statement.rejections]
        if bad:
            text = f"{len(bad)} cannot be taken, the first: {bad[0].reason}"
            findings.append(Finding("all documents can be taken", False, text, bad[0].remedy, "warning"))
        return findings

    def _statements(self) -> Iterator[Statement]:
        where = Where(self.account_id, self.provider, "documents")
        if not self._place.folder.is_dir():
            raise failure(
                ShapeChanged,
                f"there is no folder {self._place.folder}",
                where,
                "make it, or set options.folder of this source in accounts.yml.",
            )
        for path in sorted(self._place.folder.glob(self._place.pattern)):
            try:
                content = path.read_bytes()
            except OSError as error:
                reason = f"{path} cannot be read ({error.strerror})"
                raise failure(SourceUnavailable, reason, where, "give us the right to read it.") from None
            yield self._read(content, path.name, self._place.own)

    def _settled(self, statements: Sequence[Statement]) -> tuple[list[Record], list[Deletion]]:
        """What stands and what was taken back. Each document is judged by the files after the last that holds it."""
        last: dict[str, tuple[int, Document]] = {}
        for number, statement in enumerate(statements):
            last.update({name: (number, document) for name, document in statement.named()})
        records: list[Record] = []
        deletions: list[Deletion] = []
        for name, (number, document) in last.items():
            record = document.record(name, statements[number].file, self._place.zone)
            # What does not say when it was written cannot be known to be older.
            newer = statements[number + 1 :] if statements[number].created_at else ()
            later = next((s for s in newer if s.covers(document)), None)
            if later is None or later.created_at is None:
                records.append(record)
            else:
                moment = later.created_at.replace(tzinfo=self._place.zone)
                deletions.append(Deletion(name, moment, payload=record.payload))
        return records, deletions


def _age(statement: Statement) -> tuple[datetime, str]:
    """Files in the order in which they were written; those that do not say come first."""
    return statement.created_at or datetime.min, statement.file  # noqa: DTZ901 -- compared with local moments only
