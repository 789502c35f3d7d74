r"""What an order inside the app is worth, by the share of buyers lost at each jump to another app.

Until the deal of May 2020 a Kuaishou (快手) viewer who wanted JD (京东) goods was sent to JD's app to pay;
from then on JD's goods could be ordered in the Kuaishou Shop (快手小店). This module prices the missing jump.

Equations
---------
With ``n`` jumps of which jump ``j`` loses the share ``d_j`` of those who reach it,

    survival S = (1 - d_1) * ... * (1 - d_n),      d_1 = first jump, d_2 = ... = d_n = further jumps.

``kappa`` is the order rate of the page in the app over that of the page outside. Per sale that Kuaishou
counts with the jump, it counts ``kappa / S`` without it. Of the buyers lost, the share ``rho`` orders outside
later without being counted for Kuaishou, so the supplier's sales move by ``kappa / (S + (1 - S) * rho)``
only.

* GMV gained when the part ``j`` of GMV ``G`` still jumps:        ``G * j * (kappa / S - 1)``
* revenue gained with fee ``t`` in the app and commission ``u`` on jumps:  ``G * j * (t * kappa / S - u)``
* drop per jump (all alike) above which the app sells more:          ``1 - kappa ** (1 / n)``
* drop per jump above which it earns more:                           ``1 - (kappa * t / u) ** (1 / n)``
* drop that would explain a GMV gain ``g`` (a share of ``G``):       ``1 - (kappa * j / (g + j)) ** (1 / n)``

Buyers needed in each arm of a test of the two paths (two proportions, normal approximation):
``(z_a + z_b)**2 * (p (1 - p) + q (1 - q)) / (p - q)**2``.

What it leaves out
------------------
No drop rate of Kuaishou has been published: every value is an assumption, and the results are read by drop
rate. Losses are multiplicative and alike for all goods and prices. Prices, subsidies, trust in either shop,
returns and the displacement of the platform's own goods stay outside (the last is in ``alliance_game``).

References
----------
Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., ch. 4 (sample size).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

PLATFORM, SUPPLIER = "counted by Kuaishou", "sold by JD"
IN_APP, JUMP = "order in the app", "order after jumping"
TURNED = {"lower": "upper", "upper": "lower", "exact": "exact"}


class JumpFrictionRecord(Record):
    """Assumptions on the funnel from a live stream to a paid order, with and without a jump."""

    jump_count: int = parameter(
        1,
        unit="jumps",
        meaning="Jumps to another app or page between the tap on an item and its payment.",
        ge=0,
        le=4,
    )
    first_jump_drop: float = parameter(
        0.3,
        unit="share of those who reach the jump, 0 to 1",
        meaning="Buyers lost at the first jump; no figure has been published.",
        ge=0.0,
        le=0.95,
    )
    further_jump_drop: float = parameter(
        0.15,
        unit="share of those who reach the jump, 0 to 1",
        meaning="Buyers lost at each jump after the first.",
        ge=0.0,
        le=0.95,
    )
    item_tap_share: float = parameter(
        0.05,
        unit="share of viewers, 0 to 1",
        meaning="Viewers who tap on an item.",
        ge=0.0001,
        le=1.0,
    )
    tap_order_share: float = parameter(
        0.2,
        unit="share of those on the order page, 0 to 1",
        meaning="Visitors of the outside order page who order.",
        ge=0.0001,
        le=1.0,
    )
    in_app_order_ratio: float = parameter(
        1.0,
        unit="multiple of the outside order rate",
        meaning="Order rate of the page in the app over that of the page outside, with its stored address.",
        ge=0.2,
        le=2.0,
    )
    uncounted_return_share: float = parameter(
        0.2,
        unit="share of those lost at a jump, 0 to 1",
        meaning="Lost buyers who order outside later without being counted for the platform.",
        ge=0.0,
        le=1.0,
    )
    in_app_fee: float = parameter(
        0.05,
        unit="share of GMV, 0 to 1",
        meaning="What the platform earns on an order in the app.",
        ge=0.0,
        le=0.5,
    )
    jump_commission: float = parameter(
        0.03,
        unit="share of GMV, 0 to 1",
        meaning="What the platform earns on an order sent to a partner; no figure has been published.",
        ge=0.0,
        le=0.5,
    )


@dataclass(frozen=True)
class InAppValue:
    """Worth of taking the jump away.

    Attributes
    ----------
    survival : float
        Share of buyers left after all jumps.
    order_multiple : float
        Orders the platform counts in the app for each it counts after the jump.
    supplier_multiple : float
        The same for the supplier, who keeps the buyers that return on their own.
    break_even_drop : float or None
        Drop per jump above which the app sells more; None without a jump.
    break_even_drop_revenue : float or None
        Drop per jump above which the app earns more; None without a jump or when only the jump pays.
    gmv_gain_rmb_bn, revenue_gain_rmb_bn : float or None
        Gain in the period of the GMV given; None only together with ``why``.
    why : str or None
        What is missing for the gains.
    """

    survival: float
    order_multiple: float
    supplier_multiple: float
    break_even_drop: float | None
    break_even_drop_revenue: float | None
    gmv_gain_rmb_bn: float | None
    revenue_gain_rmb_bn: float | None
    why: str | None

    def gain_over(self, gmv_rmb_bn: float | None) -> Estimate:
        """Return the GMV gained in percent of a GMV; anything from none to all of it may be one partner's."""
        if self.gmv_gain_rmb_bn is None or not gmv_rmb_bn:
            return Estimate.not_known(self.why or "no GMV to compare with")
        gained = 100 * self.gmv_gain_rmb_bn / gmv_rmb_bn
        return Estimate(gained, min(0.0, gained), max(0.0, gained))

    def revenue_over(self, gmv_rmb_bn: float | None) -> Estimate:
        """Return the revenue gained in percent of a GMV."""
        if self.revenue_gain_rmb_bn is None or not gmv_rmb_bn:
            return Estimate.not_known(self.why or "no GMV to compare with")
        return Estimate(100 * self.revenue_gain_rmb_bn / gmv_rmb_bn)


