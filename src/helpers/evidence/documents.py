"""From a scraped page to clean paragraphs, every character of the page accounted for.

A paragraph's number is the 1-based index of its line among the non-empty lines of the raw file. Cleaning
never rewrites a paragraph: it marks spans, each with the `Repair` that takes it away, so a figure keeps its
place in the raw file. What a repair cannot give back (bytes lost by the scrape, names stripped from
sentences) stays as it is and is listed as damage where it can be seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from helpers.evidence.faults import DocumentError, RepairError
from helpers.evidence.fold import fold
from helpers.evidence.markup import find_markup

MAX_BYTES = 1_000_000
# Guards look at shares, which mean nothing on a page of a few lines.
_FREE_CHARACTERS = 200
_HEAD_LINES = 8
_HAN = r"[\u3400-\u9fff]"


@dataclass(frozen=True)
class Repair:
    """A declared kind of damage and what is done about it.

    Attributes
    ----------
    name : str
        Name by which a removal is reported.
    scope : {"span", "line", "head", "tail"}
        What `pattern` takes: the span it matches, the whole line, the line if it is among the first ones, or
        the line and everything below it (only in the lower half of a page).
    pattern : str
        Regular expression for folded text; empty for `markup`, which has a reader of its own.
    reason : str
        Why the matched text is not the article's.
    most : float
        Guard: the largest share of a page's characters that this repair may take.
    """

    name: str
    scope: Literal["span", "line", "head", "tail"]
    pattern: str
    reason: str
    most: float = 0.1

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)


_AD_WORDS = "秒刷|刷粉|刷赞|刷业务|卡盟|涨粉软件|代刷|免费送"
REPAIRS = (
    Repair(
        "markup", "span", "", "tags, comments and scripts of the page, and closing tags without '<'", 0.995
    ),
    Repair(
        "character reference",
        "span",
        r"&(?:[A-Za-z]{2,8}|#\d{1,6}|#x[0-9A-Fa-f]{1,5});",
        "spaces and marks written in the page's code",
    ),
    Repair(
        "invisible characters",
        "span",
        r"[\u200b-\u200f\u2060\ufeff\u00ad]+",
        "zero-width marks that a browser does not show and that would split a figure",
    ),
    Repair(
        "bracketed pinyin",
        "span",
        rf"(?<={_HAN})\((?=[a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ])[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{{1,7}}\)",
        "a converter wrote the reading of a character behind it; only one syllable with a tone mark is taken",
        0.25,
    ),
    Repair(
        "advertising line",
        "line",
        rf"^\s*\S{{0,12}}(?:{_AD_WORDS})[^。,!?]{{0,40}}$",
        "a spam title on a line of its own",
    ),
    Repair(
        "advertisement",
        "span",
        rf"(?:快手|抖音|dy|ks|qq)?(?:{_AD_WORDS})[^,。;!?]{{0,20}}\s?[–—_-]\s?[^,。;!?]{{0,24}}"
        r"(?:,\S{0,6}\d+元\d+粉)?",
        "a spam title, set into sentences by the reposting site; no part of it is the author's",
    ),
    Repair(
        "list mark",
        "span",
        r"^\s*[•●▪■◆]\s*",
        "the bullet of a list that the page drew around its title",
    ),
    Repair(
        "page head",
        "head",
        r"^\s*(?:您的位置|当前位置|手机版|首页|登录|注册|图片来源)|^\s*欢迎访问",
        "the site's way to the page and credit lines, not the article's text",
    ),
    Repair(
        "page foot",
        "tail",
        r"^\s*\(?(?:本文首发|本文来自|本文转自|转载自|来源:|责任编辑|编辑推荐|相关文章|相关阅读|推荐阅读|发表回复"
        r"|发表评论|联系我们|版权声明|免责声明|上一篇|下一篇|精彩评论|热门文章|猜你喜欢)",
        "credits, links to other pages, contact data and notices below the article",
        0.5,
    ),
)


@dataclass(frozen=True)
class Removal:
    """A span of a raw paragraph that a repair takes away."""

    start: int
    end: int
    repair: str


@dataclass(frozen=True)
class Damage:
    """A place that the scrape spoilt and that no repair can restore."""

    paragraph: int
    start: int
    kind: str


@dataclass(frozen=True)
class Paragraph:
    """One non-empty line of a page: its raw text, also folded, and what of it is not the article's."""

    number: int
    raw: str
    raw_folded: str = field(repr=False)
    removals: tuple[Removal, ...] = ()

    @cached_property
    def gone(self) -> tuple[bool, ...]:
        """For each character of the raw text, whether a repair takes it away, shape (n_characters,)."""
        gone = [False] * len(self.raw)
        for removal in self.removals:
            gone[removal.start : removal.end] = [True] * (removal.end - removal.start)
        return tuple(gone)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Place in the raw text of each character of `text`, shape (n_characters_of_text,)."""
        kept = [place for place, gone in enumerate(self.gone) if not gone]
        inked = [n for n, place in enumerate(kept) if not self.raw[place].isspace()]
        return tuple(kept[inked[0] : inked[-1] + 1]) if inked else ()

    @cached_property
    def text(self) -> str:
        """The article's own text, in its own script, without spaces around it."""
        return "".join(self.raw[place] for place in self.places)

    @property
    def folded(self) -> str:
        """The article's own text for matching: half-width, simplified."""
        return "".join(self.raw_folded[place] for place in self.places)

    def removed_by(self, start: int, end: int) -> str:
        """Name the repair that takes away a whole raw span; empty if a part of the span is the article's."""
        if not all(self.gone[start:end]):
            return ""
        return next((one.repair for one in self.removals if one.start <= start < one.end), "")


