"""How a chart is cited and embedded, and the small page that stands for it elsewhere.

No address is invented: while ``html.baseurl`` in ``_config.yml`` is empty, citations name the place inside
the book, and the page's script puts the reader's own address in front of it where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import yaml

from helpers import paths
from helpers.errors import InputError

FOLDER = "figures"
CITATION = "CITATION.cff"
FRAME_ROOM = 190
"""Pixels that title, source and downloads take beside the drawing."""

_TEX = str.maketrans(
    {letter: f"\\{letter}" for letter in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
)


@dataclass(frozen=True)
class Book:
    """What a citation says of the book.

    Attributes
    ----------
    site_url : str
        Where the book is published, ending with a slash, or empty.
    as_of : str
        ISO day of the edition.
    """

    title: str
    author: str
    site_url: str
    edition_id: str
    as_of: str


@dataclass(frozen=True)
class Place:
    """The page on which a chart stands, as an address from the book's root."""

    book: Book
    page: str

    @property
    def root(self) -> str:
        """Return the address of the book's root as seen from the page."""
        return "../" * self.page.count("/")


def read_book(edition: Mapping[str, Any]) -> Book:
    """Return what citations need of an edition and of ``_config.yml``.

    Raises
    ------
    InputError
        If the published address is not one.
    """
    config = yaml.safe_load((paths.ROOT / "_config.yml").read_text(encoding="utf-8"))
    url = str(config["html"].get("baseurl") or "")
    if url and not url.startswith(("https://", "http://")):
        raise InputError(f"'baseurl' in _config.yml must be empty or begin with https:// (got {url!r})")
    return Book(
        title=config["title"],
        author=config["author"],
        site_url=url and url.rstrip("/") + "/",
        edition_id=edition["edition_id"],
        as_of=edition["as_of"],
    )


def read_citation() -> dict[str, Any]:
    """Return how the report as a whole is to be cited: authors, keywords, version."""
    citation: dict[str, Any] = yaml.safe_load((paths.ROOT / CITATION).read_text(encoding="utf-8"))
    return citation


def cite(meta: Mapping[str, Any], place: Place) -> str:
    """Return the citation of a chart as a sentence."""
    book = place.book
    return (
        f"{book.author} ({book.as_of[:4]}). “{meta['title']}” [chart]. In {book.title}, edition "
        f"{book.edition_id}, as of {book.as_of}. {_address(meta, place)}"
    )


def cite_bibtex(meta: Mapping[str, Any], place: Place) -> str:
    """Return the citation of a chart as an entry for BibTeX."""
    book = place.book
    fields = {
        "author": f"{{{_tex(book.author)}}}",
        "title": f"{{{_tex(meta['title'])}}}",
        "year": book.as_of[:4],
        "howpublished": f"Chart in {_tex(book.title)}, {_tex(_address(meta, place))}",
        "note": f"Edition {book.edition_id}, as of {book.as_of}",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{kuaishou-{meta['name']},\n{lines}}}"


def embed_code(meta: Mapping[str, Any], place: Place, *, height: int) -> str:
    """Return the HTML that shows a chart on another page."""
    return (
        f'<iframe src="{place.book.site_url}{FOLDER}/{meta["name"]}.html" title="{escape(meta["title"])}" '
        f'width="100%" height="{height + FRAME_ROOM}" loading="lazy"></iframe>'
    )


def offer(meta: Mapping[str, Any], place: Place, *, height: int) -> str:
    """Return the piece of the figure that unfolds into citation and embed code."""
    parts = (
        ("Citation", cite(meta, place)),
        ("BibTeX", cite_bibtex(meta, place)),
        ("Embed code", embed_code(meta, place, height=height)),
    )
    shown = "".join(
        f'<div class="kx-copy"><p>{label}</p>\n<pre tabindex="0" aria-label="{label}"><code>{escape(text)}'
        "</code></pre></div>\n"
        for label, text in parts
    )
    relative = "" if place.book.site_url else f' data-root="{place.root}"'
    note = (
        "" if place.book.site_url else '<p class="kx-note">Addresses begin at the folder of this book.</p>\n'
    )
    return (
        f'<details class="kx-cite"{relative}>\n<summary>Cite or embed'
        f'<span class="kx-unseen"> “{escape(meta["title"])}”</span></summary>\n{shown}{note}</details>\n'
    )


def write_page(meta: Mapping[str, Any], place: Place, figure: str) -> bytes:
    """Return the page of one chart alone; it stands in the folder of the charts' files."""
    home = f"../{place.page}#chart-{meta['name']}"
    title = escape(f"{meta['title']} · {place.book.title}")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<base target="_blank">
<link rel="icon" type="image/svg+xml" href="../_static/favicon.svg">
<link rel="stylesheet" href="../_static/report.css">
<script src="../_static/mode.js"></script>
<script defer src="../_static/figures.js" data-bundle="vega-bundle.js"></script>
</head>
<body class="kx-alone">
<main>
{figure}<p class="kx-from">From <a href="{home}">{escape(place.book.title)}</a>, as of {place.book.as_of}.</p>
</main>
</body>
</html>
""".encode()


def _address(meta: Mapping[str, Any], place: Place) -> str:
    return f"{place.book.site_url}{place.page}#chart-{meta['name']}"


def _tex(text: str) -> str:
    """Escape what has a meaning of its own in TeX."""
    return text.translate(_TEX)
