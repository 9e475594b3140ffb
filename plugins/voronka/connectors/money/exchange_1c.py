"""Text files of 1C's bank exchange (``1CClientBankExchange``) → statements.

A file is lines ``key=value``; sections hold documents. Windows-1251 and DOS (866) are named in the file itself, and some
banks write UTF-8 all the same, so the bytes decide first.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from voronka.connectors.base import Rejection
from voronka.connectors.money.documents import Document, Party, Statement

HEAD, TAIL = "1CClientBankExchange", "КонецФайла"
DOCUMENT, DOCUMENT_END = "СекцияДокумент", "КонецДокумента"
BALANCE, BALANCE_END = "СекцияРасчСчет", "КонецРасчСчет"
MOST = Decimal(10) ** 15
_AMOUNT = re.compile(r"\d+([.,]\d{1,2})?")
_INN_IN_NAME = re.compile(r"^ИНН\s*(\d{10}|\d{12})\s+(.*)$", re.IGNORECASE)


class BadDocument(Exception):
    """Why a document cannot be taken: a short machine name, its line and key, found and expected."""

    def __init__(self, code: str, line: int, key: str, found: str, expected: str) -> None:
        super().__init__(f"line {line}, {key}: found {found or 'nothing'!r}, expected {expected}")
        self.code = code


@dataclass(slots=True)
class Section:
    """The keys of one document, each with its line."""

    kind: str
    line: int
    values: dict[str, tuple[str, int]] = field(default_factory=dict)

    def text(self, *keys: str) -> str:
        """The first of the keys that says something."""
        return next((self.values[key][0] for key in keys if key in self.values and self.values[key][0]), "")

    def line_of(self, key: str) -> int:
        """Where the key stands, else where the document begins."""
        return self.values[key][1] if key in self.values else self.line

    def day(self, key: str) -> date | None:
        """A day; None when there is none.

        Raises:
            BadDocument: it is written, but is no day.
        """
        text = self.text(key)
        try:
            return datetime.strptime(text, "%d.%m.%Y").date() if text else None  # noqa: DTZ007 -- a day alone
        except ValueError:
            raise BadDocument("bad_date", self.line_of(key), key, text, "a day such as 31.12.2026") from None

    def amount(self) -> Decimal:
        """The amount.

        Raises:
            BadDocument: it is none.
        """
        text = self.text("Сумма")
        expected = "an amount such as 60000.00"
        try:
            if not _AMOUNT.fullmatch(text):
                raise InvalidOperation
            amount = Decimal(text.replace(",", "."))
        except InvalidOperation:
            raise BadDocument("bad_amount", self.line_of("Сумма"), "Сумма", text, expected) from None
        if amount >= MOST:
            raise BadDocument("bad_amount", self.line_of("Сумма"), "Сумма", text, expected)
        return amount

    def party(self, side: str) -> Party:
        """Payer (``Плательщик``) or payee (``Получатель``); the keys that say one thing each come first."""
        name = self.text(f"{side}1", side)
        inside = _INN_IN_NAME.match(name)
        inn = self.text(f"{side}ИНН") or (inside[1] if inside else "")
        return Party(inside[2] if inside else name, inn, self.text(f"{side}Счет", f"{side}РасчСчет"))


def decoded(content: bytes) -> str:
    """The text of a file: UTF-8 where the bytes are that, else the code page that it names, Windows-1251 by default."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    says_dos = re.search(rb"=DOS\s*$", content[:2000], re.MULTILINE)
    return content.decode("cp866" if says_dos else "cp1251", errors="replace")


def read_1c(content: bytes, file: str, own: Collection[str]) -> Statement:
    """The statement in a file.

    Args:
        own: our accounts beside those that the file names as its own.
    """
    lines = decoded(content).splitlines()
    if not lines or lines[0].strip() != HEAD:
        return Statement(file, (), (_not_a_statement(file, lines[0][:80] if lines else ""),))
    header: dict[str, list[str]] = {}
    sections: list[Section] = []
    cut = _read(lines, header, sections)
    accounts = frozenset(a for a in header.get("РасчСчет", ()) if a)
    documents: list[Document] = []
    rejections: list[Rejection] = [_cut(file, len(lines))] if cut else []
    for section in sections:
        try:
            document = _document(section, accounts | set(own))
        except BadDocument as error:
            rejections.append(_rejection(error, section, file))
            continue
        if document is not None:
            documents.append(document)
    days = [_header_day(header, name) for name in ("ДатаНачала", "ДатаКонца")]
    # A file asked for with a filter on kinds of documents does not hold them all.
    whole = frozenset() if "Документ" in header else accounts
    return Statement(file, documents, rejections, _created(header), whole, days[0], days[1])


