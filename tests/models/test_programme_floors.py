"""Programme arithmetic against the announced targets, limits and properties."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.errors import InputError
from helpers.models import programme_floors
from helpers.models.programme_floors import ProgrammeFloorsRecord

EXAMPLES = settings(max_examples=40)
tiers = st.lists(st.tuples(st.integers(1, 10_000), st.floats(1e4, 1e10)), min_size=1, max_size=5)


def _frame(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(programme_floors.TARGET_COLUMNS))


def _one_cut(pairs: list[tuple[int, float]]) -> pd.DataFrame:
    return _frame(*(("plan", str(i), "brands", n, x) for i, (n, x) in enumerate(pairs)))


KUAI_FENXIAO = _frame(
    ("快分销", "super brands", "brands", 10, 1e9),
    ("快分销", "brand merchants", "brands", 100, 1e8),
    ("快分销", "hit items", "items", 10_000, 1e6),
    ("快分销", "leaders", "leaders", 100, 1e8),
)


def test_the_published_targets_imply_nineteen_billion_once():
    """Ten of the hundred brands are the super brands; items and leaders are the same sales again."""
    cuts = programme_floors.summarise_cuts(KUAI_FENXIAO).set_index("cut")
    assert cuts["nested_rmb_bn"].to_dict() == pytest.approx({"brands": 19.0, "items": 10.0, "leaders": 10.0})
    assert cuts.loc["brands", "apart_rmb_bn"] == pytest.approx(20.0)
    floor = programme_floors.solve_floors(KUAI_FENXIAO).iloc[0]
    assert (floor["floor_rmb_bn"], floor["binding_cut"]) == (pytest.approx(19.0), "brands")


def test_a_hundred_thousand_merchants_above_a_million_are_a_hundred_billion():
    """Count times threshold, in RMB bn."""
    plan = _frame(("双百", "new merchants", "merchants", 100_000, 1e6))
    assert programme_floors.solve_floors(plan)["floor_rmb_bn"].tolist() == pytest.approx([100.0])


def test_programmes_are_kept_apart():
    """Each programme has its own floor, in the order given."""
    both = pd.concat([_frame(("双百", "new merchants", "merchants", 100_000, 1e6)), KUAI_FENXIAO])
    floors = programme_floors.solve_floors(both)
    assert floors["programme"].tolist() == ["双百", "快分销"]
    assert floors["floor_rmb_bn"].tolist() == pytest.approx([100.0, 19.0])


def test_without_targets_there_is_no_floor():
    """The table is empty and keeps its columns."""
    empty = programme_floors.solve_floors(KUAI_FENXIAO.iloc[:0])
    assert empty.empty
    assert list(empty.columns) == ["programme", "floor_rmb_bn", "binding_cut"]


@EXAMPLES
@given(tiers)
def test_nested_floor_is_met_by_some_sellers_and_by_no_smaller_sum(pairs):
    """A list of sellers built tier by tier meets every target, and sells exactly the floor."""
    floor = programme_floors.summarise_cuts(_one_cut(pairs))["nested_rmb_bn"].iloc[0]
    ordered = sorted(pairs, key=lambda pair: -pair[1])
    sellers: list[float] = []
    for count, threshold in ordered:
        sellers += [threshold] * (count - len(sellers))
    assert all(sum(s >= threshold for s in sellers) >= count for count, threshold in pairs)
    assert sum(sellers) / 1e9 == pytest.approx(floor)


@EXAMPLES
@given(tiers, st.floats(0.01, 100))
def test_floor_scales_with_the_unit_and_never_exceeds_the_tiers_apart(pairs, factor):
    """Thresholds in another unit scale the floor; nesting only lowers it; one tier more only raises it."""
    table = programme_floors.summarise_cuts(_one_cut(pairs))
    scaled = programme_floors.summarise_cuts(_one_cut([(n, x * factor) for n, x in pairs]))
    more = programme_floors.summarise_cuts(_one_cut([*pairs, (5, 1e8)]))
    nested = table["nested_rmb_bn"].iloc[0]
    assert nested <= table["apart_rmb_bn"].iloc[0] * (1 + 1e-12)
    assert scaled["nested_rmb_bn"].iloc[0] == pytest.approx(nested * factor)
    assert more["nested_rmb_bn"].iloc[0] >= nested * (1 - 1e-12)


def test_targets_are_built_from_the_facts_known_on_the_day():
    """A target stands once both its facts do; before that it is left out."""
    plan = [
        ("快分销", "super brands", "brands", "count", "floor"),
        ("双百", "merchants", "merchants", "n", "x"),
    ]
    facts = pd.DataFrame({"fact_id": ["count", "floor", "n"], "value": [10.0, 1e9, 1e5]})
    built = programme_floors.build_targets(facts, plan)
    pd.testing.assert_frame_equal(built, KUAI_FENXIAO.iloc[:1].astype({"count": float}))
    for unknown in (facts.iloc[:0], facts.assign(value=float("nan"))):
        assert programme_floors.solve_floors(programme_floors.build_targets(unknown, plan)).empty


def test_bad_targets_are_named_all_at_once():
    """Every missing column, and every target without a positive number, is in one message."""
    with pytest.raises(InputError, match="column 'cut' is missing; column 'count' is missing"):
        programme_floors.solve_floors(KUAI_FENXIAO.drop(columns=["cut", "count"]))
    bad = _frame(("p", "none", "brands", 0, 1e9), ("p", "free", "brands", 3, 0.0))
    with pytest.raises(InputError, match=r"'none' must have a positive count.*'free'"):
        programme_floors.solve_floors(bad)


def test_ratios_divide_or_say_what_is_missing():
    """A hundred million consumers over half a million promoters are 200 each."""
    assert programme_floors.solve_ratio(100e6, 500e3).value == pytest.approx(200)
    unknown = programme_floors.solve_ratio(None, None, names=("posts", "accounts"))
    assert (unknown.value, unknown.why) == (None, "posts and accounts not published by then")


def test_a_new_merchant_is_relieved_of_four_thousand_yuan_at_most():
    """Four points of fee on 100,000 and 200 of credit: 4.2% of sales at the ceiling, 0.42% at a million."""
    relief = programme_floors.solve_relief(ProgrammeFloorsRecord())
    assert relief.largest_relief_rmb == pytest.approx(4000)
    assert relief.largest_worth_rmb == pytest.approx(4200)
    assert relief.worth_share_at_ceiling == pytest.approx(0.042)
    assert relief.worth_share_at_goal == pytest.approx(0.0042)
    assert relief.ceiling_share_of_goal == pytest.approx(0.1)


def test_a_hundred_thousand_full_users_cost_420_million():
    """The plan used in full by the merchants aimed at is 0.42bn; an unknown number has no cost."""
    cost = programme_floors.solve_plan_cost(ProgrammeFloorsRecord(), merchants=100_000)
    assert cost.value == pytest.approx(0.42)
    unknown = programme_floors.solve_plan_cost(ProgrammeFloorsRecord(), merchants=None)
    assert unknown.value is None
    assert unknown.why == "the number of merchants was not published by then"


@pytest.mark.parametrize(("commission", "usual"), [(0.0, 0.05), (0.2, 0.1), (0.02, 0.01)])
def test_the_usual_fee_follows_the_rule_of_2019(commission, usual):
    """Five percent alone, half of the commission with a promoter."""
    record = ProgrammeFloorsRecord(promoter_commission_rate=commission)
    assert programme_floors.solve_usual_fee(record) == pytest.approx(usual)


def test_a_small_commission_leaves_nothing_to_relieve():
    """Where the usual fee is at or below the reduced one, the relief is nothing and never a burden."""
    record = ProgrammeFloorsRecord(promoter_commission_rate=0.01)
    assert programme_floors.solve_relief(record).largest_relief_rmb == 0.0


@pytest.mark.parametrize(("share", "idle"), [(0.5, 0.02), (1.0, 0.01), (0.0, None)])
def test_a_commission_is_idle_up_to_the_reduced_fee_over_its_share(share, idle):
    """A fee of one percent is half of a commission of two; a rule without a share has no idle rate."""
    found = programme_floors.solve_idle_commission(ProgrammeFloorsRecord(promoter_fee_share=share))
    assert found.value == (None if idle is None else pytest.approx(idle))
    assert (found.why is None) is (idle is not None)


@EXAMPLES
@given(st.floats(0, 1), st.floats(1, 1e6), st.floats(0, 0.2), st.floats(0, 0.2))
def test_relief_rises_to_the_ceiling_and_stays(worth, ceiling, usual, reduced):
    """More sales never lower the relief, the plan never costs more than the usual fee, and a kink ends it."""
    record = ProgrammeFloorsRecord(
        credit_worth=worth, fee_relief_ceiling_rmb=ceiling, usual_fee_rate=usual, reduced_fee_rate=reduced
    )
    sales = np.array([0.0, 0.5, 1.0, 2.0, 10.0]) * ceiling
    table = programme_floors.summarise_new_merchant(record, sales_rmb=sales.tolist())
    assert table["relief_rmb"].is_monotonic_increasing
    assert (table["plan_fee_rmb"] <= table["usual_fee_rmb"] + 1e-9).all()
    assert table["relief_rmb"].iloc[2] == table["relief_rmb"].iloc[4]
    assert math.isnan(table["worth_share"].iloc[0])
    beyond = np.diff(table["plan_fee_rmb"].iloc[2:]) / np.diff(sales[2:])
    np.testing.assert_allclose(beyond, usual, atol=1e-9)


@pytest.mark.parametrize(
    "change",
    [{"reduced_fee_rate": -0.01}, {"fee_relief_ceiling_rmb": 0}, {"promoter_fee_share": 2}, {"fee": 1}],
)
def test_record_refuses_what_the_model_cannot_hold(change):
    """Out of range or unknown fields are refused."""
    with pytest.raises(ValidationError):
        ProgrammeFloorsRecord(**change)
