"""What the articles expected, beside what was published later and what could be expected without insight.

A measure is a quotient of products of published figures, so that one rule reads them all. The naive forecast
is made of rows that were public on the day of the article, and is held to that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from helpers import data
from helpers.errors import InputError

COLUMNS = ["outcome", "naive"]


def measure_forecasts(as_of: str | date) -> pd.DataFrame:
    """Return the forecasts public by a day with the measures known by then.

    Parameters
    ----------
    as_of : str or date

    Returns
    -------
    DataFrame
        The rows of ``forecasts.csv`` with two more columns: ``outcome`` in the row's unit, NaN where it was
        not published by the day (for a forecast with a deadline: days from it to the event, at least zero),
        and ``naive``, what the naive rule gave on the article's day, NaN where it gave nothing.

    Raises
    ------
    InputError
        If a naive forecast rests on a row that was not public on the article's day.
    """
    day = data.resolve_as_of(as_of) if isinstance(as_of, str) else as_of
    forecasts = data.load("forecasts", day)
    known = _Figures(day)
    return forecasts.assign(
        outcome=[_measure_outcome(row, known) for row in forecasts.to_dict("records")],
        naive=[_measure_naive(row) for row in forecasts.to_dict("records")],
    ).astype(dict.fromkeys(COLUMNS, "float64"))


class _Figures:
    """The value of any row of the data as of a day; each table is read once."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._tables: dict[str, pd.DataFrame] = {}

    def find(self, reference: str) -> pd.Series | None:
        """Return the row that ``data:DATASET/KEY/KEY`` names, or None if it was not public."""
        dataset, *keys = reference.removeprefix("data:").split("/")
        if dataset not in self._tables:
            table = data.load(dataset, self.day)
            names = data.describe(dataset)["schema"]["primaryKey"]
            self._tables[dataset] = table.set_index(table[names].astype(str).agg("/".join, axis=1))
        table = self._tables[dataset]
        key = "/".join(keys)
        return pd.Series(table.loc[key]) if key in table.index else None

    def divide(self, over: str, under: str) -> float:
        """Return the product of some figures over that of others; NaN if one was not public."""
        products = [
            math.prod(math.nan if (row := self.find(one)) is None else float(row["value"]) for one in names)
            for names in (split_references(over), split_references(under))
        ]
        return products[0] / products[1] if over and under else math.nan


def split_references(text: str) -> list[str]:
    """Return references that are joined by spaces; a key may itself hold one."""
    return re.split(r" (?=data:)", text) if text else []


def _measure_outcome(row: Mapping[Any, Any], known: _Figures) -> float:
    if not row["outcome_event"]:
        return known.divide(str(row["outcome_over"]), str(row["outcome_under"]))
    event = known.find(str(row["outcome_event"]))
    if event is None or event["announced"]:
        return math.nan
    happened = data.span_of(str(event["date"]))[1]
    return max(float((happened - _day(row["deadline"])).days), 0.0)


def _measure_naive(row: Mapping[Any, Any]) -> float:
    """Measure what the naive rule gave on the article's day: a quotient, or the age of an unkept promise."""
    day = _day(row["published"])
    if not pd.isna(row["naive_deadline"]):
        return float((day - _day(row["naive_deadline"])).days)
    naive = _Figures(day).divide(str(row["naive_over"]), str(row["naive_under"]))
    if row["naive_over"] and math.isnan(naive):
        raise InputError(f"{row['forecast_id']}: its naive forecast rests on rows published after {day}")
    return naive


def _day(value: Any) -> date:
    day: date = pd.Timestamp(str(value)).date()
    return day
