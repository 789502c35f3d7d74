"""The generated pages: data, sources, runs, and the panel of a chapter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import html as lxml_html

from helpers import paths
from helpers.book.records import (
    BENCHMARKS,
    describe_benchmarks,
    describe_data,
    describe_runs,
    describe_sources,
    parameter_panel,
    rerun_command,
    write_records,
)

EDITION = {
    "as_of": "2022-11-10",
    "latest": False,
    "edition_id": "0123456789ab",
    "label": "as-of-2022-11-10",
    "scenario": "default",
}
LICENCES = [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}]


def resource(name: str, *fields: str) -> dict[str, Any]:
    """Return the description of a dataset."""
    described = [{"name": field, "type": "string", "description": f"The {field}"} for field in fields]
    keys = [
        {"fields": [field], "reference": {"resource": "metrics"}} for field in fields if field == "metric"
    ]
    return {
        "name": name,
        "path": f"{name}.csv",
        "title": name.replace("_", " ").capitalize(),
        "description": "One row a figure.",
        "hash": "sha256:" + 64 * "a",
        "licenses": LICENCES,
        "schema": {"fields": described, "foreignKeys": keys},
    }


PACKAGE = {
    "licenses": LICENCES,
    "resources": [
        resource("kuaishou_quarterly", "period", "metric", "value", "unit"),
        resource("metrics", "label"),
        resource("gaps", "metric"),
        resource("sources", "source_id"),
    ],
}
TABLES = {
    "kuaishou_quarterly": pd.DataFrame(
        {
            "period": ["2020Q2", "2020Q4", "2020Q1"],
            "metric": ["mau", "mau", "dau"],
            "value": [485.0, 481.0, 253.0],
            "unit": ["million"] * 3,
        }
    ),
    "metrics": pd.DataFrame(
        {"metric": ["mau", "dau"], "label": ["Monthly <users>", "Daily users"], "meaning": ["A", "B"]}
    ),
    "gaps": pd.DataFrame(
        {
            "metric": ["mau", "mau"],
            "period": ["2020Q3", "2020"],
            "reason": ["Not printed", "No such year"],
            "published": ["2021-05-24"] * 2,
        }
    ),
    "sources": pd.DataFrame(
        {
            "source_id": ["ir", "mirror", "late_copy", "later"],
            "publisher": ["Kuaishou", "Forum", "Blog (digest of the report)", "Kuaishou"],
            "title": ["Results", "Copy", "Copy", "Annual results"],
            "date": ["2022-05-24", "2022-03", "2022", "2023-03-29"],
            "published": pd.to_datetime(["2022-05-24", "2022-03-31", "2022-11-01", "2023-03-29"]),
            "published_precision": ["day", "month", "year", "day"],
            "kind": ["press_release", "media", "media", "press_release"],
            "authority": ["original publisher", "copy or mirror", "copy or mirror", "original publisher"],
            "live_link": [True, False, False, True],
            "url": [
                "https://www.ir.example/a?b=1&c=2",
                "https://mirror.example/b",
                "https://mirror.example/2024/c",
                "https://ir.example/d",
            ],
        }
    ),
}


def parameter(name: str, default: Any, **changes: Any) -> dict[str, Any]:
    """Return one row of a contract."""
    base = {
        "name": name,
        "type": "float",
        "default": default,
        "unit": "share",
        "minimum": None,
        "maximum": None,
    }
    return base | {"choices": None, "meaning": "What is assumed.", "rests_on": []} | changes


def result(name: str, value: float | None, **changes: Any) -> dict[str, Any]:
    """Return one result."""
    base = {"name": name, "value": value, "low": None, "high": None, "interval": "none", "level": None}
    return base | {"unit": "%", "meaning": "What it is.", "why": None, "inputs": []} | changes


def make_run(**changes: Any) -> dict[str, Any]:
    """Return a run with one changed parameter."""
    own_share = "data:kuaishou_quarterly/2021Q4/own_shop_share_gmv"
    base = {
        "notebook": "closed_loop",
        "key": "0123456789abcdef",
        "as_of": "2022-11-10",
        "seed": 1,
        "parameters": {"outside_share": 0.05, "recovered_share": 0.0, "label": "a b"},
        "contract": [
            parameter("outside_share", 0.012, minimum=0.0, maximum=0.5, rests_on=[own_share]),
            parameter("recovered_share", 0.0),
            parameter("label", "a b", choices=["a b", "c"]),
        ],
        "inputs": {"data/kuaishou_quarterly.csv": 64 * "b"},
        "versions": {"python": "3.11.7", "distributed": "2026.1.2"},
        "results": [
            result("growth_fall", 16.2, low=16.0, high=16.4, interval="confidence", level=0.95),
            result("later", None, why="not published by then"),
        ],
    }
    return base | changes


def read(page: str) -> lxml_html.HtmlElement:
    """Return the HTML inside a generated page or panel."""
    return lxml_html.fragment_fromstring(
        page.replace("```{raw} html", "").replace("```", ""), create_parent="div"
    )


def rows(root: lxml_html.HtmlElement, heading: str) -> list[list[str]]:
    """Return the cells of the first table with a given first heading."""
    table = root.xpath(f"//table[thead/tr/th[1][text()='{heading}']]")[0]
    return [[cell.text_content() for cell in row] for row in table.xpath("tbody/tr")]


def test_a_metric_shows_what_is_known_and_what_is_missing() -> None:
    """Periods, number of figures, and gaps of the dataset's own kind of period with their reason."""
    covered = rows(read(describe_data(EDITION, PACKAGE, TABLES)), "Metric")

    assert covered == [
        ["Monthly <users>mau", "A", "million", "2020Q2 to 2020Q4", "2", "2020Q3: Not printed"],
        ["Daily usersdau", "B", "million", "2020Q1", "1", ""],
    ]


