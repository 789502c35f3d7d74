"""Tables that a reader can search, filter and sort, and that are complete without any script.

The controls stay hidden until ``tables.js`` brings them to life. On a narrow screen each row becomes a card,
and a cell says its heading where it would not explain itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape


@dataclass(frozen=True)
class Column:
    """One column of a register.

    Attributes
    ----------
    heading : str
    sort : str
        How rows are put in order by it: ``text``, ``number``, or empty for not at all.
    labelled : bool
        Whether a card repeats the heading.
    width : str
        Width in CSS; by default what the content asks for.
    """

    heading: str
    sort: str = "text"
    labelled: bool = False
    width: str = ""


@dataclass(frozen=True)
class Cell:
    """Content of a cell, and what it is sorted by where that is not its text."""

    html: str
    sort: str | float | None = None


@dataclass(frozen=True)
class Row:
    """One row: its anchor, if any, its cells, and by the name of each filter the values that let it pass."""

    anchor: str
    cells: Sequence[str | Cell]
    passes: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Filter:
    """A choice among values; `choices` holds the words for each value, in the order shown."""

    name: str
    label: str
    choices: Mapping[str, str]


def write_register(
    name: str, counted: str, columns: Sequence[Column], rows: Sequence[Row], filters: Sequence[Filter]
) -> str:
    """Return the HTML of a register.

    Parameters
    ----------
    name : str
        Unique on the page; ids of the controls begin with it.
    counted : str
        Sentence with ``{shown}`` and ``{all}`` that says how many rows pass.
    columns, rows, filters : sequence
        Cells are HTML. A filter offers only values that some row has.
    """
    opening = f'<div class="kx-register" id="{name}" data-counted="{escape(counted)}">'
    return "\n".join([opening, _write_controls(name, rows, filters), *_write_table(columns, rows), "</div>"])


def write_cards(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """Return the HTML of a table without controls, which is wide and on a narrow screen shows cards."""
    return "\n".join(['<div class="kx-register">', *_write_table(columns, rows), "</div>"])


def _write_table(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    heading = f"<thead><tr>{''.join(map(_write_heading, columns))}</tr></thead>"
    body = [_write_row(row, columns) for row in rows]
    return ["<table>", heading, "<tbody>", *body, "</tbody>", "</table>"]


def _write_controls(name: str, rows: Sequence[Row], filters: Sequence[Filter]) -> str:
    search = (
        f'<p><label for="{name}-words">Search</label>'
        f'<input id="{name}-words" type="search" autocomplete="off" spellcheck="false"></p>'
    )
    choices = "".join(_write_filter(name, rows, one) for one in filters)
    reset = '<p><button class="kx-button" type="reset">Show all</button></p>'
    count = '<output class="kx-count"></output>'
    return f'<form class="kx-controls" hidden>{search}{choices}{reset}{count}</form>'


def _write_filter(name: str, rows: Sequence[Row], one: Filter) -> str:
    counts = {value: sum(value in row.passes.get(one.name, ()) for row in rows) for value in one.choices}
    options = "".join(
        f'<option value="{escape(value)}">{escape(words)} ({counts[value]})</option>'
        for value, words in one.choices.items()
        if counts[value]
    )
    return (
        f'<p><label for="{name}-{one.name}">{escape(one.label)}</label>'
        f'<select id="{name}-{one.name}" data-filter="{one.name}"><option value="">All</option>'
        f"{options}</select></p>"
    )


def _write_heading(column: Column) -> str:
    sort = f' data-sort="{column.sort}"' if column.sort else ""
    # The page's policy allows no style attribute; `helpers.book.policy` moves it to a file.
    width = f' style="width:{column.width}"' if column.width else ""
    return f'<th scope="col"{sort}{width}>{escape(column.heading)}</th>'


def _write_row(row: Row, columns: Sequence[Column]) -> str:
    passes = "".join(f' data-{name}="{escape(" ".join(values))}"' for name, values in row.passes.items())
    cells = "".join(_write_cell(cell, column) for cell, column in zip(row.cells, columns, strict=True))
    anchor = f' id="{escape(row.anchor)}"' if row.anchor else ""
    return f"<tr{anchor}{passes}>{cells}</tr>"


def _write_cell(cell: str | Cell, column: Column) -> str:
    content = Cell(cell) if isinstance(cell, str) else cell
    label = f' data-label="{escape(column.heading)}"' if column.labelled and content.html else ""
    sort = "" if content.sort is None else f' data-key="{escape(str(content.sort))}"'
    return f"<td{label}{sort}>{content.html}</td>"
