"""How text is set on a page: curled quotation marks, and amounts that do not break after their currency.

What a page's Markdown says is set by the builder; this sets what comes from data, records and charts.
"""

from __future__ import annotations

import re

NO_BREAK = "\u00a0"

_QUOTES = {"'": ("\u2018", "\u2019"), '"': ("\u201c", "\u201d")}
_QUOTE = re.compile(r"['\"]")
_AMOUNT = re.compile(r"\bRMB (?=[\d\u2212+])")
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
