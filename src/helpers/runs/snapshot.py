"""What a run said and what it rested on, small enough to be kept for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.charts.frame import MIME
from helpers.runs.inputs import hash_bytes
from helpers.runs.record import Run, to_json
from helpers.runs.reference import summarise_run

DIGITS = 10
"""Significant digits that are kept of a chart's numbers: more than the tolerance asks for."""


@dataclass(frozen=True)
class Snapshot:
    """One run without its notebook.

    Attributes
    ----------
    notebook, key : str
    parameters : mapping
    results : mapping of str to mapping
        By name, the parts that are compared.
    charts : mapping of str to mapping
        By name, ``look`` and ``data``: each a hash of all but its numbers, and these beside it
        (``look_numbers``, ``data_numbers``), since another version of a library moves their last digits.
    inputs, versions : mapping of str to str
    """

    notebook: str
    key: str
    parameters: Mapping[str, Any]
    results: Mapping[str, Mapping[str, Any]]
    charts: Mapping[str, Mapping[str, str]]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]


def take_snapshot(run: Run) -> Snapshot:
    """Return what is kept of a run."""
    record = run.record
    kept = {name: record[name] for name in ("notebook", "key", "parameters", "inputs", "versions")}
    return Snapshot(results=summarise_run(run), charts=keep_charts(read_charts(run)), **kept)


def keep_charts(specs: Iterable[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Return what is kept of charts, by name."""
    return {spec["usermeta"]["name"]: _keep_chart(spec) for spec in specs}


def read_charts(run: Run) -> list[dict[str, Any]]:
    """Return the specs of the charts that a run drew, in their order."""
    outputs = [output for cell in run.read_notebook().cells for output in cell.get("outputs", ())]
    return [output.data[MIME] for output in outputs if MIME in output.get("data", {})]


def _keep_chart(spec: dict[str, Any]) -> dict[str, str]:
    drawn: list[Any] = []
    look = _take_out(spec, drawn, _is_data)
    kept = {}
    for name, part in (("look", look), ("data", drawn)):
        numbers: list[Any] = []
        kept[name] = hash_bytes(to_json(_take_out(part, numbers, _is_number)).encode())
        kept[f"{name}_numbers"] = " ".join(f"{number:.{DIGITS}g}" for number in numbers)
    return kept


def _take_out(node: Any, taken: list[Any], wanted: Callable[[Any], bool]) -> Any:
    """Return a copy of a value with None for what is wanted, which is added to a list in its order."""
    if wanted(node):
        taken.append(node)
        return None
    if isinstance(node, dict):
        return {key: _take_out(value, taken, wanted) for key, value in sorted(node.items())}
    return [_take_out(value, taken, wanted) for value in node] if isinstance(node, list) else node


def _is_data(node: Any) -> bool:
    """Say whether this is the data of a mark; the values of an axis are no rows."""
    return (
        isinstance(node, dict)
        and node.keys() == {"values"}
        and all(isinstance(row, dict) for row in node["values"])
    )


def _is_number(node: Any) -> bool:
    return isinstance(node, (int, float)) and not isinstance(node, bool)
