"""From a notebook and parameters to a finished run, through papermill."""

from __future__ import annotations

import logging
import platform
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from helpers import data, paths
from helpers.errors import RunError
from helpers.runs import contract, fork_engine, inputs, kernel_engine
from helpers.runs.record import Run, RunPlan, read_run, write_run
from helpers.runs.results import collect_results

KERNEL = "python3"
ENGINES = {"fork": fork_engine.NAME, "kernel": kernel_engine.NAME}
DEFAULT_TIMEOUT_SECONDS = 600


def default_engine() -> str:
    """Return the engine of this platform: the forked one, or the ordinary kernel where there is no fork."""
    return "fork" if fork_engine.is_supported() else "kernel"


def plan_run(notebook: str, given: Mapping[str, Any]) -> RunPlan:
    """Check a run before any kernel starts and return all that decides its outcome.

    Parameters
    ----------
    notebook : str
        Name of a notebook under ``notebooks/``.
    given : mapping
        Parameters that differ from the defaults.

    Raises
    ------
    UnknownNameError, InputError
        From the contract (`contract.validate_parameters`).
    """
    parameters = contract.validate_parameters(notebook, given)
    code = tuple(cell.source for cell in contract.read_notebook(notebook).cells if cell.cell_type == "code")
    as_of = data.resolve_as_of(parameters["as_of"]).isoformat()
    return RunPlan(notebook, parameters, as_of, code, inputs.hash_inputs(code), inputs.read_versions())


def run_notebook(
    notebook: str,
    given: Mapping[str, Any] | None = None,
    *,
    engine: str | None = None,
    reuse: bool = True,
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS,
    progress: bool = False,
) -> Run:
    """Execute a notebook with parameters, or return the finished run that all the same inputs made.

    Parameters
    ----------
    notebook : str
    given : mapping, optional
        Parameters that differ from the defaults.
    engine : {"fork", "kernel"}, optional
        By default the forked one where the platform has it.
    reuse : bool
        Whether an equal finished run may be returned instead.
    timeout_seconds : int
        Longest time for one cell.
    progress : bool
        Whether to draw papermill's progress bar on standard error.

    Raises
    ------
    RunError
        If a cell raises, hangs, or the kernel dies; names cell, exception and parameters.
    """
    plan = plan_run(notebook, given or {})
    if reuse and (found := read_run(plan.folder)):
        return found
    started = time.time()
    executed, failure = _execute(
        plan, engine=engine or default_engine(), timeout_seconds=timeout_seconds, progress=progress
    )
    timing = {"started": started, "seconds": time.time() - started, "host": platform.node()}
    try:
        results = collect_results(executed) if not failure else []
    except RunError as error:
        results, failure = [], {"error": "RunError", "message": str(error), "source": ""}
    folder = write_run(plan, executed, results, timing=timing, failure=failure)
    if failure:
        raise RunError(_describe_failure(plan, failure, folder))
    if not (run := read_run(folder)):
        raise RunError(f"the run just written to {folder.relative_to(paths.ROOT)} cannot be read back")
    return run


def _execute(
    plan: RunPlan, *, engine: str, timeout_seconds: int, progress: bool
) -> tuple[NotebookNode, dict[str, Any] | None]:
    """Run papermill on a copy; return the normalised notebook and what failed, if anything did."""
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    failure: dict[str, Any] | None = None
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        output = Path(folder) / f"{plan.notebook}.ipynb"
        try:
            papermill.execute_notebook(
                paths.NOTEBOOKS / output.name,
                output,
                parameters=dict(plan.parameters),
                engine_name=ENGINES[engine],
                kernel_name=KERNEL,
                progress_bar=progress,
                execution_timeout=timeout_seconds,
                request_save_on_cell_execute=False,
                shutdown_kernel="immediate",
            )
        except PapermillExecutionError as error:
            failure = {"cell": error.exec_count, "error": error.ename, "message": error.evalue}
            failure["source"] = error.source
        return normalise_notebook(nbformat.read(output, as_version=4)), failure


def normalise_notebook(notebook: NotebookNode) -> NotebookNode:
    """Strip from an executed notebook what differs between two equal runs: times, random ids, paths."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = "injected-parameters"
    return notebook


def _describe_failure(plan: RunPlan, failure: Mapping[str, Any], folder: Path) -> str:
    where = next((line for line in str(failure["source"]).splitlines() if line.strip()), "")
    defaults = {row["name"]: row["default"] for row in contract.describe_parameters(plan.notebook)}
    changed = {k: v for k, v in plan.parameters.items() if v != defaults.get(k)}
    given = " ".join(f"{name}={value}" for name, value in changed.items()) or "all defaults"
    message = str(failure["message"]).splitlines()[0] if failure["message"] else "no message"
    kept = folder.relative_to(paths.ROOT) / f"{plan.notebook}.ipynb"
    cell = f"the cell `{where[:60]}` failed" if where else "it failed"
    return f"{plan.notebook}: {cell} with {failure['error']}: {message} ({given}); see {kept}"
