"""Programme arithmetic: the sales that targets and plans imply at least, and what a new merchant is given.

Floors
    A target names a count n of units (brands, items, leaders, merchants) that each sell at least x. Targets
    of one programme on one cut of the sales are nested: whoever sells ten times the lower threshold is also
    counted below. With thresholds x_1 > x_2 > ... the floor of a cut is the sum of
    (n_j - largest n before j)^+ x_j. Brands, items and leaders are cuts of the same sales, so floors of
    different cuts are never added: the floor of a programme is the largest of its cuts. Reading the tiers of
    one cut as apart gives the sum of n_j x_j, which is shown beside it.

New merchants (凡星计划)
    The usual fee is u of sales, or a share h of the promoter's commission k where one is paid (u = h k).
    Within a ceiling C of cumulative sales the fee is as low as v. Relief at sales X is (u - v)^+ min(X, C); a
    traffic credit of B, worth w per yuan, comes on top. Relief per yuan of sales is flat up to C and falls as
    1 / X beyond it. Beyond the ceiling the usual fee is taken to apply to the further sales alone, so the
    merchant meets a kink and no notch.

Left out: what a resource package is made of (its unit is not stated), how many merchants took part, how many
would have grown without it, returns, and whether a target was met: no outcome of these targets was published.
A threshold with a plus sign is a lower bound, so floors are lower bounds and amounts per unit upper bounds; a
fee "as low as" v is v or more, so relief is an upper bound. A threshold without a printed unit is read as
money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import InputError, summarise_complaints
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

TARGET_COLUMNS = ("programme", "target", "cut", "count", "threshold_rmb")
RMB_PER_BN = 1e9


class ProgrammeFloorsRecord(Record):
    """Parameters of the plan for new merchants."""

    usual_fee_rate: float = parameter(
        0.05,
        unit="share of sales, 0 to 1",
        meaning="Service fee on sales without a promoter.",
        rests_on=("data:events/service_fee_2019",),
        ge=0,
        le=0.5,
    )
    promoter_fee_share: float = parameter(
        0.5,
        unit="share of commission, 0 to 1",
        meaning="Service fee on sales through a promoter, as a share of the commission.",
        rests_on=("data:events/service_fee_2019",),
        ge=0,
        le=1,
    )
    promoter_commission_rate: float = parameter(
        0.0,
        unit="share of sales, 0 to 1",
        meaning="Commission that the merchant pays a promoter; nothing where it sells by itself.",
        ge=0,
        le=0.9,
    )
    reduced_fee_rate: float = parameter(
        0.01,
        unit="share of sales, 0 to 1",
        meaning="Lowest service fee within the ceiling.",
        rests_on=("fact:f051",),
        ge=0,
        le=0.5,
    )
    fee_relief_ceiling_rmb: float = parameter(
        100_000.0,
        unit="RMB",
        meaning="Cumulative sales up to which the reduced fee holds.",
        rests_on=("fact:f050",),
        ge=1,
    )
    traffic_credit_rmb: float = parameter(
        200.0, unit="RMB", meaning="Free traffic given to a new merchant.", rests_on=("fact:f043",), ge=0
    )
    credit_worth: float = parameter(
        1.0, unit="1", meaning="What a yuan of traffic credit is worth to the merchant.", ge=0, le=10
    )
    merchant_goal_rmb: float = parameter(
        1_000_000.0,
        unit="RMB per year",
        meaning="Sales that the plan wants a merchant to reach.",
        rests_on=("fact:f047",),
        ge=1,
    )


@dataclass(frozen=True)
class Relief:
    """What the plan is worth to one new merchant.

    Parameters
    ----------
    largest_relief_rmb, largest_worth_rmb : float
        Fee relief, and relief with the credit, once the ceiling is reached.
    worth_share_at_ceiling, worth_share_at_goal : float
        Worth over sales at the ceiling and at the goal.
    ceiling_share_of_goal : float
        Part of the way to the goal that the reduced fee accompanies.
    """

    largest_relief_rmb: float
    largest_worth_rmb: float
    worth_share_at_ceiling: float
    worth_share_at_goal: float
    ceiling_share_of_goal: float


def build_targets(facts: pd.DataFrame, plan: Sequence[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    """Put counts and thresholds together from single facts.

    Parameters
    ----------
    facts : DataFrame
        Columns ``fact_id`` and ``value``; only the facts known on the day.
    plan : sequence of tuple
        Programme, target, cut, id of the fact with the count, id of the fact with the threshold in RMB.

    Returns
    -------
    DataFrame
        The columns of `TARGET_COLUMNS`; a target with a fact not yet known is left out.
    """
    values = facts.set_index("fact_id")["value"].dropna()
    known = [row for row in plan if row[3] in values.index and row[4] in values.index]
    rows = [(*row[:3], float(values[row[3]]), float(values[row[4]])) for row in known]
    return pd.DataFrame(rows, columns=list(TARGET_COLUMNS))


def summarise_cuts(targets: pd.DataFrame) -> pd.DataFrame:
    """Sum the targets of each cut, nested and apart.

    Parameters
    ----------
    targets : DataFrame
        One row per target: ``programme``, ``target``, ``cut``, ``count``, ``threshold_rmb``. Empty where
        nothing had been announced.

    Returns
    -------
    DataFrame
        One row per programme and cut, in the order given: ``programme``, ``cut``, ``nested_rmb_bn`` (the
        floor), ``apart_rmb_bn``.

    Raises
    ------
    InputError
        If a column is missing, or a count or threshold is not positive.
    """
    _check_targets(targets)
    rows = [
        (
            programme,
            cut,
            _sum_nested(tiers),
            float((tiers["count"] * tiers["threshold_rmb"]).sum() / RMB_PER_BN),
        )
        for (programme, cut), tiers in targets.groupby(["programme", "cut"], sort=False)
    ]
    return pd.DataFrame(rows, columns=["programme", "cut", "nested_rmb_bn", "apart_rmb_bn"])


def _check_targets(targets: pd.DataFrame) -> None:
    complaints = [f"column {name!r} is missing" for name in TARGET_COLUMNS if name not in targets]
    if not complaints:
        positive = (targets["count"] > 0) & (targets["threshold_rmb"] > 0)
        complaints = [
            f"target {name!r} must have a positive count and threshold"
            for name in targets["target"][~positive]
        ]
    if complaints:
        raise InputError(f"targets: {summarise_complaints(complaints)}")


def _sum_nested(tiers: pd.DataFrame) -> float:
    """Add tiers from the highest threshold down, counting nobody twice; RMB bn."""
    ordered = tiers.sort_values("threshold_rmb", ascending=False)
    counts = ordered["count"].to_numpy(dtype=float)
    added = np.diff(np.maximum.accumulate(counts), prepend=0.0)
    return float((added * ordered["threshold_rmb"].to_numpy(dtype=float)).sum() / RMB_PER_BN)


def solve_floors(targets: pd.DataFrame) -> pd.DataFrame:
    """Solve the least sales with which each programme meets all its targets.

    Returns
    -------
    DataFrame
        One row per programme: ``programme``, ``floor_rmb_bn``, ``binding_cut``.
    """
    cuts = summarise_cuts(targets)
    order = cuts.sort_values("nested_rmb_bn", ascending=False, kind="stable")
    top = order.drop_duplicates("programme").sort_index()
    return top.rename(columns={"nested_rmb_bn": "floor_rmb_bn", "cut": "binding_cut"})[
        ["programme", "floor_rmb_bn", "binding_cut"]
    ].reset_index(drop=True)


def solve_ratio(
    numerator: float | None,
    denominator: float | None,
    *,
    names: tuple[str, str] = ("numerator", "denominator"),
) -> Estimate:
    """Divide two published numbers, or say which one is missing."""
    missing = [name for name, value in zip(names, (numerator, denominator), strict=True) if value is None]
    if numerator is None or denominator is None:
        return Estimate.not_known(f"{' and '.join(missing)} not published by then")
    return Estimate(numerator / denominator)


def solve_usual_fee(record: ProgrammeFloorsRecord) -> float:
    """Return the fee rate without the plan: of sales, or by way of the promoter's commission."""
    if record.promoter_commission_rate > 0:
        return record.promoter_fee_share * record.promoter_commission_rate
    return record.usual_fee_rate


