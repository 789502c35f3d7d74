"""Timing against forecast: closed forms, limits, simulation and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from helpers.errors import InputError
from helpers.models import timing_or_forecast as model
from helpers.models.burst_fulfilment import BurstFulfilmentRecord
from helpers.models.interval import Estimate
from helpers.models.noisy_choice import NoisyChoiceRecord
from helpers.models.programme_floors import ProgrammeFloorsRecord
from helpers.models.stock_depth import StockDepthRecord
from helpers.models.timing_or_forecast import TimingOrForecastRecord

EXAMPLES = settings(max_examples=30)
records = st.builds(
    TimingOrForecastRecord,
    shortfall_loss_share=st.floats(0.05, 1),
    surplus_loss_share=st.floats(0.05, 1),
    forecast_error_cv=st.floats(0.05, 2),
    signal_share=st.floats(0, 1),
    capacity_cost_share=st.floats(0.01, 1),
)


def test_exponential_demand_has_its_elementary_cost():
    """At an error of 1 demand is exponential and equal losses u cost u ln 2."""
    record = TimingOrForecastRecord(shortfall_loss_share=0.4, surplus_loss_share=0.4)
    assert model.solve_forecast_cost(record, error_cv=1.0) == pytest.approx(0.4 * math.log(2))


@pytest.mark.parametrize("error", [1e-6, 9e-5, 1.1e-4, 1e-2])
def test_small_errors_cost_what_the_normal_newsvendor_says(error):
    """The cost tends to (u + o) phi(z) v, on both sides of the switch of formulas."""
    record = TimingOrForecastRecord(shortfall_loss_share=0.3, surplus_loss_share=0.2)
    expected = 0.5 * stats.norm.pdf(stats.norm.ppf(0.6)) * error
    assert model.solve_forecast_cost(record, error_cv=error) == pytest.approx(expected, rel=0.01)


def test_no_error_costs_nothing_and_a_hopeless_one_costs_every_sale():
    """The two ends of the cost: 0 and u."""
    record = TimingOrForecastRecord(shortfall_loss_share=0.3, surplus_loss_share=0.5)
    assert model.solve_forecast_cost(record, error_cv=0.0) == 0.0
    assert model.solve_forecast_cost(record, error_cv=10.0) == pytest.approx(0.3, abs=1e-3)


@pytest.mark.parametrize("error", [0.2, 0.7, 1.5])
def test_simulated_cost_agrees_with_the_closed_form(error):
    """Half a million gamma draws and their own best plan."""
    record = TimingOrForecastRecord()
    simulated = model.simulate_forecast_cost(record, error_cv=error, n_draws=500_000, seed=5)
    assert simulated == pytest.approx(model.solve_forecast_cost(record, error_cv=error), rel=0.01)


def test_simulation_is_fixed_by_its_seed():
    """Same seed same number, another seed nearly the same; no error costs nothing."""
    record = TimingOrForecastRecord()
    draws = {"error_cv": 0.5, "n_draws": 100_000}
    first, again, other = (model.simulate_forecast_cost(record, seed=s, **draws) for s in (1, 1, 2))
    assert first == again != other
    assert first == pytest.approx(other, rel=0.02)
    assert model.simulate_forecast_cost(record, error_cv=0.0, n_draws=10, seed=1) == 0.0


@EXAMPLES
@given(records, st.floats(0.1, 1))
def test_costs_do_not_depend_on_the_unit_of_money(record, factor):
    """Losses in another unit scale the cost."""
    other = record.model_copy(
        update={
            "shortfall_loss_share": record.shortfall_loss_share * factor,
            "surplus_loss_share": record.surplus_loss_share * factor,
        }
    )
    cost, scaled = (model.solve_forecast_cost(r, error_cv=0.6) for r in (record, other))
    assert scaled == pytest.approx(cost * factor)


@EXAMPLES
@given(records)
def test_forecast_cost_rises_with_the_error_and_stays_below_every_sale(record):
    """Monotone from 0 to u, and a better signal never costs more."""
    costs = [model.solve_forecast_cost(record, error_cv=v) for v in (0.0, 0.1, 0.5, 1.0, 2.0, 5.0)]
    assert costs == sorted(costs)
    assert costs[-1] <= record.shortfall_loss_share
    known = [model.solve_signal_cost(record, signal_share=share) for share in (0.0, 0.25, 0.5, 1.0)]
    assert known == sorted(known, reverse=True)
    assert known[-1] == 0.0


@pytest.mark.parametrize(
    ("premium", "late", "cost", "paid_as"),
    [
        (1.0, None, 0.0, "none"),
        (2.0, None, 0.08, "capacity"),
        (2.0, 0.9, 0.08, "capacity"),
        (3.0, 0.5, 0.05, "lateness"),
        (3.0, 0.0, 0.0, "none"),
    ],
)
def test_timing_is_paid_in_the_cheaper_way(premium, late, cost, paid_as):
    """Capacity at 8% of price per unit of premium, lateness at 10% of price per late unit."""
    timing = model.solve_timing_cost(TimingOrForecastRecord(), capacity_premium=premium, late_share=late)
    assert (timing.cost, timing.paid_as) == (pytest.approx(cost), paid_as)


def test_no_capacity_in_between_is_cheaper_than_the_two_ends():
    """The share late of a fluid burst is concave in capacity, so the cheapest is one of its ends."""
    record = TimingOrForecastRecord(capacity_cost_share=0.08, lateness_cost_share=0.2)
    gap, length, promise = 96.0, 4.0, 20.0
    premium = gap / (length + promise)
    levels = np.linspace(1, premium, 200)
    late = 1 - promise * levels / (gap - length * levels)
    costs = record.capacity_cost_share * (levels - 1) + record.lateness_cost_share * late
    timing = model.solve_timing_cost(record, capacity_premium=premium, late_share=late[0])
    assert costs.min() == pytest.approx(timing.cost)


@EXAMPLES
@given(records)
def test_on_the_boundary_both_costs_are_equal(record):
    """At the boundary premium neither cost is larger; above it timing, below it forecast."""
    edge = model.solve_boundary_premium(record, error_cv=record.forecast_error_cv)
    sides = [model.solve_balance(record, capacity_premium=1 + f * (edge - 1)).larger for f in (0.5, 1.0, 2.0)]
    assert sides == ["forecast", "equal", "timing"]


@EXAMPLES
@given(records)
def test_break_even_signal_saves_exactly_the_cost_of_timing(record):
    """With that signal live selling neither gains nor loses."""
    cost = 0.4 * model.solve_forecast_cost(record, error_cv=record.forecast_error_cv)
    share = model.solve_break_even_signal(record, timing_cost=cost).value
    premium = 1 + cost / record.capacity_cost_share
    balance = model.solve_balance(record.model_copy(update={"signal_share": share}), capacity_premium=premium)
    assert balance.net_gain_of_live == pytest.approx(0.0, abs=1e-6)
    assert balance.timing_cost == pytest.approx(0.4 * balance.forecast_cost)


def test_where_timing_has_no_cost_no_signal_is_needed():
    """Free timing asks nothing of a signal."""
    record = TimingOrForecastRecord()
    assert model.solve_break_even_signal(record, timing_cost=0.0).value == 0.0


def test_a_threshold_that_does_not_exist_says_why():
    """Timing dearer than full knowledge saves has no threshold."""
    record = TimingOrForecastRecord(forecast_error_cv=0.1)
    signal = model.solve_break_even_signal(record, timing_cost=0.2)
    assert signal.value is None
    assert "full knowledge" in str(signal.why)


@pytest.mark.parametrize("premium", [None, math.nan])
def test_a_promise_nobody_can_keep_leaves_timing_without_a_price(premium):
    """The forecast side stands, the rest is not known, with the reason."""
    balance = model.solve_balance(TimingOrForecastRecord(), capacity_premium=premium)
    assert balance.forecast_cost > balance.forecast_cost_with_signal > 0
    assert math.isnan(balance.timing_cost)
    assert math.isnan(balance.net_gain_of_live)
    assert balance.larger is None
    assert model.solve_break_even_signal(TimingOrForecastRecord(), timing_cost=balance.timing_cost) == (
        Estimate.not_known(str(balance.why))
    )
    assert "no capacity keeps the promise" in str(balance.why)


def test_grid_and_boundary_tell_the_same_story():
    """Cells below the boundary premium say forecast, cells above it timing."""
    record = TimingOrForecastRecord()
    errors, premiums = (0.1, 0.4, 0.8, 1.2), (1.0, 1.5, 2.0, 3.0, 5.0)
    grid = model.summarise_grid(record, error_cvs=errors, premiums=premiums)
    edge = model.summarise_boundary(record, error_cvs=errors).set_index("forecast_error_cv")[
        "boundary_premium"
    ]
    above = grid["capacity_premium"].to_numpy() > grid["forecast_error_cv"].map(edge).to_numpy()
    assert len(grid) == 20
    assert (grid["larger"].eq("timing").to_numpy() == above).all()
    np.testing.assert_allclose(grid["difference"], grid["forecast_cost"] - grid["timing_cost"])
    assert set(grid["larger"]) == {"forecast", "timing"}


def test_impossible_inputs_are_refused_by_name():
    """A premium below 1 and a negative error have no meaning."""
    with pytest.raises(InputError, match=r"'capacity_premium' must be at least 1 \(got 0.5\)"):
        model.solve_timing_cost(TimingOrForecastRecord(), capacity_premium=0.5)
    with pytest.raises(InputError, match="'error_cv' must not be negative"):
        model.solve_forecast_cost(TimingOrForecastRecord(), error_cv=-0.1)


@pytest.mark.parametrize(
    "change",
    [{"signal_share": 1.1}, {"shortfall_loss_share": 0}, {"forecast_error_cv": -1}, {"bursty": True}],
)
def test_record_refuses_what_the_model_cannot_hold(change):
    """Out of range or unknown fields are refused."""
    with pytest.raises(ValidationError):
        TimingOrForecastRecord(**change)


def test_the_five_supply_chain_records_join_without_a_shared_name():
    """One notebook record can inherit from all five and keeps every field of each."""
    parts = (
        BurstFulfilmentRecord,
        StockDepthRecord,
        NoisyChoiceRecord,
        ProgrammeFloorsRecord,
        TimingOrForecastRecord,
    )
    joined = type("Joined", parts, {})
    assert len(joined.model_fields) == sum(len(part.model_fields) for part in parts)
    assert model.solve_forecast_cost(joined(), error_cv=0.0) == 0.0
