r"""Direct-loss bound: how much of the slowdown the lost outside orders can explain by accounting alone.

Split of a change in growth
---------------------------
With :math:`L_t = \ln GMV_t` and quarterly growth :math:`q_t = L_t - L_{t-1}`, growth on a year earlier is
:math:`g_t = L_t - L_{t-4} = q_t + q_{t-1} + q_{t-2} + q_{t-3}`. Between two quarters three of the four terms
are shared, so that exactly

.. math:: g_t - g_{t-1} = q_t - q_{t-4},

this year's quarterly growth less last year's. Printed growth is :math:`y_t = 100\,(e^{g_t} - 1)`, hence

.. math:: y_t - y_{t-1} = 100\,\Lambda\,(q_t - q_{t-4}), \qquad
          \Lambda = \frac{e^{g_t} - e^{g_{t-1}}}{g_t - g_{t-1}},

where :math:`\Lambda` is the logarithmic mean of the two yearly ratios. One factor converts both terms, so the
points add up to the printed change without a remainder.

Bound
-----
A share :math:`e` of the GMV that would have been stood on outside links. A part :math:`r` of it is won back
in own shops; beside it own orders worth a part :math:`k` of the net loss go too. The GMV that would have been
loses the share :math:`E = e\,(1-r)\,(1+k)`, and what is left is the GMV observed, so that

.. math:: \text{points}_t = 100\,\frac{GMV_t}{GMV_{t-4}}\,\frac{E}{1-E}, \qquad
          e_{\text{all}} = \frac{1}{(1-r)(1+k)}\,\frac{F}{F + 100\,GMV_t / GMV_{t-4}},

with :math:`F` the fall in points and :math:`e_{\text{all}}` the share that would explain all of it. The
bound has :math:`r = k = 0`. When the quarter before was exposed on a share :math:`\tau` of its days its own
growth was lowered as well; the fall then takes only the difference, which makes the bound smaller. It is
reported apart.

Assumptions: :math:`e` is measured before the cut; GMV counts orders sent to partners; daily GMV is even
inside a quarter where a part of it is exposed. Left out: merchants who leave with their links, prices,
promotion, the lockdown of that quarter, and anything that would have slowed growth without the cut.

References
----------
Ang, B. W. (2004). Decomposition analysis for policymaking in energy: which is the preferred method?
*Energy Policy* 32(9), 1131-1139. (The logarithmic mean as the weight of an exact additive split.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from pydantic import field_validator

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.quarters import arrange_quarters, name_missing, parse_quarter
from helpers.models.record import Record, parameter

QUARTERS_A_YEAR = 4
NO_FALL = "growth did not fall, or no share could explain it"


class DirectLossRecord(Record):
    """What the direct-loss bound assumes."""

    slowdown_quarter: str = parameter(
        "2022Q2",
        unit="quarter",
        meaning="First full quarter after the cut, whose growth is compared with the quarter before.",
        rests_on=("data:kuaishou_quarterly/2022Q2/ecommerce_gmv",),
    )
    outside_share: float = parameter(
        0.012,
        unit="share of GMV, 0 to 1",
        meaning="Share of GMV on outside links in the last month measured before the cut.",
        rests_on=("data:kuaishou_quarterly/2021Q4/own_shop_share_gmv",),
        computed_by="helpers.models.direct_loss.solve_outside_share",
        ge=0.0,
        le=0.5,
    )
    recovered_share: float = parameter(
        0.0,
        unit="share of the outside orders, 0 to 1",
        meaning="Part of the lost outside orders that own shops win back; nothing in the bound.",
        ge=0.0,
        le=1.0,
    )
    lost_beside_share: float = parameter(
        0.0,
        unit="own orders per unit of net outside loss",
        meaning="Own orders that go together with the outside orders lost; nothing in the bound.",
        ge=0.0,
        le=0.9,
    )

    @field_validator("slowdown_quarter")
    @classmethod
    def _check_quarter(cls, text: str) -> str:
        return str(parse_quarter(text))


@dataclass(frozen=True)
class GrowthSplit:
    """Change in growth on a year earlier at one quarter; numbers are None where `why` says what is lacking.

    `growth_pct` and `previous_growth_pct` are percent on a year earlier; `change_points`,
    `this_year_points` and `last_year_points` are percentage points and the last two add up to the first.
    `rank_absolute` (1 is the largest change of either sign) and `rank_fall` (1 is the largest fall) count
    among `changes_known`. `usual_log` is the median growth into the same quarter over the `usual_years`
    other years; against it `this_year_gap_points` and `last_year_gap_points` say which of the two quarters
    was unusual, and they too add up to the change. They are None when fewer than two other years are known,
    which `gap_why` then says.
    """

    quarter: str
    growth_pct: float | None = None
    previous_growth_pct: float | None = None
    change_points: float | None = None
    this_year_points: float | None = None
    last_year_points: float | None = None
    this_year_log: float | None = None
    last_year_log: float | None = None
    usual_log: float | None = None
    usual_years: int = 0
    this_year_gap_points: float | None = None
    last_year_gap_points: float | None = None
    gap_why: str | None = None
    rank_absolute: int | None = None
    rank_fall: int | None = None
    changes_known: int = 0
    why: str | None = None

    @property
    def fall_points(self) -> float | None:
        """The change with its sign turned."""
        return None if self.change_points is None else -self.change_points


@dataclass(frozen=True)
class DirectLoss:
    """Points of growth that lost outside orders explain; numbers are None where `why` says what is lacking.

    `points` is the lowering of the quarter's growth, `previous_points` that of the quarter before,
    `net_points` their difference. `covered_share` and `net_covered_share` are parts of `fall_points` (None
    when growth did not fall). `explaining_share` is the outside share that would explain the whole fall,
    `explaining_lost_beside` the own orders per unit of net outside loss that would.
    """

    quarter: str
    effective_loss_share: float
    points: float | None = None
    previous_points: float | None = None
    net_points: float | None = None
    fall_points: float | None = None
    covered_share: float | None = None
    net_covered_share: float | None = None
    explaining_share: float | None = None
    explaining_lost_beside: float | None = None
    why: str | None = None

    @property
    def bound(self) -> Estimate:
        """Points explained, of which anything from none to all may be true."""
        return Estimate(self.points, 0.0, self.points)


def solve_outside_share(own_shop_share_pct: float, exposed_share: float = 0.0) -> float:
    """Outside share of GMV before the cut from a printed share of own shops.

    Parameters
    ----------
    own_shop_share_pct : float
        Percent of GMV in own shops, 0 to 100. A lower bound of it gives an upper bound of the outside share.
    exposed_share : float
        Share of the measured days after the cut, 0 up to but not including 1. Those days are taken to have no
        outside orders at all, which puts all of them before the cut.

    Returns
    -------
    float
        Share of GMV, 0 to 1, to four decimals: the printed share has one.

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    if not 0 <= own_shop_share_pct <= 100:
        raise InputError(f"'own_shop_share_pct' must be between 0 and 100 (got {own_shop_share_pct})")
    if not 0 <= exposed_share < 1:
        raise InputError(f"'exposed_share' must be at least 0 and below 1 (got {exposed_share})")
    return round(min(1.0, (1 - own_shop_share_pct / 100) / (1 - exposed_share)), 4)


