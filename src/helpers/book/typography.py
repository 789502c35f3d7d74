"""How text is set on a page: curled quotation marks; amounts and days that do not break at a line's end.

What a page's Markdown says is set by the builder; this sets what comes from data, records and charts.
"""

from __future__ import annotations

import re

NO_BREAK = "\u00a0"

_QUOTES = {"'": ("\u2018", "\u2019"), '"': ("\u201c", "\u201d")}
_QUOTE = re.compile(r"['\"]")
_AMOUNT = re.compile(r"\bRMB (?=[\d\u2212+])")
_DAY = re.compile(r"(?<![\w-])\d{4}-(?:0[1-9]|1[0-2])(?:-\d{2})?(?![\w-])")
_OPENS_AFTER = " \u00a0\n\t([{\u2018\u201c\u2013\u2014/"


def set_text(text: str, before: str = " ") -> str:
    """Return a text as it is set; `before` is the character that it follows.

    >>> set_text("JD's goods")
    'JD\u2019s goods'
    """

    def curl(mark: re.Match[str]) -> str:
        last = text[mark.start() - 1] if mark.start() else before
        return _QUOTES[mark[0]][last not in _OPENS_AFTER]

    return _AMOUNT.sub(f"RMB{NO_BREAK}", _QUOTE.sub(curl, text))


def keep_days(text: str) -> str:
    """Return text of a page with its days marked up, which a line does not break at their hyphens.

    >>> keep_days("on 2022-03-01")
    'on <time>2022-03-01</time>'
    """
    return _DAY.sub(r"<time>\g<0></time>", text)
