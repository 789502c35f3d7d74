"""The box in a chapter that answers "what if": sliders, results, sentences, a chart, the command to rerun.

The box is whole without its script: it shows the edition's own point. What it shows at the others stands in
one classic script a chapter, as finished texts, so that the page's script fills slots and formats nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any

from helpers import prose
from helpers.book import records, sentences
from helpers.book.html import embed, write_details
from helpers.book.sentences import KNOWN, Catalogue, choose_template, fill_template, find_sentence, find_texts
from helpers.book.typography import set_text
from helpers.book.wording import name_notebook
from helpers.charts.responses import Axis, Dot, draw_response
from helpers.runs.inputs import hash_bytes
from helpers.runs.what_if import Grid, Panel, Results, Theme

FOLDER = "what_if"
PARTS = ("what_if", "days")
LONGEST_UNIT = 2
_LINE = "\n"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class RenderedBoxes:
    """The boxes of one chapter as Markdown and the files they load, by their paths from the site's root."""

    markdown: str
    files: dict[str, bytes]


@dataclass(frozen=True)
class _Box:
    """One box before it is written.

    Attributes
    ----------
    part : str
        One of `PARTS`.
    grid : Grid
    panel : Panel
    run : Record
        The edition's own run, as `helpers.book.build.describe_run` gives it.
    catalogue : Catalogue
    """

    part: str
    grid: Grid
    panel: Panel
    run: Record
    catalogue: Catalogue
    shown: list[str] = field(init=False)

    def __post_init__(self) -> None:
        chosen = {sentence.by for sentence in self.find_sentences()}
        object.__setattr__(self, "shown", [name for name in self.panel.results if name not in chosen])

    def find_sentences(self) -> list[sentences.Sentence]:
        """Return the sentences that depend on the point."""
        return [find_sentence(self.catalogue, self.grid.notebook, name) for name in self.panel.sentences]

    def say(self, name: str, **texts: str) -> str:
        """Return a sentence of the box itself, as HTML."""
        return escape(fill_template(find_sentence(self.catalogue, "panel", name).variants[KNOWN], texts))


def render_boxes(
    theme: Theme, grid: Grid, days: Grid, run: Record, catalogue: Catalogue, *, root: str = ""
) -> RenderedBoxes:
    """Render what a reader may move in one chapter.

    Parameters
    ----------
    theme : Theme
    grid, days : Grid
        Results over the assumptions and over the days.
    run : mapping
        The edition's own run, as `helpers.book.build.describe_run` gives it.
    catalogue : Catalogue
    root : str
        Relative address of the site's root as seen from the page, empty or ending with a slash.

    Returns
    -------
    RenderedBoxes
        The days are left out of an edition that has only its own, and the assumptions where nothing that
        they move is known.
    """
    moved = _Box("what_if", grid, theme.what_if, run, catalogue)
    dated = _Box("days", days, theme.days, run, catalogue)
    boxes = [box for box in (moved, dated) if _is_shown(box)]
    parts = [] if moved in boxes else [f"<p>{moved.say('open', notebook=name_notebook(run['notebook']))}</p>"]
    script = _write_script(grid.notebook, boxes)
    address = _path(grid.notebook, script, "js")
    files = {address: script} if boxes else {}
    for box in boxes:
        sheet = _write_sheet(box)
        files[_path(f"{grid.notebook}-{box.part}", sheet, "csv")] = sheet
        parts.append(_write_box(box, root + address, root + list(files)[-1]))
    return RenderedBoxes(f"## {moved.say('title')}\n\n{embed(_LINE.join(parts))}", files)


def _is_shown(box: _Box) -> bool:
    known = any(point[box.panel.chart]["value"] is not None for point in box.grid.points)
    return known and len(box.grid.points) > 1


def _path(name: str, content: bytes, kind: str) -> str:
    return f"{FOLDER}/{name}.{hash_bytes(content)[:10]}.{kind}"


# What the script reads


def _write_script(notebook: str, boxes: Sequence[_Box]) -> bytes:
    content = {box.part: describe_box(box) for box in boxes}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"(window.kxWhatIf = window.kxWhatIf || {{}})[{json.dumps(notebook)}] = {text};\n".encode()


