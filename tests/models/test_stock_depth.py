"""Stock depth against brute force, limits, simulation and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from helpers.errors import InputError
from helpers.models import stock_depth
from helpers.models.stock_depth import StockDepthRecord

EXAMPLES = settings(max_examples=12)
records = st.builds(
    StockDepthRecord,
    units_per_item=st.floats(1, 25),
    demand_overdispersion=st.floats(0, 1.5),
    item_correlation=st.floats(0, 1),
    host_correlation=st.floats(0, 1),
    stockout_loss_share=st.floats(0.05, 1),
    leftover_loss_share=st.floats(0.05, 1),
)


def _cost(record: StockDepthRecord, stock: int, pmf: np.ndarray) -> float:
    """Expected cost of a stock, summed term by term."""
    units = np.arange(len(pmf))
    missing = (np.maximum(units - stock, 0) * pmf).sum()
    over = (np.maximum(stock - units, 0) * pmf).sum()
    return (record.stockout_loss_share * missing + record.leftover_loss_share * over) / record.units_per_item


@EXAMPLES
@given(records)
def test_newsvendor_stock_has_the_lowest_cost(record):
    """No other stock costs less, and the cost is the sum over all demands."""
    demand = stock_depth.solve_demand(mean=record.units_per_item, overdispersion=record.demand_overdispersion)
    pmf = np.diff(demand.in_stock, prepend=0.0)
    plan = stock_depth.solve_stock(record)
    nearby = range(max(0, plan.units_in_stock - 20), plan.units_in_stock + 20)
    assert plan.cost_share == pytest.approx(_cost(record, plan.units_in_stock, pmf), abs=1e-6)
    assert plan.cost_share <= min(_cost(record, stock, pmf) for stock in nearby) + 1e-7


def test_leftovers_are_what_was_stocked_and_not_served():
    """Units left over are the stock less the units served; the session holds thirty such stocks."""
    record = StockDepthRecord()
    plan = stock_depth.solve_stock(record)
    served = plan.fill_rate * record.units_per_item
    assert plan.leftover_share == pytest.approx(1 - served / plan.units_in_stock)
    assert plan.session_units == 30 * plan.units_in_stock
    assert plan.items_out == pytest.approx(30 * (1 - plan.in_stock_probability))


def test_time_averages_the_spread_of_pooled_demand():
    """Over g gaps the factor's variance is divided by g, the shared part included."""
    demand = stock_depth.solve_demand(mean=20.0, overdispersion=0.5, correlation=0.4, n_pooled=3, gaps=2.0)
    pmf = np.diff(demand.in_stock, prepend=0.0)
    units = np.arange(len(pmf))
    mean = (units * pmf).sum()
    squared_cv = ((units - mean) ** 2 * pmf).sum() / mean**2
    assert mean == pytest.approx(120.0, rel=1e-6)
    assert squared_cv == pytest.approx(1 / 120 + 0.5 * (0.4 + 0.6 / 3) / 2, rel=1e-4)


def test_demand_without_spread_is_poisson():
    """At no overdispersion the law is Poisson and its quantiles are the tabulated ones."""
    demand = stock_depth.solve_demand(mean=10.0, overdispersion=0.0)
    units = np.arange(25)
    np.testing.assert_allclose(demand.in_stock[:25], stats.poisson.cdf(units, 10), atol=1e-9)
    assert demand.find_stock(0.95) == 15


@EXAMPLES
@given(records, st.integers(1, 12))
def test_pooled_demand_has_the_mean_and_spread_of_the_formula(record, hosts):
    """Equation 4: the two negative binomials add up to the pooled mean and coefficient of variation."""
    demand = stock_depth.solve_demand(
        mean=record.units_per_item,
        overdispersion=record.demand_overdispersion,
        correlation=record.host_correlation,
        n_pooled=hosts,
    )
    pmf = np.diff(demand.in_stock, prepend=0.0)
    units = np.arange(len(pmf))
    mean = (units * pmf).sum()
    deviation = math.sqrt(((units - mean) ** 2 * pmf).sum())
    assert mean == pytest.approx(hosts * record.units_per_item, rel=1e-5)
    assert deviation / mean == pytest.approx(stock_depth.solve_pooled_cv(record, n_hosts=hosts), rel=1e-3)


def test_simulated_sessions_agree_with_the_exact_plan():
    """In-stock probability, fill rate and the chance that all thirty items last, within the draw's noise."""
    record = StockDepthRecord(stockout_loss_share=0.9, leftover_loss_share=0.02)
    plan = stock_depth.solve_stock(record)
    sold = stock_depth.simulate_demand(record, n_together=30, correlation=0.3, n_draws=30_000, seed=7)
    kept = sold <= plan.units_in_stock
    assert kept.mean() == pytest.approx(plan.in_stock_probability, abs=0.003)
    assert kept.all(axis=1).mean() == pytest.approx(plan.all_in_stock_probability, abs=0.01)
    served = np.minimum(sold, plan.units_in_stock).mean() / record.units_per_item
    assert served == pytest.approx(plan.fill_rate, abs=0.003)


