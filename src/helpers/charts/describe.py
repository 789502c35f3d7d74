"""Alternative texts and titles written from the data that are drawn, so that they cannot go stale."""

from __future__ import annotations

import pandas as pd

from helpers import prose
from helpers.charts.parts import READINGS

NOTHING = "A message in place of a chart of {what}: nothing had been published by the day of this edition."


def describe_series(
    data: pd.DataFrame, what: str, *, x: str = "period", y: str = "value", unit: str = "%", spec: str = ".1f"
) -> str:
    """Describe a line: both ends, lowest and highest point.

    Parameters
    ----------
    data : DataFrame
        One row a point, in the order drawn; rows without a value are not drawn.
    what : str
        What the line shows, without an article.
    x, y : str
        Columns of position and value.
    unit, spec : str
        Unit and number format of the value.
    """
    drawn = data.dropna(subset=[y])
    if drawn.empty:
        return NOTHING.format(what=what)
    ends = [
        drawn.iloc[0],
        drawn.iloc[-1],
        drawn.iloc[drawn[y].to_numpy().argmin()],
        drawn.iloc[drawn[y].to_numpy().argmax()],
    ]
    first, last, lowest, highest = (
        f"{prose.format_value(row[y], unit, spec)} {_place(drawn, x, row[x])}" for row in ends
    )
    return f"Line of {what}: from {first} to {last}; lowest {lowest}, highest {highest}."


def title_series(
    data: pd.DataFrame, what: str, *, x: str = "period", y: str = "value", unit: str = "%", spec: str = ".0f"
) -> str:
    """Title a line with what it came from and to, in the words of each figure; `what` alone without a path.

    Parameters
    ----------
    data : DataFrame
        As `describe_series` takes it; ``bound`` may say how a value is to be read.
    what : str
        What the line shows, as a title begins.
    x, y, unit, spec : str
        As in `describe_series`.
    """
    drawn = data.dropna(subset=[y])
    if len(drawn) < 2:
        return what
    bounds = drawn.get("bound", pd.Series("exact", index=drawn.index))
    hedges = READINGS | {"exact": ""}
    values = (prose.format_value(value, unit, spec) for value in drawn[y].iloc[[0, -1]])
    first, last = (
        f"{hedges.get(bound, '')} {value} in {place}".lstrip()
        for bound, value, place in zip(bounds.iloc[[0, -1]], values, drawn[x].iloc[[0, -1]], strict=True)
    )
    return f"{what}: {first}, {last}"


def title_tornado(data: pd.DataFrame, what: str) -> str:
    """Title a tornado with the assumption that moves most; `what` alone if nothing is drawn."""
    moved = _rank_moves(data)
    return f"{what}: {moved[-1][1]}" if moved else what


def _rank_moves(data: pd.DataFrame) -> list[tuple[float, str]]:
    drawn = data.dropna(subset=["result_low", "result_high"])
    width = (drawn["result_high"] - drawn["result_low"]).abs()
    return sorted(zip(width, drawn["parameter"], strict=True))


def _place(data: pd.DataFrame, x: str, value: object) -> str:
    """Say where a point stands: in a period, or at a number."""
    if not pd.api.types.is_numeric_dtype(data[x]):
        return f"in {value}"
    return f"in {value:g}" if x == "year" else f"at {_words(x)} {value:g}"


def describe_bars(
    data: pd.DataFrame, what: str, *, category: str, value: str, unit: str, spec: str = "+.1f"
) -> str:
    """Describe bars: how many there are, the largest and the smallest."""
    drawn = data.dropna(subset=[value])
    if drawn.empty:
        return NOTHING.format(what=what)
    largest, smallest = (
        drawn.iloc[drawn[value].to_numpy().argmax()],
        drawn.iloc[drawn[value].to_numpy().argmin()],
    )
    ends = [
        f"{row[category]} with {prose.format_value(row[value], unit, spec)}" for row in (largest, smallest)
    ]
    return f"{len(drawn)} bars of {what}: highest {ends[0]}, lowest {ends[1]}."


