"""A framed chart as a piece of a page: still picture, source, table, downloads and the live chart's script.

Nothing here knows Sphinx. The page's policy forbids inline styles and scripts, so colours are CSS variables
in presentation attributes, and the live specification is a classic script file that also loads from disk.
vl-convert is imported where it is used: it starts threads, and a process that forks must never have called
it.
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
from lxml import etree

from helpers import prose
from helpers.book import citing
from helpers.charts import frame, theme

VEGA_LITE = "6.4"
LIVE_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FOLDER = citing.FOLDER
SVG = "http://www.w3.org/2000/svg"

ROWS_SHOWN = 60
ROWS_AT_EACH_END = 10
LEAST_PLOT = 140
MARGIN = 16
SOURCE_LINE = 16
DROPPED_ATTRIBUTES = frozenset({"class", "role", "pointer-events", "version", "stroke-miterlimit"})
DEFAULTS = {
    "opacity": "1",
    "fill-opacity": "1",
    "stroke-opacity": "1",
    "stroke-width": "1",
    "x2": "0",
    "y2": "0",
    "font-family": theme.FONT,
    "font-size": f"{theme.TEXT}px",
    "font-weight": "normal",
    "transform": "translate(0,0)",
}
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")


@dataclass(frozen=True)
class RenderedFigure:
    """One chart as HTML and the files it links to, by their paths from the site's root."""

    html: str
    files: dict[str, bytes]


@dataclass(frozen=True)
class _Still:
    """The inline picture with its size and the least width at which the live chart stays readable."""

    svg: str
    width: int
    height: int
    least: int


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
    still = _still(spec)
    picture = draw_picture(spec)
    named = {"svg": picture.encode(), "png": _png(picture)}
    paths = {kind: _path(meta["name"], content, kind) for kind, content in named.items()}
    files = {paths[kind]: content for kind, content in named.items()}
    sheets = [_csv(table) for table in tables]
    sheet_paths = [
        _path(_sheet_name(meta["name"], place), sheet, "csv") for place, sheet in enumerate(sheets)
    ]
    live = _live_script(spec, still)
    live_path = _path(meta["name"], live, "js")
    files |= {**dict(zip(sheet_paths, sheets, strict=True)), live_path: live}

    def draw(root: str, head: str, more: str = "") -> str:
        body = _drawing(meta, still) + _source_line(meta, root)
        pictures = {kind: root + path for kind, path in paths.items()}
        data = _details(meta, tables, [root + path for path in sheet_paths], pictures)
        return _figure(meta, root + live_path, f'{head}{body}<div class="kx-actions">\n{data}{more}</div>\n')

    if place is None:
        return RenderedFigure(draw("", _head(meta, number)), files)
    alone = draw("../", _head(meta, None, element="h1"))
    files[f"{FOLDER}/{meta['name']}.html"] = citing.write_page(meta, place, alone)
    more = citing.offer(meta, place, height=still.height)
    return RenderedFigure(draw(place.root, _head(meta, number), more), files)


@cache
def vega_bundle() -> bytes:
    """Return Vega, Vega-Lite and vega-embed as one classic script that sets only ``window.vegaEmbed``."""
    import vl_convert

    bundle = vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return f'(function () {{ "use strict";\n{bundle}\n}})();\n'.encode()


def _path(name: str, content: bytes, kind: str) -> str:
    return f"{FOLDER}/{name}.{hashlib.sha256(content).hexdigest()[:10]}.{kind}"


def _sheet_name(name: str, place: int) -> str:
    return name if place == 0 else f"{name}-{place + 1}"


# The picture


def _to_svg(spec: Mapping[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(spec), vl_version=VEGA_LITE, allowed_base_urls=[]))


def _png(svg: str) -> bytes:
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=2))


def _still(spec: frame.Spec) -> _Still:
    tree = etree.fromstring(_to_svg(_bare(spec)))
    width, height = (round(float(tree.get(side))) for side in ("width", "height"))
    plot = _plot_width(tree, spec)
    _tidy(tree, spec["usermeta"]["name"])
    _use_variables(tree)
    for child in tree:
        child.set("aria-hidden", "true")
    for key, value in {
        "class": "kx-still",
        "role": "img",
        "aria-label": spec["usermeta"]["alt"],
        "preserveAspectRatio": "xMinYMin meet",
    }.items():
        tree.set(key, value)
    least = min(width, spec["usermeta"].get("least", width - plot + LEAST_PLOT))
    return _Still(_serialise(tree), width, height, least)


def _bare(spec: frame.Spec) -> frame.Spec:
    """Return the spec without what the page gives: the title and the paper."""
    return {key: value for key, value in spec.items() if key not in ("title", "background")}


def _plot_width(tree: etree._Element, spec: frame.Spec) -> int:
    """Return the width inside the axes: that of the root's frame, or of the first of several views."""
    if "vconcat" in spec:
        return int(spec["vconcat"][0]["width"])
    frames = tree.xpath("//*[contains(@class, 'root')]/*/*[@class='background']/@d")
    sizes = [float(size) for drawn in frames for size in re.findall(r"h([\d.]+)", drawn)]
    return round(max(sizes, default=theme.WIDTH))


def _tidy(tree: etree._Element, name: str) -> None:
    """Drop what the picture does not need and give its ids a name of their own."""
    for node in list(tree.iter()):
        if node.get("display") == "none" or _is_empty_path(node):
            node.getparent().remove(node)
    names: dict[str, str] = {}
    for node in tree.iter():
        if old := node.get("id"):
            names[old] = f"{name}-{len(names) + 1}"
    for node in tree.iter():
        _tidy_attributes(node, names)
    tree.set("font-family", theme.FONT)
    tree.set("font-size", f"{theme.TEXT}px")
    tree.set("viewBox", f"0 0 {tree.get('width')} {tree.get('height')}")
    _unwrap(tree)
    etree.cleanup_namespaces(tree)


