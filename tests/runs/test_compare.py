"""Two runs are compared by their results, charts and inputs."""

import copy
import functools
import json
import operator

import pytest

from helpers import paths
from helpers.errors import InputError, UnknownNameError
from helpers.runs import compare, engine
from helpers.runs.snapshot import Snapshot, keep_charts


def test_a_moved_result_names_old_new_and_the_parameter_that_did_it(tiny_growth):
    old = engine.run_notebook(tiny_growth)
    new = engine.run_notebook(tiny_growth, {"years": 10})
    difference = compare.compare_runs(old, new)
    assert {"years": (3, 10)} == difference.parameters
    assert difference.moves[0].change == pytest.approx(1.02**10 - 1.02**3)
    lines = compare.describe_difference(difference)
    assert "  final_level: 1.06 -> 1.22" in lines
    assert "  because parameter years: 3 -> 10" in lines
    json.dumps(difference.to_dict())


@pytest.mark.parametrize(
    ("path", "value", "change"),
    [
        ("data/values/0/share", 0.5 + 1e-9, None),
        ("data/values/0/share", 0.51, "other data"),
        ("data/values/0/label", "other", "other data"),
        ("encoding/x/axis/values/0", 0.25, "same data, other words or look"),
        ("title", "Other", "same data, other words or look"),
    ],
)
def test_charts_are_compared_by_value(path, value, change):
    """Another version of a library moves last digits, which is no other chart."""
    old = {
        "usermeta": {"name": "shares"},
        "title": "Shares",
        "data": {"values": [{"label": "one", "share": 0.5}]},
        "encoding": {"x": {"axis": {"values": [0, 1]}}},
    }
    new = copy.deepcopy(old)
    *way, last = (int(part) if part.isdigit() else part for part in path.split("/"))
    functools.reduce(operator.getitem, way, new)[last] = value
    snapshots = [Snapshot("n", "k", {}, {}, keep_charts([spec]), {}, {}) for spec in (old, new)]
    assert ({"shares": change} if change else {}) == compare.compare_snapshots(*snapshots).charts


def test_equal_runs_differ_in_nothing(tiny_growth):
    run = engine.run_notebook(tiny_growth)
    assert compare.compare_runs(run, run).is_empty


def test_scenarios_and_keys_stand_for_runs(tiny_growth):
    key = engine.run_notebook(tiny_growth).record["key"]
    assert ["tiny_growth"] == [each.notebook for each in compare.compare(f"tiny_growth/{key[:6]}", "slow")]


def test_an_edition_stands_for_its_runs(tiny_growth, tmp_path):
    run = engine.run_notebook(tiny_growth)
    (tmp_path / "edition.json").write_text(json.dumps({"runs": {tiny_growth: run.record["key"]}}))
    assert run.record["key"] == compare.find_snapshots(str(tmp_path))[tiny_growth].key


def test_an_edition_whose_runs_are_gone_says_what_to_do(tiny_growth, tmp_path):
    (tmp_path / "edition.json").write_text(json.dumps({"runs": {tiny_growth: "0" * 16}}))
    with pytest.raises(InputError, match="are no longer kept \\(tiny_growth\\); build that edition again"):
        compare.find_snapshots(str(tmp_path))


@pytest.mark.parametrize("name", ["slo", "tiny_growth/", "elsewhere"])
def test_an_unknown_name_is_refused(tiny_growth, name):
    with pytest.raises(UnknownNameError, match="unknown scenario, NOTEBOOK/KEY, folder of a book or edition"):
        compare.find_snapshots(name)


def test_a_key_that_fits_no_run_is_named(tiny_growth):
    with pytest.raises(InputError, match="0 runs of tiny_growth begin with 'ffff'"):
        compare.find_snapshots("tiny_growth/ffff")
    assert paths.RUNS.is_dir()
