"""The page of all figures of the articles: where each stands, who says it, what kind of number it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import pandas as pd

from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page, write_details, write_pairs, write_table
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.wording import (
    ARTICLE_LABELS,
    ARTICLES,
    KIND_MEANINGS,
    KINDS,
    SPEAKERS,
    THEMES,
    mark_announced,
    write_figure,
    write_period,
)
from helpers.evidence.facts import Fact

_COLUMNS = (
    Column("Fact"),
    Column("As printed", sort="", width="10%"),
    Column("Value", sort="number"),
    Column("Kind"),
    Column("What it measures"),
    Column("Period", labelled=True),
    Column("Said by", labelled=True),
    Column("Where", sort="number"),
    Column("Theme", labelled=True),
)
_NOTHING = (
    "None of the articles was public by then, so there is no figure to show. The table fills as the day of "
    "the edition passes the day of an article."
)


def describe_evidence(
    facts: Sequence[Fact], documents: pd.DataFrame, dismissals: pd.DataFrame, day: date
) -> str:
    """Return the page of figures.

    Parameters
    ----------
    facts : sequence of Fact
    documents, dismissals : DataFrame
        All three hold only what was public by the day.
    day : date
        Day of the edition.
    """
    parts = [
        "# Figures of the articles",
        "Every number that the articles print, one row each: the figure as it stands there, its value in "
        "base units, what kind of number it is, what it measures, and who says it. Subjects and notes are "
        "our own words; the articles themselves are not part of the report.",
    ]
    if documents.empty:
        return join_page([*parts, _NOTHING])
    parts += [
        _count(facts, dismissals),
        embed(write_details("What the kinds of number mean", _write_kinds(facts))),
        embed(_write_facts(facts, day)),
        "## The articles",
        "Where an article shows no day, its own words and the events it knows bound the day; the last "
        "possible day counts. A paragraph is a line of the scraped page that is not empty, counted from "
        "one, so that anyone who holds the page finds the place; the hash says whether it is the same page.",
        embed(_write_documents(facts, documents, dismissals)),
        "## Numbers that state no quantity",
        "A number that is a name, a period or a figure of speech is not a figure. Each is listed with the "
        "reason, so that nothing is passed over in silence.",
        embed(write_details(f"All {len(dismissals)} of them", _write_dismissals(dismissals))),
    ]
    return join_page(parts)


def _count(facts: Sequence[Fact], dismissals: pd.DataFrame) -> str:
    lost = sum(fact.qualifier == "lost" for fact in facts)
    return (
        f"The articles hold {len(facts) - lost + len(dismissals)} numeric expressions. {len(facts) - lost} "
        f"are figures, {len(dismissals)} state no quantity, and {lost} more figures were lost when the "
        "pages were scraped. The command `report audit FOLDER` compares all of it with the pages, for "
        "whoever holds them."
    )


def _write_kinds(facts: Sequence[Fact]) -> str:
    present = {fact.qualifier for fact in facts}
    return write_pairs((KINDS[kind], escape(text)) for kind, text in KIND_MEANINGS.items() if kind in present)


def _write_facts(facts: Sequence[Fact], day: date) -> str:
    filters = [
        Filter("theme", "Theme", THEMES),
        Filter("kind", "Kind", KINDS),
        Filter("article", "Article", ARTICLE_LABELS),
    ]
    rows = [_write_fact(fact, day) for fact in facts]
    return write_register("facts", "{shown} of {all} figures", _COLUMNS, rows, filters)


def _write_fact(fact: Fact, day: date) -> Row:
    anchor = find_anchor("facts", fact.fact_id)
    note = f"<small>{escape(fact.note)}</small>" if fact.note else ""
    place = 1e6 * int(fact.document) + 1e3 * fact.paragraph + fact.ordinal
    cells: list[str | Cell] = [
        f'<a href="#{anchor}">{fact.fact_id}</a>',
        escape(fact.printed),
        Cell(mark_announced(write_figure(fact), day), fact.value if fact.value is not None else ""),
        KINDS[fact.qualifier],
        f"{escape(fact.subject)}{note}",
        write_period(fact.period, day),
        SPEAKERS[fact.asserted_by],
        Cell(f"Article&nbsp;{fact.document}, paragraph&nbsp;{fact.paragraph}", place),
        THEMES[fact.theme],
    ]
    passes = {"theme": [fact.theme], "kind": [fact.qualifier], "article": [fact.document]}
    return Row(anchor, cells, passes)


def _write_documents(facts: Sequence[Fact], documents: pd.DataFrame, dismissals: pd.DataFrame) -> str:
    rows = []
    for row in documents.to_dict("records"):
        name = str(row["document"])
        first, last = (f"{row[column]:%Y-%m-%d}" for column in ("published_from", "published_to"))
        rows.append(
            [
                name,
                escape(ARTICLES.get(name, "")),
                first if first == last else f"{first} to {last}",
                escape(str(row["publisher"])),
                str(sum(fact.document == name for fact in facts)),
                str((dismissals["document"] == name).sum()),
                f'<code class="kx-hash">{row["sha256"]}</code>',
            ]
        )
    headings = ["Article", "About", "Published", "Publisher", "Figures", "No quantity", "SHA-256"]
    return write_table(headings, rows, ids=[f"article-{name}" for name in documents["document"]])


def _write_dismissals(dismissals: pd.DataFrame) -> str:
    rows = [
        [
            f"{row['document']}, paragraph {row['paragraph']}",
            escape(str(row["printed"])),
            escape(str(row["reason"])),
        ]
        for row in dismissals.to_dict("records")
    ]
    return write_table(["Where", "As printed", "Why it is no figure"], rows)
