"""Reading by other means: terms, lost addresses, blocked storage, long words, reading order, paper."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html as lxml_html
from playwright.sync_api import expect

from helpers.book import chromium
from helpers.book.serve import BookHandler
from helpers.errors import EnvironmentMissingError

from .conftest import OpenVisit

pytestmark = [pytest.mark.browser, pytest.mark.book]

CHAPTER = "chapters/closed_loop.html"
BLOCK_STORAGE = """
const closed = () => { throw new DOMException("closed", "SecurityError"); };
Object.defineProperty(window, "localStorage", { get: closed });
"""


def test_a_term_is_explained_on_focus_and_goes_with_escape(open_visit: OpenVisit) -> None:
    """The tip describes the link, can be dismissed, and the link itself leads to the entry."""
    page = open_visit().open(CHAPTER)
    term = page.locator(".kx-term").first
    words, tip = term.inner_text(), page.get_by_role("tooltip")
    term.focus()
    assert tip.inner_text() == term.get_attribute("data-tip")
    assert term.get_attribute("aria-describedby") == tip.get_attribute("id")

    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.keyboard.press("Enter")
    assert words in page.locator("dt:target").inner_text()


class _LinkedSite(BookHandler):
    """A site whose book is laid below it by a link instead of a copy."""

    translate_path = SimpleHTTPRequestHandler.translate_path


@pytest.fixture
def deep_site(book_dir: Path, tmp_path: Path) -> Iterator[str]:
    """The book below a folder of a site that answers a lost address with the book's page."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "kuaishou").symlink_to(book_dir)
    (tmp_path / "404.html").symlink_to(book_dir / "404.html")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_LinkedSite, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/reports/kuaishou/"
    server.shutdown()
    server.server_close()


def test_a_lost_address_finds_its_way_back_at_any_depth(open_visit: OpenVisit, deep_site: str) -> None:
    """Nothing tells the page where the book begins; it looks upwards and corrects its links and its look."""
    page = open_visit("server").page
    answer = page.goto(f"{deep_site}chapters/old/closed-loop.html")
    assert answer is not None
    assert answer.status == 404
    page.locator(f'.kx-home[href="{deep_site.partition("/reports")[1]}/kuaishou/index.html"]').wait_for()
    assert page.locator("#kx-guess").get_attribute("href") == "/reports/kuaishou/search.html?q=closed%20loop"
    expect(page.locator(".kx-top")).to_have_css("display", "flex")

    page.locator("main").get_by_role("link", name="front page").click()
    assert page.url == f"{deep_site}index.html"

    page.goto(f"{deep_site}chapters/cut%E5%BF")  # in the middle of a character
    page.locator(f'.kx-home[href="{deep_site.partition("/reports")[1]}/kuaishou/index.html"]').wait_for()


def test_pages_work_where_storage_is_closed(open_visit: OpenVisit) -> None:
    """The choice of dark then lasts for the page, and nothing complains."""
    visit = open_visit(color_scheme="light")
    visit.page.add_init_script(BLOCK_STORAGE)
    page = visit.open("index.html")
    page.get_by_role("button", name="Dark").click()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert visit.messages == []


def test_words_of_any_length_stay_on_the_page(open_visit: OpenVisit) -> None:
    """A name of a hundred characters breaks, in text, cards and headings alike, also at 400 percent."""
    page = open_visit(viewport={"width": 320, "height": 600}).open("index.html")
    page.evaluate(
        """() => document.querySelectorAll("h1, h2, .kx-card p, .kx-lead, .kx-text p").forEach((element) => {
            element.append("全域经营".repeat(25) + "x".repeat(100));
        })"""
    )

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_screen_reader_meets_the_parts_in_order(book_dir: Path, open_visit: OpenVisit) -> None:
    """Landmarks follow each other once, headings descend without a gap, and each chart says what it shows."""
    assert chromium.find_page(book_dir, "closed_loop") == CHAPTER
    tree = open_visit().open(CHAPTER).locator("body").aria_snapshot()

    landmarks = re.findall(r"^- (banner|navigation|main|contentinfo)\b", tree, re.MULTILINE)
    assert landmarks[0] == "banner"
    assert landmarks[-1] == "contentinfo"
    assert landmarks.count("main") == 1
    levels = [int(level) for level in re.findall(r"- '?heading .*\[level=(\d)\]", tree)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert re.search(r'- figure "[^"]+":\n(?:.*\n)*?\s*- .?img "Line of', tree)


def test_paper_has_an_outline_and_the_same_bytes_again(book_dir: Path, open_visit: OpenVisit) -> None:
    """A printed page keeps its headings as an outline and carries no clock."""
    page = open_visit().page
    first, second = (chromium.print_pages(page, book_dir, ["glossary.html"]) for _ in range(2))

    assert first.startswith(b"%PDF")
    assert b"/Outlines" in first
    assert b"/StructTreeRoot" in first
    assert first == second


def test_a_book_on_paper_keeps_its_links_inside(book_dir: Path) -> None:
    """A link to another page becomes one to its place; what is left out is no link."""
    joined = chromium.join_pages(book_dir.resolve(), ["index.html", "chapters/closed_loop.html"])
    page = lxml_html.document_fromstring(joined)
    inside = {link for link in page.xpath("//a/@href") if not link.startswith("http")}

    assert "#chapters-closed_loop" in inside
    assert inside <= {f"#{anchor}" for anchor in page.xpath("//@id")}


def test_without_chromium_the_command_says_what_is_missing(
    book_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading needs no browser of ours; printing does, and says which."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EnvironmentMissingError, match="install the system package chromium"):
        chromium.print_pdf(book_dir, book_dir / "never.pdf")
    assert not (book_dir / "never.pdf").exists()
