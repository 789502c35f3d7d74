"""Accounts of the shelf and of all other sales."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import UnknownNameError
from helpers.models.field_accounts import (
    COLUMNS,
    PRINTED,
    FieldAccountsRecord,
    find_larger_move,
    find_newest,
    find_oldest,
    select_estimate,
    select_quarter,
    solve_chained_shelf,
    solve_field_accounts,
    solve_printed_growth,
    solve_short_video_threshold,
    summarise_live_growth,
    summarise_share_intervals,
)

RECORD = FieldAccountsRecord()


def rows(*prints):
    """Make rows as the data give them from (period, value, bound)."""
    return pd.DataFrame(prints, columns=["period", "value", "bound"])


GMV = rows(
    ("2022Q1", 175.076, "exact"),
    ("2023Q1", 224.8, "exact"),
    ("2023Q3", 290.2, "exact"),
    ("2024Q1", 288.1, "exact"),
    ("2024Q3", 334.2, "exact"),
    ("2025Q3", 385.044, "exact"),
)
SHARES = rows(
    ("2023Q3", 20.0, "upper"),
    ("2024Q1", 20.0, "lower"),
    ("2024Q3", 27.0, "exact"),
    ("2025Q3", 32.0, "lower"),
)
GROWTH = rows(("2023Q1", 76.0, "exact"), ("2024Q1", 50.0, "lower"))
NONE = rows()


def pick(table, quantity, period, reading):
    return select_estimate(table, quantity, period=period, reading=reading)


def test_published_quarter_has_known_levels():
    """Over 32% of RMB 385.044bn is at least RMB 123.2bn, and at most a third of it under the convention."""
    accounts = solve_field_accounts(RECORD, GMV, SHARES)
    assert list(accounts.columns) == COLUMNS
    words = pick(accounts, "shelf_gmv", "2025Q3", "words")
    convention = pick(accounts, "shelf_gmv", "2025Q3", "convention")
    assert words.low == convention.low == pytest.approx(0.32 * 385.0435)
    assert words.value is None
    assert convention.high == pytest.approx(0.33 * 385.0445)


def test_growth_of_fields_follows_from_the_prints():
    """In 2024Q3 the shelf grew by at least 52.5% in either reading; the rest by 3% to 6% by convention."""
    accounts = solve_field_accounts(RECORD, GMV, SHARES)
    least = 0.265 * 334.15 / (0.20 * 290.25) - 1
    assert pick(accounts, "shelf_growth", "2024Q3", "words").low == pytest.approx(least)
    assert pick(accounts, "shelf_growth", "2024Q3", "words").high is None
    other = pick(accounts, "other_growth", "2024Q3", "convention")
    assert other.low == pytest.approx(0.725 * 334.15 / (0.81 * 290.25) - 1)
    assert other.high == pytest.approx(0.735 * 334.25 / (0.80 * 290.15) - 1)


def test_words_only_say_that_other_sales_grew_little():
    """From 27% to over 32% the words leave other growth open below and cap it near 8%."""
    other = pick(solve_field_accounts(RECORD, GMV, SHARES), "other_growth", "2025Q3", "words")
    assert other.low == pytest.approx(-1.0)
    assert other.high == pytest.approx(0.68 * 385.0445 / (0.725 * 334.15) - 1)


def test_missing_print_names_itself():
    """A quarter without a share is in the table, empty, with the missing prints named."""
    accounts = solve_field_accounts(RECORD, GMV, SHARES)
    gap = pick(accounts, "shelf_growth", "2023Q4", "words")
    assert (gap.value, gap.low, gap.high) == (None, None, None)
    assert gap.why.startswith("not known: the shelf share of 2023Q4, total sales of 2023Q4")


@settings(max_examples=20)
@given(
    st.tuples(*(st.integers(5, 60) for _ in range(2))),
    st.tuples(st.floats(100, 200), st.floats(210, 400)),
    st.tuples(*(st.sampled_from(["exact", "lower", "upper"]) for _ in range(2))),
)
def test_convention_lies_within_the_words(shares, totals, bounds):
    """A convention only narrows: its ends never leave what the words allow."""
    gmv = rows(("2023Q3", round(totals[0], 1), "exact"), ("2024Q3", round(totals[1], 1), "exact"))
    printed = rows(("2023Q3", shares[0], bounds[0]), ("2024Q3", shares[1], bounds[1]))
    accounts = solve_field_accounts(RECORD, gmv, printed)
    words, convention = (accounts[accounts["reading"] == reading] for reading in ("words", "convention"))
    assert (
        words["low"].fillna(-np.inf).to_numpy() <= convention["low"].fillna(-np.inf).to_numpy() + 1e-12
    ).all()
    assert (
        words["high"].fillna(np.inf).to_numpy() >= convention["high"].fillna(np.inf).to_numpy() - 1e-12
    ).all()


@settings(max_examples=20)
@given(st.integers(10, 40), st.integers(10, 40), st.floats(0.1, 50).map(lambda factor: round(factor, 2)))
def test_rates_do_not_depend_on_the_unit_of_money(before, now, factor):
    """Exact prints: growth and parts keep their value when all sales are given in another unit."""
    shares = rows(("2023Q3", before, "exact"), ("2024Q3", now, "exact"))
    totals = (("2023Q3", 290.2, "exact"), ("2024Q3", 334.2, "exact"))
    scaled = [(period, value * factor, bound) for period, value, bound in totals]
    one, other = (solve_field_accounts(RECORD, rows(*rows_), shares) for rows_ in (totals, scaled))
    rates = one["quantity"].isin(["shelf_growth", "other_growth", "shelf_part_of_increment"])
    np.testing.assert_allclose(one.loc[rates, "value"], other.loc[rates, "value"])


def test_fields_add_up():
    """Shelf and other sales are the total, and the parts of the increment follow from the growth of both."""
    accounts = solve_field_accounts(RECORD, GMV, SHARES)
    shelf, other = (pick(accounts, name, "2025Q3", "convention") for name in ("shelf_gmv", "other_gmv"))
    assert shelf.value + other.value == pytest.approx(385.044)
    part = pick(accounts, "shelf_part_of_increment", "2025Q3", "convention")
    assert part.value == pytest.approx((0.325 * 385.044 - 0.27 * 334.2) / (385.044 - 334.2))


def test_points_of_both_fields_are_the_growth_of_the_total():
    """What shelf and content add is all that total sales grew by; the larger of two moves is named."""
    accounts = solve_field_accounts(RECORD, GMV, SHARES)
    now, before = select_quarter(accounts, "2025Q3"), select_quarter(accounts, "2024Q3")
    assert now["shelf_points"].value + now["other_points"].value == pytest.approx(385.044 / 334.2 - 1)
    assert find_larger_move(now, before) == "other_points"
    assert find_larger_move(now, select_quarter(accounts, None)) is None


def test_shrinking_total_has_no_increment_to_share():
    """When total sales did not grow, the shelf's part of the increment is refused with the reason."""
    gmv = rows(("2023Q3", 300.0, "exact"), ("2024Q3", 290.0, "exact"))
    accounts = solve_field_accounts(RECORD, gmv, SHARES)
    part = pick(accounts, "shelf_part_of_increment", "2024Q3", "convention")
    assert part.why == "not known: that total sales grew over the year to 2024Q3"
    assert pick(accounts, "shelf_growth", "2024Q3", "convention").value is not None


