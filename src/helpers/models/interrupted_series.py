r"""Interrupted series: does GMV itself show the cut, and could it?

For every combination of trend, window, coding of the time after the reopening, and lockdown dummy

.. math:: \ln GMV_t = \sum_{i=1}^{4} \alpha_i Q_{it} + f(t) + \beta\, x_t + \gamma\, D_t + \varepsilon_t,

with quarter-of-year effects :math:`Q_{it}`, a bending trend :math:`f`, the share :math:`x_t` of the
quarter's days on which links were closed, and a dummy :math:`D_t` for the lockdown quarter. The effect of a
fully exposed quarter is :math:`100\,(e^{\beta} - 1)` percent of GMV. No combination is picked; the whole
curve is the result.

*Trends* (time :math:`t` in quarters): quadratic, :math:`t` and :math:`t^2`; log time, :math:`\ln` of
quarters since the launch; spline, :math:`t` and :math:`(t - t_{mid})_+` with its knot in the middle of the
window; saturation,
:math:`t` and :math:`e^{-t/\tau}`. *Windows*: all quarters; from a given quarter on; a number of quarters to
both sides of the cut. *Codings*: closed to the end, or open again from the reopening. What holds after it
is not known (it was reported as limited in time); the truth lies between the two. Combinations that come
out with the same columns are estimated once and the repeats say so.

*Intervals.* With 10 to 23 quarters a kernel (HAC) covariance is biased towards zero, so that it would be too
narrow alone; ordinary standard errors ignore autocorrelation. Both are given and the interval takes the
larger, with Student's t on the degrees of freedom left. Durbin-Watson and Ljung-Box are beside it.

*Placebos.* The same exposure profile is moved to every other quarter that leaves a margin on both sides. With
:math:`n` placebos the share of dates at least as extreme, the true one included, cannot be smaller than
:math:`1/(n+1)`. They lie in the same series and near the true date share its exposed quarters, so they are
not independent. *Search.* The largest :math:`|t|` over all combinations is compared with its own
distribution: over placebo dates common to all, and under permuted residuals of the best model without
exposure.

*Power.* The smallest effect found with given power in a two-sided test at the level of the interval solves
the noncentral t distribution with shift :math:`\ln`-effect over standard error. Beside the direct-loss
bound it says whether the design could have seen what it looks for.

*Robustness.* The same models in four-quarter differences, and a structural series with a randomly bending
trend (local linear trend with smooth slope, fixed season) in which exposure is a state, so that its standard
error holds the uncertainty of trend and season, given the variances.

Left out: a comparison series (none of the same definition exists), a slowly growing effect, anticipation
between notice and cut, and closings before it. No cause follows from sequence alone.

References
----------
Newey, W. K., West, K. D. (1987). A simple, positive semi-definite, heteroskedasticity and autocorrelation
consistent covariance matrix. *Econometrica* 55(3), 703-708.
Freedman, D., Lane, D. (1983). A nonstochastic interpretation of reported significance levels. *Journal of
Business & Economic Statistics* 1(4), 292-298.
Simonsohn, U., Simmons, J. P., Nelson, L. D. (2020). Specification curve analysis. *Nature Human Behaviour* 4,
1208-1214.
Harvey, A. C. (1989). *Forecasting, Structural Time Series Models and the Kalman Filter*, chapter 7.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import field_validator
from scipy import optimize, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.stats.stattools import durbin_watson
from statsmodels.tsa.statespace.structural import UnobservedComponents

from helpers.errors import InputError, UnknownNameError
from helpers.models.direct_loss import QUARTERS_A_YEAR
from helpers.models.interval import Estimate
from helpers.models.quarters import arrange_quarters, name_missing, parse_quarter
from helpers.models.record import Record, parameter

FloatArray = NDArray[np.float64]

TRENDS = ("quadratic", "log time", "spline", "saturation")
WINDOWS = ("all quarters", "late start", "around the cut")
CODINGS = ("closed", "open")
CHOICE_COLUMNS = ("number", "trend", "window", "coding", "lockdown")
ESTIMATE_COLUMNS = (
    "effect_pct",
    "low_pct",
    "high_pct",
    "effect_log",
    "standard_error_log",
    "hac_error_log",
    "t_value",
    "p_value",
    "r2",
    "aic",
    "aicc",
    "residual_sd_pct",
    "durbin_watson",
    "ljung_box_p",
    "smallest_detectable_pct",
)


class InterruptedSeriesRecord(Record):
    """Dates, windows and levels of the interrupted series."""

    cut_day: str = parameter(
        "2022-03-01",
        unit="ISO date",
        meaning="First day without outside links.",
        rests_on=("data:events/cut_effective",),
    )
    reopening_day: str = parameter(
        "2022-10-28",
        unit="ISO date",
        meaning="First day with outside links again, in the coding that takes them as open from then on.",
        rests_on=("data:events/links_reopened",),
    )
    lockdown_quarter: str = parameter(
        "2022Q2",
        unit="quarter",
        meaning="Quarter that the lockdown dummy marks.",
        rests_on=("data:kuaishou_quarterly/2022Q2/ecommerce_gmv",),
    )
    launch_quarter: str = parameter(
        "2018Q3",
        unit="quarter",
        meaning="Quarter before which there was no e-commerce; log time counts from here.",
    )
    late_start_quarter: str = parameter(
        "2021Q1",
        unit="quarter",
        meaning="First quarter of the window that leaves the first year out.",
        rests_on=("data:kuaishou_quarterly/2021Q1/ecommerce_gmv",),
    )
    window_quarters: int = parameter(
        8, unit="quarters", meaning="Quarters to each side in the window around the cut.", ge=4, le=40
    )
    saturation_quarters: float = parameter(
        4.0, unit="quarters", meaning="Time in which the early surplus growth decays.", ge=0.5, le=40.0
    )
    freedom_minimum: int = parameter(
        3,
        unit="quarters",
        meaning="Degrees of freedom below which no estimate is given, since its error has no variance.",
        ge=3,
        le=20,
    )
    placebo_margin: int = parameter(
        2, unit="quarters", meaning="Quarters that a placebo date leaves on both sides.", ge=1, le=10
    )
    interval_level: float = parameter(
        0.95, unit="probability, 0 to 1", meaning="Level of intervals and tests.", ge=0.5, le=0.999
    )
    detection_power: float = parameter(
        0.8,
        unit="probability, 0 to 1",
        meaning="Chance with which the smallest detectable effect is found.",
        ge=0.5,
        le=0.99,
    )
    search_draws: int = parameter(
        999, unit="draws", meaning="Permutations of residuals in the correction for search.", ge=99, le=9999
    )

    @field_validator("cut_day", "reopening_day")
    @classmethod
    def _check_day(cls, text: str) -> str:
        return date.fromisoformat(text).isoformat()

    @field_validator("lockdown_quarter", "launch_quarter", "late_start_quarter")
    @classmethod
    def _check_quarter(cls, text: str) -> str:
        return str(parse_quarter(text))


@dataclass(frozen=True)
class Specification:
    """One combination of choices; `number` counts from one in the order of `SPECIFICATIONS`."""

    number: int
    trend: str
    window: str
    coding: str
    lockdown: bool


SPECIFICATIONS = tuple(
    Specification(number, *choices)
    for number, choices in enumerate(product(TRENDS, WINDOWS, CODINGS, (False, True)), start=1)
)


@dataclass(frozen=True)
class CurveSummary:
    """The specification curve in a few numbers; None where `why` says that nothing was estimated.

    Effects are percent of GMV in a fully exposed quarter. `smallest_p` is one over the number of dates of the
    longest row of placebos. `bound_over_detectable` compares the direct-loss bound with the smallest effect
    that the best design finds: below one, the design cannot see a loss as large as the bound.
    `correlated_share` is the part of the combinations with autocorrelated residuals (Ljung-Box).
    """

    combinations: int
    estimated: int
    repeated: int
    median_effect_pct: float | None = None
    lowest_effect_pct: float | None = None
    highest_effect_pct: float | None = None
    lowest_low_pct: float | None = None
    highest_high_pct: float | None = None
    negative_share: float | None = None
    excluding_zero_share: float | None = None
    below_zero_share: float | None = None
    best_detectable_pct: float | None = None
    median_detectable_pct: float | None = None
    smallest_p: float | None = None
    bound_over_detectable: float | None = None
    correlated_share: float | None = None
    why: str | None = None

    @property
    def effect(self) -> Estimate:
        """Median effect in percent of GMV, between the lowest and the highest estimate."""
        return Estimate(self.median_effect_pct, self.lowest_effect_pct, self.highest_effect_pct)

    @property
    def detectable_over_bound(self) -> Estimate:
        """Smallest effect that the best design finds over the direct-loss bound."""
        if not self.bound_over_detectable:
            return Estimate.not_known("nothing stood outside")
        return Estimate(1 / self.bound_over_detectable)


@dataclass(frozen=True)
class SearchResult:
    """Chance of as large a |t| as the true date's after searching; None where `why` says what is lacking.

    `p_over_combinations` compares the largest |t| over all combinations at the true date with the same under
    permuted residuals, `p_over_dates` with the largest over all combinations *and* dates. Neither can be
    smaller than `smallest_p`.
    """

    draws: int
    smallest_p: float
    largest_t: float | None = None
    largest_t_any_date: float | None = None
    p_over_combinations: float | None = None
    p_over_dates: float | None = None
    null_trend: str | None = None
    why: str | None = None


@dataclass(frozen=True)
class _Design:
    """Columns of one combination; `controls` has shape (n, k), `exposure` and `outcome` shape (n,)."""

    quarters: pd.PeriodIndex
    outcome: FloatArray
    controls: FloatArray
    exposure: FloatArray

    @property
    def columns(self) -> FloatArray:
        return np.column_stack([self.controls, self.exposure])

    @property
    def freedom(self) -> int:
        return int(self.outcome.size - self.controls.shape[1] - 1)

    @property
    def key(self) -> tuple[str, bytes]:
        return str(self.quarters[0]), np.round(self.columns, 9).tobytes()


def solve_exposure(record: InterruptedSeriesRecord, quarters: pd.PeriodIndex, coding: str) -> FloatArray:
    """Share of each quarter's days on which links were closed.

    Parameters
    ----------
    record : InterruptedSeriesRecord
        Gives the days of cut and reopening.
    quarters : PeriodIndex
        Quarters, shape (n,).
    coding : {"closed", "open"}
        Closed to the end, or open again from the reopening.

    Returns
    -------
    ndarray, shape (n,)
        0 to 1; a quarter with the cut on its 60th of 90 days has 31/90.

    Raises
    ------
    UnknownNameError
        If the coding is none of the two.
    """
    if coding not in CODINGS:
        raise UnknownNameError("coding", coding, CODINGS)
    # Quarters count from 1970Q1; whole-array date arithmetic, since every placebo passes through here.
    months = np.datetime64("1970-01", "M") + 3 * quarters.asi8
    first, after = months.astype("datetime64[D]"), (months + 3).astype("datetime64[D]")
    end = np.datetime64(record.reopening_day) if coding == "open" else after.max(initial=after[0])
    exposed = np.minimum(after, end) - np.maximum(first, np.datetime64(record.cut_day))
    days: FloatArray = (after - first).astype(float)
    return np.asarray(np.maximum(exposed.astype(float), 0.0) / days)


@lru_cache(maxsize=256)
def solve_detectable_shift(freedom: int, level: float, power: float) -> float:
    """Effect over standard error that a two-sided t test finds with the power wanted.

    Parameters
    ----------
    freedom : int
        Degrees of freedom.
    level : float
        Confidence level, e.g. 0.95 for a test at 5 %.
    power : float
        Chance of a rejection, above one less the level.
    """
    critical = float(stats.t.ppf((1 + level) / 2, freedom))

    def miss(shift: float) -> float:
        # Far in the wrong-sign tail the distribution function underflows to NaN; it is zero there.
        wrong_sign = np.nan_to_num(stats.nct.cdf(-critical, freedom, shift))
        return power - float(stats.nct.sf(critical, freedom, shift) + wrong_sign)

    return float(optimize.brentq(miss, 0.0, 3 * critical + 5))


def solve_specification_curve(record: InterruptedSeriesRecord, gmv: pd.Series) -> pd.DataFrame:
    """Estimate every combination.

    Parameters
    ----------
    record : InterruptedSeriesRecord
        Dates, windows, levels.
    gmv : Series
        GMV in RMB bn, index quarters; it may end early, be short or have holes.

    Returns
    -------
    DataFrame
        One row a combination, in the order of `SPECIFICATIONS`: `number`, `trend`, `window`, `coding`,
        `lockdown`, `first_quarter`, `last_quarter`, `quarters`, `freedom`, `effect_pct` with `low_pct` and
        `high_pct` (percent of GMV in a fully exposed quarter), `effect_log`, `standard_error_log`,
        `hac_error_log`, `t_value`, `p_value`, `r2`, `aic` and `aicc` (comparable within a window only),
        `residual_sd_pct`, `durbin_watson`, `ljung_box_p`, `smallest_detectable_pct` (a fall), `placebos`,
        `placebo_p`, `smallest_p`, and `why`: empty, or the reason why the numbers are NaN.
    """
    levels = arrange_quarters(gmv)
    seen: dict[tuple[str, bytes], int] = {}
    rows = [_estimate(record, levels, spec, seen) for spec in SPECIFICATIONS]
    curve = pd.DataFrame(rows).reindex(columns=_curve_columns())
    return curve.merge(_rank_placebos(summarise_placebos(record, gmv)), on="number", how="left")


def summarise_placebos(record: InterruptedSeriesRecord, gmv: pd.Series) -> pd.DataFrame:
    """Effect of the same exposure moved to every feasible quarter, for each combination that was estimated.

    Returns
    -------
    DataFrame
        `number`, `trend`, `window`, `coding`, `lockdown`, `quarter` in which the exposure begins,
        `true_date`, `effect_pct`, `t_value`.
    """
    levels = arrange_quarters(gmv)
    parts = [
        pd.DataFrame(
            {
                "number": spec.number,
                "trend": spec.trend,
                "window": spec.window,
                "coding": spec.coding,
                "lockdown": spec.lockdown,
                "quarter": [str(quarter) for quarter in starts],
                "true_date": starts == _cut_quarter(record),
                "effect_pct": 100 * np.expm1(effects[:, 0]),
                "t_value": t_values[:, 0],
            }
        )
        for spec, starts, effects, t_values in _scan(record, levels, np.log(levels.to_numpy())[:, None])
    ]
    names = [*CHOICE_COLUMNS, "quarter", "true_date", "effect_pct", "t_value"]
    return pd.concat(parts, ignore_index=True).dropna() if parts else pd.DataFrame(columns=names)


def simulate_search(record: InterruptedSeriesRecord, gmv: pd.Series, *, seed: int) -> SearchResult:
    """Correct for the search over combinations and dates with permuted residuals.

    The best model without exposure (lowest AICc on all quarters) is fitted, its residuals are permuted and
    added back, and every combination is estimated again at every date on each such series.

    Parameters
    ----------
    record : InterruptedSeriesRecord
        Gives the number of draws.
    gmv : Series
        GMV in RMB bn, index quarters.
    seed : int
        Seed of the permutations.
    """
    levels = arrange_quarters(gmv)
    smallest = 1 / (record.search_draws + 1)
    why = _name_obstacle(record, levels)
    null = None if why else _fit_null(record, levels)
    if null is None:
        return SearchResult(record.search_draws, smallest, why=why or "too few quarters for a trend")
    trend, fitted, residuals = null
    generator = np.random.default_rng(seed)
    order = np.argsort(generator.random((record.search_draws, residuals.size)), axis=1)
    outcomes = np.column_stack([np.log(levels.to_numpy()), fitted[:, None] + residuals[order].T])
    at_true, anywhere = _largest_t(record, levels, outcomes)
    if np.isnan(at_true[0]):
        return SearchResult(record.search_draws, smallest, why="too few quarters for any combination")
    return SearchResult(
        draws=record.search_draws,
        smallest_p=smallest,
        largest_t=float(at_true[0]),
        largest_t_any_date=float(anywhere[0]),
        p_over_combinations=float((at_true >= at_true[0]).mean()),
        p_over_dates=(1 + float((anywhere[1:] >= at_true[0]).sum())) * smallest,
        null_trend=trend,
    )


def summarise_curve(
    curve: pd.DataFrame, *, loss_bound_share: float | None = None, level: float = 0.95
) -> CurveSummary:
    """Put the specification curve into a few numbers.

    Parameters
    ----------
    curve : DataFrame
        As `solve_specification_curve` returns it.
    loss_bound_share : float, optional
        Share of the GMV that would have been which the direct-loss bound takes away, 0 to 1.
    level : float
        Level of the test on the residuals.
    """
    done = curve[curve["why"] == ""]
    repeated = int(curve["why"].str.startswith("same columns").sum())
    if done.empty:
        return CurveSummary(len(curve), 0, repeated, why=str(curve["why"].iloc[0]))
    best = float(done["smallest_detectable_pct"].min())
    return CurveSummary(
        combinations=len(curve),
        estimated=len(done),
        repeated=repeated,
        median_effect_pct=float(done["effect_pct"].median()),
        lowest_effect_pct=float(done["effect_pct"].min()),
        highest_effect_pct=float(done["effect_pct"].max()),
        lowest_low_pct=float(done["low_pct"].min()),
        highest_high_pct=float(done["high_pct"].max()),
        negative_share=float((done["effect_pct"] < 0).mean()),
        excluding_zero_share=float(((done["low_pct"] > 0) | (done["high_pct"] < 0)).mean()),
        below_zero_share=float((done["high_pct"] < 0).mean()),
        best_detectable_pct=best,
        median_detectable_pct=float(done["smallest_detectable_pct"].median()),
        smallest_p=float(done["smallest_p"].min()),
        bound_over_detectable=None if loss_bound_share is None else 100 * loss_bound_share / best,
        correlated_share=float((done["ljung_box_p"] < 1 - level).mean()),
    )


def solve_differences(record: InterruptedSeriesRecord, gmv: pd.Series) -> pd.DataFrame:
    """Estimate the combinations on all quarters in four-quarter differences, which need no season.

    Differences over four quarters overlap, so that the HAC covariance takes four lags.

    Returns
    -------
    DataFrame
        `trend`, `coding`, `lockdown`, `first_quarter`, `last_quarter`, `quarters`, `freedom`, the columns of
        the estimate as in `solve_specification_curve`, and `why`.
    """
    levels = arrange_quarters(gmv)
    obstacle = _name_obstacle(record, levels)
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[str, bytes], int] = {}
    for spec in (spec for spec in SPECIFICATIONS if spec.window == WINDOWS[0]):
        row: dict[str, Any] = {"trend": spec.trend, "coding": spec.coding, "lockdown": spec.lockdown}
        design = None if obstacle else _difference(_build_design(record, levels, spec))
        rows.append(row | _estimate_design(record, design, obstacle, seen, spec.number, lags=QUARTERS_A_YEAR))
    names = ["trend", "coding", "lockdown", *_curve_columns()[5:]]
    return pd.DataFrame(rows).reindex(columns=names)


def solve_structural(record: InterruptedSeriesRecord, gmv: pd.Series) -> pd.DataFrame:
    """Estimate the effect in a structural series with a randomly bending trend and a fixed season.

    Returns
    -------
    DataFrame
        `coding`, `lockdown`, `quarters`, `effect_pct`, `low_pct`, `high_pct`, `standard_error_log`,
        `converged` (of the likelihood), and `why`.
    """
    levels = arrange_quarters(gmv)
    obstacle = _name_obstacle(record, levels)
    rows: list[dict[str, Any]] = []
    for coding, lockdown in product(CODINGS, (False, True)):
        why = obstacle or _name_same_coding(record, levels, coding)
        row: dict[str, Any] = {"coding": coding, "lockdown": lockdown, "quarters": len(levels)}
        rows.append(row | ({"why": why} if why else _fit_structural(record, levels, coding, lockdown)))
    names = ["coding", "lockdown", "quarters", "effect_pct", "low_pct", "high_pct", "standard_error_log"]
    return pd.DataFrame(rows).reindex(columns=[*names, "converged", "why"])


def summarise_differences(table: pd.DataFrame) -> Estimate:
    """Median effect in four-quarter differences, between the lowest and the highest estimate.

    Parameters
    ----------
    table : DataFrame
        As `solve_differences` returns it.
    """
    effects = table["effect_pct"].dropna()
    if effects.empty:
        return Estimate.not_known("too few quarters")
    return Estimate(effects.median(), effects.min(), effects.max())


def summarise_structural(table: pd.DataFrame) -> Estimate:
    """Median effect over the variants of the structural series, and the ends of all their intervals.

    Parameters
    ----------
    table : DataFrame
        As `solve_structural` returns it.
    """
    known = table.dropna(subset=["effect_pct"])
    if known.empty:
        return Estimate.not_known("too few quarters")
    return Estimate(known["effect_pct"].median(), known["low_pct"].min(), known["high_pct"].max())


def _curve_columns() -> list[str]:
    return [*CHOICE_COLUMNS, "first_quarter", "last_quarter", "quarters", "freedom", *ESTIMATE_COLUMNS, "why"]


def _cut_quarter(record: InterruptedSeriesRecord) -> pd.Period:
    return pd.Period(record.cut_day, freq="Q")


def _name_obstacle(record: InterruptedSeriesRecord, levels: pd.Series) -> str:
    """Say what keeps the whole series from being used, or nothing."""
    if levels.empty:
        return "too few quarters: the series is empty"
    if levels.index[-1] < _cut_quarter(record) or levels.index[0] >= _cut_quarter(record):
        return f"the series has no quarter on each side of the cut in {_cut_quarter(record)}"
    return name_missing(levels, list(levels.index)) or ""


def _select_window(
    record: InterruptedSeriesRecord, quarters: pd.PeriodIndex, window: str
) -> NDArray[np.bool_]:
    """Mark the quarters of a window, shape (n,)."""
    cut = _cut_quarter(record)
    if window == "all quarters":
        chosen = quarters >= quarters[0]
    elif window == "late start":
        chosen = quarters >= parse_quarter(record.late_start_quarter)
    elif window == "around the cut":
        chosen = (quarters >= cut - record.window_quarters) & (quarters < cut + record.window_quarters)
    else:
        raise UnknownNameError("window", window, WINDOWS)
    return np.asarray(chosen, dtype=bool)


def _build_trend(record: InterruptedSeriesRecord, quarters: pd.PeriodIndex, trend: str) -> FloatArray:
    """Columns of a trend, shape (n, 1 or 2), scaled to the order of one."""
    time = np.arange(len(quarters), dtype=float)
    scaled = time / max(1, len(quarters) - 1)
    if trend == "quadratic":
        return np.column_stack([scaled, scaled**2])
    if trend == "log time":
        since = np.asarray(quarters.asi8 - parse_quarter(record.launch_quarter).ordinal + 1, dtype=float)
        if since.min() < 1:
            raise InputError(f"'launch_quarter' must not be after the first quarter ({quarters[0]})")
        return np.asarray(np.log(since)[:, None])
    if trend == "spline":
        return np.column_stack([scaled, np.maximum(scaled - 0.5, 0.0)])
    if trend == "saturation":
        return np.column_stack([scaled, np.exp(-time / record.saturation_quarters)])
    raise UnknownNameError("trend", trend, TRENDS)


def _build_controls(
    record: InterruptedSeriesRecord, quarters: pd.PeriodIndex, trend: str, lockdown: bool
) -> FloatArray:
    """Season, trend and, where asked for and inside the window, the lockdown dummy, shape (n, k)."""
    season = (quarters.quarter.to_numpy()[:, None] == np.arange(1, 5)).astype(float)
    marked = (quarters == parse_quarter(record.lockdown_quarter)).astype(float)
    extra = [marked] if lockdown and marked.any() else []
    return np.column_stack([season, _build_trend(record, quarters, trend), *extra])


def _build_design(record: InterruptedSeriesRecord, levels: pd.Series, spec: Specification) -> _Design:
    every = pd.PeriodIndex(levels.index)
    inside = _select_window(record, every, spec.window)
    quarters = every[inside]
    return _Design(
        quarters=quarters,
        outcome=np.log(levels.to_numpy()[inside]),
        controls=_build_controls(record, quarters, spec.trend, spec.lockdown),
        exposure=solve_exposure(record, quarters, spec.coding),
    )


def _difference(design: _Design) -> _Design:
    """Take four-quarter differences of every column and drop those that vanish."""
    lag = QUARTERS_A_YEAR
    controls = design.controls[lag:] - design.controls[:-lag]
    return _Design(
        quarters=design.quarters[lag:],
        outcome=design.outcome[lag:] - design.outcome[:-lag],
        controls=controls[:, np.abs(controls).max(axis=0, initial=0.0) > 1e-12],
        exposure=design.exposure[lag:] - design.exposure[:-lag],
    )


def _estimate(
    record: InterruptedSeriesRecord,
    levels: pd.Series,
    spec: Specification,
    seen: dict[tuple[str, bytes], int],
) -> dict[str, Any]:
    """One row of the curve."""
    row = {"number": spec.number, "trend": spec.trend, "window": spec.window, "coding": spec.coding}
    obstacle = _name_obstacle(record, levels)
    design = None if obstacle else _build_design(record, levels, spec)
    return row | {"lockdown": spec.lockdown} | _estimate_design(record, design, obstacle, seen, spec.number)


def _estimate_design(
    record: InterruptedSeriesRecord,
    design: _Design | None,
    obstacle: str,
    seen: dict[tuple[str, bytes], int],
    number: int,
    *,
    lags: int | None = None,
) -> dict[str, Any]:
    """Columns of the estimate, or the reason why there is none."""
    if design is None:
        return {"quarters": 0, "freedom": 0, "why": obstacle}
    row: dict[str, Any] = {"quarters": design.outcome.size, "freedom": design.freedom}
    if design.outcome.size:
        row |= {"first_quarter": str(design.quarters[0]), "last_quarter": str(design.quarters[-1])}
    why = _name_weakness(record, design)
    if not why and seen.setdefault(design.key, number) != number:
        why = f"same columns as combination {seen[design.key]}"
    return row | ({"why": why} if why else _fit(record, design, lags) | {"why": ""})


def _name_weakness(record: InterruptedSeriesRecord, design: _Design) -> str:
    """Say why a design cannot be estimated, or nothing."""
    if design.freedom < record.freedom_minimum:
        return (
            f"too few quarters: {design.outcome.size} leave {max(0, design.freedom)} degrees of freedom, "
            f"{record.freedom_minimum} are needed"
        )
    if np.linalg.matrix_rank(design.columns) < design.columns.shape[1]:
        return "exposure cannot be told apart from the other columns"
    return ""


def _fit(record: InterruptedSeriesRecord, design: _Design, lags: int | None) -> dict[str, float]:
    """Fit one design by least squares and describe its last coefficient and its residuals."""
    count, width = design.columns.shape
    fit = OLS(design.outcome, design.columns).fit()
    # Newey and West's rule of thumb for the number of lags.
    lags = int(4 * (count / 100) ** (2 / 9)) if lags is None else lags
    robust = fit.get_robustcov_results("HAC", maxlags=lags, use_correction=True, use_t=True)
    effect, error = float(fit.params[-1]), float(fit.bse[-1])
    wide = max(error, float(robust.bse[-1]))
    box = acorr_ljungbox(fit.resid, lags=[min(QUARTERS_A_YEAR, count // 2)], return_df=True)
    return {
        **_state_effect(effect, wide, design.freedom, record.interval_level),
        "effect_log": effect,
        "standard_error_log": error,
        "hac_error_log": float(robust.bse[-1]),
        "t_value": effect / error,
        "p_value": float(fit.pvalues[-1]),
        "r2": float(fit.rsquared),
        "aic": float(fit.aic),
        "aicc": float(fit.aic) + _small_sample_penalty(count, width),
        "residual_sd_pct": 100 * float(np.sqrt(fit.scale)),
        "durbin_watson": float(durbin_watson(fit.resid)),
        "ljung_box_p": float(box["lb_pvalue"].iloc[0]),
        "smallest_detectable_pct": -100
        * float(
            np.expm1(
                -wide * solve_detectable_shift(design.freedom, record.interval_level, record.detection_power)
            )
        ),
    }


def _state_effect(effect: float, error: float, freedom: float, level: float) -> dict[str, float]:
    """Effect and interval in percent of GMV."""
    reach = float(stats.t.ppf((1 + level) / 2, freedom)) * error
    bounds = {"effect_pct": effect, "low_pct": effect - reach, "high_pct": effect + reach}
    return {name: 100 * float(np.expm1(value)) for name, value in bounds.items()}


def _small_sample_penalty(count: int, width: int) -> float:
    """What AICc adds to AIC; the variance counts as a parameter."""
    parameters = width + 1
    return 2 * parameters * (parameters + 1) / (count - parameters - 1) if count > parameters + 1 else np.inf


def _list_starts(record: InterruptedSeriesRecord, design: _Design, coding: str) -> pd.PeriodIndex:
    """Quarters in which a placebo may begin, the true one always included."""
    quarters, cut, margin = design.quarters, _cut_quarter(record), record.placebo_margin
    length = margin
    if coding == "open" and quarters[-1] >= pd.Period(record.reopening_day, freq="Q"):
        length = max(margin, pd.Period(record.reopening_day, freq="Q").ordinal - cut.ordinal + 1)
    place = np.arange(len(quarters))
    feasible = (place >= margin) & (len(quarters) - place >= length)
    return quarters[feasible | (quarters == cut)]


def _scan(
    record: InterruptedSeriesRecord, levels: pd.Series, outcomes: FloatArray
) -> Iterator[tuple[Specification, pd.PeriodIndex, FloatArray, FloatArray]]:
    """Yield effects and t values of shape (starts, outcomes) for each distinct combination.

    `outcomes` holds log levels of shape (quarters, outcomes).
    """
    if _name_obstacle(record, levels):
        return
    seen: set[tuple[str, bytes]] = set()
    for spec in SPECIFICATIONS:
        design = _build_design(record, levels, spec)
        if _name_weakness(record, design) or design.key in seen:
            continue
        seen.add(design.key)
        starts = _list_starts(record, design, spec.coding)
        exposures = _shift_exposure(record, design.quarters, starts, spec.coding)
        inside = _select_window(record, pd.PeriodIndex(levels.index), spec.window)
        yield spec, starts, *_solve_t_values(design.controls, exposures, outcomes[inside])


def _shift_exposure(
    record: InterruptedSeriesRecord, quarters: pd.PeriodIndex, starts: pd.PeriodIndex, coding: str
) -> FloatArray:
    """Exposure of each quarter if the profile of the cut began at each start, shape (quarters, starts)."""
    since = quarters.asi8[:, None] - starts.asi8[None, :]
    first = _cut_quarter(record) + int(since.min())
    profile = pd.period_range(first, periods=int(np.ptp(since)) + 1, freq="Q")
    return np.asarray(solve_exposure(record, profile, coding)[since - since.min()])


def _solve_t_values(
    controls: FloatArray, exposures: FloatArray, outcomes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Coefficient and t value of each exposure on each outcome, controls partialled out of both.

    Parameters
    ----------
    controls, exposures, outcomes : ndarray, shapes (n, k), (n, d), (n, b)

    Returns
    -------
    tuple of ndarray, both of shape (d, b)
        NaN for an exposure that the controls span.
    """
    basis, _ = np.linalg.qr(controls)
    exposures_left = exposures - basis @ (basis.T @ exposures)
    outcomes_left = outcomes - basis @ (basis.T @ outcomes)
    weight = (exposures_left**2).sum(axis=0)
    weight = np.where(weight > 1e-10 * (exposures**2).sum(axis=0), weight, np.nan)[:, None]
    effects = exposures_left.T @ outcomes_left / weight
    total = (outcomes_left**2).sum(axis=0)
    # A perfect fit leaves rounding only, which may come out below zero.
    squares = np.maximum(total - effects**2 * weight, 1e-15 * total)
    freedom = controls.shape[0] - controls.shape[1] - 1
    return effects, effects / np.sqrt(squares / freedom / weight)


