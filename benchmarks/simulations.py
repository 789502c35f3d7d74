"""Each simulation of the models beside a plain loop that says the same, one draw after the other.

A pair returns one summary each, so that it can be tested that they agree; the loops are written with the
standard library as one would write them first.
"""

from __future__ import annotations

import bisect
import math
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.measure import take_turns
from benchmarks.table import Row
from helpers import data
from helpers.models import (
    burst_fulfilment,
    certain_demand,
    channel_risk,
    interrupted_series,
    jump_friction,
    noisy_choice,
    river_flow,
    stock_depth,
    timing_or_forecast,
)

SEED = 20240618
CANDIDATES, TOGETHER = 20, 30
LOAD = 0.7

Simulate = Callable[[int], float]


@dataclass(frozen=True)
class Pair:
    """A simulation and its plain loop: functions from a number of draws to the same summary.

    Attributes
    ----------
    vectorised, loop : callable
    tolerance : float
        How far the summaries of `looped` draws may lie apart.
    draws, looped : int
        How many are timed; the time of the loop is scaled to `draws`.
    limit : float or None
        Seconds that the vectorised draws may take.
    """

    vectorised: Simulate
    loop: Simulate
    tolerance: float
    draws: int = 1_000_000
    looped: int = 20_000
    limit: float | None = 1.0


def draw_risk(draws: int) -> float:
    """Tail quantile of losses with outside links, percent of plan."""
    record = channel_risk.ChannelRiskRecord().model_copy(update={"risk_draws": draws})
    return channel_risk.find_tail(
        channel_risk.simulate_channel_risk(record, seed=SEED), "with outside links", outages=True
    )


def loop_risk(draws: int) -> float:
    """Draw quarter after quarter and sort what all five arrangements lose."""
    record, source = channel_risk.ChannelRiskRecord(), random.Random(SEED)
    option = channel_risk.solve_surge_option(record)
    share, rho = record.channel_share, record.shock_correlation
    losses: list[list[float]] = [[] for _ in range(5)]
    for _ in range(draws):
        first, second = source.gauss(0, 1), source.gauss(0, 1)
        own = record.own_shock_sd * first
        outside = record.outside_shock_sd * (rho * first + math.sqrt(1 - rho**2) * second)
        outage = source.random() < record.outage_probability
        helped = outage and source.random() >= record.shared_outage_probability
        joint = (1 - share) * own + share * outside
        failing = joint + outage * option.outage_loss_pct / 100
        losses[0].append(own)
        losses[1].append(joint)
        losses[2].append(own + outage * record.outage_depth)
        losses[3].append(failing)
        losses[4].append(failing - helped * option.saved_in_outage_pct / 100)
    tails = [sorted(each)[-math.ceil(record.tail_probability * draws)] for each in losses]
    return 100 * tails[3]


def draw_waits(draws: int) -> float:
    """Mean wait of an order that comes alone, in service times."""
    waits = burst_fulfilment.simulate_waits(load=LOAD, batch_mean=1, n_orders=draws, seed=SEED)
    return float(waits.mean())


def loop_waits(draws: int) -> float:
    """Follow Lindley's recursion from order to order."""
    source = random.Random(SEED)
    wait = total = 0.0
    for _ in range(draws):
        total += wait
        wait = max(0.0, wait + 1 - source.expovariate(LOAD))
    return total / draws


def draw_capture(draws: int) -> float:
    """Share of needs that meet a live window in time."""
    record = certain_demand.CertainDemandRecord(live_windows_per_cycle=3)
    return certain_demand.simulate_capture(record, draws=draws, seed=SEED).captured_share


