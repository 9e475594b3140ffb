"""Figures by locale, plural forms, one catalogue for both languages."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime

import pytest
import yaml

from voronka.domain.errors import ConfigurationError
from voronka.domain.periods import Period
from voronka.reports.language import LANGUAGES, Language, reports_folder

RU, EN = Language("ru"), Language("en")
PLURALS = {"ru": {"one", "few", "many", "other"}, "en": {"one", "other"}}
ENTRIES = yaml.safe_load((reports_folder() / "_layout" / "catalogue.yml").read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "unit", "russian", "english"),
    [
        (0.56, "share", "56,0 %", "56.0%"),
        (0.12345, "share", "12,3 %", "12.3%"),
        (0.3555, "share", "35,6 %", "35.6%"),
        (1234567, "count", "1 234 567", "1,234,567"),
        (-6.75, "score", "−6,8", "−6.8"),
        (-0.02, "score", "0,0", "0.0"),
        (1234.5, "money", "1 235 ₽", "1,235 RUB"),
        (14.4, "minutes", "14 мин", "14 min"),
        (None, "share", "–", "–"),
        (None, "minutes", "–", "–"),
    ],
)
def test_a_value_is_written_by_its_unit(value: float | None, unit: str, russian: str, english: str) -> None:
    assert _plain(RU.value(value, unit)) == russian
    assert _plain(EN.value(value, unit)) == english


@pytest.mark.parametrize(
    ("change", "unit", "russian"),
    [
        (0.05, "share", "+5,0 п. п."),
        (-0.0004, "share", "0,0 п. п."),
        (-0.0005, "share", "−0,1 п. п."),
        (3, "count", "+3"),
        (0, "count", "0"),
        (-35000, "money", "−35 000 ₽"),
        (None, "count", ""),
    ],
)
def test_a_change_carries_its_sign(change: float | None, unit: str, russian: str) -> None:
    assert _plain(RU.change(change, unit)) == russian


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (1, "поднялся 1 запрос"),
        (2, "поднялись 2 запроса"),
        (5, "поднялись 5 запросов"),
        (0, "поднялись 0 запросов"),
        (11, "поднялись 11 запросов"),
        (21, "поднялся 21 запрос"),
        (104, "поднялись 104 запроса"),
        (1111, "поднялись 1 111 запросов"),
    ],
)
def test_russian_words_agree_with_the_number(n: int, text: str) -> None:
    assert _plain(RU.count("pos_up", n)) == text


def test_english_words_agree_with_the_number() -> None:
    assert [EN.count("pos_up", n) for n in (0, 1, 2, 21)] == [
        "0 keywords rose",
        "1 keyword rose",
        "2 keywords rose",
        "21 keywords rose",
    ]


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_every_phrase_is_there_in_both_languages_with_the_same_values(key: str) -> None:
    entry = ENTRIES[key]
    assert set(entry) == set(LANGUAGES)
    named = set()
    for code, phrase in entry.items():
        forms = phrase if isinstance(phrase, dict) else {"text": phrase}
        assert not isinstance(phrase, dict) or set(phrase) == PLURALS[code]
        for text in forms.values():
            named.add(frozenset(name for _, name, _, _ in string.Formatter().parse(str(text)) if name))
    assert len(named) == 1, f"{key} is filled with different values: {named}"


@pytest.mark.parametrize(
    ("period", "russian", "english"),
    [
        ("2026-W47", "16–22 ноября 2026", "16–22 November 2026"),
        ("2026-W49", "30 ноября – 6 декабря 2026", "30 November – 6 December 2026"),
        ("2026-W53", "28 декабря 2026 – 3 января 2027", "28 December 2026 – 3 January 2027"),
        ("2026-10", "октябрь 2026", "October 2026"),
        ("2026-11-23", "23 ноября 2026", "23 November 2026"),
    ],
)
def test_a_period_is_written_for_people(period: str, russian: str, english: str) -> None:
    assert _plain(RU.period(Period.parse(period))) == russian
    assert _plain(EN.period(Period.parse(period))) == english


def test_a_moment_is_on_the_accounts_clock() -> None:
    assert (
        RU.moment(datetime(2026, 11, 22, 22, 30, tzinfo=UTC), "Europe/Moscow")
        == "23 нояб. 2026, 01:30 (Europe/Moscow)"
    )
    assert EN.day(date(2026, 11, 3), "words") == "3 November"


def test_other_languages_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="ru, en"):
        Language("de")


def test_a_missing_value_is_an_error_not_half_a_sentence() -> None:
    with pytest.raises(KeyError):
        RU.text("share_up", name="Доля")
