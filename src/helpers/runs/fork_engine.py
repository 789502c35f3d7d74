"""A papermill engine that forks a prepared process instead of starting a kernel.

The standard library's fork server imports once what notebooks need; each run is a fresh child of it, so no
run sees another's state, and a run costs milliseconds before its own work begins. Use it through
`engine.run_notebook`, or as ``papermill --engine fork``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import output_from_msg
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

from helpers.runs.fork_child import Output, run_cells
from helpers.runs.kernel_engine import describe_timeout, mark_stopped

NAME = "fork"
PRELOADED = ["helpers.runs.fork_preload"]
SINGLE_THREADED = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def is_supported() -> bool:
    """Say whether this platform has a fork server."""
    return "forkserver" in multiprocessing.get_all_start_methods()


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


@contextmanager
def _plain_main() -> Iterator[None]:
    """Hide the main script: a child would otherwise import it, and run it where it has no guard."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def start_child(sources: list[str], folder: Path) -> tuple[ForkServerProcess, Connection]:
    """Fork a child that executes some cells; return the process and where its messages come in."""
    context = _context()
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=run_cells, args=(sender, sources, str(folder)), daemon=True)
    with _environment(SINGLE_THREADED), _plain_main():
        child.start()
    sender.close()
    return child, receiver


def stop_child(child: ForkServerProcess) -> None:
    """End a child and all that it started."""
    if child.pid:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.join()
    child.close()


class ForkEngine(Engine):  # type: ignore[misc]
    """Execute a notebook in a child of the fork server."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: int | None = None,
        **_: Any,
    ) -> None:
        """Execute every cell in order; stop at the first that fails, hangs or ends the child."""
        cells = [cell for cell in nb_man.nb.cells if cell.cell_type == "code"]
        child, receiver = start_child([cell.source for cell in cells], Path.cwd())
        try:
            cls._follow(nb_man, cells, receiver, execution_timeout)
        finally:
            stop_child(child)
            receiver.close()

    @classmethod
    def _follow(
        cls,
        manager: NotebookExecutionManager,
        cells: list[NotebookNode],
        receiver: Connection,
        timeout: int | None,
    ) -> None:
        displays: dict[str, list[Output]] = {}
        for index, cell in enumerate(manager.nb.cells):
            manager.cell_start(cell, index)
            if cell.cell_type == "code" and not cls._fill(manager, cell, receiver, timeout, displays):
                return
            manager.cell_complete(cell, index)

    @classmethod
    def _fill(
        cls,
        manager: NotebookExecutionManager,
        cell: NotebookNode,
        receiver: Connection,
        timeout: int | None,
        displays: dict[str, list[Output]],
    ) -> bool:
        """Put one cell's outputs into the notebook; return whether the run goes on."""
        cell.outputs, cell.execution_count = [], None
        if not receiver.poll(timeout):
            mark_stopped(manager, "CellTimeoutError", describe_timeout(timeout))
            return False
        try:
            _, outputs, updates, count = receiver.recv()
        except EOFError:
            mark_stopped(manager, "DeadKernelError", "the kernel died while the cell ran")
            return False
        cell.execution_count = count
        cell.outputs = [_to_notebook(output, displays) for output in outputs]
        for display_id, update in updates:
            for shown in displays.get(display_id, []):
                shown |= {"data": update["data"], "metadata": update["metadata"]}
        failed = any(output.output_type == "error" for output in cell.outputs)
        if failed:
            manager.cell_exception(cell)
        return not failed


def _to_notebook(output: Output, displays: dict[str, list[Output]]) -> NotebookNode:
    """Turn a child's output into a notebook's; remember it if a later cell may update it."""
    kind = output.pop("output_type")
    display_id = output.pop("display_id", None)
    node: NotebookNode = output_from_msg({"header": {"msg_type": kind}, "content": output})
    if display_id:
        displays.setdefault(display_id, []).append(node)
    return node


papermill_engines.register(NAME, ForkEngine)
