"""Charts of the page on the shelf, where the picture could say more than is known."""

import pandas as pd

from helpers.charts.pages import omni_domain as pages

SPLITS = pd.DataFrame(
    [
        ("2024Q1", "convention", "shelf_part_of_increment", 0.33, 0.30, 0.36),
        ("2024Q1", "words", "shelf_part_of_increment", None, 0.0, 1.0),
        ("2024Q3", "words", "shelf_part_of_increment", None, 0.69, 2.0),
        ("2024Q3", "words", "other_growth", None, -1.0, 0.08),
    ],
    columns=["period", "reading", "quantity", "value", "low", "high"],
).astype({"value": float})
SWINGS = pd.DataFrame(
    [("patience_hours", 2.0, 24.0, 0.08, 0.12), ("patience_law", "heavy", "fixed", 0.09, 0.11)],
    columns=["parameter", "setting_low", "setting_high", "result_low", "result_high"],
)


def table_of(chart):
    return chart.tables()[0]


def test_a_floor_is_drawn_open_and_only_where_the_words_give_one():
    """Words that allow a part of nought bound nothing; those that do leave the upper side open."""
    table = table_of(pages.chart_increment_parts(SPLITS, "a source"))
    assert ["2024Q1, convention", "2024Q3, words alone"] == list(table.iloc[:, 0])
    floor = table.iloc[1]
    assert 69.0 == floor["Low"]
    assert pd.isna(floor["High"])


def test_assumptions_are_named_in_words_with_their_units():
    chart = pages.chart_swings(SWINGS, 0.1, None, "a source")
    words = table_of(chart).astype(str).to_string()
    for expected in ("mean patience", "2 hours", "24 hours", "law of patience", "heavy tail", "all alike"):
        assert expected in words


def test_no_claim_draws_no_line_for_it():
    path = pd.DataFrame({"step": [0, 1], "lift": [0.0, 0.1]})
    cases = [set(table_of(pages.chart_coupling_path(path, claim, None))["Series"]) for claim in (None, 0.15)]
    assert [{"coupled"}, {"coupled", "claimed, at least"}] == cases


def test_what_is_not_known_is_a_message_with_its_reason():
    chart = pages.chart_growth_ahead(
        pd.DataFrame(columns=["displacement", "path", "growth"]), 0.3, "no share was printed", "a source"
    )
    assert "No share was printed" in chart.spec["description"]


def test_accounts_that_cannot_be_split_say_what_is_missing():
    """Total sales may be known while the shelf's share is not: "nothing published" would be untrue."""
    for draw in (pages.chart_growth_points, pages.chart_increment_parts):
        assert pages.NO_YEAR in draw(SPLITS.iloc[:0], "a source").spec["description"]