@dataclass(frozen=True)
class OutsideSteps:
    """How the GMV placed outside own shops went, RMB bn a quarter; None where not printed by then.

    Attributes
    ----------
    first, second : float or None
        In the first and in the second quarter printed exactly.
    gmv_multiple : float or None
        GMV of the second over that of the first.
    first_gmv : float or None
        GMV of the first, RMB bn.
    first_share, last_share : float or None
        Part of GMV outside at the first and at the last exact print, 0 to 1.
    floor, ceiling : float or None
        Last amount known from below and last known from above.
    """

    first: float | None
    second: float | None
    gmv_multiple: float | None
    first_gmv: float | None
    first_share: float | None
    last_share: float | None
    floor: float | None
    ceiling: float | None


def summarise_outside(own_shop: pd.DataFrame, gmv: pd.DataFrame) -> pd.DataFrame:
    """Return the GMV placed outside own shops for each quarter with a printed share.

    Parameters
    ----------
    own_shop : DataFrame
        ``period``, ``value`` (percent of GMV), ``bound`` and ``note``; a share of a month gives a floor of
        what was outside in its quarter, since shares rose all along.
    gmv : DataFrame
        ``period`` and ``value`` (RMB bn).

    Returns
    -------
    DataFrame
        ``period``, ``value_share``, ``value_gmv``, ``outside_rmb_bn`` and ``bound`` of the amount.
    """
    both = own_shop.merge(gmv[["period", "value"]], on="period", suffixes=("_share", "_gmv"))
    of_month = both["note"].str.contains("month of")
    return both.assign(
        outside_rmb_bn=both["value_gmv"] * (1 - both["value_share"] / 100),
        bound=both["bound"].map(TURNED).mask(of_month, "lower"),
    )


