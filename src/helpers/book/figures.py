"""A framed chart as a piece of a page: still picture, source, table, downloads and the live chart's script.

Nothing here knows Sphinx. The page's policy forbids inline scripts, so the live specification is a classic
script file that also loads from disk.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from helpers import prose
from helpers.book import citing, renderer
from helpers.book.stills import Stills, draw_stills, strip
from helpers.charts import frame, theme

LIVE_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FOLDER = citing.FOLDER

ROWS_SHOWN = 60
ROWS_AT_EACH_END = 10


@dataclass(frozen=True)
class RenderedFigure:
    """One chart as HTML and the files it links to, by their paths from the site's root.

    The pixels of its picture are not among them: `order_pixels` says what is still to be drawn.
    """

    html: str
    files: dict[str, bytes]


def render_figure(
    spec: frame.Spec, *, number: int | None = None, place: citing.Place | None = None
) -> RenderedFigure:
    """Render one framed chart.

    Parameters
    ----------
    spec : dict
        What `helpers.charts.frame.frame` put into the notebook.
    number : int, optional
        Shown before the title as "Figure N".
    place : Place, optional
        The page; with it the figure says how to cite and embed it, and gets a page of its own. Without it the
        figure stands at the book's root.

    Returns
    -------
    RenderedFigure
        The same bytes for the same spec, in any process and order.
    """
    meta, tables = spec["usermeta"], frame.tables(spec)
    stills = draw_stills(spec)
    picture = stills.picture.encode()
    picture_path = _path(meta["name"], picture, "svg")
    sheets = [_csv(table) for table in tables]
    sheet_paths = [
        _path(_sheet_name(meta["name"], place), sheet, "csv") for place, sheet in enumerate(sheets)
    ]
    live = _live_script(spec, stills)
    live_path = _path(meta["name"], live, "js")
    files = {picture_path: picture, **dict(zip(sheet_paths, sheets, strict=True)), live_path: live}

    written = "".join(_table(table, meta, at, len(tables)) for at, table in enumerate(tables, start=1))

    def draw(root: str, head: str, more: str = "") -> str:
        body = _drawing(meta, stills) + _source_line(meta, root)
        pictures = {"svg": root + picture_path, "png": root + _to_png(picture_path)}
        links = _downloads(meta, [root + path for path in sheet_paths], pictures)
        data = _details(sum(map(len, tables)), links + written)
        return _figure(meta, root + live_path, f'{head}{body}<div class="kx-actions">\n{data}{more}</div>\n')

    if place is None:
        return RenderedFigure(draw("", _head(meta, number)), files)
    alone = draw("../", _head(meta, None, element="h1"))
    files[f"{FOLDER}/{meta['name']}.html"] = citing.write_page(meta, place, alone)
    more = citing.offer(meta, place, height=stills.height)
    return RenderedFigure(draw(place.root, _head(meta, number), more), files)


def order_pixels(files: Mapping[str, bytes]) -> dict[str, renderer.Order]:
    """Return the path of each picture as PNG with the order for it.

    Parameters
    ----------
    files : mapping of str to bytes
        Files of figures; each SVG among them is a picture.
    """
    pictures = {path: content.decode() for path, content in files.items() if path.endswith(".svg")}
    return {_to_png(path): renderer.order_png(svg) for path, svg in pictures.items()}


def vega_bundle() -> bytes:
    """Return Vega, Vega-Lite and vega-embed as one classic script that sets only ``window.vegaEmbed``."""
    bundle = renderer.draw(renderer.order_bundle())
    return f'(function () {{ "use strict";\n{bundle}\n}})();\n'.encode()


def _path(name: str, content: bytes, kind: str) -> str:
    return f"{FOLDER}/{name}.{hashlib.sha256(content).hexdigest()[:10]}.{kind}"


def _to_png(path: str) -> str:
    return path.removesuffix(".svg") + ".png"


def _sheet_name(name: str, place: int) -> str:
    return name if place == 0 else f"{name}-{place + 1}"


# The live chart


def _live_script(spec: frame.Spec, stills: Stills) -> bytes:
    live = {**strip(spec), "$schema": LIVE_SCHEMA}
    live["usermeta"] = {"width": stills.width, "height": stills.height, "least": stills.least}
    text = json.dumps(_with_variables(live), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in ("<", "\u2028", "\u2029"):
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    name = json.dumps(spec["usermeta"]["name"])
    return f"(window.kxSpecs = window.kxSpecs || {{}})[{name}] = {text};\n".encode()


def _with_variables(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _with_variables(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_variables(value) for value in node]
    return _variables().get(node, node) if isinstance(node, str) else node


@cache
def _variables() -> dict[str, str]:
    return theme.variables_by_literal()


# The page


def _figure(meta: Mapping[str, Any], live: str, inner: str) -> str:
    anchor = f"chart-{meta['name']}"
    projection = " data-projection" if meta.get("projection") else ""
    return (
        f'<figure class="kx-figure" id="{anchor}" aria-labelledby="{anchor}-title" data-name="{meta["name"]}"'
        f' data-spec="{html.escape(live)}" data-state="still"{projection}>\n{inner}</figure>\n'
    )


def _head(meta: Mapping[str, Any], number: int | None, *, element: str = "p") -> str:
    counted = "" if number is None else f'<span class="kx-number">Figure {number}</span> '
    return (
        f'<figcaption class="kx-head">\n<{element} class="kx-title" id="chart-{meta["name"]}-title">'
        f"{counted}{html.escape(meta['title'])}</{element}>\n{_permalink(meta)}"
        f'<p class="kx-subtitle">{html.escape(meta["subtitle"])}</p>\n</figcaption>\n'
    )


def _permalink(meta: Mapping[str, Any]) -> str:
    title = html.escape(meta["title"])
    return (
        f'<a class="kx-permalink" href="#chart-{meta["name"]}"><span aria-hidden="true">#</span>'
        f'<span class="kx-unseen">Link to “{title}”</span></a>\n'
    )


def _drawing(meta: Mapping[str, Any], stills: Stills) -> str:
    label = html.escape(f"{meta['title']}, scrolls sideways on a narrow screen")
    return (
        f'<div class="kx-drawing" role="group" tabindex="0" aria-label="{label}">\n{stills.inline}\n</div>\n'
    )


def _source_line(meta: Mapping[str, Any], root: str) -> str:
    linked = "; ".join(_source_link(source, root) for source in meta["source"])
    return f'<p class="kx-source">Source: {linked}</p>\n'


def _source_link(source: Mapping[str, str], root: str) -> str:
    text = html.escape(source["text"])
    if not source["href"]:
        return text
    address = source["href"] if re.match(r"https?://", source["href"]) else root + source["href"]
    return f'<a href="{html.escape(address)}">{text}</a>'


def _details(rows: int, inner: str) -> str:
    counted = "no data" if not rows else f"{rows:,} row{'s' * (rows != 1)}"
    summary = f"<summary>Data ({counted}) and downloads</summary>"
    return f'<details class="kx-data">\n{summary}\n{inner}</details>\n'


def _downloads(meta: Mapping[str, Any], sheets: list[str], pictures: Mapping[str, str]) -> str:
    links = [
        (f"CSV {place}" if len(sheets) > 1 else "CSV", path, f"{_sheet_name(meta['name'], place - 1)}.csv")
        for place, path in enumerate(sheets, start=1)
    ]
    links += [(kind.upper(), path, f"{meta['name']}.{kind}") for kind, path in pictures.items()]
    listed = "".join(f"<li>{_download(*link, title=meta['title'])}</li>" for link in links)
    return f'<ul class="kx-downloads">{listed}</ul>\n'


def _download(label: str, address: str, file_name: str, *, title: str) -> str:
    return (
        f'<a href="{html.escape(address)}" download="{html.escape(file_name)}">{label}'
        f'<span class="kx-unseen"> of “{html.escape(title)}”</span></a>'
    )


def _table(table: pd.DataFrame, meta: Mapping[str, Any], place: int, count: int) -> str:
    numeric = [pd.api.types.is_numeric_dtype(table[column]) for column in table.columns]
    written = pd.DataFrame({column: list(_cells(table[column])) for column in table.columns})
    heads = "".join(
        f'<th scope="col"{_numeric_class(flag)}>{html.escape(str(column))}</th>'
        for column, flag in zip(table.columns, numeric, strict=True)
    )
    rows = "".join(_row(cells, numeric) for cells in _shown(written).itertuples(index=False, name=None))
    label = html.escape(_caption(meta["title"], len(table), place, count))
    return (
        f'<div class="kx-table" role="group" tabindex="0" aria-label="{label}"><table>\n'
        f"<caption>{label}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )


def _caption(title: str, rows: int, place: int, count: int) -> str:
    part = f", table {place} of {count}" if count > 1 else ""
    cut = (
        f": the first {ROWS_AT_EACH_END} and the last {ROWS_AT_EACH_END} of {rows:,} rows; the CSV has all"
        if rows > ROWS_SHOWN
        else ""
    )
    return f"Data of “{title}”{part}{cut}"


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) <= ROWS_SHOWN:
        return table
    gap = pd.DataFrame([["…"] * len(table.columns)], columns=table.columns)
    return pd.concat([table.head(ROWS_AT_EACH_END), gap, table.tail(ROWS_AT_EACH_END)])


def _row(cells: tuple[str, ...], numeric: list[bool]) -> str:
    first, *rest = (
        (html.escape(cell), _numeric_class(flag)) for cell, flag in zip(cells, numeric, strict=True)
    )
    named = f'<th scope="row"{first[1]}>{first[0]}</th>'
    head = named if first[0] else "<td></td>"
    return f"<tr>{head}{''.join(f'<td{style}>{cell}</td>' for cell, style in rest)}</tr>\n"


def _numeric_class(numeric: bool) -> str:
    return ' class="kx-number-cell"' if numeric else ""


def _cells(column: pd.Series) -> Iterator[str]:
    """Write a column for reading: years without separators, at most four digits after the point."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        yield from ("" if pd.isna(value) else str(value) for value in column)
        return
    years = bool(column.dropna().between(1900, 2100).all() and (column.dropna() % 1 == 0).all())
    yield from ("" if pd.isna(value) else _number(float(value), plain=years) for value in column)


def _number(value: float, *, plain: bool) -> str:
    if plain or value % 1 == 0:
        return f"{value:.0f}" if plain else f"{value:,.0f}".replace("-", prose.MINUS)
    text = f"{value:,.4f}".rstrip("0") if abs(value) >= 0.1 else f"{value:.4g}"
    return text.replace("-", prose.MINUS)


def _csv(table: pd.DataFrame) -> bytes:
    safe = table.rename(columns=prose.guard_cell)
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(prose.guard_cell)
    return safe.to_csv(index=False, lineterminator="\n").encode()
