"""The page of the articles' claims of cause: what could test each, and what would show it to be wrong."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import pandas as pd

from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.wording import ARTICLES, THEMES, link_facts, mark_announced
from helpers.evidence.facts import Fact

PENDING = "comes with the theme's computation"

_COLUMNS = (
    Column("Claim", width="8%"),
    Column("In our words", width="27%"),
    Column("What could test it", sort="", labelled=True, width="21%"),
    Column("What would show it wrong", sort="", labelled=True, width="18%"),
    Column("Figures given", sort="", labelled=True, width="14%"),
    Column("Verdict", labelled=True),
)
_DIRECTIONS = {"+": "positive", "-": "negative", "+/-": "either way"}


def describe_claims(claims: pd.DataFrame, facts: dict[str, Fact], day: date) -> str:
    """Return the page of claims.

    Parameters
    ----------
    claims : DataFrame
        Those public by the day; a column ``verdict`` is shown where there is one.
    facts : dict of str to Fact
        Those public by the day.
    day : date
        Day of the edition.
    """
    parts = [
        "# Claims",
        "What the articles say brings about what, claim by claim, in our own words. Each row names a test "
        "that could examine the claim and the finding that would show it to be wrong, so that a verdict "
        "can be argued with. The figures are those that the article itself gives for the claim; many have "
        "none.",
    ]
    if claims.empty:
        return join_page([*parts, "None of the articles was public by then, so there is no claim to show."])
    articles = {name: f"{name}: {words}" for name, words in ARTICLES.items()}
    filters = [Filter("theme", "Theme", THEMES), Filter("article", "Article", articles)]
    rows = [_write_claim(row, facts, day) for row in claims.to_dict("records")]
    parts += [
        f"{_count_bare(claims)} of the {len(claims)} claims come without any figure.",
        embed(write_register("claims", "{shown} of {all} claims", _COLUMNS, rows, filters)),
    ]
    return join_page(parts)


def _count_bare(claims: pd.DataFrame) -> int:
    return int((claims["facts"] == "").sum())


def _write_claim(row: dict[Any, Any], facts: dict[str, Fact], day: date) -> Row:
    anchor = find_anchor("claims", str(row["claim_id"]))
    cells: list[str | Cell] = [
        Cell(
            f'<a href="#{anchor}">{row["claim_id"]}</a><small>{THEMES[row["theme"]]}</small>', row["claim_id"]
        ),
        Cell(_write_words(row), str(row["claim"])),
        mark_announced(str(row["quantitative_test"]), day),
        mark_announced(str(row["falsifier"]), day),
        link_facts(str(row["facts"]).split(), facts),
        escape(str(row.get("verdict", PENDING))),
    ]
    return Row(anchor, cells, {"theme": [row["theme"]], "article": [row["document"]]})


def _write_words(row: dict[Any, Any]) -> str:
    paragraphs = str(row["paragraph"]).split()
    word = "paragraph" if len(paragraphs) == 1 else "paragraphs"
    notes = [
        f"{row['cause']} → {row['effect']} (direction: {_DIRECTIONS[row['direction']]})",
        f"Article {row['document']}, {word} {', '.join(paragraphs)}",
        str(row["later_note"]),
    ]
    return escape(str(row["claim"])) + "".join(f"<small>{escape(note)}</small>" for note in notes if note)
