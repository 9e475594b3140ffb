"""A folder of statements: overlaps, corrections, files that go, CSV by its headers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.doubles import CountingLimiter
from tests.support.statements import OURS, document, statement
from voronka.config import Account, Source
from voronka.connectors import build
from voronka.connectors.base import Page
from voronka.domain.errors import ConfigurationError, ShapeChanged
from voronka.domain.windows import Window

WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))


def connector(place: Path, provider: str = "bank_1c", **options: Any) -> Any:
    source = Source(provider=provider, options={"folder": str(place)} | options)
    account = Account(id="north", name="North", crm=Source(provider="amocrm"), money=(source,))
    return build(account, "money", source, CountingLimiter())


def read(folder: Path, provider: str = "bank_1c", **options: Any) -> Page:
    (page,) = connector(folder, provider, **options).pages("documents", WINDOW)
    return page


def keep(folder: Path, name: str, *documents: str, **how: Any) -> None:
    (folder / name).write_bytes(statement(*documents, **how).encode("cp1251"))


def test_the_same_document_in_two_files_is_one_and_two_equal_ones_of_a_file_are_two(tmp_path: Path) -> None:
    keep(tmp_path, "1.txt", document(), document(), created="12.01.2026")
    first = read(tmp_path)
    keep(tmp_path, "2.txt", document(), document(), document(Номер="58"), created="13.01.2026")
    second = read(tmp_path)
    assert [r.source_id for r in second.records][:2] == [r.source_id for r in first.records]
    assert len({r.source_id for r in second.records}) == 3
    assert not second.deletions
    assert first.records[1].source_id == f"{first.records[0].source_id}:2"
    # midnight of the day in Moscow
    assert first.records[0].updated_at == datetime(2026, 1, 9, 21, tzinfo=UTC)
    assert first.records[0].payload["_links"] == {"file": "1.txt", "line": 13}


def test_a_later_file_that_covers_the_day_takes_back_what_it_does_not_hold(tmp_path: Path) -> None:
    keep(tmp_path, "b.txt", document(), document(Номер="58"), created="12.01.2026")
    keep(tmp_path, "a.txt", document(Сумма="6000.00"), document(Номер="58"), created="13.01.2026")
    page = read(tmp_path)
    assert [(r.payload["number"], r.payload["amount"]) for r in page.records] == [
        ("58", "60000.00"),
        ("57", "6000.00"),
    ]
    (gone,) = page.deletions
    assert (gone.payload["amount"], gone.deleted_at) == (
        "60000.00",
        datetime(2026, 1, 13, 6, 15, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "later",
    [
        {"first": "11.01.2026"},
        {"last": "09.01.2026"},
        {"whole": False},
        {"created": "когда-то"},
        {"encoding": "Windows\r\nДокумент=Платежное требование"},
    ],
)
def test_a_file_that_does_not_cover_the_day_takes_nothing_back(tmp_path: Path, later: dict[str, Any]) -> None:
    keep(tmp_path, "1.txt", document(), created="12.01.2026")
    keep(
        tmp_path,
        "2.txt",
        document(Номер="58", ДатаПоступило="30.01.2026"),
        **{"created": "13.01.2026", **later},
    )
    page = read(tmp_path)
    assert {r.payload["number"] for r in page.records} == {"57", "58"}
    assert not page.deletions


def test_a_csv_is_read_by_its_headers(tmp_path: Path) -> None:
    text = (
        "Дата;Контрагент;ИНН;Номер;Приход;Расход;Назначение;Договор\n"
        "09.01.2026;ООО Альфа;7700000001;5;1 000,50;;за SEO;15-А\n"
        "10.01.2026;ООО Альфа;7700000001;6;;200;Возврат;\n"
        "вчера;ООО Альфа;7700000001;7;1;;;\n"
    )
    (tmp_path / "a.csv").write_bytes(text.encode("cp1251"))
    (tmp_path / "b.csv").write_text("День;Деньги\n1;2\n", "utf-8")
    page = read(tmp_path, "bank_csv", own_accounts=OURS)
    assert [
        (r.payload["direction"], r.payload["amount"], r.payload["own_account"]) for r in page.records
    ] == [
        ("in", "1000.50", OURS),
        ("out", "200.00", OURS),
    ]
    assert page.records[0].payload["purpose"] == "за SEO договор № 15-А"
    assert [(r.code, r.reason.split(":")[0]) for r in page.rejections] == [
        ("bad_date", "file a.csv, line 4"),
        ("missing_column", "file b.csv"),
    ]


@pytest.mark.parametrize(
    "options", [{"folder": ""}, {"colour": "red"}, {"own_accounts": "408-1"}], ids=lambda o: next(iter(o))
)
def test_wrong_options_are_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="bank_1c"):
        connector(tmp_path, **options)


def test_the_bank_counts_only_where_there_is_one() -> None:
    crm = Source(provider="amocrm")
    bank = Source(provider="bank_1c", options={"folder": "bank"})
    assert Account(id="north", name="North", crm=crm).counted_payments == "transactions"
    assert Account(id="north", name="North", crm=crm, money=(bank,)).counted_payments == "bank"
    with pytest.raises(ValueError, match="no source under money"):
        Account(id="north", name="North", crm=crm, payments_truth="bank")


def test_the_probe_says_what_is_wrong(tmp_path: Path) -> None:
    (empty,) = connector(tmp_path).probe()
    assert (empty.ok, empty.severity) == (False, "warning")
    keep(tmp_path, "1.txt", document(), document(Сумма="?"))
    assert [finding.ok for finding in connector(tmp_path).probe()] == [True, False]
    missing = connector(tmp_path / "nowhere")
    assert [finding.ok for finding in missing.probe()] == [False]
    with pytest.raises(ShapeChanged, match="no folder"):
        list(missing.pages("documents", WINDOW))
