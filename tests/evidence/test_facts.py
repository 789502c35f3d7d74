"""The table of facts keeps its own rules."""

import pytest
from evidence_sample import make_documents, make_facts

from helpers import data
from helpers.evidence.facts import METRICS, QUALIFIERS, check_facts, read_facts


def complain(fact, changes):
    facts = read_facts(make_facts({fact: changes}))
    return [f"{type(one).__name__}: {one}" for one in check_facts(facts, make_documents())]


def test_sound_facts_have_no_complaint():
    """The sample keeps every rule."""
    assert check_facts(read_facts(make_facts()), make_documents()) == []


def test_a_row_becomes_a_typed_record():
    """Missing numbers are None, days are days."""
    fact = read_facts(make_facts())[4]
    assert (fact.fact_id, fact.value, fact.value_high, fact.place) == ("f905", 11, 19, ("900", 4, 4))
    assert read_facts(make_facts())[0].value is None
    assert str(fact.published) == "2022-04-30"


@pytest.mark.parametrize(
    ("fact", "changes", "words"),
    [
        (
            "f903",
            {"metric": "profit"},
            "FieldError: facts.csv f903: metric 'profit' is not one of facts.METRICS",
        ),
        ("f903", {"unit": "%"}, "UnitMismatchError: facts.csv f903: unit '%' does not fit metric 'revenue'"),
        ("f903", {"qualifier": "roughly"}, "qualifier 'roughly' is not one of exact, over"),
        (
            "f903",
            {"printed": "1" * 25},
            "'printed' must have at most 24 characters: give the figure alone (got 25)",
        ),
        ("f903", {"period": "2022-13"}, "period '2022-13' is not a day, month, quarter"),
        ("f903", {"period": "2022Q1/"}, "is not a day, month, quarter"),
        ("f903", {"value": float("nan")}, "a date or a lost figure, and no other, has no value"),
        ("f901", {"value": 3.0}, "a date or a lost figure, and no other, has no value"),
        ("f906", {"printed": "5"}, "a lost figure, and no other, has an empty 'printed' and ordinal 0"),
        ("f905", {"value_high": 11.0}, "'value_high' must be above 'value' (got 11.0)"),
        ("f903", {"value_high": 200_000.0}, "a range, and nothing else, has a 'value_high'"),
        ("f903", {"published": "2022-05-01"}, "'published' must be 2022-04-30, the last day of its document"),
        ("f903", {"paragraph": 3, "ordinal": 1}, "DuplicateIdError: facts.csv: '900 p3 #1' stands 2 times"),
    ],
)
def test_a_broken_rule_is_named(fact, changes, words):
    """The fact, the rule and the value are in the complaint."""
    assert any(words in one for one in complain(fact, changes))


def test_two_lost_figures_of_one_paragraph_are_no_duplicates():
    """A lost figure has no place among the expressions."""
    lost = {"paragraph": 5, "ordinal": 0, "printed": "", "qualifier": "lost", "value": float("nan")}
    assert complain("f903", lost) == []


def test_the_description_of_the_table_names_the_same_metrics_units_and_qualifiers():
    """The closed lists in datapackage.json are those of the code."""
    fields = {field["name"]: field for field in data.describe("facts")["schema"]["fields"]}
    assert set(fields["metric"]["constraints"]["enum"]) == set(METRICS)
    assert set(fields["unit"]["constraints"]["enum"]) == {
        unit for units in METRICS.values() for unit in units
    }
    assert set(fields["qualifier"]["constraints"]["enum"]) == set(QUALIFIERS)


def test_the_published_facts_keep_every_rule(tables, known_facts):
    """No complaint about the table itself, and every metric is used."""
    assert check_facts(known_facts, tables["documents"]) == []
    assert {fact.metric for fact in known_facts} == set(METRICS)


def test_measures_that_look_alike_are_kept_apart(known_facts):
    """Orders, GMV, paid amount, turnover, revenue, traffic and reach each have their own metric."""
    metrics = {"orders", "gmv", "paid_amount", "turnover", "revenue", "traffic", "reach"}
    assert metrics <= {fact.metric for fact in known_facts}
    assert all(fact.metric == "paid_amount" for fact in known_facts if fact.printed.startswith("14.2"))
