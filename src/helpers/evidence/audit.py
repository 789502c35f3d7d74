"""Prove the tables of evidence against the articles: every figure stands, and no figure was overlooked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from helpers.errors import CheckError, InputError, ReportError, summarise_complaints
from helpers.evidence.documents import Document, Paragraph, read_document
from helpers.evidence.facts import (
    Fact,
    Place,
    check_facts,
    find_dangling,
    find_duplicates,
    read_facts,
    write_place,
)
from helpers.evidence.faults import (
    ChangedArticleError,
    CoverageError,
    DanglingReferenceError,
    DocumentError,
    FieldError,
    MissingFigureError,
    ReadingError,
)
from helpers.evidence.numerals import MEASURES, Numeral, find_numerals

# What the words around a number cannot show: that it is a plan, an expectation or a name.
_READINGS = frozenset({"target", "forecast", "slogan"})
_NEEDS_MEASURE = frozenset({"%", "times", "minutes", "hours", "months", "years"})


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A numeric expression that states no quantity, and why."""

    document: str
    paragraph: int
    ordinal: int
    printed: str
    reason: str

    @property
    def place(self) -> Place:
        """Document, paragraph and ordinal."""
        return self.document, self.paragraph, self.ordinal


@dataclass(frozen=True, slots=True)
class DocumentAudit:
    """Counts of one article.

    Attributes
    ----------
    document, file : str
    expressions : int
        Numeric expressions of the cleaned article.
    facts, dismissals : int
        How many of them are facts, and dismissed.
    lost : int
        Facts whose figure the scrape lost; they stand beside the expressions.
    removed : dict of str to int
        Numeric expressions of the raw page that a declared repair takes away, by repair.
    """

    document: str
    file: str
    expressions: int
    facts: int
    dismissals: int
    lost: int
    removed: dict[str, int]

    @property
    def coverage(self) -> float:
        """Share of the expressions that are accounted for, 1 where there are none."""
        return (self.facts + self.dismissals) / self.expressions if self.expressions else 1.0


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found: counts for each article, and every complaint."""

    documents: tuple[DocumentAudit, ...]
    complaints: tuple[ReportError, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        return not self.complaints

    @property
    def exit_code(self) -> int:
        """0 if the audit passed, else 1."""
        return 0 if self.passed else 1

    def lines(self) -> list[str]:
        """Return the report for a terminal: a line per article, a line per complaint, the verdict."""
        total = sum(one.expressions for one in self.documents)
        covered = sum(one.facts + one.dismissals for one in self.documents)
        share = f"{covered} of {total} numeric expressions are accounted for"
        verdict = f"complete: {share}" if self.passed else f"{len(self.complaints)} complaints; {share}"
        return [*map(_write_document, self.documents), *map(str, self.complaints), verdict]

    def to_dict(self) -> dict[str, object]:
        """Return the report for machines."""
        names = ("document", "file", "expressions", "facts", "dismissals", "lost", "removed", "coverage")
        documents = [{name: getattr(one, name) for name in names} for one in self.documents]
        complaints = [{"kind": type(one).__name__, "text": str(one)} for one in self.complaints]
        return {"passed": self.passed, "documents": documents, "complaints": complaints}

    def require(self) -> None:
        """Raise unless the audit passed.

        Raises
        ------
        CheckError
            With the first complaints; a single complaint is raised as it is.
        """
        if len(self.complaints) == 1:
            raise self.complaints[0]
        if self.complaints:
            raise CheckError(summarise_complaints([str(one) for one in self.complaints]))


def _write_document(one: DocumentAudit) -> str:
    removed = ", ".join(f"{count} by {repair!r}" for repair, count in one.removed.items())
    rows = f"{one.facts} facts + {one.dismissals} dismissals ({one.coverage:.0%}), {one.lost} lost"
    return f"{one.document}: {one.expressions} numeric expressions, {rows}; off the page: {removed or 'none'}"


def audit(
    folder: Path, facts: pd.DataFrame, dismissals: pd.DataFrame, documents: pd.DataFrame
) -> AuditReport:
    """Compare the tables of evidence with the articles in a folder.

    Parameters
    ----------
    folder : Path
        Holds one file ``NNN_*.txt`` for each document.
    facts, dismissals, documents : DataFrame
        As `helpers.data.load` gives them.

    Returns
    -------
    AuditReport

    Raises
    ------
    InputError
        If the folder does not exist.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder: name the one that holds the articles")
    known = read_facts(facts)
    dismissed = read_dismissals(dismissals)
    names = list(documents["document"])
    complaints = [*check_facts(known, documents), *check_dismissals(dismissed, known, names)]
    complaints += _find_strangers(folder, names)
    audits = []
    for row in documents.to_dict("records"):
        try:
            page = _open_article(folder, str(row["document"]))
        except ReportError as error:
            complaints.append(error)
            continue
        complaints += _check_hash(page, str(row["sha256"]))
        audits.append(_Comparison(page, str(row["document"]), known, dismissed))
        complaints += audits[-1].complain(pd.Timestamp(str(row["published_to"])).date())
    return AuditReport(tuple(one.count() for one in audits), tuple(complaints))


