"""The joint day beside the platform's day: published numbers, closed forms, honest gaps."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError
from helpers.models.day_in_scale import (
    BASELINES,
    FLAT,
    SINCE_BEFORE,
    SMOOTH,
    TO_AFTER,
    DayInScaleRecord,
    solve_average_day,
    solve_break_even_lift,
    solve_day_in_scale,
    solve_multiple_grid,
    summarise_day_in_scale,
    summarise_ordinary_line,
)

DAY = date(2020, 6, 16)
PAID = 1.42
PRINTED = {"2020Q1": 37.078, "2020Q2": 72.5, "2020Q3": 94.5}


def gmv(totals=PRINTED):
    return pd.DataFrame({"period": list(totals), "value": list(totals.values())})


def solve(record=None, paid=PAID, totals=PRINTED, day=DAY):
    table = solve_day_in_scale(record or DayInScaleRecord(), paid_rmb_bn=paid, day=day, gmv=gmv(totals))
    return table.set_index("baseline")


def summarise(record=None, paid=PAID, totals=PRINTED, day=DAY):
    return summarise_day_in_scale(record or DayInScaleRecord(), paid_rmb_bn=paid, day=day, gmv=gmv(totals))


def test_printed_day_is_under_two_average_days():
    """RMB 1.42bn on 91 days of RMB 72.5bn: 1.78 average days, 1.96 % of the quarter, 3.8 points."""
    result = summarise()
    assert result.multiple == pytest.approx(1.42 * 91 / 72.5)
    assert result.share_of_quarter_pct == pytest.approx(100 * 1.42 / 72.5)
    assert result.growth_points == pytest.approx(100 * 1.42 / 37.078)
    assert result.part_of_growth_pct == pytest.approx(100 * 1.42 / (72.5 - 37.078))
    assert result.why is None


def test_growth_inside_the_quarter_lowers_the_multiple():
    """A rising quarter makes a late day ordinary at a higher level, so the average day gives the high end."""
    result = summarise()
    assert result.multiple_low < 1.5 < result.multiple == result.multiple_high


def test_growth_rate_between_equal_quarters_has_its_closed_form():
    """Both quarters have 91 days, so the daily rate is the log ratio of the totals over 91."""
    rate = math.log1p(solve().loc[SINCE_BEFORE, "growth_per_day"])
    assert rate == pytest.approx(math.log(72.5 / 37.078) / 91)


def test_ordinary_day_under_growth_has_its_closed_form():
    """The 77th day of a geometric quarter holds q**76 (q - 1) / (q**91 - 1) of it."""
    q = (72.5 / 37.078) ** (1 / 91)
    expected = 72.5 * q**76 * (q - 1) / (q**91 - 1)
    assert solve().loc[SINCE_BEFORE, "ordinary_day_rmb_bn"] == pytest.approx(expected)


def test_smooth_path_lies_between_the_two_growth_rates():
    """A growth that slows gives a day between the paths that use one neighbour only."""
    ordinary = solve()["ordinary_day_rmb_bn"]
    assert ordinary[TO_AFTER] < ordinary[SMOOTH] < ordinary[SINCE_BEFORE]


def test_smooth_path_of_even_growth_has_no_bend():
    """If sales grow by one rate throughout, all growing baselines agree."""
    days = np.arange(91 + 91 + 92)
    parts = np.split(np.exp(0.004 * days), [91, 182])
    totals = dict(zip(PRINTED, (part.sum() for part in parts), strict=True))
    growth = solve(totals=totals, paid=0.1)["growth_per_day"]
    assert growth[[SINCE_BEFORE, TO_AFTER, SMOOTH]].to_numpy() == pytest.approx(math.expm1(0.004), abs=1e-8)


def test_steady_quarters_leave_one_baseline():
    """Without growth every baseline is the average day."""
    totals = {"2020Q1": 91.0, "2020Q2": 91.0, "2020Q3": 92.0}
    assert solve(totals=totals)["ordinary_day_rmb_bn"].to_numpy() == pytest.approx(1.0)


def test_multiple_of_other_days_takes_the_day_out_of_the_total():
    """On the flat baseline the other 90 days share what the day leaves."""
    assert solve().loc[FLAT, "multiple_of_other_days"] == pytest.approx(1.42 * 90 / (72.5 - 1.42))


def test_break_even_lift_makes_the_day_ordinary():
    """At the lift returned the flat multiple is one, and by the closed form it is about 2.2."""
    lift = solve_break_even_lift(DayInScaleRecord(), paid_rmb_bn=PAID, day=DAY, gmv=gmv())
    assert lift == pytest.approx(2.208, abs=0.001)
    record = DayInScaleRecord(festival_daily_lift=lift)
    assert solve(record).loc[FLAT, "multiple"] == pytest.approx(1.0)


def test_break_even_lift_is_absent_outside_the_festival_or_beyond_reach():
    """A day after 18 June has no festival lift; a day holding a fifth of the quarter is out of reach."""
    after = solve_break_even_lift(DayInScaleRecord(), paid_rmb_bn=PAID, day=date(2020, 6, 19), gmv=gmv())
    vast = solve_break_even_lift(DayInScaleRecord(), paid_rmb_bn=14.5, day=DAY, gmv=gmv())
    assert after is None
    assert vast is None


def test_festival_lift_does_not_move_the_headline_multiple():
    """The headline is the plain average day; an assumed lift only widens the range downwards."""
    lifted = summarise(DayInScaleRecord(festival_daily_lift=2.0))
    assert lifted.multiple == summarise().multiple
    assert lifted.multiple_low < summarise().multiple_low


@pytest.mark.parametrize(
    ("totals", "missing"),
    [({}, "2020Q2"), ({"2020Q1": 37.078}, "2020Q2"), ({"2020Q2": 72.5}, "2020Q1")],
)
def test_missing_quarters_are_named(totals, missing):
    """What was not published yet is said, and a number appears only where its inputs stand."""
    result = summarise(totals=totals)
    assert missing in result.why
    assert (result.multiple is None) == ("2020Q2" not in totals)
    assert result.growth_points is None


def test_unpublished_payment_gives_no_number():
    """Without the paid amount nothing is known, and the reason says so."""
    result = summarise(paid=None)
    assert result.multiple is None
    assert result.why == "the day's paid amount was not published"
    assert solve(paid=None)["multiple"].isna().all()


def test_next_quarter_missing_keeps_the_other_baselines():
    """On the day the second quarter was published, the third was not: two baselines stand."""
    table = solve(totals={"2020Q1": 37.078, "2020Q2": 72.5})
    assert list(table.index[table["multiple"].notna()]) == [FLAT, SINCE_BEFORE]
    assert table.loc[SMOOTH, "why"] == "GMV of 2020Q3 was not published"


def test_shrinking_quarter_has_no_part_of_growth():
    """A share of growth is not defined where there was none."""
    assert summarise(totals={"2020Q1": 80.0, "2020Q2": 72.5}).part_of_growth_pct is None


@settings(max_examples=25)
@given(st.floats(0.3, 1.0), st.floats(0.5, 3.0))
def test_multiple_scales_with_the_paid_share(paid_share, growth):
    """Reading the payment as a part of orders divides every multiple by that part."""
    totals = {"2020Q1": 50.0, "2020Q2": 50.0 * growth}
    plain = solve(totals=totals, paid=0.2)["multiple"].dropna()
    scaled = solve(DayInScaleRecord(paid_share_of_orders=paid_share), totals=totals, paid=0.2)[
        "multiple"
    ].dropna()
    assert (scaled * paid_share).to_numpy() == pytest.approx(plain.to_numpy())


@settings(max_examples=5)
@given(st.floats(1.0, 5.0), st.integers(1, 30), st.floats(0.7, 1.8))
def test_ordinary_days_add_up_to_the_quarter(lift, length, growth):
    """Whatever the path, the ordinary days of a quarter sum to its GMV."""
    record = DayInScaleRecord(festival_daily_lift=lift, festival_length_days=length)
    totals = {"2020Q1": 50.0, "2020Q2": 50.0 * growth}
    days = pd.date_range("2020-04-01", "2020-06-30")
    total = sum(
        solve(record, totals=totals, day=day.date()).loc[SINCE_BEFORE, "ordinary_day_rmb_bn"] for day in days
    )
    assert total == pytest.approx(50.0 * growth)


def test_grid_varies_both_assumptions():
    """The grid holds each pair once and repeats the single result where the pair is the record's own."""
    shares, lifts = (0.7, 1.0), (1.0, 2.0, 3.0)
    grid = solve_multiple_grid(
        DayInScaleRecord(), paid_rmb_bn=PAID, day=DAY, gmv=gmv(), paid_shares=shares, festival_lifts=lifts
    )
    own = grid.query("paid_share_of_orders == 1.0 and festival_daily_lift == 1.0")["multiple"].item()
    assert len(grid) == 6
    assert own == pytest.approx(1.42 * 91 / 72.5)


