"""A file of scenarios is data: it runs nothing, and its names are names."""

import pytest

from helpers import paths
from helpers.errors import InputError
from helpers.runs import scenarios


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a: !!python/object/apply:os.mkdir ["made"]', "could not determine a constructor for the tag"),
        ("a: {why: w, every: &e [*e]}", r"not readable as YAML \(an alias, \*name, is not taken\)"),
        ("a: {why: w, evry: {seed: 5}}", "each entry needs why, every, notebooks"),
        ("- a", "must be a mapping of names to entries"),
        ("../../a: {why: w}", r"small letters, digits and hyphens \(got '../../a'\)"),
        ("'=a|b': {why: w}", r"small letters, digits and hyphens \(got '=a\|b'\)"),
    ],
)
def test_what_is_no_scenario_is_refused(project, text, message, monkeypatch, tmp_path):
    """A name becomes part of the name of a folder."""
    monkeypatch.chdir(tmp_path)
    (paths.NOTEBOOKS / "scenarios.yml").write_text(text)
    with pytest.raises(InputError, match=message):
        scenarios.load_scenarios()
    assert not (tmp_path / "made").exists()
