"""Figures are written the same way everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import prose


@pytest.mark.parametrize(
    ("value", "unit", "spec", "text"),
    [
        (1389.6, "RMB bn", ",.1f", "RMB 1,389.6bn"),
        (-3.25, "%", ".1f", "\u22123.2%"),
        (-0.0001, "%", ".1f", "0.0%"),
        (None, "RMB bn", "", "not yet known"),
        (16.23, "percentage points", ".1f", "16.2 percentage points"),
        (1234567, "orders", "", "1,234,567 orders"),
        ("mixed", "1", "", "mixed"),
        (1, "quarters", "", "1 quarter"),
        (1.0, "times", ".1f", "1.0 times"),
    ],
)
def test_a_value_is_written_with_its_unit(value, unit, spec, text):
    assert text == prose.format_value(value, unit, spec)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1"])
def test_a_spreadsheet_runs_no_text(text):
    assert f"'{text}" == prose.guard_cell(text)


@pytest.mark.parametrize("cell", ["1+1", "a=b", "", -1.5, None])
def test_what_no_spreadsheet_runs_is_left_alone(cell):
    assert cell == prose.guard_cell(cell)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(1, 2, "1 to 2%"), (None, 2, "at most 2%"), (1, None, "at least 1%"), (None, None, "not yet known")],
)
def test_an_open_interval_is_a_bound(low, high, text):
    assert text == prose.format_interval(low, high, "%")


def test_a_range_that_ends_at_one_is_plural():
    assert "0.5 to 1 times" == prose.format_interval(0.5, 1, "times")


@pytest.mark.parametrize(
    ("share", "word"),
    [
        (None, None),
        (0.1, "little"),
        (0.11, "part"),
        (0.5, "part"),
        (0.51, "most"),
        (0.9, "nearly all"),
        (2, "nearly all"),
    ],
)
def test_a_share_has_the_word_of_the_method_page(share, word):
    assert word == prose.describe_share(share)


@given(st.floats(-1e12, 1e12))
def test_no_number_is_written_with_a_hyphen_or_as_minus_zero(value):
    text = prose.format_number(value)
    assert "-" not in text.replace("e-", "e")
    assert text not in {"\u22120", "\u22120.0", "\u22120.00"}


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "spec"),
    [
        ("0 to 17.4%", 0.0, 17.42, "%", ".1f"),
        ("RMB 0 to 1.02m", 0.0, 1.02, "RMB m", ".2f"),
        ("15.2%", 15.21, 15.22, "%", ".1f"),
        ("RMB 3.4bn", 3.4, 3.4, "RMB bn", ""),
    ],
)
def test_a_range_begins_at_a_bare_nothing_and_ends_alike_are_written_once(text, low, high, unit, spec):
    assert text == prose.format_interval(low, high, unit, spec)


def test_the_same_size_is_one_times_another():
    assert "1 times" == prose.format_value(1.0, "times")
