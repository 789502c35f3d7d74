"""The answers at the days of the articles: one run a notebook and day, never beyond the edition's own."""

import json

import pytest
from click.testing import CliRunner

from helpers import paths
from helpers.cli import main
from helpers.errors import RunError
from helpers.runs import dated, engine, what_if

SCENARIOS = """\
early: {why: An early day., every: {as_of: "2020-06-15"}}
late: {why: A later day., every: {as_of: "2022-11-10"}}
bold: {why: Much growth., notebooks: {tiny_growth: {growth_rate: 0.1}}}
"""


@pytest.fixture
def book(tiny_growth):
    """A book of one chapter with two dated scenarios."""
    toc = f"format: jb-book\nroot: index\nchapters:\n  - file: chapters/{tiny_growth}\n"
    (paths.ROOT / "_toc.yml").write_text(toc)
    (paths.NOTEBOOKS / "scenarios.yml").write_text(SCENARIOS)


@pytest.mark.parametrize(
    ("as_of", "days"),
    [
        ("latest", ["2020-06-15", "2022-11-10", "latest"]),
        ("2022-11-11", ["2020-06-15", "2022-11-10", "2022-11-11"]),
        ("2022-11-10", ["2020-06-15", "2022-11-10"]),
        ("2020-06-14", ["2020-06-14"]),
    ],
)
def test_no_day_lies_after_the_editions_own(book, as_of, days):
    assert days == dated.list_days(as_of)


def test_every_day_is_answered_under_the_editions_parameters(book):
    answers = dated.run_dated("bold", "2022-11-10")
    assert ["2020-06-15", "2022-11-10"] == [each.as_of for each in answers]
    levels = [each.results["tiny_growth"]["final_level"]["value"] for each in answers]
    assert pytest.approx([1.331, 1.331]) == levels
    assert 2 == len({each.keys["tiny_growth"] for each in answers})


def test_a_day_that_cannot_be_answered_is_named(book, write_notebook):
    write_notebook("tiny_growth", "assert as_of != '2020-06-15', 'too early'")
    with pytest.raises(RunError, match=r"AssertionError: too early \(as_of=2020-06-15\)"):
        dated.run_dated(as_of="2022-11-10")


def test_the_plan_of_a_build_names_every_day_and_what_is_at_hand(book, tiny_growth):
    """After the earlier day has run, only the edition's own would."""
    engine.run_notebook(tiny_growth, {"as_of": "2020-06-15"})
    steps = {"growth_rate": [step / 50 for step in range(9)], "years": list(range(1, 10))}
    panel = {"results": ["final_level"], "chart": "final_level", "sentences": []}
    theme = {tiny_growth: {"what_if": panel | {"parameters": steps}, "days": panel}}
    (paths.NOTEBOOKS / what_if.FILE).write_text(json.dumps(theme))
    shown = CliRunner().invoke(main, ["plan", "--as-of", "2022-11-10"]).output.splitlines()
    assert [
        "tiny_growth as of 2020-06-15: run",
        "tiny_growth as of 2022-11-10: would run",
        "tiny_growth as of 2022-11-10, 81 points of its sliders: would run",
    ] == [line[: line.index("run") + 3] for line in shown]
