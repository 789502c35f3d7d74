"""The pages in a real browser: silent, self-contained, readable on a phone, in the dark and by keyboard."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import PHONE, OpenVisit

pytestmark = [pytest.mark.browser, pytest.mark.book]

MARKS = "path, rect, circle, line, text"
UNFOLD = "document.querySelectorAll('details').forEach((box) => { box.open = true; })"
# Rows of a table are alike, and blocks of code; what is inside a picture is hidden from screen readers.
SHORTEN = """() => {
    document.querySelectorAll("tbody tr:nth-child(n + 3)").forEach((row) => row.remove());
    [...document.querySelectorAll("details.hide")].slice(4).forEach((code) => code.remove());
    document.querySelectorAll("svg[role=img]").forEach((picture) => picture.replaceChildren());
}"""
# What has the same classes from the page down to itself has the same colours: one of a kind is looked at.
THIN = """() => {
    const seen = new Set();
    const name = (element) => {
        const words = [];
        for (let each = element; each.localName !== "main"; each = each.parentElement) {
            words.push(`${each.localName}.${each.className}`);
        }
        return words.join(" ");
    };
    document.querySelectorAll("main :is(p, li, dt, dd, tr, pre, figure, h2, h3)").forEach((block) => {
        if (!block.isConnected) return;
        const kinds = [block, ...block.querySelectorAll("*:not(math *)")].map(name);
        if (kinds.every((kind) => seen.has(kind))) block.remove();
        kinds.forEach((kind) => seen.add(kind));
    });
}"""
ALL_BUT_CONTRAST = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": False}}}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Brings one figure after the other near and returns how many marks the live picture of each has.
ENLIVEN = f"""async () => {{
    const marks = [];
    for (const figure of document.querySelectorAll("figure.kx-figure")) {{
        figure.scrollIntoView();
        await new Promise((resolve) => {{
            const look = () => /live|error/.test(figure.dataset.state) ? resolve() : setTimeout(look);
            look();
        }});
        marks.push(figure.querySelector(".kx-live svg").querySelectorAll("{MARKS}").length);
    }}
    return marks;
}}"""
SERVED = ("index.html", "chapters/closed_loop.html", "records/claims.html", "search.html")


def test_no_page_complains_or_asks_for_anything_outside(open_visit: OpenVisit, page_names: list[str]) -> None:
    """The console stays empty and every request in the book: from disk, and one page of a kind served."""
    for place, names in (("disk", page_names), ("server", SERVED)):
        visit = open_visit(place)
        for name in names:
            visit.open(name).wait_for_load_state("load")

        assert visit.messages == []
        assert visit.requests == []


@pytest.mark.parametrize("place", ["disk", "server"])
def test_the_policy_stops_a_script_that_is_not_a_file_of_the_book(place: str, open_visit: OpenVisit) -> None:
    """The policy is not only written into the page, the browser enforces it."""
    page = open_visit(place).open("index.html")

    ran = page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.intruder = true";
            document.body.append(script);
            return window.intruder === true;
        }"""
    )

    assert ran is False


def test_every_figure_is_drawn_without_javascript(open_visit: OpenVisit, chapter_names: list[str]) -> None:
    """The still picture is part of the page."""
    visit = open_visit(java_script_enabled=False)
    for name in chapter_names:
        page = visit.open(name)
        figures = page.locator("figure.kx-figure").all()
        assert figures
        for figure in figures:
            picture = figure.locator("svg").first
            assert picture.is_visible()
            assert picture.locator(MARKS).count() > 3


def test_every_figure_comes_alive_when_it_comes_near(open_visit: OpenVisit, chapter_names: list[str]) -> None:
    """With scripts, each figure is drawn anew from its data, under the same policy, served or not."""
    for place, names in (("disk", chapter_names), ("server", chapter_names[:1])):
        visit = open_visit(place, reduced_motion="reduce")
        for name in names:
            marks = visit.open(name).evaluate(ENLIVEN)
            assert marks
            assert min(marks) > 3

        assert visit.messages == []
        assert visit.requests == []


def test_nothing_runs_over_the_edge_of_a_phone(open_visit: OpenVisit, page_names: list[str]) -> None:
    """Wide things scroll in boxes of their own, also when everything is unfolded."""
    visit = open_visit(viewport=PHONE)
    wide = []
    for name in page_names:
        page = visit.open(name)
        page.evaluate(UNFOLD)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(name)

    assert wide == []


