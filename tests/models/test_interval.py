"""Printed figures as intervals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import InputError
from helpers.models.interval import (
    Estimate,
    Interval,
    measure_step,
    propagate,
    quote_print,
    read_period,
    read_print,
    shift_period,
    solve_year_growth,
)


@pytest.mark.parametrize(
    ("value", "step"), [(76.0, 1.0), (290.2, 0.1), (385.044, 0.001), (100.0, 1.0), (0.0, 1.0)]
)
def test_step_is_the_last_digit_shown(value, step):
    """A print is never taken as finer than its last digit, nor coarser than one."""
    assert measure_step(value) == pytest.approx(step)


@pytest.mark.parametrize(
    ("bound", "low", "high", "value"),
    [
        ("exact", 19.5, 20.5, 20.0),
        ("lower", 20.0, 100.0, None),
        ("upper", 0.0, 20.0, None),
        ("approximate", 0.0, 100.0, None),
    ],
)
def test_words_bound_one_side_only(bound, low, high, value):
    """Without a convention a word leaves its other side at the logical limit and fixes no value."""
    assert read_print(20.0, bound, floor=0.0, ceiling=100.0) == Interval(low, high, value)


@pytest.mark.parametrize(
    ("bound", "low", "high"), [("lower", 20.0, 21.0), ("upper", 19.0, 20.0), ("approximate", 15.0, 25.0)]
)
def test_convention_closes_the_word(bound, low, high):
    """Over 20 is 20 to 21, nearly 20 is 19 to 20, about 20 reaches the stated half width."""
    read = read_print(20.0, bound, over_width=1.0, about_half_width=5.0)
    assert read == Interval(low, high, (low + high) / 2)


def test_unknown_word_is_refused():
    """A bound outside the four words is named with the words allowed."""
    with pytest.raises(InputError, match=r"'bound' must be one of exact, lower, .* \(got 'more'\)"):
        read_print(20.0, "more")


def test_ends_in_wrong_order_are_refused():
    """An interval cannot be turned around."""
    with pytest.raises(InputError, match="'low' must not be above 'high'"):
        Interval(2.0, 1.0)


def test_scaling_turns_percent_into_fractions():
    """Ends and value move together, and no value stays none."""
    assert Interval(20.0, 40.0, 30.0).scale(0.5) == Interval(10.0, 20.0, 15.0)
    assert Interval(20.0, 40.0).scale(0.5).value is None


def test_missing_period_reads_as_none():
    """No row of a period is an answer, not an error."""
    rows = pd.DataFrame({"period": ["2024Q1"], "value": [27.0], "bound": ["exact"]})
    assert read_period(rows, "2024Q1") == Interval(26.5, 27.5, 27.0)
    assert read_period(rows, "2024Q2") is None


def test_open_side_becomes_none_and_says_why():
    """An estimate without a single value keeps its one end and a reason."""
    assert Estimate.of(Interval(-math.inf, 8.0)) == Estimate(
        None, None, 8.0, "the prints bound it without fixing a value"
    )
    assert Estimate.of(Interval(1.0, 2.0, 1.5)).why is None


def test_percent_keeps_open_sides_open():
    """Fractions become percent, an open side stays open, and the reason stays."""
    assert Estimate(0.25, 0.5, None, "why").percent() == Estimate(25.0, 50.0, None, "why")
    assert Estimate.not_known("why").percent() == Estimate(None, None, None, "why")


def test_quarters_shift_across_years():
    """Four quarters back is the same quarter of the year before."""
    assert shift_period("2024Q1", -4) == "2023Q1"


@settings(max_examples=50)
@given(
    st.tuples(st.floats(0.1, 10), st.floats(0, 5), st.floats(0, 1)),
    st.tuples(st.floats(0.1, 10), st.floats(0, 5), st.floats(0, 1)),
)
def test_no_inner_point_escapes_a_monotone_function(a, b):
    """The corners hold every outcome of a function monotone in each argument."""
    x, y = Interval(a[0], a[0] + a[1]), Interval(b[0], b[0] + b[1])
    range_ = propagate(lambda x, y: x / y, x, y)
    inside = (a[0] + a[2] * a[1]) / (b[0] + b[2] * b[1])
    assert range_.low - 1e-12 <= inside <= range_.high + 1e-12


def test_more_nodes_follow_a_turning_function():
    """A parabola's floor lies inside; two nodes miss it and more nodes find it."""
    square = np.square
    assert propagate(square, Interval(-1.0, 1.0)).low == 1.0
    assert propagate(square, Interval(-1.0, 1.0), points=5).low == 0.0


SALES = pd.DataFrame(
    [("2023Q3", 290.2, "exact"), ("2024Q3", 334.2, "exact"), ("2025Q3", 380.0, "lower")],
    columns=["period", "value", "bound"],
)


def test_growth_over_a_year_keeps_the_rounding_of_both_prints():
    growth = solve_year_growth(SALES, "2024Q3")
    assert growth.value == pytest.approx(334.2 / 290.2 - 1)
    assert growth.low == pytest.approx(334.15 / 290.25 - 1)
    newest = solve_year_growth(SALES, "2025Q3")
    assert (newest.low, newest.high) == (pytest.approx(380 / 334.25 - 1), None)


@pytest.mark.parametrize("period", [None, "2023Q3", "2024Q4"])
def test_growth_needs_two_quarters_a_year_apart(period):
    assert solve_year_growth(SALES, period).why == "not published for two quarters a year apart"


def test_a_print_is_quoted_in_the_word_of_its_source():
    assert [quote_print(SALES, period) for period in ("2024Q3", "2025Q3", "2022Q1")] == [
        "334.2%",
        "over 380%",
        None,
    ]


def test_an_end_alone_is_an_answer_or_says_why_not():
    """What only one side bounds is answered with that side."""
    outcome = Estimate.of(Interval(0.2, math.inf))
    assert outcome.least() == Estimate(0.2, low=0.2, why=outcome.why)
    assert outcome.most().value is None
    both = Estimate(0.3, low=0.2, high=0.4)
    assert (both.least().value, both.most().value) == (0.2, 0.4)
    assert Estimate(0.3, low=0.2).most().why == "nothing bounds it from above"
