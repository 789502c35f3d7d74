"""Lines over periods or over a number, labelled at their ends, with bounds, bands, events and spans."""

from __future__ import annotations

from helpers.charts import parts, theme

# isort: split
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
import pandas as pd

from helpers.charts.frame import chart_message

SINGLE = "neutral"
"""What a line is called that has no name because it is alone."""

BELOW = 16
"""Pixels from the last of some points to their name."""

NAME_GAP = 9
LEADER = 12
NEAR = 5
"""Pixels from a line's end to its name, of the rule that leads to a name further away, and what is near."""

SIDE = 10
"""Pixels from the sides of the plot to the first and the last period, whatever the width."""


@dataclass(frozen=True)
class _Plan:
    """Everything about one line chart that its layers share."""

    data: pd.DataFrame
    x: str
    y: str
    series: str
    x_title: str
    measure: str
    number: str
    height: int
    ticks: list[float]
    order: list[str] | None
    scale: alt.Scale
    low: str | None
    high: str | None
    head: int
    dotted: tuple[str, ...]

    @property
    def reading(self) -> str:
        """Return the column that says how a value is to be read; no column of the caller has its name."""
        return _reading_column(self.y)

    @property
    def span(self) -> tuple[Any, Any]:
        """Return the first and the last drawn place."""
        return (
            (self.order[0], self.order[-1])
            if self.order
            else (self.data[self.x].min(), self.data[self.x].max())
        )

    def x_channel(self, field: str | None = None) -> alt.X:
        """Return the x channel; all layers share its scale."""
        field = field or self.x
        if self.order is None:
            return alt.X(
                f"{field}:Q",
                title=self.x_title,
                scale=alt.Scale(nice=False, zero=False),
                axis=self._number_axis(),
            )
        axis = parts.period_axis(self.order, title=self.x_title)
        # A padding in steps would shift the last label when Vega narrows the plot to make room for it.
        scale = alt.Scale(type="point", domain=self.order, range=[SIDE, alt.expr(f"width - {SIDE}")])
        return alt.X(f"{field}:O", title=self.x_title, sort=self.order, scale=scale, axis=axis)

    def _number_axis(self) -> alt.Axis:
        return alt.Axis(format=",~f", tickCount=6, title=self.x_title)

    def y_channel(self, field: str | None = None) -> alt.Y:
        """Return the y channel on the chart's ticks."""
        return alt.Y(
            **parts.value_axis(
                field or self.y,
                self.ticks,
                title=self.measure,
                number=self.number,
                pixels=(self.head + self.height, self.head),
            )
        )

    def colour(self) -> alt.Color:
        """Return the colour channel; lines are labelled directly, so there is no legend."""
        return alt.Color(f"{self.series}:N", title="Series", scale=self.scale, legend=None)

    def tooltip(self) -> list[alt.Tooltip]:
        """Return the tooltip of one point."""
        named = self.data[self.series].drop_duplicates().size > 1
        numeric = self.number if self.order is None else None
        return parts.tooltips(
            (self.x, self.x_title, numeric and ",~f"),
            (self.series if named else None, "Series", None),
            (self.y, self.measure, self.number),
            (self.low, "Low", self.number),
            (self.high, "High", self.number),
            (self.reading if self.reading in self.data else None, "Reading", None),
        )


