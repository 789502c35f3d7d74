"""The Divisia decomposition: exactness, zeros, bounds that contain, chains, identities, honest gaps."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError
from helpers.models.divisia import (
    ADDITIVE,
    MULTIPLICATIVE,
    TOTAL,
    DivisiaRecord,
    Identity,
    solve_chain,
    solve_decomposition,
    solve_effects,
    solve_logarithmic_mean,
    summarise_buyers,
    summarise_chain,
    summarise_user_hours,
)

RATIO = DivisiaRecord(decomposition_form=MULTIPLICATIVE)

positive = st.floats(1e-3, 1e4)
factors = st.lists(st.tuples(positive, positive), min_size=1, max_size=5)


def rows(values, bounds=None):
    bounds = bounds or {}
    return pd.DataFrame(
        {
            "period": list(values),
            "value": list(values.values()),
            "bound": [bounds.get(period, "exact") for period in values],
        }
    )


GMV = rows(
    {"2020Q2": 72.5, "2021Q2": 145.4, "2022Q2": 191.2, "2022Q3": 222.5, "2023Q3": 290.2, "2024Q3": 334.2}
)
DAU = rows({"2020Q2": 262.1, "2021Q2": 293.2, "2022Q2": 347.3})
MINUTES = rows({"2020Q2": 85.4, "2021Q2": 106.9, "2022Q2": 125.2})
MAU = rows({"2022Q3": 626.0, "2023Q3": 684.7, "2024Q3": 714.1})
BUYERS = rows({"2022Q3": 100.0, "2023Q3": 118.5, "2024Q3": 133.0}, {"2022Q3": "lower"})


def hours(record=None, gmv=GMV, dau=DAU, minutes=MINUTES):
    return summarise_user_hours(record or DivisiaRecord(), gmv=gmv, dau=dau, minutes=minutes)


def buyers(record=None):
    return summarise_buyers(record or DivisiaRecord(), gmv=GMV, mau=MAU, buyers=BUYERS)


def two_periods(pairs, *, error=0.0):
    """Build an identity of plain factors ``a``, ``b``, ..., each within an error, over 2020 and 2021."""
    names = tuple(chr(97 + n) for n in range(len(pairs)))
    table = []
    for year, values in zip(("2020", "2021"), zip(*pairs, strict=True), strict=True):
        known = [(value, max(0.0, value - error), value + error) for value in values]
        known.append(tuple(math.prod(ends) for ends in zip(*known, strict=True)))
        table += [(year, name, *ends) for name, ends in zip((*names, TOTAL), known, strict=True)]
    columns = ["period", "factor", "value", "low", "high"]
    return Identity(pd.DataFrame(table, columns=columns), names, pd.DataFrame(columns=["period", "why"]))


def decompose(identity, start, end, record=None):
    table = solve_decomposition(record or DivisiaRecord(), identity, start=start, end=end)
    return table.set_index("factor")


@settings(max_examples=60)
@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_logarithmic_mean_lies_between_the_other_two(a, b):
    """It is symmetric, at least the geometric mean and at most the arithmetic one."""
    mean = solve_logarithmic_mean(a, b)
    assert mean == pytest.approx(solve_logarithmic_mean(b, a))
    assert math.sqrt(a) * math.sqrt(b) <= mean * (1 + 1e-12)
    assert mean <= (a + b) / 2 * (1 + 1e-12)


@pytest.mark.parametrize("gap", [0.0, 1e-15, 1e-9, 1e-5, 0.99e-3, 1.01e-3, 1e-2])
def test_logarithmic_mean_keeps_its_digits_near_equality(gap):
    """Up to the switch of formula and past it, the mean agrees with its series to twelve digits."""
    a, b = 3.0, 3.0 * math.exp(gap)
    series = math.sqrt(a * b) * (1 + gap**2 / 24 + gap**4 / 1920)
    assert solve_logarithmic_mean(a, b) == pytest.approx(series, rel=1e-12)


def test_logarithmic_mean_at_zero_and_below():
    """With a zero the mean is zero; a negative number is refused."""
    assert solve_logarithmic_mean(5.0, 0.0) == 0.0
    with pytest.raises(InputError, match=r"at least 0 \(got -1 and 2\)"):
        solve_logarithmic_mean(-1.0, 2.0)


@settings(max_examples=80)
@given(factors)
def test_effects_leave_no_residual(pairs):
    """For any positive factors the effects add up to the change of the product."""
    start, end = zip(*pairs, strict=True)
    change = math.prod(end) - math.prod(start)
    scale = max(math.prod(end), math.prod(start))
    assert solve_effects(start, end).sum() == pytest.approx(change, abs=1e-9 * scale)


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.one_of(st.just(0.0), positive)] * 2), min_size=1, max_size=4))
def test_effects_leave_no_residual_with_zeros(pairs):
    """Zeros on either side, in any factors, keep the decomposition exact and finite."""
    start, end = zip(*pairs, strict=True)
    effects = solve_effects(start, end)
    scale = max(math.prod(end), math.prod(start), 1.0)
    assert np.isfinite(effects).all()
    assert effects.sum() == pytest.approx(math.prod(end) - math.prod(start), abs=1e-9 * scale)


@settings(max_examples=40)
@given(factors)
def test_effects_reverse_with_time_and_follow_their_factor(pairs):
    """Turning time around turns every sign, and each effect has the sign of its factor's change."""
    start, end = zip(*pairs, strict=True)
    effects = solve_effects(start, end)
    assert effects == pytest.approx(-solve_effects(end, start), rel=1e-9, abs=1e-12)
    assert (np.sign(effects) == np.sign(np.subtract(end, start)))[np.abs(effects) > 1e-9].all()