def solve_effective_loss(outside_share: float, recovered_share: float, lost_beside_share: float) -> float:
    """Share E of the GMV that would have been which is lost: e (1 - r) (1 + k)."""
    return outside_share * (1 - recovered_share) * (1 + lost_beside_share)


def solve_points(yearly_ratio: float, effective_loss_share: float) -> float:
    """Percentage points of yearly growth taken by a loss.

    Parameters
    ----------
    yearly_ratio : float
        Observed GMV over GMV a year earlier.
    effective_loss_share : float
        Share of the GMV that would have been, at least 0 and below 1.

    Raises
    ------
    InputError
        If the loss is not below the whole.
    """
    if not 0 <= effective_loss_share < 1:
        raise InputError(f"the loss must be at least 0 and below 1 (got {effective_loss_share})")
    return 100 * yearly_ratio * effective_loss_share / (1 - effective_loss_share)


def solve_explaining_share(
    yearly_ratio: float, fall_points: float, *, recovered_share: float = 0.0, lost_beside_share: float = 0.0
) -> float | None:
    """Outside share that would explain a fall in growth, the inverse of `solve_points`.

    Returns None where growth did not fall, all orders were recovered, or a share above one would be needed.
    """
    weight = (1 - recovered_share) * (1 + lost_beside_share)
    if fall_points <= 0 or weight <= 0:
        return None
    share = fall_points / (fall_points + 100 * yearly_ratio) / weight
    return share if share <= 1 else None


def solve_explaining_lost_beside(
    yearly_ratio: float, fall_points: float, *, net_outside_share: float
) -> float | None:
    """Own orders lost beside each net outside order that would explain a fall in growth.

    Parameters
    ----------
    yearly_ratio : float
        Observed GMV over GMV a year earlier.
    fall_points : float
        Fall in yearly growth, percentage points.
    net_outside_share : float
        Share of GMV on outside links that own shops do not win back, e (1 - r).

    Returns
    -------
    float or None
        Below zero where the outside orders alone explain more than the fall; None where growth did not fall
        or nothing stood outside.
    """
    share = solve_explaining_share(yearly_ratio, fall_points)
    return share / net_outside_share - 1 if share is not None and net_outside_share > 0 else None


