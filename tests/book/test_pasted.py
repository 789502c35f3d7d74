"""From a result's key to the text that stands for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.book.pasted import explain_result, find_result
from helpers.errors import InputError, UnknownNameError


def result(**changes: Any) -> dict[str, Any]:
    """Return a result with a confidence interval."""
    base = {
        "value": 1.0,
        "low": 0.7,
        "high": 1.3,
        "interval": "confidence",
        "level": 0.95,
        "unit": "percentage points",
        "meaning": "Points that the links explain",
        "why": None,
    }
    return base | changes


RESULTS = {
    "loop": {
        "bound": result(),
        "open": result(high=None, interval="bound", level=None),
        "plain": result(low=None, high=None, interval="none", level=None),
        "unknown": result(value=None, low=None, high=None, why="not published by then"),
        "word": result(value="little", unit="", low=None, high=None, interval="none"),
    }
}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("loop/bound", "1 percentage point"),
        ("loop/bound:.2f", "1.00 percentage points"),
        ("loop/bound.number:.1f", "1.0"),
        ("loop/bound.interval", "0.7 to 1.3 percentage points"),
        ("loop/bound.low:.2f", "0.70 percentage points"),
        ("loop/bound.high", "1.3 percentage points"),
        ("loop/bound.level", "95%"),
        ("loop/bound.unit", "percentage points"),
        ("loop/open.interval", "at least 0.7 percentage points"),
        ("loop/unknown", "not yet known"),
        ("loop/unknown.interval", "not yet known"),
        ("loop/unknown.number:.1f", "not yet known"),
        ("loop/word", "little"),
    ],
)
def test_a_key_stands_for_its_text(key: str, text: str) -> None:
    """Value, parts, formats and unknown values each read as a sentence needs them."""
    assert find_result(RESULTS, key)[0] == text


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("bound", "cannot read result key 'bound'"),
        ("loop/bound.middle", "no part 'middle'; parts are number, low"),
        ("loop/plain.interval", "it was recorded without an interval"),
        ("loop/open.high", "its high is open"),
        ("loop/bound:.1q", "result key 'loop/bound:.1q'"),
    ],
)
def test_a_key_that_asks_for_what_is_not_there_is_refused(key: str, complaint: str) -> None:
    """The message names the key and what is wrong with it."""
    with pytest.raises(InputError, match=complaint):
        find_result(RESULTS, key)


@given(st.text(alphabet="abcdeflo/._", min_size=1, max_size=12))
@settings(max_examples=60)
def test_any_other_key_is_an_error_in_words(key: str) -> None:
    """No key makes the build crash: it is found, unreadable or unknown."""
    try:
        text = find_result(RESULTS, key)[0]
    except (InputError, UnknownNameError) as error:
        text = str(error)

    assert text


def test_the_tooltip_says_what_a_number_means_and_how_sure_it_is() -> None:
    """Meaning, level, kind and range of the interval; for an unknown value the reason."""
    results = RESULTS["loop"]

    assert explain_result(results["bound"]) == (
        "Points that the links explain (95% confidence: 0.7 to 1.3 percentage points)"
    )
    assert explain_result(results["plain"]) == "Points that the links explain"
    assert explain_result(results["unknown"]) == "Points that the links explain (not published by then)"
