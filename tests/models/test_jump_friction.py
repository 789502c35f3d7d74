"""The funnel with and without a jump: closed forms, break-evens, simulation, honest gaps."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError
from helpers.models.jump_friction import (
    IN_APP,
    JUMP,
    PLATFORM,
    SUPPLIER,
    JumpFrictionRecord,
    simulate_funnel,
    solve_funnel,
    solve_in_app_value,
    solve_survival,
    solve_test_size,
    summarise_outside,
    summarise_outside_steps,
    summarise_sides,
)

GMV, JUMPED = 37.078, 0.47

drops = st.floats(0.0, 0.95)


def value(gmv=GMV, jump_share=JUMPED, **fields):
    return solve_in_app_value(JumpFrictionRecord(**fields), gmv_rmb_bn=gmv, jump_share=jump_share)


def test_survival_is_the_product_over_jumps():
    """Three jumps keep (1 - first) (1 - further)^2 of the buyers."""
    record = JumpFrictionRecord(jump_count=3, first_jump_drop=0.3, further_jump_drop=0.1)
    assert solve_survival(record) == pytest.approx(0.7 * 0.9**2)


def test_no_jump_and_no_drop_are_worth_nothing():
    """Without a jump, sales that jump, or a jump that loses somebody, the order in the app adds no orders."""
    assert value(jump_share=0.0).gmv_gain_rmb_bn == 0
    assert value(jump_count=0).gmv_gain_rmb_bn == 0
    assert value(first_jump_drop=0.0).order_multiple == 1


def test_gain_has_its_closed_form():
    """At a drop of 30 % the jumped 47 % of RMB 37.1bn grow by three sevenths."""
    assert value().gmv_gain_rmb_bn == pytest.approx(37.078 * 0.47 * 3 / 7)


def test_revenue_gain_counts_both_fees():
    """The fee on all orders of the app less the commission that the jump had paid."""
    result = value(in_app_fee=0.05, jump_commission=0.03)
    assert result.revenue_gain_rmb_bn == pytest.approx(37.078 * 0.47 * (0.05 / 0.7 - 0.03))


def test_supplier_gains_less_than_the_platform():
    """Buyers who return on their own are lost to the platform's count, not to the supplier."""
    result = value(uncounted_return_share=0.5)
    assert result.order_multiple == pytest.approx(1 / 0.7)
    assert result.supplier_multiple == pytest.approx(1 / 0.85)
    assert value(uncounted_return_share=1.0).supplier_multiple == 1


@settings(max_examples=40)
@given(drops, drops, st.integers(0, 4))
def test_platform_never_gains_less_than_the_supplier(first, further, count):
    """Whatever the drops, the supplier's multiple is at most the platform's and at least one."""
    result = value(first_jump_drop=first, further_jump_drop=further, jump_count=count)
    assert 1 <= result.supplier_multiple <= result.order_multiple + 1e-12


def test_break_even_drop_makes_both_paths_sell_alike():
    """At the drop returned for a weaker page in the app, the order multiple is one."""
    drop = value(in_app_order_ratio=0.8, jump_count=2).break_even_drop
    assert drop == pytest.approx(1 - math.sqrt(0.8))
    alike = value(in_app_order_ratio=0.8, jump_count=2, first_jump_drop=drop, further_jump_drop=drop)
    assert alike.order_multiple == pytest.approx(1.0)


def test_break_even_drop_for_revenue_makes_both_paths_earn_alike():
    """If the commission is above the fee, the jump must lose some buyers before the app earns more."""
    fees = {"in_app_fee": 0.02, "jump_commission": 0.04}
    drop = value(**fees).break_even_drop_revenue
    assert drop == pytest.approx(0.5)
    assert value(first_jump_drop=drop, **fees).revenue_gain_rmb_bn == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [({}, 0.0), ({"jump_commission": 0.0}, 0.0), ({"in_app_fee": 0.0}, None), ({"jump_count": 0}, None)],
)
def test_break_even_drop_for_revenue_at_its_ends(fields, expected):
    """Zero where the app earns more from the first order; none where only the jump pays or nobody jumps."""
    assert value(**fields).break_even_drop_revenue == expected


@pytest.mark.parametrize(
    ("gmv", "share", "missing"), [(None, 0.47, "GMV"), (37.0, None, "the share of sales")]
)
def test_unpublished_inputs_leave_the_multiples(gmv, share, missing):
    """Without GMV or the jumped share the amounts are not known, but the multiples are."""
    result = value(gmv, share)
    assert result.gmv_gain_rmb_bn is None
    assert result.revenue_gain_rmb_bn is None
    assert result.why.startswith(missing)
    assert result.order_multiple == pytest.approx(1 / 0.7)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"jump_share": 1.2}, r"'jump_share' must be between 0 and 1 \(got 1.2\)"),
        ({"gmv": -1.0}, r"'gmv_rmb_bn' must be at least 0 \(got -1\)"),
    ],
)
def test_impossible_inputs_are_refused(arguments, words):
    """A share above one and a negative GMV are errors."""
    with pytest.raises(InputError, match=words):
        value(**arguments)


def test_funnel_multiplies_down_both_paths():
    """The jump path has one more step, and the orders at both ends stand in the survival's ratio."""
    funnel = solve_funnel(JumpFrictionRecord(), viewers=1000.0)
    last = funnel.groupby("path", sort=False)["reached"].last()
    assert list(funnel.groupby("path", sort=False).size()) == [3, 4]
    assert last[IN_APP] == pytest.approx(1000 * 0.05 * 0.2)
    assert last[JUMP] / last[IN_APP] == pytest.approx(0.7)


