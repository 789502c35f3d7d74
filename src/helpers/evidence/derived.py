"""Figures that follow from the articles' figures, each with its arithmetic and rounding bounds.

A rule is a formula over fact ids, so what is computed and what is shown cannot differ. Each fact stands at
most once in a formula: an interval that stood twice would widen the result beyond what the prints allow.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

from helpers.evidence.bounds import Bounds, bounds_of, evaluate, names_in
from helpers.evidence.facts import Fact


@dataclass(frozen=True, slots=True)
class Rule:
    """How a figure follows from facts.

    Attributes
    ----------
    name, unit, meaning : str
    formula : str
        Over fact ids.
    most : float
        What the figure cannot exceed by its meaning, for instance 100 for a share.
    """

    name: str
    unit: str
    meaning: str
    formula: str
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class DerivedFigure:
    """A figure that we computed from facts.

    Attributes
    ----------
    name, unit, meaning, formula : str
        As in its rule.
    arithmetic : str
        The formula with the figures as printed in base units.
    low, high : float
        Bounds that the rounding and the words of the inputs allow; infinite where they leave it open.
    inputs : tuple of str
        Fact ids.
    published : datetime.date
        Day on which the last input was public.
    """

    name: str
    unit: str
    meaning: str
    formula: str
    arithmetic: str
    low: float
    high: float
    inputs: tuple[str, ...]
    published: dt.date


RULES = (
    Rule(
        "revenue_2022q2",
        "CNY",
        "Total revenue of 2022Q2 that other services and their share imply",
        "f005 / (f006 / 100)",
    ),
    Rule("other_services_2021q2", "CNY", "Other services revenue a year earlier", "f005 / (1 + f008 / 100)"),
    Rule(
        "revenue_2021q2",
        "CNY",
        "Total revenue a year earlier",
        "f005 / (1 + f008 / 100) / (f007 / 100)",
    ),
    Rule(
        "revenue_growth_2022q2",
        "%",
        "Growth of total revenue that the two shares and the growth of the part imply",
        "100 * ((1 + f008 / 100) * f007 / f006 - 1)",
    ),
    Rule("gmv_2021q2", "CNY", "GMV a year earlier", "f032 / (1 + f033 / 100)"),
    Rule("live_revenue_2021q2", "CNY", "Live streaming revenue a year earlier", "f034 / (1 + f035 / 100)"),
    Rule("gmv_growth_fall", "percentage points", "Fall of GMV growth from 2022Q1 to 2022Q2", "f036 - f033"),
    Rule("outside_share_2022q1", "%", "Share of GMV not placed in own shops in 2022Q1", "100 - f028"),
    Rule(
        "floor_super_brands", "CNY", "Sales that the target for super brands implies at least", "f020 * f021"
    ),
    Rule("floor_brand_merchants", "CNY", "The same for brand merchants", "f022 * f023"),
    Rule("floor_hit_items", "CNY", "The same for hit items, if their million is money", "f024 * f025"),
    Rule("floor_team_leaders", "CNY", "The same for team leaders", "f026 * f027"),
    Rule(
        "floor_double_hundred",
        "CNY",
        "Yearly sales that the double-hundred target implies at least",
        "f046 * f047",
    ),
    Rule(
        "package_per_merchant",
        "unspecified",
        "Package for each merchant of the double-hundred target",
        "f045 / f046",
    ),
    Rule("orders_per_day", "orders", "Orders on an average day of August 2020, at least", "f038 / 31"),
    Rule("items_per_week", "items", "Item slots a week of a host at the printed pace", "f070 * f071"),
    Rule(
        "shelf_efficiency_growth",
        "%",
        "Growth of GMV per unit of traffic in the pan-shelf field",
        "100 * ((1 + f077 / 100) / (1 + f076 / 100) - 1)",
    ),
    Rule(
        "river_flow_traffic_per_day",
        "traffic",
        "Traffic incentive of 2023 for each day, at least",
        "f082 / 365",
    ),
    Rule(
        "gree_first_half_hour_rate", "CNY per minute", "Sales a minute of the first half hour", "f088 / f087"
    ),
    Rule("gree_mean_rate", "CNY per minute", "Turnover a minute of the whole session", "f090 / (60 * f089)"),
    Rule(
        "gree_first_half_hour_share",
        "%",
        "Share of the first half hour in the turnover",
        "100 * f088 / f090",
        100.0,
    ),
    Rule("gree_purifier_sales", "CNY", "Sales of the air purifiers", "f091 * f092"),
    Rule(
        "gree_purifier_share", "%", "Share of the air purifiers in the turnover", "100 * f091 * f092 / f090"
    ),
    Rule("brand_day_mean", "CNY", "Mean turnover of the other Super Brand Day sessions", "f114 / f113"),
    Rule("gree_to_brand_day", "times", "Gree session against that mean", "f090 / (f114 / f113)"),
    Rule(
        "internet_users_by_video",
        "persons",
        "Internet users that the video figures imply",
        "f093 / (f095 / 100)",
    ),
    Rule(
        "internet_users_by_short_video",
        "persons",
        "Internet users that the short video figures imply",
        "f096 / (f097 / 100)",
    ),
    Rule("video_users_2018", "persons", "Online video users at the end of 2018", "f093 - f094"),
    Rule(
        "video_users_growth", "%", "Growth of online video users in fifteen months", "100 / (f093 / f094 - 1)"
    ),
    Rule(
        "online_shoppers",
        "persons",
        "Online shoppers that the livestream figures imply",
        "f105 / (f106 / 100)",
    ),
    Rule(
        "live_users",
        "persons",
        "Live streaming users that the livestream figures imply",
        "f105 / (f107 / 100)",
    ),
    Rule("sales_per_seller", "CNY", "Mean yearly sales of a seller", "f104 / f103"),
)


def derive_figures(facts: Iterable[Fact]) -> tuple[DerivedFigure, ...]:
    """Return the figures that follow from the given facts, in the order of `RULES`.

    A rule whose facts are not all given is left out, so facts as of a day give the figures of that day.

    Parameters
    ----------
    facts : iterable of Fact
    """
    known = {fact.fact_id: fact for fact in facts}
    return tuple(derive_figure(rule, known) for rule in RULES if set(names_in(rule.formula)) <= set(known))


def derive_figure(rule: Rule, facts: dict[str, Fact]) -> DerivedFigure:
    """Return the figure of one rule.

    Parameters
    ----------
    rule : Rule
    facts : dict of str to Fact
        Facts by id, those of the rule among them.
    """
    inputs = names_in(rule.formula)
    bounds: Bounds = evaluate(rule.formula, {name: bounds_of(facts[name]) for name in inputs})
    arithmetic = rule.formula
    for name in inputs:
        arithmetic = arithmetic.replace(name, _write_value(facts[name]))
    published = max(facts[name].published for name in inputs)
    texts = (rule.name, rule.unit, rule.meaning, rule.formula, arithmetic)
    return DerivedFigure(*texts, bounds.low, min(bounds.high, rule.most), inputs, published)


def _write_value(fact: Fact) -> str:
    if fact.value_high is not None:
        return f"({fact.value:,.15g} to {fact.value_high:,.15g})"
    return f"{fact.value:,.15g}"
