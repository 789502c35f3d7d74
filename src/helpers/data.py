"""The published figures: a dataset by name, as of a day, checked against its description.

``data/datapackage.json`` describes every table (Data Package standard, version 2): columns with type and
unit, keys, sources, licence and hash. A table is read with plain `open`, so that an observer of file
accesses sees it, checked with frictionless, and handed out as a `pandas.DataFrame` that holds only what was
public on the day asked for.

A row has ``published``, the day of the first release in which the figure stood. Two things that a later
text knows are hidden before that text: ``later_note``, and the words of a source younger than the day asked
for (the row is then credited to ``published_source_id``, and ``as_printed`` is empty).

After a deliberate edit of a table, ``report rehash`` checks the tables and writes their new hashes
into the description; any other change of a table is an error.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from helpers.errors import (
    DataError,
    EnvironmentMissingError,
    InputError,
    UnknownNameError,
    summarise_complaints,
)
from helpers.files import write_files
from helpers.paths import DATA

LATEST = "latest"
MANIFEST = "datapackage.json"
LINKED_AUTHORITIES = ("original publisher", "known outlet")
# Marks that turn the direction of text count: they can make a line read as what it is not.
_CONTROL = "[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
# A printed "+30%" is no formula; a call of a function or of another program is one.
_FORMULA = r"^[=+\-@＝＋－＠].*(?:\w\(|[|!])"

Day = str | date
Files = tuple[tuple[str, bytes], ...]
Rows = list[list[str]]
Tables = dict[str, Rows]


@dataclass(frozen=True)
class Citation:
    """The source line of a chart or table.

    Attributes
    ----------
    text : str
        What is shown: title of the dataset, span, sources.
    dataset : str
        Name of the dataset.
    source_ids : tuple of str
        Keys into the table ``sources``, sorted.
    href : str
        Address of the dataset's description inside the book.
    """

    text: str
    dataset: str
    source_ids: tuple[str, ...]
    href: str


def describe(name: str | None = None) -> dict[str, Any]:
    """Return the description of all data, or of one dataset, as ``datapackage.json`` gives it.

    Raises
    ------
    UnknownNameError
        If there is no dataset of that name.
    DataError
        If the description is missing or is not JSON.
    """
    sys.audit("helpers.data.describe", name or "")
    package: dict[str, Any] = json.loads(json.dumps(_parse_manifest(_read(MANIFEST))))
    return package if name is None else _find_resource(package, name)


def load(name: str, as_of: Day = LATEST) -> pd.DataFrame:
    """Return the rows of a dataset that were public on a day.

    Parameters
    ----------
    name : str
        Name of a resource in ``datapackage.json``.
    as_of : str or date
        ISO day, or ``"latest"`` for the newest day in the data.

    Returns
    -------
    DataFrame
        Columns as described; text is ``str`` (empty, never missing), numbers ``float64``, days
        ``datetime64[s]`` (NaT where empty), truth values ``bool``. The table ``events`` has one column more,
        ``announced`` (bool): whether the event still lay ahead on that day. Without rows the columns and
        their types stay the same.

    Raises
    ------
    UnknownNameError
        If there is no dataset of that name.
    InputError
        If the day is no day, or lies outside the data.
    DataError
        If a table is missing, damaged or disagrees with its description.
    """
    day = pd.Timestamp(resolve_as_of(as_of)).as_unit("s")
    frame = _load_whole(name)
    if "published" in frame:
        frame = frame[frame["published"] <= day].reset_index(drop=True)
    if name == "events":
        frame["announced"] = np.array([span_of(text)[1] > day.date() for text in frame["date"]], dtype=bool)
    return _hide_hindsight(frame, day)


def series(metric: str, *, dataset: str = "kuaishou_quarterly", as_of: Day = LATEST) -> pd.DataFrame:
    """Return the rows of one metric in order of time (and of platform).

    Parameters
    ----------
    metric : str
    dataset : str
    as_of : str or date
        ISO day, or ``"latest"``.

    Returns
    -------
    DataFrame
        As from `load`; empty if nothing was public by then.

    Raises
    ------
    UnknownNameError
        If the dataset has no such metric, on any day.
    """
    known = _load_whole(dataset).get("metric", pd.Series(dtype="str")).unique()
    if metric not in known:
        raise UnknownNameError(f"metric of {dataset}", metric, known)
    frame = load(dataset, as_of)
    order = [column for column in ("period", "year", "company") if column in frame]
    return frame[frame["metric"] == metric].sort_values(order).reset_index(drop=True)


def load_values(name: str, as_of: Day = LATEST) -> pd.Series[float]:
    """Return the values of a dataset by its key; what was not public on the day is NaN.

    Parameters
    ----------
    name : str
        Name of a resource with a column ``value``.
    as_of : str or date
        ISO day, or ``"latest"``.

    Returns
    -------
    Series
        Indexed by the primary key, such as ``"f021"`` or ``("2021", "ecommerce_gmv")``, with NaN in the holes
        between them. A part of a key that is in the data on no day at all is a KeyError.
    """
    key = describe(name)["schema"]["primaryKey"]
    parts = [_load_whole(name)[part].unique() for part in key]
    every = pd.MultiIndex.from_product(parts) if len(parts) > 1 else parts[0]
    return load(name, as_of).set_index(key)["value"].reindex(every)


def first_and_last_day() -> tuple[date, date]:
    """Return the first and the last day on which anything in the data became public.

    The sources are checked only if they are not what was checked when their hash was accepted: every command
    asks for these days before it does anything else.
    """
    resource = _find_resource(_parse_manifest(_read(MANIFEST)), "sources")
    raw = _read(resource["path"])
    if resource.get("hash") == _hash(raw):
        return _find_days(resource["path"], raw)
    published = _load_whole("sources")["published"]
    return published.min().date(), published.max().date()


@lru_cache(maxsize=8)
def _find_days(file: str, raw: bytes) -> tuple[date, date]:
    header, *rows = _split(file, raw)
    try:
        days = sorted(date.fromisoformat(row[header.index("published")]) for row in rows)
        return days[0], days[-1]
    except (ValueError, IndexError) as error:
        raise DataError(f"{file}: each row must have a day in 'published' ({error}); correct it") from error


def resolve_as_of(as_of: Day = LATEST) -> date:
    """Return the day that ``as_of`` means.

    Parameters
    ----------
    as_of : str or date
        ISO day, or ``"latest"`` for the newest day in the data.

    Raises
    ------
    InputError
        If it is no ISO day, or lies outside the first and last day of the data.
    """
    first, last = first_and_last_day()
    if as_of == LATEST:
        return last
    day = _parse_day(as_of)
    if not first <= day <= last:
        raise InputError(f"'as_of' must lie from {first} to {last}, the days that the data cover (got {day})")
    return day


def span_of(text: str) -> tuple[date, date]:
    """Return the first and last day of a date that is given as day, month or year.

    >>> span_of("2020-02")
    (datetime.date(2020, 2, 1), datetime.date(2020, 2, 29))
    """
    unit: Literal["Y", "M", "D"] = "Y" if len(text) == 4 else "M" if len(text) == 7 else "D"
    period = pd.Period(text, freq=unit)
    return period.start_time.date(), period.end_time.date()


def cite(frame: pd.DataFrame, dataset: str) -> Citation:
    """Return the source line for rows of a dataset.

    Parameters
    ----------
    frame : DataFrame
        Rows as `load` or `series` gave them; a column ``source_id`` is read where there is one.
    dataset : str
        Name of the dataset they come from.
    """
    title = str(describe(dataset)["title"])
    ids = tuple(sorted(set(frame["source_id"]))) if "source_id" in frame else ()
    text = (
        f"{title}{_write_span(frame)}{_write_sources(ids)}"
        if len(frame)
        else f"{title}: nothing published by then"
    )
    return Citation(text, dataset, ids, f"records/data.html#{dataset.replace('_', '-')}")


def rewrite_hashes() -> list[str]:
    """Accept the tables as they are: check them, then write their hashes and sizes into the description.

    This is how a maintainer confirms a deliberate edit, as ``report rehash``.

    Returns
    -------
    list of str
        One line for each table that had changed.

    Raises
    ------
    DataError
        If a table breaks its description in anything but the hash; nothing is written then.
    """
    package = describe()
    changed = []
    for resource in package["resources"]:
        raw = _read(resource["path"])
        fresh = {"bytes": len(raw), "hash": _hash(raw)}
        if resource.get("hash") != fresh["hash"]:
            changed.append(f"{resource['path']}: {resource.get('hash', 'no hash')} -> {fresh['hash']}")
        resource |= fresh
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    for resource in package["resources"]:
        _check_table(resource["name"], text.encode(), _files_for(package, resource["name"]))
    write_files({DATA / MANIFEST: text})
    return changed


def _read(file: str) -> bytes:
    try:
        with open(DATA / file, "rb") as stream:  # noqa: PTH123  # the plain call that observers know
            raw = stream.read()
    except FileNotFoundError as error:
        raise DataError(f"{file}: the file is missing; restore it from version control") from error
    except OSError as error:
        raise EnvironmentMissingError(
            f"{file}: the file cannot be read ({error.strerror}); give access to it and to its folder"
        ) from error
    if not raw.strip():
        raise DataError(f"{file}: the file is empty; restore it from version control")
    return raw


@lru_cache(maxsize=8)
def _parse_manifest(raw: bytes) -> dict[str, Any]:
    try:
        package = json.loads(raw)
    except ValueError as error:
        raise DataError(f"{MANIFEST}: not valid JSON ({error}); correct it") from error
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        raise DataError(f"{MANIFEST}: 'resources' must be a list of tables; correct it")
    for number, resource in enumerate(package["resources"], start=1):
        if missing := [key for key in ("name", "path", "title", "schema") if not resource.get(key)]:
            raise DataError(f"{MANIFEST}, table {number}: {', '.join(missing)} must be given; add it")
    return package


def _find_resource(package: dict[str, Any], name: str) -> dict[str, Any]:
    by_name: dict[str, dict[str, Any]] = {resource["name"]: resource for resource in package["resources"]}
    if name not in by_name:
        raise UnknownNameError("dataset", name, by_name)
    return by_name[name]


def _referred_tables(resource: dict[str, Any]) -> list[str]:
    keys = resource["schema"].get("foreignKeys", [])
    return sorted({key["reference"]["resource"] for key in keys} - {"", resource["name"]})


def _files_for(package: dict[str, Any], name: str) -> Files:
    names = [name, *_referred_tables(_find_resource(package, name))]
    return tuple((one, _read(_find_resource(package, one)["path"])) for one in names)


def _load_whole(name: str) -> pd.DataFrame:
    manifest = _read(MANIFEST)
    files = _files_for(_parse_manifest(manifest), name)
    for referred, raw in files[1:]:
        _check_table(
            referred, manifest, ((referred, raw), *_files_for(_parse_manifest(manifest), referred)[1:])
        )
    return _check_table(name, manifest, files).copy()


@lru_cache(maxsize=64)
def _check_table(name: str, manifest: bytes, files: Files) -> pd.DataFrame:
    """Check one table and type its columns; remembered by content, so once per process and content."""
    package = _parse_manifest(manifest)
    resource = _find_resource(package, name)
    tables = {one: _split(_find_resource(package, one)["path"], raw) for one, raw in files}
    complaints = _check_shape(resource, tables[name]) or _check_schema(package, name, tables)
    frame = pd.DataFrame() if complaints else _type_columns(resource, tables[name])
    complaints = complaints or _check_rules(resource, frame, tables)
    if complaints:
        raise DataError(
            f"{summarise_complaints(complaints)}; correct the file, or its description in {MANIFEST}"
        )
    _check_hash(resource, files[0][1])
    return frame


def _split(file: str, raw: bytes) -> Rows:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        raise DataError(
            f"{file}, row {row}: not UTF-8 (byte {error.start}); save the file as UTF-8"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        raise DataError(f"{file}, row {reader.line_num}: not CSV ({error}); correct the row") from error


def _check_shape(resource: dict[str, Any], rows: Rows) -> list[str]:
    file, expected = resource["path"], [field["name"] for field in resource["schema"]["fields"]]
    header = rows[0]
    if header != expected:
        missing = [_complain(file, "the column is missing", column=c) for c in expected if c not in header]
        extra = [
            _complain(file, "the column is not described", column=c) for c in header if c not in expected
        ]
        order = f"the columns must be {', '.join(expected)}, in this order"
        return missing + extra or [_complain(file, order, row=1, got=header)]
    rule = f"the row must have {len(header)} cells"
    return [
        _complain(file, rule, row=number, got=len(row))
        for number, row in enumerate(rows, start=1)
        if len(row) != len(header)
    ]


def _check_schema(package: dict[str, Any], name: str, tables: Tables) -> list[str]:
    # Imported here: a quarter of a second that processes without data need not pay.
    from frictionless import Package, Resource, Schema

    def wrap(one: str) -> Resource:
        schema = _schema_for(package, one, full=one == name)
        return Resource(name=one, data=tables[one], schema=Schema.from_descriptor(schema))

    whole = Package(resources=[wrap(one) for one in tables])
    report = whole.get_resource(name).validate()
    resource = _find_resource(package, name)
    return [_write_complaint(resource, error) for task in report.tasks for error in task.errors]


def _schema_for(package: dict[str, Any], name: str, *, full: bool) -> dict[str, Any]:
    schema: dict[str, Any] = _find_resource(package, name)["schema"]
    if full:
        return schema
    return {"fields": [{"name": field["name"], "type": "string"} for field in schema["fields"]]}


def _write_complaint(resource: dict[str, Any], error: Any) -> str:
    details = error.to_descriptor()
    schema = resource["schema"]
    if error.type == "primary-key":
        columns = list(schema["primaryKey"])
        names = [field["name"] for field in schema["fields"]]
        got = [details["cells"][names.index(column)] for column in columns]
    else:
        columns = details.get("fieldNames") or [details.get("fieldName", "")]
        got = details.get("fieldCells") or [details.get("cell")]
    column, row = ", ".join(columns), details.get("rowNumber")
    return _complain(resource["path"], _write_rule(schema, error), row=row, column=column, got=got)


def _write_rule(schema: dict[str, Any], error: Any) -> str:
    details = error.to_descriptor()
    name = details.get("fieldName")
    field: dict[str, Any] = next((field for field in schema["fields"] if field["name"] == name), {})
    if error.type == "primary-key":
        return "the key must be unique"
    if error.type == "foreign-key":
        return f"must be a key of table '{details['referenceName']}'"
    if error.type == "type-error":
        return f"the type must be {field['type']}"
    limits = field.get("constraints", {})
    if 'constraint "required"' in details["note"]:
        return "must not be empty"
    if 'constraint "enum"' in details["note"]:
        return f"must be one of {', '.join(map(str, limits['enum']))}"
    return str(details["note"]).replace('"', "'")


def _complain(file: str, rule: str, *, row: int | None = None, column: str = "", got: object = None) -> str:
    place = file + (f", row {row}" if row else "") + (f", column '{column}'" if column else "")
    if isinstance(got, list):
        got = ", ".join(map(str, got))
    return f"{place}: {rule}" + ("" if got is None else f" (got {got!r})")


def _type_columns(resource: dict[str, Any], rows: Rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows[1:], columns=rows[0], dtype="str")
    for field in resource["schema"]["fields"]:
        name, kind = field["name"], field["type"]
        if kind == "number":
            # frictionless takes the words NaN and INF for numbers; infinity is what `_broken_rules` refuses.
            frame[name] = [_parse_number(text) for text in frame[name]]
            frame[name] = frame[name].astype("float64")
        elif kind in ("integer", "year"):
            required = field.get("constraints", {}).get("required")
            frame[name] = pd.to_numeric(frame[name]).astype("int64" if required else "Int64")
        elif kind == "boolean":
            frame[name] = frame[name].isin(["true", "True", "TRUE", "1"])
        elif kind == "date":
            frame[name] = pd.to_datetime(frame[name].replace("", None), format="%Y-%m-%d").dt.as_unit("s")
    return frame


def _parse_number(text: str) -> float:
    number = float(text or "nan")
    return float("inf") if text and np.isnan(number) else number


def _check_hash(resource: dict[str, Any], raw: bytes) -> None:
    known, found = resource.get("hash", "none"), _hash(raw)
    if known != found:
        rule = f"the hash must be {known[:19]}…, as {MANIFEST} says"
        complaint = _complain(resource["path"], rule, got=f"{found[:19]}…")
        raise DataError(f"{complaint}; undo the edit, or accept it with `report rehash`")


def _hash(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _check_rules(resource: dict[str, Any], frame: pd.DataFrame, tables: Tables) -> list[str]:
    """Check what a schema cannot say: rules between the columns of a row and across tables."""
    rows = tables[resource["name"]]
    return [
        _complain(
            resource["path"], rule, row=int(row) + 2, column=column, got=rows[row + 1][rows[0].index(column)]
        )
        for column, rule, broken in _broken_rules(frame, tables.get("sources"))
        for row in np.flatnonzero(broken)
    ]


def _broken_rules(frame: pd.DataFrame, sources: Rows | None) -> Iterator[tuple[str, str, pd.Series[bool]]]:
    for column in frame.select_dtypes("float64"):
        yield str(column), "must be a finite number", np.isinf(frame[column])
    for column in frame.select_dtypes("str"):
        yield str(column), "must be one line without control characters", frame[column].str.contains(_CONTROL)
        formula = frame[column].str.contains(_FORMULA)
        yield str(column), "a spreadsheet would run it as a formula; begin with a word", formula
    if {"derived", "formula"} <= set(frame):
        yield (
            "formula",
            "a derived row, and no other, has a formula",
            frame["derived"] != frame["formula"].ne(""),
        )
    if {"later_note", "later_note_published", "published"} <= set(frame):
        day = frame["later_note_published"]
        dated = day.notna() == frame["later_note"].ne("")
        yield "later_note_published", "a later note, and no other, has a day", ~dated
        yield "later_note_published", "must be later than 'published'", day <= frame["published"]
    if {"date", "date_precision"} <= set(frame):
        yield (
            "date_precision",
            "must be the precision of 'date'",
            frame["date_precision"] != _precision(frame),
        )
    if {"authority", "live_link"} <= set(frame):
        yield from _broken_rules_of_sources(frame)
    if sources is not None and {"published_source_id", "published_precision"} <= set(frame):
        yield from _broken_rules_of_days(frame, sources)


def _precision(frame: pd.DataFrame) -> pd.Series[str]:
    return frame["date"].str.len().map({4: "year", 7: "month", 10: "day"})


def _broken_rules_of_sources(frame: pd.DataFrame) -> Iterator[tuple[str, str, pd.Series[bool]]]:
    linked = frame["authority"].isin(LINKED_AUTHORITIES)
    yield "live_link", f"true for {' and '.join(LINKED_AUTHORITIES)} only", frame["live_link"] != linked
    last = pd.Series([pd.Timestamp(span_of(text)[1]) for text in frame["date"]], index=frame.index)
    yield "published", "must be the last day of 'date'", frame["published"] != last
    precision = frame["published_precision"] != _precision(frame)
    yield "published_precision", "must be the precision of 'date'", precision


def _broken_rules_of_days(frame: pd.DataFrame, sources: Rows) -> Iterator[tuple[str, str, pd.Series[bool]]]:
    table = pd.DataFrame(sources[1:], columns=sources[0]).set_index("source_id")
    for column in ("published", "published_precision"):
        own = frame[column].dt.strftime("%Y-%m-%d") if column == "published" else frame[column]
        theirs = frame["published_source_id"].map(table[column])
        yield column, f"must be '{column}' of the source 'published_source_id'", own != theirs


def _hide_hindsight(frame: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    if "later_note" in frame:
        later = frame["later_note_published"] > day
        frame.loc[later, "later_note"] = ""
        frame.loc[later, "later_note_published"] = pd.NaT
    if {"source_id", "published_source_id"} <= set(frame):
        sources = _load_whole("sources").set_index("source_id")["published"]
        younger = frame["source_id"].map(sources) > day
        frame.loc[younger, "source_id"] = frame.loc[younger, "published_source_id"]
        if "as_printed" in frame:
            frame.loc[younger, "as_printed"] = ""
    return frame


def _parse_day(text: Day) -> date:
    if isinstance(text, datetime):
        return text.date()
    if isinstance(text, date):
        return text
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except (ValueError, TypeError):
        pass
    raise InputError(f"'as_of' must be a day such as 2022-11-10, or '{LATEST}' (got {text!r})")


def _write_span(frame: pd.DataFrame) -> str:
    column = next((name for name in ("period", "year", "date") if name in frame), None)
    if column is None:
        return ""
    texts = frame[column].astype("str")
    if not texts.str.contains("Q").all():
        texts = texts.str[:4]
    first, last = texts.min(), texts.max()
    return f", {first}" if first == last else f", {first}–{last}"


def _write_sources(source_ids: Iterable[str]) -> str:
    ids = list(source_ids)
    if not ids:
        return ""
    if len(ids) > 2:
        return f" ({len(ids)} sources)"
    publishers = _load_whole("sources").set_index("source_id")["publisher"]
    names = dict.fromkeys(re.sub(r" \(.*\)$", "", publishers[one]) for one in ids)
    return f" ({' and '.join(names)})"