def _read(lines: list[str], header: dict[str, list[str]], sections: list[Section]) -> bool:
    """Sort the lines into the header and sections; whether the file ends before its end."""
    section: Section | None = None
    in_balance = False
    for number, line in enumerate(lines[1:], start=2):
        key, _, value = (part.strip() for part in line.partition("="))
        if key == TAIL:
            return section is not None
        if key == DOCUMENT:
            section = Section(value, number)
        elif key == DOCUMENT_END and section is not None:
            sections.append(section)
            section = None
        elif key in (BALANCE, BALANCE_END):
            in_balance = key == BALANCE
        elif section is not None:
            section.values[key] = (value, number)
        elif in_balance:
            if key == "РасчСчет":
                header.setdefault(key, []).append(value)
        elif key:
            header.setdefault(key, []).append(value)
    return True


def _document(section: Section, own: Collection[str]) -> Document | None:
    """The document; None for a transfer between our own accounts.

    Raises:
        BadDocument: a key cannot be read, or neither side is ours.
    """
    payer, payee = section.party("Плательщик"), section.party("Получатель")
    incoming, outgoing = payee.account in own, payer.account in own
    if incoming and outgoing:
        return None
    if not incoming and not outgoing:
        expected = "an account of ours, there or in ПлательщикСчет"
        raise BadDocument(
            "foreign_account", section.line_of("ПолучательСчет"), "ПолучательСчет", payee.account, expected
        )
    day = section.day("Дата")
    booked = section.day("ДатаПоступило" if incoming else "ДатаСписано")
    if day is None:
        raise BadDocument("bad_date", section.line, "Дата", "", "a day such as 31.12.2026")
    return Document(
        direction="in" if incoming else "out",
        own_account=payee.account if incoming else payer.account,
        number=section.text("Номер"),
        document_date=day,
        paid_on=booked or day,
        amount=section.amount(),
        party=payer if incoming else payee,
        purpose=_purpose(section),
        kind=section.kind,
        line=section.line,
        as_received={key: value for key, (value, _) in section.values.items()},
    )


def _purpose(section: Section) -> str:
    """The purpose, whole or put together from its numbered parts."""
    whole = section.text("НазначениеПлатежа")
    parts = [section.text(f"НазначениеПлатежа{n}") for n in range(1, 7)]
    return whole or " ".join(part for part in parts if part)


def _header_day(header: dict[str, list[str]], key: str) -> date | None:
    try:
        return datetime.strptime(next(iter(header.get(key, ())), ""), "%d.%m.%Y").date()  # noqa: DTZ007
    except ValueError:
        return None


def _created(header: dict[str, list[str]]) -> datetime | None:
    day = next(iter(header.get("ДатаСоздания", ())), "")
    moment = next(iter(header.get("ВремяСоздания", ())), "") or "00:00:00"
    try:
        return datetime.strptime(f"{day} {moment}", "%d.%m.%Y %H:%M:%S")  # noqa: DTZ007 -- local, zone unknown
    except ValueError:
        return None


def _rejection(error: BadDocument, section: Section, file: str) -> Rejection:
    remedy = (
        "add our account to options.own_accounts of this source, or take the file out of the folder."
        if error.code == "foreign_account"
        else "export the statement again, or mend the line in the file; the other documents are kept."
    )
    payload = {"file": file, **{key: value for key, (value, _) in section.values.items()}}
    return Rejection(error.code, f"file {file}, {error}.", remedy, payload, f"{file}:{section.line}")


def _not_a_statement(file: str, found: str) -> Rejection:
    return Rejection(
        "not_a_statement",
        f"file {file}, line 1: found {found!r}, expected {HEAD}.",
        "export the statement in 1C's format (1CClientBankExchange), or take the file out of the folder.",
        {"file": file, "first_line": found},
        file,
    )


def _cut(file: str, lines: int) -> Rejection:
    return Rejection(
        "cut_file",
        f"file {file}, line {lines}: the file ends without {TAIL}; documents whole by then are kept.",
        "copy the file again; it may still have been on its way.",
        {"file": file, "lines": lines},
        file,
    )
