"""The record of provenance that an edition carries as RO-Crate: inputs, parameters, versions, runs, files.

Every run is a ``CreateAction``: its notebook is the instrument, its inputs (by hash and licence) and settings
are the object, and what shows it is the result. No clock is read: the record is dated by the day up to which
the edition knows the data, and actions state no time.

References
----------
RO-Crate 1.3, https://w3id.org/ro/crate/1.3
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model import ContextEntity
from rocrate.rocrate import ROCrate

from helpers import data, prose
from helpers.book import citing, takeaway
from helpers.book.current import list_own_files
from helpers.book.records import rests_on_later
from helpers.paths import SUMS_FILE
from helpers.runs import contract
from helpers.runs.inputs import hash_bytes
from helpers.runs.record import Run, to_json

FILE = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.3"

_CODE_LICENCES = {
    "src/": ("https://spdx.org/licenses/MIT", "MIT licence"),
    "_static/vega-bundle.js": ("https://spdx.org/licenses/BSD-3-Clause", "BSD 3-clause licence of Vega"),
}
_FORMATS = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".zip": "application/zip",
}
_ABOUT = (
    "A book made from the runs of its notebooks: the files of this edition, and for every run its notebook, "
    "its inputs by hash, its parameters and the versions of its software. The date is the day up to which "
    "the edition knows the data; inputs without an address are named by their path in the report's sources."
)


class _Writer:
    """One crate in the making; an entity that several runs share is added once."""

    def __init__(self, html: Path, edition: Mapping[str, Any]):
        self.html, self.edition = html, edition
        self.describe_parameters = cache(contract.describe_parameters)
        self.crate = ROCrate(version=SPECIFICATION.rpartition("/")[2])

    @cached_property
    def data_licences(self) -> dict[str, dict[str, str]]:
        """Licence of each data file by its path in the sources."""
        package = data.describe()
        described = {f"data/{each['path']}": each["licenses"][0] for each in package["resources"]}
        return {"": package["licenses"][0], **described}

    def add(self, identifier: str, kind: str | list[str], **properties: Any) -> Any:
        """Return an entity, made at its first mention."""
        if found := self.crate.get(identifier):
            return found
        return self.crate.add(ContextEntity(self.crate, identifier, {"@type": kind, **properties}))

    def add_licence(self, name: str = "") -> Any:
        """Return the licence of a file of the sources or of the book; the empty name is the book itself."""
        usual = self.data_licences.get(name, self.data_licences[""])
        codes = (code for start, code in _CODE_LICENCES.items() if name.startswith(start))
        address, title = next(codes, (usual["path"], usual["title"]))
        return self.add(address, "CreativeWork", name=title)

    def describe_book(self) -> None:
        """Say what the crate is, who made it and under which licence."""
        book = citing.read_book(self.edition)
        cited = citing.read_citation()
        authors = [
            self.add(f"#author-{place}", "Organization", name=author["name"])
            for place, author in enumerate(cited["authors"], start=1)
        ]
        properties = {
            "name": book.title,
            "description": _ABOUT,
            "datePublished": book.as_of,
            "identifier": book.edition_id,
            "version": cited["version"],
            "keywords": cited["keywords"],
            "author": authors,
            "publisher": authors[0],
            "license": self.add_licence(),
        }
        for name, value in properties.items():
            self.crate.root_dataset[name] = value

    def add_files(self) -> None:
        """Name every file of the edition with its hash, and its licence if it is not the book's."""
        for name in list_files(self.html):
            content = (self.html / name).read_bytes()
            properties = {
                "@type": ["File", "SoftwareSourceCode"] if name.startswith(takeaway.SOURCES) else "File",
                "name": name,
                "encodingFormat": _FORMATS.get(Path(name).suffix, "application/octet-stream"),
                "contentSize": str(len(content)),
                "sha256": hash_bytes(content),
            }
            if (licence := self.add_licence(name)) != self.add_licence():
                properties["license"] = licence
            self.crate.add_file(dest_path=quote(name), properties=properties)

    def add_run(self, run: Run) -> Any:
        """Describe one run by what went in and what shows it."""
        name, record = run.record["notebook"], run.record
        instrument = self.add_notebook(name)
        instrument["softwareRequirements"] = [
            self.add_software(*item) for item in sorted(record["versions"].items())
        ]
        return self.crate.add_action(
            instrument,
            find_run(name, record["key"]),
            object=[*self.add_inputs(record["inputs"]), *self.add_parameters(run)],
            result=self.list_results(name, record["key"]),
            properties={
                "name": f"Run of {name} with what was published by {record['as_of']}",
                "actionStatus": "http://schema.org/CompletedActionStatus",
            },
        )

    def add_software(self, name: str, version: str) -> Any:
        """Return one package, or Python itself, in the version that ran."""
        url = "https://www.python.org/" if name == "python" else f"https://pypi.org/project/{name}/"
        properties = {"name": name, "version": version, "url": url}
        return self.add(f"#software/{quote(name)}/{version}", "SoftwareApplication", **properties)

    def add_notebook(self, name: str) -> Any:
        """Return a notebook: a file where the edition gives it away."""
        source = f"{takeaway.SOURCES}{name}.ipynb"
        path = f"notebooks/{name}.ipynb"
        return self.crate.get(source) or self.add(f"#{path}", "CreativeWork", name=path)

    def add_inputs(self, inputs: Mapping[str, str]) -> Iterator[Any]:
        """Yield the inputs of a run, each with hash and licence."""
        for path, digest in sorted(inputs.items()):
            licence = self.add_licence(path)
            yield self.add(f"#input/{quote(path)}", "CreativeWork", name=path, sha256=digest, license=licence)

    def add_parameters(self, run: Run) -> Iterator[Any]:
        """Yield the parameters of a run; a default that rests on a later figure keeps its value back."""
        name, as_of = run.record["notebook"], run.record["as_of"]
        for row in self.describe_parameters(name):
            given = run.record["parameters"][row["name"]]
            is_kept_back = given == row["default"] and rests_on_later(row, as_of)
            value = prose.NOT_KNOWN if is_kept_back else _plain(given)
            yield self.add(
                f"#parameter/{name}/{row['name']}/{quote(str(value), safe='')}",
                "PropertyValue",
                name=row["name"],
                value=value,
                unitText=row["unit"],
                description=row["meaning"],
            )

    def list_results(self, name: str, key: str) -> Any:
        """Return the files that show a run: of its own chapter, or the page of how the answers moved."""
        if self.edition["runs"].get(name) != key:
            return self.crate.get("records/moved.html")
        shown = [f"chapters/{name}.html", *takeaway.list_files_of_run(name)]
        return [entity for path in shown if (entity := self.crate.get(path))]


def _plain(value: Any) -> str | float:
    return value if isinstance(value, (bool, int, float, str)) else json.dumps(value, ensure_ascii=False)


def write_crate(html: Path, edition: Mapping[str, Any], runs: Sequence[Run]) -> str:
    """Return the record of an edition as JSON-LD.

    Parameters
    ----------
    html : Path
        Folder that holds all files of the edition but this record and the list of hashes.
    edition : mapping
        As in ``edition.json``.
    runs : sequence of Run
        The edition's own runs and those of earlier days that it shows.
    """
    writer = _Writer(html, edition)
    writer.describe_book()
    writer.add_files()
    writer.crate.root_dataset["mentions"] = [writer.add_run(run) for run in runs]
    return to_json(writer.crate.metadata.generate()) + "\n"


def list_files(html: Path) -> list[str]:
    """Return the files that a record names: all of an edition but itself, the hashes and other editions."""
    return sorted({path.relative_to(html).as_posix() for path in list_own_files(html)} - {FILE, SUMS_FILE})


def find_run(notebook: str, key: str) -> str:
    """Return the identifier of a run inside a record."""
    return f"#run/{notebook}/{key}"
