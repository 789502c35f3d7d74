"""The hold-up rule: identification from one date, tests on others, closed forms, honest gaps."""

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError
from helpers.models.hold_up import (
    AS_PREDICTED,
    CONTRADICTED,
    DECISION_COLUMNS,
    NOT_DECIDED,
    NOT_KNOWN,
    PREDICTION_COLUMNS,
    Estimate,
    HoldUpRecord,
    describe_gap,
    find_cut,
    solve_common_ratio,
    solve_drop_day,
    solve_festival_fit,
    solve_festival_needed,
    solve_predictions,
    solve_ratio,
    solve_share_on,
    summarise_decisions,
    summarise_ratios,
    summarise_shares,
)

CUT = date(2022, 3, 1)
UNREAD = math.nan
PRINTED = [
    ("2020Q1", 53.0, "exact", ""),
    ("2021Q1", 85.0, "exact", ""),
    ("2021Q4", 98.8, "exact", "month of December 2021"),
    ("2022Q1", 99.0, "lower", ""),
]
DECISIONS = [
    ("Douyin's cut", "2020-10-09", True, False, 0.2, 0.4),
    ("Youzan", "2021-11-15", True, False, UNREAD, UNREAD),
    ("Taobao and JD", "2022-03-01", True, False, UNREAD, UNREAD),
    ("reopening", "2022-10-28", False, True, UNREAD, UNREAD),
]


def own_shop(rows=PRINTED):
    return pd.DataFrame(rows, columns=["period", "value", "bound", "note"])


def decisions(rows=DECISIONS):
    return pd.DataFrame(rows, columns=list(DECISION_COLUMNS))


def ratio(rows=PRINTED, cut=CUT, **fields):
    return solve_ratio(HoldUpRecord(**fields), own_shop(rows), cut_on=cut)


def predict(rows=PRINTED, decided=DECISIONS, using=None, **fields):
    table = solve_predictions(
        HoldUpRecord(**fields), own_shop(rows), decisions(decided), ratio=using or ratio(rows, **fields)
    )
    return table.set_index("event")


def share_on(day, rows=PRINTED, **fields):
    return solve_share_on(HoldUpRecord(**fields), own_shop(rows), day)


def test_printed_shares_become_bounds_on_their_period():
    """A whole per cent is known to half a point, a tenth to a twentieth; December is read as its month."""
    shares = summarise_shares(own_shop()).set_index("period")
    assert shares.loc["2021Q1", ["low", "high"]].to_list() == pytest.approx([0.845, 0.855])
    assert shares.loc["2021Q4", ["low", "high"]].to_list() == pytest.approx([0.9875, 0.9885])
    assert shares.loc["2021Q4", "begins"] == pd.Timestamp("2021-12-01")
    assert shares.loc["2022Q1", ["low", "high"]].to_list() == [0.99, 1.0]
    assert math.isnan(shares.loc["2022Q1", "share"])


def test_upper_bound_has_no_floor():
    """A figure printed as nearly so much limits from above only."""
    shares = summarise_shares(own_shop([("2021Q1", 85.0, "upper", "")]))
    assert shares[["low", "high"]].iloc[0].to_list() == [0.0, 0.85]


def test_all_sales_in_own_shops_is_a_share():
    shares = summarise_shares(own_shop([("2023Q1", 100.0, "exact", "")]))
    assert shares[["low", "high"]].iloc[0].to_list() == pytest.approx([0.995, 1.0])


def test_share_of_a_day_is_bounded_by_ended_and_coming_periods():
    """Mid-November 2021 lies above the mean of 2021Q1 and below the mean of December."""
    found = share_on(date(2021, 11, 15))
    assert (found.low, found.high) == pytest.approx((0.845, 0.9885))
    assert found.low < found.point < found.high


def test_share_on_the_path_has_its_closed_form():
    """Half-way in time between two periods the outside part is the geometric mean of theirs."""
    rows = [("2021Q1", 36.0, "exact", ""), ("2021Q3", 84.0, "exact", "")]
    middle = summarise_shares(own_shop(rows))["middle"].mean()
    assert share_on(middle, rows).point == pytest.approx(1 - math.sqrt(0.64 * 0.16))


def test_share_before_the_first_period_has_no_point():
    """The path does not reach back; only the upper bound stands."""
    found = share_on(date(2019, 12, 1))
    assert (found.low, found.point, found.high) == (0.0, None, pytest.approx(0.535))


