"""A small project in a temporary folder, with tiny notebooks named after what they do."""

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny import PARAMETERS_CELL, RESULT_CELL

from helpers import paths

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
