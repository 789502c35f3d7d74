r"""Growth of one field split into traffic and sales per unit of traffic.

Equations
---------
Traffic grows by :math:`x`, sales by :math:`y`. In logs the split is exact:

.. math:: \ln(1+y) = \ln(1+x) + \ln(1+e), \qquad 1+e = \frac{1+y}{1+x}.

When a unit of new traffic is worth :math:`\rho` units of old traffic, the same growth splits three ways,

.. math:: \ln(1+y) = \ln(1+x) + \ln\frac{1+\rho x}{1+x} + \ln(1+a), \qquad 1+a = \frac{1+y}{1+\rho x},

into traffic, its dilution, and the gain :math:`a` on like traffic. It is nought at :math:`\rho^* = y/x`.
Both prints are rounded, so every outcome is the range over all growth rates that round to them. Each outcome
is monotone in :math:`x` and in :math:`y`, so the corners of the box of prints give that range exactly.

Assumptions
-----------
The two prints describe the same field (泛货架), quarter and base, and the new traffic is all growth above
last year's level.

What it leaves out
------------------
Sales per unit of traffic hold conversion, basket and the mix of goods and pages together; no published figure
separates them. A traffic print does not say what it counts (visits, page views or exposures). The split is
arithmetic: it does not say that traffic caused sales, nor that the sales were new to the platform.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.models.interval import Estimate, FloatArray, Interval, propagate, read_period
from helpers.models.record import Record, parameter

NOT_PUBLISHED = "growth of traffic and of sales had not both been published for one quarter"
NO_GROWTH = "traffic and sales are not both known to have grown, so shares of the growth have no meaning"
DEFAULT_RATIOS = tuple(float(ratio) for ratio in np.linspace(0.0, 1.5, 16))


class TrafficEfficiencyRecord(Record):
    """Assumptions of the traffic and efficiency split."""

    new_traffic_value_ratio: float = parameter(
        0.7,
        unit="sales per unit of new traffic over sales per unit of old traffic",
        meaning="How well a unit of newly won traffic sells beside a unit of the old traffic.",
        ge=0.0,
        le=2.0,
    )


@dataclass(frozen=True)
class TrafficSplit:
    """Split of one quarter's growth; shares are of the log growth of sales, gains are fractions."""

    period: str | None
    traffic_share: Estimate
    efficiency_share: Estimate
    dilution_share: Estimate
    like_traffic_share: Estimate
    ratio_without_gain: Estimate
    efficiency_gain: Estimate
    like_traffic_gain: Estimate


def solve_traffic_split(
    record: TrafficEfficiencyRecord, traffic: pd.DataFrame, sales: pd.DataFrame
) -> TrafficSplit:
    """Split the growth of a field's sales into traffic and sales per unit of traffic, in the newest quarter.

    Parameters
    ----------
    record : TrafficEfficiencyRecord
    traffic, sales : pandas.DataFrame
        Rows of one metric each (`period`, `value` in percent growth on the year, `bound`).

    Returns
    -------
    TrafficSplit
        All parts are "not known", with the reason, when no quarter has both prints.
    """
    pair = _read_pair(traffic, sales)
    if pair is None:
        return TrafficSplit(None, *(Estimate.not_known(NOT_PUBLISHED) for _ in range(7)))
    chosen, x, y = pair
    ratio = record.new_traffic_value_ratio
    return TrafficSplit(chosen, *(_solve_shares(ratio, x, y) + _solve_gains(ratio, x, y)))


def summarise_value_ratios(
    traffic: pd.DataFrame, sales: pd.DataFrame, *, ratios: Sequence[float] = DEFAULT_RATIOS
) -> pd.DataFrame:
    """Tabulate the gain on like traffic against the worth of new traffic.

    Parameters
    ----------
    traffic, sales : pandas.DataFrame
        As in `solve_traffic_split`.
    ratios : sequence of float
        Sales per unit of new traffic over sales per unit of old traffic.

    Returns
    -------
    pandas.DataFrame
        Columns `period`, `new_traffic_value_ratio`, `like_traffic_gain`, `low`, `high` (fractions); no rows
        when no quarter has both prints.
    """
    pair = _read_pair(traffic, sales)
    columns = ["period", "new_traffic_value_ratio", "like_traffic_gain", "low", "high"]
    if pair is None:
        return pd.DataFrame(columns=columns)
    chosen, x, y = pair
    gains = [_solve_gains(ratio, x, y)[1] for ratio in ratios]
    rows = [
        (chosen, ratio, gain.value, gain.low, gain.high) for ratio, gain in zip(ratios, gains, strict=True)
    ]
    return pd.DataFrame(rows, columns=columns)


def _read_pair(traffic: pd.DataFrame, sales: pd.DataFrame) -> tuple[str, Interval, Interval] | None:
    chosen = max(set(traffic["period"]) & set(sales["period"]), default="")
    x, y = (read_period(rows, chosen, floor=-100.0) for rows in (traffic, sales))
    return None if x is None or y is None else (chosen, x.scale(0.01), y.scale(0.01))


def _solve_shares(ratio: float, x: Interval, y: Interval) -> list[Estimate]:
    if min(x.low, y.low) <= 0:
        return [Estimate.not_known(NO_GROWTH) for _ in range(5)]

    def divide_logs(x: FloatArray, y: FloatArray) -> FloatArray:
        return np.log1p(x) / np.log1p(y)

    parts: tuple[Callable[[FloatArray, FloatArray], FloatArray], ...] = (
        divide_logs,
        lambda x, y: 1 - divide_logs(x, y),
        lambda x, y: divide_logs(ratio * x, y) - divide_logs(x, y),
        lambda x, y: 1 - divide_logs(ratio * x, y),
        lambda x, y: y / x,
    )
    return [Estimate.of(propagate(part, x, y)) for part in parts]


def _solve_gains(ratio: float, x: Interval, y: Interval) -> list[Estimate]:
    whole = propagate(lambda x, y: (1 + y) / (1 + x) - 1, x, y)
    like = propagate(lambda x, y: (1 + y) / (1 + ratio * x) - 1, x, y)
    return [Estimate.of(whole), Estimate.of(like)]
