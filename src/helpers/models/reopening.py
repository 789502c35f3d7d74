r"""Reopening economics: when orders sent outside pay more than the own orders they displace.

Everything is per unit of GMV before outside links return. They bring outside orders worth :math:`x`. Of each
unit, a share :math:`c` displaces own orders and own orders worth :math:`s` are added beside it (a buyer who
came for the outside item also buys in an own shop). Own orders change by :math:`-(c-s)\,x`.

.. math::

   \Delta\text{revenue} &= x\,\bigl[t_x + a_x - (c - s)\,(t_o + \theta a_o)\bigr] \\
   \Delta\text{GMV}     &= x - (c - s)\,x = x\,(1 - c + s)

An own order earns the fee :math:`t_o` and the part :math:`\theta` of merchants' advertising :math:`a_o`
that follows orders; an outside order earns commission :math:`t_x` and advertising :math:`a_x`. Revenue
breaks even at

.. math:: c^* = s + \frac{t_x + a_x}{t_o + \theta a_o},

which without advertising and added orders is the ratio of the two rates, :math:`t_x / t_o`. The commission
that breaks even at a given displacement is :math:`t_x^* = (c - s)(t_o + \theta a_o) - a_x`.

Two yardsticks, one decision. GMV counts orders directed to partners, so that it cannot fall by opening: a
displaced order is still counted, :math:`1 - c + s \ge 0`. Revenue falls as soon as :math:`c > c^*`. For
:math:`c^* < c < 1 + s` the two yardsticks want different things: who steers by GMV opens, who steers by
revenue stays closed. Closing is the same sum with the other sign.

What the defaults rest on
-------------------------
*Own fee.* The listed fee of July 2019 is 5 % of sales without a promoter's commission, else half of that
commission; new merchants of autumn 2020 paid as little as 1 % on their first sales (凡星计划). Other services
over GMV is no commission rate, since it holds other income too, but it caps the fee that is really earned:
a fee of 5 % on all GMV would exceed the whole line several times over. The default is one percent, under
that cap; a lower fee raises :math:`c^*`. It is our own assumption. *Own advertising.* The share of
advertising paid by merchants on the platform, times online marketing revenue, over GMV. The share is
printed as "over", so that the rate is a lower bound. *Outside commission.* No figure exists. The default
sets it equal to the own fee; read the heat map instead.

Left out: cost of serving orders (delivery, refunds, subsidies), bargaining over :math:`t_x`, data and loyalty
kept by an own shop, how volume reacts to commission, and every effect after the first period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd

from helpers.errors import InputError, UnknownNameError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

Region = Literal[
    "both gain", "GMV gains, revenue loses", "GMV loses, revenue gains", "both lose", "one stays as it is"
]
RATE_GRID = tuple(float(rate) for rate in np.linspace(0.0, 0.05, 21))
SHARE_GRID = tuple(float(share) for share in np.linspace(0.0, 1.0, 21))
# Own assumptions: wide enough to hold each listed rate and each reading of the figures above.
PLAUSIBLE_RANGES: Mapping[str, tuple[float, float]] = {
    "own_fee_rate": (0.005, 0.05),
    "own_advertising_rate": (0.0259, 0.0576),
    "advertising_following_share": (0.0, 1.0),
    "outside_commission_rate": (0.0, 0.05),
    "outside_advertising_rate": (0.0, 0.0259),
    "added_own_orders": (0.0, 0.2),
}


class ReopeningRecord(Record):
    """What own and outside orders earn, and how they meet."""

    own_fee_rate: float = parameter(
        0.01,
        unit="share of own GMV, 0 to 1",
        meaning="Fee earned on an own order after rebates and returns.",
        ge=0.0,
        le=0.2,
    )
    own_advertising_rate: float = parameter(
        0.0259,
        unit="share of GMV, 0 to 1",
        meaning="Advertising paid by merchants on the platform over GMV; a lower bound.",
        rests_on=(
            "data:kuaishou_quarterly/2022Q2/internal_loop_ad_share",
            "data:kuaishou_quarterly/2022Q2/revenue_online_marketing",
            "data:kuaishou_quarterly/2022Q2/ecommerce_gmv",
        ),
        computed_by="helpers.models.reopening.solve_own_advertising",
        ge=0.0,
        le=0.2,
    )
    advertising_following_share: float = parameter(
        0.5,
        unit="share of merchants' advertising, 0 to 1",
        meaning="Part of merchants' advertising that rises and falls with their own orders.",
        ge=0.0,
        le=1.0,
    )
    outside_commission_rate: float = parameter(
        0.01,
        unit="share of outside GMV, 0 to 1",
        meaning="Commission the outside platform pays on an order sent to it; no figure was published.",
        ge=0.0,
        le=0.2,
    )
    outside_advertising_rate: float = parameter(
        0.0,
        unit="share of outside GMV, 0 to 1",
        meaning="Advertising that outside merchants pay here for the orders sent to them.",
        ge=0.0,
        le=0.2,
    )
    outside_volume: float = parameter(
        0.0121,
        unit="share of GMV before reopening, 0 to 1",
        meaning="Outside orders that links bring; by default what stood there before the cut.",
        rests_on=("data:kuaishou_quarterly/2021Q4/own_shop_share_gmv",),
        computed_by="helpers.models.reopening.solve_outside_volume",
        ge=0.0,
        le=1.0,
    )
    displaced_share: float = parameter(
        0.5,
        unit="share of outside orders, 0 to 1",
        meaning="Part of the outside orders that would have been own orders.",
        ge=0.0,
        le=1.0,
    )
    added_own_orders: float = parameter(
        0.0,
        unit="own orders per unit of outside orders",
        meaning="Own orders that outside goods bring along.",
        ge=0.0,
        le=1.0,
    )


@dataclass(frozen=True)
class Reopening:
    """What reopening does to GMV and to revenue, both in percent of GMV before it.

    `break_even_share` is the displaced share at which revenue stays as it is (None when own orders earn
    nothing, so that no displacement can cost); `fee_only_share` leaves advertising and added orders out.
    `break_even_commission_rate` is the outside commission that breaks even at the record's displaced share.
    `revenue_change_rmb_bn` and `gmv_change_rmb_bn` are None without a base.
    """

    gmv_change_pct: float
    revenue_change_pct: float
    outside_earned_pct: float
    own_lost_pct: float
    break_even_share: float | None
    fee_only_share: float | None
    break_even_commission_rate: float
    region: Region
    gmv_change_rmb_bn: float | None = None
    revenue_change_rmb_bn: float | None = None


def solve_own_advertising(
    internal_loop_share_pct: float, online_marketing_rmb_bn: float, gmv_rmb_bn: float
) -> float:
    """Merchants' own advertising over GMV, to a hundredth of a percent.

    Parameters
    ----------
    internal_loop_share_pct : float
        Percent of advertising revenue paid by merchants on the platform; a lower bound gives a lower bound.
    online_marketing_rmb_bn, gmv_rmb_bn : float
        Online marketing revenue and GMV of the same quarter.

    Raises
    ------
    InputError
        If GMV is not above zero.
    """
    _require_positive("gmv_rmb_bn", gmv_rmb_bn)
    return round(internal_loop_share_pct / 100 * online_marketing_rmb_bn / gmv_rmb_bn, 4)


def summarise_fee_ceiling(other_services_rmb_bn: pd.Series, gmv_rmb_bn: pd.Series) -> pd.DataFrame:
    """Give the ceiling of the fee earned on GMV for every quarter in which both figures are known.

    Parameters
    ----------
    other_services_rmb_bn, gmv_rmb_bn : Series
        Revenue of other services and GMV, index quarters.

    Returns
    -------
    DataFrame
        `period`, `ceiling_pct` (percent of GMV) and `bound`, always ``upper``.
    """
    both = pd.concat({"other": other_services_rmb_bn, "gmv": gmv_rmb_bn}, axis=1).dropna().sort_index()
    ceiling = 100 * (both["other"] / both["gmv"])
    return pd.DataFrame({"period": both.index, "ceiling_pct": ceiling.to_numpy(), "bound": "upper"})


def solve_outside_volume(own_shop_share_pct: float) -> float:
    """Outside orders per unit of own orders before the cut, to a hundredth of a percent.

    Raises
    ------
    InputError
        If the share of own shops is not above zero.
    """
    _require_positive("own_shop_share_pct", own_shop_share_pct)
    return round((100 - own_shop_share_pct) / own_shop_share_pct, 4)


def solve_break_even(record: ReopeningRecord) -> float | None:
    """Displaced share at which revenue stays as it is; above one, reopening pays at any displacement.

    Returns None when an own order earns nothing.
    """
    own = _own_earning(record)
    return record.added_own_orders + _outside_earning(record) / own if own > 0 else None


def solve_break_even_commission(record: ReopeningRecord) -> float:
    """Outside commission that keeps revenue as it is at the record's displacement; none needed below zero."""
    net_displaced = record.displaced_share - record.added_own_orders
    return net_displaced * _own_earning(record) - record.outside_advertising_rate


