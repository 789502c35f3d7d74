"""Small bars of a few results, for the cards of the front page: no axis, each bar with its words above it.

Widths are shares of the picture, so that it fits any card while its words keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

ROW, BAR, TEXT = 38, 9, 13
ROOM = 0.96
"""Share of the width that the longest bar or range takes."""


@dataclass(frozen=True)
class Bar:
    """A value with its words; `low` and `high` draw its range."""

    words: str
    value: float
    low: float | None = None
    high: float | None = None
    plain: bool = False


def draw_bars(bars: Sequence[Bar]) -> str:
    """Return the bars as inline SVG that reads as one picture."""
    most = max(max(bar.value, bar.high or 0.0) for bar in bars)
    rows = "".join(_draw(bar, place * ROW, ROOM / most) for place, bar in enumerate(bars))
    label = escape("Bars: " + "; ".join(bar.words for bar in bars) + ".")
    return (
        f'<svg class="kx-miniature" role="img" aria-label="{label}" width="100%" height="{ROW * len(bars)}">'
        f"{rows}</svg>"
    )


def _draw(bar: Bar, top: int, scale: float) -> str:
    colour = "var(--kx-neutral-pale)" if bar.plain else "var(--kx-kuaishou)"
    middle = top + TEXT + 6 + BAR / 2
    drawn = (
        f'<text aria-hidden="true" x="0" y="{top + TEXT}">{escape(bar.words)}</text>'
        f'<rect aria-hidden="true" x="0" y="{top + TEXT + 6}" width="{_share(bar.value, scale)}" '
        f'height="{BAR}" fill="{colour}"/>'
    )
    if bar.low is None or bar.high is None:
        return drawn
    ends = f'x1="{_share(bar.low, scale)}" x2="{_share(bar.high, scale)}" y1="{middle:g}" y2="{middle:g}"'
    return drawn + f'<line aria-hidden="true" {ends} stroke="var(--kx-ink)" stroke-width="1.5"/>'


def _share(value: float, scale: float) -> str:
    return f"{100 * max(value, 0.0) * scale:.2f}%"
