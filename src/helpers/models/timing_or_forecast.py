"""Certain or bursty: what forecast error costs a supplier, what the timing of orders costs, which is larger.

One view of live selling says that its demand is certain and countable, so that suppliers can plan; another
says that its orders burst. Both can hold: the first is about the sum, the second about the hour. All costs
are shares of the price per unit of mean demand.

1.  Forecast. Demand D is gamma with mean 1 and coefficient of variation v; k = 1 / v^2. A unit short loses u,
    a unit too many loses o. At the best plan q, with F_k(q) = u / (u + o), the cost is
    C(v) = u - (u + o) F_(k+1)(q), F_k being the gamma distribution with shape k and scale v^2. It rises from
    0 to u. For small v it is (u + o) phi(z) v with z the normal quantile of u / (u + o).
2.  Signal. Orders or interactions seen before production explain the share R of the variance: v becomes
    v sqrt(1 - R), and C(v) - C(v sqrt(1 - R)) is saved.
3.  Timing. Capacity for an even flow costs c. Keeping the promise under bursts takes P times that capacity
    and costs c (P - 1); keeping the capacity of the even flow sends a share l late, at p each. The share late
    is concave in the capacity, so one of these two ends is the cheapest: min(c (P - 1), p l).
4.  Boundary. Both costs are equal at P = 1 + C(v) / c. A session pays for its bursts once
    C(v) - C(v sqrt(1 - R)) reaches the cost of timing.

Left out: the price of getting the signal, capacity shared with other sellers, production in several rounds,
returns, and any change of the sum of demand by selling live. Neither forecast errors nor costs of capacity or
lateness have been published: every default is an assumption, so the result is a boundary and no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

SMALL_ERROR = 1e-4
LARGEST_ERROR = 10.0
UNPRICED = "no capacity keeps the promise, so timing has no price"


class TimingOrForecastRecord(Record):
    """Parameters of the plan, of the signal and of the capacity."""

    shortfall_loss_share: float = parameter(
        0.3,
        unit="share of price, 0 to 1",
        meaning="What a unit loses if it is short.",
        ge=0.01,
        le=1,
    )
    surplus_loss_share: float = parameter(
        0.2,
        unit="share of price, 0 to 1",
        meaning="What a unit loses if it stays unsold.",
        ge=0.01,
        le=1,
    )
    forecast_error_cv: float = parameter(
        0.5,
        unit="1",
        meaning="Standard deviation of demand around its forecast, over its mean, without a signal.",
        ge=0,
        le=LARGEST_ERROR,
    )
    signal_share: float = parameter(
        0.5,
        unit="share of variance, 0 to 1",
        meaning="Part of the forecast error that orders and interaction resolve before production.",
        ge=0,
        le=1,
    )
    capacity_cost_share: float = parameter(
        0.08,
        unit="share of price, 0 to 1",
        meaning="Cost of the fulfilment capacity that an even flow needs.",
        ge=0.001,
        le=1,
    )
    lateness_cost_share: float = parameter(
        0.1,
        unit="share of price, 0 to 1",
        meaning="What a unit loses that leaves after the promise.",
        ge=0,
        le=1,
    )


@dataclass(frozen=True)
class Timing:
    """Cost of timing, and how it is paid: as ``capacity``, as ``lateness``, or ``none`` if it is free."""

    cost: float
    paid_as: str


@dataclass(frozen=True)
class Balance:
    """Both costs side by side, shares of price; NaN, with `why`, where the premium is unknown.

    Parameters
    ----------
    forecast_cost, forecast_cost_with_signal : float
        Without and with the signal.
    timing_cost : float
    paid_as : str or None
        See `Timing`.
    larger : str or None
        ``forecast``, ``timing`` or ``equal``: which of `forecast_cost` and `timing_cost` is larger.
    net_gain_of_live : float
        What the signal saves, less the cost of timing.
    """

    forecast_cost: float
    forecast_cost_with_signal: float
    timing_cost: float = math.nan
    paid_as: str | None = None
    larger: str | None = None
    net_gain_of_live: float = math.nan
    why: str | None = None


def solve_forecast_cost(record: TimingOrForecastRecord, *, error_cv: float) -> float:
    """Solve the cost of the best plan under a forecast error (equation 1).

    Raises
    ------
    InputError
        If the error is negative.

    References
    ----------
    Arrow, K. J., Harris, T., Marschak, J. (1951), Optimal inventory policy, Econometrica 19(3).
    """
    if error_cv < 0:
        raise InputError(f"'error_cv' must not be negative (got {error_cv:g})")
    both = record.shortfall_loss_share + record.surplus_loss_share
    ratio = record.shortfall_loss_share / both
    if error_cv < SMALL_ERROR:
        height = math.exp(-(float(special.ndtri(ratio)) ** 2) / 2) / math.sqrt(2 * math.pi)
        return both * height * error_cv
    shape = error_cv**-2
    plan = float(special.gammaincinv(shape, ratio))
    return record.shortfall_loss_share - both * float(special.gammainc(shape + 1, plan))


def solve_signal_cost(record: TimingOrForecastRecord, *, signal_share: float) -> float:
    """Solve the forecast cost that is left once a signal explains a share of the variance (equation 2)."""
    return solve_forecast_cost(record, error_cv=record.forecast_error_cv * math.sqrt(1 - signal_share))


def solve_timing_cost(
    record: TimingOrForecastRecord, *, capacity_premium: float, late_share: float | None = None
) -> Timing:
    """Solve the cost of bursts, paid in capacity or in lateness, whichever is less (equation 3).

    Parameters
    ----------
    record : TimingOrForecastRecord
    capacity_premium : float
        Capacity that keeps the promise under bursts over that of an even flow, at least 1.
    late_share : float, optional
        Share of the work that is late at the capacity of the even flow; None if lateness is no option.

    Raises
    ------
    InputError
        If the premium is below 1.
    """
    if not capacity_premium >= 1:
        raise InputError(f"'capacity_premium' must be at least 1 (got {capacity_premium:g})")
    capacity = record.capacity_cost_share * (capacity_premium - 1)
    lateness = math.inf if late_share is None else record.lateness_cost_share * late_share
    if min(capacity, lateness) == 0:
        return Timing(0.0, "none")
    return Timing(capacity, "capacity") if capacity <= lateness else Timing(lateness, "lateness")


def solve_balance(
    record: TimingOrForecastRecord, *, capacity_premium: float | None, late_share: float | None = None
) -> Balance:
    """Set the cost of forecast error beside the cost of timing.

    Parameters
    ----------
    record : TimingOrForecastRecord
    capacity_premium : float or None
        See `solve_timing_cost`; None or NaN where no capacity keeps the promise.
    late_share : float, optional
        See `solve_timing_cost`.
    """
    forecast = solve_forecast_cost(record, error_cv=record.forecast_error_cv)
    left = solve_signal_cost(record, signal_share=record.signal_share)
    if capacity_premium is None or math.isnan(capacity_premium):
        return Balance(forecast, left, why=UNPRICED)
    timing = solve_timing_cost(record, capacity_premium=capacity_premium, late_share=late_share)
    return Balance(
        forecast_cost=forecast,
        forecast_cost_with_signal=left,
        timing_cost=timing.cost,
        paid_as=timing.paid_as,
        larger=_name_larger(forecast, timing.cost),
        net_gain_of_live=forecast - left - timing.cost,
    )


def _name_larger(forecast: float, timing: float) -> str:
    if math.isclose(forecast, timing, rel_tol=1e-9, abs_tol=1e-12):
        return "equal"
    return "forecast" if forecast > timing else "timing"


def solve_boundary_premium(record: TimingOrForecastRecord, *, error_cv: float) -> float:
    """Solve the burst premium at which capacity costs as much as forecast error (equation 4)."""
    return 1 + solve_forecast_cost(record, error_cv=error_cv) / record.capacity_cost_share


def solve_break_even_signal(record: TimingOrForecastRecord, *, timing_cost: float) -> Estimate:
    """Solve the share of the forecast error a session must resolve to pay for its bursts (equation 4)."""

    def gap(share: float) -> float:
        return saved - timing_cost - solve_signal_cost(record, signal_share=share)

    saved = solve_forecast_cost(record, error_cv=record.forecast_error_cv)
    if math.isnan(timing_cost):
        return Estimate.not_known(UNPRICED)
    if timing_cost <= 0:
        return Estimate(0.0)
    if timing_cost > saved:
        return Estimate.not_known("even full knowledge of demand saves less than timing costs")
    return Estimate(float(optimize.brentq(gap, 0.0, 1.0)))


def summarise_grid(
    record: TimingOrForecastRecord, *, error_cvs: Sequence[float], premiums: Sequence[float]
) -> pd.DataFrame:
    """Tabulate which cost is larger over forecast error and burst premium, timing paid in capacity.

    Returns
    -------
    DataFrame
        One row per pair: ``forecast_error_cv``, ``capacity_premium``, ``forecast_cost``, ``timing_cost``,
        ``difference`` (forecast less timing), ``larger``.
    """
    rows = []
    for error in error_cvs:
        forecast = solve_forecast_cost(record, error_cv=error)
        for premium in premiums:
            timing = solve_timing_cost(record, capacity_premium=premium).cost
            rows.append((error, premium, forecast, timing, forecast - timing, _name_larger(forecast, timing)))
    columns = [
        "forecast_error_cv",
        "capacity_premium",
        "forecast_cost",
        "timing_cost",
        "difference",
        "larger",
    ]
    return pd.DataFrame(rows, columns=columns)


def summarise_boundary(record: TimingOrForecastRecord, *, error_cvs: Sequence[float]) -> pd.DataFrame:
    """Tabulate the burst premium at which both costs are equal: above it timing is the larger cost.

    Returns
    -------
    DataFrame
        Columns ``forecast_error_cv``, ``boundary_premium``.
    """
    rows = [(error, solve_boundary_premium(record, error_cv=error)) for error in error_cvs]
    return pd.DataFrame(rows, columns=["forecast_error_cv", "boundary_premium"])


def simulate_forecast_cost(
    record: TimingOrForecastRecord, *, error_cv: float, n_draws: int, seed: int
) -> float:
    """Simulate the cost of the best plan: the plan is the quantile of the draws themselves."""
    if error_cv < SMALL_ERROR:
        return 0.0
    demand = np.random.default_rng(seed).gamma(error_cv**-2, error_cv**2, n_draws)
    short, over = record.shortfall_loss_share, record.surplus_loss_share
    plan = np.quantile(demand, short / (short + over))
    return float(np.mean(short * np.maximum(demand - plan, 0) + over * np.maximum(plan - demand, 0)))