def test_chain_reaches_two_years_back():
    """Over 20% in 2024Q1 with over 50% and 76% growth puts the shelf at 11.7% to 13.1% of 2022Q1."""
    chained = solve_chained_shelf(RECORD, GMV, SHARES, GROWTH)
    first = pick(chained, "chained_shelf_share", "2022Q1", "convention")
    assert first.low == pytest.approx(0.20 * 288.05 / 1.60 / 1.765 / 175.0765)
    assert first.high == pytest.approx(0.21 * 288.15 / 1.50 / 1.755 / 175.0755)
    words = pick(chained, "chained_shelf_share", "2023Q1", "words")
    assert words.low == 0.0
    assert words.high == pytest.approx(288.15 / 1.5 / 224.75)


def test_chain_without_an_anchor_is_not_known():
    """Growth rates alone give no level: at the date of the 2023 article the chain has nothing to hang on."""
    chained = solve_chained_shelf(RECORD, GMV, NONE, GROWTH.iloc[:1])
    outcome = pick(chained, "chained_shelf_share", "2022Q1", "words")
    assert outcome.why == "not known: shelf sales of 2023Q1"


def test_chained_share_never_passes_the_whole():
    """A wide anchor is cut at all sales of the year."""
    gmv = rows(("2023Q1", 100.0, "exact"), ("2024Q1", 300.0, "exact"))
    chained = solve_chained_shelf(RECORD, gmv, SHARES, rows(("2024Q1", 10.0, "exact")))
    assert pick(chained, "chained_shelf_share", "2023Q1", "words").high == 1.0


