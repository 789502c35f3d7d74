"""The audit passes on tables that account for an article, and names each way in which they do not."""

import json

import pytest
from evidence_sample import ARTICLE, make_dismissals, make_documents, make_facts, write_article

from helpers.errors import CheckError, InputError
from helpers.evidence.audit import audit


@pytest.fixture
def folder(tmp_path):
    write_article(tmp_path)
    return tmp_path


def complain(folder, facts=None, dismissals=None, documents=None):
    report = audit(
        folder,
        make_facts() if facts is None else facts,
        make_dismissals() if dismissals is None else dismissals,
        make_documents() if documents is None else documents,
    )
    return [f"{type(one).__name__}: {one}" for one in report.complaints]


def test_complete_tables_pass(folder):
    """Every expression is a fact, dismissed, or taken off the page by a declared repair."""
    report = audit(folder, make_facts(), make_dismissals(), make_documents())
    [counts] = report.documents
    assert (counts.expressions, counts.facts, counts.dismissals, counts.lost) == (7, 5, 2, 1)
    assert counts.removed == {"page foot": 1}
    assert counts.coverage == 1
    assert report.lines() == [
        "900: 7 numeric expressions, 5 facts + 2 dismissals (100%), 1 lost; off the page: 1 by 'page foot'",
        "complete: 7 of 7 numeric expressions are accounted for",
    ]
    assert (report.passed, report.exit_code) == (True, 0)
    report.require()


def test_an_overlooked_expression_is_named(folder):
    """Coverage must be complete: what is missing is listed with its place."""
    report = audit(folder, make_facts(), make_dismissals([(3, 2, "第一家", "A name")]), make_documents())
    assert [str(one) for one in report.complaints] == [
        "900 p4 #1: '今年一季度' is neither a fact nor dismissed"
    ]
    assert report.exit_code == 1
    assert report.lines()[-1] == "1 complaints; 6 of 7 numeric expressions are accounted for"
    assert json.loads(json.dumps(report.to_dict()))["complaints"][0]["kind"] == "CoverageError"
    with pytest.raises(CheckError, match="neither a fact nor dismissed"):
        report.require()


def test_a_changed_article_is_named(folder):
    """The hash of the file is checked first, and the rest is still compared."""
    write_article(folder, ARTICLE.replace("300", "400"))
    changed, missing = complain(folder)
    assert changed.startswith("ChangedArticleError: 900_noodles.txt: the article has changed (sha256 ")
    assert missing == "MissingFigureError: fact f902 (900 p3 #3): '300單' does not stand there, '400單' does"


def test_a_missing_or_unreadable_article_is_named(tmp_path):
    """No file, two files and a broken file are told apart."""
    assert "found none" in complain(tmp_path)[0]
    write_article(tmp_path)
    (tmp_path / "900_again.txt").write_text("再来", encoding="utf-8")
    assert "found 900_again.txt, 900_noodles.txt" in complain(tmp_path)[0]
    (tmp_path / "900_again.txt").unlink()
    (tmp_path / "900_noodles.txt").write_bytes(b"\0")
    assert complain(tmp_path) == [
        "ChangedArticleError: document 900: 900_noodles.txt is binary (a zero byte at 0): "
        "save the page as UTF-8 text"
    ]


def test_an_article_without_a_row_is_named(folder):
    """A fifth article is not silently left out."""
    (folder / "901_more.txt").write_text("又开了5家店", encoding="utf-8")
    assert complain(folder) == [
        "CoverageError: 901_more.txt: the article is not in documents.csv, so nothing in it is accounted for"
    ]


def test_a_folder_that_does_not_exist_is_an_input_error(tmp_path):
    """The command ends with a usage error, not with a failed audit."""
    with pytest.raises(InputError, match="is not a folder"):
        audit(tmp_path / "nowhere", make_facts(), make_dismissals(), make_documents())


