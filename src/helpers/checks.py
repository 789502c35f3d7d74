"""The promises that the report makes about itself, one function each; ``report check`` runs them.

A check returns its complaints, each a line that names the place, the rule and the way out. An empty list
is a promise kept.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path

from helpers import data, paths
from helpers.book import answer, before_after, corrections, descriptions, private, site_checks, trails
from helpers.book.current import list_editions
from helpers.errors import DataError, InputError, ReportError, UnknownNameError
from helpers.models.record import Record
from helpers.paths import EDITION_FILE, SUMS_FILE
from helpers.runs import (
    contract,
    drawings,
    editions,
    engine,
    inputs,
    recheck,
    reference,
    references,
    verdicts,
)
from helpers.runs.nbval import compare_outputs, find_unexecuted
from helpers.runs.results import index_results

Check = Callable[[Path], list[str]]


def _book(folder: Path) -> Path:
    if not (folder / SUMS_FILE).is_file():
        raise InputError(f"{folder} holds no built book; run `make book` first")
    return folder


def check_data(_: Path) -> list[str]:
    """Every data file agrees with its description: hash, types, keys, sources."""
    complaints = []
    for name in (resource["name"] for resource in data.describe()["resources"]):
        try:
            data.load(name)
        except DataError as error:
            complaints.append(str(error))
    return complaints


def check_parameters(_: Path) -> list[str]:
    """Every parameters cell equals its record, and what a default rests on exists and agrees."""
    complaints = []
    for name in contract.list_notebooks():
        record = contract.load_record(name)
        complaints += contract.check_cell(name)
        complaints += [
            f"{name}: {line}" for field in record.model_fields for line in _check_default(record, field)
        ]
    return complaints


def _check_default(record: type[Record], name: str) -> list[str]:
    """Say which rows a default rests on that are not there, or that it does not follow from them."""
    rows, complaints = [], []
    for reference_text in references.rests_on(record, name):
        try:
            rows.append(references.find_row(reference_text))
        except ReportError as error:
            complaints.append(f"{name!r} rests on {reference_text!r}: {error}")
    field = record.model_fields[name]
    extra = field.json_schema_extra
    computed_by = extra.get("computed_by") if isinstance(extra, dict) else None
    if computed_by and not complaints:
        value = pkgutil.resolve_name(str(computed_by))(*(float(row["value"]) for row in rows))
        if value != field.default:
            complaints.append(
                f"{name!r} is {field.default!r}, {computed_by} gives {value!r}; correct the default"
            )
    return complaints


def check_prose(_: Path) -> list[str]:
    """No figure is typed into a chapter, a page or the README's answer."""
    return site_checks.check_prose(
        [*sorted(paths.NOTEBOOKS.glob("*.ipynb")), *sorted(paths.BOOK.glob("*.md")), paths.ROOT / "README.md"]
    )


def check_hindsight(folder: Path) -> list[str]:
    """A built edition knows nothing that was published after its date."""
    complaints = []
    for html in list_editions(_book(folder)):
        edition = json.loads((html / EDITION_FILE).read_text(encoding="utf-8"))
        complaints += site_checks.check_hindsight(html, edition["as_of"])
    return complaints


def check_outside(folder: Path) -> list[str]:
    """No page asks for anything outside the book."""
    return site_checks.check_outside(_book(folder))


def check_links(folder: Path) -> list[str]:
    """Every link inside the book leads somewhere, anchors included."""
    return site_checks.check_links(_book(folder))


def check_trails(folder: Path) -> list[str]:
    """Every number in the text leads to its row, and from there to its sources or assumptions."""
    return trails.find_broken_trails(_book(folder))


def check_policy(folder: Path) -> list[str]:
    """Every page carries the content policy, and no script or style stands inline."""
    return site_checks.check_policy(_book(folder))


def check_private(folder: Path) -> list[str]:
    """Nothing published, and no source of it, tells of the machine or holds a secret."""
    sources = [path for part in (paths.NOTEBOOKS, paths.DATA) for path in part.rglob("*") if path.is_file()]
    published = [path for path in _book(folder).rglob("*") if path.is_file()]
    return private.check_private(sources, base=paths.ROOT) + private.check_private(published, base=folder)


def check_descriptions(folder: Path) -> list[str]:
    """What a chart's description says stands in the data that are drawn."""
    return descriptions.check_descriptions(_book(folder))


