"""Many runs at once: a grid of values or a list of scenarios, over one notebook or several.

Any `concurrent.futures.Executor` executes them; its workers return what came out as bytes, and only the
caller writes ``runs/``. So a worker that is lost loses nothing, and a sweep that was stopped continues where
it was: what has finished is found again.

For more than one machine give the address of a Dask scheduler. Dask's own deployments start one: on
Kubernetes its operator, on Slurm and other queues dask-jobqueue, in a cloud dask-cloudprovider. Every worker
needs this project as the caller has it; one with other files or versions is found out by the run's inputs.
"""

from __future__ import annotations

import importlib
import itertools
import logging
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from filelock import FileLock, Timeout
from tqdm import tqdm

from helpers import paths
from helpers.errors import (
    EnvironmentMissingError,
    InputError,
    RunError,
    UnknownNameError,
    shorten,
    summarise_complaints,
)
from helpers.runs import cache, contract, engine, fork_engine, inputs, scenarios
from helpers.runs.record import Executed, Run, RunPlan, hold_runs

LIMIT, LARGEST_RANGE = 1000, 10**6
IN_FLIGHT = 1000
CONNECT_SECONDS = 10
SUCCEEDED, FAILED = "succeeded", "failed"
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")


@dataclass(frozen=True)
class Point:
    """One run of a sweep before it is executed.

    Attributes
    ----------
    scenario : str or None
        Where its parameters come from, if from a scenario.
    varied : mapping
        The parameters by which the sweep's runs differ, as checked values.
    plan : RunPlan
    """

    scenario: str | None
    varied: Mapping[str, Any]
    plan: RunPlan


@dataclass(frozen=True)
class Outcome:
    """What became of one run of a sweep.

    Attributes
    ----------
    point : Point
    status : {"succeeded", "failed"}
    key : str
        Key of the run; empty if it failed.
    cause : str
        Why it failed; empty if it succeeded.
    results : list of dict
    """

    point: Point
    status: str
    key: str = ""
    cause: str = ""
    results: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Sweep:
    """A finished sweep, its outcomes in the order of the grid, and how many runs were at hand before."""

    outcomes: Sequence[Outcome]
    reused: int

    @property
    def failures(self) -> list[Outcome]:
        """The runs that failed."""
        return [outcome for outcome in self.outcomes if outcome.status == FAILED]


def parse_grid(texts: Iterable[str]) -> dict[str, list[str]]:
    """Read a grid as the command line has it.

    Parameters
    ----------
    texts : iterable of str
        ``name=a,b,c`` each. ``1..100`` stands for all whole numbers between; values that are lists
        themselves are separated by semicolons.

    Raises
    ------
    InputError
        For a malformed text, a name without values, or a name or value given twice.
    """
    grid: dict[str, list[str]] = {}
    for text in texts:
        name, sign, values = (part.strip() for part in text.partition("="))
        if not name or not sign:
            raise InputError(f"--grid takes name=a,b,c (got {text!r})")
        if name in grid:
            raise InputError(f"--grid gives {name!r} twice; give all its values at once")
        parts = [part.strip() for part in values.split(";" if ";" in values else ",") if part.strip()]
        grid[name] = [value for part in parts for value in _expand_range(name, part)]
        if not grid[name]:
            raise InputError(f"--grid gives {name!r} no values; write {name}=a,b,c")
        if len(set(grid[name])) < len(grid[name]):
            raise InputError(f"--grid gives a value of {name!r} twice; each run is counted once")
    return grid


def _expand_range(name: str, text: str) -> Iterable[str]:
    if not (ends := _RANGE.fullmatch(text)):
        return [text]
    first, last = int(ends[1]), int(ends[2])
    if last < first:
        raise InputError(f"--grid {name}={text} counts upwards; write {last}..{first}")
    _check_size(last - first + 1, limit=LARGEST_RANGE)
    return map(str, range(first, last + 1))


def _check_size(size: int, *, limit: int) -> None:
    if size > limit:
        raise InputError(
            f"the sweep has {size:,} runs, more than {limit:,}; take fewer values, or confirm with --yes"
        )


