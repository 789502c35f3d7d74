"""Serve a built book on the loopback interface."""

from __future__ import annotations

import os
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click

from helpers import paths
from helpers.errors import EnvironmentMissingError, InputError


class BookHandler(SimpleHTTPRequestHandler):
    """Serve the files of a folder, and the book's own page for an address that does not exist."""

    def translate_path(self, path: str) -> str:
        """Return the file of an address; none where a link leads out of the folder."""
        found, folder = super().translate_path(path), Path(self.directory).resolve()
        try:
            ends = [Path(found, name).resolve() for name in ("", "index.html")]
        except (OSError, ValueError):
            return ""
        return found if all(end.is_relative_to(folder) for end in ends) else ""

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        """List nothing: a folder without a front page is no address of the book."""
        self.send_error(HTTPStatus.NOT_FOUND, "No such page")

    def end_headers(self) -> None:
        """Add that a browser must not guess what kind of file it was given."""
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the book's page where a file is missing."""
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def serve_book(folder: Path | None = None, *, port: int = 8000) -> None:
    """Serve a book until interrupted.

    Raises
    ------
    InputError
        If the folder holds no book.
    EnvironmentMissingError
        If the port is taken.
    """
    folder = folder or paths.BUILD / "html"
    if not (folder / "index.html").is_file():
        raise InputError(f"{folder} holds no book (no index.html); run `make book` first")
    handler = partial(BookHandler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise EnvironmentMissingError(
            f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from error
    with server:
        click.echo(f"serving {folder} at http://127.0.0.1:{server.server_port}/ (Ctrl-C stops)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("stopped")
