"""An increase taken apart over like quarters: parts, ranges over choices, and words that follow from them."""

import dataclasses
import math

import pandas as pd
import pytest

from helpers.models import divisia, growth_account
from helpers.models.growth_account import AccountRecord
from helpers.models.interval import Estimate

USERS, TIME, PER_HOUR = "daily users", "hours per user and day", "GMV per user-hour"


def printed(values: dict[str, float], bound: str = "exact") -> pd.DataFrame:
    return pd.DataFrame({"period": list(values), "value": list(values.values()), "bound": bound})


def identity(record: AccountRecord = AccountRecord()) -> divisia.Identity:  # noqa: B008  # it is frozen
    """Users stand still, time doubles in the first year, sales per hour halve and then quadruple."""
    quarters = ["2020Q2", "2021Q2", "2022Q2", "2020Q4", "2021Q4"]
    return divisia.summarise_user_hours(
        record,
        gmv=printed(dict(zip(quarters, [91.0, 91.0, 364.0, 92.0, 184.0], strict=True))),
        dau=printed(dict.fromkeys(quarters, 100.0)),
        minutes=printed(dict(zip(quarters, [60.0, 120.0, 120.0, 60.0, 60.0], strict=True))),
    )


@pytest.fixture(scope="module")
def account():
    """The increase over the second quarters."""
    return growth_account.solve_account(AccountRecord(), identity())


def test_parts_add_up_to_the_whole(account):
    parts = [account.part(factor).value for factor in account.identity.factors]
    assert sum(parts) == pytest.approx(100)
    assert (account.start, account.end, account.why) == ("2020Q2", "2022Q2", None)
    assert account.part(USERS).value == pytest.approx(0, abs=1e-9)


def test_each_span_runs_from_the_first_quarter_to_its_year(account):
    """In the first year time alone doubled against sales per hour; the last span is the whole account."""
    spans = growth_account.summarise_spans(AccountRecord(), account).set_index(["year", "factor"])[
        "share_pct"
    ]
    assert spans["2022"].loc[list(account.identity.factors)].tolist() == pytest.approx(
        account.parts["effect"][list(account.identity.factors)].tolist()
    )
    assert spans["2021"].isna().all()


def test_percent_changes_multiply_in_the_other_form():
    """Sales per hour double over the span and time doubles: each alone would have made 100%."""
    record = AccountRecord(decomposition_form="multiplicative")
    effects = growth_account.solve_account(record, identity(record)).whole.set_index("factor")["effect"]
    assert [effects[TIME], effects[PER_HOUR]] == [pytest.approx(100), pytest.approx(100)]


def test_one_quarter_makes_no_account():
    none = growth_account.solve_account(AccountRecord(compared_quarter=1), identity())
    assert none.why == growth_account.NOT_YET
    assert (none.start, none.end) == (None, None)
    assert none.part(TIME).value is None
    assert growth_account.find_weakest(none, TIME) is None
    assert growth_account.summarise_spans(AccountRecord(), none).empty


def test_every_place_in_the_year_that_can_be_compared_is(account):
    places = growth_account.summarise_places(AccountRecord(), identity())
    assert list(places["span"].unique()) == ["2020Q2 to 2022Q2", "2020Q4 to 2021Q4"]
    low, high = growth_account.find_range(places, PER_HOUR, "part")
    assert high == pytest.approx(100)
    assert low == pytest.approx(account.part(PER_HOUR).value)
    assert growth_account.find_range(places, "no such factor", "part") == (None, None)


def test_the_weakest_year_and_what_went_with_it(account):
    weakest = growth_account.find_weakest(account, PER_HOUR)
    assert weakest["end"] == "2021Q2"
    assert growth_account.describe_others(account, USERS, TIME, "2021Q2") == "users fell and time grew"
    assert growth_account.list_falls(account, PER_HOUR) == ["2021"]
    both = dataclasses.replace(account, links=account.links.assign(effect=-1.0))
    assert growth_account.describe_others(both, USERS, TIME, "2021Q2") == "users and time fell as well"
    leaders = growth_account.find_leaders(account, (PER_HOUR, USERS, TIME))
    assert leaders.to_dict() == {"2021": TIME, "2022": PER_HOUR}


def test_a_change_is_as_wide_as_both_prints_allow():
    values = pd.DataFrame({"value": [2.0, 3.0], "low": [1.5, 2.5], "high": [2.5, 3.5]}, index=["a", "b"])
    change = growth_account.find_change(values, "a", "b")
    assert change.value == pytest.approx(50)
    assert (change.low, change.high) == (pytest.approx(0), pytest.approx(100 * (3.5 / 1.5 - 1)))


def test_a_floor_under_a_factor_bounds_the_others_part_from_below():
    """With at least so many buyers at the start, spending per buyer was at most GMV over them."""
    record = AccountRecord()
    buyers = pd.concat([printed({"2022Q3": 10.0}, "lower"), printed({"2023Q3": 10.0})])
    people = divisia.summarise_buyers(
        record,
        gmv=printed({"2022Q3": 100.0, "2023Q3": 200.0}),
        mau=printed({"2022Q3": 50.0, "2023Q3": 50.0}),
        buyers=buyers,
    )
    quarter, least = growth_account.find_least(record, people, "GMV per monthly buyer", start="2022Q3")
    assert quarter == "2023Q3"
    assert 80 < least.value < 100.5
    assert least.high is None
    assert growth_account.find_least(record, people, "buyers per user", start="2022Q4")[0] is None


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (1.0, 2.0, "gave something"),
        (-2.0, -1.0, "gave nothing"),
        (-1.0, 1.0, "cannot be told from nothing"),
        (None, None, "cannot be told from nothing"),
    ],
)
def test_a_gain_is_put_into_words_by_its_interval(low, high, words):
    assert words == growth_account.describe_gain(Estimate(math.nan, low, high))