def plan_sweep(
    notebooks: Sequence[str],
    grid: Mapping[str, Sequence[Any]] | None = None,
    *,
    scenario_names: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
    confirmed: bool = False,
) -> list[Point]:
    """Check a sweep as a whole and return its runs in the order of notebooks, scenarios and grid.

    Parameters
    ----------
    notebooks : sequence of str
    grid : mapping, optional
        Values by parameter; every combination is run. A notebook takes the parameters that it has.
    scenario_names : sequence of str
        Scenarios to start from; the grid is laid over each.
    given : mapping, optional
        Parameters that all runs share, such as ``as_of``.
    confirmed : bool
        Whether more than `LIMIT` runs are meant.

    Raises
    ------
    UnknownNameError
        For a notebook or scenario that does not exist, or a parameter that no notebook has.
    InputError
        If there is nothing to vary, too much, or a value breaks the contract.
    """
    values: Mapping[str, Sequence[Any]] = grid or {}
    if not notebooks or not (values or scenario_names):
        raise InputError("nothing to sweep: give --grid name=a,b,c or --scenarios a,b")
    if twice := {each for names in (notebooks, scenario_names) for each in names if names.count(each) > 1}:
        raise InputError(f"{', '.join(sorted(twice))} is given twice; each run is counted once")
    known = {name: [row["name"] for row in contract.describe_parameters(name)] for name in notebooks}
    _check_names([*values, *(given or {})], known)
    own = {notebook: _select(values, known[notebook]) for notebook in notebooks}
    sizes = [math.prod(map(len, part.values())) * max(len(scenario_names), 1) for part in own.values()]
    if not confirmed:
        _check_size(sum(sizes), limit=LIMIT)
    points: list[Point] = []
    for notebook, part in own.items():
        shared = _select(given or {}, known[notebook])
        points += _plan_notebook(notebook, part, scenario_names or [None], shared)
    return points


def _select(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in set(names)}


def _check_names(names: Iterable[str], known: Mapping[str, Sequence[str]]) -> None:
    every = {parameter for parameters in known.values() for parameter in parameters}
    for name in names:
        if name not in every:
            raise UnknownNameError(f"parameter of {', '.join(known)}", name, every)


def _plan_notebook(
    notebook: str,
    grid: Mapping[str, Sequence[Any]],
    scenario_names: Sequence[str | None],
    given: Mapping[str, Any],
) -> list[Point]:
    combinations = [dict(zip(grid, each, strict=True)) for each in itertools.product(*grid.values())]
    wanted: list[tuple[str | None, set[str], dict[str, Any]]] = []
    for name in scenario_names:
        base = scenarios.load_scenario(name).parameters_for(notebook) if name else {}
        wanted += [(name, {*base, *grid}, {**base, **given, **each}) for each in combinations]
    plans = engine.plan_runs(notebook, [parameters for _, _, parameters in wanted])
    return [
        Point(name, {each: plan.parameters[each] for each in plan.parameters if each in varied}, plan)
        for (name, varied, _), plan in zip(wanted, plans, strict=True)
    ]


def run_sweep(
    points: Sequence[Point],
    *,
    exclusive: bool = True,
    executor: Executor | None = None,
    jobs: int | None = None,
    scheduler: str | None = None,
    engine_name: str | None = None,
    timeout_seconds: int = engine.DEFAULT_TIMEOUT_SECONDS,
    progress: bool = False,
) -> Sweep:
    """Execute the runs of a sweep that are not at hand, and return what became of all of them.

    Parameters
    ----------
    points : sequence of Point
        From `plan_sweep`.
    exclusive : bool
        Whether a second sweep of the same notebooks is kept away meanwhile.
    executor : Executor, optional
        Executes the runs; by default a local pool.
    jobs : int, optional
        Runs at a time in the local pool; by default one a processor.
    scheduler : str, optional
        Address of a Dask scheduler, which then executes the runs.
    engine_name : {"fork", "kernel"}, optional
    timeout_seconds : int
        Longest time for one cell.
    progress : bool
        Whether to draw a progress bar with rate and time left on standard error.

    Raises
    ------
    InputError
        If another sweep of one of the notebooks is under way.
    RunError
        If an input of one of the runs changed before the last of them had ended.
    EnvironmentMissingError
        If ``runs/`` cannot be written or the scheduler does not answer.
    """
    with ExitStack() as stack:
        if exclusive:
            stack.enter_context(hold_sweep({point.plan.notebook for point in points}))
        seen: set[tuple[str, str]] = set()
        found = [cache.find_run(point.plan) for point in points]
        outcomes: dict[int, Outcome] = {
            number: _succeed(points[number], run, seen) for number, run in enumerate(found) if run
        }
        reused = len(outcomes)
        missing = [number for number in range(len(points)) if number not in outcomes]
        if missing:
            pool = executor or stack.enter_context(
                _connect(scheduler) if scheduler else _open_pool(jobs or count_processors())
            )
            bar = stack.enter_context(
                tqdm(total=len(points), initial=reused, unit="run", disable=not progress, leave=False)
            )
            work = _Work(engine_name, timeout_seconds)
            for number, future in _submit_all(pool, work, [point.plan for point in points], missing):
                outcomes[number] = _keep(points[number], future, seen)
                bar.update()
        _check_inputs(seen)
        return Sweep([outcomes[number] for number in range(len(points))], reused)


