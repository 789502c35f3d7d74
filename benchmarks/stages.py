"""Where the time of a rerun and of a sweep goes: what the command does, step by step, beside a clock.

``python -m benchmarks.stages COMMAND NOTEBOOK LAUNCHED``, with ``rerun`` or ``sweep`` and the time at which
the process was launched, prints the seconds of each step as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

RUNS, JOBS = 100, 2
PART = "of these, this process itself is busy: messages, records, files"
"""A part of the step before it, which counts once only."""


class Watch:
    """Seconds of each step, in order; a step ends when it is marked."""

    def __init__(self, launched: float):
        self.last, self.steps = launched, dict[str, float]()

    def mark(self, step: str) -> None:
        """End a step."""
        now = time.time()
        self.steps[step] = self.steps.get(step, 0.0) + now - self.last
        self.last = now

    def mark_first(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        """Return a function that marks a step when it has been called for the first time."""

        def call(*arguments: Any, **options: Any) -> Any:
            result = function(*arguments, **options)
            if step not in self.steps:
                self.mark(step)
            return result

        return call


def prepare(watch: Watch, notebook: str) -> None:
    """Take the steps that both commands begin with."""
    import helpers.cli  # noqa: F401

    watch.mark("Python and the command line start")
    from helpers import paths
    from helpers.runs import fork_engine

    fork_engine.prepare_notebook(paths.NOTEBOOKS / f"{notebook}.ipynb")
    waited = "waiting for the process that runs are forked from"
    fork_engine._await_start = watch.mark_first(fork_engine._await_start, waited)
    watch.mark("that process is started and told what to import")
    from helpers.runs import engine  # noqa: F401

    watch.mark("imports: pandas, papermill, nbformat")


def rerun(watch: Watch, notebook: str) -> None:
    """Do what ``report run`` does."""
    prepare(watch, notebook)
    from helpers.runs import engine, fork_engine

    plan = engine.plan_run(notebook, {"seed": 7})
    watch.mark("parameters are checked")
    executed = engine.execute_plan(plan)
    watch.mark("the cells are executed")
    engine.keep_run(plan, executed)
    watch.mark("the run is written")
    fork_engine.stop_server()
    watch.mark("the end")


def run_sweep(watch: Watch, notebook: str) -> None:
    """Do what ``report sweep`` does."""
    prepare(watch, notebook)
    from helpers.runs import fork_engine, sweep, sweep_table

    watch.mark("imports: pandas, papermill, nbformat")
    points = sweep.plan_sweep([notebook], {"seed": range(1, RUNS + 1)})
    watch.mark("parameters are checked")
    busy = time.process_time()
    done = sweep.run_sweep(points, jobs=JOBS)
    watch.mark("runs, from the first one on")
    watch.steps[PART] = time.process_time() - busy
    sweep_table.write_table(done)
    fork_engine.stop_server()
    watch.mark("the table is written; the end")


def main(command: str, notebook: str, launched: str) -> None:
    """Time the steps of one command and print them."""
    watch = Watch(float(launched))
    {"rerun": rerun, "sweep": run_sweep}[command](watch, notebook)
    print(json.dumps(watch.steps))


if __name__ == "__main__":
    main(*sys.argv[1:])