def chart_lines(
    data: pd.DataFrame,
    *,
    x: str = "period",
    y: str = "value",
    series: str | None = None,
    measure: str,
    x_title: str = "Period",
    colours: Mapping[str, str] | None = None,
    band: tuple[str, str] | None = None,
    bound: str = "bound",
    events: pd.DataFrame | None = None,
    spans: pd.DataFrame | None = None,
    zero: bool = True,
    number: str = ",~f",
    height: int = theme.HEIGHT,
    dashed: Sequence[str] = (),
    dotted: Sequence[str] = (),
    colour: str = "neutral",
    bridged: bool = False,
) -> alt.LayerChart | alt.Chart:
    """Draw one line per series, named at its end.

    Parameters
    ----------
    data : DataFrame
        Tidy: `x` (text such as ``2022Q1`` or ``2022``, or a number), `y`, optionally `series`, the two
        `band` columns, and `bound` (exact, lower, upper, approximate): a value that is not exact is drawn
        hollow, as an arrow towards where the truth may lie.
    measure : str
        Title of the value with its unit, for tooltips and the table.
    colours : mapping, optional
        Series -> palette name.
    events : DataFrame, optional
        Columns `x` and ``event``: a rule with its label at that place; left out beyond the drawn periods.
    spans : DataFrame, optional
        Columns ``start``, ``end`` (values of `x`) and ``span``: a shaded stretch, cut at the drawn periods.
    zero : bool
        Whether the axis starts at zero.
    number : str
        d3 number format.
    dashed : sequence of str
        Series drawn with a broken line, such as a projection or a counterfactual.
    dotted : sequence of str
        Series drawn as points alone, their band as a rule through each, such as what was observed.
    colour : str
        Palette name of the line when there is only one.
    bridged : bool
        Join values across periods for which nothing was published by a thin dotted line.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.
    """
    parts.require_columns(data, x, y, series, *(band or ()))
    drawn = data.dropna(subset=[y])
    if drawn.empty:
        return chart_message()
    paints = {SINGLE: colour, **(colours or {})}
    plan = _plan(drawn, x, y, series, measure, x_title, paints, band, bound, zero, number, height)
    plan = replace(plan, dotted=tuple(dotted))
    known = _events_inside(plan, events)
    places = _places(plan, known)
    plan = replace(plan, head=parts.head_room(places))
    layers = _spans(plan, spans) + _events(plan, known, places) + (_bands(plan) if band else [])
    layers += ([_bridge(plan)] if bridged else []) + _strokes(plan, dashed)
    return parts.assemble([*layers, *_points(plan), *_names(plan)], height=plan.head + plan.height)


def _plan(
    data: pd.DataFrame,
    x: str,
    y: str,
    series: str | None,
    measure: str,
    x_title: str,
    colours: Mapping[str, str] | None,
    band: tuple[str, str] | None,
    bound: str,
    zero: bool,
    number: str,
    height: int,
) -> _Plan:
    numeric = pd.api.types.is_numeric_dtype(data[x])
    order = None if numeric else parts.complete_periods([str(value) for value in data[x]])
    low, high = band or (None, None)
    tidy = _tidy(data, x, y, series, bound, low, high)
    name = series or "_series"
    extremes = pd.concat([tidy[column] for column in (y, low, high) if column])
    names = list(dict.fromkeys(tidy[name]))
    ticks = parts.value_ticks(extremes, zero=zero)
    scale = parts.colour_scale(names, colours)
    return _Plan(tidy, x, y, name, x_title, measure, number, height, ticks, order, scale, low, high, 0, ())


def _tidy(
    data: pd.DataFrame, x: str, y: str, series: str | None, bound: str, low: str | None, high: str | None
) -> pd.DataFrame:
    columns = [column for column in (x, series, y, low, high) if column]
    tidy = data[columns].copy()
    if series is None:
        tidy["_series"] = SINGLE
    if bound in data and (data[bound] != "exact").any():
        tidy[_reading_column(y)] = data[bound].map(parts.READINGS).astype(str)
    return tidy.sort_values(x, kind="stable").reset_index(drop=True)


def _reading_column(y: str) -> str:
    return f"{y}_reading"


def _bands(plan: _Plan) -> list[alt.Chart]:
    alone = plan.data[plan.series].isin(plan.dotted)
    marks = (
        alt.Chart(plan.data[~alone]).mark_area(opacity=0.18),
        alt.Chart(plan.data[alone]).mark_rule(strokeWidth=3, opacity=0.45),
    )
    return [
        parts.encode(
            mark,
            x=plan.x_channel(),
            y=plan.y_channel(plan.low),
            y2=alt.Y2(f"{plan.high}"),
            color=plan.colour(),
        )
        for mark in marks
        if not mark.data.empty
    ]


def _strokes(plan: _Plan, dashed: Sequence[str]) -> list[alt.Chart]:
    data = plan.data[~plan.data[plan.series].isin(plan.dotted)]
    if plan.order is not None:
        runs = data.groupby(plan.series)[plan.x].transform(
            lambda periods: parts.segments([str(period) for period in periods], plan.order or [])
        )
        data = data.assign(_run=runs)
    broken = data[plan.series].isin(dashed)
    return [
        _stroke(plan, part, style)
        for part, style in ((data[~broken], {}), (data[broken], {"strokeDash": [5, 4]}))
        if not part.empty
    ]


