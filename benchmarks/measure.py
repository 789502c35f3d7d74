"""Time commands that take turns, and watch the memory of a process with all its children."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.table import Sample
from helpers.errors import RunError

SAMPLING_SECONDS = 0.05

Command = Sequence[str | Path]
Environment = Mapping[str, str]


def run_command(command: Command, *, environment: Environment, folder: Path) -> str:
    """Run a command and return what it wrote.

    Raises
    ------
    RunError
        If it fails; with the last lines that it wrote on standard error.
    """
    done = subprocess.run(
        [str(word) for word in command],
        env=dict(environment),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise RunError(f"{' '.join(map(str, command))[:200]} failed with {done.returncode}: {last}")
    return done.stdout


def time_command(command: Command, *, environment: Environment, folder: Path) -> float:
    """Return the seconds from starting a command to its end."""
    started = time.perf_counter()
    run_command(command, environment=environment, folder=folder)
    return time.perf_counter() - started


def take_turns(contestants: Mapping[str, Callable[[int], float]], repeats: int) -> dict[str, Sample]:
    """Measure several things in turn, each once without counting it and then `repeats` times.

    Parameters
    ----------
    contestants : mapping
        Functions that take the number of the round, 0 for the one that does not count, and return a value.
    repeats : int
    """
    values: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(repeats + 1):
        for name, measure in contestants.items():
            values[name].append(measure(number))
    return {name: Sample(tuple(found[1:])) for name, found in values.items()}


def measure_peak(command: Command, *, environment: Environment, folder: Path) -> float:
    """Return the largest memory that a command and all its children held at once, in MB.

    A page that several processes share counts once (proportional set size). It is sampled, so a peak
    shorter than `SAMPLING_SECONDS` may be missed.
    """
    peak = 0
    with subprocess.Popen(
        [str(word) for word in command],
        env=dict(environment),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(read_memory, list_tree(process.pid))))
            time.sleep(SAMPLING_SECONDS)
    if process.returncode:
        raise RunError(f"{' '.join(map(str, command))[:200]} failed with {process.returncode}")
    return peak / 1000


def list_tree(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for task in os.scandir(f"/proc/{parent}/task"):
                found += map(int, (Path(task.path) / "children").read_text().split())
    return found


def read_memory(pid: int) -> int:
    """Return the proportional set size of a process in kB; nothing for one that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