def test_one_moving_factor_takes_the_whole_change():
    """If only users double, all of the change is theirs."""
    assert solve_effects([2.0, 3.0, 5.0], [4.0, 3.0, 5.0]) == pytest.approx([30.0, 0.0, 0.0])


def test_equal_growth_is_shared_equally():
    """Factors that grow at one rate take equal parts whatever their size."""
    assert solve_effects([1.0, 100.0], [2.0, 200.0]) == pytest.approx([150.0, 150.0])


def test_effects_of_zero_are_the_limit_of_small_numbers():
    """Each rule for zeros is approached by ever smaller numbers in their place, as slowly as a logarithm."""
    exact = solve_effects([0.0, 0.0, 4.0], [2.0, 3.0, 5.0])
    near = solve_effects([1e-300, 1e-300, 4.0], [2.0, 3.0, 5.0])
    assert exact == pytest.approx([15.0, 15.0, 0.0])
    assert near == pytest.approx(exact, abs=0.05)
    assert solve_effects([2.0, 3.0], [0.0, 3.0]) == pytest.approx([-6.0, 0.0])
    assert solve_effects([0.0, 3.0], [2.0, 0.0]) == pytest.approx([0.0, 0.0])


@settings(max_examples=15)
@given(st.lists(st.tuples(*[st.integers(1, 9999)] * 2), min_size=1, max_size=4), st.sampled_from([0.0, 0.05]))
def test_tables_add_up_in_one_form_and_multiply_in_the_other(pairs, error):
    """The rows of the factors give the row of the total in both forms; shares add up to a hundred."""
    numbers = [(a / 10, b / 10) for a, b in pairs]
    for record, join in ((ADDITIVE, np.sum), (MULTIPLICATIVE, np.prod)):
        chosen = DivisiaRecord(decomposition_form=record)
        table = decompose(two_periods(numbers, error=error), "2020", "2021", chosen)
        parts, total = table.drop(index=TOTAL), table.loc[TOTAL]
        assert join(parts["effect"]) == pytest.approx(total["effect"], rel=1e-9, abs=1e-6)
        if math.isfinite(total["share_pct"]) and abs(np.log(math.prod(b / a for a, b in numbers))) > 1e-6:
            assert parts["share_pct"].sum() == pytest.approx(100, abs=1e-3)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(*[st.integers(1, 999)] * 2, *[st.floats(-0.5, 0.5)] * 2), min_size=1, max_size=4),
    st.sampled_from([ADDITIVE, MULTIPLICATIVE]),
)
def test_bounds_contain_every_value_the_prints_allow(drawn, form):
    """Whatever true factors round to the prints, their effects lie inside the bounds."""
    record = DivisiaRecord(decomposition_form=form)
    table = decompose(two_periods([(a, b) for a, b, _, _ in drawn], error=0.5), "2020", "2021", record)
    start, end = [a + da for a, _, da, _ in drawn], [b + db for _, b, _, db in drawn]
    true = solve_effects(start, end) if form == ADDITIVE else np.divide(end, start)
    inside = table.drop(index=TOTAL)
    slack = 1e-9 * (1 + np.abs(true))
    assert (inside["low"].to_numpy() <= true + slack).all()
    assert (inside["high"].to_numpy() >= true - slack).all()
    assert (inside["low"] <= inside["effect"]).all()
    assert (inside["effect"] <= inside["high"]).all()


