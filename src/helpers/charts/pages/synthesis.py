"""The charts of the synthesis: what each shows, its words and its colours."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from helpers.charts import describe
from helpers.charts.bars import chart_bars, chart_contributions
from helpers.charts.frame import FramedChart, Source, chart_message, frame
from helpers.charts.intervals import chart_intervals
from helpers.charts.lines import chart_lines

Sources = Source | Sequence[str | Source]

QUARTERS = {"1": "first", "2": "second", "3": "third", "4": "fourth"}
QUARTER_COLOURS = {"first": "neutral", "second": "highlight", "third": "uncertainty", "fourth": "ink"}
SHORT = {"daily users": "users", "hours per user and day": "time", "GMV per user-hour": "sales per hour"}
FACTOR_COLOURS = {"users": "ink", "time": "uncertainty", "sales per hour": "highlight"}
CHANGES = {
    "RMB bn": "Contribution to the change of GMV, RMB bn",
    "%": "Change that the factor alone would have made, %",
}
"""Unit of an effect -> title of the measure."""

PLATFORMS = {
    "Kuaishou": "kuaishou",
    "Douyin": "douyin",
    "JD": "jd",
    "Pinduoduo": "pinduoduo",
    "Taobao+Tmall": "taobao",
    "WeChat Channels": "neutral",
}
TOTAL = "total"


def chart_per_hour(per_hour: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw GMV per user-hour, a line for each place in the year; `period` and `value`."""
    placed = per_hour.assign(
        year=per_hour["period"].str[:4], quarter=per_hour["period"].str[5:].map(QUARTERS)
    )
    return frame(
        chart_lines(
            placed,
            x="year",
            series="quarter",
            measure="GMV per user-hour, RMB",
            x_title="Year",
            colours=QUARTER_COLOURS,
            number=".2f",
        ),
        title="GMV per hour that users spend, each quarter beside its own of other years",
        subtitle="RMB of GMV per user-hour, one line for each quarter of the year; "
        "a year without a mark lacks a figure.",
        source=source,
        alt=describe.describe_series(placed, "GMV per user-hour", unit="RMB", spec=".2f"),
        name="gmv-per-user-hour",
    )


def chart_by_hours(whole: pd.DataFrame, unit: str, source: Sources) -> FramedChart:
    """Draw what GMV grew by in users, time and sales per hour."""
    return frame(
        _chart_effects(whole[whole["factor"] != "days"] if len(whole) else whole, unit),
        title="What GMV grew by, in users, time and sales per hour",
        subtitle=f"{unit}, from the first to the last year in which the compared quarter is known; "
        "rules show what rounding allows.",
        source=source,
        alt=_describe_parts(whole[whole["factor"] != "days"] if len(whole) else whole),
        name="gmv-by-user-hours",
    )


def chart_by_buyers(whole: pd.DataFrame, unit: str, source: Sources) -> FramedChart:
    """Draw what GMV grew by in users, buyers and spending."""
    return frame(
        _chart_effects(whole, unit),
        title="What GMV grew by, in users, buyers and spending",
        subtitle=f"{unit}, over the years for which the number of buyers is known exactly; "
        "rules show what rounding allows.",
        source=source,
        alt=_describe_parts(whole),
        name="gmv-by-buyers",
    )


def _chart_effects(whole: pd.DataFrame, unit: str) -> alt.LayerChart | alt.Chart:
    if whole.empty:
        return chart_message()
    return chart_contributions(
        whole,
        category="factor",
        value="effect",
        total=TOTAL,
        interval=("low", "high"),
        measure=CHANGES[unit],
        category_title="Factor",
        number="+,.0f",
    )


def _describe_parts(whole: pd.DataFrame) -> str:
    what = "the change of GMV by factor"
    if whole.empty:
        return describe.NOTHING.format(what=what)
    parts = whole[whole["factor"] != TOTAL]
    words = [f"{name} {part:.0f}%" for name, part in zip(parts["factor"], parts["share_pct"], strict=True)]
    return f"Bars of {what}, as parts of the change: {', '.join(words)}."


