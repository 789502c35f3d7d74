"""The list of corrections is read against its schema and against the run."""

import pytest

from helpers import paths
from helpers.book.corrections import FILE, describe_corrections, find_faults, read_corrections
from helpers.errors import InputError

NOW = {"as_of": "2026-05-12", "latest": True, "scenario": "default"}
RESULTS = {"loop": {"level": {"value": 17.3196, "low": None, "high": 2.0, "unit": "%"}}}
ENTRY = '- {{result: {}, old: "{}", new: "{}", day: 2026-06-01, why: A source was misread.}}\n'


@pytest.fixture
def listed(tmp_path, monkeypatch):
    """Write a list of corrections."""
    monkeypatch.setattr(paths, "BOOK", tmp_path)
    return lambda *entries: (tmp_path / FILE).write_text("".join(ENTRY.format(*entry) for entry in entries))


def test_a_number_is_shown_before_and_after_with_the_digits_given(listed):
    listed(("loop/level", "17.336", "17.320"), ("verdicts/c09", "mixed", "supported"))
    page = describe_corrections(NOW, RESULTS, [])
    assert "No edition has been published yet" in page
    assert "<small>A source was misread.</small></td><td>17.336%</td><td>17.320%</td>" in page
    assert 'href="about.html#result-loop-level"' in page
    assert 'href="claims.html#claim-c09">verdict on c09</a>' in page


def test_a_result_that_an_edition_does_not_have_stays_in_the_history(listed):
    listed(("loop/gone", "1", "2"))
    assert "<td>loop/gone<small>" in describe_corrections(NOW, RESULTS, [])


def test_a_replay_of_an_earlier_day_tells_no_later_correction(listed):
    listed(("loop/level", "17.336", "17.320"))
    page = describe_corrections(NOW | {"as_of": "2022-11-10", "latest": False}, RESULTS, [])
    assert "17.3" not in page
    assert "2026" not in page


def test_only_the_newest_entry_must_be_what_the_run_says(listed):
    listed(("loop/level", "17.338", "17.336"), ("loop/level", "17.336", "17.320"), ("verdicts/c09", "a", "b"))
    assert [] == find_faults(RESULTS, {"c09": "b"})
    listed(("loop/level", "17.338", "17.336"), ("loop/gone", "1", "2"), ("verdicts/c09", "a", "b"))
    lines = find_faults(RESULTS, {"c09": "c"})
    assert (
        "loop/level, value is 17.3196 and not 17.336; add what moved since, or correct the entry" in lines[0]
    )
    assert "loop/gone, value is None and not 2" in lines[1]
    assert "verdicts/c09, value is c and not b" in lines[2]


@pytest.mark.parametrize(
    "entry",
    [
        "- {result: loop/level, old: '1', new: '2', day: 2026-06-01}",
        "- {result: loop}",
        "loop/level: 2",
        "- [",
    ],
    ids=["no reason", "no result", "no list", "no YAML"],
)
def test_an_entry_that_breaks_the_schema_is_refused(tmp_path, monkeypatch, entry):
    monkeypatch.setattr(paths, "BOOK", tmp_path)
    (tmp_path / FILE).write_text(entry)
    with pytest.raises(InputError, match=r"book/corrections.yml: an entry needs result, old, new, day, why"):
        read_corrections()
