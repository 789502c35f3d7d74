"""An edition is built aside and swapped in whole; whatever fails, the last good one stays."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from small_book import LEAD, write_tiny
from tiny import RESULT_CELL

from helpers import data, paths
from helpers.book import build
from helpers.checks import check_digest, check_hindsight
from helpers.errors import InputError, ReportError, RunError

pytestmark = pytest.mark.book

PUBLISHED = paths.DATA
"""The data of the report, before paths point at the small project."""


@pytest.fixture(scope="module")
def edition(small_project):
    """The small book, built once."""
    return build.build_edition()


@pytest.fixture(autouse=True)
def whole_notebook(small_project):
    """Put the good notebook back after each test."""
    yield
    write_tiny(small_project / "notebooks")


def read_all(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_edition_is_whole(edition):
    page = (edition.folder / "chapters" / "tiny_growth.html").read_text()
    assert "1.06" in page
    assert 'id="chart-tiny-path"' in page
    assert "<svg" in page
    assert "Content-Security-Policy" in page
    assert (edition.folder / build.BUNDLE).is_file()
    assert [] == check_digest(edition.folder)


def test_nothing_changed_means_nothing_done(edition):
    before = (edition.folder / build.SUMS_FILE).stat().st_mtime_ns
    again = build.build_edition()
    assert again.unchanged
    assert before == (edition.folder / build.SUMS_FILE).stat().st_mtime_ns


def test_nothing_published_tells_of_the_machine(edition, small_project):
    for name, content in read_all(edition.folder).items():
        assert str(small_project).encode() not in content, name
        assert b"injected-parameters" not in content, name


@pytest.mark.parametrize(
    ("lead", "code", "error", "message"),
    [
        (LEAD, "1 / 0", RunError, "the cell `1 / 0` failed with ZeroDivisionError: division by zero"),
        (
            LEAD.replace("final_level", "finl_level"),
            RESULT_CELL,
            ReportError,
            "did you mean tiny_growth/final_level",
        ),
        (LEAD + "\n\n[gone](nowhere.md)", RESULT_CELL, ReportError, "WARNING"),
    ],
    ids=["a cell raises", "a result does not exist", "Sphinx warns"],
)
def test_a_failure_leaves_the_last_good_edition(edition, small_project, lead, code, error, message):
    before = read_all(edition.folder)
    write_tiny(small_project / "notebooks", lead=lead, code=code)
    with pytest.raises(error) as caught:
        build.build_edition()
    assert message in str(caught.value)
    assert before == read_all(edition.folder)
    assert [] == [path for path in (small_project / "_build").iterdir() if "staging" in path.name]


@pytest.mark.parametrize(
    ("table", "row", "changes", "message"),
    [
        ("claims", "c02", {"result": "tiny_growth/finl_level"}, "claims.csv c02: unknown result"),
        ("claims", "c02", {"contradicted_when": "<= 2"}, "claims.csv c02: 'supported_when' and 'contradict"),
        (
            "claims",
            "c02",
            {"strength": "none"},
            "claims.csv c02: 'strength' must be strong or moderate or weak",
        ),
        ("systems", "y01", {"results": ""}, "systems.csv y01: one of 'results' and 'why_no_result' must be"),
    ],
    ids=["missing result", "overlapping intervals", "no strength", "linked to nothing"],
)
def test_a_claim_or_system_without_ground_stops_the_build(
    edition, small_project, table, row, changes, message
):
    """The message names table and row, and the last good edition stays."""
    path = small_project / "data" / f"{table}.csv"
    bare = path.read_bytes()
    before = read_all(edition.folder)
    link = {
        "claims": {"result": "tiny_growth/final_level", "supported_when": "> 1", "contradicted_when": "<= 1"},
        "systems": {"results": "tiny_growth/final_level"},
    }[table]
    rows = pd.read_csv(PUBLISHED / f"{table}.csv", dtype=str, keep_default_na=False)
    rows[rows.iloc[:, 0] == row].assign(**(link | changes)).to_csv(path, index=False)
    try:
        data.rewrite_hashes()
        with pytest.raises(InputError) as caught:
            build.build_edition()
    finally:
        path.write_bytes(bare)
        data.rewrite_hashes()
    assert message in str(caught.value)
    assert before == read_all(edition.folder)


def test_a_source_changed_while_pages_are_made_is_not_published(edition, small_project, monkeypatch):
    """Some pages would be of the file as it was, others as it is."""
    index, before = small_project / "book" / "index.md", read_all(edition.folder)
    text = index.read_text()

    def edit_meanwhile(edition, files, staging: Path) -> Path:
        index.write_text(f"{text}\nEdited.\n")
        return staging

    monkeypatch.setattr(build, "_build_pages", edit_meanwhile)
    monkeypatch.setattr(build, "_seal", lambda *_: None)
    write_tiny(small_project / "notebooks", lead=f"{LEAD} Edit.")
    try:
        with pytest.raises(ReportError, match=r"book/index\.md changed while the book was built"):
            build.build_edition()
    finally:
        index.write_text(text)
    assert before == read_all(edition.folder)


def test_a_swap_cut_short_is_mended(edition, small_project):
    folder = edition.folder
    folder.replace(build._old(folder))
    assert build.build_edition().unchanged
    assert (folder / "index.html").is_file()


def test_a_folder_that_is_no_book_is_not_replaced(small_project):
    target = small_project / "mine"
    target.mkdir()
    (target / "letter.txt").write_text("keep me")
    with pytest.raises(InputError, match="exists and is not a book of this report"):
        build.build_edition(target=target)
    assert "keep me" == (target / "letter.txt").read_text()


def test_a_second_build_at_once_says_so(small_project):
    with build._lock(), pytest.raises(ReportError, match="another build is under way"):
        build.build_edition()


def test_two_clean_builds_give_the_same_bytes(edition, small_project, tmp_path, monkeypatch):
    """Another folder, time zone and hash seed, every run made again."""
    shutil.rmtree(small_project / "runs")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    again = build.build_edition(target=tmp_path / "elsewhere")
    assert read_all(edition.folder) == read_all(again.folder)


def test_a_dated_edition_stands_beside_the_current_one(edition):
    dated = build.build_edition(as_of="2022-11-10")
    assert "html-as-of-2022-11-10" == dated.folder.name
    assert edition.folder.is_dir()
    assert "2022-11-10" == json.loads((dated.folder / build.EDITION_FILE).read_text())["as_of"]
    assert "2022-11-10" in (dated.folder / "chapters" / "tiny_growth.html").read_text()


def read_chapter(edition):
    """Return the page of the chapter with its days as plain text."""
    return re.sub("</?time[^>]*>", "", (edition / "chapters" / "tiny_growth.html").read_text())


def test_dated_editions_stand_in_the_book_and_lead_to_each_other(small_project, tmp_path):
    scenarios = small_project / "notebooks" / "scenarios.yml"
    scenarios.write_text('as-of-2022-11-10: {why: A day., every: {as_of: "2022-11-10"}}')
    try:
        book = build.build_edition(dated=True, target=tmp_path / "book").folder
    finally:
        scenarios.write_text("{}")
    latest, earlier = (read_chapter(book / folder) for folder in ("", "as-of-2022-11-10"))
    assert 'href="../as-of-2022-11-10/chapters/tiny_growth.html">This page as of 2022-11-10</a>' in latest
    assert 'href="../../chapters/tiny_growth.html">This page as of 2026-05-12</a>' in earlier
    assert [] == check_digest(book) + check_digest(book / "as-of-2022-11-10") + check_hindsight(book)


def test_scenarios_stand_in_the_book_and_say_what_they_assume(small_project, tmp_path):
    scenarios = small_project / "notebooks" / "scenarios.yml"
    scenarios.write_text(
        "fast: {why: Twice the growth & more., notebooks: {tiny_growth: {growth_rate: 0.2}}}\n"
        'as-of-2022-11-10: {why: A day., every: {as_of: "2022-11-10"}}'
    )
    try:
        book = build.build_edition(beside=["fast", "as-of-2022-11-10"], target=tmp_path / "book").folder
    finally:
        scenarios.write_text("{}")
    default, fast, earlier = (read_chapter(book / folder) for folder in ("", "fast", "as-of-2022-11-10"))
    assert "Scenario fast: Twice the growth &amp; more." in fast
    assert "Scenario" not in default + earlier
    assert 'href="../fast/chapters/tiny_growth.html">This page under fast</a>' in default
    assert 'href="../../chapters/tiny_growth.html">This page as of 2026-05-12</a>' in fast
    assert 'href="../../fast/chapters/tiny_growth.html">This page under fast</a>' in earlier
    assert [] == check_digest(book) + check_digest(book / "fast") + check_hindsight(book)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"as_of": "2022-11-10", "dated": True}, "leave out --as-of and --scenario"),
        ({"as_of": "2022-11-10", "beside": ["fast"]}, "leave out --as-of and --scenario"),
        ({"beside": ["default"]}, "'default'; leave that name out"),
        ({"beside": ["fats"]}, "unknown scenario 'fats'"),
    ],
)
def test_what_cannot_stand_beside_the_current_edition_is_refused(asked, said):
    with pytest.raises(ReportError, match=said):
        build.build_edition(**asked)
