"""Burst fulfilment against closed forms, limits and properties."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from helpers.errors import InputError
from helpers.models import burst_fulfilment as burst
from helpers.models.burst_fulfilment import BurstFulfilmentRecord, Intake

EXAMPLES = settings(max_examples=25)
sessions = st.builds(
    BurstFulfilmentRecord,
    session_hours=st.integers(1, 24),
    hours_between_sessions=st.integers(24, 168),
    promise_hours=st.integers(1, 168),
)


def _steady_need(record: BurstFulfilmentRecord, pattern: str, **clock: int) -> float:
    rounds = 2 * math.lcm(record.hours_between_sessions, 24) // record.hours_between_sessions
    intake = burst.build_intake(record, pattern=pattern, factors=np.ones((1, rounds)), festival_start=None)
    return float(burst.solve_capacity(intake, promise_hours=record.promise_hours, **clock)[0])


def _premium(table, promise: int, condition: str, column: str = "premium") -> float:
    row = table[(table["promise_hours"] == promise) & (table["condition"] == condition)]
    return float(row[column].iloc[0])


def test_a_session_every_56_hours_needs_twice_the_capacity_for_a_promise_of_25_hours():
    """The premium is T / (b + H), and 1 once the promise reaches the next session."""
    record = BurstFulfilmentRecord(session_hours=3, hours_between_sessions=56, promise_hours=25)
    assert burst.solve_fluid_capacity(record).premium == pytest.approx(2.0)
    relaxed = record.model_copy(update={"promise_hours": 53})
    assert burst.solve_fluid_capacity(relaxed).premium == 1.0


@EXAMPLES
@given(sessions, st.lists(st.floats(0.0, 50.0), min_size=1, max_size=6).filter(any))
def test_no_pattern_of_volumes_needs_more_than_the_limit(record, volumes):
    """The closed form (T + H) / (b + H) holds for every row of volumes at a warehouse that never closes."""
    needs = {}
    for pattern in burst.PATTERNS:
        intake = burst.build_intake(record, pattern=pattern, factors=np.array([volumes]), festival_start=None)
        needs[pattern] = burst.solve_capacity(intake, promise_hours=record.promise_hours)[0]
    assert needs["burst"] <= needs["even"] * burst.solve_premium_limit(record) * (1 + 1e-9)


def test_one_session_far_above_its_neighbours_reaches_the_limit():
    """A lone session of 3 hours, every 48, at a promise of 48 hours needs 96 / 51 times the even capacity."""
    record = BurstFulfilmentRecord(session_hours=3, hours_between_sessions=48, promise_hours=48)
    intakes = [
        burst.build_intake(record, pattern=p, factors=np.array([[0.0, 1.0, 0.0]]), festival_start=None)
        for p in burst.PATTERNS
    ]
    even, sessions_need = (burst.solve_capacity(each, promise_hours=48)[0] for each in intakes)
    assert burst.solve_premium_limit(record) == pytest.approx(96 / 51)
    assert sessions_need / even == pytest.approx(96 / 51)


@pytest.mark.parametrize(
    ("length", "gap", "promise", "expected"), [(24, 24, 48, 1.0), (1, 168, 1, 84.5), (3, 48, 10**9, 1.0)]
)
def test_limit_of_the_premium_at_its_ends(length, gap, promise, expected):
    """Sessions without a pause cost nothing; a short promise costs T / b at most; a long one nothing."""
    record = BurstFulfilmentRecord().model_copy(
        update={"session_hours": length, "hours_between_sessions": gap, "promise_hours": promise}
    )
    assert burst.solve_premium_limit(record) == pytest.approx(expected)


@EXAMPLES
@given(sessions)
def test_limit_lies_above_equal_sessions(record):
    """Equal sessions are one pattern of many."""
    assert burst.solve_fluid_capacity(record).premium <= burst.solve_premium_limit(record)


@EXAMPLES
@given(sessions)
def test_search_over_knots_finds_the_closed_form(record):
    """Equation 2 on sessions at a warehouse that never closes gives equation 3."""
    closed = burst.solve_fluid_capacity(record)
    need = max(_steady_need(record, "burst"), closed.even_work_per_hour)
    assert need == pytest.approx(closed.burst_work_per_hour)


@EXAMPLES
@given(sessions)
def test_even_orders_need_no_more_than_their_mean(record):
    """An even flow at a warehouse that never closes has no delay at its mean rate."""
    assert _steady_need(record, "even") <= burst.solve_work_per_hour(record) * (1 + 1e-9)


@EXAMPLES
@given(sessions, st.integers(1, 24), st.integers(0, 23))
def test_capacity_found_is_enough_and_a_little_less_is_not(record, open_hours, shift):
    """Departures under the capacity found meet every deadline; with one percent less some order is late."""
    clock = {"shift": shift, "open_hours_per_day": open_hours}
    need = _steady_need(record, "burst", **clock)
    if math.isfinite(need):
        assert _keeps_promise(record, need * (1 + 1e-6), clock)
        assert not _keeps_promise(record, need * 0.99, clock)


def _keeps_promise(record: BurstFulfilmentRecord, capacity: float, clock: dict[str, int]) -> bool:
    """Follow the backlog hour by hour, apart from the formula under test."""
    gap, length = record.hours_between_sessions, record.session_hours
    n_sessions = 2 * math.lcm(gap, 24) // gap
    hours = np.arange(n_sessions * gap + record.promise_hours + 1)
    phase = hours[:-1] % gap < length
    started = hours[:-1] < n_sessions * gap
    work = np.where(phase & started, burst.solve_work_per_hour(record) * gap / length, 0.0)
    opened = np.diff(burst.solve_open_hours(hours, **clock))
    left = np.cumsum(work) - burst.solve_backlog(work - capacity * opened)
    arrived = np.cumsum(work)
    due = arrived[: len(arrived) - record.promise_hours]
    return bool((left[record.promise_hours :] >= due - 1e-9 * arrived[-1]).all())


def test_backlog_is_the_step_by_step_recursion():
    """Net input less its running minimum equals max(0, previous + input) at each step."""
    steps = np.random.default_rng(5).normal(-0.1, 1.0, 500)
    expected, level = [], 0.0
    for step in steps:
        level = max(0.0, level + step)
        expected.append(level)
    np.testing.assert_allclose(burst.solve_backlog(steps), expected, atol=1e-9)


def test_backlog_works_along_the_last_axis():
    """Each path has its own backlog."""
    steps = np.array([[1.0, -3.0, 2.0], [-1.0, 2.0, -1.0]])
    np.testing.assert_allclose(burst.solve_backlog(steps), [[1.0, 0.0, 2.0], [0.0, 2.0, 1.0]])


@pytest.mark.parametrize(
    ("batch_mean", "geometric", "exponential", "ratio", "scv"),
    [
        (1, False, False, 1.0, 0.0),
        (1, False, True, 1.0, 1.0),
        (5, False, False, 5.0, 0.0),
        (5, True, True, 9.0, 1.0),
    ],
)
def test_simulated_waits_agree_with_the_formulas(batch_mean, geometric, exponential, ratio, scv):
    """M/D/1, M/M/1, M^X/D/1 with fixed batches and M^X/M/1 with geometric ones, within four percent."""
    waits = burst.simulate_waits(
        load=0.6,
        batch_mean=batch_mean,
        n_orders=400_000,
        seed=11,
        geometric=geometric,
        exponential_service=exponential,
    )
    expected = (0.6 * (1 + scv) + ratio - 1) / (2 * (1 - 0.6))
    assert waits.mean() == pytest.approx(expected, rel=0.04)


def test_late_share_falls_to_nothing_at_the_capacity_of_the_promise():
    """Equation 4 ends where equation 3 begins, and a capacity below the mean is refused."""
    record = BurstFulfilmentRecord(session_hours=4, hours_between_sessions=96, promise_hours=20)
    closed = burst.solve_fluid_capacity(record)
    assert burst.solve_late_share(record, capacity_multiple=closed.premium) == pytest.approx(0.0, abs=1e-12)
    assert closed.late_share_at_even_capacity == pytest.approx(1 - 20 / 92)
    with pytest.raises(InputError, match="'capacity_multiple' must be at least 1"):
        burst.solve_late_share(record, capacity_multiple=0.9)


def test_simulated_late_share_is_the_closed_form_when_nothing_is_uncertain():
    """Constant sessions, doors always open: simulated and fluid shares agree to a quarter hour's work."""
    record = BurstFulfilmentRecord(
        session_hours=8,
        hours_between_sessions=72,
        promise_hours=24,
        open_hours_per_day=24,
        session_volume_cv=0.0,
        warehouse_load=0.8,
    )
    table = burst.simulate_delays(record, seed=1, n_weeks=30)
    late = table.groupby("pattern")["late_share"].first()
    assert late["burst"] == pytest.approx(burst.solve_late_share(record, capacity_multiple=1.25), abs=1 / 32)
    assert late["even"] == 0.0


