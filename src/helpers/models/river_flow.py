r"""River-Flow coupling (川流计划): what it lifts, what it takes from others, what selection alone would show.

Dynamics
--------
Two flows of buyers a period: :math:`x_c` through creators (分销) and :math:`x_m` in the merchant's own live
stream (自播). A share :math:`r` of each returns, :math:`\theta` units come to the own live stream for each
unit through creators (transfer), :math:`\eta` units of traffic come back to the creator for each unit in
the own live stream (reward), a share :math:`\chi` of what is transferred is lost to the creator, and
:math:`b` arrives anew each period:

.. math:: x_{t+1} = A x_t + b, \qquad
          A = \begin{pmatrix} r_c(1-\chi\theta) & \eta \\ \theta & r_m \end{pmatrix}.

:math:`A` is not negative, so its spectral radius is

.. math:: \lambda = \frac{A_{cc}+A_{mm}}{2} + \sqrt{\Bigl(\frac{A_{cc}-A_{mm}}{2}\Bigr)^2 + \theta\eta},

and :math:`\lambda < 1` exactly when :math:`\theta\eta < (1-A_{cc})(1-A_{mm})`. From there on flows grow
without end: the model is out of range, and says so instead of giving a number. Below it flows settle at
:math:`x^* = (I-A)^{-1} b`, and on the way :math:`x_t = x^* + A^t (x_0 - x^*)` from the uncoupled rest
:math:`x_0`. With :math:`v` GMV per unit of flow, the lift is :math:`v x_t / v x_0 - 1`. At a given
transfer the condition :math:`v x^* = (1+L)\,v x_0` is linear in :math:`\eta`, which gives the reward that
a lift :math:`L` takes.

Platform
--------
A share :math:`\delta` of the participants' additional traffic is taken from others, who would have earned
:math:`\kappa` of the participants' GMV with it. With participants holding a share :math:`q` of GMV, the
platform gains :math:`q L (1-\delta\kappa)`; one point needs :math:`q = 0.01 / [L(1-\delta\kappa)]`.

Self-selection
--------------
Growth without the plan has spread :math:`\sigma` among merchants, and the leaning to take part has
correlation :math:`\rho` with it. If the share :math:`p` with the strongest leaning takes part (both
normal), participants outgrow the average of all by the inverse Mills ratio,

.. math:: \mathrm{E}[g \mid z > c] - \mathrm{E}[g] = \rho\sigma\,\varphi(c) / p, \qquad c = \Phi^{-1}(1-p),

and those who stay out by :math:`\rho\sigma\,\varphi(c)/(p(1-p))`, without any effect of the plan. Solved for
:math:`\rho`, this is the correlation that explains a printed lift; above 1 selection alone cannot.

Assumptions
-----------
Rates are constant and act on both flows at once; GMV is proportional to flow; growth is normal.

What it leaves out
------------------
Limits to attention (all gains are linear), prices, returns, merchants' own advertising, tails heavier than
normal, and what the printed increment is measured against, which no source states.

References
----------
Horn, R. A. and Johnson, C. R. (2013). *Matrix Analysis*, 2nd ed., ch. 8. Cambridge University Press.
Heckman, J. J. (1979). Sample selection bias as a specification error. *Econometrica* 47(1), 153-161.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from helpers.models.interval import FloatArray
from helpers.models.record import Record, parameter

OUT_OF_RANGE = "transfer and reward feed each other without end (spectral radius not below 1)"
NOT_PUBLISHED = "no increment had been published"
NO_GAIN = "what is taken from others outweighs the participants' gain"
RATES = tuple(float(rate) for rate in np.linspace(0.0, 0.4, 17))
SHARES = tuple(float(share) for share in np.linspace(0.05, 0.95, 19))
SPREADS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)


class RiverFlowRecord(Record):
    """Rates of the coupled flows, the platform around them, and the selection of participants."""

    creator_retention: float = parameter(
        0.5,
        unit="share per period, 0 to 0.95",
        meaning="Share of the buyers through creators who return in the next period unprompted.",
        ge=0.0,
        le=0.95,
    )
    own_live_retention: float = parameter(
        0.5,
        unit="share per period, 0 to 0.95",
        meaning="Share of the buyers in the own live stream who return in the next period unprompted.",
        ge=0.0,
        le=0.95,
    )
    transfer_rate: float = parameter(
        0.1,
        unit="units in the own live stream per unit through creators",
        meaning="Buyers whom the plan brings to the own live stream for each buyer through creators.",
        ge=0.0,
        le=1.0,
    )
    reward_rate: float = parameter(
        0.05,
        unit="units through creators per unit in the own live stream",
        meaning="Traffic that the plan pays back to creators for each unit in the own live stream.",
        ge=0.0,
        le=1.0,
    )
    transfer_loss_share: float = parameter(
        0.0,
        unit="share of transferred units, 0 to 1",
        meaning="Share of the transferred buyers whom the creator would have kept and now loses.",
        ge=0.0,
        le=1.0,
    )
    creator_inflow: float = parameter(
        1.0,
        unit="units of flow per period",
        meaning="New buyers through creators each period, plan or not.",
        ge=0.01,
        le=100.0,
    )
    own_live_inflow: float = parameter(
        1.0,
        unit="units of flow per period",
        meaning="New buyers in the own live stream each period, plan or not.",
        ge=0.01,
        le=100.0,
    )
    creator_unit_gmv: float = parameter(
        1.0,
        unit="GMV per unit of flow, in units of own choice",
        meaning="GMV of one unit of flow through creators.",
        ge=0.01,
        le=100.0,
    )
    own_live_unit_gmv: float = parameter(
        1.0,
        unit="GMV per unit of flow, in units of own choice",
        meaning="GMV of one unit of flow in the own live stream.",
        ge=0.01,
        le=100.0,
    )
    flow_periods: int = parameter(
        12,
        unit="periods",
        meaning="Number of periods for which the way to the new level is drawn.",
        ge=1,
        le=200,
    )
    taken_traffic_share: float = parameter(
        0.5,
        unit="share, 0 to 1",
        meaning="Share of the participants' additional traffic that other sellers lose.",
        ge=0.0,
        le=1.0,
    )
    taken_value_ratio: float = parameter(
        1.0,
        unit="GMV per unit of traffic at others over participants",
        meaning="What the traffic taken would have earned at the sellers who lost it.",
        ge=0.0,
        le=3.0,
    )
    participant_gmv_share: float = parameter(
        0.2,
        unit="share of GMV, 0 to 1",
        meaning="Share of the platform's GMV that participants hold.",
        ge=0.0,
        le=1.0,
    )
    participant_share: float = parameter(
        0.2,
        unit="share of merchants, above 0 to below 1",
        meaning="Share of merchants who take part.",
        ge=0.001,
        le=0.999,
    )
    growth_spread: float = parameter(
        0.3,
        unit="standard deviation of growth, as a fraction",
        meaning="How far merchants' growth rates lie apart without the plan.",
        ge=0.0,
        le=3.0,
    )
    selection_correlation: float = parameter(
        0.3,
        unit="correlation, -1 to 1",
        meaning="How closely the leaning to take part goes with the growth a merchant would have had anyway.",
        ge=-1.0,
        le=1.0,
    )


@dataclass(frozen=True)
class CoupledFlow:
    """Coupled flows at rest; lifts are fractions, ``None`` when the model is out of range.

    Attributes
    ----------
    spectral_radius : float
    in_range : bool
        Whether flows settle.
    lift, creator_lift, own_live_lift : float or None
        Growth of GMV in all, through creators and in the own live stream.
    why : str or None
        Why the lifts are missing.
    """

    spectral_radius: float
    in_range: bool
    lift: float | None
    creator_lift: float | None
    own_live_lift: float | None
    why: str | None


@dataclass(frozen=True)
class PlatformEffect:
    """What a lift of participants means for the platform.

    Attributes
    ----------
    net_gain : float or None
        Growth of platform GMV (fraction).
    share_for_one_point : float or None
        Share of platform GMV that participants must hold for one percentage point; above 1 there is none.
    why : str or None
        Why either is missing.
    """

    net_gain: float | None
    share_for_one_point: float | None
    why: str | None


@dataclass(frozen=True)
class Selection:
    """What selection of growing merchants shows without any effect (fractions).

    Attributes
    ----------
    over_all, over_others : float
        Growth of participants over the average of all merchants, and over those who stay out.
    correlation_over_all, correlation_over_others : float or None
        Correlation at which selection alone gives the claimed lift; above 1 it cannot.
    spread_over_all, spread_over_others : float or None
        Spread that does so at the record's correlation.
    why : str or None
        Why these are missing.
    """

    over_all: float
    over_others: float
    correlation_over_all: float | None
    correlation_over_others: float | None
    spread_over_all: float | None
    spread_over_others: float | None
    why: str | None


def solve_coupled_flow(record: RiverFlowRecord) -> CoupledFlow:
    """Give the flows' spectral radius and, when they settle, the lift of GMV at rest.

    Parameters
    ----------
    record : RiverFlowRecord

    Returns
    -------
    CoupledFlow
    """
    matrix, inflow = _make_matrix(record), _make_inflow(record)
    radius = solve_spectral_radius(matrix)
    if radius >= 1:
        return CoupledFlow(radius, False, None, None, None, OUT_OF_RANGE)
    values, before = _make_values(record), _solve_uncoupled(record)
    after = np.linalg.solve(np.eye(2) - matrix, inflow)
    lifts = after / before - 1
    lift = float(values @ after / (values @ before)) - 1
    return CoupledFlow(radius, True, lift, float(lifts[0]), float(lifts[1]), None)


def solve_spectral_radius(matrix: FloatArray) -> float:
    """Give the spectral radius of a non-negative matrix of two flows.

    Parameters
    ----------
    matrix : ndarray, shape (2, 2)

    Returns
    -------
    float
    """
    (first, to_first), (to_second, second) = matrix
    return float((first + second) / 2 + np.hypot((first - second) / 2, np.sqrt(to_first * to_second)))


def simulate_flow(record: RiverFlowRecord) -> pd.DataFrame:
    """Follow the coupled flows from the uncoupled rest.

    Parameters
    ----------
    record : RiverFlowRecord

    Returns
    -------
    pandas.DataFrame
        Columns `step` (0 is the uncoupled rest), `creator_flow`, `own_live_flow`, `lift` (fraction), with
        `flow_periods` + 1 rows; no rows when the model is out of range.
    """
    columns = ["step", "creator_flow", "own_live_flow", "lift"]
    matrix, inflow = _make_matrix(record), _make_inflow(record)
    if solve_spectral_radius(matrix) >= 1:
        return pd.DataFrame(columns=columns)
    flows = [_solve_uncoupled(record)]
    for _ in range(record.flow_periods):
        flows.append(matrix @ flows[-1] + inflow)
    path, values = np.array(flows), _make_values(record)
    lift = path @ values / (path[0] @ values) - 1
    steps = np.arange(len(path))
    return pd.DataFrame(dict(zip(columns, (steps, path[:, 0], path[:, 1], lift), strict=True)))


def solve_reward_for_lift(record: RiverFlowRecord, lift: float) -> float | None:
    """Give the reward rate at which the coupling lifts GMV by a given fraction at rest.

    Parameters
    ----------
    record : RiverFlowRecord
        Its reward rate is not used.
    lift : float
        Fraction, e.g. 0.15.

    Returns
    -------
    float or None
        ``None`` when the transfer alone already lifts more.
    """
    matrix, values, inflow = _make_matrix(record), _make_values(record), _make_inflow(record)
    target = (1 + lift) * float(values @ _solve_uncoupled(record))
    stay_c, stay_m, transfer = 1 - matrix[0, 0], 1 - matrix[1, 1], record.transfer_rate
    without = values[0] * inflow[0] * stay_m + values[1] * (inflow[1] * stay_c + transfer * inflow[0])
    reward = (target * stay_c * stay_m - without) / (values[0] * inflow[1] + target * transfer)
    return float(reward) if reward >= 0 else None


def summarise_rewards(
    record: RiverFlowRecord, lift: float | None, *, transfers: Sequence[float] = RATES
) -> pd.DataFrame:
    """Tabulate the reward rate at which the coupling gives a lift, over the transfer rate.

    Parameters
    ----------
    record : RiverFlowRecord
        Gives everything but the two rates.
    lift : float or None
        Fraction; ``None`` when it is not known.
    transfers : sequence of float
        Rates from 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Columns `transfer_rate`, `reward_rate`; no row where the transfer alone lifts more.
    """
    rewards = [
        (transfer, solve_reward_for_lift(record.model_copy(update={"transfer_rate": transfer}), lift))
        for transfer in transfers
        if lift is not None
    ]
    return pd.DataFrame(rewards, columns=["transfer_rate", "reward_rate"]).astype(float).dropna()


def summarise_rates(
    record: RiverFlowRecord, *, transfers: Sequence[float] = RATES, rewards: Sequence[float] = RATES
) -> pd.DataFrame:
    """Tabulate the lift at rest over transfer and reward rates.

    Parameters
    ----------
    record : RiverFlowRecord
        Gives everything but the two varied rates.
    transfers, rewards : sequence of float
        Rates from 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Columns `transfer_rate`, `reward_rate`, `spectral_radius`, `in_range`, `lift`, `creator_lift`,
        `own_live_lift` (fractions, NaN out of range), one row per pair.
    """
    rows = []
    for transfer in transfers:
        for reward in rewards:
            varied = record.model_copy(update={"transfer_rate": transfer, "reward_rate": reward})
            flow = solve_coupled_flow(varied)
            lifts = (flow.lift, flow.creator_lift, flow.own_live_lift)
            rows.append((transfer, reward, flow.spectral_radius, flow.in_range, *lifts))
    lift_columns = ["lift", "creator_lift", "own_live_lift"]
    columns = ["transfer_rate", "reward_rate", "spectral_radius", "in_range", *lift_columns]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(lift_columns, float))


def solve_platform_effect(record: RiverFlowRecord, lift: float | None) -> PlatformEffect:
    """Carry a lift of participants to the platform, net of what is taken from others.

    Parameters
    ----------
    record : RiverFlowRecord
    lift : float or None
        Participants' lift as a fraction, printed or solved; ``None`` when it is not known.

    Returns
    -------
    PlatformEffect
    """
    if lift is None:
        return PlatformEffect(None, None, NOT_PUBLISHED)
    net = lift * (1 - record.taken_traffic_share * record.taken_value_ratio)
    gain = record.participant_gmv_share * net
    if net <= 0:
        return PlatformEffect(gain, None, NO_GAIN)
    return PlatformEffect(gain, 0.01 / net, None)


def solve_selection(record: RiverFlowRecord, claimed_lift: float | None) -> Selection:
    """Say what selection alone shows, and how strong it would have to be to explain a printed lift.

    Parameters
    ----------
    record : RiverFlowRecord
    claimed_lift : float or None
        Printed lift of participants as a fraction; ``None`` when none was published.

    Returns
    -------
    Selection
    """
    spread, correlation = record.growth_spread, record.selection_correlation
    over_all, over_others = _measure_selection(record.participant_share)
    shown = (correlation * spread * over_all, correlation * spread * over_others)
    if claimed_lift is None:
        return Selection(*shown, None, None, None, None, NOT_PUBLISHED)
    reasons = [
        (spread <= 0, "without spread no correlation explains a lift"),
        (correlation <= 0, "without a positive correlation no spread explains a lift"),
    ]
    needed = (
        _divide(claimed_lift, spread * over_all),
        _divide(claimed_lift, spread * over_others),
        _divide(claimed_lift, correlation * over_all),
        _divide(claimed_lift, correlation * over_others),
    )
    return Selection(*shown, *needed, "; ".join(reason for holds, reason in reasons if holds) or None)


def simulate_selection(
    record: RiverFlowRecord, *, draws: int = 200_000, seed: int
) -> tuple[float, float, float]:
    """Draw merchants and compare the growth of those who take part with all and with the others.

    Parameters
    ----------
    record : RiverFlowRecord
    draws : int
        Number of merchants.
    seed : int

    Returns
    -------
    over_all, over_others, standard_error : float
        Fractions; the error is that of `over_others`.
    """
    source = np.random.default_rng(seed)
    leaning, other = source.standard_normal((2, draws))
    rho = record.selection_correlation
    growth = record.growth_spread * (rho * leaning + np.sqrt(1 - rho**2) * other)
    taking_part = leaning > ndtri(1 - record.participant_share)
    inside, outside = growth[taking_part], growth[~taking_part]
    error = np.sqrt(inside.var() / inside.size + outside.var() / outside.size)
    mean = float(inside.mean())
    return mean - float(growth.mean()), mean - float(outside.mean()), float(error)


def summarise_selection(
    claimed_lift: float | None, *, shares: Sequence[float] = SHARES, spreads: Sequence[float] = SPREADS
) -> pd.DataFrame:
    """Tabulate the correlation at which selection alone explains a printed lift.

    Parameters
    ----------
    claimed_lift : float or None
        Printed lift as a fraction.
    shares : sequence of float
        Shares of merchants who take part, above 0 and below 1.
    spreads : sequence of float
        Standard deviations of growth (fractions above 0).

    Returns
    -------
    pandas.DataFrame
        Columns `participant_share`, `growth_spread`, `correlation_over_all`, `correlation_over_others`; a
        value above 1 means that selection alone cannot. No rows when no lift was published.
    """
    rows = [
        (share, spread, *(claimed_lift / (spread * gap) for gap in _measure_selection(share)))
        for share in shares
        for spread in spreads
        if claimed_lift is not None
    ]
    columns = ["participant_share", "growth_spread", "correlation_over_all", "correlation_over_others"]
    return pd.DataFrame(rows, columns=columns)


def summarise_selection_limit(
    claimed_lift: float | None, *, shares: Sequence[float] = SHARES
) -> pd.DataFrame:
    """Tabulate the spread of growth below which not even perfect selection explains a printed lift.

    Parameters
    ----------
    claimed_lift : float or None
        Printed lift over the average of all merchants, as a fraction.
    shares : sequence of float
        Shares of merchants who take part, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        Columns `participant_share`, `growth_spread` (fractions); no rows when no lift was published.
    """
    needed = summarise_selection(claimed_lift, shares=shares, spreads=[1.0])
    return needed[["participant_share"]].assign(growth_spread=needed["correlation_over_all"])


def solve_traffic_pot(
    pot_units: float | None, daily_users_million: float | None, *, days: int = 365
) -> float | None:
    """Spread a yearly pot of traffic over the platform's daily users.

    Parameters
    ----------
    pot_units : float or None
        Units of traffic as printed; what a unit is was not said.
    daily_users_million : float or None
        Average daily active users in million.
    days : int

    Returns
    -------
    float or None
        Units per daily user and day; ``None`` when either figure was not published.
    """
    if pot_units is None or daily_users_million is None:
        return None
    return pot_units / (daily_users_million * 1e6 * days)


def _make_matrix(record: RiverFlowRecord) -> FloatArray:
    kept = record.creator_retention * (1 - record.transfer_loss_share * record.transfer_rate)
    return np.array([[kept, record.reward_rate], [record.transfer_rate, record.own_live_retention]])


def _make_inflow(record: RiverFlowRecord) -> FloatArray:
    return np.array([record.creator_inflow, record.own_live_inflow])


def _make_values(record: RiverFlowRecord) -> FloatArray:
    return np.array([record.creator_unit_gmv, record.own_live_unit_gmv])


def _solve_uncoupled(record: RiverFlowRecord) -> FloatArray:
    retention = np.array([record.creator_retention, record.own_live_retention])
    return np.asarray(_make_inflow(record) / (1 - retention), dtype=float)


def _measure_selection(share: float) -> tuple[float, float]:
    density = np.exp(-(ndtri(1 - share) ** 2) / 2) / np.sqrt(2 * np.pi)
    over_all = float(density / share)
    return over_all, over_all / (1 - share)


def _divide(lift: float, strength: float) -> float | None:
    return lift / strength if strength > 0 else None
