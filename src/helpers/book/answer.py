"""The answer on one screen: the first words of each chapter, pasted into the README with their numbers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpers import paths
from helpers.book.pasted import find_result
from helpers.errors import InputError
from helpers.runs import contract
from helpers.runs.record import Run
from helpers.runs.results import index_results

WIDTH = 118
START, END = "<!-- answer:start -->", "<!-- answer:end -->"

_BLOCK = re.compile(r"^:::\{(since|before)\} (\d{4}-\d\d-\d\d)\n(.*?)\n:::$", re.MULTILINE | re.DOTALL)
_RESULT = re.compile(r"\{result\}`([^`]+)`")


def write_lead(markdown: str, results: Mapping[str, Mapping[str, Any]], as_of: str) -> str:
    """Return title and first paragraph of a chapter as plain Markdown, as an edition of a day shows them.

    Parameters
    ----------
    markdown : str
        The chapter's first cell, title included.
    results : mapping
        ``{notebook: {name: result}}``.
    as_of : str
        ISO day.
    """

    def keep(block: re.Match[str]) -> str:
        kind, day, text = block.groups()
        return text if (kind == "since") == (as_of >= day) else ""

    known = {notebook: dict(items) for notebook, items in results.items()}
    text = _RESULT.sub(lambda key: find_result(known, key[1])[0], _BLOCK.sub(keep, markdown))
    paragraphs = re.split(r"\n{2,}", re.sub(r"^# ", "### ", text).strip())
    return "\n\n".join(
        textwrap.fill(paragraph, WIDTH, break_on_hyphens=False) for paragraph in paragraphs[:2]
    )


def write_answer(runs: list[Run]) -> str:
    """Return the README's answer from the runs of an edition."""
    results = {run.record["notebook"]: index_results(run.results) for run in runs}
    leads = [
        write_lead(
            contract.read_notebook(run.record["notebook"]).cells[0].source, results, run.record["as_of"]
        )
        for run in runs
    ]
    known = f"*As of {runs[0].record['as_of']}; generated from the runs.*" if runs else ""
    return "\n\n".join([*leads, known])


def read_answer() -> tuple[str, str, str]:
    """Return the README before, inside and after its generated block.

    Raises
    ------
    InputError
        If the block's marks are missing.
    """
    text = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    head, start, rest = text.partition(START)
    inside, end, tail = rest.partition(END)
    if not start or not end:
        raise InputError(f"README.md needs a block between {START} and {END}")
    return head + start, inside.strip(), end + tail


def draft_answer(answer: str) -> dict[Path, str]:
    """Return the README with an answer in its generated block."""
    head, _, tail = read_answer()
    return {paths.ROOT / "README.md": f"{head}\n\n{answer}\n\n{tail}"}
