"""A run is used again while all that it saw is as it was, and the plan says what is not."""

import json

import pandas as pd
import pytest

from helpers import paths
from helpers.errors import EnvironmentMissingError
from helpers.runs import cache, engine, inputs, kernel_observer, recheck, record
from helpers.runs.record import read_run

READ_EVENTS = "from helpers import data\nlen(data.load('events'))"
READ_ANNUAL = "from helpers import data\nlen(data.load('kuaishou_annual'))"
READ_FILES = """
import os
from helpers import paths
open(paths.ROOT / 'own.txt').read(), os.listdir(paths.ROOT / 'own')
try: open(paths.ROOT / 'absent.txt')
except FileNotFoundError: print('none')"""
SEARCH = """
import importlib.metadata, pkgutil, sys
from helpers import paths
sys.path.insert(0, str(paths.ROOT / 'own'))
len(list(pkgutil.iter_modules())) > 0, importlib.metadata.version('pandas') > ''"""
DESCRIBE = """
from helpers import data
data.load("events")
data.describe("gaps")["title"]"""


@pytest.fixture
def reading(write_notebook):
    """A notebook that reads one table."""
    write_notebook("reading", READ_EVENTS)
    return "reading"


def causes_of(name: str, **given: object) -> tuple[str, ...]:
    return cache.explain_plan(engine.plan_run(name, given)).causes


def edit_words(name: str, column: str) -> None:
    """Change a cell of words and accept the change, as a maintainer does."""
    path = paths.DATA / f"{name}.csv"
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    frame.loc[0, column] = f"{frame.loc[0, column]}, edited"
    frame.to_csv(path, index=False, lineterminator="\n")
    manifest = paths.DATA / "datapackage.json"
    package = json.loads(manifest.read_text(encoding="utf-8"))
    for table in package["resources"]:
        if table["name"] == name:
            table |= {"bytes": path.stat().st_size, "hash": f"sha256:{inputs.hash_file(path)}"}
    manifest.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


def test_a_run_depends_on_the_tables_that_it_read(reading):
    names = engine.run_notebook(reading).record["inputs"]
    assert {"data/events.csv", "data/sources.csv", "data/datapackage.json#events"} <= names.keys()
    assert "data/kuaishou_annual.csv" not in names
    assert "data/datapackage.json" not in names


def test_an_edited_table_reruns_what_read_it_and_nothing_else(reading, write_notebook):
    """The description holds every table's hash, and still only the run that read the table is stale."""
    write_notebook("annual", READ_ANNUAL)
    first, other = engine.run_notebook(reading), engine.run_notebook("annual")
    edit_words("kuaishou_annual", "note")
    assert causes_of(reading) == ()
    changed = (
        "data/kuaishou_annual.csv changed",
        "the description of kuaishou_annual in data/datapackage.json",
    )
    assert [line.startswith(changed) for line in causes_of("annual")] == [True, True]
    assert engine.run_notebook(reading).folder == first.folder
    assert engine.run_notebook("annual").folder != other.folder


def test_an_edit_taken_back_finds_the_run_before_it(reading):
    first = engine.run_notebook(reading)
    path = paths.DATA / "events.csv"
    kept = path.read_bytes(), (paths.DATA / "datapackage.json").read_bytes()
    edit_words("events", "event")
    assert engine.run_notebook(reading).folder != first.folder
    path.write_bytes(kept[0])
    (paths.DATA / "datapackage.json").write_bytes(kept[1])
    assert causes_of(reading) == ()
    assert engine.run_notebook(reading).folder == first.folder


def test_a_table_described_without_being_read_counts(write_notebook):
    write_notebook("describing", DESCRIBE)
    names = engine.run_notebook("describing").record["inputs"]
    assert "data/datapackage.json#gaps" in names
    assert "data/gaps.csv" not in names


def test_another_description_reruns_only_what_used_it(reading, write_notebook):
    write_notebook("describing", DESCRIBE)
    for name in (reading, "describing"):
        engine.run_notebook(name)
    manifest = paths.DATA / "datapackage.json"
    package = json.loads(manifest.read_text(encoding="utf-8"))
    for table in package["resources"]:
        table["title"] += ", renamed" * (table["name"] == "gaps")
    manifest.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    assert causes_of(reading) == ()
    assert causes_of("describing") == ("the description of gaps in data/datapackage.json changed",)


