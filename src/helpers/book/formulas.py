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

_WORD = re.compile(r"<mi>([A-Za-z]{2,})</mi>")
"""The name of a function, such as ln, which stands upright."""


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
    mathml = _WORD.sub(r'<mi mathvariant="normal">\1</mi>', mathml)
    return mathml.replace("<math ", f'<math alttext="{escape(" ".join(latex.split()))}" ', 1)


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
