"""The book is served on this machine, and nothing beside it."""

import http.client
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from helpers.book import serve

Ask = Callable[[str], tuple[int, str]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return what asks a served book for an address: status and text of the answer."""
    root = tmp_path_factory.mktemp("place")
    book = root / "book"
    (book / "figures").mkdir(parents=True)
    (book / "lost").mkdir()
    (root / "secret.txt").write_text("secret")
    (book / "secret.txt").symlink_to(root / "secret.txt")
    (book / "lost" / "index.html").symlink_to(root / "secret.txt")
    (book / "above").symlink_to(root)
    (book / "index.html").write_text("front page")
    (book / "404.html").write_text("no such page")
    (book / "figures" / "a.svg").write_text("<svg/>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(book))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield partial(_ask, server.server_port)
        server.shutdown()


class Quiet(serve.BookHandler):
    """The handler without its log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _ask(port: int, address: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address)
    answer = connection.getresponse()
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    return answer.status, answer.read().decode()


@pytest.mark.parametrize(("address", "text"), [("/", "front page"), ("/figures/a.svg", "<svg/>")])
def test_a_file_of_the_book_is_served(ask: Ask, address: str, text: str) -> None:
    assert (200, text) == ask(address)


@pytest.mark.parametrize(
    "address",
    [
        "/figures/",  # would be listed
        "/secret.txt",
        "/above/secret.txt",
        "/lost/",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/figures/..%2f..%2fsecret.txt",
        "//etc/passwd",
        "/index.html%00.svg",
    ],
)
def test_nothing_beside_the_book_is_served_or_listed(ask: Ask, address: str) -> None:
    assert (404, "no such page") == ask(address)


def test_a_book_is_offered_to_this_machine_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine finds no open port."""
    asked = []
    monkeypatch.setattr(serve, "ThreadingHTTPServer", lambda address, _: asked.append(address) or Closed())
    (tmp_path / "index.html").write_text("front page")
    serve.serve_book(tmp_path, port=8123)
    assert [("127.0.0.1", 8123)] == asked


class Closed:
    """A server that its user stops at once."""

    server_port = 8123

    def __enter__(self) -> "Closed":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def serve_forever(self) -> None:
        """Stop as Ctrl-C does."""
        raise KeyboardInterrupt
