"""Bounds on what one more hour or merchant can have been worth."""

import math

import pandas as pd
import pytest

from helpers.models import divisia
from helpers.models.interval import Estimate
from helpers.models.marginal_bounds import NO_PAIR, NO_RISE, MarginalRecord, solve_bounds, summarise_corners

REST = "GMV per user-hour"


def identity(gmv: list[float], hours: list[float]) -> divisia.Identity:
    """Total and hours of the fourth quarters, by year from 2020."""
    quarters = [f"{2020 + year}Q4" for year in range(len(gmv))]
    rows = [
        (quarter, factor, value)
        for quarter, total, time in zip(quarters, gmv, hours, strict=True)
        for factor, value in ((divisia.TOTAL, total), (REST, total / time))
    ]
    table = pd.DataFrame(rows, columns=["period", "factor", "value"])
    return divisia.Identity(table, (REST,), pd.DataFrame())


def merchants(**growth: float) -> pd.DataFrame:
    bounds = ["approximate" if quarter == "2021Q4" else "exact" for quarter in growth]
    return pd.DataFrame({"period": list(growth), "value": list(growth.values()), "bound": bounds})


def test_bounds_follow_from_growth_by_hand():
    """GMV up by a half and hours by a fifth: at most ln 1.5 / ln 1.2; merchants up by a quarter likewise."""
    found = solve_bounds(
        MarginalRecord(), identity([1, 1.5, 3], [1, 1.2, 1.44]), merchants(**{"2022Q4": 25.0}), rest=REST
    )
    assert found.tightest == "2021Q4"
    most = pytest.approx(math.log(1.5) / math.log(1.2))
    assert found.find_tightest() == Estimate(most, 0.0, most)
    assert (found.newest_pair, found.tightest_pair) == ("2022Q4", "2022Q4")
    most = pytest.approx(math.log(2) / math.log(1.25))
    assert found.find("merchants", "2022Q4") == Estimate(most, 0.0, most)
    assert found.find("hours", "2022Q4", times=3.0).high == pytest.approx(3 * math.log(2) / math.log(1.2))
    corners = summarise_corners(found)
    assert list(corners["quarter"]) == ["2022Q4", "2022Q4"]
    assert list(corners["merchant_elasticity"]) == [0.0, most]
    assert list(corners["hour_elasticity"]) == [pytest.approx(math.log(2) / math.log(1.2)), 0.0]


def test_a_small_rise_or_an_unclear_print_bounds_nothing():
    """Hours up by a hundredth are left out; an approximate growth of merchants does not count."""
    still = solve_bounds(MarginalRecord(), identity([1, 1.5], [1, 1.01]), merchants(), rest=REST)
    assert still.find_tightest().why == NO_RISE
    vague = solve_bounds(
        MarginalRecord(), identity([1, 1.5], [1, 1.2]), merchants(**{"2021Q4": 25.0}), rest=REST
    )
    assert vague.find("merchants", vague.newest_pair).why == NO_PAIR
    assert summarise_corners(vague).empty
