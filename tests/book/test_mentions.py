"""Days and periods named in text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.book.mentions import find_dates, find_later


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("on 2022-11-22.", date(2022, 11, 22)),
        ("month 2022-11 only", date(2022, 11, 1)),
        ("2022Q3", date(2022, 7, 1)),
        ("2022 Q3", date(2022, 7, 1)),
        ("Q3 2022", date(2022, 7, 1)),
        ("the third quarter of 2022", date(2022, 7, 1)),
        ("2023H2", date(2023, 7, 1)),
        ("28 October 2022", date(2022, 10, 28)),
        ("Oct. 2022", date(2022, 10, 1)),
        ("October 28, 2022", date(2022, 10, 28)),
        ("May 2020", date(2020, 5, 1)),
        ("in 2025,", date(2025, 1, 1)),
        ("2022年11月22日", date(2022, 11, 22)),
        ("2022年11月", date(2022, 11, 1)),
        ("2022年第三季度", date(2022, 1, 1)),
        ("https://example.com/2024/a.html", date(2024, 1, 1)),
    ],
)
def test_a_day_or_period_begins_when_it_says(text: str, begins: date) -> None:
    """Each way of writing gives one mention with its first day."""
    assert [mention.begins for mention in find_dates(text)] == [begins]


def test_both_ends_of_a_range_are_read() -> None:
    """A range of years or quarters names its last one too."""
    assert [mention.begins.year for mention in find_dates("2018–2025 and 2020Q1–2024Q3")] == [
        2018,
        2025,
        2020,
        2024,
    ]


@pytest.mark.parametrize("text", ["RMB 2,033bn", "2033.5", "0.2025", "a2025b", "20250101", "12025"])
def test_other_numbers_are_not_dates(text: str) -> None:
    """Quantities, hashes and versions stay out."""
    assert find_dates(text) == []


@given(st.dates(date(2018, 1, 1), date(2030, 12, 31)), st.dates(date(2018, 1, 1), date(2030, 12, 31)))
def test_a_day_is_later_exactly_if_it_is_after(written: date, day: date) -> None:
    """The comparison is strict: an edition knows its own day."""
    assert bool(find_later(f"on {written.isoformat()}", day)) is (written > day)
