"""The charts of the page on the supply chain: what each shows, its words and its colours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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

STEPS = {
    "f084": "source goods (源头好货)",
    "f085": "brand goods (品牌好货)",
    "chengdu_base": "base in Chengdu",
    "f052": "service-provider plan",
    "f048": "Fan Xing plan (凡星计划)",
    "f068": "academy (电商学院)",
    "goods_alliance_live": "pool (好物联盟) live",
    "simba_nest_fine": "bird's-nest fines",
    "alliance_renamed": "pool becomes 快分销",
    "trust_report_2021": "first trust report",
    "alliance_matching": "matching starts",
    "commission_cap": "commission cap",
    "call_2024q1": "hosted sales",
    "distribution_april_2025": "matching grows",
    "simba_exit": "Simba (辛巴) leaves",
    "star_plan": "Star plan (星耀计划)",
}
ASSUMPTIONS = {
    "hours_between_sessions": "hours between sessions",
    "promise_hours": "hours of the promise",
    "session_volume_cv": "spread of session volumes",
    "festival_volume_multiple": "volume on festival days",
    "festival_days": "days of a festival",
    "promise_reliability": "share of weeks kept",
}
LIMIT = "limit, always open"
CONDITIONS = {
    "bursts alone": "live_stream",
    "working hours": "supply",
    "festival days": "neutral",
    "uncertain volume": "highlight",
    "all together": "ink",
    LIMIT: "uncertainty",
}
SERVICE = {
    "fill_rate": "units served",
    "in_stock_probability": "an item lasts",
    "all_in_stock_probability": "all items last",
}
PATTERNS = {"even": "even flow", "burst": "sessions"}
SHOPS = {"live_units": "live sessions", "shelf_units": "shelf"}
OWN = "own computation from the assumptions in the parameter panel"
CAPACITY = "Capacity over that of an even flow"


def chart_steps(events: pd.DataFrame, facts: pd.DataFrame, source: Sequence[Source]) -> FramedChart:
    """Draw what was done for supply in order of time; rows are events, and facts that give a date."""
    dated = facts.assign(date=facts["period"].str[:7]).set_index("fact_id")
    steps = pd.concat([events.set_index("event_id"), dated])[["date"]].rename_axis("step").reset_index()
    steps = steps.assign(known=steps["date"], step=steps["step"].map(STEPS))
    steps["date"] = pd.to_datetime(steps["date"], format="ISO8601")
    return frame(
        chart_timeline(steps, event="step", label="known", colour="supply"),
        title="What was done for supply",
        subtitle="Days, months or years as the sources give them.",
        source=source,
        alt=describe.describe_timeline(
            steps.sort_values("date", kind="stable"), "steps for supply", event="step", label="known"
        ),
        name="supply-steps",
    )


def chart_premium_map(cells: pd.DataFrame, *, session_hours: int, gap: int, promise: int) -> FramedChart:
    """Draw the premium of equal sessions over gap and promise, with the line above which it is one."""
    gaps, promises = cells["hours_between_sessions"].unique(), cells["promise_hours"].unique()
    return frame(
        chart_heat_map(
            cells,
            x="hours_between_sessions",
            y="promise_hours",
            value="premium",
            measure=CAPACITY,
            x_title="Hours from one session to the next",
            y_title="Delivery promise, hours",
            edges=[1.01, 1.25, 1.5, 2, 3, 5],
            contour=pd.DataFrame({"hours_between_sessions": gaps, "promise_hours": gaps - session_hours}),
            default=_mark(gap, promise, gaps, promises),
            number=".2f",
        ),
        title="When a burst costs capacity",
        subtitle="Capacity of equal sessions over that of an even flow, always open; "
        "above the line bursts are free.",
        source=OWN,
        alt=describe.describe_grid(
            cells,
            "the burst premium",
            x="hours_between_sessions",
            y="promise_hours",
            value="premium",
            unit="times",
        ),
        name="burst-premium-map",
    )


def _mark(
    x: float | None, y: float | None, xs: Iterable[float], ys: Iterable[float], label: str = HERE
) -> Point | None:
    """Return the place of a run on a surface, or None where it lies outside or is not known."""
    if x is None or y is None or not (min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)):
        return None
    return Point(x, y, label)


def chart_conditions(premiums: pd.DataFrame, limits: pd.DataFrame, *, promise: int) -> FramedChart:
    """Draw the premium by promise, one line for each condition, and the limit of an open warehouse."""
    limit = limits.assign(condition=LIMIT, premium=limits["limit"])
    return frame(
        chart_lines(
            pd.concat([premiums, limit]),
            x="promise_hours",
            y="premium",
            series="condition",
            measure=CAPACITY,
            x_title="Delivery promise, hours",
            colours=CONDITIONS,
            dashed=[LIMIT],
            events=mark_run("promise_hours", promise),
            zero=False,
            number=".1f",
        ),
        title="What makes the premium, by promise",
        subtitle="Capacity of sessions over that of an even flow under the same condition; "
        "each alone, then all.",
        source=OWN,
        alt=describe.describe_series(
            premiums[premiums["condition"] == "all together"],
            "the premium by promise in hours",
            x="promise_hours",
            y="premium",
            unit="times",
        ),
        name="premium-conditions",
    )


def chart_swings(swings: pd.DataFrame, *, premium: float | None, why: str | None) -> FramedChart:
    """Draw how far each assumption moves the premium, or why there is none."""
    ends = {f"setting_{end}": swings[f"setting_{end}"].map("{:g}".format) for end in ("low", "high")}
    rows = swings.assign(parameter=swings["parameter"].map(ASSUMPTIONS), **ends)
    return frame(
        chart_message(why or "")
        if premium is None
        else chart_tornado(rows, baseline=premium, measure="Premium, times", number=".1f"),
        title=describe.title_tornado(rows, "Which assumption moves the premium most"),
        subtitle="Premium with everything included, as one assumption at a time goes through "
        "a plausible range.",
        source=OWN,
        alt=describe.describe_tornado(rows, "the premium", unit="times"),
        name="premium-tornado",
    )


def chart_lateness(late: pd.DataFrame, *, load: float) -> FramedChart:
    """Draw the part of the work that is late by load, for both patterns."""
    rows = late.assign(flow=late["pattern"].map(PATTERNS))
    return frame(
        chart_lines(
            rows,
            x="load_pct",
            y="late_pct",
            series="flow",
            measure="Work that leaves late, %",
            x_title="Mean work over capacity, %",
            colours={"even flow": "shelf", "sessions": "live_stream"},
            events=mark_run("load_pct", 100 * load),
            number=".0f",
        ),
        title="Lateness at the same capacity",
        subtitle="Percent of the work that leaves after the promise; working hours, uncertain volumes, "
        "simulated.",
        source=OWN,
        alt=describe.describe_series(
            rows[rows["pattern"] == "burst"],
            "late work of sessions by load in percent",
            x="load_pct",
            y="late_pct",
        ),
        name="late-by-load",
    )


def chart_service(
    service: pd.DataFrame, *, mean_units: float, why: str | None, source: Source
) -> FramedChart:
    """Draw three measures of service over the stock of an item, or why they are not known."""
    rows = service.melt("units_in_stock", list(SERVICE), "measure")
    rows = rows.assign(
        measure=rows["measure"].map(SERVICE),
        value=100 * rows["value"],
        stock=100 * rows["units_in_stock"] / mean_units,
    )
    lines = chart_lines(
        rows,
        x="stock",
        series="measure",
        measure="Percent",
        x_title="Stock of an item, % of its mean demand",
        colours={"units served": "supply", "an item lasts": "uncertainty", "all items last": "highlight"},
        number=".0f",
    )
    return frame(
        chart_message(why) if why else lines,
        title="Three measures of one stock",
        subtitle="Percent of units served, of items that last, and of sessions in which every item lasts.",
        source=[source, OWN],
        alt=describe.describe_series(
            rows[rows["measure"] == "all items last"],
            "sessions without a gap by stock in percent of demand",
            x="stock",
        ),
        name="service-measures",
    )


def chart_depth(depth: pd.DataFrame, *, mean_units: float, lead: float) -> FramedChart:
    """Draw the stock that sessions and a shelf need over the time to restock."""
    rows = depth.melt("restock_lead_gaps", list(SHOPS), "shop")
    rows = rows.assign(value=rows["value"] / mean_units, shop=rows["shop"].map(SHOPS))
    return frame(
        chart_lines(
            rows,
            x="restock_lead_gaps",
            y="value",
            series="shop",
            measure="Stock, times the mean demand of a session",
            x_title="Time to restock, in gaps between sessions",
            colours={"live sessions": "live_stream", "shelf": "shelf"},
            events=mark_run("restock_lead_gaps", lead),
            number=".1f",
        ),
        title="Stock that a session and a shelf need for the same certainty",
        subtitle="Units per item over the mean demand of a session, at the in-stock probability of this run.",
        source=OWN,
        alt=describe.describe_series(
            rows[rows["shop"] == "live sessions"],
            "stock of a live seller by time to restock",
            x="restock_lead_gaps",
            y="value",
            unit="times",
        ),
        name="restock-depth",
    )


def chart_pooling(pooled: pd.DataFrame, *, floor: float, correlation: float) -> FramedChart:
    """Draw the cost by hosts that share a stock for several correlations, over the floor of this run's."""
    own, limit = f"correlation {correlation:g}", "floor, this run"
    ends = pd.DataFrame({"hosts": [pooled["hosts"].min(), pooled["hosts"].max()], "cost_share": floor})
    curves = pooled.assign(case=pooled["host_correlation"].map("correlation {:g}".format))
    costs = pd.concat([ends.assign(case=limit), curves])
    costs = costs.assign(value=100 * costs["cost_share"])
    return frame(
        chart_lines(
            costs,
            x="hosts",
            series="case",
            measure="Cost, % of the price",
            x_title="Hosts that share a stock",
            colours={own: "supply", limit: "ink"},
            dashed=[limit],
            number=".3~g",
        ),
        title="What pooling saves, and where it stops",
        subtitle="Cost of missing and left-over units per unit of mean demand, percent of the price.",
        source=OWN,
        alt=describe.describe_series(
            costs[costs["case"] == own], "cost by hosts that share a stock", x="hosts"
        ),
        name="pooling-floor",
    )


