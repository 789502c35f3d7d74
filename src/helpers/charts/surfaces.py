"""A result over two parameters: a heat map in seven classes, or regions on either side of a frontier."""

from __future__ import annotations

from helpers.charts import parts, theme

# isort: split
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from helpers.charts.frame import chart_message
from helpers.errors import InputError

MOST_CELLS = 21
CLASSES = 7
SURFACE_HEIGHT = 380
KEY_HEAD = 56
KEY_STEP = 42
TITLE_HEAD = 22
HALO = 3.5


@dataclass(frozen=True)
class Point:
    """A labelled place on a surface, such as the default of both parameters."""

    x: float
    y: float
    label: str


def chart_heat_map(
    data: pd.DataFrame,
    *,
    x: str,
    y: str,
    value: str = "value",
    measure: str,
    x_title: str,
    y_title: str,
    middle: float | None = None,
    edges: Sequence[float] | None = None,
    contour: pd.DataFrame | None = None,
    contour_label: str = "",
    default: Point | None = None,
    number: str = ",~f",
    x_number: str = ",~f",
    y_number: str = ",~f",
    height: int = SURFACE_HEIGHT,
) -> alt.LayerChart | alt.Chart:
    """Draw a value over a grid of two parameters, in seven classes.

    Parameters
    ----------
    data : DataFrame
        One row per cell of a full grid of at most 21 by 21: `x`, `y`, `value`.
    middle : float, optional
        Where the value changes its meaning (zero, break-even): classes then diverge from it.
    edges : sequence of float, optional
        The six inner class edges; by default round steps over the range.
    contour : DataFrame, optional
        Columns `x` and `y`: a line across the map, such as where the value is zero.
    default : Point, optional
        The default of both parameters.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.

    Raises
    ------
    InputError
        If the grid has more than 21 values on a side, or `edges` are not six growing numbers.
    """
    parts.require_columns(data, x, y, value)
    drawn = data.dropna(subset=[value])
    if drawn.empty:
        return chart_message()
    inner = _inner_edges(drawn[value], middle) if edges is None else [float(edge) for edge in edges]
    _check_grid(drawn, x, y, inner)
    cells = _cells(drawn[[x, y, value]], x, y)
    names = _class_names(inner, parts.axis_number(number))
    places = np.searchsorted(inner, cells[value].astype(float), side="right")
    cells["class"] = [names[place] for place in places]
    spans = _span(cells, "_x1", "_x2"), _span(cells, "_y1", "_y2")
    plan = _Surface(x, y, x_title, y_title, *spans, x_number, y_number, height, KEY_HEAD)
    ramp = theme.sequential() if middle is None else theme.diverging()
    tooltip = parts.tooltips(
        (x, x_title, x_number), (y, y_title, y_number), (value, measure, number), ("class", "Class", None)
    )
    paint = alt.Scale(domain=names, range=ramp)
    layers = [_cell_layer(plan, cells, paint, tooltip), *_key_layers(names, inner, paint, number)]
    layers += _contour_layers(plan, contour, contour_label) + _default_layers(plan, default)
    return parts.assemble(layers, height=KEY_HEAD + height, right=12)


def _inner_edges(values: pd.Series, middle: float | None) -> list[float]:
    """Return six growing edges: round steps over the range, or the same steps on both sides of the middle."""
    low, high = float(values.min()), float(values.max())
    if middle is not None:
        reach = max(abs(low - middle), abs(high - middle)) or 1.0
        step = next(_round_steps(2 * reach / CLASSES))
        return [round(middle + (place - 2.5) * step, 12) for place in range(CLASSES - 1)]
    step = next(step for step in _round_steps((high - low or 1.0) / CLASSES) if _reach(low, step) >= high)
    first = _reach(low, step) - (CLASSES - 1) * step
    return [round(first + place * step, 12) for place in range(CLASSES - 1)]


def _round_steps(least: float) -> Iterator[float]:
    """Yield 1, 2, 2.5 and 5 times the powers of ten, from the first that is no less than asked for."""
    scale = 10.0 ** math.floor(math.log10(least))
    for power in range(3):
        for factor in (1, 2, 2.5, 5):
            if factor * scale * 10**power >= least * 0.999:
                yield factor * scale * 10**power


def _reach(low: float, step: float) -> float:
    """Return the upper end of the last class when the first one holds the lowest value."""
    return (math.floor(low / step + 1e-9) + CLASSES) * step


