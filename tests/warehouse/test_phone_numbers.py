"""phone_digits against libphonenumber: thousands of numbers as they are written, and cases picked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import jinja2
import phonenumbers
import pytest
import yaml

from scripts import make_phone_rules
from tests.support.phone_forms import forms, read_by_library, valid_numbers
from tests.support.postgres import Warehouse
from tests.support.sandbox import ROOT

PROJECT = ROOT / "dbt_project"
COUNTRIES = ("RU", "KZ", "BY", "UA", "DE", "US")


@pytest.fixture(scope="module")
def rules(module_warehouse: Warehouse) -> Warehouse:
    """A warehouse with the seed, typed and indexed as the project says."""
    seeds = yaml.safe_load((PROJECT / "seeds" / "_seeds.yml").read_text("utf-8"))["seeds"]
    (config,) = (seed["config"] for seed in seeds if seed["name"] == "phone_rules")
    columns = ", ".join(f"{name} {kind}" for name, kind in config["column_types"].items())
    with module_warehouse.connect("owner") as connection:
        connection.execute(f"create table public.phone_rules ({columns})")
        with connection.cursor().copy("copy public.phone_rules from stdin with (format csv, header)") as copy:
            copy.write((PROJECT / "seeds" / "phone_rules.csv").read_text("utf-8"))
        for index in config["indexes"]:
            connection.execute(f"create index on public.phone_rules ({', '.join(index['columns'])})")
        connection.execute("analyze public.phone_rules")
    return module_warehouse


def _read(rules: Warehouse, texts: Iterable[tuple[str | None, str]]) -> list[str | None]:
    macros = (PROJECT / "macros" / "phones.sql").read_text("utf-8")
    template = jinja2.Template(macros + "{{ phone_digits('t.phone', 't.country') }}")
    digits = template.render(ref=lambda name: f"public.{name}")
    phones, countries = zip(*texts, strict=True)
    rows = rules.rows(
        f"select {digits} from unnest(%s::text[], %s::text[]) with ordinality as t (phone, country, place)"
        " order by t.place",
        (list(phones), list(countries)),
    )
    return [row[0] for row in rows]


def _differences(
    rules: Warehouse, texts: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[str | None, ...]]:
    found = _read(rules, texts)
    pairs = ((text, read, read_by_library(*text)) for text, read in zip(texts, found, strict=True))
    return {text: (read, expected) for text, read, expected in pairs if read != expected}


def test_the_rules_are_the_library_s() -> None:
    written = (PROJECT / "seeds" / "phone_rules.csv").read_text("utf-8")

    assert written == make_phone_rules.rules_text(), (
        "run scripts/make_phone_rules.py: phonenumbers was upgraded"
    )


def test_ten_thousand_forms_are_read_as_the_library_reads_them(rules: Warehouse) -> None:
    texts = [
        (form, country)
        for country in COUNTRIES
        for number in valid_numbers(country, 150)
        for form in forms(number, country)
    ]

    assert len(texts) >= 10_000
    assert _differences(rules, texts) == {}


@pytest.mark.parametrize("country", COUNTRIES)
def test_usual_forms_are_the_number_itself(rules: Warehouse, country: str) -> None:
    """With a plus, without it as exchanges send, as people write at home and abroad: one number, one key."""
    numbers = [(number, list(forms(number, country))[:4]) for number in valid_numbers(country, 150)]
    texts = [(form, country) for _, written in numbers for form in written]
    expected = [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
        for number, written in numbers
        for _ in written
    ]

    assert _read(rules, texts) == expected


def test_numbers_of_every_country_are_read_in_every_account(rules: Warehouse) -> None:
    texts = [
        (form, country)
        for home in sorted(phonenumbers.SUPPORTED_REGIONS)
        if (number := phonenumbers.example_number(home)) is not None
        for country in (home, "RU", "US")
        for form in forms(number, home)
    ]

    assert _differences(rules, texts) == {}


@pytest.mark.parametrize(
    ("phone", "country", "digits"),
    [
        ("8 800 555-35-35", "RU", "78005553535"),
        ("8 (916) 123-45-67", "RU", "79161234567"),
        ("+7 (916) 123-45-67", "RU", "79161234567"),
        ("+7 (916) 123-45-67", "DE", "79161234567"),
        ("+8 916 123-45-67", "RU", "79161234567"),
        ("79161234567", "BY", "79161234567"),
        ("9161234567", "RU", "79161234567"),
        ("916 123 45 67 доб. 104", "RU", "79161234567"),
        ("8(495)123-45-67,104", "RU", "74951234567"),
        ("8-916-123-45-67 (Иван, утром)", "RU", "79161234567"),
        ("8-10-49-30-123456", "RU", "4930123456"),
        ("0049 30 123456", "RU", "4930123456"),
        ("8 701 234 56 78", "KZ", "77012345678"),
        ("8 029 123-45-67", "BY", "375291234567"),
        ("80291234567", "BY", "375291234567"),
        ("375 29 123-45-67", "BY", "375291234567"),
        ("067 123 45 67", "UA", "380671234567"),
        ("030 123456", "DE", "4930123456"),
        ("+49 (0)30 123456", "DE", "4930123456"),
        ("4930123456", "DE", "4930123456"),
        ("(650) 253-0000", "US", "16502530000"),
        ("1-650-253-0000 x12", "US", "16502530000"),
        ("011 7 916 123 45 67", "US", "79161234567"),
        ("sip:79161234567@sever.mangosip.ru", "RU", "79161234567"),
        ("sip:irina@sever.mangosip.ru", "RU", None),
        ("sip:101@192.168.100.100", "RU", None),
        ("101", "RU", None),
        ("253-0000", "US", None),
        ("02", "RU", None),
        ("anonymous", "RU", None),
        ("Unavailable", "US", None),
        ("ivan1990@mail.example", "RU", None),
        ("", "RU", None),
        (None, "RU", None),
        ("8916123456789012345678", "RU", None),
        ("\N{FULLWIDTH PLUS SIGN}7 916 123-45-67", "DE", "79161234567"),
    ],
)
def test_a_number_is_read_however_it_is_written(
    rules: Warehouse, phone: str | None, country: str, digits: str | None
) -> None:
    assert _read(rules, [(phone, country)]) == [digits]