def count_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def hold_sweep(notebooks: Iterable[str]) -> Iterator[None]:
    """Hold the locks that keep a second sweep of the same notebooks away."""
    with hold_runs():
        for notebook in notebooks:
            (paths.RUNS / notebook).mkdir(exist_ok=True)
    with ExitStack() as stack:
        for notebook in sorted(notebooks):
            lock = FileLock(paths.RUNS / notebook / ".sweep.lock", timeout=0)
            try:
                stack.enter_context(lock)
            except Timeout as error:
                raise InputError(
                    f"another sweep of {notebook} is under way; wait for it to end, then start this one: "
                    "it takes over what is finished"
                ) from error
        yield


@dataclass(frozen=True)
class _Work:
    """What a worker does with a plan; it travels to other processes."""

    engine_name: str | None
    timeout_seconds: int

    def __call__(self, plan: RunPlan) -> bytes:
        executed = engine.execute_plan(plan, engine=self.engine_name, timeout_seconds=self.timeout_seconds)
        return executed.to_bytes()


def execute_plans(
    plans: Sequence[RunPlan],
    *,
    jobs: int | None = None,
    timeout_seconds: int = engine.DEFAULT_TIMEOUT_SECONDS,
) -> Iterator[tuple[int, Executed]]:
    """Execute plans in a local pool and yield place and outcome of each as they finish; nothing is kept."""
    with _open_pool(jobs or count_processors()) as pool:
        for number, future in _submit_all(pool, _Work(None, timeout_seconds), plans, range(len(plans))):
            yield number, Executed.from_bytes(future.result())


def _submit_all(
    executor: Executor, work: Callable[[RunPlan], bytes], plans: Sequence[RunPlan], numbers: Sequence[int]
) -> Iterator[tuple[int, Future[bytes]]]:
    """Yield each number with its finished future, as they finish; only so many wait at a time."""
    # Workers find them known: Python 3.11 may fail when two threads parse at once (python/cpython#106905).
    for code in {plans[number].code for number in numbers}:
        inputs.find_imports(code)
    finished: SimpleQueue[Future[bytes]] = SimpleQueue()
    waiting: dict[Future[bytes], int] = {}
    rest = iter(numbers)
    try:
        while True:
            for number in itertools.islice(rest, IN_FLIGHT - len(waiting)):
                future = executor.submit(work, plans[number])
                waiting[future] = number
                future.add_done_callback(finished.put)
            if not waiting:
                return
            done = finished.get()
            yield waiting.pop(done), done
    finally:
        for future in waiting:
            future.cancel()


def _keep(point: Point, future: Future[bytes], seen: set[tuple[str, str]]) -> Outcome:
    """Write what a worker returned; whatever went wrong with this run is its cause, and no other's."""
    try:
        return _succeed(point, engine.keep_run(point.plan, Executed.from_bytes(future.result())), seen)
    except EnvironmentMissingError:
        raise
    except RunError as error:
        return Outcome(point, FAILED, cause=str(error))
    except (Exception, CancelledError) as error:
        return Outcome(
            point, FAILED, cause=f"its worker failed with {type(error).__name__}: {shorten(error)}"
        )


def _succeed(point: Point, run: Run, seen: set[tuple[str, str]]) -> Outcome:
    seen.update(run.record["inputs"].items())
    return Outcome(point, SUCCEEDED, key=run.record["key"], results=run.results)


def _check_inputs(seen: Iterable[tuple[str, str]]) -> None:
    """Refuse runs of which some saw an input as it was and others as it is: each is right, not the whole."""
    if changed := sorted({name for name, digest in seen if inputs.hash_input(name) != digest}):
        raise RunError(
            f"{summarise_complaints(changed)} changed between the runs; do it again: the runs that still "
            "hold are taken over"
        )


@contextmanager
def _open_pool(jobs: int) -> Iterator[Executor]:
    """Open a local pool: threads suffice, since each run is a process of its own."""
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        fork_engine.stop_server()
        raise
    pool.shutdown()


@contextmanager
def _connect(address: str) -> Iterator[Executor]:
    """Connect to a Dask scheduler."""
    distributed = importlib.import_module("distributed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        # A client that could not be made for a bad address would be waited for when the process ends.
        distributed.comm.get_address_host_port(address, strict=True)
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except ValueError as error:
        raise InputError(f"--scheduler takes an address such as tcp://host:8786 (got {address!r})") from error
    except OSError as error:
        raise EnvironmentMissingError(
            f"no Dask scheduler answers at {address}; start one with `dask scheduler`, or run without it"
        ) from error
    with client:
        yield client.get_executor(pure=False)
