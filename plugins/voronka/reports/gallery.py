"""Every report from its sample, in both languages, to look at and to compare with.

``python -m voronka.reports.gallery FOLDER`` writes pages, mails (their pictures inside) and texts into a folder.
``python -m voronka.reports.gallery --golden`` renews ``reports/<report>/golden.<language>.html`` and ``.txt``.
"""

from __future__ import annotations

import argparse
import base64
import html
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from voronka.domain.letters import Letter
from voronka.reports.language import LANGUAGES, Language, reports_folder
from voronka.reports.positions.context import PositionsReport
from voronka.reports.positions.render import render_positions
from voronka.reports.sales.context import SalesReport
from voronka.reports.sales.render import render_sales


def letters() -> Iterator[Letter]:
    """Every sample rendered, in both languages."""
    positions = PositionsReport.model_validate_json(_sample("positions"))
    sales = SalesReport.model_validate_json(_sample("sales_weekly"))
    for code in LANGUAGES:
        yield render_positions(positions, Language(code))
        yield render_sales(sales, Language(code))


def write(folder: Path) -> list[Path]:
    """Write page, mail and text of every sample into a folder, and an index; the pages' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pages, rows = [], []
    for letter in letters():
        stem = f"{letter.report}.{letter.language}"
        mail = letter.mail_html
        for image in letter.images:
            data = base64.b64encode(image.png).decode()
            mail = mail.replace(f"cid:{image.content_id}", f"data:image/png;base64,{data}")
        for name, content in (("html", letter.page_html), ("mail.html", mail), ("txt", letter.mail_text)):
            (folder / f"{stem}.{name}").write_text(content, encoding="utf-8")
        pages.append(folder / f"{stem}.html")
        rows.append(
            f'<li><a href="{stem}.html">{html.escape(letter.subject)}</a> · <a href="{stem}.mail.html">mail</a>'
            f' · <a href="{stem}.txt">text</a></li>'
        )
    index = f'<!doctype html><meta charset="utf-8"><title>Gallery</title><ul>{"".join(rows)}</ul>\n'
    (folder / "index.html").write_text(index, encoding="utf-8")
    return pages


def golden(letter: Letter) -> dict[Path, str]:
    """What golden files of a letter must hold: the page without its drawings and styles, and the text."""
    page = re.sub(r'(<svg class="chart"[^>]*>).*?</svg>', r"\1</svg>", letter.page_html, flags=re.S)
    page = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    folder = reports_folder() / letter.report
    return {
        folder / f"golden.{letter.language}.html": page + "\n",
        folder / f"golden.{letter.language}.txt": letter.mail_text,
    }


def _sample(report: str) -> str:
    return (reports_folder() / report / "sample.json").read_text(encoding="utf-8")


def _main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m voronka.reports.gallery",
        description="Render every report from its sample, in both languages: page, mail and text, with an index.",
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("build/gallery"), help="where to write the pages"
    )
    parser.add_argument(
        "--golden", action="store_true", help="renew the golden files beside the samples instead"
    )
    wishes = parser.parse_args()
    if wishes.golden:
        for letter in letters():
            for path, content in golden(letter).items():
                path.write_text(content, encoding="utf-8")
                sys.stdout.write(f"{path}\n")
        return
    for page in write(wishes.folder):
        sys.stdout.write(f"{page}\n")


if __name__ == "__main__":
    _main()
