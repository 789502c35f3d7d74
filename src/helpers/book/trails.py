"""From a number in the text to what it stands on: two steps at most, followed in the built book.

The first leads to the row of the result, under the run that computed it, or to the row of a published figure.
The second leads from a result to every row that it rests on, which names its source, or to the assumptions of
the run where it rests on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html

from helpers.book.html import read_page

SOURCED = ("figures.html", "timeline.html")
"""Pages whose rows link to their source; the rows of an article stand under its name."""

Index = Callable[[Path], dict[str, lxml_html.HtmlElement]]

_NUMBERS = "//a[contains(concat(' ', @class, ' '), ' kx-number ')]"


def find_broken_trails(html: Path) -> list[str]:
    """Return a line for each number of a book from which a reader does not get to what it stands on.

    Parameters
    ----------
    html : Path
        Folder of the built pages.
    """
    index = cache(_index_page)
    lines = [
        f"{path.relative_to(html).as_posix()}: {link.text_content()!r} {problem}"
        for path in sorted(html.rglob("*.html"))
        for link in read_page(path).xpath(_NUMBERS)
        for problem in _follow(path, link.get("href"), index)
    ]
    return list(dict.fromkeys(lines))


def _index_page(path: Path) -> dict[str, lxml_html.HtmlElement]:
    """Return what can be linked to in a page, by anchor."""
    return {each.get("id"): each for each in read_page(path).xpath("//*[@id]")} if path.is_file() else {}


def _go(path: Path, address: str, index: Index) -> tuple[Path, lxml_html.HtmlElement | None]:
    """Return the page that an address leads to, and the row or heading there."""
    parts = urlsplit(address)
    page = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = index(page).get(unquote(parts.fragment))
    row = None if target is None else next(target.iterancestors("tr"), target)
    return page, row


def _follow(path: Path, address: str, index: Index) -> Iterator[str]:
    page, row = _go(path, address, index)
    if row is None:
        yield f"leads to no row ({address})"
    elif not row.get("id", "").startswith("result-"):
        if not _names_source(page, row):
            yield f"leads to a row without a source ({address})"
    elif not row[-1].text_content().strip():
        yield f"rests on nothing that its row shows ({address})"
    else:
        for step in row[-1].xpath(".//a/@href"):
            reached = _go(page, step, index)
            if reached[1] is None or not _names_source(*reached):
                yield f"rests on {step}, which leads to no row with a source"


def _names_source(page: Path, row: lxml_html.HtmlElement) -> bool:
    return page.name not in SOURCED or bool(row.xpath(".//a[contains(@href, 'sources.html#')]"))
