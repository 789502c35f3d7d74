"""What a run depends on: the project's modules behind its cells, the files it looked at, the versions.

The modules are the static import closure of the code cells, read with `ast`, since an import of a module
that is already loaded leaves no trace at run time. Files are observed in the forked child by an audit hook.
An input has a name, ``src/helpers/prose.py`` or ``data/events.csv``, a folder that was listed ends in a
slash, and the description of one table is ``data/datapackage.json#events``: an edited table must not make
the runs stale that never saw it, although every table's hash stands in that one file.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pkgutil
import platform
import re
import stat
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from helpers import paths

PACKAGE = "helpers"
PACKAGE_FOLDER = Path(__file__).resolve().parents[1]
PACKAGE_PREFIX = f"src/{PACKAGE}/"
MANIFEST = "datapackage.json"
MISSING, CHANGED = "missing", "changed"
DATASET_EVENT, ALL_TABLES = "helpers.data.describe", ""
SEARCHES = ("<frozen importlib", importlib.metadata.__file__, pkgutil.__file__)
RUNTIME = ("ipykernel", "IPython", "papermill")
SETTLED_NANOSECONDS = 2_000_000_000

_known_files: dict[Path, tuple[tuple[int, ...], str]] = {}
_known_imports: dict[tuple[str, ...], Imports] = {}
_parsing = threading.Lock()


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def hash_files(files: Iterable[Path], *, base: Path) -> dict[str, str]:
    """Return ``{path relative to a base folder: sha256}``, sorted by path."""
    return {path.relative_to(base).as_posix(): hash_file(path) for path in sorted(files)}


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, of a folder's names, or `MISSING`.

    A file is read again only when its size, times or inode have changed. One that was changed a moment ago
    is always read, since a second change might leave the same times.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return hash_bytes("\n".join(sorted(file.name for file in path.iterdir())).encode())
        stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        known = _known_files.get(path)
        if known and known[0] == stamp:
            return known[1]
        digest = hash_bytes(path.read_bytes())
    except OSError:
        return MISSING
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > SETTLED_NANOSECONDS:
        _known_files[path] = stamp, digest
    return digest


def hash_input(name: str) -> str:
    """Return the current hash of an input by its name, or `MISSING`."""
    file, _, table = name.partition("#")
    inside = file.removeprefix(PACKAGE_PREFIX)
    path = PACKAGE_FOLDER / inside if inside != file else paths.ROOT / file
    if not table:
        return hash_file(path)
    try:
        return _hash_tables(path.read_bytes()).get(table, MISSING)
    except OSError:
        return MISSING


@lru_cache(maxsize=8)
def _hash_tables(manifest: bytes) -> dict[str, str]:
    """Return the hash of each table's description; of the whole file for each if it cannot be read."""
    try:
        tables = json.loads(manifest)["resources"]
        return {table["name"]: hash_bytes(json.dumps(table, sort_keys=True).encode()) for table in tables}
    except (ValueError, KeyError, TypeError):
        return {}


@lru_cache(maxsize=8)
def _name_tables(manifest: bytes) -> dict[str, str]:
    """Return the name of each table by the file it lies in."""
    with suppress(ValueError, KeyError, TypeError):
        return {table["path"]: table["name"] for table in json.loads(manifest)["resources"]}
    return {}


@dataclass(frozen=True)
class Imports:
    """What some code cells import.

    Attributes
    ----------
    direct : tuple of str
        Dotted names as the cells have them.
    modules : mapping
        Name and hash of each project module behind them, directly or through others.
    packages : tuple of str
        Top-level names of what is neither the project's nor the standard library's, in all of these.
    """

    direct: tuple[str, ...]
    modules: Mapping[str, str]
    packages: tuple[str, ...]


def find_imports(sources: Iterable[str]) -> Imports:
    """Return what some code cells import, directly and through the project's modules.

    What was found before holds as long as every module found is as it was.
    """
    cells = tuple(sources)
    known = _known_imports.get(cells)
    if known and all(hash_input(name) == digest for name, digest in known.modules.items()):
        return known
    found = _known_imports[cells] = _trace_imports(cells)
    return found


def _trace_imports(sources: Iterable[str]) -> Imports:
    direct: set[str] = set().union(*(_imported_names(source) for source in sources))
    pending, names = set(direct), set(direct)
    files: dict[Path, str] = {}
    while pending:
        for file in _module_files(pending.pop()):
            if file not in files:
                files[file] = hash_file(file)
                found = _names_in_file(file, files[file])
                pending |= found
                names |= found
    modules = {PACKAGE_PREFIX + f.relative_to(PACKAGE_FOLDER).as_posix(): h for f, h in files.items()}
    top = {name.partition(".")[0] for name in names} - {PACKAGE} - sys.stdlib_module_names
    return Imports(tuple(sorted(direct)), dict(sorted(modules.items())), tuple(sorted(top)))


@lru_cache(maxsize=1024)
def _names_in_file(file: Path, digest: str) -> frozenset[str]:
    """Return what a module imports; remembered by its hash."""
    package = ".".join((PACKAGE, *file.relative_to(PACKAGE_FOLDER).parent.parts))
    return _imported_names(file.read_text(encoding="utf-8"), package)


@lru_cache(maxsize=1024)
def _imported_names(source: str, package: str = "") -> frozenset[str]:
    """Return the dotted names that a piece of Python may import, ``from`` imports with their members."""
    names: set[str] = set()
    for node in _parse(source):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (package or not node.level):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return frozenset(names)


