"""The alliance as a game: solution concepts against closed forms and known games, limits, honest gaps."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import minimize_scalar

from helpers.errors import InputError
from helpers.models.alliance_game import (
    DOUYIN,
    EXCLUSIVE,
    JD,
    KUAISHOU,
    OPEN,
    AllianceGameRecord,
    name_no_gain,
    solve_binding_points,
    solve_core,
    solve_delivery_part,
    solve_no_gain_line,
    solve_own_sales,
    solve_pool_range_bound,
    solve_shapley,
    solve_split,
    solve_synergy_grid,
    solve_three_player_game,
    solve_values,
    summarise_douyin_option,
    summarise_inputs,
    summarise_needs,
    summarise_sensitivity,
    summarise_three_players,
)

USERS, BUYERS = 262.1, 387.4

share = st.floats(0.0, 1.0)
worth = st.floats(0.0, 50.0)


def values(users=USERS, buyers=BUYERS, **fields):
    return solve_values(AllianceGameRecord(**fields), kuaishou_users_million=users, jd_buyers_million=buyers)


def split(with_outside_options=True, **fields):
    return solve_split(
        AllianceGameRecord(**fields), values(**fields), with_outside_options=with_outside_options
    )


def points(**fields):
    return solve_binding_points(AllianceGameRecord(**fields), values(**fields))


def game(worths):
    return {frozenset(coalition): float(value) for coalition, value in worths.items()}


def two_player_game(own, partner, synergy):
    return game({(KUAISHOU,): own, (JD,): partner, (KUAISHOU, JD): own + partner + synergy})


def three_player_game(supply, **fields):
    return solve_three_player_game(AllianceGameRecord(**fields), values(**fields), supply=supply)


def test_worth_alone_is_the_product_of_its_inputs():
    """Audience, wants, range, basket, delivery and margin multiply, each side with its own."""
    found = values()
    assert found.kuaishou == pytest.approx(262.1 * 0.2 * 0.3 * 50 * 0.85 * 0.05)
    assert found.jd == pytest.approx(387.4 * 0.08 * 0.9 * 200 * 0.95 * 0.10)


def test_defaults_give_back_the_average_day_of_gmv():
    """Users, wants, own range and basket reproduce RMB 72.5bn over 91 days within two per cent."""
    record = AllianceGameRecord()
    sales = USERS * record.live_wants_per_user_day * record.own_pool_range * record.own_pool_basket_rmb
    assert sales == pytest.approx(72_500 / 91, rel=0.02)


def test_synergy_has_its_closed_form():
    """New margin on joint sales less the margin of replaced own goods less the running cost."""
    found = values()
    assert found.joint_sales == pytest.approx(262.1 * 0.2 * 0.005 * 200)
    margin = 0.95 * 0.10 * 0.7 - 0.2 * 0.85 * 0.05
    assert found.synergy == pytest.approx(found.joint_sales * margin - 0.5)
    assert found.joint == pytest.approx(found.kuaishou + found.jd + found.synergy)


def test_negative_synergy_is_reported_but_never_forced():
    """If all joint sales would have come anyway, the two are worth what they are worth apart."""
    found = values(jd_sales_anyway=1.0)
    assert found.synergy < 0
    assert found.joint == pytest.approx(found.kuaishou + found.jd)
    assert split(with_outside_options=False, jd_sales_anyway=1.0).kuaishou_gain == 0
    assert split(jd_sales_anyway=1.0).binding == "no deal"


def test_every_input_is_needed():
    """Without goods or audience only the cost is left; without JD's delivery part of the gain goes."""
    table = summarise_inputs(AllianceGameRecord(), kuaishou_users_million=USERS).set_index("input")
    assert table.loc[["goods", "audience"], "synergy_without"].to_list() == [-0.5, -0.5]
    assert 0 < table.loc["logistics", "lost"] < table.loc["goods", "lost"]
    assert table.loc["nothing", "lost"] == 0