def test_no_print_error_leaves_no_width():
    """If prints are taken as exact, the bounds meet the effect."""
    record = DivisiaRecord(print_error_units=0.0)
    table = decompose(hours(record), "2020Q2", "2022Q2", record)
    assert table["low"].to_numpy() == pytest.approx(table["effect"].to_numpy())
    assert table["high"].to_numpy() == pytest.approx(table["effect"].to_numpy())


def test_user_hours_multiply_to_gmv():
    """The identity holds in every period: RMB 2.14 of GMV per user-hour in 2020Q2."""
    table = hours().table.pivot_table(index="period", columns="factor", values="value")
    assert table.drop(columns=TOTAL).prod(axis=1).to_numpy() == pytest.approx(table[TOTAL].to_numpy())
    assert table.loc["2020Q2", "GMV per user-hour"] == pytest.approx(72.5e9 / (262.1e6 * 91 * 85.4 / 60))


def test_printed_figures_split_the_rise_of_gmv():
    """GMV rose by RMB 72.9bn in a year: a sixth from users, a third from time, half from sales an hour."""
    table = decompose(hours(), "2020Q2", "2021Q2")
    mean = 72.9 / math.log(145.4 / 72.5)
    assert table.loc["daily users", "effect"] == pytest.approx(mean * math.log(293.2 / 262.1))
    assert table.loc["hours per user and day", "effect"] == pytest.approx(mean * math.log(106.9 / 85.4))
    assert table["share_pct"].round(1).to_list() == [16.1, 0.0, 32.3, 51.6, 100.0]


def test_leap_day_is_a_factor_of_its_own():
    """A quarter a day shorter loses by its days, not by its hours."""
    identity = hours(
        gmv=rows({"2020Q1": 91.0, "2021Q1": 90.0}),
        dau=rows({"2020Q1": 250.0, "2021Q1": 250.0}),
        minutes=rows({"2020Q1": 85.0, "2021Q1": 85.0}),
    )
    table = decompose(identity, "2020Q1", "2021Q1")
    assert table.loc["days", "effect"] == pytest.approx(-1.0)
    assert table.loc["GMV per user-hour", "effect"] == pytest.approx(0.0, abs=1e-12)


def test_years_have_their_own_length():
    """Yearly figures stand on 366 and 365 days."""
    identity = hours(
        gmv=rows({"2020": 381.2, "2021": 680.0}),
        dau=rows({"2020": 265.0, "2021": 308.2}),
        minutes=rows({"2020": 87.0, "2021": 111.5}),
    )
    assert identity.table.query("factor == 'days'")["value"].to_list() == [366.0, 365.0]


def test_buyers_multiply_to_gmv():
    """Users, buyers per user and GMV per buyer give GMV; 17.3 % of users bought in 2023Q3."""
    table = buyers().table.pivot_table(index="period", columns="factor", values="value").dropna()
    assert table.drop(columns=TOTAL).prod(axis=1).to_numpy() == pytest.approx(table[TOTAL].to_numpy())
    assert table.loc["2023Q3", "buyers per user"] == pytest.approx(118.5 / 684.7)