def _rank_placebos(placebos: pd.DataFrame) -> pd.DataFrame:
    """Number of placebos and rank of the true date, by combination."""
    rows = []
    for number, part in placebos.groupby("number"):
        size = part["t_value"].abs()
        true = size[part["true_date"].astype(bool)]
        rows.append((number, len(part) - 1, float((size >= true.iloc[0]).mean()), 1 / len(part)))
    names = ["number", "placebos", "placebo_p", "smallest_p"]
    return pd.DataFrame(rows, columns=names).astype({"number": "int64"})


def _fit_null(
    record: InterruptedSeriesRecord, levels: pd.Series
) -> tuple[str, FloatArray, FloatArray] | None:
    """Trend, fitted values and residuals of the model without exposure that has the lowest AICc."""
    quarters, outcome = pd.PeriodIndex(levels.index), np.log(levels.to_numpy())
    fits = []
    for trend, lockdown in product(TRENDS, (False, True)):
        controls = _build_controls(record, quarters, trend, lockdown)
        if controls.shape[0] - controls.shape[1] >= record.freedom_minimum:
            fit = OLS(outcome, controls).fit()
            score = float(fit.aic) + _small_sample_penalty(*controls.shape)
            fits.append((score, trend, np.asarray(fit.fittedvalues), np.asarray(fit.resid)))
    return min(fits, key=lambda item: item[0])[1:] if fits else None


