"""Which providers there are and of what kind. A new provider begins with a line here."""

from __future__ import annotations

from typing import Literal

Kind = Literal["crm", "telephony", "positions", "sheets", "money", "ads"]

KIND_OF: dict[str, Kind] = {
    "amocrm": "crm",
    "uis": "telephony",
    "zadarma": "telephony",
    "mango": "telephony",
    "megafon": "telephony",
    "asterisk": "telephony",
    "topvisor": "positions",
    "seranking": "positions",
    "webmaster": "positions",
    "gsc": "positions",
    "yandexsearch": "positions",
    "positionscsv": "positions",
    "sheets": "sheets",
    "bank_1c": "money",
    "bank_csv": "money",
    "direct": "ads",
}
