"""Whether the description of each chart still agrees with the data that are drawn.

Descriptions are written from data; a wrong frame or column would go unseen, since nobody who sees the chart
reads them. So the built pages are read as a listener has them: words beside the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import pandas as pd

from helpers.book.html import read_page
from helpers.prose import MINUS

NUMBER = re.compile(rf"[{MINUS}+-]?\d[\d,]*(?:\.\d+)?")
ENDS = re.compile(
    rf"lowest (?:[^;,]* with )?(?P<low>{NUMBER.pattern})|highest (?:[^;,]* with )?(?P<high>{NUMBER.pattern})"
)


def check_descriptions(book: Path) -> list[str]:
    """Complain about numbers in a chart's description that do not agree with its data.

    A number must be a value of the table at the precision written, a count of rows, or the distance or the
    percentage of two values; what is called lowest or highest must be the end of a column, or of that column
    within one group of rows.

    Parameters
    ----------
    book : Path
        Folder of a built book.
    """
    return [
        f"{path.name}: the description says {complaint}; describe what is drawn"
        for path in sorted((book / "figures").glob("*.html"))
        for complaint in find_stale(*_read_chart(path))
    ]


def _read_chart(path: Path) -> tuple[str, list[pd.DataFrame]]:
    """Return a chart's description and the tables that are given away with it."""
    page = read_page(path)
    (words,) = page.xpath("//svg/@aria-label")
    sheets = [link for link in page.xpath("//a[@download]/@href") if link.endswith(".csv")]
    return words, [pd.read_csv(path.parent / Path(sheet).name) for sheet in sheets]


def find_stale(words: str, tables: Sequence[pd.DataFrame]) -> list[str]:
    """Return what a description says that its tables do not hold.

    >>> find_stale("Line from 1 to 3; highest 3.", [pd.DataFrame({"year": ["a", "b"], "sales": [1.2, 2.0]})])
    ["'3', which is no value of its data", "'3' is highest, which ends no column of its data"]
    """
    for label in _list_labels(tables):
        words = words.replace(label, "")
    columns = [table[name].dropna() for table in tables for name in table.select_dtypes("number")]
    counts = pd.Series(range(sum(map(len, tables)) + 1))
    plain = [
        f"{number!r}, which is no value of its data"
        for number in dict.fromkeys(NUMBER.findall(words))
        if not any(_holds(number, column) for column in [*columns, counts])
        and not any(_relates(number, column) for column in columns)
    ]
    return plain + list(_find_wrong_ends(words, tables))


def _list_labels(tables: Sequence[pd.DataFrame]) -> list[str]:
    columns = [table[name].dropna() for table in tables for name in table.select_dtypes(exclude="number")]
    texts = {str(text).removeprefix("'") for column in columns for text in column}
    return sorted(texts, key=len, reverse=True)


def _find_wrong_ends(words: str, tables: Sequence[pd.DataFrame]) -> Iterator[str]:
    for found in ENDS.finditer(words):
        end, number = ("low", found["low"]) if found["low"] else ("high", found["high"])
        ends = [group.min() if end == "low" else group.max() for table in tables for group in _group(table)]
        if not _holds(number, pd.Series(ends, dtype=float)):
            yield f"{number!r} is {end}est, which ends no column of its data"


def _group(table: pd.DataFrame) -> Iterator[pd.Series]:
    """Yield each column of numbers, whole and within the rows that share a value of another column."""
    for name in map(str, table.select_dtypes("number")):
        yield table[name]
        for other in table.columns.difference([name]):
            yield from (rows[name] for _, rows in table.groupby(other) if len(rows) > 1)


def _holds(number: str, values: pd.Series) -> bool:
    wanted, slack = _read(number)
    return bool(((values - wanted).abs() <= slack).any())


def _relates(number: str, values: pd.Series) -> bool:
    """Say whether a number is how far two values lie apart, or one of them in percent of another."""
    pairs = permutations(values.tolist(), 2)
    return _holds(
        number, pd.Series([found for a, b in pairs for found in (abs(a - b), 100 * a / b if b else 0)])
    )


def _read(number: str) -> tuple[float, float]:
    """Return a written number and half a unit of its last digit."""
    plain = number.replace(MINUS, "-").replace(",", "")
    return float(plain), 0.5000001 * 10.0 ** -len(plain.partition(".")[2])