def test_simulated_delays_are_the_fluid_ones_when_nothing_is_uncertain():
    """The delay of a session's work rises evenly from 0 to (T / (b x) - 1) b hours: here 49.6."""
    record = BurstFulfilmentRecord(
        session_hours=8,
        hours_between_sessions=72,
        open_hours_per_day=24,
        session_volume_cv=0.0,
        warehouse_load=0.8,
    )
    table = burst.simulate_delays(record, seed=1, n_weeks=30, quantiles=(0.25, 0.5, 0.75))
    delays = table[table["pattern"] == "burst"]["delay_hours"]
    offset = 49.6 / 32 / 2
    np.testing.assert_allclose(delays, np.array([0.25, 0.5, 0.75]) * 49.6 - offset, atol=0.01)


def test_bursts_delay_every_quantile_at_equal_volume_and_capacity():
    """Gathering the same orders into sessions raises the median and the tail."""
    table = burst.simulate_delays(BurstFulfilmentRecord(), seed=2, n_weeks=400)
    wide = table.pivot_table(index="quantile", columns="pattern", values="delay_hours")
    assert (wide["burst"] > wide["even"]).all()
    assert wide["burst"].is_monotonic_increasing


def test_uncertain_sessions_need_a_gamma_quantile():
    """Sessions that never overlap: the capacity is the quantile of the largest of the sessions judged."""
    record = BurstFulfilmentRecord(session_hours=3, hours_between_sessions=56, session_volume_cv=0.7)
    table = burst.summarise_premiums(record, seed=3, promises=(24,), n_paths=20_000)
    shape = 0.7**-2
    quantile = stats.gamma.ppf(record.promise_reliability ** (1 / 3), shape, scale=1 / shape)
    expected = 56 / 27 * quantile
    assert _premium(table, 24, "uncertain volume", "burst_multiple") == pytest.approx(expected, rel=0.03)


