"""What ``report accept`` writes: accepted results and charts, the README's answer, a published edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from helpers import paths
from helpers.book import answer
from helpers.files import write_files
from helpers.runs import contract, drawings, editions, engine, reference


def accept(
    names: Iterable[str] | None = None, *, day: str | None = None, why: Mapping[str, str] | None = None
) -> list[str]:
    """Accept what the report says now; nothing is written before everything is known.

    Parameters
    ----------
    names : iterable of str, optional
        Scenarios whose results are accepted; by default every edition's.
    day : str, optional
        ISO day under which it is also kept as a published edition.
    why : mapping of str to str, optional
        As for `editions.draft_edition`.

    Returns
    -------
    list of str
        A line for the edition and for each result or chart that moved.
    """
    kept = editions.draft_edition(day, why) if day else {}
    results, moved = reference.draft_results(names)
    charts, redrawn = drawings.draft_drawings()
    runs = [engine.run_notebook(name) for name in contract.list_notebooks()]
    write_files(kept | results | charts | answer.draft_answer(answer.write_answer(runs)))
    lines = [f"kept as {path.relative_to(paths.ROOT)}" for path in kept]
    return [*lines, *moved, *(f"chart {move}" for move in redrawn)]