def test_pages_are_accessible_with_everything_unfolded(open_visit: OpenVisit, page_names: list[str]) -> None:
    """Axe finds nothing at all, charts' own pages included; contrast is looked at in both schemes."""
    visit = open_visit()
    found = []
    for name in [*page_names, "figures/loss-bound.html"]:
        page = visit.open(name)
        page.evaluate(UNFOLD)
        page.evaluate(SHORTEN)
        axe = Axe().run(page, options=ALL_BUT_CONTRAST).response
        page.evaluate(THIN)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            axe["violations"] += page.evaluate("(rules) => axe.run(rules)", CONTRAST)["violations"]
        found += [(name, each["id"], each["nodes"][0]["html"][:120]) for each in axe["violations"]]

    assert found == []


def test_the_keyboard_reaches_the_text_first(open_visit: OpenVisit) -> None:
    """The first stop is a visible link that skips to the text."""
    page = open_visit().open("index.html")

    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the text"
    assert skip.bounding_box()["y"] >= 0  # type: ignore[index]
    assert skip.evaluate("(link) => getComputedStyle(link).outlineStyle") == "solid"

    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_contents_mark_the_section_that_is_read(open_visit: OpenVisit) -> None:
    """A section that has begun is marked, and back at the head of the page none that lies below."""
    page = open_visit(reduced_motion="reduce").open("records/data.html")
    marked = page.locator(".kx-local [aria-current]")

    page.locator(".kx-local li a", has_text="Calendar of releases").click()
    marked.wait_for()
    assert marked.inner_text() == "Calendar of releases"

    page.evaluate("scrollTo(0, 0)")
    marked.wait_for(state="detached")


def test_every_stop_of_the_keyboard_shows_where_it_is(open_visit: OpenVisit) -> None:
    """Focus has a visible outline on every link and control of the frame."""
    page = open_visit().open("chapters/closed_loop.html")
    unseen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.evaluate("(item) => getComputedStyle(item).outlineStyle") == "none":
            unseen.append(focused.evaluate("(item) => item.outerHTML.slice(0, 80)"))

    assert unseen == []


def test_the_contents_open_on_a_phone_without_javascript(open_visit: OpenVisit) -> None:
    """The menu needs no script."""
    page = open_visit(viewport=PHONE, java_script_enabled=False).open("index.html")
    link = page.locator("#contents a", has_text="Method")
    assert not link.is_visible()

    page.get_by_role("button", name="Contents").click()
    assert link.is_visible()


def test_the_choice_of_dark_holds_on_the_next_page(open_visit: OpenVisit) -> None:
    """The button switches, says where it leads, and is remembered."""
    visit = open_visit("server", color_scheme="light")
    page = visit.open("index.html")
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Dark").click()

    page = visit.open("method.html")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != before
    assert page.get_by_role("button", name="Light").is_visible()


def test_dark_is_dark_without_javascript(open_visit: OpenVisit) -> None:
    """Without scripts the system's setting decides."""
    shown = []
    for scheme in ("light", "dark"):
        page = open_visit(java_script_enabled=False, color_scheme=scheme).open("index.html")
        colour = page.locator("html").evaluate("(root) => getComputedStyle(root).backgroundColor")
        shown.append(sum(int(part) for part in colour.strip("rgb()").split(",")[:3]))

    light, dark = shown
    assert dark < 150 < light


@pytest.mark.parametrize("place", ["disk", "server"])
@pytest.mark.parametrize("word", ["外链", "published days"])
def test_search_finds_words_in_both_languages(place: str, word: str, open_visit: OpenVisit) -> None:
    """A query in the field of any page leads to sections that hold it."""
    visit = open_visit(place)
    page = visit.open("chapters/closed_loop.html")
    page.get_by_role("searchbox").fill(word)
    page.keyboard.press("Enter")

    page.locator("#kx-search-results li").first.wait_for()
    assert word in page.locator("#kx-search-count").inner_text()
    assert all(part in page.locator("#kx-search-results").inner_text().lower() for part in word.split())
    assert visit.messages == []


def test_paper_shows_the_text_alone_in_light_colours(open_visit: OpenVisit) -> None:
    """Navigation is left out and the dark setting of a screen does not reach the paper."""
    visit = open_visit(color_scheme="dark")
    page = visit.open("chapters/closed_loop.html")
    page.emulate_media(media="print", color_scheme="dark")

    assert not page.get_by_role("searchbox").is_visible()
    assert not page.locator(".kx-contents").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 35, 40)"


def test_a_number_leads_to_its_run(open_visit: OpenVisit) -> None:
    """A pasted number opens its row, which stands with the inputs of the run."""
    visit = open_visit()
    page = visit.open("index.html")
    number = page.locator("a.kx-number").first
    text = number.inner_text()
    number.click()

    row = page.locator("tr:target")
    row.wait_for()
    assert row.locator("data").inner_text().split("%")[0].startswith(text.split(".")[0])
