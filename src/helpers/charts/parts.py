"""Parts that several chart families share: axes, ticks, tooltips, labels that keep apart, event rules."""

from __future__ import annotations

from helpers.charts import theme

# isort: split
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import altair as alt
import pandas as pd

from helpers.charts.frame import wrap
from helpers.errors import InputError
from helpers.prose import MINUS

FIT = {"type": "fit-x", "contains": "padding"}
Align: TypeAlias = Literal["left", "center", "right"]
QUARTER = re.compile(r"(\d{4})Q([1-4])")
READINGS = {"exact": "as published", "lower": "at least", "upper": "at most", "approximate": "about"}
HOLLOW_SHAPES = {"at least": "triangle-up", "at most": "triangle-down", "about": "circle"}
SIGNS = {"as published": "", "at least": "\u2265 ", "at most": "\u2264 ", "about": "about "}
LABEL_ROW = 15
NARROW = 260
END_LABEL = 135
LINE = 14
UNSIGNED_ZERO = "datum.value ? datum.label : '0'"
CYCLE = ("neutral", "highlight", "uncertainty", "ink", "gain", "loss")


def encode(mark: alt.Chart, **channels: Any) -> alt.Chart:
    """Return the mark with its channels."""
    encoded: alt.Chart = mark.encode(**channels)
    return encoded


def at(channel: str, pixel: float) -> Any:
    """Return a channel (``"X"``, ``"Y"`` or ``"Y2"``) that holds all its marks at one pixel.

    ``alt.value`` would do the same, ten times slower: Altair then searches its whole schema for the channel.
    """
    return getattr(alt, f"{channel}Value")(pixel)


def assemble(layers: Sequence[alt.Chart], *, height: float, right: int = 4) -> alt.LayerChart:
    """Lay the marks over each other at the width and padding that all charts share."""
    return alt.LayerChart(
        layer=list(layers),
        width=theme.WIDTH,
        height=height,
        autosize=FIT,
        padding={"left": 2, "right": right, "top": 4, "bottom": 2},
    )


def require_columns(data: pd.DataFrame, *columns: str | None) -> None:
    """Refuse a frame that lacks a column.

    Raises
    ------
    InputError
        Naming the missing columns and those that exist.
    """
    missing = [column for column in columns if column is not None and column not in data.columns]
    if missing:
        raise InputError(
            f"the data lack {', '.join(missing)} (they have {', '.join(map(str, data.columns))})"
        )


