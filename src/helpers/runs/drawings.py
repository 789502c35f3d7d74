"""Accepted charts with their tables, and how a later run's differ from them in meaning.

``tests/reference/charts/NOTEBOOK.json`` keeps what each chart of the default scenario drew: words, rows and
marks, without the theme, a line a chart. Two charts are compared by their words and by the cells of their
tables within the tolerance of results; a change of looks alone is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths
from helpers.charts.frame import Spec, tables
from helpers.errors import InputError
from helpers.runs import contract, engine
from helpers.runs.record import Run
from helpers.runs.reference import REFERENCE, values_agree
from helpers.runs.snapshot import read_charts

FOLDER = "charts"
WORDS = ("title", "subtitle", "alt")
DIGITS = 9
"""Significant digits that are kept: the last ones differ between machines."""

_THEME = ("$schema", "background", "config", "description")


@dataclass(frozen=True)
class Move:
    """One field of a chart that differs: a word, a cell of its table, or whether it is there at all."""

    notebook: str
    chart: str
    field: str
    old: Any
    new: Any

    def __str__(self) -> str:
        return f"{self.notebook}/{self.chart}, {self.field}: {self.old} -> {self.new}"


@dataclass(frozen=True)
class Drawings:
    """The charts of one notebook as accepted and as they are now, by name, and what moved between them."""

    notebook: str
    old: Mapping[str, Spec]
    new: Mapping[str, Spec]

    @property
    def moves(self) -> list[Move]:
        """Every field that differs, in the order of the notebook; charts that are gone come last."""
        names = dict.fromkeys([*self.new, *self.old])
        return [
            Move(self.notebook, name, *difference)
            for name in names
            for difference in _compare(self.old.get(name), self.new.get(name))
        ]


def compare_drawings() -> list[Drawings]:
    """Run every notebook as published and set its charts beside the accepted ones."""
    return [
        Drawings(name, read_accepted(name), collect_drawings(engine.run_notebook(name)))
        for name in contract.list_notebooks()
    ]


def draft_drawings() -> tuple[dict[Path, str], list[Move]]:
    """Return the files of accepted charts as they are now, and what moved."""
    found = compare_drawings()
    files = {REFERENCE / FOLDER / f"{each.notebook}.json": _to_text(each.new) for each in found}
    return files, [move for each in found for move in each.moves]


def read_accepted(notebook: str) -> dict[str, Spec]:
    """Return the accepted charts of a notebook by name; none accepted yet is an empty mapping.

    Raises
    ------
    InputError
        If the file is not what `draft_drawings` gave.
    """
    path = REFERENCE / FOLDER / f"{notebook}.json"
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        place = path.relative_to(paths.ROOT)
        raise InputError(f"{place} is not JSON ({error}); restore it from version control") from error


def collect_drawings(run: Run) -> dict[str, Spec]:
    """Return what the charts of a run draw, by name and without the theme."""
    return {spec["usermeta"]["name"]: _bare(spec) for spec in read_charts(run)}


def _bare(spec: Spec) -> Spec:
    kept = {key: value for key, value in spec.items() if key not in _THEME}
    return dict(_round(kept))


def _round(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _round(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_round(value) for value in node]
    return float(f"{node:.{DIGITS}g}") if isinstance(node, float) else node


def _to_text(charts: Mapping[str, Spec]) -> str:
    lines = [f"{json.dumps(name)}: {_to_line(spec)}" for name, spec in charts.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _to_line(spec: Spec) -> str:
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _compare(old: Spec | None, new: Spec | None) -> Iterator[tuple[str, Any, Any]]:
    """Yield field, old and new of each difference."""
    if old is None or new is None:
        yield "chart", *_name_presence(old, new)
        return
    for word in WORDS:
        before, after = (spec["usermeta"][word] for spec in (old, new))
        if before != after:
            yield word, before, after
    for number, (before, after) in enumerate(zip_longest(tables(old), tables(new)), start=1):
        if before is None or after is None:
            yield f"table {number}", *_name_presence(before, after)
        else:
            yield from _compare_tables(f"table {number}, " if number > 1 else "", before, after)


def _name_presence(old: object, new: object) -> tuple[str, str]:
    return ("not there" if old is None else "there", "not there" if new is None else "there")


def _compare_tables(place: str, old: pd.DataFrame, new: pd.DataFrame) -> Iterator[tuple[str, Any, Any]]:
    if list(old.columns) != list(new.columns):
        yield f"{place}columns", ", ".join(old.columns), ", ".join(new.columns)
        return
    if len(old) != len(new):
        yield f"{place}rows", len(old), len(new)
        return
    for column in new.columns:
        for row, (before, after) in enumerate(zip(old[column], new[column], strict=True)):
            if not _agree(before, after):
                yield f"{place}{column!r} of {new.iloc[row, 0]!s} (row {row + 1})", before, after


def _agree(old: Any, new: Any) -> bool:
    return bool(pd.isna(old) and pd.isna(new)) or values_agree(old, new)
