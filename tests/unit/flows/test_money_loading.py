"""Statements into a real warehouse: idempotent, corrected, and not lost when a file goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.postgres import Warehouse
from tests.support.statements import document, statement
from voronka.config import Account, Settings, Source
from voronka.domain import clock
from voronka.domain.windows import Window
from voronka.flows.load import Piece, load
from voronka.loading import LoadSummary


@pytest.fixture(autouse=True)
def _no_frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VORONKA_AS_OF", raising=False)


def test_payments_stay_are_corrected_and_come_back(tmp_path: Path, warehouse: Warehouse) -> None:
    source = Source(provider="bank_1c", options={"folder": str(tmp_path)})
    account = Account(id="north", name="North", crm=Source(provider="amocrm"), money=(source,))

    def loaded() -> LoadSummary:
        now = clock.now()
        piece = Piece("north", "money", "bank_1c", "lists", Window(now.replace(year=now.year - 1), now))
        (summary,) = load(Settings(accounts=(account,)), piece)
        return summary

    def keep(name: str, *documents: str, created: str) -> None:
        (tmp_path / name).write_bytes(statement(*documents, created=created).encode("cp1251"))

    def standing() -> list[tuple[str, str]]:
        return warehouse.rows(
            "select payload ->> 'number', payload ->> 'amount' from raw.bank_1c_documents"
            " where deleted_at is null order by 1, 2"
        )

    keep("1.txt", *(document(Номер=str(n)) for n in range(10, 20)), document(Сумма="?"), created="12.01.2026")
    first = loaded()
    assert (first.rows_inserted, first.rows_quarantined) == (10, 1)
    again = loaded()
    assert (again.rows_inserted, again.rows_updated, again.rows_unchanged) == (0, 0, 10)

    keep("2.txt", document(Номер="10", Сумма="1.00"), document(Номер="11"), created="13.01.2026")
    assert loaded().rows_deleted == 9
    assert standing() == [("10", "1.00"), ("11", "60000.00")]
    assert loaded().rows_deleted == 0

    (tmp_path / "1.txt").unlink()
    (tmp_path / "2.txt").unlink()
    keep("3.txt", document(Номер="12"), created="14.02.2026")
    restored = loaded()
    assert (restored.rows_deleted, restored.rows_inserted) == (0, 0)
    assert standing() == [("10", "1.00"), ("11", "60000.00"), ("12", "60000.00")]
