r"""An increase taken apart over like quarters: parts of factors, by the span and by the quarter chosen.

Equations
---------
The chain of log-mean effects (`helpers.models.divisia`) runs over quarters of one place in the year, so that
one season is left in all of them. The part of factor :math:`k` is its effect over the whole,
:math:`e_k / \sum_j e_j`; in the multiplicative form :math:`\ln e_k / \sum_j \ln e_j`. Two choices are not
given by the data, and both are moved: the place in the year, and the year in which the span ends.

What it leaves out
------------------
The range over choices says how much hangs on them; it is no confidence interval. Rounding has its own range.

References
----------
Ang (2005), The LMDI approach to decomposition analysis: a practical guide, Energy Policy 33.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from helpers.models import divisia
from helpers.models.divisia import Identity
from helpers.models.interval import Estimate
from helpers.models.record import parameter

ENDS = ["effect", "low", "high"]
NOT_YET = "the figures of one quarter have not been published for two years"


class AccountRecord(divisia.DivisiaRecord):
    """Form of the decomposition, and which quarters are compared."""

    compared_quarter: int = parameter(
        2,
        unit="quarter of the year",
        meaning="The quarter that is compared from year to year; one season is left in all of them.",
        ge=1,
        le=4,
    )


@dataclass(frozen=True)
class Account:
    """An increase taken apart.

    Attributes
    ----------
    identity : Identity
    quarters : tuple of str
        The quarters compared, in order; with fewer than two there is no account.
    links, whole : DataFrame
        Effects of each year and of the whole span as drawn: in the unit of the total, or as percent change
        that each factor alone would have made; columns ``start, end, factor, effect, low, high, share_pct``.
    parts : DataFrame
        Indexed by factor, ``effect, low, high`` in percent of the increase.
    why : str or None
        Why there is none.
    """

    identity: Identity
    quarters: tuple[str, ...] = ()
    links: pd.DataFrame = field(default_factory=pd.DataFrame)
    whole: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=ENDS))
    why: str | None = NOT_YET

    @property
    def start(self) -> str | None:
        """The first quarter, or None."""
        return None if self.why else self.quarters[0]

    @property
    def end(self) -> str | None:
        """The last quarter, or None."""
        return None if self.why else self.quarters[-1]

    def part(self, factor: str) -> Estimate:
        """Return a factor's part in percent, with what the rounding of its prints allows."""
        if factor not in self.parts.index:
            return Estimate(None)
        row: pd.Series = self.parts.T[factor]
        return estimate(row)


def estimate(row: pd.Series) -> Estimate:
    """Return an effect with its ends."""
    return Estimate(row["effect"], row["low"], row["high"])


def list_quarters(identity: Identity, number: int) -> list[str]:
    """Return the quarters of one place in the year for which no factor is a bound only."""
    known = identity.table.groupby("period")["value"].count() == len(identity.factors) + 1
    return [period for period in known.index[known] if period.endswith(f"Q{number}")]


def solve_account(
    record: AccountRecord, identity: Identity, quarters: Sequence[str] | None = None
) -> Account:
    """Take an increase apart over quarters, by default all known ones of the compared place in the year.

    Parameters
    ----------
    record : AccountRecord
    identity : Identity
    quarters : sequence of str, optional
    """
    chosen = list_quarters(identity, record.compared_quarter) if quarters is None else quarters
    if len(chosen) < 2:
        return Account(identity, tuple(chosen))
    links = divisia.solve_chain(record, identity, periods=chosen)
    whole = divisia.summarise_chain(record, links)
    links_drawn, whole_drawn = (_express(record, rows) for rows in (links, whole))
    return Account(identity, tuple(chosen), links_drawn, whole_drawn, _find_parts(record, whole), None)


def _express(record: AccountRecord, rows: pd.DataFrame) -> pd.DataFrame:
    if record.decomposition_form == divisia.ADDITIVE:
        return rows
    return rows.assign(**{end: 100 * (rows[end] - 1) for end in ENDS})


def _find_parts(record: AccountRecord, rows: pd.DataFrame) -> pd.DataFrame:
    moved = rows.set_index("factor")[ENDS]
    moved = moved if record.decomposition_form == divisia.ADDITIVE else moved.apply(np.log)
    parts: pd.DataFrame = 100 * moved / moved["effect"][divisia.TOTAL]
    return parts


