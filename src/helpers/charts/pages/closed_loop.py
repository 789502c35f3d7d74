"""The charts of the page on the closed loop: what each shows, its words and its colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.charts import describe
from helpers.charts.bars import chart_bars
from helpers.charts.events import HERE, select_quarter_events
from helpers.charts.frame import FramedChart, Source, chart_message, frame
from helpers.charts.intervals import chart_specifications, chart_tornado
from helpers.charts.lines import chart_lines
from helpers.charts.surfaces import Point, chart_heat_map

STEPS = {"cut_effective": "links cut", "links_reopened": "links back"}
CASES = {0.0: "outside orders only", 0.5: "and half as many own orders"}
DUMMY = {True: "with dummy", False: "without dummy"}
CHOICES = ("trend", "window", "coding", "lockdown")
FROM_RATES = "own computation from the rates in the parameter panel"


def chart_own_share(own_share: pd.DataFrame, source: Source) -> FramedChart:
    """Draw the share of GMV that passes through own shops, in percent by `period`."""
    return frame(
        chart_lines(own_share, measure="Own shops, % of GMV", colour="own_shops", number=".1f", bridged=True),
        title=describe.title_series(own_share, "GMV through own shops"),
        subtitle="Percent of GMV by quarter; the last quarter of a year may stand for its December.",
        source=source,
        alt=describe.describe_series(own_share, "own shops' share of GMV"),
        name="own-shop-share",
    )


def chart_growth(growth: pd.DataFrame, events: pd.DataFrame, source: Source) -> FramedChart:
    """Draw GMV growth on a year earlier, with the days on which links went and came back."""
    known = growth.dropna(subset=["year_growth_pct"])
    steps = select_quarter_events(events, STEPS)
    return frame(
        chart_lines(
            known,
            y="year_growth_pct",
            measure="GMV growth, % on a year earlier",
            number=".0f",
            colour="kuaishou",
            events=steps[steps["period"].isin(known["period"])],
        ),
        title=describe.title_series(known, "GMV growth on a year earlier", y="year_growth_pct"),
        subtitle="Percent by quarter, computed from published GMV.",
        source=source,
        alt=describe.describe_series(known, "GMV growth on a year earlier", y="year_growth_pct"),
        name="gmv-growth",
    )


def chart_growth_changes(growth: pd.DataFrame, quarter: str, source: Source) -> FramedChart:
    """Draw every change of yearly growth, ranked, with the quarter examined in the highlight colour."""
    changes = growth.dropna(subset=["change_points"])
    return frame(
        chart_bars(
            changes,
            category="period",
            value="change_points",
            measure="Change of growth, percentage points",
            category_title="Quarter",
            highlight=[quarter],
            ranked=True,
            number="+.1f",
        ),
        title="Every change of GMV growth from one quarter to the next, ranked",
        subtitle="Percentage points of growth on a year earlier; "
        "the quarter examined on this page is highlighted.",
        source=source,
        alt=describe.describe_bars(
            changes,
            "changes of GMV growth",
            category="period",
            value="change_points",
            unit="percentage points",
        ),
        name="growth-changes",
    )


def chart_loss_bound(
    grid: pd.DataFrame, marks: Mapping[str, float | None], source: Source, why: str | None
) -> FramedChart:
    """Draw the growth explained over the outside share; `marks` names shares of GMV to point out."""
    lines = grid.assign(outside=100 * grid["outside_share"], case=grid["lost_beside_share"].map(CASES))
    return frame(
        chart_message(why)
        if why
        else chart_lines(
            lines,
            x="outside",
            y="points",
            series="case",
            measure="Growth explained, percentage points",
            x_title="Share of GMV on outside links, %",
            number=".1f",
            events=_mark_shares(marks),
            colours=dict(zip(CASES.values(), ("outside_links", "own_shops"), strict=True)),
        ),
        title="Growth that lost outside orders would explain",
        subtitle="Percentage points of yearly growth, "
        "by the share of GMV that stood on outside links before the cut.",
        source=[source, "own computation, direct-loss bound"],
        alt=describe.describe_series(
            lines[lines["lost_beside_share"] == 0],
            "growth explained by the outside share in percent",
            x="outside",
            y="points",
            unit="percentage points",
        ),
        name="loss-bound",
    )


def _mark_shares(marks: Mapping[str, float | None]) -> pd.DataFrame:
    known = {label: 100 * share for label, share in marks.items() if share is not None}
    return pd.DataFrame({"outside": list(known.values()), "event": list(known)})


def chart_specification_curve(curve: pd.DataFrame, source: Source, why: str | None) -> FramedChart:
    """Draw the effect of closed links under every combination of choices that was estimated."""
    estimated = curve[curve["why"] == ""].replace({"lockdown": DUMMY})
    columns: dict[str, Any] = {"low": "low_pct", "high": "high_pct"}
    return frame(
        chart_message(why)
        if why
        else chart_specifications(
            estimated,
            effect="effect_pct",
            choices=CHOICES,
            measure="Effect on GMV, %",
            number="+.0f",
            **columns,
        ),
        title="Effect of closed links on GMV under every combination of choices",
        subtitle="Percent of GMV in a fully closed quarter, with intervals; each column is one combination.",
        source=[source, "own estimates"],
        alt=describe.describe_intervals(
            estimated, "the effect of closed links on GMV", value="effect_pct", **columns
        ),
        name="specification-curve",
    )


def chart_fee_ceiling(ceiling: pd.DataFrame, source: Source) -> FramedChart:
    """Draw other services over GMV by quarter, each an upper bound of the fee that own orders earn."""
    return frame(
        chart_lines(
            ceiling, y="ceiling_pct", measure="Other services over GMV, %", colour="own_shops", number=".2f"
        ),
        title="What the fee on own orders can be at most",
        subtitle="Other services over GMV by quarter, percent; the line holds more than fees.",
        source=source,
        alt=describe.describe_series(ceiling, "other services over GMV", y="ceiling_pct", spec=".2f"),
        name="fee-ceiling",
    )


def chart_sensitivity(table: pd.DataFrame, baseline: float | None, why: str | None) -> FramedChart:
    """Draw how far each input moves the break-even alone; `baseline` is the break-even as a share."""
    rows = pd.DataFrame(
        {
            "parameter": table["parameter"].str.replace("_", " "),
            "result_low": 100 * table["break_even_at_low"].clip(0, 1),
            "result_high": 100 * table["break_even_at_high"].clip(0, 1),
            "setting_low": _name_settings(table["low"], table["break_even_at_low"], baseline),
            "setting_high": _name_settings(table["high"], table["break_even_at_high"], baseline),
        }
    )
    return frame(
        chart_message(why or "An own order earns nothing")
        if why or baseline is None
        else chart_tornado(rows, baseline=100 * baseline, measure="Break-even displacement, %", number=".0f"),
        title=describe.title_tornado(rows, "What moves the break-even most"),
        subtitle="Percent of outside orders that may replace own ones, at both ends of each plausible range.",
        source=FROM_RATES,
        alt=describe.describe_tornado(rows, "the break-even displacement", unit="percentage points"),
        name="reopening-sensitivity",
    )


def _name_settings(settings: pd.Series, results: pd.Series, baseline: float | None) -> list[str]:
    """Write each setting in percent, but none where nothing is drawn because the result stays."""
    return [
        "" if result == baseline else f"{100 * setting:g}%"
        for setting, result in zip(settings, results, strict=True)
    ]


def chart_break_even(frontier: pd.DataFrame, here: tuple[float, float], why: str | None) -> FramedChart:
    """Draw the displacement up to which reopening pays; `here` is commission and following, as shares."""
    cells = frontier.assign(
        commission=100 * frontier["outside_commission_rate"],
        following=100 * frontier["advertising_following_share"],
        break_even=100 * frontier["drawn_share"],
    )
    axes: dict[str, Any] = {"x": "commission", "y": "following", "value": "break_even"}
    return frame(
        chart_message(why)
        if why
        else chart_heat_map(
            cells,
            **axes,
            measure="Break-even displacement, %",
            x_title="Commission on outside orders, % of their GMV",
            y_title="Advertising that follows orders, %",
            default=Point(100 * here[0], 100 * here[1], HERE),
            number=".0f",
            edges=(10, 25, 50, 75, 90, 99.9),
        ),
        title="Displacement up to which reopening pays",
        subtitle="Percent of outside orders that may replace own orders before revenue falls; "
        "the mark is this run.",
        source=FROM_RATES,
        alt=describe.describe_grid(cells, "break-even displacement", **axes, unit="%", spec=".0f"),
        name="reopening-frontier",
    )


def chart_interests(
    interests: pd.DataFrame, unchanged: pd.DataFrame, here: tuple[float, float], why: str | None
) -> FramedChart:
    """Draw what reopening does to revenue; `here` is displacement and commission, as shares."""
    cells = interests.assign(
        displaced=100 * interests["displaced_share"],
        commission=100 * interests["outside_commission_rate"],
        revenue=1000 * interests["revenue_change_pct"],
    )
    axes: dict[str, Any] = {"x": "displaced", "y": "commission", "value": "revenue"}
    return frame(
        chart_message(why)
        if why
        else chart_heat_map(
            cells,
            **axes,
            measure="Revenue change, RMB per 100,000 of GMV",
            x_title="Outside orders that replace own orders, %",
            y_title="Commission on outside orders, % of their GMV",
            default=Point(100 * here[0], 100 * here[1], HERE),
            middle=0,
            number="+.0f",
            contour=unchanged,
            contour_label="revenue unchanged",
        ),
        title="Where revenue loses although GMV never does",
        subtitle="Change of net revenue by reopening, in RMB per 100,000 of GMV; "
        "GMV gains in every cell with less than full displacement.",
        source=FROM_RATES,
        alt=describe.describe_grid(cells, "the change of net revenue", **axes, unit="RMB", spec=".0f"),
        name="reopening-interests",
    )


def chart_spread(grid: pd.DataFrame, here: tuple[float, float], share: float, why: str | None) -> FramedChart:
    """Draw how far outside links lower the spread of GMV, in classes of their own share of it.

    `here` is the correlation and the ratio of volatilities of this run.
    """
    cells = grid.assign(reduction=-grid["sd_change_pct"])
    axes: dict[str, Any] = {"x": "shock_correlation", "y": "sd_ratio", "value": "reduction"}
    return frame(
        chart_message(why)
        if why
        else chart_heat_map(
            cells,
            **axes,
            measure="Fall of the spread of GMV, %",
            x_title="Correlation of the shocks",
            y_title="Volatility outside over volatility of own shops",
            default=Point(*here, HERE),
            middle=0,
            edges=[100 * share * part for part in (-1, -0.5, -0.1, 0.1, 0.5, 1)],
            number="+.3~g",
        ),
        title="What outside links do to the spread of GMV",
        subtitle="Fall of the standard deviation in percent, at the outside share of this run; "
        "below zero links add risk.",
        source="own computation",
        alt=describe.describe_grid(cells, "the fall of the spread of GMV", **axes, unit="%"),
        name="channel-spread",
    )
