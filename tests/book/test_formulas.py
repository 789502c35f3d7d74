"""LaTeX to MathML."""

from __future__ import annotations

import pytest
from lxml import etree

from helpers.book.formulas import render_formula
from helpers.errors import InputError

MATHML = "{http://www.w3.org/1998/Math/MathML}"


@pytest.mark.parametrize(
    "latex",
    [
        r"a &= b \\ c &= d",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{align} a&=b\\c&=d \end{align}",
    ],
)
def test_lines_are_aligned_in_a_table_of_two_unnumbered_rows(latex: str) -> None:
    """Every way to write an alignment gives the same rows and columns."""
    rows = etree.fromstring(render_formula(latex, display=True)).findall(f".//{MATHML}mtr")

    assert [len(row) for row in rows] == [2, 2]


def test_the_source_is_kept_for_readers_without_mathml() -> None:
    """The alternative text is the LaTeX source on one line."""
    root = etree.fromstring(render_formula("a < \n b", display=False))

    assert (root.get("alttext"), root.get("display")) == ("a < b", "inline")


@pytest.mark.parametrize(
    ("latex", "flaw"),
    [
        (r"\foo{x}", r"unknown command \\foo"),
        (r"\frac{1}", "missing argument of mfrac"),
        (r"\frac{1", "unequal numbers of braces"),
        (r"a & b", "stray alignment mark"),
    ],
)
def test_a_formula_that_would_be_shown_wrong_is_refused(latex: str, flaw: str) -> None:
    """The converter prints what it does not know; we refuse it and say what it is."""
    with pytest.raises(InputError, match=flaw):
        render_formula(latex, display=False)


@pytest.mark.parametrize(
    ("latex", "set_so"),
    [
        (r"w(d')", '<mi>d</mi><mo lspace="0" rspace="0">&#x02032;</mo>'),
        (r"\lceil l", '<mo stretchy="false">&#x02308;</mo>'),
        (r"\max(a)", '<mi mathvariant="normal">max</mi><mo'),
        (
            r"\Delta\ln h",
            '</mi><mspace width="0.167em" /><mi mathvariant="normal">ln</mi><mspace width="0.167em" /><mi>h',
        ),
    ],
)
def test_primes_corners_and_names_of_functions_are_set_as_in_print(latex: str, set_so: str) -> None:
    """A prime is not shrunk and raised twice; a name stands apart from letters and close to its bracket."""
    assert set_so in render_formula(latex, display=True)
