"""A built book, a browser and a small server, each once for all browser tests."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PHONE = {"width": 375, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


@dataclass
class Visit:
    """A page that is being watched: what it said and what it asked for."""

    page: Page
    base: str
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, name: str) -> Page:
        """Go to a page of the book by its path and wait until its scripts have run."""
        self.page.goto(self.base + name)
        return self.page

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(f"{self.page.url}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.requests.append(f"{self.page.url} asks for {request.url}")

    def _on_failure(self, request: Request) -> None:
        # Going to the next page cancels what the last one still asked for, such as its icon.
        if request.failure != "net::ERR_ABORTED":
            self.messages.append(f"{self.page.url}: {request.url} failed: {request.failure}")

    def watch(self) -> None:
        """Start to listen."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.messages.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failure)


OpenVisit = Callable[..., Visit]


@pytest.fixture(scope="session")
def book_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built book: ``REPORT_BOOK_DIR``, or the real book built once, also for parallel workers."""
    if given := os.environ.get("REPORT_BOOK_DIR"):
        return Path(given).resolve()
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    target = shared / "book"
    with FileLock(shared / "book.lock"):
        if not target.exists():
            command = [sys.executable, "-m", "helpers.cli", "build", "--without-what-if", "--to"]
            command.append(str(target))
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="session")
def page_names(book_dir: Path) -> list[str]:
    """The paths of all pages; those of single charts are like each other and tested apart."""
    names = sorted(path.relative_to(book_dir).as_posix() for path in book_dir.rglob("*.html"))
    return [name for name in names if not name.startswith("figures/")]


@pytest.fixture(scope="session")
def chapter_names(page_names: list[str]) -> list[str]:
    """The paths of the chapters."""
    return [name for name in page_names if name.startswith("chapters/")]


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def bases(book_dir: Path) -> Iterator[dict[str, str]]:
    """Where the book starts: from disk, and from a server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(book_dir)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"disk": f"{book_dir.as_uri()}/", "server": f"http://127.0.0.1:{server.server_address[1]}/"}
    server.shutdown()


@pytest.fixture
def open_visit(browser: Browser, bases: dict[str, str]) -> Iterator[OpenVisit]:
    """Return a function that opens a watched page in a fresh context."""
    contexts: list[BrowserContext] = []

    def start(place: str = "disk", **options: Any) -> Visit:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        visit = Visit(context.new_page(), bases[place])
        visit.watch()
        return visit

    yield start
    for context in contexts:
        context.close()
