r"""Who needed whom: the JD alliance as a game of goods, audience and logistics.

Kuaishou (快手) brings an audience and a live scene, JD (京东) goods and delivery. Worth is the joint margin
per day in RMB m, of each side with its merchants and hosts.

Equations
---------
Alone, each side sells its own goods to its own audience,

    v(K) = A_K * c_K * r_K * b_K * l_K * m_K,
    v(J) = A_J * c_J * r_J * b_J * l_J * m_J,

with audience ``A`` (million people), wants ``c`` per person and day, range ``r`` (share of the wants that
the goods can meet), basket ``b`` (RMB), the share ``l`` of order value that is delivered and kept, and
margin ``m``. Together they also sell JD's goods from the shared pool of range ``r_p`` to Kuaishou's
audience. Of these sales ``T = A_K * c_K * r_p * b_J * S`` (``S``: survival of a jump, 1 for orders in the
app) the share ``o`` would have gone to JD anyway and the share ``w`` replaces Kuaishou's own goods:

    synergy  s = T * (l_J * m_J * (1 - o) - w * l_K * m_K) - cost,
    v(KJ) = v(K) + v(J) + max(s, 0).

Split of ``s`` between the two, as gains over standing alone:

* core: every division with both gains at least 0; Shapley value and symmetric Nash solution: ``s / 2`` each;
* bargaining power ``beta`` of Kuaishou (generalised Nash, breakdown at ``v(K), v(J)``): ``beta * s``;
* outside options (taken for good, so they only limit): Kuaishou gets ``beta * s`` cut off to the range from
  ``w_K`` to ``s - w_J``, and there is no deal once ``w_K + w_J > s``. JD's is a deal with Douyin (抖音),
  ``w_J = (1 - beta_D) * s_D`` with ``s_D = ratio * s``; Kuaishou's is its own pool, selling to the same
  wants a substitute for the share ``u`` of the shared pool at the basket ``b_U``, less the cost of building
  it: ``w_K = u * A_K * c_K * r_p * b_U * l_K * m_K - cost_U``.

With Douyin as third player, under open supply ``v(KJD) = s + s_D - q * min(s, s_D)`` (``q``: rivalry of the
two audiences), under exclusive supply ``v(KJD) = (1 + e) * max(s, s_D)``, each pair with JD being worth that
much more too; without JD nothing is gained. Shapley values by enumerating all orders of arrival; the
core is empty when the least total that satisfies every coalition, a linear programme, exceeds the worth of
all together.

What it leaves out
------------------
The product form makes goods, audience and logistics complements by construction: the model can size the
synergy, and find it negative through ``o``, ``w`` and cost, but cannot prove complementarity. JD is needed
for every gain, so the core of the three-player game is never empty; the test for emptiness states this for
the numbers given. Audience is daily users for Kuaishou and yearly buyers for JD: each is multiplied by its
own rate and they are never added. Prices, subsidy, learning, data and rivalry for hosts are left out. Most
inputs are assumptions.

References
----------
Shapley (1953), A value for n-person games. Nash (1950), The bargaining problem. Binmore,
Rubinstein and Wolinsky (1986), The Nash bargaining solution in economic modelling (outside options).
Bondareva (1963) and Shapley (1967) on balanced games and the core.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, permutations, product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog

from helpers.errors import InputError
from helpers.models.interval import Estimate
from helpers.models.record import Record, parameter

Game = Mapping[frozenset[str], float]

KUAISHOU, JD, DOUYIN = "Kuaishou", "JD", "Douyin"
OPEN, EXCLUSIVE = "open supply", "exclusive supply"
# Orders of arrival grow as the factorial: eight players are forty thousand.
MOST_PLAYERS = 8
CORE_TOLERANCE = 1e-9
BINDING_WORDS = {
    "none": "no outside option decides the split",
    KUAISHOU: "Kuaishou's own pool decides the split",
    JD: "JD's other partner decides the split",
    "no deal": "the outside options leave no deal",
}
# Own assumptions: low end, high end, and the words for a reader.
PLAUSIBLE_RANGES: Mapping[str, tuple[float, float, str]] = {
    "shared_pool_range": (0.001, 0.02, "JD pool range"),
    "live_wants_per_user_day": (0.1, 0.4, "wants a day"),
    "jd_basket_rmb": (100.0, 400.0, "JD basket, RMB"),
    "jd_margin": (0.05, 0.15, "JD margin"),
    "jd_sales_anyway": (0.1, 0.7, "sold by JD anyway"),
    "own_goods_displaced": (0.0, 0.5, "own goods replaced"),
    "own_pool_margin": (0.03, 0.1, "own margin"),
    "own_pool_range": (0.15, 0.6, "own range"),
    "alliance_cost_rmb_m_per_day": (0.0, 2.0, "cost, RMB m a day"),
    "kuaishou_bargaining_power": (0.3, 0.7, "bargaining power"),
}


class AllianceGameRecord(Record):
    """Assumptions on audience, goods, logistics and bargaining; none of them has been published."""

    live_wants_per_user_day: float = parameter(
        0.2,
        unit="wants per active user and day",
        meaning="Wants that live streams would turn into orders if every good were at hand.",
        ge=0.0,
        le=5.0,
    )
    own_pool_range: float = parameter(
        0.3, unit="share of wants, 0 to 1", meaning="Wants that Kuaishou's own goods meet.", ge=0.0, le=1.0
    )
    own_pool_basket_rmb: float = parameter(
        50.0, unit="RMB per order", meaning="Basket of Kuaishou's own goods.", ge=0.0, le=2000.0
    )
    own_pool_delivery: float = parameter(
        0.85,
        unit="share of order value, 0 to 1",
        meaning="Own goods delivered and kept by the buyer.",
        ge=0.0,
        le=1.0,
    )
    own_pool_margin: float = parameter(
        0.05, unit="share of value kept, 0 to 1", meaning="Margin on Kuaishou's own goods.", ge=0.0, le=1.0
    )
    jd_wants_per_buyer_day: float = parameter(
        0.08,
        unit="wants per yearly buyer and day",
        meaning="Wants that a yearly buyer brings to JD's own app.",
        ge=0.0,
        le=5.0,
    )
    jd_range: float = parameter(
        0.9, unit="share of wants, 0 to 1", meaning="Wants that JD's goods meet in its app.", ge=0.0, le=1.0
    )
    shared_pool_range: float = parameter(
        0.005,
        unit="share of wants, 0 to 1",
        meaning="Wants of Kuaishou's audience that the shared pool of JD goods meets on an ordinary day.",
        ge=0.0,
        le=1.0,
    )
    jd_basket_rmb: float = parameter(
        200.0, unit="RMB per order", meaning="Basket of JD goods.", ge=0.0, le=5000.0
    )
    jd_delivery: float = parameter(
        0.95,
        unit="share of order value, 0 to 1",
        meaning="JD goods delivered and kept by the buyer.",
        ge=0.0,
        le=1.0,
    )
    jd_margin: float = parameter(
        0.10, unit="share of value kept, 0 to 1", meaning="Joint margin on JD goods.", ge=0.0, le=1.0
    )
    jd_sales_anyway: float = parameter(
        0.3,
        unit="share of joint sales, 0 to 1",
        meaning="Joint sales that JD would have made without Kuaishou.",
        ge=0.0,
        le=1.0,
    )
    own_goods_displaced: float = parameter(
        0.2,
        unit="share of joint sales, 0 to 1",
        meaning="Joint sales that replace Kuaishou's own goods.",
        ge=0.0,
        le=1.0,
    )
    shared_pool_survival: float = parameter(
        1.0,
        unit="share of buyers, 0 to 1",
        meaning="Buyers left after the jumps of the alliance; one means orders in the app.",
        ge=0.05,
        le=1.0,
    )
    alliance_cost_rmb_m_per_day: float = parameter(
        0.5, unit="RMB m per day", meaning="Cost of running the alliance.", ge=0.0, le=100.0
    )
    kuaishou_bargaining_power: float = parameter(
        0.5, unit="share of the gain, 0 to 1", meaning="Kuaishou's power against JD.", ge=0.0, le=1.0
    )
    own_pool_substitutes: float = parameter(
        0.5,
        unit="share of the shared pool's sales, 0 to 1",
        meaning="Sales of the shared pool that Kuaishou's own pool could make instead.",
        ge=0.0,
        le=1.0,
    )
    substitute_basket_rmb: float = parameter(
        150.0, unit="RMB per order", meaning="Basket of the own pool's substitutes.", ge=0.0, le=5000.0
    )
    own_pool_cost_rmb_m_per_day: float = parameter(
        0.2, unit="RMB m per day", meaning="Cost of building the own pool.", ge=0.0, le=100.0
    )
    douyin_synergy_ratio: float = parameter(
        1.0,
        unit="multiple of Kuaishou's synergy",
        meaning="Gain that JD and Douyin could make, beside the gain of JD and Kuaishou.",
        ge=0.0,
        le=10.0,
    )
    douyin_bargaining_power: float = parameter(
        0.6, unit="share of the gain, 0 to 1", meaning="Douyin's power against JD.", ge=0.0, le=1.0
    )
    audience_rivalry: float = parameter(
        0.3,
        unit="share of the smaller gain, 0 to 1",
        meaning="Gain lost when both audiences are offered the same JD goods.",
        ge=0.0,
        le=1.0,
    )
    exclusive_premium: float = parameter(
        0.0,
        unit="share of the gain",
        meaning="Extra gain of a partner that alone has JD's goods.",
        ge=0.0,
        le=2.0,
    )


@dataclass(frozen=True)
class AllianceValues:
    """Worth of each coalition, RMB m of margin per day; None only where ``why`` names what is missing.

    Attributes
    ----------
    kuaishou, jd, joint : float or None
        ``v(K)``, ``v(J)`` and ``v(KJ)``.
    joint_sales : float or None
        Sales of JD goods to Kuaishou's audience, RMB m per day.
    synergy : float or None
        Gain of acting together before the choice to leave it; may be negative.
    why : str or None
    """

    kuaishou: float | None
    jd: float | None
    joint: float | None
    joint_sales: float | None
    synergy: float | None
    why: str | None


@dataclass(frozen=True)
class Split:
    """Gains over standing alone, RMB m of margin per day; None only together with ``why``.

    Attributes
    ----------
    kuaishou_gain, jd_gain : float or None
        Gain each takes; each its own outside option where there is no deal.
    binding : str
        ``none``, ``Kuaishou``, ``JD`` (whose outside option decides), ``no deal`` or ``not known``.
    why : str or None
    """

    kuaishou_gain: float | None
    jd_gain: float | None
    binding: str
    why: str | None


@dataclass(frozen=True)
class BindingPoints:
    """Where outside options begin to matter; None where nothing is to be gained or the worth is not known.

    A share above 1 lies out of reach.

    Attributes
    ----------
    substitutes_bind : float or None
        Share of the shared pool that the own pool must replace before it improves Kuaishou's gain.
    substitutes_end : float or None
        Share at which the own pool is worth the whole synergy, so that the deal ends.
    douyin_binds : float or None
        Ratio of Douyin's synergy to Kuaishou's above which it improves JD's gain.
    sales_anyway_end : float or None
        Share of joint sales that JD would have made anyway at which the synergy is nil.
    exclusive_premium_pays : float or None
        Premium above which exclusive supply is worth more than open supply.
    """

    substitutes_bind: float | None
    substitutes_end: float | None
    douyin_binds: float | None
    sales_anyway_end: float | None
    exclusive_premium_pays: float | None


@dataclass(frozen=True)
class Needs:
    """What the alliance is worth to each side by its own size; the ends are those of `PLAUSIBLE_RANGES`.

    Attributes
    ----------
    synergy : Estimate
        Gain of acting together, RMB m of margin per day.
    kuaishou, jd : Estimate
        Part that each side takes, percent of its margin standing alone; nothing where there is no deal.
    ratio : Estimate
        The one over the other.
    most_sensitive : str
        Words of the assumption that moves the synergy most.
    """

    synergy: Estimate
    kuaishou: Estimate
    jd: Estimate
    ratio: Estimate
    most_sensitive: str

    @property
    def more(self) -> str:
        """Side that gains more by its own size."""
        if self.ratio.value is None:
            return "neither side"
        return KUAISHOU if self.ratio.value >= 1 else JD

    @property
    def words(self) -> str:
        """The ratio with its range, as a part of a sentence."""
        if self.ratio.value is None:
            return "with nothing to compare"
        return f"{self.ratio.value:.0f} times as much ({self.ratio.low:.0f} to {self.ratio.high:.0f} times)"


@dataclass(frozen=True)
class Core:
    """The core of a game.

    Attributes
    ----------
    is_empty : bool
    least_total : float
        Least total that gives every coalition its worth.
    worth : float
        Worth of all players together.
    ranges : DataFrame
        ``player``, ``low``, ``high``: what each can get inside the core; NaN when it is empty.
    """

    is_empty: bool
    least_total: float
    worth: float
    ranges: pd.DataFrame


def solve_values(
    record: AllianceGameRecord,
    *,
    kuaishou_users_million: float | None,
    jd_buyers_million: float | None,
) -> AllianceValues:
    """Return the worth of each side alone and together.

    Parameters
    ----------
    record : AllianceGameRecord
    kuaishou_users_million : float or None
        Average daily active users, million; None when not published.
    jd_buyers_million : float or None
        JD's yearly active buyers, million; None when not published. The synergy does not need them.

    Returns
    -------
    AllianceValues

    Raises
    ------
    InputError
        If an audience is negative.
    """
    _check_audience("kuaishou_users_million", kuaishou_users_million)
    _check_audience("jd_buyers_million", jd_buyers_million)
    jd = None if jd_buyers_million is None else jd_buyers_million * _jd_margin_per_buyer(record)
    if kuaishou_users_million is None:
        return AllianceValues(None, jd, None, None, None, "Kuaishou's daily users were not published by then")
    own = kuaishou_users_million * _own_margin_per_user(record)
    sales = kuaishou_users_million * _joint_sales_per_user(record)
    synergy = sales * _margin_per_joint_sale(record) - record.alliance_cost_rmb_m_per_day
    joint = None if jd is None else own + jd + max(synergy, 0.0)
    why = "JD's buyers were not published by then" if jd is None else None
    return AllianceValues(own, jd, joint, sales, synergy, why)


def solve_split(
    record: AllianceGameRecord, values: AllianceValues, *, with_outside_options: bool = True
) -> Split:
    """Divide the synergy by bargaining power, within what the outside options leave.

    Parameters
    ----------
    record : AllianceGameRecord
    values : AllianceValues
        From `solve_values` with the same record.
    with_outside_options : bool
        False gives the plain generalised Nash solution.

    Returns
    -------
    Split
    """
    if values.synergy is None or values.joint_sales is None:
        return Split(None, None, "not known", values.why)
    gain = max(values.synergy, 0.0)
    if not with_outside_options:
        return _split(gain, record.kuaishou_bargaining_power, 0.0, 0.0)
    own, jd = _outside_options(record, values.joint_sales, gain)
    return _split(gain, record.kuaishou_bargaining_power, own, jd)


def solve_synergy_grid(
    record: AllianceGameRecord,
    *,
    kuaishou_users_million: float | None,
    sales_anyway: Iterable[float],
    displaced: Iterable[float],
) -> pd.DataFrame:
    """Return the synergy over a grid of what JD would have sold anyway and what replaces own goods.

    Parameters
    ----------
    record : AllianceGameRecord
    kuaishou_users_million : float or None
        As in `solve_values`.
    sales_anyway, displaced : iterable of float
        Values of ``jd_sales_anyway`` and ``own_goods_displaced``.

    Returns
    -------
    DataFrame
        ``jd_sales_anyway``, ``own_goods_displaced``, ``synergy`` (RMB m per day, NaN where not known).

    Raises
    ------
    pydantic.ValidationError
        If a value is outside its field's range.
    """
    rows = []
    for anyway, share in product(sales_anyway, displaced):
        varied = record.vary(jd_sales_anyway=anyway, own_goods_displaced=share)
        values = solve_values(varied, kuaishou_users_million=kuaishou_users_million, jd_buyers_million=None)
        rows.append((anyway, share, _number(values.synergy)))
    return pd.DataFrame(rows, columns=["jd_sales_anyway", "own_goods_displaced", "synergy"])


def solve_no_gain_line(
    record: AllianceGameRecord, values: AllianceValues, *, displaced: Iterable[float]
) -> pd.DataFrame:
    """Return where the synergy is nil, by the joint sales that replace Kuaishou's own goods.

    Parameters
    ----------
    record : AllianceGameRecord
    values : AllianceValues
        From `solve_values` with the same record.
    displaced : iterable of float
        Values of ``own_goods_displaced``.

    Returns
    -------
    DataFrame
        ``jd_sales_anyway`` (NaN where the gain is nil at any share) and ``own_goods_displaced``.
    """
    rows = [
        (_number(_sales_anyway_end(record.vary(own_goods_displaced=share), values.joint_sales)), share)
        for share in displaced
    ]
    return pd.DataFrame(rows, columns=["jd_sales_anyway", "own_goods_displaced"])


def summarise_sensitivity(
    record: AllianceGameRecord,
    *,
    kuaishou_users_million: float | None,
    jd_buyers_million: float | None,
    ranges: Mapping[str, tuple[float, float, str]] = PLAUSIBLE_RANGES,
) -> pd.DataFrame:
    """Return gain and parts with one assumption at a time at an end of its range.

    Parameters
    ----------
    record, kuaishou_users_million, jd_buyers_million
        As in `solve_values`.
    ranges : mapping
        Field to low end, high end and words.

    Returns
    -------
    DataFrame
        ``parameter`` (words), ``end`` (low, high), ``setting``, ``synergy`` (RMB m per day), ``kuaishou`` and
        ``jd`` (percent of own margin); NaN where not known.
    """
    audience = (kuaishou_users_million, jd_buyers_million)
    rows = [
        (words, end, setting, *_weigh(record.vary(**{name: setting}), *audience))
        for name, (low, high, words) in ranges.items()
        for end, setting in (("low", low), ("high", high))
    ]
    table = pd.DataFrame(rows, columns=["parameter", "end", "setting", "synergy", "kuaishou", "jd"])
    return table.astype(dict.fromkeys(("synergy", "kuaishou", "jd"), "float64"))


def summarise_needs(
    record: AllianceGameRecord, *, kuaishou_users_million: float | None, jd_buyers_million: float | None
) -> Needs:
    """Compare what the alliance is worth to each side by its own size.

    Parameters are those of `solve_values`.
    """
    moved = summarise_sensitivity(
        record, kuaishou_users_million=kuaishou_users_million, jd_buyers_million=jd_buyers_million
    )
    synergy, own, jd = _weigh(record, kuaishou_users_million, jd_buyers_million)
    ratios = (moved["kuaishou"] / moved["jd"]).replace(math.inf, math.nan)
    why = solve_values(
        record, kuaishou_users_million=kuaishou_users_million, jd_buyers_million=jd_buyers_million
    ).why
    unsized = why or "one side has no margin of its own to compare with"
    swing = moved.groupby("parameter", sort=False)["synergy"].agg(lambda ends: abs(ends.diff().iloc[-1]))
    return Needs(
        synergy=_between(synergy, moved["synergy"], why),
        kuaishou=_between(own, moved["kuaishou"], unsized),
        jd=Estimate.not_known(unsized) if math.isnan(jd) else Estimate(jd),
        ratio=_between(
            own / jd if jd else math.nan, ratios, unsized if own != own else "no gain is left to compare"
        ),
        most_sensitive=str(swing.fillna(0).idxmax()),
    )


def summarise_douyin_option(
    record: AllianceGameRecord, values: AllianceValues, *, ratios: Iterable[float]
) -> pd.DataFrame:
    """Return what Kuaishou keeps, by the gain that JD and Douyin could make together.

    Parameters
    ----------
    record : AllianceGameRecord
    values : AllianceValues
        From `solve_values` with the same record.
    ratios : iterable of float
        Values of ``douyin_synergy_ratio``.

    Returns
    -------
    DataFrame
        ``ratio``, ``view`` (bargain of two, mean of arrivals, exclusive at most), ``gain`` (RMB m per day);
        empty where the synergy is not known.
    """
    rows: list[tuple[float, str, float]] = []
    for ratio in ratios if values.synergy is not None else ():
        varied = record.vary(douyin_synergy_ratio=ratio)
        three = summarise_three_players(varied, values)
        own = three[three["player"] == KUAISHOU].set_index("supply")
        rows.append((ratio, "bargain of two", _number(solve_split(varied, values).kuaishou_gain)))
        rows.append((ratio, "mean of arrivals", float(own["shapley_gain"][OPEN])))
        rows.append((ratio, "exclusive, at most", float(own["core_high"][EXCLUSIVE])))
    return pd.DataFrame(rows, columns=["ratio", "view", "gain"])


def name_no_gain(values: AllianceValues, split: Split) -> str | None:
    """Say that nothing is left to divide, or return None; an unknown synergy is not judged."""
    nothing = values.synergy is not None and (values.synergy <= 0 or split.binding == "no deal")
    return "no gain is left to divide" if nothing else None


def solve_delivery_part(record: AllianceGameRecord, *, kuaishou_users_million: float | None) -> float | None:
    """Return the part of the gain that goes with JD's delivery; None where its goods bring none."""
    lost = summarise_inputs(record, kuaishou_users_million=kuaishou_users_million).set_index("input")["lost"]
    return float(lost["logistics"] / lost["goods"]) if lost["goods"] else None


