r"""How far expectations were from what came, and whether insight did better than none.

Equations
---------
What is expected of a measure is an interval :math:`[a, b]`, one end of which may be open; the outcome is
:math:`y`, the naive forecast known on that day :math:`n`.

    error           e = max(a - y, y - b, 0)         distance of the outcome from what was expected
    naive error     e_n = abs(n - y)
    scaled error    q = e / e_n                      below one: nearer than the naive rule

``q`` is the relative absolute error of one forecast, the building block of scaled measures such as MASE: the
error in units of the error of a forecast without insight. It has no unit, so that measures can stand side by
side. It is not defined where the naive rule gave nothing, or hit exactly.

An expectation in words is mostly wide, and a wide interval errs little. So a second question is asked of
each: does the naive rule, taken as a forecast, say the same about the outcome? If it does, having been right
shows no insight.

Classes: *met* inside the interval; for something due by a day *met* in time and *slipped* if later;
otherwise *missed*. Without an outcome: *not yet due* before its deadline, else *no outcome published*.

What it leaves out
------------------
Few forecasts have an outcome, and they are no sample of anything: counts are reported and no test is made. An
end of an interval in words is our reading, stated with each. The naive rule is one of several possible.

References
----------
Hyndman and Koehler (2006), Another look at measures of forecast accuracy, International Journal of
Forecasting 22. Armstrong and Collopy (1992), Error measures for generalizing about forecasting methods,
International Journal of Forecasting 8 (relative absolute error).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

MET, SLIPPED, MISSED = "met", "slipped", "missed"
NOT_DUE, NOT_PUBLISHED = "not yet due", "no outcome published"
CLASSES = (MET, SLIPPED, MISSED, NOT_DUE, NOT_PUBLISHED)


class Score(NamedTuple):
    """How one forecast did; NaN and None where there is no outcome or no naive forecast.

    Attributes
    ----------
    outcome_class : str
        One of `CLASSES`.
    error, naive_error : float
        In the unit of the measure.
    scaled_error : float
        The first over the second.
    naive_right : bool or None
        Whether the naive rule gave the same answer as the outcome.
    """

    outcome_class: str
    error: float = math.nan
    naive_error: float = math.nan
    scaled_error: float = math.nan
    naive_right: bool | None = None


def score_value(
    outcome: float, naive: float, *, low: float, high: float, strict: bool = False, late: str = MISSED
) -> Score:
    """Score one forecast that has an outcome.

    Parameters
    ----------
    outcome, naive : float
        In the unit of the measure; `naive` may be NaN.
    low, high : float
        What was expected; NaN for an open end.
    strict : bool
        Whether the ends lie outside: "above one" leaves one out, "at least one" does not.
    late : str
        Class of an outcome outside.
    """
    came = _is_inside(outcome, low, high, strict)
    error = max(0.0, *(gap for gap in (low - outcome, outcome - high) if not math.isnan(gap)))
    naive_error = abs(naive - outcome)
    same = None if math.isnan(naive) else _is_inside(naive, low, high, strict) == came
    return Score(
        MET if came else late,
        error,
        naive_error,
        error / naive_error if naive_error > 0 else math.nan,
        same,
    )


def _is_inside(value: float, low: float, high: float, strict: bool) -> bool:
    if strict:
        return not (value <= low or value >= high)
    return not (value < low or value > high)


def score_forecasts(measured: pd.DataFrame, day: date) -> pd.DataFrame:
    """Score forecasts.

    Parameters
    ----------
    measured : DataFrame
        Columns ``form``, ``expected_low``, ``expected_high``, ``deadline``, ``outcome`` and ``naive``.
    day : date
        Day by which outcomes were public.

    Returns
    -------
    DataFrame
        The same rows with the fields of `Score` as further columns.
    """
    scores = [_score_row(row, day) for row in measured.to_dict("records")]
    scored = pd.DataFrame(scores, columns=list(Score._fields), index=measured.index)
    return pd.concat([measured, scored], axis=1)


def _score_row(row: Mapping[Any, Any], day: date) -> Score:
    outcome, naive, low, high = (
        float(str(row[name])) for name in ("outcome", "naive", "expected_low", "expected_high")
    )
    if math.isnan(outcome):
        is_due = pd.isna(row["deadline"]) or pd.Timestamp(str(row["deadline"])).date() <= day
        return Score(NOT_PUBLISHED if is_due else NOT_DUE)
    late = SLIPPED if row["form"] == "date" else MISSED
    return score_value(outcome, naive, low=low, high=high, strict=row["form"] == "words", late=late)


def count_classes(scored: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count the classes by a column; one column a class, all of `CLASSES` in their order."""
    return pd.crosstab(scored[by], scored["outcome_class"]).reindex(columns=list(CLASSES), fill_value=0)


def summarise_scores(scored: pd.DataFrame) -> dict[str, int | float]:
    """Return how many forecasts there are, have an outcome, were met, and where the naive rule was right.

    Parameters
    ----------
    scored : DataFrame
        From `score_forecasts`.

    Returns
    -------
    dict
        Counts, and ``largest_scaled_error``, NaN where nothing can be compared.
    """
    known = scored[scored["outcome"].notna()]
    beside = known[known["naive"].notna()]
    right = int(beside["naive_right"].eq(True).sum())
    numbers = scored[scored["form"] == "number"]
    return {
        "forecasts": len(scored),
        "forecasts_scored": len(known),
        "forecasts_met": int((known["outcome_class"] == MET).sum()),
        "forecast_numbers": len(numbers),
        "forecast_numbers_scored": int(numbers["outcome"].count()),
        "naive_compared": len(beside),
        "naive_right": right,
        "insight": len(beside) - right,
        "largest_scaled_error": float(beside["scaled_error"].max()),
    }


def describe_met(scored: pd.DataFrame, names: Sequence[str]) -> str | None:
    """Say in words how many of some forecasts with an outcome were met, or return None without any."""
    met = scored.loc[scored["forecast_id"].isin(names) & scored["outcome"].notna(), "outcome_class"] == MET
    if met.empty:
        return None
    return "all met" if met.all() else "some met" if met.any() else "none met"
