"""Events in time: one row each, dated on the left, so that no two labels can collide."""

from __future__ import annotations

from helpers.charts import parts, theme

# isort: split
from collections.abc import Mapping
from dataclasses import dataclass

import altair as alt
import pandas as pd

from helpers.charts.frame import chart_message, wrap

EVENT_ROW = 21
WORDS = 270
DAYS_IN_YEAR = 365.25
TURNING_SHARE = 0.5


def chart_timeline(
    data: pd.DataFrame,
    *,
    date: str = "date",
    event: str = "event",
    end: str | None = None,
    kind: str | None = None,
    label: str | None = None,
    announced: str | None = None,
    colours: Mapping[str, str] | None = None,
    colour: str = "kuaishou",
) -> alt.LayerChart | alt.Chart:
    """Draw events as dots in order of time, each with its words beside it.

    Parameters
    ----------
    data : DataFrame
        One row per event: `date` (day, or ISO text), `event` (short words), optionally `end` (a stretch of
        time), `kind` (colour), `label` (the date as it is known, such as "Oct 2022") and `announced` (true
        where the event was only announced by then: drawn hollow).
    colours : mapping, optional
        Kind -> palette name.

    Returns
    -------
    alt.LayerChart
        Unframed; a message when there is nothing to draw.
    """
    parts.require_columns(data, date, event, end, kind, label, announced)
    if data.empty:
        return chart_message()
    tidy = _tidy(data, date, event, end, kind, label, announced, colour)
    plan = _Plan(tidy, colours, several=kind is not None)
    height = EVENT_ROW * len(tidy) + parts.LINE * int(tidy["_words"].str.count("\n").sum())
    return parts.assemble([*plan.stretches(), *plan.dots(), *plan.words()], height=height, right=8)


def _tidy(
    data: pd.DataFrame,
    date: str,
    event: str,
    end: str | None,
    kind: str | None,
    label: str | None,
    announced: str | None,
    colour: str,
) -> pd.DataFrame:
    days = pd.to_datetime(data[date])
    tidy = pd.DataFrame({"date": data[label].astype(str) if label else days.dt.strftime("%Y-%m-%d")})
    tidy["event"] = data[event].astype(str)
    tidy["_at"] = _years(days)
    tidy["_until"] = _years(pd.to_datetime(data[end])) if end else float("nan")
    if kind:
        tidy["kind"] = data[kind].astype(str)
    tidy["_paint"] = tidy["kind"] if kind else colour
    if announced and data[announced].any():
        tidy["state"] = data[announced].map({True: "announced", False: "happened"})
    ordered = tidy.sort_values("_at", kind="stable").reset_index(drop=True)
    words = (ordered["date"] + "  " + ordered["event"]).map(lambda text: wrap(text, theme.TEXT, WORDS))
    heights = EVENT_ROW + parts.LINE * (words.str.len() - 1)
    return ordered.assign(_words=words.str.join("\n"), _row=heights.cumsum() - heights + EVENT_ROW / 2)


def _years(days: pd.Series) -> pd.Series:
    """Return days as decimal years, which no time zone of a reader can shift."""
    years: pd.Series = days.dt.year + (days.dt.day_of_year - 1) / DAYS_IN_YEAR
    return years.round(4)


@dataclass(frozen=True)
class _Plan:
    """Everything about one timeline that its layers share."""

    data: pd.DataFrame
    colours: Mapping[str, str] | None
    several: bool

    @property
    def span(self) -> tuple[float, float]:
        last = max(
            self.data["_at"].max(), self.data["_until"].max() if self.data["_until"].notna().any() else 0
        )
        return float(self.data["_at"].min() // 1), float(last // 1 + 1)

    def x(self, field: str = "_at") -> alt.X:
        first, last = self.span
        # The year that closes the axis is not named: it may lie ahead of everything drawn.
        years = list(range(int(first), int(last)))
        scale = alt.Scale(domain=[first, last], nice=False, zero=False)
        axis = alt.Axis(
            values=years, format="d", title=None, grid=True, domain=False, ticks=False, orient="top"
        )
        return alt.X(f"{field}:Q", title="Year", scale=scale, axis=axis)

    def y(self) -> alt.Y:
        return alt.Y("_row:Q", scale=None, axis=None)

    def paint(self) -> alt.Color:
        names = list(dict.fromkeys(self.data["_paint"]))
        legend = (
            alt.Legend(title=None, symbolType="circle", symbolOpacity=1)
            if self.several and len(names) > 1
            else None
        )
        scale = parts.colour_scale(names, self.colours)
        return alt.Color("_paint:N", title="Kind", scale=scale, legend=legend)

    def tooltip(self) -> list[alt.Tooltip]:
        return parts.tooltips(
            ("date", "Date", None),
            ("event", "Event", None),
            ("kind" if "kind" in self.data else None, "Kind", None),
            ("state" if "state" in self.data else None, "State", None),
        )

    def stretches(self) -> list[alt.Chart]:
        lasting = self.data[self.data["_until"].notna()]
        if lasting.empty:
            return []
        mark = alt.Chart(lasting).mark_rule(strokeWidth=5, opacity=0.35, strokeCap="round")
        return [parts.encode(mark, x=self.x(), x2=alt.X2("_until"), y=self.y(), color=self.paint())]

    def dots(self) -> list[alt.Chart]:
        state = self.data.get("state", pd.Series("happened", index=self.data.index))
        happened, announced = self.data[state == "happened"], self.data[state != "happened"]
        layers = []
        if not happened.empty:
            mark = alt.Chart(happened).mark_circle(size=70, opacity=1)
            layers.append(
                parts.encode(mark, x=self.x(), y=self.y(), color=self.paint(), tooltip=self.tooltip())
            )
        if not announced.empty:
            ring = alt.Chart(announced).mark_point(size=60, filled=False, strokeWidth=1.75, opacity=1)
            paper = alt.FillValue(theme.colour("paper"))
            layers.append(
                parts.encode(
                    ring, x=self.x(), y=self.y(), color=self.paint(), fill=paper, tooltip=self.tooltip()
                )
            )
        return layers

    def words(self) -> list[alt.Chart]:
        """Write date and event to the right of early dots and to the left of late ones."""
        first, last = self.span
        late = (self.data["_at"] - first) / (last - first) > TURNING_SHARE
        edge = self.data["_until"].fillna(self.data["_at"]).where(~late, self.data["_at"])
        rows = self.data.assign(_edge=edge)
        sides: tuple[tuple[pd.DataFrame, parts.Align, int], ...] = (
            (rows[~late], "left", 9),
            (rows[late], "right", -9),
        )
        return [
            parts.encode(
                alt.Chart(part).mark_text(
                    align=side, baseline="middle", dx=shift, lineBreak="\n", lineHeight=parts.LINE
                ),
                x=self.x("_edge"),
                y=self.y(),
                text=alt.Text("_words:N"),
            )
            for part, side, shift in sides
            if not part.empty
        ]
