"""Dots with intervals, a specification curve, and a tornado: how sure a number is and what moves it."""

from __future__ import annotations

from helpers.charts import parts, theme

# isort: split
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import altair as alt
import pandas as pd

from helpers.charts.frame import chart_message

CURVE_HEIGHT = 200
CHOICE_ROW = 17
LABEL_GAP = 5
WORDS_GAP = 10
NARROWEST = 200
"""Pixels between the names of the rows and the edge of a phone."""

SHORTEST = 90
"""Pixels from the first to the last tick of a tornado on a phone."""


@dataclass(frozen=True)
class Reference:
    """A labelled vertical rule, such as zero or a published value."""

    value: float
    label: str


def chart_intervals(
    data: pd.DataFrame,
    *,
    label: str = "label",
    value: str = "value",
    low: str = "low",
    high: str = "high",
    group: str | None = None,
    measure: str,
    label_title: str = "Item",
    colours: Mapping[str, str] | None = None,
    colour: str = "kuaishou",
    reference: Reference | None = None,
    ranked: bool = False,
    number: str = ",~f",
) -> alt.LayerChart | alt.Chart:
    """Draw one row per item: a dot at the value and a rule over its interval.

    Parameters
    ----------
    data : DataFrame
        Tidy, one row per item: `label`, `value`, `low`, `high`, optionally `group`. A missing `value` leaves
        the rule alone (a bound); a missing `low` or `high` draws an arrow to the edge: open on that side.
    measure : str
        Title of the value with its unit.
    reference : Reference, optional
        Rule to compare with.
    ranked : bool
        Order by value, largest first.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.
    """
    parts.require_columns(data, label, value, low, high, group)
    drawn = data.dropna(subset=[value, low, high], how="all")
    if drawn.empty:
        return chart_message()
    if ranked:
        drawn = drawn.sort_values(value, ascending=False, kind="stable")
    tidy = drawn[[name for name in (label, group, value, low, high) if name]].reset_index(drop=True)
    tidy["_paint"] = tidy[group].astype(str) if group else colour
    extremes = pd.concat([tidy[column].astype(float) for column in (value, low, high)])
    ticks = parts.value_ticks(pd.concat([extremes, _reference_values(reference)]), zero=False)
    plan = _Rows(tidy, label, value, low, high, group, measure, label_title, number, ticks, colours)
    layers = [*plan.reference_layers(reference), *plan.rules(), *plan.dots(), plan.words()]
    return parts.assemble(layers, height=plan.height + plan.head(reference), right=8)