def chart_pool_size(pools: pd.DataFrame, *, noise: float) -> FramedChart:
    """Draw the worth of a pick by size of the pool, one line for each noise."""
    rows = pools.assign(
        power=np.log10(pools["candidate_items"]), sight=pools["quality_noise"].map("noise {:g}".format)
    )
    own = f"noise {noise:g}"
    return frame(
        chart_lines(
            rows,
            x="power",
            y="match_value",
            series="sight",
            measure="Worth of the item picked, SD",
            x_title="Items that would enter, as a power of ten",
            colours={own: "supply", "noise 0": "ink"},
            number=".1f",
        ),
        title="More goods, or better sight",
        subtitle="Worth of the picked item above the average candidate, in standard deviations, "
        "by size of the pool.",
        source=OWN,
        alt=describe.describe_series(
            rows[rows["sight"] == own],
            "worth of a pick by size of the pool",
            x="power",
            y="match_value",
            unit="SD",
        ),
        name="pool-size",
    )


def chart_hurdle(gains: pd.DataFrame, *, noise: float, fit: float) -> FramedChart:
    """Draw what the hurdle adds to a pick over the noise of hosts and the part of fit."""
    return frame(
        chart_heat_map(
            gains,
            x="quality_noise",
            y="fit_share",
            value="gain",
            measure="Gain by the hurdle, SD",
            x_title="Noise in what a host sees of quality",
            y_title="Part of an item's worth that is fit with the host",
            middle=0,
            edges=[-0.05, -0.02, -0.005, 0.005, 0.05, 0.2],
            default=_mark(noise, fit, gains["quality_noise"], gains["fit_share"]),
            number=".3f",
        ),
        title="Where an entry hurdle helps those who pick",
        subtitle="Worth of a pick with the hurdle of this run less that from an open pool, "
        "in standard deviations.",
        source=OWN,
        alt=describe.describe_grid(
            gains,
            "the gain by a hurdle",
            x="quality_noise",
            y="fit_share",
            value="gain",
            unit="SD",
            spec=".3f",
        ),
        name="hurdle-gain",
    )


