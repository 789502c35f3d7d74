"""What a notebook answers on a grid of its parameters, for a page that has no server.

``notebooks/what_if.yml`` declares for each theme two parameters with their steps and the results that follow
them. Every point is a run of its own, of the part of the notebook that these results rest on
(`helpers.runs.slices`). Only the results are kept, one file a grid under ``runs/what_if/``, found again as
runs are: by code and parameters, then by the inputs that were seen.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from helpers import paths
from helpers.errors import InputError, RunError, UnknownNameError, summarise_complaints
from helpers.runs import cache, contract, engine, slices, sweep
from helpers.runs.cache import Outlook
from helpers.runs.inputs import hash_bytes
from helpers.runs.record import KEY_LENGTH, Executed, RunPlan, read_sealed, seal, to_json, write_folder
from helpers.runs.results import index_results
from helpers.runs.yaml_files import read_entries

FILE = "what_if.yml"
FOLDER, GRID = "what_if", "grid.json"
LEAST_STEPS = 9
NEVER_RUN = "it has never run with these cells, steps, parameters and day"

Results = Mapping[str, Mapping[str, Any]]


class Panel(BaseModel):
    """What one panel of a page shows.

    Parameters
    ----------
    results : list of str
        Names of results.
    chart : str
        The one of them that is drawn.
    sentences : list of str
        Names of sentences in the catalogue, under the notebook's name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    results: list[str]
    chart: str
    sentences: list[str]


class MovedPanel(Panel):
    """A panel with the steps of two parameters.

    Parameters
    ----------
    parameters : dict of list
        Steps by parameter, upwards; the default is one of them.
    """

    parameters: dict[str, list[float | int]]


class Theme(BaseModel):
    """What a reader may move in the chapter of one notebook: its assumptions and its day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what_if: MovedPanel
    days: Panel


@dataclass(frozen=True)
class Grid:
    """Results at every combination of some steps.

    Attributes
    ----------
    notebook : str
    axes : mapping of str to tuple
        Steps by parameter.
    own : tuple of int
        Which step of each axis is the edition's own.
    points : sequence of Results
        Results by name, in the order of `itertools.product` over the axes.
    """

    notebook: str
    axes: Mapping[str, tuple[Any, ...]]
    own: tuple[int, ...]
    points: Sequence[Results]

    def steps(self) -> Iterator[tuple[Any, ...]]:
        """Yield the values of each point."""
        return itertools.product(*self.axes.values())

    @property
    def own_point(self) -> Results:
        """Results at the edition's own point."""
        place = 0
        for step, axis in zip(self.own, self.axes.values(), strict=True):
            place = place * len(axis) + step
        return self.points[place]


@dataclass(frozen=True)
class GridPlan:
    """A grid that has been checked but not run.

    Attributes
    ----------
    part : RunPlan
        The run of the edition's own point, with those cells alone that the results rest on.
    results : tuple of str
        Names of the results.
    axes : mapping of str to tuple
        Steps by parameter.
    """

    part: RunPlan
    results: tuple[str, ...]
    axes: Mapping[str, tuple[Any, ...]]

    @property
    def own(self) -> tuple[int, ...]:
        """Which step of each axis is the edition's own."""
        return tuple(steps.index(self.part.parameters[name]) for name, steps in self.axes.items())

    @property
    def key(self) -> str:
        """Hash over all that is known without running."""
        return hash_bytes(to_json([self.part.lookup, self.axes, self.results]).encode())[:KEY_LENGTH]

    @property
    def folder(self) -> Path:
        """Where its results are kept."""
        return paths.RUNS / FOLDER / self.part.notebook / self.key


def load_themes() -> Mapping[str, Theme]:
    """Return what readers may move, by notebook.

    Raises
    ------
    InputError
        With all problems of the file: an unknown notebook, parameter or field, a step that the contract
        refuses, fewer than `LEAST_STEPS`, a default that is no step, a chart that is none of the results.
    """
    path = paths.NOTEBOOKS / FILE
    if not path.is_file():
        return {}
    themes = read_entries(path, Theme, needs="each notebook needs what_if and days")
    complaints = [line for name, theme in themes.items() for line in _check_theme(name, theme)]
    if complaints:
        raise InputError(f"notebooks/{FILE}: {summarise_complaints(complaints)}")
    return themes


def count_points(theme: Theme) -> int:
    """Return how many runs the grid of a theme takes."""
    return math.prod(map(len, theme.what_if.parameters.values()))


def _check_theme(notebook: str, theme: Theme) -> Iterator[str]:
    if notebook not in (known := contract.list_notebooks()):
        yield str(UnknownNameError("notebook", notebook, known))
        return
    for panel in (theme.what_if, theme.days):
        if panel.chart not in panel.results:
            yield f"{notebook}: the chart {panel.chart!r} is none of the results {', '.join(panel.results)}"
    defaults = {row["name"]: row["default"] for row in contract.describe_parameters(notebook)}
    if len(theme.what_if.parameters) != 2:
        yield f"{notebook}: a page moves two parameters (got {len(theme.what_if.parameters)})"
    for name, steps in theme.what_if.parameters.items():
        if name not in defaults:
            yield str(UnknownNameError(f"parameter of {notebook}", name, defaults))
        else:
            yield from _check_steps(notebook, name, steps, defaults[name])


