"""The flow goes one way: a module imports only from floors before its own."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "helpers"
FLOORS = [
    "fast_start",
    "errors",
    "paths",
    "files",
    "prose",
    "data",
    "evidence",
    "models",
    "charts",
    "runs",
    "book",
    "checks",
    "cli",
]
APART = {"models": {"data", "evidence", "paths"}, "charts": {"data", "evidence", "paths", "models"}}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported_floors(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("helpers.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_earlier_floors(path):
    floor = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if floor == "__init__":
        floor = "fast_start"
    allowed = set(FLOORS[: FLOORS.index(floor) + 1]) - APART.get(floor, set())
    assert imported_floors(path) <= allowed


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_a_package_file_is_empty(path):
    assert path.read_text(encoding="utf-8") == ""
