"""A slice holds what a result rests on, and gives it as the whole notebook does."""

import pytest

from helpers.errors import UnknownNameError
from helpers.runs import engine, slices

IMPORT = "from helpers.runs.results import record"


def record(name: str, value: str) -> str:
    return f'record("{name}", {value}, unit="1", meaning="A level.")'


def cut(write_notebook, *cells: str) -> list[str]:
    """Return the code cells that the result ``level`` needs, without import and parameters."""
    write_notebook("tiny_cut", IMPORT, *cells)
    part = slices.slice_plan(engine.plan_run("tiny_cut", {}), ["level"])
    return [source for source in part.code[1:] if source != IMPORT]


def test_what_no_wanted_result_rests_on_is_left_out(write_notebook):
    kept = cut(write_notebook, "a = years\nb = 2 * a", "c = 9", record("other", "b"), record("level", "a"))
    assert ["a = years", "record('level', a, unit='1', meaning='A level.')"] == kept


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["a = 1", "a = 2"], ["a = 2"]),
        (["a = 1", "a += 2"], ["a = 1", "a += 2"]),
        (["a = [1]", "a[0] = 2"], ["a = [1]", "a[0] = 2"]),
        (["a = []", "a.append(1)", "print(a)"], ["a = []", "a.append(1)"]),
        (["def a():\n    return b", "b = 1"], ["def a():\n    return b", "b = 1"]),
        (["import json as a, math", "import os"], ["import json as a, math"]),
        (["b = 1", "a = [b for b in (1, 2)]"], ["a = [b for b in (1, 2)]"]),
        (["b = 1", "a = {b for b in (1, 2)}"], ["a = {b for b in (1, 2)}"]),
        (["b = 1", "a = {b: b for b in (1, 2)}"], ["a = {b: b for b in (1, 2)}"]),
        (["b = 1", "c = [b for b in (1, 2)]", "a = b"], ["b = 1", "a = b"]),
        (["b = 1", "a = table.query('level > @b')"], ["b = 1", "a = table.query('level > @b')"]),
        (["for a in (1, 2):\n    c = a", "d = 3"], ["for a in (1, 2):\n    c = a"]),
    ],
    ids=[
        "rebound",
        "added to",
        "item set",
        "method called",
        "read later",
        "imported",
        "inner",
        "inner of a set",
        "inner of pairs",
        "named alike elsewhere",
        "queried",
        "loop",
    ],
)
def test_a_name_brings_all_that_gave_it_its_value(write_notebook, cells, kept):
    assert kept == cut(write_notebook, *cells, record("level", "str(a)"))[:-1]


def test_a_module_is_not_changed_by_calling_it(write_notebook):
    kept = cut(write_notebook, "import math", "math.sqrt(2)", record("level", "math.pi"))
    assert ["import math"] == kept[:-1]


def test_results_recorded_together_are_told_apart(write_notebook):
    both = "record_all(RESULTS, why=reason, level=a, other=b)"
    kept = cut(write_notebook, "RESULTS = {}\nreason = None", "a = 1\nb = 2", both)
    assert ["RESULTS = {}\nreason = None", "a = 1", "record_all(RESULTS, why=reason, level=a)"] == kept


def test_a_slice_gives_the_result_of_the_whole(write_notebook):
    write_notebook(
        "tiny_cut",
        f"{IMPORT}\nfrom helpers.runs.declared import closed_loop",
        "def grow(n):\n    return rate ** n",
        "rate = 1 + growth_rate\nunused = closed_loop",
        "for name in ('level', 'other'):\n    " + record("level", "grow(years)").replace('"level"', "name"),
    )
    plan = engine.plan_run("tiny_cut", {"years": 2})
    whole, part = engine.execute_plan(plan), engine.execute_plan(slices.slice_plan(plan, ["level"]))
    assert whole.results == part.results
    assert len(part.inputs) < len(whole.inputs)


def test_a_result_that_no_statement_names_is_refused(write_notebook):
    write_notebook("tiny_cut", IMPORT, record("level", "1"))
    with pytest.raises(UnknownNameError, match="'levle'; did you mean level"):
        slices.slice_plan(engine.plan_run("tiny_cut", {}), ["levle"])
