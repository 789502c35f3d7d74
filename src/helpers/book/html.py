"""Pieces of HTML that the generated pages are made of, and how a built page is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from lxml import html as lxml_html

_LINE = "\n"


def join_page(parts: Iterable[str]) -> str:
    """Join the parts of a Markdown page."""
    return "\n\n".join(parts) + "\n"


def embed(html: str) -> str:
    """Return HTML as a block of a Markdown page; no text in it can end the block."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", html)), default=0))
    return f"{fence}{{raw}} html\n{html}\n{fence}"


def write_words(text: str) -> str:
    r"""Return a text as one line that Markdown takes for nothing but words.

    >>> write_words("5 * 3 [sic]")
    '5 \\* 3 \\[sic\\]'
    """
    return re.sub(r"([\\`*_\[\]<>#${}])", r"\\\1", " ".join(text.split()))


def write_details(summary: str, content: str, *attributes: str) -> str:
    """Return content that unfolds under its summary."""
    tag = " ".join(["details", *attributes])
    return f"<{tag}><summary>{escape(summary)}</summary>\n{content}\n</details>"


def write_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a table of names and what they stand for; the latter is HTML."""
    rows = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{value}</td></tr>' for name, value in pairs)
    return f'<table class="kx-facts"><tbody>{rows}</tbody></table>'


def write_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, ids: Sequence[str] | None = None
) -> str:
    """Return an HTML table; cells are HTML, and each row may carry an anchor."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = []
    for number, row in enumerate(rows):
        mark = f' id="{escape(ids[number])}"' if ids else ""
        body.append(f"<tr{mark}>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>")
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{_LINE.join(body)}\n</tbody>\n</table>"


def read_page(path: Path) -> lxml_html.HtmlElement:
    """Return a built page."""
    return lxml_html.document_fromstring(path.read_text(encoding="utf-8"))


def read_title(page: lxml_html.HtmlElement) -> str:
    """Return the first heading of a built page without the mark of its link."""
    return str(page.find(".//h1").text_content()).removesuffix("#")
