"""Merchant yield: whether sales per merchant held up while merchants were added.

1.  Sales grow by g on a year earlier and merchants by m. Sales per merchant then change by
    (1 + g) / (1 + m) - 1, which is negative exactly where merchants multiply faster than sales.
2.  Both are prints, so g and m are intervals and the change is one too. It rises with g and falls with m: its
    ends come from the ends of the prints. "Over 50%" bounds m on one side and the change on the other.

If merchants were what is short, each new one would find unmet demand and the change would not be negative.

Left out: what a merchant is (operators, merchants with sales in a month, and daily averages stand in one
series), that new merchants are small, brands against small shops, and any cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.models.interval import Estimate, propagate, read_print

ABOUT_POINTS = 5.0
NO_PAIR = "growth of merchants and of sales was not printed for one quarter by then"


@dataclass(frozen=True)
class YieldSummary:
    """What the quarters with both prints say together; nothing is known where there is none.

    Parameters
    ----------
    quarters : int or None
        Quarters with both prints.
    falls : int or None
        Of these, those in which sales per merchant fell for certain.
    deepest_pct : float or None
        Least size of the deepest fall, percent; negative if sales per merchant never fell.
    newest : str or None
        Newest quarter in which the change has two ends.
    newest_change_pct : Estimate
        The change in that quarter, percent.
    """

    quarters: int | None
    falls: int | None
    deepest_pct: float | None
    newest: str | None
    newest_change_pct: Estimate


def summarise_yield(sales: pd.DataFrame, merchants: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the change of sales per merchant for the quarters in which both are printed.

    Parameters
    ----------
    sales, merchants : DataFrame
        Growth on a year earlier, percent: columns ``period``, ``value``, ``bound``.

    Returns
    -------
    DataFrame
        One row per quarter: ``quarter``, ``value``, ``low``, ``high``, percent; an end that a print leaves
        open is missing.
    """
    known = [rows.dropna(subset=["value"])[["period", "value", "bound"]] for rows in (sales, merchants)]
    rows = [_summarise_quarter(pair) for _, pair in known[0].merge(known[1], on="period").iterrows()]
    table = pd.DataFrame(rows, columns=["quarter", "value", "low", "high"])
    return table.astype({"value": float, "low": float, "high": float})


def _summarise_quarter(pair: pd.Series) -> tuple[str, float | None, float | None, float | None]:
    """Carry both prints through equation 1; nothing falls by more than all of it."""
    sold = read_print(pair["value_x"], pair["bound_x"], floor=-100)
    sellers = read_print(pair["value_y"], pair["bound_y"], floor=-100, about_half_width=ABOUT_POINTS)
    change = propagate(lambda g, m: 100 * ((100 + g) / (100 + m) - 1), sold, sellers)
    low = change.low if change.low > -100 else None
    return pair["period"], change.value, low, change.high if np.isfinite(change.high) else None


def summarise_quarters(yields: pd.DataFrame) -> YieldSummary:
    """Sum up the changes of `summarise_yield`."""
    if yields.empty:
        return YieldSummary(None, None, None, None, Estimate.not_known(NO_PAIR))
    exact = yields.dropna()
    newest = exact.iloc[-1] if len(exact) else None
    change = (
        Estimate.not_known("no quarter with two exact prints was known by then")
        if newest is None
        else Estimate(newest["value"], newest["low"], newest["high"])
    )
    return YieldSummary(
        quarters=len(yields),
        falls=int((yields["high"] < 0).sum()),
        deepest_pct=float(-yields["high"].min()),
        newest=None if newest is None else newest["quarter"],
        newest_change_pct=change,
    )
