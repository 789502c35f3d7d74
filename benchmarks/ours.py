"""What is measured: the command ``report`` in a project laid out aside, so that no run or book is touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import nbformat
import yaml

from benchmarks.measure import Environment, measure_peak, run_command, time_command
from benchmarks.peers import SCRIPTS

ROOT = Path(__file__).parents[1]
REFERENCE = Path(__file__).with_name("reference.ipynb")
LEVEL = Path(__file__).with_name("level")
SETTINGS = ("_config.yml", "requirements.txt", "CHANGELOG.md", "CITATION.cff", "README.md")
SCENARIOS = "scenarios.yml"
GENERATED = ("runs", "_build", "book/chapters", "book/records")


def make_environment(project: Path, *, level: bool = True) -> dict[str, str]:
    """Return the environment in which both sides are measured.

    Parameters
    ----------
    project : Path
        Root of the project that is measured.
    level : bool
        Whether the peers too are spared the slow import; see ``level/sitecustomize.py``.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    places = [*([LEVEL] if level else []), ROOT, ROOT / "src", os.environ.get("PYTHONPATH", "")]
    return kept | {
        "PYTHONPATH": os.pathsep.join(str(place) for place in places if str(place)),
        "REPORT_ROOT": str(project),
        "IPYTHONDIR": str(project / ".ipython"),
        "PLOOMBER_STATS_ENABLED": "false",
    }


def lay_out_reference(folder: Path, *, pages: int = 0) -> Path:
    """Lay out a project that has the reference notebook, or a book of so many pages with a copy on each."""
    folder.mkdir(parents=True)
    names = [f"reference_{number}" for number in range(1, pages + 1)] or [REFERENCE.stem]
    _copy_settings(folder)
    shutil.copytree(ROOT / "book" / "theme", folder / "book" / "theme")
    shutil.copytree(ROOT / "book" / "assets", folder / "book" / "assets")
    (folder / "book" / "index.md").write_text("# Reference\n\nA book of equal pages.\n", encoding="utf-8")
    chapters = [f"chapters/{name}" for name in names] + [f"records/{n}" for n in ("data", "sources", "about")]
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in chapters]}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / SCENARIOS).write_text("{}", encoding="utf-8")
    for name in names:
        _write_reference(folder / "notebooks" / f"{name}.ipynb")
    _empty_registers(folder)
    return folder


def _empty_registers(project: Path) -> None:
    """Leave no claim and no system: they rest on results that the reference notebook does not have."""
    for name in ("claims", "systems"):
        table = project / "data" / f"{name}.csv"
        table.write_text(table.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    run_command([SCRIPTS / "report", "rehash"], environment=make_environment(project), folder=project)


def _write_reference(path: Path) -> None:
    """Write the reference notebook under another name, with names of charts that are its own."""
    notebook = nbformat.read(REFERENCE, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace('name="reference-', f'name="{path.stem.replace("_", "-")}-')
        cell.source = cell.source.replace("`reference/", f"`{path.stem}/")
    nbformat.write(notebook, path)


def lay_out_report(folder: Path) -> Path:
    """Lay out a copy of the whole report, without its runs and built pages.

    It has no scenarios: a build runs each notebook once, as its peer does, and not at earlier days as well.
    """
    folder.mkdir(parents=True)
    _copy_settings(folder)
    shutil.copy(ROOT / "_toc.yml", folder)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    (folder / "notebooks" / SCENARIOS).write_text("{}", encoding="utf-8")
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("chapters", "records"))
    return folder


def _copy_settings(folder: Path) -> None:
    for name in SETTINGS:
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "data", folder / "data")


def forget(project: Path, names: Iterable[str] = GENERATED) -> None:
    """Remove from a project what the report makes."""
    for name in names:
        shutil.rmtree(project / name, ignore_errors=True)


def time_report(*words: str, environment: Environment) -> float:
    """Return the seconds that the command ``report`` takes."""
    project = Path(environment["REPORT_ROOT"])
    return time_command([SCRIPTS / "report", *words], environment=environment, folder=project)


def time_sweep(notebook: str, runs: int, *, environment: Environment, jobs: int = 2) -> float:
    """Return the seconds of a sweep over seeds, with no run at hand."""
    forget(Path(environment["REPORT_ROOT"]), ["runs"])
    return time_report(*_sweep(notebook, runs, jobs), environment=environment)


def measure_sweep_peak(notebook: str, runs: int, *, environment: Environment, jobs: int = 2) -> float:
    """Return the largest memory of such a sweep, with all its processes, in MB."""
    project = Path(environment["REPORT_ROOT"])
    forget(project, ["runs"])
    return measure_peak(
        [SCRIPTS / "report", *_sweep(notebook, runs, jobs)], environment=environment, folder=project
    )


def _sweep(notebook: str, runs: int, jobs: int) -> list[str]:
    return ["sweep", notebook, "--grid", f"seed=1..{runs}", "--yes", "-j", str(jobs)]
