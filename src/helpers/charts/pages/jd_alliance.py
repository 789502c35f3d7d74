"""The charts of the page on the alliance with JD: what each shows, its words and its colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from helpers.charts import describe
from helpers.charts.bars import chart_bars
from helpers.charts.events import HERE, mark_run
from helpers.charts.frame import FramedChart, Source, chart_message, frame
from helpers.charts.intervals import Reference, chart_intervals, chart_tornado
from helpers.charts.lines import chart_lines
from helpers.charts.surfaces import Point, chart_heat_map, chart_regions
from helpers.charts.timelines import chart_timeline

JD, LINKS, DOUYIN = "JD and Kuaishou", "links", "Douyin"
STEPS = {
    "jd_connected_2019": (JD, "JD linked, with a jump"),
    "jd_alliance_signed": (JD, "alliance, no jump"),
    "jd_double_subsidy": (JD, "joint subsidy begins"),
    "jd_sales_day": (JD, "joint sales day"),
    "douyin_ban_notice": (DOUYIN, "Douyin plans a cut"),
    "jd_opens_on_douyin": (DOUYIN, "JD store on Douyin"),
    "youzan_links_removed": (LINKS, "Youzan links dropped"),
    "jd_comment_on_cut": (JD, "JD: little changes"),
    "cut_effective": (LINKS, "JD links dropped"),
    "warm_spring": (JD, "JD goods for hosts"),
    "links_reopened": (LINKS, "JD links restored"),
}
BASELINES = ["flat", "since the quarter before", "to the quarter after", "smooth path"]
MULTIPLE = "Joint day, multiple of the ordinary day"
MARGIN = "Gain of the alliance, RMB m of margin a day"
LARGEST_FESTIVAL = 1.6


def select_steps(events: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of the alliance that are known, in order of time, with `kind` and `label`."""
    known = events[events["event_id"].isin(list(STEPS))].sort_values("date")
    named = known["event_id"].map(STEPS)
    return known.assign(kind=named.str[0], label=named.str[1])


def chart_steps(steps: pd.DataFrame, source: Source) -> FramedChart:
    """Draw the steps on a line of time; column `day` places them."""
    return frame(
        chart_timeline(
            steps,
            date="day",
            event="label",
            kind="kind",
            label="date",
            announced="announced",
            colours={JD: "jd", LINKS: "outside_links", DOUYIN: "douyin"},
        ),
        title="Goods, links and another door: the alliance in dates",
        subtitle="Day or month of each step; a hollow mark was announced and still lay ahead.",
        source=source,
        alt=describe.describe_timeline(steps, "steps of the alliance between Kuaishou and JD", event="label"),
        name="alliance-timeline",
    )


def chart_baselines(baselines: pd.DataFrame, sources: list[Source], why: str | None) -> FramedChart:
    """Draw the joint day in ordinary days under each baseline."""
    rows = baselines.assign(short=BASELINES)
    columns: dict[str, Any] = {"category": "short", "value": "multiple"}
    return frame(
        chart_message(why)
        if why
        else chart_bars(rows, **columns, measure=MULTIPLE, colour="jd", ranked=True, number=".2f"),
        title="The joint day beside the platform's ordinary day",
        subtitle="Multiple of the day's GMV, by how growth is spread over the days of the quarter.",
        source=sources,
        alt=describe.describe_bars(
            rows, "the joint day over an ordinary day", **columns, unit="times", spec=".2f"
        ),
        name="joint-day-baselines",
    )


def chart_lift(
    grid: pd.DataFrame, ordinary: pd.DataFrame, here: tuple[float, float], source: Source, why: str | None
) -> FramedChart:
    """Draw the multiple over both unknowns; `here` is the lift and the part of orders that is paid."""
    cells = grid.assign(paid_pct=100 * grid["paid_share_of_orders"])
    edge = ordinary.assign(paid_pct=100 * ordinary["paid_share_of_orders"])
    axes: dict[str, Any] = {"x": "festival_daily_lift", "y": "paid_pct", "value": "multiple"}
    return frame(
        chart_message(why)
        if why
        else chart_heat_map(
            cells,
            **axes,
            measure=MULTIPLE,
            x_title="Festival day over an ordinary day, times",
            y_title="Orders that are paid, % of their value",
            middle=1,
            edges=(0.5, 0.7, 0.9, 1.1, 1.5, 2.5),
            contour=_keep_line(edge[["festival_daily_lift", "paid_pct"]], 1, 4),
            contour_label="an ordinary festival day",
            default=Point(here[0], 100 * here[1], HERE),
            number=".1f",
        ),
        title="How large the joint day was, by what is not known",
        subtitle="Multiple of what the day would have sold without the joint sale, on the flat baseline.",
        source=[source, "own computation, day in scale"],
        alt=describe.describe_grid(cells, "the multiple of the joint day", **axes, unit="times", spec=".2f"),
        name="joint-day-lift",
    )


