"""The run record: one executed notebook kept with all that made it.

``runs/<notebook>/<key>/`` holds ``run.json``, ``<notebook>.ipynb`` and ``results.json``; it is written aside
and renamed, so a folder under its key is always whole. A failed run is kept in ``runs/<notebook>/failed/``.
One lock serialises writers of all processes; whatever lies aside while it is held was left by a killed one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import nbformat
from filelock import FileLock
from nbformat import NotebookNode

from helpers import paths
from helpers.errors import EnvironmentMissingError, InputError
from helpers.runs.inputs import Imports, find_imports, hash_bytes
from helpers.runs.results import RESULTS_SCHEMA

RUN_SCHEMA = "report-run/3"
KEY_LENGTH = 16
STEERING_TAGS = ("parameters", "raises-exception", "skip-execution")
RECORD, RESULTS = "run.json", "results.json"
SUCCEEDED = "succeeded"
SEAL = "sha256"
_ASIDE = ".writing-"


@dataclass(frozen=True)
class RunPlan:
    """A run that has been checked but not executed.

    Attributes
    ----------
    notebook : str
    parameters : mapping
        All parameters by name, as plain values.
    as_of : str
        The resolved day, ISO.
    source : str
        The notebook file as text.
    code : tuple of str
        Sources of the code cells.
    steering : tuple of tuple of str
        For each code cell those of its tags that decide how it is executed.
    """

    notebook: str
    parameters: Mapping[str, Any]
    as_of: str
    source: str
    code: tuple[str, ...]
    steering: tuple[tuple[str, ...], ...]

    @cached_property
    def lookup(self) -> str:
        """First hex digits of the hash over all that is known without running: code, parameters, day."""
        return _hash_parts(self.code, self.steering, dict(self.parameters), self.as_of)

    @cached_property
    def imports(self) -> Imports:
        """What the code cells import."""
        return find_imports(self.code)

    def key(self, inputs: Mapping[str, str], versions: Mapping[str, str]) -> str:
        """Return the key of the run: what is known without running, and what the run turned out to need."""
        return _hash_parts(self.lookup, dict(inputs), dict(versions))


@dataclass(frozen=True)
class Executed:
    """What came out of an execution, before it is kept; it travels between processes as bytes.

    Attributes
    ----------
    notebook : str
        The executed and normalised notebook, as text.
    results : list of dict
    inputs, versions : mapping
        What the execution depended on, as the process that executed it has it.
    failure : dict or None
        ``cell``, ``error``, ``message`` and ``source`` of a failed run.
    timing : mapping
        Durations, host and times: everything that may differ between two equal runs.
    """

    notebook: str
    results: list[dict[str, Any]]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    failure: Mapping[str, Any] | None
    timing: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """Return it as JSON in UTF-8."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        return cls(**json.loads(raw))


@dataclass(frozen=True)
class Run:
    """A finished run, read back from its folder."""

    folder: Path
    record: Mapping[str, Any]
    results: list[dict[str, Any]]

    @property
    def notebook_path(self) -> Path:
        """The executed notebook."""
        return self.folder / f"{self.record['notebook']}.ipynb"

    def read_notebook(self) -> NotebookNode:
        """Return the executed notebook."""
        notebook: NotebookNode = nbformat.read(self.notebook_path, as_version=4)
        return notebook


def _hash_parts(*parts: Any) -> str:
    return hash_bytes(to_json(parts).encode())[:KEY_LENGTH]


def to_json(content: Any) -> str:
    """Write JSON with sorted keys and without NaN."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=1)


def seal(content: Mapping[str, Any]) -> str:
    """Write JSON that carries its own hash, so that `read_sealed` notices any change of it."""
    return to_json({**content, SEAL: hash_bytes(to_json(content).encode())})


def read_sealed(path: Path) -> dict[str, Any] | None:
    """Return what `seal` wrote into a file, or None if there is none or it is not as it was written."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content if content.pop(SEAL) == hash_bytes(to_json(content).encode()) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def describe_run(plan: RunPlan, executed: Executed) -> dict[str, Any]:
    """Return ``run.json`` without the hashes of the files beside it."""
    status: dict[str, Any] = {"status": SUCCEEDED}
    if executed.failure:
        status = {"status": "failed", "failure": dict(executed.failure)}
    return status | {
        "schema": RUN_SCHEMA,
        "notebook": plan.notebook,
        "key": plan.key(executed.inputs, executed.versions),
        "lookup": plan.lookup,
        "parameters": dict(plan.parameters),
        "as_of": plan.as_of,
        "seed": plan.parameters["seed"],
        "code": [hash_bytes(source.encode()) for source in plan.code],
        "inputs": dict(executed.inputs),
        "versions": dict(executed.versions),
        "timing": dict(executed.timing),
    }


