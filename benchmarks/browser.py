"""What a browser asks for when a page is first opened, before anybody scrolls."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Request, ViewportSize, sync_playwright

from helpers.book.chromium import FLAGS, find_chromium

WINDOW: ViewportSize = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class FirstView:
    """Requests that were answered, their bytes without compression, and those that nobody answered."""

    requests: int
    size_kb: float
    unanswered: int


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def _serve(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def view_first(book: Path, page_name: str) -> FirstView:
    """Open one page of a built book in a fresh browser until the network is quiet, and count."""
    finished: list[Request] = []
    failed: list[Request] = []
    with _serve(book) as base, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS.split())
        page = chromium.new_page(viewport=WINDOW)
        # Playwright marks each handler, which it cannot do to a method of a list.
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
        page.on("requestfailed", lambda request: failed.append(request))  # noqa: PLW0108
        page.goto(base + page_name, wait_until="networkidle")
        asked = [request for request in finished if not request.url.startswith("data:")]
        size = sum(len(response.body()) for request in asked if (response := request.response()))
        chromium.close()
    return FirstView(len(asked), size / 1000, len(failed))
