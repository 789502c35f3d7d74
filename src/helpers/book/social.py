"""The picture that stands for a page where its address is shared: book, title, day."""

from __future__ import annotations

from html import escape
from pathlib import Path

from helpers.book import renderer
from helpers.book.addresses import find_preview
from helpers.book.html import read_page, read_title
from helpers.charts import theme
from helpers.charts.frame import wrap

WIDTH, HEIGHT, EDGE = 1200, 630, 80
TITLE, SMALL = 60, 28


def write_previews(html: Path, *, book: str, as_of: str) -> None:
    """Write a picture for each page with a heading beside the assets; pages of single charts have none.

    Parameters
    ----------
    html : Path
        Folder of the built pages.
    book : str
        Title of the book.
    as_of : str
        ISO day of the edition.
    """
    for path in sorted(html.rglob("*.html")):
        name = path.relative_to(html).with_suffix("").as_posix()
        if not name.startswith("figures/"):
            picture = draw_preview(read_title(read_page(path)), book=book, as_of=as_of)
            target = html / find_preview(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(renderer.draw(renderer.order_png(picture, scale=0.5)))


def draw_preview(title: str, *, book: str, as_of: str) -> str:
    """Return the picture of one page as SVG."""
    lines = wrap(title, TITLE, WIDTH - 2 * EDGE)
    words = "".join(
        _write(line, EDGE + 130 + place * 74, TITLE, "ink", "700") for place, line in enumerate(lines[:5])
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f"font-family=\"{theme.FONT}, 'Noto Sans CJK SC'\">"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{theme.colour("paper")}"/>'
        f'<rect x="{EDGE}" y="{EDGE}" width="120" height="10" fill="{theme.colour("kuaishou")}"/>'
        f"{words}{_write(f'{book} · as of {as_of}', HEIGHT - EDGE, SMALL, 'muted', '400')}</svg>"
    )


def _write(text: str, y: int, size: int, colour: str, weight: str) -> str:
    return (
        f'<text x="{EDGE}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{theme.colour(colour)}">'
        f"{escape(text)}</text>"
    )
