r"""Channel risk: what outside links do to the spread of GMV, and what a channel that can grow is worth.

Spread
------
Planned GMV is one. Own shops carry :math:`1 - w` and outside links :math:`w` of it; their shocks have
standard deviations :math:`\sigma_o, \sigma_x` and correlation :math:`\rho`. With :math:`\kappa = \sigma_x /
\sigma_o`

.. math:: \frac{\sigma}{\sigma_o} = \sqrt{(1-w)^2 + 2 w (1-w) \rho \kappa + w^2 \kappa^2}.

*The most a share can buy.* The root falls with :math:`\rho`. For :math:`\rho \ge 0` it is at least
:math:`1 - w`: a channel that does not move against own shops lowers the standard deviation by at most its own
share, one percent for one percent. At :math:`\rho = -1` the reduction is :math:`1 - |1 - w(1 + \kappa)|`,
that is
:math:`w (1 + \kappa)` as long as this is below one.

*When it adds risk.* The standard deviation rises above :math:`\sigma_o` once

.. math:: \rho > \rho^* = \frac{2 - w - w \kappa^2}{2 (1 - w) \kappa}
          \;\xrightarrow{w \to 0}\; \frac{1}{\kappa},

the limit being the sign of :math:`d\sigma^2/dw = 2 \sigma_o (\rho \sigma_x - \sigma_o)` at :math:`w = 0`. A
channel no more volatile than own shops never adds relative risk (:math:`\rho^* \ge 1`). When the outside
orders come on top, worth :math:`v = w / (1 - w)` of own orders, the spread in money rises once
:math:`\rho > -v \kappa / 2`: nearly always.

*Tail.* Shocks are normal, or Student's t with four degrees of freedom and one common mixing factor ("heavy"),
scaled to the same standard deviation. Both are elliptical, so that tail quantile and expected shortfall are
fixed multiples of the standard deviation, and no shape of this kind changes the share that a channel can buy.

Option
------
With probability :math:`p` a quarter has an outage in which own shops lose the part :math:`d` of their orders.
Unless the outside channel is caught too (probability :math:`q`), it grows up to :math:`m` times its volume:

.. math:: \text{worth} = p\,(1 - q)\,\min\bigl[w (m - 1),\; d (1 - w)\bigr],

in planned GMV a quarter; full cover needs :math:`m = 1 + d (1 - w) / w`. This worth does not come from the
correlation of shocks and is reported apart from the spread.

Left out: dependence between quarters, cost of holding links open, orders that wait instead of leaving, and
what an outside platform would ask for help in need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import field_validator
from scipy import stats

from helpers.errors import InputError, UnknownNameError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

SHAPES = ("normal", "heavy")
HEAVY_FREEDOM = 4.0
ROUNDING_PCT = 1e-9
CORRELATION_GRID = tuple(float(value) for value in np.linspace(-1.0, 1.0, 21))
SD_RATIO_GRID = tuple(float(value) for value in np.linspace(0.25, 3.0, 12))


class ChannelRiskRecord(Record):
    """Shares, shocks and outages of own shops and outside links."""

    channel_share: float = parameter(
        0.01,
        unit="share of planned GMV, 0 to 1",
        meaning="Share of outside links in planned GMV; the printed own-shop share leaves at most this much.",
        rests_on=("data:kuaishou_quarterly/2022Q1/own_shop_share_gmv",),
        computed_by="helpers.models.channel_risk.solve_channel_share",
        ge=0.0001,
        le=0.5,
    )
    own_shock_sd: float = parameter(
        0.1,
        unit="share of planned own GMV",
        meaning="Standard deviation of a quarter's shock to own shops.",
        ge=0.001,
        le=1.0,
    )
    outside_shock_sd: float = parameter(
        0.1,
        unit="share of planned outside GMV",
        meaning="Standard deviation of a quarter's shock to outside links.",
        ge=0.001,
        le=3.0,
    )
    shock_correlation: float = parameter(
        0.5,
        unit="1",
        meaning="Correlation of the shocks to own shops and to outside links.",
        ge=-1.0,
        le=1.0,
    )
    shock_shape: str = parameter(
        "normal",
        unit="name",
        meaning="Shape of the shocks: normal, or heavy tails with the same standard deviation.",
        choices=SHAPES,
    )
    tail_probability: float = parameter(
        0.05,
        unit="probability, 0 to 1",
        meaning="Part of all quarters that counts as the bad tail.",
        ge=0.001,
        le=0.5,
    )
    outage_probability: float = parameter(
        0.01,
        unit="probability a quarter, 0 to 1",
        meaning="Chance that own shops fail in a quarter.",
        ge=0.0,
        le=1.0,
    )
    outage_depth: float = parameter(
        0.3,
        unit="share of own GMV, 0 to 1",
        meaning="Part of own orders lost in an outage.",
        ge=0.0,
        le=1.0,
    )
    shared_outage_probability: float = parameter(
        0.2,
        unit="probability, 0 to 1",
        meaning="Chance that outside links cannot help when own shops fail.",
        ge=0.0,
        le=1.0,
    )
    surge_multiple: float = parameter(
        3.0,
        unit="times the planned outside volume",
        meaning="Largest volume that outside links can take over in an outage.",
        ge=1.0,
        le=100.0,
    )
    risk_draws: int = parameter(
        200_000,
        unit="draws",
        meaning="Number of simulated quarters.",
        ge=1_000,
        le=2_000_000,
    )

    @field_validator("shock_shape")
    @classmethod
    def _check_shape(cls, shape: str) -> str:
        if shape not in SHAPES:
            raise ValueError(f"must be one of {', '.join(SHAPES)}")
        return shape


@dataclass(frozen=True)
class ChannelRisk:
    """Spread of GMV without and with outside links, in percent of planned GMV, losses positive.

    `sd_reduction_share` is the relative fall of the standard deviation (negative when it rises), and
    that of both tail measures too. `most_without_hedge_share` is the largest reduction of any channel of this
    share with a correlation of at least zero, `most_opposed_share` that of a channel with the record's ratio
    of standard deviations at a correlation of minus one, and `least_share` that at one.
    `threshold_correlation` is where relative risk rises (above one: never), `threshold_for_small_share` its
    limit, `threshold_on_top` the one for the spread in money when outside orders come on top.
    """

    own_sd_pct: float
    joint_sd_pct: float
    own_quantile_pct: float
    joint_quantile_pct: float
    own_shortfall_pct: float
    joint_shortfall_pct: float
    sd_reduction_share: float
    most_without_hedge_share: float
    most_opposed_share: float
    least_share: float
    threshold_correlation: float
    threshold_for_small_share: float
    threshold_on_top: float
    adds_risk: bool

    @property
    def reduction(self) -> Estimate:
        """Relative fall of the standard deviation; its ends hold whatever the correlation."""
        return Estimate(self.sd_reduction_share, self.least_share, self.most_opposed_share)


@dataclass(frozen=True)
class SurgeOption:
    """Worth of a channel that can grow in an outage, in percent of planned GMV where so named.

    `covered_share` is the part of the outage's loss that it takes over (None without a loss);
    `full_cover_multiple` the growth needed to take over all; `worth_per_outside_unit` the worth over the
    planned outside volume.
    """

    worth_pct: float
    saved_in_outage_pct: float
    outage_loss_pct: float
    covered_share: float | None
    full_cover_multiple: float
    worth_per_outside_unit: float


def solve_channel_share(own_shop_share_pct: float) -> float:
    """Share of outside links from a printed share of own shops; a lower bound of it gives an upper bound.

    Raises
    ------
    InputError
        If the share is not between 0 and 100.
    """
    if not 0 <= own_shop_share_pct <= 100:
        raise InputError(f"'own_shop_share_pct' must be between 0 and 100 (got {own_shop_share_pct})")
    return round(1 - own_shop_share_pct / 100, 4)


def solve_relative_sd(share: float, sd_ratio: float, correlation: float) -> float:
    """Standard deviation with the channel over that of own shops alone."""
    own, outside = 1 - share, share * sd_ratio
    return float(np.sqrt(max(0.0, own**2 + 2 * own * outside * correlation + outside**2)))


def solve_largest_reduction(share: float, sd_ratio: float | None = None) -> float:
    """Largest relative fall of the standard deviation that a channel of a given share can buy.

    Parameters
    ----------
    share : float
        Share of the channel, 0 to 1.
    sd_ratio : float, optional
        Standard deviation of the channel over that of own shops, for a perfect hedge (correlation -1).
        Without it: any standard deviation, with a correlation of at least zero.
    """
    return share if sd_ratio is None else 1 - abs(1 - share * (1 + sd_ratio))


def solve_threshold_correlation(share: float, sd_ratio: float) -> float:
    """Correlation above which a channel raises the relative spread; above one it never does."""
    return (2 - share - share * sd_ratio**2) / (2 * (1 - share) * sd_ratio)


def solve_threshold_on_top(share: float, sd_ratio: float) -> float:
    """Correlation above which a channel that comes on top raises the spread in money."""
    return -share / (1 - share) * sd_ratio / 2


def solve_tail_factors(shape: str, tail_probability: float) -> tuple[float, float]:
    """Tail quantile and expected shortfall of a shock with standard deviation one, losses positive.

    Parameters
    ----------
    shape : {"normal", "heavy"}
    tail_probability : float
        Probability of the tail.

    References
    ----------
    McNeil, A. J., Frey, R., Embrechts, P. (2015). *Quantitative Risk Management*, rev. ed., examples 2.14
    and 2.15 (expected shortfall of the normal and of Student's t).
    """
    if shape == "normal":
        quantile = float(-stats.norm.ppf(tail_probability))
        return quantile, float(stats.norm.pdf(quantile)) / tail_probability
    raw = float(-stats.t.ppf(tail_probability, HEAVY_FREEDOM))
    density = float(stats.t.pdf(raw, HEAVY_FREEDOM))
    shortfall = density / tail_probability * (HEAVY_FREEDOM + raw**2) / (HEAVY_FREEDOM - 1)
    scale = float(np.sqrt((HEAVY_FREEDOM - 2) / HEAVY_FREEDOM))
    return scale * raw, scale * shortfall


def solve_channel_risk(record: ChannelRiskRecord) -> ChannelRisk:
    """Spread and tail of GMV without and with outside links, and the limits of what a channel can buy."""
    share, ratio = record.channel_share, record.outside_shock_sd / record.own_shock_sd
    relative = solve_relative_sd(share, ratio, record.shock_correlation)
    quantile, shortfall = solve_tail_factors(record.shock_shape, record.tail_probability)
    own = 100 * record.own_shock_sd
    return ChannelRisk(
        own_sd_pct=own,
        joint_sd_pct=own * relative,
        own_quantile_pct=own * quantile,
        joint_quantile_pct=own * relative * quantile,
        own_shortfall_pct=own * shortfall,
        joint_shortfall_pct=own * relative * shortfall,
        sd_reduction_share=1 - relative,
        most_without_hedge_share=solve_largest_reduction(share),
        most_opposed_share=solve_largest_reduction(share, ratio),
        least_share=1 - solve_relative_sd(share, ratio, 1.0),
        threshold_correlation=solve_threshold_correlation(share, ratio),
        threshold_for_small_share=1 / ratio,
        threshold_on_top=solve_threshold_on_top(share, ratio),
        adds_risk=100 * (relative - 1) > ROUNDING_PCT,
    )


def solve_surge_option(record: ChannelRiskRecord) -> SurgeOption:
    """Worth of outside links that can grow when own shops fail."""
    share = record.channel_share
    loss = record.outage_depth * (1 - share)
    saved = min(share * (record.surge_multiple - 1), loss)
    worth = record.outage_probability * (1 - record.shared_outage_probability) * saved
    return SurgeOption(
        worth_pct=100 * worth,
        saved_in_outage_pct=100 * saved,
        outage_loss_pct=100 * loss,
        covered_share=saved / loss if loss > 0 else None,
        full_cover_multiple=1 + loss / share,
        worth_per_outside_unit=worth / share,
    )


def simulate_channel_risk(record: ChannelRiskRecord, *, seed: int) -> pd.DataFrame:
    """Draw quarters with correlated shocks and outages, and measure spread and tail of each arrangement.

    Parameters
    ----------
    record : ChannelRiskRecord
        Shares, shocks, outages, number of draws.
    seed : int
        Seed of the generator; all arrangements share the same draws.

    Returns
    -------
    DataFrame
        One row an arrangement: `arrangement`, `outages` (whether they occur), `mean_loss_pct`, `sd_pct`,
        `tail_quantile_pct`, `tail_shortfall_pct`, `shortfall_error_pct` (standard error of the simulation),
        all in percent of planned GMV with losses positive.
    """
    generator = np.random.default_rng(seed)
    own, outside = _draw_shocks(record, generator)
    outage = generator.random(record.risk_draws) < record.outage_probability
    helped = outage & (generator.random(record.risk_draws) >= record.shared_outage_probability)
    share, option = record.channel_share, solve_surge_option(record)
    joint = (1 - share) * own + share * outside
    joint_failing = joint + outage * (option.outage_loss_pct / 100)
    losses = {
        ("own shops only", False): own,
        ("with outside links", False): joint,
        ("own shops only", True): own + outage * record.outage_depth,
        ("with outside links", True): joint_failing,
        ("with outside links that can grow", True): joint_failing
        - helped * (option.saved_in_outage_pct / 100),
    }
    return pd.DataFrame(
        [
            {"arrangement": name, "outages": fails, **_measure_losses(loss, record.tail_probability)}
            for (name, fails), loss in losses.items()
        ]
    )


def find_tail(simulated: pd.DataFrame, arrangement: str, *, outages: bool = False) -> float:
    """Tail quantile of one arrangement, percent of planned GMV, out of the simulated ones.

    Raises
    ------
    UnknownNameError
        If the arrangement was not simulated.
    """
    named = simulated.loc[simulated["outages"] == outages].set_index("arrangement")["tail_quantile_pct"]
    if arrangement not in named.index:
        raise UnknownNameError("arrangement", arrangement, named.index)
    return float(named[arrangement])


def summarise_correlation_grid(
    record: ChannelRiskRecord,
    *,
    correlations: Sequence[float] = CORRELATION_GRID,
    sd_ratios: Sequence[float] = SD_RATIO_GRID,
) -> pd.DataFrame:
    """Change of the standard deviation over correlation and over the channel's relative volatility.

    Returns
    -------
    DataFrame
        `shock_correlation`, `sd_ratio`, `sd_change_pct` (percent of the standard deviation of own shops;
        negative lowers risk), `adds_risk`.
    """
    rows = [
        (rho, ratio, 100 * (solve_relative_sd(record.channel_share, ratio, rho) - 1))
        for rho, ratio in product(correlations, sd_ratios)
    ]
    table = pd.DataFrame(rows, columns=["shock_correlation", "sd_ratio", "sd_change_pct"], dtype=float)
    return table.assign(adds_risk=table["sd_change_pct"] > ROUNDING_PCT)


def _draw_shocks(
    record: ChannelRiskRecord, generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Losses of own shops and of outside links per unit of their plan, each of shape (draws,)."""
    first, second = generator.standard_normal((2, record.risk_draws))
    rho = record.shock_correlation
    own, outside = first, rho * first + np.sqrt(1 - rho**2) * second
    if record.shock_shape == "heavy":
        # One factor for both channels: bad quarters come together, which separate factors would miss.
        mixing = np.sqrt((HEAVY_FREEDOM - 2) / generator.chisquare(HEAVY_FREEDOM, record.risk_draws))
        own, outside = own * mixing, outside * mixing
    return record.own_shock_sd * own, record.outside_shock_sd * outside


def _measure_losses(losses: NDArray[np.float64], tail_probability: float) -> dict[str, float]:
    """Mean, spread and tail of simulated losses, in percent."""
    count = int(np.ceil(tail_probability * losses.size))
    tail = np.partition(losses, losses.size - count)[-count:]
    quantile, shortfall = float(tail.min()), float(tail.mean())
    tail_variance = float(tail.var()) + (1 - tail_probability) * (shortfall - quantile) ** 2
    return {
        "mean_loss_pct": 100 * float(losses.mean()),
        "sd_pct": 100 * float(losses.std()),
        "tail_quantile_pct": 100 * quantile,
        "tail_shortfall_pct": 100 * shortfall,
        "shortfall_error_pct": 100 * float(np.sqrt(tail_variance / count)),
    }
