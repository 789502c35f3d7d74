"""Build an edition aside and swap it in whole.

An edition is every notebook run under one scenario and date, shown by one clean Sphinx build. Whatever
fails, the last good edition stays as it was.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from filelock import FileLock, Timeout
from tqdm import tqdm

from helpers import data, paths
from helpers.book import (
    boxes,
    chapters,
    chromium,
    citing,
    corrections,
    evidence_pages,
    figures,
    linked,
    moved,
    places,
    policy,
    records,
    renderer,
    since,
    social,
    stills,
    takeaway,
)
from helpers.book.boxes import RenderedBoxes
from helpers.book.current import Edition, read_edition
from helpers.book.sentences import load_catalogue
from helpers.errors import InputError, ReportError, summarise_complaints
from helpers.paths import EDITION_FILE, SUMS_FILE
from helpers.runs import contract, editions, engine, inputs, scenarios, verdicts, what_if
from helpers.runs import dated as dated_runs
from helpers.runs.dated import DatedAnswers
from helpers.runs.record import Run, read_runs, to_json
from helpers.runs.snapshot import read_charts
from helpers.runs.what_if import Theme

STAGING = ".staging-"
BUNDLE = "_static/vega-bundle.js"
ID_LENGTH = 12
JUPYTER_BOOK = "import helpers.fast_start; from jupyter_book.cli.main import main; main()"


@dataclass(frozen=True)
class _Draft:
    """An edition whose runs are done and whose pages are not written yet."""

    described: dict[str, Any]
    runs: Sequence[Run]
    answers: Sequence[DatedAnswers]
    themes: Mapping[str, Theme]


def build_edition(
    *,
    scenario: str = scenarios.DEFAULT,
    as_of: str | None = None,
    dated: bool = False,
    beside: Sequence[str] = (),
    with_what_if: bool = True,
    with_pdf: bool = False,
    timeout_seconds: int = engine.DEFAULT_TIMEOUT_SECONDS,
    target: Path | None = None,
    progress: bool = False,
) -> Edition:
    """Run what is stale and build the book of one scenario and date.

    Parameters
    ----------
    scenario : str
        Name from ``scenarios.yml``.
    as_of : str, optional
        ISO day that overrides the scenario's.
    dated : bool
        Whether the editions as of the articles' days are built into the same book, each in a folder of its
        own, and every page leads to itself in the others.
    beside : sequence of str
        Scenarios whose editions are built into the same book likewise.
    with_what_if : bool
        Whether readers can move assumptions and the day in the pages, which takes some hundred runs.
    with_pdf : bool
        Whether the book carries itself and its chapters as PDF, printed with Chromium.
    timeout_seconds : int
        Longest time for one cell.
    target : Path, optional
        Folder of the book; by default ``_build/html`` or ``_build/html-LABEL``.
    progress : bool
        Whether to draw a progress bar on standard error.

    Raises
    ------
    RunError
        If a run fails.
    InputError
        If a claim or a system cannot be judged or placed by the results, naming its row; if `dated` or
        `beside` is asked for with another than the current edition.
    UnknownNameError
        If there is no such scenario.
    EnvironmentMissingError
        If a PDF is asked for and there is no Chromium.
    ReportError
        If Sphinx fails or warns, a source changes meanwhile, or another build holds the lock.
    """
    if with_pdf:
        chromium.find_chromium()
    label, *_ = wanted = _list_editions(scenario, as_of, dated=dated, beside=beside)
    target = target.resolve() if target else paths.BUILD / (f"html-{label}" if label else "html")
    _check_target(target)
    themes = what_if.load_themes() if with_what_if else {}
    with _lock():
        sources = hash_sources()
        with renderer.drawing_ahead([renderer.order_bundle()]):
            drafts = [
                _draft_edition(
                    name,
                    day,
                    themes,
                    sources,
                    label=folder,
                    timeout_seconds=timeout_seconds,
                    progress=progress,
                )
                for folder, (name, day) in wanted.items()
            ]
        edition = drafts[0].described
        if len(drafts) > 1:
            _introduce(drafts)
        if with_pdf:
            edition["pdf"] = True
        _recover(target)
        if read_edition(target) == edition:
            return Edition(target, edition["edition_id"], edition["as_of"], unchanged=True)
        with tqdm(total=2 * len(drafts), disable=not progress, unit="step", leave=False) as bar:
            _build_aside(drafts, sources, target, bar, timeout_seconds)
    return Edition(target, edition["edition_id"], edition["as_of"], unchanged=False)


def _list_editions(
    scenario: str, as_of: str | None, *, dated: bool, beside: Sequence[str]
) -> dict[str, tuple[str, str | None]]:
    """Return scenario and day of the book's own edition and of those that it takes along, by their labels.

    A name that no scenario has is refused here, before a folder is named after it.
    """
    scenarios.load_scenario(scenario)
    if (dated or beside) and (as_of or scenario != scenarios.DEFAULT):
        raise InputError(
            "--dated and --with add editions to the current one; leave out --as-of and --scenario"
        )
    if scenarios.DEFAULT in beside:
        raise InputError("--with adds to the current edition, which is 'default'; leave that name out")
    if scenario != scenarios.DEFAULT or as_of:
        own = f"as-of-{as_of}" if scenario == scenarios.DEFAULT else "-".join(filter(None, [scenario, as_of]))
        return {own: (scenario, as_of)}
    days = dated_runs.list_days(data.LATEST)[:-1] if dated else []
    named = {name: scenarios.load_scenario(name) for name in beside}
    days += [str(each.every["as_of"]) for each in named.values() if each.is_day]
    earlier = {f"as-of-{day}": (scenario, day) for day in sorted(days, reverse=True)}
    others = {name: (name, None) for name, each in named.items() if not each.is_day}
    return {"": (scenario, None), **earlier, **others}


def _draft_edition(
    scenario: str,
    as_of: str | None,
    themes: Mapping[str, Theme],
    sources: Mapping[str, Mapping[str, str]],
    *,
    label: str,
    timeout_seconds: int,
    progress: bool,
) -> _Draft:
    answers = dated_runs.run_dated(scenario, as_of, timeout_seconds=timeout_seconds, progress=progress)
    _check_links(answers[-1])
    runs = read_runs(answers[-1].keys, of="this edition")
    described = describe_edition(runs, answers, themes, sources, label=label, scenario=scenario)
    return _Draft(described, runs, answers, themes)


def _introduce(drafts: Sequence[_Draft]) -> None:
    """Let each of several editions in one book know where the others are; the first is the book itself."""
    kept = [
        {name: each.described[name] for name in ("as_of", "edition_id", "scenario")} | {"folder": folder}
        for each, folder in zip(drafts, ["", *(each.described["label"] for each in drafts[1:])], strict=True)
    ]
    for each, own in zip(drafts, kept, strict=True):
        each.described.update(folder=own["folder"], editions=kept)


def _check_target(target: Path) -> None:
    """Refuse to replace a folder that is not a book."""
    if target.is_file() or (target.is_dir() and any(target.iterdir()) and not (target / SUMS_FILE).is_file()):
        raise InputError(
            f"{target} exists and is not a book of this report; name an empty or new folder with --to"
        )


@contextmanager
def _lock() -> Iterator[None]:
    """Hold the one lock under which pages are written; a second build says so at once."""
    paths.BUILD.mkdir(exist_ok=True)
    lock = FileLock(paths.BUILD / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ReportError("another build is under way; wait for it to end, then build again") from error
    try:
        yield
    finally:
        lock.release()


def _check_links(own: DatedAnswers) -> None:
    """Refuse claims and systems that the results cannot judge or place."""
    claims, systems = (data.load(name, own.as_of) for name in ("claims", "systems"))
    if faults := verdicts.find_faults(claims, systems, own.results):
        raise InputError(f"{summarise_complaints(faults)}; correct the row, then `report rehash`")


def describe_edition(
    runs: Sequence[Run],
    answers: Sequence[DatedAnswers],
    themes: Mapping[str, Theme],
    sources: Mapping[str, Mapping[str, str]],
    *,
    label: str,
    scenario: str,
) -> dict[str, Any]:
    """Return what identifies an edition, known before rendering.

    The id is a hash over pages, run keys of all its days, data, code of the pages, the lock and the label.
    """
    resolved, why = answers[-1].as_of, scenarios.load_scenario(scenario).why
    parts = {
        **sources,
        "runs": [list(each.keys.values()) for each in answers],
        "why": why,
        "what_if": {name: theme.model_dump() for name, theme in themes.items()},
        "label": label,
        "as_of": resolved,
    }
    edition_id = inputs.hash_bytes(to_json(parts).encode())[:ID_LENGTH]
    return {
        "as_of": resolved,
        "latest": resolved == data.resolve_as_of("latest").isoformat(),
        "edition_id": edition_id,
        "label": label,
        "scenario": scenario,
        "why": why,
        "runs": dict(answers[-1].keys),
        "earlier": {each.as_of: dict(each.keys) for each in answers[:-1]},
        **_count_claims(answers[-1]),
    }


def hash_sources() -> dict[str, dict[str, str]]:
    """Return the hashes of all files that an edition is made of, those of the pages and those of the code."""
    pages = [path for path in paths.BOOK.rglob("*") if path.is_file() and not _is_left_out(path)]
    code = [
        path for path in Path(__file__).parents[1].rglob("*") if path.suffix in {".py", ".css", ".js", ".svg"}
    ]
    notebooks = [paths.NOTEBOOKS / f"{name}.ipynb" for name in contract.list_chapters()]
    names = (
        "_config.yml",
        "_toc.yml",
        "requirements.txt",
        "CHANGELOG.md",
        citing.CITATION,
        records.BENCHMARKS,
    )
    fixed = [paths.ROOT / name for name in names]
    return {
        "pages": inputs.hash_files([*pages, *notebooks, *inputs.list_data_files(), *fixed], base=paths.ROOT),
        "code": inputs.hash_files(code, base=Path(__file__).parents[2]),
    }


def _check_sources(before: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse to publish pages of which some may be of a file as it was and others as it is."""
    now = hash_sources()
    changed = [
        name
        for kind in now
        for name in sorted(before[kind].keys() | now[kind].keys())
        if before[kind].get(name) != now[kind].get(name)
    ]
    if changed:
        raise ReportError(f"{summarise_complaints(changed)} changed while the book was built; build again")


