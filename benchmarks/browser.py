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

from playwright.sync_api import Request, ViewportSize

from helpers.book.chromium import open_browser

WINDOW: ViewportSize = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class FirstView:
    """What the browser was asked to fetch, and how the page came to be seen.

    Attributes
    ----------
    requests : int
        Requests that were answered.
    size_kb : float
        Their bytes without compression.
    unanswered : int
        Requests that nobody answered.
    paint_ms : float
        When the largest piece of the window was painted (LCP).
    shift : float
        How far pieces moved after they were seen (CLS); 0.1 is the usual limit.
    """

    requests: int
    size_kb: float
    unanswered: int
    paint_ms: float
    shift: float


WATCH = """
window.seen = { paint: 0, shift: 0 };
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.paint = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


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
    with _serve(book) as base, open_browser() as chromium:
        page = chromium.new_page(viewport=WINDOW)
        # Playwright marks each handler, which it cannot do to a method of a list.
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108
        page.on("requestfailed", lambda request: failed.append(request))  # noqa: PLW0108
        page.add_init_script(WATCH)
        page.goto(base + page_name, wait_until="networkidle")
        seen = page.evaluate("window.seen")
        asked = [request for request in finished if not request.url.startswith("data:")]
        size = sum(len(response.body()) for request in asked if (response := request.response()))
    return FirstView(len(asked), size / 1000, len(failed), seen["paint"], seen["shift"])
