"""Verdicts: what an edition's own results say about each claim of the articles, and about each system.

A claim names one result ``NOTEBOOK/NAME`` and two intervals of it, `supported_when` and
`contradicted_when`. The span of the result (its interval, or its value where it has none) is laid over them:

- wholly inside the first: supported; wholly inside the second: contradicted;
- across an end, or in the gap between them: mixed;
- a result without a value as of the date: not yet known;
- no result named: not testable with public data, with what is missing and the nearest result.

An interval reads ``<= 10``, ``> 0``, ``[50, 100]``, ``(0, 5]``, or ``== little or part`` for a result in
words.

The rules know nothing of how well a result decides its claim: `strength` and its reason say so, by hand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from helpers import data, prose
from helpers.errors import InputError, UnknownNameError, summarise_complaints

SUPPORTED = "supported"
CONTRADICTED = "contradicted"
MIXED = "mixed"
NOT_TESTABLE = "not testable with public data"
VERDICTS = (SUPPORTED, CONTRADICTED, MIXED, prose.NOT_KNOWN, NOT_TESTABLE)

COLUMNS = {
    "claim_id": "str",
    "verdict": "str",
    "result": "str",
    "value": "object",
    "low": "float64",
    "high": "float64",
    "unit": "str",
    "because": "str",
    "strength": "str",
    "would_change": "str",
}

STRENGTHS = ("strong", "moderate", "weak", "none")

# Words of a claim's test that name a series of the data, each with its metric.
SERIES = {
    r"\bgmv\b": "ecommerce_gmv",
    r"platform gmv|gmv, orders and users by platform": "gmv",
    r"own-shop share": "own_shop_share_gmv",
    r"repurchase|repeat purchase": "repeat_purchase_rate",
    r"first-time sellers|entry counts|entry data": "new_merchants_yoy",
    r"\bdau\b|growth of users": "dau",
    r"take rate": "revenue_other_services",
    r"\brevenue\b": "revenue_total",
    r"ad-spend|ad spend": "revenue_online_marketing",
    r"online retail": "online_share_of_retail",
    r"livestream trade": "livestream_ecommerce_100ec",
    r"through distribution": "distribution_share_qoq_multiple",
    r"shelf exposure|shelf use": "pan_shelf_share_gmv",
}

Result = Mapping[str, Any]
Results = Mapping[str, Mapping[str, Result]]

_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_HALF = re.compile(rf"(<=|>=|<|>)\s*({_NUMBER})")
_BOTH = re.compile(rf"([\[(])\s*({_NUMBER})\s*,\s*({_NUMBER})\s*([\])])")
_WORDS = re.compile(r"==\s*(\S.*)")


@dataclass(frozen=True)
class Condition:
    """Values of a result: an interval of numbers, or a set of words.

    Attributes
    ----------
    low, high : float
        Ends, in the unit of the result; infinite where the interval is open-ended.
    low_open, high_open : bool
        Whether the end itself is left out.
    words : frozenset of str
        The words; empty for an interval.
    """

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    words: frozenset[str] = frozenset()

    def contains(self, low: float, high: float) -> bool:
        """Say whether a span of numbers lies wholly inside."""
        above = low > self.low if self.low_open else low >= self.low
        return above and (high < self.high if self.high_open else high <= self.high)

    def overlaps(self, other: Condition) -> bool:
        """Say whether some value is in both; words and numbers never are."""
        if self.words or other.words:
            return bool(self.words & other.words)
        lower, upper = (self, other) if self.low <= other.low else (other, self)
        if lower.high == upper.low:
            return not (lower.high_open or upper.low_open)
        return upper.low < lower.high


def parse_condition(text: str) -> Condition:
    """Return the values that a text such as ``<= 10``, ``[50, 100]`` or ``== little or part`` names.

    Raises
    ------
    InputError
        For another form, or an interval whose ends are in the wrong order.
    """
    if half := _HALF.fullmatch(text):
        sign, end = half[1], float(half[2])
        is_open = len(sign) == 1
        return Condition(high=end, high_open=is_open) if "<" in sign else Condition(end, low_open=is_open)
    if both := _BOTH.fullmatch(text):
        low, high = float(both[2]), float(both[3])
        if low <= high:
            return Condition(low, high, low_open=both[1] == "(", high_open=both[4] == ")")
    if words := _WORDS.fullmatch(text):
        return Condition(words=frozenset(words[1].split(" or ")))
    raise InputError(f"an interval must read like '<= 10', '[50, 100]' or '== little' (got {text!r})")


def judge_claims(claims: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Return the verdict on each claim, from the results of one edition.

    Parameters
    ----------
    claims : DataFrame
        Rows of ``claims.csv`` that are public by the day of the edition.
    results : mapping of notebook to mapping of name to result
        Each result with ``value``, ``low``, ``high``, ``unit`` and ``why``.

    Returns
    -------
    DataFrame
        In the order of the claims: ``claim_id``, ``verdict``, ``result`` (``NOTEBOOK/NAME`` that decides, or
        the nearest one; may be empty), ``value``, ``low``, ``high``, ``unit`` (of the deciding result),
        ``because``, ``strength``, ``would_change``.

    Raises
    ------
    InputError
        Naming the claims that point at a missing result, whose intervals overlap or cannot be read, or whose
        strength is missing.
    """
    if complaints := find_claim_faults(claims, results):
        raise InputError(f"claims.csv: {summarise_complaints(complaints)}; correct the row")
    rows = [_judge(row, results) for row in claims.to_dict("records")]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def judge_day(as_of: str, results: Results) -> pd.DataFrame:
    """Return the verdicts on the claims that were public by a day; as `judge_claims`."""
    return judge_claims(data.load("claims", as_of), results)


