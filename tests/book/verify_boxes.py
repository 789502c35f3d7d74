"""A book whose chapter can be moved: the boxes stand in the page, load what is there, and can be left out."""

from pathlib import Path

import pytest
import yaml
from box_sample import RATES, YEARS

from helpers import paths
from helpers.book import build, sentences, site_checks
from helpers.runs import what_if

PANEL = {"results": ["final_level"], "chart": "final_level", "sentences": ["ends"]}
MOVED = PANEL | {"parameters": {"growth_rate": list(RATES), "years": list(YEARS)}}
ENDS = {"known": "The level ends at {final_level:.2f}.", "unknown": "Where it ends is not yet known."}


@pytest.fixture(scope="module")
def declared(small_project: Path) -> None:
    """Let the tiny chapter be moved."""
    declared = {"tiny_growth": {"what_if": MOVED, "days": PANEL}}
    (paths.NOTEBOOKS / what_if.FILE).write_text(yaml.safe_dump(declared))
    said = yaml.safe_load((paths.BOOK / sentences.FILE).read_text())
    (paths.BOOK / sentences.FILE).write_text(
        yaml.safe_dump({"panel": said["panel"], "tiny_growth": {"ends": ENDS}})
    )


@pytest.mark.usefixtures("declared")
def test_a_chapter_holds_its_boxes_unless_they_are_left_out() -> None:
    """The page has both boxes and its script; without them it asks for nothing of the kind."""
    book = build.build_edition().folder
    page = (book / "chapters" / "tiny_growth.html").read_text()
    assert 'id="what-if"' in page
    assert "The level ends at 1.06." in page
    assert page.index("what_if.js") < page.index("<body")
    assert 1 == len(list((book / "what_if").glob("tiny_growth.*.js")))
    assert [] == site_checks.check_policy(book)

    again = build.build_edition()
    assert again.unchanged

    plain = build.build_edition(with_what_if=False)
    assert again.edition_id != plain.edition_id
    assert "what_if" not in (book / "chapters" / "tiny_growth.html").read_text()
    assert not (book / "what_if").exists()
