"""How the articles' figures are put into words: themes, kinds of number, values with their units."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date
from html import escape

from helpers.book.addresses import find_anchor
from helpers.book.mentions import ANNOUNCED_CLASS, find_later
from helpers.evidence.facts import Fact
from helpers.prose import MINUS

THEMES = {
    "closed_loop": "Closed loop",
    "omni_domain": "Omni-domain",
    "jd_alliance": "JD alliance",
    "supply_chain": "Supply chain",
    "context": "Context",
}
KINDS = {
    "exact": "exact",
    "over": "more than",
    "nearly": "nearly",
    "about": "about",
    "up_to": "up to",
    "range": "range",
    "target": "target",
    "forecast": "forecast",
    "slogan": "slogan",
    "date": "date",
    "lost": "lost",
}
KIND_MEANINGS = {
    "exact": "the figure as it is printed, true to its last digit",
    "over": "a lower bound: over, at least, or with a plus sign",
    "nearly": "an upper bound that is said to be close",
    "about": "an approximate value",
    "up_to": "a limit that can be reached: up to, as low as, can reach",
    "range": "from a lower to an upper value",
    "target": "a plan, not an outcome",
    "forecast": "an expectation, not an outcome",
    "slogan": "a name that holds a number, such as the ten-billion subsidy",
    "date": "a day, month, quarter or year",
    "lost": "lost when the page was scraped; nothing is filled in",
}
SPEAKERS = {
    "company": "a company",
    "company_interview": "a company, interviewed",
    "media": "the article",
    "official_statistics": "official statistics",
    "expert": "an expert",
    "agreement": "the agreement",
}
ARTICLES = {
    "000": "Outside links come back",
    "001": "Open Day and the pool of goods",
    "002": "Conference on omni-domain operation",
    "003": "The deal with JD",
}
"""What each article is about, in our own words."""
ARTICLE_LABELS = {name: f"{name}: {words}" for name, words in ARTICLES.items()}

UNIT_NOT_STATED = "unit not stated"
_SINGULAR = {
    "companies": "company",
    "machines": "machine",
    "months": "month",
    "times": "time",
    "years": "year",
}


def name_notebook(notebook: str) -> str:
    """Return what a notebook is called on pages: as its theme, or by its own name.

    >>> name_notebook("jd_alliance"), name_notebook("synthesis")
    ('JD alliance', 'Synthesis')
    """
    return THEMES.get(notebook) or notebook.replace("_", " ").capitalize()


def write_value(value: float, unit: str) -> str:
    """Write a value in base units with all its digits.

    >>> write_value(2_100_000_000, "CNY")
    'RMB 2.1bn'
    >>> write_value(500_000_000, "orders")
    '500m orders'
    """
    return _with_unit(_scale(value), unit, value)


def write_figure(fact: Fact) -> str:
    """Write a fact's value without the words around it; a date or a lost figure as what it is."""
    if fact.qualifier == "date":
        return fact.period.replace("/", " to ")
    if fact.value is None:
        return "lost"
    return _with_unit(write_number(fact), fact.unit, fact.value_high or fact.value)


def write_number(fact: Fact) -> str:
    """Write the value of a fact that has one, without its unit."""
    ends = [end for end in (fact.value, fact.value_high) if end is not None]
    return " to ".join(map(_scale, ends))


def write_qualified(fact: Fact) -> str:
    """Write a fact's value with the kind of number that it is, such as ``more than 99%``."""
    figure = write_figure(fact)
    if fact.qualifier in ("over", "nearly", "about", "up_to"):
        return f"{KINDS[fact.qualifier]} {figure}"
    if fact.qualifier in ("target", "forecast", "slogan"):
        return f"{figure} ({KINDS[fact.qualifier]})"
    return figure


def write_bounds(low: float, high: float, unit: str, *, digits: int = 4) -> str:
    """Write an interval in base units, rounded outwards; open ends become words.

    >>> write_bounds(20_812_182_741, 22_051_282_051, "CNY")
    'RMB 20.81bn to 22.06bn'
    """
    if low == high:
        return write_value(_round(low, digits, round), unit)
    least, most = _round(low, digits, math.floor), _round(high, digits, math.ceil)
    if math.isinf(high):
        return f"at least {write_value(least, unit)}"
    if low <= 0 and unit != "percentage points":
        return f"at most {write_value(most, unit)}"
    scale = _find_scale(most)
    return _with_unit(f"{_scale(least, scale)} to {_scale(most, scale)}", unit, most)


def _round(value: float, digits: int, rounding: Callable[[float], float]) -> float:
    """Round to some digits with a rounding of whole numbers."""
    if value == 0 or math.isinf(value):
        return value
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return float(rounding(round(value * 10.0**places, 6)) / 10.0**places)


def _find_scale(value: float) -> tuple[float, str]:
    return next(
        ((size, letters) for size, letters in ((1e9, "bn"), (1e6, "m")) if abs(value) >= size),
        (1.0, ""),
    )


def _scale(value: float, scale: tuple[float, str] | None = None) -> str:
    size, letters = scale or _find_scale(value)
    return f"{value / size:,.10g}{letters}".replace("-", MINUS)


def _with_unit(number: str, unit: str, value: float) -> str:
    if unit.startswith("CNY"):
        return f"RMB {number}{unit.removeprefix('CNY')}"
    words = {"%": "%", "count": "", "traffic": " units of traffic", "unspecified": f" ({UNIT_NOT_STATED})"}
    if unit == "rank":
        return f"place {number}"
    return number + words.get(unit, f" {_SINGULAR.get(unit, unit) if value == 1 else unit}")


def mark_announced(text: str, day: date) -> str:
    """Return text as HTML in which every later day is marked as announced.

    Only for what a source had announced by that day: the check for hindsight passes over marked words.
    """
    html = escape(text)
    for mention in {mention.text for mention in find_later(text, day)}:
        html = html.replace(escape(mention), f'<span class="{ANNOUNCED_CLASS}">{escape(mention)}</span>')
    return html


def write_period(period: str, day: date) -> str:
    """Return a period as HTML that breaks between its ends only; an end after the day was announced."""
    ends = [
        f'<span class="kx-nowrap{f" {ANNOUNCED_CLASS}" if find_later(end, day) else ""}">{escape(end)}</span>'
        for end in period.split("/")
    ]
    return " to ".join(ends)


def link_result(name: str) -> str:
    """Return a link to a result ``NOTEBOOK/NAME`` as seen from a page of records."""
    words = escape(name).replace("_", "_<wbr>").replace("/", "/<wbr>")
    return f'<a href="about.html#result-{escape(name.replace("/", "-"))}">{words}</a>'


def link_facts(ids: Iterable[str], facts: dict[str, Fact], day: date) -> str:
    """Return a list of links to facts, each with its figure; facts of a later day are left out.

    Parameters
    ----------
    ids : iterable of str
    facts : dict of str to Fact
        Those known by the edition's day.
    day : date
        Day of the edition; a day to come that a fact names is marked as announced.
    """
    return "<br>".join(
        f'<a href="evidence.html#{find_anchor("facts", one)}">{one}</a>&nbsp;'
        f"<span>{mark_announced(write_qualified(facts[one]), day)}</span>"
        for one in ids
        if one in facts
    )
