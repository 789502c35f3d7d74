"""Forecasts of the articles: outcomes as of a day, naive forecasts as of the article's own."""

import math

import pytest

from helpers import data
from helpers.errors import InputError
from helpers.evidence import forecasts
from helpers.evidence.forecasts import measure_forecasts, split_references


def outcome_of(forecast: str, as_of: str) -> float:
    rows = measure_forecasts(as_of).set_index("forecast_id")
    return float(rows.loc[forecast, "outcome"])


def test_a_key_with_a_space_stays_whole():
    text = "data:peers_annual/2023/Douyin e-commerce/gmv data:peers_annual/2024/Taobao+Tmall/gmv"
    assert ["data:peers_annual/2023/Douyin e-commerce/gmv", "data:peers_annual/2024/Taobao+Tmall/gmv"] == (
        split_references(text)
    )


def test_an_outcome_is_known_from_the_day_of_its_last_figure():
    """Kuaishou over Pinduoduo in 2020, by hand; the second of the two figures came on 2021-03-23."""
    assert math.isnan(outcome_of("p27", "2021-03-22"))
    assert outcome_of("p27", "2021-03-23") == pytest.approx(381.2 / 1667.6)


def test_what_came_late_is_measured_in_days_and_what_came_in_time_has_none():
    assert math.isnan(outcome_of("p19", "2024-05-21"))
    assert outcome_of("p19", "latest") == 327
    assert outcome_of("p24", "latest") == 0


def test_a_naive_forecast_knows_nothing_later_than_its_article(monkeypatch):
    """A row of a later day is refused, in words."""
    table = data.load("forecasts")
    late = table["forecast_id"] == "p01"
    table.loc[late, "naive_over"] = "data:peers_annual/2023/Taobao+Tmall/gmv"
    load = data.load
    monkeypatch.setattr(
        forecasts.data, "load", lambda name, *day: table if name == "forecasts" else load(name, *day)
    )
    with pytest.raises(InputError, match="p01: its naive forecast rests on rows published after 2022-11-10"):
        measure_forecasts("latest")


def test_a_number_is_the_one_of_its_fact():
    """The expectation of a row with figures is a figure of the article."""
    facts = data.load("facts").set_index("fact_id")["value"]
    numbers = data.load("forecasts").query("form == 'number'")
    for row in numbers.to_dict("records"):
        assert row["expected_low"] in {facts[one] for one in row["facts"].split()}, row["forecast_id"]


def test_every_forecast_has_an_outcome_to_look_at_or_names_the_missing_series():
    table = data.load("forecasts")
    has_outcome = table["outcome_over"].ne("") | table["outcome_event"].ne("")
    assert (has_outcome ^ table["missing"].ne("")).all()
    assert (table["outcome_over"].ne("") == table["outcome_under"].ne("")).all()