@settings(max_examples=30)
@given(st.floats(1, 500), st.floats(1, 500), st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_goods_and_audience_are_complements(users, more_users, pool, more_pool):
    """More audience is worth more beside a wider pool (supermodular), as the product form builds in."""
    common = {"alliance_cost_rmb_m_per_day": 0.0, "own_goods_displaced": 0.0, "jd_sales_anyway": 0.0}

    def synergy(audience, goods):
        return values(audience, shared_pool_range=goods, **common).synergy

    wide, broad = pool + more_pool, users + more_users
    gain = synergy(broad, wide) - synergy(users, wide)
    assert gain > synergy(broad, pool) - synergy(users, pool)


@settings(max_examples=40)
@given(worth, worth, worth)
def test_shapley_equals_symmetric_nash_for_two(own, partner, synergy):
    """The mean marginal worth is each one's own worth and half the synergy, the symmetric Nash solution."""
    shapley = solve_shapley(two_player_game(own, partner, synergy))
    assert shapley[KUAISHOU] == pytest.approx(own + synergy / 2)
    assert shapley[JD] == pytest.approx(partner + synergy / 2)


def test_shapley_of_the_alliance_is_the_even_split():
    """The split at equal power, by its closed form, is the Shapley value of the alliance's own game."""
    found = values()
    shapley = solve_shapley(two_player_game(found.kuaishou, found.jd, found.synergy))
    assert shapley[KUAISHOU] - found.kuaishou == pytest.approx(split().kuaishou_gain)


@pytest.mark.parametrize("power", [0.2, 0.5, 0.8])
def test_split_maximises_the_nash_product(power):
    """A numerical search for the largest weighted product of gains finds the split by power."""
    synergy = values().synergy

    def loss(gain):
        return -power * math.log(gain) - (1 - power) * math.log(synergy - gain)

    best = minimize_scalar(loss, bounds=(1e-6, synergy - 1e-6), method="bounded", options={"xatol": 1e-9})
    found = split(with_outside_options=False, kuaishou_bargaining_power=power)
    assert found.kuaishou_gain == pytest.approx(best.x, rel=1e-5)


def test_core_of_two_is_the_whole_surplus():
    """Each can get anything from its own worth to its own worth and the synergy."""
    core = solve_core(two_player_game(3.0, 5.0, 2.0))
    ranges = core.ranges.set_index("player")
    assert not core.is_empty
    assert ranges.loc[KUAISHOU].to_list() == pytest.approx([3.0, 5.0])
    assert ranges.loc[JD].to_list() == pytest.approx([5.0, 7.0])


def test_outside_options_below_the_share_change_nothing():
    """At the defaults both options are worth less than half the synergy, and the split ignores them."""
    assert split() == split(with_outside_options=False)
    assert split().binding == "none"


def test_binding_option_gives_exactly_its_worth():
    """Above its share JD gets what Douyin would give it, no more."""
    found = split(douyin_synergy_ratio=2.0, own_pool_substitutes=0.0)
    assert found.binding == JD
    assert found.jd_gain == pytest.approx(0.4 * 2.0 * values().synergy)
    assert found.kuaishou_gain + found.jd_gain == pytest.approx(values().synergy)


def test_own_pool_binds_and_gives_its_margin():
    """With all of the shared pool replaceable, Kuaishou gets its own pool's margin."""
    found = split(own_pool_substitutes=1.0)
    assert found.binding == KUAISHOU
    assert found.kuaishou_gain == pytest.approx(262.1 * 0.2 * 0.005 * 150 * 0.85 * 0.05 - 0.2)


def test_options_worth_more_than_the_synergy_end_the_deal():
    """Together the options exceed what there is to share: both walk away with their own."""
    found = split(own_pool_substitutes=1.0, douyin_synergy_ratio=2.0)
    assert found.binding == "no deal"
    assert found.kuaishou_gain + found.jd_gain > values().synergy


@settings(max_examples=60)
@given(share, share, st.floats(0.0, 4.0), share)
def test_split_never_pays_less_than_an_option(power, substitutes, ratio, douyin):
    """Whatever the options, nobody gets less than its own, and a deal shares exactly the synergy."""
    fields = {
        "kuaishou_bargaining_power": power,
        "own_pool_substitutes": substitutes,
        "douyin_synergy_ratio": ratio,
        "douyin_bargaining_power": douyin,
    }
    found, synergy = split(**fields), values(**fields).synergy
    own = max(0.0, substitutes * 262.1 * 0.2 * 0.005 * 150 * 0.85 * 0.05 - 0.2)
    assert found.kuaishou_gain >= own - 1e-9
    assert found.jd_gain >= (1 - douyin) * ratio * synergy - 1e-9
    total = found.kuaishou_gain + found.jd_gain
    assert total > synergy - 1e-9 if found.binding == "no deal" else total == pytest.approx(synergy)


def test_binding_points_are_where_the_split_turns():
    """Just below each point the option is idle, just above it decides."""
    found = points()
    for field, point, who in (
        ("own_pool_substitutes", found.substitutes_bind, KUAISHOU),
        ("douyin_synergy_ratio", found.douyin_binds, JD),
    ):
        assert split(**{field: point - 1e-6}).binding == "none"
        assert split(**{field: point + 1e-6}).binding == who


def test_deal_ends_where_the_own_pool_is_worth_the_synergy():
    """With a richer substitute the end lies in reach, and there the deal stops."""
    fields = {"substitute_basket_rmb": 300.0, "douyin_synergy_ratio": 0.0}
    end = points(**fields).substitutes_end
    assert split(own_pool_substitutes=end - 1e-6, **fields).binding == KUAISHOU
    assert split(own_pool_substitutes=end + 1e-6, **fields).binding == "no deal"


def test_overlap_at_the_end_point_leaves_no_synergy():
    """At the share of sales that JD would have made anyway, the synergy is nil."""
    assert values(jd_sales_anyway=points().sales_anyway_end).synergy == pytest.approx(0.0, abs=1e-12)


def test_exclusive_premium_makes_both_supplies_worth_the_same():
    """At the premium returned, all three together are worth as much under either supply."""
    premium = points(douyin_synergy_ratio=0.6).exclusive_premium_pays
    whole = frozenset((KUAISHOU, JD, DOUYIN))
    fields = {"douyin_synergy_ratio": 0.6, "exclusive_premium": premium}
    assert three_player_game(EXCLUSIVE, **fields)[whole] == pytest.approx(
        three_player_game(OPEN, **fields)[whole]
    )


def test_binding_points_are_absent_where_nothing_is_gained():
    """A hopeless alliance has no option to bind, but the overlap it could bear is still known."""
    found = points(jd_sales_anyway=1.0)
    assert (found.substitutes_bind, found.douyin_binds, found.exclusive_premium_pays) == (None, None, None)
    assert found.sales_anyway_end == pytest.approx(points().sales_anyway_end)
    assert points(shared_pool_range=0.0).sales_anyway_end is None
    assert points(substitute_basket_rmb=0.0).substitutes_bind is None
    assert points(douyin_bargaining_power=1.0).douyin_binds is None
    assert points(jd_margin=0.003).sales_anyway_end is None


def test_shapley_of_open_supply_has_its_closed_form():
    """Kuaishou gets s/2 less a third of the rivalry, Douyin likewise, JD the halves less a third."""
    shapley = solve_shapley(three_player_game(OPEN, douyin_synergy_ratio=1.5, audience_rivalry=0.4))
    s, lost = values().synergy, 0.4 * values().synergy
    assert shapley[KUAISHOU] == pytest.approx(s / 2 - lost / 3)
    assert shapley[DOUYIN] == pytest.approx(1.5 * s / 2 - lost / 3)
    assert shapley[JD] == pytest.approx(2.5 * s / 2 - lost / 3)


def test_exclusive_supply_to_equal_rivals_gives_jd_two_thirds():
    """The game of one seller and two equal buyers: Shapley 2/3, 1/6, 1/6; the core gives the seller all."""
    exclusive = three_player_game(EXCLUSIVE)
    s = values().synergy
    assert solve_shapley(exclusive)[JD] == pytest.approx(2 * s / 3)
    ranges = solve_core(exclusive).ranges.set_index("player")
    assert ranges.loc[JD].to_list() == pytest.approx([s, s])
    assert ranges.loc[KUAISHOU].to_list() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_exclusive_supply_leaves_the_better_partner_its_edge():
    """With Douyin worth less, Kuaishou can keep at most the difference and JD at least Douyin's worth."""
    s = values().synergy
    ranges = solve_core(three_player_game(EXCLUSIVE, douyin_synergy_ratio=0.6)).ranges.set_index("player")
    assert ranges.loc[JD].to_list() == pytest.approx([0.6 * s, s])
    assert ranges.loc[KUAISHOU].to_list() == pytest.approx([0.0, 0.4 * s], abs=1e-9)


@settings(max_examples=15)
@given(st.floats(0.0, 5.0), share, st.sampled_from([OPEN, EXCLUSIVE]))
def test_core_with_a_needed_player_is_never_empty(ratio, rivalry, supply):
    """Nothing is gained without JD, so giving it all satisfies everyone: the programme finds so too."""
    core = solve_core(three_player_game(supply, douyin_synergy_ratio=ratio, audience_rivalry=rivalry))
    assert not core.is_empty
    assert core.ranges.set_index("player").loc[JD, "high"] == pytest.approx(core.worth, abs=1e-7)


def test_core_of_the_majority_game_is_empty():
    """Any two of three take one: pairs need 3/2 in total, and only 1 is there."""
    majority = game({"a": 0, "b": 0, "c": 0, "ab": 1, "ac": 1, "bc": 1, "abc": 1})
    core = solve_core(majority)
    assert core.is_empty
    assert core.least_total == pytest.approx(1.5)
    assert core.ranges[["low", "high"]].isna().all(axis=None)
    assert solve_shapley(majority) == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})


