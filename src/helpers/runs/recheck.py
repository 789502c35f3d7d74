"""Whether finished runs still say what executing them again would say: the test of the cache's promise."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable
from pathlib import Path

from helpers.runs import cache, compare, contract, engine, scenarios
from helpers.runs.record import Executed, Run, RunPlan, describe_run

SAMPLE = 5


def list_finished(names: Iterable[str] | None = None) -> list[tuple[str, RunPlan, Run]]:
    """Return the finished runs of the report: those of every notebook under the given scenarios.

    Parameters
    ----------
    names : iterable of str, optional
        Scenarios; by default all.

    Returns
    -------
    list of tuple
        What a run is called, its plan and the finished run.
    """
    finished = []
    for name in names or scenarios.load_scenarios():
        for notebook in contract.list_notebooks():
            plan = engine.plan_run(notebook, scenarios.load_scenario(name).parameters_for(notebook))
            if run := cache.find_run(plan):
                finished.append((f"{name}/{notebook}", plan, run))
    return finished


def recheck_runs(names: Iterable[str] | None = None, *, sample: int = SAMPLE, seed: int = 0) -> list[str]:
    """Execute a sample of finished runs again and return a line for each result or chart that differs.

    Parameters
    ----------
    names : iterable of str, optional
        Scenarios; by default all.
    sample : int
        At most so many runs.
    seed : int
        Of the choice.
    """
    finished = list_finished(names)
    chosen = random.Random(seed).sample(finished, min(sample, len(finished)))
    return [line for label, plan, run in chosen for line in recheck_run(label, plan, run)]


def recheck_run(label: str, plan: RunPlan, run: Run) -> list[str]:
    """Execute one finished run again and return a line for each result or chart that differs."""
    executed = engine.execute_plan(plan)
    if executed.failure:
        return [f"{label}: it fails now with {executed.failure['error']}: {executed.failure['message']}"]
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        difference = compare.compare_runs(run, _as_run(plan, executed, Path(folder)))
        lines = [] if difference.is_empty else compare.describe_difference(difference)[1:]
    return [f"{label}: {line.strip()}" for line in lines]


def _as_run(plan: RunPlan, executed: Executed, folder: Path) -> Run:
    (folder / f"{plan.notebook}.ipynb").write_text(executed.notebook, encoding="utf-8")
    return Run(folder, describe_run(plan, executed), executed.results)
