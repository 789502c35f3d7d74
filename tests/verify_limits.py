"""Every parameter of every notebook at its limits, and data with holes, for ``make verify``."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from helpers import data, paths
from helpers.runs import contract, engine, sweep

NOTEBOOKS = contract.list_notebooks()
# The forecasts that the synthesis scores name the rows they rest on, and refuse to do without one.
WITH_HOLES = [name for name in NOTEBOOKS if name != "synthesis"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_holds_at_the_limits_of_each_parameter(name, own_runs):
    """One parameter at a time at an end of its range: a result, or a reason why there is none."""
    points = [
        point
        for row in contract.describe_parameters(name)
        for end in (row["minimum"], row["maximum"])
        if end is not None
        for point in sweep.plan_sweep([name], {row["name"]: [end]})
    ]
    assert [] == [
        (outcome.point.varied, outcome.cause) for outcome in sweep.run_sweep(points, jobs=2).failures
    ]


def make_holes(folder: Path, kept: set[str], parity: int) -> None:
    """Take every second row out of the series, but the first of each, and every second value of the facts."""
    for name in ("kuaishou_quarterly", "kuaishou_annual", "facts"):
        path = folder / f"{name}.csv"
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        if name == "facts":
            keys, first = "fact:" + rows["fact_id"], False
        else:
            keys, first = (
                f"data:{name}/" + rows["period"] + "/" + rows["metric"],
                ~rows["metric"].duplicated(),
            )
        hit = (rows.index % 2 == parity) & ~keys.isin(kept) & ~pd.Series(first, index=rows.index)
        if name == "facts":
            rows.loc[hit, "value"] = ""
        else:
            rows = rows[~hit]
        rows.to_csv(path, index=False, lineterminator="\n")


@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize("name", WITH_HOLES)
def test_a_notebook_holds_where_the_data_have_holes(name, parity, own_runs, tmp_path, monkeypatch):
    """What is missing is not known; what a default rests on stays, since a check holds it there."""
    kept = {reference for row in contract.describe_parameters(name) for reference in row["rests_on"]}
    shutil.copytree(paths.DATA, tmp_path / "data")
    (tmp_path / "_toc.yml").touch()
    monkeypatch.setattr(data, "DATA", tmp_path / "data")
    make_holes(tmp_path / "data", kept, parity)
    assert data.rewrite_hashes()
    monkeypatch.setenv("REPORT_ROOT", str(tmp_path))
    assert engine.run_notebook(name, engine="kernel", reuse=False).results
