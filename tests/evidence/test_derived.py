"""Derived figures follow from the facts, with the bounds that the prints allow."""

import pytest

from helpers.evidence.bounds import names_in
from helpers.evidence.derived import RULES, derive_figures
from helpers.evidence.facts import read_facts


@pytest.fixture(scope="module")
def derived(known_facts):
    return {figure.name: figure for figure in derive_figures(known_facts)}


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("revenue_2022q2", 2.05e9 / 0.0985, 2.15e9 / 0.0975),
        ("revenue_2021q2", 2.05e9 / 1.0715 / 0.1035, 2.15e9 / 1.0705 / 0.1025),
        ("revenue_growth_2022q2", 100 * (1.0705 * 10.25 / 9.85 - 1), 100 * (1.0715 * 10.35 / 9.75 - 1)),
        ("gmv_2021q2", 191.15e9 / 1.3155, 191.25e9 / 1.3145),
        ("gmv_growth_fall", 16.1, 16.3),
        ("outside_share_2022q1", 0, 1),
        ("floor_super_brands", 1e10, float("inf")),
        ("shelf_efficiency_growth", 100 * (1.755 / 1.585 - 1), 100 * (1.765 / 1.575 - 1)),
        ("gree_purifier_sales", 132_000, 132_000),
        ("gree_purifier_share", 100 * 132_000 / 3.15e8, 100 * 132_000 / 3.05e8),
        ("gree_first_half_hour_share", 100 * 1e8 / 3.15e8, 100),
        ("brand_day_mean", 6.15e8 / 7, 6.25e8 / 7),
        ("internet_users_by_video", 8.495e8 / 0.9415, 8.505e8 / 0.9405),
        ("video_users_growth", 100 * 1.255e8 / (8.505e8 - 1.255e8), 100 * 1.265e8 / (8.495e8 - 1.265e8)),
        ("sales_per_seller", 1.925e10 / 1.155e6, 1.935e10 / 1.145e6),
        ("items_per_week", 60, 270),
    ],
)
def test_a_derived_figure_has_the_bounds_of_its_prints(derived, name, low, high):
    """Each end is the closed form at the ends of the rounding."""
    assert (derived[name].low, derived[name].high) == pytest.approx((low, high))


def test_the_four_targets_of_distribution_imply_the_same_floor(derived):
    """Ten billion each: four cuts of the same sales, never to be summed."""
    names = ["floor_super_brands", "floor_brand_merchants", "floor_hit_items", "floor_team_leaders"]
    assert {derived[name].low for name in names} == {1e10}


def test_two_prints_of_one_survey_agree(derived):
    """The video and short video figures imply the same number of internet users."""
    video, short = derived["internet_users_by_video"], derived["internet_users_by_short_video"]
    assert video.low <= short.high
    assert short.low <= video.high


def test_the_arithmetic_shows_the_printed_values(derived):
    """A reader can redo the sum."""
    assert derived["revenue_2022q2"].arithmetic == "2,100,000,000 / (9.8 / 100)"
    assert derived["items_per_week"].arithmetic == "30 * (2 to 9)"
    assert derived["revenue_2022q2"].inputs == ("f005", "f006")


def test_a_figure_is_known_when_its_last_input_is(tables, derived):
    """With the facts of an earlier day there are only that day's figures."""
    early = tables["facts"][tables["facts"]["published"] <= "2020-09-29"]
    figures = {figure.name for figure in derive_figures(read_facts(early))}
    assert figures == {name for name, figure in derived.items() if str(figure.published) <= "2020-09-29"}
    assert "gree_purifier_share" in figures
    assert "revenue_2022q2" not in figures


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_fact_stands_twice_in_a_formula(rule):
    """An interval that stood twice would widen the result."""
    assert all(rule.formula.count(name) == 1 for name in names_in(rule.formula))


def test_every_rule_finds_its_facts(derived):
    """No rule rests on a fact that does not exist, and names are unique."""
    assert list(derived) == [rule.name for rule in RULES]
