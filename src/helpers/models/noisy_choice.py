"""Choice under noise: what a pool of goods is worth to a host who cannot tell good items from bad ones.

The value of an item to a host is V = sqrt(1 - w) Q + sqrt(w) F: quality Q, the same for all hosts, and fit
F, the host's own, both standard normal; w is the share of fit in the variance. The host sees F and a noisy
S = Q + s e of the quality, and picks the item with the best estimate of V,
I = sqrt(1 - w) S / (1 + s^2) + sqrt(w) F, judging as if there were no hurdle. Values are in standard
deviations of V over all candidates, and 0 is the mean candidate.

1.  Var(I) = t^2 = (1 - w) / (1 + s^2) + w, and the pick from n items is worth t e(n), with e(n) the expected
    largest of n standard normals. Without noise this is e(n); with noise only and no fit it is 0.
2.  Entry hurdle: of N candidates those enter whose check A = (Q + c g) / sqrt(1 + c^2) lies in the best share
    a, c being the noise of the check. With h the threshold, r = corr(A, I), d(x) = (h - r x) / sqrt(1 - r^2),
    the index x = I / t of an item that entered has density phi(x) Phi(-d(x)) / a, and its value is
    t x + (cov(A, V) - r t) / sqrt(1 - r^2) * phi(d) / Phi(-d). The largest index has the distribution
    (1 - a + a F(x))^N; where no item enters, nothing is picked and the value is 0.
3.  Search: a host who examines k items at a cost of b each gains t e(k) - b k. The best k does not depend on
    the size of the pool once the pool holds that many.

A hurdle raises the mean quality of the pool and shrinks it. It pays where hosts cannot judge quality, and
costs where fit matters.

Left out: prices and commissions, competition of hosts for one item, learning from reviews, sellers who raise
quality to pass, and how value turns into sales. No size of the pool, no share admitted and no measure of the
noise has been published: every default is an assumption.

References
----------
Arnold, B. C., Balakrishnan, N., Nagaraja, H. N. (2008), A First Course in Order Statistics, SIAM (the largest
of n normals). Azzalini, A. (1985), A class of distributions which includes the normal ones, Scandinavian
Journal of Statistics 12 (the density of a normal that passed a correlated threshold).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import integrate, optimize, special

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

Floats = NDArray[np.float64]
REACH = 10.0
N_NODES = 4001
MOST_DRAWN = 1_000_000
TIE = 1e-6
BLIND = 1e4
_NODES: Floats = np.linspace(-REACH, REACH, N_NODES)


class NoisyChoiceRecord(Record):
    """Parameters of the pool, of the noise and of the hurdle."""

    candidate_items: int = parameter(
        10_000,
        unit="items",
        meaning="Items that would enter the pool if there were no hurdle.",
        ge=1,
        le=10**7,
    )
    quality_noise: float = parameter(
        1.0,
        unit="standard deviations of quality",
        meaning="Noise in what a host can see of an item's quality.",
        ge=0,
        le=1000,
    )
    fit_share: float = parameter(
        0.3,
        unit="share of variance, 0 to 1",
        meaning="Part of an item's value that is its fit with the host, which the host knows.",
        ge=0,
        le=1,
    )
    admitted_share: float = parameter(
        0.5,
        unit="share of candidates, 0 to 1",
        meaning="Candidates that pass the entry hurdle.",
        ge=1e-4,
        le=1,
    )
    check_noise: float = parameter(
        0.5,
        unit="standard deviations of quality",
        meaning="Noise in the platform's own check of quality at the hurdle.",
        ge=0,
        le=1000,
    )
    cost_per_item_examined: float = parameter(
        0.01,
        unit="standard deviations of value",
        meaning="What it costs a host to look at one more item.",
        ge=1e-6,
        le=1,
    )


@dataclass(frozen=True)
class Match:
    """What a host's pick is worth, in standard deviations of value above the mean candidate."""

    items_in_pool: float
    match_value: float
    mean_value: float
    best_possible: float


@dataclass(frozen=True)
class BestHurdle:
    """Hurdle with the highest match value on the grid searched, and what it gains over an open pool."""

    admitted_share: float
    match_value: float
    gain: float


@dataclass(frozen=True)
class Search:
    """How many items are worth examining, and the value net of the cost."""

    items_examined: int
    net_value: float
    limited_by_pool: bool


