"""Choice under noise against order statistics, limits, simulation and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError
from helpers.models import noisy_choice
from helpers.models.noisy_choice import NoisyChoiceRecord

EXAMPLES = settings(max_examples=25)
OPEN = {"admitted_share": 1.0}
records = st.builds(
    NoisyChoiceRecord,
    candidate_items=st.integers(10, 100_000),
    quality_noise=st.floats(0, 20),
    fit_share=st.floats(0, 1),
    admitted_share=st.floats(0.01, 1),
    check_noise=st.floats(0, 20),
)


@pytest.mark.parametrize(
    ("items", "expected"),
    [(1, 0.0), (2, 1 / math.sqrt(math.pi)), (3, 1.5 / math.sqrt(math.pi)), (10, 1.538753), (100, 2.507594)],
)
def test_expected_maximum_has_its_tabulated_values(items, expected):
    """The largest of n standard normals: exact for up to three, tables beyond."""
    assert noisy_choice.solve_expected_maximum(items) == pytest.approx(expected, abs=1e-6)


def test_without_noise_the_pick_is_the_largest_order_statistic():
    """A host who sees quality exactly gets the best item of an open pool."""
    match = noisy_choice.solve_match(NoisyChoiceRecord(candidate_items=100, quality_noise=0, **OPEN))
    assert match.match_value == pytest.approx(2.507594, abs=1e-6)
    assert match.match_value == pytest.approx(match.best_possible)


def test_with_noise_only_the_pick_is_a_mean_item():
    """A host who sees nothing and has no fit of its own gains nothing from any number of items."""
    blind = {"quality_noise": 1000, "fit_share": 0.0}
    small, large = (
        noisy_choice.solve_match(NoisyChoiceRecord(candidate_items=n, **blind, **OPEN)).match_value
        for n in (10, 100_000)
    )
    assert small == pytest.approx(0.0, abs=0.005)
    assert large == pytest.approx(0.0, abs=0.005)


def test_a_blind_host_gets_the_mean_of_what_the_hurdle_lets_in():
    """With noise only, the value is the mean of a normal beyond the threshold: 0.798 for the better half."""
    record = NoisyChoiceRecord(
        candidate_items=1000, quality_noise=1000, fit_share=0.0, admitted_share=0.5, check_noise=0.0
    )
    match = noisy_choice.solve_match(record)
    assert match.mean_value == pytest.approx(math.sqrt(2 / math.pi))
    assert match.match_value == pytest.approx(match.mean_value, abs=0.005)


@EXAMPLES
@given(records)
def test_an_open_pool_is_worth_the_spread_times_the_order_statistic(record):
    """Equation 1 for every noise and fit."""
    wide = record.model_copy(update=OPEN)
    expected = noisy_choice.solve_index_spread(wide) * noisy_choice.solve_expected_maximum(
        wide.candidate_items
    )
    assert noisy_choice.solve_match(wide).match_value == pytest.approx(expected, rel=1e-9)


@EXAMPLES
@given(records)
def test_a_check_of_noise_only_is_an_open_pool_of_the_same_size(record):
    """A hurdle that measures nothing only removes items."""
    blind = record.model_copy(
        update={"check_noise": 1000.0, "candidate_items": 10_000, "admitted_share": 0.1}
    )
    smaller = record.model_copy(update={"candidate_items": 1000, **OPEN})
    assert noisy_choice.solve_match(blind).match_value == pytest.approx(
        noisy_choice.solve_match(smaller).match_value, abs=0.01
    )


@pytest.mark.parametrize(
    "change",
    [
        {"admitted_share": 0.5},
        {"admitted_share": 0.1, "quality_noise": 3.0, "fit_share": 0.2},
        {"admitted_share": 0.05, "quality_noise": 0.3, "check_noise": 2.0},
        {"admitted_share": 0.02, "fit_share": 0.0, "check_noise": 0.0},
    ],
)
def test_simulated_picks_agree_with_the_quadrature(change):
    """Drawn candidates, hurdle and pick: the mean lies within four standard errors."""
    record = NoisyChoiceRecord(candidate_items=100, **change)
    picks = noisy_choice.simulate_match(record, n_picks=20_000, seed=21)
    error = picks.std() / math.sqrt(len(picks))
    assert picks.mean() == pytest.approx(noisy_choice.solve_match(record).match_value, abs=4 * error)


@EXAMPLES
@given(records)
def test_more_candidates_never_hurt_and_noise_never_helps(record):
    """Match value rises with the pool, and in an open pool falls with the host's noise."""
    larger = record.model_copy(update={"candidate_items": record.candidate_items * 2})
    assert noisy_choice.solve_match(larger).match_value >= noisy_choice.solve_match(record).match_value - 1e-4
    clear = record.model_copy(update=OPEN)
    noisier = clear.model_copy(update={"quality_noise": record.quality_noise + 0.5})
    assert noisy_choice.solve_match(noisier).match_value <= noisy_choice.solve_match(clear).match_value


