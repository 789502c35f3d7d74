"""River-Flow coupling, its platform effect, and selection of participants."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import norm

from helpers.models.river_flow import (
    NOT_PUBLISHED,
    OUT_OF_RANGE,
    RiverFlowRecord,
    simulate_flow,
    simulate_selection,
    solve_coupled_flow,
    solve_platform_effect,
    solve_reward_for_lift,
    solve_selection,
    solve_spectral_radius,
    solve_traffic_pot,
    summarise_rates,
    summarise_rewards,
    summarise_selection,
    summarise_selection_limit,
)

rates = st.floats(0.0, 1.0)
retention = st.floats(0.0, 0.9)
inflow = st.floats(0.1, 10.0)


def make(**changes):
    return RiverFlowRecord(**changes)


@settings(max_examples=50)
@given(st.tuples(*(rates for _ in range(4))))
def test_radius_is_the_largest_eigenvalue(entries):
    """The closed form agrees with the eigenvalues of the matrix."""
    matrix = np.array(entries).reshape(2, 2)
    assert solve_spectral_radius(matrix) == pytest.approx(np.abs(np.linalg.eigvals(matrix)).max(), abs=1e-7)


@settings(max_examples=50)
@given(retention, retention, rates, rates)
def test_range_ends_where_transfer_and_reward_outweigh_the_losses(creator, own, transfer, reward):
    """Flows settle exactly when the product of the rates stays below the product of what does not return."""
    margin = (1 - creator) * (1 - own) - transfer * reward
    assume(abs(margin) > 1e-6)
    flow = solve_coupled_flow(
        make(creator_retention=creator, own_live_retention=own, transfer_rate=transfer, reward_rate=reward)
    )
    assert flow.in_range == (margin > 0)
    assert (flow.lift is None) == (margin < 0)


def test_default_flows_have_known_lift():
    """Half retained, a tenth transferred, a twentieth rewarded: 2.4 and 2.2 over 2 and 2 before scaling."""
    flow = solve_coupled_flow(make(transfer_rate=0.1, reward_rate=0.05))
    width = 0.25 - 0.005
    assert flow.creator_lift == pytest.approx((0.5 + 0.05) / width / 2 - 1)
    assert flow.own_live_lift == pytest.approx((0.5 + 0.1) / width / 2 - 1)
    assert flow.lift == pytest.approx((flow.creator_lift + flow.own_live_lift) / 2)


def test_beyond_the_range_the_result_says_so():
    """At a radius of one or more there is no number, a reason, and no path."""
    record = make(transfer_rate=0.5, reward_rate=0.5)
    flow = solve_coupled_flow(record)
    assert (flow.in_range, flow.lift, flow.why) == (False, None, OUT_OF_RANGE)
    assert flow.spectral_radius == pytest.approx(1.0)
    assert simulate_flow(record).empty


def test_no_coupling_lifts_nothing():
    """Without transfer and reward every lift is nought and the path is flat."""
    record = make(transfer_rate=0.0, reward_rate=0.0)
    assert solve_coupled_flow(record).lift == pytest.approx(0.0)
    np.testing.assert_allclose(simulate_flow(record)["lift"], 0.0, atol=1e-12)


@settings(max_examples=40)
@given(st.floats(0.0, 0.3), st.floats(0.0, 0.3), inflow, inflow)
def test_lift_rises_with_both_rates(transfer, reward, creator, own):
    """More transfer or more reward never lowers the lift while no buyers are lost to the creator."""
    record = make(transfer_rate=transfer, reward_rate=reward, creator_inflow=creator, own_live_inflow=own)
    lift = solve_coupled_flow(record).lift
    for rate in ("transfer_rate", "reward_rate"):
        more = record.model_copy(update={rate: getattr(record, rate) + 0.05})
        assert solve_coupled_flow(more).lift > lift


@settings(max_examples=40)
@given(st.floats(0.1, 5.0), st.floats(0.1, 5.0))
def test_lift_does_not_depend_on_the_units(flow_unit, money_unit):
    """Counting buyers or money in another unit leaves the lift as it is."""
    base = solve_coupled_flow(make(creator_inflow=2.0, own_live_unit_gmv=3.0))
    scaled = solve_coupled_flow(
        make(
            creator_inflow=2.0 * flow_unit,
            own_live_inflow=flow_unit,
            creator_unit_gmv=money_unit,
            own_live_unit_gmv=3.0 * money_unit,
        )
    )
    assert scaled.lift == pytest.approx(base.lift)


def test_path_climbs_from_nought_to_rest():
    """The lift starts at nought, never falls, and ends at the lift at rest."""
    record = make(flow_periods=200)
    lift = simulate_flow(record)["lift"]
    assert len(lift) == 201
    assert lift.iloc[0] == 0.0
    assert lift.is_monotonic_increasing
    assert lift.iloc[-1] == pytest.approx(solve_coupled_flow(record).lift)


def test_creator_can_lose_by_the_plan():
    """When transferred buyers are lost to the creator and the reward is small, the creator ends lower."""
    flow = solve_coupled_flow(make(transfer_rate=0.3, reward_rate=0.01, transfer_loss_share=1.0))
    assert flow.creator_lift < 0 < flow.own_live_lift


@settings(max_examples=40)
@given(st.floats(0.05, 0.5), st.floats(0.0, 0.1), rates)
def test_reward_for_a_lift_gives_that_lift(lift, transfer, loss):
    """Put back into the model, the reward that a lift takes returns it."""
    record = make(transfer_rate=transfer, transfer_loss_share=loss)
    reward = solve_reward_for_lift(record, lift)
    assume(reward is not None)
    again = solve_coupled_flow(record.model_copy(update={"reward_rate": reward}))
    assert again.lift == pytest.approx(lift)


def test_no_reward_is_needed_when_transfer_does_it_alone():
    """A lift below what the transfer gives alone has no reward rate."""
    assert solve_reward_for_lift(make(transfer_rate=0.4), 0.01) is None


def test_rates_out_of_range_stay_empty_in_the_table():
    """The table marks pairs beyond the range and leaves their lift empty."""
    table = summarise_rates(make(), transfers=(0.0, 0.5, 1.0), rewards=(0.1, 0.6))
    assert len(table) == 6
    assert (table["lift"].isna() == ~table["in_range"]).all()
    assert (~table["in_range"]).sum() == 2


def test_each_row_of_the_table_is_the_flow_at_its_rates():
    """What the heat map of the lift draws is what the model gives at the two rates of a cell."""
    (row,) = summarise_rates(make(), transfers=[0.2], rewards=[0.1]).to_dict("records")
    flow = solve_coupled_flow(make(transfer_rate=0.2, reward_rate=0.1))
    assert (row.pop("transfer_rate"), row.pop("reward_rate")) == (0.2, 0.1)
    assert row == {name: getattr(flow, name) for name in row}
    assert row["creator_lift"] != row["own_live_lift"]


def test_fifteen_percent_needs_a_fifteenth_of_gmv_for_one_point():
    """With nothing taken from others a point takes 6.7% of GMV; with half of the traffic taken, 13.3%."""
    alone = solve_platform_effect(make(taken_traffic_share=0.0, participant_gmv_share=0.2), 0.15)
    half = solve_platform_effect(make(taken_traffic_share=0.5), 0.15)
    assert alone.share_for_one_point == pytest.approx(1 / 15)
    assert alone.net_gain == pytest.approx(0.03)
    assert half.share_for_one_point == pytest.approx(2 / 15)


def test_traffic_worth_as_much_elsewhere_cancels_the_gain():
    """When all is taken at equal worth the platform gains nothing, and no participation gives a point."""
    effect = solve_platform_effect(make(taken_traffic_share=1.0, taken_value_ratio=1.0), 0.15)
    assert effect.net_gain == pytest.approx(0.0)
    assert effect.share_for_one_point is None
    assert "outweighs" in effect.why


@settings(max_examples=40)
@given(st.floats(0.01, 0.99), st.floats(0.01, 2.0), st.floats(0.01, 1.0))
def test_needed_selection_shows_the_claimed_lift(share, spread, lift):
    """At the correlation or the spread found, selection shows exactly the printed lift."""
    record = make(participant_share=share, growth_spread=spread, selection_correlation=0.5)
    found = solve_selection(record, lift)
    mills = norm.pdf(norm.isf(share)) / share
    assert found.over_all == pytest.approx(0.5 * spread * mills)
    assert found.correlation_over_all * spread * mills == pytest.approx(lift)
    assert 0.5 * found.spread_over_others * mills / (1 - share) == pytest.approx(lift)


def test_half_taking_part_has_the_known_mills_ratio():
    """With half of the merchants inside, the ratio is the square root of two over pi."""
    shown = solve_selection(make(participant_share=0.5, growth_spread=1.0, selection_correlation=1.0), None)
    assert shown.over_all == pytest.approx(np.sqrt(2 / np.pi))
    assert shown.over_others == pytest.approx(2 * np.sqrt(2 / np.pi))
    assert shown.why == NOT_PUBLISHED


def test_full_participation_shows_no_selection():
    """When nearly all take part, they cannot outgrow the average of all."""
    nearly = make(participant_share=0.999, growth_spread=1.0, selection_correlation=1.0)
    assert solve_selection(nearly, 0.15).over_all == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("field", "word"), [("growth_spread", "spread"), ("selection_correlation", "positive")]
)
def test_nothing_to_select_on_explains_nothing(field, word):
    """Without spread or correlation the other one cannot explain the lift, and the reason is given."""
    found = solve_selection(make(**{field: 0.0}), 0.15)
    assert found.over_all == 0.0
    assert None in (found.correlation_over_all, found.spread_over_all)
    assert word in found.why


def test_neither_spread_nor_correlation_gives_both_reasons():
    found = solve_selection(make(growth_spread=0.0, selection_correlation=0.0), 0.15)
    assert found.why == (
        "without spread no correlation explains a lift; "
        "without a positive correlation no spread explains a lift"
    )


@pytest.mark.parametrize("correlation", [-0.4, 0.3, 1.0])
def test_simulated_selection_agrees_with_the_closed_form(correlation):
    """Drawn merchants show the closed form within four standard errors."""
    record = make(participant_share=0.2, growth_spread=0.3, selection_correlation=correlation)
    over_all, over_others, error = simulate_selection(record, draws=100_000, seed=11)
    expected = solve_selection(record, 0.15)
    assert over_others == pytest.approx(expected.over_others, abs=4 * error)
    assert over_all == pytest.approx(expected.over_all, abs=4 * error)


def test_simulated_selection_repeats_with_its_seed():
    """The same seed gives the same merchants."""
    record = make()
    assert simulate_selection(record, draws=1000, seed=1) == simulate_selection(record, draws=1000, seed=1)
    assert simulate_selection(record, draws=1000, seed=1) != simulate_selection(record, draws=1000, seed=2)


def test_more_spread_needs_less_correlation():
    """In the table the needed correlation falls with spread, and rises with the share of participants."""
    table = summarise_selection(0.15, shares=(0.1, 0.4), spreads=(0.2, 0.4))
    wide = table.pivot_table(
        index="participant_share", columns="growth_spread", values="correlation_over_all"
    )
    assert (wide[0.4] < wide[0.2]).all()
    assert (wide.loc[0.4] > wide.loc[0.1]).all()


def test_unpublished_lift_is_not_known():
    """Before any increment was printed, platform effect and tables are empty with the reason."""
    assert solve_platform_effect(make(), None).why == NOT_PUBLISHED
    assert summarise_selection(None).empty
    assert solve_traffic_pot(None, 374.0) is None


def test_pot_of_sixty_billion_is_small_per_user():
    """Sixty billion units over 374m daily users come to less than one unit a user and day."""
    assert solve_traffic_pot(60e9, 374.0) == pytest.approx(60e9 / 374e6 / 365)


@pytest.mark.parametrize(
    ("field", "value"),
    [("creator_retention", 1.0), ("selection_correlation", 1.1), ("participant_share", 0.0)],
)
def test_record_has_limits(field, value):
    """A value out of range is refused with the field's name."""
    with pytest.raises(ValidationError, match=field):
        RiverFlowRecord(**{field: value})


def test_along_the_line_of_rewards_the_model_gives_the_claim():
    """Each pair of rates on the line lifts by what was claimed; a transfer that lifts more alone has none."""
    line = summarise_rewards(make(), 0.15, transfers=[0.0, 0.1, 0.4])
    assert line["transfer_rate"].tolist() == [0.0, 0.1]
    for pair in line.to_dict("records"):
        assert solve_coupled_flow(make(**pair)).lift == pytest.approx(0.15)
    assert summarise_rewards(make(), None).empty


def test_at_the_limit_of_selection_the_correlation_is_one():
    limit = summarise_selection_limit(0.15, shares=[0.2, 0.8])
    for share, spread in limit.itertuples(index=False):
        needed = summarise_selection(0.15, shares=[share], spreads=[spread])
        assert needed["correlation_over_all"].iloc[0] == pytest.approx(1.0)
    assert summarise_selection_limit(None).empty
