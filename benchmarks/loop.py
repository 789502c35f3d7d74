"""Execute a notebook many times in one process; prints when the loop began and the seconds of each run.

``python -m benchmarks.loop TOOL NOTEBOOK RUNS``, with a tool that has ``execute_notebook``, or ``cells`` for
the cells alone, in a shell of this process and with nothing around them.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import nbformat

CELLS = "cells"


def execute_cells(notebook: str, _: str, *, parameters: Mapping[str, Any], **__: Any) -> None:
    """Execute the code cells of a notebook in this process's own shell, outputs formatted but not kept."""
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    with redirect_stdout(io.StringIO()):
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                shell.run_cell(cell.source).raise_error()
            if "parameters" in cell.metadata.get("tags", []):
                shell.user_ns.update(parameters)


def time_runs(execute: Callable[..., Any], notebook: str, runs: int) -> list[float]:
    """Return the seconds of each of some runs, each with another seed."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, runs + 1):
            started = time.perf_counter()
            target = str(Path(folder) / f"{seed}.ipynb")
            execute(notebook, target, parameters={"seed": seed}, progress_bar=False)
            seconds.append(time.perf_counter() - started)
    return seconds


def main(tool: str, notebook: str, runs: str) -> None:
    """Time a loop and print it as JSON."""
    execute = execute_cells if tool == CELLS else importlib.import_module(tool).execute_notebook
    began = time.time()
    seconds = time_runs(execute, notebook, int(runs))
    print(json.dumps({"began": began, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