@EXAMPLES
@given(records)
def test_no_pick_beats_the_best_candidate(record):
    """Noise, fit and hurdle never yield more than the best item of all."""
    match = noisy_choice.solve_match(record)
    assert match.match_value <= match.best_possible + 2e-3


def test_a_host_who_sees_quality_needs_no_hurdle():
    """Without noise the open pool is best; the noisier the host, the higher the best hurdle and its gain."""
    hurdles = [
        noisy_choice.solve_best_hurdle(NoisyChoiceRecord(candidate_items=1000, quality_noise=noise))
        for noise in (0.0, 1.0, 3.0)
    ]
    assert (hurdles[0].admitted_share, hurdles[0].gain) == (1.0, 0.0)
    assert hurdles[0].admitted_share > hurdles[1].admitted_share > hurdles[2].admitted_share
    assert hurdles[0].gain < hurdles[1].gain < hurdles[2].gain


def test_fit_lowers_the_best_hurdle():
    """The more an item's value is its fit with the host, the wider the door should be."""
    shares = [
        noisy_choice.solve_best_hurdle(NoisyChoiceRecord(candidate_items=1000, fit_share=fit)).admitted_share
        for fit in (0.0, 0.3, 0.6, 1.0)
    ]
    assert shares == sorted(shares)
    assert shares[0] < shares[2] < shares[3] == 1.0


def test_a_hurdle_can_be_too_high():
    """Above the best hurdle the match value falls: the pool runs empty."""
    table = noisy_choice.summarise_hurdles(
        NoisyChoiceRecord(candidate_items=1000), shares=(0.0005, 0.01, 1.0)
    )
    assert table["match_value"].iloc[1] > max(table["match_value"].iloc[0], table["match_value"].iloc[2])
    assert table["items_in_pool"].tolist() == [0.5, 10.0, 1000.0]
    assert table["mean_value"].is_monotonic_decreasing


def test_pool_table_holds_each_pair_and_its_share_of_the_best():
    """One row per noise and pool; a pool of one has no best to compare with."""
    table = noisy_choice.summarise_pools(NoisyChoiceRecord(**OPEN), pools=(1, 100), noises=(0.0, 2.0))
    assert table["quality_noise"].tolist() == [0.0, 0.0, 2.0, 2.0]
    assert math.isnan(table["share_of_best"].iloc[0])
    spread = noisy_choice.solve_index_spread(NoisyChoiceRecord(quality_noise=2.0))
    assert table["share_of_best"].iloc[3] == pytest.approx(spread)


def test_search_stops_where_the_next_item_costs_more_than_it_gains():
    """The items examined are optimal and do not depend on a pool that is larger still."""
    record = NoisyChoiceRecord(cost_per_item_examined=0.02, **OPEN)
    search = noisy_choice.solve_search(record)
    spread = noisy_choice.solve_index_spread(record)
    net = [spread * noisy_choice.solve_expected_maximum(k) - 0.02 * k for k in range(1, 60)]
    assert search.items_examined == int(np.argmax(net)) + 1
    assert search.net_value == pytest.approx(max(net))
    larger = noisy_choice.solve_search(record.model_copy(update={"candidate_items": 10**6}))
    assert larger == search


