"""Published figures quoted in prose: from a key to its text and to the row of the book that it links to.

A key is a fact (``f028``), a row of the data (``kuaishou_quarterly/2020Q2/dau``) or a figure that follows
from such rows (``derived/revenue_2022q2``), then optionally a dot and a part: ``number`` (without its unit)
or ``printed`` (as the source has it). After a derived figure ``:2`` asks for two digits instead of four.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from helpers import prose
from helpers.book.addresses import SERIES, find_address
from helpers.book.wording import write_bounds, write_figure, write_number
from helpers.errors import InputError, UnknownNameError
from helpers.evidence.derived import DerivedFigure
from helpers.evidence.facts import Fact

Quote = dict[str, Any]

_KEY = re.compile(r"(?P<key>[^.:]+)(?:\.(?P<part>\w+))?(?::(?P<digits>\d))?")
_PARTS = ("number", "printed")


def collect_quotes(
    facts: Iterable[Fact], series: Mapping[str, pd.DataFrame], derived: Iterable[DerivedFigure]
) -> dict[str, Quote]:
    """Return every figure that a page of the edition can quote, by key."""
    quotes = {fact.fact_id: _quote_fact(fact) for fact in facts}
    for name in SERIES:
        for row in series[name].to_dict("records"):
            keys = [str(row[column]) for column in ("period", "year", "company", "metric") if column in row]
            key = "/".join([name, *keys])
            quotes[key] = _quote_row(key, row)
    return quotes | {f"derived/{figure.name}": _quote_derived(figure) for figure in derived}


def _quote_fact(fact: Fact) -> Quote:
    number = write_number(fact) if fact.value is not None else ""
    return {
        "text": write_figure(fact),
        "number": number,
        "printed": fact.printed,
        "title": fact.subject,
        "address": find_address(f"fact:{fact.fact_id}"),
    }


def _quote_row(key: str, row: Mapping[Any, Any]) -> Quote:
    return {
        "text": prose.format_value(row["value"], row["unit"], ",.10g"),
        "number": prose.format_number(row["value"], ",.10g"),
        "printed": row["as_printed"],
        "title": f"{row['metric']}, {key.split('/')[1]}",
        "address": find_address(f"data:{key}"),
    }


def _quote_derived(figure: DerivedFigure) -> Quote:
    return {
        "low": figure.low,
        "high": None if figure.high == float("inf") else figure.high,
        "unit": figure.unit,
        "title": figure.meaning,
        "address": f"records/derived.html#derived-{figure.name}",
    }


def find_quote(quotes: Mapping[str, Quote], text: str) -> tuple[str, Quote]:
    """Return the text that a key stands for and what it quotes.

    Raises
    ------
    InputError
        If the key cannot be read or its part does not exist.
    UnknownNameError
        If the edition knows no such figure; the nearest keys are offered.
    """
    match = _KEY.fullmatch(text)
    if not match:
        raise InputError(f"cannot read figure key {text!r}: write f028, DATASET/KEY/KEY or derived/NAME")
    key, part, digits = match["key"], match["part"], match["digits"]
    if key not in quotes:
        raise UnknownNameError("figure of this edition", key, quotes)
    quote = quotes[key]
    if "low" in quote and part is None:
        high = float("inf") if quote["high"] is None else quote["high"]
        return write_bounds(quote["low"], high, quote["unit"], digits=int(digits or 4)), quote
    if digits or (part and (part not in _PARTS or not quote.get(part))):
        raise InputError(f"figure key {text!r}: it has no such part; parts are {', '.join(_PARTS)}")
    return quote[part or "text"], quote
