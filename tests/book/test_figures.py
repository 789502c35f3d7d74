from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from lxml import etree, html

from helpers import paths
from helpers.book import figures, renderer
from helpers.book.citing import Book, Place, cite_bibtex, read_book
from helpers.book.figures import RenderedFigure, render_figure, vega_bundle
from helpers.charts import theme
from helpers.charts.bars import chart_bars
from helpers.charts.frame import Chart, Spec, chart_message, frame
from helpers.charts.lines import chart_lines
from helpers.errors import InputError

SVG = "{http://www.w3.org/2000/svg}"
BOOK = Book(title="Report", author="A & B", site_url="", edition_id="0a1b", as_of="2022-11-10")
PLACE = Place(BOOK, "chapters/loop.html")
LITERAL = re.compile(r"#[0-9a-f]{6}\b")


class Citation:
    text = "Kuaishou quarterly figures <2020Q1–2025Q3>"
    href = "records/data.html#kuaishou-quarterly"


def framed(chart: Chart, *, name: str = "peer-sales", **changes: Any) -> Spec:
    texts = {
        "title": "Peers & their sales",
        "subtitle": "Invented numbers, in RMB bn.",
        "source": [Citation(), "own computation"],
        "alt": 'Bar chart of two invented numbers, "the second" one larger.',
    }
    return frame(chart, **{**texts, **changes}, name=name).spec


def two_bars(name: str = "peer-sales", **changes: Any) -> Spec:
    data = pd.DataFrame({"category": ["Kuaishou", "Douyin (抖音)"], "value": [1184.0, 2700.5]})
    return framed(chart_bars(data, measure="GMV (RMB bn)", category_title="Company"), name=name, **changes)


def many_points(rows: int) -> Spec:
    data = pd.DataFrame({"year": range(1, rows + 1), "value": range(rows)})
    mark = alt.Chart(data, width=300).mark_point()
    return framed(mark.encode(x=alt.X("year:Q", title="Step"), y=alt.Y("value:Q", title="GMV (RMB bn)")))


@cache
def rendered() -> RenderedFigure:
    return render_figure(two_bars(), number=3, place=PLACE)


def page_of(figure: RenderedFigure) -> html.HtmlElement:
    return html.fragment_fromstring(figure.html)


def file_of(figure: RenderedFigure, ending: str) -> bytes:
    (content,) = (content for path, content in figure.files.items() if path.endswith(ending))
    return content


def still_of(figure: RenderedFigure) -> etree._Element:
    found = re.search(r"<svg.*?</svg>", figure.html, re.DOTALL)
    assert found is not None
    return etree.fromstring(found[0])


def test_anchor_uses_the_name_and_hashes_stand_in_file_names_only() -> None:
    """A citation of a chart survives a change of its data."""
    page = page_of(rendered())
    assert page.get("id") == "chart-peer-sales"
    assert page.get("data-name") == "peer-sales"
    hashed = re.compile(r"figures/peer-sales\.[0-9a-f]{10}\.(csv|js|svg)")
    found = [hashed.fullmatch(path) for path in rendered().files]
    assert sorted(match[1] for match in found if match) == ["csv", "js", "svg"]
    assert "figures/peer-sales.html" in rendered().files
    assert not re.search(r'id="[^"]*[0-9a-f]{10}', rendered().html)


def test_figure_names_itself_and_shows_its_texts() -> None:
    """Title, number and subtitle are words of the page, not of the picture."""
    page = page_of(rendered())
    title = page.get_element_by_id(page.get("aria-labelledby"))
    assert title.text_content() == "Figure 3 Peers & their sales"
    assert page.find_class("kx-subtitle")[0].text_content() == "Invented numbers, in RMB bn."
    assert not page.xpath(".//h1|.//h2|.//h3")
    assert "Peers" not in "".join(still_of(rendered()).itertext())


def test_source_line_links_within_the_book_and_escapes_its_text() -> None:
    """Links start at the page's way to the root; text stays text."""
    (source,) = page_of(rendered()).find_class("kx-source")
    assert source.text_content() == f"Source: {Citation.text}; own computation"
    assert [link.get("href") for link in source.iter("a")] == ["../records/data.html#kuaishou-quarterly"]


