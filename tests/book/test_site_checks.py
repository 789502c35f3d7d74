"""Checks of prose and of built pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.book.policy import POLICY
from helpers.book.site_checks import (
    check_hindsight,
    check_links,
    check_outside,
    check_policy,
    check_prose,
)

META = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'


def write_page(folder: Path, body: str, *, head: str = META, name: str = "index.html") -> Path:
    """Write one page of a book and return its folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    return folder


def write_markdown(folder: Path, text: str, *, name: str = "page.md") -> Path:
    """Write a page of prose."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "It fell by {result}`closed_loop/growth_fall:.1f` in 2022Q2.",
        "On 1 March 2022, from 28 to 31 October 2022, in May 2020, 2018–2025, 2022-03-01, 2023H1.",
        "Article 003 and Model 4 speak of 618, 双11 and 5S under the MIT licence and CC BY 4.0.",
        "## 3 questions about 52 systems",
        "At least {typed}`90%`.",
        "Run `report run x -p share=0.05` with $e_{1} = 0.5$.",
        "$$\n100 \\times 2\n$$",
        "```sh\nreport run -p share=0.05\n```",
        "1. First\n2. Second",
        "| a | b |\n|---|---:|\n| x | {result}`loop/a` |",
        "See [the page](records/about.html#a-12) at https://example.com/12.",
        ":::{since} 2022-08-23\nText.\n:::",
        "```{figure} picture-12.svg\n:width: 300\nCaption\n```",
        "<!-- 17 rows -->",
    ],
)
def test_dates_names_headings_and_marked_numbers_may_hold_digits(tmp_path: Path, text: str) -> None:
    """What is not a figure may be typed."""
    assert check_prose([write_markdown(tmp_path, text)]) == []


@pytest.mark.parametrize(
    ("text", "line", "figure"),
    [
        ("GMV fell by\n16.2 points.", 2, "16.2"),
        ("A share of 85% in 2021Q1.", 1, "85%"),
        ("RMB 1,389.6bn in 2024.", 1, "1,389.6"),
        (":::{since} 2022-08-23\nIt was 31.5.\n:::", 2, "31.5."),
        ("```{note}\nIt was 47.\n```", 2, "47."),
        ("| a |\n|---|\n| 12 |", 3, "12"),
        ("```sh\ncode 1\n```\nIt was 7 days.", 4, "7"),
    ],
)
def test_a_typed_figure_is_named_with_its_line_and_the_way_out(
    tmp_path: Path, text: str, line: int, figure: str
) -> None:
    """Blocks, tables and directives are read as prose."""
    assert check_prose([write_markdown(tmp_path, text)]) == [
        f"page.md, line {line}: figure {figure!r} is typed; paste a result with {{result}}, or mark a "
        "definition with {typed}"
    ]


def test_notebooks_are_read_cell_by_cell(tmp_path: Path) -> None:
    """Code cells are no prose."""
    cells = [
        {"cell_type": "code", "source": ["share = 0.5"]},
        {"cell_type": "markdown", "source": ["# Title\n", "It fell by 16 points."]},
    ]
    path = write_markdown(tmp_path, json.dumps({"cells": cells}), name="loop.ipynb")

    [complaint] = check_prose([path])
    assert complaint.startswith("loop.ipynb, cell 2, line 2: figure '16' is typed")


def test_a_generated_readme_is_left_to_its_own_check(tmp_path: Path) -> None:
    """Its numbers are compared with the runs elsewhere."""
    assert check_prose([write_markdown(tmp_path, "It fell by 16.2.", name="README.md")]) == []


@pytest.mark.parametrize(
    "body",
    [
        "<p>growth in 2022Q4, in November 2022, on 2022-11-10, until 2022</p>",
        '<p>until <span class="kx-announced">31 December 2022</span></p>',
        "<details data-undated><table><tr><td>2026.1.2</td></tr></table><p>2026</p></details>",
        "<script src='_static/2026.js'></script>",
    ],
)
def test_what_had_begun_or_was_announced_may_stand(tmp_path: Path, body: str) -> None:
    """The running quarter and year are known; announced days and versions are marked."""
    assert check_hindsight(write_page(tmp_path, body), "2022-11-10") == []


@pytest.mark.parametrize(
    ("body", "mention"),
    [
        ("<p>in 2023</p>", "2023"),
        ("<p>on <b>2022-11-22</b></p>", "2022-11-22"),
        ("<p>in December <b>2022</b></p>", "December 2022"),
        ("<p>published in December 2022</p>", "December 2022"),
        ('<script type="application/ld+json">{"temporalCoverage": "2018/2024"}</script>', "2024"),
        ('<svg role="img" aria-label="Line to 2023Q1"></svg>', "2023Q1"),
        ('<img alt="2023H1" src="a.png">', "2023H1"),
        ('<a title="2025">x</a>', "2025"),
        ('<a href="https://example.com/2023-01-05">x</a>', "2023-01-05"),
        ('<a href="%32023.html">x</a>', "2023"),
        ("<svg><text>2023</text></svg>", "2023"),
        ("<p>2023年</p>", "2023年"),
    ],
)
def test_later_days_are_found_wherever_a_reader_or_listener_meets_them(
    tmp_path: Path, body: str, mention: str
) -> None:
    """Text, pictures, alternative texts, tooltips and links are read."""
    complaints = check_hindsight(write_page(tmp_path, body), "2022-11-10")

    assert [complaint.partition(", in ")[0] for complaint in complaints] == [
        f"index.html: {mention!r} begins after 2022-11-10"
    ]


def test_data_files_are_scanned_too(tmp_path: Path) -> None:
    """A chart's data must not carry rows that its picture leaves out."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "gmv.csv").write_text("quarter,gmv\n2022Q2,191\n2023Q1,225\n")
    (tmp_path / "figures" / "gmv.js").write_text('{"quarter":"2023Q2"}')

    complaints = check_hindsight(tmp_path, "2022-11-10")

    assert [complaint.partition(" begins")[0] for complaint in complaints] == [
        "figures/gmv.csv: '2023Q1'",
        "figures/gmv.js: '2023Q2'",
    ]