def describe_box(box: _Box) -> dict[str, Any]:
    """Return all points of a box as texts: ``steps, tokens, words, templates, command, points``.

    A point is ``[cells, sentences]``; cells are places in ``words``, a sentence is a place in ``templates``
    and one in ``words`` for each of its slots.
    """
    words: dict[str, int] = {}
    templates: dict[str, int] = {}

    def place(text: str) -> int:
        return words.setdefault(set_text(text), len(words))

    points = []
    for results in box.grid.points:
        said = []
        for sentence in box.find_sentences():
            template = choose_template(sentence, results)
            texts = find_texts(template, box.grid.notebook, results)
            said.append([templates.setdefault(set_text(template), len(templates)), *map(place, texts)])
        points.append([[place(text) for row in list_rows(box, results) for text in row[1:]], said])
    return {
        "names": list(box.grid.axes),
        "steps": [[text for _, text in _list_steps(box, name)] for name in box.grid.axes],
        "tokens": [[_token(step) for step in steps] for steps in box.grid.axes.values()],
        "words": list(words),
        "templates": list(templates),
        "command": _write_command(box),
        "points": points,
    }


def list_rows(box: _Box, results: Results) -> list[tuple[str, str, str]]:
    """Return the rows of the table at one point: meaning, value, and its range or why it is not known."""
    return [(str(results[name]["meaning"]), *_write_result(results[name])) for name in box.shown]


def _write_result(result: Mapping[str, Any]) -> tuple[str, str]:
    value = prose.format_value(result["value"], result["unit"])
    if result["value"] is None:
        return value, str(result["why"])
    if result["interval"] == "none":
        return value, ""
    return value, prose.format_interval(result["low"], result["high"], result["unit"])


def _list_steps(box: _Box, name: str) -> list[tuple[str, str]]:
    """Return each step of an axis, short for the chart and in full."""
    steps = box.grid.axes[name]
    if name == "as_of":
        return [(str(step), str(step)) for step in steps]
    unit = next(row["unit"] for row in box.run["contract"] if row["name"] == name) or ""
    if unit.startswith("share"):
        return [(prose.format_value(100 * step, "%"),) * 2 for step in steps]
    short = unit if unit.count(" ") <= LONGEST_UNIT else ""
    return [(prose.format_number(step), prose.format_value(step, short)) for step in steps]


def _token(step: Any) -> str:
    """Write a step as the command line takes it."""
    return str(step).removesuffix(".0")


def _write_command(box: _Box) -> str:
    fixed = records.rerun_command(box.run, without=box.grid.axes)
    return " ".join([fixed, *(f"-p {name}={{{name}}}" for name in box.grid.axes)])


