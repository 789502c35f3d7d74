"""The rows of the table: what is done, by whom, how often, and which ratio is the goal."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

import nbformat
import yaml

from benchmarks import browser, ours, peers, simulations
from benchmarks.measure import take_turns
from benchmarks.stages import JOBS, PART
from benchmarks.stages import RUNS as SWEEP_RUNS
from benchmarks.table import Row, Sample

REFERENCE, CHAPTER = "reference", "closed_loop"
CELLS = "cells alone"
JUPYTER_BOOK = "`jupyter-book build`"
PLAIN_BUILD = ("build", "--without-what-if")
"""Shows each notebook as run once, as the peer does."""


@dataclass(frozen=True)
class Bench:
    """Where the measurements happen and how thorough they are.

    Attributes
    ----------
    folder : Path
        Temporary folder; everything is laid out in it.
    quick : bool
        Few repeats and short loops: enough to see that all of it works.
    """

    folder: Path
    quick: bool

    def choose(self, thorough: int, quick: int) -> int:
        """Return a number of repeats or runs."""
        return quick if self.quick else thorough

    @cached_property
    def reference(self) -> dict[str, str]:
        """The environment of a project with the reference notebook."""
        return ours.make_environment(ours.lay_out_reference(self.folder / "reference"))

    @cached_property
    def report(self) -> dict[str, str]:
        """The environment of a copy of the whole report."""
        return ours.make_environment(ours.lay_out_report(self.folder / "report"))

    @property
    def root(self) -> Path:
        """The copy of the report."""
        return Path(self.report["REPORT_ROOT"])

    @property
    def notebooks(self) -> Path:
        """The notebooks of the copy."""
        return self.root / "notebooks"

    def lay_out_peer(self, name: str, execute: str) -> Path:
        """Lay out the copy's written pages and chapters as a default book."""
        toc = yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8"))
        files = [toc["root"]] + [part["file"] for group in toc["parts"] for part in group["chapters"]]
        pages = [self.root / "book" / f"{file}.md" for file in files if "/" not in file]
        chapters = [self.notebooks / f"{Path(file).name}.ipynb" for file in files if "chapters/" in file]
        return peers.lay_out_book(self.folder / name, pages, chapters, execute=execute)

    @cached_property
    def peer_book(self) -> Path:
        """The same notebooks and written pages as a default book that executes them."""
        return self.lay_out_peer("peer", "force")

    def build_both(self) -> None:
        """Build the report and the peer's book if they are not built."""
        if not (self.root / "_build" / "html").exists():
            ours.time_report(*PLAIN_BUILD, environment=self.report)
        if not (self.peer_book / "_build" / "html").exists():
            peers.time_build(self.peer_book, self.report)


def _compare_sweeps(
    bench: Bench, name: str, environment: dict[str, str], *, runs: int, papermill_runs: int, repeats: int
) -> dict[str, Sample]:
    notebook = Path(environment["REPORT_ROOT"]) / "notebooks" / f"{name}.ipynb"

    def loop(tool: str, measured: int) -> Callable[[int], float]:
        return lambda _: peers.time_loop(
            tool, notebook, measured=measured, counted=runs, environment=environment
        )

    contestants = {"ours": lambda _: ours.time_sweep(name, runs, environment=environment, jobs=JOBS)}
    contestants[peers.PAPERMILL] = loop(peers.PAPERMILL, papermill_runs)
    if peers.has_ploomber():
        contestants[peers.PLOOMBER] = loop(peers.PLOOMBER, runs)
    contestants[CELLS] = lambda _: peers.time_cells(notebook, environment)
    return take_turns(contestants, repeats)


def _write_sweep_rows(
    what: str, found: dict[str, Sample], *, goals: tuple[float | None, float | None], notes: tuple[str, str]
) -> list[Row]:
    against = f"`{peers.PAPERMILL}.execute_notebook` in a loop"
    rows = [Row(what, found["ours"], against, found[peers.PAPERMILL], goal=goals[0], note=notes[0])]
    missing = "" if peers.PLOOMBER in found else peers.PLOOMBER_MISSING
    against = "`ploomber-engine` in a loop, in one process without isolation"
    theirs = found.get(peers.PLOOMBER)
    return [*rows, Row(what, found["ours"], against, theirs, goal=goals[1], note=missing or notes[1])]


