"""What an edition said is kept, so that a later one can be compared with it."""

from pathlib import Path

import pandas as pd
import pytest

from helpers import paths
from helpers.errors import InputError, UnknownNameError
from helpers.files import write_files
from helpers.runs import compare, editions


@pytest.fixture
def book(tiny_growth, project, monkeypatch):
    """A book of one tiny chapter and no claims."""
    (project / "_toc.yml").write_text("root: index\nchapters: [{file: chapters/tiny_growth}]\n")
    (project / "book").mkdir()
    monkeypatch.setattr(paths, "BOOK", project / "book")
    judged = pd.DataFrame({"claim_id": ["c01"], "verdict": ["mixed"]})
    monkeypatch.setattr(editions.verdicts, "judge_claims", lambda *_: judged)
    return project / "book"


def keep_edition(*arguments: object) -> Path:
    """Keep what the book says now; return the file."""
    files = editions.draft_edition(*arguments)
    write_files(files)
    return next(iter(files))


def test_a_kept_edition_is_read_back_and_compared(book):
    why = {"tiny_growth/final_level": "Growth was misread."}
    path = keep_edition("2026-06-01", why)
    assert book / "editions" / "2026-06-01.json" == path
    (kept,) = editions.read_editions()
    assert ("2026-06-01", "2026-05-12", {"c01": "mixed"}, why) == (
        kept.day,
        kept.as_of,
        kept.verdicts,
        kept.why,
    )
    (difference,) = compare.compare("2026-06-01", "slow")
    assert {"growth_rate": (0.02, 0.01)} == difference.parameters
    assert ["final_level"] == [move.name for move in difference.moves]


@pytest.mark.parametrize(
    ("day", "why", "message"),
    [
        ("1 June", {}, r"--edition takes an ISO day such as 2026-06-01 \(got '1 June'\)"),
        ("2026-05-01", {}, r"--edition must be later than 2026-06-01, the newest that is kept"),
        ("2026-07-01", {"tiny_growth/finl_level": "?"}, "did you mean tiny_growth/final_level"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_written(book, day, why, message):
    keep_edition("2026-06-01")
    with pytest.raises((InputError, UnknownNameError), match=message):
        keep_edition(day, why)
    assert ["2026-06-01.json"] == [path.name for path in (book / "editions").iterdir()]


def test_a_damaged_edition_names_its_file(book):
    path = keep_edition("2026-06-01")
    path.write_text(path.read_text().replace('"verdicts"', '"verdict"'))
    with pytest.raises(InputError, match=r"book/editions/2026-06-01.json is no recorded edition"):
        editions.read_editions()