def solve_own_sales(record: AllianceGameRecord, values: AllianceValues) -> float | None:
    """Return Kuaishou's own sales in the model, RMB bn per day; None where not known or without margin."""
    kept = record.own_pool_delivery * record.own_pool_margin
    return values.kuaishou / kept / 1000 if values.kuaishou and kept else None


def solve_binding_points(record: AllianceGameRecord, values: AllianceValues) -> BindingPoints:
    """Return the closed-form values at which outside options, overlap and exclusivity begin to decide.

    Parameters
    ----------
    record : AllianceGameRecord
    values : AllianceValues
        From `solve_values` with the same record.

    Returns
    -------
    BindingPoints
    """
    anyway = _sales_anyway_end(record, values.joint_sales)
    if values.synergy is None or values.joint_sales is None or values.synergy <= 0:
        return BindingPoints(None, None, None, anyway, None)
    whole = _substitute_margin(record, values.joint_sales)
    power, cost = record.kuaishou_bargaining_power, record.own_pool_cost_rmb_m_per_day
    kept = 1 - record.douyin_bargaining_power
    pair, third = 1.0, record.douyin_synergy_ratio
    opened = pair + third - record.audience_rivalry * min(pair, third)
    return BindingPoints(
        substitutes_bind=(power * values.synergy + cost) / whole if whole else None,
        substitutes_end=(values.synergy + cost) / whole if whole else None,
        douyin_binds=(1 - power) / kept if kept else None,
        sales_anyway_end=anyway,
        exclusive_premium_pays=opened / max(pair, third) - 1,
    )