def test_each_dataset_has_an_anchor_licence_hash_and_columns() -> None:
    """Charts cite a dataset by its anchor; its hash says which file it is."""
    page = describe_data(EDITION, PACKAGE, TABLES)

    assert "(kuaishou-quarterly)=\n## Kuaishou quarterly" in page
    assert rows(read(page), "Dataset")[0] == ["Kuaishou quarterly", "One row a figure.", "3"]
    assert ["period", "string", "The period."] in rows(read(page), "Column")
    assert 64 * "a" in page


def test_sources_published_later_are_not_listed() -> None:
    """An edition names only what was out on its day."""
    page = describe_sources(EDITION, TABLES["sources"])

    assert "The 3 sources published by 2022-11-10" in page
    assert "Annual results" not in page


def test_only_original_publishers_and_known_outlets_are_links() -> None:
    """A mirror's address is plain text, and one that names a later day is left out."""
    root = read(describe_sources(EDITION, TABLES["sources"]))

    assert root.xpath("//a/@href") == ["https://www.ir.example/a?b=1&c=2"]
    assert [cell.text_content() for cell in root.xpath("//tr[starts-with(@id, 'source-')]/td[5]")] == [
        "ir.example",
        "https://mirror.example/b",
        "stored later",
    ]


def test_each_source_says_what_stands_behind_it_and_where_it_is_weak() -> None:
    """Copies, digests and dates that are known by month or year only are named; a table counts them."""
    page = read(describe_sources(EDITION, TABLES["sources"]))

    assert [list(cell.itertext()) for cell in page.xpath("//tr[starts-with(@id, 'source-')]/td[4]")] == [
        ["original publisher"],
        ["copy or mirror", "dated by month only"],
        ["copy or mirror", "digest, not the document itself", "dated by year only"],
    ]
    assert [row[:2] for row in rows(page, "Standing")] == [
        ["Original publisher", "1"],
        ["Known outlet", "0"],
        ["Other site", "0"],
        ["Copy or mirror", "2"],
    ]


def test_a_result_has_a_row_that_prose_can_link_to() -> None:
    """The row gives the value as printed and in full, its range with level and kind, or why it is unknown."""
    root = read(describe_runs(EDITION, [make_run()]))

    known, unknown = root.xpath("//tr[starts-with(@id, 'result-')]")
    assert [row.get("id") for row in (known, unknown)] == [
        "result-closed_loop-growth_fall",
        "result-closed_loop-later",
    ]
    assert [cell.text_content() for cell in known][1:3] == ["16.2%", "16 to 16.4% (95% confidence interval)"]
    assert known.xpath(".//data/@value") == ["16.2"]
    assert unknown[1].text_content() == "not yet known: not published by then"