def _describe_share(found: dict[str, Sample], runs: int) -> str:
    """Say how much of a sweep is the notebook's own computation."""
    own = found[CELLS].median
    ours_share = own * runs / JOBS / found["ours"].median
    theirs_share = own * runs / found[peers.PAPERMILL].median
    return (
        f"The cells alone take {own:.2g} s once everything is imported and read: {ours_share:.0%} of the "
        f"time of our two processors, {theirs_share:.0%} of papermill's one."
    )


def measure_sweep(bench: Bench) -> list[Row]:
    """Sweep the reference notebook."""
    measured = bench.choose(10, 3)
    found = _compare_sweeps(
        bench,
        REFERENCE,
        bench.reference,
        runs=SWEEP_RUNS,
        papermill_runs=measured,
        repeats=bench.choose(5, 2),
    )
    per_run = found[peers.PAPERMILL].median / SWEEP_RUNS
    notes = (
        f"`report sweep` on two processors, all of the command. The loop's start and {measured} of its runs "
        f"were measured and scaled to {SWEEP_RUNS}: {per_run:.2f} s a run against "
        f"{found['ours'].median / SWEEP_RUNS:.3f} s. {_describe_share(found, SWEEP_RUNS)}",
        "All of the command against the start of the process and the loop of as many runs; what "
        "ploomber-engine does when the process ends is left out.",
    )
    what = f"sweep of {SWEEP_RUNS} runs, reference notebook with three charts"
    return _write_sweep_rows(what, found, goals=(1 / 25, 1.5), notes=notes)


def measure_chapter_sweep(bench: Bench) -> list[Row]:
    """Sweep a chapter as published, and say how much of it is the chapter's own computation."""
    runs, measured = bench.choose(20, 4), bench.choose(3, 1)
    found = _compare_sweeps(
        bench, CHAPTER, bench.report, runs=runs, papermill_runs=measured, repeats=bench.choose(3, 1)
    )
    note = f"{_describe_share(found, runs)} Of the loop its start and {measured} runs were measured."
    what = f"sweep of {runs} runs, `{CHAPTER}` as published"
    return _write_sweep_rows(what, found, goals=(None, None), notes=(note, ""))


def measure_rerun(bench: Bench) -> list[Row]:
    """Rerun the reference notebook from the shell with a value that it never had."""
    notebook = Path(bench.reference["REPORT_ROOT"]) / "notebooks" / f"{REFERENCE}.ipynb"
    target = bench.folder / "rerun.ipynb"
    as_installed = ours.make_environment(Path(bench.reference["REPORT_ROOT"]), level=False)

    def rerun(number: int) -> float:
        value = f"growth_rate={0.1 + number / 1000}"
        return ours.time_report("run", REFERENCE, "-p", value, "--fresh", environment=bench.reference)

    def papermill(environment: dict[str, str]) -> Callable[[int], float]:
        return lambda number: peers.time_papermill(
            notebook, "growth_rate", 0.1 + number / 1000, target, environment
        )

    contestants = {"ours": rerun, "level": papermill(bench.reference), "installed": papermill(as_installed)}
    found = take_turns(contestants, bench.choose(9, 2))
    what = "one rerun with a new value, from the shell"
    return [
        Row(what, found["ours"], "`papermill` command", found["level"], goal=0.6),
        Row(what, found["ours"], "`papermill` command, as installed", found["installed"]),
    ]