def _bridge(plan: _Plan) -> alt.Chart:
    """Join the values of each series faintly, so that gaps between them do not hide their order."""
    return parts.encode(
        alt.Chart(plan.data).mark_line(strokeWidth=1.25, strokeDash=[1, 4], opacity=0.8),
        x=plan.x_channel(),
        y=plan.y_channel(),
        color=plan.colour(),
    )


def _stroke(plan: _Plan, data: pd.DataFrame, style: dict[str, Any]) -> alt.Chart:
    detail = alt.Detail("_run:N") if "_run" in data else alt.Detail(f"{plan.series}:N")
    return parts.encode(
        alt.Chart(data).mark_line(**style),
        x=plan.x_channel(),
        y=plan.y_channel(),
        color=plan.colour(),
        detail=detail,
    )


def _points(plan: _Plan) -> list[alt.Chart]:
    reading = plan.data.get(plan.reading, pd.Series("as published", index=plan.data.index))
    exact, loose = plan.data[reading == "as published"], plan.data[reading != "as published"]
    observed = exact[plan.series].isin(plan.dotted) | (plan.order is not None)
    styles = ((exact[observed], {"size": 28, "opacity": 1}), (exact[~observed], {"size": 120, "opacity": 0}))
    layers = [_dots(plan, data, style) for data, style in styles if not data.empty]
    return layers + ([] if loose.empty else _hollow(plan, loose))


def _dots(plan: _Plan, data: pd.DataFrame, style: dict[str, Any]) -> alt.Chart:
    """Draw the values; a line over a number is only felt by the pointer, since nothing was observed there."""
    return parts.encode(
        alt.Chart(data).mark_circle(**style),
        x=plan.x_channel(),
        y=plan.y_channel(),
        color=plan.colour(),
        tooltip=plan.tooltip(),
    )


def _hollow(plan: _Plan, data: pd.DataFrame) -> list[alt.Chart]:
    seen = [reading for reading in parts.HOLLOW_SHAPES if reading in set(data[plan.reading])]
    marks = [
        _hollow_marks(plan, data[data[plan.reading] == reading], parts.HOLLOW_SHAPES[reading])
        for reading in seen
    ]
    return [_reading_key(plan, data.drop_duplicates(plan.reading), seen), *marks]


def _hollow_marks(plan: _Plan, data: pd.DataFrame, shape: str) -> alt.Chart:
    return parts.encode(
        alt.Chart(data).mark_point(shape=shape, size=62, filled=False, strokeWidth=1.75, opacity=1),
        x=plan.x_channel(),
        y=plan.y_channel(),
        color=plan.colour(),
        fill=alt.FillValue(theme.colour("paper")),
        tooltip=plan.tooltip(),
    )


def _reading_key(plan: _Plan, data: pd.DataFrame, seen: list[str]) -> alt.Chart:
    """Return unseen marks that carry the key of the shapes; beside a colour Vega would draw it unseen."""
    scale = alt.Scale(domain=seen, range=[parts.HOLLOW_SHAPES[reading] for reading in seen])
    return parts.encode(
        alt.Chart(data).mark_point(stroke=theme.colour("muted"), opacity=0),
        x=plan.x_channel(),
        y=plan.y_channel(),
        shape=alt.Shape(
            f"{plan.reading}:N", title="Reading", scale=scale, legend=alt.Legend(title=None, symbolOpacity=1)
        ),
    )


def _names(plan: _Plan) -> list[alt.Chart]:
    """Name each line at its end, and points without a line below the last of them."""
    if plan.series == "_series":
        return []
    last = plan.data.groupby(plan.series, sort=False).tail(1)
    alone = last[plan.series].isin(plan.dotted)
    labels = parts.end_labels(last[~alone], y=plan.y, text=plan.series, ticks=plan.ticks, height=plan.height)
    labels[["_label_y", "_end_y"]] += plan.head
    moved = labels[(labels["_label_y"] - labels["_end_y"]).abs() > NEAR]
    style: dict[str, Any] = {"fontWeight": 600, "lineBreak": "\n", "lineHeight": parts.LINE}
    gap = NAME_GAP if moved.empty else LEADER + NAME_GAP
    beside = alt.Chart(labels).mark_text(align="left", baseline="middle", dx=gap, **style)
    below = alt.Chart(last[alone]).mark_text(baseline="top", dy=BELOW, **style)
    places = (
        (beside, alt.Y("_label_y:Q", scale=None, axis=None), "_label:N"),
        (below, plan.y_channel(), f"{plan.series}:N"),
    )
    named = [
        parts.encode(mark, x=plan.x_channel(), y=y, text=alt.Text(text), color=plan.colour())
        for mark, y, text in places
        if not mark.data.empty
    ]
    return ([] if moved.empty else [_leaders(plan, moved)]) + named


