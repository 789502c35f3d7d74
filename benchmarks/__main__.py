"""Measure the rows, print the table and write it to ``benchmarks/results.md``."""

from __future__ import annotations

import helpers.fast_start  # noqa: F401  isort: skip
import compileall
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import click
from tqdm import tqdm

from benchmarks import browser, ours
from benchmarks.rows import ROWS, SCALING, Bench
from benchmarks.table import Row, render_page, render_table
from helpers.errors import ReportError

RESULTS = Path(__file__).with_name("results.md")
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
    chromium = subprocess.run(
        [browser.find_chromium(), "--version"], capture_output=True, text=True, check=True
    )
    versions = [f"Python {platform.python_version()}", *map(_find_version, PACKAGES)]
    return [
        f"Processor: {_name_processor()}, {len(os.sched_getaffinity(0))} cores.",
        f"Versions: {', '.join([*versions, ' '.join(chromium.stdout.split()[:2])])}.",
        f"Load before the first measurement: {os.getloadavg()[0]:.1f} processes; on a busy machine times are "
        "too long.",
        *(["Quick: few repeats and short loops."] if quick else []),
    ]


def measure(names: list[str], *, quick: bool) -> tuple[list[Row], list[Row]]:
    """Measure rows by name, print each when it is done; return those of the table and of the scaling."""
    found: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder, tqdm(names, unit="row") as bar:
        bench = Bench(Path(folder), quick)
        for name in bar:
            bar.set_description(name)
            found[name] = (ROWS | SCALING)[name](bench)
            bar.write(render_table(found[name]) + "\n")
    table = [row for name in found if name in ROWS for row in found[name]]
    return table, [row for name in found if name in SCALING for row in found[name]]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Few repeats and short loops, to see that it works.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([*ROWS, *SCALING]),
    help="Measure one row and print it; nothing is written. May be repeated.",
)
def main(quick: bool, only: tuple[str, ...]) -> None:
    """Measure this report beside papermill, ploomber-engine and Jupyter Book.

    Takes about twenty minutes on two idle processors and writes benchmarks/results.md.
    """
    for folder in ("src", "benchmarks"):
        compileall.compile_dir(ours.ROOT / folder, quiet=1)
    try:
        facts = describe_machine(quick=quick)
        rows, scaling = measure(list(only or [*ROWS, *SCALING]), quick=quick)
    except ReportError as error:
        click.echo(f"benchmarks: {error}", err=True)
        sys.exit(error.exit_code)
    if not only:
        RESULTS.write_text(render_page(rows, scaling, facts), encoding="utf-8")
        click.echo(f"written to {RESULTS.relative_to(ours.ROOT)}")


if __name__ == "__main__":
    main()
