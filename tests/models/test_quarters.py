"""Quarterly series: order, holes and malformed quarters."""

import numpy as np
import pandas as pd
import pytest

from helpers.errors import InputError
from helpers.models.quarters import arrange_quarters, name_missing, parse_quarter


def test_holes_become_visible():
    """A quarter without a row is NaN between its neighbours, and rows come in order."""
    arranged = arrange_quarters(pd.Series([3.0, 1.0], index=["2022Q3", "2022Q1"]))
    assert [str(quarter) for quarter in arranged.index] == ["2022Q1", "2022Q2", "2022Q3"]
    assert np.array_equal(arranged, [1.0, np.nan, 3.0], equal_nan=True)


def test_missing_quarters_are_named_in_order():
    """Holes and quarters beyond either end are all named; a complete list gives None."""
    arranged = arrange_quarters(pd.Series([3.0, 1.0], index=["2022Q3", "2022Q1"]))
    wanted = [parse_quarter(text) for text in ("2023Q1", "2022Q2", "2022Q1")]
    assert name_missing(arranged, wanted) == "the series has no value for 2022Q2, 2023Q1"
    assert name_missing(arranged, wanted[-1:]) is None


def test_an_empty_series_stays_empty():
    """Nothing published yet is no error."""
    assert arrange_quarters(pd.Series([], dtype=float)).empty


@pytest.mark.parametrize("level", [0.0, -1.0])
def test_a_level_of_nothing_is_refused(level):
    """Logs are taken of levels."""
    with pytest.raises(InputError, match=f"must be above zero .got {level}"):
        arrange_quarters(pd.Series([1.0, level], index=["2022Q1", "2022Q2"]))


@pytest.mark.parametrize("text", ["2022", "2022QX", "2022Q5", "2022-Q1", "22Q1", "2022q1", ""])
def test_what_is_no_quarter_is_refused_by_its_text(text):
    """The message shows the form wanted and the text given."""
    with pytest.raises(InputError, match=f"must look like 2022Q2 \\(got '{text}'\\)"):
        parse_quarter(text)