def _leaders(plan: _Plan, moved: pd.DataFrame) -> alt.Chart:
    """Lead from the end of a line to a name that could not stand beside it."""
    pixels: dict[str, Any] = {"scale": None, "axis": None}
    return parts.encode(
        alt.Chart(moved).mark_rule(strokeWidth=1, opacity=0.7, xOffset=4, x2Offset=4 + LEADER),
        x=plan.x_channel(),
        x2=alt.X2(plan.x),
        y=alt.Y("_end_y:Q", **pixels),
        y2=alt.Y2("_label_y:Q"),
        color=plan.colour(),
    )


def _events_inside(plan: _Plan, events: pd.DataFrame | None) -> pd.DataFrame:
    if events is None or events.empty:
        return pd.DataFrame({plan.x: [], "event": []})
    inside = events[plan.x].between(*plan.span) if plan.order is None else events[plan.x].isin(plan.order)
    return events.loc[inside, [plan.x, "event"]].reset_index(drop=True)


def _places(plan: _Plan, events: pd.DataFrame) -> parts.LabelPlaces:
    return parts.place_labels(
        _shares(plan, list(events[plan.x])),
        list(events["event"]),
        width=parts.NARROW,
        overhang=_right_room(plan),
    )


def _shares(plan: _Plan, places: Sequence[Any]) -> list[float]:
    if plan.order is not None:
        return [plan.order.index(str(place)) / max(1, len(plan.order) - 1) for place in places]
    low, high = (float(end) for end in plan.span)
    return [(float(place) - low) / ((high - low) or 1) for place in places]


def _events(plan: _Plan, events: pd.DataFrame, places: parts.LabelPlaces) -> list[alt.Chart]:
    if events.empty:
        return []
    tooltip = parts.tooltips((plan.x, plan.x_title, None if plan.order else ",~f"), ("event", "Event", None))
    bottom = plan.head + plan.height
    return parts.rule_layers(events, plan.x_channel(), "event", places, bottom=bottom, tooltip=tooltip)


def _spans_inside(plan: _Plan, spans: pd.DataFrame | None) -> pd.DataFrame:
    """Cut spans at the first and last period; both quarters and years order as text does."""
    if spans is None or spans.empty:
        return pd.DataFrame()
    first, last = plan.span
    touching = (spans["start"] <= last) & (spans["end"] >= first)
    inside = spans.loc[touching, ["start", "end", "span"]]
    cut: pd.DataFrame = inside.assign(
        start=inside["start"].where(inside["start"] >= first, first),
        end=inside["end"].where(inside["end"] <= last, last),
    )
    return cut


def _spans(plan: _Plan, spans: pd.DataFrame | None) -> list[alt.Chart]:
    inside = _spans_inside(plan, spans)
    if inside.empty:
        return []
    shading = parts.encode(
        alt.Chart(inside).mark_rect(color=theme.colour("grid"), opacity=0.7),
        x=plan.x_channel("start"),
        x2=alt.X2("end"),
        y=parts.at("Y", plan.head),
        y2=parts.at("Y2", plan.head + plan.height),
        tooltip=parts.tooltips(("span", "Span", None), ("start", "From", None), ("end", "To", None)),
    )
    words = parts.encode(
        alt.Chart(inside).mark_text(
            align="left", baseline="top", dx=4, dy=4, fontSize=theme.SMALL, color=theme.colour("muted")
        ),
        x=plan.x_channel("start"),
        y=parts.at("Y", plan.head),
        text=alt.Text("span:N"),
    )
    return [shading, words]


def _right_room(plan: _Plan) -> int:
    if plan.series == "_series":
        return 12
    return parts.text_room(list(plan.data[plan.series].astype(str))) + 8
