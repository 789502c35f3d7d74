"""The record of provenance names every file and run of its edition, and is noticed when it does not."""

import json
from pathlib import Path

import pytest

from helpers import paths, prose
from helpers.book import citing, crate, crate_checks
from helpers.runs import contract
from helpers.runs.record import Run, to_json

EARLY = "2020-06-15"
INPUTS = {"data/events.csv": "a" * 64, "src/helpers/prose.py": "b" * 64}


def make_run(as_of: str, key: str, **changed: object) -> Run:
    """A run of the closed loop at its defaults."""
    parameters = {row["name"]: row["default"] for row in contract.describe_parameters("closed_loop")}
    record = {"notebook": "closed_loop", "key": key, "as_of": as_of, "inputs": INPUTS}
    versions = {"python": "3.11.7", "pandas": "3.1.1"}
    return Run(Path(), record | {"parameters": parameters | changed, "versions": versions}, [])


@pytest.fixture
def edition(tmp_path):
    """An edition of one chapter with one run of its own and one of an earlier day."""
    pages = ("chapters/closed_loop.html", "records/moved.html", "takeaway/source/closed_loop.ipynb")
    for name in (*pages, "_static/vega-bundle.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    described = {"as_of": "2026-05-12", "edition_id": "0123456789ab", "runs": {"closed_loop": "k1"}}
    described |= {"earlier": {EARLY: {"closed_loop": "k0"}}}
    (tmp_path / "edition.json").write_text(to_json(described))
    return described


def write(folder: Path, edition: dict) -> dict:
    """Write the record and return its entities by identifier."""
    runs = [make_run("2026-05-12", "k1", outside_share=0.05), make_run(EARLY, "k0")]
    text = crate.write_crate(folder, edition, runs)
    (folder / crate.FILE).write_text(text)
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


def test_a_record_leads_from_a_run_to_notebook_inputs_settings_and_page(edition, tmp_path):
    """Each input has hash and licence; a notebook brings the versions that ran it."""
    entities = write(tmp_path, edition)
    assert [] == crate_checks.find_faults(tmp_path)
    action = entities["#run/closed_loop/k1"]
    named = [entities[each["@id"]] for each in action["object"]]
    told = {entity["name"]: entity.get("value", entity.get("sha256")) for entity in named}
    assert ("a" * 64, 0.05) == (told["data/events.csv"], told["outside_share"])
    licences = [entities[f"#input/{name}"]["license"]["@id"] for name in INPUTS]
    assert ["https://creativecommons.org/licenses/by/4.0/", "https://spdx.org/licenses/MIT"] == licences
    assert {"@id": "chapters/closed_loop.html"} in action["result"]
    software = entities[action["instrument"]["@id"]]["softwareRequirements"]
    assert {"@id": "#software/pandas/3.1.1"} in software


def test_the_record_has_no_clock_and_the_same_bytes_each_time(edition, tmp_path):
    """It is dated by the edition's day."""
    entities = write(tmp_path, edition)
    assert "2026-05-12" == entities["./"]["datePublished"]
    assert not [name for name, entity in entities.items() if {"startTime", "endTime"} & entity.keys()]
    first = (tmp_path / crate.FILE).read_bytes()
    write(tmp_path, edition)
    assert first == (tmp_path / crate.FILE).read_bytes()


def test_a_default_that_rests_on_later_figures_is_kept_back(edition, tmp_path):
    """A run of an earlier day does not tell it, one of today does."""
    entities = write(tmp_path, edition)
    values = {
        key: {
            entities[each["@id"]]["name"]: entities[each["@id"]].get("value")
            for each in entities[f"#run/closed_loop/{key}"]["object"]
        }
        for key in ("k0", "k1")
    }
    assert (prose.NOT_KNOWN, "2022-10-28") == tuple(values[key]["reopening_day"] for key in ("k0", "k1"))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (
            lambda folder: (folder / "chapters/closed_loop.html").write_text("9%"),
            "has another hash for chapters",
        ),
        (lambda folder: (folder / "more.csv").write_text("1"), "does not name more.csv"),
        (
            lambda folder: (folder / "records/moved.html").unlink(),
            "names records/moved.html, which is not there",
        ),
    ],
    ids=["changed", "added", "gone"],
)
def test_a_file_that_the_record_tells_wrongly_is_named(edition, tmp_path, spoil, complaint):
    """With the way out."""
    write(tmp_path, edition)
    spoil(tmp_path)
    (found,) = crate_checks.find_faults(tmp_path)
    assert complaint in found
    assert found.endswith("build the edition again")


@pytest.mark.parametrize(
    ("entity", "part", "complaint"),
    [
        ("#run/closed_loop/k0", "object", "does not tell object of run k0 of closed_loop"),
        ("#input/data/events.csv", "license", "has no licence for #input/data/events.csv"),
        ("./", "license", "has no licence for ./"),
    ],
)
def test_a_run_or_licence_that_the_record_leaves_out_is_named(edition, tmp_path, entity, part, complaint):
    """What is left out is said, not passed over."""
    entities = write(tmp_path, edition)
    del entities[entity][part]
    (tmp_path / crate.FILE).write_text(to_json({"@graph": list(entities.values())}))
    assert any(complaint in line for line in crate_checks.find_faults(tmp_path))


def test_a_reference_that_leads_nowhere_is_named(edition, tmp_path):
    """Each thing that is named is described."""
    entities = write(tmp_path, edition)
    del entities["#software/pandas/3.1.1"]
    (tmp_path / crate.FILE).write_text(to_json({"@graph": list(entities.values())}))
    (found,) = crate_checks.find_faults(tmp_path)
    assert "leads from takeaway/source/closed_loop.ipynb to #software/pandas/3.1.1" in found


def test_a_missing_record_is_said(edition, tmp_path):
    """Not a traceback."""
    (found,) = crate_checks.find_faults(tmp_path)
    assert "ro-crate-metadata.json: cannot be read" in found


def test_the_authors_are_those_of_the_citation_file(edition, tmp_path):
    """The name stands in one place."""
    author = write(tmp_path, edition)["#author-1"]["name"]
    assert f'name: "{author}"' in (paths.ROOT / citing.CITATION).read_text()
