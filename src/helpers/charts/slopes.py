"""Two moments side by side: a line from before to after for each item, named at both ends."""

from __future__ import annotations

from helpers.charts import parts, theme

# isort: split
from collections.abc import Mapping
from dataclasses import dataclass

import altair as alt
import pandas as pd

from helpers.charts.frame import chart_message

LABEL_GAP = 16
HEAD = 16


def chart_slope(
    data: pd.DataFrame,
    *,
    label: str = "label",
    start: str = "start",
    end: str = "end",
    start_title: str,
    end_title: str,
    measure: str,
    label_title: str = "Item",
    colours: Mapping[str, str] | None = None,
    zero: bool = False,
    number: str = ",~f",
    height: int = theme.HEIGHT,
) -> alt.LayerChart | alt.Chart:
    """Draw one line per item between two moments.

    Parameters
    ----------
    data : DataFrame
        One row per item: `label`, `start`, `end`.
    start_title, end_title : str
        The two moments, such as ``"2020"`` and ``"2024"``.
    measure : str
        Title of the value with its unit.
    colours : mapping, optional
        Item -> palette name.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.
    """
    parts.require_columns(data, label, start, end)
    drawn = data.dropna(subset=[start, end])
    if drawn.empty:
        return chart_message()
    moments = ((start_title, start), (end_title, end))
    long = pd.concat(
        [
            pd.DataFrame(
                {"item": drawn[label].astype(str), "moment": moment, "value": drawn[column].astype(float)}
            )
            for moment, column in moments
        ],
        ignore_index=True,
    )
    ticks = parts.value_ticks(long["value"], zero=zero)
    plan = _Plan(long, (start_title, end_title), measure, label_title, number, height, ticks, colours)
    return parts.assemble([plan.posts(), plan.lines(), plan.dots(), *plan.names()], height=height, right=8)


@dataclass(frozen=True)
class _Plan:
    """Everything about one slope chart that its layers share."""

    data: pd.DataFrame
    moments: tuple[str, str]
    measure: str
    label_title: str
    number: str
    height: int
    ticks: list[float]
    colours: Mapping[str, str] | None

    def x(self) -> alt.X:
        axis = alt.Axis(
            title=None, orient="top", domain=False, ticks=False, labelAngle=0, labelFontWeight=600
        )
        scale = alt.Scale(type="point", padding=0, domain=list(self.moments))
        return alt.X("moment:O", title="Moment", sort=list(self.moments), scale=scale, axis=axis)

    def y(self) -> alt.Y:
        scale = alt.Scale(
            domain=[self.ticks[0], self.ticks[-1]], nice=False, zero=False, range=[self.height, HEAD]
        )
        return alt.Y("value:Q", title=self.measure, scale=scale, axis=None)

    def paint(self) -> alt.Color:
        scale = parts.colour_scale(list(dict.fromkeys(self.data["item"])), self.colours)
        return alt.Color("item:N", title=self.label_title, scale=scale, legend=None)

    def tooltip(self) -> list[alt.Tooltip]:
        return parts.tooltips(
            ("item", self.label_title, None), ("moment", "Moment", None), ("value", self.measure, self.number)
        )

    def posts(self) -> alt.Chart:
        data = pd.DataFrame({"moment": list(self.moments)})
        return parts.encode(alt.Chart(data).mark_rule(color=theme.colour("grid")), x=self.x())

    def lines(self) -> alt.Chart:
        return parts.encode(alt.Chart(self.data).mark_line(), x=self.x(), y=self.y(), color=self.paint())

    def dots(self) -> alt.Chart:
        mark = alt.Chart(self.data).mark_circle(size=52, opacity=1)
        return parts.encode(mark, x=self.x(), y=self.y(), color=self.paint(), tooltip=self.tooltip())

    def names(self) -> list[alt.Chart]:
        """Write item and value at both ends, kept apart from each other."""
        sides: tuple[tuple[str, parts.Align, int], ...] = (
            (self.moments[0], "right", -9),
            (self.moments[1], "left", 9),
        )
        return [self._names(moment, side, shift) for moment, side, shift in sides]

    def _names(self, moment: str, side: parts.Align, shift: int) -> alt.Chart:
        rows = self.data[self.data["moment"] == moment]
        written = [parts.write_number(value, self.number) for value in rows["value"]]
        words = [f"{item}  {value}" for item, value in zip(rows["item"], written, strict=True)]
        placed = parts.end_labels(
            rows.assign(_words=words),
            y="value",
            text="_words",
            ticks=self.ticks,
            height=self.height,
            gap=LABEL_GAP,
        )
        placed["_label_y"] += HEAD
        return parts.encode(
            alt.Chart(placed).mark_text(
                align=side, dx=shift, fontWeight=600, lineBreak="\n", lineHeight=parts.LINE
            ),
            x=self.x(),
            y=alt.Y("_label_y:Q", scale=None, axis=None),
            text=alt.Text("_label:N"),
            color=self.paint(),
        )
