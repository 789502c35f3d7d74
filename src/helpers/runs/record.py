"""The run record: one executed notebook kept with all that made it.

``runs/<notebook>/<key>/`` holds ``run.json``, ``<notebook>.ipynb`` and ``results.json``; it is written aside
and renamed, so a folder under its key is always whole. A failed run is kept in ``runs/<notebook>/failed/``.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers import paths
from helpers.runs.inputs import hash_bytes
from helpers.runs.results import RESULTS_SCHEMA

RUN_SCHEMA = "report-run/1"
KEY_LENGTH = 16


@dataclass(frozen=True)
class RunPlan:
    """A run that has been checked but not executed: all that decides its outcome."""

    notebook: str
    parameters: Mapping[str, Any]
    as_of: str
    code: tuple[str, ...]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]

    @property
    def key(self) -> str:
        """First hex digits of the hash over code, parameters, resolved date, inputs and versions."""
        parts = [self.code, dict(self.parameters), self.as_of, dict(self.inputs), dict(self.versions)]
        return hash_bytes(to_json(parts).encode())[:KEY_LENGTH]

    @property
    def folder(self) -> Path:
        """Where the finished run lies."""
        return paths.RUNS / self.notebook / self.key


@dataclass(frozen=True)
class Run:
    """A finished run, read back from its folder."""

    folder: Path
    record: Mapping[str, Any]
    results: list[dict[str, Any]]

    @property
    def notebook_path(self) -> Path:
        """The executed notebook."""
        return self.folder / f"{self.record['notebook']}.ipynb"

    def read_notebook(self) -> NotebookNode:
        """Return the executed notebook."""
        notebook: NotebookNode = nbformat.read(self.notebook_path, as_version=4)
        return notebook


def to_json(content: Any) -> str:
    """Write JSON with sorted keys and without NaN."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=1)


def describe_plan(plan: RunPlan) -> dict[str, Any]:
    """Return the part of ``run.json`` that is known before the run."""
    return {
        "schema": RUN_SCHEMA,
        "notebook": plan.notebook,
        "key": plan.key,
        "parameters": dict(plan.parameters),
        "as_of": plan.as_of,
        "seed": plan.parameters["seed"],
        "inputs": dict(plan.inputs),
        "versions": dict(plan.versions),
    }


def write_run(
    plan: RunPlan,
    notebook: NotebookNode,
    results: list[dict[str, Any]],
    *,
    timing: Mapping[str, Any],
    failure: Mapping[str, Any] | None = None,
) -> Path:
    """Write a run aside, then rename it into place; return its folder.

    Parameters
    ----------
    plan : RunPlan
    notebook : NotebookNode
        Executed and normalised.
    results : list of dict
    timing : mapping
        Durations, host and times: everything that may differ between two equal runs.
    failure : mapping, optional
        ``cell``, ``error``, ``message`` of a failed run, which goes to the ``failed`` folder.
    """
    target = paths.RUNS / plan.notebook / "failed" / plan.key if failure else plan.folder
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=paths.RUNS))
    status: dict[str, Any] = (
        {"status": "failed", "failure": dict(failure)} if failure else {"status": "succeeded"}
    )
    head = {"schema": RESULTS_SCHEMA, "notebook": plan.notebook, "key": plan.key, "as_of": plan.as_of}
    nbformat.write(notebook, aside / f"{plan.notebook}.ipynb")
    (aside / "results.json").write_text(to_json(head | {"results": results}), encoding="utf-8")
    (aside / "run.json").write_text(
        to_json(describe_plan(plan) | status | {"timing": dict(timing)}), encoding="utf-8"
    )
    return _swap(aside, target)


def _swap(aside: Path, target: Path) -> Path:
    """Rename a finished folder into place; one already there gives way once the new one is whole."""
    old = aside.with_name(f"{aside.name}-old")
    if target.exists():
        target.replace(old)
    aside.replace(target)
    shutil.rmtree(old, ignore_errors=True)
    return target


def read_run(folder: Path) -> Run | None:
    """Read a finished run, or return None if there is none or it cannot be trusted."""
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
        run = Run(folder, record, results)
        run.read_notebook()
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    return run if record.get("schema") == RUN_SCHEMA and record.get("status") == "succeeded" else None
