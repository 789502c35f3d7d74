r"""How large one joint sales day was beside the platform's ordinary day.

The joint day of Kuaishou (快手) and JD (京东) is known by a *paid* amount ``P``; the platform's size is known
by quarterly GMV ``G``, which counts orders *placed*, paid or not. With ``phi`` the part of order value that
is paid, ``P / phi`` is the day's amount on the scale of GMV.

Equations
---------
A day ``d`` of a quarter with the days ``Q`` carries the weight

    w(d) = f(d) * exp(rate * d),            f(d) = festival lift on festival days, else 1,

and the ordinary day is ``b(d) = G * w(d) / sum(w over Q)``. Four baselines differ in the rate:

* ``no growth inside the quarter``: rate 0, with no lift simply the average day;
* ``growth since the quarter before`` and ``growth to the quarter after``: the one rate at which the two
  quarters' totals come out, which for quarters of equal length and no lift is ``log(G_q / G_(q-1)) / days``;
* ``smooth through three quarters``: a log-quadratic path that meets all three totals.

Multiple of the ordinary day: ``(P / phi) / b(d)``. Since the day itself stands in ``G``, the second multiple
compares with the other days only: ``b'(d) = (G - P / phi) * w(d) / sum(w over Q without d)``.

The most that the day can explain of quarter-on-quarter growth is ``100 * (P / phi) / G_(q-1)`` points. On the
flat baseline the day is no more than an ordinary festival day once the lift reaches ``p * n / (1 - p * m)``
with ``p = (P / phi) / G``, ``m`` festival days and ``n`` other days in the quarter.

What it leaves out
------------------
``P`` counts the joint session's goods alone, ``b`` all goods of the platform: sales beside the session are in
no source, so the multiple says how large the session was, not how far the whole platform rose. Subsidy and
goods are not told apart, nor sales brought forward from other days. Weekdays are taken as equal. Neither
measure takes off returns. Rounding of the printed figures is not carried through: it is small beside the
differences between the baselines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, root

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

Floats = NDArray[np.float64]

FLAT = "no growth inside the quarter"
SINCE_BEFORE = "growth since the quarter before"
TO_AFTER = "growth to the quarter after"
SMOOTH = "smooth through three quarters"
BASELINES = (FLAT, SINCE_BEFORE, TO_AFTER, SMOOTH)

# The festival carries the date of its last day in its name: 618.
FESTIVAL_END = (6, 18)
# A rate per day outside these would mean a hundredfold change inside a quarter.
RATE_RANGE = (-0.1, 0.1)


class DayInScaleRecord(Record):
    """Assumptions under which a paid day is set beside a quarter of orders placed."""

    paid_share_of_orders: float = parameter(
        1.0,
        unit="share of order value, 0 to 1",
        meaning="Part of the value of orders placed that is paid; one takes paid for placed.",
        ge=0.3,
        le=1.0,
    )
    festival_daily_lift: float = parameter(
        1.0,
        unit="multiple of an ordinary day",
        meaning="Sales of a festival day over an ordinary day, had the joint session not been held.",
        ge=1.0,
        le=5.0,
    )
    festival_length_days: int = parameter(
        18,
        unit="days",
        meaning="Length of the June festival, counted back from its last day.",
        ge=1,
        le=30,
    )


@dataclass(frozen=True)
class DayInScale:
    """The joint day beside the platform's day; a number is None only together with ``why``.

    Attributes
    ----------
    multiple : float or None
        Day over the average day of its quarter, whatever festival lift is assumed.
    multiple_low, multiple_high : float or None
        Least and greatest of that and of the baselines of `solve_day_in_scale` that can be computed.
    share_of_quarter_pct : float or None
        Day as a percentage of the quarter's GMV.
    growth_points : float or None
        The most the day can add to quarter-on-quarter growth, percentage points.
    growth_pct : float or None
        Growth of GMV on the quarter before.
    part_of_growth_pct : float or None
        The same as a percentage of the quarter's increase; None where the quarter did not grow.
    break_even_lift : float or None
        Festival lift at which the day would have been an ordinary festival day (flat baseline).
    why : str or None
        What is missing, in words; None when everything is known.
    """

    multiple: float | None
    multiple_low: float | None
    multiple_high: float | None
    share_of_quarter_pct: float | None
    growth_points: float | None
    growth_pct: float | None
    part_of_growth_pct: float | None
    break_even_lift: float | None
    why: str | None

    @property
    def over_baselines(self) -> Estimate:
        """The multiple, between its ends over the baselines."""
        return Estimate(self.multiple, self.multiple_low, self.multiple_high)

    @property
    def multiple_of_other_days(self) -> float | None:
        """Day over the average of the quarter's other days."""
        if self.multiple is None or self.share_of_quarter_pct is None:
            return None
        part = self.share_of_quarter_pct / 100
        return (self.multiple - part) / (1 - part)


