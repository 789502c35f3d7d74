"""Scores of forecasts: distance, distance beside a naive rule, and whether the rule said the same."""

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.models.forecast_scores import (
    CLASSES,
    count_classes,
    describe_met,
    score_forecasts,
    score_value,
    summarise_scores,
)

NAN = math.nan
NUMBERS = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("outcome", "naive", "low", "high", "expected"),
    [
        (15.0, 10.0, 20.0, NAN, ("missed", 5.0, 5.0, 1.0, True)),
        (25.0, 10.0, 20.0, NAN, ("met", 0.0, 15.0, 0.0, False)),
        (0.6, 0.2, NAN, 0.5, ("missed", pytest.approx(0.1), pytest.approx(0.4), pytest.approx(0.25), False)),
    ],
    ids=["short of a floor", "above it", "above a ceiling"],
)
def test_a_forecast_is_scored_by_hand(outcome, naive, low, high, expected):
    """Class, error, naive error, their ratio, and whether the naive rule says the same."""
    assert expected == score_value(outcome, naive, low=low, high=high)


def test_what_the_naive_rule_says_needs_a_naive_forecast_that_misses():
    """Without one, or with one that hits exactly, there is no ratio."""
    assert score_value(1.0, NAN, low=2.0, high=NAN).naive_right is None
    assert math.isnan(score_value(1.0, NAN, low=2.0, high=NAN).scaled_error)
    assert math.isnan(score_value(1.0, 1.0, low=2.0, high=NAN).scaled_error)


def test_above_one_leaves_one_out():
    assert "met" == score_value(1.0, NAN, low=1.0, high=NAN).outcome_class
    assert "missed" == score_value(1.0, NAN, low=1.0, high=NAN, strict=True).outcome_class


@given(outcome=NUMBERS, naive=NUMBERS, low=NUMBERS, scale=st.floats(0.01, 100))
def test_the_scaled_error_has_no_unit(outcome, naive, low, scale):
    """Another unit of the measure changes errors and not their ratio."""
    one = score_value(outcome, naive, low=low, high=NAN)
    other = score_value(scale * outcome, scale * naive, low=scale * low, high=NAN)
    if one.naive_error > 1e-3 and one.error > 1e-3:
        assert one.scaled_error == pytest.approx(other.scaled_error, rel=1e-6)


def make_forecasts(**columns):
    base = {"form": "number", "expected_low": 1.0, "expected_high": NAN, "deadline": pd.NaT, "naive": NAN}
    return pd.DataFrame([base | columns])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"outcome": NAN}, "no outcome published"),
        ({"outcome": NAN, "deadline": pd.Timestamp("2023-06-30")}, "not yet due"),
        ({"outcome": NAN, "deadline": pd.Timestamp("2022-12-31")}, "no outcome published"),
        ({"outcome": 0.5}, "missed"),
        ({"outcome": 1.0}, "met"),
        ({"outcome": 1.0, "form": "words"}, "missed"),
        ({"outcome": 9.0, "form": "date", "expected_low": NAN, "expected_high": 0.0}, "slipped"),
    ],
)
def test_the_class_follows_from_outcome_deadline_and_form(columns, expected):
    scored = score_forecasts(make_forecasts(**columns), date(2023, 6, 1))
    assert expected == scored["outcome_class"].item()


def test_all_classes_are_counted():
    scored = score_forecasts(make_forecasts(outcome=2.0, document="000"), date(2023, 6, 1))
    counts = count_classes(scored, "document")
    assert list(counts) == list(CLASSES)
    assert counts.loc["000"].to_dict() == dict.fromkeys(CLASSES, 0) | {"met": 1}


@pytest.fixture
def scored():
    """At least one was expected: met against a naive miss, missed as the rule said, met, words, unknown."""
    rows = [
        {"outcome": 2.0, "naive": 0.5},
        {"outcome": 0.5, "naive": 0.0},
        {"outcome": 1.0},
        {"outcome": 3.0, "form": "words"},
        {"outcome": NAN, "naive": 2.0},
    ]
    table = pd.concat([make_forecasts(**row) for row in rows], ignore_index=True)
    return score_forecasts(table.assign(forecast_id=list("abcde")), date(2023, 6, 1))


def test_scores_are_counted_where_they_can_be_compared(scored):
    """What has no outcome is expected but not scored; what has no naive forecast is not compared."""
    assert summarise_scores(scored) == {
        "forecasts": 5,
        "forecasts_scored": 4,
        "forecasts_met": 3,
        "forecast_numbers": 4,
        "forecast_numbers_scored": 3,
        "naive_compared": 2,
        "naive_right": 1,
        "insight": 1,
        "largest_scaled_error": 1.0,
    }


@pytest.mark.parametrize(
    ("names", "words"), [("ac", "all met"), ("abe", "some met"), ("b", "none met"), ("e", None), ("", None)]
)
def test_how_many_were_met_is_said_of_those_with_an_outcome(scored, names, words):
    assert words == describe_met(scored, list(names))
