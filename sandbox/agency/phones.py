"""Telephone numbers as the exchange has them (digits with country code) and as people type them."""

from __future__ import annotations

import re
from random import Random

_EXTENSION = re.compile(r"(доб\.?|ext\.?|вн\.?|#).*$", re.IGNORECASE)
_MOBILE_CODES = {
    "RU": (
        903,
        905,
        909,
        910,
        912,
        915,
        916,
        917,
        920,
        921,
        925,
        926,
        950,
        952,
        960,
        962,
        965,
        977,
        981,
        985,
        999,
    ),
    "KZ": (701, 702, 705, 707, 747, 771, 775, 776, 777, 778),
}


class NumberPool:
    """Hands out client numbers, each once."""

    def __init__(self, rng: Random, country: str, city_code: str) -> None:
        self._rng = rng
        self._mobile = _MOBILE_CODES["KZ" if country == "KZ" else "RU"]
        self._city_code = city_code
        self._given: set[str] = set()

    def mobile(self) -> str:
        return self._new(f"7{self._rng.choice(self._mobile)}", 7)

    def landline(self) -> str:
        return self._new(f"7{self._city_code}2", 6)

    def _new(self, prefix: str, digits: int) -> str:
        while True:
            number = prefix + str(self._rng.randrange(10**digits)).zfill(digits)
            if number not in self._given:
                self._given.add(number)
                return number


def typed(rng: Random, number: str) -> str:
    """The number the way a manager types it into the CRM."""
    area, a, b, c = number[1:4], number[4:7], number[7:9], number[9:11]
    style = rng.randrange(9)
    return (
        f"+{number}",
        f"+7 ({area}) {a}-{b}-{c}",
        f"8 ({area}) {a}-{b}-{c}",
        f"8{area}{a}{b}{c}",
        f"8-{area}-{a}-{b}-{c}",
        f"7 {area} {a} {b} {c}",
        f"{area}{a}{b}{c}",
        f"+7{area} {a}{b}{c} доб. {rng.randrange(100, 999)}",
        f"8 {area} {a} {b}{c}",
    )[style]


def digits_of(text: str) -> str | None:
    """What a typed number dials: eleven digits from 7, None when the text is no number (an extension is left out)."""
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text))
    if len(digits) == 10:
        digits = "7" + digits
    if len(digits) == 11 and digits[0] == "8":
        digits = "7" + digits[1:]
    return digits if len(digits) == 11 and digits[0] == "7" else None
