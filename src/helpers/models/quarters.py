"""Quarterly series as the models of the closed loop take them: in order, complete, holes shown as NaN."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.errors import InputError


def parse_quarter(text: str) -> pd.Period:
    """Read a quarter such as ``"2022Q2"``.

    Raises
    ------
    InputError
        If the text is not a year followed by Q1 to Q4.
    """
    if len(text) != 6 or not text[:4].isdecimal() or text[4] != "Q" or text[5] not in "1234":
        raise InputError(f"a quarter must look like 2022Q2 (got {text!r})")
    return pd.Period(text, freq="Q")


def arrange_quarters(levels: pd.Series) -> pd.Series:
    """Put a series of levels in order of quarter and make its holes visible.

    Parameters
    ----------
    levels : Series
        Positive values; the index holds quarters as text (``"2022Q1"``) or as periods, in any order.

    Returns
    -------
    Series
        Floats on a gap-free quarterly `PeriodIndex` from the first to the last quarter given; a quarter
        without a value is NaN. An empty series stays empty.

    Raises
    ------
    InputError
        If a quarter is malformed or appears twice, or a value is not above zero.
    """
    quarters = pd.PeriodIndex([parse_quarter(str(label)) for label in levels.index], freq="Q")
    arranged = pd.Series(levels.to_numpy(dtype=float), index=quarters)
    if quarters.has_duplicates:
        raise InputError(f"a quarter appears twice: {quarters[quarters.duplicated()][0]}")
    if (arranged <= 0).any():
        raise InputError(f"a level must be above zero (got {arranged[arranged <= 0].iloc[0]})")
    if arranged.empty:
        return arranged
    return arranged.reindex(pd.period_range(quarters.min(), quarters.max(), freq="Q"))


def name_missing(levels: pd.Series, wanted: list[pd.Period]) -> str | None:
    """Say which of the wanted quarters an arranged series lacks, or None when it has them all."""
    lacking = [str(quarter) for quarter in sorted(wanted) if np.isnan(levels.get(quarter, np.nan))]
    return f"the series has no value for {', '.join(lacking)}" if lacking else None
