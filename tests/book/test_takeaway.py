"""What a reader can carry away from an edition, and what an edition of a past day keeps back."""

import io
import os
import re
import zipfile
from pathlib import Path

import pytest

from helpers.book import build, takeaway
from helpers.errors import EnvironmentMissingError

PAGE = """<html><body><nav id="contents"><p>Themes</p><ul><li><a href="loop.html">L</a></li></ul></nav>
<article><h1>{}<a>#</a></h1><aside><p>Panel</p></aside><p>First words of {}.</p></article></body></html>"""


def test_an_archive_has_the_same_bytes_whatever_the_clock(tmp_path: Path) -> None:
    """Neither the order of the files nor their times reach it; it opens and holds them."""
    files = [tmp_path / name for name in ("b.csv", "a.csv")]
    for path in files:
        path.write_text(path.name)
    first = takeaway.zip_files(files, base=tmp_path)
    os.utime(files[0], (0, 0))

    assert takeaway.zip_files(reversed(files), base=tmp_path) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.namelist() == ["a.csv", "b.csv"]
        assert archive.read("b.csv") == b"b.csv"


def test_an_edition_of_a_past_day_keeps_back_what_became_known_later() -> None:
    """Notebooks and data hold later text and rows; the page says so instead of a link."""
    assert takeaway.collect_files({"latest": False}, []) == {}
    page = takeaway.describe_takeaway({"as_of": "2022-11-10"}, {}, ["closed_loop"])
    assert "given away with the newest edition only" in page
    assert ".ipynb" not in page


def test_the_map_lists_pages_with_their_first_words(tmp_path: Path) -> None:
    """The panel of a chapter is not what the page says first."""
    (tmp_path / "index.html").write_text(PAGE.format("Book", "the book"))
    (tmp_path / "loop.html").write_text(PAGE.format("Loop", "the loop"))

    assert takeaway.write_map(tmp_path).splitlines() == [
        "# Book", "", "> First words of the book.", "", "## Themes", "",
        "- [Loop](loop.html): First words of the loop.",
    ]  # fmt: skip


def test_an_edition_links_its_printed_files_or_says_how_to_get_them() -> None:
    """No link leads to a file that the edition does not have."""
    edition = {"as_of": "2022-11-10"}
    bare = takeaway.describe_takeaway(edition, {}, ["jd_alliance"])
    full = takeaway.describe_takeaway(edition | {"pdf": True}, {}, ["jd_alliance"])

    assert "report build --pdf" in bare
    assert ".pdf" not in bare
    assert list(takeaway.list_papers(["jd_alliance"])) == re.findall(r'href="../(takeaway/pdf/[^"]+)"', full)
    assert ">JD alliance</a>" in full


def test_a_book_with_pdf_asks_for_chromium_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no browser learns it at once and keeps the edition that there is."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EnvironmentMissingError, match="install the system package chromium"):
        build.build_edition(with_pdf=True)


def test_words_of_a_page_are_no_markup_in_the_map(tmp_path: Path) -> None:
    """A program that reads the map must not be led elsewhere by a title."""
    (tmp_path / "index.html").write_text(PAGE.format("Book", "the book"))
    (tmp_path / "loop.html").write_text(PAGE.format("Loop](https://elsewhere.example/) ", "the `loop`"))

    assert takeaway.write_map(tmp_path).splitlines()[-1] == (
        r"- [Loop\](https://elsewhere.example/)](loop.html): First words of the \`loop\`."
    )
