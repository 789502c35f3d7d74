"""Say at once whether a book still stands on what it was built from.

A build depends on the project's files, the installed packages and what was asked for, and on no clock. As
long as none of these has changed, the book is what a build would give; to find that out needs neither a
plan of the runs nor the imports that render pages. Whether a change concerns the book at all is left to the
build, which then has nothing to do but to say so.
"""

from __future__ import annotations

import json
import os
import platform
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.paths import EDITION_FILE, SUMS_FILE
from helpers.runs.inputs import PACKAGE_FOLDER, hash_bytes, hash_files

FOLDER = ".current"


@dataclass(frozen=True)
class Edition:
    """A built book and what identifies it."""

    folder: Path
    edition_id: str
    as_of: str
    unchanged: bool


def provide_edition(asked: Mapping[str, Any], **how: Any) -> Edition:
    """Return the book that was asked for; it is built only if something has changed since it was.

    Parameters
    ----------
    asked : mapping
        Those arguments of `helpers.book.build.build_edition` that decide what the book is.
    **how
        Its other arguments.
    """
    # What changes while the book is being built has to make it stale.
    state = _describe_state()
    stamp = paths.BUILD / FOLDER / f"{hash_bytes(repr(sorted(asked.items())).encode())[:16]}.json"
    if kept := _find_kept(stamp, state):
        return kept
    from helpers.book import build

    edition = build.build_edition(**asked, **how)
    stamp.parent.mkdir(exist_ok=True)
    content = {"state": state, "folder": str(edition.folder), "edition": read_edition(edition.folder)}
    stamp.write_text(json.dumps(content), encoding="utf-8")
    return edition


def read_edition(folder: Path) -> dict[str, Any] | None:
    """Return what identifies a built book, or None where none lies whole."""
    try:
        edition: dict[str, Any] = json.loads((folder / EDITION_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return edition if (folder / SUMS_FILE).is_file() else None


def list_editions(book: Path) -> list[Path]:
    """Return the folders of the editions in a built book: its own, and those of earlier days inside it."""
    return sorted(path.parent for path in book.rglob(EDITION_FILE))


def list_own_files(edition: Path) -> list[Path]:
    """Return the files of one edition without those of the editions inside it."""
    others = set(list_editions(edition)) - {edition}
    files = sorted(path for path in edition.rglob("*") if path.is_file())
    return [path for path in files if others.isdisjoint(path.parents)]


def _find_kept(stamp: Path, state: Mapping[str, Any]) -> Edition | None:
    try:
        kept = json.loads(stamp.read_text(encoding="utf-8"))
        folder, edition = Path(kept["folder"]), kept["edition"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if kept["state"] != state or read_edition(folder) != edition or not _has_runs(edition):
        return None
    return Edition(folder, edition["edition_id"], edition["as_of"], unchanged=True)


def _has_runs(edition: Mapping[str, Any]) -> bool:
    """Say whether the runs that an edition shows are at hand, for the checks that read them."""
    days = [edition["runs"], *edition["earlier"].values()]
    return all((paths.RUNS / name / key / "run.json").is_file() for day in days for name, key in day.items())


def _describe_state() -> dict[str, Any]:
    installed = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    return {
        "python": platform.python_version(),
        "packages": sorted(path.name for path in installed),
        "code": hash_files(_list_files(PACKAGE_FOLDER), base=PACKAGE_FOLDER),
        "project": hash_files(_list_files(paths.ROOT), base=paths.ROOT),
    }


def _list_files(folder: Path) -> Iterator[Path]:
    """Yield the files that people write: nothing hidden, compiled or made by runs and builds."""
    made = {paths.BUILD, paths.RUNS, paths.CHAPTERS, paths.RECORDS}
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        folders[:] = [name for name in folders if here / name not in made]
        yield from (here / name for name in files if not name.startswith("."))