def test_grid_refuses_values_outside_the_record():
    """A grid cannot go where the record forbids, nor name a baseline that does not exist."""
    common = {"paid_rmb_bn": PAID, "day": DAY, "gmv": gmv(), "festival_lifts": (1.0,)}
    with pytest.raises(ValidationError, match="paid_share_of_orders"):
        solve_multiple_grid(DayInScaleRecord(), paid_shares=(0.0,), **common)
    with pytest.raises(InputError, match="'baseline' must be one of"):
        solve_multiple_grid(DayInScaleRecord(), paid_shares=(1.0,), baseline="mean", **common)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"paid": -1.0}, r"'paid_rmb_bn' must be above 0 \(got -1\)"),
        ({"paid": 80.0}, "'paid_rmb_bn' must be below the quarter's GMV of 72.5"),
        ({"totals": {"2020Q1": 1e-6, "2020Q2": 72.5}}, "'gmv' must not change a hundredfold"),
    ],
)
def test_impossible_inputs_are_refused(arguments, words):
    """A negative payment, a day above its quarter and an absurd jump in GMV are errors, not results."""
    with pytest.raises(InputError, match=words):
        solve(**arguments)


def test_missing_column_is_named():
    """A frame without the needed columns is refused by name."""
    with pytest.raises(InputError, match=r"'gmv' must have the columns period, value \(missing: value\)"):
        solve_day_in_scale(
            DayInScaleRecord(), paid_rmb_bn=PAID, day=DAY, gmv=pd.DataFrame({"period": ["2020Q2"]})
        )


