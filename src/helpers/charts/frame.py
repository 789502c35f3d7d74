"""The one frame that every chart passes through on its way to a page.

`frame` adds title, subtitle, source and alternative text, and refuses a chart whose picture would differ
from its data: summaries are made in pandas, so that the table and the CSV are exactly what is drawn. Columns
whose name begins with an underscore only place a mark or a label; tables leave them out.
"""

from __future__ import annotations

from helpers.charts import theme

# isort: split
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import altair as alt
import pandas as pd

from helpers.errors import InputError, summarise_complaints

MIME = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
"""JupyterLab 4.6 draws version 5 and warns at any other; nothing here needs a later one."""

SHORTEST_ALT = 40
MESSAGE = "_message"
MESSAGE_WIDTH = 320
REFUSED = frozenset(
    {"transform", "aggregate", "bin", "timeUnit", "impute", "datasets", "url", "op", "facet", "repeat"}
)
Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.VConcatChart | alt.HConcatChart
Spec: TypeAlias = dict[str, Any]


class Source(Protocol):
    """What a citation offers to a chart."""

    @property
    def text(self) -> str:
        """Short text of the source line."""

    @property
    def href(self) -> str:
        """Address within the book, or empty."""


@dataclass(frozen=True)
class FramedChart:
    """A chart with all that a reader needs to judge it; JupyterLab and the book draw it from `spec`."""

    spec: Spec

    @property
    def name(self) -> str:
        """Kebab-case name: anchor, file name and citation."""
        return str(self.spec["usermeta"]["name"])

    def tables(self) -> list[pd.DataFrame]:
        """Return the drawn data as tidy frames with readable column titles."""
        return tables(self.spec)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        meta = self.spec["usermeta"]
        return {MIME: self.spec, "text/plain": f"{meta['title']}. {meta['alt']}"}


def frame(
    chart: Chart,
    *,
    title: str,
    subtitle: str,
    source: str | Source | Sequence[str | Source],
    alt: str,
    name: str,
    columns: Mapping[str, str] | None = None,
    projection: bool = False,
) -> FramedChart:
    """Put a chart into its frame.

    Parameters
    ----------
    chart
        From one of the families of this package, or any Altair chart that draws plain inline data.
    title : str
        What the chart shows; sentence case, no full stop.
    subtitle : str
        A sentence with the unit; ends with a full stop.
    source : str, Citation or a list of them
        From ``data.cite``; a plain text for our own computation.
    alt : str
        Chart type, axes and what stands out, for readers who do not see the chart; at least 40 characters.
    name : str
        Kebab-case and unique in the book.
    columns : dict, optional
        Field -> title, where the chart's own axis and tooltip titles would read badly in a table.
    projection : bool
        Whether the chart draws what a model expects of days to come, which are then no hindsight.

    Raises
    ------
    InputError
        If a text breaks its rule, or the chart computes something that the table would not show.
    """
    # Altair validated each part when it was made; doing it again doubles the time of a chart.
    spec = _inline(chart.to_dict(validate=False))
    _refuse(_text_complaints(title, subtitle, alt, name) + _spec_complaints(spec))
    spec = {key: value for key, value in spec.items() if key not in ("config", "$schema")}
    if message := _find_message(spec):
        alt = f"A message in place of the chart {title!r}: {message}."
    titles = {field: {"title": text} for field, text in {**_field_titles(spec), **(columns or {})}.items()}
    return FramedChart(
        {
            "$schema": SCHEMA,
            "background": theme.colour("paper"),
            "config": theme.config(),
            "usermeta": {
                "name": name,
                "title": title,
                "subtitle": subtitle,
                "source": _sources(source),
                "alt": alt,
                "columns": titles,
                **({"projection": True} if projection else {}),
                "embedOptions": {"actions": False},
            },
            "title": {"text": wrap(title, theme.TITLE), "subtitle": wrap(subtitle, theme.TEXT + 1)},
            "description": alt,
            **spec,
        }
    )


def _find_message(spec: Spec) -> str | None:
    """Return what a chart-shaped message says, or None for a chart."""
    rows = spec.get("data", {}).get("values") or [{}]
    message = rows[0].get(MESSAGE)
    return None if message is None else " ".join(str(message).split()).rstrip(".")


def _inline(spec: Spec) -> Spec:
    """Put each dataset where it is drawn; Altair names datasets by a hash that would move with any change."""
    datasets = spec.pop("datasets", {})
    for node in _nodes(spec):
        data = node.get("data")
        if isinstance(data, dict) and data.get("name") in datasets:
            node["data"] = {"values": datasets[data["name"]]}
    return spec


def wrap(text: str, size: float, width: float = theme.WIDTH) -> list[str]:
    """Break a text into lines that fit a width in pixels; Chinese may break between any two characters."""
    lines = [""]
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+", text):
        if lines[-1] and theme.text_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _refuse(complaints: list[str]) -> None:
    if complaints:
        raise InputError(summarise_complaints(complaints))


def _text_complaints(title: str, subtitle: str, alt_text: str, name: str) -> list[str]:
    rules = {
        f"'title' must say what the chart shows, beginning with a capital (got {title!r})": bool(
            title.strip() and not title[0].islower()
        ),
        f"'title' must not end with a full stop (got {title!r})": not title.rstrip().endswith("."),
        f"'title' must be in sentence case (got {title!r})": not _is_title_case(title),
        f"'subtitle' must be a sentence that ends with a full stop (got {subtitle!r})": subtitle.endswith(
            "."
        ),
        f"'alt' must describe the chart in at least {SHORTEST_ALT} characters (got {alt_text!r})": bool(
            len(alt_text.strip()) >= SHORTEST_ALT
        ),
        f"'name' must be kebab-case such as 'gmv-growth' (got {name!r})": bool(
            re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
        ),
    }
    return [complaint for complaint, holds in rules.items() if not holds]


