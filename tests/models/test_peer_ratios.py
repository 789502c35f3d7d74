"""Ratios to peers and markets: a floor under the other is a cap on the ratio."""

import math

import pandas as pd
import pytest

from helpers.models import peer_ratios
from helpers.models.peer_ratios import ESTIMATED, NO_YEAR, REPORTED

OWN = pd.Series({"2020": 10.0, "2021": 20.0})
PEERS = pd.DataFrame(
    [
        ("2020", "A", ESTIMATED, 40.0, "lower"),
        ("2021", "A", ESTIMATED, 50.0, "exact"),
        ("2019", "A", REPORTED, 30.0, "exact"),
        ("2021", "B", REPORTED, 100.0, "exact"),
    ],
    columns=["year", "company", "basis", "value", "bound"],
)


@pytest.fixture(scope="module")
def compared():
    """Both companies on both bases."""
    return peer_ratios.compare_peers(OWN, PEERS, ["A", "B"])


def test_a_floor_becomes_a_cap(compared):
    assert peer_ratios.find_ratio(compared["A", ESTIMATED], 0) == (
        "2020",
        peer_ratios.Estimate(25.0, None, 25.0),
    )
    year, newest = peer_ratios.find_ratio(compared["A", ESTIMATED], -1)
    assert (year, newest.value, newest.high) == ("2021", 40.0, None)


def test_a_year_that_only_one_of_them_has_gives_no_ratio(compared):
    year, ratio = peer_ratios.find_ratio(compared["A", REPORTED], -1)
    assert (year, ratio.value, ratio.why) == (None, None, NO_YEAR)


def test_multiples_are_of_the_newest_year_by_basis(compared):
    newest = peer_ratios.summarise_newest(compared)
    assert list(newest["item"]) == ["B, 2021", "A, 2021"]
    assert list(newest["times"]) == [pytest.approx(5.0), pytest.approx(2.5)]
    assert list(newest["basis"]) == ["reported", "estimated"]


def test_the_smallest_market_gives_the_ceiling_and_houses_differ():
    market = pd.DataFrame({"year": ["2021", "2021", "2022"], "value": [200.0, 250.0, 1.0]})
    ceilings = peer_ratios.find_ceilings(OWN, market)
    assert ceilings[["year", "value", "bound"]].to_numpy().tolist() == [["2021", 10.0, "upper"]]
    assert peer_ratios.find_spread(market, "2021") == pytest.approx(25.0)
    assert math.isnan(peer_ratios.find_spread(market, "2022"))
    assert math.isnan(peer_ratios.find_spread(market, None))
