"""Alternative texts say what is drawn, and say so when nothing is."""

import pandas as pd

from helpers.charts.describe import describe_rows, describe_series, describe_tornado


def rows(**columns):
    return pd.DataFrame({"label": ["shelf", "content", "words alone"], **columns})


def test_rows_name_the_highest_and_the_lowest_and_count_bare_ranges():
    """A row without a value is a range alone: it is counted and never takes part in the order."""
    text = describe_rows(rows(value=[5.0, 60.0, None]), "growth", label="label", value="value", unit="%")
    ends = "highest content with 60%, lowest shelf with 5%"
    assert text == f"3 rows of growth; {ends}; 1 of them a range without a value."


def test_rows_without_any_value_are_still_counted():
    """Bounds alone have no highest and no lowest."""
    text = describe_rows(rows(value=[float("nan")] * 3), "growth", label="label", value="value", unit="%")
    assert text == "3 rows of growth; 3 of them a range without a value."


def test_a_tornado_names_the_assumptions_that_move_most_and_least():
    """What counts is the distance of the two ends, whichever of them is higher."""
    data = pd.DataFrame(
        {"parameter": ["patience", "hours"], "result_low": [9.0, 4.0], "result_high": [8.0, 6.5]}
    )
    assert describe_tornado(data, "growth", unit="percentage points") == (
        "Tornado of 2 assumptions that move growth: most hours by 2.5 percentage points, "
        "least patience by 1.0 percentage points."
    )


def test_nothing_to_draw_is_said():
    """An edition that knows nothing gets the words for a message in place of a chart."""
    empty = pd.DataFrame({"label": [], "value": []})
    assert "nothing had been published" in describe_rows(
        empty, "growth", label="label", value="value", unit="%"
    )
    empty = pd.DataFrame({"parameter": [], "result_low": [], "result_high": []})
    assert "nothing had been published" in describe_tornado(empty, "growth", unit="%")


def test_a_line_over_a_number_says_at_which_number():
    """A point stands in a period, but at a number."""
    line = pd.DataFrame({"fee_rate": [0.5, 2.0], "value": [3.0, 1.0], "year": [2020, 2021]})
    assert describe_series(line, "sales", x="fee_rate").startswith(
        "Line of sales: from 3.0% at fee rate 0.5 to"
    )
    assert describe_series(line, "sales", x="year").startswith("Line of sales: from 3.0% in 2020 to")
