"""Growth of total sales in a year in which the shelf's share stands still, and what moves it.

The question joins three models: `field_accounts` reads the prints, `certain_demand` says which part of the
shelf's orders would have waited for a stream, and `saturation` turns both into growth. Content is taken to
repeat the growth that it would have had, moved by a shift where one is given.

What it leaves out
------------------
Whatever its three models leave out; and every assumption is moved alone, so that two of them together may
move growth further than their bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from helpers.models.certain_demand import CertainDemandRecord, solve_shelf_worth
from helpers.models.field_accounts import (
    FieldAccountsRecord,
    solve_field_accounts,
    summarise_share_intervals,
)
from helpers.models.saturation import (
    select_displaced,
    solve_total_growth,
    summarise_displacement,
)

COLUMNS = ["parameter", "setting_low", "setting_high", "result_low", "result_high"]


class GrowthAtRestRecord(FieldAccountsRecord, CertainDemandRecord):
    """Assumptions on the words of the prints, on live hours and on patience."""


def solve_growth_at_rest(
    record: GrowthAtRestRecord,
    gmv: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    displacement: float | None = None,
    content_shift: float = 0.0,
) -> float | None:
    """Give the growth of total sales once the shelf's share rests.

    Parameters
    ----------
    record : GrowthAtRestRecord
    gmv, shares : pandas.DataFrame
        Rows of total sales (RMB bn) and of the shelf share (percent): `period`, `value`, `bound`.
    displacement : float, optional
        Part of the shelf's increase that was taken from content; by default what would have waited.
    content_shift : float
        Added to the growth of content (fraction).

    Returns
    -------
    float or None
        Fraction; ``None`` when the share was not printed for two quarters a year apart.
    """
    part = solve_shelf_worth(record).would_have_waited if displacement is None else displacement
    intervals = summarise_share_intervals(record, shares, reading="convention")
    displaced = summarise_displacement(gmv, intervals, displacements=[part])
    content = select_displaced(displaced, "content_growth", part).value
    if content is None:
        return None
    share = intervals.set_index("period")["value"][displaced["period"].iloc[0]]
    return float(solve_total_growth(share, share, content + content_shift, part))


def summarise_swings(
    record: GrowthAtRestRecord,
    gmv: pd.DataFrame,
    shares: pd.DataFrame,
    ranges: Mapping[str, tuple[Any, Any]],
) -> pd.DataFrame:
    """Move each assumption to both ends of a range and tabulate growth with the share at rest.

    Parameters
    ----------
    record : GrowthAtRestRecord
    gmv, shares : pandas.DataFrame
        As in `solve_growth_at_rest`.
    ranges : mapping of str to pair
        Ends by the name of a field of the record. The part taken from content (none, all) and the pace of
        content (its slowest and fastest among the quarters whose share is printed a year apart) are added.

    Returns
    -------
    pandas.DataFrame
        Columns `parameter`, `setting_low`, `setting_high`, `result_low`, `result_high`, `width` (fractions);
        no rows when growth is not known.
    """
    if solve_growth_at_rest(record, gmv, shares) is None:
        return pd.DataFrame(columns=[*COLUMNS, "width"]).astype({"width": float})
    rows = [
        (name, *settings, *(solve_growth_at_rest(varied, gmv, shares, **given) for varied, given in ends))
        for name, settings, ends in _list_cases(record, gmv, shares, ranges)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(width=(table["result_high"] - table["result_low"]).abs())


def _list_cases(
    record: GrowthAtRestRecord,
    gmv: pd.DataFrame,
    shares: pd.DataFrame,
    ranges: Mapping[str, tuple[Any, Any]],
) -> Iterator[tuple[str, tuple[Any, Any], list[tuple[GrowthAtRestRecord, dict[str, float]]]]]:
    yield "displacement", ("none", "all"), [(record, {"displacement": part}) for part in (0.0, 1.0)]
    shifts = _measure_paces(record, gmv, shares)
    yield "content_shift", ("slowest", "fastest"), [(record, {"content_shift": one}) for one in shifts]
    for name, ends in ranges.items():
        yield name, ends, [(record.model_copy(update={name: end}), {}) for end in ends]


def _measure_paces(
    record: GrowthAtRestRecord, gmv: pd.DataFrame, shares: pd.DataFrame
) -> tuple[float, float]:
    """Give how far content's slowest and fastest year lie from its newest."""
    accounts = solve_field_accounts(record, gmv, shares)
    paces = accounts.query("quantity == 'other_growth' and reading == 'convention'").dropna(subset="value")
    newest = float(paces.sort_values("period")["value"].iloc[-1])
    return float(paces["value"].min()) - newest, float(paces["value"].max()) - newest