def test_one_cut_gives_the_ratio_and_nothing_more():
    """The cut of March 2022 puts k/m at most at 1.25 %, on the path near 0.64 %."""
    found = ratio()
    assert (found.low, found.high) == pytest.approx((0.0, 0.0125))
    days = (pd.Timestamp(CUT) - pd.Timestamp("2021-12-16")).days
    rate = (
        math.log(15 / 1.2)
        / (pd.Timestamp("2021-12-16") - pd.Timestamp("2021-02-14 12:00")).total_seconds()
        * 86400
    )
    assert found.point == pytest.approx(0.012 * math.exp(-rate * days))


def test_hidden_goods_move_the_ratio_one_for_one():
    """If a tenth of own-shop sales holds the partner's goods, the ratio rises by about a tenth."""
    found = ratio(partner_goods_in_own_shops=0.1)
    assert (found.low, found.high) == pytest.approx((0.1, 1 - 0.9 * 0.9875))


def test_earlier_cut_was_too_early_on_the_path():
    """At the ratio of March 2022 the Youzan (有赞) links should have stayed in November 2021."""
    row = predict().loc["Youzan"]
    assert row["verdict_on_path"] == CONTRADICTED
    assert row["verdict"] == NOT_DECIDED
    assert row["needed_low"] == pytest.approx(0.0115)
    assert row["needed"] > 2 * ratio().point


def test_rivals_cut_contradicts_the_ratio_even_by_bounds():
    """Douyin (抖音) dropped links at a share of 20 to 40 %, which needs a ratio of 60 % or more."""
    row = predict().loc["Douyin's cut"]
    assert row["verdict"] == CONTRADICTED
    assert row["needed_low"] == pytest.approx(0.6)
    assert row["verdict_on_path"] == NOT_KNOWN


def test_reopening_needs_more_margin_at_stake():
    """A rising share never reopens a link; on the path the festival must lift the margin sevenfold."""
    row = predict().loc["reopening"]
    assert row["verdict_on_path"] == CONTRADICTED
    assert row["multiple_needed"] == pytest.approx(7.4, abs=0.1)
    assert row["multiple_needed_low"] == 1.0, "the bounds allow a ratio of nothing, which needs no festival"
    enough = predict(festival_margin_multiple=row["multiple_needed"] * 1.01).loc["reopening"]
    assert enough["verdict_on_path"] == AS_PREDICTED
    dropped = predict().loc["Taobao and JD", ["multiple_needed", "multiple_needed_low"]]
    assert dropped.isna().all()


def test_identifying_cut_is_met_by_its_own_ratio():
    """The date that gave the ratio agrees with it by construction, for any share of hidden goods."""
    for hidden in (0.0, 0.07, 0.2):
        assert (
            predict(partner_goods_in_own_shops=hidden).loc["Taobao and JD", "verdict_on_path"] == AS_PREDICTED
        )


def test_no_single_ratio_meets_all_dates():
    """Youzan needs at least 1.15 %, the reopening less than 1 %: no ratio does both, even without Douyin."""
    everyone = solve_common_ratio(predict().reset_index())
    alone = solve_common_ratio(predict(decided=DECISIONS[1:]).reset_index())
    assert not everyone.exists
    assert everyone.low_event == "Douyin's cut"
    assert not alone.exists
    assert (alone.low, alone.high) == pytest.approx((0.0115, 0.01))
    assert (alone.low_event, alone.high_event) == ("Youzan", "reopening")


def test_festival_margin_reconciles_the_platforms_own_dates():
    """With half as much again at stake in the festival one ratio meets Youzan, the cut and the reopening."""
    common = solve_common_ratio(predict(decided=DECISIONS[1:], festival_margin_multiple=1.5).reset_index())
    assert common.exists
    assert (common.low, common.high) == pytest.approx((0.0115, 0.015))


def test_no_decisions_limit_nothing():
    """Without a decision every ratio is possible, and the table keeps its columns."""
    table = solve_predictions(HoldUpRecord(), own_shop(), decisions([]), ratio=ratio())
    assert list(table.columns) == list(PREDICTION_COLUMNS)
    common = solve_common_ratio(table)
    assert (common.exists, common.low, common.high) == (True, 0.0, math.inf)
    assert (common.low_event, common.high_event) == ("", "")


@settings(max_examples=40)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.booleans(), st.floats(1.0, 5.0))
def test_needed_ratio_is_what_flips_the_rule(share, value, dropped, multiple):
    """With an exact share the rule gives what was decided exactly on the needed side of the turning ratio."""
    decided = [("x", "2022-01-01", dropped, True, share, share)]
    row = predict(
        decided=decided, using=Estimate(value, value, value, None), festival_margin_multiple=multiple
    ).loc["x"]
    turn = multiple * (1 - share)
    if abs(value - turn) > 1e-9:
        assert (row["verdict"] == AS_PREDICTED) == ((value > turn) == dropped)
        assert (row["needed_low"] <= value <= row["needed_high"]) == (row["verdict"] == AS_PREDICTED)


