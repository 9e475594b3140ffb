"""Phone numbers as people and exchanges write them, and how phonenumbers reads them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
)


def valid_numbers(country: str, count: int) -> Iterator[PhoneNumber]:
    """Different numbers in use of a country, drawn around the library's examples."""
    chance = random.Random(country)
    kinds = sorted(phonenumbers.supported_types_for_region(country))
    examples = [phonenumbers.example_number_for_type(country, kind) for kind in kinds]
    seen: set[int] = set()
    while len(seen) < count:
        digits = str(chance.choice(examples).national_number)
        kept = chance.randint(2, len(digits) - 2)
        drawn = digits[:kept] + "".join(chance.choice("0123456789") for _ in digits[kept:])
        number = phonenumbers.parse(f"+{phonenumbers.country_code_for_region(country)}{drawn}")
        if phonenumbers.is_valid_number(number) and number.national_number not in seen:
            seen.add(number.national_number)
            yield number


def forms(number: PhoneNumber, country: str) -> Iterator[str]:
    """A number as it may be typed or sent in its country."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    yield from (e164, e164[1:], national, international, f"00{e164[1:]}", re.sub(r"\D", "", national))
    yield f"{international} доб. 12"
    yield f"{national} ext 12"
    yield f"тел.: {national.replace(' ', '.')}; {international}"
    yield f"sip:{e164[1:]}@pbx.example"
    yield phonenumbers.format_out_of_country_calling_number(number, country)
    yield phonenumbers.format_out_of_country_calling_number(number, "RU")
    yield e164[2:]


def read_by_library(text: str, country: str) -> str | None:
    """Digits with country code, decided in the order in which phone_digits says it reads, by phonenumbers alone."""
    text = re.sub(r"^\D*sips?:|@.*$", "", text.lower())
    text = re.sub(r"^(\D*\d[^a-zа-яё#;,/]*).*$", r"\1", text)
    digits = re.sub(r"\D", "", text)
    if not 6 <= len(digits) <= 20:
        return None
    with_plus = bool(re.match(r"[^\d]*\+", text))
    abroad, national = None, _parsed(digits, country)
    if with_plus:
        abroad = _parsed(f"+{digits}", None)
    elif national and national.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_IDD:
        abroad = national
    elif digits.startswith("00"):
        abroad = _parsed(f"+{digits[2:]}", None)
    code = str(phonenumbers.country_code_for_region(country))
    own = _parsed(f"+{digits}", None) if digits.startswith(code) else None
    anywhere = None if abroad or with_plus else _parsed(f"+{digits}", None)
    readings = [number for number in (abroad, own, national, anywhere) if number is not None]
    possible = [
        number
        for number in readings
        if phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    ]
    chosen = next(
        (number for number in possible if phonenumbers.is_valid_number(number)), next(iter(possible), None)
    )
    return phonenumbers.format_number(chosen, PhoneNumberFormat.E164)[1:] if chosen else None


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country, keep_raw_input=True)
    except NumberParseException:
        return None
