"""Distributions from bins counted beforehand, with labelled rules for the values to compare."""

from __future__ import annotations

from helpers.charts import parts, theme

# isort: split
import altair as alt
import pandas as pd

from helpers.charts.frame import chart_message


def chart_histogram(
    data: pd.DataFrame,
    *,
    start: str = "start",
    end: str = "end",
    height_of: str = "count",
    measure: str,
    x_title: str,
    marks: pd.DataFrame | None = None,
    colour: str = "neutral",
    number: str = ",~f",
    x_number: str = ",~f",
    height: int = 260,
) -> alt.LayerChart | alt.Chart:
    """Draw a histogram or a stepwise density.

    Parameters
    ----------
    data : DataFrame
        One row per bin: `start`, `end`, `height_of` (a count, a share or a density).
    measure : str
        Title of the height with its unit.
    x_title : str
        Title of the binned quantity with its unit; written below the axis.
    marks : DataFrame, optional
        Columns ``x`` and ``mark``: labelled rules, such as the published value or a 5 % tail.
    colour : str
        Palette name of the bars.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.
    """
    parts.require_columns(data, start, end, height_of)
    drawn = data.dropna(subset=[height_of])
    if drawn.empty:
        return chart_message()
    tidy = drawn[[start, end, height_of]].reset_index(drop=True)
    span = _span(tidy, start, end, marks)
    places = _places(marks, span)
    head = parts.head_room(places)
    ticks = parts.value_ticks(tidy[height_of], zero=True)
    bars = _bars(
        tidy,
        (start, end, height_of),
        span,
        ticks,
        (measure, x_title),
        (number, x_number),
        head,
        height,
        colour,
    )
    layers = [bars]
    if marks is not None and places is not None:
        tooltip = parts.tooltips(("x", x_title, x_number), ("mark", "Mark", None))
        x = _x("x", span, x_title, x_number)
        rows = marks[["x", "mark"]].reset_index(drop=True)
        layers += parts.rule_layers(
            rows, x, "mark", places, bottom=head + height, tooltip=tooltip, colour="ink"
        )
    return parts.assemble(layers, height=head + height, right=12)


def _span(tidy: pd.DataFrame, start: str, end: str, marks: pd.DataFrame | None) -> tuple[float, float]:
    places = [*tidy[start].astype(float), *tidy[end].astype(float)]
    places += [] if marks is None else list(marks["x"].astype(float))
    return min(places), max(places)


def _places(marks: pd.DataFrame | None, span: tuple[float, float]) -> parts.LabelPlaces | None:
    if marks is None or marks.empty:
        return None
    shares = [(float(place) - span[0]) / ((span[1] - span[0]) or 1) for place in marks["x"]]
    return parts.place_labels(shares, list(marks["mark"]), width=parts.NARROW, overhang=8)


def _x(field: str, span: tuple[float, float], title: str, number: str) -> alt.X:
    scale = alt.Scale(domain=list(span), nice=False, zero=False)
    return alt.X(
        f"{field}:Q",
        title=title,
        scale=scale,
        axis=alt.Axis(format=parts.axis_number(number), title=title, tickCount=8),
    )


def _bars(
    tidy: pd.DataFrame,
    fields: tuple[str, str, str],
    span: tuple[float, float],
    ticks: list[float],
    titles: tuple[str, str],
    numbers: tuple[str, str],
    head: int,
    height: int,
    colour: str,
) -> alt.Chart:
    start, end, height_of = fields
    measure, x_title = titles
    number, x_number = numbers
    y = parts.value_axis(height_of, ticks, title=measure, number=number, pixels=(head + height, head))
    mark = alt.Chart(tidy.assign(_floor=0)).mark_rect(
        color=theme.colour(colour), opacity=0.75, stroke=theme.colour("paper"), strokeWidth=0.75
    )
    return parts.encode(
        mark,
        x=_x(start, span, x_title, x_number),
        x2=alt.X2(end),
        y=alt.Y(**y),
        y2=alt.Y2("_floor"),
        tooltip=parts.tooltips(
            (start, f"{x_title}, from", x_number),
            (end, f"{x_title}, to", x_number),
            (height_of, measure, number),
        ),
    )