def _is_title_case(title: str) -> bool:
    words = [word for word in re.findall(r"[A-Za-z][\w'’]*", title)[1:] if len(word) > 3]
    return len(words) >= 3 and all(word[0].isupper() for word in words)


def _sources(source: str | Source | Sequence[str | Source]) -> list[dict[str, str]]:
    several = list(source) if isinstance(source, Sequence) and not isinstance(source, str) else [source]
    listed = [_source(each) for each in several]
    if not listed or not all(each["text"].strip() for each in listed):
        raise InputError(
            "'source' must name at least one source; use data.cite(...) or a sentence of your own"
        )
    return listed


def _source(source: str | Source) -> dict[str, str]:
    if isinstance(source, str):
        return {"text": source, "href": ""}
    return {"text": source.text, "href": source.href}


def _spec_complaints(spec: Spec) -> list[str]:
    complaints = [
        f"the chart must draw its data as they are, summarise them in pandas first (got {key!r})"
        for key in sorted(_keys(spec) & REFUSED)
    ]
    if any(stack in ("normalize", "center") for stack in _values_of("stack", spec)):
        complaints.append("the chart must not normalise a stack, compute shares in pandas first")
    if any("values" not in data for data in _values_of("data", spec)):
        complaints.append("the chart's data must stand in it, as a DataFrame")
    return complaints


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a spec except the rows of its data."""
    if isinstance(node, dict):
        yield node
        for key, value in node.items():
            if key != "values":
                yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def _keys(spec: Spec) -> set[str]:
    return {key for node in _nodes(spec) for key in node}


def _values_of(key: str, spec: Spec) -> list[Any]:
    return [node[key] for node in _nodes(spec) if isinstance(node.get(key), (dict, str))]


def _field_titles(spec: Spec) -> dict[str, str]:
    """Return field -> title; a tooltip's title wins, since it is written for reading one value."""
    titles: dict[str, str] = {}
    for channel, definition in _definitions(spec):
        field, title = definition.get("field"), _definition_title(definition)
        if field and not field.startswith("_") and title and (channel == "tooltip" or field not in titles):
            titles[field] = title
    return titles


def _definitions(spec: Spec) -> Iterator[tuple[str, dict[str, Any]]]:
    for node in _nodes(spec):
        for channel, definition in node.get("encoding", {}).items():
            for each in definition if isinstance(definition, list) else [definition]:
                yield channel, each


def _definition_title(definition: dict[str, Any]) -> str | None:
    for holder in (definition, definition.get("axis") or {}, definition.get("legend") or {}):
        if isinstance(holder.get("title"), str):
            return str(holder["title"])
    return None


def tables(spec: Spec) -> list[pd.DataFrame]:
    """Return the data that a spec draws, each row once.

    Parameters
    ----------
    spec : dict
        Vega-Lite specification with inline data and ``usermeta.columns``.

    Returns
    -------
    list of DataFrame
        One frame for each distinct set of rows, columns titled; a set that another one contains is left
        out, and the longest set comes first.
    """
    found = [_table(data["values"], spec) for data in _values_of("data", spec)]
    found = [table for table in found if not table.empty]
    kept: list[pd.DataFrame] = []
    for place, table in enumerate(found):
        others = kept + found[place + 1 :]
        if not any(_contains(other, table) for other in others):
            kept.append(table)
    return sorted(kept, key=len, reverse=True)


def _table(rows: Iterable[Mapping[str, Any]], spec: Spec) -> pd.DataFrame:
    titles = spec.get("usermeta", {}).get("columns", {})
    visible = [{key: value for key, value in row.items() if not key.startswith("_")} for row in rows]
    table = pd.DataFrame(visible).drop_duplicates(ignore_index=True)
    known = [field for field in titles if field in table.columns]
    rest = [field for field in table.columns if field not in titles]
    renamed = {field: titles.get(field, {}).get("title", _readable(field)) for field in table.columns}
    return table[known + rest].rename(columns=renamed)


def _readable(field: str) -> str:
    return field.replace("_", " ").capitalize()


def _contains(larger: pd.DataFrame, smaller: pd.DataFrame) -> bool:
    if not set(smaller.columns) <= set(larger.columns):
        return False
    rows = {tuple(map(str, row)) for row in larger[list(smaller.columns)].itertuples(index=False)}
    return all(tuple(map(str, row)) in rows for row in smaller.itertuples(index=False))


def chart_message(text: str = "Nothing published by then") -> alt.Chart:
    """Return a chart-shaped message for data that do not exist (yet); it fits a phone.

    >>> chart_message().to_dict()["mark"]["type"]
    'text'
    """
    lines = wrap(text[:1].upper() + text[1:], theme.TEXT + 2, MESSAGE_WIDTH)
    message: alt.Chart = (
        alt.Chart(pd.DataFrame({MESSAGE: ["\n".join(lines)]}), width=theme.WIDTH, height=120)
        .mark_text(
            align="left",
            fontSize=theme.TEXT + 2,
            color=theme.colour("muted"),
            lineBreak="\n",
            lineHeight=20,
        )
        .encode(text=alt.Text(f"{MESSAGE}:N"), x=alt.value(0), y=alt.value(40))
    )
    return message