def test_festival_capacity_is_the_closed_form():
    """Even orders need g D / (D + H), sessions g T / (b + H), in multiples of a normal day."""
    record = BurstFulfilmentRecord(
        session_hours=3, hours_between_sessions=72, festival_days=3, festival_volume_multiple=4.0
    )
    table = burst.summarise_premiums(record, seed=1, promises=(24,), n_paths=10)
    assert _premium(table, 24, "festival days", "even_multiple") == pytest.approx(4 * 72 / 96)
    assert _premium(table, 24, "festival days", "burst_multiple") == pytest.approx(4 * 72 / 27)


def test_evening_sessions_get_one_working_day_for_a_promise_of_a_day():
    """Sessions at night every second day: 24 hours hold one working day for two days' orders, 48 hold two."""
    record = BurstFulfilmentRecord(hours_between_sessions=48, session_start_hour=19, opening_hour=8)
    table = burst.summarise_premiums(record, seed=1, n_paths=10)
    assert _premium(table, 24, "working hours") == pytest.approx(2.0)
    assert _premium(table, 48, "working hours") == pytest.approx(1.0)


def test_a_promise_without_an_open_hour_has_no_capacity():
    """Where doors stay shut from order to deadline no capacity helps: the number is missing and says why."""
    record = BurstFulfilmentRecord(opening_hour=8, open_hours_per_day=8)
    table = burst.summarise_premiums(record, seed=1, promises=(6,), n_paths=10)
    row = table[table["condition"] == "working hours"].iloc[0]
    assert math.isnan(row["premium"])
    assert row["why"] == burst.NO_OPEN_HOUR
    assert (table["why"] == "").any()


