"""The pages that say what the book rests on: data, sources, and the runs that made it.

Each is Markdown with HTML tables, written by the build into ``book/records/``. A page shows only what was
published by the edition's day, and nothing that differs between two builds of the same edition: no
duration, clock time or machine.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from helpers import data, paths, prose
from helpers.book.addresses import find_address, find_anchor
from helpers.book.evidence_pages import select_known
from helpers.book.html import embed, join_page, write_details, write_pairs, write_table, write_words
from helpers.book.mentions import find_later
from helpers.book.since import is_published
from helpers.book.wording import name_notebook
from helpers.runs.inputs import MANIFEST, hash_file
from helpers.runs.references import find_published

Record = Mapping[str, Any]

BENCHMARKS = "benchmarks/results.md"
"""What ``make bench`` measured, from the project's root; it may not be there."""

UNDATED = "data-undated"
"""Attribute of what may hold numbers that look like later years, such as versions of software."""

_LINE = "\n"
_KINDS = {
    "filing": "Filings and digests of filings",
    "press_release": "Press releases",
    "transcript": "Transcripts of calls",
    "media": "Media",
    "statistics": "Official statistics",
    "consultancy": "Consultancies",
}
_WEAKNESSES = {
    "original publisher": "Says about itself what it chooses to say.",
    "known outlet": "An established medium or authority; second hand where it reports the figures of others.",
    "other site": "Own text of a lesser-known site; nothing but agreement with other sources vouches for it.",
    "copy or mirror": "Repost, copy, translation or mirror: words and figures can have changed on the way.",
}
_INTERVALS = {"confidence": "confidence interval", "bound": "bounds", "sensitivity": "sensitivity range"}


def write_records(
    edition: Record,
    runs: Sequence[Record],
    *,
    package: Record | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
    folder: Path | None = None,
) -> None:
    """Write ``data.md``, ``sources.md``, ``about.md`` and ``benchmarks.md``.

    Parameters
    ----------
    edition : mapping
        ``as_of, latest, edition_id, label, scenario``.
    runs : sequence of mapping
        Each with ``notebook, key, as_of, seed, parameters, contract, inputs, versions, results``.
    package : mapping, optional
        The data package; by default the one in ``data/``.
    tables : mapping of str to DataFrame, optional
        Every dataset by name, only rows published by the edition's day; by default read from ``data/``.
    folder : Path, optional
        Where to write; by default ``book/records``.
    """
    package = package or data.describe()
    tables = load_known(package, edition["as_of"]) if tables is None else tables
    folder = folder or paths.RECORDS
    pages = {
        "data": describe_data(edition, package, tables),
        "sources": describe_sources(edition, tables["sources"]),
        "about": describe_runs(edition, runs),
        "benchmarks": describe_benchmarks(edition),
    }
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def load_known(package: Record, as_of: str) -> dict[str, pd.DataFrame]:
    """Return every dataset of a package by name, only rows public by a day."""
    loaded = {each["name"]: data.load(each["name"], as_of) for each in package["resources"]}
    return select_known(loaded, date.fromisoformat(as_of))


def describe_benchmarks(edition: Record) -> str:
    """Return the measured benchmarks as ``make bench`` wrote them; a replay has none of its own."""
    if not is_published(edition):
        return join_page(["# Benchmarks", "They do not depend on the day: the current edition shows them."])
    try:
        return (paths.ROOT / BENCHMARKS).read_text(encoding="utf-8")
    except FileNotFoundError:
        unmeasured = (
            "They have not been measured for this edition. `make bench` measures them in about twenty "
            "minutes, beside papermill, ploomber-engine, Jupyter Book and plain loops, and the next build "
            "shows them here."
        )
        return join_page(["# Benchmarks", unmeasured])


