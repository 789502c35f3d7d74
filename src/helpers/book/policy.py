"""What happens to the built pages before they are published.

`finish_book` gives each page a strict content policy and makes it hold: inline styles and style attributes
move to files; what would run, fetch or lead a reader away by itself is refused. It also sets text, marks
Chinese in it, links terms to the glossary, makes wide tables scroll, writes the search index, puts a hash of
its content behind each asset's address and removes what the builder leaves behind.

Tags are rewritten one by one while the rest of each page is copied as it stands, so that embedded SVG keeps
its exact spelling.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from collections.abc import Iterable, Mapping
from html import escape
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

from helpers.book import terms
from helpers.book.search import build_search_index
from helpers.book.typography import keep_days, set_text
from helpers.charts.theme import css_variables
from helpers.errors import CheckError, summarise_complaints
from helpers.runs.inputs import hash_bytes

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
LOST = "404.html"
INLINE = PurePosixPath("_static/inline")
ATTRIBUTE_STYLES = INLINE / "attributes.css"
LEFTOVERS = (
    ".buildinfo",
    "_sources",
    "reports",
    "objects.inv",
    "_static/mystnb.*.css",
    "_static/pygments*.css",
)
STYLES = "_static/report.css"
STYLE_PARTS = ("_static/book.css", "_static/tables.css", "_static/figures.css", "_static/what_if.css")
SEARCH_INDEX = "_static/search-index.js"

_HASH_LENGTH = 12
_VERSION_LENGTH = 8
_DATA_BLOCK = re.compile(r"application/([\w.+-]+\+)?json|text/plain")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
_NO_SPANS = frozenset({"script", "style", "title", "textarea", "option", "svg", "math"})
_AS_TYPED = _NO_SPANS | {"code", "pre", "kbd"}
_QUOTE_NAMES = {"quot": '"', "x27": "'", "39": "'", "34": '"'}
_REFUSED = frozenset({"applet", "embed", "frame", "iframe", "object"})
_ADDRESSES = frozenset({"action", "formaction", "href", "src", "xlink:href"})
_LINKS = ("", "http", "https", "mailto")
_PICTURES = ("", "data")
_CONTENT_ATTRIBUTES = {"summary": "aria-label", "table": "border"}
_LOOSE_HEADING = ("p", "heading")
_EXPLAINED_IN = frozenset({"p", "li", "dd"})
_UNEXPLAINED_IN = frozenset(
    {"a", "aside", "button", "code", "dt", "figure", "footer", "header", "nav", "summary", "table"}
)
# A browser passes over blanks and control characters in an address, wherever they stand.
_UNSEEN = re.compile(r"[\x00-\x20]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)")
_ASSET = re.compile(r'(?P<before> (?:href|src|data-bundle)=")(?P<way>(?:\.\./)*)(?P<name>[\w./-]+)(?=")')


class PageRewriter(HTMLParser):
    """Copy a page and change only what the policy asks for.

    Attributes
    ----------
    files : dict of str to str
        Style sheets that were inline, by path inside the book.
    rules : dict of str to str
        Style attributes by the class that replaces them.
    complaints : list of str
        What cannot be made to comply.
    explained : dict of str to Term
        Terms of the glossary that the page has not linked yet.
    kept : list of str
        Inline scripts that stay; the policy names their hashes (see `may_stay`).
    """

    def __init__(self, page: str, explained: Mapping[str, terms.Term] | None = None):
        super().__init__(convert_charrefs=False)
        self.page = page
        self.explained = dict(explained or {})
        self.kept: list[str] = []
        self._keeps = False
        self.prefix = "../" * (len(PurePosixPath(page).parts) - 1)
        self.files: dict[str, str] = {}
        self.rules: dict[str, str] = {}
        self.complaints: list[str] = []
        self._out: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self._moved: list[str] | None = None
        self._before = " "

    def rewrite(self, html: str) -> str:
        """Return the page with its policy."""
        self.feed(html)
        self.close()
        return "".join(self._out).replace(POLICY, allow_scripts(self.kept), 1)

    def handle_decl(self, decl: str) -> None:
        """Copy the document type."""
        self._out.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        """Leave comments out: no reader sees them."""

    def handle_entityref(self, name: str) -> None:
        """Copy a named character; set a quotation mark."""
        self._copy_reference(name, f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a numbered character; set a quotation mark."""
        self._copy_reference(name, f"&#{name};")

    def handle_data(self, data: str) -> None:
        """Copy text, set it, mark Chinese in it; collect the text of an inline style."""
        if self._moved is not None:
            self._moved.append(data)
        elif self._keeps:
            self.kept[-1] += data
            self._out.append(data)
        else:
            self._write(self._set(data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag, changed where it must be."""
        self._start(tag, attrs, self.get_starttag_text() or "")
        if tag not in _VOID:
            self._open.append((tag, dict(attrs).get("lang")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Copy a tag that closes itself."""
        self._start(tag, attrs, self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Copy an end tag; put a link where an inline style ended."""
        self._keeps = False
        if self._inside(tag):
            while self._open.pop()[0] != tag:
                pass
        if self._moved is not None and tag == "style":
            self._out.append(self._move("".join(self._moved)))
            self._moved = None
            return
        self._out.append(f"</{tag}>")
        if tag == "table" and not self._inside("figure", "table"):
            self._out.append("</div>")

    def _copy_reference(self, name: str, text: str) -> None:
        quote = _QUOTE_NAMES.get(name.lower())
        if quote and self._is_set():
            self._write(self._set(quote))
        else:
            self._before = ";"
            self._out.append(text)

    def _set(self, text: str) -> str:
        """Return text as it is set after what stands before it in the same element."""
        if not self._is_set():
            return text
        chosen = set_text(text, self._before)
        self._before = text[-1:] or self._before
        return chosen

    def _write(self, text: str) -> None:
        if self._is_set():
            text = keep_days(text)
        marked = self._marks_chinese()
        self._out.append(terms.CHINESE.sub(lambda found: self._mark(found[0]), text) if marked else text)

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], text: str) -> None:
        self._before = " "
        given = dict(attrs)
        self._keeps = tag == "script" and may_stay(self.page, given)
        if self._keeps:
            self.kept.append("")
        if tag == "style":
            self._moved = []
            return
        if tag == "table" and not self._inside("figure", "table"):
            self._out.append('<div class="kx-scroll">')
        self._out.append(self._clean(tag, given, text))
        if tag == "head":
            self._out.append(f'\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">')

    def _clean(self, tag: str, given: dict[str, str | None], text: str) -> str:
        """Return a start tag without what the policy or an accessible page forbids."""
        self._refuse(tag, given)
        unwanted = {"style", _CONTENT_ATTRIBUTES.get(tag, "style")}
        if (tag, given.get("role")) == _LOOSE_HEADING:
            unwanted.add("role")
        if "headerlink" in (given.get("class") or ""):
            # A heading is read without the mark of its link.
            given |= {"aria-hidden": "true", "tabindex": "-1"}
        elif tag == "a" and "current" in (given.get("class") or "").split():
            given |= {"aria-current": "page"}
        elif not unwanted & given.keys():
            return text
        if style := (given.get("style") or "").strip().rstrip(";"):
            given["class"] = f"{given.get('class') or ''} {self._style_class(style)}".strip()
        kept = "".join(
            f' {n}="{escape(v)}"' if v is not None else f" {n}" for n, v in given.items() if n not in unwanted
        )
        return f"<{tag}{kept}{' /' if text.endswith('/>') else ''}>"

    def _refuse(self, tag: str, given: Mapping[str, str | None]) -> None:
        """Complain about what would run, fetch or lead a reader away by itself."""
        if tag == "script" and not (
            self._keeps or given.get("src") or _DATA_BLOCK.fullmatch(given.get("type") or "")
        ):
            self._complain("inline <script>; put it into a script file")
        if tag in _REFUSED or (given.get("http-equiv") or "").lower() == "refresh":
            self._complain(f"<{tag}> brings what the book does not hold; take it out")
        safe = _PICTURES if tag == "img" else _LINKS
        for name, value in given.items():
            if name.startswith("on"):
                self._complain(f"inline handler {name} on <{tag}>; put its behaviour into a script file")
            if name in _ADDRESSES and (scheme := find_scheme(value or "")) not in safe:
                self._complain(f"{scheme} address in {name} of <{tag}>")

    def _style_class(self, style: str) -> str:
        name = f"kx-s-{hash_bytes(style.encode())[:_HASH_LENGTH]}"
        self.rules[name] = style
        return name

    def _move(self, content: str) -> str:
        path = str(INLINE / f"{hash_bytes(content.encode())[:_HASH_LENGTH]}.css")
        self.files[path] = content
        return f'<link rel="stylesheet" href="{self.prefix}{path}">'

    def _inside(self, *tags: str) -> bool:
        return any(tag in tags for tag, _ in self._open)

    def _is_set(self) -> bool:
        return self._inside("body") and not self._inside(*_AS_TYPED)

    def _marks_chinese(self) -> bool:
        if not self._inside("body") or self._inside(*_NO_SPANS):
            return False
        language = next((lang for _, lang in reversed(self._open) if lang), "")
        return not language.startswith("zh")

    def _mark(self, words: str) -> str:
        """Mark Chinese words; the first mention of a term in the text is linked to the glossary."""
        open_tags = {tag for tag, _ in self._open}
        if words in self.explained and open_tags & _EXPLAINED_IN and not open_tags & _UNEXPLAINED_IN:
            return terms.link_term(words, {words: self.explained.pop(words)}, self.prefix)
        return f'<span lang="zh">{words}</span>'

    def _complain(self, problem: str) -> None:
        self.complaints.append(f"{self.page}, line {self.getpos()[0]}: {problem}")


def finish_book(html: Path) -> None:
    """Make a built book fit to publish, in place.

    Parameters
    ----------
    html : Path
        Folder with the builder's pages and all files that they use.

    Raises
    ------
    CheckError
        If a page holds what would run, fetch or lead a reader away by itself.
    """
    _remove_leftovers(html)
    _join_styles(html)
    complaints: list[str] = []
    rules: dict[str, str] = {}
    pages = sorted(html.rglob("*.html"))
    explained = _prepare_glossary(html / terms.PAGE)
    for path in pages:
        name = path.relative_to(html).as_posix()
        rewriter = PageRewriter(name, None if name == terms.PAGE else explained)
        page = rewriter.rewrite(path.read_text(encoding="utf-8"))
        complaints += rewriter.complaints
        rules |= rewriter.rules
        _write_files(html, rewriter.files)
        path.write_text(_link_rules(page, rewriter), encoding="utf-8")
    if complaints:
        raise CheckError(f"pages break their policy: {summarise_complaints(complaints)}")
    _write_files(
        html, {str(ATTRIBUTE_STYLES): "".join(f".{name}{{{rules[name]}}}\n" for name in sorted(rules))}
    )
    _write_files(html, {SEARCH_INDEX: build_search_index(html, pages)})
    _add_versions(html, pages)


def may_stay(page: str, attributes: Mapping[str, str | None]) -> bool:
    """Say whether an inline script stays: the one of the page that is served at any depth."""
    return page == LOST and "data-stay" in attributes


def find_scheme(address: str) -> str:
    """Return the scheme of an address as a browser reads it; empty for a relative one."""
    found = _SCHEME.match(_UNSEEN.sub("", address).lower())
    return found[0] if found else ""


def name_source(text: str) -> str:
    """Return how a policy names one inline script or style, by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def allow_scripts(scripts: Iterable[str]) -> str:
    """Return the policy with the hashes of the inline scripts that a page cannot do without."""
    allowed = "".join(f" {name_source(script)}" for script in scripts)
    return POLICY.replace("script-src 'self'", f"script-src 'self'{allowed}")


def _prepare_glossary(path: Path) -> dict[str, terms.Term]:
    """Give the glossary's entries their anchors and return them; a book without a glossary has none."""
    if not path.is_file():
        return {}
    page = terms.anchor_entries(path.read_text(encoding="utf-8"))
    path.write_text(page, encoding="utf-8")
    return terms.read_terms(page)


def _add_versions(html: Path, pages: list[Path]) -> None:
    """Put a hash of its content behind the address of each asset, so that no reader keeps an old one."""
    versions = {
        path.relative_to(html).as_posix(): hash_bytes(path.read_bytes())[:_VERSION_LENGTH]
        for path in sorted((html / "_static").rglob("*"))
        if path.is_file()
    }

    def add(found: re.Match[str]) -> str:
        name = found["name"] if found["name"].startswith("_static/") else f"_static/{found['name']}"
        return f"{found[0]}?v={versions[name]}" if name in versions else found[0]

    for path in pages:
        path.write_text(_ASSET.sub(add, path.read_text(encoding="utf-8")), encoding="utf-8")


def _remove_leftovers(html: Path) -> None:
    for pattern in LEFTOVERS:
        for path in html.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _join_styles(html: Path) -> None:
    """Write the one style sheet: the charts' colours, the look of pages, registers and figures."""
    parts = [html / name for name in STYLE_PARTS]
    _write_files(
        html, {STYLES: css_variables() + "".join(part.read_text(encoding="utf-8") for part in parts)}
    )
    for part in parts:
        part.unlink()


def _link_rules(page: str, rewriter: PageRewriter) -> str:
    if not rewriter.rules:
        return page
    return page.replace(
        "</head>", f'<link rel="stylesheet" href="{rewriter.prefix}{ATTRIBUTE_STYLES}">\n</head>', 1
    )


def _write_files(html: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = html / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