def solve_expected_maximum(n_items: float) -> float:
    """Return the expected largest of `n_items` standard normals, by quadrature."""
    return _integrate_pick(_NODES, special.ndtr(_NODES), n_items)


def _integrate_pick(value: Floats, below: Floats, n_items: float, share: float = 1.0) -> float:
    """Integrate the value of the largest index when each of `n_items` enters with probability `share`."""
    reached = (1 - share + share * below) ** n_items
    return float(np.sum((value[1:] + value[:-1]) / 2 * np.diff(reached)))


def solve_index_spread(record: NoisyChoiceRecord) -> float:
    """Return the standard deviation of the host's best estimate of value (equation 1)."""
    return math.sqrt((1 - record.fit_share) / (1 + record.quality_noise**2) + record.fit_share)


def solve_match(record: NoisyChoiceRecord) -> Match:
    """Solve the value of a host's pick from the items that entered (equation 2)."""
    value, below, mean = _admit(record)
    return Match(
        items_in_pool=record.candidate_items * record.admitted_share,
        match_value=_integrate_pick(value, below, record.candidate_items, record.admitted_share),
        mean_value=mean,
        best_possible=solve_expected_maximum(record.candidate_items),
    )


def _admit(record: NoisyChoiceRecord) -> tuple[Floats, Floats, float]:
    """Return the value of an admitted item by its index, the index's distribution, and the mean value."""
    spread = solve_index_spread(record)
    if record.admitted_share == 1:
        return spread * _NODES, special.ndtr(_NODES), 0.0
    threshold = float(special.ndtri(1 - record.admitted_share))
    check_value = math.sqrt((1 - record.fit_share) / (1 + record.check_noise**2))
    check_index = check_value / (1 + record.quality_noise**2) / spread
    left = math.sqrt(max(1 - check_index**2, 1e-12))
    distance = (threshold - check_index * _NODES) / left
    density = np.exp(-(_NODES**2) / 2) * special.ndtr(-distance)
    below = integrate.cumulative_simpson(density, initial=0.0)
    lift = (check_value - check_index * spread) / left
    mean = check_value * float(_hazard(np.asarray(threshold)))
    return spread * _NODES + lift * _hazard(distance), below / below[-1], mean


def _hazard(distance: Floats) -> Floats:
    """Return how far, in mean, a standard normal lies above nothing once it passed `distance`."""
    return np.asarray(np.exp(-(distance**2) / 2 - special.log_ndtr(-distance)) / math.sqrt(2 * math.pi))


def summarise_pools(
    record: NoisyChoiceRecord, *, pools: Sequence[int], noises: Sequence[float]
) -> pd.DataFrame:
    """Tabulate the match value over the number of candidates and the host's noise.

    Returns
    -------
    DataFrame
        One row per noise and pool: ``quality_noise``, ``candidate_items``, ``match_value``, ``share_of_best``
        (of what a host without noise would get from all candidates; missing where that is nothing).
    """
    rows = []
    for noise in noises:
        for items in pools:
            match = solve_match(record.model_copy(update={"quality_noise": noise, "candidate_items": items}))
            share = match.match_value / match.best_possible if match.best_possible > 1e-9 else math.nan
            rows.append((noise, items, match.match_value, share))
    return pd.DataFrame(rows, columns=["quality_noise", "candidate_items", "match_value", "share_of_best"])


def summarise_hurdles(record: NoisyChoiceRecord, *, shares: Sequence[float]) -> pd.DataFrame:
    """Tabulate the pool and the match value over the height of the hurdle.

    Returns
    -------
    DataFrame
        One row per share: ``admitted_share``, ``items_in_pool``, ``match_value``, ``mean_value``.
    """
    rows = []
    for share in shares:
        match = solve_match(record.model_copy(update={"admitted_share": share}))
        rows.append((share, match.items_in_pool, match.match_value, match.mean_value))
    return pd.DataFrame(rows, columns=["admitted_share", "items_in_pool", "match_value", "mean_value"])


def solve_pick(record: NoisyChoiceRecord, **change: float) -> float:
    """Return the match value after some parameters are changed."""
    return solve_match(record.model_copy(update=change)).match_value


def solve_hurdle_gain(record: NoisyChoiceRecord) -> float:
    """Return what the hurdle adds to the match value of an open pool."""
    return solve_pick(record) - solve_pick(record, admitted_share=1.0)


