"""What the pages tell machines about themselves is schema.org and what the edition says."""

import json
from datetime import date
from pathlib import Path

import pytest
import rocrate

from helpers import data
from helpers.book import linked, takeaway
from helpers.book.mentions import find_later
from helpers.book.records import load_known
from helpers.runs import contract
from helpers.runs.inputs import hash_bytes

NEWEST, EARLY = "2026-05-12", "2020-09-29"
ARCHIVE = {takeaway.DATA_ARCHIVE: b"data"}


def describe(as_of: str, files: dict) -> dict:
    """The descriptions of the pages of an edition of one chapter."""
    edition = {"as_of": as_of, "edition_id": "0123456789ab", "runs": {"closed_loop": "k1"}}
    package = data.describe()
    return linked.describe_pages(edition, package, load_known(package, as_of), files)


@pytest.fixture(scope="module")
def pages():
    """The descriptions of the newest edition."""
    return describe(NEWEST, ARCHIVE)


@pytest.fixture(scope="module")
def vocabulary():
    """The terms of schema.org by name, from the copy that rocrate brings."""
    path = Path(rocrate.__file__).parent / "data" / "schema.jsonld"
    return {term["@id"]: term for term in json.loads(path.read_text(encoding="utf-8"))["@graph"]}


def list_targets(term: dict, key: str) -> set[str]:
    given = term.get(key, [])
    return {each["@id"] for each in (given if isinstance(given, list) else [given])}


def list_kinds(vocabulary: dict, kind: str) -> set[str]:
    """A type with all that it is a case of."""
    above = list_targets(vocabulary[kind], "rdfs:subClassOf")
    return {kind}.union(*(list_kinds(vocabulary, one) for one in above if one in vocabulary))


def walk(node: object):
    """Every object inside a description."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def test_every_property_belongs_to_its_type_in_schema_org(pages, vocabulary):
    """No property is made up or stands where schema.org does not know it."""
    for thing in (thing for page in pages.values() for thing in walk(page)):
        kinds = list_kinds(vocabulary, f"schema:{thing['@type']}")
        for name in thing.keys() - {"@type", "@context"}:
            domains = list_targets(vocabulary[f"schema:{name}"], "schema:domainIncludes")
            assert domains & kinds, (name, thing["@type"])


def test_the_report_and_its_chapters_say_edition_run_and_day(pages):
    """Names lead to one another from where the page stands."""
    front, chapter = pages["index"], pages["chapters/closed_loop"]
    assert ("Report", "0123456789ab", "2017/2026-05-12") == (
        front["@type"],
        front["reportNumber"],
        front["temporalCoverage"],
    )
    assert (
        [contract.read_title("closed_loop")]
        == [part["name"] for part in front["hasPart"]]
        == [chapter["name"]]
    )
    assert ("k1", "../index.html") == (chapter["identifier"], chapter["isPartOf"]["url"])
    assert "chapters/closed_loop.html" == front["hasPart"][0]["url"]


def test_the_data_say_what_they_measure_and_where_they_are_had(pages):
    """Hash and size are those of the archive; metrics carry unit and meaning."""
    package = pages["records/data"]
    download = package["distribution"]
    assert (hash_bytes(b"data"), "4 B", f"../{takeaway.DATA_ARCHIVE}") == (
        download["sha256"],
        download["contentSize"],
        download["contentUrl"],
    )
    assert [each["title"] for each in data.describe()["resources"]] == [
        part["name"] for part in package["hasPart"]
    ]
    quarterly = next(part for part in package["hasPart"] if part["name"] == "Kuaishou quarterly figures")
    measured = {each["alternateName"]: each["unitText"] for each in quarterly["variableMeasured"]}
    assert set(data.load("kuaishou_quarterly")["metric"]) == measured.keys()
    assert "RMB bn" == measured["ecommerce_gmv"]


def test_a_source_is_cited_with_its_day_and_only_a_living_address(pages):
    """The address of a copy or mirror is no address of the work."""
    cited = pages["records/sources"]["citation"]
    sources = data.load("sources").sort_values("source_id")
    assert list(sources["title"]) == [each["name"] for each in cited]
    assert list(sources["published"].dt.strftime("%Y-%m-%d")) == [each["datePublished"] for each in cited]
    assert list(sources["live_link"]) == ["url" in each for each in cited]


def test_an_earlier_edition_tells_nothing_later_and_gives_nothing_away():
    """Neither in titles nor in coverage; machines are readers too."""
    pages = describe(EARLY, {})
    assert [] == find_later(json.dumps(pages, ensure_ascii=False), date.fromisoformat(EARLY))
    assert "distribution" not in pages["records/data"]
