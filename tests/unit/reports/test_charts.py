"""Charts and sparklines: also with one point or none, deterministic, readable on any ground."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from voronka.reports.charts import Caption, Chart, Line, count_lines, lines, stacked_bars
from voronka.reports.language import Language
from voronka.reports.sparklines import spark_svg, spark_text

RU = Language("ru")
CAPTION = Caption("c", "Доли", 'На 22 ноября: топ-10 "50 %" <b>')
DAYS = [date(2026, 9, 1) + timedelta(days=n) for n in range(80)]


def _lines(days: list[date], *values: list[float | None]) -> Chart:
    return lines(CAPTION, days, [Line(f"Ряд {n}", v) for n, v in enumerate(values)], RU)


def test_the_same_values_give_the_same_bytes() -> None:
    series: list[float | None] = [n / 100 for n in range(80)]
    first, again = _lines(DAYS, series), _lines(DAYS, series)
    assert first == again
    assert "2026-" not in first.svg
    assert "<metadata" not in first.svg


def test_the_last_value_is_written_at_the_end_of_its_line() -> None:
    svg = _lines(DAYS, [0.5] * 80, [0.5] * 79 + [None]).svg
    assert "Ряд 0 50" in svg
    assert "Ряд 1 50" in svg
    heights = [float(y) for y in re.findall(r"translate\([\d.]+ ([\d.]+)\)[^>]*>Ряд", svg)]
    heights += [float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>Ряд', svg)]
    assert len(heights) == 2
    assert abs(heights[0] - heights[1]) > 9, "two labels of the same value must not overlap"


def test_words_for_who_cannot_see_are_escaped() -> None:
    svg = _lines(DAYS[:2], [0.1, 0.2]).svg
    assert 'aria-label="На 22 ноября: топ-10 &#34;50 %&#34; &lt;b&gt;"' in svg


@pytest.mark.parametrize("values", [[], [[None, None]]])
def test_no_data_is_said(values: list[list[float | None]]) -> None:
    chart = _lines(DAYS[:2], *values)
    assert "Нет данных" in chart.svg
    assert chart.png.startswith(b"\x89PNG")


def test_one_point_is_a_point_on_its_day() -> None:
    svg = _lines(DAYS[:1], [0.4]).svg
    assert "1 сент." in svg
    assert svg.count("<use") >= 1
    assert svg.count("сент.") == 1


def test_text_takes_the_pages_colour_and_the_drawing_is_transparent() -> None:
    svg = _lines(DAYS, [0.5] * 80).svg
    assert "currentColor" in svg
    assert not re.search(r"#fff(fff)?\b", svg)
    assert "DejaVu" not in svg


def test_bars_and_counts() -> None:
    bars = stacked_bars(CAPTION, ["8", "9"], [("мы", [1, 2]), ("никто", [0, 1])], RU)
    assert "мы" in bars.svg
    assert "Нет данных" in stacked_bars(CAPTION, ["8"], [("мы", [0])], RU).svg
    counts = count_lines(CAPTION, ["1 сент."], [Line("Лиды", [3.0]), Line("Победы", [None])], RU)
    assert "Лиды 3" in counts.svg
    assert "Победы" not in counts.svg
    assert "Нет данных" in count_lines(CAPTION, [], [Line("Лиды", [])], RU).svg


def test_a_spark_rises_with_the_place_and_breaks_where_nothing_was_checked() -> None:
    assert spark_text([20, 10, None, 1], 100) == "▁▅·█"
    assert spark_text([5, 5], 100) in ("▄▄", "▅▅")
    assert spark_text([101, 1], 100) == "▁█"
    assert spark_text([], 100) == ""
    svg = spark_svg([20, 10, None, 1, 2], 100)
    assert svg.count("<polyline") == 2
    ys = [float(y) for y in re.findall(r",([\d.]+)", str(svg))]
    assert ys[0] > ys[1] > ys[2]


def test_a_spark_without_checks_is_nothing() -> None:
    assert spark_svg([None, None], 100) == ""
    assert spark_svg([7], 100).count("<circle") == 1
