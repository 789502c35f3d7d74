"""Pictures are drawn once, kept, and never read damaged."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import vl_convert

from helpers import paths
from helpers.book import renderer

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="9"><rect width="9" height="9"/></svg>'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "BUILD", tmp_path)
    return tmp_path


@pytest.fixture
def drawn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this process has the library draw."""
    seen: list[str] = []
    draw: Callable[..., bytes] = vl_convert.svg_to_png
    renderer.name_renderer()
    monkeypatch.setattr(vl_convert, "svg_to_png", lambda svg, **how: seen.append(svg) or draw(svg, **how))
    return seen


def orders(count: int) -> list[renderer.Order]:
    return [renderer.order_png(SVG.format(width)) for width in range(10, 10 + count)]


def files(folder: Path) -> Iterator[Path]:
    return folder.rglob("output.pkl")


def test_a_picture_is_drawn_once(drawn: list[str]) -> None:
    (order,) = orders(1)
    assert renderer.draw(order) == renderer.draw(order)
    assert len(drawn) == 1


def test_other_pixels_other_fonts_or_another_version_are_other_pictures(
    drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = (renderer.draw(renderer.order_png(SVG.format(9), scale=scale)) for scale in (1, 2))
    assert small != large
    monkeypatch.setattr(renderer, "name_renderer", lambda: "another")
    assert renderer.draw(renderer.order_png(SVG.format(9), scale=1)) == small
    assert len(drawn) == 3


@pytest.mark.parametrize("place", [0, 1, 20, 40, -40, -5, -1])
def test_a_damaged_picture_is_drawn_again(
    place: int, folder: Path, drawn: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither wrong pixels nor a word about it."""
    (order,) = orders(1)
    good = renderer.draw(order)
    (kept,) = files(folder)
    content = bytearray(kept.read_bytes())
    content[place] ^= 4
    kept.write_bytes(content)
    assert renderer.draw(order) == good
    assert len(drawn) == 2
    assert capfd.readouterr() == ("", "")


def test_another_process_draws_ahead(drawn: list[str]) -> None:
    wanted = orders(3)
    with renderer.drawing_ahead(wanted):
        pass
    assert [renderer.draw(order)[:4] for order in wanted] == [b"\x89PNG"] * 3
    assert drawn == []


def test_what_cannot_be_drawn_ahead_is_told_where_it_is_needed(folder: Path) -> None:
    """The process beside fails at the second order; the first is kept, the second raises here."""
    broken = renderer.order_png("<svg")
    with renderer.drawing_ahead([*orders(1), broken]):
        pass
    assert len(list(files(folder))) == 1
    with pytest.raises(RuntimeError, match="root node"):
        renderer.draw(broken)


def test_a_process_whose_giver_is_gone_draws_nothing(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", renderer.AHEAD, str(folder), str(os.getpid() + 1)],
        input=json.dumps(orders(1)),
        text=True,
        check=True,
    )
    assert list(files(folder)) == []


def test_what_was_not_used_for_longest_is_removed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for order in orders(3):
        renderer.draw(order)
    monkeypatch.setattr(renderer, "KEPT", "0K")
    renderer.forget()
    assert list(files(folder)) == []


def test_importing_the_module_does_not_load_the_library() -> None:
    """It starts threads; a process that forks must not have it."""
    code = "import helpers.book.build, sys; print('vl_convert' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "False"
