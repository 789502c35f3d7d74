"""A run is executed once, kept whole, and fails in words."""

import json

import pytest

from helpers.errors import InputError, RunError
from helpers.runs import engine
from helpers.runs.nbval import find_unexecuted
from helpers.runs.record import read_run


def test_a_run_is_kept_with_all_that_made_it(tiny_growth, project):
    run = engine.run_notebook(tiny_growth, {"growth_rate": 0.1, "years": 2})
    assert pytest.approx(run.results[0]["value"], rel=1e-15) == 1.1**2
    record = json.loads((run.folder / "run.json").read_text())
    assert (
        record["status"],
        record["parameters"]["growth_rate"],
        record["seed"],
    ) == ("succeeded", 0.1, 20240618)
    assert "data/kuaishou_quarterly.csv" in record["inputs"]
    assert "src/helpers/runs/results.py" in record["inputs"]
    assert {"started", "seconds", "host"} == set(record["timing"])
    assert project / "runs" / tiny_growth / record["key"] == run.folder


def test_an_equal_run_is_reused_and_a_changed_parameter_is_not(tiny_growth):
    first = engine.run_notebook(tiny_growth, {})
    stamp = (first.folder / "run.json").stat().st_mtime_ns
    again = engine.run_notebook(tiny_growth, {"years": "3"})
    assert (first.folder, stamp) == (again.folder, (again.folder / "run.json").stat().st_mtime_ns)
    assert first.folder != engine.plan_run(tiny_growth, {"years": 4}).folder


def test_changed_data_or_code_make_another_key(tiny_growth, project, write_notebook):
    before = engine.plan_run(tiny_growth, {}).key
    with (project / "data" / "extra.csv").open("w") as file:
        file.write("a\n1\n")
    changed_data = engine.plan_run(tiny_growth, {}).key
    write_notebook("tiny_growth", "print(1)")
    assert len({before, changed_data, engine.plan_run(tiny_growth, {}).key}) == 3


def test_a_cell_that_raises_is_named_and_the_good_run_stays(tiny_growth, write_notebook, project):
    good = engine.run_notebook(tiny_growth, {})
    write_notebook("tiny_growth", "levels = [1, 2]", "levels[years]")
    with pytest.raises(RunError) as caught:
        engine.run_notebook(tiny_growth, {"years": 9})
    message = str(caught.value)
    assert (
        "tiny_growth: the cell `levels[years]` failed with IndexError: list index out of range (years=9); "
        "see runs/tiny_growth/failed/" in message
    )
    assert "\n" not in message
    assert len(list((project / "runs" / "tiny_growth" / "failed").glob("*/tiny_growth.ipynb"))) == 1
    assert read_run(good.folder) is not None


@pytest.mark.parametrize("name", ["fork", "kernel"])
def test_a_cell_that_hangs_is_stopped(write_notebook, name):
    write_notebook("hanging", "while True: pass")
    message = "the cell `while True: pass` failed with CellTimeoutError: the cell ran longer than 1 s; raise"
    with pytest.raises(RunError, match=message):
        engine.run_notebook("hanging", {}, timeout_seconds=1, engine=name)


@pytest.mark.parametrize("name", ["fork", "kernel"])
def test_a_kernel_that_dies_is_reported(write_notebook, name):
    write_notebook("dying", "import os; os._exit(3)")
    with pytest.raises(RunError, match="DeadKernelError: the kernel died"):
        engine.run_notebook("dying", {}, engine=name)


def test_bad_input_leaves_no_trace(tiny_growth, project):
    with pytest.raises(InputError):
        engine.run_notebook(tiny_growth, {"years": 99})
    assert list((project / "runs").iterdir()) == []


def test_a_run_record_cut_in_half_is_not_trusted(tiny_growth):
    run = engine.run_notebook(tiny_growth, {})
    (run.folder / "results.json").write_text("{")
    assert read_run(run.folder) is None
    assert len(engine.run_notebook(tiny_growth, {}).results) == 1


def test_a_cell_that_was_never_executed_is_found(tiny_growth):
    run = engine.run_notebook(tiny_growth, {})
    assert find_unexecuted(run) == []
    text = run.notebook_path.read_text().replace('"execution_count": 3', '"execution_count": null')
    run.notebook_path.write_text(text)
    assert find_unexecuted(run) == [
        "tiny_growth: code cell 3 was never executed; nbval would compare nothing there"
    ]