def read_dismissals(frame: pd.DataFrame) -> tuple[Dismissal, ...]:
    """Return the rows of the table ``dismissals`` as typed records."""
    return tuple(
        Dismissal(
            str(row["document"]),
            int(row["paragraph"]),
            int(row["ordinal"]),
            str(row["printed"]),
            str(row["reason"]),
        )
        for row in frame.to_dict("records")
    )


def check_dismissals(
    dismissals: Iterable[Dismissal], facts: Iterable[Fact], documents: Iterable[str]
) -> list[ReportError]:
    """Return what is wrong with the table of dismissals without looking into an article.

    Parameters
    ----------
    dismissals : iterable of Dismissal
    facts : iterable of Fact
        No place may be both a fact and dismissed; a reason may name facts, which must exist.
    documents : iterable of str
        Known documents.
    """
    dismissals, facts, documents = tuple(dismissals), tuple(facts), set(documents)
    complaints: list[ReportError] = list(
        find_duplicates("dismissals.csv", [write_place(one.place) for one in dismissals])
    )
    taken = {fact.place: fact.fact_id for fact in facts}
    known = {fact.fact_id for fact in facts}
    for one in dismissals:
        name = f"dismissals.csv {write_place(one.place)}"
        if one.document not in documents:
            complaints.append(
                DanglingReferenceError(f"{name}: document {one.document!r} is not in documents.csv")
            )
        if one.place in taken:
            complaints.append(FieldError(f"{name}: the same expression is fact {taken[one.place]}"))
        if not one.reason.strip():
            complaints.append(FieldError(f"{name}: a dismissal must give its reason"))
        complaints += find_dangling(name, one.reason, known)
    return complaints


def _find_strangers(folder: Path, names: list[str]) -> Iterator[CoverageError]:
    for path in sorted(folder.glob("[0-9][0-9][0-9]_*.txt")):
        if path.name[:3] not in names:
            yield CoverageError(
                f"{path.name}: the article is not in documents.csv, so nothing in it is accounted for"
            )


def _open_article(folder: Path, document: str) -> Document:
    paths = sorted(folder.glob(f"{document}_*.txt"))
    if len(paths) != 1:
        found = "none" if not paths else ", ".join(path.name for path in paths)
        raise ChangedArticleError(
            f"document {document}: the folder must hold one file {document}_*.txt (found {found})"
        )
    try:
        return read_document(paths[0])
    except DocumentError as error:
        raise ChangedArticleError(f"document {document}: {error}") from error


def _check_hash(page: Document, expected: str) -> Iterator[ChangedArticleError]:
    if page.sha256 != expected:
        hashes = f"sha256 {page.sha256[:12]}…, documents.csv has {expected[:12]}…"
        yield ChangedArticleError(f"{page.name}: the article has changed ({hashes})")


