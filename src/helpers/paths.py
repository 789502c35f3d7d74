"""Where things are. Each folder is named once, here."""

from __future__ import annotations

import os
from pathlib import Path

from helpers.errors import EnvironmentMissingError


def find_root(start: Path | None = None) -> Path:
    """Return the project's root: the nearest folder upwards that holds ``_toc.yml``.

    ``REPORT_ROOT`` overrides the search, which starts at the working folder and then at this file, since
    papermill, nbval and JupyterLab each start kernels in another folder.

    Raises
    ------
    EnvironmentMissingError
        If there is no such folder.
    """
    if override := os.environ.get("REPORT_ROOT"):
        return Path(override).resolve()
    for place in (start or Path.cwd(), Path(__file__)):
        for folder in (place.resolve(), *place.resolve().parents):
            if (folder / "_toc.yml").is_file():
                return folder
    raise EnvironmentMissingError(
        "no _toc.yml above the working folder: run this inside a clone of the report"
    )


ROOT = find_root()
DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
BOOK = ROOT / "book"
CHAPTERS = BOOK / "chapters"
RECORDS = BOOK / "records"
RUNS = ROOT / "runs"
BUILD = ROOT / "_build"

EDITION_FILE = "edition.json"
"""What identifies a built book, at its root."""
SUMS_FILE = "SHA256SUMS"
"""The sums of a built book, at its root."""
