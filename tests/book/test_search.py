"""The search index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.book.search import build_search_index

PAGE = """<html><body><nav>Contents</nav><article>
<section id="loop"><h1>Loop<a class="headerlink" href="#loop">#</a></h1>
<p>Outside links (<span lang="zh">外链</span>).</p>
<section id="bound"><h2>Bound<a class="headerlink">#</a></h2>
<p>At most</p><p>some&lt;/script&gt;</p><pre>code</pre>
<details class="kx-data"><p>CSV</p></details><svg><text>axis</text></svg></section></section>
</article></body></html>"""


def read_index(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of the index over all pages of a folder."""
    script = build_search_index(folder, sorted(folder.rglob("*.html")))
    return list(json.loads(script.removeprefix("window.reportSearchIndex=").rstrip(";\n")))


def test_each_section_is_found_by_its_text(tmp_path: Path) -> None:
    """Pages are cut at headings; inline marks do not cut words; code, data and pictures are left out."""
    (tmp_path / "loop.html").write_text(PAGE, encoding="utf-8")

    assert read_index(tmp_path) == [
        {"url": "loop.html", "page": "Loop", "heading": "Loop", "text": "Outside links (外链)."},
        {"url": "loop.html#bound", "page": "Loop", "heading": "Bound", "text": "At most some</script>"},
    ]


def test_a_row_of_evidence_is_found_by_itself(tmp_path: Path) -> None:
    """A search for a fact leads to the fact and not to the long table that it stands in."""
    rows = "<tr id='fact-f001'><td><a>f001</a><small>Loop</small></td><td>七个月</td></tr>"
    (tmp_path / "facts.html").write_text(
        f"<html><body><article><h1>Facts</h1><table>{rows}</table></article></body></html>", encoding="utf-8"
    )

    assert read_index(tmp_path)[1] == {
        "url": "facts.html#fact-f001",
        "page": "Facts",
        "heading": "f001 Loop",
        "text": "f001 Loop 七个月",
    }


def test_the_search_page_does_not_find_itself(tmp_path: Path) -> None:
    """It holds no content of the report."""
    (tmp_path / "search.html").write_text(PAGE, encoding="utf-8")

    assert read_index(tmp_path) == []


def test_text_cannot_end_the_script(tmp_path: Path) -> None:
    """The index also stays whole if it is ever placed inside a page."""
    (tmp_path / "loop.html").write_text(PAGE, encoding="utf-8")

    assert "</" not in build_search_index(tmp_path, [tmp_path / "loop.html"])