def test_one_sided_figures_bound_what_they_touch():
    """With buyers known only as over 100m, users' effect stands, the others keep one bound each."""
    table = decompose(buyers(), "2022Q3", "2024Q3")
    mean = (334.2 - 222.5) / math.log(334.2 / 222.5)
    assert table.loc["monthly users", "effect"] == pytest.approx(mean * math.log(714.1 / 626.0))
    assert table.loc["buyers per user", ["effect", "low"]].isna().all()
    assert table.loc["GMV per monthly buyer", ["effect", "high"]].isna().all()
    assert table.loc["buyers per user", "why"] == "only a bound was published"
    exact = mean * math.log((133.0 / 714.1) / (100.0 / 626.0))
    assert table.loc["buyers per user", "high"] == pytest.approx(exact, rel=0.05)
    assert table.loc["buyers per user", "high"] >= exact
    ratios = decompose(buyers(RATIO), "2022Q3", "2024Q3", RATIO)
    assert ratios.loc["GMV per monthly buyer", "low"] == pytest.approx(
        (334.2 / 133) / (222.5 / 100), rel=0.01
    )


def test_upper_bound_opens_the_other_side():
    """A figure printed as nearly so much allows anything below it, so its rise has no limit."""
    identity = hours(dau=rows({"2020Q2": 262.1, "2021Q2": 293.2}, {"2020Q2": "upper"}))
    row = decompose(identity, "2020Q2", "2021Q2").loc["daily users"]
    assert math.isnan(row["high"])
    assert row["low"] > 0
    identity = hours(gmv=rows({"2020Q2": 72.5, "2021Q2": 145.4}, {"2021Q2": "upper"}))
    row = decompose(identity, "2020Q2", "2021Q2").loc["GMV per user-hour"]
    mean = 72.9 / math.log(145.4 / 72.5)
    exact = mean * math.log((145.4 / 293.2 / 106.9) / (72.5 / 262.1 / 85.4))
    assert math.isnan(row["low"])
    assert exact <= row["high"] == pytest.approx(exact, rel=0.05)


def test_chain_adds_up_to_the_whole_change():
    """Links of a chain sum to the change from end to end, and differ from the direct split by factor."""
    chain = solve_chain(DivisiaRecord(), hours(), periods=["2020Q2", "2021Q2", "2022Q2"])
    whole = summarise_chain(DivisiaRecord(), chain).set_index("factor")
    direct = decompose(hours(), "2020Q2", "2022Q2")
    assert whole.loc[TOTAL, "effect"] == pytest.approx(191.2 - 72.5)
    assert whole.drop(index=TOTAL)["effect"].sum() == pytest.approx(191.2 - 72.5)
    assert whole.loc["daily users", "effect"] != pytest.approx(direct.loc["daily users", "effect"], rel=0.01)
    assert (whole["low"] <= whole["effect"]).all()
    assert (set(whole["start"]), set(whole["end"])) == ({"2020Q2"}, {"2022Q2"})


def test_multiplicative_chain_does_not_depend_on_its_links():
    """Ratios multiply along the chain to the ratio of its ends."""
    chain = solve_chain(RATIO, hours(RATIO), periods=["2020Q2", "2021Q2", "2022Q2"])
    whole = summarise_chain(RATIO, chain).set_index("factor")["effect"]
    assert whole.to_numpy() == pytest.approx(
        decompose(hours(RATIO), "2020Q2", "2022Q2", RATIO)["effect"].to_numpy()
    )


def test_period_without_a_figure_is_named_and_not_filled():
    """2020Q3 has GMV and users but no minutes: nothing is decomposed, and the reason names what lacks."""
    identity = hours(gmv=rows({"2020Q2": 72.5, "2020Q3": 94.5}), dau=rows({"2020Q2": 262.1, "2020Q3": 271.8}))
    table = decompose(identity, "2020Q2", "2020Q3")
    assert table["effect"].isna().all()
    assert set(table["why"]) == {"time per user of 2020Q3 not published"}
    assert identity.left_out["period"].to_list() == ["2020Q3", "2021Q2", "2022Q2"]


