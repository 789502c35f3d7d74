"""Merchant yield against arithmetic by hand, with open sides and nothing published."""

import pandas as pd
import pytest

from helpers.models import merchant_yield


def prints(**rows: tuple[float, str]) -> pd.DataFrame:
    """Build printed growth rates, percent, by quarter."""
    return pd.DataFrame([(q, *row) for q, row in rows.items()], columns=["period", "value", "bound"])


SALES = prints(**{"2023Q1": (28.4, "exact"), "2023Q4": (29.3, "exact"), "2025Q3": (15.2, "exact")})
MERCHANTS = prints(**{"2023Q1": (50, "exact"), "2023Q4": (50, "lower"), "2024Q1": (40, "exact")})


def test_sales_per_merchant_fall_where_merchants_multiply_faster():
    """28.4% more sales by 50% more merchants are 14.4% less each; rounding reaches half a digit."""
    first = merchant_yield.summarise_yield(SALES, MERCHANTS).iloc[0]
    assert first["value"] == pytest.approx(100 * (1.284 / 1.5 - 1))
    assert first["low"] == pytest.approx(100 * (1.2835 / 1.505 - 1))
    assert first["high"] == pytest.approx(100 * (1.2845 / 1.495 - 1))


def test_over_fifty_percent_more_merchants_bound_the_fall_from_one_side():
    """No value and no lower end; the upper end is that of the print. Quarters with one print are left out."""
    yields = merchant_yield.summarise_yield(SALES, MERCHANTS)
    assert yields["quarter"].tolist() == ["2023Q1", "2023Q4"]
    assert yields.iloc[1][["value", "low"]].isna().all()
    assert yields.iloc[1]["high"] == pytest.approx(100 * (1.2935 / 1.5 - 1))


def test_a_side_that_merchants_leave_open_downwards_leaves_the_change_open_upwards():
    """Nearly 50% more merchants may be none at all, and then sales per merchant have no upper end."""
    yields = merchant_yield.summarise_yield(SALES, prints(**{"2023Q1": (50, "upper")}))
    assert pd.isna(yields["high"].iloc[0])
    assert yields["low"].iloc[0] < 0


def test_summary_counts_certain_falls_and_finds_the_newest_exact_quarter():
    """The deepest fall is the one that is certain; a quarter with an open side is no newest change."""
    summary = merchant_yield.summarise_quarters(merchant_yield.summarise_yield(SALES, MERCHANTS))
    assert (summary.quarters, summary.falls, summary.newest) == (2, 2, "2023Q1")
    assert summary.deepest_pct == pytest.approx(100 * (1 - 1.2845 / 1.495))
    change = summary.newest_change_pct
    assert change.value == pytest.approx(100 * (1.284 / 1.5 - 1))
    assert (change.low, change.high) == pytest.approx(
        (100 * (1.2835 / 1.505 - 1), 100 * (1.2845 / 1.495 - 1))
    )


def test_without_a_quarter_in_common_nothing_is_known():
    """Also where a print has no value: the reason says what is missing."""
    hole = SALES.assign(value=float("nan"))
    summary = merchant_yield.summarise_quarters(merchant_yield.summarise_yield(hole, MERCHANTS))
    assert (summary.quarters, summary.falls, summary.newest) == (None, None, None)
    assert summary.newest_change_pct.why == merchant_yield.NO_PAIR


def test_only_worded_prints_leave_the_newest_change_open():
    yields = merchant_yield.summarise_yield(SALES, prints(**{"2023Q4": (50, "lower")}))
    summary = merchant_yield.summarise_quarters(yields)
    assert (summary.quarters, summary.newest, summary.newest_change_pct.value) == (1, None, None)
    assert summary.newest_change_pct.why == "no quarter with two exact prints was known by then"