@dataclass(frozen=True)
class _Rows:
    """Everything about one chart of intervals that its layers share."""

    data: pd.DataFrame
    label: str
    value: str
    low: str
    high: str
    group: str | None
    measure: str
    label_title: str
    number: str
    ticks: list[float]
    colours: Mapping[str, str] | None

    @property
    def height(self) -> int:
        return theme.ROW * len(self.data)

    def head(self, reference: Reference | None) -> int:
        return 0 if reference is None else parts.LABEL_ROW + 4

    def x(self, field: str) -> alt.X:
        return _lay_axis(self, field, parts.inside(0, self.room))

    def y(self) -> alt.Y:
        axis = alt.Axis(title=None, domain=False, ticks=False, labelPadding=6, labelColor=theme.colour("ink"))
        order = list(self.data[self.label])
        return alt.Y(f"{self.label}:N", title=self.label_title, sort=order, axis=axis)

    def paint(self) -> alt.Color:
        names = list(dict.fromkeys(self.data["_paint"]))
        several = self.group is not None and len(names) > 1
        legend = alt.Legend(title=None, symbolType="circle", symbolOpacity=1) if several else None
        return alt.Color(
            "_paint:N", title="Kind", scale=parts.colour_scale(names, self.colours), legend=legend
        )

    def tooltip(self) -> list[alt.Tooltip]:
        return parts.tooltips(
            (self.label, self.label_title, None),
            (self.group, "Kind", None),
            (self.value, self.measure, self.number),
            (self.low, "Low", self.number),
            (self.high, "High", self.number),
        )

    def rules(self) -> list[alt.Chart]:
        """Draw each interval; an open side runs to the edge and ends in an arrow."""
        ends = self.data.assign(
            _from=self.data[self.low].astype(float).fillna(self.ticks[0]),
            _to=self.data[self.high].astype(float).fillna(self.ticks[-1]),
        )
        ends = ends[self.data[[self.low, self.high]].notna().any(axis=1)]
        rule = alt.Chart(ends).mark_rule(strokeWidth=3, opacity=0.45, strokeCap="round")
        layers = [
            parts.encode(
                rule,
                x=self.x("_from"),
                x2=alt.X2("_to"),
                y=self.y(),
                color=self.paint(),
                tooltip=self.tooltip(),
            )
        ]
        sides = ((self.low, "_from", "triangle-left"), (self.high, "_to", "triangle-right"))
        for column, end, shape in sides:
            if not (arrows := ends[ends[column].isna()]).empty:
                mark = alt.Chart(arrows).mark_point(shape=shape, filled=True, size=60, opacity=1)
                layers.append(parts.encode(mark, x=self.x(end), y=self.y(), color=self.paint()))
        return layers

    def dots(self) -> list[alt.Chart]:
        known = self.data[self.data[self.value].notna()]
        if known.empty:
            return []
        mark = alt.Chart(known).mark_circle(size=70, opacity=1)
        return [
            parts.encode(mark, x=self.x(self.value), y=self.y(), color=self.paint(), tooltip=self.tooltip())
        ]

    @cached_property
    def edges(self) -> pd.DataFrame:
        """Return the rows with their words and where these begin, beyond whatever is drawn furthest right."""
        furthest = self.data[[self.value, self.low, self.high]].astype(float).max(axis=1)
        edge = furthest.where(self.data[self.high].notna() | self.data[self.low].isna(), self.ticks[-1])
        return self.data.assign(_edge=edge, _words=[self._words(row) for _, row in self.data.iterrows()])

    @cached_property
    def room(self) -> int:
        """Return the pixels right of the plot that the words need where it is narrowest."""
        first, last = self.ticks[0], self.ticks[-1]
        shares = (self.edges["_edge"] - first) / (last - first)
        widths = [theme.text_width(words, theme.SMALL) + WORDS_GAP for words in self.edges["_words"]]
        needed: list[float] = [
            (width - (1 - share) * NARROWEST) / share
            for width, share in zip(widths, shares, strict=True)
            if share and width > (1 - share) * NARROWEST
        ]
        return math.ceil(max(needed, default=0.0))

    def words(self) -> alt.Chart:
        """Write value and interval beside each row."""
        style: dict[str, Any] = {"color": theme.colour("muted"), "fontSize": theme.SMALL}
        mark = alt.Chart(self.edges).mark_text(align="left", dx=WORDS_GAP, **style)
        return parts.encode(mark, x=self.x("_edge"), y=self.y(), text=alt.Text("_words:N"))

    def _words(self, row: pd.Series) -> str:
        value, low, high = (
            None if pd.isna(row[column]) else parts.write_number(float(row[column]), self.number)
            for column in (self.value, self.low, self.high)
        )
        if low and high:
            span = "" if low == value == high else f"{low} to {high}"
        elif low:
            # That it is not negative says nothing of what cannot be.
            span = "" if float(row[self.low]) == 0 <= self.ticks[0] else f"at least {low}"
        else:
            span = f"at most {high}" if high else ""
        return f"{value} ({span})" if value and span else value or span

    def reference_layers(self, reference: Reference | None) -> list[alt.Chart]:
        if reference is None:
            return []
        data = pd.DataFrame({"_reference": [reference.value], "_text": [reference.label]})
        rule = alt.Chart(data).mark_rule(color=theme.colour("ink"), strokeDash=[4, 3])
        words = alt.Chart(data).mark_text(baseline="bottom", dy=-4, fontSize=theme.SMALL)
        return [
            parts.encode(rule, x=self.x("_reference")),
            parts.encode(words, x=self.x("_reference"), y=parts.at("Y", 0), text=alt.Text("_text:N")),
        ]


