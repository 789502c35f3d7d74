"""Alternative texts say what is drawn, and say so when nothing is."""

import pandas as pd

from helpers.charts.describe import (
    describe_bars,
    describe_grid,
    describe_intervals,
    describe_rows,
    describe_series,
    describe_tornado,
    title_series,
    title_tornado,
)


def rows(**columns):
    return pd.DataFrame({"label": ["shelf", "content", "words alone", "all"], **columns})


def test_rows_name_the_highest_and_the_lowest_and_count_bare_ranges():
    """A row without a value is a range alone: it is counted and never takes part in the order."""
    data = rows(value=[5.25, 60.0, None, 20.0])
    text = describe_rows(data, "growth", label="label", value="value", unit="%")
    ends = "highest content with 60%, lowest shelf with 5%"
    assert text == f"4 rows of growth; {ends}; 1 of them a range without a value."


def test_rows_without_any_value_are_still_counted():
    """Bounds alone have no highest and no lowest."""
    text = describe_rows(rows(value=[float("nan")] * 4), "growth", label="label", value="value", unit="%")
    assert text == "4 rows of growth; 4 of them a range without a value."


def test_a_tornado_names_the_assumptions_that_move_most_and_least():
    """What counts is the distance of the two ends, whichever of them is higher."""
    data = pd.DataFrame(
        {
            "parameter": ["patience", "fee", "hours"],
            "result_low": [9.0, 4.0, 4.0],
            "result_high": [8.0, 2.0, 6.5],
        }
    )
    assert describe_tornado(data, "growth", unit="percentage points") == (
        "Tornado of 3 assumptions that move growth: most hours by 2.5 percentage points, "
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


def test_a_line_names_its_ends_and_its_extremes():
    """A quarter without a value is not drawn, though it comes first; its other columns say nothing."""
    line = pd.DataFrame(
        {"period": ["2020Q1", "2020Q2", "2020Q3", "2020Q4", "2021Q1"], "value": [None, 20.0, 5.0, 40.0, 30.0]}
    ).assign(note=None)
    assert describe_series(line, "growth") == (
        "Line of growth: from 20.0% in 2020Q2 to 30.0% in 2021Q1; "
        "lowest 5.0% in 2020Q3, highest 40.0% in 2020Q4."
    )


def test_bars_name_the_highest_and_the_lowest():
    bars = pd.DataFrame({"year": ["2020", "2021", "2022", "2023"], "points": [1.0, -2.5, 3.0, None]})
    text = describe_bars(bars.assign(note=None), "change", category="year", value="points", unit="%")
    assert text == "3 bars of change: highest 2022 with +3.0%, lowest 2021 with −2.5%."


def test_a_grid_says_where_the_least_and_the_most_stand():
    """A cell out of the model's range is empty and is neither."""
    cells = pd.DataFrame(
        {"fee_rate": [0.1, 0.1, 0.2, 0.2], "loss_share": [1, 2, 1, 2], "gain": [4.0, None, -1.0, 9.0]}
    ).assign(note=None)
    text = describe_grid(cells, "the gain", x="fee_rate", y="loss_share", value="gain", unit="%")
    assert text == (
        "Heat map of the gain over fee rate and loss share: from −1.0% at fee rate 0.2 and loss share 1 "
        "to 9.0% at fee rate 0.2 and loss share 2."
    )


def test_intervals_are_counted_that_exclude_zero():
    """One that ends at zero holds it."""
    ends = {"low": [-9.0, -2.0, 0.0, 1.0, None], "high": [-4.0, 0.0, 5.0, 6.0, None]}
    data = pd.DataFrame({"effect": [-6.0, -1.0, 2.5, 3.5, None], **ends}).assign(why=None)
    text = describe_intervals(data, "the effect", value="effect", low="low", high="high")
    assert text == "4 estimates of the effect, sorted: −6.0 to 3.5%; 2 of their intervals exclude zero."


def test_a_line_over_a_number_says_at_which_number():
    """A point stands in a period, but at a number."""
    line = pd.DataFrame({"fee_rate": [0.5, 2.0], "value": [3.0, 1.0], "year": [2020, 2021]})
    assert describe_series(line, "sales", x="fee_rate").startswith(
        "Line of sales: from 3.0% at fee rate 0.5 to"
    )
    assert describe_series(line, "sales", x="year").startswith("Line of sales: from 3.0% in 2020 to")


def test_a_title_says_what_a_line_came_to_in_the_words_of_each_figure():
    """A bound stays a bound in the title; one point is no path."""
    line = pd.DataFrame({"period": ["2020Q1", "2022Q1"], "value": [53.0, 99.0], "bound": ["exact", "lower"]})
    assert title_series(line, "GMV through own shops") == (
        "GMV through own shops: 53% in 2020Q1, at least 99% in 2022Q1"
    )
    assert title_series(line[:1], "GMV through own shops") == "GMV through own shops"


def test_the_title_of_a_tornado_names_what_moves_most():
    """Nothing drawn leaves the title without an answer."""
    data = pd.DataFrame(
        {"parameter": ["patience", "hours"], "result_low": [9.0, 4.0], "result_high": [8.0, 6.5]}
    )
    assert title_tornado(data, "What moves growth most") == "What moves growth most: hours"
    assert title_tornado(data[:0], "What moves growth most") == "What moves growth most"