def summarise_growth(gmv: pd.Series) -> pd.DataFrame:
    """Growth, its change and the exact split of the change, for every quarter of a series.

    Parameters
    ----------
    gmv : Series
        GMV in RMB bn, index quarters.

    Returns
    -------
    DataFrame
        One row a quarter: `period`, `gmv_rmb_bn`, `quarter_growth_log`, `year_growth_pct`, `change_points`,
        `points_per_log` (the factor of the conversion), `this_year_points`, `last_year_points` (adding up
        to `change_points`), `rank_absolute` and `rank_fall` (1 is the largest; NaN where no change is
        known).
    """
    levels = arrange_quarters(gmv)
    logs = pd.Series(np.log(levels.to_numpy()), index=levels.index)
    quarterly, yearly = logs.diff(), logs.diff(QUARTERS_A_YEAR)
    growth = pd.Series(np.exp(yearly.to_numpy()), index=levels.index)
    weight = _log_mean(growth, growth.shift())
    change = 100 * (growth - growth.shift())
    return pd.DataFrame(
        {
            "period": [str(quarter) for quarter in levels.index],
            "gmv_rmb_bn": levels.to_numpy(),
            "quarter_growth_log": quarterly.to_numpy(),
            "year_growth_pct": 100 * np.expm1(yearly.to_numpy()),
            "change_points": change.to_numpy(),
            "points_per_log": (100 * weight).to_numpy(),
            "this_year_points": (100 * weight * quarterly).to_numpy(),
            "last_year_points": (-100 * weight * quarterly.shift(QUARTERS_A_YEAR)).to_numpy(),
            "rank_absolute": change.abs().rank(ascending=False, method="min").to_numpy(),
            "rank_fall": change.rank(method="min").to_numpy(),
        }
    )


def solve_growth_split(record: DirectLossRecord, gmv: pd.Series) -> GrowthSplit:
    """Split the change in growth at the slowdown quarter and rank it among all changes known.

    Parameters
    ----------
    record : DirectLossRecord
        Gives the quarter.
    gmv : Series
        GMV in RMB bn, index quarters; it may end early or have holes.
    """
    growth = summarise_growth(gmv)
    known = int(growth["change_points"].notna().sum())
    why = name_missing(arrange_quarters(gmv), _quarters_needed(record))
    if why:
        return GrowthSplit(record.slowdown_quarter, changes_known=known, why=why)
    place = growth.index[growth["period"] == record.slowdown_quarter][0]
    row = growth.loc[place]
    usual, usual_years = _usual_growth(growth, place)
    this_year = float(row["quarter_growth_log"])
    last_year = float(growth.loc[place - QUARTERS_A_YEAR, "quarter_growth_log"])
    weight = float(row["points_per_log"])
    return GrowthSplit(
        quarter=record.slowdown_quarter,
        growth_pct=float(row["year_growth_pct"]),
        previous_growth_pct=float(growth.loc[place - 1, "year_growth_pct"]),
        change_points=float(row["change_points"]),
        this_year_points=float(row["this_year_points"]),
        last_year_points=float(row["last_year_points"]),
        this_year_log=this_year,
        last_year_log=last_year,
        usual_log=usual,
        usual_years=usual_years,
        this_year_gap_points=None if usual is None else weight * (this_year - usual),
        last_year_gap_points=None if usual is None else -weight * (last_year - usual),
        gap_why=None if usual is not None else "fewer than two other years are known",
        rank_absolute=int(row["rank_absolute"]),
        rank_fall=int(row["rank_fall"]),
        changes_known=known,
    )


