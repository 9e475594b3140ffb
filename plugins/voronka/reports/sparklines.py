"""A keyword's history in a line's height: SVG for the page, block characters for mail and text."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 96, 22, 2.5
BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "·"
SMALLEST_SPAN = 8


def _heights(history: Sequence[int | None], depth: int) -> list[float | None]:
    """0 (the worst place of this history) to 1 (its best); a small movement does not fill the whole height."""
    known = [min(position, depth + 1) for position in history if position is not None]
    if not known:
        return [None] * len(history)
    best, worst = min(known), max(known)
    slack = max(0.0, SMALLEST_SPAN - (worst - best)) / 2
    low, high = worst + slack, best - slack
    return [None if p is None else (low - min(p, depth + 1)) / (low - high) for p in history]


def spark_text(history: Sequence[int | None], depth: int) -> str:
    """One character a check, higher is better; ``·`` where nothing was checked."""
    return "".join(
        GAP if height is None else BLOCKS[round(height * (len(BLOCKS) - 1))]
        for height in _heights(history, depth)
    )


def spark_svg(history: Sequence[int | None], depth: int) -> Markup:
    """A line that breaks where nothing was checked, a dot at its last check; nothing at all for no check."""
    heights = _heights(history, depth)
    if all(height is None for height in heights):
        return Markup("")
    step = (WIDTH - 2 * EDGE) / max(1, len(history) - 1)
    points: list[list[str]] = [[]]
    for i, height in enumerate(heights):
        if height is None:
            points.append([])
            continue
        y = EDGE + (1 - height) * (HEIGHT - 2 * EDGE)
        points[-1].append(f"{EDGE + i * step:.1f},{y:.1f}")
    runs = [p for p in points if p]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    dots = "".join(_dot(run[0], 1.2) for run in runs[:-1] if len(run) == 1) + _dot(runs[-1][-1], 2.2)
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="spark" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<g fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round">{lines}</g>{dots}</svg>'
    )


def _dot(point: str, radius: float) -> str:
    x, y = point.split(",")
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="currentColor"/>'