def solve_pool_range_bound(
    record: AllianceGameRecord, *, paid_rmb_bn: float | None, kuaishou_users_million: float | None
) -> float | None:
    """Return the shared pool's range implied by the joint day, an upper bound for an ordinary day.

    Parameters
    ----------
    record : AllianceGameRecord
    paid_rmb_bn : float or None
        Amount paid on the joint day, RMB bn.
    kuaishou_users_million : float or None
        Daily active users, million.

    Returns
    -------
    float or None
        Share of wants; above 1 the assumed wants cannot hold that day. None when an input is not known.

    Raises
    ------
    InputError
        If the users or the assumed wants and basket are nil.
    """
    if paid_rmb_bn is None or kuaishou_users_million is None:
        return None
    full = record.live_wants_per_user_day * record.jd_basket_rmb * record.shared_pool_survival
    if kuaishou_users_million * full <= 0:
        raise InputError(
            "users, 'live_wants_per_user_day' and 'jd_basket_rmb' must be above 0 to imply a range"
        )
    return 1000 * paid_rmb_bn / (kuaishou_users_million * full)


def summarise_inputs(record: AllianceGameRecord, *, kuaishou_users_million: float | None) -> pd.DataFrame:
    """Take goods, audience and logistics out of the alliance, one at a time.

    Parameters
    ----------
    record : AllianceGameRecord
    kuaishou_users_million : float or None
        As in `solve_values`.

    Returns
    -------
    DataFrame
        ``input`` (``nothing``, ``goods``, ``audience``, ``logistics``), ``synergy_without`` and ``lost``
        against the whole alliance (RMB m per day, NaN where not known). Without JD's logistics its goods
        travel as Kuaishou's do.
    """
    nobody = None if kuaishou_users_million is None else 0.0
    cases = {
        "nothing": (record, kuaishou_users_million),
        "goods": (record.vary(shared_pool_range=0.0), kuaishou_users_million),
        "audience": (record, nobody),
        "logistics": (record.vary(jd_delivery=record.own_pool_delivery), kuaishou_users_million),
    }
    solved = [solve_values(r, kuaishou_users_million=u, jd_buyers_million=None) for r, u in cases.values()]
    worth = np.array([_number(values.synergy) for values in solved])
    return pd.DataFrame({"input": list(cases), "synergy_without": worth, "lost": worth[0] - worth})


