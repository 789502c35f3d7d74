"""A result over the steps of a parameter, every point of it drawn, so that a script only moves the mark.

The picture is SVG with classes instead of colours and carries all points of the grid. What is chosen is said
by the class ``kx-on`` on a line and on a point; nothing in it is computed in the page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from helpers.charts import theme

WIDTH, HEIGHT = 340.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 42.0, 12.0, 34.0
TEXT = 12
GAPS = range(3, 7)
STEPS = (0.5, 1, 2, 2.5, 5, 10)
GAP = 8.0
CHOSEN = "kx-on"


@dataclass(frozen=True)
class Dot:
    """One result with the ends of its interval, where it has them."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Axis:
    """The steps to the right: where they stand and how they are written."""

    places: Sequence[float]
    labels: Sequence[str]


def draw_response(
    axis: Axis,
    rows: Sequence[Sequence[Dot | None]],
    *,
    row_labels: Sequence[str],
    chosen: tuple[int, int],
    write: Callable[[float], str],
    label: str,
) -> str:
    """Return the picture of a result over an axis, one line a row.

    Parameters
    ----------
    axis : Axis
    rows : sequence of sequence of Dot or None
        A line each, with a dot for each step; None where nothing is known.
    row_labels : sequence of str
        Shown at the right end of the first and the last line.
    chosen : tuple of int
        Row and step that are marked.
    write : callable
        Writes a number of the upright axis.
    label : str
        What the picture shows, for readers who do not see it; its figure says the rest.
    """
    ticks = _find_ticks([each for row in rows for dot in row if dot for each in _list_ends(dot)])
    right, up = _scale(axis.places, LEFT, WIDTH - RIGHT), _scale(ticks, HEIGHT - BOTTOM, TOP)
    places = [right(place) for place in axis.places]
    parts = [_draw_tick(up(tick), write(tick)) for tick in ticks]
    parts += _label_steps(places, axis.labels)
    lines = [
        [(x, up(dot.value)) if dot else None for x, dot in zip(places, row, strict=True)] for row in rows
    ]
    parts += _label_rows(lines, row_labels)
    drawn = []
    for number, (row, line) in enumerate(zip(rows, lines, strict=True)):
        dots = [
            _draw_dot(step, place[0], dot, up, is_chosen=(number, step) == chosen)
            for step, (place, dot) in enumerate(zip(line, row, strict=True))
            if place and dot
        ]
        mark = f' class="{CHOSEN}"' * (number == chosen[0])
        drawn.append(f'<g data-row="{number}"{mark}>{_draw_line(line)}{"".join(dots)}</g>')
    parts += [*drawn[: chosen[0]], *drawn[chosen[0] + 1 :], drawn[chosen[0]]]
    return (
        f'<svg class="kx-response" role="img" aria-label="{escape(label)}" font-size="{TEXT}"'
        f' viewBox="0 0 {WIDTH:g} {HEIGHT:g}">{"".join(parts)}</svg>'
    )


def _list_ends(dot: Dot) -> list[float]:
    return [each for each in (dot.value, dot.low, dot.high) if each is not None]


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    low, high = min(values), max(values)
    return lambda value: start + (end - start) * ((value - low) / (high - low) if high > low else 0.5)


def _find_ticks(values: Sequence[float]) -> list[float]:
    """Return a few round numbers that enclose some values and leave the least room beyond them."""
    low, high = min(values), max(values)
    if low == high:
        low, high = low - abs(low or 1.0) / 2, high + abs(high or 1.0) / 2
    size = 10 ** math.floor(math.log10((high - low) / GAPS[0]))
    sets = [(size * each, math.floor(low / (size * each)), math.ceil(high / (size * each))) for each in STEPS]
    step, first, last = min(
        (each for each in sets if each[2] - each[1] in GAPS),
        key=lambda each: (each[0] * (each[2] - each[1]), each[2] - each[1]),
    )
    return [round(number * step, 12) for number in range(first, last + 1)]


def _draw_tick(y: float, text: str) -> str:
    return (
        f'<path class="kx-rule" d="M{LEFT:g} {y:.1f}H{WIDTH - RIGHT:g}"/>'
        f'<text x="{LEFT - GAP:g}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>'
    )


def _label_steps(places: Sequence[float], labels: Sequence[str]) -> list[str]:
    """Write the last step and, from the left, every one that has room before it."""
    widths = [theme.text_width(label, TEXT) / 2 for label in labels]
    limit = places[-1] - widths[-1] - GAP
    shown, free = [len(places) - 1], 0.0
    for number, (place, half) in enumerate(zip(places[:-1], widths[:-1], strict=True)):
        if place - half >= free and place + half <= limit:
            shown.append(number)
            free = place + half + GAP
    base = HEIGHT - BOTTOM
    marks = "".join(f"M{place:.1f} {base:g}v5" for place in places)
    y = base + 20
    return [f'<path class="kx-rule" d="{marks}"/>'] + [
        f'<text x="{places[n]:.1f}" y="{y:g}" text-anchor="middle">{escape(labels[n])}</text>' for n in shown
    ]


def _label_rows(lines: Sequence[Sequence[tuple[float, float] | None]], labels: Sequence[str]) -> list[str]:
    ends = [next((place for place in reversed(line) if place), None) for line in lines]
    wanted = [(ends[n], labels[n]) for n in sorted({0, len(lines) - 1})] if len(lines) > 1 else []
    shown = [(place[1], label) for place, label in wanted if place]
    if len(shown) == 2 and abs(shown[0][0] - shown[1][0]) < TEXT:
        return []
    x = WIDTH - RIGHT + GAP
    return [f'<text x="{x:g}" y="{y + 4:.1f}">{escape(label)}</text>' for y, label in shown]


def _draw_line(line: Sequence[tuple[float, float] | None]) -> str:
    steps, pen = [], "M"
    for place in line:
        if place:
            steps.append(f"{pen}{place[0]:.1f} {place[1]:.1f}")
        pen = "L" if place else "M"
    return f'<path class="kx-line" d="{"".join(steps)}"/>' if steps else ""


def _draw_dot(step: int, x: float, dot: Dot, up: Callable[[float], float], *, is_chosen: bool) -> str:
    ends = ""
    if dot.low is not None and dot.high is not None:
        ends = f'<path d="M{x:.1f} {up(dot.low):.1f}V{up(dot.high):.1f}"/>'
    mark = f' class="{CHOSEN}"' * is_chosen
    return f'<g data-step="{step}"{mark}>{ends}<circle cx="{x:.1f}" cy="{up(dot.value):.1f}" r="4.5"/></g>'