def test_still_picture_is_one_labelled_image() -> None:
    """Assistive technology reads the alternative text once and no marks."""
    still = still_of(rendered())
    assert still.get("role") == "img"
    assert still.get("aria-label") == 'Bar chart of two invented numbers, "the second" one larger.'
    assert {child.get("aria-hidden") for child in still} == {"true"}
    inner = [key for node in still.iter() if node is not still for key in node.attrib]
    assert not {"role", "aria-label", "aria-roledescription"} & set(inner)


def test_still_picture_keeps_its_height_at_every_width() -> None:
    """The box has the live chart's height, whatever the width, so that nothing on the page moves."""
    still = still_of(rendered())
    assert still.get("viewBox") == f"0 0 {still.get('width')} {still.get('height')}"
    assert still.get("preserveAspectRatio") == "xMinYMin meet"
    live = file_of(rendered(), ".js").decode()
    assert f'"height":{still.get("height")}' in live
    assert f'"width":{still.get("width")}' in live


def test_page_holds_nothing_inline_that_the_policy_forbids() -> None:
    """The policy allows styles and scripts from files only."""
    page = page_of(rendered())
    assert not page.xpath(".//*[@style]|.//style|.//script|.//*[starts-with(name(@*), 'on')]")
    assert "javascript:" not in rendered().html
    assert "http://www.w3.org/1999/xlink" not in rendered().html


def test_page_and_live_chart_use_variables_and_downloads_use_literals() -> None:
    """The reader's mode decides the page; a file that leaves it must not depend on a style sheet."""
    live, still = file_of(rendered(), ".js").decode(), etree.tostring(still_of(rendered())).decode()
    for text in (live, still):
        assert LITERAL.findall(text) == []
        assert "var(--kx-neutral)" in text
    download = file_of(rendered(), ".svg").decode()
    assert "var(" not in download
    assert theme.colour("neutral") in download
    (pixels,) = figures.order_pixels(rendered().files).values()
    assert renderer.draw(pixels).startswith(b"\x89PNG")


def test_download_carries_title_source_and_a_chinese_face() -> None:
    """A picture on its own still says what it shows and where it comes from."""
    tree = etree.fromstring(file_of(rendered(), ".svg"))
    texts = {text.text: text.get("font-family", "") for text in tree.iter(f"{SVG}text")}
    assert "Peers & their sales" in texts
    assert f"Source: {Citation.text}; own computation" in texts
    assert texts["Douyin (抖音)"].startswith("'Noto Sans CJK SC'")
    assert tree[0].get("fill") == theme.colour("paper")


def test_table_is_accessible_and_complete() -> None:
    """Caption, column and row heads; the numbers that are drawn."""
    (table,) = page_of(rendered()).iter("table")
    assert table.find("caption").text == "Data of “Peers & their sales”"
    assert [head.text for head in table.xpath(".//thead//th[@scope='col']")] == ["Company", "GMV (RMB bn)"]
    assert [head.text for head in table.xpath(".//tbody//th[@scope='row']")] == ["Kuaishou", "Douyin (抖音)"]
    assert [cell.text for cell in table.iter("td")] == ["1,184", "2,700.5"]


def test_csv_is_exactly_the_table_at_full_precision() -> None:
    """Everybody can check the picture."""
    rows = list(csv.reader(io.StringIO(file_of(rendered(), ".csv").decode())))
    assert rows == [["Company", "GMV (RMB bn)"], ["Kuaishou", "1184.0"], ["Douyin (抖音)", "2700.5"]]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-sum", "@name", "\tx"])
def test_csv_text_cannot_run_as_a_formula(cell: str) -> None:
    """A spreadsheet would execute text that begins like a formula."""
    sheet = figures._csv(pd.DataFrame({"name": [cell], "value": [-1.5]})).decode()
    assert list(csv.reader(io.StringIO(sheet)))[1] == [f"'{cell}", "-1.5"]


def test_long_table_shows_its_ends_and_says_so() -> None:
    """Sixty rows are the most that a page carries; the CSV has all."""
    figure = render_figure(many_points(61))
    (table,) = page_of(figure).iter("table")
    assert "the first 10 and the last 10 of 61 rows; the CSV has all" in table.find("caption").text
    assert len(table.xpath(".//tbody/tr")) == 21
    assert file_of(figure, ".csv").count(b"\n") == 62
    assert len(list(page_of(render_figure(many_points(60))).iter("tr"))) == 61