def decide(result: Result, supported: Condition, contradicted: Condition) -> str:
    """Return the verdict that one result gives under two conditions."""
    if result["value"] is None:
        return prose.NOT_KNOWN
    if isinstance(result["value"], str):
        inside = [result["value"] in condition.words for condition in (supported, contradicted)]
    else:
        span = _find_span(result)
        inside = [condition.contains(*span) for condition in (supported, contradicted)]
    return SUPPORTED if inside[0] else CONTRADICTED if inside[1] else MIXED


def count_verdicts(claims: pd.DataFrame, verdicts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count verdicts by a column of the claims, such as ``theme`` or ``document``.

    Parameters
    ----------
    claims, verdicts : DataFrame
        As given to and returned by `judge_claims`.
    by : str
        Column of the claims; the index of the returned table.

    Returns
    -------
    DataFrame
        One column a verdict, all five in the order of `VERDICTS`.
    """
    joined = claims[["claim_id", by]].merge(verdicts[["claim_id", "verdict"]], on="claim_id")
    return pd.crosstab(joined[by], joined["verdict"]).reindex(columns=list(VERDICTS), fill_value=0)


def _find_span(result: Result) -> tuple[float, float]:
    low, high = result.get("low"), result.get("high")
    if low is None and high is None:
        return float(result["value"]), float(result["value"])
    return (-math.inf if low is None else float(low)), (math.inf if high is None else float(high))


def _judge(row: Mapping[Any, Any], results: Results) -> dict[str, Any]:
    if not row["result"]:
        untested = {"verdict": NOT_TESTABLE, "result": row["nearest"], "unit": "", "because": row["missing"]}
        return {**_keep(row), **untested, "strength": "none"}
    result = _find_result(row["result"], results)
    supported, contradicted = (parse_condition(row[name]) for name in ("supported_when", "contradicted_when"))
    verdict = decide(result, supported, contradicted)
    decided = {"verdict": verdict, "result": row["result"], "because": _explain(row, result)}
    figures = {name: result.get(name) for name in ("value", "low", "high", "unit")}
    strength = "none" if verdict == prose.NOT_KNOWN else row["strength"]
    return {**_keep(row), **decided, **figures, "strength": strength}


def _keep(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("claim_id", "would_change")}


def _explain(row: Mapping[Any, Any], result: Result) -> str:
    if result["value"] is None:
        return str(result["why"])
    rule = f"supported when {row['supported_when']}, contradicted when {row['contradicted_when']}"
    return f"{_write_figure(result)}; {rule}. {row['strength_reason']}"


def _write_figure(result: Result) -> str:
    figure = prose.format_value(result["value"], result["unit"])
    if result.get("low") is None and result.get("high") is None:
        return figure
    return f"{figure} ({prose.format_interval(result['low'], result['high'], result['unit'])})"


def _find_result(name: str, results: Results) -> Result:
    notebook = name.partition("/")[0]
    if notebook not in results:
        raise UnknownNameError("notebook", notebook, results)
    known = {f"{notebook}/{one}": result for one, result in results[notebook].items()}
    if name not in known:
        raise UnknownNameError("result", name, known)
    return known[name]


def find_claim_faults(claims: pd.DataFrame, results: Results) -> list[str]:
    """Return what is wrong with the way to the verdicts, a line each, claim by claim.

    Parameters
    ----------
    claims : DataFrame
    results : mapping of notebook to mapping of name to result
    """
    rows = claims.to_dict("records")
    return [f"{row['claim_id']}: {fault}" for row in rows for fault in _find_faults(row, results)]


def _find_faults(row: Mapping[Any, Any], results: Results) -> Iterator[str]:
    yield from _find_missing(f"{row['result']} {row['nearest']}".split(), results)
    yield from _find_strength_faults(row)
    if not row["would_change"]:
        yield "'would_change' must say what would change the verdict"
    yield from _find_interval_faults(row, results) if row["result"] else _find_excuse_faults(row)


def _find_missing(names: Iterable[str], results: Results) -> Iterator[str]:
    for name in names:
        try:
            _find_result(name, results)
        except UnknownNameError as error:
            yield str(error)


def _find_strength_faults(row: Mapping[Any, Any]) -> Iterator[str]:
    allowed = STRENGTHS[:-1] if row["result"] else STRENGTHS[-1:]
    if row["strength"] not in allowed:
        yield f"'strength' must be {' or '.join(allowed)} (got {row['strength']!r})"
    if row["result"] and not row["strength_reason"]:
        yield "'strength_reason' must say why the result decides the claim as well as it does"


def _find_interval_faults(row: Mapping[Any, Any], results: Results) -> Iterator[str]:
    try:
        pair = [parse_condition(row[name]) for name in ("supported_when", "contradicted_when")]
    except InputError as error:
        yield str(error)
        return
    if pair[0].overlaps(pair[1]):
        ends = f"{row['supported_when']!r} and {row['contradicted_when']!r}"
        yield f"'supported_when' and 'contradicted_when' must not overlap (got {ends})"
    notebook, _, name = row["result"].partition("/")
    value = results.get(notebook, {}).get(name, {}).get("value")
    if value is not None and any(bool(one.words) != isinstance(value, str) for one in pair):
        yield f"the intervals must be of the kind of the result {row['result']!r} (got {value!r})"


def _find_excuse_faults(row: Mapping[Any, Any]) -> Iterator[str]:
    if row["supported_when"] or row["contradicted_when"]:
        yield "intervals need a 'result' that they are of"
    if not row["missing"]:
        yield "a claim without a 'result' must name in 'missing' the series that would test it"
    excused = dict(part.split(": ", 1) for part in str(row["despite"]).split("; ") if ": " in part)
    for metric in find_series(row["quantitative_test"]):
        if not excused.get(metric):
            rule = f"its test uses {metric!r}, which is in the data"
            yield f"{rule}: name a 'result', or say in 'despite' why the series cannot decide"


def find_series(test: str) -> list[str]:
    """Return the metrics of the data that the words of a claim's test name."""
    return [metric for pattern, metric in SERIES.items() if re.search(pattern, test.lower())]


def find_system_faults(systems: pd.DataFrame, results: Results) -> list[str]:
    """Return what is wrong with the links of the systems, a line each.

    Parameters
    ----------
    systems : DataFrame
        Columns ``system_id``, ``results`` (``NOTEBOOK/NAME`` joined by spaces) and ``why_no_result``.
    results : mapping of notebook to mapping of name to result
    """
    complaints = []
    for row in systems.to_dict("records"):
        faults = list(_find_missing(str(row["results"]).split(), results))
        if bool(row["results"]) == bool(row["why_no_result"]):
            faults.append("one of 'results' and 'why_no_result' must be given, and not both")
        complaints += [f"{row['system_id']}: {fault}" for fault in faults]
    return complaints


def find_faults(claims: pd.DataFrame, systems: pd.DataFrame, results: Results) -> list[str]:
    """Return what is wrong with claims and systems against the results of an edition."""
    return [
        *(f"claims.csv {fault}" for fault in find_claim_faults(claims, results)),
        *(f"systems.csv {fault}" for fault in find_system_faults(systems, results)),
    ]
