"""What is kept of a letter, and the index that opens it."""

from __future__ import annotations

from pathlib import Path

from tests.unit.delivery.letters import letter
from voronka.delivery import store


def test_page_mail_and_text_are_kept(tmp_path: Path) -> None:
    page = store.keep(letter(), tmp_path)
    assert page == tmp_path / "sever" / "positions" / "sever_topvisor_1" / "2026-W47.ru.html"
    assert page.read_text(encoding="utf-8") == letter().page_html
    assert "data:image/png;base64,iVBOR" in page.with_name("2026-W47.ru.mail.html").read_text(
        encoding="utf-8"
    )
    assert page.with_name("2026-W47.ru.txt").read_text(encoding="utf-8") == letter().mail_text


def test_the_index_lists_newest_first_and_escapes(tmp_path: Path) -> None:
    store.keep(letter(), tmp_path)
    store.keep(letter(period="2026-W48", subject="<script>alert(1)</script>"), tmp_path)
    store.keep(letter(language="en", subject="Positions"), tmp_path)
    store.keep(letter(report="sales_weekly", account_id="altai", subject_id="altai"), tmp_path)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in index
    assert index.index("topvisor_1/2026-W48.ru.html") < index.index("topvisor_1/2026-W47.ru.html")
    assert index.index("altai") < index.index("sever/positions")
    for line in index.split("href='")[1:]:
        assert (tmp_path / line.split("'")[0]).is_file()


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    page = store.keep(letter(subject_id="../../etc/passwd", period=".."), folder)
    assert page.resolve().is_relative_to(folder)
    assert len(store.keep(letter(subject_id=".."), folder).resolve().relative_to(folder).parts) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_the_same_letter_twice_is_one_entry(tmp_path: Path) -> None:
    for _ in range(2):
        store.keep(letter(), tmp_path)
    assert (tmp_path / "index.html").read_text(encoding="utf-8").count("2026-W47.ru.html") == 1
    assert not list(tmp_path.rglob(".writing-*"))


def test_a_page_with_other_figures_does_not_replace_what_was_sent(tmp_path: Path) -> None:
    first = letter(page_html="<p>50</p>")
    store.keep(first, tmp_path)
    page = store.keep(letter(page_html="<p>60</p>", facts={"top10": 0.6}), tmp_path)
    assert page.read_text(encoding="utf-8") == "<p>60</p>"
    earlier = page.with_name(f"2026-W47.ru.{first.content_hash[:8]}.html")
    assert earlier.read_text(encoding="utf-8") == "<p>50</p>"
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert earlier.name in index
    assert page.name in index