def _count_claims(own: DatedAnswers) -> dict[str, int]:
    """Count the claims by verdict, as fields that the pages can show."""
    counts = own.verdicts["verdict"].value_counts()
    fields = ("supported", "contradicted", "mixed", "unknown", "untestable")
    return {"claims": len(own.verdicts)} | {
        f"claims_{field}": int(counts.get(verdict, 0))
        for field, verdict in zip(fields, verdicts.VERDICTS, strict=True)
    }


def _is_left_out(path: Path) -> bool:
    """Say whether a file is generated, or hidden as those that editors keep beside an open one."""
    return path.name.startswith(".") or any(
        folder in path.parents for folder in (paths.CHAPTERS, paths.RECORDS)
    )


def describe_run(run: Run) -> dict[str, Any]:
    """Return a run as the pages show it: the record without its timing, with contract, results and charts."""
    shown = {key: value for key, value in run.record.items() if key != "timing"}
    name = run.record["notebook"]
    pairs = chapters.match_outputs(contract.read_notebook(name), run.read_notebook())
    return shown | {
        "contract": contract.describe_parameters(name),
        "results": run.results,
        "charts": places.locate_charts(name, pairs),
    }


def _render_boxes(
    draft: _Draft, shown: Sequence[dict[str, Any]], *, timeout_seconds: int, progress: bool
) -> dict[str, RenderedBoxes]:
    """Render what a reader may move in each chapter, running the points that are not at hand."""
    total = sum(map(what_if.count_points, draft.themes.values()))
    rendered = {}
    with tqdm(total=total, disable=not progress, unit="run", leave=False, desc="what if") as bar:
        for run in shown:
            name = run["notebook"]
            if not (theme := draft.themes.get(name)):
                continue
            by_day = {each.as_of: each.results[name] for each in draft.answers}
            grid = what_if.solve_grid(
                name,
                run["parameters"],
                theme.what_if,
                draft.answers[-1].results[name],
                timeout_seconds=timeout_seconds,
                advance=bar.update,
            )
            days = what_if.collect_days(name, theme.days, by_day)
            rendered[name] = boxes.render_boxes(theme, grid, days, run, load_catalogue(), root="../")
    return rendered


