"""What the report is measured against: papermill, ploomber-engine and Jupyter Book."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.loop import CELLS
from benchmarks.measure import Command, Environment, run_command, time_command
from helpers.errors import RunError

SCRIPTS = Path(sysconfig.get_path("scripts"))
TIMEOUT_SECONDS = 600
PAPERMILL, PLOOMBER = "papermill", "ploomber_engine"
PLOOMBER_MISSING = (
    "Not measured: `pip install ploomber-engine`; the lock leaves it out, since it brings telemetry."
)


def has_ploomber() -> bool:
    """Say whether ploomber-engine can be imported here."""
    return importlib.util.find_spec(PLOOMBER) is not None


def time_loop(tool: str, notebook: Path, *, measured: int, counted: int, environment: Environment) -> float:
    """Return the seconds from the start of a process to the end of a loop of `counted` runs.

    Of these only `measured` are executed and their mean stands for the others. Whatever the tool does at the
    end of the process is left out.
    """
    launched = time.time()
    told = _run_loop(tool, notebook, measured, environment)
    return float(told["began"] - launched + sum(told["seconds"]) * counted / measured)


def time_cells(notebook: Path, environment: Environment) -> float:
    """Return the seconds that a notebook's cells take by themselves once everything is imported and read."""
    return float(min(_run_loop(CELLS, notebook, 3, environment)["seconds"]))


def time_steps(command: str, notebook: str, environment: Environment) -> dict[str, float]:
    """Return the seconds of each step of a command of ours, ``rerun`` or ``sweep``, in order."""
    words: Command = [sys.executable, "-m", "benchmarks.stages", command, notebook, str(time.time())]
    told = run_command(words, environment=environment, folder=Path(environment["REPORT_ROOT"]))
    return {name: float(seconds) for name, seconds in json.loads(told.splitlines()[-1]).items()}


def _run_loop(tool: str, notebook: Path, runs: int, environment: Environment) -> dict[str, Any]:
    command: Command = [sys.executable, "-m", "benchmarks.loop", tool, notebook, str(runs)]
    told = run_command(command, environment=environment, folder=notebook.parent)
    return dict(json.loads(told.splitlines()[-1]))


def time_papermill(
    notebook: Path, parameter: str, value: float, target: Path, environment: Environment
) -> float:
    """Return the seconds that papermill's command takes for a notebook with one new value."""
    words = ["-p", parameter, str(value), "--no-progress-bar"]
    return time_command(
        [SCRIPTS / "papermill", notebook, target, *words], environment=environment, folder=notebook.parent
    )


def lay_out_book(folder: Path, pages: Sequence[Path], notebooks: Sequence[Path], *, execute: str) -> Path:
    """Lay out source notebooks and pages as a book of Jupyter Book with its default settings.

    Parameters
    ----------
    folder : Path
        Is made.
    pages, notebooks : sequence of Path
        The first page is the root of the book.
    execute : {"force", "cache"}
        How Jupyter Book executes the notebooks.
    """
    folder.mkdir(parents=True)
    for file in (*pages, *notebooks):
        shutil.copy(file, folder)
    root, *others = [file.stem for file in (*pages, *notebooks)]
    settings = {"title": "Peer", "execute": {"execute_notebooks": execute, "timeout": TIMEOUT_SECONDS}}
    toc = {"format": "jb-book", "root": root, "chapters": [{"file": name} for name in others]}
    for name, content in (("_config.yml", settings), ("_toc.yml", toc)):
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


def time_build(folder: Path, environment: Environment) -> float:
    """Return the seconds that Jupyter Book takes to build a book.

    Raises
    ------
    RunError
        If a notebook failed, which Jupyter Book itself only notes.
    """
    seconds = time_command(
        [SCRIPTS / "jupyter-book", "build", folder], environment=environment, folder=folder
    )
    if failed := sorted(path.name for path in (folder / "_build").rglob("reports/**/*.err.log")):
        raise RunError(f"Jupyter Book could not execute every notebook: {', '.join(failed)}")
    return seconds