@pytest.mark.parametrize(
    ("fact", "changes", "words"),
    [
        (
            "f903",
            {"printed": "13萬元"},
            "fact f903 (900 p4 #2): '13萬元' does not stand there, '12萬元' does",
        ),
        ("f903", {"ordinal": 9}, "the paragraph has 4 numeric expressions, so '12萬元' does not stand there"),
        ("f903", {"paragraph": 99}, "MissingFigureError: fact f903 (900 p99 #2): 900_noodles.txt has 6"),
        ("f903", {"paragraph": 6, "ordinal": 1, "printed": "13"}, "repair 'page foot' takes it away"),
        ("f903", {"value": 12_000.0}, "ReadingError: fact f903 (900 p4 #2): value 12,000 is not what"),
        ("f903", {"metric": "orders", "unit": "orders"}, "unit 'orders' is not that of '12萬元'"),
        ("f904", {"qualifier": "exact"}, "qualifier 'exact' is not what the words say, 'over'"),
        ("f905", {"value_high": 20.0}, "value 11 to 20 is not what '10幾個' says, 11 to 19"),
        ("f901", {"period": "2021-04"}, "period '2021-04' is not what '去年3月' says, '2021-03'"),
        ("f903", {"metric": "gmv_growth"}, "UnitMismatchError: facts.csv f903: unit 'CNY' does not fit"),
        ("f906", {"paragraph": 3}, "the paragraph shows no gap where a figure could have been lost"),
        ("f902", {"fact_id": "f903"}, "DuplicateIdError: facts.csv: 'f903' stands 2 times"),
        ("f902", {"document": "777"}, "DanglingReferenceError: facts.csv f902: document '777'"),
        ("f902", {"note": "See f999"}, "DanglingReferenceError: facts.csv f902: fact 'f999'"),
    ],
)
def test_a_wrong_fact_is_named_precisely(folder, fact, changes, words):
    """Fact, place, what it says and what stands there are all in the complaint."""
    assert any(words in one for one in complain(folder, facts=make_facts({fact: changes})))


@pytest.mark.parametrize("qualifier", ["target", "forecast", "slogan"])
def test_a_reading_of_the_context_may_replace_the_bound(folder, qualifier):
    """Whether a number is a plan or a name is not in the words around it."""
    assert complain(folder, facts=make_facts({"f904": {"qualifier": qualifier}})) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((4, 1, "一季度", "x"), "MissingFigureError: dismissal 900 p4 #1: '一季度' does not stand there"),
        ((4, 2, "12萬元", "x"), "FieldError: dismissals.csv 900 p4 #2: the same expression is fact f903"),
        ((3, 2, "第一家", "x"), "DuplicateIdError: dismissals.csv: '900 p3 #2' stands 2 times"),
        ((4, 1, "今年一季度", " "), "FieldError: dismissals.csv 900 p4 #1: a dismissal must give its reason"),
        (
            (4, 1, "今年一季度", "Period of f777"),
            "DanglingReferenceError: dismissals.csv 900 p4 #1: fact 'f777'",
        ),
    ],
)
def test_a_wrong_dismissal_is_named_precisely(folder, row, words):
    """A dismissal is held to the article like a fact."""
    dismissals = make_dismissals([(3, 2, "第一家", "A name"), row])
    assert any(words in one for one in complain(folder, dismissals=dismissals))


def test_a_number_that_only_the_repairs_bring_together_is_named(tmp_path):
    """What a reader of the clean text sees as a number must be accounted for as well."""
    text = "老周的店在二<b></b>十号。"
    write_article(tmp_path, text)
    none = make_facts().iloc[:0]
    assert complain(tmp_path, none, make_dismissals([]), make_documents(text)) == [
        "CoverageError: 900 p1: '二十' reads as a number only after repairs"
    ]


def test_an_empty_dismissal_table_is_allowed(tmp_path):
    """An article without numbers needs no rows at all."""
    text = "老周开了店。"
    write_article(tmp_path, text)
    none = make_facts().iloc[:0]
    report = audit(tmp_path, none, make_dismissals([]), make_documents(text))
    assert report.passed
    assert report.documents[0].coverage == 1


def test_several_complaints_are_raised_together(folder):
    """The first ones are shown and the rest counted."""
    report = audit(folder, make_facts().iloc[:0], make_dismissals([]), make_documents())
    with pytest.raises(CheckError, match="and 2 more"):
        report.require()
    assert report.documents[0].coverage == 0
