"""The page that shows what moved in the charts: accepted and now, side by side, with each value.

It is one file outside the book, for whoever has to decide whether a change was meant. Its pictures are data
in it, and its policy allows nothing else but its own style.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from helpers import paths
from helpers.book.html import write_table
from helpers.book.policy import name_source
from helpers.book.stills import draw_stills
from helpers.charts import theme
from helpers.charts.frame import SCHEMA, Spec
from helpers.runs.drawings import Drawings, Move

FILE = "moved-charts.html"
SHOWN = 200
"""Fields of one chart that are listed; a moved input can move thousands."""

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; } img { max-width: 100%; border: 1px solid #ccc; } figcaption { font-weight: 600; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .2rem .6rem; text-align: left; }
"""
_POLICY = f"default-src 'none'; img-src data:; style-src {name_source(_STYLE)}"


def find_page() -> Path:
    """Return where the page lies."""
    return paths.BUILD / FILE


def write_page(compared: Iterable[Drawings]) -> Path:
    """Write the page and return it.

    Parameters
    ----------
    compared : iterable of Drawings
        The notebooks; those in which nothing moved are left out.
    """
    parts = [part for each in compared for part in _describe_notebook(each)]
    title = "Charts that moved since they were accepted"
    page = find_page()
    page.parent.mkdir(exist_ok=True)
    page.write_text(
        f'<!doctype html>\n<html lang="en">\n<head>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        "<p>If every change is meant, <code>make accept</code> accepts it and prints old and new.</p>\n"
        f"{''.join(parts)}</body>\n</html>\n",
        encoding="utf-8",
    )
    return page


def _describe_notebook(compared: Drawings) -> Iterator[str]:
    for chart, moves in groupby(compared.moves, key=lambda move: move.chart):
        yield f"<h2>{escape(compared.notebook)}: {escape(chart)}</h2>\n"
        sides = (("Accepted", compared.old.get(chart)), ("Now", compared.new.get(chart)))
        yield f'<div class="pair">{"".join(_draw(label, spec) for label, spec in sides)}</div>\n'
        yield _list_moves(list(moves))


def _draw(label: str, spec: Spec | None) -> str:
    if spec is None:
        return f"<figure><figcaption>{label}: no such chart</figcaption></figure>\n"
    dressed = {"$schema": SCHEMA, "background": theme.colour("paper"), "config": theme.config(), **spec}
    picture = base64.b64encode(draw_stills(dressed).picture.encode()).decode()
    alt = escape(spec["usermeta"]["alt"])
    image = f'<img src="data:image/svg+xml;base64,{picture}" alt="{alt}">'
    return f"<figure><figcaption>{label}</figcaption>{image}</figure>\n"


def _list_moves(moves: Sequence[Move]) -> str:
    rows = [[escape(str(each)) for each in (move.field, move.old, move.new)] for move in moves[:SHOWN]]
    rest = f"<p>And {len(moves) - SHOWN} more.</p>\n" if len(moves) > SHOWN else ""
    return write_table(["What", "Accepted", "Now"], rows) + rest
