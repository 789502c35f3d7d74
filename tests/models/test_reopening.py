"""Reopening economics: the break-even is where revenue stays, and GMV never objects to opening."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError, UnknownNameError
from helpers.models.reopening import (
    ReopeningRecord,
    classify_region,
    hold_share,
    solve_break_even,
    solve_break_even_commission,
    solve_outside_volume,
    solve_own_advertising,
    solve_reopening,
    summarise_break_even,
    summarise_break_even_line,
    summarise_break_even_span,
    summarise_fee_ceiling,
    summarise_interests,
    summarise_sensitivity,
)

RATE = st.floats(0.0, 0.2)
SHARE = st.floats(0.0, 1.0)
RECORDS = st.builds(
    ReopeningRecord,
    own_fee_rate=st.floats(0.001, 0.2),
    own_advertising_rate=RATE,
    advertising_following_share=SHARE,
    outside_commission_rate=RATE,
    outside_advertising_rate=RATE,
    outside_volume=st.floats(0.001, 1.0),
    displaced_share=SHARE,
    added_own_orders=SHARE,
)


def test_revenue_by_hand():
    """One hundredth of GMV outside at 2 %, half of it displacing orders that earn 4 %, changes nothing."""
    record = ReopeningRecord(
        outside_volume=0.01,
        outside_commission_rate=0.02,
        displaced_share=0.5,
        own_fee_rate=0.01,
        own_advertising_rate=0.06,
        advertising_following_share=0.5,
    )
    result = solve_reopening(record, gmv_rmb_bn=200)
    assert result.outside_earned_pct == pytest.approx(0.02)
    assert result.own_lost_pct == pytest.approx(0.02)
    assert result.revenue_change_pct == pytest.approx(0)
    assert result.gmv_change_rmb_bn == pytest.approx(1.0)
    assert result.break_even_share == pytest.approx(0.5)


@settings(max_examples=80)
@given(RECORDS)
def test_revenue_stays_at_the_break_even_share(record):
    """The formula for the change gives zero at the closed form, wherever it lies within the range."""
    share = solve_break_even(record)
    at_share = record.model_copy(update={"displaced_share": share})
    assert solve_reopening(at_share).revenue_change_pct == pytest.approx(0, abs=1e-9)


@settings(max_examples=80)
@given(RECORDS)
def test_revenue_stays_at_the_break_even_commission(record):
    """The inverse in the commission agrees with the change in revenue."""
    commission = solve_break_even_commission(record)
    at_rate = record.model_copy(update={"outside_commission_rate": commission})
    assert solve_reopening(at_rate).revenue_change_pct == pytest.approx(0, abs=1e-9)


@settings(max_examples=80)
@given(RECORDS)
def test_gmv_never_falls_by_opening(record):
    """Orders sent to partners are counted, so displacement cannot lower GMV."""
    result = solve_reopening(record)
    assert result.gmv_change_pct >= 0
    assert result.region not in ("both lose", "GMV loses, revenue gains")


@settings(max_examples=60)
@given(RECORDS)
def test_revenue_gains_exactly_below_the_break_even(record):
    """The sign of the change is the sign of break-even less displacement."""
    gap = solve_break_even(record) - record.displaced_share
    change = solve_reopening(record).revenue_change_pct
    assert change * gap >= -1e-12


def test_ratio_of_rates_is_the_special_case():
    """Without advertising and added orders the break-even is commission over fee."""
    record = ReopeningRecord(
        own_fee_rate=0.05, own_advertising_rate=0, outside_commission_rate=0.02, added_own_orders=0
    )
    assert solve_break_even(record) == pytest.approx(0.4)
    assert solve_reopening(record).fee_only_share == pytest.approx(0.4)


def test_added_own_orders_raise_the_break_even_one_for_one():
    """An own order brought along makes up for an own order displaced."""
    plain, added = ReopeningRecord(), ReopeningRecord(added_own_orders=0.2)
    assert solve_break_even(added) - solve_break_even(plain) == pytest.approx(0.2)


def test_own_orders_that_earn_nothing_cannot_be_lost():
    """With neither fee nor advertising at stake no break-even exists."""
    record = ReopeningRecord(own_fee_rate=0, own_advertising_rate=0)
    result = solve_reopening(record)
    assert (result.break_even_share, result.fee_only_share) == (None, None)
    assert summarise_break_even(record)["break_even_share"].isna().all()


@pytest.mark.parametrize(
    ("gmv", "revenue", "region"),
    [
        (1, 1, "both gain"),
        (1, -1, "GMV gains, revenue loses"),
        (-1, 1, "GMV loses, revenue gains"),
        (-1, -1, "both lose"),
        (0, 1, "one stays as it is"),
        (1, 0, "one stays as it is"),
    ],
)
def test_regions_have_the_names_of_their_signs(gmv, revenue, region):
    """Each pair of signs has one name."""
    assert classify_region(gmv, revenue) == region


def test_own_advertising_from_printed_figures():
    """Over 45 % of RMB 11.006bn on a GMV of RMB 191.2bn is at least 2.59 %, the default."""
    assert solve_own_advertising(45, 11.006, 191.2) == 0.0259 == ReopeningRecord().own_advertising_rate


def test_outside_volume_from_printed_share():
    """Own shops at 98.8 % leave 1.21 outside for 100 own, the default."""
    assert solve_outside_volume(98.8) == 0.0121 == ReopeningRecord().outside_volume
    assert solve_outside_volume(0.5) == 199


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        (solve_own_advertising, (45, 11, 0), r"'gmv_rmb_bn' must be above zero \(got 0\)"),
        (solve_outside_volume, (0,), "'own_shop_share_pct' must be above zero"),
    ],
)
def test_ratios_refuse_a_base_of_nothing(function, arguments, words):
    """A base that is not above zero is named."""
    with pytest.raises(InputError, match=words):
        function(*arguments)


def test_heat_map_agrees_with_the_single_answer():
    """The cell at the record's own values is the record's break-even."""
    record = ReopeningRecord()
    grid = summarise_break_even(record)
    cell = grid[(grid["outside_commission_rate"] == 0.01) & (grid["advertising_following_share"] == 0.5)]
    assert len(grid) == 21 * 21
    assert cell["break_even_share"].tolist() == pytest.approx([solve_break_even(record)])
    assert grid["drawn_share"].between(0, 1).all()
    assert set(grid["own_fee_rate"]) == {record.own_fee_rate}


def test_break_even_rises_with_commission_and_falls_with_advertising_that_follows():
    """Along each axis of the heat map the break-even moves one way."""
    table = summarise_break_even(ReopeningRecord()).pivot_table(
        index="outside_commission_rate", columns="advertising_following_share", values="break_even_share"
    )
    assert (table.diff().iloc[1:] > 0).all(axis=None)
    assert (table.iloc[1:].diff(axis=1).iloc[:, 1:] < 0).all(axis=None)


def test_the_two_yardsticks_part_above_the_break_even():
    """Cells between break-even and full displacement gain GMV and lose revenue."""
    record = ReopeningRecord()
    table = summarise_interests(
        record, displaced_shares=(0.2, 0.6, 1.0), outside_commission_rates=(0.01, 0.03)
    )
    assert table["region"].tolist() == [
        *("both gain", "both gain"),
        *("GMV gains, revenue loses", "both gain"),
        *("one stays as it is", "one stays as it is"),
    ]
    for row in table.itertuples():
        cell = record.model_copy(
            update={
                "displaced_share": row.displaced_share,
                "outside_commission_rate": row.outside_commission_rate,
            }
        )
        found = solve_reopening(cell)
        assert (row.gmv_change_pct, row.revenue_change_pct) == (
            found.gmv_change_pct,
            found.revenue_change_pct,
        )


def test_sensitivity_puts_the_largest_swing_first():
    """Each row recomputes the break-even at both ends; rows are in order of swing."""
    table = summarise_sensitivity(ReopeningRecord())
    fee = table.set_index("parameter").loc["own_fee_rate"]
    assert fee["break_even_at_high"] == pytest.approx(0.01 / (0.05 + 0.5 * 0.0259))
    assert table["swing"].is_monotonic_decreasing


def test_sensitivity_names_an_unknown_parameter():
    """A misspelt parameter is answered with the nearest names."""
    with pytest.raises(UnknownNameError, match="did you mean own_fee_rate"):
        summarise_sensitivity(ReopeningRecord(), {"own_fee_rates": (0, 1)})


@pytest.mark.parametrize(
    "values",
    [
        {"own_fee_rate": -0.01},
        {"own_fee_rate": 0.3},
        {"advertising_following_share": 1.5},
        {"displaced_share": 2},
        {"outside_volume": float("nan")},
        {"commission": 0.1},
    ],
)
def test_record_refuses_values_out_of_range_and_unknown_names(values):
    """Limits hold before anything is computed."""
    with pytest.raises(ValidationError):
        ReopeningRecord(**values)


def test_revenue_stays_as_it_is_along_the_line():
    """Every point of the line breaks even, from that of no displacement and no commission."""
    record = ReopeningRecord()
    line = summarise_break_even_line(record)
    assert line.iloc[0].to_dict() == {"displaced": 0, "commission": 0}
    for _, row in line.iterrows():
        here = {"displaced_share": row["displaced"] / 100, "outside_commission_rate": row["commission"] / 100}
        found = solve_reopening(record.model_copy(update=here))
        assert found.revenue_change_pct == pytest.approx(0, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(RECORDS)
def test_the_span_of_the_break_even_keeps_to_shares(record):
    """However the inputs move, no more than all outside orders can displace own ones."""
    span = summarise_break_even_span(record)
    assert 0 <= span.low <= span.high <= 1
    assert span.value == hold_share(solve_break_even(record)) <= 1


def test_an_own_order_that_earns_nothing_has_no_break_even():
    """No displacement can cost what earns nothing, and the reason says so."""
    span = summarise_break_even_span(ReopeningRecord(own_fee_rate=0, advertising_following_share=0))
    assert (None, "an own order earns nothing") == (span.value, span.why)


def test_the_fee_ceiling_needs_both_figures_and_is_a_bound():
    """2.1 of 191.2 is 1.098 %; a quarter that lacks one of the two figures has no ceiling."""
    other = pd.Series({"2022Q2": 2.1, "2022Q3": 2.6})
    ceiling = summarise_fee_ceiling(other, pd.Series({"2022Q1": 175.076, "2022Q2": 191.2}))
    assert [("2022Q2", "upper")] == list(ceiling[["period", "bound"]].itertuples(index=False, name=None))
    assert ceiling["ceiling_pct"].tolist() == pytest.approx([1.098], abs=1e-3)
