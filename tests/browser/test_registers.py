"""The registers in a real browser: search, filter, sort, and links to rows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .conftest import PHONE, OpenVisit

pytestmark = [pytest.mark.browser, pytest.mark.book]

EVIDENCE = "records/evidence.html"
SHOWN = "#facts tbody tr:not([hidden])"


def read_column(page: Page, place: int) -> list[str]:
    """Return the texts of one column of the rows that are shown."""
    return [text.strip() for text in page.locator(f"{SHOWN} > td:nth-child({place})").all_inner_texts()]


def test_without_a_script_the_table_is_complete(open_visit: OpenVisit) -> None:
    """Every row is there, and controls that could do nothing are not."""
    page = open_visit(java_script_enabled=False).open(EVIDENCE)

    assert page.locator(SHOWN).count() > 100
    assert not page.locator(".kx-controls").first.is_visible()


def test_search_and_filters_narrow_the_table_together(open_visit: OpenVisit) -> None:
    """All words and all choices must fit; the count says how many rows do, and the button shows all again."""
    page = open_visit().open(EVIDENCE)
    every = page.locator(SHOWN).count()

    page.get_by_label("Kind").select_option("target")
    targets = page.locator(SHOWN).count()
    page.locator("#facts-words").fill("快分销 Brand")

    assert 0 < page.locator(SHOWN).count() < targets < every
    assert page.get_by_role("status").inner_text().startswith(f"{page.locator(SHOWN).count()} of ")
    assert all("brand" in text.lower() for text in read_column(page, 5))
    page.get_by_role("button", name="Show all").click()
    assert page.locator(SHOWN).count() == every


def test_a_heading_sorts_and_says_so(open_visit: OpenVisit) -> None:
    """By size and not by letters, up and then down; rows without a value stay at the end."""
    page = open_visit().open(EVIDENCE)
    head = page.get_by_role("columnheader", name="Value")
    keys = f"[...document.querySelectorAll('{SHOWN} > td:nth-child(3)')].map((cell) => cell.dataset.key)"

    orders = []
    for direction in ("ascending", "descending"):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == direction
        found = page.evaluate(keys)
        assert "" in found
        assert found.index("") == len([key for key in found if key])
        orders.append([float(key) for key in found if key])

    assert orders[0] == sorted(orders[0])
    assert orders[1] == sorted(orders[1], reverse=True)


def test_a_link_to_a_hidden_row_shows_it(open_visit: OpenVisit) -> None:
    """A link must not lead to nothing because of a filter."""
    page = open_visit().open(EVIDENCE)
    page.locator("#facts-words").fill("no such words")
    assert page.locator(SHOWN).count() == 0

    page.evaluate("location.hash = 'fact-f028'")

    page.locator("#fact-f028").wait_for(state="visible")
    assert page.locator("#facts-words").input_value() == ""


@pytest.mark.parametrize("name", ["evidence", "systems", "claims", "figures", "derived"])
def test_on_a_phone_rows_are_cards_and_still_a_table(name: str, open_visit: OpenVisit) -> None:
    """Nothing has to be scrolled sideways, and rows and cells keep their roles."""
    page = open_visit(viewport=PHONE).open(f"records/{name}.html")

    assert page.evaluate(
        "[...document.querySelectorAll('.kx-register .kx-scroll')]"
        ".every((box) => box.scrollWidth <= box.clientWidth)"
    )
    row = page.locator(".kx-register tbody").first.get_by_role("row").first
    assert row.get_by_role("cell").count() == row.locator("td:not(:empty)").count()


def test_every_register_works_by_its_own_controls(open_visit: OpenVisit) -> None:
    """Two registers on one page do not filter each other."""
    page = open_visit().open("records/derived.html")
    others = page.locator("#contrasts tbody tr:visible").count()

    page.locator("#implied-words").fill("Gree")

    assert 0 < page.locator("#implied tbody tr:visible").count() < 10
    assert page.locator("#contrasts tbody tr:visible").count() == others > 0
