"""Empty sheets with the headers of every layout, and a page that explains their columns in both languages."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from voronka.connectors.sheets.layouts import LAYOUTS, Layout
from voronka.domain.errors import ConfigurationError

Language = Literal["ru", "en"]
EXPLANATION = "README.txt"
_RULES = {
    "ru": (
        "Первая непустая строка — заголовки, порядок столбцов любой, лишние столбцы не мешают.",
        "Числа: 60 000, 1 234,50 ₽, 12 %, (1 000) — минус тысяча. Даты: 31.12.2026 или 2026-12-31.",
        "Строка с ошибкой не теряется: действует её прошлый верный вид, а ячейку с ошибкой называет voronka status.",
        "Столбцы со звёздочкой обязательны: без них не принимается весь лист.",
    ),
    "en": (
        "The first row that is not blank holds the headers, columns come in any order, other columns do no harm.",
        "Numbers: 60 000, 1 234,50 ₽, 12 %, (1 000) for minus a thousand. Dates: 31.12.2026 or 2026-12-31.",
        "A row with a mistake is not lost: its last sound version counts, and voronka status names the cell.",
        "Columns with an asterisk must be there: without one the whole sheet is refused.",
    ),
}


def write_templates(folder: Path, language: Language = "ru") -> list[Path]:
    """Write ``<layout>.csv`` for every layout and ``README.txt`` into a folder, made if need be.

    The files open well in Excel: UTF-8 with its mark, semicolons. As tabs of a Google spreadsheet they keep working.

    Raises:
        ConfigurationError: one of the files is there already; nothing is written then.
    """
    paths = {folder / f"{layout.name}.csv": layout for layout in LAYOUTS.values()}
    explanation = folder / EXPLANATION
    there = [path.name for path in (*paths, explanation) if path.exists()]
    if there:
        raise ConfigurationError(
            f"{folder} already holds {', '.join(there)}.",
            remedy="name an empty folder: sheets are never overwritten.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, layout in paths.items():
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerow(headers(layout, language))
    explanation.write_text("\n".join(_explained()) + "\n", "utf-8")
    return [*paths, explanation]


def headers(layout: Layout, language: Language) -> list[str]:
    """The headers of a layout as a template writes them."""
    names = (column.headers[0] if language == "ru" else column.english for column in layout.columns.values())
    return [name[0].upper() + name[1:] for name in names]


def _explained() -> Iterator[str]:
    languages: tuple[Language, ...] = ("ru", "en")
    for language in languages:
        yield from _RULES[language]
        for layout in LAYOUTS.values():
            yield ""
            yield f"{layout.name}.csv ({layout.title}): {layout.about_ru if language == 'ru' else layout.about_en}"
            columns = zip(layout.columns.items(), headers(layout, language), strict=True)
            for (name, column), header in columns:
                mark = "*" if name in layout.required else " "
                about = column.about_ru if language == "ru" else column.about_en
                example = f" — {column.example}" if column.example else ""
                yield f"  {mark} {header}: {about}{example}"
        yield ""