def measure_book(bench: Bench) -> list[Row]:
    """Build the whole book from nothing."""

    def build(_: int) -> float:
        ours.forget(bench.root)
        return ours.time_report(*PLAIN_BUILD, environment=bench.report)

    def peer(_: int) -> float:
        ours.forget(bench.peer_book, ["_build"])
        return peers.time_build(bench.peer_book, bench.report)

    def build_all(_: int) -> float:
        shutil.copy(ours.ROOT / "notebooks" / ours.SCENARIOS, bench.notebooks)
        ours.forget(bench.root)
        seconds = ours.time_report("build", environment=bench.report)
        (bench.notebooks / ours.SCENARIOS).write_text("{}", encoding="utf-8")
        return seconds

    found = take_turns({"ours": build, "theirs": peer}, bench.choose(3, 1))
    every = Sample((build_all(0),))
    note = (
        "Each notebook is run once. The peer executes the same notebooks and shows the same written pages "
        "with its default settings; the pages that the report generates, its figures and its checks are "
        "extra work on our side."
    )
    what = "whole book from nothing (installed, no runs)"
    against = f"{JUPYTER_BOOK} that executes the notebooks"
    return [
        Row(what, found["ours"], against, found["theirs"], goal=0.5, note=note),
        Row(
            "the same, with the answers as of every article's day and the sliders' points as well",
            every,
            against,
            found["theirs"],
        ),
    ]


def measure_unchanged(bench: Bench) -> list[Row]:
    """Build the book again with nothing changed."""
    bench.build_both()
    found = take_turns(
        {
            "ours": lambda _: ours.time_report(*PLAIN_BUILD, environment=bench.report),
            "theirs": lambda _: peers.time_build(bench.peer_book, bench.report),
        },
        bench.choose(5, 2),
    )
    against = f"{JUPYTER_BOOK} with nothing changed"
    return [Row("book, nothing changed", found["ours"], against, found["theirs"], goal=0.5)]


def measure_edited(bench: Bench) -> list[Row]:
    """Build the book again after one sentence of a chapter was edited."""
    bench.build_both()
    cached = bench.lay_out_peer("cached", "cache")

    def build(number: int) -> float:
        _edit_sentence(bench.notebooks / f"{CHAPTER}.ipynb", number)
        return ours.time_report(*PLAIN_BUILD, environment=bench.report)

    def peer(number: int) -> float:
        _edit_sentence(cached / f"{CHAPTER}.ipynb", number)
        return peers.time_build(cached, bench.report)

    found = take_turns({"ours": build, "theirs": peer}, bench.choose(3, 1))
    note = (
        "Neither executes a notebook. Ours builds every page anew, so that none can be stale; the peer reads "
        "the edited page alone."
    )
    against = f"{JUPYTER_BOOK} with its cache"
    return [Row("book, one sentence edited", found["ours"], against, found["theirs"], note=note)]


def _edit_sentence(path: Path, number: int) -> None:
    """Let the last text of a notebook end in another sentence."""
    notebook = nbformat.read(path, as_version=4)
    text = [cell for cell in notebook.cells if cell.cell_type == "markdown"][-1]
    text.source = text.source.partition("\n\nEdited")[0] + "\n\nEdited" + " again" * number + "."
    nbformat.write(notebook, path)


def measure_first_view(bench: Bench) -> list[Row]:
    """Open a chapter in a browser."""
    bench.build_both()
    view = browser.view_first(bench.root / "_build" / "html", f"chapters/{CHAPTER}.html")
    peer = browser.view_first(bench.peer_book / "_build" / "html", f"{CHAPTER}.html")
    note = (
        f"Window of 1280x800, no compression, nothing scrolled; the peer's page has no chart, since it "
        f"cannot draw them. Requests without an answer, because they leave the machine, are not counted: "
        f"{view.unanswered} of ours, {peer.unanswered} of the peer's."
    )
    what, against = f"first view of `{CHAPTER}`", "the same chapter as a default Jupyter Book page"
    counts = [Sample((float(each.requests),), "requests") for each in (view, peer)]
    sizes = [Sample((each.size_kb,), "kB") for each in (view, peer)]
    paints = [Sample((each.paint_ms / 1000,), "s") for each in (view, peer)]
    shifts = [Sample((each.shift,), "") for each in (view, peer)]
    return [
        Row(f"{what}: requests", counts[0], against, counts[1], limit=12),
        Row(f"{what}: size", sizes[0], against, sizes[1], limit=500, note=note),
        Row(f"{what}: largest paint", paints[0], against, paints[1]),
        Row(f"{what}: layout shift", shifts[0], against, shifts[1], limit=0.1),
    ]