@pytest.mark.parametrize(
    "field", [{"paid_share_of_orders": 1.1}, {"festival_daily_lift": 0.9}, {"festival_length_days": 31}]
)
def test_record_limits(field):
    """Shares above one, lifts below one and festivals longer than June's days are refused."""
    with pytest.raises(ValidationError):
        DayInScaleRecord(**field)


def test_day_may_come_as_a_timestamp():
    """Event frames hold timestamps; they give what the plain date gives."""
    assert summarise(day=pd.Timestamp(DAY)) == summarise()


def test_every_baseline_is_reported():
    """The table always has one row a baseline, in the same order."""
    assert tuple(solve(totals={}).index) == BASELINES


def test_the_average_day_is_the_quarter_over_its_days():
    """2020Q2 has 91 days; a quarter that was not published has no day."""
    assert solve_average_day(gmv(), "2020Q2") == pytest.approx(72.5 / 91)
    assert solve_average_day(gmv(), "2019Q2") is None


def test_the_other_days_leave_the_day_itself_out():
    """On the flat baseline the multiple of the other days is that of the table."""
    summary = summarise_day_in_scale(DayInScaleRecord(), paid_rmb_bn=PAID, day=DAY, gmv=gmv())
    assert summary.multiple_of_other_days == pytest.approx(solve().loc[FLAT, "multiple_of_other_days"])
    assert summary.growth_pct == pytest.approx(100 * (72.5 / 37.078 - 1))
    unknown = summarise_day_in_scale(DayInScaleRecord(), paid_rmb_bn=None, day=DAY, gmv=gmv())
    assert (unknown.multiple_of_other_days, unknown.over_baselines.value) == (None, None)


def test_along_the_line_the_day_is_an_ordinary_festival_day():
    """Each pair of lift and paid share gives a multiple of one on the flat baseline."""
    line = summarise_ordinary_line(
        DayInScaleRecord(), paid_rmb_bn=PAID, day=DAY, gmv=gmv(), paid_shares=(0.7, 1.0)
    )
    for lift, paid in line.itertuples(index=False):
        record = DayInScaleRecord(festival_daily_lift=lift, paid_share_of_orders=paid)
        assert solve(record).loc[FLAT, "multiple"] == pytest.approx(1)
