"""What a reader can carry away: notebooks as source and as run, results, the data as one archive, a map.

An edition of a past day gives none of the files away, since they hold what became known later; charts bring
their own data in every edition.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from lxml import html as lxml_html

from helpers import paths
from helpers.book.chapters import INJECTED_TAG
from helpers.book.html import embed, join_page, read_page, read_title, write_table, write_words
from helpers.book.typography import NO_BREAK
from helpers.book.wording import name_notebook
from helpers.runs.inputs import list_data_files
from helpers.runs.record import Run

FOLDER = "takeaway"
SOURCES = f"{FOLDER}/source/"
DATA_ARCHIVE = f"{FOLDER}/kuaishou-data.zip"
PAPER = f"{FOLDER}/pdf"
WHOLE = "kuaishou-e-commerce"
MAP = "llms.txt"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def collect_files(edition: Mapping[str, Any], runs: Sequence[Run]) -> dict[str, bytes]:
    """Return the files by path from the book's root; none for an edition of a past day.

    Parameters
    ----------
    edition : mapping
        With ``latest``.
    runs : sequence of Run
        The runs of the edition.
    """
    if not edition["latest"]:
        return {}
    files = {DATA_ARCHIVE: zip_files(list_data_files(), base=paths.DATA)}
    for run in runs:
        name = run.record["notebook"]
        files[f"{SOURCES}{name}.ipynb"] = (paths.NOTEBOOKS / f"{name}.ipynb").read_bytes()
        as_run, results = list_files_of_run(name)
        files[as_run], files[results] = _write_run(run), (run.folder / "results.json").read_bytes()
    return files


def list_files_of_run(name: str) -> tuple[str, str]:
    """Return where the executed notebook and the results of a chapter's run are given away."""
    return f"{FOLDER}/run/{name}.ipynb", f"{FOLDER}/results/{name}.json"


def _write_run(run: Run) -> bytes:
    """Return the executed notebook; the cell that sets the parameters is a cell like any other."""
    notebook = run.read_notebook()
    for cell in notebook.cells:
        if INJECTED_TAG in cell.metadata.get("tags", []):
            cell.metadata.tags.remove(INJECTED_TAG)
            cell.id = "parameters-of-this-run"
    return f"{nbformat.writes(notebook)}\n".encode()


def zip_files(files: Iterable[Path], *, base: Path) -> bytes:
    """Return an archive of files; the same files give the same bytes, on any day and machine."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path.relative_to(base).as_posix(), _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return archive.getvalue()


def describe_takeaway(edition: Mapping[str, Any], files: Mapping[str, bytes], names: Sequence[str]) -> str:
    """Return the page that links the files and names the commands for the rest.

    Parameters
    ----------
    files : mapping of str to bytes
        As from `collect_files`.
    names : sequence of str
        The notebooks in the order of the book.
    """
    parts = [
        "# Take away",
        "Each chart unfolds its data, its picture as SVG and PNG, its citation and the code that embeds it. "
        "What follows is about the whole.",
        "## Paper",
        *(_link_paper(names) if edition.get("pdf") else _explain_paper()),
    ]
    parts += _describe_files(files, names) if files else [_explain_absence(edition["as_of"])]
    parts += [
        "## Machines",
        f'<a href="../{MAP}">{MAP}</a> lists the pages with their first words. '
        '<a href="../edition.json">edition.json</a> names the edition and its runs, and '
        '<a href="../SHA256SUMS">SHA256SUMS</a> every file with its hash.',
        '<a href="../ro-crate-metadata.json">ro-crate-metadata.json</a> is the record of provenance, an '
        "RO-Crate: for every run its notebook, its inputs with hash and licence, parameters, the versions of "
        'its software and the files that show it. <a href="../sbom.cdx.json">sbom.cdx.json</a> lists all '
        "locked software.",
    ]
    return join_page(parts)


def list_papers(names: Sequence[str]) -> dict[str, str | None]:
    """Return the printed files of an edition by path: the whole book (None), then each chapter."""
    return {f"{PAPER}/{WHOLE}.pdf": None} | {f"{PAPER}/{name}.pdf": name for name in names}


def _link_paper(names: Sequence[str]) -> list[str]:
    links = [
        f'<li><a href="../{path}">{escape(name_notebook(name) if name else "The whole book")}</a></li>'
        for path, name in list_papers(names).items()
    ]
    return [
        "Printed with Chromium from these pages, with outline, page numbers and charts as vectors; a box "
        "that moves shows the edition's own point. Another version of Chromium gives other bytes.",
        embed(f"<ul>{''.join(links)}</ul>"),
    ]


def _explain_paper() -> list[str]:
    return [
        "This edition was built without its PDF, since printing needs Chromium. Where that is installed, "
        "`report build --pdf` puts the whole book and each chapter on this page, with outline, page numbers "
        "and charts as vectors; `report pdf` prints a book that is there already and leaves the file beside "
        "it.",
        "```sh\nreport build --pdf\nreport pdf closed_loop\n```",
    ]


def _explain_absence(as_of: str) -> str:
    return (
        f"## Notebooks and data\n\nThis edition shows what was known on {as_of}. The notebooks and the data "
        "hold what became public later, so they are given away with the newest edition only."
    )


def _describe_files(files: Mapping[str, bytes], names: Sequence[str]) -> list[str]:
    rows = [
        [
            f"<code>{escape(name)}</code>",
            *(_link(path, files) for path in (f"{SOURCES}{name}.ipynb", *list_files_of_run(name))),
        ]
        for name in names
    ]
    count = len(list_data_files())
    return [
        "## Notebooks",
        "The source opens in JupyterLab and runs inside a clone of the report; as run, it holds the outputs "
        "of this edition, and the results hold every recorded number in full precision.",
        embed(write_table(["Notebook", "Source", "As run", "Results"], rows)),
        "## Data",
        f"{_link(DATA_ARCHIVE, files)}: the {count} files of the data package with its description in "
        "<code>datapackage.json</code>. [Data](data.md) explains them.",
    ]


def _link(path: str, files: Mapping[str, bytes]) -> str:
    size = f"{len(files[path]) / 1000:,.0f}{NO_BREAK}kB"
    return f'<a href="../{escape(path)}" download>{escape(Path(path).name)}</a> ({size})'


def write_map(html: Path) -> str:
    """Return a map of the built pages in the form of llms.txt: parts of the book, links, first words.

    Parameters
    ----------
    html : Path
        Folder of the finished pages.
    """
    front = read_page(html / "index.html")
    lines = [f"# {write_words(read_title(front))}", "", f"> {_first_words(front)}"]
    for part in front.xpath("//nav[@id='contents']/*[self::p or self::ul]"):
        if part.tag == "p":
            lines += ["", f"## {write_words(part.text_content())}", ""]
        for name in part.xpath(".//a/@href"):
            page = read_page(html / name)
            lines.append(f"- [{write_words(read_title(page))}]({name}): {_first_words(page)}")
    return "\n".join(lines) + "\n"


def _first_words(page: lxml_html.HtmlElement) -> str:
    (first, *_) = page.xpath("//article//p[normalize-space() and not(ancestor::aside)]")
    return write_words(first.text_content())
