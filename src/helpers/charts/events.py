"""Events placed on the quarters of a chart."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

HERE = "this run"
"""Names the place of a run's own parameters, in every chart."""


def mark_run(field: str, value: float) -> pd.DataFrame:
    """Return the rule that shows where this run stands on an axis."""
    return pd.DataFrame({field: [value], "event": [HERE]})


def select_quarter_events(events: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the chosen events with the quarter they fall in.

    Parameters
    ----------
    events : DataFrame
        Columns `event_id` and `date` (ISO day, month or year).
    labels : mapping
        `event_id` -> short label. An event that is not among the rows (not known yet) is left out.

    Returns
    -------
    DataFrame
        `period` (such as ``2022Q1``) and `event`, in order of time.
    """
    chosen = events[events["event_id"].isin(list(labels))].sort_values("date")
    quarters = pd.PeriodIndex([str(pd.Timestamp(day).to_period("Q")) for day in chosen["date"]], freq="Q")
    return pd.DataFrame({"period": quarters.astype(str), "event": chosen["event_id"].map(labels).to_numpy()})
