"""A chart that moved is named with field, old and new; a change of looks alone is none."""

import json
from copy import deepcopy

import pytest

from helpers.book import before_after
from helpers.checks import check_charts
from helpers.errors import InputError
from helpers.files import write_files
from helpers.runs import drawings, reference
from helpers.runs.drawings import Drawings

SPEC = {
    "usermeta": {
        "name": "growth",
        "title": "Growth fell",
        "subtitle": "Per cent.",
        "source": [{"text": "own computation", "href": ""}],
        "alt": "Points of growth by quarter, falling from the first to the second.",
        "columns": {"quarter": {"title": "Quarter"}, "growth": {"title": "Growth"}},
    },
    "data": {"values": [{"quarter": "2022Q1", "growth": 47.7}, {"quarter": "2022Q2", "growth": 31.5}]},
    "mark": {"type": "point"},
    "encoding": {
        "x": {"field": "quarter", "type": "nominal"},
        "y": {"field": "growth", "type": "quantitative"},
    },
}


def compare(changed: dict, *, name: str = "growth") -> list[str]:
    """What moved from the accepted chart to a changed one."""
    return [str(move) for move in Drawings("loop", {"growth": SPEC}, {name: changed}).moves]


def change(**parts: object) -> dict:
    """The chart with other values or words."""
    changed = deepcopy(SPEC)
    changed["data"]["values"][1]["growth"] = parts.pop("growth", 31.5)
    changed["usermeta"] |= parts
    return changed


def test_a_moved_cell_is_named_with_old_and_new():
    assert ["loop/growth, 'Growth' of 2022Q2 (row 2): 31.5 -> 31.6"] == compare(change(growth=31.6))


def test_a_moved_word_is_a_move():
    assert ["loop/growth, title: Growth fell -> Growth rose"] == compare(change(title="Growth rose"))


def test_rows_columns_and_charts_that_come_or_go_are_named():
    shorter = change()
    shorter["data"]["values"].pop()
    assert ["loop/growth, rows: 2 -> 1"] == compare(shorter)
    renamed = change(columns={"quarter": {"title": "Quarter"}, "growth": {"title": "Rise"}})
    assert ["loop/growth, columns: Quarter, Growth -> Quarter, Rise"] == compare(renamed)
    assert [
        "loop/rise, chart: not there -> there",
        "loop/growth, chart: there -> not there",
    ] == compare(SPEC, name="rise")


def test_noise_and_looks_are_no_move():
    painted = change(growth=31.5 * (1 + 1e-9)) | {"mark": {"type": "point", "size": 90}}
    assert [] == compare(painted)


def test_an_accepted_chart_that_cannot_be_read_names_its_file(tiny_growth, project, monkeypatch):
    monkeypatch.setattr(reference, "REFERENCE", project)
    monkeypatch.setattr(drawings, "REFERENCE", project)
    (project / "charts").mkdir()
    (project / "charts" / "tiny_growth.json").write_text("{")
    with pytest.raises(InputError, match=r"charts/tiny_growth.json is not JSON .* restore it from version"):
        drawings.compare_drawings()


def test_a_failing_check_shows_before_and_after_and_accepting_ends_it(project, monkeypatch):
    """The page carries both pictures and asks for nothing; it goes when nothing moves any more."""
    monkeypatch.setattr(drawings, "REFERENCE", project)
    monkeypatch.setattr(before_after.paths, "BUILD", project / "_build")
    monkeypatch.setattr(drawings.contract, "list_notebooks", lambda: ["loop"])
    monkeypatch.setattr(drawings.engine, "run_notebook", lambda name: name)
    monkeypatch.setattr(drawings, "collect_drawings", lambda _: {"growth": change(growth=31.6)})
    path = project / "charts" / "loop.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"growth": SPEC}))

    moved, pointer = check_charts(project)
    assert "31.5 -> 31.6" in moved
    assert "_build/moved-charts.html shows them side by side" in pointer
    page = before_after.find_page().read_text()
    assert 2 == page.count('<img src="data:image/svg+xml;base64,')
    assert "default-src 'none'" in page
    assert "<td>31.5</td><td>31.6</td>" in page

    files, moves = drawings.draft_drawings()
    assert [moved] == [str(move) for move in moves]
    write_files(files)
    assert [] == check_charts(project)
    assert not before_after.find_page().exists()