def test_years_have_no_separator_and_small_numbers_keep_their_digits() -> None:
    """Tables are for reading."""
    assert list(figures._cells(pd.Series([2019.0, 2020.0]))) == ["2019", "2020"]
    written = list(figures._cells(pd.Series([12345.0, -0.000123456, 0.5, None])))
    assert written == ["12,345", "\u22120.0001235", "0.5", ""]


def test_downloads_are_links_with_plain_names() -> None:
    """The file on disk is named after the chart, without a hash."""
    links = page_of(rendered()).xpath(".//ul[@class='kx-downloads']//a")
    assert [link.get("download") for link in links] == ["peer-sales.csv", "peer-sales.svg", "peer-sales.png"]
    assert links[0].text_content() == "CSV of “Peers & their sales”"
    files = {**rendered().files, **figures.order_pixels(rendered().files)}
    assert {link.get("href").removeprefix("../") for link in links} <= set(files)


def test_live_script_registers_its_spec_without_a_title() -> None:
    """A classic script works from disk; the page shows the title already."""
    live = file_of(rendered(), ".js").decode()
    found = re.fullmatch(
        r'\(window\.kxSpecs = window\.kxSpecs \|\| \{\}\)\["peer-sales"\] = (\{.*\});\n', live
    )
    assert found is not None
    spec = json.loads(found[1])
    assert "title" not in spec
    assert spec["$schema"].endswith("/v6.json")
    assert set(spec["usermeta"]) == {"width", "height", "least"}
    assert page_of(rendered()).get("data-spec").removeprefix("../") in rendered().files


def test_live_script_cannot_be_broken_out_of() -> None:
    """Data with markup or line separators stay data."""
    data = pd.DataFrame({"category": ["</script><b>", "plain"], "value": [1.0, 2.0]})
    alt_text = "Bar chart of two invented numbers,\u2028with a separator in its description."
    figure = render_figure(framed(chart_bars(data, measure="GMV"), alt=alt_text))
    live = file_of(figure, ".js").decode()
    assert "<" not in live
    assert "\u2028" not in live
    assert "<b>" not in figure.html


def test_message_renders_without_a_table() -> None:
    """An edition before the first figure still builds."""
    figure = render_figure(framed(chart_message()))
    assert "Data (no data) and downloads" in figure.html
    assert "<table" not in figure.html
    assert "Nothing published by then" in "".join(still_of(figure).itertext())


def test_several_tables_become_several_files() -> None:
    """Layers with different data are not forced into one table."""
    points = alt.Chart(pd.DataFrame({"x": [1, 2], "y": [3, 4]})).mark_point().encode(x="x:Q", y="y:Q")
    rules = alt.Chart(pd.DataFrame({"event": ["cut"]})).mark_text().encode(text="event:N")
    figure = render_figure(framed(alt.LayerChart(layer=[points, rules])))
    names = [link.get("download") for link in page_of(figure).xpath(".//ul//a")]
    assert names[:2] == ["peer-sales.csv", "peer-sales-2.csv"]
    assert [table.find("caption").text for table in page_of(figure).iter("table")] == [
        "Data of “Peers & their sales”, table 1 of 2",
        "Data of “Peers & their sales”, table 2 of 2",
    ]


def clipped(name: str) -> Spec:
    data = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
    return framed(alt.Chart(data).mark_line(clip=True).encode(x="x:Q", y="y:Q"), name=name)


def test_ids_inside_the_picture_carry_the_charts_name() -> None:
    """Two charts of one page, or a still and a live one, must not share an id."""
    still = still_of(render_figure(clipped("clipped-line")))
    ids = still.xpath("//@id")
    assert ids == [f"clipped-line-{place}" for place in range(1, len(ids) + 1)]
    used = re.findall(r"url\(#([^)]+)\)", etree.tostring(still).decode())
    assert used
    assert set(used) <= set(ids)


def test_same_spec_gives_the_same_bytes_in_any_order() -> None:
    """The converter counts its ids through the process; nothing of that may be seen."""
    first = render_figure(clipped("clipped-line"))
    render_figure(clipped("another-line"))
    assert render_figure(clipped("clipped-line")) == first


def test_bundle_is_one_closed_script() -> None:
    """It must not leave names behind, and load as a classic script."""
    text = vega_bundle().decode()
    assert text.startswith('(function () { "use strict";')
    assert text.rstrip().endswith("})();")
    assert "window.vegaEmbed=" in text
    assert not re.search(r"\bimport\.meta\b|^export ", text, re.MULTILINE)


