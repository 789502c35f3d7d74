"""Interrupted series: a planted effect is found, every combination is kept, and too little data is said."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy import stats

from helpers.errors import InputError, UnknownNameError
from helpers.models.interrupted_series import (
    SPECIFICATIONS,
    InterruptedSeriesRecord,
    simulate_search,
    solve_detectable_shift,
    solve_differences,
    solve_exposure,
    solve_specification_curve,
    solve_structural,
    summarise_curve,
    summarise_differences,
    summarise_placebos,
    summarise_structural,
)

QUARTERS = pd.period_range("2020Q1", "2025Q3", freq="Q")
LEVELS_TO_2022 = [37.078, 72.5, 94.5, 177.1, 118.559, 145.4, 175.8, 240.3, 175.076, 191.2, 222.5, 312.4]
LEVELS_FROM_2023 = [224.8, 265.5, 290.2, 403.9, 288.1, 305.3, 334.2, 462.1, 332.3, 358.9, 385.044]
GMV = pd.Series([*LEVELS_TO_2022, *LEVELS_FROM_2023], index=[str(quarter) for quarter in QUARTERS])
RECORD = InterruptedSeriesRecord(search_draws=99)


def plant(effect_log, *, coding="closed", noise=0.0, seed=0):
    """Build a series with season, a quadratic trend in logs and a known effect of exposure."""
    time = np.arange(len(QUARTERS)) / (len(QUARTERS) - 1)
    season = np.array([0.0, 0.1, 0.2, 0.5])[QUARTERS.quarter - 1]
    shock = noise * np.random.default_rng(seed).standard_normal(len(QUARTERS))
    log = (
        4 + season + 2 * time - 0.8 * time**2 + effect_log * solve_exposure(RECORD, QUARTERS, coding) + shock
    )
    return pd.Series(np.exp(log), index=QUARTERS)


@pytest.fixture(scope="module")
def curve():
    return solve_specification_curve(RECORD, GMV)


@pytest.fixture(scope="module")
def placebos():
    return summarise_placebos(RECORD, GMV)


def test_exposure_counts_the_days():
    """March is 31 of the 90 days of 2022Q1; of 2022Q4 27 of 92 days pass before the reopening."""
    quarters = pd.period_range("2021Q4", "2023Q1", freq="Q")
    closed, still_open = (solve_exposure(RECORD, quarters, coding) for coding in ("closed", "open"))
    assert closed.tolist() == pytest.approx([0, 31 / 90, 1, 1, 1, 1])
    assert still_open.tolist() == pytest.approx([0, 31 / 90, 1, 1, 27 / 92, 0])


def test_unknown_coding_is_answered_with_the_known_ones():
    """A coding that does not exist is an error with names."""
    with pytest.raises(UnknownNameError, match="unknown coding 'ajar'"):
        solve_exposure(RECORD, QUARTERS, "ajar")


def test_every_combination_has_its_row(curve):
    """Four trends, three windows, two codings, with and without the lockdown dummy: none is dropped."""
    assert len(curve) == 48 == len(SPECIFICATIONS)
    assert curve["number"].tolist() == list(range(1, 49))
    assert not curve.duplicated(["trend", "window", "coding", "lockdown"]).any()
    assert curve["why"].eq("").all()


def test_a_planted_effect_is_recovered():
    """A fall of a fifth in a series without noise comes back from the model that made it."""
    planted = solve_specification_curve(RECORD, plant(np.log(0.8)))
    rows = planted[(planted["trend"] == "quadratic") & (planted["coding"] == "closed")]
    assert rows["effect_pct"].tolist() == pytest.approx([-20.0] * len(rows))
    assert rows["r2"].min() == pytest.approx(1.0)


def test_no_effect_is_found_where_none_is():
    """A smooth series gives an effect of nothing."""
    smooth = solve_specification_curve(RECORD, plant(0.0, noise=1e-6))
    assert smooth[smooth["trend"] == "quadratic"]["effect_pct"].abs().max() < 0.01


def test_unit_of_gmv_and_order_of_rows_do_not_matter(curve):
    """A series in RMB m, last quarter first, gives the same effects."""
    other = solve_specification_curve(RECORD, 1000 * GMV[::-1])
    assert np.allclose(other["effect_pct"], curve["effect_pct"])
    assert np.allclose(other["t_value"], curve["t_value"])


def test_interval_takes_the_wider_error(curve):
    """The interval is Student's t with the larger of both standard errors, in percent."""
    wide = curve[["standard_error_log", "hac_error_log"]].max(axis=1)
    reach = stats.t.ppf(0.975, curve["freedom"]) * wide
    assert np.allclose(curve["low_pct"], 100 * np.expm1(curve["effect_log"] - reach))
    assert np.allclose(curve["high_pct"], 100 * np.expm1(curve["effect_log"] + reach))
    assert curve["freedom"].equals(curve["quarters"] - 4 - _width(curve))


