"""What happens to built pages before they are published."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

from helpers.book.policy import POLICY, PageRewriter, finish_book
from helpers.errors import CheckError

HEAD = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'


def rewrite(body: str, *, page: str = "chapters/loop.html") -> tuple[str, PageRewriter]:
    """Return the rewritten body of a page and its rewriter."""
    rewriter = PageRewriter(page)
    html = rewriter.rewrite(
        f"<!doctype html>\n<html><head><title>T 快手</title></head><body>{body}</body></html>"
    )
    return html.partition("<body>")[2].removesuffix("</body></html>"), rewriter


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a folder as the builder leaves it, with one page."""
    files = {
        "index.html": "<html><head><title>T</title></head><body><article><h1>T</h1></article></body></html>",
        ".buildinfo": "# config",
        "objects.inv": "inventory",
        "_sources/index.md": "# T",
        "reports/loop.err.log": "Traceback",
        "_static/pygments.css": "",
        "_static/book.css": "p{margin:0}",
        "_static/tables.css": "table{margin:0}",
        "_static/figures.css": "figure{margin:0}",
        "_static/what_if.css": "output{margin:0}",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def test_the_policy_stands_first_in_the_head(book: Path) -> None:
    """Nothing may load before the policy holds."""
    finish_book(book)

    assert HEAD in (book / "index.html").read_text()


def test_what_needs_no_change_is_copied_as_it_stands() -> None:
    """Character references, SVG names and void tags keep their spelling."""
    body = (
        '<p>a&nbsp;&#x2212; &lt;b&gt;<br><img src="a.png" alt=""></p>'
        '<svg viewBox="0 0 1 1"><linearGradient id="g"/><path d="M0 0" /></svg>'
    )

    assert rewrite(body)[0] == body


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<script>steal()</script>", "inline <script>"),
        ("<script data-stay>steal()</script>", "inline <script>"),
        ("<svg><script>steal()</script></svg>", "inline <script>"),
        ('<script src="data:,steal()"></script>', "data address in src of <script>"),
        ('<a href="java&Tab;script:steal()">x</a>', "javascript address in href of <a>"),
        ('<svg><a xlink:href="\x01JavaScript:steal()"></a></svg>', "javascript address in xlink:href of <a>"),
        ('<img src="x" onerror="steal()">', "inline handler onerror on <img>"),
        ('<meta http-equiv="refresh" content="0; url=https://elsewhere.example/">', "<meta> brings"),
        ('<iframe srcdoc="&lt;p&gt;"></iframe>', "<iframe> brings"),
    ],
)
def test_what_acts_by_itself_is_refused(body: str, problem: str) -> None:
    """Whoever smuggled it past every escape still gets no page."""
    _, rewriter = rewrite(body)

    assert [True] == [
        line.startswith(f"chapters/loop.html, line 2: {problem}") for line in rewriter.complaints
    ]
    assert rewriter.kept == []


def test_data_for_scripts_stays_in_the_page() -> None:
    """A JSON block is not executed, so the policy allows it."""
    body = '<script type="application/json">{"a": 1}</script>'

    assert rewrite(body)[0] == body


def test_an_inline_style_sheet_moves_to_a_file() -> None:
    """Data frames bring their own style sheet."""
    body, rewriter = rewrite("<style scoped>td { color: red }</style>")

    [(path, content)] = rewriter.files.items()
    assert (body, content) == (f'<link rel="stylesheet" href="../{path}">', "td { color: red }")


def test_equal_style_attributes_share_one_class() -> None:
    """The look stays, the attribute goes."""
    body, rewriter = rewrite(
        '<td class="a" style="text-align: right;">1</td><td style="text-align: right">2</td>'
    )

    [name] = rewriter.rules
    assert body == f'<td class="a {name}">1</td><td class="{name}">2</td>'
    assert rewriter.rules[name] == "text-align: right"


def test_handlers_and_script_addresses_are_refused(book: Path) -> None:
    """Removing a handler would break the page in silence, so its author is told where it stands."""
    (book / "index.html").write_text(
        "<html><head></head><body>\n"
        "<button onclick=\"go()\">Go</button><a href=' JavaScript:go()'>Go</a></body></html>"
    )

    with pytest.raises(
        CheckError, match=r"index.html, line 2: inline handler onclick on <button>.*javascript address"
    ):
        finish_book(book)


def test_chinese_is_marked_once_and_only_where_a_reader_sees_it() -> None:
    """Runs of Chinese get their language, but not inside pictures or what is marked already."""
    body = (
        '<p>sold (直播、电商) and <span lang="zh-Hans">快手</span></p><svg><text>外链</text></svg>'
        '<p><span lang="zh">闭环<b>开</b></span> 双11</p>'
    )

    assert rewrite(body)[0] == (
        '<p>sold (<span lang="zh">直播、电商</span>) and <span lang="zh-Hans">快手</span></p>'
        "<svg><text>外链</text></svg>"
        '<p><span lang="zh">闭环<b>开</b></span> <span lang="zh">双11</span></p>'
    )


