"""Growth of total sales once the shelf's share rests, and what moves it."""

import pandas as pd
import pytest

from helpers.models.growth_at_rest import GrowthAtRestRecord, solve_growth_at_rest, summarise_swings

RECORD = GrowthAtRestRecord()
COLUMNS = ["period", "value", "bound"]
GMV = pd.DataFrame([("2024Q3", 334.2, "exact"), ("2025Q3", 385.044, "exact")], columns=COLUMNS)
SHARES = pd.DataFrame([("2024Q3", 27.0, "exact"), ("2025Q3", 32.0, "lower")], columns=COLUMNS)
CONTENT = 0.675 * 385.044 / (0.73 * 334.2) - 1
RANGES = {"patience_hours": (2.0, 24.0), "over_share_width_points": (0.0, 2.0)}


def rest(**given):
    return solve_growth_at_rest(RECORD, GMV, SHARES, **given)


def test_nothing_taken_from_content_leaves_the_pace_of_content():
    """With no displacement and a share at rest, total sales grow as content does, shift included."""
    assert rest(displacement=0.0) == pytest.approx(CONTENT)
    assert rest(displacement=0.0, content_shift=-0.02) == pytest.approx(CONTENT - 0.02)


def test_all_taken_from_content_leaves_what_the_total_had_added():
    """With full displacement content would have grown by all that was added, and grows on its own share."""
    added = (385.044 - 334.2) / (0.73 * 334.2)
    assert rest(displacement=1.0) == pytest.approx((1 - 0.325) * added)


def test_the_part_that_would_have_waited_lies_between():
    assert rest(displacement=0.0) < rest() < rest(displacement=1.0)


def test_each_assumption_goes_to_both_ends_alone():
    """The bars hold what a run with that one assumption gives; patience leaves the order of its ends."""
    swings = summarise_swings(RECORD, GMV, SHARES, RANGES).set_index("parameter")
    assert list(swings.index) == ["displacement", "content_shift", *RANGES]
    impatient = GrowthAtRestRecord(patience_hours=2.0)
    assert swings.loc["patience_hours", "result_low"] == solve_growth_at_rest(impatient, GMV, SHARES)
    assert swings.loc["displacement", "width"] == pytest.approx(rest(displacement=1.0) - CONTENT)
    assert swings.loc["content_shift", "width"] == 0.0
    assert swings.loc["content_shift", ["setting_low", "setting_high"]].tolist() == ["slowest", "fastest"]


def test_without_two_years_nothing_swings():
    """One print gives no growth: no bar is drawn and no number given."""
    one = SHARES.iloc[1:]
    assert solve_growth_at_rest(RECORD, GMV, one) is None
    assert summarise_swings(RECORD, GMV, one, RANGES).empty
