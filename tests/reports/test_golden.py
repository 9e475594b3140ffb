"""The letters of the samples: equal to the golden files, and their figures to what was worked out by hand."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from voronka.domain.letters import Letter
from voronka.reports import gallery

LETTERS = {f"{letter.report}.{letter.language}": letter for letter in gallery.letters()}


@pytest.fixture(params=sorted(LETTERS))
def letter(request: pytest.FixtureRequest) -> Letter:
    """Each sample's letter."""
    return LETTERS[request.param]


def _seen(markup: str) -> str:
    markup = re.sub(r"<(style|title|svg)\b.*?</\1>", " ", markup, flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup)))


def test_pages_and_texts_equal_the_golden_files(letter: Letter) -> None:
    for path, content in gallery.golden(letter).items():
        assert content == path.read_text(encoding="utf-8"), (
            f"{path.name} differs: look at the change, then renew it with python -m voronka.reports.gallery --golden"
        )


# Volumes 1000 at 2, 500 at 10, 200 at 14, 300 not found within 100: (1000 × 1 + 500 × 0.2 + 200 × 0.1) ÷ 2000 = 56.0 %;
# top 3 1 of 4, top 10 2 of 4, top 30 3 of 4; mean (2 + 10 + 14 + 101) ÷ 4 = 31.75. The week before 4, 9, not found,
# 40: (850 + 150) ÷ 2000 = 50.0 %, mean (4 + 9 + 101 + 40) ÷ 4 = 38.5, that is 6.75 more.
@pytest.mark.parametrize(
    "expected",
    [
        "25,0 % ▲ +25,0 п. п.",
        "50,0 % = 0,0 п. п.",
        "75,0 % ▲ +25,0 п. п.",
        "56,0 % ▲ +6,0 п. п.",
        "31,8 ▼ −6,8",
    ],
)
@pytest.mark.parametrize("part", ["mail_html", "page_html"])
def test_the_worked_position_figures_stand_in_the_letter(part: str, expected: str) -> None:
    assert expected in _seen(getattr(LETTERS["positions.ru"], part))


# 12 attempts: 7 + 2 recovered, 3 not; 5 of 20 points fewer won; 21 + 34 + 17 + 9 + 40 = 121 open.
@pytest.mark.parametrize(
    "expected",
    [
        "12 calls were missed: 9 were talked to within a day, 3 were not.",
        "Win rate of closed leads: down by 5.0 pp to 30.0%.",
        "The win rate rests on 20 closed leads: too few to conclude from.",
        "Won amount: 480,000 RUB, 35,000 RUB less than the week before.",
        "121 leads are open.",
        "Most wins: Анна Белова, 4 wins.",
    ],
)
def test_the_worked_sales_sentences_stand_in_the_letter(expected: str) -> None:
    letter = LETTERS["sales_weekly.en"]
    for text in (
        _seen(letter.mail_html),
        _seen(letter.page_html),
        letter.mail_text.replace("\N{NO-BREAK SPACE}", " "),
    ):
        assert expected in text


def test_what_was_not_checked_is_said() -> None:
    text = LETTERS["positions.ru"].mail_text.replace("\N{NO-BREAK SPACE}", " ")
    assert "22 ноября не проверен 1 запрос: «мансардные окна <velux> & co»." in text
    assert "Проверок не было 1 день: 20 ноября." in text
    assert "4 запроса, проверенные в оба дня" in _seen(LETTERS["positions.ru"].page_html)


def test_names_from_outside_are_text(letter: Letter) -> None:
    for markup in (letter.mail_html, letter.page_html):
        assert "<velux>" not in markup
        assert "<b>О'Нил" not in markup
        assert "<script" not in markup


def test_a_mail_keeps_to_what_mailboxes_can_show(letter: Letter) -> None:
    mail = letter.mail_html
    assert len(mail.encode()) < 102_000
    outside_rules = re.sub(r"<style>.*?</style>", "", mail, flags=re.S)
    assert not re.search(
        r"display:\s*(flex|grid)|position:\s*(sticky|absolute)|<svg|<script|<link|var\(--", outside_rules
    )
    assert not re.search(r"https?://", mail)
    for tag in re.findall(r"<img[^>]*>", mail):
        assert re.search(r'alt="[^"]{10,}"', tag)
        assert 'src="cid:' in tag
    assert {f"cid:{i.content_id}" for i in letter.images} == set(re.findall(r"cid:[\w-]+", mail))
    assert all(image.png.startswith(b"\x89PNG") and image.alternative_text for image in letter.images)


def test_a_page_stands_alone(letter: Letter) -> None:
    page = letter.page_html
    assert not re.search(r'\b(src|href)="(?!#)', re.sub(r"xlink:href", "", page))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', page)) <= set(ids)
    assert page.count('role="img"') == len(letter.images)


def test_the_same_sample_gives_the_same_bytes(letter: Letter) -> None:
    again = next(
        other
        for other in gallery.letters()
        if (other.report, other.language) == (letter.report, letter.language)
    )
    assert again == letter
    assert again.content_hash == letter.content_hash


def test_a_language_is_written_through(letter: Letter) -> None:
    if letter.language == "en":
        words = re.findall(r"(?<![«\w-])[а-яё]{4,}", _seen(letter.page_html).replace("«", "« "))
        # Names, stages and phrases are data; what is left must not be ours.
        assert not set(words) & {"этап", "запрос", "изменилось", "неделя", "данные", "пропущено", "места"}


def test_the_gallery_is_written(tmp_path: Path) -> None:
    pages = gallery.write(tmp_path)
    assert len(pages) == 4
    assert all(page.stat().st_size > 10_000 for page in pages)
    assert "cid:" not in (tmp_path / "positions.ru.mail.html").read_text(encoding="utf-8")