def _write_sources(
    draft: _Draft, described: Sequence[dict[str, Any]], boxed: Mapping[str, RenderedBoxes]
) -> dict[str, bytes]:
    """Write the generated chapters and pages under ``book/``; return the files that the book carries."""
    edition, answers = draft.described, draft.answers
    for folder in (paths.CHAPTERS, paths.RECORDS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    (paths.RECORDS / "results.json").write_text(to_json(answers[-1].results), encoding="utf-8")
    (paths.RECORDS / EDITION_FILE).write_text(to_json(edition), encoding="utf-8")
    charts = [spec for run in draft.runs for spec in read_charts(run)]
    with renderer.drawing_ahead(map(stills.order_still, charts)):
        files = _write_records(draft, described)
    return files | _write_chapters(draft, described, boxed)


def _write_records(draft: _Draft, described: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """Write all generated pages but the chapters; return the files that they lead to."""
    edition, answers, book = draft.described, draft.answers, citing.read_book(draft.described)
    kept = editions.read_editions() if since.is_published(edition) else []
    records.write_records(edition, described)
    files = evidence_pages.write_evidence(edition, described)
    claims = data.load("claims", edition["as_of"])
    moves, drawn = moved.describe_moves(answers, claims, place=citing.Place(book, "records/moved.html"))
    carried = takeaway.collect_files(edition, draft.runs)
    package = data.describe()
    pages = linked.describe_pages(edition, package, records.load_known(package, edition["as_of"]), carried)
    for name, text in {
        "since.md": since.describe_since(edition, editions.take_edition(draft.runs) if kept else None, kept),
        "corrections.md": corrections.describe_corrections(edition, answers[-1].results, kept),
        "moved.md": moves,
        "takeaway.md": takeaway.describe_takeaway(edition, carried, list(answers[-1].results)),
        linked.FILE: to_json(pages),
    }.items():
        (paths.RECORDS / name).write_text(text, encoding="utf-8")
    return files | drawn | carried


def _write_chapters(
    draft: _Draft, described: Sequence[dict[str, Any]], boxed: Mapping[str, RenderedBoxes]
) -> dict[str, bytes]:
    """Write the chapters; return the files of their figures and boxes."""
    book = citing.read_book(draft.described)
    claims, systems = (data.load(name, draft.described["as_of"]) for name in ("claims", "systems"))
    files: dict[str, bytes] = {}
    for run, shown in zip(draft.runs, described, strict=True):
        name = run.record["notebook"]
        chapter, made = chapters.make_chapter(
            contract.read_notebook(name),
            run.read_notebook(),
            panel=records.parameter_panel(shown),
            render=partial(figures.render_figure, place=citing.Place(book, f"chapters/{name}.html")),
            opening=boxed[name].markdown if name in boxed else "",
            closing=places.list_backlinks(name, systems, claims, draft.answers[-1].verdicts),
        )
        nbformat.write(chapter, paths.CHAPTERS / f"{name}.ipynb")
        files |= made | (boxed[name].files if name in boxed else {})
    return files


def _build_aside(
    drafts: Sequence[_Draft],
    sources: Mapping[str, Mapping[str, str]],
    target: Path,
    bar: tqdm[Any],
    timeout_seconds: int,
) -> None:
    """Build the first edition as a book, the others into folders of it, and swap it in whole."""
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=paths.BUILD) as staging:
        built = []
        for number, draft in enumerate(drafts):
            bar.set_description(f"pages as of {draft.described['as_of']}")
            shown = [describe_run(run) for run in draft.runs]
            boxed = _render_boxes(draft, shown, timeout_seconds=timeout_seconds, progress=not bar.disable)
            files = _write_sources(draft, shown, boxed)
            bar.update()
            built.append(_build_pages(draft.described, files, Path(staging) / str(number)))
            bar.update()
        if drafts[0].described.get("pdf"):
            bar.set_description("printing")
            chromium.print_papers(built[0], takeaway.list_papers(list(drafts[0].described["runs"])))
        for html, draft in zip(built[1:], drafts[1:], strict=True):
            _seal(html, draft)
            html.replace(built[0] / draft.described["folder"])
        _seal(built[0], drafts[0])
        _check_sources(sources)
        _swap(built[0], target)
        renderer.forget()


def _build_pages(edition: dict[str, Any], files: dict[str, bytes], staging: Path) -> Path:
    # Its import would cost a build that has nothing to do.
    from helpers.book import materials

    pixels = figures.order_pixels(files)
    with renderer.drawing_ahead(pixels.values()):
        html = run_sphinx(staging)
    drawn = {path: renderer.draw(order) for path, order in pixels.items()}
    for name, content in {**files, **drawn, BUNDLE: figures.vega_bundle()}.items():
        path = html / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    book = citing.read_book(edition)
    social.write_previews(html, book=book.title, as_of=book.as_of)
    policy.finish_book(html)
    lock = (paths.ROOT / "requirements.txt").read_text(encoding="utf-8")
    (html / materials.FILE).write_text(materials.write_materials(lock), encoding="utf-8")
    (html / takeaway.MAP).write_text(takeaway.write_map(html), encoding="utf-8")
    # An earlier edition does not say which later ones there are.
    named = {key: value for key, value in edition.items() if key != "editions" or not edition["folder"]}
    (html / EDITION_FILE).write_text(to_json(named), encoding="utf-8")
    return html


def _seal(html: Path, draft: _Draft) -> None:
    """Write what names all files of an edition: the record of provenance and the list of hashes."""
    # Its import would cost a build that has nothing to do.
    from helpers.book import crate

    earlier = [run for each in draft.answers[:-1] for run in read_runs(each.keys, of=each.as_of)]
    record = crate.write_crate(html, draft.described, [*draft.runs, *earlier])
    (html / crate.FILE).write_text(record, encoding="utf-8")
    write_sums(html)


def run_sphinx(staging: Path) -> Path:
    """Build the pages with Jupyter Book into a staging folder; a warning is a failure.

    Raises
    ------
    ReportError
        With the lines that Sphinx complained in.
    """
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", str(paths.BOOK), "--all", "-W", "--keep-going",
               "--config", str(paths.ROOT / "_config.yml"), "--toc", str(paths.ROOT / "_toc.yml"),
               "--path-output", str(staging)]  # fmt: skip
    environment = os.environ | {
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": "0",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False, env=environment
    )
    if done.returncode:
        raise ReportError(f"Jupyter Book refused the pages: {_find_complaints(done.stdout + done.stderr)}")
    return staging / "_build" / "html"