def nice_ticks(low: float, high: float, *, count: int = 5) -> list[float]:
    """Return round, evenly spaced ticks that enclose a range.

    >>> nice_ticks(0, 437)
    [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]
    """
    if high <= low:
        low, high = low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    raw = (high - low) / count
    scale = 10.0 ** math.floor(math.log10(raw))
    step = min((m * scale for m in (1, 2, 2.5, 5, 10)), key=lambda s: abs(math.log(s / raw)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def value_ticks(values: pd.Series, *, zero: bool) -> list[float]:
    """Return ticks around the finite values, from zero if asked to."""
    finite = values.dropna().astype(float)
    low, high = float(finite.min()), float(finite.max())
    return nice_ticks(min(low, 0.0) if zero else low, max(high, 0.0) if zero else high)


def value_axis(
    field: str,
    ticks: Sequence[float],
    *,
    title: str,
    number: str,
    pixels: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """Return keyword arguments of a quantitative channel on given ticks, from one pixel to another."""
    scale = alt.Scale(domain=[ticks[0], ticks[-1]], nice=False, zero=False)
    return {
        "shorthand": f"{field}:Q",
        "title": title,
        "scale": scale if pixels is None else alt.Scale(**scale.to_dict(), range=list(pixels)),
        "axis": alt.Axis(
            values=list(ticks),
            format=axis_number(number),
            labelExpr=UNSIGNED_ZERO if number.startswith("+") else alt.Undefined,
            title=None,
        ),
    }


def inside(left: float, right: float) -> list[Any]:
    """Return the pixels that leave room for words on either side of a plot, however wide it is drawn."""
    return [left, alt.expr(f"width - {right}")]


def axis_number(number: str) -> str:
    """Return a number format without fixed decimals: an axis shows as many as its steps need.

    >>> axis_number("+,.1f")
    '+,.4~f'
    """
    # Without a precision of its own Vega takes one from the step and writes 12.5 as 13.
    return re.sub(r"(\.\d+)?~?(?=[f%]$)", ".4~", number, count=1)


def complete_periods(periods: Sequence[str]) -> list[str]:
    """Return the periods in order with skipped quarters or years filled in, so that a gap can be seen."""
    ordered = sorted(set(periods))
    if all(QUARTER.fullmatch(period) for period in ordered):
        first, last = _quarter_number(ordered[0]), _quarter_number(ordered[-1])
        return [f"{number // 4}Q{number % 4 + 1}" for number in range(first, last + 1)]
    if all(re.fullmatch(r"\d{4}", period) for period in ordered):
        return [str(year) for year in range(int(ordered[0]), int(ordered[-1]) + 1)]
    return list(dict.fromkeys(periods))


def _quarter_number(period: str) -> int:
    match = QUARTER.fullmatch(period)
    if match is None:
        raise InputError(f"a period must look like 2022Q1 (got {period!r})")
    return int(match[1]) * 4 + int(match[2]) - 1


def period_axis(periods: Sequence[str], *, title: str) -> alt.Axis:
    """Return an axis that names each year once when there are many quarters."""
    if len(periods) <= 8 or not all(QUARTER.fullmatch(period) for period in periods):
        return alt.Axis(labelAngle=0, title=None, labelOverlap="greedy", labelFlush=False)
    firsts = [period for period in periods if period.endswith("Q1")]
    return alt.Axis(
        values=firsts, labelExpr="slice(datum.value, 0, 4)", labelAngle=0, title=None, labelOverlap="greedy"
    )


def segments(periods: Sequence[str], order: Sequence[str]) -> list[int]:
    """Number the unbroken runs of periods; a line is drawn within a run only."""
    places = [order.index(period) for period in periods]
    numbers = [0]
    for before, after in pairwise(places):
        numbers.append(numbers[-1] + (after - before > 1))
    return numbers[: len(places)]


def spread(positions: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Move positions apart until neighbours are at least `gap` from each other, staying near their places.

    Parameters
    ----------
    positions : sequence of float
        Wanted places, in pixels.
    gap : float
        Least distance between two, in pixels.
    low, high : float
        Ends of the range, in pixels; kept as far as all fit.

    Returns
    -------
    list of float
        In the order given.
    """
    order = sorted(range(len(positions)), key=lambda place: positions[place])
    groups: list[list[int]] = []
    centres: list[float] = []
    for place in order:
        groups.append([place])
        centres.append(_centre([positions[place]], 1, gap, low, high))
        while len(groups) > 1 and _overlap(groups, centres, gap):
            merged = groups.pop(-2) + groups.pop()
            del centres[-2:]
            groups.append(merged)
            centres.append(_centre([positions[member] for member in merged], len(merged), gap, low, high))
    placed = [0.0] * len(positions)
    for group, centre in zip(groups, centres, strict=True):
        for rank, member in enumerate(group):
            placed[member] = centre + (rank - (len(group) - 1) / 2) * gap
    return placed


def _centre(wanted: Sequence[float], size: int, gap: float, low: float, high: float) -> float:
    half = (size - 1) / 2 * gap
    mean = sum(wanted) / size
    return max(low + half, min(high - half, mean)) if high - low >= 2 * half else (low + high) / 2


def _overlap(groups: list[list[int]], centres: list[float], gap: float) -> bool:
    reach = (len(groups[-2]) + len(groups[-1])) / 2 * gap
    return centres[-1] - centres[-2] < reach - 1e-9


def end_labels(
    last: pd.DataFrame, *, y: str, text: str, ticks: Sequence[float], height: float, gap: float = 16
) -> pd.DataFrame:
    """Add ``_label`` and ``_label_y`` (pixels from the top) so that labels at the lines' ends keep apart.

    ``_end_y`` is where the line itself ends. A long label breaks into lines, so that it leaves room for the
    lines on a narrow screen.
    """
    labels = [wrap(words, theme.TEXT, END_LABEL) for words in last[text].astype(str)]
    gap += LINE * (max(len(lines) for lines in labels) - 1)
    span = ticks[-1] - ticks[0]
    pixels = [height * (ticks[-1] - value) / span for value in last[y].astype(float)]
    placed = spread(pixels, gap=gap, low=0, high=height)
    return last.assign(
        _label=["\n".join(lines) for lines in labels],
        _label_y=[round(pixel, 1) for pixel in placed],
        _end_y=[round(pixel, 1) for pixel in pixels],
    )


def colour_scale(names: Sequence[str], colours: Mapping[str, str] | None) -> alt.Scale:
    """Return a scale from series to palette literals.

    Parameters
    ----------
    names : sequence of str
        The series.
    colours : mapping, optional
        Series -> palette name. A series without one takes the palette colour of its own name, or else the
        next of a few neutral colours.
    """
    chosen = dict(colours or {})
    spare = iter(CYCLE * (len(names) // len(CYCLE) + 1))
    literals = [theme.colour(chosen.get(name) or _own_colour(name) or next(spare)) for name in names]
    return alt.Scale(domain=list(names), range=literals)


def _own_colour(name: str) -> str | None:
    candidate = name.lower().replace(" ", "_").replace("-", "_")
    return candidate if candidate in theme.PALETTE else None


def tooltips(*fields: tuple[str | None, str, str | None]) -> list[alt.Tooltip]:
    """Return tooltips from (field, title, number format); a field of None is left out."""
    return [
        alt.Tooltip(f"{field}:Q", title=title, format=number)
        if number
        else alt.Tooltip(f"{field}:N", title=title)
        for field, title, number in fields
        if field is not None
    ]


def label_rows(anchors: Sequence[float], starts: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Give each label of a vertical rule a row, counted upwards, so that no rule crosses an earlier label.

    Parameters
    ----------
    anchors, starts, widths : sequence of float
        Pixels: where the rule stands, where its label begins, how wide the label is.

    Returns
    -------
    list of int
        A label stands above every later label whose rule it reaches over.
    """
    forward = [
        place for place, (anchor, start) in enumerate(zip(anchors, starts, strict=True)) if start >= anchor
    ]
    order = sorted(forward, key=lambda place: -anchors[place])
    order += sorted(set(range(len(anchors))) - set(forward), key=lambda place: anchors[place])
    rows: dict[int, int] = {}
    for place in order:
        begin, end = starts[place] - 6, starts[place] + widths[place] + 6
        over = [row for other, row in rows.items() if begin < anchors[other] < end]
        beside = {
            row
            for other, row in rows.items()
            if starts[other] < end and starts[other] + widths[other] > begin
        }
        row = max(over, default=-1) + 1
        rows[place] = next(free for free in range(row, row + len(beside) + 1) if free not in beside)
    return [rows[place] for place in range(len(anchors))]


@dataclass(frozen=True)
class LabelPlaces:
    """Where the labels of vertical rules go: rows counted upwards, and which turn to the left."""

    rows: list[int]
    flipped: list[bool]


def place_labels(
    shares: Sequence[float], texts: Sequence[str], *, width: float, overhang: float
) -> LabelPlaces:
    """Place labels of vertical rules above a plot.

    Parameters
    ----------
    shares : sequence of float
        Where each rule stands, 0 at the plot's left end and 1 at its right end.
    texts : sequence of str
        The labels.
    width, overhang : float
        Pixels: the plot's width and the room to its right, as narrow as the chart is ever drawn; labels that
        keep apart there do so on a wider page.
    """
    anchors = [share * width for share in shares]
    lengths = [theme.text_width(text, theme.SMALL) for text in texts]
    flipped = [
        anchor + length > width + overhang and length < anchor + overhang
        for anchor, length in zip(anchors, lengths, strict=True)
    ]
    starts = [anchor - flip * length for anchor, length, flip in zip(anchors, lengths, flipped, strict=True)]
    return LabelPlaces(label_rows(anchors, starts, lengths), flipped)


def rule_layers(
    data: pd.DataFrame,
    x: str | alt.X,
    text: str,
    places: LabelPlaces,
    *,
    bottom: float,
    tooltip: list[alt.Tooltip],
    colour: str = "axis",
) -> list[alt.Chart]:
    """Return dotted vertical rules with their labels; rows are read from the plot's top at pixel 0.

    Parameters
    ----------
    data : DataFrame
        One row per rule, with the fields of `x` and `text`.
    bottom : float
        Pixel where the rules end.
    colour : str
        Palette name of the rules.
    """
    top = max(places.rows, default=0) + 1
    placed = data.assign(_row_y=[LABEL_ROW * (top - row) - 1 for row in places.rows])
    y = alt.Y("_row_y:Q", scale=None, axis=None)
    rule = alt.Chart(placed).mark_rule(color=theme.colour(colour), strokeDash=[2, 3])
    layers = [encode(rule, x=x, y=y, y2=at("Y2", bottom), tooltip=tooltip)]
    flags = pd.Series(places.flipped, index=placed.index)
    sides: tuple[tuple[pd.DataFrame, Align, int], ...] = (
        (placed[~flags], "left", -1),
        (placed[flags], "right", 1),
    )
    style: dict[str, Any] = {"baseline": "bottom", "fontSize": theme.SMALL, "color": theme.colour("muted")}
    for part, side, shift in sides:
        if not part.empty:
            words = alt.Chart(part).mark_text(align=side, dx=shift, **style)
            layers.append(encode(words, x=x, y=y, text=alt.Text(f"{text}:N")))
    return layers


def head_room(places: LabelPlaces | None) -> int:
    """Return the pixels above a plot that the labels of its rules take."""
    return 0 if places is None or not places.rows else (max(places.rows) + 1) * LABEL_ROW + 4


def write_number(value: float, number: str) -> str:
    """Write a number as a d3 format of the kind ``[+][,][.N][~](f|%|g|d)`` would.

    >>> write_number(-1389.6, "+,~f")
    '\u22121,389.6'
    """
    spec = number.replace("~", "")
    text = format(round(value) if spec.endswith("d") else value, spec)
    if "~" in number and "." in text:
        text = re.sub(r"\.?0+(?=%?$)", "", text)
    return text.replace("-", MINUS)


def text_room(texts: Sequence[str], size: float = theme.TEXT) -> int:
    """Return the room in pixels that the longest text needs."""
    return math.ceil(max((theme.text_width(text, size) for text in texts), default=0)) + 4
