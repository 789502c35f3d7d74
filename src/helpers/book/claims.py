"""The page of the articles' claims of cause: verdict, test, and what would show each to be wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.wording import ARTICLES, THEMES, link_facts, link_result, mark_announced
from helpers.evidence.facts import Fact
from helpers.prose import MINUS
from helpers.runs.verdicts import VERDICTS, Results, judge_claims

PENDING = "comes with the theme's computation"

_COLUMNS = (
    Column("Claim", width="8%"),
    Column("In our words", width="26%"),
    Column("Verdict", labelled=True, width="27%"),
    Column("What could test it", sort="", labelled=True, width="26%"),
    Column("Figures given", sort="", labelled=True),
)
_PRINT = {"<=": "≤", ">=": "≥", "== ": "", "-": MINUS}
_SIGNS = re.compile(r"<=|>=|== |(?<=[ (\[])-(?=\d)")
_DIRECTIONS = {"+": "positive", "-": "negative", "+/-": "either way"}


def describe_claims(claims: pd.DataFrame, facts: dict[str, Fact], results: Results, day: date) -> str:
    """Return the page of claims.

    Parameters
    ----------
    claims : DataFrame
        Those public by the day.
    facts : dict of str to Fact
        Those public by the day.
    results : mapping of notebook to mapping of name to result
        Results of the edition; a claim that a notebook outside of it decides is shown as pending.
    day : date
        Day of the edition.
    """
    parts = [
        "# Claims",
        "What the articles say brings about what, claim by claim, in our own words. A verdict is computed "
        "from a result of this edition, so a rerun with other assumptions can turn it. Each row names a "
        "test that could examine the claim and the finding that would show it wrong. The figures are those "
        "that the article itself gives for the claim.",
    ]
    if claims.empty:
        return join_page([*parts, "None of the articles was public by then, so there is no claim to show."])
    verdicts = _judge(claims, results)
    rows = [_write_claim(row, verdicts, facts, day) for row in claims.to_dict("records")]
    articles = {name: f"{name}: {words}" for name, words in ARTICLES.items()}
    filters = [
        Filter("theme", "Theme", THEMES),
        Filter("verdict", "Verdict", {_tag(one): one for one in (*VERDICTS, PENDING)}),
        Filter("article", "Article", articles),
    ]
    parts += [
        f"{(claims['facts'] == '').sum()} of the {len(claims)} claims come without any figure.",
        embed(write_register("claims", "{shown} of {all} claims", _COLUMNS, rows, filters)),
    ]
    return join_page(parts)


def _judge(claims: pd.DataFrame, results: Results) -> dict[str, dict[Any, Any]]:
    """Return the verdicts of the claims that this edition's notebooks can decide, by claim."""
    notebooks = [str(result or nearest).partition("/")[0] for result, nearest in _deciding(claims)]
    judged = judge_claims(claims[[not name or name in results for name in notebooks]], results)
    return {str(row["claim_id"]): row for row in judged.to_dict("records")}


def _deciding(claims: pd.DataFrame) -> zip[tuple[Any, Any]]:
    return zip(claims["result"], claims["nearest"], strict=True)


def _tag(verdict: str) -> str:
    return verdict.replace(" ", "-")


def _write_claim(
    row: dict[Any, Any], verdicts: Mapping[str, Mapping[Any, Any]], facts: dict[str, Fact], day: date
) -> Row:
    name = str(row["claim_id"])
    anchor = find_anchor("claims", name)
    verdict = verdicts.get(name, {"verdict": PENDING})
    falsifier = f"<small>Wrong if: {mark_announced(str(row['falsifier']), day)}</small>"
    cells: list[str | Cell] = [
        Cell(f'<a href="#{anchor}">{name}</a><small>{THEMES[row["theme"]]}</small>', name),
        Cell(_write_words(row), str(row["claim"])),
        Cell(_write_verdict(verdict), str(verdict["verdict"])),
        mark_announced(str(row["quantitative_test"]), day) + falsifier,
        link_facts(str(row["facts"]).split(), facts, day),
    ]
    passes = {"theme": [row["theme"]], "verdict": [_tag(verdict["verdict"])], "article": [row["document"]]}
    return Row(anchor, cells, passes)


def _write_words(row: dict[Any, Any]) -> str:
    paragraphs = str(row["paragraph"]).split()
    word = "paragraph" if len(paragraphs) == 1 else "paragraphs"
    notes = [
        f"{row['cause']} → {row['effect']} (direction: {_DIRECTIONS[row['direction']]})",
        f"Article {row['document']}, {word} {', '.join(paragraphs)}",
        str(row["later_note"]),
    ]
    return escape(str(row["claim"])) + "".join(f"<small>{escape(note)}</small>" for note in notes if note)


def _write_verdict(verdict: Mapping[Any, Any]) -> str:
    words = f"<strong>{escape(verdict['verdict'])}</strong>"
    if verdict["verdict"] == PENDING:
        return escape(PENDING)
    strength = "" if verdict["strength"] == "none" else f" ({escape(verdict['strength'])})"
    link = f"<small>{link_result(verdict['result'])}</small>" if verdict["result"] else ""
    because = _SIGNS.sub(lambda sign: _PRINT[sign[0]], verdict["because"])
    change = f"<small>Would change it: {escape(verdict['would_change'])}</small>"
    return f"{words}{strength}<small>{escape(because)}</small>{link}{change}"