def _write_sheet(box: _Box) -> bytes:
    """Return all points as CSV, in full precision."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    parts = [(name, part) for name in box.panel.results for part in ("value", "low", "high")]
    parts = [
        (name, part)
        for name, part in parts
        if part == "value" or any(point[name][part] is not None for point in box.grid.points)
    ]
    writer.writerow([*box.grid.axes, *(name + f"_{part}" * (part != "value") for name, part in parts)])
    for steps, point in zip(box.grid.steps(), box.grid.points, strict=True):
        writer.writerow(map(prose.guard_cell, [*steps, *(point[name][part] for name, part in parts)]))
    return buffer.getvalue().encode()


# The page


def _write_box(box: _Box, script: str, sheet: str) -> str:
    names = list(box.grid.axes)
    own = [_token(steps[step]) for steps, step in zip(box.grid.axes.values(), box.grid.own, strict=True)]
    command = fill_template(_write_command(box), dict(zip(names, own, strict=True)))
    count = str(len(box.grid.points))
    inner = [
        f'<p class="kx-if-lead">{box.say("lead_days" if box.part == "days" else "lead", points=count)}</p>',
        '<div class="kx-if-parts"><div>',
        *(_write_slider(box, name, step) for name, step in zip(names, box.grid.own, strict=True)),
        f'<p class="kx-if-still">{box.say("still")}</p>',
        f'<p class="kx-if-failed" role="alert" hidden>{box.say("failed")}</p>',
        _write_sentences(box),
        "</div>",
        _write_chart(box),
        "</div>",
        _write_table(box),
        f'<p class="kx-if-rerun">{box.say("rerun")}</p>',
        f"<pre><code>{escape(command)}</code></pre>",
        '<p class="kx-if-links">'
        f'<button class="kx-button kx-if-back" type="button" hidden>{box.say("back")}</button>'
        f'<a class="kx-if-link" href="#what-if">{box.say("link")}</a>'
        f'<a href="{escape(sheet)}" download="{box.grid.notebook}-{box.part}.csv">'
        f"{box.say('sheet', points=count)}</a></p>",
        *([_write_bar(box)] if box.part == "what_if" else []),
    ]
    label = box.say("days" if box.part == "days" else "title")
    html = _LINE.join(
        [
            f'<div class="kx-if" role="group" aria-label="{label}" data-grid="{escape(script)}"'
            f' data-notebook="{box.grid.notebook}" data-part="{box.part}">',
            *inner,
            "</div>",
        ]
    )
    return write_details(label, html, 'class="kx-if-days"') if box.part == "days" else html


def _write_bar(box: _Box) -> str:
    """Return what stays in sight while an assumption is moved: what it comes to, and the way back."""
    return (
        f'<div class="kx-if-bar" hidden><p><strong>{box.say("moved")}</strong> <span></span></p>'
        f'<a href="#what-if">{box.say("title")}</a>'
        f'<button class="kx-button kx-if-back" type="button">{box.say("back")}</button></div>'
    )


def _write_slider(box: _Box, name: str, own: int) -> str:
    anchor, steps = f"{box.part}-{name}".replace("_", "-"), _list_steps(box, name)
    text = escape(steps[own][1])
    return (
        f'<div class="kx-slider"><label for="{anchor}">{escape(_describe_axis(box, name))}</label>'
        f'<span class="kx-slider-step" aria-hidden="true">{text}</span>'
        f'<input id="{anchor}" type="range" min="0" max="{len(steps) - 1}" step="1" value="{own}"'
        f' aria-valuetext="{text}" autocomplete="off" hidden></div>'
    )


def _describe_axis(box: _Box, name: str) -> str:
    if name == "as_of":
        return find_sentence(box.catalogue, "panel", "day").variants[KNOWN]
    meaning = next(row["meaning"] for row in box.run["contract"] if row["name"] == name)
    return str(meaning).rstrip(".").partition(";")[0]


def _write_sentences(box: _Box) -> str:
    said = []
    for sentence in box.find_sentences():
        template = choose_template(sentence, box.grid.own_point)
        texts = find_texts(template, box.grid.notebook, box.grid.own_point)
        said.append(fill_template(template, dict(zip(sentences.list_slots(template), texts, strict=True))))
    return f'<output class="kx-said">{"".join(f"<span>{escape(text)}</span>" for text in said)}</output>'


def _write_chart(box: _Box) -> str:
    names, chart = list(box.grid.axes), box.grid.own_point[box.panel.chart]
    first, *others = [len(steps) for steps in box.grid.axes.values()]
    count = others[0] if others else 1
    rows = [
        [_find_dot(box.grid.points[step * count + row][box.panel.chart]) for step in range(first)]
        for row in range(count)
    ]
    drawn = draw_response(
        Axis(_list_places(box, names[0]), [short for short, _ in _list_steps(box, names[0])]),
        rows,
        row_labels=[short for short, _ in _list_steps(box, names[-1])] if others else [""],
        chosen=(box.grid.own[1] if others else 0, box.grid.own[0]),
        write=lambda number: _write_tick(number, str(chart["unit"])),
        label=str(chart["meaning"]).rstrip("."),
    )
    meaning = str(chart["meaning"])
    if others:
        said = box.say("chart", result=meaning, parameter=f"{_describe_axis(box, names[0])}.")
    else:
        said = box.say("chart_days", result=meaning)
    return f'<figure class="kx-if-chart">{drawn}<figcaption>{said}</figcaption></figure>'


def _find_dot(result: Mapping[str, Any]) -> Dot | None:
    return None if result["value"] is None else Dot(result["value"], result["low"], result["high"])


def _list_places(box: _Box, name: str) -> list[float]:
    steps = box.grid.axes[name]
    return [float(date.fromisoformat(step).toordinal()) if name == "as_of" else float(step) for step in steps]


def _write_tick(number: float, unit: str) -> str:
    return prose.format_value(number, "%") if unit == "%" else prose.format_number(number)


def _write_table(box: _Box) -> str:
    heads = "".join(f'<th scope="col">{box.say(name)}</th>' for name in ("result", "value", "range"))
    rows = "".join(
        f'<tr><th scope="row">{escape(meaning)}</th><td data-cell>{escape(value)}</td>'
        f"<td data-cell>{escape(span)}</td></tr>"
        for meaning, value, span in list_rows(box, box.grid.own_point)
    )
    return (
        f'<table class="kx-if-table"><caption class="kx-hidden">{box.say("table")}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )
