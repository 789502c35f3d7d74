"""From a finished run to the chapter that Sphinx reads.

The page is the current source's Markdown and tags with the run's outputs, matched by code cell. Charts
become whole figures, results leave no trace (the prose pastes them), and a panel says what made the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from helpers.book.figures import RenderedFigure
from helpers.book.html import embed
from helpers.charts.frame import MIME as CHART_MIME
from helpers.errors import RunError
from helpers.runs.results import RESULT_MIME

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
REMOVED_TAG = "remove-cell"
FOLDED_TAG = "hide-input"

RenderFigure = Callable[[dict[str, Any]], RenderedFigure]


def match_outputs(
    source: NotebookNode, executed: NotebookNode
) -> Iterator[tuple[NotebookNode, list[NotebookNode]]]:
    """Pair each cell of the current source with the run's outputs.

    Raises
    ------
    RunError
        If the code cells differ: the run is stale.
    """
    made = [
        c for c in executed.cells if c.cell_type == "code" and INJECTED_TAG not in c.metadata.get("tags", [])
    ]
    wanted = [cell for cell in source.cells if cell.cell_type == "code"]
    if [cell.source for cell in made] != [cell.source for cell in wanted]:
        raise RunError("the run is stale: its code cells are not those of the notebook; run it again")
    outputs = iter(made)
    for cell in source.cells:
        yield cell, next(outputs).outputs if cell.cell_type == "code" else []


def make_chapter(
    source: NotebookNode,
    executed: NotebookNode,
    *,
    panel: str,
    render: RenderFigure,
    opening: str = "",
    closing: str = "",
) -> tuple[NotebookNode, dict[str, bytes]]:
    """Return the chapter's notebook and the files of its figures.

    Parameters
    ----------
    source, executed : NotebookNode
        The current notebook and its run.
    panel : str
        HTML that says what made the page; placed after the first cell, which holds title and answer.
    render : callable
        Turns a chart's spec into a figure.
    opening : str
        Markdown of the section that follows the panel, if it has one.
    closing : str
        HTML of the chapter's last section, if it has one.
    """
    files: dict[str, bytes] = {}
    cells = []
    for cell, outputs in match_outputs(source, executed):
        shown = NotebookNode(cell)
        if cell.cell_type == "code":
            if PARAMETERS_TAG in cell.metadata.get("tags", []):
                shown.metadata = NotebookNode({"tags": [REMOVED_TAG]})
            shown.outputs = [output for output in (_show(o, render, files) for o in outputs) if output]
        cells.append(shown)
    cells = _join_folds(cells)
    cells.insert(1, new_markdown_cell(embed(panel), id="run-panel"))
    if opening:
        cells.insert(2, new_markdown_cell(opening, id="what-if"))
    if closing:
        heading = "## Claims and systems that rest on this page"
        cells.append(new_markdown_cell(f"{heading}\n\n{embed(closing)}", id="backlinks"))
    chapter = NotebookNode(source)
    chapter.cells = cells
    return chapter, files


def _join_folds(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Fold code that shows nothing together with the folded code that a reader meets next."""
    joined: list[NotebookNode] = []
    following = None
    for cell in reversed(cells):
        tags = cell.metadata.get("tags", [])
        if following and FOLDED_TAG in tags and not cell.outputs:
            following.source = f"{cell.source}\n\n{following.source}"
            continue
        joined.append(cell)
        if REMOVED_TAG not in tags:
            following = cell if FOLDED_TAG in tags else None
    return joined[::-1]


def _show(output: NotebookNode, render: RenderFigure, files: dict[str, bytes]) -> NotebookNode | None:
    """Return an output as the page shows it, or None for one that the page does not show."""
    bundle = output.get("data", {})
    if RESULT_MIME in bundle:
        return None
    if CHART_MIME not in bundle:
        return output
    figure = render(bundle[CHART_MIME])
    files.update(figure.files)
    shown: NotebookNode = new_output("display_data", data={"text/html": figure.html})
    return shown
