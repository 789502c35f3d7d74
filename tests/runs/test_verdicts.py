"""Verdicts on claims: what follows from a result and its intervals, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import data
from helpers.errors import InputError
from helpers.runs import contract, engine, verdicts
from helpers.runs.verdicts import Condition, parse_condition


def make_result(value: Any, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """Return a result as a run keeps it."""
    why = "nothing was published by then" if value is None else None
    return {"value": value, "low": low, "high": high, "unit": "%", "why": why}


RESULTS = {
    "closed_loop": {
        "covered_share": make_result(9.0),
        "closing_explains": make_result("little"),
        "risk_reduction": make_result(0.5, 0.0, 1.0),
        "own_gap": make_result(None),
    }
}


def make_claim(**changes: str) -> pd.DataFrame:
    """Return a table of one decided claim, with changes."""
    row = {
        "claim_id": "c02",
        "theme": "closed_loop",
        "quantitative_test": "Bound by accounting",
        "result": "closed_loop/covered_share",
        "supported_when": "> 50",
        "contradicted_when": "<= 10",
        "strength": "strong",
        "strength_reason": "It follows from printed figures.",
        "missing": "",
        "nearest": "",
        "despite": "",
        "would_change": "A larger outside share.",
    }
    return pd.DataFrame([row | changes])


def make_untested(**changes: str) -> pd.DataFrame:
    """Return a table of one claim that nothing decides, with changes."""
    bare = dict.fromkeys(("result", "supported_when", "contradicted_when", "strength_reason"), "")
    words = {"strength": "none", "missing": "Orders by week.", "nearest": "closed_loop/covered_share"}
    return make_claim(**(bare | words | changes))


def judge(**changes: str) -> pd.Series:
    """Return the verdict on the one decided claim, with changes."""
    return verdicts.judge_claims(make_claim(**changes), RESULTS).iloc[0]


def faults(claims: pd.DataFrame) -> str:
    """Return the complaints about a table of claims in one text."""
    return "\n".join(verdicts.find_claim_faults(claims, RESULTS))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("<= 10", (-math.inf, 10.0), (9.0, 10.1)),
        ("< 10", (0.0, 9.9), (0.0, 10.0)),
        (">= -8", (-8.0, math.inf), (-8.1, 0.0)),
        ("> 0", (0.1, 2.0), (0.0, 2.0)),
        ("[50, 100]", (50.0, 100.0), (49.0, 60.0)),
        ("(0, 5]", (0.1, 5.0), (0.0, 5.0)),
    ],
)
def test_interval_holds_a_span_that_lies_wholly_inside(
    text: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    """A strict sign or a round bracket leaves the end itself out."""
    assert parse_condition(text).contains(*inside)
    assert not parse_condition(text).contains(*outside)


@pytest.mark.parametrize("text", ["", "about 10", "10", "[5, 1]", "<= ten", "==", "<= 10 or so"])
def test_other_forms_of_an_interval_are_refused(text: str) -> None:
    """The message shows the forms that are allowed."""
    with pytest.raises(InputError, match=r"must read like '<= 10', '\[50, 100\]' or '== little'"):
        parse_condition(text)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("<= 10", "> 10", False),
        ("<= 10", ">= 10", True),
        ("[0, 5]", "(5, 9]", False),
        ("[0, 6]", "(5, 9]", True),
        ("[0, 100]", "[5, 9]", True),
        ("== little or part", "== part or most", True),
        ("== little", "== most", False),
    ],
)
def test_overlap_of_intervals_counts_shared_ends(one: str, other: str, overlap: bool) -> None:
    """Two intervals overlap if a value is in both, and the order does not matter."""
    first, second = parse_condition(one), parse_condition(other)
    assert first.overlaps(second) is overlap
    assert second.overlaps(first) is overlap


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (9.0, None, None, "contradicted"),
        (60.0, None, None, "supported"),
        (30.0, None, None, "mixed"),
        (60.0, 51.0, 70.0, "supported"),
        (60.0, 40.0, 70.0, "mixed"),
        (9.0, 8.0, 60.0, "mixed"),
        (60.0, 55.0, None, "supported"),
        (60.0, None, 70.0, "mixed"),
        (None, None, None, "not yet known"),
    ],
)
def test_verdict_follows_from_value_and_interval(
    value: float | None, low: float | None, high: float | None, verdict: str
) -> None:
    """An interval decides before the value does; an open side reaches to infinity."""
    conditions = parse_condition("> 50"), parse_condition("<= 10")
    assert verdicts.decide(make_result(value, low, high), *conditions) == verdict


@pytest.mark.parametrize(
    ("word", "verdict"), [("most", "supported"), ("little", "contradicted"), ("part", "mixed")]
)
def test_verdict_of_a_result_in_words_follows_from_the_word(word: str, verdict: str) -> None:
    """A word in neither set is in between."""
    conditions = parse_condition("== most or nearly all"), parse_condition("== little")
    assert verdicts.decide(make_result(word), *conditions) == verdict


@given(low=st.floats(-100, 100), width=st.floats(0, 50), cut=st.floats(-100, 100), more=st.floats(0, 50))
def test_wider_interval_never_decides_more(low: float, width: float, cut: float, more: float) -> None:
    """Less certainty can turn a verdict to mixed, never from mixed to decided or to its opposite."""
    supported, contradicted = Condition(low=cut, low_open=True), Condition(high=cut)
    narrow = verdicts.decide(make_result(low, low, low + width), supported, contradicted)
    wide = verdicts.decide(make_result(low, low - more, low + width + more), supported, contradicted)
    assert wide in (narrow, "mixed")


def test_verdict_carries_figure_rule_and_strength() -> None:
    """A reader sees the value, the rule that it met, how well it decides and what would change it."""
    verdict = judge(result="closed_loop/risk_reduction")
    assert (verdict["verdict"], verdict["value"], verdict["low"], verdict["high"]) == (
        "contradicted",
        0.5,
        0.0,
        1.0,
    )
    assert verdict["because"].startswith("0.5% (0 to 1%); supported when > 50, contradicted when <= 10")
    assert (verdict["strength"], verdict["would_change"]) == ("strong", "A larger outside share.")


def test_unknown_result_is_not_yet_known_and_has_no_strength() -> None:
    """The reason is the one that the run gave."""
    verdict = judge(result="closed_loop/own_gap")
    assert (verdict["verdict"], verdict["strength"]) == ("not yet known", "none")
    assert verdict["because"] == "nothing was published by then"


def test_claim_without_result_is_not_testable_and_names_the_nearest() -> None:
    """It shows the missing series, the nearest result and no value."""
    verdict = verdicts.judge_claims(make_untested(), RESULTS).iloc[0]
    assert verdict["verdict"] == "not testable with public data"
    assert (verdict["because"], verdict["result"]) == ("Orders by week.", "closed_loop/covered_share")
    assert pd.isna(verdict["value"])


def test_no_claims_give_an_empty_table_with_all_columns() -> None:
    """An edition before the first article has no verdicts."""
    empty = verdicts.judge_claims(make_claim().iloc[:0], RESULTS)
    assert empty.empty
    assert list(empty) == list(verdicts.COLUMNS)


def test_verdicts_are_counted_with_all_five_columns() -> None:
    """A verdict that nobody got counts zero."""
    claims = make_claim()
    counts = verdicts.count_verdicts(claims, verdicts.judge_claims(claims, RESULTS), "theme")
    assert list(counts) == list(verdicts.VERDICTS)
    assert counts.loc["closed_loop"].to_dict() == dict.fromkeys(verdicts.VERDICTS, 0) | {"contradicted": 1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"result": "closed_loop/covered_shar"}, "unknown result 'closed_loop/covered_shar'; did you mean"),
        ({"nearest": "nowhere/at_all"}, "unknown notebook 'nowhere'; known: closed_loop"),
        ({"contradicted_when": "<= 60"}, r"must not overlap (got '> 50' and '<= 60')"),
        ({"supported_when": "a lot"}, "an interval must read like"),
        ({"supported_when": "== most", "contradicted_when": "== little"}, "of the kind of the result"),
        ({"strength": ""}, "'strength' must be strong or moderate or weak (got '')"),
        ({"strength": "none"}, "'strength' must be strong or moderate or weak (got 'none')"),
        ({"strength_reason": ""}, "'strength_reason' must say why"),
        ({"would_change": ""}, "'would_change' must say"),
    ],
)
def test_faulty_decided_claim_is_named_with_its_fault(changes: dict[str, str], message: str) -> None:
    """The complaint begins with the claim, and judging refuses the table."""
    claims = make_claim(**changes)
    assert faults(claims).startswith("c02: ")
    assert message in faults(claims)
    with pytest.raises(InputError, match=r"claims\.csv: c02: .*; correct the row"):
        verdicts.judge_claims(claims, RESULTS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"missing": ""}, "must name in 'missing' the series"),
        ({"supported_when": "> 5"}, "intervals need a 'result'"),
        ({"strength": "weak"}, "'strength' must be none (got 'weak')"),
        ({"quantitative_test": "Repurchase of buyers"}, "uses 'repeat_purchase_rate', which is in the data"),
    ],
)
def test_faulty_untested_claim_is_named_with_its_fault(changes: dict[str, str], message: str) -> None:
    """Not testable is refused without what is missing, or while the data hold a series of the test."""
    assert message in faults(make_untested(**changes))


def test_series_of_the_test_is_excused_by_a_reason() -> None:
    """A series that is in the data but cannot decide needs its reason."""
    excuse = {"despite": "repeat_purchase_rate: all buyers together"}
    assert faults(make_untested(quantitative_test="Repurchase of buyers", **excuse)) == ""


def test_sound_claims_have_no_faults() -> None:
    """Neither kind of sound row is complained about."""
    assert faults(make_claim()) == faults(make_untested()) == ""


@pytest.mark.parametrize(
    ("results", "why", "message"),
    [
        ("", "", "y01: one of 'results' and 'why_no_result' must be given"),
        ("closed_loop/covered_share", "No figure.", "y01: one of 'results' and 'why_no_result'"),
        ("closed_loop/gone", "", "y01: unknown result 'closed_loop/gone'"),
    ],
)
def test_system_without_a_sound_link_is_named(results: str, why: str, message: str) -> None:
    """A system leads to results that exist, or says why there are none."""
    systems = pd.DataFrame([{"system_id": "y01", "results": results, "why_no_result": why}])
    assert message in "\n".join(verdicts.find_system_faults(systems, RESULTS))


def test_series_that_tests_can_name_are_metrics_of_the_data() -> None:
    """The vocabulary points at metrics that exist."""
    assert set(verdicts.SERIES.values()) <= set(data.load("metrics")["metric"])


def test_every_claim_says_what_decides_it_or_what_is_missing() -> None:
    """All claims of the articles stand in the ledger, each with strength and what would change it."""
    claims = data.load("claims")
    undecided = claims["result"] == ""
    assert len(claims) == 71
    assert (claims["missing"].ne("") == undecided).all()
    assert (claims["strength"].eq("none") == undecided).all()
    assert claims["would_change"].ne("").all()


def test_every_named_result_is_recorded_in_the_default_edition() -> None:
    """What decides a claim, comes nearest to one or belongs to a system is recorded by its notebook."""
    runs = {name: engine.run_notebook(name).results for name in contract.list_notebooks()}
    results = {name: {result["name"]: result for result in found} for name, found in runs.items()}
    assert [] == verdicts.find_faults(data.load("claims"), data.load("systems"), results)


def test_every_system_has_results_or_the_reason_why_not() -> None:
    """No system is linked to nothing."""
    systems = data.load("systems")
    assert len(systems) == 52
    assert (systems["results"].ne("") ^ systems["why_no_result"].ne("")).all()
