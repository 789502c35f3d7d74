"""Results are emitted as outputs, refused when they could mislead, and read back in full precision."""

import math

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.errors import InputError, RunError
from helpers.runs.results import RESULT_MIME, collect_results, describe_result, record


@pytest.fixture
def displayed(monkeypatch):
    """Collect what `record` displays."""
    shown = []
    monkeypatch.setattr("helpers.runs.results.display", shown.append)
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


def test_a_name_recorded_twice_is_refused():
    result = {"name": "share", "value": 1}
    outputs = [new_output("display_data", data={RESULT_MIME: result}) for _ in range(2)]
    with pytest.raises(RunError, match="recorded twice: share"):
        collect_results(new_notebook(cells=[new_code_cell("record()", outputs=outputs)]))