def _check_steps(notebook: str, name: str, steps: list[float | int], default: Any) -> Iterator[str]:
    if len(steps) < LEAST_STEPS or sorted(set(steps)) != list(steps):
        yield f"{notebook}: {name!r} needs at least {LEAST_STEPS} steps, each once and upwards (got {steps})"
    if default not in steps:
        yield f"{notebook}: the default {default!r} of {name!r} is none of its steps"
    for step in steps[:1] + steps[-1:]:
        try:
            contract.validate_parameters(notebook, {name: step})
        except InputError as error:
            yield str(error)


def solve_grid(
    notebook: str,
    given: Mapping[str, Any],
    panel: MovedPanel,
    whole: Results,
    *,
    jobs: int | None = None,
    timeout_seconds: int = engine.DEFAULT_TIMEOUT_SECONDS,
    advance: Callable[[], object] = lambda: None,
) -> Grid:
    """Return a notebook's results over the grid of a panel, run where they are not at hand.

    Parameters
    ----------
    notebook : str
    given : mapping
        Parameters that hold at every point; the edition's own value of a moved one joins its steps.
    panel : MovedPanel
    whole : Results
        Results of the whole run with these parameters, which the grid has to meet.
    jobs : int, optional
        Runs at a time; by default one a processor.
    timeout_seconds : int
        Longest time for one cell.
    advance : callable
        Called after each run.

    Raises
    ------
    UnknownNameError
        For a result that the notebook does not record.
    RunError
        If a point fails, or its part of the notebook gives other results than the whole.
    """
    for name in panel.results:
        if name not in whole:
            raise UnknownNameError(f"result of {notebook}", name, whole)
    plan = plan_grid(notebook, given, panel)
    kept = read_sealed(plan.folder / GRID)
    if not kept or cache.list_changes(plan.part, kept):
        kept = _run_points(plan, given, jobs, timeout_seconds, advance)
        write_folder(plan.folder, {GRID: seal(kept)})
    grid = Grid(notebook, plan.axes, plan.own, kept["points"])
    _compare(grid, whole)
    return grid


def plan_grid(notebook: str, given: Mapping[str, Any], panel: MovedPanel) -> GridPlan:
    """Return the grid of a panel before it is run.

    Parameters
    ----------
    notebook, given, panel
        As in `solve_grid`.
    """
    base = engine.plan_run(notebook, given)
    axes = {name: tuple(sorted({*steps, base.parameters[name]})) for name, steps in panel.parameters.items()}
    return GridPlan(slices.slice_plan(base, panel.results), tuple(panel.results), axes)


def explain_grid(plan: GridPlan) -> Outlook:
    """Return whether the points of a grid are at hand and, if not, what changed."""
    kept = read_sealed(plan.folder / GRID)
    causes = cache.list_changes(plan.part, kept) if kept else [NEVER_RUN]
    points = math.prod(map(len, plan.axes.values()))
    return Outlook(plan.part.notebook, None if causes else plan.key, tuple(causes), points)


def _run_points(
    plan: GridPlan,
    given: Mapping[str, Any],
    jobs: int | None,
    timeout_seconds: int,
    advance: Callable[[], object],
) -> dict[str, Any]:
    moved = [dict(zip(plan.axes, values, strict=True)) for values in itertools.product(*plan.axes.values())]
    checked = engine.plan_runs(plan.part.notebook, [{**given, **each} for each in moved])
    plans = [replace(plan.part, parameters=each.parameters) for each in checked]
    done: dict[int, Executed] = {}
    for number, executed in sweep.execute_plans(plans, jobs=jobs, timeout_seconds=timeout_seconds):
        if failure := executed.failure:
            raise RunError(
                f"{plan.part.notebook}: what if {moved[number]} failed with {failure['error']}: "
                f"{failure['message']}; take other steps in notebooks/{FILE}"
            )
        done[number] = executed
        advance()
    # Only now: a change between two points would leave each of them right and the grid wrong.
    for executed in done.values():
        engine.check_inputs(plan.part, executed)
    return {
        "inputs": {name: digest for each in done.values() for name, digest in each.inputs.items()},
        "versions": dict(done[0].versions),
        "points": [_select(done[number].results, plan.results) for number in range(len(plans))],
    }


def _select(results: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    named = index_results(results)
    return {name: named[name] for name in wanted}


def _compare(grid: Grid, whole: Results) -> None:
    """Hold the grid's own point equal to the whole run."""
    if moved := [name for name, result in grid.own_point.items() if result != whole[name]]:
        raise RunError(
            f"{grid.notebook}: the cells that give {', '.join(moved)} give otherwise without the others: a "
            "function changes its argument in place; assign what it returns instead"
        )


def collect_days(notebook: str, panel: Panel, days: Mapping[str, Results]) -> Grid:
    """Return the results of a panel at several days; the edition's own day is the last.

    Parameters
    ----------
    notebook : str
    panel : Panel
    days : mapping of str to Results
        The notebook's results by ISO day.
    """
    for name in panel.results:
        for results in days.values():
            if name not in results:
                raise UnknownNameError(f"result of {notebook}", name, results)
    points = [{name: results[name] for name in panel.results} for results in days.values()]
    return Grid(notebook, {"as_of": tuple(days)}, (len(days) - 1,), points)