def test_printed_growth_gives_the_same_split_as_two_shares():
    """With the share that the growth implies for the year before, both ways agree."""
    before = 0.27 * 334.2 / 1.6 / 290.2
    shares = rows(("2023Q3", 100 * before, "exact"), ("2024Q3", 27.0, "exact"))
    growth = rows(("2024Q3", 60.0, "exact"))
    printed = select_quarter(solve_printed_growth(RECORD, GMV, shares.iloc[1:], growth), "2024Q3")
    accounts = select_quarter(solve_field_accounts(RECORD, GMV, shares), "2024Q3")
    for quantity in PRINTED:
        assert printed[quantity].value == pytest.approx(accounts[quantity].value)


def test_printed_growth_reaches_back_along_the_chain():
    """Growth of 2023Q1 hangs on the level that 2024Q1 chains back; its rounding is its range."""
    printed = solve_printed_growth(RECORD, GMV, SHARES, GROWTH)
    first = select_quarter(printed, find_oldest(printed, "shelf_part_of_increment"))
    assert (first["shelf_growth"].low, first["shelf_growth"].high) == pytest.approx((0.755, 0.765))
    shelf = 0.205 * 288.1 / 1.55
    assert first["shelf_part_of_increment"].value == pytest.approx((shelf - shelf / 1.76) / (224.8 - 175.076))


def test_words_that_leave_the_shelf_open_leave_content_open():
    """Over 20% may be everything: nothing is left for content then, and no picture may say otherwise."""
    words = select_quarter(solve_printed_growth(RECORD, GMV, SHARES, GROWTH), "2024Q1", reading="words")
    assert words["other_growth"].low == pytest.approx(-1.0)
    assert words["shelf_part_of_increment"].value is None


def test_live_growth_turns_into_a_fall_at_the_threshold():
    """Live-stream sales are level at the threshold, and are all of content where there is no short video."""
    shares = rows(("2023Q3", 20.0, "exact"), ("2024Q3", 27.0, "exact"))
    video = rows(("2024Q3", 45.0, "exact"), ("2025Q3", 30.0, "exact"))
    table = solve_short_video_threshold(RECORD, GMV, shares, video)
    size = pick(table, "short_video_share_of_other", "2024Q3", "convention").value
    lives = summarise_live_growth(RECORD, GMV, shares, video, sizes=[0.0, size])
    content = pick(solve_field_accounts(RECORD, GMV, shares), "other_growth", "2024Q3", "convention")
    assert lives["period"].tolist() == ["2024Q3", "2024Q3"]
    assert lives["growth"].tolist() == pytest.approx([content.value, 0.0])
    assert lives.loc[0, ["low", "high"]].tolist() == pytest.approx([content.low, content.high])


