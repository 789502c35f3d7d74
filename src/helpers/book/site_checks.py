"""What pages must not hold: typed figures, later knowledge, outside requests, code outside files.

Each check returns complaints, one line each, that name the place, the finding and the way out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html

from helpers.book.current import list_own_files
from helpers.book.mentions import ANNOUNCED_CLASS, MONTH, YEAR, find_later
from helpers.book.policy import allow_scripts, may_stay
from helpers.book.records import UNDATED
from helpers.book.search import INLINE

# Prose: what may hold a digit

_NAMES = re.compile(
    r"""
    \b(?:Kuaishou|Article|article|articles|Model|model|Figure|Table|Section|Chapter|MIT|CC\ BY)\s[\d.]+\b
    | \b(?:618|1688|Double\ 11|COVID-19)\b | 双11
    | \b[A-Za-z]+-?\d+\b | \b\d+[A-Z]\b               # tokens such as Q2, LMDI-1, H1, 5S
    """,
    re.VERBOSE,
)
_DATES = re.compile(
    rf"""
    \b{YEAR}-\d\d(?:-\d\d)?\b | \b{YEAR}(?:Q[1-4]|H[12]|M\d+)\b
    | \b(?:\d\d?(?:\sto\s|–|-))?\d\d?\s{MONTH}(?:\s{YEAR})?\b | \b{MONTH}(?:\s\d\d?,)?\s{YEAR}\b
    | \b{YEAR}(?:[–/-]\d\d(?:\d\d)?)?s?\b
    """,
    re.VERBOSE,
)
_NOT_PROSE = re.compile(
    r"""
    <!--.*?-->
    | \$\$.*?\$\$ | (?<!\\)\$[^$\n]+\$       # formulas
    | \{(?:result|figure|typed|edition|announced|ref|numref|doc|eq|cite)\}`[^`]*`
    | (`+)(?!`).*?(?<!`)\1(?!`)              # code
    | \]\([^)]*\) | \[[^\]]*\]:\s\S+ | https?://\S+
    | <[^>]+>                                # tags with their attributes
    """,
    re.VERBOSE | re.DOTALL,
)
_FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,}|:{3,})(?P<directive>\{[\w-]+\})?")
_OPTION = re.compile(r"\s*:[\w-]+:")
_CODE = (None, "{raw}", "{math}", "{code}", "{code-block}")
_DIGITS = re.compile(r"[-+−]?\d[\d.,]*%?")
_WAY_OUT = "paste a result with {result}, or mark a definition with {typed}"


def check_prose(paths: Iterable[Path]) -> list[str]:
    """Complain about every figure that was typed into prose.

    Dates, names, headings, formulas, code and the arguments of roles may hold digits. A number that is part
    of a definition is marked with the role ``{typed}``. A README is passed over: its answer is generated from
    the runs and compared with them by a check of its own.

    Parameters
    ----------
    paths : iterable of Path
        Notebooks and Markdown files.
    """
    return [complaint for path in paths for part in _read_prose(path) for complaint in _typed(path, *part)]


def _read_prose(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the place of each piece of prose and its text."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        for number, cell in enumerate(json.loads(text)["cells"], start=1):
            if cell["cell_type"] == "markdown":
                yield f"cell {number}, ", "".join(cell["source"])
    elif path.name != "README.md":
        yield "", text


def _typed(path: Path, place: str, text: str) -> Iterator[str]:
    prose = _blank(_NOT_PROSE, "\n".join(_without_code(text.split("\n"))))
    for number, line in enumerate(_blank(_NAMES, _blank(_DATES, prose)).split("\n"), start=1):
        if line.lstrip().startswith("#"):
            continue
        line = re.sub(r"^\s*(?:\d+[.)]|\|[-: |]+\|)\s", " ", line)
        for found in _DIGITS.finditer(line):
            yield f"{path.name}, {place}line {number}: figure {found[0]!r} is typed; {_WAY_OUT}"


def _without_code(lines: list[str]) -> Iterator[str]:
    """Yield the lines of prose; code blocks and a directive's own line and options become blank."""
    fences: list[tuple[str, bool]] = []
    for line in lines:
        fence = _FENCE.match(line)
        if fence and fences and line.strip() == fences[-1][0]:
            fences.pop()
            yield ""
        elif fences and fences[-1][1]:
            yield ""
        elif fence:
            fences.append((fence["mark"], fence["directive"] in _CODE))
            yield ""
        else:
            yield "" if _OPTION.match(line) else line


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Replace every match by spaces; line breaks stay where they are."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


# Hindsight


PROJECTION = "data-projection"
"""Attribute of a figure that draws what a model expects after the edition's day."""

_SPOKEN_ATTRIBUTES = ("title", "alt", "aria-label", "href", "content", "datetime", "data-name", "alttext")
LINKED_TYPE = "application/ld+json"
"""Type of the data block in which a page describes itself for machines."""

_SIZE = re.compile(r'"contentSize": "\d+( B)?"')
_UNSEEN = {"script", "style"}
_DATA_SUFFIXES = {".csv", ".svg", ".json", ".js"}
_STATIC = "_static"


def check_hindsight(html_dir: Path, as_of: str) -> list[str]:
    """Complain about every day, month, quarter or year in a built book that begins after its date.

    Text, titles, alternative texts, links, descriptions for machines, the search index, chart specifications
    and data files are read.
    Passed over are what the role ``{announced}`` marks, what carries the attribute ``data-undated``, and each
    figure with the attribute ``data-projection``, files of its data included: it draws what a model expects.
    Other editions in folders of this one have a day of their own.

    Parameters
    ----------
    html_dir : Path
        Folder of the built book.
    as_of : str
        ISO day of the edition.
    """
    day = date.fromisoformat(as_of)
    projections = _find_projections(html_dir)
    complaints = []
    for path in list_own_files(html_dir):
        name = path.relative_to(html_dir).as_posix()
        if path.suffix == ".html":
            texts = list(_read_spoken(_parse(path)))
        elif path.suffix in _DATA_SUFFIXES and not name.startswith((_STATIC, *projections)):
            texts = [path.read_text(encoding="utf-8")]
        else:
            continue
        complaints += [f"{name}: {line}" for text in texts for line in _later(text, day)]
    return complaints


def _find_projections(html_dir: Path) -> list[str]:
    """Return how the paths of the files of each projecting figure begin."""
    figures = [
        figure
        for path in sorted(html_dir.rglob("*.html"))
        for figure in _parse(path).iterfind(f".//figure[@{PROJECTION}]")
    ]
    return [f"figures/{figure.get('data-name')}{mark}" for figure in figures for mark in (".", "-")]


def _later(text: str, day: date) -> Iterator[str]:
    for mention in find_later(_SIZE.sub("", text), day):
        around = _shorten(" ".join(text.split()), mention.text)
        yield (
            f"{mention.text!r} begins after {day}, in {around!r}; put it into {{since}}, or mark what was "
            "announced with {announced}"
        )


def _shorten(text: str, wanted: str, *, around: int = 40) -> str:
    at = max(text.find(wanted), 0)
    return text[max(at - around, 0) : at + len(wanted) + around]


def _parse(path: Path) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(path.read_text(encoding="utf-8"))


def _read_spoken(element: lxml_html.HtmlElement) -> Iterator[str]:
    """Yield the texts of an element as a reader, a listener or a link checker meets them."""
    if element.tag == "script" and element.get("type") == LINKED_TYPE:
        yield element.text or ""
    if _is_unspoken(element):
        return
    yield from (unquote(element.get(name)) for name in _SPOKEN_ATTRIBUTES if element.get(name))
    if element.tag not in INLINE:
        yield "".join(_read_line(element))
    for child in element:
        yield from _read_spoken(child)


def _read_line(element: lxml_html.HtmlElement) -> Iterator[str]:
    """Yield the text of an element with the inline elements in it, which do not part words or dates."""
    yield element.text or ""
    for child in element:
        yield from _read_line(child) if child.tag in INLINE and not _is_unspoken(child) else " "
        yield child.tail or ""


def _is_unspoken(element: lxml_html.HtmlElement) -> bool:
    return not isinstance(element.tag, str) or element.tag in _UNSEEN or _is_exempt(element)


def _is_exempt(element: lxml_html.HtmlElement) -> bool:
    marked = UNDATED in element.attrib or PROJECTION in element.attrib
    return marked or ANNOUNCED_CLASS in (element.get("class") or "").split()


# Outside requests, policy, links

_ASSETS = {"src", "srcset", "poster", "data", "background", "action", "formaction", "manifest"}
_CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)['"]?(?P<address>[^'")\s]+)""")


def check_outside(html_dir: Path) -> list[str]:
    """Complain about everything that a page would fetch from elsewhere; ordinary links are no requests."""
    complaints = []
    for path in sorted(html_dir.rglob("*.html")):
        name = path.relative_to(html_dir).as_posix()
        for element in _parse(path).iter():
            for attribute, address in _requests(element):
                if _is_outside(address):
                    complaints.append(f"{name}: {attribute} asks for {address}; ship the file with the book")
    for path in sorted(html_dir.rglob("*.css")):
        name = path.relative_to(html_dir).as_posix()
        for match in _CSS_ADDRESS.finditer(path.read_text(encoding="utf-8")):
            if _is_outside(match["address"]):
                complaints.append(f"{name}: asks for {match['address']}; ship the file with the book")
    return complaints


def _requests(element: lxml_html.HtmlElement) -> Iterator[tuple[str, str]]:
    for attribute, value in element.attrib.items():
        if attribute in _ASSETS or (attribute == "href" and element.tag in ("link", "base", "image", "use")):
            yield attribute, value
    if element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
        yield "refresh", (element.get("content") or "").partition("=")[2]


def _is_outside(address: str) -> bool:
    return urlsplit(address.strip()).scheme in ("http", "https", "ws", "wss", "ftp") or address.startswith(
        "//"
    )


def check_policy(html_dir: Path) -> list[str]:
    """Complain about pages without the content policy and about scripts, styles and handlers inside pages."""
    complaints = []
    for path in sorted(html_dir.rglob("*.html")):
        name = path.relative_to(html_dir).as_posix()
        complaints += [f"{name}: {problem}" for problem in _policy_problems(path.name, _parse(path))]
    return complaints


def _policy_problems(page: str, root: lxml_html.HtmlElement) -> Iterator[str]:
    first = root.find("head")[0]
    kept = [script for script in root.iter("script") if may_stay(page, script.attrib)]
    policy = allow_scripts(script.text or "" for script in kept)
    if first.get("http-equiv") != "Content-Security-Policy" or first.get("content") != policy:
        yield "its head does not begin with the content policy; build it with `report build`"
    for element in root.iter():
        if element.tag == "style" or (
            element.tag == "script" and element not in kept and not _is_file_or_data(element)
        ):
            yield f"<{element.tag}> stands inline; move it to a file"
        for attribute in element.attrib:
            if attribute == "style" or attribute.startswith("on"):
                yield f"<{element.tag}> has {attribute}=; move it to a file"


def _is_file_or_data(script: lxml_html.HtmlElement) -> bool:
    return "src" in script.attrib or (script.get("type") or "").endswith("json")


def check_links(html_dir: Path) -> list[str]:
    """Complain about links inside the book that lead to no file or no anchor."""
    pages = {path.resolve(): _parse(path) for path in sorted(html_dir.rglob("*.html"))}
    anchors = {path: set(page.xpath("//@id")) | set(page.xpath("//a/@name")) for path, page in pages.items()}
    complaints = []
    for path, page in pages.items():
        name = path.relative_to(html_dir.resolve()).as_posix()
        for address in sorted(set(page.xpath("//a/@href"))):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                complaints.append(f"{name}: link {address!r} leads to no file")
            elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
                complaints.append(f"{name}: link {address!r} leads to no anchor")
    return complaints
