"""The page on what moved since the last published edition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from helpers.book.addresses import find_anchor
from helpers.book.html import embed, join_page, write_table
from helpers.book.wording import link_result
from helpers.runs.compare import Difference, compare_snapshots, list_causes, write_entry
from helpers.runs.editions import Edition
from helpers.runs.scenarios import DEFAULT

_TITLE = "# Since the last edition"
REPLAY = (
    "Published editions of the report are compared with one another. This is none of them: it shows the "
    "report as of {as_of}, scenario {scenario}, and stands in no order of publication. How answers moved "
    "from day to day stands in [How the answers moved](moved.md)."
)
_FIRST = (
    "No earlier edition is kept: this is the first. What it says is kept when it is published, and the next "
    "one shows here which results, charts and verdicts differ, by how much, and which inputs did it. What "
    "could be known on earlier days stands in [How the answers moved](moved.md)."
)


def is_published(described: Mapping[str, Any]) -> bool:
    """Say whether an edition is one of those that are published, and no replay of another day or scenario."""
    return bool(described["latest"]) and described["scenario"] == DEFAULT


def describe_since(described: Mapping[str, Any], now: Edition | None, kept: Sequence[Edition]) -> str:
    """Return the page.

    Parameters
    ----------
    described : mapping
        The edition that is being made: ``as_of, latest, scenario``.
    now : Edition or None
        What it says; only asked for where it is a published one with others before it.
    kept : sequence of Edition
        The published ones before it, in order.
    """
    if not is_published(described):
        return join_page([_TITLE, REPLAY.format(**described)])
    if now is None or not kept:
        return join_page([_TITLE, _FIRST])
    parts = [_TITLE, _summarise(kept[-1], now), *_describe_step(kept[-1], now)]
    return join_page([*parts, "What moved in earlier editions stands in [Corrections](corrections.md)."])


def undated(html: str) -> str:
    """Mark days of publication: they are later than the data, and no hindsight."""
    return f"<div data-undated>{html}</div>"


def _compare(old: Edition, new: Edition) -> list[Difference]:
    return [compare_snapshots(old.runs[name], run) for name, run in new.runs.items() if name in old.runs]


def _summarise(old: Edition, new: Edition) -> str:
    found = _compare(old, new)
    counts = {
        "results moved": sum(len(each.moves) for each in found),
        "results appeared": sum(len(each.results_only_new) for each in found),
        "results were dropped": sum(len(each.results_only_old) for each in found),
        "charts changed": sum(len(each.charts) for each in found),
        "verdicts changed": len(list(_list_verdicts(old, new))),
    }
    told = ", ".join(f"{words}: {count}" for words, count in counts.items()).capitalize()
    before = f"the edition published on {old.day}, which knew what was public by {old.as_of}"
    return embed(undated(f"<p>Compared with {before}. {told}.</p>"))


def _describe_step(old: Edition, new: Edition) -> Iterator[str]:
    found = _compare(old, new)
    tables: list[tuple[str, list[str], list[list[str]]]] = [
        ("Results", ["Result", "Before", "Now"], [row[1:4] for row in list_moves(old, new)]),
        ("Charts", ["Chart", "What became of it"], [row for each in found for row in _list_charts(each)]),
        ("Verdicts", ["Claim", "Before", "Now"], list(_list_verdicts(old, new))),
        (
            "Inputs that did it",
            ["Chapter", "Input", "Before", "Now"],
            [row for each in found for row in _list_inputs(each)],
        ),
    ]
    for heading, columns, rows in tables:
        if rows:
            yield f"## {heading}"
            yield embed(undated(write_table(columns, rows)))


def list_moves(old: Edition, new: Edition) -> Iterator[list[str]]:
    """Yield a row for each result that moved between two editions: day, result, before, then, why."""
    for each in _compare(old, new):
        for move in each.moves:
            name = f"{each.notebook}/{move.name}"
            sides = [escape(write_entry(side, move.unit)) for side in (move.old, move.new)]
            why = new.why.get(name, new.why.get(each.notebook, ""))
            day = f'<span class="kx-nowrap">{escape(new.day)}</span>'
            yield [day, link_result(name), *sides, escape(why)]


def _list_charts(difference: Difference) -> Iterator[list[str]]:
    for name, change in difference.charts.items():
        place = f"../chapters/{difference.notebook}.html#chart-{name}"
        shown = escape(name) if change == "only before" else f'<a href="{escape(place)}">{escape(name)}</a>'
        yield [shown, escape(change)]


def _list_verdicts(old: Edition, new: Edition) -> Iterator[list[str]]:
    for claim, verdict in new.verdicts.items():
        before = old.verdicts.get(claim, "not examined")
        if before != verdict:
            link = f'<a href="claims.html#{find_anchor("claims", claim)}">{escape(claim)}</a>'
            yield [link, escape(before), escape(verdict)]


def _list_inputs(difference: Difference) -> Iterator[list[str]]:
    name = escape(difference.notebook)
    for cause in list_causes(difference):
        yield [f'<a href="../chapters/{name}.html">{name.replace("_", " ")}</a>', *map(escape, cause)]