def test_search_is_limited_by_a_small_pool():
    """A pool smaller than the best search is examined whole, and says so."""
    search = noisy_choice.solve_search(
        NoisyChoiceRecord(candidate_items=5, cost_per_item_examined=0.001, **OPEN)
    )
    assert (search.items_examined, search.limited_by_pool) == (5, True)
    half = NoisyChoiceRecord(candidate_items=10, admitted_share=0.5, cost_per_item_examined=0.001)
    assert noisy_choice.solve_search(half).items_examined == 5


def test_same_seed_same_picks():
    """The seed fixes the draw; another one changes it; chunks do not show."""
    record = NoisyChoiceRecord(candidate_items=50)
    first = noisy_choice.simulate_match(record, n_picks=40, seed=1)
    assert (first == noisy_choice.simulate_match(record, n_picks=40, seed=1)).all()
    assert (first != noisy_choice.simulate_match(record, n_picks=40, seed=2)).any()
    assert first.shape == (40,)


def test_where_nobody_passes_nothing_is_picked():
    """A hurdle that leaves nothing gives picks of value 0."""
    record = NoisyChoiceRecord(candidate_items=1, admitted_share=1e-4)
    picks = noisy_choice.simulate_match(record, n_picks=200, seed=3)
    assert (picks == 0.0).mean() > 0.98


def test_a_pool_too_large_to_draw_is_refused():
    """The message names the value and the limit."""
    with pytest.raises(InputError, match=r"at most 1,000,000 to simulate \(got 2,000,000\)"):
        noisy_choice.simulate_match(NoisyChoiceRecord(candidate_items=2_000_000), n_picks=1, seed=1)


@pytest.mark.parametrize(
    "change", [{"admitted_share": 0.0}, {"fit_share": 1.2}, {"quality_noise": -1}, {"items": 3}]
)
def test_record_refuses_what_the_model_cannot_hold(change):
    """Out of range or unknown fields are refused."""
    with pytest.raises(ValidationError):
        NoisyChoiceRecord(**change)


def test_an_open_pool_gains_nothing_by_its_hurdle():
    """Each cell of the map is the pick with the hurdle less that without."""
    record = NoisyChoiceRecord(candidate_items=200, admitted_share=0.3)
    assert noisy_choice.solve_hurdle_gain(record.model_copy(update=OPEN)) == 0.0
    table = noisy_choice.summarise_hurdle_gains(record, noises=(0.0, 2.0), fits=(0.0, 0.5))
    changed = record.model_copy(update={"quality_noise": 2.0, "fit_share": 0.5})
    assert table["gain"].iloc[-1] == noisy_choice.solve_hurdle_gain(changed)
    assert table["gain"].iloc[0] <= 1e-9


@pytest.mark.parametrize("now", [0.0, 1.0])
def test_at_the_noise_allowed_ten_times_the_goods_are_worth_those_of_now(now):
    """One without fit solves by hand: the spread of the index must fall as the expected maximum grows."""
    record = NoisyChoiceRecord(candidate_items=100, quality_noise=now, fit_share=0.0, admitted_share=1.0)
    noise = noisy_choice.solve_noise_allowed(record).value
    ratio = noisy_choice.solve_expected_maximum(1000) / noisy_choice.solve_expected_maximum(100)
    assert noise == pytest.approx(math.sqrt((1 + now**2) * ratio**2 - 1))


def test_where_all_worth_is_fit_no_noise_takes_a_larger_pool_away():
    """Noise blurs quality, and here there is none."""
    found = noisy_choice.solve_noise_allowed(NoisyChoiceRecord(candidate_items=100, fit_share=1.0))
    assert (found.value, found.why) == (None, "the larger pool stays worth more at any noise")
