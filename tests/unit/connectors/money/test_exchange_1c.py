"""1C's bank exchange read from bytes: code pages, whose money it is, and what cannot be taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.support.statements import OURS, SECOND, document, refund, statement
from voronka.connectors.money.exchange_1c import read_1c


@pytest.mark.parametrize(
    ("codec", "named"), [("cp1251", "Windows"), ("cp866", "DOS"), ("utf-8", "Windows"), ("utf-8-sig", "DOS")]
)
def test_every_code_page_is_read(codec: str, named: str) -> None:
    read = read_1c(statement(document(), encoding=named).encode(codec), "a.txt", ())
    (found,) = read.documents
    assert (found.party.name, found.party.inn, found.amount) == (
        'ООО "Строй-Дом"',
        "7700000001",
        Decimal("60000.00"),
    )
    assert (found.direction, found.own_account, found.document_date, found.paid_on) == (
        "in",
        OURS,
        date(2026, 1, 9),
        date(2026, 1, 10),
    )
    assert found.purpose == "Оплата по счету №118 от 05.01.2026 за SEO, январь"
    assert read.rejections == []
    created = read.created_at and read.created_at.isoformat()
    assert (created, read.first_day, read.last_day) == (
        "2026-01-12T09:15:00",
        date(2026, 1, 1),
        date(2026, 1, 31),
    )


def test_split_purposes_and_a_tax_number_inside_a_name_are_put_in_place() -> None:
    text = document(
        НазначениеПлатежа=None,
        НазначениеПлатежа1="за SEO,",
        НазначениеПлатежа3="январь",
        Плательщик1=None,
        ПлательщикИНН=None,
        Плательщик="ИНН 7700000001 ООО Строй-Дом",
        ДатаПоступило="",
    )
    (found,) = read_1c(statement(text).encode("cp1251"), "a.txt", ()).documents
    assert (found.purpose, found.party.inn, found.party.name) == (
        "за SEO, январь",
        "7700000001",
        "ООО Строй-Дом",
    )
    assert found.paid_on == date(2026, 1, 9)


def test_direction_is_by_account_and_own_transfers_are_left_out() -> None:
    # a day of receipt does not make money ours
    lent = refund(ДатаПоступило="12.01.2026")
    between = document(Номер="58", ПлательщикСчет=SECOND)
    read = read_1c(statement(document(), lent, between).encode(), "a.txt", {SECOND})
    assert [(d.direction, d.paid_on) for d in read.documents] == [
        ("in", date(2026, 1, 10)),
        ("out", date(2026, 1, 12)),
    ]
    stranger = read_1c(statement(document(ПолучательСчет=SECOND)).encode(), "a.txt", ())
    assert [r.code for r in stranger.rejections] == ["foreign_account"]
    assert "own_accounts" in stranger.rejections[0].remedy


@pytest.mark.parametrize(
    ("values", "code", "told"),
    [
        ({"Сумма": "много"}, "bad_amount", "file a.txt, line 16, Сумма: found 'много', expected an amount"),
        ({"Сумма": None}, "bad_amount", "line 13, Сумма: found 'nothing'"),
        ({"Сумма": "-5.00"}, "bad_amount", "found '-5.00'"),
        ({"Дата": "31.02.2026"}, "bad_date", "line 15, Дата: found '31.02.2026'"),
        ({"ДатаПоступило": "вчера"}, "bad_date", "line 17, ДатаПоступило"),
    ],
)
def test_a_bad_document_names_file_line_and_key_and_the_others_stay(
    values: dict[str, str | None], code: str, told: str
) -> None:
    read = read_1c(statement(document(**values), document(Номер="60")).encode(), "a.txt", ())
    assert [d.number for d in read.documents] == ["60"]
    (rejection,) = read.rejections
    assert rejection.code == code
    assert told in rejection.reason
    assert rejection.payload["file"] == "a.txt"


@pytest.mark.parametrize(("content", "code"), [(b"", "not_a_statement"), (b"a;b\n1;2", "not_a_statement")])
def test_another_file_is_no_statement(content: bytes, code: str) -> None:
    read = read_1c(content, "a.txt", ())
    assert [r.code for r in read.rejections] == [code]


def test_a_cut_file_keeps_whole_documents_and_covers_nothing() -> None:
    read = read_1c(statement(document(), "СекцияДокумент=x\r\nНомер=9", whole=False).encode(), "a.txt", ())
    assert [d.number for d in read.documents] == ["57"]
    assert [r.code for r in read.rejections] == ["cut_file"]
    assert not read.covers(read.documents[0])
