"""Files that are never half-written: each is made aside and renamed into place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_files(texts: Mapping[Path, str]) -> None:
    """Write several files as UTF-8, all of them aside before the first is put in place.

    Whatever fails or is killed while they are written leaves every file as it was.
    """
    asides = {path: path.with_name(f".{path.name}.{os.getpid()}.new") for path in texts}
    try:
        for path, aside in asides.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(texts[path], encoding="utf-8")
        for path, aside in asides.items():
            aside.replace(path)
    finally:
        for aside in asides.values():
            aside.unlink(missing_ok=True)
