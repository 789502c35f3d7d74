"""Numbers pasted into prose: from a key to the text that stands for it."""

from __future__ import annotations

import re
from typing import Any

from helpers import prose
from helpers.errors import InputError, UnknownNameError

PARTS = ("number", "low", "high", "interval", "unit", "level")

_KEY = re.compile(r"(?P<notebook>\w+)/(?P<name>\w+)(?:\.(?P<part>\w+))?(?::(?P<spec>.+))?")


def find_result(results: dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
    """Return the text that a key stands for and the result that it names.

    Parameters
    ----------
    results : dict
        ``{notebook: {name: result}}`` as in ``results.json``.
    key : str
        ``notebook/name``, then optionally a dot and a part (``number``, which is the value without its
        unit, ``low``, ``high``, ``interval``, ``unit`` or ``level``), then optionally ``:`` and a Python
        format specification.

    Raises
    ------
    InputError
        If the key cannot be read, its part does not exist for this result, or the format does not fit.
    UnknownNameError
        If there is no such result; the nearest keys are offered.
    """
    match = _KEY.fullmatch(key)
    if not match:
        raise InputError(
            f"cannot read result key {key!r}: write notebook/name, optionally with .interval or :.1f"
        )
    notebook, name = match["notebook"], match["name"]
    known = [f"{book}/{item}" for book, items in results.items() for item in items]
    if f"{notebook}/{name}" not in known:
        raise UnknownNameError("result", f"{notebook}/{name}", known)
    result = results[notebook][name]
    try:
        return _format_part(result, match["part"], match["spec"] or ""), result
    except ValueError as error:
        raise InputError(f"result key {key!r}: {error}") from error


def _format_part(result: dict[str, Any], part: str | None, spec: str) -> str:
    if part is not None and part not in PARTS:
        raise ValueError(f"no part {part!r}; parts are {', '.join(PARTS)}")
    if part == "unit":
        return str(result["unit"])
    if part is None or result["value"] is None:
        return prose.format_value(result["value"], result["unit"], spec)
    if part == "number":
        return prose.format_value(result["value"], "", spec)
    if result["interval"] == "none":
        raise ValueError("it was recorded without an interval")
    if part == "interval":
        return prose.format_interval(result["low"], result["high"], result["unit"], spec)
    if result[part] is None:
        raise ValueError(f"its {part} is open")
    if part == "level":
        return prose.format_value(100 * result["level"], "%", spec)
    return prose.format_value(result[part], result["unit"], spec)


def explain_result(result: dict[str, Any]) -> str:
    """Return the tooltip of a pasted number: meaning and interval, or why it is not known."""
    if result["value"] is None:
        return f"{result['meaning']} ({result['why']})"
    if result["interval"] == "none":
        return str(result["meaning"])
    interval = prose.format_interval(result["low"], result["high"], result["unit"])
    level = f"{100 * result['level']:g}% " if result["level"] else ""
    return f"{result['meaning']} ({level}{result['interval']}: {interval})"