def solve_three_player_game(
    record: AllianceGameRecord, values: AllianceValues, *, supply: str = OPEN
) -> dict[frozenset[str], float]:
    """Return the gains of every coalition of Kuaishou, JD and Douyin.

    Parameters
    ----------
    record : AllianceGameRecord
    values : AllianceValues
        From `solve_values` with the same record; its synergy must be known.
    supply : str
        `OPEN` or `EXCLUSIVE`.

    Returns
    -------
    dict
        Coalition to gain over standing alone, RMB m per day.

    Raises
    ------
    InputError
        If the synergy is not known or the supply has another name.
    """
    if supply not in (OPEN, EXCLUSIVE):
        raise InputError(f"'supply' must be {OPEN!r} or {EXCLUSIVE!r} (got {supply!r})")
    if values.synergy is None:
        raise InputError(f"'values' must hold a known synergy ({values.why})")
    pair = max(values.synergy, 0.0)
    third = pair * record.douyin_synergy_ratio
    scale = 1 + record.exclusive_premium if supply == EXCLUSIVE else 1.0
    both = pair + third - record.audience_rivalry * min(pair, third)
    game = dict.fromkeys(_coalitions((KUAISHOU, JD, DOUYIN)), 0.0)
    game[frozenset((KUAISHOU, JD))] = scale * pair
    game[frozenset((DOUYIN, JD))] = scale * third
    game[frozenset((KUAISHOU, JD, DOUYIN))] = scale * max(pair, third) if supply == EXCLUSIVE else both
    return game


