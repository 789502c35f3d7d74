r"""When a platform drops a partner's links: hold-up, read from the dates of the cuts.

Equations
---------
Of a platform's sales the share ``i`` needs no partner. Keeping a link saves the margin on the rest and
costs dependence: terms that the partner can change, data and fees it keeps. With ``m`` the margin at stake
were all sales to need the partner and ``k`` the cost of dependence, both per period, a link is worth
keeping while ``m * (1 - i) > k``, so it is

    dropped once  i >= 1 - k / (m * f),      kept or reopened while  i < 1 - k / (m * f),

``f`` being the multiple of the margin at stake in a festival, else 1. One cut gives ``k / m`` only, as ``1
- i`` on its day, never ``k`` or ``m``. A decision on another date then tests the rule: a drop needs a ratio
of at least ``f * (1 - i)``, a link kept or reopened needs one below it. The dates agree if one ``k / m``
meets them all.

The share is read from the part ``s`` of GMV sold in own shops (快手小店), ``i = s * (1 - h)``, where ``h``
is the part of own-shop sales that holds the partner's goods: own-shop share says where an order is placed,
not whose goods it holds, and JD's (京东) goods have been sold in own shops since May 2020. ``h`` is not
published.

A printed share is a mean over a quarter or month, known to its rounding. If shares never fall, the share of
a day is at least every mean of a period ended by then and at most every mean of a period yet to begin:
bounds without a model. For a single number the outside part ``1 - s`` is taken to shrink at a constant rate
between the middles of periods printed exactly, and at the last rate after them; then the rule drops the
link ``log((1 - s_0) / x) / rate`` after the last one, with ``x = (k/m - h) / (1 - h)``.

What it leaves out
------------------
The rule is one for all links and moments, though the cuts were made partner by partner. Cutting a link
raises the own-shop share by itself, so after the first cut the share is partly a result of the rule it is
to test. A platform may also cut in order to gain independence, before it has it. Contract dates, notice,
rivalry and regulators' calls for open links are left out. The whole platform's share stands for each
partner's.

References
----------
Klein, Crawford and Alchian (1978), Vertical integration, appropriable rents, and the competitive
contracting process (hold-up). Manski (2003), Partial identification of probability distributions (bounds).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import InputError
from helpers.models import interval
from helpers.models.record import Record, parameter

Floats = NDArray[np.float64]

WITHIN_BOUNDS, ON_PATH = "within the bounds", "on the smooth path"
DROPPED, KEPT = "dropped", "kept"
AS_PREDICTED, CONTRADICTED, NOT_DECIDED, NOT_KNOWN = (
    "as predicted",
    "contradicted",
    "not decided",
    "not known",
)

# Event of the data -> words and whether the link was dropped; a return falls on a festival.
DECISIONS = {
    "youzan_links_removed": ("Youzan dropped", True),
    "cut_effective": ("JD dropped", True),
    "links_reopened": ("JD restored", False),
}
CUT = "cut_effective"

# A ratio read from a share and turned back into a threshold must meet that share again.
ROUNDING = 1e-12
# Beyond ten years a rate read from two printed shares says nothing.
HORIZON_DAYS = 3653
MONTH_NOTE = re.compile(r"\bmonth of ([A-Z][a-z]+ \d{4})")
DECISION_COLUMNS = ("event", "decided_on", "dropped", "festival", "independent_low", "independent_high")
PREDICTION_COLUMNS = (
    *("event", "decided_on", "actual", "independent_low", "independent", "independent_high"),
    *("predicted", "verdict", "predicted_on_path", "verdict_on_path"),
    *("needed_low", "needed", "needed_high", "multiple_needed_low", "multiple_needed", "why"),
)


class HoldUpRecord(Record):
    """Assumptions of the hold-up rule."""

    partner_goods_in_own_shops: float = parameter(
        0.0,
        unit="share of own-shop GMV, 0 to 1",
        meaning="Own-shop sales that hold a partner's goods; not published.",
        ge=0.0,
        le=0.9,
    )
    dependence_cost_ratio: float = parameter(
        0.01,
        unit="share, 0 to 1",
        meaning="Cost of dependence over margin at stake, for the day on which the rule drops a link.",
        ge=0.0001,
        le=1.0,
    )
    festival_margin_multiple: float = parameter(
        1.0,
        unit="multiple of the ordinary margin",
        meaning="Margin at stake in a festival over that of ordinary days.",
        ge=1.0,
        le=50.0,
    )


@dataclass(frozen=True)
class Estimate:
    """A share known within bounds.

    Attributes
    ----------
    low, high : float or None
        Bounds, 0 to 1; None only together with ``why``.
    point : float or None
        Value on the smooth path; None where the path does not reach.
    why : str or None
        What is missing, in words.
    """

    low: float | None
    point: float | None
    high: float | None
    why: str | None

    @property
    def outcome(self) -> interval.Estimate:
        """The point between its bounds."""
        return interval.Estimate(self.point, self.low, self.high, self.why)


@dataclass(frozen=True)
class CommonRatio:
    """Whether one ratio of cost to margin meets every date.

    Attributes
    ----------
    exists : bool
    low, high : float
        Ratios that meet all dates lie from ``low`` to below ``high`` (infinity where nothing limits them).
    low_event, high_event : str
        The decisions that set the two ends; empty where none does.
    """

    exists: bool
    low: float
    high: float
    low_event: str
    high_event: str

    @property
    def words(self) -> str:
        """What the dates say together, as a sentence without its full stop."""
        if not self.exists:
            return "no single ratio meets them all"
        return f"ratios from {100 * self.low:.2f}% to {100 * self.high:.2f}% meet them all"

    @property
    def why(self) -> str | None:
        """What is missing for the dates to test the rule."""
        return None if math.isfinite(self.high) else "no decision known by then limits the ratio from above"


@dataclass(frozen=True)
class DropDay:
    """Day on which the rule drops a link; None only together with ``why``."""

    day: date | None
    why: str | None


def summarise_shares(own_shop: pd.DataFrame) -> pd.DataFrame:
    """Turn printed own-shop shares into bounds on dated periods.

    Parameters
    ----------
    own_shop : DataFrame
        ``period`` (``2021Q4``), ``value`` (per cent), ``bound`` (exact, approximate, lower, upper),
        ``note`` (a ``month of December 2021`` narrows the period); may be empty.

    Returns
    -------
    DataFrame
        ``period``, ``begins``, ``middle``, ``ends`` (timestamps), ``low``, ``share``, ``high`` (0 to 1;
        share is NaN for a one-sided figure), in order of time.

    Raises
    ------
    InputError
        If a column is missing, a value is outside 0 to 100, or the shares fall by more than their rounding.
    """
    _need(own_shop, ("period", "value", "bound", "note"), "own_shop")
    rows = [
        _share_row(*row)
        for row in zip(*(own_shop[c] for c in ("period", "value", "bound", "note")), strict=True)
    ]
    columns = ["period", "begins", "middle", "ends", "low", "share", "high"]
    # An empty frame knows no dates and no numbers of its own.
    kinds = dict.fromkeys(columns[1:4], "datetime64[ns]") | dict.fromkeys(columns[4:], "float64")
    shares = pd.DataFrame(rows, columns=columns).astype(kinds).sort_values("begins", ignore_index=True)
    if (shares["low"].cummax() > shares["high"]).any():
        raise InputError("'own_shop' must not fall: the rule reads shares that only rise")
    return shares


def solve_share_on(record: HoldUpRecord, own_shop: pd.DataFrame, day: date) -> Estimate:
    """Bound the independent share of a day, and place it on the smooth path.

    Parameters
    ----------
    record : HoldUpRecord
    own_shop : DataFrame
        As in `summarise_shares`.
    day : date

    Returns
    -------
    Estimate
        Independent share, 0 to 1.

    Raises
    ------
    InputError
        As in `summarise_shares`.
    """
    shares, when, free = summarise_shares(own_shop), pd.Timestamp(day), 1 - record.partner_goods_in_own_shops
    if shares.empty:
        return Estimate(None, None, None, "no own-shop share was published")
    low = shares.loc[shares["ends"] <= when, "low"].max() if (shares["ends"] <= when).any() else 0.0
    high = shares.loc[shares["begins"] >= when, "high"].min() if (shares["begins"] >= when).any() else 1.0
    point = _path_share(shares, when)
    inside = None if point is None else float(np.clip(point, low, high)) * free
    return Estimate(float(low) * free, inside, float(high) * free, None)


def solve_ratio(record: HoldUpRecord, own_shop: pd.DataFrame, *, cut_on: date | None) -> Estimate:
    """Read the ratio of dependence cost to margin from the day of one cut.

    Parameters
    ----------
    record : HoldUpRecord
    own_shop : DataFrame
        As in `summarise_shares`.
    cut_on : date or None
        Day of the cut; None when it was not known yet.

    Returns
    -------
    Estimate
        ``k / m``, as one less the independent share on the day of the cut.

    Raises
    ------
    InputError
        As in `summarise_shares`.
    """
    if cut_on is None:
        return Estimate(None, None, None, "no cut was known")
    share = solve_share_on(record, own_shop, cut_on)
    if share.low is None or share.high is None:
        return share
    return Estimate(1 - share.high, None if share.point is None else 1 - share.point, 1 - share.low, None)


def summarise_decisions(events: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions on links that were known, in order of time, as `solve_predictions` takes them.

    Parameters
    ----------
    events : DataFrame
        ``event_id`` and ``date`` (ISO day); may hold other events.
    """
    known = events[events["event_id"].isin(list(DECISIONS))].sort_values("date")
    words = known["event_id"].map(DECISIONS)
    return pd.DataFrame(
        {
            "event": words.str[0],
            "decided_on": pd.to_datetime(known["date"]),
            "dropped": words.str[1].astype(bool),
            "festival": ~words.str[1].astype(bool),
            "independent_low": math.nan,
            "independent_high": math.nan,
        }
    )


