"""Burst fulfilment: the warehouse capacity that keeps a delivery promise when orders arrive in bursts.

The same orders reach one warehouse either evenly or gathered in sessions of b hours that begin every T
hours. An order of several lines is more work than one of a single line: one line counts 1, each further line
counts v, so an order of l lines is m = 1 + v (l - 1) units of work. Let A(t) be the work that has arrived by
hour t, G(t) the open hours passed by then, c the work done in an open hour, first come first served. Then:

1.  Departures are D(t) = min over s <= t of A(s) + c (G(t) - G(s)); the backlog A - D is the net input less
    its running minimum (Lindley).
2.  Every order leaves within H hours exactly when c >= max over s <= t of (A(t) - A(s)) / (G(t + H) - G(s)).
    For piecewise linear A and G the maximum lies at their knots, so it is found without search.
3.  All hours open and Q units of work in a session: c = Q / min(b + H, T). Evenly spread, the same work needs
    Q / T. The burst premium is their ratio, max(1, T / (b + H)); m cancels in it.
4.  Whatever the sessions sell, a warehouse that never closes has a premium of at most (T + H) / (b + H). Say
    that n sessions in a row force its capacity: their work has (n - 1) T + b + H hours. In an even flow the
    same orders have n T + H hours, so that the ratio of the two capacities is at most
    (n T + H) / ((n - 1) T + b + H), which falls as n grows. One session far above its neighbours reaches it.
5.  With x >= 1 times the mean work of an hour as its capacity, a warehouse that never closes sends the share
    max(0, 1 - H x / (T - b x)) of the work late.
6.  Orders in independent batches X, service time S with mean s and squared coefficient of variation k, load
    p: mean wait = s (p (1 + k) + r - 1) / (2 (1 - p)) with r = E[X^2] / E[X] (M^X/G/1). With r = 1 this is
    M/G/1, with k = 0 beside it M/D/1.

A session gathers exactly the orders that the even flow would have brought until the next session. So a
festival or an uncertain volume changes both patterns by the same orders; only their place in time differs.
Uncertain volumes are gamma, independent from one session to the next, and the warehouse is judged on the
sessions that begin within seven days, after three weeks that leave it a backlog.

Left out: goods packed before the session, picking many equal orders at once, cancelled orders, carriers,
stock-outs, hired hands on festival days, and any rule of service other than first come first served. No count
of orders in a session has been published, so the scale is free and only ratios and hours are results.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

Floats = NDArray[np.float64]
HOURS_PER_DAY = 24
HOURS_PER_WEEK = 168
STEP_HOURS = 0.25
PATTERNS = ("even", "burst")
NO_OPEN_HOUR = "no open hour lies between an order and its deadline"


class BurstFulfilmentRecord(Record):
    """Parameters of the warehouse and of the flow of orders into it."""

    weekly_orders: float = parameter(
        1000.0, unit="orders per week", meaning="Scale of the volume; it cancels in every ratio.", ge=1
    )
    lines_per_order: float = parameter(
        2.0, unit="order lines", meaning="Goods and gifts that one order combines, on average.", ge=1, le=20
    )
    work_per_extra_line: float = parameter(
        1.0,
        unit="1",
        meaning="Work of a further line in an order, beside that of its first line.",
        ge=0,
        le=3,
    )
    session_hours: int = parameter(
        3, unit="hours", meaning="Length of a session, in which its orders arrive evenly.", ge=1, le=24
    )
    hours_between_sessions: int = parameter(
        48, unit="hours", meaning="Time from the start of a session to the start of the next.", ge=24, le=168
    )
    promise_hours: int = parameter(
        48, unit="hours", meaning="Time within which an order must leave the warehouse.", ge=1, le=168
    )
    session_start_hour: int = parameter(
        19, unit="hour of the day", meaning="Clock time at which the first session begins.", ge=0, le=23
    )
    opening_hour: int = parameter(
        8, unit="hour of the day", meaning="Clock time at which the warehouse opens.", ge=0, le=23
    )
    open_hours_per_day: int = parameter(
        10, unit="hours per day", meaning="Hours in which the warehouse works on each day.", ge=1, le=24
    )
    festival_days: int = parameter(
        3, unit="days", meaning="Length of a shopping festival within the horizon.", ge=1, le=21
    )
    festival_volume_multiple: float = parameter(
        3.0, unit="1", meaning="Volume on a festival day as a multiple of a normal day.", ge=1, le=20
    )
    session_volume_cv: float = parameter(
        0.7, unit="1", meaning="Standard deviation of a session's volume over its mean.", ge=0, le=3
    )
    promise_reliability: float = parameter(
        0.95,
        unit="share of weeks, 0 to 1",
        meaning="Share of weeks in which every order must keep the promise when volume is uncertain.",
        ge=0.5,
        le=0.999,
    )
    warehouse_load: float = parameter(
        0.8, unit="1", meaning="Mean work over capacity in the simulated delays.", ge=0.05, le=0.99
    )


@dataclass(frozen=True)
class FluidCapacity:
    """Closed form for a warehouse that never closes; work is measured in first lines."""

    work_per_session: float
    even_work_per_hour: float
    burst_work_per_hour: float
    premium: float
    late_share_at_even_capacity: float


@dataclass(frozen=True)
class FrontLoading:
    """How far one session's sales lean to its beginning, and the promise below which that matters.

    The values are NaN, and `why` says what is missing, where an input has not been published.
    """

    first_share: float
    intensity_multiple: float
    binding_promise_hours: float
    why: str | None = None


@dataclass(frozen=True)
class Intake:
    """Cumulative work at its knots; linear between them.

    Parameters
    ----------
    hours : ndarray, shape (n_knots,)
        Hours since the first session began, rising.
    totals : ndarray, shape (n_paths, n_knots)
        Work that has arrived by then.
    """

    hours: Floats
    totals: Floats

    def at(self, hours: Floats) -> Floats:
        """Return the cumulative work at `hours`, shape (n_paths, n_hours)."""
        right = np.clip(np.searchsorted(self.hours, hours, side="left"), 1, len(self.hours) - 1)
        width = self.hours[right] - self.hours[right - 1]
        share = np.divide(hours - self.hours[right - 1], width, out=np.ones_like(width), where=width > 0)
        between = self.totals[:, right - 1] * (1 - share) + self.totals[:, right] * share
        return np.asarray(between)


def solve_work_per_order(record: BurstFulfilmentRecord) -> float:
    """Return the work of a mean order, in first lines."""
    return 1 + record.work_per_extra_line * (record.lines_per_order - 1)


def solve_work_per_hour(record: BurstFulfilmentRecord) -> float:
    """Return the mean work of an hour over the whole week, in first lines."""
    return record.weekly_orders * solve_work_per_order(record) / HOURS_PER_WEEK


def solve_fluid_capacity(record: BurstFulfilmentRecord) -> FluidCapacity:
    """Solve the capacity that keeps the promise at a warehouse that never closes (equations 3, 5)."""
    even = solve_work_per_hour(record)
    premium = max(1.0, record.hours_between_sessions / (record.session_hours + record.promise_hours))
    return FluidCapacity(
        work_per_session=even * record.hours_between_sessions,
        even_work_per_hour=even,
        burst_work_per_hour=even * premium,
        premium=premium,
        late_share_at_even_capacity=solve_late_share(record, capacity_multiple=1.0),
    )


def solve_premium_limit(record: BurstFulfilmentRecord) -> float:
    """Solve the most that the premium can be at a warehouse that never closes (equation 4).

    The limit is (T + H) / (b + H): it knows the calendar alone and holds for every pattern of volumes. It is
    1 for sessions that fill the gap between them, and falls to 1 as the promise grows.
    """
    length, gap, promise = record.session_hours, record.hours_between_sessions, record.promise_hours
    return (gap + promise) / (length + promise)


def solve_late_share(record: BurstFulfilmentRecord, *, capacity_multiple: float) -> float:
    """Solve the share of burst work that leaves after the promise (equation 5).

    Parameters
    ----------
    record : BurstFulfilmentRecord
    capacity_multiple : float
        Capacity over the mean work of an hour, at least 1.

    Raises
    ------
    InputError
        If the capacity is below the mean work: the backlog would grow without end.
    """
    if capacity_multiple < 1:
        raise InputError(f"'capacity_multiple' must be at least 1 (got {capacity_multiple:g})")
    slack = record.hours_between_sessions - record.session_hours * capacity_multiple
    return max(0.0, 1 - record.promise_hours * capacity_multiple / slack) if slack > 0 else 0.0


def solve_front_loading(
    *,
    first_sales: float,
    first_hours: float,
    total_sales: float,
    total_hours: float,
) -> FrontLoading:
    """Solve how much a session's beginning matters for capacity.

    With a share a of the sales in the first part f of a session of b hours, the first part asks for more
    capacity than the whole only if the promise is shorter than (a b - f) / (1 - a) hours.

    Parameters
    ----------
    first_sales, total_sales : float
        Sales in the first part and in the whole session, one unit; NaN where not published. A lower bound of
        the first makes every returned value a lower bound.
    first_hours, total_hours : float
        Their lengths, hours.
    """
    given = {"first_sales": first_sales, "total_sales": total_sales}
    if missing := next((name for name, value in given.items() if math.isnan(value)), None):
        return FrontLoading(math.nan, math.nan, math.nan, why=f"{missing} was not published by then")
    share = first_sales / total_sales
    if not 0 <= share < 1:
        raise InputError(
            f"'first_sales' must be below 'total_sales' (got {first_sales:g} of {total_sales:g})"
        )
    binding = max(0.0, (share * total_hours - first_hours) / (1 - share))
    return FrontLoading(share, share * total_hours / first_hours, binding)


def solve_binding_share(*, first_hours: float, total_hours: float, promise_hours: float) -> float:
    """Solve the share of sales in a session's first part from which that part binds a promise.

    It is where (a b - f) / (1 - a) of `solve_front_loading` equals the promise: (H + f) / (H + b).
    """
    return (promise_hours + first_hours) / (promise_hours + total_hours)


def solve_backlog(net_input: ArrayLike) -> Floats:
    """Return the backlog after each step: the summed net input less its running minimum.

    Parameters
    ----------
    net_input : array_like, shape (..., n_steps)
        Work that arrives less work that could be done, step by step, from an empty start.

    References
    ----------
    Lindley, D. V. (1952), The theory of queues with a single server, Math. Proc. Camb. Phil. Soc. 48.
    """
    level = np.cumsum(np.asarray(net_input, dtype=float), axis=-1)
    floor = np.minimum(np.minimum.accumulate(level, axis=-1), 0.0)
    return np.asarray(level - floor)


def simulate_waits(
    *,
    load: float,
    batch_mean: float,
    n_orders: int,
    seed: int,
    geometric: bool = False,
    exponential_service: bool = False,
) -> Floats:
    """Simulate the wait of each order before service, in mean service times.

    Parameters
    ----------
    load : float
        Work over capacity, above 0 and below 1.
    batch_mean : float
        Orders in a batch: each batch has that size, or a geometric size with that mean.
    n_orders, seed : int
        Orders drawn (the last batch is cut off) and seed of the generator.
    geometric, exponential_service : bool
        Batch sizes geometric instead of constant; service times exponential instead of constant.
    """
    rng = np.random.default_rng(seed)
    n_batches = math.ceil(n_orders / batch_mean * 1.02) + 1000
    fixed = np.full(n_batches, round(batch_mean))
    sizes = rng.geometric(1 / batch_mean, n_batches) if geometric else fixed
    first = np.cumsum(sizes) - sizes
    first = first[first < n_orders]
    gaps = np.zeros(n_orders)
    gaps[first] = rng.exponential(batch_mean / load, len(first))
    service = rng.exponential(1.0, n_orders) if exponential_service else np.ones(n_orders)
    return np.concatenate([[0.0], solve_backlog(service[:-1] - gaps[1:])])


def solve_open_hours(hours: ArrayLike, *, shift: int, open_hours_per_day: int) -> Floats:
    """Return the open hours passed by each hour; the warehouse last opened `shift` hours before hour 0."""
    since = np.asarray(hours, dtype=float) + shift
    days = np.floor(since / HOURS_PER_DAY)
    return np.asarray(
        days * open_hours_per_day + np.minimum(since - days * HOURS_PER_DAY, open_hours_per_day)
    )


def build_intake(
    record: BurstFulfilmentRecord, *, pattern: str, factors: Floats, festival_start: float | None
) -> Intake:
    """Build the cumulative work of the even flow, or of the sessions that gather it.

    Parameters
    ----------
    record : BurstFulfilmentRecord
    pattern : str
        ``"even"`` or ``"burst"``.
    factors : ndarray, shape (n_paths, n_intervals)
        Volume of each interval between sessions over its mean.
    festival_start : float or None
        Hour at which the festival begins; None for a horizon without one.
    """
    gap = record.hours_between_sessions
    starts = np.arange(factors.shape[1] + 1) * float(gap)
    edges = [] if festival_start is None else [festival_start, festival_start + 24.0 * record.festival_days]
    knots = np.union1d(starts, np.clip(edges, 0.0, starts[-1]))
    middle = (knots[1:] + knots[:-1]) / 2
    festive = (middle > edges[0]) & (middle < edges[1]) if edges else np.zeros(len(middle), dtype=bool)
    lift = np.where(festive, record.festival_volume_multiple, 1.0)
    work = solve_work_per_hour(record) * np.diff(knots) * lift * factors[:, (middle // gap).astype(int)]
    even = Intake(knots, np.pad(np.cumsum(work, axis=1), ((0, 0), (1, 0))))
    return even if pattern == "even" else _gather(even, starts, record.session_hours)


def _gather(even: Intake, starts: Floats, session_hours: int) -> Intake:
    """Let each session take in what the even flow brings until the next one."""
    totals = even.at(starts)
    hours = np.stack([starts[:-1], starts[:-1] + session_hours], axis=1).ravel()
    return Intake(hours, np.stack([totals[:, :-1], totals[:, 1:]], axis=2).reshape(len(totals), -1))


def solve_capacity(
    intake: Intake,
    *,
    promise_hours: float,
    shift: int = 0,
    open_hours_per_day: int = HOURS_PER_DAY,
    judged_from: float = 0.0,
) -> Floats:
    """Solve the least work per open hour that keeps the promise on each path (equation 2).

    Parameters
    ----------
    intake : Intake
        Cumulative work, any number of paths.
    promise_hours : float
    shift, open_hours_per_day : int
        See `solve_open_hours`.
    judged_from : float
        Only orders from this hour on must keep the promise; earlier ones are the backlog they find.

    Returns
    -------
    ndarray, shape (n_paths,)
        Infinite where no open hour lies between an order and its deadline.
    """

    def opened(hours: Floats) -> Floats:
        return solve_open_hours(hours, shift=shift, open_hours_per_day=open_hours_per_day)

    turns = _clock_turns(intake.hours[-1] + promise_hours, shift, open_hours_per_day)
    ends = _within(np.union1d(intake.hours, turns - promise_hours), judged_from, intake.hours[-1])
    begins = _within(np.union1d(intake.hours, turns), 0.0, intake.hours[-1])
    arrived, found = intake.at(ends), intake.at(begins)
    need = np.zeros(len(intake.totals))
    for column, end in enumerate(ends):
        earlier = begins <= end
        work = arrived[:, [column]] - found[:, earlier]
        time = opened(end + promise_hours) - opened(begins[earlier])
        need = np.maximum(need, _divide(work, time).max(axis=1))
    return need


def _clock_turns(last: float, shift: int, open_hours_per_day: int) -> Floats:
    """Return the hours at which the warehouse opens or closes."""
    if open_hours_per_day == HOURS_PER_DAY:
        return np.empty(0)
    opens = np.arange(0.0, last + 2 * HOURS_PER_DAY, HOURS_PER_DAY) - shift
    return np.concatenate([opens, opens + open_hours_per_day])


def _within(hours: Floats, low: float, high: float) -> Floats:
    return hours[(hours >= low) & (hours <= high)]


def _divide(work: Floats, time: Floats) -> Floats:
    """Divide; nothing to do needs nothing, work without time needs infinitely much."""
    tiny = 1e-9 * max(1.0, float(work.max(initial=0.0)))
    time = np.broadcast_to(time, work.shape)
    endless = np.where(work > tiny, np.inf, 0.0)
    return np.divide(work, time, out=endless, where=time > 0)


@dataclass(frozen=True)
class _Condition:
    """Which of the three complications are switched on."""

    name: str
    hours: bool = False
    festival: bool = False
    uncertain: bool = False


_CONDITIONS = (
    _Condition("bursts alone"),
    _Condition("working hours", hours=True),
    _Condition("festival days", festival=True),
    _Condition("uncertain volume", uncertain=True),
    _Condition("all together", hours=True, festival=True, uncertain=True),
)


def summarise_premiums(
    record: BurstFulfilmentRecord, *, seed: int, promises: Sequence[int] = (24, 48), n_paths: int = 4000
) -> pd.DataFrame:
    """Compare the capacity that even and burst orders need, adding one complication at a time.

    Parameters
    ----------
    record : BurstFulfilmentRecord
    seed : int
        Seed of the uncertain volumes; both patterns get the same ones.
    promises : sequence of int
        Promises to compare, hours.
    n_paths : int
        Four-week histories drawn where volume is uncertain.

    Returns
    -------
    DataFrame
        One row per promise and condition: ``promise_hours``, ``condition``, ``even_multiple`` and
        ``burst_multiple`` (work that can be done in a day over the work of a mean normal day), ``premium``
        (their ratio), ``premium_change`` (against bursts alone), ``why`` (empty unless no capacity will do).
    """
    rows = [
        _summarise_condition(record, condition, promise, seed, n_paths)
        for promise in promises
        for condition in _CONDITIONS
    ]
    table = pd.DataFrame(rows)
    base = table.groupby("promise_hours")["premium"].transform("first")
    table.insert(5, "premium_change", table["premium"] - base)
    return table


def solve_premium(record: BurstFulfilmentRecord, *, seed: int, n_paths: int = 4000) -> Estimate:
    """Solve the premium at the promise of a record, with all complications together.

    Parameters
    ----------
    record : BurstFulfilmentRecord
    seed, n_paths : int
        See `summarise_premiums`.
    """
    row = _summarise_condition(record, _CONDITIONS[-1], record.promise_hours, seed, n_paths)
    return _read_premium(row)


def find_premium(premiums: pd.DataFrame, condition: str) -> Estimate:
    """Find the premium of one condition among those of one promise.

    Parameters
    ----------
    premiums : DataFrame
        As returned by `summarise_premiums`.
    condition : str
    """
    return _read_premium(premiums[premiums["condition"] == condition].iloc[0])


def _read_premium(row: Mapping[str, Any] | pd.Series) -> Estimate:
    return Estimate.not_known(row["why"]) if row["why"] else Estimate(float(row["premium"]))


def solve_shared_premium(
    record: BurstFulfilmentRecord, *, n_hosts: int = 2, seed: int, n_paths: int = 4000
) -> Estimate:
    """Solve the premium of a warehouse that serves several like hosts in turn, all complications together.

    Their sessions follow each other at even distances; hosts whose sessions fill the gap are an even flow.
    """
    gap = max(record.session_hours, record.hours_between_sessions // n_hosts)
    return solve_premium(
        record.model_copy(update={"hours_between_sessions": gap}), seed=seed, n_paths=n_paths
    )


def summarise_swings(
    record: BurstFulfilmentRecord,
    ranges: Mapping[str, tuple[float, float]],
    *,
    seed: int,
    n_paths: int = 4000,
) -> pd.DataFrame:
    """Move one assumption at a time through a range and solve the premium with all complications.

    Parameters
    ----------
    record : BurstFulfilmentRecord
    ranges : mapping of str to (low, high)
        Parameter -> its low and its high setting.
    seed, n_paths : int
        See `summarise_premiums`.

    Returns
    -------
    DataFrame
        One row per assumption: ``parameter``, ``setting_low``, ``setting_high``, ``result_low``,
        ``result_high``; a premium that does not exist is missing.
    """

    def solve(name: str, setting: float) -> float:
        changed = record.model_copy(update={name: setting})
        premium = solve_premium(changed, seed=seed, n_paths=n_paths).value
        return math.nan if premium is None else premium

    rows = [(name, *ends, *(solve(name, end) for end in ends)) for name, ends in ranges.items()]
    columns = ["parameter", "setting_low", "setting_high", "result_low", "result_high"]
    return pd.DataFrame(rows, columns=columns)


def find_widest(swings: pd.DataFrame) -> str:
    """Name the assumption that moves the premium most."""
    widths = (swings["result_high"] - swings["result_low"]).abs().fillna(0.0)
    return str(swings["parameter"].iloc[int(widths.to_numpy().argmax())])


def find_span(premium: Estimate, swings: pd.DataFrame) -> Estimate:
    """Give a premium the range through which the assumptions move it."""
    if premium.value is None:
        return premium
    ends = swings[["result_low", "result_high"]].to_numpy().ravel()
    reached = [premium.value, *ends[np.isfinite(ends)]]
    return Estimate(premium.value, float(min(reached)), float(max(reached)))


def summarise_drivers(premiums: pd.DataFrame) -> pd.DataFrame:
    """Name, for each promise, the single complication that raises the burst premium most.

    Parameters
    ----------
    premiums : DataFrame
        As returned by `summarise_premiums`.

    Returns
    -------
    DataFrame
        One row per promise: ``promise_hours``, ``bursts_alone`` (premium), ``condition`` and its ``premium``
        and ``premium_change``; the condition is ``"none"`` where no complication raises the premium.
    """
    rows = []
    for promise, table in premiums.groupby("promise_hours", sort=True):
        single = table[table["condition"] != "all together"].dropna(subset=["premium"])
        top = single.sort_values("premium", kind="stable").iloc[-1]
        name = top["condition"] if top["premium_change"] > 1e-9 else "none"
        rows.append((promise, single["premium"].iloc[0], name, top["premium"], top["premium_change"]))
    return pd.DataFrame(
        rows, columns=["promise_hours", "bursts_alone", "condition", "premium", "premium_change"]
    )


def _summarise_condition(
    record: BurstFulfilmentRecord, condition: _Condition, promise: int, seed: int, n_paths: int
) -> dict[str, object]:
    even, burst = (_solve_multiple(record, condition, each, promise, seed, n_paths) for each in PATTERNS)
    kept = math.isfinite(even) and math.isfinite(burst)
    return {
        "promise_hours": promise,
        "condition": condition.name,
        "even_multiple": even if math.isfinite(even) else math.nan,
        "burst_multiple": burst if math.isfinite(burst) else math.nan,
        "premium": burst / even if kept else math.nan,
        "why": "" if kept else NO_OPEN_HOUR,
    }


def _solve_multiple(
    record: BurstFulfilmentRecord, condition: _Condition, pattern: str, promise: int, seed: int, n_paths: int
) -> float:
    """Solve the capacity of a day over the work of a mean normal day, never below 1."""
    factors, lead, judged_from = _draw_factors(record, condition, seed, n_paths)
    festival_start = lead if condition.festival else None
    open_hours = record.open_hours_per_day if condition.hours else HOURS_PER_DAY
    need = solve_capacity(
        build_intake(record, pattern=pattern, factors=factors, festival_start=festival_start),
        promise_hours=promise,
        shift=_find_shift(record) if condition.hours else 0,
        open_hours_per_day=open_hours,
        judged_from=judged_from,
    )
    level = float(np.quantile(need, record.promise_reliability, method="higher"))
    return max(1.0, level * open_hours / (HOURS_PER_DAY * solve_work_per_hour(record)))


def _find_shift(record: BurstFulfilmentRecord) -> int:
    """Return the hours from the last opening to the start of the first session."""
    return (record.session_start_hour - record.opening_hour) % HOURS_PER_DAY


def _draw_factors(
    record: BurstFulfilmentRecord, condition: _Condition, seed: int, n_paths: int
) -> tuple[Floats, float, float]:
    """Return the volume factor of each interval, the start of a festival and the hour judged from.

    A certain flow repeats after the least common multiple of a day and the gap: two rounds hold its maximum.
    An uncertain one is judged in its fourth week, which inherits the backlog of three.
    """
    gap, days = record.hours_between_sessions, record.festival_days if condition.festival else 0
    judged_from = 3 * HOURS_PER_WEEK if condition.uncertain else 0
    lead = -(-judged_from // gap) * gap if condition.uncertain else math.lcm(gap, HOURS_PER_DAY)
    judged = HOURS_PER_WEEK if condition.uncertain else lead
    n_intervals = -(-(lead + judged + HOURS_PER_DAY * days) // gap)
    if not condition.uncertain:
        return np.ones((1, n_intervals)), float(lead), 0.0
    return (
        _draw_volumes(record.session_volume_cv, (n_paths, n_intervals), seed),
        float(lead),
        float(judged_from),
    )


def _draw_volumes(cv: float, shape: tuple[int, ...], seed: int) -> Floats:
    """Draw gamma volumes with mean 1."""
    if cv == 0:
        return np.ones(shape)
    return np.random.default_rng(seed).gamma(cv**-2, cv**2, shape)


def simulate_delays(
    record: BurstFulfilmentRecord,
    *,
    seed: int,
    n_weeks: int = 1000,
    quantiles: Sequence[float] = (0.5, 0.9, 0.95, 0.99),
) -> pd.DataFrame:
    """Simulate how long orders wait at one capacity, evenly spread and in bursts.

    Volume is uncertain, working hours hold, there is no festival; capacity is the mean work over
    `warehouse_load`.

    Returns
    -------
    DataFrame
        One row per pattern and quantile: ``pattern``, ``quantile``, ``delay_hours``, and ``late_share``, the
        share of the pattern's work that leaves after `promise_hours`.
    """
    n_intervals = math.ceil(n_weeks * HOURS_PER_WEEK / record.hours_between_sessions)
    factors = _draw_volumes(record.session_volume_cv, (1, n_intervals), seed)
    rows = []
    for pattern in PATTERNS:
        delays, weights = _trace_delays(
            record, build_intake(record, pattern=pattern, factors=factors, festival_start=None)
        )
        late = float(weights[delays > record.promise_hours].sum() / weights.sum())
        values = _weighted_quantiles(delays, weights, quantiles)
        rows += [
            {"pattern": pattern, "quantile": q, "delay_hours": v, "late_share": late}
            for q, v in zip(quantiles, values, strict=True)
        ]
    return pd.DataFrame(rows)


def summarise_lateness(
    record: BurstFulfilmentRecord, *, loads: Sequence[float], seed: int, n_weeks: int = 1000
) -> pd.DataFrame:
    """Tabulate the part of the work that is late over the load of the warehouse; see `simulate_delays`.

    Returns
    -------
    DataFrame
        One row per load and pattern: ``load_pct``, ``pattern``, ``late_pct``.
    """

    def solve(load: float) -> pd.DataFrame:
        changed = record.model_copy(update={"warehouse_load": load})
        delays = simulate_delays(changed, seed=seed, n_weeks=n_weeks, quantiles=(0.5,))
        late = delays.assign(load_pct=100 * load, late_pct=100 * delays["late_share"])
        return late[["load_pct", "pattern", "late_pct"]]

    return pd.concat([solve(load) for load in loads], ignore_index=True)


def _trace_delays(record: BurstFulfilmentRecord, intake: Intake) -> tuple[Floats, Floats]:
    """Return the delay of each quarter hour's work and its amount, without what still waits at the end."""
    hours = np.arange(0, intake.hours[-1] + STEP_HOURS, STEP_HOURS)
    arrived = intake.at(hours)[0]
    opened = solve_open_hours(hours, shift=_find_shift(record), open_hours_per_day=record.open_hours_per_day)
    per_day = solve_work_per_hour(record) * HOURS_PER_DAY / record.warehouse_load
    work = np.diff(arrived)
    done = np.diff(opened) * per_day / record.open_hours_per_day
    left = arrived[1:] - solve_backlog(work - done)
    middle = (arrived[1:] + arrived[:-1]) / 2
    gone = (work > 0) & (middle <= left[-1])
    return _invert(middle[gone], left, hours[1:]) - (hours[1:][gone] - STEP_HOURS / 2), work[gone]


