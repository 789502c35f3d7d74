"""A small project in a temporary folder, with tiny notebooks named after what they do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import paths

PARAMETERS_CELL = """\
as_of: str = "latest"
seed: int = 20240618
growth_rate: float = 0.02
years: int = 3
shape: str = "line"
weights: list[float] = [1.0, 2.0]"""

RESULT_CELL = """\
from helpers.runs.results import record
record("final_level", (1 + growth_rate) ** years, unit="1", meaning="Level after the horizon.")"""

WriteNotebook = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project root with the real data and no notebooks."""
    root = tmp_path / "project"
    shutil.copytree(paths.DATA, root / "data")
    (root / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    for name, folder in (
        ("ROOT", root),
        ("DATA", root / "data"),
        ("NOTEBOOKS", root / "notebooks"),
        ("RUNS", root / "runs"),
    ):
        monkeypatch.setattr(paths, name, folder)
        folder.mkdir(exist_ok=True)
    monkeypatch.setenv("REPORT_ROOT", str(root))
    (root / "notebooks" / "scenarios.yml").write_text(
        "slow:\n  why: Little growth.\n  notebooks: {tiny_growth: {growth_rate: 0.01}}\n"
    )
    return root


@pytest.fixture
def write_notebook(project: Path) -> WriteNotebook:
    """Write a notebook of some code cells, with the tiny record as its contract."""

    def write(name: str, *cells: str, parameters: str = PARAMETERS_CELL) -> Path:
        head = new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
        body = [new_code_cell(cell, id=f"cell-{number}") for number, cell in enumerate(cells)]
        metadata = {
            "report": {"parameters": "tiny"},
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        }
        notebook = new_notebook(
            cells=[new_markdown_cell("# Tiny growth", id="title"), head, *body], metadata=metadata
        )
        path = project / "notebooks" / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path

    return write


@pytest.fixture
def tiny_growth(write_notebook: WriteNotebook) -> str:
    """A notebook that records one result."""
    write_notebook("tiny_growth", RESULT_CELL)
    return "tiny_growth"