def summarise_hurdle_gains(
    record: NoisyChoiceRecord, *, noises: Sequence[float], fits: Sequence[float]
) -> pd.DataFrame:
    """Tabulate the gain by the hurdle over the host's noise and the part of fit.

    Returns
    -------
    DataFrame
        One row per pair: ``quality_noise``, ``fit_share``, ``gain``.
    """
    rows = [
        (noise, fit, solve_hurdle_gain(record.model_copy(update={"quality_noise": noise, "fit_share": fit})))
        for noise in noises
        for fit in fits
    ]
    return pd.DataFrame(rows, columns=["quality_noise", "fit_share", "gain"])


def solve_noise_allowed(record: NoisyChoiceRecord, *, pool_multiple: int = 10) -> Estimate:
    """Solve the noise at which a larger pool is worth no more than the pool of now with the noise of now."""

    def gain(noise: float) -> float:
        return solve_pick(record, candidate_items=larger, quality_noise=noise) - now

    larger, now = pool_multiple * record.candidate_items, solve_match(record).match_value
    if gain(BLIND) >= 0:
        return Estimate.not_known("the larger pool stays worth more at any noise")
    return Estimate(float(optimize.brentq(gain, 0.0, BLIND, xtol=1e-9)))


def solve_best_hurdle(record: NoisyChoiceRecord, *, n_shares: int = 41) -> BestHurdle:
    """Find the hurdle with the highest match value on an even logarithmic grid of admitted shares.

    The grid runs from the share that leaves one item to an open pool; among equals the most open wins.
    """
    lowest = max(1 / record.candidate_items, 1e-4)
    table = summarise_hurdles(record, shares=np.geomspace(lowest, 1.0, n_shares).tolist())
    values = table["match_value"].to_numpy()
    place = int(np.flatnonzero(values >= values.max() - TIE)[-1])
    value = float(values[place])
    return BestHurdle(float(table["admitted_share"].iloc[place]), value, value - float(values[-1]))


def solve_search(record: NoisyChoiceRecord) -> Search:
    """Solve how many items are worth examining (equation 3, with the admitted items of equation 2).

    Each further item gains less than the one before, so the search stops at the first not worth its cost.
    """
    value, below, _ = _admit(record)
    n_items = max(1, round(record.candidate_items * record.admitted_share))
    low, high = 1, n_items
    while low < high:
        middle = (low + high) // 2
        gain = _integrate_pick(value, below, middle + 1) - _integrate_pick(value, below, middle)
        low, high = (middle + 1, high) if gain >= record.cost_per_item_examined else (low, middle)
    net = _integrate_pick(value, below, low) - record.cost_per_item_examined * low
    return Search(items_examined=low, net_value=net, limited_by_pool=low == n_items)


def simulate_match(record: NoisyChoiceRecord, *, n_picks: int, seed: int) -> Floats:
    """Simulate the value of picks, each from freshly drawn candidates.

    Returns
    -------
    ndarray, shape (n_picks,)
        Value of each pick; 0 where no candidate passed the hurdle.

    Raises
    ------
    InputError
        If there are too many candidates to draw for one pick.
    """
    if record.candidate_items > MOST_DRAWN:
        raise InputError(
            f"'candidate_items' must be at most {MOST_DRAWN:,} to simulate (got {record.candidate_items:,})"
        )
    rng = np.random.default_rng(seed)
    step = max(1, MOST_DRAWN // record.candidate_items)
    sizes = [min(step, n_picks - start) for start in range(0, n_picks, step)]
    return np.concatenate([_draw_picks(record, rng, size) for size in sizes])


def _draw_picks(record: NoisyChoiceRecord, rng: np.random.Generator, n_picks: int) -> Floats:
    quality, fit, seen, checked = rng.standard_normal((4, n_picks, record.candidate_items))
    fit *= math.sqrt(record.fit_share)
    weight = math.sqrt(1 - record.fit_share)
    index = weight * (quality + record.quality_noise * seen) / (1 + record.quality_noise**2) + fit
    check = (quality + record.check_noise * checked) / math.sqrt(1 + record.check_noise**2)
    passed = check > special.ndtri(1 - record.admitted_share)
    pick = np.where(passed, index, -np.inf).argmax(axis=1)
    rows = np.arange(n_picks)
    return np.where(passed[rows, pick], weight * quality[rows, pick] + fit[rows, pick], 0.0)
