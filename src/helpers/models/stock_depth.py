"""Stock depth: how many units of each item a session needs, and what a pool shared by hosts saves.

An item sells D units in a session: Poisson around m L, where L is gamma with mean 1 and variance a, so that D
is negative binomial with variance m + a m^2. Two items of a session, or two hosts with the same item, share a
part of L: L_i = C + O_i with C ~ Gamma(rho / a, a) common and O_i ~ Gamma((1 - rho) / a, a) own. The sum
keeps the marginal law exactly, and the correlation of L_i and L_j is rho.

1.  Newsvendor: a unit that is missing loses u, a unit left over loses o. The best stock is the least q with
    P(D <= q) >= u / (u + o).
2.  In-stock probability P(D <= q) and fill rate E[min(D, q)] / m are two measures: the first counts sessions
    without a miss, the second units served.
3.  All K items in stock: the mean over C of P(D <= q | C)^K.
4.  n hosts on one stock: the sum of their demands is the sum of two independent negative binomials, a common
    one with shape rho / a and mean n m rho, an own one with shape n (1 - rho) / a. Its squared coefficient of
    variation is 1 / (n m) + a (rho + (1 - rho) / n).
5.  Floor of pooling (n without end): demand per host over m tends to 1 - rho + C. Cost does not fall below
    the newsvendor solution for that, however many hosts join.
6.  Depth over a lead time of l gaps between sessions. Stock ordered after a session must last for
    max(1, ceil l) sessions; a shelf with the same demand spread evenly and reviewed every v gaps must last
    l + v gaps. Demand over k gaps is negative binomial with shape k / a and mean k m.
7.  Range: with K items a session, a share f of them new each time and s sessions a week, K (1 + f (s - 1))
    different items a week.

Left out: substitution between items, prices cut in the session, returned goods that can be sold again, stock
that ages, and any learning about demand while the session runs. Units sold per item and session have not been
published; m is an assumption, and so are the spread and the correlations.

References
----------
Eppen, G. D. (1979), Effects of centralization on expected costs in a multi-location newsboy problem,
Management Science 25(5): pooling saves nothing where demands are perfectly correlated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import signal, stats

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

Floats = NDArray[np.float64]
TAIL = 1e-10
NEGLIGIBLE = 1e-9
N_NODES = 400
STOCKS = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4, 4.5)
NO_SHELF_STOCK = "a shelf needs no stock here"


class StockDepthRecord(Record):
    """Parameters of the items, of their demand and of what a wrong stock costs."""

    items_per_session: int = parameter(
        30,
        unit="items (SKU)",
        meaning="Items that a host shows in one session.",
        rests_on=("fact:f070",),
        ge=1,
        le=500,
    )
    units_per_item: float = parameter(
        40.0, unit="units per session", meaning="Mean demand for one item in one session.", ge=0.1, le=2000
    )
    demand_overdispersion: float = parameter(
        0.5,
        unit="1",
        meaning="Variance of the factor by which demand strays from its mean; 0 is Poisson.",
        ge=0,
        le=5,
    )
    item_correlation: float = parameter(
        0.3, unit="correlation, 0 to 1", meaning="Between the factors of two items of a session.", ge=0, le=1
    )
    host_correlation: float = parameter(
        0.3, unit="correlation, 0 to 1", meaning="Between the factors of one item at two hosts.", ge=0, le=1
    )
    stockout_loss_share: float = parameter(
        0.3, unit="share of price, 0 to 1", meaning="What a unit that is missing loses.", ge=0.01, le=1
    )
    leftover_loss_share: float = parameter(
        0.2, unit="share of price, 0 to 1", meaning="What a unit that is left over loses.", ge=0.01, le=1
    )
    pooled_hosts: int = parameter(
        20, unit="hosts", meaning="Hosts that draw on one stock of an item.", ge=1, le=500
    )
    in_stock_target: float = parameter(
        0.95,
        unit="probability, 0 to 1",
        meaning="In-stock probability at which live and shelf depth are compared.",
        ge=0.5,
        le=0.999,
    )
    restock_lead_gaps: float = parameter(
        1.5, unit="gaps between sessions", meaning="Time from ordering goods to having them.", ge=0, le=20
    )
    shelf_review_gaps: float = parameter(
        0.5, unit="gaps between sessions", meaning="Time between two orders of a shelf.", ge=0.01, le=5
    )
    new_item_share: float = parameter(
        0.5,
        unit="share of items, 0 to 1",
        meaning="Items of a session not shown in the last one.",
        ge=0,
        le=1,
    )


@dataclass(frozen=True)
class DemandCurve:
    """What each stock of 0, 1, 2, ... units achieves against one law of demand.

    Parameters
    ----------
    mean : float
        Mean demand, units.
    in_stock : ndarray, shape (n_stocks,)
        Probability that demand does not exceed the stock.
    sold : ndarray, shape (n_stocks,)
        Expected units served.
    """

    mean: float
    in_stock: Floats
    sold: Floats

    def find_stock(self, probability: float) -> int:
        """Return the least stock whose in-stock probability reaches `probability`."""
        return int(np.searchsorted(self.in_stock, probability - 1e-12))

    def look_up(self, stock: int) -> tuple[float, float]:
        """Return in-stock probability and expected units served; a stock beyond all demand serves it all."""
        if stock >= len(self.in_stock):
            return 1.0, self.mean
        return float(self.in_stock[stock]), float(self.sold[stock])

    def find_cost(self, stock: int, *, missing: float, leftover: float) -> float:
        """Return the expected cost of a stock, per unit of mean demand and in shares of the price."""
        _, sold = self.look_up(stock)
        return (missing * (self.mean - sold) + leftover * (stock - sold)) / self.mean


@dataclass(frozen=True)
class StockPlan:
    """Newsvendor stock of one item and what it means for the session."""

    units_in_stock: int
    in_stock_probability: float
    fill_rate: float
    leftover_share: float
    cost_share: float
    session_units: int
    items_out: float
    all_in_stock_probability: float


@dataclass(frozen=True)
class PoolingFloor:
    """What no number of pooled hosts can undercut; shares are per unit of mean demand."""

    demand_cv: float
    safety_share: float
    cost_share: float
    fill_rate: float


def solve_critical_ratio(record: StockDepthRecord) -> float:
    """Return the in-stock probability at which the next unit gains as much as it costs (equation 1)."""
    return record.stockout_loss_share / (record.stockout_loss_share + record.leftover_loss_share)


def solve_demand(
    *, mean: float, overdispersion: float, correlation: float = 0.0, n_pooled: int = 1, gaps: float = 1.0
) -> DemandCurve:
    """Solve the law of the demand of several hosts over several gaps between sessions (equations 4 and 6).

    Parameters
    ----------
    mean, overdispersion : float
        Of one host in one session: units, and variance of the demand factor.
    correlation : float
        Between the factors of two hosts, 0 to 1.
    n_pooled : int
        Hosts.
    gaps : float
        Length of time in gaps between sessions.
    """
    total = mean * n_pooled * gaps
    common = _draw_law(total * correlation, correlation * gaps, overdispersion)
    own = _draw_law(total * (1 - correlation), (1 - correlation) * gaps * n_pooled, overdispersion)
    chance = np.clip(signal.fftconvolve(common, own), 0.0, None)
    in_stock = np.minimum(np.cumsum(chance), 1.0)
    sold = np.concatenate([[0.0], np.cumsum(1 - in_stock)[:-1]])
    return DemandCurve(total, in_stock, np.minimum(sold, total))


def _draw_law(mean: float, weight: float, overdispersion: float) -> Floats:
    """Return the probabilities of 0, 1, 2, ... units; the gamma factor has shape weight / overdispersion."""
    if weight < NEGLIGIBLE:
        return np.ones(1)
    if overdispersion < NEGLIGIBLE * weight:
        return np.asarray(stats.poisson.pmf(np.arange(stats.poisson.isf(TAIL, mean) + 2), mean))
    shape = weight / overdispersion
    chance = shape / (shape + mean)
    return np.asarray(stats.nbinom.pmf(np.arange(stats.nbinom.isf(TAIL, shape, chance) + 2), shape, chance))


def solve_stock(record: StockDepthRecord) -> StockPlan:
    """Solve the stock of one host's session, each item for itself (equations 1 to 3)."""
    demand = solve_demand(mean=record.units_per_item, overdispersion=record.demand_overdispersion)
    stock = demand.find_stock(solve_critical_ratio(record))
    in_stock, sold = demand.look_up(stock)
    return StockPlan(
        units_in_stock=stock,
        in_stock_probability=in_stock,
        fill_rate=sold / demand.mean,
        leftover_share=(stock - sold) / stock if stock else 0.0,
        cost_share=_find_cost(record, demand, stock),
        session_units=stock * record.items_per_session,
        items_out=record.items_per_session * (1 - in_stock),
        all_in_stock_probability=solve_all_in_stock(record, stock),
    )