def loop_capture(draws: int) -> float:
    """Ask of one need after the other when the next window opens, and whether it waits."""
    record, source = certain_demand.CertainDemandRecord(live_windows_per_cycle=3), random.Random(SEED)
    length = record.live_hours_per_day * record.cycle_days / record.live_windows_per_cycle
    ends: list[float] = []
    for gap in certain_demand.solve_gaps(record):
        ends.append((ends[-1] if ends else 0.0) + float(gap) + length)
    met = 0
    for _ in range(draws):
        arrival = source.uniform(0, ends[-1])
        wait = max(0.0, ends[bisect.bisect_left(ends, arrival)] - length - arrival)
        met += wait <= source.expovariate(1 / record.patience_hours)
    return met / draws


def draw_funnel(draws: int) -> float:
    """Share of viewers that taps, jumps and orders."""
    funnel = jump_friction.simulate_funnel(jump_friction.JumpFrictionRecord(), viewers=draws, seed=SEED)
    return float(funnel["reached"].iloc[-1]) / draws


def loop_funnel(draws: int) -> float:
    """Lead one viewer after the other down both paths."""
    source, reached = random.Random(SEED), 0
    funnel = jump_friction.solve_funnel(jump_friction.JumpFrictionRecord())
    for _, steps in funnel.groupby("path", sort=False):
        kept = list(steps["kept_share"])
        reached = sum(all(source.random() < share for share in kept) for _ in range(draws))
    return reached / draws


