"""A description that no longer fits its data is found."""

import pandas as pd
import pytest

from helpers.book.descriptions import find_stale

SALES = pd.DataFrame(
    {"Period": ["2021Q1", "2021Q2", "2021Q1"], "Kind": ["a", "a", "b"], "Sales": [1.24, 3.0, 7.5]}
)


@pytest.mark.parametrize(
    "words",
    [
        "Line of sales: from 1.2% in 2021Q1 to 3.0% in 2021Q2; lowest 1.2% in 2021Q1, highest 3.0%.",
        "3 bars of sales: highest b with 7.5, lowest a with 1.24.",
        "Tornado of 2 assumptions: most b by 6.3 points, least a by 1.8 points.",
    ],
)
def test_what_is_drawn_may_be_said(words: str) -> None:
    """Values at any precision, ends within a group, counts and distances."""
    assert find_stale(words, [SALES]) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("from 1.3% in 2021Q1", "'1.3', which is no value of its data"),
        ("highest 1.2% in 2021Q1", "'1.2' is highest, which ends no column of its data"),
        ("lowest a with 7.5", "'7.5' is lowest, which ends no column of its data"),
        ("47 bars of sales", "'47', which is no value of its data"),
    ],
)
def test_what_is_not_drawn_may_not_be_said(words: str, complaint: str) -> None:
    """A number of another frame, ends that were swapped, a count that went stale."""
    assert complaint in find_stale(words, [SALES])
