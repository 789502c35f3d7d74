"""Printed figures as intervals, and results that may be open or not known.

A print such as "76%" stands for every value that rounds to it; "over 20%" stands for a side of the line only.
`Interval` carries that through a computation, `Estimate` hands the outcome over: an open side is ``None``,
and whatever has no single value says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import InputError
from helpers.models.quarters import parse_quarter

FloatArray = NDArray[np.float64]
WORDS = {"exact": "", "lower": "over ", "upper": "nearly ", "approximate": "about "}


@dataclass(frozen=True)
class Interval:
    """Closed range of a quantity; an open side is infinite, and no value means that none stands out."""

    low: float
    high: float
    value: float | None = None

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise InputError(f"'low' must not be above 'high' (got {self.low} and {self.high})")

    def scale(self, factor: float) -> Interval:
        """Multiply by a positive factor, e.g. 0.01 to turn percent into a fraction."""
        value = None if self.value is None else self.value * factor
        return Interval(self.low * factor, self.high * factor, value)


@dataclass(frozen=True)
class Estimate:
    """One outcome: value, ends (``None`` where open) and, when there is no single value, the reason."""

    value: float | None
    low: float | None = None
    high: float | None = None
    why: str | None = None

    @classmethod
    def of(cls, interval: Interval, why: str = "the prints bound it without fixing a value") -> Estimate:
        """Turn an interval into an outcome; `why` is kept only when the interval has no value."""
        low = interval.low if np.isfinite(interval.low) else None
        high = interval.high if np.isfinite(interval.high) else None
        return cls(interval.value, low, high, why if interval.value is None else None)

    @classmethod
    def not_known(cls, why: str) -> Estimate:
        """Make the outcome of a question that the data of the day cannot answer."""
        return cls(None, None, None, why)

    def percent(self) -> Estimate:
        """Turn fractions into percent (or percentage points), open sides staying open."""
        value, low, high = (None if end is None else 100 * end for end in (self.value, self.low, self.high))
        return Estimate(value, low, high, self.why)

    def least(self) -> Estimate:
        """Answer with the low end alone."""
        return Estimate(self.low, low=self.low, why=self.why or "nothing bounds it from below")

    def most(self) -> Estimate:
        """Answer with the high end alone."""
        return Estimate(self.high, high=self.high, why=self.why or "nothing bounds it from above")


def measure_step(value: float) -> float:
    """Give the unit of the last digit that a printed value shows, at most one.

    A figure is never taken as finer than it is printed: a trailing zero after the point is not counted.

    >>> measure_step(76), measure_step(385.044)
    (1.0, 0.001)
    """
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return float(Decimal(1).scaleb(min(int(exponent), 0)))


def read_print(
    value: float,
    bound: str,
    *,
    floor: float = -np.inf,
    ceiling: float = np.inf,
    over_width: float = np.inf,
    about_half_width: float = np.inf,
) -> Interval:
    """Read a printed figure as the range of values it allows.

    Parameters
    ----------
    value : float
        Figure as printed, in the unit of the data row.
    bound : str
        ``exact``, ``lower`` ("over"), ``upper`` ("nearly") or ``approximate``.
    floor, ceiling : float
        Logical limits of the quantity.
    over_width : float
        How far a one-sided word reaches; infinite is what the word itself says.
    about_half_width : float
        How far "about" reaches to each side; infinite when the word is taken to bound nothing.

    Returns
    -------
    Interval
        An exact print keeps its value; a worded one gets the middle when both of its ends come from a width.

    Raises
    ------
    InputError
        When `bound` is none of the four words.
    """
    half = measure_step(value) / 2
    widths = {
        "exact": (half, half),
        "lower": (0.0, over_width),
        "upper": (over_width, 0.0),
        "approximate": (about_half_width, about_half_width),
    }
    if bound not in widths:
        raise InputError(f"'bound' must be one of {', '.join(widths)} (got {bound!r})")
    below, above = widths[bound]
    low, high = max(floor, value - below), min(ceiling, value + above)
    middle = value + (above - below) / 2 if np.isfinite(below + above) else None
    return Interval(low, high, middle)


def propagate(function: Callable[..., FloatArray], *intervals: Interval, points: int = 2) -> Interval:
    """Carry intervals through a function of them.

    Parameters
    ----------
    function : callable
        Takes one array per interval and works element by element.
    *intervals : Interval
    points : int
        Nodes per interval. The two ends are exact when the function is monotone in each argument while the
        others are held; more nodes (finite intervals only) follow a function that may turn inside.

    Returns
    -------
    Interval
        Range over the nodes, and the function of the values where every input has one.
    """
    axes = [
        np.linspace(i.low, i.high, points) if points > 2 else np.array([i.low, i.high]) for i in intervals
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        outcomes = function(*(mesh.ravel() for mesh in np.meshgrid(*axes)))
    value = None
    if all(i.value is not None for i in intervals):
        value = float(function(*(np.array([i.value]) for i in intervals))[0])
    return Interval(float(np.nanmin(outcomes)), float(np.nanmax(outcomes)), value)


def read_period(rows: pd.DataFrame, period: str, **reach: float) -> Interval | None:
    """Read the print of one period out of a metric's rows, or give ``None`` when there is none.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns `period`, `value`, `bound`; one row a period.
    period : str
    **reach : float
        Limits and widths, passed on to `read_print`.
    """
    found = rows.loc[rows["period"] == period, ["value", "bound"]]
    if found.empty:
        return None
    return read_print(float(found["value"].iloc[0]), str(found["bound"].iloc[0]), **reach)


def shift_period(period: str, quarters: int) -> str:
    """Move a quarter such as ``2024Q1`` by a number of quarters."""
    return str(parse_quarter(period) + quarters)


def quote_print(rows: pd.DataFrame, period: str | None) -> str | None:
    """Give the print of one period, in percent, in the word of its source, or ``None`` when there is none.

    >>> quote_print(pd.DataFrame({"period": ["2025Q3"], "value": [32.0], "bound": ["lower"]}), "2025Q3")
    'over 32%'
    """
    found = rows[rows["period"] == period]
    return None if found.empty else f"{WORDS[found['bound'].iloc[0]]}{found['value'].iloc[0]:g}%"


def solve_year_growth(rows: pd.DataFrame, period: str | None) -> Estimate:
    """Give growth of a quarterly series over the year to a period, with the rounding of both prints.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns `period`, `value`, `bound`; one row a period.
    period : str or None
        ``None`` gives an unknown outcome, as does a quarter without a print.

    Returns
    -------
    Estimate
        Fraction.
    """
    now = read_period(rows, period) if period else None
    before = read_period(rows, shift_period(period, -4)) if period else None
    if now is None or before is None:
        return Estimate.not_known("not published for two quarters a year apart")
    return Estimate.of(propagate(lambda end, start: end / start - 1, now, before))