def _find_cost(record: StockDepthRecord, demand: DemandCurve, stock: int) -> float:
    return demand.find_cost(stock, missing=record.stockout_loss_share, leftover=record.leftover_loss_share)


def solve_all_in_stock(record: StockDepthRecord, stock: int) -> float:
    """Solve the probability that no item of a session runs out (equation 3).

    The common factor is averaged over the middles of `N_NODES` equally likely classes.
    """
    spread, shared = record.demand_overdispersion, record.item_correlation
    if min(spread, shared) < NEGLIGIBLE:
        demand = solve_demand(mean=record.units_per_item, overdispersion=spread)
        return demand.look_up(stock)[0] ** record.items_per_session
    classes = (np.arange(N_NODES) + 0.5) / N_NODES
    common = stats.gamma.ppf(classes, shared / spread, scale=spread)
    own = _draw_law(record.units_per_item * (1 - shared), 1 - shared, spread)[: stock + 1]
    left = stock - np.arange(len(own))
    given = stats.poisson.cdf(left, record.units_per_item * common[:, None]) @ own
    return float(np.mean(given**record.items_per_session))


def solve_session_stock(record: StockDepthRecord) -> int:
    """Solve the least stock of each item with which no item runs out in `in_stock_target` of the sessions."""
    low, high = -1, 1
    while solve_all_in_stock(record, high) < record.in_stock_target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        enough = solve_all_in_stock(record, middle) >= record.in_stock_target
        low, high = (low, middle) if enough else (middle, high)
    return high


