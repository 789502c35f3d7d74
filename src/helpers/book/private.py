"""What no published file may tell: the folders, user and host of the machine, and secrets.

Secrets are found in two ways: by the form of well-known keys, and by the values of this process's own
environment whose names speak of a secret, since a build could only leak what it was given.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from urllib.parse import quote

from helpers import paths

SHORTEST = 8
"""Length from which a value of the environment is taken for a secret, in characters."""

_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|(?:^|_)(?:API_?)?KEY(?:$|_)", re.IGNORECASE)
_FORMS = {
    "a home folder": re.compile(rb"(?<![\w.-])(?:/home/|/Users/|[A-Za-z]:\\+Users\\+)[\w.-]+"),
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access token": re.compile(
        rb"\b(?:gh[pousr]_\w{36}|github_pat_\w{40}|glpat-[\w-]{20}|npm_\w{36}|pypi-AgE[\w-]{40}|hf_\w{34}"
        rb"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}|sk-[A-Za-z0-9]{20}|xox[abeprs]-[\w-]{10}"
        rb"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+)"
    ),
    "an address with a password": re.compile(rb"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'<>]+:[^\s/:@\"'<>]+@[\w.-]"),
    "a folder of installed packages": re.compile(rb"(?<![\w.-])/(?:[\w.+-]+/)+(?:site|dist)-packages\b"),
}


def find_own_names(environment: Mapping[str, str]) -> dict[str, re.Pattern[bytes]]:
    """Return what would give this machine or its secrets away, by what it is.

    Parameters
    ----------
    environment : mapping of str to str
        Variables of the process; a value counts as secret by the name of its variable.
    """
    names = {
        "the project's folder": str(paths.ROOT),
        "the folder of temporary files": f"{tempfile.gettempdir()}/",
        "the user's folder": f"{Path.home()}/",
        "the superuser's folder": f"{Path('~root').expanduser()}/",
        "the host's name": f"@{socket.gethostname()}",
        "the user's name": f"{getpass.getuser()}@",
    }
    if len(socket.gethostname()) >= SHORTEST and socket.gethostname() != "localhost":
        names["the host's name"] = socket.gethostname()
    names |= {
        f"the value of {name}": value
        for name, value in environment.items()
        if _SECRET_NAME.search(name) and len(value) >= SHORTEST
    }
    return {what: _write_form(value) for what, value in names.items() if len(value) > 1}


def _write_form(value: str) -> re.Pattern[bytes]:
    """Return what finds a value as it stands, and as HTML, JSON and addresses write it."""
    quoted = json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]
    spellings = sorted({value, escape(value), quote(value), *quoted})
    start = rb"(?<![\w.-])" if value[0] == "/" else rb""
    return re.compile(start + rb"(?:" + b"|".join(re.escape(each.encode()) for each in spellings) + rb")")


def check_private(
    files: Iterable[Path], *, base: Path, environment: Mapping[str, str] = os.environ
) -> list[str]:
    """Complain about every file that gives something private away; an archive's members count as files.

    Parameters
    ----------
    files : iterable of Path
    base : Path
        Folder that the complaints name files from.
    environment : mapping of str to str
        As in `find_own_names`.
    """
    forms = find_own_names(environment) | _FORMS
    return [
        f"{path.relative_to(base).as_posix()}{member}: holds {what}; take it out of what is published"
        for path in files
        for member, content in _read(path)
        for what, form in forms.items()
        if form.search(content)
    ]


def _read(path: Path) -> Iterator[tuple[str, bytes]]:
    yield "", path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f" ({name})", archive.read(name)