def check_digest(folder: Path) -> list[str]:
    """Every file of the book is the one that was built."""
    lines = (_book(folder) / SUMS_FILE).read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    present = {
        p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file() and p.name != SUMS_FILE
    }
    complaints = [f"{name}: missing" for name in listed.keys() - present.keys()]
    complaints += [f"{name}: not part of the edition" for name in present.keys() - listed.keys()]
    complaints += [
        f"{n}: changed"
        for n in listed.keys() & present.keys()
        if inputs.hash_bytes(present[n].read_bytes()) != listed[n]
    ]
    return sorted(complaints)


def check_provenance(folder: Path) -> list[str]:
    """The record of provenance names every file and run of its edition, with hash and licence."""
    # Its import would cost every other check.
    from helpers.book import crate_checks

    return [line for each in list_editions(_book(folder)) for line in crate_checks.find_faults(each)]


def check_executed(_: Path) -> list[str]:
    """Every code cell of every run was executed (nbval compares nothing where none was)."""
    runs = [engine.run_notebook(name) for name in contract.list_notebooks()]
    return [line for run in runs for line in find_unexecuted(run)]


def check_nbval(_: Path) -> list[str]:
    """A real kernel gives the outputs of every run again, exactly."""
    runs = [engine.run_notebook(name) for name in contract.list_notebooks()]
    return [line for run in runs for line in compare_outputs(run)]


def check_verdicts(_: Path) -> list[str]:
    """Every claim has a verdict that a result decides, every system a result or the reason for none."""
    results = {name: index_results(engine.run_notebook(name).results) for name in contract.list_notebooks()}
    return verdicts.find_faults(data.load("claims"), data.load("systems"), results)


def check_cache(_: Path) -> list[str]:
    """A sample of the finished runs, executed again, gives the same results and charts."""
    return recheck.recheck_runs()


def check_answer(_: Path) -> list[str]:
    """The README's answer is the one that the runs give."""
    runs = [engine.run_notebook(name) for name in contract.list_chapters()]
    stale = answer.read_answer()[1] != answer.write_answer(runs)
    return (
        ["README.md: the answer is not the one that the runs give; `make accept` writes it"] if stale else []
    )


def check_reference(_: Path) -> list[str]:
    """The results of every scenario are the accepted ones, within tolerance."""
    return reference.compare_reference()


def check_charts(_: Path) -> list[str]:
    """The charts of every notebook draw what was accepted, within tolerance; a page shows what moved."""
    compared = drawings.compare_drawings()
    before_after.find_page().unlink(missing_ok=True)
    moves = [str(move) for each in compared for move in each.moves]
    if moves:
        page = before_after.write_page(compared)
        moves.append(f"{page.relative_to(paths.ROOT)} shows them side by side; `make accept` accepts them")
    return moves


def check_corrections(_: Path) -> list[str]:
    """The newest entry of every result in the list of corrections is what the runs say."""
    now = editions.take_edition([engine.run_notebook(name) for name in contract.list_chapters()])
    return corrections.find_faults({name: run.results for name, run in now.runs.items()}, now.verdicts)


CHECKS: dict[str, Check] = {
    "data": check_data,
    "parameters": check_parameters,
    "prose": check_prose,
    "executed": check_executed,
    "nbval": check_nbval,
    "reference": check_reference,
    "charts": check_charts,
    "corrections": check_corrections,
    "answer": check_answer,
    "verdicts": check_verdicts,
    "cache": check_cache,
    "hindsight": check_hindsight,
    "outside": check_outside,
    "links": check_links,
    "trails": check_trails,
    "policy": check_policy,
    "private": check_private,
    "descriptions": check_descriptions,
    "provenance": check_provenance,
    "digest": check_digest,
}


def run_checks(names: Iterable[str] = (), *, folder: Path | None = None) -> dict[str, list[str]]:
    """Run checks by name, all of them by default, and return their complaints.

    Raises
    ------
    UnknownNameError
        For a check that does not exist.
    """
    chosen = list(names) or list(CHECKS)
    for name in chosen:
        if name not in CHECKS:
            raise UnknownNameError("check", name, CHECKS)
    return {name: CHECKS[name](folder or paths.BUILD / "html") for name in chosen}
