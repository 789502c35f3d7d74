"""Channel risk: closed forms against each other and against simulation, and the limits of a small share."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import integrate, stats

from helpers.errors import InputError, UnknownNameError
from helpers.models.channel_risk import (
    ChannelRiskRecord,
    find_tail,
    simulate_channel_risk,
    solve_channel_risk,
    solve_channel_share,
    solve_largest_reduction,
    solve_relative_sd,
    solve_surge_option,
    solve_tail_factors,
    solve_threshold_correlation,
    solve_threshold_on_top,
    summarise_correlation_grid,
)

SHARE = st.floats(0.001, 0.5)
RATIO = st.floats(0.05, 5.0)
CORRELATION = st.floats(-1.0, 1.0)


@pytest.mark.parametrize(
    ("share", "ratio", "correlation", "expected"),
    [
        (0.0, 2.0, 0.3, 1.0),
        (0.5, 1.0, 0.0, math.sqrt(0.5)),
        (0.3, 1.0, 1.0, 1.0),
        (0.5, 1.0, -1.0, 0.0),
        (1.0, 2.0, 0.3, 2.0),
    ],
)
def test_spread_in_the_limits(share, ratio, correlation, expected):
    """No share, equal halves, perfect correlation, perfect hedge, all outside."""
    assert solve_relative_sd(share, ratio, correlation) == pytest.approx(expected, abs=1e-12)


def test_one_percent_buys_at_most_one_percent_without_a_hedge():
    """The printed own-shop share leaves 1 %, which lowers the standard deviation by 1 % at most."""
    record = ChannelRiskRecord(shock_correlation=0, outside_shock_sd=0.001)
    risk = solve_channel_risk(record)
    assert risk.most_without_hedge_share == 0.01
    assert risk.sd_reduction_share == pytest.approx(0.01, rel=1e-4)


@settings(max_examples=80)
@given(SHARE, RATIO, st.floats(0.0, 1.0))
def test_no_channel_with_positive_correlation_buys_more_than_its_share(share, ratio, correlation):
    """Whatever its volatility, the reduction stays at or below the share."""
    assert 1 - solve_relative_sd(share, ratio, correlation) <= solve_largest_reduction(share) + 1e-12


@settings(max_examples=80)
@given(SHARE, RATIO, CORRELATION)
def test_no_correlation_buys_more_than_the_opposed_one(share, ratio, correlation):
    """The reduction at a correlation of minus one is the largest, and the closed form states it."""
    largest = solve_largest_reduction(share, ratio)
    assert 1 - solve_relative_sd(share, ratio, correlation) <= largest + 1e-12
    assert 1 - solve_relative_sd(share, ratio, -1.0) == pytest.approx(largest, abs=1e-7)


def test_opposed_channel_of_equal_volatility_buys_twice_its_share():
    """One percent that always moves the other way takes two percent off."""
    assert solve_largest_reduction(0.01, 1.0) == pytest.approx(0.02)


@settings(max_examples=80)
@given(SHARE, RATIO)
def test_spread_is_unchanged_at_the_threshold_correlation(share, ratio):
    """At the closed form the channel neither adds nor removes risk; just above it, it adds."""
    threshold = solve_threshold_correlation(share, ratio)
    assume(-1 <= threshold <= 0.99)
    assert solve_relative_sd(share, ratio, threshold) == pytest.approx(1, abs=1e-9)
    assert solve_relative_sd(share, ratio, threshold + 0.005) > 1


@settings(max_examples=40)
@given(SHARE, st.floats(0.05, 1.0), CORRELATION)
def test_a_channel_no_more_volatile_never_adds_risk(share, ratio, correlation):
    """With a ratio of at most one the threshold is one or more."""
    assert solve_threshold_correlation(share, ratio) >= 1 - 1e-9
    assert solve_relative_sd(share, ratio, correlation) <= 1 + 1e-12


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0, 3.0])
def test_threshold_of_a_small_share_is_the_inverse_ratio(ratio):
    """The derivative of the variance at a share of nothing changes sign at own over outside volatility."""
    assert solve_threshold_correlation(1e-9, ratio) == pytest.approx(1 / ratio)


def test_spread_in_money_on_top_is_unchanged_at_its_threshold():
    """Own orders of one plus outside orders of a quarter, twice as volatile, by the variance itself."""
    share, ratio, on_top = 0.2, 2.0, 0.25
    rho = solve_threshold_on_top(share, ratio)
    assert 1 + (on_top * ratio) ** 2 + 2 * rho * on_top * ratio == pytest.approx(1)


@pytest.mark.parametrize("shape", ["normal", "heavy"])
def test_tail_factors_agree_with_numerical_integration(shape):
    """Expected shortfall is the mean of the loss quantiles over the tail."""
    law = stats.norm if shape == "normal" else stats.t(4, scale=math.sqrt(0.5))
    quantile, shortfall = solve_tail_factors(shape, 0.05)
    assert quantile == pytest.approx(-law.ppf(0.05))
    assert shortfall == pytest.approx(integrate.quad(lambda p: -law.ppf(p), 0, 0.05)[0] / 0.05, rel=1e-6)


@pytest.mark.parametrize("shape", ["normal", "heavy"])
def test_simulation_agrees_with_the_closed_form(shape):
    """Standard deviation, quantile and shortfall of both arrangements lie within the error of simulation."""
    record = ChannelRiskRecord(channel_share=0.3, outside_shock_sd=0.2, shock_shape=shape)
    risk = solve_channel_risk(record)
    table = simulate_channel_risk(record, seed=7).query("not outages").set_index("arrangement")
    own, joint = table.loc["own shops only"], table.loc["with outside links"]
    assert own["sd_pct"] == pytest.approx(risk.own_sd_pct, rel=0.02)
    assert joint["sd_pct"] == pytest.approx(risk.joint_sd_pct, rel=0.02)
    assert joint["tail_quantile_pct"] == pytest.approx(risk.joint_quantile_pct, rel=0.02)
    error = joint["shortfall_error_pct"]
    assert abs(joint["tail_shortfall_pct"] - risk.joint_shortfall_pct) < 4 * error
    assert 0 < error < 0.02 * risk.joint_shortfall_pct


def test_simulated_outages_cost_what_probability_and_depth_say():
    """Mean losses with outages, and what the growing channel saves, meet the closed form."""
    record = ChannelRiskRecord(channel_share=0.1, outage_probability=0.2, surge_multiple=2.0)
    option = solve_surge_option(record)
    table = simulate_channel_risk(record, seed=3).query("outages").set_index("arrangement")["mean_loss_pct"]
    assert table["with outside links"] == pytest.approx(0.2 * option.outage_loss_pct, abs=0.15)
    saved = table["with outside links"] - table["with outside links that can grow"]
    assert saved == pytest.approx(option.worth_pct, rel=0.02)


def test_same_seed_same_numbers_other_seed_other_numbers():
    """The seed fixes the draws."""
    record = ChannelRiskRecord(risk_draws=1000)
    first = simulate_channel_risk(record, seed=1)
    assert first.equals(simulate_channel_risk(record, seed=1))
    assert not first.equals(simulate_channel_risk(record, seed=2))


def test_heavy_tails_do_not_change_what_a_channel_buys():
    """The relative reduction is the same for both shapes, though the tail itself is worse."""
    normal = solve_channel_risk(ChannelRiskRecord())
    heavy = solve_channel_risk(ChannelRiskRecord(shock_shape="heavy"))
    assert heavy.own_shortfall_pct > normal.own_shortfall_pct
    reduction = 1 - heavy.joint_shortfall_pct / heavy.own_shortfall_pct
    assert reduction == pytest.approx(normal.sd_reduction_share)


def test_option_by_hand():
    """Outage of 30 % on 99 % own; one percent that trebles covers two of 29.7 percent."""
    option = solve_surge_option(ChannelRiskRecord())
    assert option.outage_loss_pct == pytest.approx(29.7)
    assert option.saved_in_outage_pct == pytest.approx(2.0)
    assert option.worth_pct == pytest.approx(0.01 * 0.8 * 2.0)
    assert option.full_cover_multiple == pytest.approx(30.7)
    assert option.worth_per_outside_unit == pytest.approx(0.016)


@settings(max_examples=40)
@given(share=SHARE, depth=st.floats(0.01, 1.0), multiple=st.floats(1.0, 100.0))
def test_option_never_covers_more_than_the_loss(share, depth, multiple):
    """Growth beyond full cover is worth nothing more; at full cover all is covered."""
    record = ChannelRiskRecord(channel_share=share, outage_depth=depth, surge_multiple=multiple)
    option = solve_surge_option(record)
    assert 0 <= option.covered_share <= 1
    full = solve_surge_option(record.model_copy(update={"surge_multiple": option.full_cover_multiple}))
    assert full.covered_share == pytest.approx(1)


def test_option_of_no_outage_is_worth_nothing():
    """Without depth there is no loss to cover and no share to state."""
    option = solve_surge_option(ChannelRiskRecord(outage_depth=0))
    assert (option.worth_pct, option.covered_share) == (0, None)


def test_correlation_grid_changes_sign_at_the_threshold():
    """Cells above the threshold of their column add risk, those below do not."""
    grid = summarise_correlation_grid(ChannelRiskRecord())
    thresholds = [solve_threshold_correlation(0.01, ratio) for ratio in grid["sd_ratio"]]
    assert len(grid) == 21 * 12
    assert (grid["adds_risk"] == (grid["shock_correlation"] > np.array(thresholds) + 1e-12)).all()
    assert grid["adds_risk"].any()


def test_default_share_is_the_one_its_function_computes():
    """Own shops above 99 % leave at most 1 %."""
    assert solve_channel_share(99) == 0.01 == ChannelRiskRecord().channel_share


def test_share_outside_its_range_is_named():
    """A percentage above one hundred is refused by name."""
    with pytest.raises(InputError, match=r"'own_shop_share_pct' must be between 0 and 100 \(got 101\)"):
        solve_channel_share(101)


@pytest.mark.parametrize(
    "values",
    [
        {"channel_share": 0},
        {"shock_correlation": 1.01},
        {"own_shock_sd": 0},
        {"shock_shape": "lognormal"},
        {"risk_draws": 10},
        {"risk_draws": 5_000_000},
        {"surge_multiple": 0.5},
    ],
)
def test_record_refuses_values_out_of_range(values):
    """Limits and choices hold before anything is computed."""
    with pytest.raises(ValidationError):
        ChannelRiskRecord(**values)


@settings(max_examples=60, deadline=None)
@given(SHARE, st.floats(0.05, 3.0), CORRELATION)
def test_the_ends_of_the_reduction_hold_whatever_the_correlation(share, ratio, correlation):
    """The reduction of any correlation lies between those of one and of minus one."""
    record = ChannelRiskRecord(
        channel_share=share, outside_shock_sd=ratio * 0.1, shock_correlation=correlation
    )
    reduction = solve_channel_risk(record).reduction
    assert reduction.low - 1e-12 <= reduction.value <= reduction.high + 1e-12


def test_an_arrangement_that_was_not_simulated_is_named():
    """A misspelt arrangement is answered with those there are."""
    simulated = simulate_channel_risk(ChannelRiskRecord(risk_draws=1000), seed=1)
    assert find_tail(simulated, "own shops only") < find_tail(simulated, "own shops only", outages=True)
    with pytest.raises(UnknownNameError, match="unknown arrangement 'own shop'"):
        find_tail(simulated, "own shop")