def find_failed(plan: RunPlan) -> Path:
    """Return the folder in which a failed run is kept."""
    return paths.RUNS / plan.notebook / "failed" / plan.lookup


def write_run(plan: RunPlan, executed: Executed) -> Path:
    """Write a run aside, then rename it into place; return its folder.

    Raises
    ------
    EnvironmentMissingError
        If the folder of runs cannot be written, or its disk is full.
    """
    record = describe_run(plan, executed)
    target = find_failed(plan) if executed.failure else paths.RUNS / plan.notebook / record["key"]
    head = {"schema": RESULTS_SCHEMA} | {name: record[name] for name in ("notebook", "key", "as_of")}
    files = {
        f"{plan.notebook}.ipynb": executed.notebook,
        RESULTS: to_json(head | {"results": executed.results}),
    }
    hashes = {name: hash_bytes(content.encode()) for name, content in files.items()}
    with hold_runs():
        # An equal run stays where it is: whoever reads it at this moment must not find it gone.
        if not (kept := read_run(target)) or kept.record["files"] != hashes:
            _put_folder(target, files | {RECORD: seal(record | {"files": hashes})})
    return target


def write_folder(target: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder under ``runs/`` that is either whole or not there; return it.

    Raises
    ------
    EnvironmentMissingError
        If ``runs/`` cannot be written.
    """
    with hold_runs():
        _put_folder(target, files)
    return target


def _put_folder(target: Path, files: Mapping[str, str | bytes]) -> None:
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=paths.RUNS))
    for name, content in files.items():
        (aside / name).write_bytes(content.encode() if isinstance(content, str) else content)
    aside.chmod(0o755)
    _swap(aside, target)


def _swap(aside: Path, target: Path) -> None:
    """Rename a whole folder into place; one already there gives way only if that works."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        aside.replace(target)
        return
    old = target.replace(aside.with_name(f"{aside.name}-old"))
    try:
        aside.replace(target)
    except OSError:
        old.replace(target)
        raise


@contextmanager
def hold_runs() -> Iterator[None]:
    """Hold the lock under which ``runs/`` is written, and leave nothing unfinished there."""
    try:
        paths.RUNS.mkdir(parents=True, exist_ok=True)
        with FileLock(paths.RUNS / ".lock"):
            try:
                yield
            finally:
                for left in paths.RUNS.glob(f"{_ASIDE}*"):
                    shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        place = Path(error.filename2 or error.filename or paths.RUNS)
        seen = next(each for each in (place, *place.parents) if os.path.exists(each))  # noqa: PTH110  # never raises
        raise EnvironmentMissingError(
            f"cannot write {seen} ({error.strerror or error}); make room, make it "
            "writable or remove what is in the way, then run again: finished runs are kept"
        ) from error


def read_runs(keys: Mapping[str, str], *, of: str) -> list[Run]:
    """Read the finished runs of several notebooks by their keys.

    Parameters
    ----------
    keys : mapping of str to str
        Key of the run by notebook.
    of : str
        What they are the runs of, for the error.

    Raises
    ------
    InputError
        If one is no longer kept, or cannot be trusted.
    """
    found = {notebook: read_run(paths.RUNS / notebook / key) for notebook, key in keys.items()}
    if gone := [notebook for notebook, run in found.items() if run is None]:
        raise InputError(f"the runs of {of} are no longer kept ({', '.join(gone)}); build that edition again")
    return [run for run in found.values() if run]


def read_record(folder: Path) -> dict[str, Any] | None:
    """Read the record of a run, finished or failed, or return None if it cannot be trusted."""
    record = read_sealed(folder / RECORD)
    return record if record and record["schema"] == RUN_SCHEMA else None


def read_run(folder: Path) -> Run | None:
    """Read a finished run, or return None if there is none or it cannot be trusted."""
    record = read_record(folder)
    if not record or record["status"] != SUCCEEDED:
        return None
    try:
        files = {name: (folder / name).read_bytes() for name in record["files"]}
    except OSError:
        return None
    if {name: hash_bytes(content) for name, content in files.items()} != record["files"]:
        return None
    return Run(folder, record, json.loads(files[RESULTS])["results"])
