"""The page of corrections: numbers and verdicts that moved, between published editions and before them.

Editions remember what they said. What moved while there was none yet stands in ``book/corrections.yml``, a
list kept by hand: every entry is read against its schema, the newest of each result against the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from itertools import pairwise
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from helpers import paths, prose
from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page, write_table
from helpers.book.since import REPLAY, is_published, list_moves, undated
from helpers.book.wording import link_result
from helpers.errors import InputError, shorten
from helpers.runs.editions import Edition
from helpers.runs.reference import VERDICTS

FILE = "corrections.yml"

Results = Mapping[str, Mapping[str, Mapping[str, Any]]]

_TITLE = "# Corrections"
_NONE_YET = (
    "No edition has been published yet, so no published number has been corrected. What follows moved "
    "between drafts, after it had been accepted as the reference."
)
_HISTORY = "Every result that moved from one published edition to the next, with the reason that was given."
_DRAFTS = (
    "Results and verdicts that had been accepted as the reference before the first edition was published."
)


class Correction(BaseModel):
    """One entry of the list.

    Parameters
    ----------
    result : str
        ``NOTEBOOK/RESULT``, or ``verdicts/CLAIM``.
    part : {"value", "low", "high"}
        What of it moved.
    old, new : str
        A number as it is to be read, without its unit, or a verdict.
    day : date
        When the new one was accepted.
    why : str
        One sentence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    result: str = Field(pattern=r"^\w+/\w+$")
    part: Literal["value", "low", "high"] = "value"
    old: str
    new: str
    day: date
    why: str = Field(min_length=10, pattern=r"\.$")


def read_corrections() -> list[Correction]:
    """Return the list that is kept by hand.

    Raises
    ------
    InputError
        If an entry breaks the schema.
    """
    try:
        content = yaml.safe_load((paths.BOOK / FILE).read_text(encoding="utf-8"))
        return TypeAdapter(list[Correction]).validate_python(content)
    except FileNotFoundError:
        return []
    except (yaml.YAMLError, ValidationError) as error:
        raise InputError(
            f"book/{FILE}: an entry needs result, old, new, day, why ({shorten(error)})"
        ) from error


def describe_corrections(described: Mapping[str, Any], results: Results, kept: Sequence[Edition]) -> str:
    """Return the page.

    Parameters
    ----------
    described : mapping
        The edition that is being made: ``as_of, latest, scenario``.
    results : mapping of str to mapping of str to result
        Its results by notebook and name.
    kept : sequence of Edition
        The published ones before it, in order; the page *Since the last edition* has the last step.
    """
    if not is_published(described):
        return join_page([_TITLE, REPLAY.format(**described)])
    parts = [_TITLE, _HISTORY if kept else _NONE_YET]
    if moved := [row for old, new in pairwise(kept) for row in list_moves(old, new)]:
        parts += ["## Between editions", _write_table("Edition", moved)]
    if listed := [_write_correction(each, results) for each in read_corrections()]:
        parts += ["## Before the first edition", _DRAFTS, _write_table("Day", listed)]
    return join_page(parts)


def _write_table(when: str, rows: Sequence[Sequence[str]]) -> str:
    """Return a table of moves; the reason stands under what moved, where a narrow screen shows it too."""
    narrow = [[day, f"{what}<small>{why}</small>", old, new] for day, what, old, new, why in rows]
    return embed(undated(write_table([when, "What moved, and why", "Before", "Then"], narrow)))


def _write_correction(each: Correction, results: Results) -> list[str]:
    notebook, name = each.result.split("/")
    day = f'<span class="kx-nowrap">{each.day}</span>'
    if notebook == VERDICTS:
        link = f'<a href="claims.html#{find_anchor("claims", name)}">verdict on {escape(name)}</a>'
        return [day, link, escape(each.old), escape(each.new), escape(each.why)]
    result = results.get(notebook, {}).get(name)
    unit, shown = (result["unit"], link_result(each.result)) if result else ("", escape(each.result))
    ends = {"value": "", "low": ", low end", "high": ", high end"}
    sides = [escape(prose.format_value(float(side), unit, _digits(side))) for side in (each.old, each.new)]
    return [day, shown + ends[each.part], *sides, escape(each.why)]


def _digits(number: str) -> str:
    """Return the format that writes a number with the digits it was given."""
    return f",.{len(number.partition('.')[2])}f"


def find_faults(results: Results, judged: Mapping[str, str]) -> list[str]:
    """Return a line for each newest entry that is not what a run says.

    Parameters
    ----------
    results : mapping of str to mapping of str to result
        Those of the default scenario, by notebook and name.
    judged : mapping of str to str
        Verdicts by claim.
    """
    newest = {(each.result, each.part): each for each in read_corrections()}
    problems = []
    for (result, part), each in newest.items():
        notebook, name = result.split("/")
        said = judged.get(name) if notebook == VERDICTS else results.get(notebook, {}).get(name, {}).get(part)
        if not _is_same(each.new, said):
            rule = "add what moved since, or correct the entry"
            problems.append(f"book/{FILE}: {result}, {part} is {said} and not {each.new}; {rule}")
    return problems


def _is_same(written: str, said: object) -> bool:
    if isinstance(said, (int, float)):
        return written == format(said, _digits(written)).replace(",", "")
    return written == said
