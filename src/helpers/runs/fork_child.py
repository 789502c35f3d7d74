"""What a forked child does: execute cells with IPython's own shell and send the outputs a kernel would send.

Importing this module imports all that notebooks usually need, so that the fork server has it at hand.
"""

from __future__ import annotations

import helpers.fast_start  # noqa: F401  isort: skip
import builtins
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, ClassVar

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell, InteractiveShellABC
from traitlets import Type

Output = dict[str, Any]


class OutputLog:
    """Outputs of the cell that is running, and the displays of all cells that may still be updated."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.updates: list[tuple[str, Output]] = []
        self.clear_pending = False

    def append(self, output: Output) -> None:
        """Add an output; text of one stream in a row becomes one output, as in a notebook."""
        if self.clear_pending:
            self.outputs.clear()
            self.clear_pending = False
        last = self.outputs[-1] if self.outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(output)

    def clear(self, *, wait: bool) -> None:
        """Forget the cell's outputs, now or when the next one comes."""
        self.clear_pending = wait
        if not wait:
            self.outputs.clear()

    def take(self) -> tuple[list[Output], list[tuple[str, Output]]]:
        """Return and forget the outputs and updates of a cell."""
        taken = self.outputs, self.updates
        self.outputs, self.updates, self.clear_pending = [], [], False
        return taken


LOG = OutputLog()


class _Stream(io.TextIOBase):
    def __init__(self, name: str):
        self.name = name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if text:
            LOG.append({"output_type": "stream", "name": self.name, "text": text})
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        display_id = (transient or {}).get("display_id")
        if update:
            LOG.updates.append((str(display_id), output))
        else:
            LOG.append(output | ({"display_id": display_id} if display_id else {}))

    def clear_output(self, wait: bool = False) -> None:
        LOG.clear(wait=wait)


class _DisplayHook(DisplayHook):
    def start_displayhook(self) -> None:
        self.result: Output = {"output_type": "execute_result", "data": {}, "metadata": {}}

    def write_output_prompt(self) -> None:
        self.result["execution_count"] = self.prompt_count

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.result |= {"data": format_dict, "metadata": md_dict or {}}

    def finish_displayhook(self) -> None:
        if self.result["data"]:
            LOG.append(self.result)


class ChildShell(InteractiveShell):
    """IPython's shell with outputs collected instead of printed."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_DisplayHook)
    exited: ClassVar[bool] = False

    def enable_gui(self, gui: str | None = None) -> None:
        """No window system in a child."""

    def ask_exit(self) -> None:
        """Remember that the notebook asked to leave, as a kernel would."""
        type(self).exited = True

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        LOG.append(
            {"output_type": "error", "ename": etype.__name__, "evalue": str(evalue), "traceback": list(stb)}
        )


InteractiveShellABC.register(ChildShell)


def _refuse_input(*_: Any, **__: Any) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


@contextmanager
def _captured_descriptors() -> Iterator[io.BufferedRandom]:
    """Send what libraries and subprocesses write to file descriptors 1 and 2 to a file."""
    with tempfile.TemporaryFile() as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
        yield file


def _drain(file: io.BufferedRandom) -> None:
    file.seek(0)
    if text := file.read().decode("utf-8", "replace"):
        LOG.append({"output_type": "stream", "name": "stdout", "text": text})
    file.seek(0)
    file.truncate()


def run_cells(connection: Connection, sources: list[str], folder: str) -> None:
    """Execute cells in order and send one message a cell; stop at the first that fails.

    Parameters
    ----------
    connection : Connection
        Takes ``(number, outputs, updates, execution_count)`` a cell, then the connection is closed.
    sources : list of str
        Code of the cells.
    folder : str
        Working folder, as the kernel would have it.
    """
    os.setsid()
    os.chdir(folder)
    if folder not in sys.path:
        sys.path.insert(0, "")
    builtins.input = _refuse_input
    with _captured_descriptors() as file:
        sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
        shell = ChildShell.instance()
        for number, source in enumerate(sources):
            done = shell.run_cell(source, store_history=True)
            _drain(file)
            connection.send((number, *LOG.take(), shell.execution_count - 1))
            if not done.success or ChildShell.exited:
                break
    connection.close()
    os._exit(0)
