"""The day on which each figure became public."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from helpers import data

SERIES = ("kuaishou_quarterly", "kuaishou_annual", "peers_annual", "market_annual")
RESULTS_METRICS = {
    "ecommerce_gmv",
    "dau",
    "mau",
    "minutes_per_dau",
    "revenue_total",
    "revenue_online_marketing",
    "revenue_live_streaming",
    "revenue_other_services",
    "gross_profit",
    "adjusted_net_profit",
    "selling_marketing_expenses",
    "selling_marketing_share_of_revenue",
}


def last_day_of(period: str) -> pd.Timestamp:
    year, part = int(period[:4]), period[4:]
    month = {"": 12, "Q1": 3, "Q2": 6, "H1": 6, "Q3": 9, "M9": 9, "M11": 11, "Q4": 12}[part]
    return pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd(0)


def quarters(first: str, last: str) -> list[str]:
    return [str(one) for one in pd.period_range(first, last, freq="Q")]


def test_gmv_on_the_day_of_the_reopening_article_runs_to_2022q2_without_a_gap():
    """On 2022-11-10 a careful analyst knew GMV of 2020Q1 to 2022Q2, and not of 2022Q3."""
    known = data.series("ecommerce_gmv", as_of="2022-11-10")
    assert quarters("2020Q1", "2022Q2") == known["period"].tolist()


def test_2022q3_appears_on_its_results_day_and_not_before():
    assert "2022Q3" not in set(data.series("ecommerce_gmv", as_of="2022-11-21")["period"])
    assert "2022Q3" in set(data.series("ecommerce_gmv", as_of="2022-11-22")["period"])


@pytest.mark.parametrize("dataset", ["kuaishou_quarterly", "kuaishou_annual"])
def test_no_gmv_is_known_before_the_prospectus(dataset):
    """The first GMV of any period was published with the prospectus of 2020-11-05."""
    assert data.series("ecommerce_gmv", dataset=dataset, as_of="2020-11-04").empty


def test_prospectus_day_shows_the_years_and_the_half_years_it_printed():
    known = data.series("ecommerce_gmv", dataset="kuaishou_annual", as_of="2020-11-05")
    assert known["period"].tolist() == ["2018", "2019", "2019H1", "2020H1"]


def test_no_gmv_of_a_peer_row_of_kuaishou_is_known_before_the_prospectus():
    peers = data.load("peers_annual", "2020-11-04")
    assert peers[peers["company"] == "Kuaishou"].empty


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2020Q1", "2021-05-24"),  # no release of its own: a comparative a year later
        ("2020Q2", "2021-05-24"),  # half-year less first quarter: when the later of the two was known
        ("2020Q3", "2021-01-16"),
        ("2020Q4", "2021-03-23"),
        ("2021Q4", "2022-03-29"),  # read from a comparative of 2023, dated by its own release
        ("2022Q1", "2022-05-24"),
        ("2022Q2", "2022-08-23"),
    ],
)
def test_gmv_carries_the_day_of_its_first_release(period, day):
    gmv = data.series("ecommerce_gmv").set_index("period")
    assert pd.Timestamp(day) == gmv.loc[period, "published"]


def test_year_less_three_quarters_confirms_that_2021q4_was_known_by_its_own_release():
    """680.0 less the first three quarters lies within rounding of the figure printed later."""
    day = "2022-03-29"
    year = data.series("ecommerce_gmv", dataset="kuaishou_annual", as_of=day).set_index("period")["value"]
    quarter = data.series("ecommerce_gmv", as_of=day).set_index("period")["value"]
    rest = year["2021"] - quarter[["2021Q1", "2021Q2", "2021Q3"]].sum()
    assert rest == pytest.approx(quarter["2021Q4"], abs=0.1)


def test_every_quarter_since_listing_has_a_release_after_its_end():
    calendar = data.load("releases").set_index("period")["published"]
    assert set(quarters("2021Q1", "2025Q4")) <= set(calendar.index)
    assert all(day > last_day_of(period) for period, day in calendar.items())


def test_releases_of_quarters_follow_one_another():
    calendar = data.load("releases").set_index("period")["published"]
    assert calendar[quarters("2021Q1", "2025Q4")].is_monotonic_increasing


@pytest.mark.parametrize("dataset", ["kuaishou_quarterly", "kuaishou_annual"])
def test_printed_results_figures_carry_the_day_of_the_calendar(dataset):
    """A figure of the results, printed and with a release of its own, has that release's day."""
    frame = data.load(dataset)
    frame = frame[frame["metric"].isin(RESULTS_METRICS) & ~frame["derived"]]
    calendar = data.load("releases").set_index("period")["published"]
    frame = frame[frame["period"].isin(calendar.index)]
    assert len(frame) > 60
    assert frame["published"].tolist() == frame["period"].map(calendar).tolist()


@pytest.mark.parametrize("dataset", ["kuaishou_quarterly", "kuaishou_annual"])
def test_no_figure_is_public_before_its_period_has_ended(dataset):
    frame = data.load(dataset)
    assert all(frame["published"] > frame["period"].map(last_day_of))


def test_no_annual_figure_is_public_before_its_year_has_ended():
    for dataset in ("peers_annual", "market_annual"):
        frame = data.load(dataset)
        assert (frame["published"].dt.year > frame["year"]).all(), dataset


@pytest.mark.parametrize("dataset", [*SERIES, "events", "releases"])
def test_a_month_or_year_counts_as_known_on_its_last_day(dataset):
    frame = data.load(dataset)
    month = frame.loc[frame["published_precision"] == "month", "published"]
    year = frame.loc[frame["published_precision"] == "year", "published"]
    assert month.dt.is_month_end.all()
    assert year.dt.is_year_end.all()


def test_an_announced_event_is_shown_before_its_date():
    """Douyin announced on 2020-08-27 what took effect on 2020-10-09."""
    between = data.load("events", "2020-09-29").set_index("event_id")
    assert between.loc["douyin_ban_effective", "announced"]
    assert not between.loc["douyin_ban_notice", "announced"]
    after = data.load("events", "2020-10-09").set_index("event_id")
    assert not after.loc["douyin_ban_effective", "announced"]


def test_the_cut_is_announced_a_week_before_it_takes_effect():
    events = data.load("events", "2022-02-25").set_index("event_id")
    assert events.loc["cut_effective", "announced"]


def test_days_of_the_data_end_with_the_newest_source():
    assert data.first_and_last_day() == (dt.date(2018, 6, 28), dt.date(2026, 5, 12))


def test_the_calendar_of_an_early_day_lists_no_later_release():
    calendar = data.load("releases", "2022-11-10")
    assert "2022Q2" in set(calendar["period"])
    assert "2022Q3" not in set(calendar["period"])
