"""Systems and claims of the articles, and whether what they point at exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from helpers.errors import ReportError
from helpers.evidence.facts import Fact, find_duplicates
from helpers.evidence.faults import DanglingReferenceError, FieldError


def check_systems(systems: pd.DataFrame, facts: Iterable[Fact], documents: pd.DataFrame) -> list[ReportError]:
    """Return what is wrong with the table of systems.

    Parameters
    ----------
    systems : DataFrame
        Columns ``system_id``, ``documents`` and ``facts`` (keys joined by spaces), ``published``.
    facts : iterable of Fact
    documents : DataFrame
        Columns ``document`` and ``published_to``.
    """
    return _check_table("systems.csv", systems, ("system_id", "documents"), facts, documents)


def check_claims(claims: pd.DataFrame, facts: Iterable[Fact], documents: pd.DataFrame) -> list[ReportError]:
    """Return what is wrong with the table of claims.

    Parameters
    ----------
    claims : DataFrame
        Columns ``claim_id``, ``document``, ``facts`` (keys joined by spaces), ``published``.
    facts : iterable of Fact
    documents : DataFrame
        Columns ``document`` and ``published_to``.
    """
    return _check_table("claims.csv", claims, ("claim_id", "document"), facts, documents)


def _check_table(
    table: str, frame: pd.DataFrame, columns: tuple[str, str], facts: Iterable[Fact], documents: pd.DataFrame
) -> list[ReportError]:
    key, sources = columns
    homes = {fact.fact_id: fact.document for fact in facts}
    last_days = dict(zip(documents["document"], pd.to_datetime(documents["published_to"]), strict=True))
    complaints: list[ReportError] = list(find_duplicates(table, frame[key]))
    for row in frame.to_dict("records"):
        complaints += _check_row(f"{table} {row[key]}", row, str(row[sources]).split(), homes, last_days)
    return complaints


def _check_row(
    name: str,
    row: dict[Any, Any],
    documents: list[str],
    homes: dict[str, str],
    last_days: dict[str, pd.Timestamp],
) -> Iterator[ReportError]:
    for document in documents:
        if document not in last_days:
            yield DanglingReferenceError(f"{name}: document {document!r} is not in documents.csv")
    for fact in str(row["facts"]).split():
        if fact not in homes:
            yield DanglingReferenceError(f"{name}: fact {fact!r} is not in facts.csv")
        elif homes[fact] not in documents:
            home = f"stands in document {homes[fact]!r}, which is not named here"
            yield DanglingReferenceError(f"{name}: fact {fact!r} {home}")
    days = [last_days[document] for document in documents if document in last_days]
    if days and pd.Timestamp(row["published"]) != min(days):
        day = min(days).date()
        yield FieldError(f"{name}: 'published' must be {day}, when its first document was public")
