"""The search index: every section of every page as text, in a script that also loads from disk."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html as lxml_html

UNSEARCHED = ("search.html", "404.html", "figures/")
_HEADINGS = {"h1", "h2", "h3"}
_SKIPPED = {"script", "style", "svg", "math", "pre"}
_SKIPPED_CLASSES = {"hide", "kx-data", "kx-cite", "kx-permalink", "kx-panel"}
_ROWS = ("fact-", "system-", "claim-", "event-")
INLINE = {"a", "abbr", "code", "data", "em", "i", "b", "span", "strong", "sub", "sup", "time", "wbr"}


@dataclass
class _Section:
    url: str
    heading: str
    parts: list[str] = field(default_factory=list)


def build_search_index(html: Path, pages: list[Path]) -> str:
    """Return a script that sets ``window.reportSearchIndex``.

    Parameters
    ----------
    html : Path
        Folder of the book.
    pages : list of Path
        Its finished pages.

    Returns
    -------
    str
        One entry a section: ``url`` (relative to the search page), ``page``, ``heading``, ``text``.
    """
    entries = []
    for path in pages:
        name = path.relative_to(html).as_posix()
        if name.startswith(UNSEARCHED):
            continue
        sections = _read_sections(path, name)
        for section in sections:
            text = " ".join("".join(section.parts).split())
            entries.append(
                {"url": section.url, "page": sections[0].heading, "heading": section.heading, "text": text}
            )
    content = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f"window.reportSearchIndex={content};\n"


def _read_sections(path: Path, name: str) -> list[_Section]:
    """Cut a page's article at its headings and at the rows of evidence."""
    root = lxml_html.document_fromstring(path.read_text(encoding="utf-8"))
    article = root.find(".//article")
    sections = [_Section(name, name)]
    if article is not None:
        _collect(article, name, sections)
    return sections[1:] or sections[:1]


def _collect(element: lxml_html.HtmlElement, name: str, sections: list[_Section]) -> None:
    if not isinstance(element.tag, str) or element.tag in _SKIPPED or _SKIPPED_CLASSES & set(element.classes):
        pass
    elif element.tag in _HEADINGS:
        anchor = element.get("id") or element.getparent().get("id") or ""
        heading = "".join(element.itertext()).removesuffix("#").strip()
        sections.append(_Section(f"{name}#{anchor}" if len(sections) > 1 else name, heading))
    else:
        if element.tag == "tr" and element.get("id", "").startswith(_ROWS):
            sections.append(_Section(f"{name}#{element.get('id')}", " ".join(element[0].itertext())))
        if element.tag not in INLINE:
            sections[-1].parts.append(" ")
        sections[-1].parts.append(element.text or "")
        for child in element:
            _collect(child, name, sections)
        if element.tag not in INLINE:
            sections[-1].parts.append(" ")
    sections[-1].parts.append(element.tail or "")
