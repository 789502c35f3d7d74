"""From a notebook and parameters to a finished run, through papermill."""

from __future__ import annotations

import copy
import json
import platform
import re
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbformat.validator import NotebookValidationError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import ERROR_MARKER_TAG, raise_for_execution_errors
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from helpers import data, paths
from helpers.errors import (
    EnvironmentMissingError,
    InputError,
    RunError,
    UnknownNameError,
    summarise_complaints,
)
from helpers.runs import cache, contract, fork_engine, inputs, kernel_engine
from helpers.runs.record import STEERING_TAGS, Executed, Run, RunPlan, read_run, write_run
from helpers.runs.results import collect_results

KERNEL, LANGUAGE = "python3", "python"
ENGINES = {"fork": fork_engine.NAME, "kernel": kernel_engine.NAME}
DEFAULT_TIMEOUT_SECONDS = 600
_CELL_FILE = re.compile(r"[^\s\"']*/ipykernel_\d+/(\d+\.py)")


def default_engine() -> str:
    """Return the engine of this platform: the forked one, or the ordinary kernel where there is no fork."""
    return "fork" if fork_engine.is_supported() else "kernel"


def choose_engine(name: str | None) -> str:
    """Return the engine of a name, or the platform's own.

    Raises
    ------
    UnknownNameError
        If there is no such engine.
    EnvironmentMissingError
        If this platform does not have it.
    """
    if name is None:
        return default_engine()
    if name not in ENGINES:
        raise UnknownNameError("engine", name, ENGINES)
    if name == "fork" and not fork_engine.is_supported():
        raise EnvironmentMissingError("the forked engine needs Linux; --engine kernel runs everywhere")
    return name


def plan_run(notebook: str, given: Mapping[str, Any]) -> RunPlan:
    """Check a run before any kernel starts and return all that is known of it by then.

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
    return plan_runs(notebook, [given])[0]


def plan_runs(notebook: str, given: Iterable[Mapping[str, Any]]) -> list[RunPlan]:
    """Check several runs of one notebook, which is read once; see `plan_run`.

    Raises
    ------
    InputError
        With the problems of all of them, each once.
    """
    complaints: dict[str, None] = {}
    checked = []
    for each in given:
        try:
            checked.append(contract.validate_parameters(notebook, each))
        except InputError as error:
            complaints[str(error)] = None
    if complaints:
        raise InputError(summarise_complaints(list(complaints)))
    source = (paths.NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8")
    cells = [cell for cell in _load_source(source).cells if cell.cell_type == "code"]
    code = tuple(cell.source for cell in cells)
    steering = tuple(tuple(tag for tag in STEERING_TAGS if tag in cell.metadata.tags) for cell in cells)
    return [
        RunPlan(notebook, own, data.resolve_as_of(own["as_of"]).isoformat(), source, code, steering)
        for own in checked
    ]


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
    if reuse and (found := cache.find_run(plan)):
        return found
    return keep_run(
        plan, execute_plan(plan, engine=engine, timeout_seconds=timeout_seconds, progress=progress)
    )


def execute_plan(
    plan: RunPlan,
    *,
    engine: str | None = None,
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS,
    progress: bool = False,
) -> Executed:
    """Execute a checked run and return what came out, failed or not; nothing is written.

    It may be called in another process or on another machine that has the project: what the execution
    depended on is read where it happens.
    """
    started = time.time()
    imports = inputs.find_imports(plan.code)
    versions = inputs.read_versions(imports.packages)
    notebook, failure = _execute(
        plan, engine=choose_engine(engine), timeout_seconds=timeout_seconds, progress=progress
    )
    observed = notebook.metadata.pop("papermill", {}).get("inputs", {})
    timing = {"started": started, "seconds": time.time() - started, "host": platform.node()}
    return Executed(
        json.dumps(normalise_notebook(notebook), ensure_ascii=False, sort_keys=True) + "\n",
        [] if failure else collect_results(notebook),
        imports.modules | observed,
        versions,
        failure,
        timing,
    )


def _execute(
    plan: RunPlan, *, engine: str, timeout_seconds: int, progress: bool
) -> tuple[NotebookNode, dict[str, Any] | None]:
    """Take papermill's steps without its files; return the executed notebook and what failed, if anything."""
    notebook = copy.deepcopy(_load_source(plan.source))
    notebook = parameterize_notebook(
        notebook, dict(plan.parameters), kernel_name=KERNEL, language=LANGUAGE, engine_name=ENGINES[engine]
    )
    try:
        papermill_engines.execute_notebook_with_engine(
            ENGINES[engine],
            notebook,
            KERNEL,
            progress_bar=progress,
            execution_timeout=timeout_seconds,
            folder=str(paths.NOTEBOOKS),
        )
    except NotebookValidationError as error:
        return notebook, _describe_invalid(notebook, error)
    return notebook, _find_failure(notebook)