def test_drivers_name_the_complication_that_adds_most():
    """The named condition carries the largest premium; without complications it is none."""
    record = BurstFulfilmentRecord(hours_between_sessions=48)
    table = burst.summarise_premiums(record, seed=4, n_paths=500)
    drivers = burst.summarise_drivers(table).set_index("promise_hours")
    single = table[table["condition"] != "all together"]
    assert drivers.loc[48, "premium"] == single[single["promise_hours"] == 48]["premium"].max()
    calm = record.model_copy(
        update={"open_hours_per_day": 24, "festival_volume_multiple": 1.0, "session_volume_cv": 0.0}
    )
    quiet = burst.summarise_drivers(burst.summarise_premiums(calm, seed=4, n_paths=10))
    assert set(quiet["condition"]) == {"none"}


def test_without_complications_all_conditions_have_the_same_premium():
    """Open always, no festival lift, no spread: every row is the row of bursts alone."""
    record = BurstFulfilmentRecord(
        hours_between_sessions=100, open_hours_per_day=24, festival_volume_multiple=1.0, session_volume_cv=0.0
    )
    table = burst.summarise_premiums(record, seed=1, promises=(24,), n_paths=5)
    np.testing.assert_allclose(table["premium"], 100 / 27)


@settings(max_examples=6)
@given(st.floats(1, 1e7), st.floats(1, 20))
def test_premiums_do_not_depend_on_scale_or_bundles(orders, lines):
    """Volume and lines multiply both patterns alike."""
    table = burst.summarise_premiums(
        BurstFulfilmentRecord(weekly_orders=orders, lines_per_order=lines), seed=9, n_paths=50
    )
    plain = burst.summarise_premiums(BurstFulfilmentRecord(), seed=9, n_paths=50)
    np.testing.assert_allclose(table["premium"], plain["premium"], rtol=1e-6)


def test_same_seed_same_table_and_other_seeds_agree_closely():
    """The seed fixes the draw, and the draw is large enough not to matter much."""
    record = BurstFulfilmentRecord()
    first, again, other = (burst.summarise_premiums(record, seed=seed, n_paths=4000) for seed in (1, 1, 2))
    assert first.equals(again)
    np.testing.assert_allclose(first["premium"], other["premium"], rtol=0.06)


@EXAMPLES
@given(sessions)
def test_longer_promises_and_closer_sessions_never_cost_more(record):
    """The premium falls with the promise and rises with the gap."""
    premium = burst.solve_fluid_capacity(record).premium
    later = record.model_copy(update={"promise_hours": record.promise_hours + 1})
    wider = record.model_copy(update={"hours_between_sessions": record.hours_between_sessions + 1})
    assert burst.solve_fluid_capacity(later).premium <= premium
    assert burst.solve_fluid_capacity(wider).premium >= premium


def test_swings_move_one_assumption_and_leave_the_others():
    """Each end is the premium of a record with that one change; what cannot be kept is missing."""
    record = BurstFulfilmentRecord()
    swings = burst.summarise_swings(
        record, {"hours_between_sessions": (24, 168), "promise_hours": (1, 48)}, seed=1, n_paths=50
    )
    weekly = record.model_copy(update={"hours_between_sessions": 168})
    here = burst.solve_premium(record, seed=1, n_paths=50)
    assert swings["result_high"].tolist() == pytest.approx(
        [burst.solve_premium(weekly, seed=1, n_paths=50).value, here.value]
    )
    assert math.isnan(swings["result_low"].iloc[1])
    assert burst.find_widest(swings) == "hours_between_sessions"
    span = burst.find_span(here, swings)
    assert (span.low, span.high) == (
        min(swings["result_low"].iloc[0], here.value),
        swings["result_high"].max(),
    )


def test_a_promise_within_the_night_has_no_premium():
    """The reason is given in place of a number, and no range is made up for it."""
    record = BurstFulfilmentRecord(promise_hours=1)
    premiums = burst.summarise_premiums(record, seed=1, promises=(1,), n_paths=50)
    for found in (
        burst.solve_premium(record, seed=1, n_paths=50),
        burst.find_premium(premiums, "all together"),
    ):
        assert (found.value, found.why) == (None, burst.NO_OPEN_HOUR)
        assert burst.find_span(found, pd.DataFrame()) == found


