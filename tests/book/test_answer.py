"""The README's answer is written from the chapters' first words and the runs' numbers."""

import pytest

from helpers import paths
from helpers.book import answer
from helpers.errors import InputError, UnknownNameError
from helpers.files import write_files

LEAD = """\
# Growth: how much?

:::{since} 2022-08-23
It fell by {result}`loop/fall:.1f`.
:::

:::{before} 2022-08-23
Not known yet.
:::"""
RESULTS = {
    "loop": {"fall": {"value": 16.23, "unit": "percentage points", "interval": "none", "meaning": "Fall."}}
}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-05-12", "### Growth: how much?\n\nIt fell by 16.2 percentage points."),
        ("2022-08-22", "### Growth: how much?\n\nNot known yet."),
    ],
)
def test_the_lead_reads_as_of_its_day(day, expected):
    assert expected == answer.write_lead(LEAD, RESULTS, day)


def test_a_number_that_no_run_gives_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean loop/fall"):
        answer.write_lead(LEAD.replace("loop/fall", "loop/fal"), RESULTS, "2026-05-12")


def test_only_the_block_between_the_marks_is_replaced(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "README.md").write_text(f"# Title\n{answer.START}\nold\n{answer.END}\ntail\n")
    write_files(answer.draft_answer("new"))
    assert f"# Title\n{answer.START}\n\nnew\n\n{answer.END}\ntail\n" == (tmp_path / "README.md").read_text()


def test_a_readme_without_marks_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "README.md").write_text("# Title\n")
    with pytest.raises(InputError, match=r"README\.md needs a block between"):
        answer.read_answer()
