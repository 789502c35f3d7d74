"""What a forked run does: execute cells with a real kernel that has no sockets, and send its messages.

The kernel is ipykernel's own, made once in the fork server; its session hands every message to the caller
over one pipe. Text on standard output and error, whoever writes it, goes to a file that the caller holds as
well: a message only says up to where the caller may read, so the order is kept and nothing is lost when the
child is killed.
"""

from __future__ import annotations

import helpers.fast_start  # noqa: F401  isort: skip
import asyncio
import gc
import io
import logging
import os
import sys
import threading
from collections.abc import Sequence
from contextvars import ContextVar
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any, cast

from ipykernel.ipkernel import IPythonKernel
from IPython.core.profiledir import ProfileDir
from IPython.core.shellapp import InteractiveShellApp
from jupyter_client.session import Session
from traitlets import Unicode
from traitlets.config import Config

from helpers.runs.inputs import InputObserver

STREAM, READY, SUMMARY = "report_stream", "report_ready", "report_summary"
_CONFIG = Config({"HistoryManager": {"enabled": False}, "IPythonKernel": {"_execute_sleep": 0}})


class _Session(Session):
    """A session whose messages go to the caller, if they belong to the cell that is running."""

    channel: Connection | None = None
    owner = 0
    sending = threading.Lock()
    request_id = ""
    failed = False

    def send(
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, *_: Any, **__: Any
    ) -> dict[str, Any]:
        message: dict[str, Any] = (
            msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content, parent)
        )
        if message["msg_type"] == "execute_reply":
            self.failed = message["content"]["status"] == "error"
        if message["parent_header"].get("msg_id") == self.request_id:
            self.tell(message["msg_type"], message["content"])
        return message

    def tell(self, kind: str, content: Any) -> None:
        """Send the caller one message; a process that a cell has forked has nothing to tell."""
        if self.channel and os.getpid() == self.owner:
            packed = self.pack([kind, content])
            with self.sending:
                self.channel.send_bytes(packed)


class _Profile(ProfileDir):
    """A profile that is no folder: no configuration is read and no history kept."""

    location = Unicode(os.devnull)


class _Stream(io.TextIOBase):
    """Standard output or error of the cells, written at once and announced when a kernel would flush it.

    What libraries and subprocesses write to the descriptor goes to the same file. What a task writes after
    its own cell has ended is dropped, as a kernel's client does.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, descriptor: int, file: int, session: _Session):
        self.name, self.file, self.session = name, file, session
        self.outside = os.dup(descriptor)
        os.dup2(file, descriptor)
        self.announced = 0
        self.owner: ContextVar[str] = ContextVar(f"owner of {name}")

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Take what is written from here on as the output of a request."""
        self.owner.set(parent["header"]["msg_id"])

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self.owner.get(self.session.request_id) != self.session.request_id:
            return len(text)
        rest = memoryview(text.encode("utf-8", "replace"))
        while rest:
            rest = rest[os.write(self.file, rest) :]
        return len(text)

    def flush(self) -> None:
        end = os.fstat(self.file).st_size
        if end > self.announced:
            self.session.tell(STREAM, {"name": self.name, "end": end})
            self.announced = end

    def fileno(self) -> int:
        return self.outside

    def writable(self) -> bool:
        return True


def create_kernel() -> None:
    """Make the kernel that every run gets a copy of, and let it execute a first cell that leaves no trace.

    Its shell finds a folder for its settings at hand (``IPYTHONDIR``) but reads and writes none.
    """
    # Nobody debugs a run: the kernel must not import its debugger for nothing.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    kernel: Any = IPythonKernel.instance(
        session=_Session(),
        profile_dir=_Profile(),
        iopub_socket=object(),
        shell_channel_thread=SimpleNamespace(parent_thread=threading.main_thread()),
        log=logging.getLogger(__name__),
        config=_CONFIG,
    )
    del sys.modules["debugpy"]
    kernel.shell.run_cell("0", silent=True)


def execute(channel: Connection, stdout: int, stderr: int) -> None:
    """Take a task from the channel, execute its cells and send the kernel's messages; never returns.

    Parameters
    ----------
    channel : Connection
        Brings the task: ``cells`` (source, and whether it may fail), ``folder``, ``environment``.
    stdout, stderr : int
        Descriptors, opened for appending, of the files that take the cells' text.
    """
    kernel: Any = IPythonKernel.instance()
    session = kernel.session
    session.channel, session.owner = channel, os.getpid()
    sys.stdout, sys.stderr = _Stream("stdout", 1, stdout, session), _Stream("stderr", 2, stderr, session)
    task = channel.recv()
    _settle(kernel, task["folder"], task["environment"])
    observer = InputObserver()
    sys.addaudithook(observer.hear)
    session.tell(READY, {})
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_execute_cells(kernel, task["cells"]))
    session.tell(SUMMARY, {"inputs": observer.collect(), "language_info": kernel.language_info})
    # Like a kernel that is shut down: what cells have left running is not waited for.
    os._exit(0)


def _settle(kernel: Any, folder: str, environment: dict[str, str]) -> None:
    """Give the process what a kernel just started in a folder would have."""
    os.environ.clear()
    os.environ.update(environment)
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    kernel.shell.init_environment()
    os.chdir(folder)
    cast(Any, InteractiveShellApp).init_path(SimpleNamespace(ignore_cwd=False))
    sys.argv = ["ipykernel_launcher.py"]
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    gc.enable()


async def _execute_cells(kernel: Any, cells: Sequence[tuple[str, bool]]) -> None:
    session = kernel.session
    for source, may_fail in cells:
        content = {"code": source, "silent": False, "store_history": True, "stop_on_error": False}
        request = session.msg("execute_request", content)
        session.request_id = request["header"]["msg_id"]
        kernel.set_parent([], request)
        await kernel.execute_request(None, [], request)
        session.request_id = ""
        if kernel.shell.exit_now or (session.failed and not may_fail):
            return
        # A kernel waits for its next request here, and tasks that a cell has started go on.
        await asyncio.sleep(0)
