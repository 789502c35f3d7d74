"""What each published edition said: the memory against which a later one is compared.

``book/editions/DAY.json`` holds results, charts, inputs and verdicts of the edition published on a
day, and in words why a number moved. It is written by ``report accept --edition DAY`` and then an input like
any other, so that two builds of one edition say the same about those before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

from helpers import paths
from helpers.errors import InputError, UnknownNameError
from helpers.runs import contract, engine, verdicts
from helpers.runs.record import Run, to_json
from helpers.runs.results import index_results
from helpers.runs.snapshot import Snapshot, take_snapshot


@dataclass(frozen=True)
class Edition:
    """What one edition of the default scenario said.

    Attributes
    ----------
    day : str
        ISO day on which it was published; empty for the one that is being made.
    as_of : str
        ISO day up to which it knows the data.
    runs : mapping of str to Snapshot
    verdicts : mapping of str to str
        By claim.
    why : mapping of str to str
        Why something moved since the edition before, by ``NOTEBOOK`` or ``NOTEBOOK/RESULT``.
    """

    day: str
    as_of: str
    runs: Mapping[str, Snapshot]
    verdicts: Mapping[str, str]
    why: Mapping[str, str] = field(default_factory=dict)


def find_folder() -> Path:
    """Return the folder of the recorded editions."""
    return paths.BOOK / "editions"


def read_editions() -> list[Edition]:
    """Return the recorded editions in the order of their days.

    Raises
    ------
    InputError
        If a file is not one that `draft_edition` gave.
    """
    return [_read_edition(path) for path in sorted(find_folder().glob("*.json"))]


def _read_edition(path: Path) -> Edition:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        content["runs"] = {name: Snapshot(**run) for name, run in content["runs"].items()}
        return Edition(**content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path.relative_to(paths.ROOT)} is no recorded edition ({error}); restore it from version "
            "control"
        ) from error


def take_edition(runs: Iterable[Run]) -> Edition:
    """Return what runs of one day say, as an edition that is not published yet."""
    kept = {run.record["notebook"]: take_snapshot(run) for run in runs}
    as_of = next(run.record["as_of"] for run in runs)
    results = {run.record["notebook"]: index_results(run.results) for run in runs}
    judged = verdicts.judge_day(as_of, results)
    return Edition("", as_of, kept, dict(zip(judged["claim_id"], judged["verdict"], strict=True)))


def draft_edition(day: str, why: Mapping[str, str] | None = None) -> dict[Path, str]:
    """Return the file that keeps what the report says now as the edition published on a day.

    Parameters
    ----------
    day : str
        ISO day, later than that of every recorded edition.
    why : mapping of str to str, optional
        A sentence by ``NOTEBOOK`` or ``NOTEBOOK/RESULT``.

    Raises
    ------
    InputError
        If the day is none or not the newest.
    UnknownNameError
        If a reason is given for what no notebook has.
    """
    reasons = dict(why or {})
    _check_day(day)
    now = take_edition([engine.run_notebook(name) for name in contract.list_chapters()])
    known = [*now.runs, *(f"{name}/{result}" for name, run in now.runs.items() for result in run.results)]
    for name in reasons:
        if name not in known:
            raise UnknownNameError("result", name, known)
    return {find_folder() / f"{day}.json": to_json(asdict(replace(now, day=day, why=reasons))) + "\n"}


def _check_day(day: str) -> None:
    if not _is_day(day):
        raise InputError(f"--edition takes an ISO day such as 2026-06-01 (got {day!r})")
    if (known := read_editions()) and day <= known[-1].day:
        raise InputError(f"--edition must be later than {known[-1].day}, the newest that is kept (got {day})")


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text
    return False
