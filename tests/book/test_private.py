"""A published file tells nothing of the machine that made it, and no secret."""

import getpass
import html
import json
import socket
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from helpers import paths
from helpers.book.private import check_private

SUPERUSER = Path("~root").expanduser()
SECRET = {
    "PUBLISH_TOKEN": "correct horse battery",
    "ODD_TOKEN": 'sesame & "öffne" <dich>',
    "EDITOR": "unmistakable",
    "API_KEY": "short",
}


def complaints(folder: Path, content: str) -> list[str]:
    """Return what is said of a page with a text."""
    page = folder / "page.html"
    page.write_text(f"<p>before {content} after</p>")
    return check_private([page], base=folder, environment=SECRET)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (f"{paths.ROOT}/notebooks", "the project's folder"),
        (f"{getpass.getuser()}@", "the user's name"),
        (f"ada@{socket.gethostname()}", "the host's name"),
        (f"{SUPERUSER}/report", "the superuser's folder"),
        ("/home/ada/report", "a home folder"),
        (r"C:\Users\ada", "a home folder"),
        ("correct horse battery", "the value of PUBLISH_TOKEN"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("ghp_" + "a1" * 18, "an access token"),
        ("glpat-" + "a1" * 10, "an access token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "an access token"),
        ("https://ada:secret@example.org/", "an address with a password"),
        ("/opt/lab/lib/python3.12/site-packages/pandas", "a folder of installed packages"),
        (html.escape(SECRET["ODD_TOKEN"]), "the value of ODD_TOKEN"),
        (json.dumps(SECRET["ODD_TOKEN"]), "the value of ODD_TOKEN"),
        (quote(SECRET["ODD_TOKEN"]), "the value of ODD_TOKEN"),
    ],
)
def test_what_is_private_is_named_with_its_file(tmp_path, content, what):
    expected = f"page.html: holds {what}; take it out of what is published"
    assert expected in complaints(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    ["https://example.org/home/page", "unmistakable", "short", "the root of a tree", f"records{SUPERUSER}/"],
)
def test_what_is_public_may_stand(tmp_path, content):
    assert [] == complaints(tmp_path, content)


def test_a_member_of_an_archive_is_read(tmp_path):
    """Compression must not hide it."""
    with zipfile.ZipFile(tmp_path / "data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", "seen in /home/ada " * 50)
    found = check_private([tmp_path / "data.zip"], base=tmp_path, environment={})
    assert ["data.zip (notes.txt): holds a home folder; take it out of what is published"] == found