def _width(curve):
    """Columns besides the season: trend, lockdown dummy, exposure."""
    trend = curve["trend"].map({"quadratic": 2, "log time": 1, "spline": 2, "saturation": 2})
    return trend + curve["lockdown"].astype(int) + 1


def test_residual_statistics_stay_in_their_ranges(curve):
    """Durbin-Watson lies between nought and four, p-values and fit between nought and one."""
    assert curve["durbin_watson"].between(0, 4).all()
    shares = curve[["ljung_box_p", "p_value", "placebo_p", "r2"]]
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)


def test_t_values_of_curve_and_placebos_agree_at_the_true_date(curve, placebos):
    """Partialling out gives the same t as the full regression."""
    true = placebos[placebos["true_date"].astype(bool)].set_index("number")
    assert true["quarter"].eq("2022Q1").all()
    assert np.allclose(true["t_value"], curve.set_index("number")["t_value"])
    assert np.allclose(true["effect_pct"], curve.set_index("number")["effect_pct"])


def test_smallest_p_is_set_by_the_number_of_placebos(curve):
    """One over the dates, and no p is smaller."""
    assert np.allclose(curve["smallest_p"], 1 / (curve["placebos"] + 1))
    assert (curve["placebo_p"] >= curve["smallest_p"]).all()
    assert curve.loc[curve["window"] == "all quarters", "placebos"].tolist() == [19, 19, 17, 17] * 4


def test_placebos_keep_the_margin(placebos):
    """No placebo begins within two quarters of an end of its window."""
    full = placebos[(placebos["window"] == "all quarters") & (placebos["coding"] == "closed")]
    assert (full["quarter"].min(), full["quarter"].max()) == ("2020Q3", "2025Q2")


def test_placebos_of_the_open_coding_carry_the_whole_profile(placebos):
    """Four quarters of exposure must fit, so the last placebo begins four quarters before the end."""
    full = placebos[(placebos["window"] == "all quarters") & (placebos["coding"] == "open")]
    assert full["quarter"].max() == "2024Q4"


def test_a_large_planted_effect_beats_all_placebos():
    """With an effect far above the noise the true date ranks first and p is the smallest possible."""
    planted = solve_specification_curve(RECORD, plant(-0.5, noise=0.01))
    row = planted[(planted["trend"] == "quadratic") & (planted["window"] == "all quarters")].iloc[0]
    assert row["placebo_p"] == row["smallest_p"] == pytest.approx(0.05)


def test_search_over_dates_is_the_harder_test():
    """Looking at more places can only raise the chance of as large a value."""
    result = simulate_search(RECORD, GMV, seed=5)
    assert result.smallest_p == 0.01 <= result.p_over_combinations <= result.p_over_dates <= 1
    assert result.largest_t <= result.largest_t_any_date


