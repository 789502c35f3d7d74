"""What a page is, for machines that read schema.org: the report, a chapter of it, or the data under it.

The build writes the descriptions to ``records/linked.json``; each page carries its own as a data block, which
no browser executes and the content policy does not concern. They name no day of publication: the day is that
up to which the edition knows the data.

References
----------
https://schema.org/Report, https://schema.org/Dataset
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from helpers.book import takeaway
from helpers.book.citing import Book, read_book, read_citation
from helpers.book.mentions import find_later
from helpers.book.records import anchor
from helpers.runs import contract
from helpers.runs.inputs import hash_bytes

FILE = "linked.json"

Described = dict[str, Any]
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class _Page:
    """A page that is described, from which every address starts."""

    book: Book
    name: str

    def find(self, target: str) -> str:
        """Return the address of a file of the book as seen from the page."""
        return (self.book.site_url or "../" * self.name.count("/")) + target


def describe_pages(
    edition: Mapping[str, Any], package: Mapping[str, Any], tables: Tables, files: Mapping[str, bytes]
) -> dict[str, Described]:
    """Return the description of each page that has one, by its name without suffix.

    Parameters
    ----------
    edition : mapping
        With ``as_of, edition_id, runs``.
    package : mapping
        The data package.
    tables : mapping of str to DataFrame
        Every dataset by name, only rows public by the edition's day.
    files : mapping of str to bytes
        What the edition gives away, as from `helpers.book.takeaway.collect_files`.
    """
    book = read_book(edition)
    described = {"index": _describe_front(_Page(book, "index"), edition["runs"])}
    for name, key in edition["runs"].items():
        page = _Page(book, f"chapters/{name}")
        described[page.name] = _describe_chapter(page, name) | {
            "identifier": key,
            "isPartOf": _name_book(page),
        }
    data_page, sources_page = _Page(book, "records/data"), _Page(book, "records/sources")
    described[data_page.name] = _describe_package(data_page, package, tables, files)
    described[sources_page.name] = _describe_sources(sources_page, package, tables["sources"])
    common = _describe_work(book, package, tables)
    return {name: {"@context": "https://schema.org", **common, **own} for name, own in described.items()}


def _describe_work(book: Book, package: Mapping[str, Any], tables: Tables) -> Described:
    """Return what all pages have in common: who made them, under which licence, and up to which day."""
    cited = read_citation()
    return {
        "author": [{"@type": "Organization", "name": author["name"]} for author in cited["authors"]],
        "inLanguage": "en",
        "keywords": cited["keywords"],
        "license": package["licenses"][0]["path"],
        "temporalCoverage": f"{min(map(_first_year, tables.values()))}/{book.as_of}",
        "version": book.edition_id,
    }


def _first_year(table: pd.DataFrame) -> str:
    """Return the first year that the rows of a table are about; a table of no time comes last."""
    column = next((name for name in ("period", "year") if name in table), None)
    return str(table[column].astype(str).min())[:4] if column and len(table) else "9999"


def _name_book(page: _Page) -> Described:
    return {
        "@type": "Report",
        "name": page.book.title,
        "url": page.find("index.html"),
        "reportNumber": page.book.edition_id,
    }


def _describe_front(page: _Page, names: Mapping[str, str]) -> Described:
    provenance = {"@type": "DigitalDocument", "name": "Record of provenance", "url": "ro-crate-metadata.json"}
    parts = [_describe_chapter(page, name) for name in names]
    return _name_book(page) | {"hasPart": parts, "subjectOf": provenance}


def _describe_chapter(page: _Page, name: str) -> Described:
    return {"@type": "Report", "name": contract.read_title(name), "url": page.find(f"chapters/{name}.html")}


def _describe_package(
    page: _Page, package: Mapping[str, Any], tables: Tables, files: Mapping[str, bytes]
) -> Described:
    sources = {"@type": "CreativeWork", "name": "Sources", "url": page.find("records/sources.html")}
    parts = [_describe_dataset(page, resource, tables) for resource in package["resources"]]
    return _name_dataset(package) | {"citation": sources, "hasPart": parts, **_distribute(page, files)}


def _name_dataset(described: Mapping[str, Any]) -> Described:
    named = {"@type": "Dataset", "name": described["title"], "description": described["description"]}
    return named | {"license": described["licenses"][0]["path"]}


def _distribute(page: _Page, files: Mapping[str, bytes]) -> Described:
    """Return where the data can be had; an edition of a past day gives none away."""
    if not (content := files.get(takeaway.DATA_ARCHIVE)):
        return {}
    download = {
        "@type": "DataDownload",
        "contentUrl": page.find(takeaway.DATA_ARCHIVE),
        "encodingFormat": "application/zip",
        "contentSize": f"{len(content)} B",
        "sha256": hash_bytes(content),
    }
    return {"distribution": download}


def _describe_dataset(page: _Page, resource: Mapping[str, Any], tables: Tables) -> Described:
    name, table = resource["name"], tables[resource["name"]]
    described = _name_dataset(resource) | {"url": page.find(f"records/data.html#{anchor(name)}")}
    if name != "gaps" and "metric" in table and len(table):
        described["variableMeasured"] = list(_measure(table, tables["metrics"]))
    if "period" in table and len(table):
        described["temporalCoverage"] = f"{_first_year(table)}/{page.book.as_of}"
    return described


def _measure(table: pd.DataFrame, metrics: pd.DataFrame) -> Iterator[Described]:
    """Yield what a table counts, in the order of the description of metrics."""
    known = metrics[metrics["metric"].isin(table["metric"])]
    for row in known.to_dict("records"):
        units = " / ".join(sorted(set(table.loc[table["metric"] == row["metric"], "unit"])))
        named = {"name": row["label"], "alternateName": row["metric"], "description": row["meaning"]}
        yield {"@type": "PropertyValue", **named, "unitText": units}


def _describe_sources(page: _Page, package: Mapping[str, Any], sources: pd.DataFrame) -> Described:
    resource = next(each for each in package["resources"] if each["name"] == "sources")
    day = date.fromisoformat(page.book.as_of)
    known = sources[sources["published"] <= pd.Timestamp(day)]
    whole = {"@type": "Dataset", "name": package["title"], "url": page.find("records/data.html")}
    cited = [_cite(row, day) for row in known.sort_values("source_id").to_dict("records")]
    return _name_dataset(resource) | {"isPartOf": whole, "citation": cited}


def _cite(row: Mapping[Any, Any], day: date) -> Described:
    """Return a source; only an original publisher or a known outlet has an address."""
    live = row["live_link"] and not find_later(str(row["url"]), day)
    return {
        "@type": "CreativeWork",
        "name": str(row["title"]),
        "datePublished": f"{row['published']:%Y-%m-%d}",
        "publisher": {"@type": "Organization", "name": str(row["publisher"])},
        **({"url": str(row["url"])} if live else {}),
    }
