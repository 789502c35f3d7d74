"""A papermill engine that forks a prepared process instead of starting a kernel.

A server process imports once what notebooks need; each run is a fresh copy of it, so no run sees another's
state, and a run costs milliseconds before its own work begins. Use it through `engine.run_notebook`, or as
``papermill --engine fork``. The cells are executed by ipykernel's kernel and its messages are put into the
notebook by papermill's client, as with a kernel of its own; only the sockets between the two are missing.
"""

from __future__ import annotations

import atexit
import codecs
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.errors import InputError, RunError
from helpers.runs import inputs

NAME = "fork"
STREAM, READY, SUMMARY = "report_stream", "report_ready", "report_summary"
UNFIT = b"unfit:"
START_SECONDS, STOP_SECONDS = 120, 5
_STREAMS = ("stdout", "stderr")
FIXED_ENVIRONMENT = {
    # One thread for linear algebra: a process with more cannot be forked safely, and sums over several
    # could differ in their last digit.
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
}


def is_supported() -> bool:
    """Say whether this platform can fork a prepared process safely."""
    return sys.platform == "linux"


class ChildEndedError(Exception):
    """The child is gone; `status` is its exit code, the negative number of a signal, or None if not known."""

    def __init__(self, status: int | None = None):
        super().__init__(status)
        self.status = status


class _UnfitModuleError(Exception):
    """The server has imported a module that must be imported by the run itself."""


@dataclass
class _Server:
    """A running fork server, what it has at hand, and how many runs it has under way."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    root: str
    modules: dict[str, str]
    datasets: set[str] = field(default_factory=set)
    runs: int = 0
    is_new: bool = True

    def is_usable(self, imports: inputs.Imports) -> bool:
        """Say whether it still runs, for this project, with the modules as they are now."""
        current = all(self.modules.get(name, digest) == digest for name, digest in imports.modules.items())
        return current and self.root == _find_root() and self.process.poll() is None

    def request(self, imports: inputs.Imports, folder: str, descriptors: Sequence[int] = ()) -> None:
        """Ask for a child that holds some descriptors; without any, only to prepare for one.

        A module that lies in the run's folder is left to the run, which looks for it there.
        """
        beside = {name.partition(".")[0] for name in os.listdir(folder)}  # noqa: PTH208  # names are enough
        wanted = [
            name
            for name in imports.direct
            if name not in _unfit_modules and name.partition(".")[0] not in beside
        ]
        message = {"modules": wanted, "datasets": sorted(self.datasets)}
        self.modules |= imports.modules
        # Where the server is gone, the closed descriptors say so to whoever waits for the child.
        with suppress(OSError):
            socket.send_fds(self.control, [json.dumps(message).encode()], descriptors)

    def stop(self) -> None:
        """Let go of the server, which then ends with all its runs, and wait for it."""
        self.control.close()
        if self.is_new:
            self.process.kill()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_lock = threading.Lock()
_current: _Server | None = None
_unfit_modules: set[str] = set()


def _find_root() -> str:
    return os.environ.get("REPORT_ROOT", str(paths.ROOT))


def _describe_server() -> dict[str, str]:
    # IPython looks for a folder that exists; in this one it makes none of its own.
    own = {"IPYTHONDIR": tempfile.gettempdir(), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return own | {"REPORT_ROOT": _find_root()}


def _start_server() -> _Server:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    start = "from helpers.runs.fork_server import main"
    # The caller's folder may hold a module of any name; it is no place to import from.
    # Imports leave next to no garbage behind; looking for it is a tenth of their time.
    alone = "import gc, sys; gc.disable(); sys.path[:] = filter(None, sys.path)"
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{alone}; {start}; main({theirs.fileno()})"],
            env={**os.environ, **FIXED_ENVIRONMENT, **_describe_server()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return _Server(process, ours, _find_root(), dict(inputs.find_imports([start]).modules))


def _replace_server() -> _Server:
    """Start a server for what is to come; the one before ends with its last run."""
    global _current  # noqa: PLW0603  # one server a process
    retired, _current = _current, None
    if retired and not retired.runs:
        retired.stop()
    _current = _start_server()
    return _current


def _find_server(imports: inputs.Imports) -> _Server:
    if _current and _current.is_usable(imports):
        return _current
    return _replace_server()


def prepare(sources: Iterable[str], folder: Path) -> None:
    """Let the server import what some cells need, in the background, before their run is asked for."""
    with _lock:
        if _current is None:
            # It imports what every run needs while it is found out what these need.
            _replace_server()
        imports = inputs.find_imports(sources)
        _find_server(imports).request(imports, str(folder))


def prepare_notebook(path: Path) -> None:
    """Let the server import what a notebook needs while its caller still imports what it needs itself.

    A file that is no notebook, or a platform without the engine, is left for the run to complain about.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        if is_supported():
            prepare(sources, path.parent)


def stop_server() -> None:
    """End the server and every run under way; the next run starts another."""
    global _current  # noqa: PLW0603
    with _lock:
        if _current:
            _current.stop()
        _current = None


