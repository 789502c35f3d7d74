"""Traffic and efficiency behind one field's growth."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.models.traffic_efficiency import (
    TrafficEfficiencyRecord,
    solve_traffic_split,
    summarise_value_ratios,
)

growth = st.floats(1.0, 200.0).map(lambda value: round(value, 1))


def rows(value, period="2023Q1", bound="exact"):
    return pd.DataFrame({"period": [period], "value": [value], "bound": [bound]})


def solve(traffic, sales, ratio=1.0):
    return solve_traffic_split(
        TrafficEfficiencyRecord(new_traffic_value_ratio=ratio), rows(traffic), rows(sales)
    )


def test_published_quarter_gives_known_split():
    """58% traffic and 76% sales leave 11.4% for sales per unit of traffic, 10.7% to 12.1% with rounding."""
    split = solve(58.0, 76.0)
    assert split.period == "2023Q1"
    assert split.efficiency_gain.value == pytest.approx(1.76 / 1.58 - 1)
    assert split.efficiency_gain.low == pytest.approx(1.755 / 1.585 - 1)
    assert split.efficiency_gain.high == pytest.approx(1.765 / 1.575 - 1)
    assert split.traffic_share.low == pytest.approx(math.log(1.575) / math.log(1.765))
    assert split.traffic_share.high == pytest.approx(math.log(1.585) / math.log(1.755))


@settings(max_examples=40)
@given(growth, growth, st.floats(0.0, 2.0))
def test_parts_add_up_to_the_growth(traffic, sales, ratio):
    """Traffic, dilution and the like-traffic gain are the whole log growth; so are traffic and efficiency."""
    split = solve(traffic, sales, ratio)
    three = split.traffic_share.value + split.dilution_share.value + split.like_traffic_share.value
    assert three == pytest.approx(1.0)
    assert split.traffic_share.value + split.efficiency_share.value == pytest.approx(1.0)


@settings(max_examples=40)
@given(growth, growth, st.floats(0.0, 1.9))
def test_worse_new_traffic_means_more_gain_on_the_old(traffic, sales, ratio):
    """The less a new visit is worth, the more the like traffic must have gained."""
    worse = solve(traffic, sales, ratio).like_traffic_gain
    better = solve(traffic, sales, ratio + 0.1).like_traffic_gain
    assert worse.value > better.value
    assert worse.low > better.low


def test_equal_worth_makes_both_splits_agree():
    """With a ratio of one there is no dilution and like traffic gains what all traffic gains."""
    split = solve(58.0, 76.0, 1.0)
    assert split.dilution_share.value == 0.0
    assert split.like_traffic_gain == split.efficiency_gain


def test_worthless_new_traffic_leaves_all_to_the_old():
    """With a ratio of nought the old traffic alone has grown by the growth of sales."""
    assert solve(58.0, 76.0, 0.0).like_traffic_gain.value == pytest.approx(0.76)


def test_ratio_without_gain_has_no_gain():
    """At the ratio of the two growth rates the like traffic gained nothing."""
    ratio = solve(58.0, 76.0).ratio_without_gain.value
    assert ratio == pytest.approx(76 / 58)
    assert solve(58.0, 76.0, ratio).like_traffic_gain.value == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("traffic", "sales"), [(rows(58.0).iloc[:0], rows(76.0)), (rows(58.0), rows(76.0, "2024Q1"))]
)
def test_missing_print_is_not_known(traffic, sales):
    """Without both prints of one quarter every part is unknown, with the reason, and the table is empty."""
    split = solve_traffic_split(TrafficEfficiencyRecord(), traffic, sales)
    assert split.period is None
    assert split.efficiency_gain.value is None
    assert "had not both been published" in split.traffic_share.why
    assert summarise_value_ratios(traffic, sales).empty


def test_worded_print_leaves_an_open_side():
    """Sales growth of "over 76%" bounds the gain from below only."""
    split = solve_traffic_split(TrafficEfficiencyRecord(), rows(58.0), rows(76.0, bound="lower"))
    assert split.efficiency_gain.value is None
    assert split.efficiency_gain.low == pytest.approx(1.76 / 1.585 - 1)
    assert split.efficiency_gain.high is None


def test_shrinking_sales_have_no_shares():
    """When sales did not grow the shares are refused with a reason and the gain is still given."""
    split = solve(10.0, -5.0)
    assert "no meaning" in split.traffic_share.why
    assert split.efficiency_gain.value == pytest.approx(0.95 / 1.10 - 1)


def test_table_of_ratios_falls():
    """The table gives one row a ratio for the named quarter, and the gain falls as the ratio rises."""
    table = summarise_value_ratios(rows(58.0), rows(76.0), ratios=(0.0, 0.5, 1.0))
    assert list(table["period"].unique()) == ["2023Q1"]
    assert table["like_traffic_gain"].is_monotonic_decreasing
    assert (table["low"] < table["high"]).all()


def test_ratio_has_limits():
    """A new visit cannot be worth less than nothing."""
    with pytest.raises(ValidationError, match="new_traffic_value_ratio"):
        TrafficEfficiencyRecord(new_traffic_value_ratio=-0.1)
