"""Where a row of the data stands in the book, its page and its anchor, and where the preview of a page does.

A reference reads ``fact:ID``, ``data:DATASET/KEY/KEY`` or ``series:DATASET/METRIC``, as in
`helpers.runs.references`.
"""

from __future__ import annotations

import re

SERIES = ("kuaishou_quarterly", "kuaishou_annual", "peers_annual", "market_annual")
"""Datasets whose rows are figures of the same columns; one page lists them."""

_PAGES = {
    "facts": ("evidence", "fact"),
    "systems": ("systems", "system"),
    "claims": ("claims", "claim"),
    "forecasts": ("forecasts", "forecast"),
    "events": ("timeline", "event"),
    "sources": ("sources", "source"),
}


def find_preview(page: str) -> str:
    """Return the path of the picture that stands for a page.

    >>> find_preview("chapters/closed_loop")
    '_static/social/chapters-closed_loop.png'
    """
    return f"_static/social/{page.replace('/', '-')}.png"


def find_anchor(dataset: str, *keys: str) -> str:
    """Return the anchor of a row, or of the whole dataset where rows have none.

    >>> find_anchor("kuaishou_quarterly", "2022Q2", "dau")
    'row-kuaishou_quarterly-2022Q2-dau'
    """
    if dataset in _PAGES:
        return "-".join([_PAGES[dataset][1], *keys])
    if dataset in SERIES:
        return re.sub(r"[^\w.-]+", "-", "-".join(["row", dataset, *keys]))
    return dataset.replace("_", "-")


def find_series_anchor(dataset: str, metric: str) -> str:
    """Return the anchor of the first row of a series.

    >>> find_series_anchor("kuaishou_quarterly", "dau")
    'series-kuaishou_quarterly-dau'
    """
    return f"series-{dataset}-{metric}"


def find_address(reference: str) -> str:
    """Return page and anchor of what a reference names, as seen from the book's root.

    >>> find_address("fact:f020")
    'records/evidence.html#fact-f020'
    """
    kind, _, name = reference.partition(":")
    dataset, *keys = ("facts", name) if kind == "fact" else name.split("/")
    if kind == "series":
        return f"records/figures.html#{find_series_anchor(dataset, *keys)}"
    page = _PAGES[dataset][0] if dataset in _PAGES else "figures" if dataset in SERIES else "data"
    return f"records/{page}.html#{find_anchor(dataset, *keys)}"
