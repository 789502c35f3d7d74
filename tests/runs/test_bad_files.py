"""Whatever stands in a file, the error is one line of ours that names the file: never a traceback.

Each file is spoilt at random places, as text and, where it is JSON, as a tree. A few examples here; ``make
verify`` tries many others.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import data, paths
from helpers.book import sentences
from helpers.errors import ReportError
from helpers.evidence import documents
from helpers.runs import contract, engine, scenarios, what_if

EXAMPLES = settings(max_examples=400 if settings.get_current_profile_name() == "explore" else 5)
NOTEBOOK = "closed_loop"
ARTICLE = "快手电商2022年GMV达到9012亿元，同比增长32.5%。\n第二段。\n" * 20
JUNK = st.sampled_from(
    [
        *(
            b"",
            b"\0",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b'"',
            b"'",
            b",,,",
            b"\n\n",
            b"\r",
            b"\t",
            b": ",
            b"- ",
            b"{",
        ),
        *(
            b"]",
            b"[" * 3000,
            b"{" * 3000,
            b"9" * 5000,
            b"1e999",
            b"nan",
            b"1_000",
            b"-0",
            b"2020-13-45",
            b"null",
        ),
        *(
            b"&a [*a]",
            b"*a",
            b"!!python/name:os.system",
            b"!!binary x",
            b"? ",
            b"../../etc/passwd",
            b"0001-01-01",
        ),
        *("٣".encode(), "闭环".encode(), "\u202e".encode(), "\ud83d\ude00".encode("utf-16", "surrogatepass")),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["latest", "../x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def spoilt(draw: st.DrawFn, good: bytes) -> bytes:
    """Draw a file with up to three places cut, repeated, overwritten or filled with junk."""
    content = good
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(
            st.integers(start, min(len(content), start + draw(st.sampled_from([0, 1, 8, 200, 10**6]))))
        )
        piece = draw(JUNK | st.binary(max_size=4) | st.just(content[start:end] * 2))
        content = content[:start] + piece + content[end:]
    return content


@st.composite
def spoilt_tree(draw: st.DrawFn, good: bytes) -> bytes:
    """Draw a JSON file with one of its values replaced or taken out."""
    tree = json.loads(good)
    node = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or draw(st.booleans()):
            break
        node = node[key]
    if draw(st.booleans()):
        del node[key]
    else:
        node[key] = draw(VALUES)
    return json.dumps(tree).encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a user may edit, at which every path points."""
    root = tmp_path_factory.mktemp("spoilt")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATA", "NOTEBOOKS"):
            shutil.copytree(getattr(paths, name), root / name.lower())
            patch.setattr(paths, name, root / name.lower())
        (root / "book").mkdir()
        shutil.copy(paths.BOOK / sentences.FILE, root / "book")
        shutil.copy(paths.ROOT / "_toc.yml", root)
        patch.setattr(paths, "BOOK", root / "book")
        patch.setattr(paths, "ROOT", root)
        patch.setattr(data, "DATA", root / "data")
        yield root


def read_article(path: Path) -> None:
    documents.read_document(path)


def read_notebook(_: Path) -> None:
    contract.check_cell(NOTEBOOK)
    contract.read_title(NOTEBOOK)
    engine.plan_run(NOTEBOOK, {})


def read_scenarios(_: Path) -> None:
    scenarios.list_editions()
    for scenario in scenarios.load_scenarios().values():
        engine.plan_run(NOTEBOOK, scenario.parameters_for(NOTEBOOK))


def read_table(path: Path) -> None:
    """Read a table whose new hash was accepted, so that the hash does not hide what else is wrong."""
    manifest = path.with_name(data.MANIFEST)
    described = manifest.read_bytes()
    package = json.loads(described)
    for resource in package["resources"]:
        if resource["path"] == path.name:
            resource["hash"] = data._hash(path.read_bytes())
    manifest.write_text(json.dumps(package), encoding="utf-8")
    try:
        data.load(path.stem)
        data.resolve_as_of("2022-11-10")
    finally:
        manifest.write_bytes(described)


def read_package(_: Path) -> None:
    data.describe()
    data.series("ecommerce_gmv", as_of="2022-11-10")
    data.load_values("facts")


def check(path: Path, content: bytes, read: Callable[[Path], object]) -> str:
    """Read a file with this content, then put the good one back; return what was said of it."""
    good = path.read_bytes()
    path.write_bytes(content)
    said = path.name
    try:
        read(path)
    except ReportError as error:
        said = str(error)
    finally:
        path.write_bytes(good)
    assert "\n" not in said
    assert any(name in said for name in (path.name, path.stem, NOTEBOOK, "unknown dataset"))
    return said


FILES = {
    "data/sources.csv": read_table,
    "data/events.csv": read_table,
    "data/kuaishou_annual.csv": read_table,
    "data/datapackage.json": read_package,
    f"notebooks/{NOTEBOOK}.ipynb": read_notebook,
    "notebooks/scenarios.yml": read_scenarios,
    "notebooks/what_if.yml": lambda _: what_if.load_themes(),
    "book/sentences.yml": lambda _: sentences.load_catalogue(),
    "_toc.yml": lambda _: contract.list_notebooks(),
}


@pytest.mark.parametrize(
    ("name", "spoil_with"),
    [
        *((name, spoilt) for name in FILES),
        *((name, spoilt_tree) for name in FILES if name.endswith((".json", ".ipynb"))),
    ],
)
def test_a_file_spoilt_anywhere_is_an_error_in_one_line(folder, name, spoil_with):
    """Cut and overwritten bytes in every file, wrong values in those that hold a tree."""

    @EXAMPLES
    @given(spoil_with((folder / name).read_bytes()))
    def spoil(content: bytes) -> None:
        check(folder / name, content, FILES[name])

    spoil()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "not readable as YAML ('utf-8' codec can't decode byte 0xff"),
        (b"slow: {why: 2020-13-45}", "not readable as YAML (month must be in 1..12"),
        (b"slow: {why: A.}\nslow: {why: B.}", "not readable as YAML ('slow' stands twice)"),
        (b"slow: &x {why: A.}\nsame: *x", "not readable as YAML (an alias, *name, is not taken)"),
        (b"- slow", "must be a mapping of names to entries"),
        (b"1: {why: A.}", "must be a mapping of names to entries"),
        (b"slow: A.", "each entry needs why, every, notebooks"),
    ],
    ids=["bytes", "no day", "twice", "alias", "list", "number", "text"],
)
def test_a_scenario_file_that_is_none_says_why(folder, content, words):
    said = check(folder / "notebooks" / "scenarios.yml", content, read_scenarios)
    assert said.startswith(f"notebooks/scenarios.yml: {words}")


@EXAMPLES
@given(content=spoilt(ARTICLE.encode()))
def test_an_article_of_any_bytes_is_read_or_refused(folder, content):
    path = folder / "900.md"
    path.write_text(ARTICLE, encoding="utf-8")
    check(path, content, read_article)


@EXAMPLES
@given(given_values=st.dictionaries(st.sampled_from(["seed", "as_of", "outside_share", "no_such"]), VALUES))
def test_a_parameter_of_any_value_is_taken_or_refused(given_values):
    said = " ".join(given_values)
    try:
        contract.validate_parameters(NOTEBOOK, given_values)
    except ReportError as error:
        said = str(error)
    assert not given_values or any(name in said for name in given_values)
