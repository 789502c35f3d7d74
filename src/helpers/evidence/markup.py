"""Where markup stands in a page: tags, comments, script and style blocks, broken closing tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BROKEN = r"(?<![<A-Za-z0-9])/(?:p|a|div|span|strong|li|ul|h[1-6]|td|tr|br)>"
_MARK = re.compile(rf"<|{_BROKEN}")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]{0,30})(?:[\s/][^<>]{0,4000})?>")
# Elements whose content is not prose.
_BLOCKS = frozenset({"script", "style", "noscript", "template", "iframe", "svg"})
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def find_markup(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of markup in `text`, in order and in time linear in its length.

    An opening script or style tag takes everything up to its closing tag; where there is none, only itself.

    Parameters
    ----------
    text : str

    Yields
    ------
    tuple of int
        Start and end of one span.
    """
    lowered = text.translate(_LOWER)
    unclosed: set[str] = set()
    place = 0
    while mark := _MARK.search(lowered, place):
        end = _end_of_markup(lowered, mark, unclosed)
        if end > mark.start():
            yield mark.start(), end
        place = max(end, mark.end())


def _end_of_markup(text: str, mark: re.Match[str], unclosed: set[str]) -> int:
    start = mark.start()
    if mark.group() != "<":
        return mark.end()
    if text.startswith("<!--", start):
        return _find_end(text, start, "-->", unclosed)
    tag = _TAG.match(text, start)
    if tag is None:
        return start
    opens_block = tag[1] in _BLOCKS and text[start + 1] != "/" and not tag.group().endswith("/>")
    return _find_end(text, tag.end(), f"</{tag[1]}>", unclosed) if opens_block else tag.end()


def _find_end(text: str, start: int, mark: str, unclosed: set[str]) -> int:
    # A mark once looked for in vain is not looked for again: a page of opening tags stays linear.
    found = -1 if mark in unclosed else text.find(mark, start)
    if found < 0:
        unclosed.add(mark)
        return start
    return found + len(mark)