def test_core_at_the_edge_is_one_point():
    """If pairs take two thirds of all, only the even split is left."""
    edge = game({"a": 0, "b": 0, "c": 0, "ab": 2, "ac": 2, "bc": 2, "abc": 3})
    ranges = solve_core(edge).ranges
    assert ranges[["low", "high"]].to_numpy() == pytest.approx(np.ones((3, 2)))


@settings(max_examples=25)
@given(
    st.lists(st.floats(-10, 10), min_size=7, max_size=7), st.lists(st.floats(-5, 5), min_size=3, max_size=3)
)
def test_shapley_is_efficient_and_moves_with_own_worth(worths, shift):
    """The values add up to the whole, and giving a player worth of its own moves its value by as much."""
    names = [set(c) for size in (1, 2, 3) for c in combinations("abc", size)]
    first = {frozenset(n): w for n, w in zip(names, worths, strict=True)}
    own = dict(zip("abc", shift, strict=True))
    moved = {coalition: w + sum(own[p] for p in coalition) for coalition, w in first.items()}
    before, after = solve_shapley(first), solve_shapley(moved)
    assert sum(before.values()) == pytest.approx(first[frozenset("abc")], abs=1e-9)
    assert after == pytest.approx({p: before[p] + own[p] for p in "abc"}, abs=1e-9)