def _reference_values(reference: Reference | None) -> pd.Series:
    return pd.Series([] if reference is None else [reference.value], dtype=float)


def chart_specifications(
    data: pd.DataFrame,
    *,
    effect: str = "effect",
    low: str = "low",
    high: str = "high",
    choices: Sequence[str],
    measure: str,
    number: str = "+,.1f",
) -> alt.VConcatChart | alt.Chart:
    """Draw a specification curve: every estimate in order of size, above the choices that made it.

    Parameters
    ----------
    data : DataFrame
        One row per specification: `effect`, `low`, `high` and one column per choice.
    choices : sequence of str
        The columns of choices, shown as rows of dots in this order.
    measure : str
        Title of the effect with its unit.

    Returns
    -------
    alt.VConcatChart
        Unframed; estimates whose interval excludes zero stand out.

    References
    ----------
    Simonsohn, U., Simmons, J. P., Nelson, L. D. (2020). Specification curve analysis. Nature Human Behaviour
    4, 1208-1214.
    """
    parts.require_columns(data, effect, low, high, *choices)
    drawn = data.dropna(subset=[effect])
    if drawn.empty:
        return chart_message()
    ordered = drawn[[effect, low, high, *choices]].sort_values(effect, kind="stable", ignore_index=True)
    ordered.insert(0, "rank", range(1, len(ordered) + 1))
    beyond = (ordered[low] > 0) | (ordered[high] < 0)
    ordered["interval"] = beyond.map({True: "excludes zero", False: "includes zero"})
    panel = _choice_panel(ordered, choices)
    room = parts.text_room(list(panel["_option"])) + 8
    width = theme.WIDTH - room - 14
    tooltip = _specification_tooltip(effect, low, high, choices, measure, number)
    top = _curve(ordered, effect, low, high, measure, number, room, tooltip)
    below = _options(panel, len(ordered), room)
    return alt.VConcatChart(
        vconcat=[
            top.properties(width=width, height=CURVE_HEIGHT),
            below.properties(width=width, height=CHOICE_ROW * panel["_option"].nunique()),
        ],
        spacing=10,
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(color="independent")),
        padding={"left": 2, "right": 8, "top": 4, "bottom": 2},
    )


def _choice_panel(ordered: pd.DataFrame, choices: Sequence[str]) -> pd.DataFrame:
    """Return one row per specification and choice, in columns that only place marks."""
    rows = [
        {"_rank": rank, "_option": f"{choice.replace('_', ' ')}: {option}", "_interval": interval}
        for choice in choices
        for option in dict.fromkeys(ordered[choice].astype(str))
        for rank, interval, chosen in zip(
            ordered["rank"], ordered["interval"], ordered[choice].astype(str), strict=True
        )
        if chosen == option
    ]
    return pd.DataFrame(rows)


def _specification_tooltip(
    effect: str, low: str, high: str, choices: Sequence[str], measure: str, number: str
) -> list[alt.Tooltip]:
    named = [(choice, choice.replace("_", " ").capitalize(), None) for choice in choices]
    return parts.tooltips(
        ("rank", "Rank", "d"),
        (effect, measure, number),
        (low, "Low", number),
        (high, "High", number),
        ("interval", "Interval", None),
        *named,
    )


def _rank_axis(field: str, count: int) -> alt.X:
    return alt.X(
        f"{field}:Q", title="Rank", axis=None, scale=alt.Scale(domain=[0.5, count + 0.5], nice=False)
    )


def _significance(field: str, *, legend: bool) -> alt.Color:
    scale = alt.Scale(
        domain=["excludes zero", "includes zero"], range=[theme.colour("kuaishou"), theme.colour("neutral")]
    )
    key = alt.Legend(title=None, symbolType="circle", symbolOpacity=1, columns=1) if legend else None
    return alt.Color(f"{field}:N", title="Interval", scale=scale, legend=key)