@settings(max_examples=25)
@given(
    st.lists(st.integers(1, 999), min_size=2, max_size=5, unique=True),
    st.integers(0, 2000),
    st.floats(0.0, 0.5),
)
def test_point_lies_between_the_bounds(tenths, offset, hidden):
    """On any day and for any rising shares the path stays inside what needs no path."""
    rows = [(f"{2018 + n}Q2", value / 10, "exact", "") for n, value in enumerate(sorted(tenths))]
    day = (pd.Timestamp("2018-01-01") + pd.Timedelta(days=offset)).date()
    found = share_on(day, rows, partner_goods_in_own_shops=hidden)
    assert 0 <= found.low <= found.high <= 1
    assert found.point is None or found.low <= found.point <= found.high


def test_drop_day_is_where_the_path_passes_the_threshold():
    """The day returned is the first on which the path's share reaches one less the ratio."""
    for value in (0.2, 0.05, 0.004):
        found = solve_drop_day(HoldUpRecord(dependence_cost_ratio=value), own_shop()).day
        before = found - pd.Timedelta(days=1)
        assert share_on(before).point < 1 - value <= share_on(found).point + 1e-9


def test_drop_day_from_the_first_two_shares_has_its_closed_form():
    """From 53 % to 85 % in 365.5 days, the outside part needs log(0.15 / 0.01) over that rate more."""
    found = solve_drop_day(HoldUpRecord(), own_shop(PRINTED[:2])).day
    days = math.log(0.15 / 0.01) / math.log(0.47 / 0.15) * 365.5
    assert found == (pd.Timestamp("2021-02-14 12:00") + pd.Timedelta(days=days)).ceil("D").date()


@pytest.mark.parametrize(
    ("rows", "fields", "words"),
    [
        ([], {}, "fewer than two"),
        (PRINTED[:1], {}, "fewer than two"),
        (PRINTED, {"partner_goods_in_own_shops": 0.1}, "keep the share below the threshold"),
        (PRINTED, {"dependence_cost_ratio": 0.6}, "before the first published share"),
        ([PRINTED[0], ("2021Q1", 53.0, "exact", "")], {}, "in no foreseeable time"),
    ],
)
def test_drop_day_says_why_there_is_none(rows, fields, words):
    """Too few shares, hidden goods, an early threshold and a standing share give a reason, no day."""
    found = solve_drop_day(HoldUpRecord(**fields), own_shop(rows))
    assert found.day is None
    assert words in found.why


def test_unpublished_shares_leave_everything_unknown():
    """Before any own-shop share was published, nothing read from one is known; a given share still is."""
    table = predict(rows=[])
    assert ratio(rows=[]).why == "no own-shop share was published"
    assert share_on(CUT, rows=[]).low is None
    assert set(table["verdict"]) == {NOT_KNOWN}
    assert table["needed_low"].notna().to_list() == [True, False, False, False]
    assert table["why"].str.contains("no own-shop share was published").all()


def test_unknown_cut_gives_no_ratio_but_keeps_what_dates_need():
    """Before March 2022 the rule has no ratio, yet Youzan's cut already needs one."""
    unknown = ratio(cut=None)
    assert unknown.why == "no cut was known"
    row = predict(decided=DECISIONS[1:2], using=unknown).loc["Youzan"]
    assert row["verdict"] == NOT_KNOWN
    assert row["needed_low"] == pytest.approx(0.0115)


def test_one_share_gives_bounds_without_a_path():
    """A single printed share still limits the days after it."""
    found = ratio(rows=PRINTED[:1])
    assert (found.low, found.point, found.high) == (0.0, None, pytest.approx(0.475))
    assert predict(rows=PRINTED[:1]).loc["Taobao and JD", "verdict_on_path"] == NOT_KNOWN


def test_full_own_share_needs_an_endless_multiple():
    """If nothing is left outside, no festival is large enough to keep a link."""
    decided = [("x", "2022-01-01", False, False, 1.0, 1.0)]
    row = predict(decided=decided, using=Estimate(0.01, 0.01, 0.01, None)).loc["x"]
    assert row["multiple_needed"] == math.inf


def test_half_open_given_shares_are_completed():
    """One given bound alone leaves the other at its natural end."""
    decided = [("x", "2022-01-01", True, False, 0.5, UNREAD), ("y", "2022-01-01", True, False, UNREAD, 0.5)]
    table = predict(decided=decided)
    assert table["independent_high"].to_list() == [1.0, 0.5]
    assert table["independent_low"].to_list() == [0.5, 0.0]


