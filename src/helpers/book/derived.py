"""The page of figures that follow from printed figures, each with its arithmetic and its rounding bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from helpers.book.addresses import find_address
from helpers.book.contrasts import ROWS, contrast_figures, span_months
from helpers.book.html import embed, join_page
from helpers.book.registers import Column, Row, write_register
from helpers.book.wording import write_bounds
from helpers.evidence.derived import DerivedFigure, derive_figures
from helpers.evidence.facts import Fact
from helpers.prose import MINUS

_COLUMNS = (
    Column("What follows", sort=""),
    Column("Value", sort=""),
    Column("Formula", sort="", labelled=True),
    Column("With the figures as printed", sort="", labelled=True),
)


def derive_all(
    facts: Sequence[Fact], series: Mapping[str, pd.DataFrame], events: pd.DataFrame
) -> tuple[tuple[DerivedFigure, ...], tuple[DerivedFigure, ...]]:
    """Return what follows from the articles alone, and what follows when they meet the data.

    Parameters
    ----------
    facts : sequence of Fact
    series : mapping of str to DataFrame
    events : DataFrame
        All three hold only what was public by the day.
    """
    known = {fact.fact_id: fact for fact in facts}
    return derive_figures(facts), (*contrast_figures(known, series), *_measure_closing(events))


def _measure_closing(events: pd.DataFrame) -> Sequence[DerivedFigure]:
    days = {name: pd.Timestamp(day) for name, day in zip(events["event_id"], events["date"], strict=True)}
    if not {"cut_effective", "links_reopened"} <= set(days):
        return ()
    meaning = "Time from the cut of outside links to their return"
    return (span_months("months_closed", meaning, days["cut_effective"], days["links_reopened"]),)


def describe_derived(alone: Sequence[DerivedFigure], met: Sequence[DerivedFigure]) -> str:
    """Return the page of derived figures.

    Parameters
    ----------
    alone, met : sequence of DerivedFigure
        From the articles alone, and from articles and data.
    """
    parts = [
        "# What the figures imply",
        "Figures that nobody printed and that follow from printed ones. A print is true to its last digit, "
        "so each result is the range that the rounding of its inputs allows, rounded outwards; a bound "
        "such as *more than* leaves one end open. Targets and slogans are taken at their word: what they "
        "imply is no outcome.",
    ]
    if not alone and not met:
        return join_page([*parts, "No article was public by then, so nothing follows yet."])
    for heading, name, figures in (
        ("## From the articles alone", "implied", alone),
        ("## Against the published series and events", "contrasts", met),
    ):
        if figures:
            rows = [_write_row(figure) for figure in figures]
            counted = "{shown} of {all} results"
            parts += [heading, embed(write_register(name, counted, _COLUMNS, rows, ()))]
    return join_page(parts)


def _write_row(figure: DerivedFigure) -> Row:
    cells = [
        escape(figure.meaning),
        escape(write_bounds(figure.low, figure.high, figure.unit)),
        _link_formula(figure),
        _set(figure.arithmetic),
    ]
    return Row(f"derived-{figure.name}", cells)


def _link_formula(figure: DerivedFigure) -> str:
    def link(name: re.Match[str]) -> str:
        reference = ROWS.get(name[0], f"fact:{name[0]}")
        words = escape(name[0].removesuffix("_printed")).replace("_", "&nbsp;")
        return f'<a href="../{find_address(reference)}">{words}</a>'

    names = "|".join(sorted(map(re.escape, figure.inputs), key=len, reverse=True))
    text = _set(figure.formula)
    return re.sub(names, link, text) if names else text


def _set(formula: str) -> str:
    """Write a formula with the signs of print."""
    return escape(formula).replace(" * ", " × ").replace(" - ", f" {MINUS} ")