def test_shapley_of_the_gloves_game():
    """One left and two right gloves: 2/3 for the left, 1/6 for each right (Shapley and Shubik)."""
    gloves = game({"l": 0, "r": 0, "s": 0, "lr": 1, "ls": 1, "rs": 0, "lrs": 1})
    assert solve_shapley(gloves) == pytest.approx({"l": 2 / 3, "r": 1 / 6, "s": 1 / 6})


def test_three_player_table_covers_both_supplies():
    """Six rows, gains of each supply add up to its worth, and nothing is not known."""
    table = summarise_three_players(AllianceGameRecord(), values())
    totals = table.groupby("supply")["shapley_gain"].sum()
    assert len(table) == 6
    assert totals[OPEN] == pytest.approx(1.7 * values().synergy)
    assert totals[EXCLUSIVE] == pytest.approx(values().synergy)
    assert not table["core_is_empty"].any()


def test_sales_that_come_anyway_turn_the_synergy():
    """Its sign follows the share that would be sold without the alliance, not the goods displaced alone."""
    grid = solve_synergy_grid(
        AllianceGameRecord(), kuaishou_users_million=USERS, sales_anyway=[0.0, 1.0], displaced=[0.0, 1.0]
    )
    assert grid["jd_sales_anyway"].tolist() == [0, 0, 1, 1]
    assert grid["own_goods_displaced"].tolist() == [0, 1, 0, 1]
    assert list(np.sign(grid["synergy"])) == [1, 1, -1, -1]