def solve_day_in_scale(
    record: DayInScaleRecord, *, paid_rmb_bn: float | None, day: date, gmv: pd.DataFrame
) -> pd.DataFrame:
    """Set one day's paid amount beside the ordinary day under each baseline.

    Parameters
    ----------
    record : DayInScaleRecord
    paid_rmb_bn : float or None
        Amount paid on the day, RMB bn; None when it was not published yet.
    day : date
        The day; its quarter is looked up in `gmv`.
    gmv : DataFrame
        Rows with ``period`` (``2020Q2``) and ``value`` (RMB bn, orders placed); may be empty.

    Returns
    -------
    DataFrame
        One row a baseline: ``baseline``, ``growth_per_day`` (fraction on the day itself),
        ``ordinary_day_rmb_bn``, ``multiple``, ``multiple_of_other_days``, ``why`` (empty where known; numbers
        are NaN where it is not).

    Raises
    ------
    InputError
        If the paid amount is not positive, `gmv` lacks a column, or the day exceeds its whole quarter.
    """
    totals = _totals(gmv)
    comparable = _comparable(record, paid_rmb_bn)
    rows = [_baseline_row(record, name, comparable, day, totals) for name in BASELINES]
    return pd.DataFrame(rows)


def summarise_day_in_scale(
    record: DayInScaleRecord, *, paid_rmb_bn: float | None, day: date, gmv: pd.DataFrame
) -> DayInScale:
    """Condense the day into its multiple, its range over baselines and its part in growth.

    Parameters are those of `solve_day_in_scale`.

    Raises
    ------
    InputError
        As in `solve_day_in_scale`.
    """
    table = solve_day_in_scale(record, paid_rmb_bn=paid_rmb_bn, day=day, gmv=gmv).set_index("baseline")
    totals, comparable = _totals(gmv), _comparable(record, paid_rmb_bn)
    known = table["multiple"].dropna()
    if comparable is None or known.empty:
        return DayInScale(None, None, None, None, None, None, None, None, str(table.loc[FLAT, "why"]))
    quarter = pd.Period(day, freq="Q")
    total, before = totals[quarter], totals.get(quarter - 1)
    gaps = [text for text in table["why"].unique() if text]
    multiple = len(_festival(record, quarter)) * comparable / total
    return DayInScale(
        multiple=multiple,
        multiple_low=min(multiple, float(known.min())),
        multiple_high=max(multiple, float(known.max())),
        share_of_quarter_pct=100 * comparable / total,
        growth_points=None if before is None else 100 * comparable / before,
        growth_pct=None if before is None else 100 * (total / before - 1),
        part_of_growth_pct=None if before is None or total <= before else 100 * comparable / (total - before),
        break_even_lift=solve_break_even_lift(record, paid_rmb_bn=paid_rmb_bn, day=day, gmv=gmv),
        why="; ".join(gaps) or None,
    )


def solve_break_even_lift(
    record: DayInScaleRecord, *, paid_rmb_bn: float | None, day: date, gmv: pd.DataFrame
) -> float | None:
    """Return the festival lift at which the day equals an ordinary festival day on the flat baseline.

    Parameters are those of `solve_day_in_scale`.

    Returns
    -------
    float or None
        Multiple of an ordinary day; None when the amount or the quarter is not known, the day is no festival
        day, or no lift is large enough because the festival's days could not hold that much of the quarter.
    """
    comparable, quarter = _comparable(record, paid_rmb_bn), pd.Period(day, freq="Q")
    total = _totals(gmv).get(quarter)
    festival = _festival(record, quarter)
    if comparable is None or total is None or not festival[_index(day, quarter)]:
        return None
    share, inside = comparable / total, int(festival.sum())
    return share * (len(festival) - inside) / (1 - share * inside) if share * inside < 1 else None


