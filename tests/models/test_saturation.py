"""Ceiling of the shelf's share, and growth of total sales under displacement."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import chi2

from helpers.models import saturation
from helpers.models.saturation import (
    NO_LOWER_END,
    NO_UPPER_END,
    NO_YEAR,
    SaturationRecord,
    select_displaced,
    solve_share_paths,
    solve_total_growth,
    span_displaced,
    summarise_displacement,
    summarise_growth_ahead,
)

RECORD = SaturationRecord()
PERIODS = [str(quarter) for quarter in pd.period_range("2023Q3", periods=9, freq="Q")]
PUBLISHED = pd.DataFrame(
    [
        ("2023Q3", 0.19, 0.20, 0.195),
        ("2024Q1", 0.20, 0.21, 0.205),
        ("2024Q2", 0.25, 0.26, 0.255),
        ("2024Q3", 0.265, 0.275, 0.27),
        ("2024Q4", 0.295, 0.305, 0.30),
        ("2025Q1", 0.295, 0.305, 0.30),
        ("2025Q2", 0.32, 0.33, 0.325),
        ("2025Q3", 0.32, 0.33, 0.325),
    ],
    columns=["period", "low", "high", "value"],
)
GMV = pd.DataFrame({"period": ["2024Q3", "2025Q3"], "value": [334.2, 385.044], "bound": ["exact", "exact"]})
parts = st.floats(0.0, 1.0)
shares = st.floats(0.05, 0.6)


def make_shares(path, half=0.0005):
    """Make intervals of a known path."""
    return pd.DataFrame({"period": PERIODS, "low": path - half, "high": path + half, "value": path})


@pytest.fixture(scope="module")
def published():
    """Fit the published shares once."""
    return solve_share_paths(RECORD, PUBLISHED)


def test_published_shares_leave_the_ceiling_open_above(published):
    """Eight loose prints rule out a ceiling below about 31% and none above; the result says so."""
    assert published.ceiling.low == pytest.approx(0.317, abs=0.002)
    assert published.ceiling.high is None
    assert published.ceiling.why == NO_UPPER_END
    assert 0.35 < published.ceiling.value < 0.50


def test_straight_line_describes_the_published_shares_as_well(published):
    """The ceiling does not earn its parameter: the line's criterion is the smaller one."""
    assert published.line_akaike < published.logistic_akaike


def test_paths_run_on_without_gaps(published):
    """Paths cover every quarter from the first print to the horizon and mark what was published."""
    assert published.paths["published"].sum() == 9
    assert len(published.paths) == 9 + RECORD.share_horizon_quarters
    assert published.paths["period"].iloc[-1] == "2027Q3"


def test_profile_touches_nought_at_the_likeliest_ceiling(published):
    """The loss is never negative and is smallest beside the value."""
    assert (published.profile["loss"] > -1e-6).all()
    nearest = published.profile.loc[published.profile["loss"].idxmin(), "ceiling"]
    assert nearest == pytest.approx(published.ceiling.value, rel=0.04)


def test_bent_path_gives_its_ceiling_back():
    """A logistic path that has turned, printed finely, returns its ceiling with both ends."""
    number = np.arange(9)
    fitted = solve_share_paths(RECORD, make_shares(0.35 / (1 + np.exp(0.5 - 0.6 * number))))
    assert fitted.ceiling.value == pytest.approx(0.35, abs=0.003)
    assert fitted.ceiling.low < 0.35 < fitted.ceiling.high
    assert fitted.ceiling.why is None


def test_straight_path_gives_its_line_back():
    """Shares on a line are drawn on along it, and no upper end of a ceiling is claimed."""
    fitted = solve_share_paths(RECORD, make_shares(0.10 + 0.01 * np.arange(9)))
    np.testing.assert_allclose(fitted.paths["line"], 0.10 + 0.01 * np.arange(17), atol=5e-4)
    assert fitted.line_akaike < fitted.logistic_akaike


def test_higher_confidence_widens_the_interval(published):
    """At 60% the interval closes above and lies within the one at 95%."""
    narrow = solve_share_paths(SaturationRecord(ceiling_confidence=0.6), PUBLISHED).ceiling
    assert narrow.low > published.ceiling.low
    assert narrow.value == pytest.approx(published.ceiling.value)
    assert narrow.high is not None


def test_limit_approaches_chi_square_with_many_rows():
    """With many quarters the allowed loss is the usual one."""
    many = pd.DataFrame({"period": [str(q) for q in pd.period_range("1990Q1", periods=60, freq="Q")]})
    path = 0.5 / (1 + np.exp(-0.05 * (np.arange(60) - 20)))
    wobble = 0.01 * np.sin(np.arange(60))
    limit = solve_share_paths(RECORD, many.assign(low=path + wobble - 0.005, high=path + wobble + 0.005))
    assert limit.profile["limit"].iloc[0] == pytest.approx(chi2.ppf(0.95, 1), rel=0.1)


def test_scattered_shares_leave_the_ceiling_open_below(monkeypatch):
    """The path at the lowest ceiling then runs to the lowest one tried, a tenth below the newest share."""
    monkeypatch.setattr(saturation, "PROFILE_POINTS", 6)
    low = pd.Series([0.19, 0.25, 0.21, 0.24, 0.27])
    fitted = solve_share_paths(RECORD, pd.DataFrame({"period": PERIODS[:5], "low": low, "high": low + 0.01}))
    assert (fitted.ceiling.low, NO_LOWER_END in fitted.ceiling.why) == (None, True)
    assert fitted.paths["logistic_low"].iloc[-1] == pytest.approx(0.9 * 0.27)


