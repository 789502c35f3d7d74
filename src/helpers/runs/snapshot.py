"""What a run said and what it rested on, small enough to be kept for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.charts.frame import MIME, tables
from helpers.runs.inputs import hash_bytes
from helpers.runs.record import Run, to_json
from helpers.runs.reference import summarise_run


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
        By name, the hash of the whole ``spec`` and of the ``data`` that it draws.
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
    return Snapshot(results=summarise_run(run), charts=_hash_charts(run), **kept)


def _hash_charts(run: Run) -> dict[str, dict[str, str]]:
    outputs = [output for cell in run.read_notebook().cells for output in cell.get("outputs", ())]
    specs = [output.data[MIME] for output in outputs if MIME in output.get("data", {})]
    return {spec["usermeta"]["name"]: _hash_chart(spec) for spec in specs}


def _hash_chart(spec: dict[str, Any]) -> dict[str, str]:
    drawn = [table.to_csv() for table in tables(spec)]
    return {"spec": hash_bytes(to_json(spec).encode()), "data": hash_bytes(to_json(drawn).encode())}
