"""One tiny example for each chart function; the tests convert and inspect them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd

from helpers.charts import bars, distributions, intervals, lines, slopes, surfaces, timelines
from helpers.charts.frame import Chart, FramedChart, chart_message, frame

QUARTERS = [f"{year}Q{quarter}" for year in range(2020, 2024) for quarter in range(1, 5)]


def gmv_lines() -> Chart:
    """Two lines over quarters with a gap, bounds, events and a span."""
    whole = pd.DataFrame(
        {"period": QUARTERS, "value": [37 + 14 * n + n % 4 * 12 for n in range(16)], "series": "Kuaishou"}
    )
    part = pd.DataFrame(
        {
            "period": QUARTERS[6:],
            "value": [60 + 20 * n for n in range(10)],
            "series": "Own shops",
            "bound": ["lower", "upper", "approximate"] + ["exact"] * 7,
        }
    )
    data = pd.concat([whole.drop(index=9), part]).fillna({"bound": "exact"})
    events = pd.DataFrame(
        {
            "period": ["2020Q2", "2022Q1", "2022Q4", "2023Q4"],
            "event": ["JD deal signed", "Links to Taobao and JD cut", "Reopened (重开外链)", "Last quarter"],
        }
    )
    spans = pd.DataFrame({"start": ["2022Q1"], "end": ["2022Q4"], "span": ["links closed"]})
    return lines.chart_lines(
        data, series="series", measure="GMV (RMB bn)", x_title="Quarter", events=events, spans=spans
    )


def numeric_lines() -> Chart:
    """A curve over a number with a band, one projection dashed."""
    rows = [
        {"share": n / 10, "value": 10 + slope * n, "low": 8 + slope * n, "high": 12 + slope * n, "case": case}
        for case, slope in (("Shelf", 2.0), ("Live stream", 0.6))
        for n in range(11)
    ]
    return lines.chart_lines(
        pd.DataFrame(rows),
        x="share",
        series="case",
        measure="Growth (%)",
        x_title="Displacement share",
        band=("low", "high"),
        dashed=["Live stream"],
    )


def ranked_bars() -> Chart:
    """Ranked bars, two of them bounds, one highlighted."""
    data = pd.DataFrame(
        {
            "company": ["Taobao and Tmall", "JD", "Pinduoduo", "Douyin (抖音)", "Kuaishou"],
            "value": [7200, 3500, 4045, 2700, 1184],
            "bound": ["approximate", "exact", "approximate", "lower", "exact"],
        }
    )
    return bars.chart_bars(
        data, category="company", measure="GMV (RMB bn)", highlight=["Kuaishou"], number=",.0f", ranked=True
    )


def contributions() -> Chart:
    """Signed contributions with intervals and their total."""
    data = pd.DataFrame(
        {
            "category": ["Users", "Minutes per user", "GMV per user-hour", "All"],
            "value": [5.2, -1.4, 10.4, 14.2],
            "low": [5.0, -2.0, 9.0, 14.0],
            "high": [5.5, -1.0, 11.0, 15.0],
        }
    )
    return bars.chart_contributions(
        data, total="All", measure="Contribution (percentage points)", interval=("low", "high")
    )


def sorted_intervals() -> Chart:
    """Dots with intervals, one open above, one without a best value, and a reference."""
    data = pd.DataFrame(
        {
            "label": ["Linear trend", "Bent trend", "Structural", "Bound"],
            "value": [-1.2, 0.4, 2.0, None],
            "low": [-3.0, -1.5, 0.5, 0.7],
            "high": [0.6, 2.2, None, 1.3],
        }
    )
    return intervals.chart_intervals(
        data,
        measure="Effect (percentage points)",
        reference=intervals.Reference(0, "no effect"),
        ranked=True,
        number="+,.1f",
    )


def specification_curve() -> Chart:
    """A small specification curve over two choices."""
    rows = [
        {"effect": e, "low": e - 2, "high": e + 2, "trend": trend, "lockdown_dummy": dummy}
        for e, (trend, dummy) in zip(
            (-3.1, 0.4, 1.2, 2.6, 2.9, 3.3),
            [(t, d) for t in ("linear", "bent", "log") for d in ("with", "without")],
            strict=True,
        )
    ]
    return intervals.chart_specifications(
        pd.DataFrame(rows), choices=["trend", "lockdown_dummy"], measure="Effect (%)"
    )


def tornado() -> Chart:
    """Three parameters around a baseline."""
    data = pd.DataFrame(
        {
            "parameter": ["Outside share", "Won back", "Fee rate"],
            "result_low": [0.2, 1.6, 0.9],
            "result_high": [2.4, 0.7, 1.2],
            "setting_low": ["0%", "0%", "1%"],
            "setting_high": ["15%", "60%", "5%"],
        }
    )
    return intervals.chart_tornado(data, baseline=1.0, measure="Growth lost (points)", number=",.1f")


def heat_map() -> Chart:
    """A 21 by 21 map that diverges from zero, with its zero line and the default."""
    grid = [
        {"theta": i / 20, "fee": j / 200, "net": (j / 200 - 0.06 * i / 20) * 100}
        for i in range(21)
        for j in range(21)
    ]
    contour = pd.DataFrame({"theta": [i / 20 for i in range(21)], "fee": [0.06 * i / 20 for i in range(21)]})
    return surfaces.chart_heat_map(
        pd.DataFrame(grid),
        x="theta",
        y="fee",
        value="net",
        measure="Net revenue (RMB per RMB 100)",
        x_title="Advertising that follows orders",
        y_title="Outside fee",
        middle=0.0,
        contour=contour,
        contour_label="break-even",
        default=surfaces.Point(0.6, 0.02, "default"),
        number=",~f",
        x_number=".0%",
        y_number=".0%",
    )


def regions() -> Chart:
    """A break-even frontier with both regions named."""
    shares = [n / 20 for n in range(21)]
    data = pd.DataFrame({"fee": shares, "displaced": [0.15 + 0.7 * share for share in shares]})
    return surfaces.chart_regions(
        data,
        x="fee",
        y="displaced",
        x_title="Outside commission over own fee",
        y_title="Share of own orders displaced",
        above="closing pays",
        below="reopening pays",
        points=[surfaces.Point(0.4, 0.25, "default")],
        y_span=(0.0, 1.0),
        x_number=".0%",
        y_number=".0%",
    )


def slope() -> Chart:
    """Three items between two years, two of them close together at the end."""
    data = pd.DataFrame(
        {"label": ["Live stream", "Shelf", "Short video"], "start": [80, 12, 8], "end": [52, 32, 30]}
    )
    return slopes.chart_slope(
        data, start_title="2021", end_title="2024", measure="Share of GMV (%)", number=",.0f"
    )


def histogram() -> Chart:
    """Ten bins and two marks."""
    counts = [1, 3, 8, 15, 22, 20, 14, 9, 5, 3]
    data = pd.DataFrame({"start": range(0, 50, 5), "end": range(5, 55, 5), "count": counts})
    marks = pd.DataFrame({"x": [18.0, 41.0], "mark": ["published", "95% tail"]})
    return distributions.chart_histogram(
        data, measure="Simulated weeks", x_title="Delay (hours)", marks=marks, number=",.0f"
    )


def timeline() -> Chart:
    """Four events, one lasting, one only announced."""
    data = pd.DataFrame(
        {
            "date": ["2020-05-27", "2022-03-01", "2022-10-28", "2023-05-10"],
            "end": [None, "2022-10-28", None, None],
            "event": [
                "JD deal signed (京东)",
                "Outside links closed",
                "Links reopened",
                "River-Flow plan (川流计划)",
            ],
            "kind": ["supply", "channel", "channel", "traffic"],
            "announced": [False, False, False, True],
        }
    )
    colours = {"supply": "supply", "channel": "outside_links", "traffic": "short_video"}
    return timelines.chart_timeline(data, end="end", kind="kind", announced="announced", colours=colours)


EXAMPLES: dict[str, Callable[[], Chart]] = {
    "gmv-lines": gmv_lines,
    "numeric-lines": numeric_lines,
    "ranked-bars": ranked_bars,
    "contributions": contributions,
    "sorted-intervals": sorted_intervals,
    "specification-curve": specification_curve,
    "tornado": tornado,
    "heat-map": heat_map,
    "regions": regions,
    "slope": slope,
    "histogram": histogram,
    "timeline": timeline,
    "message": chart_message,
}


@cache
def framed(name: str) -> FramedChart:
    """Return one example in its frame."""
    return frame(
        EXAMPLES[name](),
        title=f"An example of a chart: {name.replace('-', ' ')}",
        subtitle="Invented numbers that only show the form, in the units that the axes name.",
        source="Invented numbers for a test",
        alt=f"Example of the chart family {name} with invented numbers for the tests.",
        name=name,
    )