def describe_grid(
    data: pd.DataFrame, what: str, *, x: str, y: str, value: str, unit: str, spec: str = ".1f"
) -> str:
    """Describe a heat map: its axes, and where the least and the most stand.

    Parameters
    ----------
    data : DataFrame
        One row a cell.
    x, y, value : str
        Columns; the names of the axes are read as words.
    """
    drawn = data.dropna(subset=[value])
    if drawn.empty:
        return NOTHING.format(what=what)
    ends = [drawn.iloc[drawn[value].to_numpy().argmin()], drawn.iloc[drawn[value].to_numpy().argmax()]]
    least, most = (
        f"{prose.format_value(row[value], unit, spec)} at {_words(x)} {row[x]:g} and {_words(y)} {row[y]:g}"
        for row in ends
    )
    return f"Heat map of {what} over {_words(x)} and {_words(y)}: from {least} to {most}."


def describe_intervals(
    data: pd.DataFrame, what: str, *, value: str, low: str, high: str, unit: str = "%", spec: str = ".1f"
) -> str:
    """Describe many estimates with intervals: their range and how many exclude zero."""
    drawn = data.dropna(subset=[value])
    if drawn.empty:
        return NOTHING.format(what=what)
    ends = prose.format_interval(drawn[value].min(), drawn[value].max(), unit, spec)
    excluding = int(((drawn[low] > 0) | (drawn[high] < 0)).sum())
    return f"{len(drawn)} estimates of {what}, sorted: {ends}; {excluding} of their intervals exclude zero."


def describe_rows(
    data: pd.DataFrame, what: str, *, label: str, value: str, unit: str, spec: str = ".0f"
) -> str:
    """Describe rows of dots with ranges: how many there are, the highest and the lowest, and which are open.

    Parameters
    ----------
    data : DataFrame
        One row an item; a row without a value is a range alone.
    what : str
        What the rows show, without an article.
    label, value : str
        Columns.
    """
    if data.empty:
        return NOTHING.format(what=what)
    ranked = data.dropna(subset=[value]).sort_values(value)
    ends = [
        f"{name} with {prose.format_value(number, unit, spec)}"
        for name, number in zip(ranked[label], ranked[value], strict=True)
    ]
    words = [f"{len(data)} rows of {what}"]
    words += [f"highest {ends[-1]}, lowest {ends[0]}"] if ends else []
    alone = len(data) - len(ends)
    words += [f"{alone} of them a range without a value"] if alone else []
    return f"{'; '.join(words)}."


def describe_tornado(data: pd.DataFrame, what: str, *, unit: str, spec: str = ".1f") -> str:
    """Describe a tornado: how many assumptions there are, the one that moves the result most and least.

    Parameters
    ----------
    data : DataFrame
        Columns `parameter`, `result_low`, `result_high`, as the chart takes them.
    what : str
        The result that is moved, without an article.
    """
    moved = _rank_moves(data)
    if not moved:
        return NOTHING.format(what=what)
    least, most = (
        f"{name} by {prose.format_value(moves, unit, spec)}" for moves, name in (moved[0], moved[-1])
    )
    return f"Tornado of {len(moved)} assumptions that move {what}: most {most}, least {least}."


def describe_timeline(data: pd.DataFrame, what: str, *, event: str, label: str = "date") -> str:
    """Describe a timeline: how many steps it has, and the first and the last of them.

    Parameters
    ----------
    data : DataFrame
        One row a step, in order of time.
    event, label : str
        Columns of the words and of the date as it is known.
    """
    if data.empty:
        return NOTHING.format(what=what)
    first, last = (f"{row[label]}, {row[event]}" for _, row in data.iloc[[0, -1]].iterrows())
    return f"Timeline of {len(data)} {what}: from {first}, to {last}."


def _words(column: str) -> str:
    return column.replace("_", " ")
