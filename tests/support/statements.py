"""Texts of 1C's bank exchange for tests."""

from __future__ import annotations

from typing import Any

OURS, SECOND = "40702810900000012345", "40702810900000099999"


def document(**values: Any) -> str:
    """A document of 60 000 from Stroy-Dom to us on 9 January 2026; ``values`` replace keys, None leaves one out."""
    keys = {
        "Номер": "57",
        "Дата": "09.01.2026",
        "Сумма": "60000.00",
        "ДатаПоступило": "10.01.2026",
        "Плательщик1": 'ООО "Строй-Дом"',
        "ПлательщикИНН": "7700000001",
        "ПлательщикСчет": "40702810100000054321",
        "ПолучательСчет": OURS,
        "НазначениеПлатежа": "Оплата по счету №118 от 05.01.2026 за SEO, январь",
    } | values
    lines = [f"{key}={value}" for key, value in keys.items() if value is not None]
    return "\r\n".join(["СекцияДокумент=Платежное поручение", *lines, "КонецДокумента"])


def refund(**values: Any) -> str:
    """Money paid back from us to Stroy-Dom."""
    keys = {
        "ПлательщикСчет": OURS,
        "ПолучательСчет": "40702810100000054321",
        "Получатель1": 'ООО "Строй-Дом"',
        "ПолучательИНН": "7700000001",
        "ДатаПоступило": None,
        "ДатаСписано": "12.01.2026",
        "НазначениеПлатежа": "Возврат излишне оплаченного",
    }
    return document(**(keys | values))


def statement(*documents: str, created: str = "12.01.2026", first: str = "01.01.2026", last: str = "31.01.2026",
              encoding: str = "Windows", whole: bool = True) -> str:  # fmt: skip
    """A file with these documents that covers our account from ``first`` to ``last``."""
    head = [
        "1CClientBankExchange",
        "ВерсияФормата=1.03",
        f"Кодировка={encoding}",
        f"ДатаСоздания={created}",
        "ВремяСоздания=09:15:00",
        f"ДатаНачала={first}",
        f"ДатаКонца={last}",
        f"РасчСчет={OURS}",
        *(["СекцияРасчСчет", f"РасчСчет={OURS}", "НачальныйОстаток=0.00", "КонецРасчСчет"]),
    ]
    return "\r\n".join([*head, *documents, *(["КонецФайла"] if whole else []), ""])