def test_hosts_who_fill_the_gap_in_turn_are_an_even_flow():
    """Two of them lower the premium; sixteen sessions of three hours leave no pause in 48."""
    record = BurstFulfilmentRecord(festival_volume_multiple=1.0, session_volume_cv=0.3)
    alone, two, many = (
        burst.solve_shared_premium(record, n_hosts=hosts, seed=1, n_paths=200).value for hosts in (1, 2, 16)
    )
    assert alone > two > many == pytest.approx(1.0, abs=1e-6)


def test_lateness_is_that_of_the_simulated_delays():
    """One row for each load and pattern, in percent."""
    record = BurstFulfilmentRecord(warehouse_load=0.8)
    late = burst.summarise_lateness(record, loads=(0.5, 0.8), seed=3, n_weeks=20)
    delays = burst.simulate_delays(record, seed=3, n_weeks=20, quantiles=(0.5,))
    assert late["load_pct"].tolist() == [50.0, 50.0, 80.0, 80.0]
    assert late["late_pct"].tolist()[2:] == pytest.approx((100 * delays["late_share"]).tolist())


def test_grid_holds_the_closed_form_of_each_cell():
    """One row per gap and promise, in the order given."""
    grid = burst.summarise_grid(BurstFulfilmentRecord(session_hours=3), gaps=(54, 168), promises=(24, 48))
    np.testing.assert_allclose(grid["premium"], [2.0, 54 / 51, 168 / 27, 168 / 51])
    np.testing.assert_allclose(grid["limit"], [78 / 27, 102 / 51, 192 / 27, 216 / 51])


def test_a_third_of_the_sales_in_the_first_half_hour_matters_below_42_minutes():
    """Published session: over 100m in 30 minutes of 310m in 3 hours."""
    front = burst.solve_front_loading(first_sales=100, first_hours=0.5, total_sales=310, total_hours=3)
    assert front.first_share == pytest.approx(0.3226, abs=1e-4)
    assert front.intensity_multiple == pytest.approx(1.935, abs=1e-3)
    assert front.binding_promise_hours == pytest.approx(29 / 42)


@pytest.mark.parametrize(("promise", "binding"), [(0.5, True), (0.9, False)])
def test_front_loading_binds_only_below_its_promise(promise, binding):
    """The knots of a front-loaded session need more than its mean rate only for a promise that short."""
    share = 100 / 310
    intake = Intake(np.array([0.0, 0.5, 3.0]), np.array([[0.0, share, 1.0]]))
    need = burst.solve_capacity(intake, promise_hours=promise)[0]
    assert bool(need > 1 / (3 + promise) + 1e-9) is binding


def test_an_unpublished_input_leaves_front_loading_unknown():
    """NaN with the name of what is missing; an impossible pair is an error."""
    front = burst.solve_front_loading(first_sales=math.nan, first_hours=0.5, total_sales=310, total_hours=3)
    assert math.isnan(front.first_share)
    assert front.why == "first_sales was not published by then"
    with pytest.raises(InputError, match="'first_sales' must be below 'total_sales'"):
        burst.solve_front_loading(first_sales=400, first_hours=0.5, total_sales=310, total_hours=3)


def test_a_rush_binds_the_promise_from_its_binding_share_on():
    """The share that makes a promise bind gives back that promise."""
    share = burst.solve_binding_share(first_hours=0.5, total_hours=3, promise_hours=48)
    front = burst.solve_front_loading(first_sales=share, first_hours=0.5, total_sales=1, total_hours=3)
    assert front.binding_promise_hours == pytest.approx(48)


def test_sessions_gather_what_the_even_flow_brings():
    """Both patterns hold the same work at the start of each session, festival and spread included."""
    record = BurstFulfilmentRecord(hours_between_sessions=50)
    factors = np.random.default_rng(3).gamma(2, 0.5, (4, 9))
    starts = np.arange(1, 9) * 50.0
    even, gathered = (
        burst.build_intake(record, pattern=p, factors=factors, festival_start=60.0) for p in burst.PATTERNS
    )
    np.testing.assert_allclose(gathered.at(starts), even.at(starts))


@pytest.mark.parametrize(
    "change", [{"session_hours": 0}, {"promise_reliability": 1.0}, {"warehouse_load": 1.0}, {"bursts": 3}]
)
def test_record_refuses_what_the_model_cannot_hold(change):
    """Out of range or unknown fields are refused."""
    with pytest.raises(ValidationError):
        BurstFulfilmentRecord(**change)