def summarise_three_players(record: AllianceGameRecord, values: AllianceValues) -> pd.DataFrame:
    """Return Shapley value and core of the game with Douyin, under open and exclusive supply.

    Parameters
    ----------
    record : AllianceGameRecord
    values : AllianceValues
        From `solve_values` with the same record.

    Returns
    -------
    DataFrame
        ``supply``, ``player``, ``shapley_gain``, ``core_low``, ``core_high`` (RMB m per day, NaN where not
        known), ``core_is_empty`` (None where not known), ``why``.
    """
    rows = []
    for supply in (OPEN, EXCLUSIVE):
        if values.synergy is None:
            rows += [(supply, player, *[math.nan] * 3, None, values.why) for player in (KUAISHOU, JD, DOUYIN)]
            continue
        game = solve_three_player_game(record, values, supply=supply)
        shapley, core = solve_shapley(game), solve_core(game)
        for player, low, high in core.ranges.itertuples(index=False):
            rows.append((supply, player, shapley[player], low, high, core.is_empty, ""))
    columns = ["supply", "player", "shapley_gain", "core_low", "core_high", "core_is_empty", "why"]
    return pd.DataFrame(rows, columns=columns)


def solve_shapley(game: Game) -> dict[str, float]:
    """Return each player's mean marginal worth over all orders of arrival.

    Parameters
    ----------
    game : mapping
        Every non-empty coalition to its worth.

    Returns
    -------
    dict
        Player to value, in the alphabet's order.

    Raises
    ------
    InputError
        If a coalition is missing, a worth is not finite, or there are too many players to enumerate.
    """
    players = _players(game)
    values = dict.fromkeys(players, 0.0)
    for order in permutations(players):
        before = 0.0
        for size, player in enumerate(order, start=1):
            worth = game[frozenset(order[:size])]
            values[player] += worth - before
            before = worth
    return {player: total / math.factorial(len(players)) for player, total in values.items()}