@pytest.mark.parametrize("asset", ["figures.css", "figures.js"])
def test_assets_ask_nobody_outside(asset: str) -> None:
    """No address of another host, no import, no inline data."""
    text = (Path(figures.__file__).parent / "assets" / asset).read_text("utf-8")
    assert not re.search(r"https?://|@import|eval\(|new Function", text)


def test_style_sheet_uses_palette_variables_only() -> None:
    """A colour typed into the style sheet would not follow the reader's mode."""
    text = (Path(figures.__file__).parent / "assets" / "figures.css").read_text("utf-8")
    assert LITERAL.findall(text) == []
    assert set(re.findall(r"var\(--(kx-[\w-]+)\)", text)) <= set(theme.named_pairs())


def test_a_projection_is_marked_for_the_check_of_hindsight():
    """Days to come that a model draws are no later knowledge."""
    chart = chart_lines(pd.DataFrame({"period": ["2027Q1", "2027Q2"], "value": [1.0, 2.0]}), measure="Level")
    words = {"title": "Level to come", "subtitle": "Level.", "source": "own", "name": "level-to-come"}
    alt = "Line of a level over two quarters that are still to come."
    plain = render_figure(frame(chart, alt=alt, **words).spec).html
    marked = render_figure(frame(chart, alt=alt, projection=True, **words).spec).html
    assert ("data-projection" in plain, "data-projection" in marked) == (False, True)


def codes_of(figure: RenderedFigure) -> list[str]:
    return [code.text_content() for code in page_of(figure).xpath(".//details[@class='kx-cite']//code")]


def test_a_chart_says_how_to_cite_and_embed_it() -> None:
    """Without a published address the place inside the book is named, and none is invented."""
    citation, bibtex, embed = codes_of(rendered())
    assert citation == (
        "A & B (2022). “Peers & their sales” [chart]. In Report, edition 0a1b, as of 2022-11-10. "
        "chapters/loop.html#chart-peer-sales"
    )
    assert bibtex.startswith("@misc{kuaishou-peer-sales,")
    assert r"title = {{Peers \& their sales}}" in bibtex
    assert r"chapters/loop.html\#chart-peer-sales" in bibtex
    assert embed.startswith('<iframe src="figures/peer-sales.html" title="Peers &amp; their sales"')
    assert "http" not in citation + bibtex + embed


def test_a_title_is_no_command_in_bibtex() -> None:
    """Whoever compiles the citation runs nothing that stands in it."""
    meta = {"name": "peer-sales", "title": r"\input{/etc/passwd} ~ 2^n"}
    title = r"\textbackslash{}input\{/etc/passwd\} \textasciitilde{} 2\textasciicircum{}n"
    assert f"title = {{{{{title}}}}}" in cite_bibtex(meta, Place(BOOK, "index.html"))


def test_a_published_book_is_cited_by_its_address() -> None:
    """Once the book has an address, every citation and every embed code begins with it."""
    published = dataclasses.replace(BOOK, site_url="https://example.org/report/")
    citation, _, embed = codes_of(render_figure(two_bars(), place=Place(published, "index.html")))
    assert citation.endswith(" https://example.org/report/index.html#chart-peer-sales")
    assert 'src="https://example.org/report/figures/peer-sales.html"' in embed


def test_a_chart_has_a_page_of_its_own() -> None:
    """It names the chart, leads back to its place and brings the same files."""
    page = html.document_fromstring(rendered().files["figures/peer-sales.html"])
    assert page.findtext(".//title") == "Peers & their sales · Report"
    assert page.find(".//h1").text_content() == "Peers & their sales"
    assert "../chapters/loop.html#chart-peer-sales" in page.xpath("//a/@href")
    (live,) = page.xpath("//figure/@data-spec")
    assert live.removeprefix("../") in rendered().files
    assert not page.find_class("kx-cite")


def test_an_address_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing mistake in the configuration must not reach every citation."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "_config.yml").write_text("title: T\nauthor: A\nhtml: {baseurl: example.org}\n")
    with pytest.raises(InputError, match=r"'baseurl' in _config.yml must be empty or begin with https://"):
        read_book({"edition_id": "0a1b", "as_of": "2022-11-10"})
