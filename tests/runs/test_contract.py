"""The parameter contract is applied before any kernel starts."""

import json
import re
from datetime import date

import numpy as np
import pytest
import tiny

from helpers.errors import InputError, UnknownNameError
from helpers.models.record import parameter
from helpers.runs import contract


def test_all_problems_are_named_at_once(tiny_growth):
    """One message holds the unknown name with its nearest, the type and the range."""
    with pytest.raises(InputError) as caught:
        contract.validate_parameters(tiny_growth, {"growth_rat": 1, "growth_rate": 3, "years": "many"})
    message = str(caught.value)
    assert "unknown parameter 'growth_rat'; did you mean growth_rate" in message
    assert "'growth_rate' must be between -0.1 and 0.2 (got 3)" in message
    assert "'years' must be a whole number (got 'many')" in message
    assert caught.value.exit_code == 2


def test_ten_problems_are_all_named(tiny_growth):
    """A reader who mends what is shown must not be sent back for more."""
    names = [f"unheard_of_{number}" for number in range(10)]
    with pytest.raises(InputError) as caught:
        contract.validate_parameters(tiny_growth, dict.fromkeys(names, 1))
    assert all(f"'{name}'" in str(caught.value) for name in names)


def test_a_choice_names_its_options(tiny_growth):
    with pytest.raises(InputError, match=r"'shape' must be one of line, curve \(got 'wave'\)"):
        contract.validate_parameters(tiny_growth, {"shape": "wave"})


def test_a_date_outside_the_data_names_both_ends(tiny_growth):
    with pytest.raises(InputError, match=r"from 2018-06-28 to \d{4}-\d\d-\d\d.*got 1999-01-01"):
        contract.validate_parameters(tiny_growth, {"as_of": "1999-01-01"})


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("shape", 3, "one of line, curve"),
        ("as_of", 3, "text"),
        ("growth_rate", "much", "a number"),
        ("weights", "1,x", "a list[float], such as 1,2,3"),
        ("seed", -1, "between 0 and 4294967295"),
        ("growth_rate", float("nan"), "between -0.1 and 0.2"),
    ],
)
def test_a_refused_value_is_named_with_its_rule(tiny_growth, name, value, rule):
    with pytest.raises(InputError, match=re.escape(f"{tiny_growth}: '{name}' must be {rule} (got ")):
        contract.validate_parameters(tiny_growth, {name: value})


def test_a_date_and_a_switch_are_asked_for_in_words(tiny_growth, monkeypatch):
    class Dated(tiny.Parameters):
        opened: date = parameter(date(2020, 6, 16), unit="ISO date", meaning="First day.")
        closed: bool = parameter(False, unit="1", meaning="Whether it is closed.")

    monkeypatch.setattr(tiny, "Parameters", Dated)
    with pytest.raises(InputError) as caught:
        contract.validate_parameters(tiny_growth, {"opened": "spring", "closed": "perhaps"})
    assert "'opened' must be an ISO date (got 'spring')" in str(caught.value)
    assert "'closed' must be true or false (got 'perhaps')" in str(caught.value)


def test_one_sided_limits_say_which_side():
    assert contract._write_limits(1, None) == "at least 1"
    assert contract._write_limits(None, 2) == "at most 2"
    assert contract._write_limits(None, None) == "a finite number"


def test_notebooks_come_in_the_order_of_the_book(project, write_notebook):
    for name in ("apart", "first", "second"):
        write_notebook(name)
    chapters = [{"file": "chapters/second"}, {"file": "records/data"}, {"file": "chapters/first"}]
    (project / "_toc.yml").write_text(json.dumps({"parts": [{"chapters": chapters}]}))
    assert contract.list_chapters() == ["second", "first"]
    assert contract.list_notebooks() == ["second", "first", "apart"]


def test_what_a_default_rests_on_is_described():
    rows = {row["name"]: row for row in contract.describe_parameters("closed_loop")}
    assert rows["outside_share"]["rests_on"]
    assert rows["seed"]["rests_on"] == []


def test_text_from_the_command_line_becomes_the_declared_type(tiny_growth):
    found = contract.validate_parameters(
        tiny_growth, {"growth_rate": "0.05", "years": "7", "weights": "1, 2.5,3"}
    )
    assert (found["growth_rate"], found["years"], found["weights"]) == (0.05, 7, [1.0, 2.5, 3.0])


def test_numpy_values_become_plain_python(tiny_growth):
    """Papermill would inject numpy.int64(3) as the text "3"."""
    found = contract.validate_parameters(tiny_growth, {"years": np.int64(4), "growth_rate": np.float64(0.1)})
    assert (int, float) == (type(found["years"]), type(found["growth_rate"]))


def test_the_description_keeps_the_order_of_the_cell(tiny_growth):
    rows = contract.describe_parameters(tiny_growth)
    assert [row["name"] for row in rows] == ["as_of", "seed", "growth_rate", "years", "shape", "weights"]
    assert rows[2] == {
        "name": "growth_rate", "type": "float", "default": 0.02, "unit": "fraction per year", "minimum": -0.1,
        "maximum": 0.2, "choices": None, "meaning": "Growth of a year.", "rests_on": [],
    }  # fmt: skip
    assert rows[5]["type"] == "list[float]"
    json.dumps(rows)


def test_cell_and_record_that_differ_are_reported(write_notebook):
    lines = ['as_of: str = "latest"', "seed: int = 20240618", "growth_rate: float = 0.03", "extra: int = 1"]
    write_notebook("drifted", parameters="\n".join(lines))
    complaints = contract.check_cell("drifted")
    assert "drifted: default of 'growth_rate' is 0.03 in the cell, 0.02 in the record" in complaints
    assert "drifted: 'extra' is in the cell but not in the record" in complaints
    assert "drifted: 'years' is in the record but not in the cell" in complaints


def test_an_equal_cell_has_no_complaints(tiny_growth):
    assert contract.check_cell(tiny_growth) == []


def test_an_unknown_notebook_offers_the_nearest(tiny_growth):
    with pytest.raises(UnknownNameError, match="unknown notebook 'tiny_grwth'; did you mean tiny_growth"):
        contract.read_notebook("tiny_grwth")


@pytest.mark.parametrize("name", ["../data/secret", "a b", "", "tiny_growth.ipynb"])
def test_a_notebook_name_is_no_path(tiny_growth, name):
    with pytest.raises(UnknownNameError, match="unknown notebook"):
        contract.read_notebook(name)


def test_a_notebook_cut_in_half_is_named(tiny_growth, project):
    path = project / "notebooks" / "tiny_growth.ipynb"
    path.write_text(path.read_text()[:200])
    with pytest.raises(InputError, match=r"notebooks/tiny_growth.ipynb is not a readable notebook"):
        contract.validate_parameters(tiny_growth, {})


def test_a_parameters_cell_with_a_bare_assignment_is_refused(write_notebook):
    write_notebook("bare", parameters="years = 3")
    with pytest.raises(InputError, match="the parameters cell: line 1 is not `name: type = default`"):
        contract.read_cell("bare")
