"""Live charts in a browser: the examples on one page under the book's policy, from disk and from a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chart_examples import EXAMPLES, framed
from playwright.sync_api import Browser, Page

from helpers.book import figures
from helpers.charts import theme

pytestmark = pytest.mark.browser

ASSETS = Path(figures.__file__).parent / "assets"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
HEAD = f"""<!doctype html><html lang="en" data-theme="{{mode}}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>Charts</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="figures.css"><script src="figures.js" defer></script></head><body>"""
ALIVE = "xpath=self::*[@data-state='live' or @data-state='error']"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    parts = [figures.render_figure(framed(name).spec, number=n) for n, name in enumerate(EXAMPLES, start=1)]
    files = {path: content for part in parts for path, content in part.files.items()}
    files |= {"vega-bundle.js": figures.vega_bundle(), "figures.js": (ASSETS / "figures.js").read_bytes()}
    files["figures.css"] = theme.css_variables().encode() + (ASSETS / "figures.css").read_bytes()
    for mode in ("light", "dark"):
        body = "".join(part.html for part in parts)
        files[f"{mode}.html"] = f"{HEAD.format(mode=mode)}{body}</body></html>".encode()
    for path, content in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.fixture
def server(site: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def visit(browser: Browser, address: str, width: int) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 700})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.goto(address)
    return page, problems


def enliven(page: Page) -> None:
    for figure in page.locator("figure.kx-figure").all():
        figure.scroll_into_view_if_needed()
        figure.locator(ALIVE).wait_for(timeout=30_000)


def states(page: Page) -> set[str | None]:
    return {figure.get_attribute("data-state") for figure in page.locator("figure.kx-figure").all()}


def heights(page: Page) -> list[int]:
    measured: list[int] = page.locator(".kx-drawing").evaluate_all("all => all.map(one => one.offsetHeight)")
    return measured


@pytest.mark.parametrize(("mode", "width"), [("light", 900), ("dark", 375)])
def test_every_chart_lives_from_disk_without_a_complaint(
    browser: Browser, site: Path, mode: str, width: int
) -> None:
    """Under the strict policy nothing is refused, nothing moves and the page never scrolls sideways."""
    page, problems = visit(browser, f"file://{site}/{mode}.html", width)
    still = heights(page)
    enliven(page)
    assert states(page) == {"live"}
    assert problems == []
    assert heights(page) == still
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".kx-live svg path").count() > 50


def test_every_chart_lives_from_a_server(browser: Browser, server: str) -> None:
    """The same page, served."""
    page, problems = visit(browser, f"{server}/light.html", 900)
    enliven(page)
    assert states(page) == {"live"}
    assert problems == []


def test_charts_follow_their_container(browser: Browser, site: Path) -> None:
    """A side bar that opens narrows the charts without a resize of the window."""
    page, _ = visit(browser, f"file://{site}/light.html", 900)
    figure = page.locator("#chart-slope")
    figure.scroll_into_view_if_needed()
    figure.locator(ALIVE).wait_for()
    page.evaluate("document.adoptedStyleSheets = [new CSSStyleSheet()]")
    page.evaluate("document.adoptedStyleSheets[0].insertRule('body { margin-right: 300px }')")
    width = figure.locator(".kx-drawing").evaluate("one => one.clientWidth")
    figure.locator(f".kx-live svg[width='{width}']").wait_for()


def test_colours_follow_the_readers_mode(browser: Browser, site: Path) -> None:
    """One drawing, two modes: the same mark takes the other literal of its pair."""
    page, _ = visit(browser, f"file://{site}/light.html", 900)
    mark = page.locator("#chart-slope .kx-still text").first
    seen = [mark.evaluate("one => getComputedStyle(one).fill")]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    seen.append(mark.evaluate("one => getComputedStyle(one).fill"))
    assert seen[0] != seen[1]


def test_without_scripts_the_still_pictures_are_there(browser: Browser, site: Path) -> None:
    """A reader who runs no script sees every chart."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{site}/light.html")
    assert page.locator("svg.kx-still").count() == len(EXAMPLES)
    assert states(page) == {"still"}
    context.close()


def test_chart_whose_spec_is_lost_stays_still(browser: Browser, site: Path) -> None:
    """A missing file costs the interaction, not the picture."""
    page, _ = visit(browser, f"file://{site}/light.html", 900)
    figure = page.locator("#chart-timeline")
    figure.evaluate("one => one.setAttribute('data-spec', 'figures/lost.js')")
    figure.scroll_into_view_if_needed()
    figure.locator(ALIVE).wait_for()
    assert figure.get_attribute("data-state") == "error"
    assert figure.locator(".kx-still").is_visible()


def test_tooltip_shows_what_a_mark_stands_for(browser: Browser, site: Path) -> None:
    """The tooltip has the titles of the table and the book's own style."""
    page, problems = visit(browser, f"file://{site}/light.html", 900)
    figure = page.locator("#chart-ranked-bars")
    figure.scroll_into_view_if_needed()
    figure.locator(ALIVE).wait_for()
    figure.locator(".kx-live .mark-rect path").first.hover()
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert "GMV (RMB bn)" in tip.inner_text()
    assert tip.evaluate("one => getComputedStyle(one).position") == "fixed"
    assert problems == []
