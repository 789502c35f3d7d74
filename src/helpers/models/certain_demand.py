r"""What a shelf that is always open adds to an offer that is live for some hours a day.

Equations
---------
Needs (确定性需求) arrive at all hours. An offer is live :math:`h` hours a day in :math:`n` windows; between
two windows lies a gap :math:`g_i`, and over a cycle of :math:`C` hours the live hours :math:`L` and the gaps
add up. A need that arrives on air is met. One that arrives off air waits for the next window if its patience
:math:`P` reaches that far. Arrivals are uniform inside a gap, so the share of them that waits long enough is

.. math:: w = \frac{\sum_i \int_0^{g_i} \Pr(P > x)\,dx}{\sum_i g_i}
          = \frac{\sum_i \tau\,(1 - e^{-g_i/\tau})}{\sum_i g_i}

for exponential patience of mean :math:`\tau`. With :math:`a = \omega L / (\omega L + C - L)` the share of
needs that arrive on air (:math:`\omega` needs an hour on air for each one off air),

.. math:: c = a + (1-a)\,w, \qquad \text{gain of a shelf} = 1 - c = (1-a)(1-w).

A shelf takes the orders of all needs off air, and the share :math:`w` of them would have waited for the live
offer: this is the displacement that the model implies for `saturation`. It is a lower end, since an order
that a viewer places on the shelf while the item is live is displaced altogether.

The integral is the mean of the smaller of patience and gap. It is concave in the gap, so even windows capture
most; by Jensen's inequality no law of patience with the same mean captures more than a fixed one.

Laws of patience, all with mean :math:`\tau`: exponential :math:`\tau(1-e^{-g/\tau})`, fixed
:math:`\min(g, \tau)`, uniform on :math:`[0, 2\tau]`: :math:`g - g^2/4\tau` up to :math:`2\tau`, and
heavy-tailed (Lomax with shape 2) :math:`\tau g/(\tau+g)`.

Assumptions
-----------
A need is known to its owner, is met by any offer of the item, and is met at once by the shelf. Hours belong
to the item, not to the platform: some shop is always live, but one item is shown for minutes of a session,
and the model is about that item.

What it leaves out
------------------
Demand that only a live stream awakens, prices that differ between shelf and live stream, a shelf that is not
found, rival platforms that take the need meanwhile, and the cost of keeping goods on sale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import UnknownNameError
from helpers.models.interval import FloatArray
from helpers.models.record import Record, parameter

HOURS_A_DAY = 24.0
DEFAULT_HOURS = tuple(float(hours) for hours in (0.1, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24))
DEFAULT_PATIENCE = tuple(float(hours) for hours in (0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72))

WAITED_HOURS: dict[str, Callable[[FloatArray, float], FloatArray]] = {
    "exponential": lambda gap, mean: -mean * np.expm1(-gap / mean),
    "fixed": np.minimum,
    "uniform": lambda gap, mean: np.where(gap < 2 * mean, gap - gap**2 / (4 * mean), mean),
    "heavy": lambda gap, mean: mean * gap / (mean + gap),
}
DRAWN_PATIENCE: dict[str, Callable[[np.random.Generator, float, int], FloatArray]] = {
    "exponential": lambda source, mean, draws: source.exponential(mean, draws),
    "fixed": lambda source, mean, draws: np.full(draws, mean),
    "uniform": lambda source, mean, draws: source.uniform(0.0, 2 * mean, draws),
    "heavy": lambda source, mean, draws: mean * source.pareto(2.0, draws),
}


class CertainDemandRecord(Record):
    """When an item is offered live, and how long its buyers wait."""

    live_hours_per_day: float = parameter(
        4.0,
        unit="hours a day",
        meaning="Hours a day, on average, in which the item is on sale in a live stream.",
        ge=0.0,
        le=24.0,
    )
    live_windows_per_cycle: int = parameter(
        1,
        unit="windows",
        meaning="Number of separate live windows in one cycle.",
        ge=1,
        le=48,
    )
    cycle_days: int = parameter(
        1,
        unit="days",
        meaning="Days after which the timetable of the item's live windows repeats.",
        ge=1,
        le=30,
    )
    window_unevenness: float = parameter(
        0.0,
        unit="0 for even gaps to 1 for one gap",
        meaning="How much of the time off air is gathered into a single gap.",
        ge=0.0,
        le=1.0,
    )
    patience_hours: float = parameter(
        6.0,
        unit="hours",
        meaning="Mean time that a buyer with a need waits before it is met elsewhere or lost.",
        ge=0.05,
        le=720.0,
    )
    patience_law: str = parameter(
        "exponential",
        unit="name of a distribution",
        meaning="How patience is spread around its mean.",
        choices=tuple(WAITED_HOURS),
    )
    on_air_need_ratio: float = parameter(
        1.0,
        unit="needs per hour on air over needs per hour off air",
        meaning="How much denser needs arrive in the hours that hosts choose to be on air.",
        ge=0.1,
        le=10.0,
    )


@dataclass(frozen=True)
class ShelfWorth:
    """Shares of all needs (fractions), and what they mean for the shelf.

    Attributes
    ----------
    on_air_share : float
        Needs that arrive while the item is live.
    captured_share : float
        Needs met without a shelf.
    shelf_gain : float
        Needs met only with a shelf: one less `captured_share`.
    relative_gain : float
        The same per need met without a shelf.
    would_have_waited : float
        Share of the shelf's orders that the live offer would have had anyway; its limit 1 without a gap.
    """

    on_air_share: float
    captured_share: float
    shelf_gain: float
    relative_gain: float
    would_have_waited: float


@dataclass(frozen=True)
class SimulatedCapture:
    """Simulated counterparts of `ShelfWorth` with the standard error of the captured share."""

    captured_share: float
    standard_error: float
    would_have_waited: float


def solve_shelf_worth(record: CertainDemandRecord) -> ShelfWorth:
    """Give the share of needs captured without a shelf and the worth of adding one.

    Parameters
    ----------
    record : CertainDemandRecord

    Returns
    -------
    ShelfWorth
    """
    gaps = solve_gaps(record)
    on_air = _solve_on_air_share(record)
    waited = solve_waiting_share(gaps, record.patience_hours, law=record.patience_law)
    captured = on_air + (1 - on_air) * waited
    gain = (1 - on_air) * (1 - waited)
    return ShelfWorth(on_air, captured, gain, gain / captured, waited)


def solve_gaps(record: CertainDemandRecord) -> FloatArray:
    """Give the gaps between live windows over one cycle.

    Parameters
    ----------
    record : CertainDemandRecord

    Returns
    -------
    ndarray, shape (live_windows_per_cycle,)
        Hours; evenly spread, with the share `window_unevenness` of all hours off air moved to the first gap.
    """
    hours_off = (HOURS_A_DAY - record.live_hours_per_day) * record.cycle_days
    gaps = np.full(
        record.live_windows_per_cycle, (1 - record.window_unevenness) / record.live_windows_per_cycle
    )
    gaps[0] += record.window_unevenness
    return np.asarray(gaps * hours_off, dtype=float)


def solve_waiting_share(gaps: FloatArray, patience_hours: float, *, law: str) -> float:
    """Give the share of needs arising off air whose owners wait until the next window.

    Parameters
    ----------
    gaps : ndarray, shape (n_gaps,)
        Hours between windows.
    patience_hours : float
        Mean patience in hours.
    law : {"exponential", "fixed", "uniform", "heavy"}

    Returns
    -------
    float
        Between 0 and 1; 1 when there is no gap.

    Raises
    ------
    UnknownNameError
        When the law of patience is none of those named.
    """
    if law not in WAITED_HOURS:
        raise UnknownNameError("law of patience", law, WAITED_HOURS)
    hours_off = float(np.sum(gaps))
    if hours_off <= 0:
        return 1.0
    return float(np.sum(WAITED_HOURS[law](gaps, patience_hours))) / hours_off


def simulate_capture(record: CertainDemandRecord, *, draws: int = 200_000, seed: int) -> SimulatedCapture:
    """Simulate arriving needs and count those that meet a live window in time.

    Parameters
    ----------
    record : CertainDemandRecord
    draws : int
        Number of needs.
    seed : int

    Returns
    -------
    SimulatedCapture
    """
    source = np.random.default_rng(seed)
    starts, ends = _place_windows(record)
    arrivals = _draw_arrivals(source, starts, ends, record, draws)
    wait = _measure_wait(arrivals, starts, ends)
    patience = DRAWN_PATIENCE[record.patience_law](source, record.patience_hours, draws)
    met, off_air = wait <= patience, wait > 0
    captured = float(met.mean())
    waited = float(met[off_air].mean()) if off_air.any() else 1.0
    return SimulatedCapture(captured, float(np.sqrt(captured * (1 - captured) / draws)), waited)


def summarise_grid(
    record: CertainDemandRecord,
    *,
    hours: Sequence[float] = DEFAULT_HOURS,
    patience: Sequence[float] = DEFAULT_PATIENCE,
) -> pd.DataFrame:
    """Tabulate capture, gain and displacement over live hours and mean patience.

    Parameters
    ----------
    record : CertainDemandRecord
        Gives everything but the two varied parameters.
    hours : sequence of float
        Live hours a day, 0 to 24.
    patience : sequence of float
        Mean patience in hours.

    Returns
    -------
    pandas.DataFrame
        Columns `live_hours_per_day`, `patience_hours`, `captured_share`, `would_have_waited` (fractions), one
        row per pair.
    """
    rows = []
    for live in hours:
        for mean in patience:
            varied = record.model_copy(update={"live_hours_per_day": live, "patience_hours": mean})
            worth = solve_shelf_worth(varied)
            rows.append((live, mean, worth.captured_share, worth.would_have_waited))
    columns = ["live_hours_per_day", "patience_hours", "captured_share", "would_have_waited"]
    return pd.DataFrame(rows, columns=columns)


def _solve_on_air_share(record: CertainDemandRecord) -> float:
    weighted = record.on_air_need_ratio * record.live_hours_per_day
    return weighted / (weighted + HOURS_A_DAY - record.live_hours_per_day)


def _place_windows(record: CertainDemandRecord) -> tuple[FloatArray, FloatArray]:
    gaps = solve_gaps(record)
    length = record.live_hours_per_day * record.cycle_days / record.live_windows_per_cycle
    ends = np.cumsum(gaps + length)
    return ends - length, ends


def _draw_arrivals(
    source: np.random.Generator, starts: FloatArray, ends: FloatArray, record: CertainDemandRecord, draws: int
) -> FloatArray:
    edges = np.concatenate(([0.0], np.column_stack((starts, ends)).ravel()))
    weights = np.tile([1.0, record.on_air_need_ratio], len(starts))
    mass = np.concatenate(([0.0], np.cumsum(weights * np.diff(edges))))
    return np.interp(source.uniform(0.0, mass[-1], draws), mass, edges)


def _measure_wait(arrivals: FloatArray, starts: FloatArray, ends: FloatArray) -> FloatArray:
    # a cycle ends with a window, so every arrival has a window that ends after it
    window = np.minimum(np.searchsorted(ends, arrivals, side="left"), len(ends) - 1)
    return np.maximum(starts[window] - arrivals, 0.0)