def test_files_opened_listed_and_missed_are_inputs(write_notebook, project):
    (project / "own").mkdir()
    (project / "own.txt").write_text("a")
    write_notebook("looking", READ_FILES)
    seen = engine.run_notebook("looking").record["inputs"]
    assert seen["absent.txt"] == inputs.MISSING
    assert {"own.txt", "own/"} <= seen.keys()
    for change, name in (
        ((project / "absent.txt").touch, "absent.txt"),
        ((project / "own" / "new").touch, "own/"),
        ((project / "own.txt").unlink, "own.txt"),
    ):
        change()
        assert f"{name} changed" in causes_of("looking")


def test_a_search_for_packages_makes_no_folder_an_input(write_notebook, project):
    """Whether a process has searched before is chance, and no run may depend on it."""
    (project / "own").mkdir()
    write_notebook("searching", SEARCH)
    assert [] == [name for name in engine.run_notebook("searching").record["inputs"] if name.endswith("/")]


def test_only_modules_behind_the_cells_count(tiny_growth, monkeypatch):
    """A changed helper reruns the notebooks that import it, directly or through others."""
    engine.run_notebook(tiny_growth)
    actual = inputs.hash_file
    for name, stale in (("models/saturation.py", False), ("prose.py", True), ("runs/results.py", True)):
        edited = inputs.PACKAGE_FOLDER / name
        monkeypatch.setattr(inputs, "hash_file", lambda p, e=edited: "other" if p == e else actual(p))
        assert causes_of(tiny_growth) == ((f"src/helpers/{name} changed",) if stale else ())


def test_only_versions_of_imported_packages_count(write_notebook, monkeypatch):
    write_notebook("drawing", "import altair, yaml")
    before = engine.run_notebook("drawing").record["versions"]
    assert {"altair", "pyyaml", "python", "ipykernel", "papermill"} <= before.keys()
    assert not {"statsmodels", "frictionless"} & before.keys()
    actual = inputs.read_distribution
    monkeypatch.setattr(
        inputs, "read_distribution", lambda name: ("altair", "9.9") if name == "altair" else actual(name)
    )
    assert causes_of("drawing") == (f"altair {before['altair']} -> 9.9",)


def test_prose_and_tags_never_rerun(reading, project):
    engine.run_notebook(reading)
    path = project / "notebooks" / "reading.ipynb"
    text = path.read_text().replace("# Tiny growth", "# Another title")
    path.write_text(text.replace('"metadata": {}', '"metadata": {"tags": ["hide-input"]}'))
    assert "hide-input" in path.read_text()
    assert causes_of(reading) == ()


def test_the_plan_names_cell_parameter_and_failure(tiny_growth, write_notebook):
    assert causes_of(tiny_growth) == ("it has never run",)
    key = engine.run_notebook(tiny_growth).record["key"]
    assert cache.explain_plan(engine.plan_run(tiny_growth, {})).to_dict() == {
        "notebook": tiny_growth, "key": key, "causes": (), "points": 1,
    }  # fmt: skip
    assert causes_of(tiny_growth, years=4) == ("it has never run with years=4",)
    assert causes_of(tiny_growth, as_of="2022-11-10") == ("it has never run with as_of=2022-11-10",)
    write_notebook(tiny_growth, "1 / 0")
    assert causes_of(tiny_growth) == ("code cell 2 changed",)
    with pytest.raises(RuntimeError):
        engine.run_notebook(tiny_growth)
    assert causes_of(tiny_growth) == ("it failed the last time (ZeroDivisionError)", "code cell 2 changed")


def test_a_tag_that_steers_execution_reruns(tiny_growth, project):
    engine.run_notebook(tiny_growth)
    path = project / "notebooks" / "tiny_growth.ipynb"
    path.write_text(path.read_text().replace('"metadata": {}', '"metadata": {"tags": ["skip-execution"]}'))
    assert causes_of(tiny_growth) == ("its cells are executed in another way",)


def test_a_file_edited_during_the_run_leaves_no_run(write_notebook, project):
    """Its outputs are of the old content, its hash would be of the new."""
    (project / "own.txt").write_text("a")
    write_notebook(
        "racing", "from helpers import paths\nf = paths.ROOT / 'own.txt'\nf.read_text(), f.write_text('b')"
    )
    with pytest.raises(RuntimeError, match=r"racing: own.txt changed while it ran.*run it again"):
        engine.run_notebook("racing")
    assert not list((project / "runs" / "racing").glob("*/run.json"))


