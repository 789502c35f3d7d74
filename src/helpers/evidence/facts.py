"""The quantitative statements of the articles, one row each, and the rules that the table keeps by itself.

Whether a fact stands in its article is another question: `helpers.evidence.audit` answers it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import ReportError
from helpers.evidence.faults import DanglingReferenceError, DuplicateIdError, FieldError, UnitMismatchError

LONGEST_PRINTED = 24
QUALIFIERS = (
    "exact",
    "over",
    "nearly",
    "about",
    "up_to",
    "range",
    "target",
    "forecast",
    "slogan",
    "date",
    "lost",
)
# What a fact measures, and the units that fit. Measures that look alike (orders, GMV, paid amount, turnover,
# revenue, traffic, reach) keep their own names, so that no table or chart can add them up.
METRICS: dict[str, tuple[str, ...]] = {
    "age": ("years",),
    "benefits": ("CNY",),
    "brands": ("brands",),
    "completion": ("%",),
    "daily_active_users": ("persons",),
    "dealers": ("companies",),
    "duration": ("minutes", "hours", "months", "years"),
    "earners": ("persons",),
    "event_date": ("date",),
    "exposures": ("exposures",),
    "fee_rate": ("%",),
    "gmv": ("CNY",),
    "gmv_growth": ("%",),
    "gmv_uplift": ("%",),
    "growth_engine": ("rank",),
    "industrial_belts": ("belts",),
    "industries": ("industries",),
    "items": ("items",),
    "items_per_session": ("items",),
    "listing_rate": ("%",),
    "market_rank": ("rank",),
    "merchants": ("merchants",),
    "monthly_active_users": ("persons",),
    "new_merchants": ("unspecified",),
    "orders": ("orders",),
    "own_shop_share": ("%",),
    "paid_amount": ("CNY",),
    "parts": ("count",),
    "players": ("companies",),
    "price": ("CNY",),
    "reach": ("persons",),
    "resource_package": ("unspecified",),
    "revenue": ("CNY",),
    "revenue_growth": ("%",),
    "revenue_share": ("%",),
    "sales": ("CNY",),
    "sales_ceiling": ("CNY",),
    "sales_threshold": ("CNY",),
    "sellers": ("persons",),
    "sessions": ("sessions",),
    "sessions_per_week": ("sessions",),
    "shops": ("shops",),
    "subsidy": ("CNY",),
    "suppliers": ("suppliers",),
    "team_leaders": ("team leaders",),
    "traffic": ("traffic",),
    "traffic_credit": ("CNY",),
    "traffic_growth": ("%",),
    "traffic_multiple": ("times",),
    "turnover": ("CNY",),
    "units_sold": ("machines",),
    "user_share": ("%",),
    "users": ("persons",),
    "users_growth": ("persons",),
}
_FACT_ID = re.compile(r"\bf\d{3}\b")
_MONTH = r"(?:0[1-9]|1[0-2])"
_POINT = rf"(?:19|20)\d{{2}}(?:-{_MONTH}(?:-(?:0[1-9]|[12]\d|3[01]))?|Q[1-4]|H[12])?"
_PERIOD = re.compile(rf"{_POINT}(?:/{_POINT})?")


# Document, paragraph (1-based index of its non-empty lines), ordinal of the numeric expression in it.
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """One quantitative statement of an article.

    Attributes
    ----------
    fact_id, document, printed, subject, metric, unit, qualifier, period, asserted_by, theme, note : str
        As in ``facts.csv``.
    paragraph, ordinal : int
        Place of the figure; ordinal 0 for a figure that the scrape lost.
    value, value_high : float or None
        In base units; a percentage as printed. Dates and lost figures have none.
    published : datetime.date
    """

    fact_id: str
    document: str
    paragraph: int
    ordinal: int
    printed: str
    subject: str
    metric: str
    value: float | None
    value_high: float | None
    unit: str
    qualifier: str
    period: str
    published: dt.date
    asserted_by: str
    theme: str
    note: str

    @property
    def place(self) -> Place:
        """Document, paragraph and ordinal."""
        return self.document, self.paragraph, self.ordinal


def read_facts(frame: pd.DataFrame) -> tuple[Fact, ...]:
    """Return the rows of the table ``facts`` as typed records.

    Parameters
    ----------
    frame : DataFrame
        As `helpers.data.load` gives it: text never missing, numbers float64, days datetime64.
    """
    return tuple(_read_row(dict(row)) for row in frame.to_dict("records"))


def _read_row(row: dict[Hashable, Any]) -> Fact:
    kinds: dict[str, Callable[[Any], Any]] = {
        "paragraph": int,
        "ordinal": int,
        "value": _read_number,
        "value_high": _read_number,
        "published": lambda day: pd.Timestamp(day).date(),
    }
    return Fact(**{field.name: kinds.get(field.name, str)(row[field.name]) for field in fields(Fact)})


def _read_number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def check_facts(facts: Iterable[Fact], documents: pd.DataFrame) -> list[ReportError]:
    """Return what is wrong with the table of facts, taken by itself and against the table of documents.

    Parameters
    ----------
    facts : iterable of Fact
    documents : DataFrame
        Columns ``document``, ``published_to`` and others.

    Returns
    -------
    list of ReportError
        Each names the fact, the rule and the value; empty if all is well.
    """
    facts = tuple(facts)
    last_days = {
        document: pd.Timestamp(day).date()
        for document, day in zip(documents["document"], documents["published_to"], strict=True)
    }
    complaints: list[ReportError] = list(find_duplicates("facts.csv", [fact.fact_id for fact in facts]))
    standing = [fact.place for fact in facts if fact.qualifier != "lost"]
    complaints += find_duplicates("facts.csv", [write_place(place) for place in standing])
    known = {fact.fact_id for fact in facts}
    for fact in facts:
        complaints += _check_fact(fact, last_days)
        complaints += find_dangling(f"facts.csv {fact.fact_id}", fact.note, known)
    return complaints


def find_duplicates(table: str, keys: Iterable[str]) -> Iterator[DuplicateIdError]:
    """Yield a complaint for each key that stands more than once."""
    for key, count in Counter(keys).items():
        if count > 1:
            yield DuplicateIdError(f"{table}: {key!r} stands {count} times; a key must be unique")


def find_dangling(name: str, text: str, known: Collection[str]) -> Iterator[DanglingReferenceError]:
    """Yield a complaint for each fact that a text names and that does not exist.

    Parameters
    ----------
    name : str
        Row that holds the text.
    text : str
        Words, with or without fact ids.
    known : collection of str
        Fact ids.
    """
    for fact_id in _FACT_ID.findall(text):
        if fact_id not in known:
            yield DanglingReferenceError(f"{name}: fact {fact_id!r} is not in facts.csv")


def write_place(place: Place) -> str:
    """Write a place as ``000 p18 #2``."""
    return "{} p{} #{}".format(*place)