def _invert(amounts: Floats, left: Floats, hours: Floats) -> Floats:
    """Return when each amount had left, linear within a step."""
    right = np.searchsorted(left, amounts, side="left")
    before = np.where(right > 0, left[right - 1], 0.0)
    return np.asarray(hours[right] - STEP_HOURS * (left[right] - amounts) / (left[right] - before))


def _weighted_quantiles(values: Floats, weights: Floats, quantiles: Sequence[float]) -> Floats:
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    return np.asarray(values[order][np.searchsorted(share, np.asarray(quantiles) - 1e-12)])


def summarise_grid(
    record: BurstFulfilmentRecord, *, gaps: Sequence[int], promises: Sequence[int]
) -> pd.DataFrame:
    """Tabulate the closed-form premium and its limit over the gap between sessions and the promise.

    Returns
    -------
    DataFrame
        Columns ``hours_between_sessions``, ``promise_hours``, ``premium`` (equal sessions), ``limit``
        (whatever the sessions sell).
    """

    def solve(gap: int, promise: int) -> tuple[float, float]:
        case = record.model_copy(update={"hours_between_sessions": gap, "promise_hours": promise})
        return solve_fluid_capacity(case).premium, solve_premium_limit(case)

    rows = [(gap, promise, *solve(gap, promise)) for gap in gaps for promise in promises]
    return pd.DataFrame(rows, columns=["hours_between_sessions", "promise_hours", "premium", "limit"])
