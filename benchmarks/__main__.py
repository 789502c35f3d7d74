"""Measure the rows, print the table and write it to ``benchmarks/results.md``."""

from __future__ import annotations

import helpers.fast_start  # noqa: F401  isort: skip
import compileall
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from tqdm import tqdm

from benchmarks import ours
from benchmarks.rows import ROWS, SCALING, SIMULATIONS, STEPS, Bench
from benchmarks.table import Row, render_page, render_steps, render_table
from helpers.book.chromium import find_chromium
from helpers.errors import ReportError

RESULTS = Path(__file__).with_name("results.md")
KEPT = ours.ROOT / "_build" / "benchmarks"
SECTIONS = {
    "": ROWS,
    "Scaling": SCALING,
    "Where the remaining time goes": STEPS,
    "Simulations": SIMULATIONS,
}
MEASURES = {name: measure for group in SECTIONS.values() for name, measure in group.items()}
PACKAGES = ("papermill", "ploomber-engine", "jupyter-book", "sphinx", "ipykernel", "altair", "pandas")


def _find_version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"no {package}"


def _name_processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def describe_machine(*, quick: bool) -> list[str]:
    """Return what the figures depend on, without a date: processor, versions, how thorough, how busy."""
    chromium = subprocess.run([find_chromium(), "--version"], capture_output=True, text=True, check=True)
    versions = [f"Python {platform.python_version()}", *map(_find_version, PACKAGES)]
    return [
        f"Processor: {_name_processor()}, {len(os.sched_getaffinity(0))} cores.",
        f"Versions: {', '.join([*versions, ' '.join(chromium.stdout.split()[:2])])}.",
        f"Load before the first measurement: {os.getloadavg()[0]:.1f} processes; on a busy machine times are "
        "too long.",
        *(["Quick: few repeats and short loops."] if quick else []),
    ]


def measure(names: Sequence[str], *, quick: bool, resume: bool = False) -> dict[str, list[Row]]:
    """Measure rows by name, print each when it is done and keep it, so that a later call can resume."""
    found: dict[str, list[Row]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="benchmarks-") as folder,
        tqdm(names, unit="row", disable=None) as bar,
    ):
        bench = Bench(Path(folder), quick)
        for name in bar:
            bar.set_description(name)
            kept = KEPT / f"{name}{'-quick' * quick}.json"
            if resume and kept.is_file():
                found[name] = [Row.read(row) for row in json.loads(kept.read_text(encoding="utf-8"))]
                continue
            found[name] = MEASURES[name](bench)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps([asdict(row) for row in found[name]]), encoding="utf-8")
            bar.write(_render({name: found[name]}) + "\n")
    return found


def _render(found: Mapping[str, list[Row]]) -> str:
    rows = [row for name, measured in found.items() if name not in STEPS for row in measured]
    parts = [render_table(rows)] * bool(rows)
    return "\n\n".join([*parts, *(render_steps(found[name]) for name in STEPS if name in found)])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Few repeats and short loops, to see that it works.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(list(MEASURES)),
    help="Measure one row and print it; benchmarks/results.md is not written. May be repeated.",
)
@click.option("--resume", is_flag=True, help="Take rows that were measured before instead of measuring them.")
def main(quick: bool, only: tuple[str, ...], resume: bool) -> None:
    """Measure this report beside papermill, ploomber-engine, Jupyter Book and plain loops.

    Takes about twenty minutes on two idle processors and writes benchmarks/results.md. Each row is kept as
    soon as it is measured: after a failure or an interruption go on with --resume.
    """
    for folder in ("src", "benchmarks"):
        compileall.compile_dir(ours.ROOT / folder, quiet=1)
    try:
        facts = describe_machine(quick=quick)
        found = measure(only or list(MEASURES), quick=quick, resume=resume)
    except ReportError as error:
        click.echo(f"benchmarks: {error}; go on with --resume", err=True)
        sys.exit(error.exit_code)
    if not only:
        sections = {
            heading: _render({name: found[name] for name in group}) for heading, group in SECTIONS.items()
        }
        RESULTS.write_text(render_page(sections, facts), encoding="utf-8")
        click.echo(f"written to {RESULTS.relative_to(ours.ROOT)}")


if __name__ == "__main__":
    main()
