"""The process that runs are forked from: it imports once what notebooks need and gives each run a copy.

Its only ties are lines, ends of socket pairs. It lives as long as the caller holds the control line, a run
as long as the caller holds the run's line; the system closes both when the caller ends, however it ends, so
nothing is left behind. It listens nowhere and has one thread, which is what makes forking safe.
"""

from __future__ import annotations

import helpers.fast_start  # noqa: F401  isort: skip
import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from helpers import data
from helpers.runs import fork_child

REQUEST_BYTES = 1 << 18
RUN_DESCRIPTORS = 4
UNFIT = b"unfit:"
_SET_PARENT_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36
_TASKS = Path("/proc/self/task")


def _control_process(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


class Server:
    """What the server keeps: its lines, and the process behind each of them.

    Parameters
    ----------
    control : socket
        Brings requests: JSON with ``modules`` and ``datasets`` to have at hand, and the run's channel, line
        and captured streams as file descriptors.
    """

    def __init__(self, control: socket.socket):
        self.control, self.pid = control, os.getpid()
        self.lines: dict[int, socket.socket] = {}
        self.prepared: set[str] = set()
        self.unfit: str | None = None
        self.selector = selectors.DefaultSelector()
        self.awake, self.waker = socket.socketpair()

    def serve(self) -> None:
        """Fork runs until the caller is gone, then end all that is left of them."""
        _control_process(_SET_CHILD_SUBREAPER, 1)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for end in (self.awake, self.waker):
            end.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno())
        for end in (self.control, self.awake):
            self.selector.register(end, selectors.EVENT_READ)
        while self._answer():
            pass
        for pid in self.lines:
            _kill_group(pid)
        _kill_orphans()

    def _answer(self) -> bool:
        """Wait for something to happen and deal with it; return whether the caller is still there."""
        for key, _ in self.selector.select():
            if key.fileobj is self.control:
                if not self._take_request():
                    return False
            elif key.fileobj is self.awake:
                self.awake.recv(4096)
                self._reap()
            elif key.data in self.lines:
                self.selector.unregister(key.fileobj)
                _kill_group(key.data)
        return True

    def _take_request(self) -> bool:
        # The programs that a run starts must not hold its lines.
        closed = socket.MSG_CMSG_CLOEXEC
        request, descriptors, _, _ = socket.recv_fds(self.control, REQUEST_BYTES, RUN_DESCRIPTORS, closed)
        if not request:
            return False
        unfit = self._prepare(**json.loads(request))
        if descriptors:
            line = socket.socket(fileno=descriptors[1])
            if unfit:
                line.send(UNFIT + unfit.encode())
                line.close()
            else:
                self._fork(descriptors, line)
            for descriptor in (descriptors[0], *descriptors[2:]):
                os.close(descriptor)
        return True

    def _prepare(self, modules: Sequence[str], datasets: Sequence[str]) -> str | None:
        """Import modules and read tables; return a module whose import a run would miss, if there is one."""
        for name in modules:
            if name not in self.prepared and self.unfit is None:
                self.unfit = None if _import_quietly(name) else name
        for name in datasets:
            if name not in self.prepared:
                with suppress(BaseException):
                    data.load(name)
        if new := {*modules, *datasets} - self.prepared:
            self.prepared |= new
            _rehearse()
            # What is frozen is shared with every run: none of them walks through it to collect garbage.
            gc.freeze()
        return self.unfit

    def _fork(self, descriptors: Sequence[int], line: socket.socket) -> None:
        if pid := os.fork():
            self.lines[pid] = line
            self.selector.register(line, selectors.EVENT_READ, pid)
            return
        try:
            self._become_child(line)
            fork_child.execute(Connection(descriptors[0], readable=True), descriptors[2], descriptors[3])
        finally:
            os._exit(1)

    def _become_child(self, line: socket.socket) -> None:
        os.setsid()
        _control_process(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != self.pid:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for end in (self.control, self.awake, self.waker, line, *self.lines.values()):
            end.close()

    def _reap(self) -> None:
        """Tell the callers of runs that have ended how, and end what those left behind."""
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                if line := self.lines.pop(pid, None):
                    _kill_group(pid)
                    with suppress(KeyError):
                        self.selector.unregister(line)
                    with suppress(OSError):
                        line.send(str(os.waitstatus_to_exitcode(status)).encode())
                    line.close()
        if not self.lines:
            _kill_orphans()


def _import_quietly(name: str) -> bool:
    """Import a module as a cell would; return whether nobody can tell that it was imported before.

    One that wrote something would not write it again in the run, and one that started a thread would have
    it missing there. What fails fails again, and is told, in the run.
    """
    kept = [(descriptor, os.dup(descriptor)) for descriptor in (1, 2)]
    with tempfile.TemporaryFile() as written:
        for descriptor, _ in kept:
            os.dup2(written.fileno(), descriptor)
        with suppress(BaseException):
            exec(f"import {name}", {"__name__": "__main__"})
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in kept:
            os.dup2(copy, descriptor)
            os.close(copy)
        return os.fstat(written.fileno()).st_size == 0 and len(list(_TASKS.iterdir())) == 1


def _rehearse() -> None:
    """Draw a chart that nobody sees: the first one compiles patterns and imports late, in every run anew."""
    altair, pandas = sys.modules.get("altair"), sys.modules.get("pandas")
    if altair and pandas:
        frame = pandas.DataFrame({"x": [1.0], "kind": ["a"]})
        altair.Chart(frame).mark_point().encode(x="x:Q", color="kind").to_dict()


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _kill_orphans() -> None:
    """End processes that left their run's group; as orphans they have become children of the server."""
    while orphans := (_TASKS / str(os.getpid()) / "children").read_text().split():
        for pid in orphans:
            _kill_group(int(pid))
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def main(descriptor: int) -> None:
    """Serve on an inherited socket; the terminal's interrupt is for the caller."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    fork_child.create_kernel()
    Server(socket.socket(fileno=descriptor)).serve()
    os._exit(0)
