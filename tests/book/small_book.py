"""A small book in a temporary folder: the real pages' frame, one tiny chapter."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tiny import PARAMETERS_CELL, RESULT_CELL

from helpers import data, paths

CHART = """\
import pandas as pd
from helpers.charts.frame import frame
from helpers.charts.lines import chart_lines
path = pd.DataFrame({"year": range(years + 1)})
path["level"] = (1 + growth_rate) ** path["year"]
frame(chart_lines(path, x="year", y="level", measure="Level", x_title="Year"), title="Growth of a level",
      subtitle="Level by year.", source="own computation", name="tiny-path",
      alt="Line of a level that grows by the same rate every year.")"""
LEAD = "# Tiny growth\n\nThe level ends at {result}`tiny_growth/final_level:.2f`."
TOC = """\
format: jb-book
root: index
chapters:
  - file: chapters/tiny_growth
  - file: records/data
  - file: records/sources
  - file: records/about
"""


def write_tiny(notebooks: Path, *, lead: str = LEAD, code: str = RESULT_CELL) -> None:
    """Write the tiny chapter."""
    cells = [
        new_markdown_cell(lead, id="title"),
        new_code_cell(PARAMETERS_CELL, id="parameters", metadata={"tags": ["parameters"]}),
        new_code_cell(code, id="result"),
        new_code_cell(CHART, id="chart", metadata={"tags": ["hide-input"]}),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"report": {"parameters": "tiny"}, "kernelspec": kernel}
    nbformat.write(new_notebook(cells=cells, metadata=metadata), notebooks / "tiny_growth.ipynb")


def make_project(root: Path, patch: pytest.MonkeyPatch) -> Path:
    """Lay out a small project and point every path at it; no claim or system rests on its one result."""
    for name in ("data", "book"):
        shutil.copytree(
            getattr(paths, name.upper()), root / name, ignore=shutil.ignore_patterns("chapters", "records")
        )
    for name in ("_config.yml", "requirements.txt", "CHANGELOG.md", "CITATION.cff"):
        shutil.copy(paths.ROOT / name, root / name)
    for page in (root / "book").glob("*.md"):
        page.unlink()
    (root / "book" / "index.md").write_text("# Tiny book\n\nOne chapter.\n")
    (root / "_toc.yml").write_text(TOC)
    (root / "notebooks").mkdir()
    (root / "notebooks" / "scenarios.yml").write_text("{}")
    write_tiny(root / "notebooks")
    for name in ("claims", "systems"):
        table = root / "data" / f"{name}.csv"
        table.write_text(table.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    book = root / "book"
    moved = {
        "ROOT": root,
        "DATA": root / "data",
        "NOTEBOOKS": root / "notebooks",
        "BOOK": book,
        "RUNS": root / "runs",
    }
    moved |= {"CHAPTERS": book / "chapters", "RECORDS": book / "records", "BUILD": root / "_build"}
    for name, folder in moved.items():
        patch.setattr(paths, name, folder)
    patch.setattr(data, "DATA", root / "data")
    patch.setenv("REPORT_ROOT", str(root))
    data.rewrite_hashes()
    return root
