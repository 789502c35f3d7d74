"""The charts of the closed loop say what is not known, and mark what a reader compares with."""

import pandas as pd

from helpers.charts.pages import closed_loop as charts

GRID = pd.DataFrame(
    {"outside_share": [0.0, 0.1] * 2, "lost_beside_share": [0.0, 0.0, 0.5, 0.5], "points": [0.0, 1, 0, 2]}
)
SENSITIVITY = pd.DataFrame(
    {
        "parameter": ["own_fee_rate", "added_own_orders"],
        "low": [0.005, 0.0],
        "high": [0.05, 0.2],
        "break_even_at_low": [0.6, 0.4],
        "break_even_at_high": [0.2, 1.4],
    }
)


def values(chart, column):
    return [value for table in chart.tables() if column in table for value in table[column]]


def test_a_share_that_is_not_known_has_no_mark():
    """The run's own share is marked; the share that would explain all is left out where there is none."""
    chart = charts.chart_loss_bound(GRID, {"this run": 0.012, "the whole fall": None}, "own", None)
    assert ["this run"] == values(chart, "Event")


def test_a_reason_takes_the_place_of_a_picture():
    """No grid is drawn where its inputs had not been published."""
    chart = charts.chart_loss_bound(GRID, {}, "own", "no share was published")
    assert "No share was published" in chart.spec["description"]


def test_a_break_even_is_drawn_as_a_share_and_an_end_that_moves_nothing_has_no_word():
    """More than all outside orders cannot displace own ones; a setting equal to this run is not written."""
    chart = charts.chart_sensitivity(SENSITIVITY, 0.4, None)
    assert max(values(chart, "Break-even displacement, %")) == 100
    assert ["0.5%", "", "5%", "20%"] == sorted(values(chart, "Setting"), key=["0.5%", "", "5%", "20%"].index)


def test_an_own_order_that_earns_nothing_has_no_tornado():
    assert "earns nothing" in charts.chart_sensitivity(SENSITIVITY, None, None).spec["description"]