def summarise_places(record: AccountRecord, identity: Identity) -> pd.DataFrame:
    """Take the increase apart once for each place in the year; no answer should hang on the one shown.

    Returns
    -------
    DataFrame
        ``span, factor, part, low, high``, parts in percent.
    """
    accounts = [solve_account(record, identity, list_quarters(identity, place)) for place in (1, 2, 3, 4)]
    rows = [
        (f"{account.start} to {account.end}", factor, *account.parts.loc[factor])
        for account in accounts
        if not account.why
        for factor in identity.factors
    ]
    return pd.DataFrame(rows, columns=["span", "factor", "part", "low", "high"])


def summarise_spans(record: AccountRecord, account: Account) -> pd.DataFrame:
    """Return each factor's part by the year in which the span ends.

    Returns
    -------
    DataFrame
        ``factor, share_pct, year``; empty without an account.
    """
    spans = [
        divisia.summarise_chain(
            record, divisia.solve_chain(record, account.identity, periods=account.quarters[: count + 1])
        ).assign(year=account.quarters[count][:4])
        for count in range(1, len(account.quarters))
    ]
    columns = ["factor", "share_pct", "year"]
    return pd.concat(spans, ignore_index=True)[columns] if spans else pd.DataFrame(columns=columns)


def find_range(rows: pd.DataFrame, factor: str, column: str) -> tuple[float | None, float | None]:
    """Return the least and the largest value of a factor over choices, or None and None."""
    values = rows.loc[rows["factor"] == factor, column]
    return (float(values.min()), float(values.max())) if len(values) else (None, None)


def find_weakest(account: Account, factor: str) -> pd.Series | None:
    """Return the link in which a factor contributed least, or None without an account."""
    if account.why:
        return None
    own = account.links[account.links["factor"] == factor]
    return own.sort_values("effect", kind="stable").iloc[0]


def find_change(values: pd.DataFrame, start: str, end: str) -> Estimate:
    """Return the change in percent of a value between two periods, as wide as both prints allow.

    Parameters
    ----------
    values : DataFrame
        Indexed by period, ``value, low, high``.
    start, end : str
    """
    first, last = values.loc[start].to_dict(), values.loc[end].to_dict()

    def change(top: str, bottom: str) -> float:
        return float(100 * (last[top] / first[bottom] - 1))

    return Estimate(change("value", "value"), change("low", "high"), change("high", "low"))


def find_least(
    record: AccountRecord, identity: Identity, factor: str, *, start: str
) -> tuple[str | None, Estimate]:
    """Return the least part of a factor since a quarter in which a factor was printed as a bound only.

    Returns
    -------
    tuple
        The newest like quarter, and the least part in percent, open above; None and unknown without one.
    """
    later = [period for period in list_quarters(identity, int(start[-1])) if period > start]
    if not later:
        return None, Estimate.not_known(NOT_YET)
    least = solve_account(record, identity, [start, later[-1]]).parts["low"][factor]
    return later[-1], Estimate(least, least)


def find_leaders(account: Account, factors: Sequence[str]) -> pd.Series:
    """Return the factor that gave most in each link, indexed by the year in which the link ends."""
    links = account.links[account.links["factor"].isin(factors)]
    largest = links.loc[links.groupby("end")["effect"].idxmax()]
    return largest.set_index(largest["end"].str[:4])["factor"]


def list_falls(account: Account, factor: str) -> list[str]:
    """Return the years in which a factor took away."""
    own = account.links[account.links["factor"] == factor]
    return [str(end)[:4] for end in own.loc[own["effect"] < 0, "end"]]


def describe_others(account: Account, users: str, time: str, end: str) -> str:
    """Say what users and time did over the year to a quarter, as the end of a sentence."""
    effects = account.links[account.links["end"] == end].set_index("factor")["effect"]
    more_users, more_time = bool(effects[users] > 0), bool(effects[time] > 0)
    if more_users == more_time:
        return "users and time grew" if more_users else "users and time fell as well"
    return "users grew and time fell" if more_users else "users fell and time grew"


def describe_gain(part: Estimate) -> str:
    """Say whether a part is above nothing, below it, or not to be told from it."""
    if part.low is None or part.high is None or part.low <= 0 < part.high:
        return "cannot be told from nothing"
    return "gave something" if part.low > 0 else "gave nothing"
