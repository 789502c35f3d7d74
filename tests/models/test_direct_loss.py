"""Direct-loss bound: the split is exact, the inverse inverts, and a short series is said to be short."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError
from helpers.models.direct_loss import (
    DirectLossRecord,
    solve_direct_loss,
    solve_effective_loss,
    solve_explaining_lost_beside,
    solve_explaining_share,
    solve_growth_split,
    solve_outside_share,
    solve_points,
    solve_smallest_loss,
    summarise_growth,
    summarise_loss_grid,
)

QUARTERS = [str(quarter) for quarter in pd.period_range("2020Q1", "2025Q3", freq="Q")]
LEVELS_TO_2022 = [37.078, 72.5, 94.5, 177.1, 118.559, 145.4, 175.8, 240.3, 175.076, 191.2, 222.5, 312.4]
LEVELS_FROM_2023 = [224.8, 265.5, 290.2, 403.9, 288.1, 305.3, 334.2, 462.1, 332.3, 358.9, 385.044]
GMV = pd.Series([*LEVELS_TO_2022, *LEVELS_FROM_2023], index=QUARTERS)
LEVELS = st.lists(st.floats(1.0, 500.0), min_size=6, max_size=14)


def quarterly(values):
    """Give values the quarters from 2021Q1 on."""
    return pd.Series(values, index=[str(q) for q in pd.period_range("2021Q1", periods=len(values), freq="Q")])


def test_printed_growth_and_fall_come_out_of_the_levels():
    """Growth of 47.7 % and 31.5 % and the fall of 16.2 points are the printed ones."""
    split = solve_growth_split(DirectLossRecord(), GMV)
    assert round(split.previous_growth_pct, 1) == 47.7
    assert round(split.growth_pct, 1) == 31.5
    assert round(split.change_points, 1) == -16.2


def test_split_of_the_fall_says_last_years_quarter_was_the_larger():
    """Both quarters grew; the fall comes from a base quarter that grew more than this one."""
    split = solve_growth_split(DirectLossRecord(), GMV)
    assert split.this_year_log == pytest.approx(math.log(191.2 / 175.076))
    assert split.last_year_log == pytest.approx(math.log(145.4 / 118.559))
    assert split.this_year_points > 0 > split.last_year_points
    assert abs(split.last_year_points) > split.this_year_points


def test_rank_of_the_fall_among_all_changes_is_counted_by_hand():
    """Larger falls were 2021Q2 and 2021Q4, so the fall of 2022Q2 is the third of eighteen."""
    split = solve_growth_split(DirectLossRecord(), GMV)
    assert (split.rank_absolute, split.rank_fall, split.changes_known) == (3, 3, 18)


def test_rank_uses_only_the_series_it_is_given():
    """A series that ends with the quarter knows five changes."""
    split = solve_growth_split(DirectLossRecord(), GMV[:10])
    assert (split.rank_absolute, split.changes_known) == (3, 5)


def test_usual_growth_is_the_median_of_the_other_years():
    """Against the other second quarters, last year's was further off than this year's; both parts add up."""
    split = solve_growth_split(DirectLossRecord(), GMV)
    others = [math.log(b / a) for a, b in [(37.078, 72.5), (224.8, 265.5), (288.1, 305.3), (332.3, 358.9)]]
    assert split.usual_log == pytest.approx(np.median(others))
    assert split.this_year_gap_points + split.last_year_gap_points == pytest.approx(split.change_points)
    assert split.last_year_gap_points < split.this_year_gap_points < 0


def test_one_other_year_is_not_called_usual():
    """In November 2022 only 2020 is left to compare with, so no usual growth is stated."""
    split = solve_growth_split(DirectLossRecord(), GMV[:10])
    assert (split.usual_years, split.usual_log, split.this_year_gap_points) == (1, None, None)


@settings(max_examples=40)
@given(LEVELS)
def test_the_two_parts_always_add_up_to_the_change(values):
    """The conversion to points leaves no remainder, whatever the series."""
    growth = summarise_growth(quarterly(values)).dropna()
    parts = growth["this_year_points"] + growth["last_year_points"]
    assert np.allclose(growth["change_points"], parts, rtol=1e-6, atol=1e-6)


def test_constant_growth_has_no_change_and_equal_parts():
    """With one growth rate throughout, the two parts cancel instead of dividing by zero."""
    growth = summarise_growth(quarterly([2.0**n for n in range(8)])).dropna()
    assert growth["change_points"].abs().max() == pytest.approx(0, abs=1e-9)
    assert growth["this_year_points"].iloc[0] == pytest.approx(100 * 16 * math.log(2))


@pytest.mark.parametrize(
    ("own_share", "exposed", "share"), [(98.8, 0, 0.012), (99, 0, 0.01), (100, 0.5, 0.0)]
)
def test_outside_share_is_what_own_shops_leave(own_share, exposed, share):
    """December 2021 leaves 1.2 %, the first quarter of 2022 at most 1 %."""
    assert solve_outside_share(own_share, exposed) == share


def test_outside_share_of_a_partly_exposed_quarter_is_raised():
    """If 31 of 90 days had none, the 1 % of the quarter stood in the other 59 days."""
    assert solve_outside_share(99, 31 / 90) == round(0.01 * 90 / 59, 4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((101,), "'own_shop_share_pct' must be between"), ((99, 1.0), "'exposed_share' must be at least 0")],
)
def test_outside_share_refuses_what_is_no_share(arguments, words):
    """A share outside its range is named."""
    with pytest.raises(InputError, match=words):
        solve_outside_share(*arguments)


def test_bound_by_hand():
    """1.2 % of what would have been, over GMV a year earlier."""
    loss = solve_direct_loss(DirectLossRecord(), GMV)
    lost = 191.2 / 0.988 * 0.012
    assert loss.points == pytest.approx(100 * lost / 145.4)
    assert loss.covered_share == pytest.approx(loss.points / loss.fall_points)
    assert loss.covered_share < 0.1


def test_adding_back_the_loss_restores_the_growth_that_would_have_been():
    """Observed growth plus points equals the growth of GMV divided by one less the loss."""
    loss = solve_direct_loss(DirectLossRecord(outside_share=0.08), GMV)
    assert 31.5 + loss.points == pytest.approx(100 * (191.2 / 0.92 / 145.4 - 1), abs=0.01)


def test_exposure_of_the_quarter_before_makes_the_part_of_the_fall_smaller():
    """A cut on 1 March lowered the first quarter too, so the fall takes only the difference."""
    loss = solve_direct_loss(DirectLossRecord(), GMV, previous_exposure=31 / 90)
    assert loss.net_points == pytest.approx(loss.points - loss.previous_points)
    assert 0 < loss.net_covered_share < loss.covered_share


@settings(max_examples=60)
@given(
    ratio=st.floats(0.2, 5),
    share=st.floats(0.001, 0.5),
    recovered=st.floats(0, 0.9),
    beside=st.floats(0, 0.9),
)
def test_share_that_explains_all_is_the_inverse(ratio, share, recovered, beside):
    """Points of a share, asked back, give the share."""
    points = solve_points(ratio, solve_effective_loss(share, recovered, beside))
    back = solve_explaining_share(ratio, points, recovered_share=recovered, lost_beside_share=beside)
    assert back == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize(("fall", "recovered"), [(0.0, 0.0), (-3.0, 0.0), (16.0, 1.0), (16.0, 0.95)])
def test_no_share_explains_what_cannot_be_explained(fall, recovered):
    """No fall, full recovery, or a need for more than everything give None."""
    assert solve_explaining_share(1.3, fall, recovered_share=recovered) is None


@settings(max_examples=40)
@given(
    share=st.floats(0.001, 0.4),
    recovered=st.floats(0.01, 1),
    beside=st.floats(0.01, 0.9),
    more=st.floats(1.01, 1.2),
)
def test_bound_rises_with_share_and_beside_and_falls_with_recovery(share, recovered, beside, more):
    """Without recovery and without orders lost beside, a larger share always explains more."""
    base = solve_points(1.3, solve_effective_loss(share, 0, 0))
    assert solve_points(1.3, solve_effective_loss(share * more, 0, 0)) > base
    assert solve_points(1.3, solve_effective_loss(share, recovered, 0)) < base
    assert solve_points(1.3, solve_effective_loss(share, 0, beside)) > base


def test_losing_everything_is_refused():
    """The formula has a pole at one."""
    with pytest.raises(InputError, match=r"below 1 \(got 1\.0\)"):
        solve_points(1.3, 1.0)


def test_grid_runs_over_the_shares_and_covers_all_at_the_explaining_share():
    """The grid starts at nothing and reaches the whole fall at the share of the closed form."""
    explaining = solve_direct_loss(DirectLossRecord(), GMV).explaining_share
    grid = summarise_loss_grid(DirectLossRecord(), GMV, outside_shares=(0.0, explaining))
    assert grid["covered_share"].tolist() == pytest.approx([0.0, 1.0])
    assert 0.10 < explaining < 0.12


def test_grid_has_one_row_for_each_combination():
    """Twenty-one shares by three recoveries by two losses beside."""
    grid = summarise_loss_grid(
        DirectLossRecord(), GMV, recovered_shares=(0, 0.5, 1), lost_beside_shares=(0, 0.5)
    )
    assert len(grid) == 21 * 3 * 2
    assert grid.loc[grid["recovered_share"] == 1, "points"].eq(0).all()


@pytest.mark.parametrize(
    ("gmv", "words"),
    [
        (GMV[:9], "no value for 2022Q2"),
        (GMV.drop("2021Q1"), "no value for 2021Q1"),
        (GMV[:0], "2021Q1, 2021Q2, 2022Q1, 2022Q2"),
    ],
)
def test_lacking_quarters_are_named_instead_of_guessed(gmv, words):
    """A series cut off by its date, or with a hole, gives no number and says which quarter lacks."""
    record = DirectLossRecord()
    split, loss = solve_growth_split(record, gmv), solve_direct_loss(record, gmv)
    assert words in split.why
    assert loss.why == split.why
    assert (split.change_points, loss.points, loss.explaining_share) == (None, None, None)
    assert summarise_loss_grid(record, gmv).empty


def test_growth_that_rose_has_nothing_to_cover():
    """Where growth did not fall the points stand but no part of a fall is stated."""
    loss = solve_direct_loss(DirectLossRecord(slowdown_quarter="2022Q1"), GMV)
    assert loss.points > 0
    assert (loss.covered_share, loss.explaining_share) == (None, None)


def test_a_fall_of_less_than_a_point_is_covered_like_any_other():
    """Growth of 47.2% after 47.7%: the bound is many times the fall, and the share says so."""
    loss = solve_direct_loss(
        DirectLossRecord(), pd.concat([GMV.drop("2022Q2"), pd.Series({"2022Q2": 214.0})])
    )
    assert 0 < loss.fall_points < 1
    assert loss.covered_share == pytest.approx(loss.points / loss.fall_points)


def test_a_series_that_stands_still_loses_points_of_no_growth():
    """Half of what would have been is as much again as what is there: 100 points."""
    still = pd.Series(100.0, index=GMV.index)
    grid = summarise_loss_grid(DirectLossRecord(), still, outside_shares=(0.5,))
    assert grid["points"].tolist() == pytest.approx([100.0])
    assert grid["covered_share"].isna().all()


def test_order_of_the_rows_and_kind_of_index_do_not_matter():
    """Shuffled rows and periods as index give the same table."""
    periods = pd.Series(GMV.to_numpy(), index=pd.PeriodIndex(GMV.index, freq="Q"))
    assert summarise_growth(GMV[::-1]).equals(summarise_growth(periods))


@pytest.mark.parametrize(
    ("index", "values", "words"),
    [
        (["2022Q5"], [1.0], "must look like 2022Q2"),
        (["2022"], [1.0], "must look like 2022Q2"),
        (["2022Q1", "2022Q1"], [1.0, 2.0], "appears twice: 2022Q1"),
        (["2022Q1"], [0.0], "above zero"),
    ],
)
def test_a_series_that_is_no_series_of_quarters_is_refused(index, values, words):
    """Malformed or doubled quarters and values that have no logarithm are named."""
    with pytest.raises(InputError, match=words):
        summarise_growth(pd.Series(values, index=index))


@pytest.mark.parametrize(
    "values",
    [
        {"outside_share": 0.6},
        {"outside_share": -0.01},
        {"recovered_share": 1.1},
        {"lost_beside_share": 1.0},
        {"slowdown_quarter": "2022-Q2"},
        {"outside_shares": 0.1},
    ],
)
def test_record_refuses_values_out_of_range_and_unknown_names(values):
    """Limits hold before anything is computed."""
    with pytest.raises(ValidationError):
        DirectLossRecord(**values)


def test_default_share_is_the_one_its_function_computes():
    """The default of the outside share equals the function applied to the printed 98.8 %."""
    assert DirectLossRecord().outside_share == solve_outside_share(98.8)


def test_smallest_loss_takes_the_largest_share_of_own_shops():
    """Of 85 and 99 % in own shops the second leaves less outside; with none published nothing is lost."""
    record = DirectLossRecord()
    expected = solve_direct_loss(record.model_copy(update={"outside_share": 0.01}), GMV)
    assert solve_smallest_loss(record, GMV, pd.Series([85.0, 99.0])).points == pytest.approx(expected.points)
    assert solve_smallest_loss(record, GMV, pd.Series(dtype=float)).bound.high == 0


def test_too_few_other_years_are_named_as_the_reason():
    """With one other second quarter there is no usual one."""
    split = solve_growth_split(DirectLossRecord(), GMV[:11])
    assert (None, "fewer than two other years are known") == (split.this_year_gap_points, split.gap_why)


def test_own_orders_lost_beside_that_explain_all_do_explain_all():
    """Put back into the record the computed orders cover the whole fall; without a fall there are none."""
    found = solve_explaining_lost_beside(1.3, 2.0, net_outside_share=0.012)
    assert solve_points(1.3, solve_effective_loss(0.012, 0, found)) == pytest.approx(2.0)
    assert solve_explaining_lost_beside(1.3, -2.0, net_outside_share=0.012) is None
    assert solve_explaining_lost_beside(1.3, 2.0, net_outside_share=0.0) is None