def test_joint_day_bounds_the_shared_pool():
    """RMB 1.42bn in a day would need the pool to meet 13.5 % of wants, far above the ordinary default."""
    record = AllianceGameRecord()
    bound = solve_pool_range_bound(record, paid_rmb_bn=1.42, kuaishou_users_million=USERS)
    assert bound == pytest.approx(1420 / (262.1 * 0.2 * 200))
    assert values(shared_pool_range=bound).joint_sales == pytest.approx(1420)
    assert record.shared_pool_range < bound


def test_unpublished_users_leave_the_game_unknown():
    """Without daily users nothing about the synergy is known, and the reason travels along."""
    found, record = values(users=None), AllianceGameRecord()
    assert found.synergy is None
    assert found.jd is not None
    assert solve_split(record, found).binding == "not known"
    assert solve_split(record, found).why == "Kuaishou's daily users were not published by then"
    assert solve_binding_points(record, found).substitutes_bind is None
    assert summarise_inputs(record, kuaishou_users_million=None)["synergy_without"].isna().all()
    assert summarise_three_players(record, found)["shapley_gain"].isna().all()
    assert solve_pool_range_bound(record, paid_rmb_bn=1.42, kuaishou_users_million=None) is None


def test_unpublished_buyers_leave_the_synergy():
    """JD's own size moves its worth alone; what the alliance adds is known without it."""
    found = values(buyers=None)
    assert (found.jd, found.joint) == (None, None)
    assert found.synergy == values().synergy
    assert found.why == "JD's buyers were not published by then"


def test_impossible_inputs_are_refused():
    """Negative audiences, unknown supplies, empty programmes and broken games are errors by name."""
    record = AllianceGameRecord()
    with pytest.raises(InputError, match="'kuaishou_users_million' must be at least 0"):
        values(users=-1.0)
    with pytest.raises(InputError, match="'supply' must be 'open supply' or 'exclusive supply'"):
        three_player_game("both")
    with pytest.raises(InputError, match="'values' must hold a known synergy"):
        solve_three_player_game(record, values(users=None))
    with pytest.raises(InputError, match=r"^users, .* must be above 0 to imply a range$"):
        solve_pool_range_bound(record, paid_rmb_bn=1.42, kuaishou_users_million=0.0)
    with pytest.raises(InputError, match=r"\(missing: a with b\)"):
        solve_shapley(game({"a": 0, "b": 0}))
    with pytest.raises(InputError, match="finite worth"):
        solve_core(game({"a": 0, "b": 0, "ab": math.inf}))
    with pytest.raises(InputError, match=r"'game' must have 2 to 8 players \(got 1\)"):
        solve_shapley(game({"a": 0}))