def test_chain_over_a_gap_is_not_known():
    """One missing link leaves the whole chain unknown and says which."""
    chain = solve_chain(DivisiaRecord(), hours(), periods=["2020Q2", "2021Q2", "2023Q2"])
    whole = summarise_chain(DivisiaRecord(), chain)
    assert whole["effect"].isna().all()
    assert set(whole["why"]) == {"no figure of 2023Q2 published"}


def test_nothing_published_is_no_failure():
    """Before the first GMV figure every effect is not known, with all factors still listed."""
    none = rows({})
    table = decompose(hours(gmv=none, dau=none, minutes=none), "2020Q1", "2020Q2")
    assert len(table) == 5
    assert table["effect"].isna().all()
    assert table["why"].iloc[0] == "no figure of 2020Q1 published; no figure of 2020Q2 published"


def test_zero_in_a_divisor_is_said():
    """No users, no GMV per user-hour: the period is left out with the reason."""
    identity = hours(dau=rows({"2020Q2": 0.0, "2021Q2": 293.2, "2022Q2": 347.3}))
    assert "zero" in identity.left_out.set_index("period").loc["2020Q2", "why"]


def test_zero_totals_have_differences_but_no_ratios():
    """From nothing to something the whole change goes to what began; a ratio is not defined."""
    identity = two_periods([(0.0, 2.0), (3.0, 4.0)])
    table = decompose(identity, "2020", "2021")
    assert table["effect"].to_list() == pytest.approx([8.0, 0.0, 8.0])
    ratios = decompose(two_periods([(0.0, 2.0), (3.0, 4.0)]), "2020", "2021", RATIO)
    assert ratios.loc["a", "why"] == "a ratio to or from zero is not defined"
    assert ratios.loc["b", "effect"] == pytest.approx(4 / 3)
    begun = decompose(hours(gmv=rows({"2020Q2": 0.0, "2021Q2": 145.4})), "2020Q2", "2021Q2")
    assert (begun["low"] <= begun["effect"]).all()
    one_sided = two_periods([(0.0, 1.0), (5.0, math.nan)])
    assert decompose(one_sided, "2020", "2021")["effect"].isna().all()


def test_unchanged_total_has_no_shares():
    """A share of no change is not defined."""
    assert decompose(two_periods([(2.0, 2.0)]), "2020", "2021")["share_pct"].isna().all()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (rows({"2020H1": 1.0}), r"'dau' must hold quarters or years such as 2020Q1 or 2020 \(got '2020H1'\)"),
        (rows({"2020Q2": -1.0}), r"'dau' must hold finite values of at least 0 \(got -1 in 2020Q2\)"),
        (pd.DataFrame({"period": []}), r"'dau' must have the columns .* \(missing: value, bound\)"),
    ],
)
def test_broken_frames_are_refused_by_name(frame, words):
    """Half-years, negative figures and missing columns are named."""
    with pytest.raises(InputError, match=words):
        hours(dau=frame)
    with pytest.raises(InputError, match=words.replace("dau", "gmv")):
        summarise_buyers(DivisiaRecord(), gmv=frame, mau=MAU, buyers=BUYERS)


def test_broken_arguments_are_refused():
    """Unequal or negative factors and one period are errors."""
    with pytest.raises(InputError, match="two lists of one length"):
        solve_effects([1.0], [1.0, 2.0])
    with pytest.raises(InputError, match="finite factors of at least 0"):
        solve_effects([1.0], [-2.0])
    with pytest.raises(InputError, match=r"at least 2 periods \(got 1\)"):
        solve_chain(DivisiaRecord(), hours(), periods=["2020Q2"])


@pytest.mark.parametrize(
    "field", [{"print_error_units": -0.1}, {"print_error_units": 3.0}, {"decomposition_form": "both"}]
)
def test_record_limits(field):
    """Print errors are neither negative nor over two units, and there are two forms."""
    with pytest.raises(ValidationError):
        DivisiaRecord(**field)