def _largest_t(
    record: InterruptedSeriesRecord, levels: pd.Series, outcomes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Largest |t| over combinations at the true date, and over combinations and dates, shape (outcomes,)."""
    at_true = np.full(outcomes.shape[1], np.nan)
    anywhere = at_true.copy()
    for _, starts, _, t_values in _scan(record, levels, outcomes):
        size = np.abs(t_values)
        at_true = np.fmax(at_true, size[starts == _cut_quarter(record)][0])
        anywhere = np.fmax(anywhere, np.fmax.reduce(size, axis=0))
    return at_true, anywhere


def _name_same_coding(record: InterruptedSeriesRecord, levels: pd.Series, coding: str) -> str:
    """Say that a coding cannot be told from the first one before the series reaches the reopening."""
    first, other = (
        solve_exposure(record, pd.PeriodIndex(levels.index), name) for name in (CODINGS[0], coding)
    )
    return f"same exposure as {CODINGS[0]}" if coding != CODINGS[0] and (first == other).all() else ""


def _fit_structural(
    record: InterruptedSeriesRecord, levels: pd.Series, coding: str, lockdown: bool
) -> dict[str, Any]:
    """Effect, interval and convergence of one structural series."""
    quarters = pd.PeriodIndex(levels.index)
    marked = (quarters == parse_quarter(record.lockdown_quarter)).astype(float)
    columns = [solve_exposure(record, quarters, coding), *([marked] if lockdown and marked.any() else [])]
    # Level, slope and three seasonal states are estimated beside the regressors.
    freedom = len(quarters) - 5 - len(columns)
    if freedom < record.freedom_minimum:
        return {"why": f"too few quarters: {len(quarters)} leave {max(0, freedom)} degrees of freedom"}
    model = UnobservedComponents(
        np.log(levels.to_numpy()),
        level="strend",
        seasonal=QUARTERS_A_YEAR,
        stochastic_seasonal=False,
        exog=np.column_stack(columns),
        mle_regression=False,
        use_exact_diffuse=True,
    )
    with warnings.catch_warnings():
        # Non-convergence is reported in its own column.
        warnings.simplefilter("ignore")
        fit = model.fit(disp=False, maxiter=200)
    place = -len(columns)
    error = float(np.sqrt(fit.smoothed_state_cov[place, place, -1]))
    return {
        **_state_effect(float(fit.smoothed_state[place, -1]), error, freedom, record.interval_level),
        "standard_error_log": error,
        "converged": bool(fit.mle_retvals["converged"]),
        "why": "",
    }