class _Comparison:
    """One article beside the rows that belong to it."""

    def __init__(
        self, page: Document, document: str, facts: Iterable[Fact], dismissals: Iterable[Dismissal]
    ) -> None:
        self.page = page
        self.document = document
        self.facts = [fact for fact in facts if fact.document == document]
        self.dismissals = [one for one in dismissals if one.document == document]
        self.lines = {line.number: line for line in page.lines}
        self.raw = {line.number: find_numerals(line.raw) for line in page.lines}
        self.found = {
            (document, number, ordinal): numeral
            for number, numerals in self.raw.items()
            for ordinal, numeral in enumerate(numerals, 1)
        }

    def _repair_at(self, place: Place) -> str:
        numeral = self.found[place]
        return self.lines[place[1]].removed_by(numeral.start, numeral.end)

    def count(self) -> DocumentAudit:
        repairs = [self._repair_at(place) for place in self.found]
        lost = sum(fact.qualifier == "lost" for fact in self.facts)
        return DocumentAudit(
            self.document,
            self.page.name,
            repairs.count(""),
            sum(fact.place in self.found for fact in self.facts),
            sum(one.place in self.found for one in self.dismissals),
            lost,
            {repair: repairs.count(repair) for repair in dict.fromkeys(repairs) if repair},
        )

    def complain(self, published: dt.date) -> Iterator[ReportError]:
        for fact in self.facts:
            name = f"fact {fact.fact_id} ({write_place(fact.place)})"
            if fact.qualifier == "lost":
                yield from self._check_lost(fact, name)
            elif missing := self._find_missing(fact.place, fact.printed):
                yield MissingFigureError(f"{name}: {missing}")
            else:
                wrong = check_reading(fact, self.found[fact.place], published)
                yield from (ReadingError(f"{name}: {complaint}") for complaint in wrong)
        for one in self.dismissals:
            if missing := self._find_missing(one.place, one.printed):
                yield MissingFigureError(f"dismissal {write_place(one.place)}: {missing}")
        yield from self._check_coverage()

    def _check_lost(self, fact: Fact, name: str) -> Iterator[MissingFigureError]:
        damage = "words lost between two marks"
        if not any(one.paragraph == fact.paragraph and one.kind == damage for one in self.page.damage):
            yield MissingFigureError(
                f"{name}: the paragraph shows no gap where a figure could have been lost"
            )

    def _find_missing(self, place: Place, printed: str) -> str:
        if place[1] not in self.lines:
            return f"{self.page.name} has {len(self.lines)} paragraphs"
        if place not in self.found:
            count = len(self.raw[place[1]])
            return f"the paragraph has {count} numeric expressions, so {printed!r} does not stand there"
        if self.found[place].printed != printed:
            return f"{printed!r} does not stand there, {self.found[place].printed!r} does"
        if repair := self._repair_at(place):
            return f"{printed!r} is not the article's: repair {repair!r} takes it away"
        return ""

    def _check_coverage(self) -> Iterator[CoverageError]:
        covered = {fact.place for fact in self.facts} | {one.place for one in self.dismissals}
        for place, numeral in self.found.items():
            if place not in covered and not self._repair_at(place):
                yield CoverageError(
                    f"{write_place(place)}: {numeral.printed!r} is neither a fact nor dismissed"
                )
        for line in self.page.paragraphs:
            yield from self._check_repaired(line)

    def _check_repaired(self, line: Paragraph) -> Iterator[CoverageError]:
        taken = {place for one in self.raw[line.number] for place in range(one.start, one.end)}
        for numeral in find_numerals(line.text):
            if taken.isdisjoint(line.places[numeral.start : numeral.end]):
                where = f"{self.document} p{line.number}"
                yield CoverageError(f"{where}: {numeral.printed!r} reads as a number only after repairs")


def check_reading(fact: Fact, numeral: Numeral, published: dt.date) -> Iterator[str]:
    """Yield how a fact differs from what its figure says.

    Parameters
    ----------
    fact : Fact
    numeral : Numeral
        The expression at the fact's place.
    published : datetime.date
        Day of the article, for dates without a year.
    """
    if (fact.value, fact.value_high) != (numeral.value, numeral.value_high):
        yield f"value {_write_value(fact)} is not what {numeral.printed!r} says, {_write_value(numeral)}"
    if not fits_unit(numeral, fact.unit):
        yield f"unit {fact.unit!r} is not that of {numeral.printed!r}"
    if numeral.period is None:
        if fact.qualifier not in _READINGS and fact.qualifier != numeral.bound:
            yield f"qualifier {fact.qualifier!r} is not what the words say, {numeral.bound!r}"
    elif fact.qualifier != "date":
        yield f"qualifier {fact.qualifier!r} on {numeral.printed!r}, which is a date"
    elif not numeral.period.agrees(fact.period, published):
        said = numeral.period.resolve(published)
        yield f"period {fact.period!r} is not what {numeral.printed!r} says, {said!r}"


def _write_value(row: Fact | Numeral) -> str:
    low = "none" if row.value is None else f"{row.value:,.15g}"
    return low if row.value_high is None else f"{low} to {row.value_high:,.15g}"


def fits_unit(numeral: Numeral, unit: str) -> bool:
    """Tell whether a unit agrees with the measure word of an expression.

    A measure word such as "家" allows several units, "个" leaves it to the noun, and a bare number can be
    anything that needs no mark of its own.
    """
    marked = {"date": "date", "rank": "rank"}
    if numeral.kind in marked or unit in marked.values():
        return marked.get(numeral.kind) == unit
    allowed = MEASURES.get(numeral.measure)
    if allowed:
        return unit in allowed
    return unit not in _NEEDS_MEASURE and not (numeral.measure and unit == "CNY")
