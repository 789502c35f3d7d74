"""What a run depends on: its code, the project's modules behind it, the data and the versions.

The modules are the static import closure of the notebook's code cells, read with `ast`, since an import of
a module that is already loaded leaves no trace at run time.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path

from helpers import paths

PACKAGE = "helpers"
VERSIONED = ("altair", "ipykernel", "numpy", "pandas", "papermill", "pydantic", "scipy", "statsmodels")


def hash_bytes(content: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def hash_files(files: Iterable[Path], *, base: Path) -> dict[str, str]:
    """Return ``{path relative to a base folder: sha256}``, sorted by path."""
    return {path.relative_to(base).as_posix(): hash_bytes(path.read_bytes()) for path in sorted(files)}


def hash_inputs(sources: Iterable[str]) -> dict[str, str]:
    """Return the hashes of the data files and of the modules behind some sources."""
    modules = hash_files(find_modules(sources), base=Path(__file__).parents[3])
    return modules | hash_files(list_data_files(), base=paths.DATA.parent)


def _imported_names(source: str) -> set[str]:
    """Return the dotted names that a piece of Python may import, ``from`` imports with their members."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.split(".")[0] == PACKAGE}


def _module_file(name: str) -> Path | None:
    base = Path(__file__).parents[1].joinpath(*name.split(".")[1:])
    return next((file for file in (base.with_suffix(".py"), base / "__init__.py") if file.is_file()), None)


def find_modules(sources: Iterable[str]) -> list[Path]:
    """Return the files of the project's modules that some sources import, directly or through others."""
    pending = set().union(*(_imported_names(source) for source in sources))
    found: dict[str, Path] = {}
    while pending:
        name = pending.pop()
        if name not in found and (file := _module_file(name)):
            found[name] = file
            pending |= _imported_names(file.read_text(encoding="utf-8"))
    return sorted(set(found.values()))


def list_data_files() -> list[Path]:
    """Return the published data files and their description."""
    return sorted([*paths.DATA.glob("*.csv"), *paths.DATA.glob("*.json")])


def read_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result may depend on."""
    versions = {name: importlib.metadata.version(name) for name in VERSIONED}
    return {"python": platform.python_version()} | versions