def summarise_new_merchant(record: ProgrammeFloorsRecord, *, sales_rmb: Sequence[float]) -> pd.DataFrame:
    """Tabulate the plan for a new merchant over its cumulative sales.

    Returns
    -------
    DataFrame
        One row per level of sales: ``sales_rmb``, ``usual_fee_rmb``, ``plan_fee_rmb``, ``relief_rmb``,
        ``worth_rmb`` (relief and credit), ``worth_share`` (of sales; missing at no sales).
    """
    sales = np.asarray(sales_rmb, dtype=float)
    usual = solve_usual_fee(record)
    relief = max(0.0, usual - record.reduced_fee_rate) * np.minimum(sales, record.fee_relief_ceiling_rmb)
    worth = relief + record.credit_worth * record.traffic_credit_rmb
    return pd.DataFrame(
        {
            "sales_rmb": sales,
            "usual_fee_rmb": usual * sales,
            "plan_fee_rmb": usual * sales - relief,
            "relief_rmb": relief,
            "worth_rmb": worth,
            "worth_share": np.divide(worth, sales, out=np.full_like(sales, np.nan), where=sales > 0),
        }
    )


def solve_relief(record: ProgrammeFloorsRecord) -> Relief:
    """Solve what the plan is worth to one new merchant at its ceiling and at the goal."""
    ceiling, goal = record.fee_relief_ceiling_rmb, record.merchant_goal_rmb
    table = summarise_new_merchant(record, sales_rmb=(ceiling, goal))
    return Relief(
        largest_relief_rmb=float(table["relief_rmb"].iloc[0]),
        largest_worth_rmb=float(table["worth_rmb"].iloc[0]),
        worth_share_at_ceiling=float(table["worth_share"].iloc[0]),
        worth_share_at_goal=float(table["worth_share"].iloc[1]),
        ceiling_share_of_goal=min(1.0, ceiling / goal),
    )


def solve_idle_commission(record: ProgrammeFloorsRecord) -> Estimate:
    """Solve the commission of a promoter at or below which there is no fee to relieve."""
    if record.promoter_fee_share == 0:
        return Estimate.not_known("the fee takes no share of a commission")
    return Estimate(record.reduced_fee_rate / record.promoter_fee_share)


def solve_plan_cost(record: ProgrammeFloorsRecord, *, merchants: float | None) -> Estimate:
    """Solve what the plan costs if each of `merchants` uses it in full, RMB bn."""
    if merchants is None:
        return Estimate.not_known("the number of merchants was not published by then")
    full = summarise_new_merchant(record, sales_rmb=(record.fee_relief_ceiling_rmb,))["relief_rmb"].iloc[0]
    return Estimate(merchants * (float(full) + record.traffic_credit_rmb) / RMB_PER_BN)