def _parse(source: str) -> list[ast.AST]:
    """Parse Python; of a cell that is more than Python (magics, shell lines) take the lines that import."""
    try:
        return list(ast.walk(_parse_whole(source)))
    except SyntaxError:
        nodes: list[ast.AST] = []
        for line in re.findall(r"^\s*((?:from|import)\s.+)$", source, flags=re.MULTILINE):
            with suppress(SyntaxError):
                nodes += ast.walk(_parse_whole(line))
        return nodes


def _parse_whole(source: str) -> ast.Module:
    # Python 3.11 miscounts its depth, and gives up, when two threads parse at a time.
    with _parsing:
        return ast.parse(source)


def _module_files(name: str) -> list[Path]:
    """Return the file of a project module and those of the packages around it."""
    parts = name.split(".")
    if parts[0] != PACKAGE:
        return []
    folders = [PACKAGE_FOLDER.joinpath(*parts[1:end]) for end in range(1, len(parts) + 1)]
    candidates = [folder / "__init__.py" for folder in folders] + [folders[-1].with_suffix(".py")]
    return [file for file in candidates if file.is_file()]


def list_data_files() -> list[Path]:
    """Return the published data files and their description."""
    return sorted(path for path in paths.DATA.iterdir() if path.suffix in (".csv", ".json"))


def read_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of Python, of what executes notebooks, and of the distributions of packages.

    A package that belongs to no distribution, such as a module beside the notebook, has none.
    """
    found = [read_distribution(package) for package in (*RUNTIME, *packages)]
    return {"python": platform.python_version(), **dict(sorted(item for item in found if item))}


@lru_cache(maxsize=1024)
def read_distribution(package: str) -> tuple[str, str] | None:
    """Return name and version of the distribution that installs a top-level package, or None."""
    with suppress(importlib.metadata.PackageNotFoundError):
        return package.lower(), importlib.metadata.version(package)
    files = (f"\n{package}/__init__.", f"\n{package}.")
    for distribution in importlib.metadata.distributions():
        listed = "\n" + (distribution.read_text("RECORD") or "")
        if any(file in listed for file in files):
            return distribution.metadata["Name"].lower(), distribution.version
    return None


class InputObserver:
    """Hears the audit events of a process and keeps the project's files that were read, listed or missed.

    Each file is hashed whenever it is opened, so that a change during the run shows. Reads of
    subprocesses and of libraries that open files without Python (such as Arrow) are not heard.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.tables: set[str] = set()
        self.manifest = b""
        self._here = threading.local()

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take one audit event, as `sys.addaudithook` passes it."""
        if getattr(self._here, "busy", False):
            return
        if event == DATASET_EVENT:
            self.tables.add(str(arguments[0]))
        elif event == "open":
            path, _, flags = arguments
            if not flags & (os.O_WRONLY | os.O_TRUNC):
                self._note(path)
        elif event == "sqlite3.connect":
            self._note(arguments[0])
        elif event in ("os.listdir", "os.scandir") and not _is_import(sys._getframe(1)):
            self._note("." if arguments[0] is None else arguments[0], listed=True)

    def _note(self, path: Any, *, listed: bool = False) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return
        self._here.busy = True
        try:
            real = _find_source(Path(os.path.realpath(os.fsdecode(path))))
            if name := _name_input(real):
                self._compare(name + "/" * listed, hash_file(real))
                if real == paths.DATA / MANIFEST and not self.manifest:
                    self.manifest = real.read_bytes()
        finally:
            self._here.busy = False

    def _compare(self, name: str, digest: str) -> None:
        """Keep a hash, or note that it is another now: one that changes back would not show in the end.

        The description of the tables may change, as long as that of the tables used does not.
        """
        known = self.files.setdefault(name, digest)
        if known != digest and name != _name_input(paths.DATA / MANIFEST):
            self.files[name] = CHANGED

    def collect(self) -> dict[str, str]:
        """Return the hash of each input, with the tables' descriptions instead of the file of all."""
        found = dict(self.files)
        manifest = _name_input(paths.DATA / MANIFEST) or ""
        folder = manifest.removesuffix(MANIFEST)
        by_file = _name_tables(self.manifest)
        used = {by_file[name.removeprefix(folder)] for name in found if name.removeprefix(folder) in by_file}
        hashes = _hash_tables(self.manifest)
        if tables := used | (self.tables & hashes.keys()):
            if ALL_TABLES not in self.tables:
                found.pop(manifest, None)
            found |= {f"{manifest}#{table}": hashes[table] for table in tables}
        return dict(sorted(found.items()))


def _is_import(frame: FrameType) -> bool:
    """Say whether it is the search for modules or packages that looks: it lists every folder of the path."""
    return frame.f_code.co_filename.startswith(SEARCHES)


def _find_source(path: Path) -> Path:
    """Return the module that a compiled file belongs to; any other file is its own source."""
    if "__pycache__" in path.parts:
        with suppress(ValueError):
            return Path(importlib.util.source_from_cache(str(path)))
    return path


def _name_input(path: Path) -> str | None:
    """Return the name of an input, or None for what is not the project's own."""
    if path.is_relative_to(PACKAGE_FOLDER):
        return PACKAGE_PREFIX + path.relative_to(PACKAGE_FOLDER).as_posix()
    if not path.is_relative_to(paths.ROOT) or path.is_relative_to(sys.prefix):
        return None
    inside = path.relative_to(paths.ROOT)
    return None if any(part.startswith(".") for part in inside.parts) else inside.as_posix()
