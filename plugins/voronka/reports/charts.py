"""Charts by matplotlib: SVG for the stored page, PNG for the mail, the same drawing.

Both are transparent with mid-tone colours, so that they read on a light and a dark ground. The four series colours
differ for the colour-blind and in grey print, and every line has a style of its own. The same values give the same
bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

import matplotlib

matplotlib.use("Agg")

from markupsafe import escape
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from voronka.reports.language import Language

TEXT = "#7d8794"
SERIES = ("#2f7fc1", "#d97a1e", "#1b9e77", "#a05fb5")
STYLES = ("-", (0, (5, 1.6)), (0, (1.4, 1.4)), (0, (6, 1.5, 1.2, 1.5)))
_FONT = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_SETTINGS = {
    "svg.hashsalt": "voronka",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "axes.edgecolor": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.linewidth": 0.8,
    "grid.color": TEXT,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.7,
}
# rc_context and pyplot's settings are global to the process.
_drawing = Lock()


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: ``svg`` markup, ``png`` bytes, and the words for who cannot see it."""

    name: str
    title: str
    alternative: str
    svg: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Caption:
    """A chart's ``name`` (its id in page and mail), title, and words for who cannot see it."""

    name: str
    title: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Line:
    """A series over days; None where nothing was measured, which breaks the line."""

    label: str
    values: Sequence[float | None]


def lines(caption: Caption, days: Sequence[date], series: Sequence[Line], language: Language) -> Chart:
    """Shares (0 to 1) over days, labelled at their ends. One day draws points, no day says that there is no data."""

    def draw(axes: Axes) -> None:
        ends: list[tuple[float, str, str]] = []
        for number, line in enumerate(series):
            known = [(d, v) for d, v in zip(days, line.values, strict=True) if v is not None]
            if not known:
                continue
            colour = SERIES[number % len(SERIES)]
            axes.plot(
                [float(date2num(d)) for d in days],
                [float("nan") if v is None else v for v in line.values],
                color=colour,
                linestyle=STYLES[number % len(STYLES)],
                linewidth=1.9,
                marker="o" if len(known) == 1 else None,
                markersize=5,
                solid_capstyle="round",
            )
            ends.append((known[-1][1], f"{line.label} {language.percent(known[-1][1])}".strip(), colour))
        top = max((v for line in series for v in line.values if v is not None), default=1.0)
        axes.set_ylim(0, min(1.0, max(0.1, top * 1.12)))
        ticks = _spread(days)
        axes.set_xticks([float(date2num(d)) for d in ticks], [language.day(d, "short") for d in ticks])
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: language.percent(y, 0)))
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.margins(x=0.01 if len(days) > 1 else 0.5)
        _label_ends(axes, ends)

    return _render(
        caption,
        draw if any(v is not None for s in series for v in s.values) else None,
        language,
    )


def stacked_bars(
    caption: Caption,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[int]]],
    language: Language,
) -> Chart:
    """Counts per label, stacked, with a legend above; all zero says that there is no data."""

    def draw(axes: Axes) -> None:
        bottoms = [0] * len(labels)
        for number, (label, values) in enumerate(series):
            axes.bar(
                range(len(labels)),
                values,
                bottom=bottoms,
                width=0.68,
                label=label,
                color=SERIES[number % len(SERIES)],
                hatch=("", "///", "...")[number % 3],
                edgecolor="#ffffff55",
                linewidth=0,
            )
            bottoms = [b + v for b, v in zip(bottoms, values, strict=True)]
        every = max(1, -(-len(labels) // 12))
        axes.set_xticks(range(0, len(labels), every), [labels[i] for i in range(0, len(labels), every)])
        _count_axis(axes, language)
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=3,
            frameon=False,
            handlelength=1.1,
            columnspacing=1.2,
            borderaxespad=0.2,
        )

    return _render(caption, draw if any(any(v) for _, v in series) else None, language, width=0.89)


def count_lines(caption: Caption, labels: Sequence[str], series: Sequence[Line], language: Language) -> Chart:
    """Counts per label (a week), one line each, labelled at their ends."""

    def draw(axes: Axes) -> None:
        ends: list[tuple[float, str, str]] = []
        for number, line in enumerate(series):
            known = [v for v in line.values if v is not None]
            if not known:
                continue
            colour = SERIES[number % len(SERIES)]
            values = [float("nan") if v is None else v for v in line.values]
            axes.plot(
                range(len(labels)),
                values,
                color=colour,
                linestyle=STYLES[number % len(STYLES)],
                linewidth=1.9,
                marker="o",
                markersize=3.5,
            )
            ends.append((known[-1], f"{line.label} {language.number(known[-1])}", colour))
        every = max(1, -(-len(labels) // 5))
        ticks = list(range(len(labels) - 1, -1, -every))[::-1]
        axes.set_xticks(ticks, [labels[i] for i in ticks])
        axes.set_ylim(0, max(1.0, 1.12 * max(v for s in series for v in s.values if v is not None)))
        _count_axis(axes, language)
        _label_ends(axes, ends)

    return _render(
        caption,
        draw if any(v is not None for s in series for v in s.values) else None,
        language,
    )


def _count_axis(axes: Axes, language: Language) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: language.number(y)))
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def _render(
    caption: Caption,
    draw: Callable[[Axes], None] | None,
    language: Language,
    width: float = 0.69,
) -> Chart:
    with _drawing, matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(5.2, 2.5))
        axes = figure.add_axes((0.09, 0.12, width, 0.76))
        if draw is None:
            axes.set_axis_off()
            axes.text(0.5, 0.5, language.text("no_data"), ha="center", va="center", transform=axes.transAxes)
        else:
            draw(axes)
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=200, transparent=True, metadata={"Software": None})
    markup = _inline(svg.getvalue(), caption.name, caption.alternative)
    return Chart(caption.name, caption.title, caption.alternative, markup, png.getvalue())


def _inline(svg: str, name: str, alternative: str) -> str:
    """Markup that may stand in a page: no prolog, ids of its own, the page's font and text colour."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = svg.replace(TEXT, "currentColor").replace("'DejaVu Sans'", _FONT)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1{name}-", svg)
    opening = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'class="chart" role="img" aria-label="{escape(alternative)}" viewBox="'
    )
    found = re.search(r'<svg [^>]*?viewBox="([^"]+)"[^>]*>', svg, flags=re.S)
    if found is None:
        raise ValueError(f"matplotlib drew the chart {name!r} without a viewBox")
    return opening + found[1] + '">' + svg[found.end() :].strip()


def _label_ends(axes: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Write each line's name at its end, pushed apart so that no two overlap."""
    low, high = axes.get_ylim()
    step = (high - low) * 0.105
    placed: list[float] = []
    for value, _, _ in sorted(ends):
        placed.append(max(value, placed[-1] + step) if placed else value)
    overflow = max(0.0, placed[-1] - high) if placed else 0.0
    for (_, text, colour), at in zip(sorted(ends), placed, strict=True):
        axes.annotate(
            text,
            (1.02, at - overflow),
            xycoords=("axes fraction", "data"),
            color=colour,
            va="center",
            annotation_clip=False,
            fontweight="bold",
        )


def _spread(days: Sequence[date], most: int = 4) -> list[date]:
    """At most so many of the days, the last one among them, at even steps."""
    step = max(1, round((len(days) - 1) / (most - 1)))
    return list(days[::-1][::step][:most])[::-1]