def test_wide_tables_scroll_except_in_figures() -> None:
    """A table outside a figure gets a box of its own; figures bring theirs."""
    assert rewrite('<table border="1"><tr><td>1</td></tr></table>')[0] == (
        '<div class="kx-scroll"><table><tr><td>1</td></tr></table></div>'
    )
    assert rewrite("<figure><table></table></figure>")[0] == "<figure><table></table></figure>"


def test_what_the_builder_leaves_behind_is_not_published(book: Path) -> None:
    """Sources and reports hold paths of the machine."""
    finish_book(book)

    assert sorted(path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()) == [
        "_static/inline/attributes.css",
        "_static/report.css",
        "_static/search-index.js",
        "index.html",
    ]


def test_one_style_sheet_holds_colours_pages_and_figures_in_that_order(book: Path) -> None:
    """Figures may override pages, and both use the charts' colours."""
    finish_book(book)

    styles = (book / "_static" / "report.css").read_text()
    assert styles.index("--kx-ink") < styles.index("p{margin:0}") < styles.index("figure{margin:0}")


GLOSSARY = """<html><head><title>G</title></head><body><article><h1>G</h1><dl>
<dt>Outside link; 外链, <em>wàiliàn</em></dt><dd><p>A link to another platform.</p></dd>
<dt>Taobao, Tmall; 淘宝, <em>Táobǎo</em>; 天猫</dt><dd><p>Marketplaces.</p></dd>
</dl></article></body></html>"""
TEXT = """<html><head><title>T</title><script src="../_static/a.js"></script></head><body><article>
<h1>外链</h1><p>On 外链 and 天猫.</p><p>外链 again, 快手 too.</p></article></body></html>"""


def test_the_first_mention_of_a_term_leads_to_the_glossary(book: Path) -> None:
    """Headings stay free of links, later mentions too; the words of the tooltip are those of the entry."""
    (book / "chapters").mkdir()
    (book / "chapters/loop.html").write_text(TEXT)
    (book / "glossary.html").write_text(GLOSSARY)
    finish_book(book)

    page = lxml_html.document_fromstring((book / "chapters/loop.html").read_text())
    links = page.find_class("kx-term")
    assert [(link.get("href"), link.text_content()) for link in links] == [
        ("../glossary.html#term-外链", "外链"),
        ("../glossary.html#term-淘宝", "天猫"),
    ]
    assert links[0].get("data-tip") == "Outside link; 外链, wàiliàn: A link to another platform."
    assert [span.get("lang") for span in page.iter("span")] == ["zh"] * 5
    glossary = lxml_html.document_fromstring((book / "glossary.html").read_text())
    assert [entry.get("id") for entry in glossary.iter("dt")] == ["term-外链", "term-淘宝"]
    assert not glossary.find_class("kx-term")


def test_the_address_of_an_asset_changes_with_its_content(book: Path) -> None:
    """A reader who comes back gets the new file with the new page."""
    (book / "chapters").mkdir()
    addresses = []
    for content in ("let a = 1", "let a = 2"):
        (book / "chapters/loop.html").write_text(TEXT)
        (book / "_static/a.js").write_text(content)
        for name in ("book", "tables", "figures", "what_if"):
            (book / f"_static/{name}.css").write_text("")
        finish_book(book)
        addresses += re.findall(r'src="(../_static/a.js[^"]*)"', (book / "chapters/loop.html").read_text())

    assert len(set(addresses)) == 2
    assert all(re.fullmatch(r"\.\./_static/a\.js\?v=[0-9a-f]{8}", address) for address in addresses)


def test_a_script_that_must_stay_is_named_in_the_policy() -> None:
    """A page served at any depth has no way to its files; the policy allows that one script by its hash."""
    rewriter = PageRewriter("404.html")
    script = 'if (1 < 2 && "a") { look(); }'
    page = rewriter.rewrite(f"<html><head></head><body><script data-stay>{script}</script></body></html>")

    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in page
    assert f"<script data-stay>{script}</script>" in page
    assert rewriter.files == {}


def test_the_role_of_a_paragraph_is_kept() -> None:
    """A message that appears later is announced only if its role stands."""
    body = '<p id="count" role="status">Type words.</p>'

    assert rewrite(body)[0] == body
    assert rewrite('<p class="caption" role="heading">Themes</p>')[0] == '<p class="caption">Themes</p>'
