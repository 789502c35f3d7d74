from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from chart_examples import EXAMPLES, framed

from helpers.charts import frame as module
from helpers.charts.frame import MIME, FramedChart, chart_message, frame, tables, wrap
from helpers.errors import InputError

PLAIN = ["ranked-bars", "slope", "regions"]
TEXTS = {
    "title": "Sales kept growing",
    "subtitle": "Invented numbers, in RMB bn.",
    "source": "Own computation",
    "alt": "Bar chart of two invented numbers, the second one larger.",
    "name": "sales-growth",
}


@dataclass(frozen=True)
class Citation:
    text: str
    href: str


def bar_chart(**changes: Any) -> alt.Chart:
    data = pd.DataFrame({"year": ["2020", "2021"], "gmv": [381.2, 680.0], "_place": [1, 2]})
    encodings = {"x": alt.X("year:O", title="Year"), "y": alt.Y("gmv:Q", title="GMV (RMB bn)"), **changes}
    return alt.Chart(data).mark_bar().encode(**encodings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "'title' must say what the chart shows"),
        ({"title": "sales kept growing"}, "beginning with a capital"),
        ({"title": "Sales kept growing."}, "'title' must not end with a full stop"),
        ({"title": "Sales Kept Growing Fast Here"}, "'title' must be in sentence case"),
        ({"subtitle": "In RMB bn"}, "'subtitle' must be a sentence that ends with a full stop"),
        ({"alt": "A bar chart"}, "'alt' must describe the chart in at least 40 characters"),
        ({"name": "Sales_Growth"}, "'name' must be kebab-case"),
        ({"source": []}, "'source' must name at least one source"),
        ({"source": " "}, "'source' must name at least one source"),
    ],
)
def test_frame_refuses_a_poor_text(changes: dict[str, Any], words: str) -> None:
    """Each rule of the frame has its own complaint."""
    with pytest.raises(InputError, match=words):
        frame(bar_chart(), **{**TEXTS, **changes})


def test_frame_collects_every_complaint() -> None:
    """One error names all that is wrong."""
    with pytest.raises(InputError, match=r"full stop.*kebab-case"):
        frame(bar_chart(), **{**TEXTS, "title": "Sales grew.", "name": "Sales"})


@pytest.mark.parametrize(
    ("chart", "key"),
    [
        (bar_chart(y="mean(gmv):Q"), "aggregate"),
        (bar_chart(x=alt.X("gmv:Q", bin=True)), "bin"),
        (bar_chart(x=alt.X("year:T", timeUnit="year")), "timeUnit"),
        (bar_chart().transform_filter("datum.gmv > 400"), "transform"),
        (bar_chart(x=alt.X("year:O", sort=alt.EncodingSortField("gmv", op="mean"))), "op"),
        (alt.Chart("https://example.org/data.csv").mark_bar().encode(x="a:Q"), "url"),
    ],
)
def test_frame_refuses_a_chart_that_computes(chart: alt.Chart, key: str) -> None:
    """Otherwise the table would not be what is drawn."""
    with pytest.raises(InputError, match=rf"summarise them in pandas first \(got '{key}'"):
        frame(chart, **TEXTS)


def test_frame_refuses_a_normalised_stack() -> None:
    """Shares that Vega computes stand in no table."""
    chart = bar_chart(y=alt.Y("gmv:Q", stack="normalize"), color="year:N")
    with pytest.raises(InputError, match="compute shares in pandas"):
        frame(chart, **TEXTS)


def test_bundle_holds_the_spec_and_plain_text_only() -> None:
    """JupyterLab prefers HTML where it is offered, and a page policy would refuse it."""
    chart = frame(bar_chart(), **TEXTS)
    bundle = chart._repr_mimebundle_()
    assert bundle == {MIME: chart.spec, "text/plain": f"{TEXTS['title']}. {TEXTS['alt']}"}
    assert chart.name == "sales-growth"


