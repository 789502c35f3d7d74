"""Each chart as an object: its address, citation, embed code and own page; it comes alive in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.descriptions import check_descriptions

from .conftest import PHONE, OpenVisit

pytestmark = [pytest.mark.browser, pytest.mark.book]

CHAPTER = "chapters/closed_loop.html"
WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def test_every_description_agrees_with_its_data(book_dir: Path) -> None:
    """Numbers, ends and counts in the words of each chart stand in the table beside it."""
    assert check_descriptions(book_dir) == []


def test_embed_code_works_on_another_site(open_visit: OpenVisit, tmp_path: Path) -> None:
    """Pasted into any page, the code shows the chart, alive and without a complaint."""
    page = open_visit("server").open(CHAPTER)
    code = page.locator("#chart-loss-bound .kx-copy code").nth(2).text_content()
    assert code is not None
    assert 'src="http://127.0.0.1:' in code  # a served book completes its addresses
    (tmp_path / "other.html").write_text(f"<!doctype html><title>Other</title>{code}", encoding="utf-8")

    visit = open_visit()
    other = visit.page
    other.goto((tmp_path / "other.html").as_uri())
    frame = other.frame_locator("iframe")
    frame.locator("figure[data-state=live]").wait_for(timeout=20_000)
    assert frame.get_by_role("heading").inner_text() == page.locator("#chart-loss-bound-title").inner_text()
    assert visit.messages == []


def test_what_a_chart_offers_is_reached_by_keyboard(open_visit: OpenVisit) -> None:
    """Address, data, citation and every copy button are stops; copying says that it was done."""
    page = open_visit("server").open(CHAPTER)
    figure = page.locator("#chart-loss-bound")
    figure.locator(".kx-permalink").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#chart-loss-bound"

    figure.locator(".kx-cite > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("aria-label") == "Copy: Citation"
    page.keyboard.press("Enter")
    assert page.locator(":focus").inner_text() == "Copied"


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}])
def test_nothing_moves_when_charts_come_alive(open_visit: OpenVisit, options: dict[str, object]) -> None:
    """The place of a chart is kept while it loads, on a wide and on a narrow screen."""
    visit = open_visit(**options)
    visit.page.add_init_script(WATCH_SHIFTS)
    page = visit.open(CHAPTER)
    for name in ("own-shop-share", "growth-changes"):
        page.locator(f"#chart-{name}").scroll_into_view_if_needed()
        page.locator(f"#chart-{name}[data-state=live]").wait_for(timeout=20_000)

    assert page.evaluate("window.shifts") < 0.01


def test_forced_colours_keep_the_picture_and_give_back_the_words(open_visit: OpenVisit) -> None:
    """The drawing keeps its checked pairs; everything around it takes the reader's colours."""
    page = open_visit(forced_colors="active").open(CHAPTER)
    figure = page.locator("#chart-loss-bound")

    assert (
        figure.locator(".kx-drawing").evaluate("(box) => getComputedStyle(box).forcedColorAdjust") == "none"
    )
    words = figure.locator(".kx-title").evaluate("(title) => getComputedStyle(title).color")
    assert words == page.evaluate("getComputedStyle(document.body).color")
