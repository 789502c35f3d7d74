"""Terms of the glossary inside the other pages: a link to the entry, and what it says for a tooltip.

Terms are read from the built glossary, so that an edition explains only what it knows itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from lxml import html as lxml_html

PAGE = "glossary.html"
HAN = r"\u3400-\u9fff\uf900-\ufaff"
CHINESE = re.compile(rf"[{HAN}](?:[{HAN}\u3000-\u303f\uff00-\uffef]*[{HAN}])?(?:(?<=双)\d+)?")
"""Words in Chinese; the shopping festivals of the year are named by double days, with digits."""

_ENTRY = re.compile(r"<dt>(?=(?P<words>.*?)</dt>)", re.DOTALL)


@dataclass(frozen=True)
class Term:
    """An entry of the glossary: its anchor, and its words as one sentence."""

    anchor: str
    text: str


def anchor_entries(page: str) -> str:
    """Give each entry of the built glossary that has a Chinese term an anchor."""

    def mark(entry: re.Match[str]) -> str:
        found = CHINESE.search(entry["words"])
        return f'<dt id="{_anchor(found[0])}">' if found else entry[0]

    return _ENTRY.sub(mark, page)


def read_terms(page: str) -> dict[str, Term]:
    """Return the entries of the built glossary by each of their Chinese terms."""
    terms: dict[str, Term] = {}
    for entry in lxml_html.document_fromstring(page).iter("dt"):
        words = " ".join(entry.text_content().split())
        meaning = " ".join(entry.getnext().text_content().split())
        found = CHINESE.findall(words)
        terms |= {name: Term(_anchor(found[0]), f"{words}: {meaning}") for name in found}
    return terms


def link_term(name: str, terms: Mapping[str, Term], prefix: str) -> str:
    """Return a link from a term to its entry, seen from a page whose way to the root is `prefix`."""
    term = terms[name]
    return (
        f'<a class="kx-term" href="{prefix}{PAGE}#{term.anchor}" data-tip="{escape(term.text)}">'
        f'<span lang="zh">{name}</span></a>'
    )


def _anchor(name: str) -> str:
    return f"term-{name}"