def _sample_peaks(bench: Bench, runs: int, repeats: int) -> Sample:
    peaks = [ours.measure_sweep_peak(REFERENCE, runs, environment=bench.reference) for _ in range(repeats)]
    return Sample(tuple(peaks), "MB")


def measure_memory(bench: Bench) -> list[Row]:
    """Watch the memory of a short and a longer sweep."""
    few, many = (_sample_peaks(bench, runs, bench.choose(3, 1)) for runs in (10, SWEEP_RUNS))
    note = "All processes together, a page that several share counted once. The goal stands for: flat."
    what = f"peak memory of a sweep of {SWEEP_RUNS} runs"
    return [Row(what, many, "a sweep of 10 runs", few, goal=1.1, note=note)]


Measure = Callable[[Bench], list[Row]]

ROWS: dict[str, Measure] = {
    "sweep": measure_sweep,
    "chapter-sweep": measure_chapter_sweep,
    "rerun": measure_rerun,
    "book": measure_book,
    "unchanged": measure_unchanged,
    "edited": measure_edited,
    "first-view": measure_first_view,
    "memory": measure_memory,
}


def scale_runs(bench: Bench) -> list[Row]:
    """Sweep more runs, and with one process at a time."""
    sizes = [(10, 2), (100, 2), (100, 1)] if bench.quick else [(10, 2), (100, 2), (1000, 2), (100, 1)]
    rows = []
    for runs, jobs in sizes:
        seconds = ours.time_sweep(REFERENCE, runs, environment=bench.reference, jobs=jobs)
        what = f"sweep of {runs} runs, {jobs} at a time"
        rows.append(Row(what, Sample((seconds,)), note=f"{1000 * seconds / runs:.0f} ms a run."))
    return rows


def scale_pages(bench: Bench) -> list[Row]:
    """Build books of more pages from nothing, each page the reference notebook."""
    rows = []
    for pages in [5] if bench.quick else [5, 20, 80]:
        project = ours.lay_out_reference(bench.folder / f"pages-{pages}", pages=pages)
        environment = ours.make_environment(project)
        notebooks = sorted((project / "notebooks").glob("*.ipynb"))
        peer = peers.lay_out_book(
            bench.folder / f"peer-{pages}", [project / "book" / "index.md"], notebooks, execute="force"
        )
        seconds = ours.time_report(*PLAIN_BUILD, environment=environment)
        theirs = peers.time_build(peer, environment)
        what = f"book of {pages} pages from nothing"
        against = f"{JUPYTER_BOOK} that executes them"
        rows.append(Row(what, Sample((seconds,)), against, Sample((theirs,))))
        shutil.rmtree(project)
    return rows


SCALING: dict[str, Measure] = {"more-runs": scale_runs, "more-pages": scale_pages}


def split_steps(bench: Bench, command: str, what: str) -> list[Row]:
    """Return the median seconds of each step of a command, beside the whole."""
    environment = bench.reference
    found: dict[str, list[float]] = {}
    for _ in range(bench.choose(5, 1)):
        ours.forget(Path(environment["REPORT_ROOT"]), ["runs"])
        for step, seconds in peers.time_steps(command, REFERENCE, environment).items():
            found.setdefault(step, []).append(seconds)
    medians = {step: Sample((median(values),)) for step, values in found.items()}
    whole = Sample((sum(each.median for step, each in medians.items() if step != PART),))
    rows = [Row(step, each, what, whole) for step, each in medians.items()]
    return [Row(f"**{what}**", whole, what, whole), *rows]


def split_rerun(bench: Bench) -> list[Row]:
    """Split a rerun of the reference notebook into its steps."""
    return split_steps(bench, "rerun", "one rerun of the reference notebook")


def split_sweep(bench: Bench) -> list[Row]:
    """Split a sweep of the reference notebook into its steps."""
    return split_steps(bench, "sweep", f"a sweep of {SWEEP_RUNS} runs, {JOBS} at a time")


STEPS: dict[str, Measure] = {"rerun-steps": split_rerun, "sweep-steps": split_sweep}


def simulate(bench: Bench) -> list[Row]:
    """Time every simulation of the models beside its loop."""
    return simulations.measure_simulations(quick=bench.quick)


SIMULATIONS: dict[str, Measure] = {"simulations": simulate}