def solve_core(game: Game) -> Core:
    """Find by linear programming whether the core is empty and what each player can get in it.

    Parameters
    ----------
    game : mapping
        Every non-empty coalition to its worth.

    Returns
    -------
    Core

    Raises
    ------
    InputError
        As in `solve_shapley`.
    """
    players = _players(game)
    whole = frozenset(players)
    proper = [coalition for coalition in game if coalition != whole]
    members = np.array([[float(player in coalition) for player in players] for coalition in proper])
    worth = np.array([game[coalition] for coalition in proper])
    least = _least(np.ones(len(players)), members.reshape(-1, len(players)), worth, None)
    is_empty = least > game[whole] + CORE_TOLERANCE * max(1.0, abs(game[whole]))
    ends = [(math.nan, math.nan)] * len(players)
    if not is_empty:
        # Rounding may leave the grand total a hair below the least total of an exactly balanced game.
        total = max(least, game[whole])
        units = np.eye(len(players))
        ends = [(_least(u, members, worth, total), 0.0 - _least(-u, members, worth, total)) for u in units]
    low, high = zip(*ends, strict=True)
    ranges = pd.DataFrame({"player": players, "low": low, "high": high})
    return Core(is_empty, least, game[whole], ranges)


def _least(
    goal: NDArray[np.float64], members: NDArray[np.float64], worth: NDArray[np.float64], total: float | None
) -> float:
    """Return the least of ``goal @ x`` over payoffs that give each proper coalition its worth."""
    everyone = None if total is None else np.ones((1, len(goal)))
    equal = None if total is None else [total]
    found = linprog(goal, A_ub=-members, b_ub=-worth, A_eq=everyone, b_eq=equal, bounds=(None, None))
    least = found.fun
    if least is None:
        raise InputError(f"'game' gave a linear programme without a solution ({found.message})")
    return float(least)