def test_falls_within_rounding_are_borne():
    """85 % in whole points, then 84.9 %: the prints agree, and the path does not fall."""
    rows = [PRINTED[0], ("2021Q1", 85.0, "exact", ""), ("2021Q2", 84.9, "exact", "")]
    assert share_on(date(2021, 7, 1), rows).point == pytest.approx(0.85, abs=0.001)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("2020Q1", 53.0, "exact", ""), ("2021Q1", 50.0, "exact", "")], "'own_shop' must not fall"),
        ([("2020Q1", 153.0, "exact", "")], r"between 0 and 100 \(got 153 in 2020Q1\)"),
    ],
)
def test_impossible_shares_are_refused(rows, words):
    """A falling share breaks the rule's reading, and no share passes one hundred."""
    with pytest.raises(InputError, match=words):
        summarise_shares(own_shop(rows))


def test_broken_frames_are_refused_by_name():
    """Missing columns and shares outside 0 to 1 are named."""
    with pytest.raises(InputError, match=r"'own_shop' must have the columns .* \(missing: bound, note\)"):
        summarise_shares(own_shop()[["period", "value"]])
    with pytest.raises(InputError, match="'decisions' must have the columns"):
        solve_predictions(HoldUpRecord(), own_shop(), pd.DataFrame(), ratio=ratio())
    with pytest.raises(InputError, match=r"between 0 and 1 \(got 20 to 40 for 'x'\)"):
        predict(decided=[("x", "2022-01-01", True, False, 20.0, 40.0)])


@pytest.mark.parametrize(
    "field",
    [
        {"partner_goods_in_own_shops": 1.0},
        {"dependence_cost_ratio": 0.0},
        {"festival_margin_multiple": 0.5},
    ],
)
def test_record_limits(field):
    """Some own-shop goods are own, dependence costs something, festivals do not shrink margins."""
    with pytest.raises(ValidationError):
        HoldUpRecord(**field)


EVENTS = pd.DataFrame(
    {
        "event_id": ["links_reopened", "cut_effective", "gravity_2022", "youzan_links_removed"],
        "date": ["2022-10-28", "2022-03-01", "2022-05-13", "2021-11-15"],
    }
)
SHARES = pd.DataFrame(PRINTED, columns=["period", "value", "bound", "note"])


def predict_from(events, record=None):
    record = record or HoldUpRecord()
    ratio = solve_ratio(record, SHARES, cut_on=find_cut(events))
    return solve_predictions(record, SHARES, summarise_decisions(events), ratio=ratio)


def test_decisions_on_links_are_read_in_order_and_others_left_out():
    """Only the return is no drop, and it alone falls on a festival."""
    found = summarise_decisions(EVENTS)
    assert ["Youzan dropped", "JD dropped", "JD restored"] == found["event"].tolist()
    assert [True, True, False] == found["dropped"].tolist() == (~found["festival"]).tolist()
    assert summarise_decisions(EVENTS[:0]).empty
    assert find_cut(EVENTS[:1]) is None


def test_a_decision_that_was_not_known_has_a_row_of_unknowns():
    """Before the return its row is there and empty, and no ratio is limited from above."""
    known = predict_from(EVENTS[EVENTS["event_id"] != "links_reopened"])
    assert summarise_ratios(known).loc["links_reopened"].isna().all()
    assert solve_common_ratio(known).why.startswith("no decision known by then")


def test_the_festival_needed_lets_one_ratio_meet_all_dates():
    """At a margin just above it the dates agree, and the words name the ratios."""
    apart = solve_common_ratio(predict_from(EVENTS))
    assert apart.words == "no single ratio meets them all"
    needed = solve_festival_needed(HoldUpRecord(), apart)
    met = solve_common_ratio(predict_from(EVENTS, HoldUpRecord(festival_margin_multiple=1.01 * needed)))
    assert met.exists
    assert met.words.endswith("meet them all")


def test_goods_hidden_in_own_shops_make_the_festival_needed_fall():
    """The more of a partner's goods stand indoors, the less a festival has to explain."""
    fit = solve_festival_fit(
        HoldUpRecord(), SHARES, summarise_decisions(EVENTS), cut_on=CUT, hidden=(0.0, 0.02, 0.05)
    )
    for _, curve in fit.groupby("curve"):
        assert curve["festival"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("dropped_on", "words"),
    [(date(2022, 2, 27), "2 days before the cut"), (date(2022, 3, 4), "3 days after the cut"), (None, None)],
)
def test_the_gap_to_the_cut_is_said_in_words(dropped_on, words):
    assert words == describe_gap(dropped_on, CUT)
