"""The catalogue of the systems, programmes and schemes that the articles describe."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from helpers import prose
from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.wording import ARTICLE_LABELS, THEMES, link_facts, link_result, mark_announced
from helpers.evidence.facts import Fact
from helpers.runs.verdicts import Results

_COLUMNS = (
    Column("System", width="9%"),
    Column("Name", width="19%"),
    Column("What it does", sort="", width="21%"),
    Column("Mechanism", sort="", labelled=True, width="19%"),
    Column("Figures", sort="", labelled=True, width="13%"),
    Column("Computed", sort="", labelled=True),
)


def describe_systems(
    systems: pd.DataFrame, facts: dict[str, Fact], documents: Collection[str], results: Results, day: date
) -> str:
    """Return the page of systems.

    Parameters
    ----------
    systems : DataFrame
        Those public by the day.
    facts : dict of str to Fact
    documents : collection of str
        Articles public by the day; an article or fact of a later day is left out.
    results : mapping of notebook to mapping of name to result
        Results of the edition.
    day : date
        Day of the edition.
    """
    parts = [
        "# Systems",
        "The programmes, rules, tools and ideas that the articles describe, in our own words: what each "
        "does, by which mechanism, and the figures that are its parameters. *Computed* leads to the "
        "results that use these figures or examine the system, or says why there is none.",
    ]
    if systems.empty:
        return join_page([*parts, "None of the articles was public by then, so there is no system to show."])
    filters = [Filter("theme", "Theme", THEMES), Filter("article", "Article", ARTICLE_LABELS)]
    rows = [_write_system(row, facts, documents, results, day) for row in systems.to_dict("records")]
    parts.append(embed(write_register("systems", "{shown} of {all} systems", _COLUMNS, rows, filters)))
    return join_page(parts)


def _write_system(
    row: dict[Any, Any], facts: dict[str, Fact], documents: Collection[str], results: Results, day: date
) -> Row:
    name = str(row["system_id"])
    anchor = find_anchor("systems", name)
    named = [article for article in str(row["documents"]).split() if article in documents]
    note = f"<small>{escape(str(row['later_note']))}</small>" if row["later_note"] else ""
    where = f"<small>{'Article' if len(named) == 1 else 'Articles'} {', '.join(named)}</small>"
    first = f"<small>First seen: {mark_announced(str(row['first_date']), day)}</small>"
    title = f"{escape(str(row['name_en']))} {escape(str(row['name_zh']))}"
    cells: list[str | Cell] = [
        Cell(f'<a href="#{anchor}">{name}</a><small>{THEMES[row["theme"]]}</small>', name),
        Cell(title + where + first, str(row["name_en"])),
        escape(str(row["what_it_does"])) + note,
        escape(str(row["mechanism"]).replace("->", "→")),
        link_facts(str(row["facts"]).split(), facts, day),
        _link_results(row, results),
    ]
    return Row(anchor, cells, {"theme": [row["theme"]], "article": named})


def _link_results(row: Mapping[Any, Any], results: Results) -> str:
    """List the results named for a system and those that rest on its facts, each with its value."""
    resting = [
        f"{notebook}/{name}"
        for notebook, items in results.items()
        for name, result in items.items()
        if {f"fact:{one}" for one in str(row["facts"]).split()} & set(result["inputs"])
    ]
    known = {
        f"{notebook}/{name}": result for notebook, items in results.items() for name, result in items.items()
    }
    found = [name for name in dict.fromkeys([*str(row["results"]).split(), *resting]) if name in known]
    lines = [
        f"{link_result(name)} {escape(prose.format_value(known[name]['value'], known[name]['unit']))}"
        for name in found
    ]
    return "<br>".join(lines) or f"<small>{escape(str(row['why_no_result']))}</small>"