def solve_direct_loss(
    record: DirectLossRecord, gmv: pd.Series, *, previous_exposure: float = 0.0
) -> DirectLoss:
    """Points of growth that the lost outside orders explain, and the part of the fall they cover.

    Parameters
    ----------
    record : DirectLossRecord
        Outside share, recovery, own orders lost beside it, and the quarter.
    gmv : Series
        GMV in RMB bn, index quarters; it may end early or have holes.
    previous_exposure : float
        Share of the days of the quarter before that came after the cut, 0 to 1.
    """
    effective = _effective_loss(record)
    split = solve_growth_split(record, gmv)
    if split.why or split.growth_pct is None or split.previous_growth_pct is None:
        return DirectLoss(record.slowdown_quarter, effective, why=split.why)
    ratio, fall = 1 + split.growth_pct / 100, split.previous_growth_pct - split.growth_pct
    points = solve_points(ratio, effective)
    previous = solve_points(1 + split.previous_growth_pct / 100, effective * previous_exposure)
    return DirectLoss(
        quarter=record.slowdown_quarter,
        effective_loss_share=effective,
        points=points,
        previous_points=previous,
        net_points=points - previous,
        fall_points=fall,
        covered_share=points / fall if fall > 0 else None,
        net_covered_share=(points - previous) / fall if fall > 0 else None,
        explaining_share=solve_explaining_share(
            ratio,
            fall,
            recovered_share=record.recovered_share,
            lost_beside_share=record.lost_beside_share,
        ),
        explaining_lost_beside=solve_explaining_lost_beside(
            ratio, fall, net_outside_share=record.outside_share * (1 - record.recovered_share)
        ),
    )


def solve_smallest_loss(
    record: DirectLossRecord, gmv: pd.Series, own_shop_share_pct: pd.Series
) -> DirectLoss:
    """Direct loss at the smallest outside share that was published, whatever its period.

    Parameters
    ----------
    record : DirectLossRecord
        Recovery, own orders lost beside it, and the quarter.
    gmv : Series
        GMV in RMB bn, index quarters.
    own_shop_share_pct : Series
        Every published share of own shops in percent; none published leaves nothing outside.
    """
    share = 1 - own_shop_share_pct.max() / 100 if len(own_shop_share_pct) else 0.0
    return solve_direct_loss(record.model_copy(update={"outside_share": share}), gmv)


def summarise_loss_grid(
    record: DirectLossRecord,
    gmv: pd.Series,
    *,
    outside_shares: Sequence[float] = tuple(np.linspace(0.0, 0.15, 21)),
    recovered_shares: Sequence[float] | None = None,
    lost_beside_shares: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Points explained over a grid of outside share, recovery and own orders lost beside it.

    Parameters
    ----------
    record : DirectLossRecord
        Gives the value of any axis that is not named.
    gmv : Series
        GMV in RMB bn, index quarters.
    outside_shares, recovered_shares, lost_beside_shares : sequence of float
        Axes of the grid; all combinations are formed in this order.

    Returns
    -------
    DataFrame
        `outside_share`, `recovered_share`, `lost_beside_share`, `points`, `covered_share` (of the fall;
        NaN when growth did not fall). Empty with these columns when the series lacks the quarters needed.
    """
    columns = ["outside_share", "recovered_share", "lost_beside_share", "points", "covered_share"]
    loss = solve_direct_loss(record, gmv)
    if loss.why or loss.fall_points is None:
        return pd.DataFrame(columns=columns, dtype=float)
    ratio = 1 + (solve_growth_split(record, gmv).growth_pct or 0.0) / 100
    fall = loss.fall_points if loss.fall_points > 0 else np.nan
    grid = product(
        outside_shares,
        (record.recovered_share,) if recovered_shares is None else recovered_shares,
        (record.lost_beside_share,) if lost_beside_shares is None else lost_beside_shares,
    )
    rows = [(*cell, solve_points(ratio, solve_effective_loss(*cell))) for cell in grid]
    table = pd.DataFrame(rows, columns=columns[:4], dtype=float)
    return table.assign(covered_share=table["points"] / fall)


def _effective_loss(record: DirectLossRecord) -> float:
    return solve_effective_loss(record.outside_share, record.recovered_share, record.lost_beside_share)


def _quarters_needed(record: DirectLossRecord) -> list[pd.Period]:
    """Both ends of both yearly ratios; they are also both ends of the two quarterly growths."""
    quarter = parse_quarter(record.slowdown_quarter)
    return [quarter, quarter - 1, quarter - QUARTERS_A_YEAR, quarter - QUARTERS_A_YEAR - 1]


def _usual_growth(growth: pd.DataFrame, place: int) -> tuple[float | None, int]:
    """Median growth into the same quarter over the other years, and how many there are."""
    same_quarter = growth.index % QUARTERS_A_YEAR == place % QUARTERS_A_YEAR
    others = growth.loc[same_quarter, "quarter_growth_log"].drop([place, place - QUARTERS_A_YEAR]).dropna()
    return (float(others.median()) if len(others) >= 2 else None), len(others)


def _log_mean(first: pd.Series, second: pd.Series) -> pd.Series:
    """Logarithmic mean of two positive series; the value itself where they are equal."""
    gap = np.log(first / second)
    return ((first - second) / gap).where(gap.abs() > 1e-12, first)
