"""Figures of the articles set against each other and against the published series.

Each is a formula over figures, computed with their rounding bounds as in `helpers.evidence.derived`. A row of
the data stands in a formula under a name of its own and counts as a printed figure of its unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pandas as pd

from helpers.errors import InputError
from helpers.evidence.bounds import names_in
from helpers.evidence.derived import DerivedFigure, Rule, derive_figure
from helpers.evidence.facts import Fact

ROWS = {
    "dau_2020q2": "data:kuaishou_quarterly/2020Q2/dau",
    "gmv_2020h1": "data:kuaishou_annual/2020H1/ecommerce_gmv",
    "gmv_2020q1": "data:kuaishou_quarterly/2020Q1/ecommerce_gmv",
    "gmv_2020q3": "data:kuaishou_quarterly/2020Q3/ecommerce_gmv",
    "gmv_2019h1": "data:kuaishou_annual/2019H1/ecommerce_gmv",
    "gmv_2019": "data:kuaishou_annual/2019/ecommerce_gmv",
    "revenue_2022q2_printed": "data:kuaishou_quarterly/2022Q2/revenue_total",
    "revenue_2021q2_printed": "data:kuaishou_quarterly/2021Q2/revenue_total",
}
"""Rows of the data that a formula names."""

RULES = (
    Rule(
        "app_users_gap",
        "persons",
        "Daily users by article 003 less those of the Kuaishou App in 2020Q2",
        "f098 - dau_2020q2",
    ),
    Rule(
        "subsidy_to_paid",
        "times",
        "The double subsidy, read as money, against the paid amount of its day",
        "f015 / f017",
    ),
    Rule(
        "paid_to_mean_day",
        "times",
        "Paid amount of JD goods on 16 June 2020 against GMV of an average day of 2020Q2",
        "f017 / ((gmv_2020h1 - gmv_2020q1) / 91)",
    ),
    Rule(
        "gmv_per_order",
        "CNY",
        "GMV of 2020Q3 for each order, if every month had as many orders as August",
        "gmv_2020q3 / (3 * f038)",
    ),
    Rule(
        "double_hundred_to_gmv",
        "times",
        "Sales that the double-hundred target implies against all GMV of 2019",
        "f046 * f047 / gmv_2019",
    ),
    Rule(
        "four_targets_added",
        "CNY",
        "The four targets of Kuai Fenxiao added up, though they cut the same sales four ways",
        "f020 * f021 + f022 * f023 + f024 * f025 + f026 * f027",
    ),
    Rule(
        "sellers_to_gmv",
        "times",
        "Yearly sales of sellers to September 2019 against GMV of the first half of 2019",
        "f104 / gmv_2019h1",
    ),
    Rule(
        "revenue_growth_totals",
        "%",
        "Growth of total revenue from 2021Q2 to 2022Q2 by the printed totals",
        "100 * (revenue_2022q2_printed / revenue_2021q2_printed - 1)",
    ),
)

_PRINTS = {
    "RMB bn": (Decimal(10), "亿元"),
    "million": (Decimal("0.01"), "亿"),
    "%": (Decimal(1), "%"),
}
_UNITS = {"RMB bn": ("CNY", 1e9), "million": ("persons", 1e6), "%": ("%", 1.0)}
_QUALIFIERS = {"exact": "exact", "lower": "over", "upper": "up_to", "approximate": "about"}


def contrast_figures(
    facts: Mapping[str, Fact], series: Mapping[str, pd.DataFrame]
) -> tuple[DerivedFigure, ...]:
    """Return the contrasts whose figures are all known, in the order of `RULES`.

    Parameters
    ----------
    facts : mapping of str to Fact
    series : mapping of str to DataFrame
        Datasets by name; only rows that were public by the day asked for.
    """
    known = dict(facts) | _read_rows(series)
    return tuple(derive_figure(rule, known) for rule in RULES if set(names_in(rule.formula)) <= set(known))


def _read_rows(series: Mapping[str, pd.DataFrame]) -> dict[str, Fact]:
    found = {}
    for name, reference in ROWS.items():
        dataset, period, metric = reference.removeprefix("data:").split("/")
        table = series[dataset]
        rows = table[(table["period"] == period) & (table["metric"] == metric)]
        if len(rows):
            found[name] = read_row(name, rows.iloc[0])
    return found


def read_row(name: str, row: pd.Series) -> Fact:
    """Return a row of the data as a printed figure, so that both have the same rounding bounds.

    Its print is its value as a Chinese text would give it, which keeps the digits that the source printed. A
    row that was computed from prints has no print of its own and cannot stand for one.

    Parameters
    ----------
    name : str
        Name in formulas.
    row : Series
        Row of ``kuaishou_quarterly`` or ``kuaishou_annual`` in RMB bn, million or per cent.

    Raises
    ------
    InputError
        If the row is a derived one.
    """
    if row["derived"]:
        raise InputError(f"{name}: a derived row is no printed figure; name the rows that it comes from")
    shift, letters = _PRINTS[row["unit"]]
    unit, factor = _UNITS[row["unit"]]
    printed = f"{(Decimal(str(row['value'])) * shift).normalize():f}{letters}"
    qualifier, period = _QUALIFIERS[row["bound"]], str(row["period"])
    texts = (printed, str(row["metric"]), str(row["metric"]), row["value"] * factor, None, unit, qualifier)
    return Fact(name, "", 0, 0, *texts, period, row["published"].date(), "company", "context", "")


def span_months(name: str, meaning: str, first: pd.Timestamp, last: pd.Timestamp) -> DerivedFigure:
    """Return the time between two days in months of 365.25 / 12 days, public from the last day on."""
    days = (last - first).days
    months = days / (365.25 / 12)
    formula = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return DerivedFigure(
        name, "months", meaning, formula, f"{days} / (365.25 / 12)", months, months, (), last.date()
    )