def _find_complaints(output: str) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output).replace(f"{paths.ROOT}/", "")
    lines = [line.strip() for line in plain.splitlines()]
    found = [line for line in lines if re.search(r"WARNING|ERROR|[A-Za-z]Error\b|CRITICAL", line)]
    return "\n  ".join(["", *(found or lines[-15:])][:21])


def write_sums(folder: Path) -> None:
    """Write ``SHA256SUMS`` over every file of a book, in the form that ``sha256sum -c`` reads."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS_FILE)
    lines = [
        f"{inputs.hash_bytes(path.read_bytes())}  {path.relative_to(folder).as_posix()}\n" for path in files
    ]
    (folder / SUMS_FILE).write_text("".join(lines), encoding="utf-8")


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}-previous")


def _recover(target: Path) -> None:
    """Put back the last good edition if a swap was cut short, and clear away what a killed build left."""
    for left in paths.BUILD.glob(f"{STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
    if _old(target).is_dir() and not target.exists():
        _old(target).replace(target)
    shutil.rmtree(_old(target), ignore_errors=True)


def _swap(html: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.replace(_old(target))
    try:
        html.replace(target)
    except OSError:
        # Another disk: a copy takes time, so it too is made aside.
        aside = target.with_name(f".{target.name}-new")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(html, aside).replace(target)
    shutil.rmtree(_old(target), ignore_errors=True)
