"""Where a chapter shows a result, and which systems and claims rest on a chapter: the links of both ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import NamedTuple

import pandas as pd
from nbformat import NotebookNode

from helpers.book.addresses import find_anchor
from helpers.charts.frame import MIME as CHART_MIME
from helpers.runs.results import RESULT_MIME

Pairs = Iterable[tuple[NotebookNode, list[NotebookNode]]]

_PASTED = re.compile(r"\{result\}`(\w+)/(\w+)")
_HEADING = re.compile(r"^## ", re.MULTILINE)


class Place(NamedTuple):
    """A chart of a chapter."""

    notebook: str
    chart: str
    title: str

    @property
    def link(self) -> str:
        """The chart as a link from a page of records."""
        return f'<a href="../chapters/{self.notebook}.html#chart-{self.chart}">{escape(self.title)}</a>'


def locate_charts(notebook: str, pairs: Pairs) -> dict[str, Place]:
    """Return the chart that shows each result of a chapter: the nearest in the section that speaks of it.

    Parameters
    ----------
    notebook : str
    pairs : iterable
        Cells with their outputs, as `helpers.book.chapters.match_outputs` yields them.

    Returns
    -------
    dict of str to Place
        By name of the result; a result of a section without a chart has none.
    """
    found: dict[str, Place] = {}
    for section in _split_sections(pairs):
        charts = [(number, place) for number, one in enumerate(section) for place in _charts(notebook, *one)]
        if not charts:
            continue
        for number, (cell, outputs) in enumerate(section):
            nearest = min(charts, key=lambda chart: (abs(chart[0] - number), chart[0]))[1]
            for name in _names(notebook, cell, outputs):
                found.setdefault(name, nearest)
    return found


def _split_sections(pairs: Pairs) -> Iterator[list[tuple[NotebookNode, list[NotebookNode]]]]:
    number = 0

    def place(pair: tuple[NotebookNode, list[NotebookNode]]) -> int:
        nonlocal number
        number += pair[0].cell_type == "markdown" and bool(_HEADING.search(pair[0].source))
        return number

    for _, section in groupby(pairs, key=place):
        yield list(section)


def _charts(notebook: str, cell: NotebookNode, outputs: list[NotebookNode]) -> Iterator[Place]:
    for output in outputs:
        if CHART_MIME in (bundle := output.get("data", {})):
            meta = bundle[CHART_MIME]["usermeta"]
            yield Place(notebook, meta["name"], meta["title"])


def _names(notebook: str, cell: NotebookNode, outputs: list[NotebookNode]) -> Iterator[str]:
    """Yield the results that a cell pastes or records."""
    if cell.cell_type == "markdown":
        yield from (name for home, name in _PASTED.findall(cell.source) if home == notebook)
    bundles = (output.get("data", {}) for output in outputs)
    yield from (bundle[RESULT_MIME]["name"] for bundle in bundles if RESULT_MIME in bundle)


def list_backlinks(notebook: str, systems: pd.DataFrame, claims: pd.DataFrame, verdicts: pd.DataFrame) -> str:
    """Return the end of a chapter as HTML: the claims that its results decide, the systems that it computes.

    Parameters
    ----------
    notebook : str
    systems, claims : DataFrame
        Those public by the day of the edition.
    verdicts : DataFrame
        From `helpers.runs.verdicts.judge_claims`; may be of no claim.

    Returns
    -------
    str
        Empty where nothing rests on the chapter.
    """
    decided = claims[claims["result"].str.startswith(f"{notebook}/")].merge(
        verdicts[["claim_id", "verdict"]], on="claim_id"
    )
    used = systems[systems["results"].str.contains(rf"(?:^| ){notebook}/")]
    judged = [
        f"<li>{_link('claims', row['claim_id'], row['claim'])}: <strong>{row['verdict']}</strong></li>"
        for row in decided.to_dict("records")
    ]
    placed = [_link("systems", row["system_id"], row["name_en"]) for row in used.to_dict("records")]
    parts = [f"<p>Claims that this page decides:</p>\n<ul>{''.join(judged)}</ul>"] if judged else []
    parts += [f"<p>Systems on this page: {', '.join(placed)}.</p>"] if placed else []
    return "\n".join(parts)


def _link(page: str, name: str, words: str) -> str:
    return f'<a href="../records/{page}.html#{find_anchor(page, name)}">{escape(words.rstrip("."))}</a>'