def test_a_file_edited_and_edited_back_leaves_no_run(write_notebook, project):
    """One of two readings is of another content, and in the end nothing is to be seen of it."""
    (project / "own.txt").write_text("a")
    write_notebook(
        "racing",
        "from helpers import paths\nf = paths.ROOT / 'own.txt'\nf.read_text(), f.write_text('b')",
        "f.read_text(), f.write_text('a')",
    )
    with pytest.raises(RuntimeError, match=r"racing: own.txt changed while it ran"):
        engine.run_notebook("racing")


def test_another_tables_description_may_change_during_the_run(write_notebook):
    edit = (
        "import json\nfrom helpers import data, paths\ndata.load('events')\n"
        "m = paths.DATA / 'datapackage.json'\npackage = json.loads(m.read_text())\n"
        "for table in package['resources']: table['title'] += ', renamed' * (table['name'] == 'gaps')\n"
        "m.write_text(json.dumps(package))"
    )
    write_notebook("racing", edit, "len(data.load('events'))")
    engine.run_notebook("racing")
    assert causes_of("racing") == ()


def test_a_mark_leads_only_to_runs_with_its_own_parameters(tiny_growth):
    """Whatever lies among the marks, a run with other parameters answers nothing."""
    other = engine.run_notebook(tiny_growth, {"years": 5})
    plan = engine.plan_run(tiny_growth, {})
    cache.remember_run(plan, other.record["key"])
    assert cache.find_run(plan) is None


@pytest.mark.parametrize("content", ["[]", "{}", '{"inputs"'])
def test_the_plan_passes_over_a_record_that_is_damaged(tiny_growth, content):
    run = engine.run_notebook(tiny_growth)
    (run.folder / "run.json").write_text(content)
    assert causes_of(tiny_growth) == ("it has never run",)


def test_a_run_whose_writer_was_killed_once_it_was_in_place_is_found(tiny_growth, monkeypatch):
    """What has finished is found again, even if nothing more could be done for it."""
    put = record._put_folder

    def put_and_stop(*arguments: object) -> None:
        put(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(record, "_put_folder", put_and_stop)
    with pytest.raises(KeyboardInterrupt):
        engine.run_notebook(tiny_growth)
    assert causes_of(tiny_growth) == ()


def test_both_engines_see_the_same_inputs(reading):
    """A run has the same key, whichever executed it."""
    forked, ordinary = (
        engine.run_notebook(reading, engine=name, reuse=False).record for name in ("fork", "kernel")
    )
    assert ordinary["inputs"] == forked["inputs"]
    assert ordinary["key"] == forked["key"]
    assert "data/events.csv" in ordinary["inputs"]
    assert "data/kuaishou_annual.csv" not in ordinary["inputs"]


def test_a_kernel_without_the_project_is_told(reading, monkeypatch):
    monkeypatch.setattr(kernel_observer, "COLLECT", "__import__('helpers_of_nobody')")
    with pytest.raises(EnvironmentMissingError, match=r"cannot import this project .*`make install`"):
        engine.run_notebook(reading, engine="kernel")


def test_a_run_whose_files_were_altered_is_not_used(reading):
    run = engine.run_notebook(reading)
    run.notebook_path.write_text(run.notebook_path.read_text() + " ")
    assert read_run(run.folder) is None
    assert cache.find_run(engine.plan_run(reading, {})) is None


def test_finished_runs_are_rechecked_by_meaning(tiny_growth, write_notebook, project):
    """A result that depends on something nobody observed shows when its run is executed again."""
    (project / "hidden").write_text("1")
    hidden = "import subprocess\nx = int(subprocess.check_output(['cat', str(paths.ROOT / 'hidden')]))\n"
    record = "from helpers.runs.results import record\nrecord('x', x, unit='1', meaning='Read unseen.')"
    write_notebook("hiding", "from helpers import paths\n" + hidden + record)
    engine.run_notebook(tiny_growth)
    engine.run_notebook("hiding")
    assert recheck.recheck_runs(["default"]) == []
    (project / "hidden").write_text("2")
    assert causes_of("hiding") == ()
    assert recheck.recheck_runs(["default"]) == ["default/hiding: x: 1 -> 2"]
