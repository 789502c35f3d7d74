"""The ordinary kernel as a papermill engine that says in the notebook what stopped it.

papermill turns an exception in a cell into an error output; a cell that hangs or a kernel that dies it only
raises. Here these too become an error output of the cell that was running, so that one path reports and
keeps every failed run.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from traitlets.config import Config

from helpers.runs.fork_engine import FIXED_ENVIRONMENT

NAME = "report-kernel"


def describe_timeout(seconds: float | None) -> str:
    """Return the message of a cell that ran too long."""
    return f"the cell ran longer than {seconds} s; raise the limit with --timeout"


def mark_stopped(manager: NotebookExecutionManager, error: str, message: str) -> None:
    """Give the cell that was running an error output; papermill raises from it."""
    running: NotebookNode = [cell for cell in manager.nb.cells if cell.metadata.papermill.get("start_time")][
        -1
    ]
    running.outputs.append(
        new_output("error", ename=error, evalue=message, traceback=[f"{error}: {message}"])
    )
    manager.cell_exception(running)


class KernelEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, with hangs and dead kernels as error outputs."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        start_timeout: float = 60,
        folder: str | None = None,
        shutdown_kernel: str = "immediate",
        **_: Any,
    ) -> None:
        """Execute every cell in a kernel of its own, over sockets that only this user can reach."""
        try:
            with tempfile.TemporaryDirectory(prefix="k") as own:
                client = PapermillNotebookClient(
                    nb_man,
                    kernel_name=kernel_name,
                    timeout=execution_timeout,
                    startup_timeout=start_timeout,
                    shutdown_kernel=shutdown_kernel,
                    resources={"metadata": {"path": folder or str(Path.cwd())}},
                    # No file of the user's settings may change what a notebook says.
                    extra_arguments=[f"--ipython-dir={own}"],
                    config=Config({"KernelManager": {"transport": "ipc", "ip": f"{own}/s"}}),
                )
                client.execute(env=os.environ | FIXED_ENVIRONMENT)
        except CellTimeoutError:
            mark_stopped(nb_man, "CellTimeoutError", describe_timeout(execution_timeout))
        except DeadKernelError:
            mark_stopped(nb_man, "DeadKernelError", "the kernel died while the cell ran")


papermill_engines.register(NAME, KernelEngine)
