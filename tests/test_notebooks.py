"""Every notebook: both engines agree, later figures cannot reach an earlier day, plain papermill works."""

import csv
import importlib
import shutil
import subprocess
import sysconfig
from pathlib import Path

import nbformat
import pytest

from helpers import data, paths
from helpers.errors import InputError
from helpers.runs import contract, engine, references, scenarios
from helpers.runs.nbval import find_unexecuted
from helpers.runs.reference import compare_results, summarise_run
from helpers.runs.results import collect_results

NOTEBOOKS = contract.list_notebooks()
DECLARED = [
    path.stem
    for path in sorted((paths.ROOT / "src/helpers/runs/declared").glob("*.py"))
    if path.stem != "__init__"
]
DAY = "2022-11-10"


def outputs_of(notebook: nbformat.NotebookNode) -> list[object]:
    return [cell.get("outputs") for cell in notebook.cells]


def execute(name: str, given: dict[str, object], **options: str) -> list[object]:
    """Execute a notebook and return its outputs; nothing is kept."""
    executed = engine.execute_plan(engine.plan_run(name, given), **options)
    return outputs_of(nbformat.reads(executed.notebook, as_version=4))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_both_engines_give_equal_outputs(name, own_runs):
    forked = engine.run_notebook(name, engine="fork")
    assert [] == find_unexecuted(forked)
    assert outputs_of(forked.read_notebook()) == execute(name, {}, engine="kernel")


def poison(folder: Path, day: str) -> None:
    """Spoil every figure that was published after a day."""
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if not rows or not {"published", "value"} <= rows[0].keys():
            continue
        for row in rows:
            if row["published"] > day and row["value"]:
                row["value"] = str(float(row["value"]) * 7 + 1)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture(scope="module")
def clean(own_runs) -> dict[str, list[object]]:
    """Every notebook's outputs as of the day."""
    runs = {name: engine.run_notebook(name, {"as_of": DAY}) for name in NOTEBOOKS}
    return {name: outputs_of(run.read_notebook()) for name, run in runs.items()}


@pytest.fixture(scope="module")
def poisoned_root(tmp_path_factory) -> Path:
    """A project whose figures of later days are spoiled."""
    root = tmp_path_factory.mktemp("poisoned")
    shutil.copytree(paths.DATA, root / "data")
    (root / "_toc.yml").touch()
    poison(root / "data", DAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "DATA", root / "data")
        assert data.rewrite_hashes()
    return root


@pytest.fixture
def poisoned(clean, poisoned_root, monkeypatch) -> None:
    """Let runs see the spoiled figures."""
    monkeypatch.setattr(data, "DATA", poisoned_root / "data")
    monkeypatch.setenv("REPORT_ROOT", str(poisoned_root))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_later_figures_cannot_reach_an_earlier_day(name, clean, poisoned):
    """All values published after the day are spoiled; results, charts and words stay as they were."""
    assert clean[name] == execute(name, {"as_of": DAY})


def test_plain_papermill_gives_the_same_results(tmp_path):
    """No command of ours is needed to rerun a notebook with another value."""
    papermill = Path(sysconfig.get_path("scripts")) / "papermill"
    out = tmp_path / "out.ipynb"
    words = [
        papermill,
        paths.NOTEBOOKS / "closed_loop.ipynb",
        out,
        "-p",
        "outside_share",
        "0.05",
        "--no-progress-bar",
    ]
    subprocess.run(words, check=True, capture_output=True, cwd=tmp_path)
    found = collect_results(nbformat.read(out, as_version=4))
    assert engine.run_notebook("closed_loop", {"outside_share": 0.05}).results == found


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_value_beyond_its_limits_is_refused(name):
    """The message names the parameter and its rule, before any kernel starts."""
    for row in contract.describe_parameters(name):
        for end, step, words in (("minimum", -1, "between|at least"), ("maximum", 1, "between|at most")):
            if row[end] is not None:
                with pytest.raises(InputError, match=rf"'{row['name']}' must be ({words}) .*\d \(got "):
                    contract.validate_parameters(name, {row["name"]: row[end] + step})


@pytest.mark.parametrize("name", DECLARED)
def test_every_declared_result_is_recorded_and_leads_to_its_sources(name, own_runs):
    """A declaration without a result, or an input that names no row, would be a dead end for a reader."""
    declared = importlib.import_module(f"helpers.runs.declared.{name}").RESULTS
    assert sorted(declared) == sorted(result["name"] for result in engine.run_notebook(name).results)
    for reference in {reference for result in declared.values() for reference in result.inputs}:
        assert not references.find_row(reference).empty


@pytest.mark.parametrize("name", sorted(set(scenarios.load_scenarios()) - set(scenarios.list_editions())))
def test_a_scenario_of_assumptions_moves_some_result(name, own_runs):
    """A set of assumptions that moves nothing is not worth its line."""
    for notebook, given in scenarios.load_scenario(name).notebooks.items():
        usual = summarise_run(engine.run_notebook(notebook))
        assert compare_results(usual, summarise_run(engine.run_notebook(notebook, given)))
