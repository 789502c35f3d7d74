r"""Accounts of two fields: pan-shelf (泛货架) and all other sales, with the prints' looseness kept.

Equations
---------
With total sales :math:`G_t` and shelf share :math:`s_t`: shelf :math:`S_t = s_t G_t`, other
:math:`O_t = (1-s_t) G_t`, growth of each over four quarters, what each adds to the growth of the total,
:math:`(S_t - S_{t-4})/G_{t-4}` in points, and the shelf's part of the increment

.. math:: \frac{S_t - S_{t-4}}{G_t - G_{t-4}}.

A printed shelf growth :math:`g_t` chains a level back: :math:`S_{t-4} = S_t / (1+g_t)`; growth of the other
sales and the shelf's part of the increment follow from it without a share of the year before.
Other sales are live stream and short video. With short video a share :math:`v` of last year's other sales and
growing by :math:`g_v`, live-stream sales grew by

.. math:: \frac{o_t - v\,g_v}{1-v}, \qquad o_t = \frac{O_t - O_{t-4}}{O_{t-4}},

and fell exactly when

.. math:: v > v^* = \frac{O_t - O_{t-4}}{O_{t-4}\, g_v}, \qquad
          w^* = \frac{O_t - O_{t-4}}{G_{t-4}\, g_v},

:math:`w^*` being the same size as a share of all sales. A threshold above one cannot be passed.

Two readings, kept apart
------------------------
``words``: "over 20%" is anything from 20% up; "nearly" is anything below; "about" bounds nothing.
``convention``: "over 20%" is 20% to 21%, and worded growth reaches the widths of the record. An exact print
is in both readings every value that rounds to it, and sales are as fine as their last digit.
Every outcome is monotone in each print while the others are held, so the corners of the box give its range.
Rates and shares are fractions: 0.1 is 10%.

Assumptions
-----------
The field's boundary did not move between two prints, and share and total count the same orders.

What it leaves out
------------------
Orders that pass from one field to the other (the share counts where an order is placed), refunds, and any
reading of the words between the two. Nothing here says what caused the growth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from helpers.errors import UnknownNameError
from helpers.models.interval import Estimate, FloatArray, Interval, propagate, read_period, shift_period
from helpers.models.record import Record, parameter

Reading = Literal["words", "convention"]
READINGS: tuple[Reading, ...] = get_args(Reading)
COLUMNS = ["period", "reading", "quantity", "value", "low", "high", "unit", "why"]
YEAR = 4  # quarters
FRACTION, MONEY = "fraction", "RMB bn"

Row = dict[str, Any]
Prints = Mapping[str, Interval]
Needs = dict[str, Interval | None]
Formula = Callable[..., FloatArray]


def _look_back(shelf: FloatArray, growth: FloatArray, total: FloatArray) -> FloatArray:
    return np.minimum(shelf / (1 + growth), total)


LEVELS: dict[str, tuple[str, Formula]] = {
    "shelf_share": (FRACTION, lambda share, total: share),
    "shelf_gmv": (MONEY, lambda share, total: share * total),
    "other_gmv": (MONEY, lambda share, total: (1 - share) * total),
}
CHANGES: dict[str, tuple[str, Formula]] = {
    "shelf_growth": (FRACTION, lambda s, g, s0, g0: s * g / (s0 * g0) - 1),
    "other_growth": (FRACTION, lambda s, g, s0, g0: (1 - s) * g / ((1 - s0) * g0) - 1),
    "shelf_points": (FRACTION, lambda s, g, s0, g0: s * g / g0 - s0),
    "other_points": (FRACTION, lambda s, g, s0, g0: (1 - s) * g / g0 - (1 - s0)),
}
INCREMENT: dict[str, tuple[str, Formula]] = {
    "shelf_part_of_increment": (FRACTION, lambda s, g, s0, g0: (s * g - s0 * g0) / (g - g0)),
}
THRESHOLDS: dict[str, tuple[str, Formula]] = {
    "short_video_share_of_other": (
        FRACTION,
        lambda s, g, s0, g0, video: np.maximum(((1 - s) * g / ((1 - s0) * g0) - 1) / video, 0),
    ),
    "short_video_share_of_gmv": (
        FRACTION,
        lambda s, g, s0, g0, video: np.maximum(((1 - s) * g / g0 - (1 - s0)) / video, 0),
    ),
}
CHAINED: dict[str, tuple[str, Formula]] = {
    "chained_shelf_gmv": (MONEY, _look_back),
    "chained_shelf_share": (
        FRACTION,
        lambda shelf, growth, total: _look_back(shelf, growth, total) / total,
    ),
}
PRINTED: dict[str, Formula] = {
    "shelf_growth": lambda shelf, growth, total, before: growth,
    "other_growth": lambda shelf, growth, total, before: (
        np.maximum(total - shelf, 0) / (before - _look_back(shelf, growth, before)) - 1
    ),
    "shelf_points": lambda shelf, growth, total, before: (shelf - _look_back(shelf, growth, before)) / before,
    "other_points": lambda shelf, growth, total, before: (
        (total - shelf + _look_back(shelf, growth, before)) / before - 1
    ),
    "shelf_part_of_increment": lambda shelf, growth, total, before: (
        (shelf - _look_back(shelf, growth, before)) / (total - before)
    ),
}
VIDEO_SIZES = tuple(float(size) for size in np.linspace(0.0, 0.5, 21))


class FieldAccountsRecord(Record):
    """How far worded prints reach under the rounding convention."""

    over_share_width_points: float = parameter(
        1.0,
        unit="percentage points",
        meaning="How far above (below) the printed share a share called over (nearly) that figure may lie.",
        ge=0.0,
        le=20.0,
    )
    over_growth_width_points: float = parameter(
        10.0,
        unit="percentage points",
        meaning="The same for growth rates, which are worded in round tens where they are worded at all.",
        ge=0.0,
        le=100.0,
    )
    about_half_width_points: float = parameter(
        5.0,
        unit="percentage points",
        meaning="How far a growth rate called about a figure may lie to each side of it.",
        ge=0.0,
        le=100.0,
    )


def summarise_share_intervals(
    record: FieldAccountsRecord, shares: pd.DataFrame, *, reading: Reading
) -> pd.DataFrame:
    """Read the printed shares of the shelf as intervals.

    Parameters
    ----------
    record : FieldAccountsRecord
    shares : pandas.DataFrame
        Rows of the shelf share (`period`, `value` in percent, `bound`).
    reading : {"words", "convention"}

    Returns
    -------
    pandas.DataFrame
        Columns `period`, `low`, `high`, `value` (fractions; `value` NaN where the words fix none), in order.
    """
    intervals = _read_shares(record, shares, reading)
    rows = [(period, share.low, share.high, share.value) for period, share in intervals.items()]
    table = pd.DataFrame(rows, columns=["period", "low", "high", "value"])
    return table.astype({"low": float, "high": float, "value": float})


def solve_field_accounts(
    record: FieldAccountsRecord, gmv: pd.DataFrame, shares: pd.DataFrame
) -> pd.DataFrame:
    """Account for shelf and other sales, quarter by quarter, under both readings.

    Parameters
    ----------
    record : FieldAccountsRecord
    gmv, shares : pandas.DataFrame
        Rows of total sales (RMB bn) and of the shelf share (percent): `period`, `value`, `bound`.

    Returns
    -------
    pandas.DataFrame
        One row per quarter between the first and the last share, reading and quantity (`shelf_share`,
        `shelf_gmv`, `other_gmv`, `shelf_growth`, `other_growth`, `shelf_points` and `other_points` (added to
        the growth of the total), `shelf_part_of_increment`); columns
        `period`, `reading`, `quantity`, `value`, `low`, `high`, `unit`, `why`. An open side is NaN; a
        quantity that needs an unpublished print is NaN throughout and `why` names the print.
    """
    return _tabulate(
        row
        for reading in READINGS
        for row in _account(_read_levels(gmv), _read_shares(record, shares, reading), reading)
    )


def solve_chained_shelf(
    record: FieldAccountsRecord, gmv: pd.DataFrame, shares: pd.DataFrame, shelf_growth: pd.DataFrame
) -> pd.DataFrame:
    """Chain printed growth rates of the shelf back to years without a printed share.

    Parameters
    ----------
    record : FieldAccountsRecord
    gmv, shares, shelf_growth : pandas.DataFrame
        Rows of total sales (RMB bn), shelf share (percent) and growth of shelf sales (percent on the year).

    Returns
    -------
    pandas.DataFrame
        Columns as in `solve_field_accounts`; quantities `chained_shelf_gmv` and `chained_shelf_share` for the
        quarter a year before each printed growth rate.
    """
    return _account_growth(_chain, record, gmv, shares, shelf_growth)


def solve_printed_growth(
    record: FieldAccountsRecord, gmv: pd.DataFrame, shares: pd.DataFrame, shelf_growth: pd.DataFrame
) -> pd.DataFrame:
    """Split growth between shelf and other sales in the quarters for which growth of the shelf is printed.

    Parameters
    ----------
    record : FieldAccountsRecord
    gmv, shares, shelf_growth : pandas.DataFrame
        As in `solve_chained_shelf`.

    Returns
    -------
    pandas.DataFrame
        Columns as in `solve_field_accounts`; quantities `shelf_growth` (as printed), `other_growth`,
        `shelf_points`, `other_points` and `shelf_part_of_increment`.
    """
    return _account_growth(_split_printed, record, gmv, shares, shelf_growth)


def solve_short_video_threshold(
    record: FieldAccountsRecord, gmv: pd.DataFrame, shares: pd.DataFrame, short_video_growth: pd.DataFrame
) -> pd.DataFrame:
    """Say how large short video must have been a year before for live-stream sales to have fallen since.

    Parameters
    ----------
    record : FieldAccountsRecord
    gmv, shares, short_video_growth : pandas.DataFrame
        Rows of total sales (RMB bn), shelf share (percent) and growth of short-video sales (percent).

    Returns
    -------
    pandas.DataFrame
        Columns as in `solve_field_accounts`; quantities `short_video_share_of_other` and
        `short_video_share_of_gmv`, both of the year before. Below `low` live-stream sales cannot have fallen,
        above `high` they must have; `low` of nought rules no size out, `low` above one rules a fall out.
    """
    return _account_growth(_compare_short_video, record, gmv, shares, short_video_growth)


def summarise_live_growth(
    record: FieldAccountsRecord,
    gmv: pd.DataFrame,
    shares: pd.DataFrame,
    short_video_growth: pd.DataFrame,
    *,
    sizes: Sequence[float] = VIDEO_SIZES,
) -> pd.DataFrame:
    """Tabulate growth of live-stream sales over the size that short video may have had a year before.

    Parameters
    ----------
    record : FieldAccountsRecord
    gmv, shares, short_video_growth : pandas.DataFrame
        As in `solve_short_video_threshold`.
    sizes : sequence of float
        Short video's share of other sales a year before, 0 to below 1.

    Returns
    -------
    pandas.DataFrame
        Columns `period`, `short_video_share`, `growth`, `low`, `high` (fractions), under the convention; a
        quarter that lacks a print has no rows.
    """
    totals, parts = _read_levels(gmv), _read_shares(record, shares, "convention")
    rows = [
        (period, size, live.value, live.low, live.high)
        for period, video in _read_growth(record, short_video_growth, "convention").items()
        for size in sizes
        if (live := _grow_live(size, _name_year(totals, parts, period) | {"video": video}))
    ]
    return pd.DataFrame(rows, columns=["period", "short_video_share", "growth", "low", "high"])


def find_oldest(table: pd.DataFrame, quantity: str) -> str | None:
    """Give the oldest period for which a table of accounts holds anything on a quantity, or ``None``."""
    return min(_list_known(table, quantity), default=None)


def find_newest(table: pd.DataFrame, quantity: str) -> str | None:
    """Give the newest period for which a table of accounts holds anything on a quantity, or ``None``."""
    return max(_list_known(table, quantity), default=None)


def select_estimate(table: pd.DataFrame, quantity: str, *, period: str | None, reading: Reading) -> Estimate:
    """Take one outcome out of a table of accounts.

    Parameters
    ----------
    table : pandas.DataFrame
        As returned by the solvers of this module.
    quantity : str
    period : str or None
        ``None`` (nothing was found, see `find_newest`) gives an unknown outcome.
    reading : {"words", "convention"}

    Returns
    -------
    Estimate
        In the unit of the table; not known, with a reason, when the table has no such row.

    Raises
    ------
    UnknownNameError
        When no table of this module has such a quantity.
    """
    _check_quantity(quantity)
    chosen = (table["quantity"] == quantity) & (table["period"] == period) & (table["reading"] == reading)
    if period is None or not chosen.any():
        return Estimate.not_known(f"the prints that {quantity} needs had not been published")
    row = table.loc[chosen].iloc[0]
    value, low, high = (None if pd.isna(row[end]) else float(row[end]) for end in ("value", "low", "high"))
    return Estimate(value, low, high, None if pd.isna(row["why"]) else str(row["why"]))


def select_quarter(
    table: pd.DataFrame, period: str | None, *, reading: Reading = "convention"
) -> dict[str, Estimate]:
    """Take every outcome of one quarter out of a table of accounts.

    Parameters
    ----------
    table, period, reading
        As in `select_estimate`.

    Returns
    -------
    dict of str to Estimate
        By quantity; one that the table has no row for is not known, with a reason.
    """
    quantities = LEVELS | CHANGES | INCREMENT | THRESHOLDS | CHAINED
    return {one: select_estimate(table, one, period=period, reading=reading) for one in quantities}


def find_larger_move(now: Mapping[str, Estimate], before: Mapping[str, Estimate]) -> str | None:
    """Say whether the points of the shelf or those of the other sales moved more between two quarters.

    Parameters
    ----------
    now, before : mapping of str to Estimate
        From `select_quarter`.

    Returns
    -------
    str or None
        ``shelf_points`` or ``other_points``; ``None`` when a value is not known.
    """
    moves = {
        name: abs(end - start)
        for name in ("shelf_points", "other_points")
        if (end := now[name].value) is not None and (start := before[name].value) is not None
    }
    return max(moves, key=moves.__getitem__) if len(moves) == 2 else None


def _list_known(table: pd.DataFrame, quantity: str) -> list[str]:
    _check_quantity(quantity)
    known = (table["quantity"] == quantity) & table[["low", "high"]].notna().any(axis=1)
    return list(table.loc[known, "period"])


def _check_quantity(quantity: str) -> None:
    known = LEVELS | CHANGES | INCREMENT | THRESHOLDS | CHAINED
    if quantity not in known:
        raise UnknownNameError("quantity", quantity, known)


def _read_levels(rows: pd.DataFrame) -> dict[str, Interval]:
    return {period: level for period in sorted(rows["period"]) if (level := read_period(rows, period))}


def _read_shares(record: FieldAccountsRecord, rows: pd.DataFrame, reading: Reading) -> dict[str, Interval]:
    reach = {"over_width": record.over_share_width_points} if reading == "convention" else {}
    return _read_percent(rows, floor=0.0, ceiling=100.0, **reach)


def _read_growth(record: FieldAccountsRecord, rows: pd.DataFrame, reading: Reading) -> dict[str, Interval]:
    reach = {
        "over_width": record.over_growth_width_points,
        "about_half_width": record.about_half_width_points,
    }
    return _read_percent(rows, floor=-100.0, **(reach if reading == "convention" else {}))


def _read_percent(rows: pd.DataFrame, **reach: float) -> dict[str, Interval]:
    prints = {period: read_period(rows, period, **reach) for period in sorted(rows["period"])}
    return {period: value.scale(0.01) for period, value in prints.items() if value}


def _account(totals: Prints, shares: Prints, reading: Reading) -> Iterator[Row]:
    for period in _span(shares):
        now = _name_prints(totals, shares, period)
        both = _name_year(totals, shares, period)
        grown = both | _require_growth(totals, period)
        for formulas, needs in ((LEVELS, now), (CHANGES, both), (INCREMENT, grown)):
            for quantity, (unit, formula) in formulas.items():
                yield _make_row(period, reading, quantity, unit, _solve(formula, needs), needs)


def _compare_short_video(totals: Prints, shares: Prints, growth: Prints, reading: Reading) -> Iterator[Row]:
    for period, video in growth.items():
        # a word for growth names growth, so the side it leaves open ends at nought
        grown = Interval(max(video.low, 0.0), video.high, video.value) if video.high > 0 else None
        needs = _name_year(totals, shares, period) | {f"short-video growth above nought in {period}": grown}
        for quantity, (unit, formula) in THRESHOLDS.items():
            yield _make_row(period, reading, quantity, unit, _solve(formula, needs), needs)


def _chain(totals: Prints, shares: Prints, growth: Prints, reading: Reading) -> Iterator[Row]:
    levels = _chain_levels(totals, shares, growth)
    for period in sorted(growth, reverse=True):
        needs = _name_chain(totals, levels, growth, period)
        for quantity, (unit, formula) in CHAINED.items():
            before = shift_period(period, -YEAR)
            yield _make_row(before, reading, quantity, unit, _solve(formula, needs), needs)


def _chain_levels(totals: Prints, shares: Prints, growth: Prints) -> Needs:
    formula = LEVELS["shelf_gmv"][1]
    levels = {period: _solve(formula, _name_prints(totals, shares, period)) for period in shares}
    for period in sorted(growth, reverse=True):
        needs = _name_chain(totals, levels, growth, period)
        levels.setdefault(shift_period(period, -YEAR), _solve(CHAINED["chained_shelf_gmv"][1], needs))
    return levels


def _name_chain(totals: Prints, levels: Needs, growth: Prints, period: str) -> Needs:
    before = shift_period(period, -YEAR)
    return {
        f"shelf sales of {period}": levels.get(period),
        f"shelf growth of {period}": growth[period],
        f"total sales of {before}": totals.get(before),
    }


def _split_printed(totals: Prints, shares: Prints, growth: Prints, reading: Reading) -> Iterator[Row]:
    levels = _chain_levels(totals, shares, growth)
    for period in sorted(growth):
        before = shift_period(period, -YEAR)
        given = {
            f"shelf sales of {period}": levels.get(period),
            f"shelf growth of {period}": growth[period],
            f"total sales of {period}": totals.get(period),
            f"total sales of {before}": totals.get(before),
        }
        for quantity, formula in PRINTED.items():
            needs = given | (_require_growth(totals, period) if quantity in INCREMENT else {})
            yield _make_row(period, reading, quantity, FRACTION, _solve(formula, needs), needs)


def _grow_live(size: float, needs: Needs) -> Interval | None:
    def grow(s: FloatArray, g: FloatArray, s0: FloatArray, g0: FloatArray, video: FloatArray) -> FloatArray:
        return ((1 - s) * g / ((1 - s0) * g0) - 1 - size * video) / (1 - size)

    return _solve(grow, needs)


def _span(prints: Prints) -> list[str]:
    if not prints:
        return []
    return [str(period) for period in pd.period_range(min(prints), max(prints), freq="Q")]


def _name_prints(totals: Prints, shares: Prints, period: str) -> Needs:
    return {
        f"the shelf share of {period}": shares.get(period),
        f"total sales of {period}": totals.get(period),
    }


def _name_year(totals: Prints, shares: Prints, period: str) -> Needs:
    before = shift_period(period, -YEAR)
    return _name_prints(totals, shares, period) | _name_prints(totals, shares, before)


def _require_growth(totals: Prints, period: str) -> Needs:
    now, before = totals.get(period), totals.get(shift_period(period, -YEAR))
    if now is None or before is None or now.low > before.high:
        return {}
    return {f"that total sales grew over the year to {period}": None}


def _solve(formula: Formula, needs: Needs) -> Interval | None:
    given = [need for need in needs.values() if need is not None]
    return propagate(formula, *given) if len(given) == len(needs) else None


def _make_row(
    period: str, reading: Reading, quantity: str, unit: str, outcome: Interval | None, needs: Needs
) -> Row:
    missing = ", ".join(name for name, need in needs.items() if need is None)
    estimate = Estimate.of(outcome) if outcome else Estimate.not_known(f"not known: {missing}")
    ends = (estimate.value, estimate.low, estimate.high)
    return dict(zip(COLUMNS, (period, reading, quantity, *ends, unit, estimate.why), strict=True))


def _account_growth(
    account: Callable[[Prints, Prints, Prints, Reading], Iterator[Row]],
    record: FieldAccountsRecord,
    gmv: pd.DataFrame,
    shares: pd.DataFrame,
    growth: pd.DataFrame,
) -> pd.DataFrame:
    """Tabulate what an account makes of levels, shares and printed growth, under both readings."""
    totals = _read_levels(gmv)
    return _tabulate(
        row
        for reading in READINGS
        for row in account(
            totals, _read_shares(record, shares, reading), _read_growth(record, growth, reading), reading
        )
    )


def _tabulate(rows: Iterable[Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype({"value": float, "low": float, "high": float})
