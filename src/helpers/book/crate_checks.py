"""Is the record of provenance of a built edition whole and true?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.book.crate import FILE, SPECIFICATION, find_run, list_files
from helpers.paths import EDITION_FILE
from helpers.runs.inputs import hash_bytes

ROOT = "./"

Entities = Mapping[str, Mapping[str, Any]]


def find_faults(html: Path) -> list[str]:
    """Return a line for each file, run, licence or reference that a record lacks or has wrong.

    Parameters
    ----------
    html : Path
        Folder of the edition.
    """
    try:
        graph = json.loads((html / FILE).read_text(encoding="utf-8"))["@graph"]
        entities = {entity["@id"]: entity for entity in graph}
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"{FILE}: cannot be read ({error}); build the edition again"]
    edition = json.loads((html / EDITION_FILE).read_text(encoding="utf-8"))
    problems = [
        *_find_wrong_files(html, entities),
        *_find_missing_runs(edition, entities),
        *_find_loose_ends(entities),
    ]
    return [f"{FILE}: {problem}; build the edition again" for problem in problems]


def _find_wrong_files(html: Path, entities: Entities) -> Iterator[str]:
    present = {quote(name): html / name for name in list_files(html)}
    named = {name for name, entity in entities.items() if "File" in entity["@type"]}
    yield from (f"does not name {name}" for name in sorted(present.keys() - named))
    yield from (f"names {name}, which is not there" for name in sorted(named - present.keys()))
    for name in sorted(named & present.keys()):
        if entities[name].get("sha256") != hash_bytes(present[name].read_bytes()):
            yield f"has another hash for {name}"


def _find_missing_runs(edition: Mapping[str, Any], entities: Entities) -> Iterator[str]:
    for keys in (edition["runs"], *edition["earlier"].values()):
        for notebook, key in keys.items():
            action = entities.get(find_run(notebook, key), {})
            if lacking := [part for part in ("instrument", "object", "result") if not action.get(part)]:
                yield f"does not tell {', '.join(lacking)} of run {key} of {notebook}"


def _find_loose_ends(entities: Entities) -> Iterator[str]:
    for name, entity in entities.items():
        is_input = "sha256" in entity and "File" not in entity["@type"]
        if (is_input or name == ROOT) and "license" not in entity:
            yield f"has no licence for {name}"
        for value in entity.values():
            parts = value if isinstance(value, list) else [value]
            targets = {part["@id"] for part in parts if isinstance(part, dict)}
            loose = sorted(targets - entities.keys() - {SPECIFICATION})
            yield from (f"leads from {name} to {target}, which it does not describe" for target in loose)
