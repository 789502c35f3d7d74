"""A moved number or verdict is seen, with old and new."""

import pandas as pd
import pytest

from helpers import data, paths
from helpers.files import write_files
from helpers.runs import reference, scenarios
from helpers.runs.reference import compare_results

CLAIM = {
    "result": "tiny_growth/final_level",
    "supported_when": "> 1.05",
    "contradicted_when": "<= 1.05",
}


def entry(value, low=None, high=None, unit="%"):
    return {"value": value, "low": low, "high": high, "unit": unit, "why": None}


def test_a_moved_result_shows_old_and_new():
    lines = compare_results({"share": entry(1.0)}, {"share": entry(1.5)})
    assert ["share: 1% -> 1.5%"] == lines


def test_a_moved_interval_or_unit_is_seen_too():
    old = {"share": entry(1.0, 0.5, 2.0), "gain": entry(3.0)}
    new = {"share": entry(1.0, 0.5, 2.5), "gain": entry(3.0, unit="RMB bn")}
    assert ["gain: 3% -> RMB 3bn", "share: 1% (0.5 to 2) -> 1% (0.5 to 2.5)"] == compare_results(old, new)


def test_noise_of_the_last_digit_is_no_move():
    assert [] == compare_results({"share": entry(1 / 3)}, {"share": entry(1 / 3 * (1 + 1e-9))})


def test_what_appears_or_vanishes_is_named():
    assert ["a: no longer recorded", "b: new, 2%"] == compare_results({"a": entry(1.0)}, {"b": entry(2.0)})


@pytest.fixture
def judged(tiny_growth, project, monkeypatch):
    """A project with one notebook that decides one claim, and its own accepted results."""
    monkeypatch.setattr(reference, "REFERENCE", project / "accepted")
    monkeypatch.setattr(data, "DATA", project / "data")
    path = paths.DATA / "claims.csv"
    claims = pd.read_csv(path, dtype=str, keep_default_na=False).query("claim_id == 'c02'")
    claims.assign(**CLAIM).to_csv(path, index=False)
    data.rewrite_hashes()


def test_a_moved_verdict_is_printed_with_old_and_new_and_accepted(judged):
    """The comparison is silent only after the move was accepted."""
    files, accepted = reference.draft_results(["slow"])
    write_files(files)
    assert ["slow/tiny_growth: final_level: new, 1.0303", "slow/verdicts: c02: new, contradicted"] == accepted
    assert [] == reference.compare_reference(["slow"])

    path = reference.reference_path("slow", "verdicts")
    path.write_text(path.read_text().replace("contradicted", "mixed"))
    moved = ["slow/verdicts: c02: mixed -> contradicted"]
    assert moved == reference.compare_reference(["slow"])
    files, lines = reference.draft_results(["slow"])
    write_files(files)
    assert moved == lines
    assert [] == reference.compare_reference(["slow"])


def test_every_edition_has_accepted_verdicts_of_its_claims():
    """The claims whose articles were public by its day, no more and no fewer."""
    for name in scenarios.list_editions():
        day = scenarios.load_scenario(name).every.get("as_of", "latest")
        assert set(data.load("claims", day)["claim_id"]) == set(reference.read_accepted(name, "verdicts"))
