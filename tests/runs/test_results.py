"""Results are emitted as outputs, refused when they could mislead, and read back in full precision."""

import math

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.errors import InputError, RunError, UnknownNameError
from helpers.models.interval import Estimate
from helpers.runs.results import (
    RESULT_MIME,
    UNPUBLISHED,
    Declared,
    collect_results,
    describe_result,
    record,
    record_all,
)

DECLARED = {
    "share": Declared("A share.", "%", "bound", inputs=("fact:f020",)),
    "quarter": Declared("A quarter."),
}


@pytest.fixture
def displayed(monkeypatch):
    """Collect what `record` displays."""
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    return shown


def test_a_result_keeps_full_precision(displayed):
    record("share", 1 / 3, unit="1", meaning="A third.", low=0.3, high=0.4, interval="bound")
    bundle = displayed[0]._repr_mimebundle_()
    assert bundle[RESULT_MIME]["value"] == 1 / 3
    assert bundle["text/plain"] == "share = 0.333 (bound: 0.3 to 0.4)"


@pytest.mark.parametrize("value", [math.nan, math.inf, [1], object()])
def test_what_json_cannot_hold_is_refused(displayed, value):
    with pytest.raises(InputError, match="result 'share' must be"):
        record("share", value, unit="1", meaning="A share.")
    assert displayed == []


def test_an_unknown_value_must_say_why(displayed):
    with pytest.raises(InputError, match="say why="):
        record("share", None, unit="1", meaning="A share.")
    record("share", None, unit="1", meaning="A share.", why="nothing published")
    assert describe_result(displayed[0]) == "share = not yet known because nothing published"


def test_an_interval_needs_its_kind(displayed):
    with pytest.raises(InputError, match="go together"):
        record("share", 1.0, unit="1", meaning="A share.", low=0.5, high=2.0)


def test_numpy_numbers_become_plain_python(displayed):
    """JSON holds no numpy.int64."""
    record("years", np.int64(3), unit="years", meaning="A number of years.")
    assert type(displayed[0]["value"]) is int


def test_what_a_notebook_prints_beside_its_results_is_passed_over():
    result = {"name": "share", "value": 1}
    outputs = [new_output("stream", text="1"), new_output("display_data", data={RESULT_MIME: result})]
    assert [result] == collect_results(new_notebook(cells=[new_code_cell("record()", outputs=outputs)]))


def test_a_name_recorded_twice_is_refused():
    result = {"name": "share", "value": 1}
    outputs = [new_output("display_data", data={RESULT_MIME: result}) for _ in range(2)]
    with pytest.raises(RunError, match="recorded twice: share"):
        collect_results(new_notebook(cells=[new_code_cell("record()", outputs=outputs)]))


def test_declared_results_take_unit_meaning_and_inputs_from_their_declaration(displayed):
    record_all(DECLARED, share=Estimate(20.0, 19.5, 20.5), quarter="2023Q3")
    assert ["share = 20% (bound: 19.5 to 20.5%)", "quarter = 2023Q3"] == [
        describe_result(r) for r in displayed
    ]
    assert ["fact:f020"] == displayed[0]["inputs"]


def test_a_declared_result_without_ends_has_no_interval(displayed):
    record_all(DECLARED, share=20.0, level=0.9)
    assert ("none", None) == (displayed[0]["interval"], displayed[0]["level"])


@pytest.mark.parametrize(
    ("value", "why", "expected"),
    [
        (None, None, UNPUBLISHED),
        (math.nan, None, UNPUBLISHED),
        (Estimate.not_known("no print"), None, "no print"),
        (20.0, "the run has no data", "the run has no data"),
    ],
)
def test_a_declared_result_that_is_not_known_says_why(displayed, value, why, expected):
    record_all(DECLARED, share=value, why=why)
    assert (None, expected) == (displayed[0]["value"], displayed[0]["why"])


def test_a_result_that_was_not_declared_is_refused(displayed):
    with pytest.raises(UnknownNameError, match="unknown declared result 'shares'; did you mean share"):
        record_all(DECLARED, shares=20.0)
    assert displayed == []
