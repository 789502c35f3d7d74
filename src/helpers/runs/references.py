"""What a default or a result rests on, resolved to the row it names.

``data:DATASET/KEY/KEY`` and ``fact:ID`` name one row; ``series:DATASET/METRIC`` names a whole series, whose
first published row stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from helpers import data
from helpers.errors import InputError, UnknownNameError
from helpers.models.record import Record


def find_row(reference: str) -> pd.Series:
    """Return the data row that a reference names.

    Raises
    ------
    InputError
        If the reference is malformed or its keys fit no row.
    UnknownNameError
        If there is no such dataset.
    """
    kind, _, rest = reference.partition(":")
    if kind == "series":
        return _find_first_row(*rest.partition("/")[::2])
    dataset, *keys = ("facts", rest) if kind == "fact" else rest.split("/")
    if kind not in ("data", "fact") or not all(keys) or not keys:
        forms = "data:DATASET/KEY/KEY, series:DATASET/METRIC or fact:ID"
        raise InputError(f"a reference must read {forms} (got {reference!r})")
    rows = data.load(dataset)
    names = data.describe(dataset)["schema"]["primaryKey"]
    if len(names) != len(keys):
        raise InputError(f"{dataset} is keyed by {'/'.join(names)} (got {reference!r})")
    for name, key in zip(names, keys, strict=True):
        known = rows[name].astype(str)
        if key not in set(known):
            raise UnknownNameError(f"{name} in {dataset}", key, set(known))
        rows = rows[known == key]
    return rows.iloc[0]


def _find_first_row(dataset: str, metric: str) -> pd.Series:
    return data.series(metric, dataset=dataset).sort_values("published", kind="stable").iloc[0]


def find_published(reference: str) -> date:
    """Return the day on which the row that a reference names was first published."""
    published: pd.Timestamp = find_row(reference)["published"]
    return published.date()


def rests_on(record: type[Record], name: str) -> list[str]:
    """Return what the default of a field rests on."""
    extra = record.model_fields[name].json_schema_extra
    return [str(item) for item in extra.get("rests_on") or []] if isinstance(extra, dict) else []  # type: ignore[union-attr]


def find_later_defaults(
    record: type[Record], values: Mapping[str, Any], as_of: date, fields: Iterable[str] | None = None
) -> list[str]:
    """Return the fields whose value is a default that rests on a figure published after a day.

    A value that differs from its default is the reader's own and is never one of them.
    """
    return [
        name
        for name in fields or record.model_fields
        if values[name] == record.model_fields[name].default
        and any(find_published(reference) > as_of for reference in rests_on(record, name))
    ]
