r"""How much one more hour or one more merchant can have been worth, at most.

Equations
---------
Let the total react to user-hours :math:`h` with elasticity :math:`\varepsilon_h` and to active merchants
:math:`m` with :math:`\varepsilon_m`, both at least zero. If everything else that changed over a year did not
by itself lower the total,

.. math:: \varepsilon_h\,\Delta\ln h + \varepsilon_m\,\Delta\ln m \le \Delta\ln V .

Each year is a line in the plane of the two elasticities; allowed is what lies on it or below. Its ends on the
axes, :math:`\Delta\ln V / \Delta\ln h` and :math:`\Delta\ln V / \Delta\ln m`, are the largest elasticity of
one input if the other did nothing. A marginal value is an elasticity times the average value.

What it leaves out
------------------
The assumption fails in a year in which something else lowered the total, which is the kind of year that gives
the tightest line. Years in which an input hardly rose are left out, since rounding decides there. A printed
floor of growth makes the line only safer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.models import divisia
from helpers.models.divisia import Identity
from helpers.models.interval import Estimate, shift_period
from helpers.models.record import Record, parameter

NO_RISE = "hours never rose enough over a year, or are not known for two years"
NO_PAIR = "growth of merchants and of hours is not known for one year"


class MarginalRecord(Record):
    """When a rise says something."""

    least_rise: float = parameter(
        0.05,
        unit="change of the logarithm",
        meaning="Yearly rise of an input from which its elasticity is bounded; below it rounding decides.",
        ge=0.01,
        le=0.5,
    )


@dataclass(frozen=True)
class MarginalBounds:
    """Largest elasticities by quarter to which the year runs.

    Attributes
    ----------
    hours : Series
        Elasticity to user-hours, at most.
    pairs : DataFrame
        ``hours, merchants``: both ends of the line, for quarters in which both inputs rose.
    """

    hours: pd.Series
    pairs: pd.DataFrame

    @property
    def tightest(self) -> str | None:
        """Quarter of the tightest bound on hours."""
        return str(self.hours.idxmin()) if len(self.hours) else None

    @property
    def newest_pair(self) -> str | None:
        """Newest quarter that bounds both."""
        return str(self.pairs.index[-1]) if len(self.pairs) else None

    @property
    def tightest_pair(self) -> str | None:
        """Quarter of the tightest bound on merchants."""
        return str(self.pairs["merchants"].idxmin()) if len(self.pairs) else None

    def find(self, side: str, quarter: str | None, *, times: float = 1.0) -> Estimate:
        """Return a bound of one side of the pairs as an estimate from zero up; unknown without a quarter."""
        if quarter is None:
            return Estimate.not_known(NO_PAIR)
        most = float(self.pairs[side][quarter]) * times
        return Estimate(most, 0.0, most)

    def find_tightest(self) -> Estimate:
        """Return the tightest bound on hours as an estimate from zero up."""
        if self.tightest is None:
            return Estimate.not_known(NO_RISE)
        most = float(self.hours.min())
        return Estimate(most, 0.0, most)


def solve_bounds(
    record: MarginalRecord, identity: Identity, merchants: pd.DataFrame, *, rest: str
) -> MarginalBounds:
    """Bound both elasticities from the growth of each year.

    Parameters
    ----------
    record : MarginalRecord
    identity : Identity
        Total and factors by period.
    merchants : DataFrame
        ``period, value, bound``: growth on a year earlier in percent; only exact figures and floors count.
    rest : str
        Factor of the identity that is not part of the input: the total over it is hours.
    """
    levels = identity.table.pivot_table(index="period", columns="factor", values="value")
    logs = levels.reindex(columns=[divisia.TOTAL, rest]).astype(float).apply(np.log)
    logs["hours"] = logs[divisia.TOTAL] - logs[rest]
    earlier = logs.reindex([shift_period(period, -4) for period in logs.index]).set_axis(logs.index)
    rises = (logs - earlier)[["hours", divisia.TOTAL]].dropna()
    rises = rises[rises["hours"] >= record.least_rise]
    counted = merchants[merchants["bound"].isin(["exact", "lower"])].set_index("period")["value"]
    grown = (counted.reindex(rises.index) / 100).apply(np.log1p)
    both = grown >= record.least_rise
    most = rises[divisia.TOTAL] / rises["hours"]
    pairs = pd.DataFrame({"hours": most[both], "merchants": rises[divisia.TOTAL][both] / grown[both]})
    return MarginalBounds(most, pairs)


def summarise_corners(bounds: MarginalBounds) -> pd.DataFrame:
    """Return the two ends of each quarter's line: ``quarter, merchant_elasticity, hour_elasticity``."""
    ends = [
        pd.DataFrame(
            {"quarter": bounds.pairs.index, "merchant_elasticity": merchants, "hour_elasticity": hours}
        )
        for merchants, hours in ((0.0, bounds.pairs["hours"]), (bounds.pairs["merchants"], 0.0))
    ]
    return pd.concat(ends, ignore_index=True)