def describe_data(edition: Record, package: Record, tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the data dictionary: every dataset with its columns, coverage, licence and hash."""
    overview = [
        [
            f'<a href="#{anchor(resource["name"])}">{escape(resource["title"])}</a>',
            escape(resource["description"]),
            prose.format_number(len(tables[resource["name"]]), ",d"),
        ]
        for resource in package["resources"]
    ]
    parts = [
        "# Data",
        "Every figure in the report stands in one of these files, with its source and the day on which it "
        f"became public. This edition sees what was published by {edition['as_of']}. The files form one data "
        f"package; their licence is {_licence(package)}. A figure that is computed from printed ones has its "
        "formula beside it.",
        embed(write_table(["Dataset", "What one row is", "Rows known by then"], overview)),
    ]
    for resource in package["resources"]:
        parts += _describe_resource(resource, tables)
    return join_page(parts)


def _describe_resource(resource: Record, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    table = tables[resource["name"]]
    facts = [
        ("File", f"<code>data/{escape(resource['path'])}</code>"),
        ("Licence", escape(_licence(resource))),
        ("SHA-256", f'<code class="kx-hash">{escape(resource["hash"].removeprefix("sha256:"))}</code>'),
    ]
    columns = write_table(
        ["Column", "Type", "Meaning"], [_column(field) for field in resource["schema"]["fields"]]
    )
    parts = [f"<p>{escape(resource['description'])}</p>", write_pairs(facts)]
    parts.append(write_details(f"Columns of {resource['path']}", columns))
    if _has_metrics(resource):
        coverage = _coverage(table, tables["metrics"], tables["gaps"])
        parts.append(write_details(f"What is covered: {table['metric'].nunique()} metrics", coverage))
    if "remark" in table.columns:
        parts.append(_remarks(table))
    heading = f"({anchor(resource['name'])})=\n## {write_words(resource['title'])}"
    return [heading, embed("\n".join(parts))]


def _has_metrics(resource: Record) -> bool:
    """Say whether the metrics of a dataset are those that the table ``metrics`` describes."""
    keys = resource["schema"].get("foreignKeys", [])
    return resource["name"] != "gaps" and any(key["reference"]["resource"] == "metrics" for key in keys)


def _column(field: Record) -> list[str]:
    choices = field.get("constraints", {}).get("enum")
    allowed = f" One of: {escape(', '.join(map(str, choices)))}." if choices else ""
    meaning = escape(str(field.get("description", "")).rstrip("."))
    return [f"<code>{escape(field['name'])}</code>", escape(field["type"]), f"{meaning}.{allowed}"]


def _coverage(table: pd.DataFrame, metrics: pd.DataFrame, gaps: pd.DataFrame) -> str:
    """Return one row a metric: what it counts, unit, first and last period known, number of figures, gaps."""
    described = {str(row["metric"]): row for row in metrics.to_dict("records")}
    period = "period" if "period" in table.columns else "year"
    rows = []
    for metric, group in table.groupby("metric", sort=False):
        name, periods = str(metric), sorted(group[period].astype(str))
        rows.append(
            [
                f"{escape(str(described[name]['label']))}<br><code>{escape(name)}</code>",
                escape(str(described[name]["meaning"])),
                escape(" / ".join(sorted(set(group["unit"])))),
                f"{periods[0]} to {periods[-1]}" if periods[0] != periods[-1] else periods[0],
                str(len(group)),
                _missing(gaps[gaps["metric"] == metric], periods),
            ]
        )
    return write_table(["Metric", "What is counted", "Unit", "Periods", "Figures", "Missing"], rows)


def _missing(gaps: pd.DataFrame, periods: list[str]) -> str:
    """Return the missing periods of the length that a dataset has, each reason once."""
    same_length = gaps[gaps["period"].str.len() == len(periods[0])]
    reasons = same_length.groupby("reason", sort=False)["period"].agg(", ".join)
    return "<br>".join(escape(f"{missing}: {reason}") for reason, missing in reasons.items())


def _remarks(table: pd.DataFrame) -> str:
    rows = table.sort_values(["kind", "remark_id"]).to_dict("records")
    return write_table(
        ["Kind", "Remark"], [[escape(str(row["kind"])), escape(str(row["remark"]))] for row in rows]
    )


def describe_sources(edition: Record, sources: pd.DataFrame) -> str:
    """Return the list of sources published by the edition's day, by kind, newest last.

    Each says what stands behind it and where it is weak. Only original publishers and known outlets are
    links; the address of a copy or mirror is plain text.
    """
    day = date.fromisoformat(edition["as_of"])
    known = sources[pd.to_datetime(sources["published"]) <= pd.Timestamp(day)]
    parts = [
        "# Sources",
        f"The {len(known)} sources published by {edition['as_of']}. All were read as stored copies; no page "
        "was opened live. An address is a link only where the original publisher or a known outlet stands "
        "behind it; other addresses are plain text.",
        embed(write_table(["Standing", "Sources", "Weakness"], _standings(known))),
    ]
    for kind, heading in _KINDS.items():
        group = known[known["kind"] == kind].sort_values(["published", "source_id"])
        if len(group):
            rows = [_source(row, day) for row in group.to_dict("records")]
            ids = [find_anchor("sources", name) for name in group["source_id"]]
            headings = ["Date", "Title", "Publisher", "Standing", "Address"]
            parts += [f"## {heading}", embed(write_table(headings, rows, ids=ids))]
    return join_page(parts)


def _standings(sources: pd.DataFrame) -> list[list[str]]:
    counts = sources["authority"].value_counts()
    return [
        [escape(authority.capitalize()), str(counts.get(authority, 0)), escape(weakness)]
        for authority, weakness in _WEAKNESSES.items()
    ]


def _source(row: Mapping[Any, Any], day: date) -> list[str]:
    day_shown = f'<span class="kx-nowrap">{escape(str(row["date"]))}</span>'
    shown = [day_shown, escape(str(row["title"])), escape(str(row["publisher"]))]
    return [*shown, "<br>".join(map(escape, _weak_points(row))), _address(row, day)]


def _weak_points(row: Mapping[Any, Any]) -> Iterable[str]:
    yield str(row["authority"])
    if "digest" in str(row["publisher"]):
        yield "digest, not the document itself"
    if row["published_precision"] != "day":
        yield f"dated by {row['published_precision']} only"


def _address(row: Mapping[Any, Any], day: date) -> str:
    url = str(row["url"])
    if row["live_link"]:
        host = urlsplit(url).netloc.removeprefix("www.")
        return f'<a href="{escape(url)}" rel="noreferrer">{escape(host)}</a>'
    return "stored later" if find_later(url, day) else f'<span class="kx-address">{escape(url)}</span>'


def describe_runs(edition: Record, runs: Sequence[Record]) -> str:
    """Return the page about this edition: its id and, for each run, results, parameters, inputs, versions."""
    facts = [
        ("Edition", f"<code>{escape(edition['edition_id'])}</code>"),
        ("Sees what was published by", escape(edition["as_of"]) + (" (newest)" if edition["latest"] else "")),
        ("Scenario", escape(edition["scenario"])),
        ("Software", '<a href="../sbom.cdx.json">bill of materials</a> of every locked package (CycloneDX)'),
    ]
    parts = [
        "# About this run",
        "Every number in the text was computed by one of the runs below and links to its row here. The "
        "edition's id is a hash of everything that was known before the pages were made: pages, code, data, "
        "locked versions and the keys of the runs. The same inputs give the same id and the same pages.",
        embed(write_pairs(facts)),
    ]
    for run in runs:
        parts += _describe_run(run)
    return join_page(parts)


def _describe_run(run: Record) -> list[str]:
    notebook = str(run["notebook"])
    page = f"../chapters/{notebook}.ipynb"
    return [
        f"(run-{anchor(notebook)})=\n## {name_notebook(notebook)}",
        f"Run `{run['key']}` of [the chapter]({page}), with what was published by {run['as_of']} and seed "
        f"{run['seed']}.",
        embed(_command(run)),
        f"(results-{anchor(notebook)})=\n### Results",
        embed(_results(run)),
        f"({_parameters_anchor(notebook)})=\n### Parameters",
        embed(_parameters(run)),
        "### Inputs and versions",
        embed(_inputs(run)),
    ]


def _parameters_anchor(notebook: str) -> str:
    return f"parameters-{anchor(notebook)}"


def _results(run: Record) -> str:
    assumed = f'<a href="#{_parameters_anchor(str(run["notebook"]))}">assumptions of the run</a>'
    rows = [
        [
            f"{escape(result['meaning'])}<small><code>{escape(result['name'])}</code></small>",
            _value(result),
            escape(_interval(result)),
            _references(result["inputs"], run["as_of"]) or assumed,
        ]
        for result in run["results"]
    ]
    ids = [f"result-{run['notebook']}-{result['name']}" for result in run["results"]]
    return write_table(["Result", "Value", "Range", "Rests on"], rows, ids=ids)


def _value(result: Record) -> str:
    text = escape(prose.format_value(result["value"], result["unit"]))
    if result["value"] is None:
        return f"{text}: {escape(result['why'])}"
    return f'<data value="{escape(str(result["value"]))}">{text}</data>'


def _interval(result: Record) -> str:
    if result["interval"] == "none" or result["value"] is None:
        return ""
    level = f"{100 * result['level']:g}% " if result["level"] else ""
    interval = prose.format_interval(result["low"], result["high"], result["unit"])
    return f"{interval} ({level}{_INTERVALS[result['interval']]})"


def _parameters(run: Record) -> str:
    rows = [
        [
            f"<code>{escape(row['name'])}</code><small>{escape(str(row['meaning'] or ''))}</small>",
            _setting(run, row),
            escape(str(row["unit"] or "")),
            escape(_range(row)),
            _references(row["rests_on"], run["as_of"]) or "own assumption",
        ]
        for row in run["contract"]
    ]
    return write_table(["Parameter", "Value", "Unit", "Range", "Default rests on"], rows)


def _setting(run: Record, row: Record) -> str:
    value, default = run["parameters"][row["name"]], row["default"]
    usual = prose.NOT_KNOWN if rests_on_later(row, run["as_of"]) else escape(_plain(default))
    return usual if value == default else f"<strong>{escape(_plain(value))}</strong> (default {usual})"


def rests_on_later(row: Record, as_of: str) -> bool:
    """Say whether the default of a parameter rests on a figure that was published after a day."""
    return any(_is_later(reference, as_of) for reference in row["rests_on"])


def _is_later(reference: str, as_of: str) -> bool:
    manifest = hash_file(paths.DATA / MANIFEST)
    return _find_published(reference, manifest) > date.fromisoformat(as_of)


@lru_cache(maxsize=4096)
def _find_published(reference: str, _manifest: str) -> date:
    """Look a row up once for each state of the data, whose description holds the hash of every table."""
    return find_published(reference)


def _range(row: Record) -> str:
    if row["choices"]:
        return "one of " + ", ".join(_plain(choice) for choice in row["choices"])
    ends = [("at least ", row["minimum"]), ("at most ", row["maximum"])]
    if None not in (row["minimum"], row["maximum"]):
        return f"{_plain(row['minimum'])} to {_plain(row['maximum'])}"
    return "".join(word + _plain(end) for word, end in ends if end is not None)


def _inputs(run: Record) -> str:
    hashes = [
        [f"<code>{escape(name)}</code>", f'<code class="kx-hash">{escape(digest)}</code>']
        for name, digest in sorted(run["inputs"].items())
    ]
    versions = [[escape(name), escape(version)] for name, version in sorted(run["versions"].items())]
    files = write_details(f"{len(hashes)} input files by hash", write_table(["Input", "SHA-256"], hashes))
    software = write_details(
        "Versions of the software", write_table(["Software", "Version"], versions), UNDATED
    )
    return f"{files}\n{software}"


def parameter_panel(run: Record) -> str:
    """Return the HTML panel at the top of a chapter: what made the page and the command that repeats it.

    Parameters
    ----------
    run : mapping
        As in `write_records`.
    """
    changed = len(list(changed_parameters(run)))
    setting = (
        f"{changed} changed parameter{'s' * (changed > 1)}" if changed else "every parameter at its default"
    )
    about = f"../records/about.html#run-{anchor(run['notebook'])}"
    return _LINE.join(
        [
            '<aside class="kx-panel" aria-label="What made this page">',
            f'<p>Made by <a href="{about}">run <code>{escape(run["key"])}</code></a>: '
            f"{setting}, with what was published by {escape(str(run['as_of']))}. To repeat it:</p>",
            _command(run),
            write_details(f"All {len(run['contract'])} parameters of this page", _parameters(run)),
            "</aside>",
        ]
    )


def changed_parameters(run: Record) -> Iterable[tuple[str, Any]]:
    """Yield name and value of every parameter that differs from its default, in the order of the contract."""
    for row in run["contract"]:
        if run["parameters"][row["name"]] != row["default"]:
            yield row["name"], run["parameters"][row["name"]]


def rerun_command(run: Record, *, without: Iterable[str] = ()) -> str:
    """Return the shell command that repeats a run, without defaults and without some other parameters."""
    words = ["report", "run", str(run["notebook"])]
    for name, value in changed_parameters(run):
        if name not in set(without):
            words += ["-p", f"{name}={_plain(value, separator=',')}"]
    return shlex.join(words)


def _command(run: Record) -> str:
    return f"<pre><code>{escape(rerun_command(run))}</code></pre>"


def anchor(name: str) -> str:
    """Return the anchor that a page gives a dataset or notebook: ``closed_loop`` has ``closed-loop``."""
    return name.replace("_", "-")


def _references(references: Iterable[str], as_of: str) -> str:
    """Link each row that something rests on; a row published later is not yet known."""
    shown = []
    for reference in references:
        text = escape(reference).replace("/", "/<wbr>").replace("_", "_<wbr>")
        link = f'<a href="../{escape(find_address(reference))}"><code>{text}</code></a>'
        shown.append(prose.NOT_KNOWN if _is_later(reference, as_of) else link)
    return "<br>".join(shown)


def _plain(value: Any, *, separator: str = ", ") -> str:
    """Write a parameter's value as the command line takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return separator.join(_plain(item) for item in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _licence(described: Record) -> str:
    return ", ".join(licence.get("title") or licence["name"] for licence in described["licenses"])
