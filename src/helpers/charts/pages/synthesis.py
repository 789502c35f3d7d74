"""The charts of the synthesis: what each shows, its words and its colours."""

from __future__ import annotations

import pandas as pd

from helpers.charts import describe
from helpers.charts.bars import chart_bars
from helpers.charts.frame import FramedChart, Source, chart_message, frame
from helpers.charts.intervals import Reference, chart_intervals


def chart_forecast_classes(scored: pd.DataFrame, source: Source) -> FramedChart:
    """Draw how many forecasts came to what, by `outcome_class`."""
    counts = scored["outcome_class"].value_counts().rename_axis("category").reset_index(name="value")
    return frame(
        chart_bars(counts, measure="Forecasts", category_title="What became of them", number=",d"),
        title="What became of the forecasts of the articles",
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
            reference=Reference(1.0, "equal"),
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
