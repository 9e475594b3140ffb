"""Statements as CSV: banks agree on nothing, so columns are found by their headers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from pydantic_core import PydanticCustomError

from voronka.connectors.base import Rejection
from voronka.connectors.money.documents import Document, Party, Statement
from voronka.connectors.sheets.csv_folder import decoded, rows_of
from voronka.connectors.sheets.layouts.values import BadCell, amount_of, day_of, number_of, squeezed

COLUMNS: dict[str, tuple[str, ...]] = {
    "date": ("дата", "дата операции", "дата поступления", "дата проводки", "date"),
    "party": ("контрагент", "плательщик", "наименование контрагента", "counterparty", "payer"),
    "inn": ("инн", "инн контрагента", "инн плательщика", "inn"),
    "number": ("номер", "номер документа", "№", "number"),
    "amount": ("сумма", "сумма операции", "amount"),
    "credit": ("приход", "поступление", "кредит", "credit"),
    "debit": ("расход", "списание", "дебет", "debit"),
    "purpose": ("назначение", "назначение платежа", "purpose"),
    "contract": ("договор", "номер договора", "contract"),
    "account": ("счёт", "счет", "расчётный счёт", "расчетный счет", "account"),
}


def read_csv(content: bytes, file: str, own: Collection[str]) -> Statement:
    """The statement in a file. It does not say which days it covers, so it never takes a payment of another file back.

    Args:
        own: our accounts; the only one is meant where the file has no column for it.
    """
    rows = rows_of(decoded(content))
    at = next((n for n, row in enumerate(rows) if any(squeezed(cell) for cell in row)), None)
    headers = [squeezed(cell) or "" for cell in rows[at]] if at is not None else []
    fields = _fields(headers)
    if at is None or "date" not in fields or not fields.keys() & {"amount", "credit"}:
        return Statement(file, (), (_no_columns(file, headers),))
    only = next(iter(own)) if len(own) == 1 else ""
    documents: list[Document] = []
    rejections: list[Rejection] = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        cells = {name: squeezed(row[n]) for name, n in fields.items() if n < len(row)}
        if not any(cells.values()):
            continue
        received = {h: str(v) for h, v in zip(headers, row, strict=False) if h and squeezed(v) is not None}
        try:
            documents.append(_document(cells, number, received, only))
        except PydanticCustomError as error:
            rejections.append(_bad_row(error, file, number, received))
    return Statement(file, documents, rejections)


def _fields(headers: list[str]) -> dict[str, int]:
    """Field → column, the first one of each."""
    lowered = [header.lower() for header in headers]
    found = {
        name: next((n for n, header in enumerate(lowered) if header in names), -1)
        for name, names in COLUMNS.items()
    }
    return {name: n for name, n in found.items() if n >= 0}


def _document(cells: Mapping[str, str | None], line: int, received: Mapping[str, str], only: str) -> Document:
    amount = _signed(cells)
    day = day_of(cells.get("date"))
    contract = cells.get("contract")
    purpose = cells.get("purpose") or ""
    return Document(
        direction="in" if amount >= 0 else "out",
        own_account=cells.get("account") or only,
        number=cells.get("number") or "",
        document_date=day,
        paid_on=day,
        amount=abs(amount),
        party=Party(cells.get("party") or "", cells.get("inn") or ""),
        purpose=f"{purpose} договор № {contract}".strip() if contract else purpose,
        kind="",
        line=line,
        as_received=received,
    )


def _signed(cells: Mapping[str, Any]) -> Decimal:
    """What came in, positive, or went out, negative."""
    if cells.get("amount"):
        return number_of(cells["amount"])
    credit = amount_of(cells["credit"]) if cells.get("credit") else Decimal(0)
    debit = amount_of(cells["debit"]) if cells.get("debit") else Decimal(0)
    if (credit and debit) or not (cells.get("credit") or cells.get("debit")):
        raise BadCell("bad_amount", "an amount, coming in or going out")
    return credit - debit


def _bad_row(error: PydanticCustomError, file: str, line: int, received: Mapping[str, str]) -> Rejection:
    return Rejection(
        error.type,
        f"file {file}, line {line}: expected {error.message()}; found {', '.join(received.values())[:200]!r}.",
        "mend the line, or export the statement again; the other lines are kept.",
        {"file": file, "line": line, **received},
        f"{file}:{line}",
    )


def _no_columns(file: str, headers: list[str]) -> Rejection:
    return Rejection(
        "missing_column",
        f"file {file}: it needs a column дата and one of сумма, приход; found are: {', '.join(filter(None, headers))}.",
        "name the columns so; see the page on bank statements for all names that are understood.",
        {"file": file, "headers": headers},
        file,
    )