def test_simulated_factors_have_the_correlation_asked_for():
    """With many units the counts correlate like their factors."""
    record = StockDepthRecord(units_per_item=2000, demand_overdispersion=1.0)
    pair = stock_depth.simulate_demand(record, n_together=2, correlation=0.4, n_draws=100_000, seed=8)
    assert np.corrcoef(pair.T)[0, 1] == pytest.approx(0.4, abs=0.01)


def test_all_in_stock_is_a_power_when_items_are_independent():
    """Thirty independent items multiply; a shared factor makes a full session likelier than the power."""
    apart = StockDepthRecord(item_correlation=0.0, stockout_loss_share=0.95, leftover_loss_share=0.05)
    plan = stock_depth.solve_stock(apart)
    assert plan.all_in_stock_probability == pytest.approx(plan.in_stock_probability**30)
    together = apart.model_copy(update={"item_correlation": 0.5})
    assert stock_depth.solve_stock(together).all_in_stock_probability > plan.all_in_stock_probability


def test_one_item_is_a_session_of_its_own():
    """With one item the averaged probability is the marginal one, whatever the correlation."""
    record = StockDepthRecord(items_per_session=1, item_correlation=0.6)
    plan = stock_depth.solve_stock(record)
    assert plan.all_in_stock_probability == pytest.approx(plan.in_stock_probability, abs=1e-4)


def test_in_stock_probability_and_fill_rate_are_different_measures():
    """The share of units served exceeds the share of sessions without a miss, or falls short of it."""
    high = stock_depth.solve_stock(StockDepthRecord(stockout_loss_share=0.3, leftover_loss_share=0.2))
    assert high.fill_rate > high.in_stock_probability
    rare = StockDepthRecord(units_per_item=0.5, demand_overdispersion=5.0)
    table = stock_depth.summarise_stock(rare, stocks=(0, 1))
    assert (table["in_stock_probability"] > table["fill_rate"]).all()


@EXAMPLES
@given(records)
def test_more_stock_never_lowers_either_measure(record):
    """Both measures rise with stock and stay within 0 and 1."""
    table = stock_depth.summarise_stock(record, stocks=(0, 5, 20, 80))
    for column in ("in_stock_probability", "fill_rate", "all_in_stock_probability"):
        assert table[column].is_monotonic_increasing
        assert table[column].between(0, 1 + 1e-9).all()
    assert table["fill_rate"].iloc[0] == 0.0


def test_a_stock_beyond_all_demand_serves_it_all():
    """Far beyond the law's support the measures are 1 and every further unit only costs."""
    record = StockDepthRecord(demand_overdispersion=0.0, units_per_item=4.0, leftover_loss_share=0.25)
    row = stock_depth.summarise_stock(record, stocks=(1000,)).iloc[0]
    assert row["in_stock_probability"] == row["fill_rate"] == 1.0
    assert row["cost_share"] == pytest.approx(0.25 * (1000 - 4) / 4)


def test_pooling_independent_hosts_follows_the_square_root():
    """Without correlation n hosts have 1 / sqrt(n) of one host's spread, and the floor is nothing."""
    record = StockDepthRecord(host_correlation=0.0)
    one, many = (stock_depth.solve_pooled_cv(record, n_hosts=n) for n in (1, 100))
    assert one / many == pytest.approx(10.0)
    floor = stock_depth.solve_pooling_floor(record)
    assert (floor.demand_cv, floor.safety_share, floor.cost_share, floor.fill_rate) == (0.0, 0.0, 0.0, 1.0)


def test_pooling_perfectly_correlated_hosts_saves_only_the_poisson_noise():
    """At correlation 1 the floor is one host's demand without its counting noise."""
    record = StockDepthRecord(host_correlation=1.0, units_per_item=500.0)
    table = stock_depth.summarise_pooling(record, hosts=(1, 20))
    one, many = table["cost_share"]
    floor = stock_depth.solve_pooling_floor(record)
    assert many == pytest.approx(one, rel=0.01)
    assert floor.cost_share == pytest.approx(many, rel=0.01)
    assert floor.demand_cv == pytest.approx(math.sqrt(record.demand_overdispersion))


