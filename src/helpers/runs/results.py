"""Results: the numbers a notebook answers with, emitted as outputs and collected by the runner.

`record` writes no file. It displays one output of MIME type `RESULT_MIME`, so every engine, JupyterLab and
nbval see the same thing; `collect_results` reads them back from an executed notebook.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nbformat import NotebookNode

from helpers import prose
from helpers.errors import InputError, RunError, UnknownNameError
from helpers.models.interval import Estimate

RESULT_MIME = "application/vnd.report.result+json"
RESULTS_SCHEMA = "report-results/1"

Interval = Literal["confidence", "bound", "sensitivity", "none"]
_INTERVALS = ("confidence", "bound", "sensitivity", "none")
UNPUBLISHED = "what it rests on had not been published by then"


@dataclass(frozen=True)
class Declared:
    """What is fixed about a result before any run: all but its value.

    Attributes
    ----------
    meaning : str
        One sentence that says what the number is.
    unit : str
        Unit in words; ``"1"`` for a text or a bare number.
    interval : {"confidence", "bound", "sensitivity", "none"}
        Kind of its interval, where the value comes with one.
    inputs : tuple of str
        ``data:DATASET/KEY/KEY``, ``series:DATASET/METRIC`` or ``fact:ID`` that it rests on directly; empty
        for a result of assumptions alone.
    """

    meaning: str
    unit: str = "1"
    interval: Interval = "none"
    inputs: tuple[str, ...] = ()


class RecordedResult(dict[str, Any]):
    """One result as a plain mapping that displays itself."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {RESULT_MIME: dict(self), "text/plain": describe_result(self)}


def describe_result(result: dict[str, Any]) -> str:
    """Return one line of text: name, value with unit, interval."""
    text = f"{result['name']} = {prose.format_value(result['value'], result['unit'])}"
    if result["interval"] != "none":
        interval = prose.format_interval(result["low"], result["high"], result["unit"])
        text += f" ({result['interval']}: {interval})"
    return text + (f" because {result['why']}" if result["why"] else "")


def _plain(name: str, value: Any) -> Any:
    """Turn NumPy scalars into Python ones; refuse what JSON cannot hold."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"result {name!r} must be finite (got {value}); record None with why= instead")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise InputError(f"result {name!r} must be a number, text or None (got {type(value).__name__})")


def record(
    name: str,
    value: float | int | str | None,
    *,
    unit: str,
    meaning: str,
    low: float | None = None,
    high: float | None = None,
    interval: Interval = "none",
    level: float | None = None,
    why: str | None = None,
    inputs: Iterable[str] = (),
) -> None:
    """Record one result of a notebook.

    Parameters
    ----------
    name : str
        Lower-case identifier, unique in the notebook.
    value : float, int, str or None
        Full precision, in `unit`. None only with `why`.
    unit : str
        Unit in words, such as ``"percentage points"`` or ``"RMB bn"``.
    meaning : str
        One sentence that says what the number is.
    low, high : float, optional
        Ends of the interval, in `unit`.
    interval : {"confidence", "bound", "sensitivity", "none"}
        What kind of interval it is.
    level : float, optional
        Coverage of a confidence interval, 0 to 1.
    why : str, optional
        Why the value is not known; whatever is given as value, low and high is then left out.
    inputs : iterable of str
        ``data:DATASET/KEY/KEY``, ``series:DATASET/METRIC`` or ``fact:ID`` that the result rests on directly.

    Raises
    ------
    InputError
        For a value that is not finite, an unknown value without `why`, an interval without ends or of an
        unknown kind, or a name that is not an identifier.
    """
    # Imported here: a process that only reads results need not pay for a shell.
    from IPython.display import display

    if not name.isidentifier() or name != name.lower():
        raise InputError(f"result name must be a lower-case identifier (got {name!r})")
    if interval not in _INTERVALS:
        raise InputError(
            f"result {name!r}: interval must be one of {', '.join(_INTERVALS)} (got {interval!r})"
        )
    value, low, high = (None if why else _plain(name, item) for item in (value, low, high))
    if value is None and not why:
        raise InputError(f"result {name!r} is None: say why= it is not known")
    if (interval == "none") != (low is None and high is None) and value is not None:
        raise InputError(f"result {name!r}: low= or high= and interval= go together")
    display(
        RecordedResult(
            name=name,
            value=value,
            low=low,
            high=high,
            interval=interval,
            level=level,
            unit=unit,
            meaning=meaning,
            why=why,
            inputs=list(inputs),
        )
    )


def record_all(
    declared: Mapping[str, Declared],
    /,
    *,
    why: str | None = None,
    level: float | None = None,
    **values: Estimate | float | int | str | None,
) -> None:
    """Record several declared results of a notebook.

    Parameters
    ----------
    declared : mapping of str to Declared
        What is fixed about each result of the notebook.
    why : str, optional
        Why none of these is known; their values are then left out.
    level : float, optional
        Coverage of their confidence intervals, 0 to 1.
    **values : Estimate, float, int, str or None
        An estimate brings its ends and its own reason; None and NaN are recorded as not published.

    Raises
    ------
    UnknownNameError
        For a name that is not declared, with the nearest names.
    InputError
        As `record`.
    """
    for name, value in values.items():
        if name not in declared:
            raise UnknownNameError("declared result", name, declared)
        estimate = value if isinstance(value, Estimate) else Estimate(value)  # type: ignore[arg-type]
        _record_estimate(name, declared[name], estimate, why=why, level=level)


def _record_estimate(
    name: str, fixed: Declared, estimate: Estimate, *, why: str | None, level: float | None
) -> None:
    missing = estimate.value is None or estimate.value != estimate.value
    is_open = estimate.low is None and estimate.high is None
    record(
        name,
        None if missing else estimate.value,
        unit=fixed.unit,
        meaning=fixed.meaning,
        low=estimate.low,
        high=estimate.high,
        interval="none" if is_open else fixed.interval,
        level=None if is_open else level,
        why=why or (estimate.why or UNPUBLISHED if missing else None),
        inputs=fixed.inputs,
    )


def index_results(results: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return results by name, in their order."""
    return {str(result["name"]): result for result in results}


def collect_results(notebook: NotebookNode) -> list[dict[str, Any]]:
    """Return the results that an executed notebook recorded, in order.

    Raises
    ------
    RunError
        If one name was recorded twice.
    """
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    results = [dict(o.data[RESULT_MIME]) for o in outputs if RESULT_MIME in o.get("data", {})]
    names = [result["name"] for result in results]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RunError(f"recorded twice: {', '.join(twice)}; a result name is unique in its notebook")
    return results
