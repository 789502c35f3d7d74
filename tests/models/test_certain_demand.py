"""Worth of an open shelf beside an offer that is live for some hours."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import UnknownNameError
from helpers.models.certain_demand import (
    WAITED_HOURS,
    CertainDemandRecord,
    simulate_capture,
    solve_gaps,
    solve_shelf_worth,
    solve_waiting_share,
    summarise_grid,
)

LAWS = tuple(WAITED_HOURS)
hours = st.floats(0.1, 23.9)
patience = st.floats(0.1, 100.0)
gaps = st.lists(st.floats(0.01, 24.0), min_size=1, max_size=8).map(np.array)


def make(**changes):
    return CertainDemandRecord(**changes)


def test_one_window_has_its_closed_form():
    """Four hours in one window and six hours of patience: on air 1/6, and the waiting part of the rest."""
    worth = solve_shelf_worth(make(live_hours_per_day=4.0, patience_hours=6.0))
    waited = 6 * (1 - math.exp(-20 / 6)) / 20
    assert worth.on_air_share == pytest.approx(1 / 6)
    assert worth.captured_share == pytest.approx(1 / 6 + 5 / 6 * waited)
    assert worth.would_have_waited == pytest.approx(waited)


@settings(max_examples=40)
@given(hours, patience, st.integers(1, 12), st.floats(0, 1), st.sampled_from(LAWS), st.floats(0.2, 5))
def test_gain_and_capture_are_the_whole(live, mean, windows, unevenness, law, ratio):
    """A shelf meets every need: what it adds is what was missing, and no share leaves its range."""
    worth = solve_shelf_worth(
        make(
            live_hours_per_day=live,
            patience_hours=mean,
            live_windows_per_cycle=windows,
            window_unevenness=unevenness,
            patience_law=law,
            on_air_need_ratio=ratio,
        )
    )
    assert worth.captured_share + worth.shelf_gain == pytest.approx(1.0)
    assert 0 < worth.on_air_share <= worth.captured_share <= 1
    assert 0 < worth.would_have_waited <= 1


@settings(max_examples=40)
@given(hours, patience, st.integers(1, 12), st.sampled_from(LAWS))
def test_more_hours_patience_and_windows_capture_more(live, mean, windows, law):
    """Each of the three raises capture, or leaves it where it is."""
    base = make(
        live_hours_per_day=live, patience_hours=mean, live_windows_per_cycle=windows, patience_law=law
    )
    captured = solve_shelf_worth(base).captured_share
    for change in (
        {"live_hours_per_day": min(live + 1, 24.0)},
        {"patience_hours": mean * 1.5},
        {"live_windows_per_cycle": windows + 1},
    ):
        assert solve_shelf_worth(base.model_copy(update=change)).captured_share >= captured - 1e-12


@settings(max_examples=40)
@given(gaps, patience, st.sampled_from(LAWS))
def test_even_gaps_capture_most(uneven, mean, law):
    """With as many gaps and as many hours off air, even gaps keep at least as many waiting."""
    even = np.full(len(uneven), uneven.mean())
    assert solve_waiting_share(even, mean, law=law) >= solve_waiting_share(uneven, mean, law=law) - 1e-12


@settings(max_examples=40)
@given(gaps, patience, st.sampled_from(LAWS))
def test_fixed_patience_captures_most(gaps, mean, law):
    """Among laws with one mean, none waits more often than the fixed one."""
    assert solve_waiting_share(gaps, mean, law="fixed") >= solve_waiting_share(gaps, mean, law=law) - 1e-12


@settings(max_examples=40)
@given(gaps, patience, st.sampled_from(LAWS), st.floats(0.01, 100.0))
def test_shares_do_not_depend_on_the_unit_of_time(gaps, mean, law, factor):
    """Gaps and patience in minutes or days give the same share."""
    in_hours = solve_waiting_share(gaps, mean, law=law)
    assert solve_waiting_share(gaps * factor, mean * factor, law=law) == pytest.approx(in_hours)


@pytest.mark.parametrize("law", LAWS)
def test_patience_without_end_waits_and_none_does_not(law):
    """Very patient buyers all wait; without patience only needs on air are met."""
    gap = np.array([20.0])
    assert solve_waiting_share(gap, 1e7, law=law) == pytest.approx(1.0, abs=1e-5)
    assert solve_waiting_share(gap, 1e-6, law=law) == pytest.approx(0.0, abs=1e-6)


def test_always_live_offer_leaves_nothing_for_a_shelf():
    """At 24 hours every need is met and the shelf adds nothing."""
    worth = solve_shelf_worth(make(live_hours_per_day=24.0))
    assert worth.captured_share == pytest.approx(1.0)
    assert worth.shelf_gain == pytest.approx(0.0)


def test_gaps_fill_the_hours_off_air():
    """Gaps add up to the hours off air of the whole cycle; unevenness of one leaves a single gap."""
    even = solve_gaps(make(live_hours_per_day=4.0, live_windows_per_cycle=5, cycle_days=7))
    gathered = solve_gaps(make(live_hours_per_day=4.0, live_windows_per_cycle=5, window_unevenness=1.0))
    np.testing.assert_allclose(even, 28.0)
    np.testing.assert_allclose(gathered, [20.0, 0.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("unevenness", [0.0, 0.6])
def test_simulation_agrees_with_the_closed_form(law, unevenness):
    """Within four standard errors, for every law, uneven windows, a longer cycle and denser needs on air."""
    record = make(
        live_hours_per_day=3.0,
        live_windows_per_cycle=4,
        cycle_days=2,
        window_unevenness=unevenness,
        patience_hours=5.0,
        patience_law=law,
        on_air_need_ratio=2.0,
    )
    drawn, solved = simulate_capture(record, draws=100_000, seed=7), solve_shelf_worth(record)
    assert drawn.captured_share == pytest.approx(solved.captured_share, abs=4 * drawn.standard_error)
    assert drawn.would_have_waited == pytest.approx(solved.would_have_waited, abs=6 * drawn.standard_error)


def test_simulation_repeats_with_its_seed():
    """The same seed gives the same draw and another seed another one."""
    record = make()
    assert simulate_capture(record, draws=1000, seed=3) == simulate_capture(record, draws=1000, seed=3)
    assert simulate_capture(record, draws=1000, seed=3) != simulate_capture(record, draws=1000, seed=4)


def test_simulation_of_an_always_live_offer_meets_all():
    """Without a gap every drawn need is met."""
    drawn = simulate_capture(make(live_hours_per_day=24.0, live_windows_per_cycle=3), draws=1000, seed=1)
    assert (drawn.captured_share, drawn.would_have_waited) == (1.0, 1.0)


def test_simulated_share_has_the_error_of_a_share():
    """The margin that the page states: of n needs a share p is met, within the root of p (1 - p) / n."""
    drawn = simulate_capture(make(), draws=10_000, seed=2)
    share = drawn.captured_share
    assert drawn.standard_error == pytest.approx(np.sqrt(share * (1 - share) / 10_000))
    assert 0 < share < 1


def test_grid_varies_both_parameters():
    """One row a pair; displacement rises with patience and with live hours."""
    grid = summarise_grid(make(), hours=(2.0, 8.0), patience=(1.0, 12.0))
    table = grid.pivot_table(index="live_hours_per_day", columns="patience_hours", values="would_have_waited")
    assert table.shape == (2, 2)
    assert (table.diff(axis=1).iloc[:, 1] > 0).all()
    assert (table.diff(axis=0).iloc[1] > 0).all()


@pytest.mark.parametrize("law", LAWS)
def test_gathering_the_windows_never_helps_whatever_the_law(law):
    """Closed form and simulation agree, and captured demand falls as the windows are gathered."""
    captured = []
    for unevenness in (0.0, 0.5, 1.0):
        record = make(live_windows_per_cycle=3, patience_law=law, window_unevenness=unevenness)
        drawn = simulate_capture(record, draws=20_000, seed=5)
        captured.append(solve_shelf_worth(record).captured_share)
        assert captured[-1] == pytest.approx(drawn.captured_share, abs=4 * drawn.standard_error)
    assert captured == sorted(captured, reverse=True)


def test_unknown_law_names_the_nearest():
    """A misspelt law is refused with the one that was meant."""
    with pytest.raises(
        UnknownNameError, match="unknown law of patience 'exponental'; did you mean exponential"
    ):
        solve_waiting_share(np.array([1.0]), 1.0, law="exponental")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("live_hours_per_day", 25.0),
        ("patience_hours", 0.0),
        ("window_unevenness", 1.5),
        ("patience_law", "other"),
    ],
)
def test_record_has_limits(field, value):
    """A value out of range or choice is refused with the field's name."""
    with pytest.raises(ValidationError, match=field):
        CertainDemandRecord(**{field: value})
