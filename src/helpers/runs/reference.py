"""Accepted results and verdicts: what the report said when last agreed, and how a change of it is seen."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers import paths, prose
from helpers.errors import InputError, RunError, summarise_complaints
from helpers.runs import contract, scenarios, sweep, verdicts
from helpers.runs.record import Run, to_json
from helpers.runs.results import index_results
from helpers.runs.sweep import Outcome

REFERENCE = paths.ROOT / "tests" / "reference"
RELATIVE_TOLERANCE = 1e-6
ABSOLUTE_TOLERANCE = 1e-9
COMPARED = ("value", "low", "high", "unit", "why")
VERDICTS = "verdicts"
"""Stands among the notebooks of an edition for the verdicts on the claims."""

Accepted = Mapping[str, Mapping[str, Any]]


def summarise_run(run: Run | Outcome) -> dict[str, dict[str, Any]]:
    """Return the compared part of a run's results by name."""
    return {result["name"]: {part: result[part] for part in COMPARED} for result in run.results}


def summarise_verdicts(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    """Return the verdict on each claim by the runs of one edition, in the form of results."""
    results = {each.point.plan.notebook: index_results(each.results) for each in outcomes}
    judged = verdicts.judge_day(outcomes[0].point.plan.as_of, results)
    bare = dict.fromkeys(COMPARED) | {"unit": ""}
    return {
        str(claim): bare | {"value": verdict}
        for claim, verdict in zip(judged["claim_id"], judged["verdict"], strict=True)
    }


def reference_path(scenario: str, notebook: str) -> Path:
    """Return where the accepted results of one notebook, or the verdicts, under one scenario lie."""
    return REFERENCE / scenario / f"{notebook}.json"


def read_accepted(scenario: str, notebook: str) -> dict[str, dict[str, Any]]:
    """Return accepted results by name; none accepted yet is an empty mapping."""
    path = reference_path(scenario, notebook)
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise InputError(
            f"{path.relative_to(paths.ROOT)} is not JSON ({error}); restore it from version control"
        ) from error


def values_agree(old: Any, new: Any) -> bool:
    """Say whether two values are the same, numbers within tolerance."""
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return math.isclose(old, new, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    return bool(old == new)


def results_agree(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Say whether two results are the same within tolerance, in value, interval, unit and reason."""
    return all(values_agree(old.get(part), new.get(part)) for part in COMPARED)


def compare_results(accepted: Accepted, found: Accepted) -> list[str]:
    """Return a line for each result that moved, appeared or vanished, with old and new value."""
    lines = [f"{name}: no longer recorded" for name in accepted.keys() - found.keys()]
    lines += [f"{name}: new, {_write(found[name])}" for name in found.keys() - accepted.keys()]
    for name in accepted.keys() & found.keys():
        old, new = accepted[name], found[name]
        if not results_agree(old, new):
            lines.append(f"{name}: {_write(old)} -> {_write(new)}")
    return sorted(lines)


def _write(entry: Mapping[str, Any]) -> str:
    value = prose.format_value(
        entry["value"], entry["unit"], ".6g" if isinstance(entry["value"], float) else ""
    )
    if entry["low"] is None and entry["high"] is None:
        return value
    return f"{value} ({prose.format_interval(entry['low'], entry['high'], '', '.6g')})"


def compare_reference(names: Iterable[str] | None = None) -> list[str]:
    """Run every notebook under scenarios, by default every edition, and compare with what was accepted."""
    lines = []
    for scenario, notebook, found in _run_all(names):
        moved = compare_results(read_accepted(scenario, notebook), found)
        lines += [f"{scenario}/{notebook}: {line}" for line in moved]
    return lines


def draft_results(names: Iterable[str] | None = None) -> tuple[dict[Path, str], list[str]]:
    """Return the files of accepted results and verdicts as they are now, and a line for each that moved."""
    files, lines = {}, []
    for scenario, notebook, found in _run_all(names):
        lines += [
            f"{scenario}/{notebook}: {line}"
            for line in compare_results(read_accepted(scenario, notebook), found)
        ]
        files[reference_path(scenario, notebook)] = to_json(found) + "\n"
    return files, lines


def _run_all(names: Iterable[str] | None) -> Iterable[tuple[str, str, dict[str, dict[str, Any]]]]:
    """Yield what each notebook says under each scenario, and the verdicts that follow."""
    chosen = list(names or scenarios.list_editions())
    done = sweep.run_sweep(
        sweep.plan_sweep(contract.list_notebooks(), scenario_names=chosen), exclusive=False
    )
    if done.failures:
        raise RunError(summarise_complaints([outcome.cause for outcome in done.failures]))
    for name in chosen:
        own = [outcome for outcome in done.outcomes if outcome.point.scenario == name]
        for outcome in own:
            yield name, outcome.point.plan.notebook, summarise_run(outcome)
        yield name, VERDICTS, summarise_verdicts(own)