def _check_fact(fact: Fact, last_days: dict[str, dt.date]) -> Iterator[ReportError]:
    name = f"facts.csv {fact.fact_id}"
    if fact.document not in last_days:
        yield DanglingReferenceError(f"{name}: document {fact.document!r} is not in documents.csv")
    elif fact.published != last_days[fact.document]:
        day = last_days[fact.document]
        yield FieldError(
            f"{name}: 'published' must be {day}, the last day of its document (got {fact.published})"
        )
    units = METRICS.get(fact.metric)
    if units is None:
        yield FieldError(f"{name}: metric {fact.metric!r} is not one of facts.METRICS")
    elif fact.unit not in units:
        rule = f"does not fit metric {fact.metric!r}, which takes {' or '.join(units)}"
        yield UnitMismatchError(f"{name}: unit {fact.unit!r} {rule}")
    yield from (FieldError(f"{name}: {complaint}") for complaint in _check_fields(fact))


def _check_fields(fact: Fact) -> Iterator[str]:
    if fact.qualifier not in QUALIFIERS:
        yield f"qualifier {fact.qualifier!r} is not one of {', '.join(QUALIFIERS)}"
    if len(fact.printed) > LONGEST_PRINTED:
        rule = f"at most {LONGEST_PRINTED} characters: give the figure alone"
        yield f"'printed' must have {rule} (got {len(fact.printed)})"
    if not _PERIOD.fullmatch(fact.period):
        yield f"period {fact.period!r} is not a day, month, quarter, half-year or year, nor two joined by '/'"
    lost = fact.qualifier == "lost"
    if lost != (fact.printed == "") or lost != (fact.ordinal == 0):
        yield "a lost figure, and no other, has an empty 'printed' and ordinal 0"
    if (fact.qualifier in {"lost", "date"}) != (fact.value is None):
        yield "a date or a lost figure, and no other, has no value"
    if fact.value_high is not None and not (fact.value is not None and fact.value < fact.value_high):
        yield f"'value_high' must be above 'value' (got {fact.value_high})"
    if (fact.qualifier == "range") != (fact.value_high is not None):
        yield "a range, and nothing else, has a 'value_high'"
