"""The page of what the articles expected: outcome, error, and what a rule without insight says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from helpers import prose
from helpers.book.addresses import find_address
from helpers.book.html import embed, join_page, write_table
from helpers.book.registers import Cell, Column, Filter, Row, write_register
from helpers.book.wording import ARTICLE_LABELS, THEMES, link_facts, write_value
from helpers.evidence.facts import Fact
from helpers.evidence.forecasts import split_references
from helpers.models.forecast_scores import CLASSES, count_classes

_COLUMNS = (
    Column("Forecast", width="8%"),
    Column("In our words", width="25%"),
    Column("Outcome", labelled=True, width="21%"),
    Column("Rule", sort="", labelled=True, width="20%"),
    Column("Without insight", sort="", labelled=True, width="18%"),
    Column("Figures given", sort="", labelled=True),
)


def describe_forecasts(scored: pd.DataFrame, facts: dict[str, Fact], day: date) -> str:
    """Return the page of forecasts.

    Parameters
    ----------
    scored : DataFrame
        From `helpers.models.forecast_scores.score_forecasts`, with the columns of ``forecasts.csv``.
    facts : dict of str to Fact
        Those public by the day.
    day : date
        Day of the edition.
    """
    parts = [
        "# Forecasts",
        "What the articles expect of days to come, in our own words, scored by a rule that is stated with "
        "each. An error is how far the outcome lies from what was expected; divided by the error of a "
        "forecast without insight that was possible on the article's day, it has no unit, and below one is "
        "better. [The synthesis](../chapters/synthesis.ipynb) says what the scores are worth.",
    ]
    if scored.empty:
        return join_page([*parts, "None of the articles was public by then, so there is no forecast."])
    filters = [
        Filter("outcome", "Outcome", {one.replace(" ", "-"): one for one in CLASSES}),
        Filter("theme", "Theme", THEMES),
        Filter("article", "Article", ARTICLE_LABELS),
    ]
    rows = [_write_forecast(row, facts, day) for row in scored.to_dict("records")]
    return join_page(
        [
            *parts,
            embed(_count(scored)),
            embed(write_register("forecasts", "{shown} of {all} forecasts", _COLUMNS, rows, filters)),
        ]
    )


def _count(scored: pd.DataFrame) -> str:
    counts = count_classes(scored, "document")
    rows = [
        [escape(words), *map(str, counts.loc[name])]
        for name, words in ARTICLE_LABELS.items()
        if name in counts.index
    ]
    rows.append(["<strong>All</strong>", *(f"<strong>{count}</strong>" for count in counts.sum())])
    return write_table(["Article", *(one.capitalize() for one in CLASSES)], rows)


def _write_forecast(row: Mapping[Any, Any], facts: dict[str, Fact], day: date) -> Row:
    name = str(row["forecast_id"])
    cells: list[str | Cell] = [
        Cell(f'<a href="#forecast-{name}">{name}</a><small>{THEMES[row["theme"]]}</small>', name),
        Cell(_write_words(row), str(row["expected"])),
        Cell(_write_outcome(row), str(row["outcome_class"])),
        escape(str(row["rule"])),
        _write_naive(row),
        link_facts(str(row["facts"]).split(), facts, day),
    ]
    passes = {
        "outcome": [str(row["outcome_class"]).replace(" ", "-")],
        "theme": [row["theme"]],
        "article": [row["document"]],
    }
    return Row(f"forecast-{name}", cells, passes)


def _write_words(row: Mapping[Any, Any]) -> str:
    notes = [
        f"{row['measure']}{_write_range(row)}",
        f"Article {row['document']}, paragraph {row['paragraph']}",
    ]
    return escape(str(row["expected"])) + "".join(f"<small>{escape(note)}</small>" for note in notes)


def _write_range(row: Mapping[Any, Any]) -> str:
    words = ("above", "below") if row["form"] == "words" else ("at least", "at most")
    ends = zip(words, (row["expected_low"], row["expected_high"]), strict=True)
    return "".join(f": {word} {write_value(end, row['unit'])}" for word, end in ends if not math.isnan(end))


def _write_outcome(row: Mapping[Any, Any]) -> str:
    words = f"<strong>{escape(row['outcome_class'])}</strong>"
    if math.isnan(row["outcome"]):
        return words + (f"<small>Missing: {escape(row['missing'])}</small>" if row["missing"] else "")
    rows = split_references(f"{row['outcome_over']} {row['outcome_under']}".strip()) or [row["outcome_event"]]
    sources = ", ".join(
        f'<a href="../{escape(find_address(one))}">{escape(one.partition("/")[2])}</a>' for one in rows
    )
    value = escape(prose.format_value(row["outcome"], row["unit"]))
    return f"{words}<small>{value}</small><small>{sources}</small>"


def _write_naive(row: Mapping[Any, Any]) -> str:
    if not row["naive_rule"]:
        return ""
    notes = [str(row["naive_rule"])]
    if not math.isnan(row["naive"]):
        notes.append(f"It gives {prose.format_value(row['naive'], row['unit'])}.")
    if not math.isnan(row["scaled_error"]):
        verdict = "right" if row["naive_right"] else "wrong"
        ratio = prose.format_number(row["scaled_error"])
        notes.append(f"It is {verdict}; the article's error over its own: {ratio}.")
    return "".join(f"<small>{escape(note)}</small>" for note in notes)
