"""Intervals that a printed figure stands for, and plain arithmetic on them."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpers.evidence.facts import Fact
from helpers.evidence.fold import fold
from helpers.evidence.numerals import find_numerals
from helpers.evidence.quantities import read_scale

_FIGURE = re.compile(r"\d[\d,]*(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Bounds:
    """All values from `low` to `high`.

    Sums, differences, products and quotients hold every value that the operation can give when the operands
    move freely; an operand that stands twice in a formula therefore widens the result.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"'low' must be at most 'high' (got {self.low} and {self.high})")

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Bounds) -> Bounds:
        return Bounds(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Bounds) -> Bounds:
        corners = [_times(one, two) for one in (self.low, self.high) for two in (other.low, other.high)]
        return Bounds(min(corners), max(corners))

    def __truediv__(self, other: Bounds) -> Bounds:
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError(f"the divisor must not hold zero (got {other.low} to {other.high})")
        return self * Bounds(1 / other.high, 1 / other.low)


def _times(one: float, two: float) -> float:
    # Zero times an open end is zero: "nothing of at least so much".
    return 0.0 if one == 0 or two == 0 else one * two


def rounding_step(printed: str) -> float:
    """Return the distance between two neighbouring figures of the same print.

    A figure with a decimal or a scale ("14.2亿", "58%") was rounded to its last digit. A bare whole number
    ("11台", "12000元") is taken as counted, with step 0.

    Parameters
    ----------
    printed : str
        Figure as printed.

    Examples
    --------
    >>> rounding_step("14.2亿")
    10000000.0
    """
    folded = fold(printed)
    match = _FIGURE.search(folded)
    if match is None:
        return 0.0
    factor, end = read_scale(folded, match.end())
    counted = factor == 1 and match[1] is None and not folded.startswith("%", end)
    return 0.0 if counted else factor / 10 ** len(match[1] or "")


def bounds_of(fact: Fact) -> Bounds:
    """Return the values that a fact's figure allows.

    An exact figure was rounded to the nearest; "over" is open upwards (a share ends at 100 %), "nearly" and
    "up to" begin at zero, "as low as" is open upwards. A target, forecast or slogan is as open as its print.

    Parameters
    ----------
    fact : Fact
        With a value.

    Raises
    ------
    ValueError
        If the fact has no value.
    """
    if fact.value is None:
        raise ValueError(f"fact {fact.fact_id} has no value ({fact.qualifier})")
    if fact.value_high is not None:
        return Bounds(fact.value, fact.value_high)
    match _bound_of(fact):
        case "over":
            return Bounds(fact.value, 100.0 if fact.metric.endswith("share") else math.inf)
        case "nearly" | "up_to":
            return Bounds(0.0, fact.value)
    half = rounding_step(fact.printed) / 2 if fact.qualifier == "exact" else 0.0
    return Bounds(fact.value - half, fact.value + half)


def _bound_of(fact: Fact) -> str:
    if fold(fact.printed).startswith(("低至", "最低")):
        return "over"
    if fact.qualifier in {"target", "forecast", "slogan"}:
        return find_numerals(fact.printed)[0].bound
    return fact.qualifier


_OPERATIONS: dict[type[ast.operator], Callable[[Bounds, Bounds], Bounds]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(formula: str, values: Mapping[str, Bounds]) -> Bounds:
    """Return what a formula of names, numbers, ``+ - * /`` and brackets gives.

    Parameters
    ----------
    formula : str
        For instance ``"100 * f005 / f006"``.
    values : mapping of str to Bounds
        What each name stands for.

    Raises
    ------
    ValueError
        If the formula holds anything else.
    KeyError
        If a name has no value.
    """
    return _evaluate(ast.parse(formula, mode="eval").body, values)


def _evaluate(node: ast.expr, values: Mapping[str, Bounds]) -> Bounds:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.Constant(value=int() | float() as number):
            return Bounds(float(number), float(number))
        case ast.Name(id=name):
            return values[name]
    raise ValueError(f"a formula takes names, numbers, + - * / and brackets (got {ast.unparse(node)!r})")


def names_in(formula: str) -> tuple[str, ...]:
    """Return the names of a formula in order of first appearance."""
    names = [node for node in ast.walk(ast.parse(formula, mode="eval")) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(node.id for node in sorted(names, key=lambda node: node.col_offset)))
