"""The page on the last edition says what moved, which inputs did it, and that there may be none."""

from dataclasses import replace

from helpers.book.corrections import describe_corrections
from helpers.book.since import describe_since
from helpers.runs.editions import Edition
from helpers.runs.snapshot import Snapshot

NOW = {"as_of": "2026-05-12", "latest": True, "scenario": "default"}


def take(day: str, level: float, *, chart: str = "a", verdict: str = "mixed", **why: str) -> Edition:
    result = {"value": level, "low": None, "high": None, "unit": "%", "why": None}
    charts = {"path": {"look": chart, "look_numbers": "1", "data": chart, "data_numbers": "1"}}
    inputs = {"data/events.csv": chart * 64}
    run = Snapshot("growth", "key", {}, {"final_level": result}, charts, inputs, {})
    return Edition(day, "2026-05-12", {"growth": run}, {"c01": verdict}, why)


def test_a_first_edition_says_so():
    assert "this is the first" in describe_since(NOW, None, [])


def test_a_replay_has_no_edition_before_it():
    described = NOW | {"as_of": "2022-11-10", "latest": False}
    text = describe_since(described, None, [take("2026-06-01", 1.0)])
    assert "as of 2022-11-10" in text
    assert "2026" not in text


def test_what_moved_is_shown_with_chart_verdict_and_input():
    kept = [take("2026-06-01", 1.0)]
    text = describe_since(NOW, take("", 2.0, chart="b", verdict="supported"), kept)
    assert "Results moved: 1, results appeared: 0" in text
    for words in ("<td>1%</td><td>2%</td>", 'href="../chapters/growth.html#chart-path"', "other data"):
        assert words in text
    assert "<td>mixed</td><td>supported</td>" in text
    assert "<td>file data/events.csv</td><td>aaaaaaaaaaaa</td><td>bbbbbbbbbbbb</td>" in text


def test_corrections_of_earlier_editions_stay_listed_with_their_reason():
    reasoned = replace(take("2026-07-01", 3.0), why={"growth/final_level": "A source was misread."})
    kept = [take("2026-06-01", 1.0), reasoned]
    text = describe_since(NOW, take("", 3.0), kept)
    assert "Results moved: 0" in text
    assert "](corrections.md)" in text
    history = describe_corrections(NOW, {}, kept).partition("## Between editions")[2]
    assert ">2026-07-01</span></td>" in history
    assert "<small>A source was misread.</small></td><td>1%</td><td>3%</td>" in history