def find_cut(events: pd.DataFrame) -> date | None:
    """Return the day of the cut that fixes the ratio, or None where it was not known by then."""
    days = events.loc[events["event_id"] == CUT, "date"]
    return None if days.empty else date.fromisoformat(days.iloc[0])


def solve_predictions(
    record: HoldUpRecord, own_shop: pd.DataFrame, decisions: pd.DataFrame, *, ratio: Estimate
) -> pd.DataFrame:
    """Test a ratio read from one date on the decisions of other dates.

    Parameters
    ----------
    record : HoldUpRecord
    own_shop : DataFrame
        As in `summarise_shares`.
    decisions : DataFrame
        ``event`` (name), ``decided_on`` (date), ``dropped`` (bool; False: kept or reopened), ``festival``
        (bool), ``independent_low`` and ``independent_high`` (0 to 1; NaN: read from `own_shop`). May be
        empty.
    ratio : Estimate
        From `solve_ratio`.

    Returns
    -------
    DataFrame
        ``event``, ``decided_on``, ``actual``; ``independent_low``, ``independent``, ``independent_high``;
        ``predicted`` and ``verdict`` from the bounds, ``predicted_on_path`` and ``verdict_on_path`` from
        single values; ``needed_low`` and ``needed_high``, between which the ratio could give what was
        decided, and ``needed`` for the single share; ``multiple_needed`` (margin multiple that lets the
        single ratio keep the link) and ``multiple_needed_low`` (the least that the bounds allow); ``why``.
        Numbers are NaN where not known.

    Raises
    ------
    InputError
        If a column is missing or a share is outside 0 to 1, or as in `summarise_shares`.
    """
    _need(decisions, DECISION_COLUMNS, "decisions")
    rows = [_prediction(record, own_shop, row, ratio) for row in _decisions(decisions)]
    return pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))