@dataclass(frozen=True)
class Document:
    """A page as read: hash of the file, all its non-empty lines, and the damage that stays."""

    name: str
    sha256: str
    lines: tuple[Paragraph, ...]
    damage: tuple[Damage, ...]

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The lines that hold text of the article."""
        return tuple(line for line in self.lines if line.text)

    def count_removed(self) -> dict[str, int]:
        """Count the characters that each repair took, by its name."""
        counts: dict[str, int] = {}
        for removal in (removal for line in self.lines for removal in line.removals):
            counts[removal.repair] = counts.get(removal.repair, 0) + removal.end - removal.start
        return counts


def read_document(path: Path, repairs: Iterable[Repair] = REPAIRS) -> Document:
    """Read a scraped page from a UTF-8 text file.

    Parameters
    ----------
    path : Path
        File of at most `MAX_BYTES` bytes.
    repairs : iterable of Repair
        In the order in which they are tried.

    Returns
    -------
    Document

    Raises
    ------
    DocumentError
        If the file is missing, too large, empty, binary or not UTF-8, or holds no text beside markup.
    RepairError
        If a repair takes more of the page than it may.
    """
    if not path.is_file():
        raise DocumentError(f"{path.name} is not a file: name a scraped page saved as text")
    if (size := path.stat().st_size) > MAX_BYTES:
        limit = f"an article has at most {MAX_BYTES / 1e6:.0f} MB: save its text alone"
        raise DocumentError(f"{path.name} has {size / 1e6:,.1f} MB; {limit}")
    data = path.read_bytes()
    return clean_text(decode(data, path.name), path.name, hashlib.sha256(data).hexdigest(), repairs)


def decode(data: bytes, name: str) -> str:
    """Return the text of a file's bytes, which must be UTF-8 prose.

    Parameters
    ----------
    data : bytes
    name : str
        Name of the file, for the error.

    Raises
    ------
    DocumentError
        If the bytes are empty, binary, or in another encoding (which is named where it can be told).
    """
    if not data.strip():
        raise DocumentError(f"{name} is empty")
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise DocumentError(f"{name} is UTF-16: convert it to UTF-8")
    if b"\0" in data:
        raise DocumentError(f"{name} is binary (a zero byte at {data.index(0)}): save the page as UTF-8 text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{name} is not UTF-8 (byte 0x{data[error.start]:02x} at {error.start}){_guess_encoding(data)}"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guess_encoding(data: bytes) -> str:
    for encoding in ("gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(re.findall(_HAN, text)) > len(text) / 4:
            return f": it reads as {encoding}, convert it to UTF-8"
    return ": save it as UTF-8 text"


def clean_text(text: str, name: str, sha256: str = "", repairs: Iterable[Repair] = REPAIRS) -> Document:
    """Mark what of a page is not the article's and list the damage that stays.

    Parameters
    ----------
    text : str
        The raw page, its lines ended by line feeds.
    name : str
        Name of the page, for errors.
    sha256 : str
        Hash of the file, kept with the document.
    repairs : iterable of Repair

    Returns
    -------
    Document

    Raises
    ------
    DocumentError
        If nothing but markup and page furniture is left.
    RepairError
        If a repair takes more of the page than it may.
    """
    repairs = tuple(repairs)
    lines = tuple(
        Paragraph(number, line, fold(line))
        for number, line in enumerate((line for line in text.split("\n") if line.strip()), 1)
    )
    for repair in repairs:
        lines = _APPLY[repair.scope](lines, repair)
    document = Document(name, sha256, lines, tuple(_find_damage(lines)))
    _check_guards(document, repairs)
    if not document.paragraphs:
        raise DocumentError(f"{name} holds no text beside markup and page furniture")
    return document


_Lines = tuple[Paragraph, ...]


def _remove(line: Paragraph, spans: Iterable[tuple[int, int]], repair: Repair) -> Paragraph:
    removals = (*line.removals, *(Removal(start, end, repair.name) for start, end in spans))
    return replace(line, removals=removals)


def _apply_span(lines: _Lines, repair: Repair) -> _Lines:
    if not repair.pattern:
        return _apply_markup(lines, repair)
    return tuple(_remove(line, _find_spans(line, repair), repair) for line in lines)


def _find_spans(line: Paragraph, repair: Repair) -> Iterator[tuple[int, int]]:
    for match in repair.regex.finditer(line.raw_folded):
        if not line.removed_by(*match.span()):
            yield match.span()


def _apply_markup(lines: _Lines, repair: Repair) -> _Lines:
    # A comment or script may run over several lines.
    spans = iter(find_markup("\n".join(line.raw for line in lines)))
    span = next(spans, None)
    cleaned, offset = [], 0
    for line in lines:
        end = offset + len(line.raw)
        inside = []
        while span and span[0] < end:
            inside.append((max(span[0] - offset, 0), min(span[1], end) - offset))
            if span[1] > end:
                break
            span = next(spans, None)
        cleaned.append(_remove(line, inside, repair))
        offset = end + 1
    return tuple(cleaned)


def _apply_line(lines: _Lines, repair: Repair) -> _Lines:
    return tuple(_remove_line(line, repair) if repair.regex.search(line.folded) else line for line in lines)


def _apply_head(lines: _Lines, repair: Repair) -> _Lines:
    return _apply_line(lines[:_HEAD_LINES], repair) + lines[_HEAD_LINES:]


def _apply_tail(lines: _Lines, repair: Repair) -> _Lines:
    half = (len(lines) + 1) // 2
    foot = next(
        (n for n, line in enumerate(lines) if n >= half and repair.regex.search(line.folded)), len(lines)
    )
    return lines[:foot] + tuple(_remove_line(line, repair) for line in lines[foot:])


def _remove_line(line: Paragraph, repair: Repair) -> Paragraph:
    return _remove(line, [(0, len(line.raw))], repair)


_APPLY = {"span": _apply_span, "line": _apply_line, "head": _apply_head, "tail": _apply_tail}


def _check_guards(document: Document, repairs: Iterable[Repair]) -> None:
    total, counts = sum(len(line.raw) for line in document.lines), document.count_removed()
    for repair in repairs:
        taken = counts.get(repair.name, 0)
        if taken > max(repair.most * total, _FREE_CHARACTERS):
            shares = f"{taken / total:.0%} of {document.name}, more than the {repair.most:.0%} it may"
            raise RepairError(f"repair {repair.name!r} takes {shares}: give the page its own list of repairs")


_DAMAGE = {
    "words lost between two marks": re.compile(r"[,、]\s*[。;!?]|(?:^|[。;!?])\s*[,、](?!\d)"),
    "unreadable characters": re.compile(
        rf"[\ufffd\ue000-\uf8ff]|(?<={_HAN})[\u0370-\u03ff\u2500-\u257f](?={_HAN})|\?,"
    ),
}


def _find_damage(lines: Iterable[Paragraph]) -> Iterator[Damage]:
    for line in lines:
        for kind, pattern in _DAMAGE.items():
            for match in pattern.finditer(line.raw_folded):
                if not line.removed_by(match.start(), match.end()):
                    yield Damage(line.number, match.start(), kind)
