"""A run is executed once, kept whole, and fails in words."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.errors import EnvironmentMissingError, InputError, RunError, UnknownNameError
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
    assert {name.split("/")[0] for name in record["inputs"]} == {"src"}
    assert "src/helpers/runs/results.py" in record["inputs"]
    assert {"started", "seconds", "host"} == set(record["timing"])
    assert project / "runs" / tiny_growth / record["key"] == run.folder


def test_an_equal_run_is_reused_and_a_changed_parameter_is_not(tiny_growth):
    first = engine.run_notebook(tiny_growth, {})
    stamp = (first.folder / "run.json").stat().st_mtime_ns
    again = engine.run_notebook(tiny_growth, {"years": "3"})
    assert (first.folder, stamp) == (again.folder, (again.folder / "run.json").stat().st_mtime_ns)
    assert first.folder != engine.run_notebook(tiny_growth, {"years": 4}).folder


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
def test_a_cell_that_hangs_is_stopped_and_what_it_said_is_kept(write_notebook, name, project):
    write_notebook("hanging", "print('so far')\nwhile True: pass")
    message = (
        "the cell `print\\('so far'\\)` failed with CellTimeoutError: the cell ran longer than 1 s; raise"
    )
    with pytest.raises(RunError, match=message):
        engine.run_notebook("hanging", {}, timeout_seconds=1, engine=name)
    (kept,) = (project / "runs" / "hanging" / "failed").glob("*/hanging.ipynb")
    assert "so far" in kept.read_text()


@pytest.mark.parametrize("name", ["fork", "kernel"])
def test_a_kernel_that_dies_is_reported(write_notebook, name):
    write_notebook("dying", "import os; os._exit(3)")
    with pytest.raises(RunError, match="DeadKernelError: the kernel died"):
        engine.run_notebook("dying", {}, engine=name)


@pytest.mark.parametrize("name", ["fork", "kernel"])
def test_a_notebook_that_ends_itself_early_is_no_success(write_notebook, name):
    """Papermill takes sys.exit() for success; half of the results would be missing from the page."""
    write_notebook("leaving", "import sys; sys.exit()", "print(1)")
    with pytest.raises(RunError, match="`print\\(1\\)` failed with SystemExit: the notebook ended itself"):
        engine.run_notebook("leaving", {}, engine=name)


def test_an_output_that_no_notebook_can_hold_is_named(write_notebook):
    write_notebook("odd", "from IPython.display import display\ndisplay({'a/b': {'c': 1}}, raw=True)")
    with pytest.raises(RunError, match=r"an output is not valid in a notebook \(data/a/b\)"):
        engine.run_notebook("odd")


def test_streams_are_joined_and_processes_leave_no_number(tiny_growth):
    """Where a stream was cut is chance; a cell's file is in a folder with the number of the process."""
    outputs = [
        new_output("stream", name="stderr", text="/tmp/ipykernel_71/12.py:1: UserWarning: a\n"),
        new_output("stream", name="stdout", text="b"),
        new_output("stream", name="stdout", text="c"),
        new_output("display_data", data={"text/plain": "d"}),
        new_output("stream", name="stdout", text="e"),
    ]
    cell = new_code_cell("1", outputs=outputs)
    texts = [
        out.get("text") for out in engine.normalise_notebook(new_notebook(cells=[cell])).cells[0].outputs
    ]
    assert ["bc", "cell-12.py:1: UserWarning: a\n", None, "e"] == texts


def test_a_platform_that_cannot_fork_has_the_ordinary_kernel(tiny_growth, monkeypatch):
    monkeypatch.setattr(engine.fork_engine, "is_supported", lambda: False)
    assert "kernel" == engine.default_engine()
    with pytest.raises(EnvironmentMissingError, match="the forked engine needs Linux; --engine kernel runs"):
        engine.run_notebook(tiny_growth, engine="fork")


def test_an_unknown_engine_is_named(tiny_growth):
    with pytest.raises(UnknownNameError, match="unknown engine 'frok'; did you mean fork"):
        engine.run_notebook(tiny_growth, engine="frok")


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