def summarise_stock(record: StockDepthRecord, *, stocks: Sequence[int] | None = None) -> pd.DataFrame:
    """Tabulate the measures of service and the cost for several stocks of an item.

    Parameters
    ----------
    record : StockDepthRecord
    stocks : sequence of int, optional
        By default from a quarter of the mean demand to four and a half times of it.

    Returns
    -------
    DataFrame
        One row per stock: ``units_in_stock``, ``in_stock_probability``, ``fill_rate``,
        ``all_in_stock_probability``, ``cost_share``.

    Raises
    ------
    InputError
        If a stock is negative.
    """
    chosen = sorted({round(record.units_per_item * part) for part in STOCKS}) if stocks is None else stocks
    if min(chosen) < 0:
        raise InputError(f"'stocks' must not be negative (got {min(chosen)})")
    demand = solve_demand(mean=record.units_per_item, overdispersion=record.demand_overdispersion)
    rows = [_summarise_row(record, demand, stock) for stock in chosen]
    return pd.DataFrame(rows)


def _summarise_row(record: StockDepthRecord, demand: DemandCurve, stock: int) -> dict[str, float]:
    in_stock, sold = demand.look_up(stock)
    return {
        "units_in_stock": stock,
        "in_stock_probability": in_stock,
        "fill_rate": sold / demand.mean,
        "all_in_stock_probability": solve_all_in_stock(record, stock),
        "cost_share": _find_cost(record, demand, stock),
    }


def solve_pooled_cv(record: StockDepthRecord, *, n_hosts: int) -> float:
    """Return the standard deviation of the pooled demand over its mean (equation 4)."""
    shared, spread = record.host_correlation, record.demand_overdispersion
    return math.sqrt(1 / (n_hosts * record.units_per_item) + spread * (shared + (1 - shared) / n_hosts))


def summarise_pooling(record: StockDepthRecord, *, hosts: Sequence[int] | None = None) -> pd.DataFrame:
    """Tabulate the newsvendor stock of one item held for several hosts together.

    Parameters
    ----------
    record : StockDepthRecord
    hosts : sequence of int, optional
        Numbers of hosts; by default one, and `pooled_hosts`.

    Returns
    -------
    DataFrame
        One row per number of hosts: ``hosts``, ``demand_cv``, ``stock_per_host``, ``safety_share`` (stock
        over mean demand, less 1), ``in_stock_probability``, ``fill_rate``, ``cost_share`` (per unit of mean
        demand).
    """
    return pd.DataFrame([_summarise_pool(record, n) for n in hosts or (1, record.pooled_hosts)])


def _summarise_pool(record: StockDepthRecord, n_hosts: int) -> dict[str, float]:
    demand = solve_demand(
        mean=record.units_per_item,
        overdispersion=record.demand_overdispersion,
        correlation=record.host_correlation,
        n_pooled=n_hosts,
    )
    stock = demand.find_stock(solve_critical_ratio(record))
    in_stock, sold = demand.look_up(stock)
    return {
        "hosts": n_hosts,
        "demand_cv": solve_pooled_cv(record, n_hosts=n_hosts),
        "stock_per_host": stock / n_hosts,
        "safety_share": stock / demand.mean - 1,
        "in_stock_probability": in_stock,
        "fill_rate": sold / demand.mean,
        "cost_share": _find_cost(record, demand, stock),
    }


def summarise_likeness(
    record: StockDepthRecord, *, correlations: Sequence[float], hosts: Sequence[int]
) -> pd.DataFrame:
    """Tabulate pooling for several correlations between hosts.

    Returns
    -------
    DataFrame
        The columns of `summarise_pooling`, and ``host_correlation``.
    """
    tables = [
        summarise_pooling(record.model_copy(update={"host_correlation": each}), hosts=hosts).assign(
            host_correlation=each
        )
        for each in correlations
    ]
    return pd.concat(tables, ignore_index=True)


