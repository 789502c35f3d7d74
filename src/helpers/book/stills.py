"""The two pictures of a framed chart: the one in the page, and the one that leaves it.

Both come from one drawing without a title. In the page colours are CSS variables in presentation attributes,
since its policy forbids inline styles; the picture that leaves has literal colours, its title and its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from helpers.book import renderer
from helpers.charts import frame, theme

SVG = "http://www.w3.org/2000/svg"
LEAST_PLOT = 140
MARGIN = 16
EDGE = 2
GAP = 12
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
class Stills:
    """A chart's pictures.

    Attributes
    ----------
    inline : str
        SVG for the page, with the page's colours.
    picture : str
        SVG that leaves the page, with title, source, margins and paper.
    width, height : int
        Of the inline picture, in pixels.
    least : int
        The least width at which the live chart stays readable, in pixels.
    """

    inline: str
    picture: str
    width: int
    height: int
    least: int


def order_still(spec: frame.Spec) -> renderer.Order:
    """Return the order for the drawing from which both pictures of a chart are made."""
    return renderer.order_svg(strip(spec))


def strip(spec: frame.Spec) -> frame.Spec:
    """Return the spec without what the page gives: the title and the paper."""
    return {key: value for key, value in spec.items() if key not in ("title", "background")}


def draw_stills(spec: frame.Spec) -> Stills:
    """Draw a chart once and make both pictures of it.

    Parameters
    ----------
    spec : dict
        What `helpers.charts.frame.frame` put into the notebook.
    """
    meta = spec["usermeta"]
    tree = etree.fromstring(renderer.draw(order_still(spec)))
    width, height = (round(float(tree.get(side))) for side in ("width", "height"))
    least = min(width, meta.get("least", width - _plot_width(tree, spec) + LEAST_PLOT))
    _tidy(tree, meta["name"])
    return Stills(_make_inline(deepcopy(tree), meta), _make_picture(tree, meta), width, height, least)


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


def _make_inline(tree: etree._Element, meta: Mapping[str, Any]) -> str:
    """Give the drawing the page's colours, one label for all of it, and a name that no other has."""
    variables = theme.variables_by_literal()
    for node in tree.iter():
        for key in ("fill", "stroke", "stop-color"):
            if node.get(key) in variables:
                node.set(key, variables[node.get(key)])
    for child in tree:
        child.set("aria-hidden", "true")
    for key, value in {
        "class": "kx-still",
        "role": "img",
        "aria-label": meta["alt"],
        "preserveAspectRatio": "xMinYMin meet",
    }.items():
        tree.set(key, value)
    return _serialise(tree)


def _make_picture(tree: etree._Element, meta: Mapping[str, Any]) -> str:
    """Set the drawing on paper, under its title and over its source."""
    width, height = (float(tree.get(side)) for side in ("width", "height"))
    title = frame.wrap(meta["title"], theme.TITLE, width)
    subtitle = frame.wrap(meta["subtitle"], theme.TEXT + 1, width)
    source = frame.wrap(name_source(meta), theme.SMALL, width)
    drawing = etree.Element(f"{{{SVG}}}g")
    drawing.extend(list(tree))
    bottom = _write(tree, title, 0, 20, {"font-size": f"{theme.TITLE}px", "font-weight": "600"}, "ink")
    bottom = _write(tree, subtitle, bottom, 18, {"font-size": f"{theme.TEXT + 1}px"}, "muted") + GAP
    drawing.set("transform", f"translate(0,{bottom:g})")
    tree.append(drawing)
    small = {"font-size": f"{theme.SMALL}px"}
    bottom = _write(tree, source, bottom + height + GAP / 2, SOURCE_LINE, small, "muted")
    _lay_paper(tree, width, bottom)
    for text in tree.iter(f"{{{SVG}}}text"):
        if CHINESE.search(text.text or ""):
            text.set("font-family", f"'Noto Sans CJK SC', {theme.FONT}")
    return _serialise(tree)


def _write(
    tree: etree._Element, lines: Iterable[str], top: float, step: int, look: Mapping[str, str], colour: str
) -> float:
    """Write lines below each other and return where they end."""
    bottom = top
    for line in lines:
        bottom += step
        place = {"x": f"{EDGE}", "y": f"{bottom - step / 4:g}", "fill": theme.colour(colour)}
        etree.SubElement(tree, f"{{{SVG}}}text", {**place, **look}).text = line
    return bottom


def _lay_paper(tree: etree._Element, width: float, height: float) -> None:
    """Widen the picture by its margins and lay paper under it."""
    box = {"x": -MARGIN, "y": -MARGIN, "width": width + 2 * MARGIN, "height": height + 2 * MARGIN}
    paper = etree.Element(f"{{{SVG}}}rect", {key: f"{value:g}" for key, value in box.items()})
    paper.set("fill", theme.colour("paper"))
    tree.insert(0, paper)
    tree.set("width", f"{box['width']:g}")
    tree.set("height", f"{box['height']:g}")
    tree.set("viewBox", " ".join(f"{value:g}" for value in box.values()))


def name_source(meta: Mapping[str, Any]) -> str:
    """Return a chart's source as one line of text."""
    return "Source: " + "; ".join(source["text"] for source in meta["source"])


def _serialise(tree: etree._Element) -> str:
    return str(etree.tostring(tree, encoding="unicode"))
