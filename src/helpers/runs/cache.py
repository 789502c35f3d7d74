"""Which run answers a plan, and why another would have to run: lookup as compilers' caches do it.

Code cells and parameters lead to the runs that had the same; one of them is the answer if every input it
saw, the modules behind the cells and the versions are still the same. An input counts only for the runs
that looked at it, so nothing is executed for a change that it could not see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.runs import inputs
from helpers.runs.record import Run, RunPlan, find_failed, hold_runs, read_record, read_run

LOOKUP = ".lookup"


@dataclass(frozen=True)
class Outlook:
    """What running a notebook would do.

    Attributes
    ----------
    notebook : str
    key : str or None
        Key of the finished run that would be used, or None if the notebook would be executed.
    causes : tuple of str
        Why it would be executed; empty for a finished run.
    points : int
        How many runs this stands for: one, or those of a grid.
    """

    notebook: str
    key: str | None
    causes: tuple[str, ...]
    points: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def _marks(plan: RunPlan) -> Path:
    return paths.RUNS / plan.notebook / LOOKUP / plan.lookup


def remember_run(plan: RunPlan, key: str) -> None:
    """Note that a plan was answered by the run under a key."""
    with hold_runs():
        _marks(plan).mkdir(parents=True, exist_ok=True)
        (_marks(plan) / key).touch()


def _list_candidates(plan: RunPlan) -> Iterator[Run]:
    """Yield the finished runs that had the same code and parameters, the latest first."""
    marks = _marks(plan)
    found = sorted(marks.iterdir(), key=lambda path: path.stat().st_mtime_ns) if marks.is_dir() else []
    for mark in reversed(found):
        run = read_run(paths.RUNS / plan.notebook / mark.name)
        # A mark may lie where it does not belong; what a run had itself is what counts.
        if run and run.record["lookup"] == plan.lookup:
            yield run


def find_run(plan: RunPlan) -> Run | None:
    """Return the finished run that answers a plan, or None."""
    return next((run for run in _list_candidates(plan) if not list_changes(plan, run.record)), None)


def list_changes(plan: RunPlan, record: Mapping[str, Any]) -> list[str]:
    """Return a line for each input, module and version that a run record has otherwise."""
    seen: Mapping[str, str] = record["inputs"]
    changed = [_describe(name) for name, digest in seen.items() if inputs.hash_input(name) != digest]
    changed += [f"{name} is imported now" for name in plan.imports.modules if name not in seen]
    before: Mapping[str, str] = record["versions"]
    now = inputs.read_versions(plan.imports.packages)
    return changed + [
        f"{name} {before.get(name, 'absent')} -> {now.get(name, 'absent')}"
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]


def _describe(name: str) -> str:
    file, _, table = name.partition("#")
    return f"the description of {table} in {file} changed" if table else f"{file} changed"


def explain_plan(plan: RunPlan) -> Outlook:
    """Return whether a plan is answered by a finished run and, if not, what changed.

    The latest run with the same code and parameters is compared input by input; without one, the latest
    run with the same parameters cell by cell; without that, the nearest run parameter by parameter.
    """
    causes: list[str] = []
    for run in _list_candidates(plan):
        if not (changes := list_changes(plan, run.record)):
            return Outlook(plan.notebook, run.record["key"], ())
        causes = causes or changes
    return Outlook(plan.notebook, None, (*_describe_failure(plan), *(causes or _compare_with_others(plan))))


def _describe_failure(plan: RunPlan) -> Iterable[str]:
    record = read_record(find_failed(plan))
    if record and not list_changes(plan, record):
        failure = record["failure"]
        yield f"it failed the last time ({failure['error']})"


def _compare_with_others(plan: RunPlan) -> Iterable[str]:
    folders = (paths.RUNS / plan.notebook).glob("*")
    records = [record for folder in folders if (record := read_record(folder))]
    if not records:
        return ["it has never run"]
    code = [inputs.hash_bytes(source.encode()) for source in plan.code]
    changes = [(_compare_cells(code, each["code"]), _compare_parameters(plan, each)) for each in records]
    cells, moved = min(changes, key=lambda change: (len(change[0]) + len(change[1]), len(change[0])))
    return [*cells, *moved] or ["its cells are executed in another way"]


def _compare_parameters(plan: RunPlan, record: Mapping[str, Any]) -> list[str]:
    before = record["parameters"]
    moved = [f"it has never run with {n}={v}" for n, v in plan.parameters.items() if before.get(n) != v]
    return moved or [f"it has never run as of {plan.as_of}"] * (plan.as_of != record["as_of"])


def _compare_cells(code: list[str], before: list[str]) -> list[str]:
    if len(code) != len(before):
        return [f"it has {len(code)} code cells, not {len(before)}"]
    pairs = enumerate(zip(code, before, strict=True), start=1)
    return [f"code cell {number} changed" for number, (new, old) in pairs if new != old]