def solve_pooling_floor(record: StockDepthRecord) -> PoolingFloor:
    """Solve what remains when the number of hosts grows without end (equation 5)."""
    shared, spread = record.host_correlation, record.demand_overdispersion
    if min(spread, shared) < NEGLIGIBLE:
        return PoolingFloor(demand_cv=0.0, safety_share=0.0, cost_share=0.0, fill_rate=1.0)
    ratio, shape = solve_critical_ratio(record), shared / spread
    stock = float(stats.gamma.ppf(ratio, shape, scale=spread))
    below = shared * float(stats.gamma.cdf(stock, shape + 1, scale=spread))
    both = record.stockout_loss_share + record.leftover_loss_share
    return PoolingFloor(
        demand_cv=math.sqrt(spread * shared),
        safety_share=stock - shared,
        cost_share=record.stockout_loss_share * shared - both * below,
        fill_rate=1 - shared + below + stock * (1 - ratio),
    )


def solve_pool_saving(record: StockDepthRecord, *, n_hosts: int | None = None) -> float:
    """Solve the part of the cost that hosts with one stock save against each for itself.

    Parameters
    ----------
    record : StockDepthRecord
    n_hosts : int, optional
        Without it the number grows without end (equation 5).
    """
    alone = _summarise_pool(record, 1)["cost_share"]
    if n_hosts is None:
        return 1 - solve_pooling_floor(record).cost_share / alone
    return 1 - _summarise_pool(record, n_hosts)["cost_share"] / alone


def summarise_depth(record: StockDepthRecord, *, leads: Sequence[float] | None = None) -> pd.DataFrame:
    """Compare the depth that sessions and a shelf need at one in-stock probability (equation 6).

    Parameters
    ----------
    record : StockDepthRecord
    leads : sequence of float, optional
        Lead times in gaps between sessions; by default `restock_lead_gaps` alone.

    Returns
    -------
    DataFrame
        One row per lead time: ``restock_lead_gaps``, ``sessions_covered``, ``live_units``, ``shelf_units``,
        ``depth_ratio`` (live over shelf).
    """
    rows = []
    for lead in (record.restock_lead_gaps,) if leads is None else leads:
        covered = max(1, math.ceil(lead))
        live = _find_depth(record, covered)
        shelf = _find_depth(record, lead + record.shelf_review_gaps)
        rows.append((lead, covered, live, shelf, live / shelf if shelf else math.nan))
    columns = ["restock_lead_gaps", "sessions_covered", "live_units", "shelf_units", "depth_ratio"]
    return pd.DataFrame(rows, columns=columns)


def solve_depth_ratio(record: StockDepthRecord, depth: pd.DataFrame) -> Estimate:
    """Solve live over shelf depth at the lead time of a record, with its range over other lead times.

    Parameters
    ----------
    record : StockDepthRecord
    depth : DataFrame
        As returned by `summarise_depth` for the other lead times.
    """
    own = float(summarise_depth(record)["depth_ratio"].iloc[0])
    ratios = [own, *depth["depth_ratio"].dropna()]
    return Estimate.not_known(NO_SHELF_STOCK) if math.isnan(own) else Estimate(own, min(ratios), max(ratios))


def _find_depth(record: StockDepthRecord, gaps: float) -> int:
    demand = solve_demand(mean=record.units_per_item, overdispersion=record.demand_overdispersion, gaps=gaps)
    return demand.find_stock(record.in_stock_target)


def solve_range(record: StockDepthRecord, *, sessions_per_week: float) -> float:
    """Return the different items that a host shows in a week (equation 7).

    Raises
    ------
    InputError
        If there is less than one session a week.
    """
    if sessions_per_week < 1:
        raise InputError(f"'sessions_per_week' must be at least 1 (got {sessions_per_week:g})")
    return record.items_per_session * (1 + record.new_item_share * (sessions_per_week - 1))


def simulate_demand(
    record: StockDepthRecord, *, n_together: int, correlation: float, n_draws: int, seed: int
) -> NDArray[np.int64]:
    """Draw the demands of several items of a session, or of one item at several hosts.

    Returns
    -------
    ndarray, shape (n_draws, n_together)
        Units.
    """
    rng = np.random.default_rng(seed)
    shape = (n_draws, n_together)
    spread = record.demand_overdispersion
    if spread < NEGLIGIBLE:
        return rng.poisson(record.units_per_item, shape)
    common = rng.gamma(correlation / spread, spread, (n_draws, 1))
    own = rng.gamma((1 - correlation) / spread, spread, shape)
    return rng.poisson(record.units_per_item * (common + own))
