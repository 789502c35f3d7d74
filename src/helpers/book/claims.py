"""The page of the articles' claims of cause: verdict, test, and what would show each to be wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page, write_table
from helpers.book.places import Place
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.wording import ARTICLE_LABELS, THEMES, link_facts, link_result, mark_announced
from helpers.evidence.facts import Fact
from helpers.prose import MINUS
from helpers.runs.verdicts import VERDICTS, Results, count_verdicts, judge_claims

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


def describe_claims(
    claims: pd.DataFrame, facts: dict[str, Fact], results: Results, charts: Mapping[str, Place], day: date
) -> str:
    """Return the page of claims.

    Parameters
    ----------
    claims : DataFrame
        Those public by the day.
    facts : dict of str to Fact
        Those public by the day.
    results : mapping of notebook to mapping of name to result
        Results of the edition.
    charts : mapping of str to Place
        The chart that shows a result ``NOTEBOOK/NAME``, where there is one.
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
    judged = judge_claims(claims, results)
    verdicts = {row["claim_id"]: row for row in judged.to_dict("records")}
    rows = [
        _write_claim(row, verdicts[row["claim_id"]], facts, charts, day) for row in claims.to_dict("records")
    ]
    filters = [
        Filter("theme", "Theme", THEMES),
        Filter("verdict", "Verdict", {_tag(one): one for one in VERDICTS}),
        Filter("article", "Article", ARTICLE_LABELS),
    ]
    parts += [
        f"{(claims['facts'] == '').sum()} of the {len(claims)} claims come without any figure.",
        embed(_count(claims, judged, "theme", "Theme", THEMES)),
        embed(_count(claims, judged, "document", "Article", ARTICLE_LABELS)),
        "[How the answers moved](moved.md) shows the verdicts of earlier days beside these.",
        embed(write_register("claims", "{shown} of {all} claims", _COLUMNS, rows, filters)),
    ]
    return join_page(parts)


def _tag(verdict: str) -> str:
    return verdict.replace(" ", "-")


def _count(
    claims: pd.DataFrame, judged: pd.DataFrame, by: str, heading: str, words: Mapping[str, str]
) -> str:
    counts = count_verdicts(claims, judged, by)
    rows = [[escape(words[name]), *map(str, counts.loc[name])] for name in words if name in counts.index]
    rows.append(["<strong>All</strong>", *(f"<strong>{count}</strong>" for count in counts.sum())])
    return write_table([heading, *(verdict.capitalize() for verdict in VERDICTS)], rows)


def _write_claim(
    row: dict[Any, Any],
    verdict: Mapping[Any, Any],
    facts: dict[str, Fact],
    charts: Mapping[str, Place],
    day: date,
) -> Row:
    name = str(row["claim_id"])
    anchor = find_anchor("claims", name)
    falsifier = f"<small>Wrong if: {mark_announced(str(row['falsifier']), day)}</small>"
    cells: list[str | Cell] = [
        Cell(f'<a href="#{anchor}">{name}</a><small>{THEMES[row["theme"]]}</small>', name),
        Cell(_write_words(row), str(row["claim"])),
        Cell(_write_verdict(verdict, charts), str(verdict["verdict"])),
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


def _write_verdict(verdict: Mapping[Any, Any], charts: Mapping[str, Place]) -> str:
    strength = "" if verdict["strength"] == "none" else f" ({escape(verdict['strength'])})"
    name = verdict["result"]
    links = [link_result(name)] if name else []
    links += [f"Chart: {charts[name].link}"] if name in charts else []
    because = _SIGNS.sub(lambda sign: _PRINT[sign[0]], verdict["because"])
    notes = [escape(because), *links, f"Would change it: {escape(verdict['would_change'])}"]
    return f"<strong>{escape(verdict['verdict'])}</strong>{strength}" + "".join(
        f"<small>{note}</small>" for note in notes
    )
