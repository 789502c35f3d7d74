"""The pages of evidence: figures, systems and claims of the articles, events, series, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import data, paths
from helpers.book.addresses import SERIES
from helpers.book.citing import Place, read_book
from helpers.book.claims import describe_claims
from helpers.book.derived import derive_all, describe_derived
from helpers.book.evidence import describe_evidence
from helpers.book.forecasts import describe_forecasts
from helpers.book.mentions import find_later
from helpers.book.published import describe_figures
from helpers.book.quotes import collect_quotes
from helpers.book.systems import describe_systems
from helpers.book.timeline import describe_timeline
from helpers.evidence.facts import read_facts
from helpers.evidence.forecasts import measure_forecasts
from helpers.models.forecast_scores import score_forecasts
from helpers.runs.record import to_json
from helpers.runs.results import index_results

FIGURES_FILE = "figures.json"
"""What prose can quote, for the role ``{figure}``; it stays with the pages' sources."""

_TABLES = ("facts", "documents", "dismissals", "systems", "claims", "events", "sources", "metrics", *SERIES)


def write_evidence(
    edition: Mapping[str, Any],
    runs: Sequence[Mapping[str, Any]],
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    folder: Path | None = None,
) -> dict[str, bytes]:
    """Write the pages of evidence and return the files of their chart by path from the book's root.

    Parameters
    ----------
    edition : mapping
        With ``as_of`` and ``edition_id``.
    runs : sequence of mapping
        As in `helpers.book.records.write_records`.
    tables : mapping of str to DataFrame, optional
        The datasets by name, only rows public by the edition's day; by default read from ``data/``.
    folder : Path, optional
        Where to write; by default ``book/records``.
    """
    day = date.fromisoformat(edition["as_of"])
    known = select_known(tables or {name: data.load(name, day) for name in _TABLES}, day)
    folder = folder or paths.RECORDS
    facts = read_facts(known["facts"])
    by_id = {fact.fact_id: fact for fact in facts}
    alone, met = derive_all(facts, known, known["events"])
    place = Place(read_book(edition), "records/timeline.html")
    timeline, files = describe_timeline(
        known["events"], known["documents"], known["sources"], day, place=place
    )
    articles = set(known["documents"]["document"])
    results = {run["notebook"]: index_results(run["results"]) for run in runs}
    charts = {f"{run['notebook']}/{name}": place for run in runs for name, place in run["charts"].items()}
    pages = {
        "evidence": describe_evidence(facts, known["documents"], known["dismissals"], day),
        "derived": describe_derived(alone, met),
        "timeline": timeline,
        "systems": describe_systems(known["systems"], by_id, articles, results, day),
        "claims": describe_claims(known["claims"], by_id, results, charts, day),
        "forecasts": describe_forecasts(score_forecasts(measure_forecasts(day), day), by_id, day),
        "figures": describe_figures(known, {name: data.describe(name)["title"] for name in SERIES}),
    }
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    quotes = collect_quotes(facts, known, (*alone, *met))
    (folder / FIGURES_FILE).write_text(to_json(quotes), encoding="utf-8")
    return files


def select_known(tables: Mapping[str, pd.DataFrame], day: date) -> dict[str, pd.DataFrame]:
    """Leave out articles that were not public by a day, and what was read from them.

    Rows of both tables have no day of their own, so `helpers.data.load` cannot do it. A dismissed expression
    that names a later day is the stamp of a repost, which came after its article.
    """
    documents = tables["documents"]
    documents = documents[documents["published_to"] <= pd.Timestamp(day)].reset_index(drop=True)
    dismissals = tables["dismissals"]
    stamps = dismissals["printed"].map(lambda text: bool(find_later(text, day))).astype(bool)
    known = dismissals["document"].isin(documents["document"]) & ~stamps
    dismissals = dismissals[known].reset_index(drop=True)
    return dict(tables) | {"documents": documents, "dismissals": dismissals}
