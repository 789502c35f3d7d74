"""Roles, directives and formulas in a small Sphinx build."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from helpers.book.extension import BookError, write_block
from helpers.book.html import embed

RESULTS = {
    "closed_loop": {
        "growth_fall": {
            "value": 16.234,
            "low": None,
            "high": None,
            "interval": "none",
            "level": None,
            "unit": "percentage points",
            "meaning": "Fall of growth",
            "why": None,
        }
    }
}
FIGURES = {
    "f028": {
        "text": "99%",
        "number": "99",
        "printed": "99%以上",
        "title": "Own shops: share of GMV",
        "address": "records/evidence.html#fact-f028",
    }
}
Build = Callable[..., str]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that builds one page and returns its HTML."""

    def build_page(text: str, *, as_of: str = "2022-11-10", name: str = "page") -> str:
        source, out = tmp_path / "source", tmp_path / "out"
        (source / "records").mkdir(parents=True, exist_ok=True)
        (source / "records" / "results.json").write_text(json.dumps(RESULTS))
        (source / "records" / "figures.json").write_text(json.dumps(FIGURES))
        (source / "records" / "edition.json").write_text(json.dumps({"as_of": as_of}))
        (source / "records" / "linked.json").write_text("{}")
        (source / "templates").mkdir(exist_ok=True)
        (source / "templates" / "404.html").write_text("")
        (source / f"{name}.md").write_text(f"# Title\n\n{text}\n")
        overrides = {
            "extensions": ["myst_parser", "helpers.book.extension"],
            "root_doc": name,
            "html_theme": "basic",
            "templates_path": ["templates"],
            "myst_enable_extensions": ["colon_fence", "dollarmath"],
        }
        with patch_docutils(None), docutils_namespace():
            app = Sphinx(
                str(source),
                None,
                str(out),
                str(tmp_path / "trees"),
                "html",
                overrides,
                status=None,
                freshenv=True,
                warningiserror=True,
                keep_going=True,
            )
            app.build()
        assert app.statuscode == 0
        return (out / f"{name}.html").read_text()

    return build_page


def test_a_result_reads_with_its_unit_and_leads_to_its_row(build: Build) -> None:
    """A pasted number is formatted, explained by a tooltip and linked to the page about the run."""
    page = build("It fell by {result}`closed_loop/growth_fall:.1f`.")

    assert ">16.2 percentage points</a>" in page
    assert 'href="records/about.html#result-closed_loop-growth_fall"' in page
    assert 'title="Fall of growth"' in page


def test_every_bad_key_of_a_build_is_named_at_once(build: Build) -> None:
    """A key without a result fails the build with page, line, key and the nearest keys."""
    with pytest.raises(BookError) as caught:
        build("One {result}`closed_loop/growth_fal`.\n\nTwo {result}`closed_loop/growth_fall.low`.")

    first, second = str(caught.value).split("\n")
    assert first == (
        "page, line 3: unknown result 'closed_loop/growth_fal'; did you mean closed_loop/growth_fall?"
    )
    assert second.startswith("page, line 5: result key 'closed_loop/growth_fall.low': ")


def test_a_quoted_figure_leads_to_its_row(build: Build) -> None:
    """A published figure stands in prose as it is printed, with its subject as a tooltip."""
    page = build("Over {figure}`f028` or {figure}`f028.printed`.")

    assert page.count('href="records/evidence.html#fact-f028"') == 2
    assert 'title="Own shops: share of GMV">99%</a>' in page
    assert ">99%以上</a>" in page


def test_a_figure_that_the_edition_does_not_know_fails_the_build(build: Build) -> None:
    """Prose cannot quote what came later; the complaint names page, line, key and the nearest keys."""
    with pytest.raises(BookError) as caught:
        build("Over {figure}`f029`.")

    assert str(caught.value) == ("page, line 3: unknown figure of this edition 'f029'; did you mean f028?")


@pytest.mark.parametrize(("as_of", "shown"), [("2022-11-22", "late"), ("2022-11-21", "early")])
def test_a_dated_block_stands_only_in_editions_that_may_know_it(build: Build, as_of: str, shown: str) -> None:
    """`since` begins on its day, `before` ends on the day before."""
    text = ":::{since} 2022-11-22\nlate\n:::\n\n:::{before} 2022-11-22\nearly\n:::"

    page = build(text, as_of=as_of)

    assert {word for word in ("late", "early") if f"<p>{word}</p>" in page} == {shown}


def test_a_dated_block_without_a_day_fails_the_build(build: Build) -> None:
    """A mistyped day must not hide or show a block by accident."""
    with pytest.raises(BookError, match=r"'since' takes a day such as 2022-11-22 \(got '2022-11'\)"):
        build(":::{since} 2022-11\ntext\n:::")


def test_the_edition_names_its_day(build: Build) -> None:
    """A page can say which day it sees."""
    assert "seen on 2022-11-10." in build("seen on {edition}`as_of`.")


def test_an_unknown_field_of_the_edition_fails_the_build(build: Build) -> None:
    """The complaint offers the fields that exist."""
    with pytest.raises(BookError, match=r"unknown edition field 'as_off'; did you mean as_of\?"):
        build("{edition}`as_off`")


def test_formulas_become_mathml(build: Build) -> None:
    """Inline and display formulas need no script."""
    page = build("Share $e$ of $G$, gives\n\n$$E = e(1-r)$$")

    assert '<math alttext="e"' in page
    assert '<span class="kx-nowrap"><math alttext="G"' in page
    assert "</math>,</span> gives" in page
    assert '<div class="kx-formula"><math alttext="E = e(1-r)"' in page
    assert "mathjax" not in page.lower().replace("tex2jax_ignore mathjax_ignore", "")


def test_a_formula_that_cannot_be_shown_fails_the_build(build: Build) -> None:
    """An unknown command would otherwise stand in the page as text."""
    with pytest.raises(BookError, match=r"page: formula '\\\\foo' cannot become MathML"):
        build(r"$\foo$")


def test_embedded_html_is_never_read_as_markdown(build: Build) -> None:
    """A note in the data could otherwise end the block, and include a file of this machine."""
    page = build(embed("<p>a note\n```\n\n# Smuggled\n\n````{include} /page.md\n````\n</p>"))

    assert "# Smuggled\n\n````{include} /page.md" in page


def test_what_was_announced_and_what_is_defined_are_marked(build: Build) -> None:
    """The checks need to know a day to come and a definition by their marks."""
    page = build("Until {announced}`31 December 2022`, at least {typed}`90%`.")

    assert '<span class="kx-announced">31 December 2022</span>, at least 90%.' in page


COMPARED = "```{{compare}} closed_loop/growth_fall:.1f\n:labels: fall in growth\n{}\n```"


def test_results_are_compared_in_small_bars(build: Build) -> None:
    """Each bar has its words and its value, and the picture reads as one sentence."""
    page = build(COMPARED.format(":against: a whole"))
    assert 'aria-label="Bars: a whole; fall in growth 16.2 percentage points."' in page
    assert page.count("<rect") == 2


def test_bars_without_words_are_refused(build: Build) -> None:
    """As many labels as results, or the page says where."""
    with pytest.raises(
        BookError, match=r"page, line \d+: 'compare' needs one label for each result \(got 2\)"
    ):
        build(COMPARED.format("").replace("fall in growth", "one | two"))


def test_no_text_ends_the_block_in_which_a_page_describes_itself() -> None:
    """A title that holds markup stays data."""
    block = write_block({"name": "A </script> title"})
    assert "<" not in block
    assert {"name": "A </script> title"} == json.loads(block)
