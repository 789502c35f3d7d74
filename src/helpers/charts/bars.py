"""Bars: ranked values, signed contributions, parts of a whole; the value is written at each bar's end."""

from __future__ import annotations

from helpers.charts import parts, theme

# isort: split
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from helpers.charts.frame import chart_message

GROUP_TITLE = "Kind"
SIGNED = {"adds", "takes away", "total"}


@dataclass(frozen=True)
class _Plan:
    """Everything about one bar chart that its layers share."""

    data: pd.DataFrame
    category: str
    value: str
    measure: str
    category_title: str
    number: str
    low: str | None
    high: str | None
    domain: tuple[float, float]

    @property
    def reading(self) -> str:
        """Return the column that says how a value is to be read; no column of the caller has its name."""
        return _reading_column(self.value)

    @property
    def height(self) -> int:
        """Return the plot's height in pixels."""
        return theme.ROW * len(self.data)

    def y_channel(self) -> alt.Y:
        """Return the category channel in the order of the rows."""
        axis = alt.Axis(title=None, domain=False, ticks=False, labelColor=theme.colour("ink"))
        scale = alt.Scale(paddingInner=0.3, paddingOuter=0.15)
        order = list(self.data[self.category])
        return alt.Y(f"{self.category}:N", title=self.category_title, sort=order, scale=scale, axis=axis)

    def x_channel(self, field: str | None = None) -> alt.X:
        """Return the value channel; each value is written at its bar, so there is no axis."""
        scale = alt.Scale(domain=list(self.domain), nice=False, zero=False)
        return alt.X(f"{field or self.value}:Q", title=self.measure, scale=scale, axis=None)

    def tooltip(self) -> list[alt.Tooltip]:
        """Return the tooltip of one bar."""
        return parts.tooltips(
            (self.category, self.category_title, None),
            ("group" if "group" in self.data else None, GROUP_TITLE, None),
            (self.value, self.measure, self.number),
            (self.low, "Low", self.number),
            (self.high, "High", self.number),
            (self.reading if self.reading in self.data else None, "Reading", None),
        )


def chart_bars(
    data: pd.DataFrame,
    *,
    category: str = "category",
    value: str = "value",
    group: str | None = None,
    measure: str,
    category_title: str = "Item",
    colours: Mapping[str, str] | None = None,
    colour: str = "neutral",
    highlight: Sequence[str] = (),
    interval: tuple[str, str] | None = None,
    bound: str = "bound",
    ranked: bool = False,
    number: str = ",~f",
) -> alt.LayerChart | alt.Chart:
    """Draw one horizontal bar per category, to the left of zero for negative values.

    Parameters
    ----------
    data : DataFrame
        Tidy, one row per category: `category`, `value`, optionally `group`, the two `interval` columns and
        `bound`; a bar whose value is not exact is drawn hollow.
    measure : str
        Title of the value with its unit, for tooltips and the table.
    colours : mapping, optional
        Group -> palette name.
    colour : str
        Palette name of all bars when there is no group.
    highlight : sequence of str
        Categories drawn in the highlight colour.
    ranked : bool
        Order by value, largest first; otherwise the order of the rows holds.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.
    """
    parts.require_columns(data, category, value, group, *(interval or ()))
    drawn = data.dropna(subset=[value])
    if drawn.empty:
        return chart_message()
    if ranked:
        drawn = drawn.sort_values(value, ascending=False, kind="stable")
    tidy = _tidy(drawn, category, value, group, interval, bound)
    low, high = interval or (None, None)
    tidy["_label"] = _labels(tidy, value, number)
    domain = _domain(tidy, value, low, high)
    plan = _Plan(tidy, category, value, measure, category_title, number, low, high, domain)
    names = _fills(tidy, category, group, colours, colour, highlight)
    return _assemble(
        plan, [*_boxes(plan, names, legend=_needs_legend(tidy, category)), *_whiskers(plan), *_ends(plan)]
    )


def chart_contributions(
    data: pd.DataFrame,
    *,
    category: str = "category",
    value: str = "value",
    total: str | None = None,
    measure: str,
    category_title: str = "Part",
    interval: tuple[str, str] | None = None,
    ranked: bool = False,
    number: str = "+,.1f",
) -> alt.LayerChart | alt.Chart:
    """Draw signed contributions to a change: what adds in one colour, what takes away in the other.

    Parameters
    ----------
    data : DataFrame
        Tidy, one row per contribution: `category`, `value`, optionally the `interval` columns.
    total : str, optional
        The category that is the sum of the others; drawn in ink and, when ranked, last.
    measure : str
        Title of the value with its unit.
    """
    parts.require_columns(data, category, value)
    signs = data[value].map(lambda number: "adds" if number >= 0 else "takes away")
    grouped = data.assign(group=signs.where(data[category] != total, "total"))
    if ranked:
        grouped = grouped.sort_values(value, ascending=False, kind="stable")
        grouped = pd.concat([grouped[grouped[category] != total], grouped[grouped[category] == total]])
    return chart_bars(
        grouped,
        category=category,
        value=value,
        group="group",
        measure=measure,
        category_title=category_title,
        colours={"adds": "gain", "takes away": "loss", "total": "ink"},
        interval=interval,
        number=number,
    )