def chart_outside(outside: pd.DataFrame, source: Source) -> FramedChart:
    """Draw what was placed outside own shops, each bound as a hollow bar."""
    columns: dict[str, Any] = {"category": "period", "value": "outside_rmb_bn"}
    return frame(
        chart_bars(
            outside,
            **columns,
            measure="GMV placed outside own shops, RMB bn",
            colour="outside_links",
            number=".1f",
        ),
        title="GMV placed outside own shops, all partners together",
        subtitle="RMB bn a quarter, from the printed share; a hollow bar is a bound.",
        source=source,
        alt=describe.describe_bars(
            outside, "GMV placed outside own shops", **columns, unit="RMB bn", spec=".1f"
        ),
        name="outside-orders",
    )


def chart_sides(sides: pd.DataFrame, first_drop: float) -> FramedChart:
    """Draw what the order in the app is worth to each side; `first_drop` of this run is marked."""
    axes: dict[str, Any] = {"x": "drop", "y": "multiple"}
    return frame(
        chart_lines(
            sides,
            **axes,
            series="whose",
            measure="Orders in the app, multiple of those after the jump",
            x_title="Buyers lost at each jump, %",
            colours={"counted by Kuaishou": "kuaishou", "sold by JD": "jd"},
            events=mark_run("drop", 100 * first_drop),
            zero=False,
            number=".2f",
        ),
        title="What the order in the app is worth to each side",
        subtitle="Orders in the app for each after the jump, by the share of buyers whom a jump loses.",
        source="own computation, jump friction",
        alt=describe.describe_series(
            sides[sides["whose"] == "counted by Kuaishou"],
            "orders counted by Kuaishou by drop",
            **axes,
            unit="times",
            spec=".2f",
        ),
        name="jump-friction",
    )


def chart_overlap(
    grid: pd.DataFrame, no_gain: pd.DataFrame, here: tuple[float, float], source: Source, why: str | None
) -> FramedChart:
    """Draw the gain over both kinds of overlap; `here` is sales made anyway and own goods replaced."""
    cells, edge = (
        table.assign(
            anyway_pct=100 * table["jd_sales_anyway"], displaced_pct=100 * table["own_goods_displaced"]
        )
        for table in (grid, no_gain)
    )
    axes: dict[str, Any] = {"x": "anyway_pct", "y": "displaced_pct", "value": "synergy"}
    return frame(
        chart_message(why)
        if why
        else chart_heat_map(
            cells,
            **axes,
            measure=MARGIN,
            x_title="Joint sales that JD would have made anyway, %",
            y_title="Joint sales that replace own goods, %",
            middle=0,
            contour=_keep_line(edge[["anyway_pct", "displaced_pct"]], 0, 100),
            default=Point(100 * here[0], 100 * here[1], HERE),
            number="+.1f",
        ),
        title="When the partners stop completing each other",
        subtitle="Gain in RMB m of margin a day, by how far the two serve the same buyers; "
        "the line is no gain.",
        source=[source, "own computation, alliance game"],
        alt=describe.describe_grid(cells, "the gain of the alliance", **axes, unit="RMB m"),
        name="alliance-overlap",
    )


def chart_sensitivity(
    moved: pd.DataFrame, baseline: float | None, source: Source, why: str | None
) -> FramedChart:
    """Draw which assumption carries the gain; one that moves nothing is left out."""
    low, high = (moved[moved["end"] == end].set_index("parameter") for end in ("low", "high"))
    swings = pd.DataFrame(
        {
            "setting_low": low["setting"].map("{:g}".format),
            "setting_high": high["setting"].map("{:g}".format),
            "result_low": low["synergy"],
            "result_high": high["synergy"],
        }
    ).reset_index()
    swings = swings[swings["result_low"] != swings["result_high"]]
    return frame(
        chart_message(why or "The gain is not known")
        if why or baseline is None
        else chart_tornado(swings, baseline=baseline, measure=MARGIN, number=".3~g"),
        title=describe.title_tornado(swings, "Which assumption moves the gain most"),
        subtitle="Gain in RMB m of margin a day, with one assumption at a time at the ends of its range.",
        source=[source, "own computation, alliance game; the ranges are our own"],
        alt=describe.describe_tornado(swings, "the gain of the alliance", unit="RMB m"),
        name="alliance-tornado",
    )