def _check_grid(data: pd.DataFrame, x: str, y: str, inner: Sequence[float]) -> None:
    widest = max(data[x].nunique(), data[y].nunique())
    if widest > MOST_CELLS:
        raise InputError(f"a heat map has at most {MOST_CELLS} values on a side (got {widest})")
    if len(inner) != CLASSES - 1 or any(np.diff(inner) <= 0):
        raise InputError(f"'edges' must be {CLASSES - 1} growing numbers (got {list(inner)})")


def _cells(data: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    """Add each cell's sides, halfway between neighbouring grid values."""
    placed = data.reset_index(drop=True)
    for field, axis in ((x, "x"), (y, "y")):
        grid = np.sort(placed[field].unique().astype(float))
        half = np.diff(grid) / 2 if len(grid) > 1 else np.array([0.5])
        low, high = grid - np.r_[half[0], half], grid + np.r_[half, half[-1]]
        where = np.searchsorted(grid, placed[field].astype(float))
        placed[f"_{axis}1"], placed[f"_{axis}2"] = low[where].round(12), high[where].round(12)
    return placed


def _class_names(inner: Sequence[float], number: str) -> list[str]:
    written = [parts.write_number(edge, number) for edge in inner]
    between = [f"{low} to {high}" for low, high in pairwise(written)]
    return [f"below {written[0]}", *between, f"{written[-1]} or more"]


def _span(cells: pd.DataFrame, low: str, high: str) -> tuple[float, float]:
    return float(cells[low].min()), float(cells[high].max())


@dataclass(frozen=True)
class _Surface:
    """The two axes that all layers of one surface share."""

    x: str
    y: str
    x_title: str
    y_title: str
    x_span: tuple[float, float]
    y_span: tuple[float, float]
    x_number: str
    y_number: str
    height: int
    head: int

    def holds(self, point: Point) -> bool:
        """Say whether a place lies on the surface."""
        (left, right), (low, high) = self.x_span, self.y_span
        return left <= point.x <= right and low <= point.y <= high

    def x_channel(self, field: str | None = None) -> alt.X:
        axis = alt.Axis(format=parts.axis_number(self.x_number), title=self.x_title, tickCount=6)
        scale = alt.Scale(domain=list(self.x_span), nice=False, zero=False)
        return alt.X(f"{field or self.x}:Q", title=self.x_title, scale=scale, axis=axis)

    def y_channel(self, field: str | None = None) -> alt.Y:
        axis = alt.Axis(
            format=parts.axis_number(self.y_number),
            title=self.y_title,
            tickCount=6,
            grid=False,
            domain=True,
            ticks=True,
            titleY=self.head - 8,
            **_ABOVE,
        )
        pixels = [self.head + self.height, self.head]
        scale = alt.Scale(domain=list(self.y_span), nice=False, zero=False, range=pixels)
        return alt.Y(f"{field or self.y}:Q", title=self.y_title, scale=scale, axis=axis)


_ABOVE: dict[str, Any] = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleBaseline": "bottom",
    "titleX": 0,
}
"""A vertical axis is named above itself, where it can be read without turning the head."""


def _cell_layer(
    plan: _Surface, cells: pd.DataFrame, paint: alt.Scale, tooltip: list[alt.Tooltip]
) -> alt.Chart:
    return parts.encode(
        alt.Chart(cells).mark_rect(),
        x=plan.x_channel("_x1"),
        x2=alt.X2("_x2"),
        y=plan.y_channel("_y1"),
        y2=alt.Y2("_y2"),
        color=alt.Color("class:N", title="Class", scale=paint, legend=None),
        tooltip=tooltip,
    )


def _key_layers(names: list[str], inner: Sequence[float], paint: alt.Scale, number: str) -> list[alt.Chart]:
    """Draw the classes as a strip above the map, each edge named where two classes meet."""
    places = [float(place * KEY_STEP) for place in range(CLASSES + 1)]
    swatches = pd.DataFrame({"_class": names, "_x": places[:-1], "_x2": places[1:]})
    words = [parts.write_number(edge, parts.axis_number(number)) for edge in inner]
    edges = pd.DataFrame({"_word": words, "_x": places[1:-1]})
    x = alt.X("_x:Q", scale=None, axis=None)
    strip = parts.encode(
        alt.Chart(swatches).mark_rect(),
        x=x,
        x2=alt.X2("_x2"),
        y=parts.at("Y", 2),
        y2=parts.at("Y2", 13),
        color=alt.Color("_class:N", scale=paint, legend=None),
    )
    style: dict[str, Any] = {"baseline": "top", "fontSize": theme.SMALL, "color": theme.colour("muted")}
    named = parts.encode(
        alt.Chart(edges).mark_text(**style), x=x, y=parts.at("Y", 17), text=alt.Text("_word:N")
    )
    return [strip, named]


