"""A sweep as one tidy table: a row a run, parameters, results, key and status, units in its data package."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import paths, prose
from helpers.runs import contract
from helpers.runs.inputs import hash_bytes
from helpers.runs.record import to_json, write_folder
from helpers.runs.results import index_results
from helpers.runs.sweep import Outcome, Sweep

SWEEPS = "sweeps"
ID_LENGTH = 12
_TYPES = {"int": "integer", "float": "number", "bool": "boolean", "date": "date", "str": "string"}
_PARTS = {"value": ("", ""), "low": ("_low", "Lower end: "), "high": ("_high", "Upper end: ")}
_FIXED = {
    "notebook": "Name of the notebook.",
    "scenario": "Scenario that the parameters start from.",
    "key": "Key of the run under runs/; empty if it failed.",
    "status": "succeeded or failed.",
    "cause": "Why the run failed; empty if it succeeded.",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds and where its values are."""

    name: str
    type: str
    unit: str
    description: str
    source: tuple[str, ...]

    def read(self, outcome: Outcome, values: Mapping[str, Mapping[str, Any]]) -> Any:
        """Return the value of a row, or None."""
        kind, *rest = self.source
        if kind == "fixed":
            fixed = {"notebook": outcome.point.plan.notebook, "scenario": outcome.point.scenario}
            return fixed[rest[0]] if rest[0] in fixed else getattr(outcome, rest[0])
        if kind == "parameter":
            return outcome.point.plan.parameters.get(rest[0])
        notebook, name, part = rest
        return values.get(name, {}).get(part) if outcome.point.plan.notebook == notebook else None


def list_columns(sweep: Sweep) -> list[Column]:
    """Return the columns of a sweep's table: notebook, scenario, parameters, results, key, status, cause.

    A result has up to three columns, its value and the ends of its interval where one was recorded. It is
    called ``notebook/name`` where its bare name would stand for two things.
    """
    results = _list_results(sweep)
    parameters = _list_parameters(sweep)
    names = [column.name for column in parameters + results] + list(_FIXED)
    qualified = [
        Column(f"{c.source[1]}/{c.name}", c.type, c.unit, c.description, c.source)
        if names.count(c.name) > 1
        else c
        for c in results
    ]
    fixed = {name: Column(name, "string", "", text, ("fixed", name)) for name, text in _FIXED.items()}
    head = ["notebook", *(["scenario"] if any(each.point.scenario for each in sweep.outcomes) else [])]
    ends = [fixed[name] for name in ("key", "status", "cause")]
    return [*(fixed[name] for name in head), *parameters, *qualified, *ends]


def _list_parameters(sweep: Sweep) -> list[Column]:
    varied = dict.fromkeys(name for outcome in sweep.outcomes for name in outcome.point.varied)
    rows: dict[str, dict[str, Any]] = {}
    for notebook in _list_notebooks(sweep):
        rows |= {row["name"]: row for row in contract.describe_parameters(notebook)}
    return [
        Column(
            name,
            _TYPES.get(rows[name]["type"], "array"),
            rows[name]["unit"] or "",
            rows[name]["meaning"],
            ("parameter", name),
        )
        for name in rows
        if name in varied
    ]


def _list_notebooks(sweep: Sweep) -> list[str]:
    return list(dict.fromkeys(outcome.point.plan.notebook for outcome in sweep.outcomes))


def _list_results(sweep: Sweep) -> list[Column]:
    first: dict[tuple[str, str], Mapping[str, Any]] = {}
    kinds: dict[tuple[str, str, str], set[type]] = {}
    for outcome in sweep.outcomes:
        for result in outcome.results:
            where = (outcome.point.plan.notebook, result["name"])
            first.setdefault(where, result)
            for part in _PARTS:
                if result[part] is not None:
                    kinds.setdefault((*where, part), set()).add(type(result[part]))
    return [
        Column(
            name + suffix,
            "string" if str in kinds.get((notebook, name, part), ()) else "number",
            result["unit"],
            words + result["meaning"],
            ("result", notebook, name, part),
        )
        for (notebook, name), result in first.items()
        for part, (suffix, words) in _PARTS.items()
        if part == "value" or (notebook, name, part) in kinds
    ]


def build_rows(sweep: Sweep, columns: Sequence[Column]) -> list[list[Any]]:
    """Return the values of a sweep's table, a list a run, in the order of the grid."""
    rows = []
    for outcome in sweep.outcomes:
        values = index_results(outcome.results)
        rows.append([column.read(outcome, values) for column in columns])
    return rows


def build_table(sweep: Sweep) -> pd.DataFrame:
    """Return a sweep's table; ``attrs`` holds unit and meaning of each column."""
    columns = list_columns(sweep)
    frame = pd.DataFrame(build_rows(sweep, columns), columns=[column.name for column in columns])
    frame.attrs = {
        "units": {column.name: column.unit for column in columns if column.unit},
        "meanings": {column.name: column.description for column in columns},
    }
    return frame


def write_table(sweep: Sweep) -> Path:
    """Write a sweep's table with its data package under ``runs/sweeps/`` and return the folder.

    The same sweep has the same folder. There is a Parquet file as well where pyarrow is installed.

    Raises
    ------
    EnvironmentMissingError
        If ``runs/`` cannot be written.
    """
    columns = list_columns(sweep)
    table = _write_csv(columns, build_rows(sweep, columns))
    files: dict[str, str | bytes] = {
        "runs.csv": table,
        "datapackage.json": to_json(_describe_package(sweep, columns, table)),
    }
    if importlib.util.find_spec("pyarrow"):
        buffer = io.BytesIO()
        build_table(sweep).to_parquet(buffer, index=False)
        files["runs.parquet"] = buffer.getvalue()
    return write_folder(paths.RUNS / SWEEPS / find_id(sweep), files)


def find_id(sweep: Sweep) -> str:
    """Return what identifies a sweep: a hash over its runs, whatever became of them."""
    lookups = [[outcome.point.scenario, outcome.point.plan.lookup] for outcome in sweep.outcomes]
    return hash_bytes(to_json(lookups).encode())[:ID_LENGTH]


def _write_csv(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([[_write_value(value) for value in row] for row in rows])
    return buffer.getvalue().encode()


def _write_value(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (bool, list)) else prose.guard_cell(value)


def _describe_package(sweep: Sweep, columns: Sequence[Column], table: bytes) -> dict[str, Any]:
    """Return the table's description; ``constants`` holds the parameters that no row varies."""
    notebooks = _list_notebooks(sweep)
    varied = {column.name for column in columns if column.source[0] == "parameter"}
    plans = {outcome.point.plan.notebook: outcome.point.plan for outcome in sweep.outcomes}
    constants = {
        name: {key: value for key, value in plans[name].parameters.items() if key not in varied}
        for name in notebooks
    }
    fields = [
        {"name": c.name, "type": c.type, "description": c.description} | ({"unit": c.unit} if c.unit else {})
        for c in columns
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"sweep-{find_id(sweep)}",
        "title": f"Sweep of {', '.join(notebooks)}: {len(sweep.outcomes)} runs",
        "resources": [
            {
                "name": "runs",
                "path": "runs.csv",
                "type": "table",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(table),
                "hash": f"sha256:{hash_bytes(table)}",
                "schema": {"fields": fields, "missingValues": [""]},
                "constants": constants,
            }
        ],
    }
