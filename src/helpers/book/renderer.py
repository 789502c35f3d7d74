"""What vl-convert makes: once for the same input, kept under ``_build``, ahead of time by a process beside.

The library holds Python's lock while it draws, so a second thread would only wait; and it starts threads, so
a process that forks must never have called it. That is why it is imported where it is used.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from joblib import Memory

from helpers import paths
from helpers.charts import theme

VEGA_LITE = "6.4"
FOLDER = ".pictures"
KEPT = "200M"
PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="20">'
    f'<text y="15" font-family="{theme.FONT}">Aa 0.5 <tspan font-weight="600">Bb</tspan> 快手</text></svg>'
)
"""Looks otherwise with other fonts."""
AHEAD = "from helpers.book.renderer import fill; fill()"

Order: TypeAlias = tuple[Any, ...]
"""A kind of picture and what it is drawn from."""

# What cannot be kept or read back is drawn again, and nobody needs to hear of it.
logging.getLogger("joblib").setLevel(logging.ERROR)


def order_svg(spec: Mapping[str, Any]) -> Order:
    """Return the order for the picture of a Vega-Lite specification."""
    return "svg", json.dumps(spec)


def order_png(svg: str, *, scale: float = 2) -> Order:
    """Return the order for a picture's pixels, so many for each of its own."""
    return "png", svg, scale


def order_bundle() -> Order:
    """Return the order for Vega, Vega-Lite and vega-embed as one script that sets ``window.vegaEmbed``."""
    return ("bundle",)


def draw(order: Order) -> Any:
    """Return what was ordered: text, or bytes for a PNG."""
    kind, *arguments = order
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Unable to cache")
        return _keep(kind, paths.BUILD)(*arguments, name_renderer())


@contextmanager
def drawing_ahead(orders: Iterable[Order]) -> Iterator[None]:
    """Have another process draw what is not kept yet while the block runs, and wait for it at the end.

    If it fails nothing is lost: who needs a picture that is not kept draws it.
    """
    if not (wanted := [order for order in orders if not _is_kept(order)]):
        yield
        return
    with tempfile.TemporaryFile("w+") as file:
        json.dump(wanted, file)
        file.seek(0)
        words = [sys.executable, "-c", AHEAD, str(paths.BUILD), str(os.getpid())]
        nowhere = subprocess.DEVNULL
        beside = subprocess.Popen(words, stdin=file, stdout=nowhere, stderr=nowhere)
    try:
        yield
        beside.wait()
    finally:
        beside.kill()
        beside.wait()


def fill() -> None:
    """Draw and keep the orders on standard input, as long as the process that gave them lives."""
    folder, giver = Path(sys.argv[1]), int(sys.argv[2])
    for kind, *arguments in json.load(sys.stdin):
        if os.getppid() != giver:
            return
        _keep(kind, folder)(*arguments, name_renderer())


def forget() -> None:
    """Remove what was not used for longest, if too much is kept."""
    _open_memory(paths.BUILD).reduce_size(bytes_limit=KEPT)


@cache
def name_renderer() -> str:
    """Return what pictures depend on beside their input: the library's version and the fonts it finds."""
    probed: bytes = _draw_png(PROBE, 1, "")
    return f"{version('vl-convert-python')} {hashlib.sha256(probed).hexdigest()}"


def _is_kept(order: Order) -> bool:
    kind, *arguments = order
    return bool(_keep(kind, paths.BUILD).check_call_in_cache(*arguments, name_renderer()))


@cache
def _keep(kind: str, folder: Path) -> Any:
    return _open_memory(folder).cache(_KINDS[kind])


@cache
def _open_memory(folder: Path) -> Memory:
    # Compressed, it carries a sum: what was damaged is not read.
    return Memory(folder / FOLDER, verbose=0, compress=True)


def _draw_svg(spec: str, _renderer: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(json.loads(spec), vl_version=VEGA_LITE, allowed_base_urls=[]))


def _draw_png(svg: str, scale: float, _renderer: str) -> bytes:
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def _bundle_vega(_renderer: str) -> str:
    import vl_convert

    return str(vl_convert.javascript_bundle(snippet="window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE))


_KINDS: dict[str, Callable[..., str | bytes]] = {
    "svg": _draw_svg,
    "png": _draw_png,
    "bundle": _bundle_vega,
}