def summarise_outside_steps(outside: pd.DataFrame) -> OutsideSteps:
    """Read the steps of the outside GMV from the table of `summarise_outside`."""
    exact = outside[outside["bound"] == "exact"]
    amounts, totals, shares = (
        [*exact[name]] + [None] * 2 for name in ("outside_rmb_bn", "value_gmv", "value_share")
    )
    printed = outside.loc[outside["bound"].isin(["exact", "lower"]), "value_share"]
    ends = {bound: [None, *outside.loc[outside["bound"] == bound, "outside_rmb_bn"]][-1] for bound in TURNED}
    return OutsideSteps(
        first=amounts[0],
        second=amounts[1],
        gmv_multiple=None if totals[1] is None else totals[1] / totals[0],
        first_gmv=totals[0],
        first_share=None if shares[0] is None else 1 - shares[0] / 100,
        last_share=None if printed.empty else 1 - printed.max() / 100,
        floor=ends["lower"],
        ceiling=ends["upper"],
    )


def summarise_sides(record: JumpFrictionRecord, *, drops: Iterable[float]) -> pd.DataFrame:
    """Return what the order in the app is worth to platform and supplier, by the drop at each jump.

    Parameters
    ----------
    record : JumpFrictionRecord
    drops : iterable of float
        Shares lost at each jump, alike at all jumps.

    Returns
    -------
    DataFrame
        ``drop`` (percent), ``multiple``, ``whose``.
    """
    rows = []
    for drop in drops:
        varied = record.vary(first_jump_drop=drop, further_jump_drop=drop)
        value = solve_in_app_value(varied, gmv_rmb_bn=None, jump_share=None)
        rows.append((100 * drop, value.order_multiple, PLATFORM))
        rows.append((100 * drop, value.supplier_multiple, SUPPLIER))
    return pd.DataFrame(rows, columns=["drop", "multiple", "whose"])


def solve_survival(record: JumpFrictionRecord) -> float:
    """Return the share of buyers left after all jumps, 0 to 1."""
    return math.prod(1 - drop for drop in _drops(record))


def solve_funnel(record: JumpFrictionRecord, *, viewers: float = 1.0) -> pd.DataFrame:
    """Follow viewers down both paths.

    Parameters
    ----------
    record : JumpFrictionRecord
    viewers : float
        Viewers at the top; the default gives shares.

    Returns
    -------
    DataFrame
        One row a step of a path: ``path``, ``step`` (0, 1, ...), ``name``, ``reached`` (people),
        ``kept_share`` (of the step before; 1 at the top).
    """
    frames = [_path(record, path, viewers) for path in (IN_APP, JUMP)]
    return pd.concat(frames, ignore_index=True)


def solve_in_app_value(
    record: JumpFrictionRecord, *, gmv_rmb_bn: float | None, jump_share: float | None
) -> InAppValue:
    """Price the missing jump.

    Parameters
    ----------
    record : JumpFrictionRecord
    gmv_rmb_bn : float or None
        GMV of a period as counted with the jumps, RMB bn; None when not published.
    jump_share : float or None
        Part of it that jumps, 0 to 1; None when not published. The part of one partner is in no source, so
        the whole outside part gives the most that partner can stand for.

    Returns
    -------
    InAppValue

    Raises
    ------
    InputError
        If the GMV is negative or the share outside 0 to 1.
    """
    survival = solve_survival(record)
    kept = survival + (1 - survival) * record.uncounted_return_share
    gain, earned, why = _gains(record, survival, gmv_rmb_bn, jump_share)
    return InAppValue(
        survival=survival,
        order_multiple=record.in_app_order_ratio / survival,
        supplier_multiple=record.in_app_order_ratio / kept,
        break_even_drop=_equal_drop(record, record.in_app_order_ratio),
        break_even_drop_revenue=_equal_drop(record, _earning_ratio(record)),
        gmv_gain_rmb_bn=gain,
        revenue_gain_rmb_bn=earned,
        why=why,
    )


def solve_test_size(record: JumpFrictionRecord, *, level: float = 0.05, power: float = 0.8) -> int | None:
    """Return how many tappers each arm needs for a test that tells the two paths apart.

    Parameters
    ----------
    record : JumpFrictionRecord
    level : float
        Two-sided significance level, 0 to 1.
    power : float
        Chance of finding the difference that the record implies, 0 to 1.

    Returns
    -------
    int or None
        Tappers per arm; None when both paths sell alike, so that no test can tell them apart.

    Raises
    ------
    InputError
        If level or power is not between 0 and 1.
    """
    for name, share in (("level", level), ("power", power)):
        if not 0 < share < 1:
            raise InputError(f"{name!r} must be between 0 and 1 (got {share:g})")
    inside, outside = _order_rate(record, IN_APP), _order_rate(record, JUMP)
    if inside == outside:
        return None
    spread = inside * (1 - inside) + outside * (1 - outside)
    z = float(norm.isf(level / 2) + norm.isf(1 - power))
    return math.ceil(z**2 * spread / (inside - outside) ** 2)