def test_search_finds_a_planted_effect():
    """An effect far above the noise passes the correction."""
    result = simulate_search(RECORD, plant(-0.5, noise=0.01), seed=5)
    assert result.p_over_combinations == result.smallest_p


def test_search_is_fixed_by_its_seed():
    """Same seed, same p; the value looked for does not depend on the seed."""
    first, again, other = (simulate_search(RECORD, GMV, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert other.largest_t == first.largest_t


@pytest.mark.parametrize(("freedom", "level", "power"), [(3, 0.95, 0.8), (14, 0.95, 0.8), (9, 0.9, 0.5)])
def test_detectable_shift_has_the_power_it_promises(freedom, level, power):
    """A noncentral t draw at the shift is rejected with the power wanted."""
    shift = solve_detectable_shift(freedom, level, power)
    generator = np.random.default_rng(11)
    draws = (generator.standard_normal(200_000) + shift) / np.sqrt(
        generator.chisquare(freedom, 200_000) / freedom
    )
    rejected = np.abs(draws) > stats.t.ppf((1 + level) / 2, freedom)
    assert rejected.mean() == pytest.approx(power, abs=0.005)


def test_detectable_shift_of_many_quarters_is_the_textbook_value():
    """For many degrees of freedom it is 1.96 + 0.84."""
    assert solve_detectable_shift(100_000, 0.95, 0.8) == pytest.approx(2.8016, abs=1e-3)


def test_design_cannot_see_a_loss_as_small_as_the_bound(curve):
    """Even the best combination finds nothing as small as the 1.2 % that stood outside."""
    summary = summarise_curve(curve, loss_bound_share=0.012)
    assert summary.best_detectable_pct > 1.2
    assert summary.bound_over_detectable == pytest.approx(1.2 / summary.best_detectable_pct)
    assert summary.bound_over_detectable < 1


def test_summary_counts_the_curve(curve):
    """Shares and extremes are those of the rows."""
    summary = summarise_curve(curve)
    assert (summary.combinations, summary.estimated, summary.repeated) == (48, 48, 0)
    assert summary.lowest_effect_pct <= summary.median_effect_pct <= summary.highest_effect_pct
    assert summary.below_zero_share <= summary.excluding_zero_share
    assert summary.negative_share == (curve["effect_pct"] < 0).mean()
    assert summary.bound_over_detectable is None


def test_a_series_before_the_reopening_does_not_count_one_model_twice():
    """To 2022Q2 both codings are the same columns; the repeats name the first."""
    short = solve_specification_curve(RECORD, GMV[:10])
    assert "same columns as combination 1" in set(short["why"])
    estimated = short[short["why"] == ""]
    assert estimated["coding"].eq("closed").all()
    assert len(estimated) + short["why"].str.contains("same columns|too few").sum() == 48


def test_few_quarters_are_called_few():
    """A window without enough degrees of freedom says how many it has and how many it needs."""
    short = solve_specification_curve(RECORD, GMV[:10])
    late = short[short["window"] == "late start"]
    assert late["why"].str.startswith("too few quarters: 6 leave").all()
    assert late["effect_pct"].isna().all()


@pytest.mark.parametrize(
    ("gmv", "words"),
    [
        (GMV[:0], "the series is empty"),
        (GMV[:5], "no quarter on each side of the cut in 2022Q1"),
        (GMV[10:], "no quarter on each side of the cut in 2022Q1"),
        (GMV.drop("2021Q3"), "no value for 2021Q3"),
    ],
)
def test_a_short_or_broken_series_gives_reasons_instead_of_numbers(gmv, words):
    """Every result of the module carries the reason, and none of them a number."""
    short = solve_specification_curve(RECORD, gmv)
    assert len(short) == 48
    assert short["why"].str.contains(words).all()
    assert words in summarise_curve(short).why
    assert words in simulate_search(RECORD, gmv, seed=1).why
    assert solve_differences(RECORD, gmv)["why"].str.contains(words).all()
    assert solve_structural(RECORD, gmv)["why"].str.contains(words).all()
    assert summarise_placebos(RECORD, gmv).empty


def test_nine_quarters_estimate_nothing_but_say_so():
    """With the first treated quarter only, the richest trends have too few degrees of freedom left."""
    record = RECORD.model_copy(update={"freedom_minimum": 6})
    short = solve_specification_curve(record, GMV[:9])
    assert summarise_curve(short).why.startswith("too few quarters: 9 leave")
    assert simulate_search(record, GMV[:9], seed=1).p_over_dates is None


def test_differences_recover_a_planted_effect():
    """In four-quarter differences season vanishes and the effect stays."""
    table = solve_differences(RECORD, plant(np.log(0.8)))
    rows = table[(table["trend"] == "quadratic") & (table["coding"] == "closed")]
    assert rows["effect_pct"].tolist() == pytest.approx([-20.0, -20.0])
    assert table["quarters"].eq(19).all()
    assert len(table) == 16


def test_structural_series_finds_a_planted_effect():
    """The interval of the structural series holds a fall of a fifth planted in little noise."""
    table = solve_structural(RECORD, plant(np.log(0.8), noise=0.01)).set_index(["coding", "lockdown"])
    row = table.loc[("closed", False)]
    assert row["low_pct"] < -20 < row["high_pct"] < 0


def test_structural_series_of_the_published_values_is_wide():
    """On the published series all four intervals hold both zero and the bound."""
    table = solve_structural(RECORD, GMV)
    assert table["quarters"].eq(len(GMV)).all()
    assert table["converged"].astype(bool).all()
    assert (table["low_pct"] < -1.2).all()
    assert (table["high_pct"] > 0).all()


def test_structural_series_does_not_repeat_a_coding():
    """Before the reopening only the first coding is fitted."""
    table = solve_structural(RECORD, GMV[:11])
    assert table.loc[table["coding"] == "open", "why"].eq("same exposure as closed").all()


def test_launch_after_the_first_quarter_is_refused():
    """Log time needs a launch before the series."""
    with pytest.raises(InputError, match="'launch_quarter' must not be after the first quarter"):
        solve_specification_curve(RECORD.model_copy(update={"launch_quarter": "2021Q1"}), GMV)


@pytest.mark.parametrize(
    "values",
    [
        {"cut_day": "2022-02-30"},
        {"reopening_day": "October"},
        {"lockdown_quarter": "2022Q0"},
        {"interval_level": 1.0},
        {"freedom_minimum": 1},
        {"search_draws": 5},
        {"window_quarters": 3},
        {"window": 8},
    ],
)
def test_record_refuses_values_out_of_range_and_unknown_names(values):
    """Limits and formats hold before anything is computed."""
    with pytest.raises(ValidationError):
        InterruptedSeriesRecord(**values)


def test_structural_variants_are_put_into_one_estimate():
    """The ends are those of all intervals; a series too short to fit says so."""
    estimate = summarise_structural(solve_structural(RECORD, GMV))
    assert estimate.low < estimate.value < estimate.high
    assert summarise_structural(solve_structural(RECORD, GMV[:4])).why == "too few quarters"


def test_differences_are_put_into_one_estimate():
    """The ends are the lowest and the highest estimate; a series too short to fit says so."""
    estimate = summarise_differences(solve_differences(RECORD, GMV))
    assert estimate.low <= estimate.value <= estimate.high
    assert summarise_differences(solve_differences(RECORD, GMV[:4])).why == "too few quarters"


def test_nothing_outside_leaves_nothing_to_compare_with(curve):
    """The smallest effect over the bound is the inverse of the bound over it, and none without a bound."""
    assert summarise_curve(curve, loss_bound_share=0.012).detectable_over_bound.value > 1
    assert summarise_curve(curve, loss_bound_share=0).detectable_over_bound.why == "nothing stood outside"