def _forget_server() -> None:
    """Leave the server to the process that started it, after a fork of that process."""
    global _current, _lock
    if _current:
        _current.control.close()
    _current, _lock = None, threading.Lock()


if is_supported():
    atexit.register(stop_server)
    os.register_at_fork(after_in_child=_forget_server)


class _Captured:
    """The text of one stream: a file in memory that the child appends to and the caller reads."""

    def __init__(self) -> None:
        import fcntl

        self.descriptor = os.memfd_create("report-stream")
        fcntl.fcntl(self.descriptor, fcntl.F_SETFL, os.O_APPEND)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.position = 0

    def read(self, end: int | None = None) -> str:
        """Return the text from where the last reading ended, up to a position or to the end."""
        wanted = (os.fstat(self.descriptor).st_size if end is None else end) - self.position
        raw = os.pread(self.descriptor, max(wanted, 0), self.position)
        self.position += len(raw)
        return self.decoder.decode(raw)


class ForkedRun:
    """A child that executes cells, as its caller sees it.

    Parameters
    ----------
    channel : Connection
        Brings the kernel's messages.
    line : socket
        Holding it keeps the child alive; brings its exit status.
    captured : dict of _Captured
        The streams, by name.
    """

    def __init__(self, channel: Connection, line: socket.socket, captured: dict[str, _Captured]):
        self.channel, self.line, self.captured = channel, line, captured

    def send(self, task: dict[str, Any]) -> None:
        """Hand over the task; a child that is already gone shows when its messages are asked for."""
        with suppress(OSError):
            self.channel.send(task)

    def receive(self, timeout: float | None) -> tuple[str, dict[str, Any]]:
        """Return type and content of the next message.

        Raises
        ------
        TimeoutError
            If none comes in time.
        ChildEndedError
            If none will ever come.
        """
        ready = wait([self.channel, self.line], timeout)
        if not ready:
            raise TimeoutError
        with suppress(EOFError, OSError):
            if self.channel in ready or self.channel.poll():
                kind, content = json.loads(self.channel.recv_bytes())
                return self._read_stream(content) if kind == STREAM else (kind, content)
        status = self.line.recv(1024)
        if status.startswith(UNFIT):
            raise _UnfitModuleError(status.removeprefix(UNFIT).decode())
        raise ChildEndedError(int(status) if status else None)

    def _read_stream(self, content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        name = content["name"]
        return "stream", {"name": name, "text": self.captured[name].read(content["end"])}

    def take_rest(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what was written since the last message, as messages."""
        texts = {name: captured.read() for name, captured in self.captured.items()}
        return [("stream", {"name": name, "text": text}) for name, text in texts.items() if text]


@contextmanager
def open_run(sources: Sequence[str], folder: str) -> Iterator[ForkedRun]:
    """Fork a child for some cells in a folder; it ends with the context, and all that it started."""
    imports = inputs.find_imports(sources)
    with ExitStack() as stack:
        ours, theirs = Pipe()
        line, their_line = socket.socketpair()
        for end in (ours, line):
            stack.callback(end.close)
        captured = {name: _Captured() for name in _STREAMS}
        for each in captured.values():
            stack.callback(os.close, each.descriptor)
        with theirs, their_line, _lock:
            server = _find_server(imports)
            descriptors = [end.fileno() for end in (theirs, their_line)]
            descriptors += [each.descriptor for each in captured.values()]
            server.request(imports, folder, descriptors)
            server.runs, server.is_new = server.runs + 1, False
        stack.callback(_release, server)
        yield ForkedRun(ours, line, captured)


def _release(server: _Server) -> None:
    with _lock:
        server.runs -= 1
        if server is not _current and not server.runs:
            server.stop()


def describe_death(status: int | None) -> str:
    """Return the message of a kernel that ended while a cell ran."""
    if status is None or status >= 0:
        return "the kernel died while the cell ran"
    cause = signal.Signals(-status).name
    hint = "; perhaps the machine was out of memory" if -status == signal.SIGKILL else ""
    return f"the kernel died while the cell ran, killed by {cause}{hint}"


class ForkEngine:
    """Execute a notebook in a forked child; papermill asks an engine for these three methods.

    papermill is imported inside them: it loads this module while it is itself being imported.
    """

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """Return the kernel's name, as papermill finds it."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        """Return the notebook's language, as papermill finds it."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **options: Any,
    ) -> Any:
        """Execute every cell in order; stop at the first that fails, hangs or ends the child.

        Parameters
        ----------
        nb : NotebookNode
        kernel_name : str
            Not used: the child has the caller's Python.
        output_path, progress_bar, log_output, autosave_cell_every
            As papermill has them.
        **options
            ``execution_timeout`` (seconds a cell may take), ``folder`` (working folder, by default the
            caller's), ``stdout_file`` and ``stderr_file``.

        Raises
        ------
        InputError
            If the notebook is not one of Python.
        RunError
            If no child could be had.
        """
        from papermill.engines import NotebookExecutionManager

        _check_language(nb)
        manager = NotebookExecutionManager(nb, output_path, log_output, progress_bar, autosave_cell_every)
        manager.notebook_start()
        try:
            _execute_managed(manager, log_output=log_output, **options)
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb


def _check_language(nb: Any) -> None:
    language = nb.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise InputError(f"the forked engine runs Python, not {language}; choose another engine")


def _execute_managed(
    manager: Any, *, execution_timeout: float | None = None, folder: str | None = None, **options: Any
) -> None:
    from papermill.clientwrap import PapermillNotebookClient

    kept = {name: options[name] for name in ("log_output", "stdout_file", "stderr_file") if name in options}
    client = PapermillNotebookClient(manager, timeout=execution_timeout, record_timing=False, **kept)
    while True:
        try:
            return _execute_once(client, folder or str(Path.cwd()))
        except _UnfitModuleError as error:
            _leave_to_runs(str(error))


def _leave_to_runs(module: str) -> None:
    """Let every run import a module for itself, from a server that has not."""
    with _lock:
        if module not in _unfit_modules:
            _unfit_modules.add(module)
            _replace_server()


def _execute_once(client: Any, folder: str) -> None:
    cells = [cell for cell in client.nb.cells if _is_executed(client, cell)]
    task = {
        "cells": [(cell.source, "raises-exception" in cell.metadata.get("tags", [])) for cell in cells],
        "folder": folder,
        "environment": {**os.environ, **FIXED_ENVIRONMENT},
    }
    with open_run([cell.source for cell in cells], folder) as run:
        run.send(task)
        _await_start(run)
        if all(_follow_cell(client, run, cell, index) for index, cell in enumerate(client.nb.cells)):
            _take_summary(client, run)


def _await_start(run: ForkedRun) -> None:
    """Wait for the child's first message; what the server needs before it is no cell's time."""
    try:
        run.receive(START_SECONDS)
    except (TimeoutError, ChildEndedError) as error:
        raise RunError(
            "the fork server gave no child; its own message, if it had one, stands above; --engine kernel "
            "runs without it"
        ) from error


def _take_summary(client: Any, run: ForkedRun) -> None:
    try:
        _, summary = run.receive(START_SECONDS)
    except (TimeoutError, ChildEndedError) as error:
        _mark_stopped(client, error)
        return
    client.nb.metadata.papermill["inputs"] = summary["inputs"]
    client.nb.metadata["language_info"] = summary["language_info"]
    client.set_widgets_metadata()
    _note_datasets(summary["inputs"])


def _is_executed(client: Any, cell: Any) -> bool:
    """Say whether papermill's client would send a cell to a kernel."""
    skipped = client.skip_cells_with_tag in cell.metadata.get("tags", [])
    return cell.cell_type == "code" and bool(cell.source.strip()) and not skipped


def _note_datasets(observed: Iterable[str]) -> None:
    """Let the server read, once for all runs to come, the tables that a run has read."""
    names = {name.partition("#")[2] for name in observed} - {""}
    with _lock:
        if _current:
            _current.datasets |= names


def _follow_cell(client: Any, run: ForkedRun, cell: Any, index: int) -> bool:
    """Put one cell's outputs into the notebook; return whether the run goes on."""
    client.nb_man.cell_start(cell, index)
    try:
        succeeded = not _is_executed(client, cell) or _fill(client, run, cell, index)
    except (TimeoutError, ChildEndedError) as error:
        for kind, content in run.take_rest():
            _process(client, cell, index, kind, content)
        _mark_stopped(client, error)
        succeeded = False
    else:
        if not succeeded:
            client.nb_man.cell_exception(cell, index)
    client.nb_man.cell_complete(cell, index)
    return succeeded


def _mark_stopped(client: Any, error: TimeoutError | ChildEndedError) -> None:
    from helpers.runs.kernel_engine import describe_timeout, mark_stopped

    if isinstance(error, ChildEndedError):
        mark_stopped(client.nb_man, "DeadKernelError", describe_death(error.status))
    else:
        mark_stopped(client.nb_man, "CellTimeoutError", describe_timeout(client.timeout))


def _fill(client: Any, run: ForkedRun, cell: Any, index: int) -> bool:
    """Take a cell's messages up to the reply; return whether it succeeded or was allowed to fail."""
    client.clear_before_next_output = False
    end = time.monotonic() + client.timeout if client.timeout else None
    while True:
        kind, content = run.receive(None if end is None else max(end - time.monotonic(), 0))
        if kind == SUMMARY:
            raise ChildEndedError(0)
        if kind == "execute_reply":
            allowed = "raises-exception" in cell.metadata.get("tags", [])
            return content["status"] != "error" or allowed
        _process(client, cell, index, kind, content)


def _process(client: Any, cell: Any, index: int, kind: str, content: dict[str, Any]) -> None:
    message = {"msg_type": kind, "content": content, "header": {"msg_type": kind}}
    client.process_message(message | {"parent_header": {}, "buffers": []}, cell, index)