def solve_reopening(record: ReopeningRecord, *, gmv_rmb_bn: float | None = None) -> Reopening:
    """Change in GMV and in revenue when outside links return.

    Parameters
    ----------
    record : ReopeningRecord
        Rates, volume and displacement.
    gmv_rmb_bn : float, optional
        GMV of the period before reopening, to state the changes in RMB bn.
    """
    volume, net_displaced = record.outside_volume, record.displaced_share - record.added_own_orders
    earned, lost = volume * _outside_earning(record), volume * net_displaced * _own_earning(record)
    gmv_change = volume * (1 - net_displaced)
    return Reopening(
        gmv_change_pct=100 * gmv_change,
        revenue_change_pct=100 * (earned - lost),
        outside_earned_pct=100 * earned,
        own_lost_pct=100 * lost,
        break_even_share=solve_break_even(record),
        fee_only_share=record.outside_commission_rate / record.own_fee_rate if record.own_fee_rate else None,
        break_even_commission_rate=solve_break_even_commission(record),
        region=classify_region(gmv_change, earned - lost),
        gmv_change_rmb_bn=None if gmv_rmb_bn is None else gmv_rmb_bn * gmv_change,
        revenue_change_rmb_bn=None if gmv_rmb_bn is None else gmv_rmb_bn * (earned - lost),
    )


