"""The one theme of all charts: colours with their dark pairs, fonts, sizes.

A chart names a colour by what it stands for (``colour("kuaishou")``) and stores the literal of the light
page. The book replaces each literal by the CSS variable of the same name, so a reader's dark mode needs no
second run; that is why every literal is used for one thing only.
"""

from __future__ import annotations

import helpers.fast_start  # noqa: F401  (before altair imports jsonschema)

# isort: split
import unicodedata
from typing import Any

from helpers.errors import UnknownNameError

PALETTE: dict[str, tuple[str, str]] = {
    "kuaishou": ("#c04d00", "#f9702a"),
    "own_shops": ("#69320c", "#f2b380"),
    "outside_links": ("#4260bb", "#9599eb"),
    "jd": ("#7a1537", "#f09792"),
    "taobao": ("#6a4901", "#d3ce25"),
    "douyin": ("#1879b8", "#7bf4fb"),
    "pinduoduo": ("#965a80", "#b582be"),
    "live_stream": ("#3362e7", "#708cec"),
    "short_video": ("#83228b", "#d7bcfb"),
    "shelf": ("#2c6a35", "#6dcc98"),
    "advertising": ("#a4148f", "#e190c7"),
    "supply": ("#1f4b04", "#aee068"),
    "neutral": ("#6b7280", "#a9b0bb"),
    "neutral_pale": ("#c3c9d1", "#4b525e"),
    "highlight": ("#b80f4e", "#ffc9d8"),
    "uncertainty": ("#5d6f8a", "#93a8c9"),
    "gain": ("#1f5aa6", "#86bdf9"),
    "loss": ("#a84300", "#f6a263"),
    "ink": ("#1f2328", "#e8eaed"),
    "muted": ("#59606a", "#a4abb6"),
    "axis": ("#8b929c", "#6b7380"),
    "grid": ("#e4e7eb", "#2f353f"),
    "paper": ("#ffffff", "#14181e"),
}
"""Name -> (literal on the light page, literal on the dark page)."""

SEQUENTIAL: tuple[tuple[str, str], ...] = (
    ("#eaf3f8", "#17303f"),
    ("#cbe3ee", "#1c4459"),
    ("#a3cde0", "#235b77"),
    ("#74b2cf", "#2f7696"),
    ("#4692b8", "#4593b5"),
    ("#22709a", "#70b3d0"),
    ("#0e4a70", "#a8d6ea"),
)
"""Seven classes from little to much."""

DIVERGING: tuple[tuple[str, str], ...] = (
    ("#9a3b02", "#ffb27a"),
    ("#d0742f", "#d6803f"),
    ("#efb98c", "#8f5326"),
    ("#eeeeec", "#3a3f48"),
    ("#a9c4e6", "#2f5382"),
    ("#5b8ac6", "#5c8fd0"),
    ("#24549a", "#a6ccff"),
)
"""Seven classes from far below to far above the middle."""

FONTS = (
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Helvetica Neue",
    "Liberation Sans",
    "Arial",
    "Noto Sans CJK SC",
    "PingFang SC",
    "Microsoft YaHei",
    "sans-serif",
)
FONT = ", ".join(f"'{name}'" if " " in name else name for name in FONTS)

WIDTH = 640
HEIGHT = 320
ROW = 26
TEXT = 12
SMALL = 11
TITLE = 16


def colour(name: str) -> str:
    """Return the light literal of a palette name.

    Raises
    ------
    UnknownNameError
        If the palette has no such name.
    """
    if name not in PALETTE:
        raise UnknownNameError("colour", name, PALETTE)
    return PALETTE[name][0]


def sequential() -> list[str]:
    """Return the seven light literals from little to much."""
    return [light for light, _ in SEQUENTIAL]


def diverging() -> list[str]:
    """Return the seven light literals from far below to far above the middle."""
    return [light for light, _ in DIVERGING]


def named_pairs() -> dict[str, tuple[str, str]]:
    """Return every CSS variable name (without ``--``) with its light and dark literal."""
    pairs = {f"kx-{name.replace('_', '-')}": pair for name, pair in PALETTE.items()}
    for kind, ramp in (("seq", SEQUENTIAL), ("div", DIVERGING)):
        pairs |= {f"kx-{kind}-{place}": pair for place, pair in enumerate(ramp, start=1)}
    return pairs


def variables_by_literal() -> dict[str, str]:
    """Return light literal -> ``var(--kx-name)``, the replacement that the book makes."""
    return {light: f"var(--{name})" for name, (light, _) in named_pairs().items()}


def css_variables() -> str:
    """Return the CSS that defines all colours for light, dark and unscripted pages."""
    light = _declarations(0)
    dark = _declarations(1)
    unscripted = "html:not([data-theme])"
    return (
        f":root {{{light}}}\n"
        f'html[data-theme="dark"] {{{dark}}}\n'
        f"@media (prefers-color-scheme: dark) {{ {unscripted} {{{dark}}} }}\n"
        f'@media print {{ :root, html[data-theme="dark"], {unscripted} {{{light}}} }}\n'
    )


def _declarations(side: int) -> str:
    return "".join(f"--{name}:{pair[side]};" for name, pair in named_pairs().items())


def text_width(text: str, size: float = TEXT) -> float:
    """Estimate the width of a text in pixels; a full-width (Chinese) character counts as one em."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return size * (wide + 0.54 * (len(text) - wide))


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration that every framed chart carries."""
    ink, muted, axis, grid = (colour(name) for name in ("ink", "muted", "axis", "grid"))
    return {
        "background": None,
        "font": FONT,
        "customFormatTypes": False,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": ink,
            "fontSize": TITLE,
            "fontWeight": 600,
            "subtitleColor": muted,
            "subtitleFontSize": TEXT + 1,
            "subtitlePadding": 4,
            "subtitleLineHeight": 18,
            "offset": 14,
        },
        "axis": {
            "labelColor": muted,
            "labelFontSize": TEXT,
            "titleColor": muted,
            "titleFontSize": TEXT,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "domainColor": axis,
            "tickColor": axis,
            "tickSize": 4,
            "gridColor": grid,
            "labelLimit": 260,
            "labelPadding": 5,
            "labelFlush": False,
        },
        "axisX": {"grid": False, "labelOverlap": "greedy", "labelSeparation": 4},
        "axisY": {"domain": False, "ticks": False},
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "title": None,
            "labelColor": muted,
            "labelFontSize": TEXT,
            "symbolStrokeWidth": 1.5,
            "offset": 8,
            "labelLimit": 260,
        },
        "line": {"strokeWidth": 2.25, "strokeJoin": "round", "strokeCap": "round"},
        "text": {"fontSize": TEXT, "color": ink},
        "rule": {"color": axis},
        "axisBand": {"grid": False},
    }
