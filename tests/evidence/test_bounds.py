"""Intervals of printed figures and arithmetic on them."""

import math
from dataclasses import replace

import pytest
from evidence_sample import make_facts
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evidence.bounds import Bounds, bounds_of, evaluate, names_in, rounding_step
from helpers.evidence.facts import read_facts

EXACT = read_facts(make_facts())[2]


@pytest.mark.parametrize(
    ("printed", "step"),
    [
        ("14.2亿", 1e7),
        ("1912億元", 1e8),
        ("3.1 亿元", 1e7),
        ("9.8%", 0.1),
        ("58%", 1),
        ("115万人", 1e4),
        ("11.6", 0.1),
        ("11台", 0),
        ("12000元", 0),
        ("百亿", 0),
    ],
)
def test_the_step_of_a_print_is_its_last_digit(printed, step):
    """A bare whole number is counted, not rounded."""
    assert rounding_step(printed) == pytest.approx(step)


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({"printed": "12萬元"}, 115_000, 125_000),
        ({"printed": "12000元", "value": 12_000.0}, 12_000, 12_000),
        ({"qualifier": "over"}, 120_000, math.inf),
        ({"qualifier": "over", "metric": "own_shop_share", "value": 99.0}, 99, 100),
        ({"qualifier": "nearly"}, 0, 120_000),
        ({"qualifier": "up_to"}, 0, 120_000),
        ({"qualifier": "up_to", "printed": "低至1%", "value": 1.0}, 1, math.inf),
        ({"qualifier": "range", "value_high": 200_000.0}, 120_000, 200_000),
        ({"qualifier": "target", "printed": "10億+", "value": 1e9}, 1e9, math.inf),
        ({"qualifier": "slogan", "printed": "百亿", "value": 1e10}, 1e10, 1e10),
    ],
)
def test_a_fact_allows_what_its_words_allow(changes, low, high):
    """Rounding for exact figures, an open side for the others."""
    assert bounds_of(replace(EXACT, **changes)) == Bounds(low, high)


def test_a_fact_without_value_has_no_bounds():
    """A date cannot be computed with."""
    with pytest.raises(ValueError, match="fact f901 has no value"):
        bounds_of(read_facts(make_facts())[0])


NUMBERS = st.floats(0.1, 1e6)
INTERVALS = st.tuples(NUMBERS, NUMBERS).map(lambda ends: Bounds(min(ends), max(ends)))


@given(INTERVALS, INTERVALS, st.floats(0, 1), st.floats(0, 1), st.sampled_from("+-*/"))
@settings(max_examples=100)
def test_an_operation_holds_every_result(one, two, s, t, sign):
    """Whatever values the operands take, the result lies within."""
    a, b = one.low + s * (one.high - one.low), two.low + t * (two.high - two.low)
    result = evaluate(f"a {sign} b", {"a": one, "b": two})
    point = evaluate(f"a {sign} b", {"a": Bounds(a, a), "b": Bounds(b, b)}).low
    slack = 1e-9 * max(1.0, abs(point))
    assert result.low - slack <= point <= result.high + slack


def test_open_ends_stay_open_and_zero_stays_zero():
    """At least so much, times nothing, is nothing; divided by it, it is at most so much."""
    open_end = Bounds(2.0, math.inf)
    assert Bounds(0.0, 0.0) * open_end == Bounds(0.0, 0.0)
    assert Bounds(6.0, 6.0) / open_end == Bounds(0.0, 3.0)


def test_what_cannot_be_computed_is_refused():
    """Zero divisors, reversed ends, foreign syntax and unknown names."""
    with pytest.raises(ZeroDivisionError, match="must not hold zero"):
        Bounds(1, 2) / Bounds(0, 1)
    with pytest.raises(ValueError, match="'low' must be at most 'high'"):
        Bounds(2, 1)
    with pytest.raises(ValueError, match="a formula takes names, numbers"):
        evaluate("a ** 2", {"a": Bounds(1, 1)})
    with pytest.raises(KeyError, match="b"):
        evaluate("a + b", {"a": Bounds(1, 1)})


def test_the_names_of_a_formula_come_in_order():
    """Each once, as first written."""
    assert names_in("100 * (f002 / f001 - f002)") == ("f002", "f001")
