"""Compare two runs, scenarios or editions: which results and charts moved, and which inputs did it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from helpers import paths, prose
from helpers.errors import InputError, UnknownNameError
from helpers.paths import EDITION_FILE
from helpers.runs import contract, editions, engine, scenarios
from helpers.runs.record import Run, read_run, read_runs
from helpers.runs.reference import COMPARED, results_agree, values_agree
from helpers.runs.snapshot import Snapshot, take_snapshot


@dataclass(frozen=True)
class Move:
    """One result that differs; `change` is new less old where both are numbers."""

    name: str
    old: Any
    new: Any
    change: float | None
    unit: str


@dataclass(frozen=True)
class Difference:
    """What differs between two runs of one notebook.

    `results_only_old` and `results_only_new` name results that one side lacks. `charts` maps a chart's name
    to what became of it. `parameters`, `files` and `versions` map a name to old and new.
    """

    notebook: str
    old_key: str
    new_key: str
    moves: list[Move] = field(default_factory=list)
    results_only_old: list[str] = field(default_factory=list)
    results_only_new: list[str] = field(default_factory=list)
    charts: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    files: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    versions: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether no result and no chart differs."""
        return not (self.moves or self.results_only_old or self.results_only_new or self.charts)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return asdict(self)


def find_snapshots(name: str) -> dict[str, Snapshot]:
    """Return what the runs said that a name stands for, by notebook.

    Parameters
    ----------
    name : str
        A scenario, ``NOTEBOOK/KEY`` (the first digits of a key are enough), the folder of a built book, or
        the day of a recorded edition.

    Raises
    ------
    InputError
        If a key fits no run or several, or an edition's runs are no longer kept.
    UnknownNameError
        If it is none of these.
    """
    recorded = {edition.day: edition.runs for edition in editions.read_editions()}
    if name in recorded:
        return dict(recorded[name])
    return {notebook: take_snapshot(run) for notebook, run in _find_runs(name, [*recorded]).items()}


def _find_runs(name: str, days: list[str]) -> dict[str, Run]:
    known = scenarios.load_scenarios()
    if name in known:
        chosen = known[name]
        return {n: engine.run_notebook(n, chosen.parameters_for(n)) for n in contract.list_notebooks()}
    if os.path.isfile(f"{name}/{EDITION_FILE}"):  # noqa: PTH113  # says no to a name that no file can have
        return _find_edition(Path(name))
    notebook, slash, key = name.strip("/").partition("/")
    if slash and key and notebook in contract.list_notebooks():
        return {notebook: _find_run(notebook, key)}
    raise UnknownNameError("scenario, NOTEBOOK/KEY, folder of a book or edition", name, [*known, *days])


def _find_run(notebook: str, key: str) -> Run:
    found = sorted(
        path
        for path in (paths.RUNS / notebook).glob("*")
        if path.name.startswith(key) and path.name != "failed"
    )
    run = read_run(found[0]) if len(found) == 1 else None
    if run is None:
        raise InputError(
            f"{len(found)} runs of {notebook} begin with {key!r}; name one as runs/{notebook} lists it"
        )
    return run


def _find_edition(folder: Path) -> dict[str, Run]:
    keys: Mapping[str, str] = json.loads((folder / EDITION_FILE).read_text(encoding="utf-8"))["runs"]
    return dict(zip(keys, read_runs(keys, of=str(folder)), strict=True))


def compare_runs(old: Run, new: Run) -> Difference:
    """Return what differs between two runs of one notebook."""
    return compare_snapshots(take_snapshot(old), take_snapshot(new))


def compare_snapshots(old: Snapshot, new: Snapshot) -> Difference:
    """Return what differs between what two runs of one notebook said."""
    before, after = old.results, new.results
    return Difference(
        notebook=new.notebook,
        old_key=old.key,
        new_key=new.key,
        moves=[
            _move(n, before[n], after[n])
            for n in after
            if n in before and not results_agree(before[n], after[n])
        ],
        results_only_old=[name for name in before if name not in after],
        results_only_new=[name for name in after if name not in before],
        charts=_compare_charts(old.charts, new.charts),
        parameters=_changed(old.parameters, new.parameters),
        files=_changed(old.inputs, new.inputs),
        versions=_changed(old.versions, new.versions),
    )


def compare(old: str, new: str) -> list[Difference]:
    """Return what differs between two runs, scenarios or editions, notebook by notebook.

    Raises
    ------
    InputError
        If they have no notebook in common.
    """
    before, after = find_snapshots(old), find_snapshots(new)
    common = [name for name in after if name in before]
    if not common:
        raise InputError(f"{old} and {new} have no notebook in common; name two of the same notebook")
    return [compare_snapshots(before[name], after[name]) for name in common]


def _move(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Move:
    numbers = [entry["value"] for entry in (old, new) if isinstance(entry["value"], (int, float))]
    change = numbers[1] - numbers[0] if len(numbers) == 2 else None
    before, after = ({part: entry[part] for part in COMPARED if part != "unit"} for entry in (old, new))
    return Move(name, before, after, change, new["unit"])


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted(old.keys() | new.keys())
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def _compare_charts(
    old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    changes = dict.fromkeys(old.keys() - new.keys(), "only before") | dict.fromkeys(
        new.keys() - old.keys(), "only after"
    )
    for name in old.keys() & new.keys():
        if not _charts_agree(old[name], new[name], "data"):
            changes[name] = "other data"
        elif not _charts_agree(old[name], new[name], "look"):
            changes[name] = "same data, other words or look"
    return dict(sorted(changes.items()))


def _charts_agree(old: Mapping[str, str], new: Mapping[str, str], part: str) -> bool:
    """Say whether two charts have the same data or look, their numbers within the tolerance of results."""
    before, after = (chart[f"{part}_numbers"].split() for chart in (old, new))
    return (
        old[part] == new[part]
        and len(before) == len(after)
        and all(map(values_agree, map(float, before), map(float, after)))
    )


def describe_difference(difference: Difference) -> list[str]:
    """Return a difference as lines of text."""
    head = f"{difference.notebook}: {difference.old_key} -> {difference.new_key}"
    if difference.is_empty:
        return [f"{head}: no result and no chart differs"]
    lines = [head]
    lines += [
        f"  {move.name}: {write_entry(move.old, move.unit)} -> {write_entry(move.new, move.unit)}"
        for move in difference.moves
    ]
    lines += [f"  {name}: only before" for name in difference.results_only_old]
    lines += [f"  {name}: only after" for name in difference.results_only_new]
    lines += [f"  chart {name}: {change}" for name, change in difference.charts.items()]
    return lines + [f"  because {name}: {old} -> {new}" for name, old, new in list_causes(difference)]


def list_causes(difference: Difference) -> list[tuple[str, str, str]]:
    """Return what differs among the inputs: what it is, and old and new as short texts."""
    kinds = {"parameter": difference.parameters, "file": difference.files, "version of": difference.versions}
    return [
        (f"{kind} {name}", _short(old), _short(new))
        for kind, changed in kinds.items()
        for name, (old, new) in changed.items()
    ]


def write_entry(entry: Mapping[str, Any], unit: str) -> str:
    """Return one side of a move as text, with its interval."""
    value = prose.format_value(entry["value"], unit)
    if entry["low"] is None and entry["high"] is None:
        return value
    return f"{value} ({prose.format_interval(entry['low'], entry['high'], unit)})"


def _short(value: Any) -> str:
    text = str(value)
    return text[:12] if len(text) == 64 else text