def draw_match(draws: int) -> float:
    """Mean value of the item that a host picks."""
    record = noisy_choice.NoisyChoiceRecord(candidate_items=CANDIDATES)
    return float(noisy_choice.simulate_match(record, n_picks=draws // CANDIDATES, seed=SEED).mean())


def loop_match(draws: int) -> float:
    """Look at one candidate after the other and keep the best that passes the hurdle."""
    record, source = noisy_choice.NoisyChoiceRecord(candidate_items=CANDIDATES), random.Random(SEED)
    weight, match = math.sqrt(1 - record.fit_share), math.sqrt(record.fit_share)
    hurdle = statistics.NormalDist().inv_cdf(1 - record.admitted_share)
    spread = math.sqrt(1 + record.check_noise**2)
    total = 0.0
    for _ in range(draws // CANDIDATES):
        best, value = -math.inf, 0.0
        for _ in range(CANDIDATES):
            quality, fit = source.gauss(0, 1), match * source.gauss(0, 1)
            noisy = quality + record.quality_noise * source.gauss(0, 1)
            index = weight * noisy / (1 + record.quality_noise**2) + fit
            passed = (quality + record.check_noise * source.gauss(0, 1)) / spread > hurdle
            if passed and index > best:
                best, value = index, weight * quality + fit
        total += value
    return total / (draws // CANDIDATES)


def draw_selection(draws: int) -> float:
    """Growth of merchants that take part over that of the others, by selection alone."""
    return river_flow.simulate_selection(river_flow.RiverFlowRecord(), draws=draws, seed=SEED)[1]


def loop_selection(draws: int) -> float:
    """Draw one merchant after the other and sort it into a group."""
    record, source = river_flow.RiverFlowRecord(), random.Random(SEED)
    rho = record.selection_correlation
    hurdle = statistics.NormalDist().inv_cdf(1 - record.participant_share)
    groups: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(draws):
        leaning = source.gauss(0, 1)
        growth = record.growth_spread * (rho * leaning + math.sqrt(1 - rho**2) * source.gauss(0, 1))
        groups[leaning > hurdle].append(growth)
    return statistics.fmean(groups[True]) - statistics.fmean(groups[False])


def draw_demand(draws: int) -> float:
    """Standard deviation of a session's units over their mean."""
    sold = stock_depth.simulate_demand(
        stock_depth.StockDepthRecord(),
        n_together=TOGETHER,
        correlation=0.3,
        n_draws=draws // TOGETHER,
        seed=SEED,
    ).sum(axis=1)
    return float(sold.std() / sold.mean())


def loop_demand(draws: int) -> float:
    """Draw the items of one session after the other."""
    record, source = stock_depth.StockDepthRecord(), random.Random(SEED)
    spread = record.demand_overdispersion
    sold = []
    for _ in range(draws // TOGETHER):
        common = source.gammavariate(0.3 / spread, spread)
        factors = (common + source.gammavariate(0.7 / spread, spread) for _ in range(TOGETHER))
        sold.append(sum(_draw_poisson(source, record.units_per_item * factor) for factor in factors))
    return statistics.pstdev(sold) / statistics.fmean(sold)


def _draw_poisson(source: random.Random, mean: float) -> int:
    """Count arrivals in one unit of time."""
    count, passed = 0, source.expovariate(1)
    while passed < mean:
        count += 1
        passed += source.expovariate(1)
    return count


def draw_forecast(draws: int) -> float:
    """Cost of a wrong forecast, share of the value of demand."""
    record = timing_or_forecast.TimingOrForecastRecord()
    return timing_or_forecast.simulate_forecast_cost(record, error_cv=0.5, n_draws=draws, seed=SEED)


def loop_forecast(draws: int) -> float:
    """Draw one demand after the other, sort them for the plan, and add up what it misses."""
    record, source = timing_or_forecast.TimingOrForecastRecord(), random.Random(SEED)
    short, over = record.shortfall_loss_share, record.surplus_loss_share
    demands = sorted(source.gammavariate(0.5**-2, 0.5**2) for _ in range(draws))
    plan = demands[int(short / (short + over) * (draws - 1))]
    return statistics.fmean(
        short * (demand - plan) if demand > plan else over * (plan - demand) for demand in demands
    )


def search_together(draws: int) -> float:
    """Largest t of the specification curve, the search corrected on all permuted series at once."""
    record = interrupted_series.InterruptedSeriesRecord().model_copy(update={"search_draws": draws})
    gmv = data.series("ecommerce_gmv").set_index("period")["value"]
    return float(interrupted_series.simulate_search(record, gmv, seed=SEED).largest_t or 0)


def search_singly(draws: int) -> float:
    """Correct the same search with one permuted series after the other."""
    return [search_together(1) for _ in range(draws)][-1]


PAIRS: dict[str, Pair] = {
    "quarters of `channel_risk`": Pair(draw_risk, loop_risk, 1.0),
    "orders of `burst_fulfilment`": Pair(draw_waits, loop_waits, 0.2),
    "needs of `certain_demand`": Pair(draw_capture, loop_capture, 0.02),
    "viewers of `jump_friction`": Pair(draw_funnel, loop_funnel, 0.004),
    "candidates of `noisy_choice`": Pair(draw_match, loop_match, 0.1),
    "merchants of `river_flow`": Pair(draw_selection, loop_selection, 0.03),
    "items of `stock_depth`": Pair(draw_demand, loop_demand, 0.05),
    "demands of `timing_or_forecast`": Pair(draw_forecast, loop_forecast, 0.01),
    "permuted series of `interrupted_series`": Pair(
        search_together, search_singly, 1e-9, draws=999, looped=2, limit=None
    ),
}


def measure_pair(name: str, pair: Pair, *, quick: bool) -> Row:
    """Time a simulation and its loop in turn; the loop is shorter and its time scaled."""

    def time_draws(simulate: Simulate, draws: int) -> float:
        started = time.perf_counter()
        simulate(draws)
        return (time.perf_counter() - started) * pair.draws / draws

    contestants = {
        "ours": lambda _: time_draws(pair.vectorised, pair.draws),
        "loop": lambda _: time_draws(pair.loop, pair.looped),
    }
    found = take_turns(contestants, 1 if quick else 5)
    what = f"{pair.draws:,} {name}"
    return Row(what, found["ours"], "a plain Python loop", found["loop"], limit=pair.limit)


def measure_simulations(*, quick: bool) -> list[Row]:
    """Time every simulation of the models beside its loop."""
    return [measure_pair(name, pair, quick=quick) for name, pair in PAIRS.items()]
