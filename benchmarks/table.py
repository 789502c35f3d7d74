"""Measured values, their ratios, and the page that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Self

MULTIPLE_BELOW = 0.2
HEADER = (
    "| what | this report | against | the other | ratio | goal | reached |\n|---|---|---|---|---|---|---|"
)

INTRODUCTION = """\
Written by `make bench`. Each row was measured in one run, ours and the peer in turn, after one round that
does not count: the median, and in brackets the smallest and the largest value; the ratio is the median over
the pairs. Both sides have the same environment with compiled bytecode, and both are spared the import that
`helpers.fast_start` keeps out, unless a row says *as installed*."""


@dataclass(frozen=True)
class Sample:
    """Values of one quantity, in the order in which they were measured."""

    values: tuple[float, ...]
    unit: str = "s"

    @property
    def median(self) -> float:
        """The middle value."""
        return median(self.values)

    def divide(self, other: Sample) -> Sample:
        """Return the ratios to another sample, pair by pair where both were measured in turn."""
        if len(self.values) == len(other.values):
            pairs = zip(self.values, other.values, strict=True)
            return Sample(tuple(ours / theirs for ours, theirs in pairs), "")
        return Sample((self.median / other.median,), "")

    def __str__(self) -> str:
        spread = f" ({_round(min(self.values))}–{_round(max(self.values))})" if len(self.values) > 1 else ""
        return f"{_round(self.median)} {self.unit}{spread}"


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    what : str
        What was done.
    ours : Sample
    against : str
        The peer, or what else it is compared with.
    theirs : Sample or None
        None if it could not be measured; `note` says why.
    goal : float or None
        Largest ratio to the peer that is good enough.
    limit : float or None
        Largest value of our own that is good enough, in the sample's unit.
    note : str
        What a reader must know to repeat or to doubt it; a sentence.
    """

    what: str
    ours: Sample
    against: str = ""
    theirs: Sample | None = None
    goal: float | None = None
    limit: float | None = None
    note: str = ""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Return a row from plain values, as `dataclasses.asdict` gives them."""
        samples = {name: kept[name] and Sample(**kept[name]) for name in ("ours", "theirs")}
        return cls(**{**kept, **samples})

    @property
    def ratio(self) -> Sample | None:
        """Ours over theirs."""
        return self.ours.divide(self.theirs) if self.theirs else None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached, by the median; None without a goal or without a peer's value."""
        if self.limit is not None:
            return self.ours.median <= self.limit
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio.median <= self.goal


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def describe_ratio(ratio: float) -> str:
    """Say how ours compares, as the goals do: a small ratio as a multiple, another as a part."""
    return f"{1 / ratio:.0f} times less" if ratio < MULTIPLE_BELOW else f"{ratio:.2f} of it"


def describe_goal(row: Row) -> str:
    """Return a row's goal in words, or nothing."""
    if row.limit is not None:
        return f"at most {_round(row.limit)} {row.ours.unit}"
    if row.goal is None:
        return ""
    return f"at {'least' if row.goal < MULTIPLE_BELOW else 'most'} {describe_ratio(row.goal)}"


def _write_line(row: Row) -> str:
    ratio, reached = row.ratio, {True: "yes", False: "no", None: ""}[row.reached]
    cells = [row.what, str(row.ours), row.against, str(row.theirs or ("not measured" if row.against else ""))]
    cells += [describe_ratio(ratio.median) if ratio else "", describe_goal(row), reached]
    return f"| {' | '.join(cells)} |"


def render_table(rows: Iterable[Row]) -> str:
    """Return rows as a Markdown table, and under it what there is to know about each."""
    listed = list(rows)
    notes = [f"- *{row.what}*: {row.note}" for row in listed if row.note]
    return "\n".join([HEADER, *map(_write_line, listed), *([""] if notes else []), *notes])


def render_steps(rows: Iterable[Row]) -> str:
    """Return rows whose peer is the whole that they are a part of, as a Markdown table of shares."""
    lines = ["| step | seconds | share of the whole |", "|---|---|---|"]
    for row in rows:
        share = f"{row.ratio.median:.0%}" if row.ratio else ""
        lines.append(f"| {row.what} | {row.ours} | {share} |")
    return "\n".join(lines)


def render_page(sections: Mapping[str, str], facts: Sequence[str]) -> str:
    """Return the whole page of results: what was measured on, then each section under its heading.

    Parameters
    ----------
    sections : mapping of str to str
        Tables as Markdown by heading; the main one has none, and an empty one is left out.
    facts : sequence of str
    """
    parts = ["# Benchmarks", INTRODUCTION, "\n".join(f"- {fact}" for fact in facts)]
    for heading, table in sections.items():
        parts += [f"## {heading}"] * bool(heading and table) + [table] * bool(table)
    return "\n\n".join(parts) + "\n"