def _contour_layers(plan: _Surface, contour: pd.DataFrame | None, label: str) -> list[alt.Chart]:
    if contour is None or contour.empty:
        return []
    inside = contour[
        contour[plan.x].between(*plan.x_span) & contour[plan.y].between(*plan.y_span)
    ].reset_index(drop=True)
    if inside.empty:
        return []
    line = alt.Chart(inside.assign(_order=range(len(inside)))).mark_line(
        color=theme.colour("ink"), strokeWidth=2
    )
    drawn = parts.encode(line, x=plan.x_channel(), y=plan.y_channel(), order=alt.Order("_order:Q"))
    return [drawn, *(_contour_words(plan, inside, label) if label else [])]


def _contour_words(plan: _Surface, inside: pd.DataFrame, label: str) -> list[alt.Chart]:
    """Name a line at its right end, on the side from which it comes away."""
    ordered = inside.sort_values(plan.x)
    back = min(len(ordered), max(2, len(ordered) // 3))
    last, before = ordered.iloc[[-1]], ordered.iloc[-back]
    rising = float(last[plan.y].iloc[0]) >= float(before[plan.y])
    return _haloed(plan, last.assign(_label=label), dx=-8, dy=-13 if rising else 13, align="right")


def _default_layers(plan: _Surface, default: Point | None) -> list[alt.Chart]:
    if default is None:
        return []
    data = pd.DataFrame({plan.x: [default.x], plan.y: [default.y], "_label": [default.label]})
    ring = alt.Chart(data).mark_point(
        shape="circle",
        size=110,
        filled=True,
        fill=theme.colour("paper"),
        stroke=theme.colour("ink"),
        strokeWidth=2,
    )
    left = (default.x - plan.x_span[0]) > 0.6 * (plan.x_span[1] - plan.x_span[0])
    words = _haloed(plan, data, dx=-11 if left else 11, align="right" if left else "left")
    return [parts.encode(ring, x=plan.x_channel(), y=plan.y_channel()), *words]


def _haloed(
    plan: _Surface, data: pd.DataFrame, *, dx: float = 0, dy: float = 0, align: parts.Align = "center"
) -> list[alt.Chart]:
    """Write labels twice: paper beneath, so that they can be read on any class."""
    halo: dict[str, Any] = {"stroke": theme.colour("paper"), "strokeWidth": HALO, "strokeJoin": "round"}
    return [
        parts.encode(
            alt.Chart(data).mark_text(align=align, dx=dx, dy=dy, fontWeight=600, **style),
            x=plan.x_channel(),
            y=plan.y_channel(),
            text=alt.Text("_label:N"),
        )
        for style in (halo, {"color": theme.colour("ink")})
    ]


def chart_regions(
    data: pd.DataFrame,
    *,
    x: str,
    y: str,
    curve: str | None = None,
    x_title: str,
    y_title: str,
    above: str,
    below: str,
    colours: tuple[str, str] = ("loss", "gain"),
    points: Sequence[Point] = (),
    y_span: tuple[float, float] | None = None,
    x_number: str = ",~f",
    y_number: str = ",~f",
    height: int = SURFACE_HEIGHT,
) -> alt.LayerChart | alt.Chart:
    """Draw a frontier between two regions, each named where it lies.

    Parameters
    ----------
    data : DataFrame
        The frontier: `x`, `y`, and `curve` where there are several. The first curve parts the regions.
    above, below : str
        What holds above and below the first curve.
    colours : tuple of str
        Palette names of the region above and of the one below.
    points : sequence of Point
        Labelled places.
    y_span : tuple of float, optional
        Range of the vertical axis; by default round numbers around the curves.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.
    """
    parts.require_columns(data, x, y, curve)
    drawn = data.dropna(subset=[x, y])
    if drawn.empty:
        return chart_message()
    ticks = parts.value_ticks(drawn[y], zero=True)
    span = y_span or (ticks[0], ticks[-1])
    x_span = (float(drawn[x].min()), float(drawn[x].max()))
    plan = _Surface(x, y, x_title, y_title, x_span, span, x_number, y_number, height, TITLE_HEAD)
    tidy = drawn[[name for name in (x, y, curve) if name]].reset_index(drop=True)
    if curve is None:
        tidy["_curve"] = ""
    name = curve or "_curve"
    first = tidy[tidy[name] == tidy[name].iloc[0]].sort_values(x)
    layers = _fills(plan, first, colours) + _frontiers(plan, _cut(plan, tidy, name), name)
    layers += _region_words(plan, first, (above, below), colours)
    for point in points:
        if plan.holds(point):
            layers += _default_layers(plan, point)
    return parts.assemble(layers, height=TITLE_HEAD + height, right=12)


def _fills(plan: _Surface, first: pd.DataFrame, colours: tuple[str, str]) -> list[alt.Chart]:
    edges = first.assign(_edge=first[plan.y].clip(*plan.y_span), _top=plan.y_span[1], _bottom=plan.y_span[0])
    return [
        parts.encode(
            alt.Chart(edges).mark_area(color=theme.colour(colour), opacity=0.14),
            x=plan.x_channel(),
            y=plan.y_channel("_edge"),
            y2=alt.Y2(side),
        )
        for colour, side in zip(colours, ("_top", "_bottom"), strict=True)
    ]


def _cut(plan: _Surface, tidy: pd.DataFrame, name: str) -> pd.DataFrame:
    """Cut each curve where it leaves the plot, so that it neither runs over the titles nor past the table."""
    pieces = []
    for curve, rows in tidy.sort_values(plan.x).groupby(name, sort=False):
        places = pd.Series(rows[plan.y].to_numpy(dtype=float), index=rows[plan.x].to_numpy(dtype=float))
        whole = _with_crossings(places, plan.y_span)
        inside = whole.between(*plan.y_span)
        piece = pd.DataFrame({plan.x: whole.index, plan.y: whole.to_numpy(), name: curve})
        pieces.append(piece.assign(_piece=(~inside).cumsum().to_numpy())[inside.to_numpy()])
    return pd.concat(pieces, ignore_index=True)


def _with_crossings(places: pd.Series, span: tuple[float, float]) -> pd.Series:
    """Add the points at which a line of straight pieces crosses the ends of a span."""
    known = list(zip(places.index.to_list(), places.to_list(), strict=True))
    points = dict(known)
    for (left, low), (right, high) in pairwise(known):
        for end in span:
            if min(low, high) < end < max(low, high):
                points[left + (right - left) * (end - low) / (high - low)] = end
    return pd.Series(points).sort_index()


def _frontiers(plan: _Surface, tidy: pd.DataFrame, name: str) -> list[alt.Chart]:
    curves = list(dict.fromkeys(tidy[name]))
    dash = alt.Scale(domain=curves, range=[[1, 0], [6, 4], [2, 3], [8, 3, 2, 3]][: len(curves)])
    tooltip = parts.tooltips(
        (None if name == "_curve" else name, "Curve", None),
        (plan.x, plan.x_title, plan.x_number),
        (plan.y, plan.y_title, plan.y_number),
    )
    line = parts.encode(
        alt.Chart(tidy).mark_line(color=theme.colour("ink")),
        x=plan.x_channel(),
        y=plan.y_channel(),
        strokeDash=alt.StrokeDash(f"{name}:N", title="Curve", scale=dash, legend=None),
        detail=alt.Detail("_piece:N"),
        tooltip=tooltip,
    )
    return [line, *_curve_words(plan, tidy, name)]


def _curve_words(plan: _Surface, tidy: pd.DataFrame, name: str) -> list[alt.Chart]:
    """Name each curve at its last place."""
    if name == "_curve":
        return []
    last = tidy.sort_values(plan.x).groupby(name, sort=False).tail(1)
    words = alt.Chart(last.assign(_label=last[name])).mark_text(align="left", dx=6, fontWeight=600)
    return [parts.encode(words, x=plan.x_channel(), y=plan.y_channel(), text=alt.Text("_label:N"))]


def _region_words(
    plan: _Surface, first: pd.DataFrame, names: tuple[str, str], colours: tuple[str, str]
) -> list[alt.Chart]:
    """Write each region's name at the x where the region is tallest, halfway up."""
    edge = first[plan.y].astype(float).clip(*plan.y_span)
    sides = ((names[0], colours[0], plan.y_span[1]), (names[1], colours[1], plan.y_span[0]))
    return [
        word
        for name, colour, end in sides
        for word in _region_word(plan, first[plan.x], edge, name, colour, end)
    ]


def _region_word(
    plan: _Surface, x: pd.Series, edge: pd.Series, name: str, colour: str, end: float
) -> list[alt.Chart]:
    share = (x.astype(float) - plan.x_span[0]) / ((plan.x_span[1] - plan.x_span[0]) or 1)
    inner = share.between(0.22, 0.78)
    place = int(np.argmax((edge - end).abs().where(inner, -1.0)))
    data = pd.DataFrame({plan.x: [x.iloc[place]], plan.y: [(edge.iloc[place] + end) / 2], "_label": [name]})
    mark = alt.Chart(data).mark_text(fontSize=theme.TEXT + 1, fontWeight=600, color=theme.colour(colour))
    return [parts.encode(mark, x=plan.x_channel(), y=plan.y_channel(), text=alt.Text("_label:N"))]