def chart_floors(cuts: pd.DataFrame, source: Source) -> FramedChart:
    """Draw the least sales that the targets of each cut imply, as lower bounds."""
    rows = cuts.assign(bound="lower", cut=cuts["programme"] + ": " + cuts["cut"])
    return frame(
        chart_bars(
            rows,
            category="cut",
            value="nested_rmb_bn",
            group="programme",
            measure="Least sales, RMB bn",
            category_title="Cut",
            colours={"快分销": "supply", "双百": "uncertainty"},
            number=",.0f",
        ),
        title="Sales that the targets imply at least",
        subtitle="RMB bn if each target is just met; bars of one programme are cuts of the same sales, "
        "not parts.",
        source=source,
        alt=describe.describe_bars(
            rows, "least sales by target", category="cut", value="nested_rmb_bn", unit="RMB bn", spec=",.0f"
        ),
        name="programme-floors",
    )


def chart_balance(
    boundary: pd.DataFrame, *, error: float, premiums: Mapping[str, float | None]
) -> FramedChart:
    """Draw the premium at which timing costs as much as forecast error, and where runs lie beside it."""
    shown = (1, 5)
    marks = [
        _mark(error, value, boundary["forecast_error_cv"], shown, label) for label, value in premiums.items()
    ]
    return frame(
        chart_regions(
            boundary,
            x="forecast_error_cv",
            y="boundary_premium",
            x_title="Forecast error: spread of demand over its mean",
            y_title="Capacity of sessions over that of an even flow",
            above="timing costs more",
            below="forecast costs more",
            points=[mark for mark in marks if mark],
            y_span=(0.8, 5.0),
        ),
        title="Which of the two costs more",
        subtitle="Along the line capacity for bursts costs as much as forecast error; "
        "the marks are this run.",
        source=OWN,
        alt=describe.describe_series(
            boundary,
            "premium of equal cost by forecast error",
            x="forecast_error_cv",
            y="boundary_premium",
            unit="times",
        ),
        name="timing-or-forecast",
    )


def chart_merchants(yields: pd.DataFrame, source: Source) -> FramedChart:
    """Draw the change of GMV per merchant, quarter by quarter, with what the prints leave open."""
    return frame(
        chart_intervals(
            yields,
            label="quarter",
            measure="Change on a year earlier, %",
            label_title="Quarter",
            colour="supply",
            reference=Reference(0, "no change"),
            number=".0f",
        ),
        title="GMV per active merchant against a year earlier",
        subtitle="Percent, with the rounding of both prints; a side that a print leaves open runs "
        "to the edge.",
        source=source,
        alt=describe.describe_rows(
            yields, "the change of GMV per merchant", label="quarter", value="value", unit="%"
        ),
        name="gmv-per-merchant",
    )