def _players(game: Game) -> list[str]:
    players = sorted(set(chain.from_iterable(game)))
    if not 2 <= len(players) <= MOST_PLAYERS:
        raise InputError(f"'game' must have 2 to {MOST_PLAYERS} players (got {len(players)})")
    missing = [coalition for coalition in _coalitions(players) if coalition not in game]
    if missing:
        names = " with ".join(sorted(missing[0]))
        raise InputError(f"'game' must give a worth to every coalition (missing: {names})")
    if not all(math.isfinite(worth) for worth in game.values()):
        raise InputError("'game' must give every coalition a finite worth")
    return players


def _coalitions(players: Iterable[str]) -> list[frozenset[str]]:
    names = list(players)
    return [frozenset(chosen) for size in range(1, len(names) + 1) for chosen in combinations(names, size)]


def _split(gain: float, power: float, own: float, jd: float) -> Split:
    own, jd = max(own, 0.0), max(jd, 0.0)
    if own + jd > gain:
        return Split(own, jd, "no deal", None)
    share = min(max(power * gain, own), gain - jd)
    binding = KUAISHOU if share > power * gain else JD if share < power * gain else "none"
    return Split(share, gain - share, binding, None)


def _outside_options(record: AllianceGameRecord, joint_sales: float, gain: float) -> tuple[float, float]:
    own = record.own_pool_substitutes * _substitute_margin(record, joint_sales)
    jd = (1 - record.douyin_bargaining_power) * record.douyin_synergy_ratio * gain
    return own - record.own_pool_cost_rmb_m_per_day, jd


