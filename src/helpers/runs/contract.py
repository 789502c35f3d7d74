"""The parameter contract: what may be passed to a notebook, checked before any kernel starts.

The notebook's cell tagged ``parameters`` holds name, type and default; the `Parameters` record of the same
name in `helpers.runs.parameters` (or the one that the notebook's metadata names under
``report.parameters``) holds unit, range, choices, meaning and what each default rests on. `check_cell`
holds the two equal.
"""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Self, get_args, get_origin

import nbformat
from nbformat import NotebookNode
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from helpers import data, paths
from helpers.errors import InputError, UnknownNameError, shorten, summarise_complaints
from helpers.models.record import Record, parameter
from helpers.runs import references
from helpers.runs.yaml_files import read_yaml


class RunParameters(Record):
    """What every notebook takes: the day of the edition and the seed."""

    as_of: str = parameter(
        "latest",
        unit="ISO date",
        meaning="Only what was published by this day may be used; latest is the newest day in the data.",
    )
    seed: int = parameter(
        20240618, unit="1", ge=0, le=2**32 - 1, meaning="Seed of every random number in the notebook."
    )

    @classmethod
    def read(cls, namespace: Mapping[str, Any]) -> Self:
        """Build the record from a notebook's variables; a bad value fails here, before any work.

        Parameters
        ----------
        namespace : mapping
            Usually ``globals()``; names that are no parameter are left alone.
        """
        return cls(**{name: namespace[name] for name in cls.model_fields if name in namespace})

    @property
    def day(self) -> date:
        """The day that `as_of` means."""
        return data.resolve_as_of(self.as_of)

    def explain_unknown(self, model: type[Record]) -> str | None:
        """Say which of a model's defaults rest on figures that were published later, or return None."""
        later = references.find_later_defaults(type(self), self.model_dump(), self.day, model.model_fields)
        words = ", ".join(name.replace("_", " ") for name in later)
        return f"a default rests on figures published later: {words}" if later else None


def list_chapters() -> list[str]:
    """Return the notebooks that the table of contents names, in its order."""
    toc = read_yaml(paths.ROOT / "_toc.yml")
    try:
        files = [str(entry["file"]) for part in toc.get("parts", [toc]) for entry in part.get("chapters", [])]
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError("_toc.yml: each chapter must be a mapping with a file; correct it") from error
    return [Path(name).stem for name in files if name.startswith("chapters/")]


def list_notebooks() -> list[str]:
    """Return the names of all notebooks, those of the book first and in its order."""
    chapters, present = list_chapters(), sorted(_find_notebooks())
    return [name for name in chapters if name in present] + [name for name in present if name not in chapters]


def _find_notebooks() -> dict[str, Path]:
    return {path.stem: path for path in paths.NOTEBOOKS.iterdir() if path.suffix == ".ipynb"}


def read_notebook(name: str) -> NotebookNode:
    """Read a source notebook.

    Raises
    ------
    UnknownNameError
        If there is no notebook of that name.
    InputError
        If the file is not a notebook.
    """
    path = _find_notebooks().get(name)
    if path is None or not name.isidentifier():
        raise UnknownNameError("notebook", name, list_notebooks())
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except PermissionError:
        raise
    except Exception as error:  # the format's reader fails in as many ways as a file can be wrong
        where = path.relative_to(paths.ROOT)
        raise InputError(
            f"{where} is not a readable notebook ({shorten(error)}); restore it from git"
        ) from error
    return notebook


def read_title(name: str) -> str:
    """Return the first heading of a notebook."""
    text = "\n".join(cell.source for cell in read_notebook(name).cells if cell.cell_type == "markdown")
    return next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), name)


def load_record(name: str) -> type[RunParameters]:
    """Return the `Parameters` class of a notebook."""
    metadata = read_notebook(name).metadata
    try:
        target = metadata.get("report", {}).get("parameters", f"helpers.runs.parameters.{name}")
        record = importlib.import_module(target).Parameters
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InputError(f"notebook {name!r} has no parameter record ({shorten(error)})") from error
    if not issubclass(record, RunParameters):
        raise InputError(f"{target}.Parameters must inherit from RunParameters")
    return record  # type: ignore[no-any-return]


def _type_name(annotation: Any) -> str:
    if get_origin(annotation) in (list, tuple):
        return f"list[{_type_name(get_args(annotation)[0])}]"
    return "date" if annotation is date else annotation.__name__


def _bound(field: FieldInfo, name: str) -> float | int | None:
    return next((getattr(item, name) for item in field.metadata if hasattr(item, name)), None)


def describe_parameters(name: str) -> list[dict[str, Any]]:
    """Return the contract of a notebook, one row a parameter, in the order of its parameters cell.

    Each row has ``name, type, default, unit, minimum, maximum, choices, meaning, rests_on``; what does not
    apply is None.
    """
    fields = load_record(name).model_fields
    order = [row["name"] for row in read_cell(name)]
    known = [item for item in order if item in fields] + [item for item in fields if item not in order]
    return [_describe(item, fields[item]) for item in known]


