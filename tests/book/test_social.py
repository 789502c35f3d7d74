"""The picture that stands for a page where its address is shared."""

from pathlib import Path

import pytest
from lxml import etree

from helpers.book import social


def test_each_page_gets_a_picture_with_its_title(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Title without the mark of its link, book and day; pages of single charts have none."""
    drawn: list[str] = []
    monkeypatch.setattr(social.renderer, "draw", lambda order: drawn.append(order[1]) or b"png")
    for name in ("index", "chapters/loop", "figures/chart"):
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"<html><body><h1>Loop & more: {name}<a>#</a></h1></body></html>")
    social.write_previews(tmp_path, book="Report", as_of="2022-11-10")

    written = sorted(path.name for path in (tmp_path / "_static/social").iterdir())
    assert written == ["chapters-loop.png", "index.png"]
    texts = [" ".join(etree.fromstring(svg).itertext()) for svg in drawn]
    assert texts == [f"Loop & more: {name} Report · as of 2022-11-10" for name in ("chapters/loop", "index")]


def test_a_long_title_breaks_inside_the_picture() -> None:
    """Five lines at most, none wider than the picture."""
    picture = etree.fromstring(social.draw_preview("全域经营" * 60, book="Report", as_of="2022-11-10"))
    lines = [node.text for node in picture if node.get("font-weight") == "700"]
    assert len(lines) == 5
    assert all(len(line) * social.TITLE <= social.WIDTH - 2 * social.EDGE for line in lines)