def test_spec_carries_what_the_book_needs() -> None:
    """Title, subtitle, sources with address, alternative text and column titles travel with the spec."""
    cited = Citation("Kuaishou quarterly figures (2 sources)", "records/data.html#kuaishou-quarterly")
    meta = frame(bar_chart(), **{**TEXTS, "source": [cited, "Own computation"]}).spec["usermeta"]
    assert meta["source"] == [
        {"text": cited.text, "href": cited.href},
        {"text": "Own computation", "href": ""},
    ]
    assert meta["columns"] == {"year": {"title": "Year"}, "gmv": {"title": "GMV (RMB bn)"}}
    assert (meta["title"], meta["alt"]) == (TEXTS["title"], TEXTS["alt"])


def test_single_citation_needs_no_list() -> None:
    """`source` takes what `data.cite` returns."""
    meta = frame(bar_chart(), **{**TEXTS, "source": Citation("Figures", "records/data.html")}).spec[
        "usermeta"
    ]
    assert meta["source"] == [{"text": "Figures", "href": "records/data.html"}]


def test_spec_is_version_five_with_inline_data() -> None:
    """JupyterLab 4.6 warns at any other version; a dataset by name would carry a hash."""
    spec = frame(bar_chart(), **TEXTS).spec
    assert spec["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json"
    assert "datasets" not in spec
    assert len(spec["data"]["values"]) == 2


def test_table_leaves_out_columns_that_only_place_marks() -> None:
    """A reader gets what is drawn, under titles that read well."""
    (table,) = frame(bar_chart(), **TEXTS).tables()
    assert list(table.columns) == ["Year", "GMV (RMB bn)"]
    assert list(table["GMV (RMB bn)"]) == [381.2, 680.0]


def test_columns_argument_renames_a_column() -> None:
    """Where an axis title would read badly in a table."""
    (table,) = frame(bar_chart(), **TEXTS, columns={"gmv": "Sales"}).tables()
    assert list(table.columns) == ["Year", "Sales"]


def test_rows_drawn_twice_stand_in_one_table() -> None:
    """A layer of labels draws some of the same rows again."""
    rows = [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    spec = {
        "layer": [
            {"data": {"values": rows[:1]}},
            {"data": {"values": rows}},
            {"data": {"values": [{"_x": 1}]}},
        ]
    }
    (table,) = tables(spec)
    assert table.to_dict("list") == {"A": [1, 3], "B": [2, 4]}


def test_message_chart_frames_without_a_table() -> None:
    """An edition before the first figure shows a sentence in the chart's place."""
    chart = frame(chart_message(), **TEXTS)
    assert chart.tables() == []
    assert "Nothing published by then" in json.dumps(chart.spec)


def test_long_texts_break_into_lines_that_fit() -> None:
    """Titles wrap by words, Chinese between characters."""
    assert wrap("one two three", 10, 45) == ["one two", "three"]
    assert wrap("快手电商", 10, 25) == ["快手", "电商"]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_passes_the_frame(name: str) -> None:
    """Each family draws inline data, 640 wide, and survives a trip through JSON."""
    chart = framed(name)
    assert isinstance(chart, FramedChart)
    assert json.loads(json.dumps(chart.spec, allow_nan=False)) == chart.spec
    widths = {node["width"] for node in module._nodes(chart.spec) if isinstance(node.get("width"), int)}
    assert max(widths) <= 640


def test_specs_are_the_same_in_another_process(tmp_path: Path) -> None:
    """No random name or hash order gets into a notebook."""
    here = Path(__file__).parent
    code = (
        f"import sys, json; sys.path.insert(0, {str(here)!r})\n"
        f"from chart_examples import framed; PLAIN = {PLAIN!r}\n"
        "print(json.dumps([framed(name).spec for name in PLAIN]))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONHASHSEED": "7"},
    ).stdout
    assert json.loads(printed) == [framed(name).spec for name in PLAIN]


def test_a_message_in_place_of_a_chart_describes_itself():
    """The words for readers who do not see it speak of what is drawn."""
    words = {"title": "GMV growth", "subtitle": "Percent.", "source": "own", "name": "gmv-growth"}
    framed = frame(
        chart_message("nothing published by then"),
        alt="A line that falls from a high start to a low end.",
        **words,
    )
    assert (
        framed.spec["description"]
        == "A message in place of the chart 'GMV growth': Nothing published by then."
    )