def _curve(
    ordered: pd.DataFrame,
    effect: str,
    low: str,
    high: str,
    measure: str,
    number: str,
    room: int,
    tooltip: list[alt.Tooltip],
) -> alt.LayerChart:
    extremes = pd.concat([ordered[column].astype(float) for column in (effect, low, high)])
    ticks = parts.value_ticks(extremes, zero=True)
    channel = parts.value_axis(effect, ticks, title=measure, number=number)
    channel["axis"].minExtent = channel["axis"].maxExtent = room
    y = alt.Y(**channel)
    x = _rank_axis("rank", len(ordered))
    paint = _significance("interval", legend=True)
    rule = alt.Chart(ordered).mark_rule(opacity=0.4, strokeWidth=min(3.0, 300 / len(ordered)))
    lows = alt.Y(f"{low}:Q", title="Low", scale=channel["scale"], axis=channel["axis"])
    dots = alt.Chart(ordered).mark_circle(size=22, opacity=1)
    zero = alt.Chart(pd.DataFrame({"_zero": [0]})).mark_rule(color=theme.colour("ink"))
    layers = [
        parts.encode(zero, y=alt.Y("_zero:Q", scale=channel["scale"], axis=channel["axis"])),
        parts.encode(rule, x=x, y=lows, y2=alt.Y2(high), color=paint, tooltip=tooltip),
        parts.encode(dots, x=x, y=y, color=paint, tooltip=tooltip),
    ]
    return alt.LayerChart(layer=layers)


def _options(panel: pd.DataFrame, count: int, room: int) -> alt.Chart:
    axis = alt.Axis(
        title=None, domain=False, ticks=False, grid=True, zindex=0, minExtent=room, maxExtent=room
    )
    order = list(dict.fromkeys(panel["_option"]))
    mark = alt.Chart(panel).mark_rect(height=8, width=max(1.5, min(7.0, 150 / count)))
    return parts.encode(
        mark,
        x=_rank_axis("_rank", count),
        y=alt.Y("_option:N", sort=order, axis=axis),
        color=_significance("_interval", legend=False),
    )


def chart_tornado(
    data: pd.DataFrame,
    *,
    parameter: str = "parameter",
    low: str = "result_low",
    high: str = "result_high",
    low_setting: str = "setting_low",
    high_setting: str = "setting_high",
    baseline: float,
    measure: str,
    number: str = ",~f",
) -> alt.LayerChart | alt.Chart:
    """Draw how far each parameter moves a result when it goes from its low to its high setting.

    Parameters
    ----------
    data : DataFrame
        One row per parameter: its name, the result at its low and at its high setting, and both settings as
        text. Rows are ordered here, the widest first.
    baseline : float
        The result with every parameter at its default.
    measure : str
        Title of the result with its unit.
    """
    parts.require_columns(data, parameter, low, high, low_setting, high_setting)
    drawn = data.dropna(subset=[low, high])
    if drawn.empty:
        return chart_message()
    widest = (drawn[high] - drawn[low]).abs().sort_values(ascending=False, kind="stable").index
    tidy = _tornado_rows(drawn.loc[widest], parameter, low, high, low_setting, high_setting, baseline)
    ticks = parts.value_ticks(pd.concat([tidy["result"], pd.Series([baseline])]), zero=False)
    plan = _Tornado(tidy, baseline, measure, number, ticks)
    return parts.assemble(plan.layers(), height=theme.ROW * tidy["parameter"].nunique(), right=8)


def _tornado_rows(
    data: pd.DataFrame,
    parameter: str,
    low: str,
    high: str,
    low_setting: str,
    high_setting: str,
    baseline: float,
) -> pd.DataFrame:
    ends = (("low setting", low, low_setting), ("high setting", high, high_setting))
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "parameter": data[parameter].astype(str),
                    "end": end,
                    "setting": data[setting].astype(str),
                    "result": data[result].astype(float),
                    "_baseline": baseline,
                }
            )
            for end, result, setting in ends
        ],
        ignore_index=True,
    )


