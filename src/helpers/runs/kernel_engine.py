"""The ordinary kernel as a papermill engine that says in the notebook what stopped it.

papermill turns an exception in a cell into an error output; a cell that hangs or a kernel that dies it only
raises. Here these too become an error output of the cell that was running, so that one path reports and
keeps every failed run.
"""

from __future__ import annotations

import ast
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from traitlets.config import Config

from helpers.errors import EnvironmentMissingError
from helpers.runs import kernel_observer
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


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, which asks the kernel in the end what its cells have read."""

    inputs: Mapping[str, str]

    def papermill_execute_cells(self) -> None:
        super().papermill_execute_cells()
        asked = self.kc.execute("", silent=True, user_expressions={"inputs": kernel_observer.COLLECT})
        (answer,) = self.wait_for_reply(asked)["content"]["user_expressions"].values()
        if answer["status"] != "ok":
            raise EnvironmentMissingError(
                f"the kernel cannot import this project ({answer['evalue']}); `make install` puts it there"
            )
        self.inputs = json.loads(ast.literal_eval(answer["data"]["text/plain"]))


class KernelEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, with its inputs observed, and hangs and dead kernels as error outputs."""

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
                client = _Client(
                    nb_man,
                    kernel_name=kernel_name,
                    timeout=execution_timeout,
                    startup_timeout=start_timeout,
                    shutdown_kernel=shutdown_kernel,
                    resources={"metadata": {"path": folder or str(Path.cwd())}},
                    # No file of the user's settings may change what a notebook says.
                    extra_arguments=[f"--ipython-dir={own}", f"--ext={kernel_observer.__name__}"],
                    config=Config({"KernelManager": {"transport": "ipc", "ip": f"{own}/s"}}),
                )
                client.execute(env=os.environ | FIXED_ENVIRONMENT)
                nb_man.nb.metadata.papermill["inputs"] = client.inputs
        except CellTimeoutError:
            mark_stopped(nb_man, "CellTimeoutError", describe_timeout(execution_timeout))
        except DeadKernelError:
            mark_stopped(nb_man, "DeadKernelError", "the kernel died while the cell ran")


papermill_engines.register(NAME, KernelEngine)