def test_order_rate_never_passes_one():
    """A page twice as good as one where all order still cannot sell twice to each visitor."""
    funnel = solve_funnel(JumpFrictionRecord(tap_order_share=0.9, in_app_order_ratio=2.0))
    assert funnel.query("path == @IN_APP")["kept_share"].max() == 1.0


def test_simulation_agrees_with_the_closed_form():
    """With a million viewers each path's orders are within five standard errors of the expectation."""
    record = JumpFrictionRecord()
    drawn = simulate_funnel(record, viewers=1_000_000, seed=1).groupby("path")["reached"].last()
    expected = solve_funnel(record, viewers=1_000_000).groupby("path")["reached"].last()
    assert ((drawn - expected).abs() < 5 * expected**0.5).all()


def test_simulation_repeats_by_seed():
    """One seed gives one funnel, another seed another, and nobody appears on the way down."""
    record = JumpFrictionRecord()
    first, again, other = (simulate_funnel(record, viewers=50_000, seed=seed) for seed in (7, 7, 8))
    assert first.equals(again)
    assert not first.equals(other)
    assert all(group.is_monotonic_decreasing for _, group in first.groupby("path")["reached"])


def test_test_size_follows_the_textbook():
    """Rates of 60 % and 50 %: (1.95996 + 0.84162)^2 (0.24 + 0.25) / 0.01 is 384.6, so 385 in each arm."""
    record = JumpFrictionRecord(tap_order_share=0.6, first_jump_drop=1 / 6)
    assert solve_test_size(record) == 385


def test_test_size_grows_as_the_drop_shrinks():
    """A smaller drop needs a larger test, and no drop cannot be found by any."""
    sizes = [solve_test_size(JumpFrictionRecord(first_jump_drop=drop)) for drop in (0.3, 0.1, 0.02)]
    assert sizes == sorted(sizes)
    assert solve_test_size(JumpFrictionRecord(first_jump_drop=0.0)) is None


def test_test_and_simulation_refuse_impossible_sizes():
    """A level of nothing, a power of one and an empty audience are errors by name."""
    record = JumpFrictionRecord()
    with pytest.raises(InputError, match="'level' must be between 0 and 1"):
        solve_test_size(record, level=0.0)
    with pytest.raises(InputError, match="'power' must be between 0 and 1"):
        solve_test_size(record, power=1.0)
    with pytest.raises(InputError, match="'viewers' must be at least 1"):
        simulate_funnel(record, viewers=0, seed=1)


@pytest.mark.parametrize("field", [{"jump_count": 5}, {"first_jump_drop": 1.0}, {"in_app_order_ratio": 0.1}])
def test_record_limits(field):
    """Five jumps, a jump that loses all and a hopeless page are outside the model."""
    with pytest.raises(ValidationError):
        JumpFrictionRecord(**field)


SHARES = pd.DataFrame(
    {
        "period": ["2020Q1", "2021Q1", "2021Q4", "2022Q1"],
        "value": [53.0, 85.0, 98.8, 99.0],
        "bound": ["exact", "exact", "exact", "lower"],
        "note": ["", "", "month of December 2021", ""],
    }
)
LEVELS = pd.DataFrame({"period": SHARES["period"], "value": [37.078, 118.559, 240.3, 175.076]})


def test_a_bound_on_own_shops_is_the_opposite_bound_on_what_is_outside():
    """More than 99 % inside leaves at most 1 % outside; a month's share is a floor for its quarter."""
    outside = summarise_outside(SHARES, LEVELS)
    assert ["exact", "exact", "lower", "upper"] == outside["bound"].tolist()
    assert outside["outside_rmb_bn"].tolist() == pytest.approx([17.427, 17.784, 2.884, 1.751], abs=1e-3)


def test_the_steps_of_what_is_outside_are_read_from_its_bounds():
    """The first two exact prints, the floor of December and the ceiling of the quarter of the cut."""
    steps = summarise_outside_steps(summarise_outside(SHARES, LEVELS))
    assert (steps.floor, steps.ceiling) == pytest.approx((2.884, 1.751), abs=1e-3)
    assert (steps.first_share, steps.last_share) == pytest.approx((0.47, 0.012))
    assert steps.gmv_multiple == pytest.approx(118.559 / 37.078)


def test_steps_that_were_not_printed_are_none():
    steps = summarise_outside_steps(summarise_outside(SHARES[:1], LEVELS))
    assert (steps.second, steps.gmv_multiple, steps.floor, steps.ceiling) == (None, None, None, None)
    assert summarise_outside_steps(summarise_outside(SHARES[:0], LEVELS)).last_share is None


def test_taking_the_jump_away_is_never_worth_less_to_the_platform():
    """At any drop the platform counts at least as many orders more as the supplier sells."""
    sides = summarise_sides(JumpFrictionRecord(), drops=(0.0, 0.3, 0.7)).pivot_table(
        index="drop", columns="whose", values="multiple"
    )
    assert (sides[PLATFORM] >= sides[SUPPLIER]).all()


def test_gains_are_put_in_percent_of_a_gmv_or_say_what_is_missing():
    assert value().gain_over(GMV).high == pytest.approx(100 * JUMPED * (1 / 0.7 - 1))
    assert value(in_app_order_ratio=0.5).gain_over(GMV).low < 0
    assert value(gmv=None).revenue_over(None).why == "GMV was not published"