def _lay_axis(plan: _Rows | _Tornado, field: str, pixels: Sequence[Any]) -> alt.X:
    """Return the axis of the results: a grid without a line of its own."""
    channel = parts.value_axis(field, plan.ticks, title=plan.measure, number=plan.number, pixels=pixels)
    channel["axis"].grid, channel["axis"].domain, channel["axis"].ticks = True, False, False
    return alt.X(**channel)


@dataclass(frozen=True)
class _Tornado:
    """Everything about one tornado that its layers share."""

    data: pd.DataFrame
    baseline: float
    measure: str
    number: str
    ticks: list[float]

    def x(self, field: str) -> alt.X:
        return _lay_axis(self, field, parts.inside(*self.rooms))

    def y(self) -> alt.Y:
        axis = alt.Axis(title=None, domain=False, ticks=False, labelColor=theme.colour("ink"))
        order = list(dict.fromkeys(self.data["parameter"]))
        scale = alt.Scale(paddingInner=0.3, paddingOuter=0.15)
        return alt.Y("parameter:N", title="Parameter", sort=order, scale=scale, axis=axis)

    def layers(self) -> list[alt.Chart]:
        scale = alt.Scale(
            domain=["low setting", "high setting"],
            range=[theme.colour("neutral_pale"), theme.colour("uncertainty")],
        )
        key = alt.Legend(title=None, symbolType="square")
        tooltip = parts.tooltips(
            ("parameter", "Parameter", None),
            ("end", "End", None),
            ("setting", "Setting", None),
            ("result", self.measure, self.number),
        )
        bars = parts.encode(
            alt.Chart(self.data).mark_bar(),
            x=self.x("result"),
            x2=alt.X2("_baseline"),
            y=self.y(),
            color=alt.Color("end:N", title="End", scale=scale, legend=key),
            tooltip=tooltip,
        )
        rule = alt.Chart(pd.DataFrame({"_baseline": [self.baseline]})).mark_rule(color=theme.colour("ink"))
        return [bars, parts.encode(rule, x=self.x("_baseline")), *self._settings()]

    @cached_property
    def placed(self) -> pd.DataFrame:
        """Return the ends with the place of their label, outside the bar and on a side of its own."""
        data = self.data.assign(_at=self.data["result"])
        right = _is_right(data)
        data.loc[right, "_at"] = data.loc[right, "_at"].clip(lower=self.baseline)
        data.loc[~right, "_at"] = data.loc[~right, "_at"].clip(upper=self.baseline)
        return data

    @cached_property
    def rooms(self) -> tuple[int, int]:
        """Return the pixels left and right of the ticks that the labels need where the bars are shortest."""
        right = _is_right(self.placed)
        shares = (self.placed["_at"] - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        inward = SHORTEST * shares.where(~right, 1 - shares)
        widths = self.placed["setting"].map(lambda text: theme.text_width(text, theme.SMALL))
        # On the left the names of the rows stand beside the labels.
        needed = (widths + LABEL_GAP * (2 - right) - inward).clip(lower=0)
        return math.ceil(needed[~right].max()), math.ceil(needed[right].max())

    def _settings(self) -> list[alt.Chart]:
        data, right = self.placed, _is_right(self.data)
        sides: tuple[tuple[pd.DataFrame, parts.Align, int], ...] = (
            (data[right], "left", LABEL_GAP),
            (data[~right], "right", -LABEL_GAP),
        )
        style: dict[str, Any] = {"fontSize": theme.SMALL, "color": theme.colour("muted")}
        return [
            parts.encode(
                alt.Chart(part).mark_text(align=side, dx=shift, **style),
                x=self.x("_at"),
                y=self.y(),
                text=alt.Text("setting:N"),
            )
            for part, side, shift in sides
            if not part.empty
        ]


def _is_right(data: pd.DataFrame) -> pd.Series:
    """Say which end of each parameter is labelled on the right; the two never share a side."""
    rank = data.groupby("parameter", sort=False)["result"].rank(method="first")
    right: pd.Series = rank == 2
    return right
