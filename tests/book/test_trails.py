"""From a number in the text a reader gets in two steps to what it stands on."""

import pytest

from helpers.book.trails import find_broken_trails

TEXT = '<p><a class="reference kx-number" href="{}">16.2</a></p>'
RESULT = (
    '<table><tr id="result-loop-fall"><td>16.2</td><td>{}</td></tr></table><h3 id="parameters-loop">P</h3>'
)
FIGURE = '<table><tr id="row-gmv"><td>GMV</td><td>{}</td></tr></table>'
SOURCE = '<a href="sources.html#source-ks">Kuaishou</a>'


@pytest.fixture
def book(tmp_path):
    """Write a number in a chapter, the row of its result and the row of the figure under it."""

    def write(*, link="../records/about.html#result-loop-fall", rests='<a href="figures.html#row-gmv">g</a>',
              source=SOURCE):  # fmt: skip
        pages = {"chapters/loop": TEXT.format(link), "records/about": RESULT.format(rests)}
        for name, body in (pages | {"records/figures": FIGURE.format(source)}).items():
            path = tmp_path / f"{name}.html"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"<html><body>{body}</body></html>")
        return tmp_path

    return write


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"rests": '<a href="#parameters-loop">assumptions of the run</a>'},
        {"rests": "not yet known"},
        {"link": "../records/figures.html#row-gmv"},
    ],
    ids=["result, figure, source", "assumptions", "published later", "figure, source"],
)
def test_a_whole_trail_is_no_complaint(book, parts):
    assert [] == find_broken_trails(book(**parts))


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"link": "../records/about.html#result-loop-rise"}, "leads to no row"),
        ({"rests": ""}, "rests on nothing that its row shows"),
        ({"rests": '<a href="figures.html#row-dau">d</a>'}, "figures.html#row-dau, which leads to no row"),
        ({"source": "Kuaishou"}, "figures.html#row-gmv, which leads to no row with a source"),
        ({"link": "../records/figures.html#row-gmv", "source": ""}, "leads to a row without a source"),
    ],
)
def test_a_trail_that_ends_early_is_named_with_page_and_number(book, parts, problem):
    (line,) = find_broken_trails(book(**parts))
    assert line.startswith("chapters/loop.html: '16.2' ")
    assert problem in line
