"""Systems and claims point at facts and documents that exist."""

import pandas as pd
import pytest
from evidence_sample import make_documents, make_facts

from helpers.evidence.catalogue import check_claims, check_systems
from helpers.evidence.facts import read_facts

FACTS = read_facts(make_facts())
ROW = {"documents": "900", "document": "900", "facts": "f901 f903", "published": pd.Timestamp("2022-04-30")}


def complain(check, **changes):
    rows = [ROW | {"system_id": "y01", "claim_id": "c01"} | changes]
    if changes.get("twice"):
        rows *= 2
    return [f"{type(one).__name__}: {one}" for one in check(pd.DataFrame(rows), FACTS, make_documents())]


@pytest.mark.parametrize("check", [check_systems, check_claims])
def test_sound_rows_have_no_complaint(check):
    """Facts may be many or none."""
    assert complain(check) == []
    assert complain(check, facts="") == []


@pytest.mark.parametrize(
    ("check", "changes", "words"),
    [
        (check_systems, {"documents": "900 777"}, "DanglingReferenceError: systems.csv y01: document '777'"),
        (
            check_claims,
            {"document": "777", "facts": ""},
            "DanglingReferenceError: claims.csv c01: document '777'",
        ),
        (check_systems, {"facts": "f901 f999"}, "systems.csv y01: fact 'f999' is not in facts.csv"),
        (check_claims, {"facts": "nonsense"}, "claims.csv c01: fact 'nonsense' is not in facts.csv"),
        (check_claims, {"document": "777"}, "fact 'f901' stands in document '900', which is not named here"),
        (check_systems, {"published": pd.Timestamp("2022-05-01")}, "'published' must be 2022-04-30"),
        (check_systems, {"twice": True}, "DuplicateIdError: systems.csv: 'y01' stands 2 times"),
    ],
)
def test_a_dangling_reference_is_named(check, changes, words):
    """Table, row and missing key are in the complaint."""
    assert any(words in one for one in complain(check, **changes))


def test_every_system_and_claim_of_the_scope_is_there_and_sound(tables, known_facts):
    """52 systems and 71 claims, without gaps in their keys and without a dangling reference."""
    assert list(tables["systems"]["system_id"]) == [f"y{number:02d}" for number in range(1, 53)]
    assert list(tables["claims"]["claim_id"]) == [f"c{number:02d}" for number in range(1, 72)]
    assert check_systems(tables["systems"], known_facts, tables["documents"]) == []
    assert check_claims(tables["claims"], known_facts, tables["documents"]) == []


@pytest.mark.parametrize("table", ["systems", "claims"])
def test_text_shown_on_a_day_names_no_later_year(tables, table):
    """What stands outside the later note was known when its first article was public."""
    for row in tables[table].to_dict("records"):
        texts = " ".join(
            str(row[name]) for name in row if name not in {"later_note", "later_note_published", "published"}
        )
        years = [int(year) for year in pd.Series([texts]).str.findall(r"\b20[12]\d\b").iloc[0]]
        assert max(years, default=0) <= row["published"].year