def test_few_shares_are_not_fitted():
    """Four shares cannot carry four parameters: nothing is fitted and the reason is given."""
    fitted = solve_share_paths(RECORD, PUBLISHED.iloc[:4])
    assert fitted.ceiling.value is None
    assert "fewer than five shares" in fitted.why
    assert fitted.paths.empty
    assert fitted.profile.empty


@settings(max_examples=40)
@given(shares, shares, st.floats(-0.2, 0.4), parts)
def test_growth_adds_up_field_by_field(before, after, content_growth, part):
    """Content less what it loses, plus the shelf, is the total that the formula gives."""
    total = 1 + solve_total_growth(before, after, content_growth, part)
    shelf_growth = after * total - before
    content = (1 - before) * (1 + content_growth) - part * shelf_growth
    assert content + after * total == pytest.approx(total)


@settings(max_examples=40)
@given(shares, st.floats(-0.2, 0.4), st.floats(0.01, 0.2), st.floats(0.0, 0.9))
def test_rising_share_adds_less_the_more_is_displaced(before, content_growth, rise, part):
    """With displacement a higher share brings less growth than without."""

    def gain(d):
        with_rise = solve_total_growth(before, before + rise, content_growth, d)
        return with_rise - solve_total_growth(before, before, content_growth, d)

    assert gain(part) > gain(part + 0.1) - 1e-12
    assert gain(1.0) == pytest.approx(0.0, abs=1e-12)


def test_no_displacement_at_rest_grows_like_content():
    """Without displacement a constant share leaves total growth equal to content growth."""
    assert solve_total_growth(0.3, 0.3, 0.065, 0.0) == pytest.approx(0.065)


def test_displacement_is_not_identified_by_the_accounts():
    """Every part of displacement, with its own content growth, returns the published total growth."""
    table = summarise_displacement(GMV, PUBLISHED)
    content = table[table["quantity"] == "content_growth"]
    totals = solve_total_growth(0.27, 0.325, content["value"].to_numpy(), content["displacement"].to_numpy())
    np.testing.assert_allclose(totals, 385.044 / 334.2 - 1)


def test_displacement_moves_the_contribution_from_all_to_nothing():
    """The shelf brings 9.4 to 11.5 points of 2025Q3 growth with no displacement and none with full."""
    table = summarise_displacement(GMV, PUBLISHED, displacements=(0.0, 1.0))
    assert set(table["period"]) == {"2025Q3"}
    contribution = table[table["quantity"] == "shelf_contribution"]
    assert contribution["low"].tolist() == pytest.approx([0.32 * 385.0435 / 334.25 - 0.275, 0.0], abs=1e-9)
    assert contribution["value"].iloc[0] == pytest.approx((0.325 * 385.044 - 0.27 * 334.2) / 334.2)
    rest = table[table["quantity"] == "growth_with_share_at_rest"]
    assert rest["value"].is_monotonic_increasing


def test_growth_ahead_is_the_same_on_all_paths_under_full_displacement(published):
    """When everything is taken from content, the path of the share does not matter for the total."""
    table = summarise_displacement(GMV, PUBLISHED, displacements=(0.0, 1.0))
    ahead = summarise_growth_ahead(table, PUBLISHED, published.paths)
    full = ahead[ahead["displacement"] == 1.0]["growth"]
    assert np.ptp(full) == pytest.approx(0.0, abs=1e-12)
    none = ahead[ahead["displacement"] == 0.0].set_index("path")["growth"]
    assert none["line"] > none["logistic"] > none["at_rest"]
    rest = table[table["quantity"] == "growth_with_share_at_rest"]["value"]
    assert none["at_rest"] == pytest.approx(rest.iloc[0])


def test_growth_at_rest_needs_no_fitted_path(published):
    """Before a path can be fitted the share at rest is known already, and nothing else."""
    table = summarise_displacement(GMV, PUBLISHED, displacements=(0.5,))
    ahead = summarise_growth_ahead(table, PUBLISHED, published.paths.iloc[:0])
    assert ahead["path"].tolist() == ["at_rest"]


def test_quarters_without_a_year_before_give_no_rows():
    """Without two shares a year apart the table is empty, whatever quarter is asked for."""
    assert summarise_displacement(GMV, PUBLISHED.iloc[:3]).empty
    assert summarise_displacement(GMV, PUBLISHED, period="2024Q4").empty
    nothing = summarise_displacement(GMV, PUBLISHED.iloc[:3])
    assert summarise_growth_ahead(nothing, PUBLISHED, pd.DataFrame()).empty


@pytest.mark.parametrize(("field", "value"), [("ceiling_confidence", 0.999), ("share_horizon_quarters", 3)])
def test_record_has_limits(field, value):
    """A level or horizon out of range is refused with the field's name."""
    with pytest.raises(ValidationError, match=field):
        SaturationRecord(**{field: value})


def test_an_outcome_at_one_displacement_lies_within_its_span():
    """The span runs over every displacement: from nothing added to all of the shelf's increase."""
    displaced = summarise_displacement(GMV, PUBLISHED, displacements=[0.0, 0.3, 1.0])
    span = span_displaced(displaced, "shelf_contribution", 0.3)
    assert span.value == select_displaced(displaced, "shelf_contribution", 0.3).value
    assert span.low == 0.0
    assert span.high == select_displaced(displaced, "shelf_contribution", 0.0).high


def test_displacement_without_two_years_is_not_known():
    displaced = summarise_displacement(GMV.iloc[1:], PUBLISHED)
    assert span_displaced(displaced, "shelf_contribution", 0.0).why == NO_YEAR


def test_the_better_path_has_the_smaller_criterion(published):
    assert published.better == "line"
    assert published.akaike_gap == published.line_akaike - published.logistic_akaike < 0
    unknown = solve_share_paths(RECORD, PUBLISHED.iloc[:4])
    assert (unknown.better, unknown.akaike_gap) == (None, None)
