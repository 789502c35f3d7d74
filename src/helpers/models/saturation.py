r"""How far the shelf's share can rise, and what total sales gain when it does.

Path of the share
-----------------
The share of quarter :math:`t` follows a logistic path under a ceiling :math:`K` or a straight line,

.. math:: m(t) = \frac{K}{1 + e^{-(a + b\,t)}}, \qquad m(t) = a + b\,t,

and what was printed is an interval that holds :math:`m(t)` plus normal noise of spread :math:`\sigma`, hence

.. math:: \ell = \sum_t \ln\Bigl[\Phi\bigl(\tfrac{u_t - m(t)}{\sigma}\bigr)
          - \Phi\bigl(\tfrac{l_t - m(t)}{\sigma}\bigr)\Bigr].

The profile likelihood of :math:`K` maximises over :math:`a, b, \sigma` at each ceiling. A ceiling stays in
the interval while twice its loss of likelihood is below :math:`n \ln(1 + F_{1,n-3} / (n-3))`, the exact limit
for a normal regression with three coefficients; with many rows it becomes the usual chi-square one. A share
cannot pass one: an interval that reaches one has no upper end, and the result says so. Since prints hold
noise, a ceiling may lie a little below the newest of them.

Displacement
------------
Of the shelf's growth :math:`\Delta S` a part :math:`d` would otherwise have been content sales. With
:math:`u` the growth that content would have had,

.. math:: 1 + u = \frac{O_1 + d\,\Delta S}{O_0}, \qquad
          \frac{G_1}{G_0} = \frac{(1-s_0)(1+u) + d\,s_0}{1 - (1-d)\,s_1}.

The same accounts fit every :math:`d` from 0 to 1, each with its own :math:`u`: the split of the two is not
identified. What differs is the year in which the shelf's share stands still (:math:`s_1 = s_0`). With
:math:`d = 0` total sales then grow at :math:`u`, the modest growth that content shows; with :math:`d = 1`
they grow at :math:`(1-s_0)\,u` whatever the shelf does, with a much larger :math:`u`.

Assumptions
-----------
Noise is independent from quarter to quarter; the same share of the shelf's growth is displaced everywhere.

What it leaves out
------------------
Seasons in the share (eight quarters cannot show any), a definition of the field that moves, demand drawn from
other platforms, and every reason why a share should stop. A likelihood on eight loose prints is rough.

References
----------
Bates, D. M. and Watts, D. G. (1988). *Nonlinear Regression Analysis and Its Applications*, ch. 6. Wiley.
(Profiles and their F limit.) Turnbull, B. W. (1976). The empirical distribution function with arbitrarily
grouped, censored and truncated data. *JRSS B* 38(3), 290-295. (Likelihood of interval-censored data.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import expit, fdtri, log_ndtr, logit

from helpers.models.interval import Estimate, FloatArray, Interval, propagate, read_period, shift_period
from helpers.models.quarters import parse_quarter
from helpers.models.record import Record, parameter

YEAR = 4  # quarters
FEWEST_ROWS = 5  # one more than the logistic path has parameters
PROFILE_POINTS = 40
NODES = 9  # growth with the share at rest may turn inside the box of prints
SPREAD_LIMITS = (0.0005, 0.2)  # of the noise, as a share of sales
DISPLACEMENTS = tuple(float(part) for part in np.linspace(0.0, 1.0, 21))
TOO_FEW = "fewer than five shares had been published, and a path with a ceiling has four parameters"
NO_UPPER_END = "every higher ceiling fits too, up to all of sales, so the interval has no upper end"
NO_LOWER_END = "ceilings just under the newest share fit too, so the interval has no lower end"
NO_YEAR = "the shelf's share was not printed for two quarters a year apart"
STILL_RISING = "the likelihood still rises at a ceiling of all sales, so no ceiling stands out"


class SaturationRecord(Record):
    """How the ceiling is judged and how far the paths are drawn on."""

    ceiling_confidence: float = parameter(
        0.95,
        unit="confidence level, 0.5 to 0.99",
        meaning="Level of the interval of the ceiling that the profile likelihood gives.",
        ge=0.5,
        le=0.99,
    )
    share_horizon_quarters: int = parameter(
        8,
        unit="quarters",
        meaning="How far beyond the last printed share the fitted paths are drawn.",
        ge=4,
        le=20,
    )


@dataclass(frozen=True)
class SharePaths:
    """Logistic path and straight line through the printed shares.

    Attributes
    ----------
    ceiling : Estimate
        Ceiling of the logistic path with its profile interval (fractions); an end that the prints do not give
        is ``None`` and `why` says so.
    profile : pandas.DataFrame
        Columns `ceiling`, `loss` (twice the loss of log likelihood), `limit` (loss allowed).
    paths : pandas.DataFrame
        Columns `period`, `published` (whether it lies within the printed quarters), `line`, `logistic`,
        `logistic_low`, `logistic_high` (paths at the ends of the ceiling's interval; fractions).
    line_akaike, logistic_akaike : float or None
        Akaike's criterion; the smaller one describes the prints better for its number of parameters.
    spread_points : float or None
        Noise left around the logistic path, percentage points.
    why : str or None
        Why nothing could be fitted.
    """

    ceiling: Estimate
    profile: pd.DataFrame
    paths: pd.DataFrame
    line_akaike: float | None
    logistic_akaike: float | None
    spread_points: float | None
    why: str | None

    @property
    def better(self) -> str | None:
        """The path that Akaike's criterion prefers: ``line`` or ``logistic``."""
        gap = self.akaike_gap
        return None if gap is None else "line" if gap <= 0 else "logistic"

    @property
    def akaike_gap(self) -> float | None:
        """Akaike's criterion of the line less that of the logistic path."""
        if self.line_akaike is None or self.logistic_akaike is None:
            return None
        return self.line_akaike - self.logistic_akaike


def solve_share_paths(record: SaturationRecord, shares: pd.DataFrame) -> SharePaths:
    """Fit the path with a ceiling and the straight line, and find the interval of the ceiling.

    Parameters
    ----------
    record : SaturationRecord
    shares : pandas.DataFrame
        Columns `period`, `low`, `high` (fractions), as `field_accounts.summarise_share_intervals` gives them.

    Returns
    -------
    SharePaths
        With empty tables and a reason when fewer than five shares are there.
    """
    if len(shares) < FEWEST_ROWS:
        return _give_up()
    prints = _read_prints(shares)
    limit = _solve_limit(len(shares), record.ceiling_confidence)
    profile = _profile_ceiling(prints, limit)
    fits = {
        "line": _fit(prints, None),
        "logistic": profile.best,
        "logistic_low": _fit(prints, profile.low or float(profile.grid[0])),
        "logistic_high": _fit(prints, profile.high or 1.0),
    }
    return SharePaths(
        ceiling=_judge_ceiling(profile),
        profile=pd.DataFrame({"ceiling": profile.grid, "loss": profile.loss, "limit": limit}),
        paths=_draw_paths(shares, fits, record.share_horizon_quarters),
        line_akaike=2 * (3 - fits["line"].log_likelihood),
        logistic_akaike=2 * (4 - profile.best.log_likelihood),
        spread_points=100 * profile.best.spread,
        why=None,
    )


def solve_total_growth(
    share_before: FloatArray | float,
    share_after: FloatArray | float,
    content_growth: FloatArray | float,
    displacement: FloatArray | float,
) -> FloatArray:
    """Give the growth of total sales that a change of the shelf's share comes with.

    Parameters
    ----------
    share_before, share_after : float or ndarray
        Shelf's share of total sales at the start and at the end, 0 to below 1.
    content_growth : float or ndarray
        Growth that content sales would have had with no sales displaced (fraction).
    displacement : float or ndarray
        Part of the shelf's growth that content loses, 0 to 1.

    Returns
    -------
    ndarray
        Growth of total sales (fraction), of the arguments' common shape.
    """
    s0, s1, d = np.asarray(share_before), np.asarray(share_after), np.asarray(displacement)
    kept = (1 - s0) * (1 + np.asarray(content_growth)) + d * s0
    return np.asarray(kept / (1 - (1 - d) * s1) - 1, dtype=float)


def summarise_displacement(
    gmv: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    displacements: Sequence[float] = DISPLACEMENTS,
    period: str | None = None,
) -> pd.DataFrame:
    """Tabulate what the same accounts mean under each part of shelf growth taken from content.

    Parameters
    ----------
    gmv : pandas.DataFrame
        Rows of total sales (`period`, `value` in RMB bn, `bound`).
    shares : pandas.DataFrame
        Columns `period`, `low`, `high`, `value` (fractions).
    displacements : sequence of float
        Parts from 0 (all shelf growth is additional) to 1 (all of it is taken from content).
    period : str, optional
        Quarter; by default the newest whose share and whose share a year earlier are both there.

    Returns
    -------
    pandas.DataFrame
        Columns `period`, `displacement`, `quantity`, `value`, `low`, `high` (fractions; `value` NaN where the
        words fix none). Quantities: `shelf_contribution` to total growth, `content_growth` that would have
        been, and `growth_with_share_at_rest`, next year's total growth if content repeats it and the shelf's
        share stays. No rows when nothing was published for two quarters a year apart.
    """
    columns = ["period", "displacement", "quantity", "value", "low", "high"]
    chosen = period or _find_newest_pair(gmv, shares)
    inputs = _read_years(gmv, shares, chosen) if chosen else None
    rows = [
        (chosen, part, quantity, outcome.value, outcome.low, outcome.high)
        for part in (displacements if inputs else ())
        for quantity, outcome in _displace(part, inputs or []).items()
    ]
    return pd.DataFrame(rows, columns=columns).astype({"value": float, "low": float, "high": float})


def select_displaced(displaced: pd.DataFrame, quantity: str, displacement: float) -> Estimate:
    """Take one outcome out of the table of displacement.

    Parameters
    ----------
    displaced : pandas.DataFrame
        From `summarise_displacement`.
    quantity : str
    displacement : float
        One of the table's.

    Returns
    -------
    Estimate
        Fraction with the range that the rounding of the prints leaves; not known when the table is empty.
    """
    rows = displaced.query("quantity == @quantity and displacement == @displacement")
    if rows.empty:
        return Estimate.not_known(NO_YEAR)
    value, low, high = (float(end) for end in rows[["value", "low", "high"]].iloc[0])
    return Estimate.of(Interval(low, high, None if np.isnan(value) else value))


def span_displaced(displaced: pd.DataFrame, quantity: str, displacement: float) -> Estimate:
    """Take one outcome out of the table, with its range over every displacement there.

    Parameters and returns are those of `select_displaced`, but for the range.
    """
    middle = select_displaced(displaced, quantity, displacement)
    if middle.why:
        return middle
    rows = displaced[displaced["quantity"] == quantity]
    return Estimate(middle.value, float(rows["low"].min()), float(rows["high"].max()))


def summarise_growth_ahead(
    displaced: pd.DataFrame, shares: pd.DataFrame, paths: pd.DataFrame
) -> pd.DataFrame:
    """Tabulate total growth in the year after the newest accounts, by displacement and path of the share.

    Parameters
    ----------
    displaced : pandas.DataFrame
        From `summarise_displacement`; its `content_growth` is taken to repeat itself.
    shares : pandas.DataFrame
        Columns `period`, `value` (fractions), as `summarise_displacement` was given them.
    paths : pandas.DataFrame
        From `solve_share_paths`.

    Returns
    -------
    pandas.DataFrame
        Columns `displacement`, `path` (``at_rest`` or a column of `paths`), `growth` (fraction; NaN where
        content growth has no value). Each path's rise over the year is added to the newest share, so that all
        start where the accounts stand. No rows when `displaced` is empty.
    """
    content = displaced.loc[displaced["quantity"] == "content_growth"]
    share = shares.set_index("period")["value"].reindex(content["period"])
    rises = pd.Series({"at_rest": 0.0})
    if len(paths):
        drawn, last = paths.drop(columns=["period", "published"]), int(paths["published"].sum()) - 1
        rises = pd.concat([rises, drawn.iloc[last + YEAR] - drawn.iloc[last]])
    rows = [
        (part, str(path), float(solve_total_growth(now, now + rise, growth, part)))
        for part, now, growth in zip(content["displacement"], share, content["value"], strict=True)
        for path, rise in rises.items()
    ]
    return pd.DataFrame(rows, columns=["displacement", "path", "growth"])


@dataclass(frozen=True)
class _Prints:
    number: FloatArray  # quarters from the first print
    low: FloatArray
    high: FloatArray
    guess: FloatArray  # one plain number a print, to start the search from


@dataclass(frozen=True)
class _Fit:
    ceiling: float | None  # none for the straight line
    level: float
    rise: float
    spread: float
    log_likelihood: float


@dataclass(frozen=True)
class _Profile:
    grid: FloatArray
    loss: FloatArray
    top: float | None
    best: _Fit
    low: float | None
    high: float | None


def _give_up() -> SharePaths:
    profile = pd.DataFrame(columns=["ceiling", "loss", "limit"], dtype=float)
    paths = pd.DataFrame(columns=["period", "published", "line", "logistic", "logistic_low", "logistic_high"])
    return SharePaths(Estimate.not_known(TOO_FEW), profile, paths, None, None, None, TOO_FEW)


def _read_prints(shares: pd.DataFrame) -> _Prints:
    order = np.array([parse_quarter(period).ordinal for period in shares["period"]], dtype=float)
    low, high = (shares[end].to_numpy(dtype=float) for end in ("low", "high"))
    # a print of no width would have no likelihood at all
    high = np.maximum(high, low + SPREAD_LIMITS[0])
    guess = np.where(high - low < 0.1, (low + high) / 2, np.where(low > 0, low, high))
    return _Prints(order - order.min(), low, high, guess)


def _solve_limit(rows: int, level: float) -> float:
    free = rows - 3
    return float(rows * np.log1p(fdtri(1, free, level) / free))


def _draw(ceiling: float | None, level: float, rise: float, number: FloatArray) -> FloatArray:
    predictor = level + rise * number
    return predictor if ceiling is None else np.asarray(ceiling * expit(predictor), dtype=float)


def _score(prints: _Prints, mean: FloatArray, spread: float) -> tuple[float, FloatArray, float]:
    """Give the log likelihood and its derivatives by each mean and by the log of the spread."""
    below, above = (prints.low - mean) / spread, (prints.high - mean) / spread
    # a difference of two probabilities keeps its digits only in the lower tail
    mirrored = below > 0
    lower, upper = np.where(mirrored, -above, below), np.where(mirrored, -below, above)
    log_upper = log_ndtr(upper)
    log_mass = log_upper + np.log1p(-np.exp(log_ndtr(lower) - log_upper))
    at_low, at_high = (np.exp(-(end**2) / 2 - log_mass) / np.sqrt(2 * np.pi) for end in (below, above))
    return float(log_mass.sum()), (at_low - at_high) / spread, float(below @ at_low - above @ at_high)


def _fit(prints: _Prints, ceiling: float | None) -> _Fit:
    def lose(parameters: FloatArray) -> tuple[float, FloatArray]:
        level, rise, log_spread = parameters
        mean = _draw(ceiling, level, rise, prints.number)
        height, by_mean, by_spread = _score(prints, mean, float(np.exp(log_spread)))
        by_predictor = by_mean if ceiling is None else by_mean * mean * (1 - mean / ceiling)
        return -height, -np.array([by_predictor.sum(), by_predictor @ prints.number, by_spread])

    guess = prints.guess if ceiling is None else logit(np.clip(prints.guess / ceiling, 0.02, 0.98))
    rise, level = np.polyfit(prints.number, guess, 1)
    low, high = np.log(SPREAD_LIMITS)
    limits = [(-50.0, 50.0), (-50.0, 50.0), (float(low), float(high))]
    tries = [
        minimize(
            lose,
            np.array([level, rise, np.log(spread)]),
            jac=True,
            method="L-BFGS-B",
            bounds=limits,
            tol=1e-12,
        )
        for spread in (0.003, 0.02)
    ]
    found = min(tries, key=lambda result: float(result.fun))
    best_level, best_rise, log_spread = (float(best) for best in found.x)
    return _Fit(ceiling, best_level, best_rise, float(np.exp(log_spread)), -float(found.fun))


def _profile_ceiling(prints: _Prints, limit: float) -> _Profile:
    grid = np.geomspace(0.9 * prints.low.max(), 1.0, PROFILE_POINTS)
    heights = np.array([_fit(prints, float(ceiling)).log_likelihood for ceiling in grid])
    top = _find_top(prints, grid, int(heights.argmax()))
    best = _fit(prints, top)
    loss = 2 * (best.log_likelihood - heights)
    outside = loss > limit
    low = _find_end(prints, grid[outside & (grid < top)][-1:], top, best.log_likelihood - limit / 2)
    high = _find_end(prints, grid[outside & (grid > top)][:1], top, best.log_likelihood - limit / 2)
    return _Profile(grid, loss, top if top < 1 else None, best, low, high)


def _find_top(prints: _Prints, grid: FloatArray, best: int) -> float:
    if best == len(grid) - 1:
        return 1.0
    found = minimize_scalar(
        lambda ceiling: -_fit(prints, ceiling).log_likelihood,
        bounds=(float(grid[max(best - 1, 0)]), float(grid[best + 1])),
        method="bounded",
    )
    return float(found.x)


def _find_end(prints: _Prints, outside: FloatArray, top: float, allowed: float) -> float | None:
    if not outside.size:
        return None
    low, high = sorted((top, float(outside[0])))
    return float(brentq(lambda ceiling: _fit(prints, ceiling).log_likelihood - allowed, low, high, xtol=1e-5))


def _judge_ceiling(profile: _Profile) -> Estimate:
    reasons = [
        (profile.top is None, STILL_RISING),
        (profile.low is None, NO_LOWER_END),
        (profile.high is None, NO_UPPER_END),
    ]
    why = "; ".join(reason for holds, reason in reasons if holds)
    return Estimate(profile.top, profile.low, profile.high, why or None)


def _draw_paths(shares: pd.DataFrame, fits: dict[str, _Fit], horizon: int) -> pd.DataFrame:
    first, last = (parse_quarter(end(shares["period"])) for end in (min, max))
    quarters = pd.period_range(first, last + horizon, freq="Q")
    number = np.arange(len(quarters), dtype=float)
    drawn = {"period": quarters.astype(str), "published": quarters <= last}
    return pd.DataFrame(
        drawn | {name: _draw(fit.ceiling, fit.level, fit.rise, number) for name, fit in fits.items()}
    )


def _find_newest_pair(gmv: pd.DataFrame, shares: pd.DataFrame) -> str | None:
    known = set(gmv["period"]) & set(shares["period"])
    return max((period for period in known if shift_period(period, -YEAR) in known), default=None)


def _read_years(gmv: pd.DataFrame, shares: pd.DataFrame, period: str) -> list[Interval] | None:
    inputs = [
        read(rows, quarter)
        for quarter in (period, shift_period(period, -YEAR))
        for read, rows in ((_read_share, shares), (read_period, gmv))
    ]
    known = [one for one in inputs if one is not None]
    return known if len(known) == len(inputs) else None


def _read_share(shares: pd.DataFrame, period: str) -> Interval | None:
    found = shares.loc[shares["period"] == period, ["low", "high", "value"]]
    if found.empty:
        return None
    low, high, value = (float(end) for end in found.iloc[0])
    # with no content left at all its growth has no meaning
    return Interval(low, min(high, 1 - 1e-9), None if np.isnan(value) else value)


def _displace(part: float, inputs: Sequence[Interval]) -> dict[str, Interval]:
    def contribute(s: FloatArray, g: FloatArray, s0: FloatArray, g0: FloatArray) -> FloatArray:
        return (1 - part) * (s * g - s0 * g0) / g0

    def grow(s: FloatArray, g: FloatArray, s0: FloatArray, g0: FloatArray) -> FloatArray:
        return ((1 - s) * g + part * (s * g - s0 * g0)) / ((1 - s0) * g0) - 1

    def rest(s: FloatArray, g: FloatArray, s0: FloatArray, g0: FloatArray) -> FloatArray:
        return solve_total_growth(s, s, grow(s, g, s0, g0), part)

    return {
        "shelf_contribution": propagate(contribute, *inputs),
        "content_growth": propagate(grow, *inputs),
        "growth_with_share_at_rest": propagate(rest, *inputs, points=NODES),
    }