def test_pooling_comes_down_to_its_floor():
    """Cost and spread fall with each host to the floor set by correlation, and end within two percent."""
    record = StockDepthRecord(host_correlation=0.3)
    table = stock_depth.summarise_pooling(record, hosts=(1, 2, 5, 20, 100, 400))
    floor = stock_depth.solve_pooling_floor(record)
    for column, limit in (("cost_share", floor.cost_share), ("demand_cv", floor.demand_cv)):
        assert table[column].is_monotonic_decreasing
        assert limit < table[column].iloc[-1] < 1.02 * limit
    assert table["safety_share"].iloc[-1] == pytest.approx(floor.safety_share, abs=0.005)
    assert table["fill_rate"].iloc[-1] == pytest.approx(floor.fill_rate, abs=0.005)


@EXAMPLES
@given(records, st.floats(0, 1))
def test_higher_correlation_never_lowers_the_floor(record, correlation):
    """The floor of the cost rises with the correlation between hosts."""
    lower = record.model_copy(update={"host_correlation": record.host_correlation * correlation})
    rises = (
        stock_depth.solve_pooling_floor(record).cost_share - stock_depth.solve_pooling_floor(lower).cost_share
    )
    assert rises >= -1e-9


def test_pooling_defaults_to_one_host_and_the_pool_of_the_record():
    """Without numbers of hosts the table compares alone with pooled."""
    assert stock_depth.summarise_pooling(StockDepthRecord(pooled_hosts=7))["hosts"].tolist() == [1, 7]


def test_restocking_in_the_pause_leaves_one_session_to_cover():
    """Goods that arrive before the next session need the depth of one session, whatever the lead time."""
    table = stock_depth.summarise_depth(StockDepthRecord(), leads=(0.0, 0.4, 1.0, 1.01))
    assert table["sessions_covered"].tolist() == [1, 1, 1, 2]
    assert table["live_units"].iloc[0] == table["live_units"].iloc[2] < table["live_units"].iloc[3]


def test_live_and_shelf_need_the_same_depth_for_the_same_cover():
    """A shelf whose lead and review make up whole gaps is as deep as the sessions it matches."""
    record = StockDepthRecord(shelf_review_gaps=0.5)
    table = stock_depth.summarise_depth(record, leads=(0.5, 1.5))
    assert table["shelf_units"].tolist() == table["live_units"].tolist()
    np.testing.assert_allclose(table["depth_ratio"], 1.0)
    quick = stock_depth.summarise_depth(record.model_copy(update={"shelf_review_gaps": 0.05}), leads=(0.05,))
    assert quick["depth_ratio"].iloc[0] > 3


def test_depth_defaults_to_the_lead_time_of_the_record():
    """Without lead times the record's own is used."""
    table = stock_depth.summarise_depth(StockDepthRecord(restock_lead_gaps=2.5))
    assert table["restock_lead_gaps"].tolist() == [2.5]


def test_session_stock_is_the_least_that_reaches_the_target():
    """One unit less misses the target."""
    record = StockDepthRecord()
    stock = stock_depth.solve_session_stock(record)
    assert stock_depth.solve_all_in_stock(record, stock) >= record.in_stock_target
    assert stock_depth.solve_all_in_stock(record, stock - 1) < record.in_stock_target


def test_range_grows_with_sessions_only_through_new_items():
    """Thirty items, half of them new, in four sessions are 75 different items; none new leaves 30."""
    assert stock_depth.solve_range(StockDepthRecord(new_item_share=0.5), sessions_per_week=4) == 75
    assert stock_depth.solve_range(StockDepthRecord(new_item_share=0.0), sessions_per_week=4) == 30
    assert stock_depth.solve_range(StockDepthRecord(), sessions_per_week=1) == 30
    with pytest.raises(InputError, match="'sessions_per_week' must be at least 1"):
        stock_depth.solve_range(StockDepthRecord(), sessions_per_week=0.5)


@EXAMPLES
@given(records, st.floats(0.1, 1))
def test_only_the_ratio_of_the_losses_sets_the_stock(record, factor):
    """Counting both losses in another unit scales the cost and leaves the stock."""
    losses = {
        "stockout_loss_share": record.stockout_loss_share * factor,
        "leftover_loss_share": record.leftover_loss_share * factor,
    }
    plan, other = (stock_depth.solve_stock(r) for r in (record, record.model_copy(update=losses)))
    assert abs(other.units_in_stock - plan.units_in_stock) <= 1
    assert other.cost_share == pytest.approx(plan.cost_share * factor, rel=1e-6)


def test_same_seed_same_draw():
    """The seed fixes the draw; another one changes it."""
    record = StockDepthRecord()
    draw = {"n_together": 3, "correlation": 0.2, "n_draws": 50}
    first = stock_depth.simulate_demand(record, seed=1, **draw)
    assert (first == stock_depth.simulate_demand(record, seed=1, **draw)).all()
    assert (first != stock_depth.simulate_demand(record, seed=2, **draw)).any()