def test_worded_growth_of_short_video_reaches_as_far_as_the_convention():
    """Over 40% is 40% up to the width: the larger short video's growth, the smaller that of live streams."""
    shares = rows(("2023Q3", 20.0, "exact"), ("2024Q3", 27.0, "exact"))
    video = rows(("2024Q3", 40.0, "lower"))
    live = summarise_live_growth(RECORD, GMV, shares, video, sizes=[0.5]).iloc[0]
    content = pick(solve_field_accounts(RECORD, GMV, shares), "other_growth", "2024Q3", "convention")
    most = 0.4 + RECORD.over_growth_width_points / 100
    assert live["high"] == pytest.approx((content.high - 0.5 * 0.4) / 0.5)
    assert live["low"] == pytest.approx((content.low - 0.5 * most) / 0.5)


def test_short_video_above_the_threshold_means_live_sales_fell():
    """At the threshold live-stream sales are level; a larger short video leaves them lower."""
    growth = rows(("2024Q3", 40.0, "lower"))
    shares = rows(("2023Q3", 20.0, "exact"), ("2024Q3", 27.0, "exact"))
    table = solve_short_video_threshold(RECORD, GMV, shares, rows(("2024Q3", 45.0, "exact")))
    size = pick(table, "short_video_share_of_other", "2024Q3", "convention").value
    before, now = 0.80 * 290.2, 0.73 * 334.2
    assert now - 1.45 * size * before == pytest.approx((1 - size) * before)
    worded = pick(
        solve_short_video_threshold(RECORD, GMV, shares, growth),
        "short_video_share_of_other",
        "2024Q3",
        "words",
    )
    assert worded.low == 0.0
    assert worded.high == pytest.approx((0.735 * 334.25 / (0.795 * 290.15) - 1) / 0.40)


def test_short_video_that_did_not_grow_gives_no_threshold():
    """Without growth of short video its size says nothing."""
    table = solve_short_video_threshold(RECORD, GMV, SHARES, rows(("2024Q3", -5.0, "exact")))
    outcome = pick(table, "short_video_share_of_gmv", "2024Q3", "words")
    assert outcome.why == "not known: short-video growth above nought in 2024Q3"


def test_nothing_published_gives_empty_tables():
    """Before the first share every table is empty and every question answered with "not published"."""
    for table in (
        solve_field_accounts(RECORD, GMV, NONE),
        solve_chained_shelf(RECORD, GMV, NONE, NONE),
        solve_printed_growth(RECORD, GMV, NONE, NONE),
        solve_short_video_threshold(RECORD, GMV, NONE, NONE),
    ):
        assert list(table.columns) == COLUMNS
        assert table.empty
        newest = find_newest(table, "shelf_gmv")
        assert newest is None
        assert "had not been published" in pick(table, "shelf_gmv", newest, "words").why


def test_misspelt_quantity_is_refused():
    """A quantity that no table has is an error with the nearest name, not an unknown outcome."""
    table = solve_field_accounts(RECORD, GMV, NONE)
    with pytest.raises(UnknownNameError, match="did you mean shelf_growth"):
        pick(table, "shelf_grwoth", "2024Q3", "words")
    with pytest.raises(UnknownNameError, match="quantity"):
        find_newest(table, "growth of all")


def test_newest_period_skips_the_unknown():
    """The newest quarter with an outcome is found even when later rows are empty."""
    accounts = solve_field_accounts(RECORD, GMV.iloc[:-1], SHARES)
    assert find_newest(accounts, "shelf_gmv") == "2024Q3"


def test_share_intervals_keep_order_and_reading():
    """Shares come back as fractions in order of quarter; a word fixes no value unless the convention does."""
    words = summarise_share_intervals(RECORD, SHARES.iloc[::-1], reading="words")
    convention = summarise_share_intervals(RECORD, SHARES, reading="convention")
    assert list(words["period"]) == list(SHARES["period"])
    assert words["value"].isna().tolist() == [True, True, False, True]
    assert convention["low"].tolist() == pytest.approx([0.19, 0.20, 0.265, 0.32])


def test_width_has_limits():
    """A negative width is refused with the field's name."""
    with pytest.raises(ValidationError, match="over_share_width_points"):
        FieldAccountsRecord(over_share_width_points=-1.0)