def chart_places(places: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw the part of sales per hour by the quarter compared: `span`, `part`, `low`, `high`."""
    return frame(
        chart_intervals(
            places,
            label="span",
            value="part",
            measure="Part of the increase that is GMV per user-hour, %",
            label_title="Quarters compared",
            number=".0f",
        ),
        title="The part of sales per hour, by the quarter that is compared",
        subtitle="Percent of the increase of GMV; rules show what the rounding of the prints allows, "
        "spans differ in length.",
        source=source,
        alt=describe.describe_rows(
            places, "the part of GMV per user-hour", label="span", value="part", unit="%"
        ),
        name="per-hour-part-by-quarter",
    )


def chart_spans(spans: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw each factor's part by the year in which the span ends: `factor`, `share_pct`, `year`."""
    drawn = _shorten(spans)
    return frame(
        chart_lines(
            drawn,
            x="year",
            y="share_pct",
            series="factor",
            measure="Part of the increase, %",
            x_title="Span ends in",
            colours=FACTOR_COLOURS,
            number=".0f",
        )
        if len(drawn)
        else chart_message(),
        title="The answer by the year in which one asks",
        subtitle="Percent of the increase of GMV since the first year known, by factor, "
        "for spans that end in each later year.",
        source=source,
        alt=describe.describe_rows(
            drawn.assign(at=drawn["factor"] + " by " + drawn["year"]) if len(drawn) else drawn,
            "parts of the increase",
            label="at",
            value="share_pct",
            unit="%",
        ),
        name="parts-by-span",
    )


def chart_years(links: pd.DataFrame, unit: str, source: Sources) -> FramedChart:
    """Draw what each year added by factor."""
    drawn = _shorten(links).assign(year=lambda rows: rows["end"].str[:4]) if len(links) else links
    return frame(
        chart_lines(
            drawn,
            x="year",
            y="effect",
            series="factor",
            measure=CHANGES[unit],
            x_title="Year to the compared quarter of",
            colours=FACTOR_COLOURS,
            number="+,.0f",
        )
        if len(drawn)
        else chart_message(),
        title="What each year added, by factor",
        subtitle=f"{unit}; each point is the change from the same quarter of the year before.",
        source=source,
        alt=describe.describe_bars(
            drawn.assign(at=drawn["factor"] + " in " + drawn["year"])
            if len(drawn)
            else pd.DataFrame({"effect": []}),
            "yearly contributions by factor",
            category="at",
            value="effect",
            unit=unit,
        ),
        name="gmv-links-by-factor",
    )


def _shorten(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    named = rows[rows["factor"].isin(list(SHORT))]
    return named.assign(factor=named["factor"].map(SHORT))


def chart_pairs(corners: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw the line of allowed elasticities of each year."""
    return frame(
        chart_lines(
            corners.sort_values(["quarter", "merchant_elasticity"]),
            x="merchant_elasticity",
            y="hour_elasticity",
            series="quarter",
            measure="Elasticity to user-hours, at most",
            x_title="Elasticity to active merchants",
            number=".1f",
        )
        if len(corners)
        else chart_message(),
        title="Which worth of hours and of merchants a year's growth allows",
        subtitle="Percent of GMV per percent more hours or merchants; "
        "allowed is what lies on a line or below, one line a year to that quarter.",
        source=source,
        alt=describe.describe_rows(
            corners[corners["merchant_elasticity"] == 0],
            "the largest elasticity to user-hours",
            label="quarter",
            value="hour_elasticity",
            unit="",
            spec=".1f",
        ),
        name="marginal-pairs",
    )


def _chart_platforms(rows: pd.DataFrame, *, bridged: bool = False) -> alt.LayerChart | alt.Chart:
    return chart_lines(
        rows,
        x="year",
        series="company",
        measure="GMV, RMB bn",
        x_title="Year",
        colours=PLATFORMS,
        number=",.0f",
        bridged=bridged,
    )


def _describe_last(rows: pd.DataFrame, what: str) -> str:
    """Describe lines of several platforms by the newest value of each."""
    last = rows.sort_values("year").groupby("company", as_index=False).tail(1)
    named = last.assign(label=last["company"] + " in " + last["year"])
    return describe.describe_rows(named, what, label="label", value="value", unit="RMB bn", spec=",.0f")


def chart_reported(reported: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw GMV as the companies report it: `year`, `company`, `value`."""
    return frame(
        _chart_platforms(reported),
        title="GMV as the companies report it",
        subtitle="RMB bn a year; fiscal years to March stand in the year before. "
        "What JD reported in dollars is left out, not converted.",
        source=source,
        alt=_describe_last(reported, "newest GMV reported by a company"),
        name="peers-reported",
    )


def chart_estimated(beside: pd.DataFrame, source: Sources, *, known: bool) -> FramedChart:
    """Draw media estimates of peers beside what Kuaishou reports; a message where no estimate is known."""
    return frame(
        _chart_platforms(beside, bridged=True) if known else chart_message(),
        title="GMV of peers as media estimate it, beside what Kuaishou reports",
        subtitle="RMB bn a year; hollow marks are bounds or round figures, "
        "arrows point to where the truth may lie. Kuaishou is company-reported.",
        source=source,
        alt=_describe_last(beside, "newest GMV, media estimates and Kuaishou's report"),
        name="peers-estimated",
    )


def chart_over_douyin(douyin: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw Kuaishou's GMV over Douyin's, in percent by `year`."""
    return frame(
        chart_lines(
            douyin,
            x="year",
            measure="Kuaishou's GMV over Douyin's, %",
            x_title="Year",
            colour="douyin",
            number=".0f",
        ),
        title=describe.title_series(douyin, "Kuaishou's GMV over media estimates of Douyin's", x="year"),
        subtitle="Percent, a reported figure over an estimate; "
        "where the estimate is a floor the ratio is a ceiling, drawn hollow.",
        source=source,
        alt=describe.describe_series(douyin, "Kuaishou's GMV over Douyin's", x="year", spec=".0f"),
        name="kuaishou-over-douyin",
    )


def chart_multiples(newest: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw how many times Kuaishou's GMV each peer's is: `item`, `times`, `basis`, `bound`."""
    return frame(
        chart_bars(
            newest,
            category="item",
            value="times",
            group="basis",
            measure="Times Kuaishou's GMV",
            category_title="Platform and year",
            colours={"reported": "ink", "estimated": "uncertainty"},
            number=".1f",
        ),
        title="Peers in multiples of Kuaishou's GMV of the same year, by basis",
        subtitle="Times Kuaishou's reported GMV, by what a company reports or media estimate, "
        "newest year of each; years differ between bars, hollow bars are bounds or round figures.",
        source=source,
        alt=describe.describe_rows(
            newest, "peers over Kuaishou", label="item", value="times", unit="times", spec=".1f"
        ),
        name="peers-multiples",
    )


def chart_shelves(shelves: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw the shelf's share of GMV by `year` and `company`."""
    return frame(
        chart_lines(
            shelves,
            x="year",
            series="company",
            measure="Shelf, % of GMV",
            x_title="Year",
            colours=PLATFORMS,
            number=".0f",
        ),
        title="The shelf's share of GMV at Kuaishou and at Douyin",
        subtitle="Percent of GMV; Kuaishou the last print of each year, by its own word, "
        "Douyin a media estimate for the year.",
        source=source,
        alt=describe.describe_rows(
            shelves.assign(at=shelves["company"] + " in " + shelves["year"]),
            "shelf shares",
            label="at",
            value="value",
            unit="%",
        ),
        name="shelf-beside-douyin",
    )


def chart_ceilings(ceilings: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw Kuaishou's GMV over two markets as ceilings of its part, by `year` and `market`."""
    return frame(
        chart_lines(
            ceilings,
            x="year",
            series="market",
            measure="Kuaishou's GMV, % of the market, at most",
            x_title="Year",
            colours={"live commerce": "live_stream", "online retail": "ink"},
            number=".1f",
        ),
        title="Kuaishou's GMV over live commerce and over online retail, as ceilings",
        subtitle="Percent; live commerce by the smallest estimate of the year, "
        "online retail by official statistics. The truth lies below each mark.",
        source=source,
        alt=describe.describe_rows(
            ceilings.assign(at=ceilings["market"] + " in " + ceilings["year"]),
            "ceilings of Kuaishou's part",
            label="at",
            value="value",
            unit="%",
            spec=".1f",
        ),
        name="market-ceilings",
    )


def chart_forecast_classes(scored: pd.DataFrame, source: Sources) -> FramedChart:
    """Draw how many forecasts came to what, by `outcome_class`."""
    counts = scored["outcome_class"].value_counts().rename_axis("category").reset_index(name="value")
    return frame(
        chart_bars(counts, measure="Forecasts", category_title="What became of them", number=",d"),
        title=f"What became of {len(scored)} forecasts"
        + "".join(f", most often: {each}" for each in counts["category"][:1]),
        subtitle="Number of forecasts, in figures and in words, by what was published of their outcome.",
        source=source,
        alt=describe.describe_bars(
            counts, "forecasts by outcome", category="category", value="value", unit=""
        ),
        name="forecast-classes",
    )


def chart_forecast_outcomes(scored: pd.DataFrame, source: Source) -> FramedChart:
    """Draw each outcome that is a multiple beside the range that was expected of it."""
    known = scored[scored["outcome"].notna() & (scored["unit"] == "times")]
    return frame(
        chart_intervals(
            known,
            value="outcome",
            low="expected_low",
            high="expected_high",
            measure="Outcome of the measure, times",
            label_title="Forecast",
            number=".2f",
        )
        if len(known)
        else chart_message(),
        title="What was expected, and what came",
        subtitle="Times, each by its own measure; a dot is the outcome, a rule the range expected of it.",
        source=[source, "own computation"],
        alt=describe.describe_rows(
            known, "outcomes of forecasts", label="label", value="outcome", unit="times", spec=".2f"
        ),
        name="forecast-outcomes",
    )
