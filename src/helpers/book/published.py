"""The page of all published figures: every row of the series, each with an anchor that results link to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from helpers import prose
from helpers.book.addresses import SERIES, find_anchor, find_series_anchor
from helpers.book.html import embed, join_page
from helpers.book.registers import Cell, Column, Filter, Row, write_register

_COLUMNS = (
    Column("Metric", width="26%"),
    Column("Period"),
    Column("Value", sort="number"),
    Column("Kind"),
    Column("As printed", sort="", labelled=True, width="16%"),
    Column("Published", labelled=True),
    Column("Source", labelled=True, width="20%"),
)
_KINDS = {
    "exact": "as printed",
    "lower": "lower bound",
    "upper": "upper bound",
    "approximate": "approximate",
    "derived": "computed",
}


def describe_figures(tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> str:
    """Return the page of published figures.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The four series, ``metrics`` and ``sources``, only rows public by the day.
    titles : mapping of str to str
        Title of each dataset.
    """
    labels = {str(row["metric"]): str(row["label"]) for row in tables["metrics"].to_dict("records")}
    rows = [row for name in SERIES for row in _write_series(name, tables[name], labels, tables["sources"])]
    parts = [
        "# Published figures",
        "Every figure of the series that the report computes with, one row each: value, kind, the words of "
        "its source, the day on which it became public, and the source. A figure that is computed from "
        "printed ones shows its formula in place of the print. The columns are described under "
        "[Data](data.md).",
    ]
    if not rows:
        return join_page([*parts, "No figure of these series was public by then."])
    metrics = dict(sorted({row.passes["metric"][0]: "" for row in rows}.items()))
    filters = [
        Filter("dataset", "Dataset", {name: titles[name] for name in SERIES}),
        Filter(
            "metric", "Metric", {name: labels[name] for name in sorted(metrics, key=lambda one: labels[one])}
        ),
        Filter("kind", "Kind", _KINDS),
    ]
    return join_page(
        [*parts, embed(write_register("figures", "{shown} of {all} figures", _COLUMNS, rows, filters))]
    )


def _write_series(
    name: str, table: pd.DataFrame, labels: Mapping[str, str], sources: pd.DataFrame
) -> Sequence[Row]:
    publishers = dict(zip(sources["source_id"], sources["publisher"], strict=True))
    keys = ["period", "metric"] if "period" in table else ["year", "company", "metric"]
    ordered = table.sort_values([*keys[1:][::-1], keys[0]])
    first = ordered.drop_duplicates("metric").index
    marks = ordered["metric"].where(ordered.index.isin(first), "")
    return [
        _write_figure(name, keys, row, labels, publishers, _mark_series(name, mark))
        for row, mark in zip(ordered.to_dict("records"), marks, strict=True)
    ]


def _mark_series(dataset: str, metric: str) -> str:
    return f'<span id="{find_series_anchor(dataset, metric)}"></span>' if metric else ""


def _write_figure(
    name: str,
    keys: Sequence[str],
    row: dict[Any, Any],
    labels: Mapping[str, str],
    publishers: Mapping[str, str],
    mark: str,
) -> Row:
    kind = "derived" if row["derived"] else str(row["bound"])
    company = f"{row['company']}: " if "company" in row else ""
    source = str(row["source_id"])
    notes = [str(row["note"]), str(row["later_note"])]
    cells: list[str | Cell] = [
        f"{mark}{escape(company + labels[row['metric']])}"
        + "".join(f"<small>{escape(note)}</small>" for note in notes if note),
        str(row[keys[0]]),
        Cell(escape(prose.format_value(row["value"], row["unit"], ",.10g")), row["value"]),
        escape(f"{_KINDS[kind]}, {row['basis']}" if row.get("basis") else _KINDS[kind]),
        escape(str(row["formula"] if row["derived"] else row["as_printed"])),
        f"{row['published']:%Y-%m-%d}",
        f'<a href="sources.html#{find_anchor("sources", source)}">{escape(publishers[source])}</a>',
    ]
    passes = {"dataset": [name], "metric": [row["metric"]], "kind": [kind]}
    return Row(find_anchor(name, *(str(row[key]) for key in keys)), cells, passes)
