"""The tables of evidence against the four articles, where these are at hand."""

import re

import pytest

from helpers.evidence.audit import audit
from helpers.evidence.documents import REPAIRS, read_document
from helpers.paths import DATA


@pytest.fixture(scope="module")
def pages(articles):
    return {path.name[:3]: read_document(path) for path in sorted(articles.glob("*.txt"))}


def test_the_audit_of_the_articles_is_complete(articles, tables):
    """Every figure stands and parses, and every numeric expression is accounted for."""
    report = audit(articles, tables["facts"], tables["dismissals"], tables["documents"])
    assert report.lines()[-1].startswith("complete: ")
    assert [one.coverage for one in report.documents] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "name",
    [
        "markup",
        "bracketed pinyin",
        "advertisement",
        "advertising line",
        "list mark",
        "page head",
        "page foot",
    ],
)
def test_a_repair_made_for_the_articles_is_still_needed(pages, name):
    """A repair that takes nothing any more is to be dropped."""
    assert name in {repair.name for repair in REPAIRS}
    assert any(name in page.count_removed() for page in pages.values())


def test_advertisements_are_out_of_the_sentences(pages):
    """The spam title stands twice in one article, once within a quotation; none of it is left."""
    text = "".join(line.text for line in pages["002"].paragraphs)
    assert "秒刷" not in text
    assert "1000粉" not in text
    assert (
        sum(removal.repair == "advertisement" for line in pages["002"].lines for removal in line.removals)
        == 2
    )


def test_the_place_of_the_lost_figure_is_seen(pages, known_facts):
    """The only lost figure stands where the page shows a gap."""
    [lost] = [fact for fact in known_facts if fact.qualifier == "lost"]
    gaps = {
        one.paragraph for one in pages[lost.document].damage if one.kind == "words lost between two marks"
    }
    assert lost.paragraph in gaps


def test_claims_point_at_paragraphs_of_the_text(pages, tables):
    """Each claim's place is a paragraph that the article has, not page furniture."""
    for row in tables["claims"].to_dict("records"):
        numbers = {line.number for line in pages[row["document"]].paragraphs}
        assert set(map(int, row["paragraph"].split())) <= numbers


@pytest.mark.parametrize("table", ["facts", "dismissals", "documents", "systems", "claims"])
def test_no_sentence_of_an_article_stands_in_a_table(pages, table):
    """No run of eighteen Chinese characters of an article is repeated."""
    han = re.compile(r"[^\u4e00-\u9fff]")
    text = han.sub("", (DATA / f"{table}.csv").read_text(encoding="utf-8"))
    runs = {text[start : start + 18] for start in range(len(text) - 17)}
    for page in pages.values():
        whole = han.sub("", "".join(line.text for line in page.paragraphs))
        assert all(whole[start : start + 18] not in runs for start in range(len(whole) - 17))