def summarise_ordinary_line(
    record: DayInScaleRecord,
    *,
    paid_rmb_bn: float | None,
    day: date,
    gmv: pd.DataFrame,
    paid_shares: Iterable[float],
) -> pd.DataFrame:
    """Return the festival lift at which the day is nothing special, by the part of orders that is paid.

    Parameters are those of `solve_multiple_grid`.

    Returns
    -------
    DataFrame
        ``festival_daily_lift`` (NaN where no lift is large enough) and ``paid_share_of_orders``.
    """
    joint = {"paid_rmb_bn": paid_rmb_bn, "day": day, "gmv": gmv}
    rows = []
    for share in paid_shares:
        varied = record.vary(paid_share_of_orders=share)
        lift = solve_break_even_lift(varied, **joint)  # type: ignore[arg-type]
        rows.append((math.nan if lift is None else lift, share))
    return pd.DataFrame(rows, columns=["festival_daily_lift", "paid_share_of_orders"])


def solve_average_day(gmv: pd.DataFrame, period: str) -> float | None:
    """Return the mean GMV of a quarter's days, RMB bn; None where the quarter was not published."""
    quarter = pd.Period(period, freq="Q")
    total = _totals(gmv).get(quarter)
    return None if total is None else total / (_index(quarter.end_time.date(), quarter) + 1)


def solve_multiple_grid(
    record: DayInScaleRecord,
    *,
    paid_rmb_bn: float | None,
    day: date,
    gmv: pd.DataFrame,
    paid_shares: Iterable[float],
    festival_lifts: Iterable[float],
    baseline: str = FLAT,
) -> pd.DataFrame:
    """Return the multiple over a grid of the two assumptions that move it most.

    Parameters
    ----------
    record, paid_rmb_bn, day, gmv
        As in `solve_day_in_scale`; the record's other fields hold.
    paid_shares, festival_lifts : iterable of float
        Values of ``paid_share_of_orders`` and ``festival_daily_lift``.
    baseline : str
        One of `BASELINES`.

    Returns
    -------
    DataFrame
        ``paid_share_of_orders``, ``festival_daily_lift``, ``multiple`` (NaN where not known), ``why``.

    Raises
    ------
    InputError
        If the baseline is unknown, or as in `solve_day_in_scale`.
    pydantic.ValidationError
        If a value of the grid is outside its field's range.
    """
    if baseline not in BASELINES:
        raise InputError(f"'baseline' must be one of {', '.join(BASELINES)} (got {baseline!r})")
    totals, rows = _totals(gmv), []
    for share, lift in product(paid_shares, festival_lifts):
        update = {"paid_share_of_orders": share, "festival_daily_lift": lift}
        varied = record.vary(**update)
        row = _baseline_row(varied, baseline, _comparable(varied, paid_rmb_bn), day, totals)
        rows.append(update | {"multiple": row["multiple"], "why": row["why"]})
    return pd.DataFrame(rows, columns=["paid_share_of_orders", "festival_daily_lift", "multiple", "why"])


def _baseline_row(
    record: DayInScaleRecord, name: str, comparable: float | None, day: date, totals: dict[pd.Period, float]
) -> dict[str, object]:
    quarter = pd.Period(day, freq="Q")
    why = _missing(name, comparable, quarter, totals)
    empty = {"growth_per_day": math.nan, "ordinary_day_rmb_bn": math.nan, "multiple": math.nan}
    if why or comparable is None:
        return {"baseline": name, **empty, "multiple_of_other_days": math.nan, "why": why}
    total, here = totals[quarter], _index(day, quarter)
    if comparable >= total:
        raise InputError(
            f"'paid_rmb_bn' must be below the quarter's GMV of {total:g} (got {comparable:g} as orders)"
        )
    slope, bend = _path(record, name, quarter, totals)
    weights = _weights(record, quarter, slope, bend)
    ordinary = total * weights[here] / weights.sum()
    others = (total - comparable) * weights[here] / (weights.sum() - weights[here])
    return {
        "baseline": name,
        "growth_per_day": math.expm1(slope + 2 * bend * here),
        "ordinary_day_rmb_bn": float(ordinary),
        "multiple": float(comparable / ordinary),
        "multiple_of_other_days": float(comparable / others),
        "why": "",
    }