def simulate_funnel(record: JumpFrictionRecord, *, viewers: int, seed: int) -> pd.DataFrame:
    """Draw one day's funnel on both paths, each step keeping each person by chance.

    Parameters
    ----------
    record : JumpFrictionRecord
    viewers : int
        Viewers at the top of each path, at least 1.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    DataFrame
        As `solve_funnel`, with ``reached`` in whole people.

    Raises
    ------
    InputError
        If there is no viewer.
    """
    if viewers < 1:
        raise InputError(f"'viewers' must be at least 1 (got {viewers})")
    rng, funnel = np.random.default_rng(seed), solve_funnel(record)
    for _, steps in funnel.groupby("path", sort=False):
        reached = viewers
        for row in steps.index:
            reached = int(rng.binomial(reached, funnel.loc[row, "kept_share"]))
            funnel.loc[row, "reached"] = reached
    return funnel.astype({"reached": int})


def _drops(record: JumpFrictionRecord) -> list[float]:
    return ([record.first_jump_drop] + [record.further_jump_drop] * 3)[: record.jump_count]


def _order_rate(record: JumpFrictionRecord, path: str) -> float:
    """Return orders per tap."""
    if path == IN_APP:
        # A generous order ratio on a generous order rate would pass one.
        return min(1.0, record.tap_order_share * record.in_app_order_ratio)
    return record.tap_order_share * solve_survival(record)


def _path(record: JumpFrictionRecord, path: str, viewers: float) -> pd.DataFrame:
    steps = [("watch", 1.0), ("tap an item", record.item_tap_share)]
    if path == JUMP:
        kept_by_jump = [1 - drop for drop in _drops(record)]
        steps += [(f"stay through jump {number}", kept) for number, kept in enumerate(kept_by_jump, start=1)]
        steps.append(("order", record.tap_order_share))
    else:
        steps.append(("order", _order_rate(record, IN_APP)))
    shares = np.array([share for _, share in steps])
    return pd.DataFrame(
        {
            "path": path,
            "step": range(len(steps)),
            "name": [name for name, _ in steps],
            "reached": viewers * shares.cumprod(),
            "kept_share": shares,
        }
    )


def _gains(
    record: JumpFrictionRecord, survival: float, gmv_rmb_bn: float | None, jump_share: float | None
) -> tuple[float | None, float | None, str | None]:
    _check_share(jump_share)
    if gmv_rmb_bn is None or jump_share is None:
        missing = "GMV" if gmv_rmb_bn is None else "the share of sales that jump"
        return None, None, f"{missing} was not published"
    if gmv_rmb_bn < 0:
        raise InputError(f"'gmv_rmb_bn' must be at least 0 (got {gmv_rmb_bn:g})")
    jumping, multiple = gmv_rmb_bn * jump_share, record.in_app_order_ratio / survival
    return jumping * (multiple - 1), jumping * (record.in_app_fee * multiple - record.jump_commission), None


def _earning_ratio(record: JumpFrictionRecord) -> float:
    earned = record.in_app_order_ratio * record.in_app_fee
    return math.inf if record.jump_commission == 0 else earned / record.jump_commission


def _equal_drop(record: JumpFrictionRecord, ratio: float) -> float | None:
    """Return the drop per jump at which a ratio of in-app to outside worth is made up; 0 if it never lags."""
    if not record.jump_count or ratio == 0:
        return None
    return 1 - math.pow(min(1.0, ratio), 1 / record.jump_count)


def _check_share(jump_share: float | None) -> None:
    if jump_share is not None and not 0 <= jump_share <= 1:
        raise InputError(f"'jump_share' must be between 0 and 1 (got {jump_share:g})")


def _number(value: float | None) -> float:
    return math.nan if value is None else value