@pytest.mark.parametrize(
    "field", [{"jd_margin": 1.1}, {"kuaishou_bargaining_power": -0.1}, {"shared_pool_survival": 0.0}]
)
def test_record_limits(field):
    """Margins and powers are shares, and some buyers survive any jump."""
    with pytest.raises(ValidationError):
        AllianceGameRecord(**field)


AUDIENCE = {"kuaishou_users_million": USERS, "jd_buyers_million": BUYERS}


def test_the_size_of_the_gain_cancels_out_of_the_ratio_of_needs():
    """Twice the cost leaves a smaller gain and the same ratio, so that only the two margins decide it."""
    small = summarise_needs(AllianceGameRecord(alliance_cost_rmb_m_per_day=1.0), **AUDIENCE)
    large = summarise_needs(AllianceGameRecord(), **AUDIENCE)
    assert small.synergy.value < large.synergy.value
    assert small.ratio.value == pytest.approx(large.ratio.value)
    assert (large.more, large.words.startswith(f"{large.ratio.value:.0f} times")) == (KUAISHOU, True)


def test_needs_without_an_audience_say_what_is_missing():
    """No side is named when one audience had not been published."""
    needs = summarise_needs(AllianceGameRecord(), kuaishou_users_million=USERS, jd_buyers_million=None)
    assert ("neither side", "with nothing to compare") == (needs.more, needs.words)
    assert "JD's buyers were not published" in needs.kuaishou.why


def test_sensitivity_has_both_ends_of_each_assumption():
    """Where JD sells all joint sales anyway nothing is left to either side."""
    moved = summarise_sensitivity(
        AllianceGameRecord(), **AUDIENCE, ranges={"jd_sales_anyway": (0.0, 1.0, "anyway")}
    ).set_index("end")
    assert moved.loc["low", "kuaishou"] > 0 == moved.loc["high", "kuaishou"]


def test_the_gain_is_nil_along_the_line():
    """Each point of the line, put back into the record, leaves no synergy."""
    record = AllianceGameRecord()
    for anyway, displaced in solve_no_gain_line(record, values(), displaced=(0.0, 0.3)).itertuples(
        index=False
    ):
        assert values(jd_sales_anyway=anyway, own_goods_displaced=displaced).synergy == pytest.approx(0)


def test_a_better_other_audience_never_leaves_kuaishou_more_under_exclusive_supply():
    """The most that Kuaishou can hold falls with Douyin's gain; without a known synergy nothing is drawn."""
    option = summarise_douyin_option(AllianceGameRecord(), values(), ratios=(0.0, 0.5, 1.0))
    exclusive = option[option["view"] == "exclusive, at most"]["gain"]
    assert exclusive.is_monotonic_decreasing
    assert summarise_douyin_option(AllianceGameRecord(), values(users=None), ratios=(1.0,)).empty


def test_own_sales_times_what_is_kept_are_the_margin_alone():
    """The check against GMV undoes delivery and margin; without a margin there is nothing to undo."""
    record = AllianceGameRecord()
    kept = record.own_pool_delivery * record.own_pool_margin
    assert solve_own_sales(record, values()) * 1000 * kept == pytest.approx(values().kuaishou)
    assert solve_own_sales(AllianceGameRecord(own_pool_margin=0), values(own_pool_margin=0)) is None


def test_delivery_carries_nothing_where_goods_carry_nothing():
    assert 0 < solve_delivery_part(AllianceGameRecord(), kuaishou_users_million=USERS) < 1
    assert solve_delivery_part(AllianceGameRecord(shared_pool_range=0), kuaishou_users_million=USERS) is None


def test_a_gain_that_is_gone_is_named():
    fields = {"jd_sales_anyway": 1.0}
    assert name_no_gain(values(**fields), split(**fields)) == "no gain is left to divide"
    assert name_no_gain(values(), split()) is None
