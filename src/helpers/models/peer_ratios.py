"""One platform's figures over those of others, apart by the basis of the figure.

Equations
---------
The ratio of a year is ``100 * own / other`` in percent. A floor under the other's figure is a cap on the
ratio, and the other way round. Against a market that holds the own figure with other things, the ratio of a
gross figure is a ceiling of the part.

What it leaves out
------------------
Definitions of the figures differ between platforms, and nothing here repairs that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from helpers.models.interval import Estimate

REPORTED, ESTIMATED = "company-reported", "media estimate"
NO_YEAR = "no year of both has been published on this basis"
TURNED = {"lower": "upper", "upper": "lower"}

Compared = Mapping[tuple[str, str], pd.DataFrame]


def compare_peers(
    own: pd.Series, peers: pd.DataFrame, companies: Iterable[str]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the own figure over that of each company and basis, by year.

    Parameters
    ----------
    own : Series
        Indexed by year.
    peers : DataFrame
        ``year, company, basis, value, bound``.
    companies : iterable of str

    Returns
    -------
    dict
        By company and basis: the rows of the years that both have, ``value`` in percent, ``bound`` turned.
    """
    compared = {}
    for company in companies:
        for basis in (REPORTED, ESTIMATED):
            chosen = (peers["company"] == company) & (peers["basis"] == basis) & peers["year"].isin(own.index)
            rows = peers[chosen]
            ratio = 100 * rows["year"].map(own) / rows["value"]
            compared[company, basis] = rows.assign(value=ratio, bound=rows["bound"].replace(TURNED))
    return compared


def summarise_newest(compared: Compared) -> pd.DataFrame:
    """Return how many times the own figure each company's newest one is, with its basis; largest first."""
    newest = pd.concat([rows.tail(1) for rows in compared.values()])
    return newest.assign(
        item=newest["company"] + ", " + newest["year"],
        times=100 / newest["value"],
        bound=newest["bound"].replace(TURNED),
        basis=newest["basis"].map({REPORTED: "reported", ESTIMATED: "estimated"}),
    ).sort_values(["basis", "times"], ascending=False)


def find_ratio(rows: pd.DataFrame, place: int) -> tuple[str | None, Estimate]:
    """Return year and ratio of one row by its place; a cap keeps its low end open."""
    if rows.empty:
        return None, Estimate.not_known(NO_YEAR)
    row = rows.iloc[place]
    return str(row["year"]), Estimate(row["value"], None, row["value"] if row["bound"] == "upper" else None)


def find_ceilings(own: pd.Series, market: pd.DataFrame) -> pd.DataFrame:
    """Return the own figure over the smallest market figure of each year: ``year, value, bound``, percent."""
    rows = market[market["year"].isin(own.index)]
    smallest = rows.loc[rows.groupby("year")["value"].idxmin()] if len(rows) else rows
    return smallest.assign(value=100 * smallest["year"].map(own) / smallest["value"], bound="upper")


def find_spread(market: pd.DataFrame, year: str | None) -> float:
    """Return how far the largest figure of a year lies above the smallest, percent; NaN without two."""
    values = market.loc[market["year"] == year, "value"] if year else pd.Series(dtype=float)
    return float(100 * (values.max() / values.min() - 1)) if len(values) > 1 else np.nan