def test_draws_reach_the_ends_of_correlation_and_spread():
    """At correlation 1 one factor moves all; without spread the draw is Poisson."""
    record = StockDepthRecord(units_per_item=2000, demand_overdispersion=1.0)
    same = stock_depth.simulate_demand(record, n_together=2, correlation=1.0, n_draws=2000, seed=1)
    assert np.corrcoef(same.T)[0, 1] > 0.99
    calm = record.model_copy(update={"demand_overdispersion": 0.0, "units_per_item": 9.0})
    units = stock_depth.simulate_demand(calm, n_together=2, correlation=1.0, n_draws=50_000, seed=1)
    assert units.var() == pytest.approx(9.0, rel=0.03)


def test_a_negative_stock_is_refused():
    """The message names the value and the rule."""
    with pytest.raises(InputError, match=r"'stocks' must not be negative \(got -1\)"):
        stock_depth.summarise_stock(StockDepthRecord(), stocks=(3, -1))


@pytest.mark.parametrize(
    "change",
    [{"item_correlation": 1.1}, {"items_per_session": 0}, {"stockout_loss_share": 0.0}, {"depth": 3}],
)
def test_record_refuses_what_the_model_cannot_hold(change):
    """Out of range or unknown fields are refused."""
    with pytest.raises(ValidationError):
        StockDepthRecord(**change)


@pytest.mark.parametrize("tiny", [1e-300, 1e-12, 1e-8])
def test_tiny_spreads_and_correlations_tend_to_none(tiny):
    """Values too small to matter give the numbers of zero."""
    record = StockDepthRecord(demand_overdispersion=tiny, item_correlation=tiny, host_correlation=tiny)
    none = StockDepthRecord(demand_overdispersion=0, item_correlation=0, host_correlation=0)
    assert stock_depth.solve_stock(record).units_in_stock == stock_depth.solve_stock(none).units_in_stock
    assert stock_depth.solve_pooling_floor(record).cost_share == pytest.approx(0.0, abs=1e-7)
    pool, plain = (stock_depth.summarise_pooling(r, hosts=(3,))["cost_share"].iloc[0] for r in (record, none))
    assert pool == pytest.approx(plain, rel=1e-4)


def test_stocks_run_around_the_mean_demand_unless_given():
    """A quarter of the mean demand to four and a half times of it, each stock once."""
    table = stock_depth.summarise_stock(StockDepthRecord(units_per_item=2, items_per_session=3))
    assert table["units_in_stock"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_likeness_repeats_pooling_for_each_correlation():
    """Alike hosts save less, whatever their number."""
    table = stock_depth.summarise_likeness(
        StockDepthRecord(units_per_item=5), correlations=(0.0, 0.7), hosts=(1, 10)
    )
    assert table["host_correlation"].tolist() == [0.0, 0.0, 0.7, 0.7]
    alone, together, alone_alike, together_alike = table["cost_share"]
    assert alone == pytest.approx(alone_alike)
    assert together < together_alike < alone


def test_savings_of_a_pool_rise_with_its_hosts_towards_the_limit():
    """One host saves nothing; hosts who have nothing in common save all in the end."""
    record = StockDepthRecord(units_per_item=5)
    savings = [stock_depth.solve_pool_saving(record, n_hosts=hosts) for hosts in (1, 3, 12)]
    assert savings[0] == 0
    assert savings == sorted(savings)
    assert savings[-1] < stock_depth.solve_pool_saving(record) < 1
    assert stock_depth.solve_pool_saving(record.model_copy(update={"host_correlation": 0.0})) == 1


def test_depth_ratio_spans_the_lead_times_beside_its_own():
    """Ordered before the pause ends, one session's stock stands against a shelf's cover of 1.5 gaps."""
    record = StockDepthRecord(restock_lead_gaps=1.0, shelf_review_gaps=0.5, units_per_item=5)
    found = stock_depth.solve_depth_ratio(record, stock_depth.summarise_depth(record, leads=(0.0, 2.0)))
    assert found.low <= found.value < 1 < found.high


def test_without_shelf_stock_there_is_no_depth_ratio():
    """A demand that is almost nothing asks a shelf for no stock; the reason says so."""
    record = StockDepthRecord(
        units_per_item=0.1, in_stock_target=0.5, restock_lead_gaps=0.0, shelf_review_gaps=0.01
    )
    found = stock_depth.solve_depth_ratio(record, stock_depth.summarise_depth(record))
    assert (found.value, found.why) == (None, stock_depth.NO_SHELF_STOCK)
