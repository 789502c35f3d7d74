"""The page on how answers moved: a column a day, and only claims whose verdict moved."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from helpers.book import moved
from helpers.book.figures import RenderedFigure
from helpers.runs.dated import DatedAnswers


def result(value: Any, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """Return a result as a run keeps it."""
    return {"value": value, "low": low, "high": high, "unit": "%", "meaning": "Part that is per hour."}


def answers(day: str, part: dict[str, Any], verdicts: dict[str, str]) -> DatedAnswers:
    """Return the answers of a day with given verdicts."""
    dated = DatedAnswers(day, {"synthesis": f"key-{day}"}, {"synthesis": {"hour_part": part}})
    table = pd.DataFrame(verdicts.items(), columns=["claim_id", "verdict"])
    dated.__dict__["verdicts"] = table
    return dated


DAYS = [
    answers("2020-06-15", result(None), {"c02": "mixed"}),
    answers("2022-11-10", result(24.2, -49.0, 41.7), {"c01": "not yet known", "c02": "mixed"}),
    answers("2026-05-12", result(50.2, 38.6, 55.7), {"c01": "supported", "c02": "mixed"}),
]
CLAIMS = pd.DataFrame(
    {"claim_id": ["c01", "c02"], "claim": ["Closing slowed growth.", "Other."], "theme": "closed_loop"}
)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The charts that the page draws."""
    specs: list[dict[str, Any]] = []
    monkeypatch.setattr(
        moved.figures, "render_figure", lambda spec, **_: specs.append(spec) or RenderedFigure("", {})
    )
    return specs


def test_each_day_has_its_column_with_interval(drawn: list[dict[str, Any]]) -> None:
    """An answer that a day could not know says so, and the chart leaves that day out."""
    page, _ = moved.describe_moves(DAYS, CLAIMS)
    assert '<td data-label="2020-06-15"><small>not yet known</small></td>' in page
    assert '<td data-label="2022-11-10">24.2<small>−49 to 41.7</small></td>' in page
    (chart,) = drawn
    assert "2 rows of" in chart["usermeta"]["alt"]


def test_only_verdicts_that_moved_are_listed_and_counted(drawn: list[dict[str, Any]]) -> None:
    """A claim whose article was not public on a day has no verdict there and counts on neither side."""
    page, _ = moved.describe_moves(DAYS, CLAIMS)
    assert "claims.html#claim-c01" in page
    assert "claims.html#claim-c02" not in page
    assert "2020-06-15: 0 of 1 verdicts are others today" in page
    assert "2022-11-10: 1 of 2 verdicts are others today" in page


def test_a_first_day_has_nothing_to_compare(drawn: list[dict[str, Any]]) -> None:
    """One day is one column, without a chart and without moves."""
    page, files = moved.describe_moves(DAYS[:1], CLAIMS)
    assert "No verdict moved over these days." in page
    assert ([], {}) == (drawn, files)
