"""The catalogue of the systems, programmes and schemes that the articles describe."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.wording import ARTICLES, THEMES, link_facts, mark_announced
from helpers.evidence.facts import Fact

_COLUMNS = (
    Column("System", width="9%"),
    Column("Name", width="20%"),
    Column("What it does", sort="", width="25%"),
    Column("Mechanism", sort="", labelled=True, width="22%"),
    Column("Figures", sort="", labelled=True),
    Column("Computed", sort="", labelled=True),
)


def describe_systems(
    systems: pd.DataFrame,
    facts: dict[str, Fact],
    documents: Collection[str],
    runs: Sequence[Mapping[str, Any]],
    day: date,
) -> str:
    """Return the page of systems.

    Parameters
    ----------
    systems : DataFrame
        Those public by the day.
    facts : dict of str to Fact
    documents : collection of str
        Articles public by the day; an article or fact of a later day is left out.
    runs : sequence of mapping
        Each with ``notebook`` and ``results``; a result that rests on a system's fact is linked.
    day : date
        Day of the edition.
    """
    parts = [
        "# Systems",
        "The programmes, rules, tools and ideas that the articles describe, in our own words: what each "
        "does, by which mechanism, and the figures that are its parameters. *Computed* leads to results "
        "that rest on these figures.",
    ]
    if systems.empty:
        return join_page([*parts, "None of the articles was public by then, so there is no system to show."])
    results = _results_by_fact(runs)
    articles = {name: f"{name}: {words}" for name, words in ARTICLES.items()}
    filters = [Filter("theme", "Theme", THEMES), Filter("article", "Article", articles)]
    rows = [_write_system(row, facts, documents, results, day) for row in systems.to_dict("records")]
    parts.append(embed(write_register("systems", "{shown} of {all} systems", _COLUMNS, rows, filters)))
    return join_page(parts)


def _results_by_fact(runs: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Return notebook and name of the results that rest on each fact."""
    found: dict[str, list[tuple[str, str]]] = {}
    for run in runs:
        for result in run["results"]:
            for reference in result["inputs"]:
                kind, _, name = reference.partition(":")
                if kind == "fact":
                    found.setdefault(name, []).append((str(run["notebook"]), str(result["name"])))
    return found


def _write_system(
    row: dict[Any, Any],
    facts: dict[str, Fact],
    documents: Collection[str],
    results: Mapping[str, list[tuple[str, str]]],
    day: date,
) -> Row:
    anchor = find_anchor("systems", str(row["system_id"]))
    ids = str(row["facts"]).split()
    named = [name for name in str(row["documents"]).split() if name in documents]
    note = f"<small>{escape(str(row['later_note']))}</small>" if row["later_note"] else ""
    where = f"<small>{'Article' if len(named) == 1 else 'Articles'} {', '.join(named)}</small>"
    first = f"<small>First seen: {mark_announced(str(row['first_date']), day)}</small>"
    cells: list[str | Cell] = [
        Cell(
            f'<a href="#{anchor}">{row["system_id"]}</a><small>{THEMES[row["theme"]]}</small>',
            row["system_id"],
        ),
        Cell(
            f"{escape(str(row['name_en']))} {escape(str(row['name_zh']))}{where}{first}", str(row["name_en"])
        ),
        f"{escape(str(row['what_it_does']))}{note}",
        escape(str(row["mechanism"]).replace("->", "→")),
        link_facts(ids, facts),
        _link_results(ids, results),
    ]
    return Row(anchor, cells, {"theme": [row["theme"]], "article": named})


def _link_results(ids: Iterable[str], results: Mapping[str, list[tuple[str, str]]]) -> str:
    found = dict.fromkeys(place for one in ids for place in results.get(one, ()))
    return "<br>".join(
        f'<a href="about.html#result-{escape(notebook)}-{escape(name)}">'
        f"{escape(f'{notebook}/{name}').replace('_', '_<wbr>').replace('/', '/<wbr>')}</a>"
        for notebook, name in found
    )
