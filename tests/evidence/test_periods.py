"""Dates of Chinese prose become ISO periods."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evidence.fold import fold
from helpers.evidence.periods import Period, match_period

NOVEMBER = dt.date(2022, 11, 10)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020年5月27日", "2020-05-27"),
        ("2020 年 3 月", "2020-03"),
        ("２０２０年５月", "2020-05"),
        ("二〇二〇年五月二十七日", "2020-05-27"),
        ("9月28日", "2022-09-28"),
        ("6月16當天", "2022-06-16"),
        ("今年3月1日", "2022-03-01"),
        ("去年11月", "2021-11"),
        ("十一月", "2022-11"),
        ("二季度", "2022Q2"),
        ("第二季度", "2022Q2"),
        ("今年一季度", "2022Q1"),
        ("二季報", "2022Q2"),
        ("2023年Q1", "2023Q1"),
        ("2020Q3", "2020Q3"),
        ("2022H1", "2022H1"),
        ("Q2", "2022Q2"),
        ("今年前三季度", "2022Q1/2022Q3"),
        ("2021年上半年", "2021H1"),
        ("下半年", "2022H2"),
        ("2018 年底", "2018"),
        ("上一年", "2021"),
        ("2018-2025年", "2018/2025"),
        ("2020年9月1日-10月31日", "2020-09-01/2020-10-31"),
        ("2019年11月至2020年2月", "2019-11/2020-02"),
        ("2023-05-17 17:33", "2023-05-17"),
        ("2022电商大会", "2022"),
    ],
)
def test_a_date_resolves_by_the_day_of_its_text(text, iso):
    """What the words leave open, the day of publication settles."""
    found = match_period(fold(text), 0)
    assert found is not None
    assert found[0].resolve(NOVEMBER) == iso


@pytest.mark.parametrize(
    "text", ["3个月", "2020亿元", "12000元", "2022%", "13月", "月底", "2月31日起"[2:], "季度", "周一"]
)
def test_what_only_looks_like_a_date_is_none(text):
    """Durations, amounts and impossible dates are not dates."""
    assert match_period(text, 0) is None


def test_an_open_year_far_ahead_is_the_year_before():
    """In January, "November" is the last one."""
    found = match_period("11月1日", 0)
    assert found is not None
    assert found[0].resolve(dt.date(2023, 1, 15)) == "2022-11-01"
    assert found[0].resolve(dt.date(2023, 9, 15)) == "2023-11-01"


def test_a_date_without_year_agrees_with_that_day_of_any_year():
    """The year of such a date is a reading; month and day are not."""
    day = Period(month=6, day=16)
    assert day.agrees("2020-06-16", NOVEMBER)
    assert not day.agrees("2020-06-15", NOVEMBER)
    assert not Period(year=2022, month=6, day=16).agrees("2020-06-16", NOVEMBER)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
@settings(max_examples=60)
def test_every_written_day_is_read_back(day):
    """A day written in full is that day, whatever the text's own date."""
    found = match_period(f"{day.year}年{day.month}月{day.day}日", 0)
    assert found is not None
    assert found[0].resolve(NOVEMBER) == day.isoformat()