def _describe(name: str, field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return {
        "name": name,
        "type": _type_name(field.annotation),
        "default": field.default,
        "unit": extra.get("unit"),
        "minimum": _bound(field, "ge"),
        "maximum": _bound(field, "le"),
        "choices": extra.get("choices"),
        "meaning": field.description,
        "rests_on": extra.get("rests_on", []),
    }


def read_cell(name: str) -> list[dict[str, Any]]:
    """Parse the parameters cell: one ``{name, type, default}`` an annotated line.

    Raises
    ------
    InputError
        If there is not exactly one such cell, or a line is not an annotated literal.
    """
    cells = [c for c in read_notebook(name).cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise InputError(f"notebook {name!r} must have one cell tagged 'parameters' (got {len(cells)})")
    try:
        return [_read_line(node) for node in ast.parse(cells[0].source).body]
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise InputError(f"notebook {name!r}: the parameters cell: {shorten(error)}; correct it") from error


def _read_line(node: ast.stmt) -> dict[str, Any]:
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value):
        raise ValueError(f"line {node.lineno} is not `name: type = default`")
    default = ast.literal_eval(node.value)
    return {"name": node.target.id, "type": ast.unparse(node.annotation), "default": default}


def check_cell(name: str) -> list[str]:
    """Return how the parameters cell and the record of a notebook differ; an empty list is agreement."""
    cell = {row["name"]: row for row in read_cell(name)}
    record = {row["name"]: row for row in describe_parameters(name)}
    complaints = [
        f"{name}: {item!r} is in the cell but not in the record" for item in cell.keys() - record.keys()
    ]
    complaints += [
        f"{name}: {item!r} is in the record but not in the cell" for item in record.keys() - cell.keys()
    ]
    for item in cell.keys() & record.keys():
        for part in ("type", "default"):
            ours, theirs = cell[item][part], record[item][part]
            if ours != theirs:
                complaints.append(
                    f"{name}: {part} of {item!r} is {ours!r} in the cell, {theirs!r} in the record"
                )
    return sorted(complaints)


def validate_parameters(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check parameters against a notebook's contract and return all of them as plain Python values.

    Parameters
    ----------
    name : str
        Notebook.
    given : mapping
        What the user passes; text is converted to the declared type. Missing names take their default.

    Returns
    -------
    dict
        Every parameter of the notebook, in the record's order; ``as_of`` as given, checked against the data.

    Raises
    ------
    InputError
        With all problems in one message: unknown names (nearest offered), wrong types, values out of range.
    """
    record = load_record(name)
    complaints = [
        str(UnknownNameError("parameter", item, record.model_fields))
        for item in given
        if item not in record.model_fields
    ]
    try:
        validated = record.model_validate(
            {key: _parse(record, key, value) for key, value in given.items() if key in record.model_fields}
        )
    except ValidationError as error:
        complaints += [_complain(record, problem) for problem in error.errors()]
    else:
        try:
            data.resolve_as_of(validated.as_of)
        except InputError as error:
            complaints.append(str(error))
    if complaints:
        raise InputError(f"{name}: {summarise_complaints(complaints, shown=20)} (see `report params {name}`)")
    return dict(json.loads(validated.model_dump_json()))


def _parse(record: type[Record], name: str, value: Any) -> Any:
    """Read a list given as text (``1,2,3``); leave the rest to the record."""
    if isinstance(value, str) and get_origin(record.model_fields[name].annotation) in (list, tuple):
        return [part.strip() for part in value.strip("[]() ").split(",") if part.strip()]
    return value.item() if hasattr(value, "item") else value


def _complain(record: type[Record], problem: Mapping[str, Any]) -> str:
    """Turn one of pydantic's problems into a line: name, rule, value."""
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    name = str(problem["loc"][0])
    row, got = _describe(name, record.model_fields[name]), problem["input"]
    shown = f"{got!r}"[:60]
    if problem["type"] in ("greater_than_equal", "less_than_equal", "finite_number"):
        return f"'{name}' must be {_write_limits(row['minimum'], row['maximum'])} (got {shown})"
    if row["choices"]:
        return f"'{name}' must be one of {', '.join(map(str, row['choices']))} (got {shown})"
    if problem["type"] == "value_error":
        return f"'{name}': {str(problem['msg']).removeprefix('Value error, ')}"
    return f"'{name}' must be {_article(row['type'])} (got {shown})"


def _write_limits(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "a finite number"
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"between {low} and {high}"


def _article(type_name: str) -> str:
    names = {
        "int": "a whole number",
        "float": "a number",
        "str": "text",
        "bool": "true or false",
        "date": "an ISO date",
    }
    return names.get(type_name, f"a {type_name}, such as 1,2,3")