def chart_douyin_option(option: pd.DataFrame, source: Source, why: str | None) -> FramedChart:
    """Draw what Kuaishou keeps as JD's other door opens, in three views of the bargain."""
    axes: dict[str, Any] = {"x": "ratio", "y": "gain"}
    return frame(
        chart_message(why)
        if why
        else chart_lines(
            option,
            **axes,
            series="view",
            measure="Kuaishou's gain, RMB m of margin a day",
            x_title="JD's gain with Douyin over that with Kuaishou",
            colours={
                "bargain of two": "kuaishou",
                "mean of arrivals": "ink",
                "exclusive, at most": "douyin",
            },
            number=".2f",
        ),
        title="What Kuaishou keeps as JD's other door opens",
        subtitle="RMB m of margin a day, by the gain that JD and Douyin could make together.",
        source=[source, "own computation, alliance game"],
        alt=describe.describe_series(
            option[option["view"] == "mean of arrivals"],
            "Kuaishou's Shapley value by Douyin's ratio",
            **axes,
            unit="RMB m",
            spec=".2f",
        ),
        name="douyin-option",
    )


def chart_ratios(predictions: pd.DataFrame, run_ratio: float, sources: list[Source]) -> FramedChart:
    """Draw the ratios that give each decision, open where nothing limits them."""
    ends = ["needed_low", "needed", "needed_high"]
    needed = 100 * predictions[ends].astype(float).replace(np.inf, np.nan)
    needed = needed.assign(event=predictions["event"])
    return frame(
        chart_intervals(
            needed,
            label="event",
            value="needed",
            low="needed_low",
            high="needed_high",
            measure="Ratio of dependence cost to margin, %",
            label_title="Decision",
            colour="outside_links",
            number=".2f",
            reference=Reference(100 * run_ratio, HERE),
        ),
        title="Which ratio of dependence cost to margin each decision needs",
        subtitle="Percent; a bar spans the ratios that give the decision, "
        "a dot is their edge on a smooth path.",
        source=[*sources, "own computation, hold-up rule"],
        alt=describe.describe_rows(
            needed, "the ratio needed", label="event", value="needed", unit="%", spec=".2f"
        ),
        name="hold-up-ratios",
    )


def chart_fit(fit: pd.DataFrame, here: tuple[float, float], source: Source, why: str | None) -> FramedChart:
    """Draw where one rule meets every decision; `here` is hidden goods as a share and festival margin."""
    drawn = fit[fit["festival"] <= LARGEST_FESTIVAL].sort_values("curve", ascending=False, kind="stable")
    axes: dict[str, Any] = {"x": "hidden_pct", "y": "festival"}
    return frame(
        chart_message(why)
        if why
        else chart_regions(
            drawn,
            **axes,
            curve="curve",
            x_title="Partners' goods, % of sales in own shops",
            y_title="Festival margin over the ordinary one",
            above="one ratio meets all",
            below="none does",
            colours=("gain", "loss"),
            points=[Point(100 * here[0], here[1], HERE)],
            y_span=(0.85, LARGEST_FESTIVAL),
            y_number=".2f",
        ),
        title="Where one rule meets every decision",
        subtitle="Festival margin, in multiples of the ordinary one, that reconciles cut and return.",
        source=[source, "own computation, hold-up rule"],
        alt=describe.describe_series(
            drawn[drawn["curve"] == "within the bounds"],
            "the festival margin needed by partners' goods in own shops",
            **axes,
            unit="times",
            spec=".2f",
        ),
        name="hold-up-fit",
    )


def _keep_line(points: pd.DataFrame, low: float, high: float) -> pd.DataFrame | None:
    """Keep the part of a line inside a range of its first column, or nothing if no line is left."""
    inside = points.dropna()
    inside = inside[inside.iloc[:, 0].between(low, high)]
    return inside if len(inside) > 1 else None