def classify_region(gmv_change: float, revenue_change: float, *, tolerance: float = 1e-12) -> Region:
    """Name what the two yardsticks say; a change within the tolerance of zero counts as none."""
    if abs(gmv_change) <= tolerance or abs(revenue_change) <= tolerance:
        return "one stays as it is"
    if gmv_change > 0:
        return "both gain" if revenue_change > 0 else "GMV gains, revenue loses"
    return "GMV loses, revenue gains" if revenue_change > 0 else "both lose"


def summarise_break_even(
    record: ReopeningRecord,
    *,
    outside_commission_rates: Sequence[float] = RATE_GRID,
    following_shares: Sequence[float] = SHARE_GRID,
    own_fee_rates: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Break-even displacement over outside commission and over advertising that follows orders.

    A few following shares give the lines of the frontier, twenty-one the heat map.

    Returns
    -------
    DataFrame
        `outside_commission_rate`, `advertising_following_share`, `own_fee_rate`, `break_even_share` (NaN when
        own orders earn nothing), `drawn_share` (the same, held to 0 to 1).
    """
    fees = (record.own_fee_rate,) if own_fee_rates is None else own_fee_rates
    rows = []
    for commission, following, fee in product(outside_commission_rates, following_shares, fees):
        own = fee + following * record.own_advertising_rate
        outside = commission + record.outside_advertising_rate
        rows.append((commission, following, fee, record.added_own_orders + outside / own if own else np.nan))
    columns = ["outside_commission_rate", "advertising_following_share", "own_fee_rate", "break_even_share"]
    table = pd.DataFrame(rows, columns=columns, dtype=float)
    return table.assign(drawn_share=table["break_even_share"].clip(0, 1))


def summarise_break_even_line(
    record: ReopeningRecord, displaced_shares: Sequence[float] = SHARE_GRID
) -> pd.DataFrame:
    """Outside commission at which revenue stays as it is, over displacement.

    Returns
    -------
    DataFrame
        `displaced` and `commission`, both in percent; only where the commission is not below zero.
    """
    cells = [record.model_copy(update={"displaced_share": share}) for share in displaced_shares]
    line = pd.DataFrame(
        {
            "displaced": [100 * share for share in displaced_shares],
            "commission": [100 * solve_break_even_commission(cell) for cell in cells],
        }
    )
    return line[line["commission"] >= 0].reset_index(drop=True)


def summarise_interests(
    record: ReopeningRecord,
    *,
    displaced_shares: Sequence[float] = SHARE_GRID,
    outside_commission_rates: Sequence[float] = RATE_GRID,
) -> pd.DataFrame:
    """Where GMV and revenue want the same and where they part, over displacement and outside commission.

    Returns
    -------
    DataFrame
        `displaced_share`, `outside_commission_rate`, `gmv_change_pct`, `revenue_change_pct` (both percent of
        GMV before reopening), `region`.
    """
    rows = []
    for displaced, commission in product(displaced_shares, outside_commission_rates):
        cell = record.model_copy(update={"displaced_share": displaced, "outside_commission_rate": commission})
        result = solve_reopening(cell)
        rows.append((displaced, commission, result.gmv_change_pct, result.revenue_change_pct, result.region))
    columns = ["displaced_share", "outside_commission_rate", "gmv_change_pct", "revenue_change_pct", "region"]
    return pd.DataFrame(rows, columns=columns)


def summarise_sensitivity(
    record: ReopeningRecord, ranges: Mapping[str, tuple[float, float]] = PLAUSIBLE_RANGES
) -> pd.DataFrame:
    """Break-even displacement at both ends of each range, one parameter at a time.

    Parameters
    ----------
    record : ReopeningRecord
        Values of the parameters that are held.
    ranges : mapping of str to (float, float)
        Low and high value by field name.

    Returns
    -------
    DataFrame
        `parameter`, `low`, `high`, `break_even_at_low`, `break_even_at_high`, `swing` (absolute difference),
        largest swing first.

    Raises
    ------
    UnknownNameError
        If a name is no field of the record.
    """
    rows = []
    for name, (low, high) in ranges.items():
        if name not in type(record).model_fields:
            raise UnknownNameError("parameter", name, type(record).model_fields)
        ends = [solve_break_even(record.model_copy(update={name: value})) for value in (low, high)]
        rows.append((name, low, high, *ends))
    columns = ["parameter", "low", "high", "break_even_at_low", "break_even_at_high"]
    table = pd.DataFrame(rows, columns=columns)
    swing = (table["break_even_at_high"] - table["break_even_at_low"]).abs()
    return table.assign(swing=swing).sort_values("swing", ascending=False, ignore_index=True)


def summarise_break_even_span(record: ReopeningRecord) -> Estimate:
    """Break-even displacement as a share of outside orders, with its ends over the plausible ranges.

    One input moves at a time; more than all outside orders cannot displace own ones, so that everything is
    held to 0 to 1.
    """
    table = summarise_sensitivity(record)
    ends = table[["break_even_at_low", "break_even_at_high"]].clip(0, 1)
    why = "an own order earns nothing"
    return Estimate(hold_share(solve_break_even(record)), ends.min().min(), ends.max().max(), why)


def hold_share(displaced_share: float | None) -> float | None:
    """Hold a displaced share to all outside orders; None stays None."""
    return None if displaced_share is None else min(displaced_share, 1.0)


def _own_earning(record: ReopeningRecord) -> float:
    """Revenue that one unit of own orders brings and that goes when it goes."""
    return record.own_fee_rate + record.advertising_following_share * record.own_advertising_rate


def _outside_earning(record: ReopeningRecord) -> float:
    """Revenue that one unit of outside orders brings."""
    return record.outside_commission_rate + record.outside_advertising_rate


def _require_positive(name: str, value: float) -> None:
    if not value > 0:
        raise InputError(f"{name!r} must be above zero (got {value})")