def _describe_invalid(notebook: NotebookNode, error: NotebookValidationError) -> dict[str, Any]:
    """Describe a cell that displayed what no notebook can hold."""
    cell = [cell for cell in notebook.cells if cell.metadata.papermill.get("start_time")][-1]
    message = f"an output is not valid in a notebook ({'/'.join(map(str, error.path))})"
    return {"cell": cell.execution_count, "error": "ValueError", "message": message, "source": cell.source}


@lru_cache(maxsize=32)
def _load_source(source: str) -> NotebookNode:
    """Read a notebook as papermill does, once for all its runs."""
    notebook: NotebookNode = load_notebook_node(nbformat.reads(source, as_version=4))
    return notebook


def _find_failure(notebook: NotebookNode) -> dict[str, Any] | None:
    """Return what stopped a notebook; marks the place in it, as papermill does."""
    unfinished = next((cell for cell in notebook.cells if _was_left_out(cell)), None)
    try:
        raise_for_execution_errors(notebook, None)
        collect_results(notebook)
    except PapermillExecutionError as error:
        found = {"cell": error.exec_count, "error": error.ename, "message": error.evalue}
        return found | {"source": error.source}
    except RunError as error:
        return {"cell": None, "error": "RunError", "message": str(error), "source": ""}
    if unfinished:
        message = "the notebook ended itself before this cell"
        return {"cell": None, "error": "SystemExit", "message": message, "source": unfinished.source}
    return None


def _was_left_out(cell: NotebookNode) -> bool:
    if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in cell.metadata.tags:
        return False
    return cell.execution_count is None


def keep_run(plan: RunPlan, executed: Executed) -> Run:
    """Write what an execution gave and return it as a run.

    Raises
    ------
    RunError
        If the execution failed, or an input is not what it was for the process that executed the notebook.
    EnvironmentMissingError
        If ``runs/`` cannot be written.
    """
    if executed.failure:
        raise RunError(_describe_failure(plan, executed.failure, write_run(plan, executed)))
    check_inputs(plan, executed)
    # Noted before it is there: a run that is kept when this process is killed is found again.
    cache.remember_run(plan, plan.key(executed.inputs, executed.versions))
    folder = write_run(plan, executed)
    if not (run := read_run(folder)):
        raise RunError(f"the run just written to {folder.relative_to(paths.ROOT)} cannot be read back")
    return run


def check_inputs(plan: RunPlan, executed: Executed) -> None:
    """Refuse an execution whose inputs are no longer what they were for the process that executed it.

    Raises
    ------
    RunError
        Naming what changed.
    """
    if changed := _list_differences(executed):
        raise RunError(
            f"{plan.notebook}: {summarise_complaints(changed)} changed while it ran, or is another where it "
            "ran; run it again"
        )


def _list_differences(executed: Executed) -> list[str]:
    """Return the inputs and packages that are not what they were for the process that executed a run."""
    moved = [name for name, digest in executed.inputs.items() if inputs.hash_input(name) != digest]
    here = inputs.read_versions(executed.versions.keys() - {"python"})
    return moved + [name for name, version in executed.versions.items() if here.get(name) != version]


def normalise_notebook(notebook: NotebookNode) -> NotebookNode:
    """Strip from an executed notebook what differs between two equal runs.

    That is times, random ids and paths, and where a stream was cut: between two other outputs there is at
    most one text of standard output and one of standard error.
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("language_info", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
        if ERROR_MARKER_TAG in tags:
            cell["id"] = f"error-marker-{number}"
        if cell.cell_type == "code":
            cell.outputs = [_name_cells(output) for output in _join_streams(cell.outputs)]
    return notebook


def _join_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    joined: list[NotebookNode] = []
    for is_stream, group in groupby(outputs, key=lambda output: output.output_type == "stream"):
        if not is_stream:
            joined += group
            continue
        texts = [(output.name, output.text) for output in group]
        for name in ("stdout", "stderr"):
            if text := "".join(part for stream, part in texts if stream == name):
                joined.append(new_output("stream", name=name, text=text))
    return joined


def _name_cells(output: NotebookNode) -> NotebookNode:
    """Call a cell's file by its name alone; its folder carries the number of the process."""
    if "text" in output:
        output.text = _CELL_FILE.sub(r"cell-\1", output.text)
    if "traceback" in output:
        output.traceback = [_CELL_FILE.sub(r"cell-\1", line) for line in output.traceback]
    return output


def _describe_failure(plan: RunPlan, failure: Mapping[str, Any], folder: Path) -> str:
    where = next((line for line in str(failure["source"]).splitlines() if line.strip()), "")
    defaults = {row["name"]: row["default"] for row in contract.describe_parameters(plan.notebook)}
    changed = {k: v for k, v in plan.parameters.items() if v != defaults.get(k)}
    given = " ".join(f"{name}={value}" for name, value in changed.items()) or "all defaults"
    message = str(failure["message"]).splitlines()[0] if failure["message"] else "no message"
    kept = folder.relative_to(paths.ROOT) / f"{plan.notebook}.ipynb"
    cell = f"the cell `{where[:60]}` failed" if where else "it failed"
    return f"{plan.notebook}: {cell} with {failure['error']}: {message} ({given}); see {kept}"