def _substitute_margin(record: AllianceGameRecord, joint_sales: float) -> float:
    """Return the margin if the own pool replaced all of the shared pool: no jump, own basket and delivery."""
    value = joint_sales / record.shared_pool_survival
    basket = record.substitute_basket_rmb / record.jd_basket_rmb if record.jd_basket_rmb else 0.0
    return value * basket * record.own_pool_delivery * record.own_pool_margin


def _sales_anyway_end(record: AllianceGameRecord, joint_sales: float | None) -> float | None:
    kept = record.jd_delivery * record.jd_margin
    if not joint_sales or not kept:
        return None
    displaced = record.own_goods_displaced * record.own_pool_delivery * record.own_pool_margin
    end = 1 - (displaced + record.alliance_cost_rmb_m_per_day / joint_sales) / kept
    return end if end >= 0 else None


def _own_margin_per_user(record: AllianceGameRecord) -> float:
    orders = record.live_wants_per_user_day * record.own_pool_range
    return orders * record.own_pool_basket_rmb * record.own_pool_delivery * record.own_pool_margin


def _jd_margin_per_buyer(record: AllianceGameRecord) -> float:
    orders = record.jd_wants_per_buyer_day * record.jd_range
    return orders * record.jd_basket_rmb * record.jd_delivery * record.jd_margin


def _joint_sales_per_user(record: AllianceGameRecord) -> float:
    orders = record.live_wants_per_user_day * record.shared_pool_range * record.shared_pool_survival
    return orders * record.jd_basket_rmb


def _margin_per_joint_sale(record: AllianceGameRecord) -> float:
    new = record.jd_delivery * record.jd_margin * (1 - record.jd_sales_anyway)
    return new - record.own_goods_displaced * record.own_pool_delivery * record.own_pool_margin


def _weigh(
    record: AllianceGameRecord, users: float | None, buyers: float | None
) -> tuple[float, float, float]:
    """Return the synergy and what each side takes of it, percent of its margin standing alone."""
    values = solve_values(record, kuaishou_users_million=users, jd_buyers_million=buyers)
    split = solve_split(record, values)
    parts = ((split.kuaishou_gain, values.kuaishou), (split.jd_gain, values.jd))
    dealt = split.binding != "no deal"
    own, jd = (
        dealt * 100 * gain / alone if gain is not None and alone and values.joint else math.nan
        for gain, alone in parts
    )
    return _number(values.synergy), own, jd


def _between(value: float, moved: pd.Series, why: str | None) -> Estimate:
    return Estimate.not_known(why or "") if math.isnan(value) else Estimate(value, moved.min(), moved.max())


def _check_audience(name: str, million: float | None) -> None:
    if million is not None and million < 0:
        raise InputError(f"{name!r} must be at least 0 (got {million:g})")


def _number(value: float | None) -> float:
    return math.nan if value is None else value