def _missing(name: str, comparable: float | None, quarter: pd.Period, totals: dict[pd.Period, float]) -> str:
    if comparable is None:
        return "the day's paid amount was not published"
    needed = {
        FLAT: [quarter],
        SINCE_BEFORE: [quarter - 1, quarter],
        TO_AFTER: [quarter, quarter + 1],
        SMOOTH: [quarter - 1, quarter, quarter + 1],
    }[name]
    absent = [str(each) for each in needed if each not in totals]
    return f"GMV of {' and '.join(absent)} was not published" if absent else ""


def _path(
    record: DayInScaleRecord, name: str, quarter: pd.Period, totals: dict[pd.Period, float]
) -> tuple[float, float]:
    """Return slope and bend of log sales per day, day 0 being the first of `quarter`."""
    if name == FLAT:
        return 0.0, 0.0
    if name == SMOOTH:
        return _smooth_path(record, quarter, totals)
    pair = (quarter - 1, quarter) if name == SINCE_BEFORE else (quarter, quarter + 1)
    target = math.log(totals[pair[1]] / totals[pair[0]])

    def miss(slope: float) -> float:
        return _log_ratio(record, pair, quarter, slope, 0.0) - target

    if miss(RATE_RANGE[0]) > 0 or miss(RATE_RANGE[1]) < 0:
        raise InputError(f"'gmv' must not change a hundredfold from {pair[0]} to {pair[1]}")
    return float(brentq(miss, *RATE_RANGE, xtol=1e-14)), 0.0


def _smooth_path(
    record: DayInScaleRecord, quarter: pd.Period, totals: dict[pd.Period, float]
) -> tuple[float, float]:
    pairs = ((quarter - 1, quarter), (quarter, quarter + 1))
    targets = [math.log(totals[late] / totals[early]) for early, late in pairs]
    scale = np.array([1e-2, 1e-4])

    def misses(unknowns: Floats) -> list[float]:
        slope, bend = unknowns * scale
        return [
            _log_ratio(record, pair, quarter, slope, bend) - aim
            for pair, aim in zip(pairs, targets, strict=True)
        ]

    found = root(misses, np.zeros(2), tol=1e-12)
    if not found.success:
        raise InputError(f"'gmv' has no smooth path through {quarter - 1}, {quarter} and {quarter + 1}")
    slope, bend = found.x * scale
    return float(slope), float(bend)


def _log_ratio(
    record: DayInScaleRecord, pair: tuple[pd.Period, pd.Period], origin: pd.Period, slope: float, bend: float
) -> float:
    early, late = (_weights(record, each, slope, bend, origin=origin).sum() for each in pair)
    return float(np.log(late / early))


def _weights(
    record: DayInScaleRecord,
    quarter: pd.Period,
    slope: float,
    bend: float,
    *,
    origin: pd.Period | None = None,
) -> Floats:
    festival = _festival(record, quarter)
    first = 0 if origin is None else _index(quarter.start_time.date(), origin)
    days = first + np.arange(len(festival), dtype=float)
    lift: Floats = np.where(festival, record.festival_daily_lift, 1.0)
    path: Floats = lift * np.exp(slope * days + bend * days**2)
    return path


def _festival(record: DayInScaleRecord, quarter: pd.Period) -> NDArray[np.bool_]:
    last = _index(date(quarter.year, *FESTIVAL_END), quarter)
    days = np.arange(_index(quarter.end_time.date(), quarter) + 1)
    return (days > last - record.festival_length_days) & (days <= last)


def _index(day: date, quarter: pd.Period) -> int:
    return (pd.Timestamp(day).date() - quarter.start_time.date()).days


def _comparable(record: DayInScaleRecord, paid_rmb_bn: float | None) -> float | None:
    return None if paid_rmb_bn is None else _positive(paid_rmb_bn) / record.paid_share_of_orders


def _positive(paid_rmb_bn: float) -> float:
    if not paid_rmb_bn > 0:
        raise InputError(f"'paid_rmb_bn' must be above 0 (got {paid_rmb_bn:g})")
    return paid_rmb_bn


def _totals(gmv: pd.DataFrame) -> dict[pd.Period, float]:
    _need(gmv, ("period", "value"), "gmv")
    return {
        pd.Period(str(name), freq="Q"): float(value)
        for name, value in zip(gmv["period"], gmv["value"], strict=True)
    }


def _need(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise InputError(
            f"'{name}' must have the columns {', '.join(columns)} (missing: {', '.join(absent)})"
        )
