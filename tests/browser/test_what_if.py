"""The sliders of a chapter in a real browser: texts, chart, command and link follow them, with no server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from box_sample import render_sample
from playwright.sync_api import Browser, Locator, Page

from helpers.book import boxes
from helpers.book.policy import POLICY
from helpers.charts import theme

pytestmark = pytest.mark.browser

ASSETS = Path(boxes.__file__).parent / "assets"
HEAD = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>What if</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css"><script defer src="figures.js"></script>
<script defer src="what_if.js"></script></head>
<body><main><h1>Page</h1>"""
OPEN = "document.querySelectorAll('details').forEach((box) => { box.open = true; })"
PHONE = {"width": 375, "height": 740}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with both boxes, on disk."""
    folder, rendered = tmp_path_factory.mktemp("site"), render_sample()
    body = re.sub(r"```.*|## ", "", rendered.markdown)
    styles = [(ASSETS / name).read_text() for name in ("book.css", "what_if.css")]
    files = rendered.files | {"page.html": f"{HEAD}{body}</main></body></html>".encode()}
    files |= {"page.css": "".join([theme.css_variables(), *styles]).encode()}
    files |= {name: (ASSETS / name).read_bytes() for name in ("figures.js", "what_if.js")}
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return (folder / "page.html").as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page as it opens; a message on its console fails the test."""
    messages: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert messages == []


def find_slider(page: Page, name: str) -> Locator:
    """Return a slider by its label."""
    return page.get_by_role("slider", name=name)


def read(page: Page) -> list[str]:
    """Return what the first box says: sentences, cells, command."""
    box = page.locator(".kx-if").first
    return [
        *box.locator(".kx-said > span").all_inner_texts(),
        *box.locator("[data-cell]").all_inner_texts(),
        box.locator("pre code").inner_text(),
    ]


def test_everything_in_the_box_follows_the_keyboard(page: Page) -> None:
    """Arrow keys move a slider; sentences, table, chart, spoken value and command are those of its point."""
    slider = find_slider(page, "Horizon")
    slider.focus()
    page.keyboard.press("End")
    page.locator("pre code", has_text="years=9").wait_for()
    find_slider(page, "Growth").focus()
    page.keyboard.press("Home")
    page.locator("pre code", has_text="growth_rate=-0.04").wait_for()

    level = 0.96**9
    command = "report run tiny_growth -p 'shape=a curve' -p growth_rate=-0.04 -p years=9"
    expected = [f"The level falls to {level:.2f}.", f"It gains −{100 - 100 * level:.1f}%."]
    cells = [f"{level:.3g}", f"{0.9 * level:.3g} to {1.1 * level:.3g}", f"−{100 - 100 * level:.1f}%", ""]
    assert read(page) == [*expected, *cells, command]
    assert slider.get_attribute("aria-valuetext") == "9 years"
    assert page.locator(".kx-if").first.locator("circle:visible").count() == 1
    on = page.locator(".kx-response").first.locator("g.kx-on")
    assert [on.nth(0).get_attribute("data-row"), on.nth(1).get_attribute("data-step")] == ["8", "0"]


def test_a_link_brings_its_point_back(page: Page, address: str) -> None:
    """The address follows the slider; opened anew it shows the same; the way back restores the page's run."""
    before = read(page)
    page.goto(f"{address}#what-if:growth_rate=0.1&years=2&as_of=2020-06-15")
    page.reload()
    page.locator("pre code", has_text="growth_rate=0.1 -p years=2").wait_for()

    assert "The level rises to 1.21 (1.09 to 1.33)." in read(page)
    page.get_by_text("Where the level ends is not yet known.").wait_for()
    find_slider(page, "Horizon").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/page.html#what-if:growth_rate=0.1&years=3&as_of=2020-06-15")

    bar = page.locator("main > .kx-if-bar")
    assert "own run. Yours: The level rises to 1.33" in bar.inner_text()
    page.get_by_role("button", name="Back to this page's run").first.click()
    page.locator("pre code", has_text="growth_rate=0.02 -p years=3").wait_for()
    assert not bar.is_visible()
    assert read(page) == before


def test_a_link_to_no_point_leaves_the_page_as_it_is(page: Page, address: str) -> None:
    """An old or mistyped link shows the page's own run."""
    before = read(page)
    page.goto(f"{address}#what-if:growth_rate=0.77&years=2")
    page.reload()
    page.evaluate("() => new Promise((done) => { setTimeout(done); })")
    assert read(page) == before


def test_no_point_is_loaded_before_a_reader_comes_to_the_sliders(page: Page) -> None:
    """The first view costs nothing."""
    points = page.locator("script[src*='what_if/']")
    assert points.count() == 0
    find_slider(page, "Horizon").focus()
    points.first.wait_for(state="attached")


def test_points_that_cannot_be_loaded_leave_the_page_as_it_is(browser: Browser, address: str) -> None:
    """The box says so, and nothing old stands beside something new."""
    page = browser.new_page()
    page.goto(address)
    before = read(page)
    page.evaluate("document.querySelector('.kx-if').dataset.grid = 'what_if/gone.js'")
    find_slider(page, "Horizon").fill("8")
    page.get_by_role("alert").first.wait_for()

    assert read(page) == before
    assert find_slider(page, "Horizon").input_value() == "2"
    page.close()


def test_the_page_is_whole_without_javascript(browser: Browser, address: str) -> None:
    """The page's own run with its table, chart and command, and no slider that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert read(page)[0] == "The level rises to 1.06 (0.96 to 1.17)."
    assert page.locator(".kx-if circle:visible").count() == 1
    assert page.locator("input:visible").count() == 0
    assert page.get_by_text("Without JavaScript").first.is_visible()
    context.close()


def test_paper_shows_the_chosen_point_without_controls(page: Page) -> None:
    """What is printed is what is on the screen."""
    find_slider(page, "Horizon").fill("8")
    page.locator("pre code", has_text="years=9").wait_for()
    page.emulate_media(media="print")
    assert page.locator("input:visible, button:visible").count() == 0
    assert page.get_by_text("The level rises to 1.20 (1.08 to 1.31).").first.is_visible()
    assert page.locator(".kx-slider-step", has_text="9 years").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sliders_are_accessible_and_fit_a_phone(browser: Browser, address: str, scheme: str) -> None:
    """Axe finds nothing, unfolded and moved; nothing runs over the edge."""
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.evaluate(OPEN)
    find_slider(page, "Horizon").fill("8")
    page.locator("pre code", has_text="years=9").wait_for()
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:80]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    context.close()
