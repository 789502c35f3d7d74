"""A chapter is the current prose with the run's outputs."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.book.chapters import make_chapter
from helpers.book.figures import RenderedFigure
from helpers.charts.frame import MIME
from helpers.errors import RunError
from helpers.runs.results import RESULT_MIME


def make_source(prose: str = "# Title", code: str = "draw()") -> object:
    cells = [
        new_markdown_cell(prose, id="title"),
        new_code_cell("rate: float = 0.1", id="parameters", metadata={"tags": ["parameters"]}),
        new_code_cell(code, id="draw", metadata={"tags": ["hide-input"]}),
    ]
    return new_notebook(cells=cells)


@pytest.fixture
def executed():
    """A run of the source, as papermill leaves it."""
    run = make_source()
    injected = new_code_cell("rate = 0.2", metadata={"tags": ["injected-parameters"]})
    run.cells.insert(2, injected)
    run.cells[3].outputs = [
        new_output("display_data", data={RESULT_MIME: {"name": "share"}, "text/plain": "share = 1"}),
        new_output("display_data", data={MIME: {"usermeta": {"name": "path"}}, "text/plain": "Path"}),
        new_output("stream", name="stdout", text="said"),
    ]
    return run


def render(spec):
    name = spec["usermeta"]["name"]
    return RenderedFigure(f"<figure>{name}</figure>", {f"figures/{name}.csv": b"a\n"})


def test_edited_prose_appears_with_the_outputs_of_the_run(executed):
    chapter, files = make_chapter(
        make_source("# New title"), executed, panel="<aside>made by</aside>", render=render
    )
    assert chapter.cells[0].source == "# New title"
    assert "<aside>made by</aside>" in chapter.cells[1].source
    assert ["<figure>path</figure>", "said"] == [
        output.get("text") or output.data["text/html"] for output in chapter.cells[3].outputs
    ]
    assert {"figures/path.csv": b"a\n"} == files


def test_the_parameters_cell_is_not_shown_and_the_injected_one_is_gone(executed):
    chapter, _ = make_chapter(make_source(), executed, panel="", render=render)
    assert ["remove-cell"] == chapter.cells[2].metadata.tags
    assert not any("rate = 0.2" in cell.source for cell in chapter.cells)


def test_other_code_than_the_run_made_is_stale(executed):
    with pytest.raises(RunError, match="the run is stale: its code cells are not those of the notebook"):
        make_chapter(make_source(code="draw(2)"), executed, panel="", render=render)


def test_folded_code_that_shows_nothing_is_unfolded_with_the_next():
    names = ("load", "keep", "draw")
    tags = ("hide-input", "remove-cell", "hide-input")
    source = new_notebook(
        cells=[
            new_markdown_cell("# Title"),
            *(
                new_code_cell(f"{name}()", metadata={"tags": [tag]})
                for name, tag in zip(names, tags, strict=True)
            ),
            new_markdown_cell("What it shows."),
            new_code_cell("look()", metadata={"tags": ["hide-input"]}),
        ]
    )
    run = copy.deepcopy(source)
    run.cells[3].outputs = [new_output("stream", name="stdout", text="drawn")]

    chapter, _ = make_chapter(source, run, panel="", render=render)

    folds = [cell.source for cell in chapter.cells if "hide-input" in cell.metadata.get("tags", [])]
    assert ["load()\n\ndraw()", "look()"] == folds