def test_a_parameter_shows_value_default_range_and_what_it_rests_on() -> None:
    """A changed value stands beside its default; without a row behind it a default is an assumption."""
    settings = rows(read(describe_runs(EDITION, [make_run()])), "Parameter")

    reference = "data:kuaishou_quarterly/2021Q4/own_shop_share_gmv"
    assert [[row[1], row[3], row[4]] for row in settings] == [
        ["0.05 (default 0.012)", "0.0 to 0.5", reference],
        ["0.0", "", "own assumption"],
        ["a b", "one of a b, c", "own assumption"],
    ]


def test_a_default_that_rests_on_a_later_row_is_not_yet_known() -> None:
    """Neither the value nor the row behind it may tell an early edition what came later."""
    run = make_run(
        as_of="2020-06-15", parameters={"outside_share": 0.012, "recovered_share": 0.5, "label": "a b"}
    )

    settings = rows(read(describe_runs(EDITION, [run])), "Parameter")

    assert [[row[1], row[4]] for row in settings] == [
        ["not yet known", "not yet known"],
        ["0.5 (default 0.0)", "own assumption"],
        ["a b", "own assumption"],
    ]


def test_nothing_of_the_machine_or_the_clock_is_shown() -> None:
    """Timing stays in the run record; versions are marked, since they look like years."""
    page = describe_runs(EDITION, [make_run(timing={"host": "builder", "seconds": 3.25})])

    assert "builder" not in page
    assert "3.25" not in page
    assert "2026.1.2" in read(page).xpath("//details[@data-undated]")[0].text_content()


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, "report run closed_loop"),
        ({"outside_share": 0.05}, "report run closed_loop -p outside_share=0.05"),
        ({"label": "it's"}, """report run closed_loop -p 'label=it'"'"'s'"""),
        ({"recovered_share": [1, 2]}, "report run closed_loop -p recovered_share=1,2"),
        ({"recovered_share": True}, "report run closed_loop -p recovered_share=true"),
    ],
)
def test_the_command_repeats_the_run_with_only_what_was_changed(
    changes: dict[str, Any], command: str
) -> None:
    """The command can be pasted into a shell."""
    defaults = {"outside_share": 0.012, "recovered_share": 0.0, "label": "a b"}

    assert rerun_command(make_run(parameters=defaults | changes)) == command


def test_the_panel_says_what_made_the_page() -> None:
    """Run, date, number of changes, command and every parameter."""
    panel = read(parameter_panel(make_run()))

    text = " ".join(panel.xpath("//aside/p")[0].text_content().split())
    assert text == (
        "Made by run 0123456789abcdef: 1 changed parameter, with what was published by 2022-11-10. "
        "To repeat it:"
    )
    assert panel.xpath("//aside/pre")[0].text_content() == "report run closed_loop -p outside_share=0.05"
    assert len(rows(panel, "Parameter")) == 3
    assert panel.xpath("//aside/p/a/@href") == ["../records/about.html#run-closed-loop"]


def test_the_pages_are_written(tmp_path: Path) -> None:
    """Each begins with its title."""
    write_records(EDITION, [make_run()], package=PACKAGE, tables=TABLES, folder=tmp_path)

    titles = {path.name: path.read_text(encoding="utf-8").split("\n")[0] for path in tmp_path.iterdir()}
    assert titles == {
        "data.md": "# Data",
        "sources.md": "# Sources",
        "about.md": "# About this run",
        "benchmarks.md": "# Benchmarks",
    }


def test_benchmarks_are_shown_as_measured_in_the_current_edition_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a measurement the page says how to make one."""
    current = EDITION | {"latest": True, "scenario": "default"}
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert "`make bench` measures them" in describe_benchmarks(current)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / BENCHMARKS).write_text("# Benchmarks\n\n| a |\n")
    assert "| a |" in describe_benchmarks(current)
    assert "| a |" not in describe_benchmarks(EDITION)
