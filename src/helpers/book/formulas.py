"""Formulas as MathML, made while the book is built, so that no page needs a formula script."""

from __future__ import annotations

import re
from html import escape

from latex2mathml.converter import convert
from lxml import etree

from helpers.errors import InputError

_CHILDREN = {
    "mfrac": 2,
    "msub": 2,
    "msup": 2,
    "mroot": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(?:align\*?|aligned|split|gather\*?)\}")

_APART = '<mspace width="0.167em" />'
_SETTING = (
    # The name of a function, such as ln, stands upright and apart from letters beside it.
    (r"<m([io])>([A-Za-z]{2,})</m\1>", r'<mi mathvariant="normal">\2</mi>'),
    (r'(?<=</mi>)(<mi mathvariant="normal">)', rf"{_APART}\1"),
    (r'(<mi mathvariant="normal">\w+</mi>)(?=<m(?!o|space))', rf"\1{_APART}"),
    # A prime comes raised in every font, and the edge of a ceiling is no letter.
    (
        r"<msup>(<mi>[^<]+</mi>)<mi>(&#x02032;)</mi></msup>",
        r'<mrow>\1<mo lspace="0" rspace="0">\2</mo></mrow>',
    ),
    (r"<mi>(&#x0230[89AB];)</mi>", r'<mo stretchy="false">\1</mo>'),
)
"""What the converter sets otherwise than a printer would, as patterns and what takes their place."""


def render_formula(latex: str, *, display: bool) -> str:
    r"""Turn one LaTeX formula into a MathML element that also carries its source.

    Parameters
    ----------
    latex : str
        Formula without its dollar signs. Several lines are parted by ``\\`` and aligned at ``&``.
    display : bool
        True for a formula on a line of its own.

    Returns
    -------
    str
        A ``<math>`` element; its ``alttext`` is the LaTeX source.

    Raises
    ------
    InputError
        If a command is unknown or an argument is missing: the converter itself would print it as text.
    """
    if latex.count("{") - latex.count(r"\{") != latex.count("}") - latex.count(r"\}"):
        raise InputError(f"formula {latex!r} has unequal numbers of braces: close each one")
    mathml = convert(_aligned(latex.strip()), display="block" if display else "inline")
    if flaw := _find_flaw(mathml):
        raise InputError(f"formula {latex!r} cannot become MathML ({flaw}): write it with simpler commands")
    for pattern, better in _SETTING:
        mathml = re.sub(pattern, better, mathml)
    return mathml.replace("<math ", f'<math alttext="{escape(" ".join(latex.split()))}" ', 1)


def split_formulas(latex: str) -> list[str]:
    r"""Return the formulas that ``\qquad`` parts, so that each can have a line of its own on a phone.

    >>> split_formulas(r"a = b, \qquad c = d")
    ['a = b,', 'c = d']
    """
    return [part.strip() for part in latex.split(r"\qquad")]


def _aligned(latex: str) -> str:
    """Write every alignment as ``align*``, the one form that the converter knows and does not number."""
    aligned = _ENVIRONMENT.sub(r"\\\1{align*}", latex)
    if r"\begin" not in aligned and r"\\" in aligned:
        return rf"\begin{{align*}}{aligned}\end{{align*}}"
    return aligned


def _find_flaw(mathml: str) -> str:
    """Return what is wrong with the converter's output, or an empty text."""
    try:
        root = etree.fromstring(mathml)
    except etree.XMLSyntaxError:
        return "stray alignment mark"
    for element in root.iter():
        name = etree.QName(element).localname
        if (element.text or "").startswith("\\"):
            return f"unknown command {element.text}"
        if name in _CHILDREN and len(element) != _CHILDREN[name]:
            return f"missing argument of {name}"
    return ""