def _tidy(
    data: pd.DataFrame,
    category: str,
    value: str,
    group: str | None,
    interval: tuple[str, str] | None,
    bound: str,
) -> pd.DataFrame:
    tidy = data[[category, value, *(interval or ())]].reset_index(drop=True)
    if group is not None:
        tidy["group"] = data[group].astype(str).to_numpy()
    if bound in data and (data[bound] != "exact").any():
        tidy[_reading_column(value)] = data[bound].map(parts.READINGS).to_numpy()
    return tidy


def _reading_column(value: str) -> str:
    return f"{value}_reading"


def _fills(
    tidy: pd.DataFrame,
    category: str,
    group: str | None,
    colours: Mapping[str, str] | None,
    colour: str,
    highlight: Sequence[str],
) -> alt.Scale:
    if group is None:
        tidy["_paint"] = ["highlight" if name in highlight else colour for name in tidy[category]]
        return parts.colour_scale(list(dict.fromkeys(tidy["_paint"])), None)
    tidy["_paint"] = tidy["group"]
    return parts.colour_scale(list(dict.fromkeys(tidy["_paint"])), colours)


def _labels(tidy: pd.DataFrame, value: str, number: str) -> list[str]:
    readings = tidy.get(_reading_column(value), pd.Series("as published", index=tidy.index))
    return [
        parts.SIGNS[reading] + parts.write_number(each, number)
        for each, reading in zip(tidy[value], readings, strict=True)
    ]


def _domain(tidy: pd.DataFrame, value: str, low: str | None, high: str | None) -> tuple[float, float]:
    extremes = pd.concat([tidy[column] for column in (value, low, high) if column]).astype(float)
    least, most = min(0.0, float(extremes.min())), max(0.0, float(extremes.max()))
    return (least, most) if most > least else (0.0, 1.0)


def _needs_legend(tidy: pd.DataFrame, category: str) -> bool:
    groups = tidy.get("group", pd.Series(dtype=str))
    return len(set(groups)) > 1 and not set(groups) <= SIGNED and list(groups) != list(tidy[category])


def _boxes(plan: _Plan, scale: alt.Scale, *, legend: bool) -> list[alt.Chart]:
    reading = plan.data.get(plan.reading, pd.Series("as published", index=plan.data.index))
    key = alt.Legend(title=None, symbolType="square") if legend else None
    paint = alt.Color("_paint:N", title=GROUP_TITLE, scale=scale, legend=key)
    solid, hollow = plan.data[reading == "as published"], plan.data[reading != "as published"]
    layers = []
    if not solid.empty:
        layers.append(parts.encode(_bar(plan, solid, 0.9), color=paint))
    if not hollow.empty:
        outline = alt.Stroke("_paint:N", title=GROUP_TITLE, scale=scale, legend=key)
        layers.append(
            parts.encode(
                _bar(plan, hollow, 0.15), color=paint, stroke=outline, strokeDash=alt.StrokeDashValue([4, 3])
            )
        )
    return layers


def _bar(plan: _Plan, data: pd.DataFrame, opacity: float) -> alt.Chart:
    mark = alt.Chart(data).mark_bar(fillOpacity=opacity, strokeWidth=1.5)
    return parts.encode(mark, y=plan.y_channel(), x=plan.x_channel(), tooltip=plan.tooltip())


def _whiskers(plan: _Plan) -> list[alt.Chart]:
    """Draw each interval in ink on a line of paper, so that it can be seen on its bar too."""
    if plan.low is None or plan.high is None:
        return []
    return [
        parts.encode(
            alt.Chart(plan.data).mark_rule(color=theme.colour(colour), strokeWidth=width),
            y=plan.y_channel(),
            x=plan.x_channel(plan.low),
            x2=alt.X2(plan.high),
            tooltip=plan.tooltip(),
        )
        for colour, width in (("paper", 4.5), ("ink", 1.5))
    ]


def _ends(plan: _Plan) -> list[alt.Chart]:
    """Write each value beyond its bar; a bar that points left has its value right of zero, where room is."""
    furthest = plan.data[plan.high or plan.value].astype(float).clip(lower=0)
    mark = alt.Chart(plan.data.assign(_end=furthest)).mark_text(align="left", baseline="middle", dx=6)
    return [parts.encode(mark, y=plan.y_channel(), x=plan.x_channel("_end"), text=alt.Text("_label:N"))]


def _assemble(plan: _Plan, layers: list[alt.Chart]) -> alt.LayerChart:
    if plan.domain[0] < 0 < plan.domain[1]:
        zero = pd.DataFrame({"_zero": [0]})
        rule = alt.Chart(zero).mark_rule(color=theme.colour("axis"))
        layers = [*layers, parts.encode(rule, x=plan.x_channel("_zero"))]
    return parts.assemble(layers, height=plan.height, right=8)
