r"""What a product moved by: log-mean Divisia decomposition (LMDI-I).

Equations
---------
For ``V = x_1 * ... * x_n`` between two periods, with the logarithmic mean ``L(a, b) = (a - b) / log(a / b)``,
``L(a, a) = a`` and ``L(a, 0) = 0``,

    additive          effect_k = L(V_1, V_0) * log(x_k1 / x_k0)        effects add up to V_1 - V_0
    multiplicative    effect_k = x_k1 / x_k0                           effects multiply to V_1 / V_0

Both are exact. (Multiplicative LMDI-I weighs the logs by ``L(V_1, V_0) / L(V_1, V_0)``, which is one for a
single product.) A chain applies this between neighbouring periods and adds, or multiplies, the links.

Zeros take the limit that a small number in their place approaches: if ``z`` factors rise from zero, each
takes ``V_1 / z``; if ``z`` fall to zero, each takes ``-V_0 / z``; the other factors take nothing. If the
product is zero on both sides, so are all effects. A ratio to or from zero is not defined.

Bounds: with each value known to an interval, ``L`` rises in both arguments and the log ratio is largest from
the lowest start to the highest end, so the product of the two intervals contains the effect. The range is an
outer one: it never misses, and may be a little wide. If a factor is a quotient of printed figures, its
interval is that of the quotient, and the total's own interval goes into ``L``. A print is taken to lie within
half a unit of its last digit. A zero at its end cannot be seen in a number, so such an interval is too wide
rather than too narrow; but a figure derived from several prints may be less exact than it looks
(``print_error_units`` widens all).

Identities
----------
* user hours: GMV = daily users * days * hours per user and day * GMV per user-hour. The days of the period
  are a factor of their own, or the leap day would hide in the others.
* buyers: GMV = monthly users * buyers per user * GMV per monthly buyer.

What it leaves out
------------------
This is accounting, not cause: it says which factor moved while GMV moved, and would say the same whichever
drove the other. The marginal worth of users or time is not identified. Factors are averages of a period;
users of the app who never shop stand in the same hours as those who do. GMV per user-hour holds everything
else: supply, prices, campaigns, season. Compare a quarter with the same quarter of another year, or season
is taken for change.

References
----------
Ang (2005), The LMDI approach to decomposition analysis: a practical guide, Energy Policy 33. Ang and Liu
(2007), Handling zero values in the logarithmic mean Divisia index decomposition approach, Energy Policy 35.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import InputError
from helpers.models.record import Record, parameter

Floats = NDArray[np.float64]

ADDITIVE, MULTIPLICATIVE = "additive", "multiplicative"
TOTAL = "total"
EFFECT_COLUMNS = ["start", "end", "factor", "effect", "low", "high", "share_pct", "why"]
VALUE_COLUMNS = ["period", "factor", "value", "low", "high"]
# Relative error of the series for the logarithmic mean below this gap of logs: under 1e-15.
NEAR = 1e-3
PERIOD = re.compile(r"\d{4}(Q[1-4])?")


class DivisiaRecord(Record):
    """Choices of the decomposition."""

    decomposition_form: str = parameter(
        ADDITIVE,
        unit="form",
        meaning="Effects that add up to the change, or that multiply to the ratio.",
        choices=(ADDITIVE, MULTIPLICATIVE),
    )
    print_error_units: float = parameter(
        0.5,
        unit="units of the last printed digit",
        meaning="How far a true value may lie from its print; half a unit is rounding.",
        ge=0.0,
        le=2.0,
    )


class Known(NamedTuple):
    """A figure with what its print allows; value is NaN where the figure is one-sided."""

    value: float
    low: float
    high: float


Series = dict[str, Known]
Row = tuple[str, float, float, float, str]


@dataclass(frozen=True)
class Identity:
    """A product identity over periods.

    Attributes
    ----------
    table : DataFrame
        ``period``, ``factor``, ``value``, ``low``, ``high``: factors in the order of the product, then
        `TOTAL`. The value is NaN and one bound 0 or infinite where a figure is one-sided.
    factors : tuple of str
        Names of the factors, in the order of the product.
    left_out : DataFrame
        ``period``, ``why``: periods that lack a figure.
    """

    table: pd.DataFrame
    factors: tuple[str, ...]
    left_out: pd.DataFrame


def solve_logarithmic_mean(a: float, b: float) -> float:
    """Return the logarithmic mean of two non-negative numbers.

    >>> round(solve_logarithmic_mean(1.0, 2.0), 4)
    1.4427

    Raises
    ------
    InputError
        If a number is negative.
    """
    if a < 0 or b < 0:
        raise InputError(f"a logarithmic mean needs numbers of at least 0 (got {a:g} and {b:g})")
    if a == 0 or b == 0:
        return 0.0
    gap = math.log(a) - math.log(b)
    # Near equality the quotient loses its digits; the series around the geometric mean does not.
    return math.sqrt(a) * math.sqrt(b) * (1 + gap**2 / 24) if abs(gap) < NEAR else (a - b) / gap


def solve_effects(start: Sequence[float], end: Sequence[float]) -> Floats:
    """Decompose the change of one product into the additive effects of its factors.

    Parameters
    ----------
    start, end : sequence of float, length n_factors
        Factors in the two periods, at least 0.

    Returns
    -------
    ndarray, shape (n_factors,)
        Effects in the unit of the product; they add up to its change.

    Raises
    ------
    InputError
        If the lengths differ or a factor is negative or not finite.
    """
    first, last = _factors(start, end)
    if (first == 0).any() or (last == 0).any():
        return _effects_with_zero(first, last)
    logs = np.log(last) - np.log(first)
    gap, before, after = float(logs.sum()), float(first.prod()), float(last.prod())
    # The gap of the logs outlives a product too small for a float.
    mean = solve_logarithmic_mean(after, before) if abs(gap) < NEAR else (after - before) / gap
    effects: Floats = mean * logs
    return effects


def solve_decomposition(record: DivisiaRecord, identity: Identity, *, start: str, end: str) -> pd.DataFrame:
    """Decompose the change of an identity's total between two periods.

    Parameters
    ----------
    record : DivisiaRecord
    identity : Identity
    start, end : str
        Periods.

    Returns
    -------
    DataFrame
        One row a factor and one for `TOTAL`: ``start``, ``end``, ``factor``, ``effect`` (unit of the total,
        or a ratio in the multiplicative form), ``low``, ``high``, ``share_pct`` (of the change, or of its
        log; NaN if nothing changed), ``why`` (empty where known). Where a period lacks a figure all numbers
        are NaN; where a figure is one-sided, its effect and the open side of its bounds are.
    """
    names = (*identity.factors, TOTAL)
    first, last = (_of_period(identity, period) for period in (start, end))
    if not first or not last:
        rows = [_unknown(name, _gap(identity, (start, end))) for name in names]
    elif record.decomposition_form == ADDITIVE:
        rows = [_additive_row(first, last, name) for name in names]
    else:
        rows = [_ratio_row(first, last, name) for name in names]
    return _finish(record, rows, start, end)


def solve_chain(record: DivisiaRecord, identity: Identity, *, periods: Sequence[str]) -> pd.DataFrame:
    """Decompose the change link by link over a sequence of periods.

    Parameters
    ----------
    record : DivisiaRecord
    identity : Identity
    periods : sequence of str
        Periods in order, at least two; the caller picks comparable ones, e.g. second quarters.

    Returns
    -------
    DataFrame
        As `solve_decomposition`, one block a link.

    Raises
    ------
    InputError
        If there are fewer than two periods.
    """
    if len(periods) < 2:
        raise InputError(f"'periods' must name at least 2 periods (got {len(periods)})")
    links = [solve_decomposition(record, identity, start=a, end=b) for a, b in pairwise(periods)]
    return pd.concat(links, ignore_index=True)


def summarise_chain(record: DivisiaRecord, chain: pd.DataFrame) -> pd.DataFrame:
    """Add, or multiply, the links of a chain.

    Parameters
    ----------
    record : DivisiaRecord
        The one that made the chain.
    chain : DataFrame
        From `solve_chain`.

    Returns
    -------
    DataFrame
        As `solve_decomposition`, from the first period to the last. A link that is not known leaves the whole
        not known, and ``why`` names it. Errors of neighbouring links may add up, so the bounds are wide.
    """
    join = np.sum if record.decomposition_form == ADDITIVE else np.prod
    rows: list[Row] = []
    for name, links in chain.groupby("factor", sort=False):
        effect, low, high = (
            float(join(links[end].to_numpy(dtype=float))) for end in ("effect", "low", "high")
        )
        rows.append((str(name), effect, low, high, "; ".join(text for text in links["why"].unique() if text)))
    return _finish(record, rows, str(chain["start"].iloc[0]), str(chain["end"].iloc[-1]))


def summarise_user_hours(
    record: DivisiaRecord, *, gmv: pd.DataFrame, dau: pd.DataFrame, minutes: pd.DataFrame
) -> Identity:
    """Build the identity GMV = daily users * days * hours per user and day * GMV per user-hour.

    Parameters
    ----------
    record : DivisiaRecord
    gmv, dau, minutes : DataFrame
        Rows of one metric each: ``period`` (``2020Q1`` or ``2020``), ``value`` (RMB bn; million; minutes per
        user and day), ``bound``. May be empty.

    Returns
    -------
    Identity
        Total in RMB bn; factors ``daily users`` (billion), ``days``, ``hours per user and day``,
        ``GMV per user-hour`` (RMB).

    Raises
    ------
    InputError
        If a column is missing, a value is negative, or a period is neither a quarter nor a year.
    """
    sources = {
        "GMV": _read(record, gmv, "gmv"),
        "daily users": _scaled(_read(record, dau, "dau"), 1e-3),
        "time per user": _scaled(_read(record, minutes, "minutes"), 1 / 60),
    }
    users, hours = sources["daily users"], sources["time per user"]
    days: Series = {period: Known(*[_days(period)] * 3) for period in users}
    per_hour = _quotient(_quotient(_quotient(sources["GMV"], users), hours), days)
    factors = {
        "daily users": users,
        "days": days,
        "hours per user and day": hours,
        "GMV per user-hour": per_hour,
    }
    return _identity(sources, factors, sources["GMV"])


def summarise_buyers(
    record: DivisiaRecord, *, gmv: pd.DataFrame, mau: pd.DataFrame, buyers: pd.DataFrame
) -> Identity:
    """Build the identity GMV = monthly users * buyers per user * GMV per monthly buyer.

    Parameters
    ----------
    record : DivisiaRecord
    gmv, mau, buyers : DataFrame
        Rows of one metric each: ``period``, ``value`` (RMB bn; million; million), ``bound``. May be empty.

    Returns
    -------
    Identity
        Total in RMB bn; factors ``monthly users`` (billion), ``buyers per user`` (share),
        ``GMV per monthly buyer`` (RMB in the period).

    Raises
    ------
    InputError
        As in `summarise_user_hours`.
    """
    sources = {
        "GMV": _read(record, gmv, "gmv"),
        "monthly users": _scaled(_read(record, mau, "mau"), 1e-3),
        "monthly buyers": _scaled(_read(record, buyers, "buyers"), 1e-3),
    }
    total, users, bought = sources["GMV"], sources["monthly users"], sources["monthly buyers"]
    per_user, per_buyer = _quotient(bought, users), _quotient(total, bought)
    factors = {"monthly users": users, "buyers per user": per_user, "GMV per monthly buyer": per_buyer}
    return _identity(sources, factors, total)


def _factors(start: Sequence[float], end: Sequence[float]) -> tuple[Floats, Floats]:
    first, last = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    if first.shape != last.shape or first.ndim != 1:
        raise InputError(
            f"'start' and 'end' must be two lists of one length (got {first.shape} and {last.shape})"
        )
    both = np.concatenate([first, last])
    if not np.isfinite(both).all() or (both < 0).any():
        raise InputError("'start' and 'end' must hold finite factors of at least 0")
    return first, last


def _effects_with_zero(first: Floats, last: Floats) -> Floats:
    """Return the limit of the effects as a small number takes the place of every zero."""
    if (first == 0).any() and (last == 0).any():
        return np.zeros(len(first))
    turned = (first == 0) | (last == 0)
    effects: Floats = np.where(turned, (last.prod() - first.prod()) / turned.sum(), 0.0)
    return effects


def _read(record: DivisiaRecord, frame: pd.DataFrame, name: str) -> Series:
    columns = ("period", "value", "bound")
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise InputError(
            f"{name!r} must have the columns {', '.join(columns)} (missing: {', '.join(absent)})"
        )
    rows = zip(frame["period"], frame["value"], frame["bound"], strict=True)
    return {
        str(period): _known(record, name, str(period), float(value), bound) for period, value, bound in rows
    }


def _known(record: DivisiaRecord, name: str, period: str, value: float, bound: object) -> Known:
    if not PERIOD.fullmatch(period):
        raise InputError(f"{name!r} must hold quarters or years such as 2020Q1 or 2020 (got {period!r})")
    if not 0 <= value < math.inf:
        raise InputError(f"{name!r} must hold finite values of at least 0 (got {value:g} in {period})")
    if bound == "lower":
        return Known(math.nan, value, math.inf)
    if bound == "upper":
        return Known(math.nan, 0.0, value)
    decimals = len(f"{value:.9f}".rstrip("0").partition(".")[2])
    error = record.print_error_units * math.pow(10, -decimals)
    return Known(value, max(0.0, value - error), value + error)


def _scaled(series: Series, factor: float) -> Series:
    return {period: Known(*(factor * number for number in known)) for period, known in series.items()}


def _quotient(parts: Series, wholes: Series) -> Series:
    """Divide period by period, where both are known and nothing is divided by zero."""
    shared = [period for period in parts if period in wholes and wholes[period].value != 0]
    return {period: _divided(parts[period], wholes[period]) for period in shared}


def _divided(part: Known, whole: Known) -> Known:
    return Known(part.value / whole.value, part.low / whole.high, _over(part.high, whole.low))


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.inf


def _days(period: str) -> float:
    span = pd.Period(period)
    return float((span.end_time.normalize() - span.start_time).days + 1)


def _identity(sources: Mapping[str, Series], factors: Mapping[str, Series], total: Series) -> Identity:
    columns = {**factors, TOTAL: total}
    periods = sorted(set().union(*sources.values()))
    whole = [period for period in periods if all(period in series for series in columns.values())]
    rows = [(period, name, *series[period]) for period in whole for name, series in columns.items()]
    gaps = [(period, _lacking(sources, period)) for period in periods if period not in whole]
    left_out = pd.DataFrame(gaps, columns=["period", "why"])
    return Identity(pd.DataFrame(rows, columns=VALUE_COLUMNS), tuple(factors), left_out)


def _lacking(sources: Mapping[str, Series], period: str) -> str:
    absent = [name for name, series in sources.items() if period not in series]
    if not absent:
        return f"a figure of {period} is zero, so nothing can be divided by it"
    return f"{' and '.join(absent)} of {period} not published"


def _gap(identity: Identity, periods: Iterable[str]) -> str:
    known = set(identity.table["period"])
    gaps = dict(zip(identity.left_out["period"], identity.left_out["why"], strict=True))
    missing = [period for period in dict.fromkeys(periods) if period not in known]
    return "; ".join(gaps.get(period, f"no figure of {period} published") for period in missing)


def _of_period(identity: Identity, period: str) -> Series:
    """Return what is known of each factor and of the total; empty where the period lacks a figure."""
    rows = identity.table[identity.table["period"] == period]
    numbers = rows[["value", "low", "high"]].to_numpy(dtype=float).tolist()
    return {str(name): Known(*ends) for name, ends in zip(rows["factor"], numbers, strict=True)}


def _additive_row(first: Series, last: Series, name: str) -> Row:
    old, new = first[name], last[name]
    if name == TOTAL:
        return _row(name, Known(new.value - old.value, new.low - old.high, new.high - old.low))
    before, after = first[TOTAL], last[TOTAL]
    means = (_mean(after.low, before.low), _mean(after.high, before.high))
    logs = (_log(new.low) - _log(old.high), _log(new.high) - _log(old.low))
    ends = [0.0 if mean == 0 else mean * log for mean in means for log in logs]
    return _row(name, Known(_additive_effect(first, last, name), min(ends), max(ends)))


def _additive_effect(first: Series, last: Series, name: str) -> float:
    before, after = first[TOTAL].value, last[TOTAL].value
    if before > 0 and after > 0:
        return solve_logarithmic_mean(after, before) * (_log(last[name].value) - _log(first[name].value))
    names = [each for each in first if each != TOTAL]
    values = [[period[each].value for each in names] for period in (first, last)]
    return float(solve_effects(*values)[names.index(name)]) if np.isfinite(values).all() else math.nan


def _ratio_row(first: Series, last: Series, name: str) -> Row:
    old, new = first[name], last[name]
    if old.value == 0 or new.value == 0:
        return _unknown(name, "a ratio to or from zero is not defined")
    return _row(name, Known(new.value / old.value, new.low / old.high, _over(new.high, old.low)))


def _row(name: str, effect: Known) -> Row:
    low, high = (end if math.isfinite(end) else math.nan for end in (effect.low, effect.high))
    return name, effect.value, low, high, "only a bound was published" if math.isnan(effect.value) else ""


def _unknown(name: str, why: str) -> Row:
    return name, math.nan, math.nan, math.nan, why


def _mean(a: float, b: float) -> float:
    return math.inf if math.inf in (a, b) else solve_logarithmic_mean(a, b)


def _log(value: float) -> float:
    return -math.inf if value == 0 else math.log(value)


def _finish(record: DivisiaRecord, rows: Sequence[Row], start: str, end: str) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["factor", "effect", "low", "high", "why"])
    moved = table["effect"] if record.decomposition_form == ADDITIVE else np.log(table["effect"])
    total = float(moved[table["factor"] == TOTAL].item())
    share = 100 * moved / total if total else math.nan
    return table.assign(start=start, end=end, share_pct=share)[EFFECT_COLUMNS]
