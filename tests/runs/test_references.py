"""What a default rests on is a row, and a later row makes the default unknown."""

from datetime import date

import pytest

from helpers.errors import InputError, UnknownNameError
from helpers.models.record import parameter
from helpers.runs import contract, references


class Parameters(contract.RunParameters):
    """One default on a figure of May 2022, one of our own."""

    share: float = parameter(
        0.99, unit="1", meaning="Share.", rests_on=("data:kuaishou_quarterly/2022Q1/own_shop_share_gmv",)
    )
    guess: float = parameter(0.5, unit="1", meaning="Guess.")


def test_a_reference_finds_its_row():
    row = references.find_row("data:kuaishou_quarterly/2022Q2/ecommerce_gmv")
    assert (191.2, "RMB bn") == (row["value"], row["unit"])
    assert date(2022, 8, 23) == references.find_published("data:kuaishou_quarterly/2022Q2/ecommerce_gmv")


def test_a_series_is_as_old_as_its_first_published_row():
    assert date(2021, 1, 16) == references.find_published("series:kuaishou_quarterly/ecommerce_gmv")


@pytest.mark.parametrize(
    ("reference", "error", "message"),
    [
        (
            "kuaishou_quarterly/2022Q2/ecommerce_gmv",
            InputError,
            "must read data:DATASET/KEY/KEY, series",
        ),
        ("data:kuaishou_quarterly/2022Q2", InputError, "is keyed by period/metric"),
        ("data:kuaishou_quarterly/2022Q2/ecommerce_gm", UnknownNameError, "did you mean ecommerce_gmv"),
        ("data:kuaishou_monthly/2022Q2/ecommerce_gmv", UnknownNameError, "did you mean"),
        ("series:kuaishou_quarterly/ecommerce_gm", UnknownNameError, "did you mean ecommerce_gmv"),
    ],
)
def test_a_bad_reference_is_named(reference, error, message):
    with pytest.raises(error, match=message):
        references.find_row(reference)


@pytest.mark.parametrize(
    ("as_of", "share", "expected"),
    [("2022-05-23", 0.99, ["share"]), ("2022-05-24", 0.99, []), ("2022-05-23", 0.9, [])],
    ids=["the figure is later", "published that day", "the reader's own value"],
)
def test_a_default_on_a_later_figure_is_unknown(as_of, share, expected):
    parameters = Parameters(as_of=as_of, share=share)
    why = parameters.explain_unknown(Parameters)
    assert (why is not None) == bool(expected)
    assert all(name in str(why) for name in expected)