def test_the_size_of_a_file_is_no_year(tmp_path: Path) -> None:
    """A file of 2043 bytes is not from a later year."""
    (tmp_path / "crate.json").write_text('{"contentSize": "2043", "name": "a"}')

    assert check_hindsight(tmp_path, "2022-11-10") == []


def test_a_projection_may_reach_beyond_the_day_of_its_edition(tmp_path: Path) -> None:
    """A figure that is marked as a projection is passed over with its data, others are not."""
    (tmp_path / "figures").mkdir()
    for name in ("paths.0a.csv", "paths-2.0b.js", "pathsway.0c.csv"):
        (tmp_path / "figures" / name).write_text("2027Q3")
    write_page(tmp_path, '<figure data-name="paths" data-projection><p>2027Q3</p></figure>')

    complaints = check_hindsight(tmp_path, "2022-11-10")

    assert [complaint.partition(":")[0] for complaint in complaints] == ["figures/pathsway.0c.csv"]


@pytest.mark.parametrize(
    "body",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<img src="//cdn.example/a.png">',
        '<form action="http://search.example/"></form>',
        '<svg><use href="https://cdn.example/a.svg#i"></use></svg>',
    ],
)
def test_a_request_to_elsewhere_is_named(tmp_path: Path, body: str) -> None:
    """Scripts, pictures, forms and references are requests."""
    [complaint] = check_outside(write_page(tmp_path, body))

    assert complaint.endswith("ship the file with the book")


def test_style_sheets_must_not_ask_for_anything_elsewhere(tmp_path: Path) -> None:
    """Imports and addresses in style sheets are requests as well."""
    (tmp_path / "a.css").write_text(
        '@import "https://fonts.example/a.css"; p{background:url(//cdn.example/b.png)}'
    )

    assert check_outside(tmp_path) == [
        "a.css: asks for https://fonts.example/a.css; ship the file with the book",
        "a.css: asks for //cdn.example/b.png; ship the file with the book",
    ]


def test_ordinary_links_and_files_of_the_book_are_no_requests_to_elsewhere(tmp_path: Path) -> None:
    """A reader may follow a link; the page itself stays at home."""
    body = '<a href="https://ir.example/">x</a><img src="a.png"><img src="data:image/png;base64,AA==">'

    assert check_outside(write_page(tmp_path, body)) == []


def test_a_page_that_keeps_the_policy_passes(tmp_path: Path) -> None:
    """Files and data blocks are allowed."""
    body = '<script src="_static/a.js"></script><script type="application/json">{}</script>'

    assert check_policy(write_page(tmp_path, body)) == []


@pytest.mark.parametrize(
    ("head", "body", "problem"),
    [
        ("<title>T</title>" + META, "", "its head does not begin with the content policy"),
        (META.replace("'none'", "*"), "", "its head does not begin with the content policy"),
        (META, "<script>1</script>", "<script> stands inline"),
        (META, "<script data-stay>1</script>", "<script> stands inline"),
        (META, "<style>p{}</style>", "<style> stands inline"),
        (META, '<p style="color:red">x</p>', "<p> has style="),
        (META, '<p onclick="x()">x</p>', "<p> has onclick="),
    ],
)
def test_a_page_that_breaks_the_policy_is_named(tmp_path: Path, head: str, body: str, problem: str) -> None:
    """A browser would refuse or, worse, allow what stands there."""
    [complaint] = check_policy(write_page(tmp_path, body, head=head))

    assert complaint.startswith(f"index.html: {problem}")


def test_links_inside_the_book_lead_somewhere(tmp_path: Path) -> None:
    """Files and anchors exist; links to elsewhere are not followed."""
    write_page(tmp_path, '<table><tr id="result-loop-a"></tr></table>', name="records/about.html")
    body = "".join(
        f'<a href="{address}">x</a>'
        for address in (
            "records/about.html#result-loop-a",
            "records/about.html#result-loop-b",
            "gone.html",
            "#here",
            "https://example.com/#x",
        )
    )

    assert check_links(write_page(tmp_path, body + '<p id="here"></p>')) == [
        "index.html: link 'gone.html' leads to no file",
        "index.html: link 'records/about.html#result-loop-b' leads to no anchor",
    ]