def solve_common_ratio(predictions: pd.DataFrame) -> CommonRatio:
    """Intersect the ratios that each decision needs.

    Parameters
    ----------
    predictions : DataFrame
        From `solve_predictions`; rows without known bounds limit nothing.

    Returns
    -------
    CommonRatio
    """
    known = predictions.dropna(subset=["needed_low", "needed_high"])
    if known.empty:
        return CommonRatio(True, 0.0, math.inf, "", "")
    by_event = known.set_index("event")
    low, high = float(by_event["needed_low"].max()), float(by_event["needed_high"].min())
    low_event = str(by_event["needed_low"].idxmax()) if low > 0 else ""
    high_event = str(by_event["needed_high"].idxmin()) if math.isfinite(high) else ""
    return CommonRatio(low < high, low, high, low_event, high_event)


def summarise_ratios(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return what each decision says in percent, with a row for those not known by then too.

    Parameters
    ----------
    predictions : DataFrame
        From `solve_predictions`.

    Returns
    -------
    DataFrame
        Index: event of the data. ``share``, ``share_low``, ``share_high`` (sales that need no partner),
        ``least`` and ``below`` (ratios that give the decision), ``multiple`` (festival margin needed).
    """
    by_event = predictions.set_index("event").reindex([words for words, _ in DECISIONS.values()])
    numbers = by_event.apply(pd.to_numeric, errors="coerce").set_axis(list(DECISIONS))
    return pd.DataFrame(
        {
            "share": 100 * numbers["independent"],
            "share_low": 100 * numbers["independent_low"],
            "share_high": 100 * numbers["independent_high"],
            "least": 100 * numbers["needed_low"],
            "below": 100 * numbers["needed_high"],
            "multiple": numbers["multiple_needed"],
        }
    )


def describe_gap(dropped_on: date | None, cut_on: date | None) -> str | None:
    """Say how far the rule's day lies from the cut; None where one of them is not known."""
    if dropped_on is None or cut_on is None:
        return None
    lead = (cut_on - dropped_on).days
    return f"{abs(lead)} days {'before' if lead >= 0 else 'after'} the cut"


def solve_festival_needed(record: HoldUpRecord, common: CommonRatio) -> float:
    """Return the festival margin from which on one ratio meets all decisions, in multiples, at least one."""
    return max(1.0, record.festival_margin_multiple * common.low / common.high)


def solve_festival_fit(
    record: HoldUpRecord,
    own_shop: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    cut_on: date | None,
    hidden: Iterable[float],
) -> pd.DataFrame:
    """Return the festival margin that reconciles all decisions, by partners' goods in own shops.

    Parameters
    ----------
    record, own_shop, decisions
        As in `solve_predictions`.
    cut_on : date or None
        As in `solve_ratio`.
    hidden : iterable of float
        Values of ``partner_goods_in_own_shops``.

    Returns
    -------
    DataFrame
        ``hidden_pct``, ``festival`` (multiple of the ordinary margin) and ``curve``.
    """
    rows = []
    for share in hidden:
        varied = record.vary(partner_goods_in_own_shops=share, festival_margin_multiple=1.0)
        ratio = solve_ratio(varied, own_shop, cut_on=cut_on)
        found = solve_predictions(varied, own_shop, decisions, ratio=ratio)
        needed = solve_festival_needed(varied, solve_common_ratio(found))
        rows.append((100 * share, needed, WITHIN_BOUNDS))
        rows.append((100 * share, float(found["multiple_needed"].max()), ON_PATH))
    return pd.DataFrame(rows, columns=["hidden_pct", "festival", "curve"])


def solve_drop_day(record: HoldUpRecord, own_shop: pd.DataFrame) -> DropDay:
    """Return the day on which the record's ratio has the rule drop a link, on the smooth path.

    Parameters
    ----------
    record : HoldUpRecord
    own_shop : DataFrame
        As in `summarise_shares`.

    Returns
    -------
    DropDay

    Raises
    ------
    InputError
        As in `summarise_shares`.
    """
    hidden = record.partner_goods_in_own_shops
    target = (record.dependence_cost_ratio - hidden) / (1 - hidden)
    days, logs = _path_points(summarise_shares(own_shop))
    if len(days) < 2:
        return DropDay(None, "fewer than two exact own-shop shares were published")
    if target <= 0:
        return DropDay(None, "a partner's goods in own shops keep the share below the threshold for good")
    if math.log(target) >= logs[0]:
        return DropDay(None, "the threshold was passed before the first published share")
    offset = _path_day(math.log(target), days, logs)
    if offset > days[-1] + HORIZON_DAYS:
        return DropDay(
            None, "at its last rate the own-shop share passes the threshold in no foreseeable time"
        )
    return DropDay((pd.Timestamp(0) + pd.Timedelta(days=math.ceil(offset))).date(), None)


def _share_row(period: object, value: float, bound: object, note: object) -> tuple[object, ...]:
    if not 0 <= value <= 100:
        raise InputError(f"'own_shop' must hold per cent between 0 and 100 (got {value:g} in {period})")
    month = MONTH_NOTE.search(str(note))
    span = pd.Period(month[1], freq="M") if month else pd.Period(str(period), freq="Q")
    begins, ends = span.start_time, span.end_time.normalize()
    decimals = len(f"{value:.9f}".rstrip("0").partition(".")[2])
    share, half = value / 100, 0.5 * 10.0**-decimals / 100
    low = 0.0 if bound == "upper" else share if bound == "lower" else max(0.0, share - half)
    high = 1.0 if bound == "lower" else share if bound == "upper" else min(1.0, share + half)
    point = share if bound in ("exact", "approximate") else math.nan
    return str(period), begins, begins + (ends - begins) / 2, ends, low, point, high


def _path_points(shares: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return days since the epoch and logs of the outside part, where it is printed exactly and not nil."""
    exact = shares[shares["share"] < 1]
    days: Floats = np.asarray((exact["middle"] - pd.Timestamp(0)) / pd.Timedelta(days=1), dtype=np.float64)
    logs: Floats = np.log1p(-np.asarray(exact["share"], dtype=np.float64))
    # Two prints may fall within their rounding; the path may not.
    falling: Floats = np.minimum.accumulate(logs)
    return days, falling


def _path_day(target: float, days: Floats, logs: Floats) -> float:
    """Return the day on which the log of the outside part reaches a target; infinity if it stands still."""
    if target >= logs[-1]:
        return float(np.interp(-target, -logs, days))
    fall = logs[-2] - logs[-1]
    return float(days[-1] + (logs[-1] - target) * (days[-1] - days[-2]) / fall) if fall > 0 else math.inf


def _path_share(shares: pd.DataFrame, when: pd.Timestamp) -> float | None:
    days, logs = _path_points(shares)
    day = (when - pd.Timestamp(0)) / pd.Timedelta(days=1)
    if len(days) < 2 or day < days[0]:
        return None
    if day <= days[-1]:
        return float(-np.expm1(np.interp(day, days, logs)))
    slope = (logs[-1] - logs[-2]) / (days[-1] - days[-2])
    return float(-np.expm1(logs[-1] + slope * (day - days[-1])))


@dataclass(frozen=True)
class _Decision:
    event: str
    decided_on: pd.Timestamp
    dropped: bool
    festival: bool
    low: float
    high: float


def _decisions(frame: pd.DataFrame) -> list[_Decision]:
    rows = []
    for event, day, dropped, festival, low, high in frame[list(DECISION_COLUMNS)].itertuples(index=False):
        if not all(math.isnan(end) or 0 <= end <= 1 for end in (low, high)):
            raise InputError(
                f"'decisions' must hold shares between 0 and 1 (got {low:g} to {high:g} for {event!r})"
            )
        rows.append(
            _Decision(str(event), pd.Timestamp(day), bool(dropped), bool(festival), float(low), float(high))
        )
    return rows


def _prediction(
    record: HoldUpRecord, own_shop: pd.DataFrame, decision: _Decision, ratio: Estimate
) -> dict[str, object]:
    share = _decision_share(record, own_shop, decision)
    multiple = record.festival_margin_multiple if decision.festival else 1.0
    actual = DROPPED if decision.dropped else KEPT
    predicted, on_path = (
        _rule(share, ratio, multiple),
        _rule(_only_point(share), _only_point(ratio), multiple),
    )
    return {
        "event": decision.event,
        "decided_on": decision.decided_on,
        "actual": actual,
        "independent_low": _number(share.low),
        "independent": _number(share.point),
        "independent_high": _number(share.high),
        "predicted": predicted,
        "verdict": _verdict(predicted, actual),
        "predicted_on_path": on_path,
        "verdict_on_path": _verdict(on_path, actual),
        **_needed(share, decision.dropped, multiple),
        **_multiple_needed(share, decision.dropped, ratio),
        "why": "; ".join(text for text in (share.why, ratio.why) if text),
    }


def _decision_share(record: HoldUpRecord, own_shop: pd.DataFrame, decision: _Decision) -> Estimate:
    if math.isnan(decision.low) and math.isnan(decision.high):
        return solve_share_on(record, own_shop, decision.decided_on)
    low = 0.0 if math.isnan(decision.low) else decision.low
    high = 1.0 if math.isnan(decision.high) else decision.high
    return Estimate(low, low if low == high else None, high, None)


def _only_point(estimate: Estimate) -> Estimate:
    return Estimate(estimate.point, estimate.point, estimate.point, estimate.why)


def _rule(share: Estimate, ratio: Estimate, multiple: float) -> str:
    if share.low is None or share.high is None or ratio.low is None or ratio.high is None:
        return NOT_KNOWN
    if share.low >= 1 - ratio.low / multiple - ROUNDING:
        return DROPPED
    return KEPT if share.high < 1 - ratio.high / multiple else NOT_DECIDED


def _verdict(predicted: str, actual: str) -> str:
    if predicted in (NOT_DECIDED, NOT_KNOWN):
        return predicted
    return AS_PREDICTED if predicted == actual else CONTRADICTED


def _needed(share: Estimate, dropped: bool, multiple: float) -> dict[str, float]:
    point = math.nan if share.point is None else multiple * (1 - share.point)
    if share.low is None or share.high is None:
        return {"needed_low": math.nan, "needed": point, "needed_high": math.nan}
    low, high = (multiple * (1 - share.high), math.inf) if dropped else (0.0, multiple * (1 - share.low))
    return {"needed_low": low, "needed": point, "needed_high": high}


def _multiple_needed(share: Estimate, dropped: bool, ratio: Estimate) -> dict[str, float]:
    least, single = math.nan, math.nan
    if not dropped and share.low is not None and ratio.low is not None:
        least = _over(ratio.low, 1 - share.low)
    if not dropped and share.point is not None and ratio.point is not None:
        single = _over(ratio.point, 1 - share.point)
    return {"multiple_needed_low": least, "multiple_needed": single}


def _over(part: float, whole: float) -> float:
    """Return the multiple, at least one, that lifts `whole` to `part`."""
    return math.inf if whole == 0 < part else 1.0 if part <= whole else part / whole


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _need(frame: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise InputError(
            f"'{name}' must have the columns {', '.join(columns)} (missing: {', '.join(absent)})"
        )