def _is_empty_path(node: etree._Element) -> bool:
    if node.tag != f"{{{SVG}}}path" or node.get("class") not in ("background", "foreground"):
        return False
    return node.get("fill") in (None, "none", "transparent") and node.get("stroke") in (
        None,
        "none",
        "transparent",
    )


def _tidy_attributes(node: etree._Element, names: Mapping[str, str]) -> None:
    for key, value in list(node.attrib.items()):
        if key in DROPPED_ATTRIBUTES or key.startswith("aria-") or DEFAULTS.get(key) == value:
            del node.attrib[key]
        elif key == "id":
            node.set(key, names[value])
        elif key in ("d", "transform", "x", "y", "x2", "y2", "width", "height"):
            node.set(key, NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value))
        elif "url(#" in value:
            node.set(key, re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{names[found[1]]})", value))


def _unwrap(tree: etree._Element) -> None:
    """Replace each group that says nothing by its children."""
    for group in list(tree.iter(f"{{{SVG}}}g")):
        parent = group.getparent()
        if len(group) == 0:
            parent.remove(group)
        elif not group.attrib and parent is not tree:
            place = parent.index(group)
            parent[place : place + 1] = list(group)


def _use_variables(tree: etree._Element) -> None:
    variables = theme.variables_by_literal()
    for node in tree.iter():
        for key in ("fill", "stroke", "stop-color"):
            if node.get(key) in variables:
                node.set(key, variables[node.get(key)])


def _serialise(tree: etree._Element) -> str:
    return str(etree.tostring(tree, encoding="unicode"))


def draw_picture(spec: frame.Spec) -> str:
    """Return the picture that leaves the page: with title, source, margins, paper and literal colours."""
    meta = spec["usermeta"]
    tree = etree.fromstring(_to_svg(spec))
    _tidy(tree, meta["name"])
    width, height = (float(tree.get(side)) for side in ("width", "height"))
    lines = frame.wrap(_source_text(meta), theme.SMALL, width)
    _set_size(tree, width, height + len(lines) * SOURCE_LINE + MARGIN / 2)
    for place, line in enumerate(lines, start=1):
        text = etree.SubElement(tree, f"{{{SVG}}}text", x="2", y=f"{height + place * SOURCE_LINE + 2:g}")
        text.set("font-size", f"{theme.SMALL}px")
        text.set("fill", theme.colour("muted"))
        text.text = line
    for text in tree.iter(f"{{{SVG}}}text"):
        if CHINESE.search(text.text or ""):
            text.set("font-family", f"'Noto Sans CJK SC', {theme.FONT}")
    return _serialise(tree)


def _set_size(tree: etree._Element, width: float, height: float) -> None:
    """Widen the picture by its margins and lay paper under it."""
    box = {"x": -MARGIN, "y": -MARGIN, "width": width + 2 * MARGIN, "height": height + 2 * MARGIN}
    paper = etree.Element(f"{{{SVG}}}rect", {key: f"{value:g}" for key, value in box.items()})
    paper.set("fill", theme.colour("paper"))
    tree.insert(0, paper)
    tree.set("width", f"{box['width']:g}")
    tree.set("height", f"{box['height']:g}")
    tree.set("viewBox", " ".join(f"{value:g}" for value in box.values()))


# The live chart


def _live_script(spec: frame.Spec, still: _Still) -> bytes:
    live = {**_bare(spec), "$schema": LIVE_SCHEMA}
    live["usermeta"] = {"width": still.width, "height": still.height, "least": still.least}
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


def _drawing(meta: Mapping[str, Any], still: _Still) -> str:
    label = html.escape(f"{meta['title']}, scrolls sideways on a narrow screen")
    return f'<div class="kx-drawing" role="group" tabindex="0" aria-label="{label}">\n{still.svg}\n</div>\n'


def _source_text(meta: Mapping[str, Any]) -> str:
    return "Source: " + "; ".join(source["text"] for source in meta["source"])


def _source_line(meta: Mapping[str, Any], root: str) -> str:
    linked = "; ".join(_source_link(source, root) for source in meta["source"])
    return f'<p class="kx-source">Source: {linked}</p>\n'


def _source_link(source: Mapping[str, str], root: str) -> str:
    text = html.escape(source["text"])
    if not source["href"]:
        return text
    address = source["href"] if re.match(r"https?://", source["href"]) else root + source["href"]
    return f'<a href="{html.escape(address)}">{text}</a>'


def _details(
    meta: Mapping[str, Any], tables: list[pd.DataFrame], sheets: list[str], pictures: Mapping[str, str]
) -> str:
    rows = sum(len(table) for table in tables)
    counted = "no data" if not rows else f"{rows:,} row{'s' * (rows != 1)}"
    links = [
        (f"CSV {place}" if len(sheets) > 1 else "CSV", path, f"{_sheet_name(meta['name'], place - 1)}.csv")
        for place, path in enumerate(sheets, start=1)
    ]
    links += [(kind.upper(), path, f"{meta['name']}.{kind}") for kind, path in pictures.items()]
    listed = "".join(f"<li>{_download(*link, title=meta['title'])}</li>" for link in links)
    return (
        f'<details class="kx-data">\n<summary>Data ({counted}) and downloads</summary>\n'
        f'<ul class="kx-downloads">{listed}</ul>\n'
        f"{''.join(_table(table, meta, place, len(tables)) for place, table in enumerate(tables, start=1))}"
        "</details>\n"
    )


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
