"""Results of the notebook on the supply chain."""

from helpers.runs.results import Declared

GREE = ("fact:f088", "fact:f090")
GREE_HOURS = ("fact:f087", "fact:f089")
SESSION = ("fact:f070",)
KFX = tuple(f"fact:f{number:03}" for number in range(20, 28))
TWO_HUNDRED = ("fact:f046", "fact:f047")
PLAN_YEAR = tuple(
    f"data:kuaishou_quarterly/{quarter}/ecommerce_gmv" for quarter in ("2020Q4", "2021Q1", "2021Q2", "2021Q3")
)
SELLERS = ("fact:f104", "fact:f103")
FEES = ("data:events/service_fee_2019", "fact:f051", "fact:f050")
POOL_START = ("data:events/goods_alliance_live",)
MERCHANTS = (
    "series:kuaishou_quarterly/active_merchants_yoy",
    "series:kuaishou_quarterly/ecommerce_gmv_yoy_printed",
)
PRICE = "% of the price"
POINTS = "percentage points"

RESULTS = {
    "reach_per_user": Declared(
        "Consumers within reach per user of the pool.", "consumers", inputs=("fact:f063", "fact:f062")
    ),
    "sold_out_share": Declared(
        "Items that sold out, at their price, over turnover.",
        "%",
        inputs=("fact:f091", "fact:f092", "fact:f090"),
    ),
    "caught_per_ban": Declared(
        "Listings intercepted per host or merchant banned.",
        "listings",
        inputs=(
            "data:kuaishou_annual/2021/suspect_goods_posts_intercepted",
            "data:kuaishou_annual/2021/banned_hosts_and_merchants",
        ),
    ),
    "premium_alone": Declared("The same if all sessions are equal and nothing closes.", "times"),
    "premium_bound": Declared("The most it can be at a warehouse that never closes.", "times"),
    "premium_day": Declared("Equal sessions at a promise of a day.", "times"),
    "promise": Declared("Delivery promise of this run.", "hours"),
    "gap": Declared("Time from one session to the next in this run.", "hours"),
    "free_promise": Declared("Promise from which equal sessions cost nothing.", "hours"),
    "bundle_work": Declared("Work of an order over that of one line.", "times"),
    "gree_first_share": Declared("Least share of turnover in the first half hour.", "%", inputs=GREE),
    "gree_binding": Declared(
        "Promise up to which that rush binds, at its printed floor.", "minutes", inputs=(*GREE, *GREE_HOURS)
    ),
    "gree_needed_share": Declared(
        "Share of the first half hour at which it would bind the promise of this run.",
        "%",
        inputs=GREE_HOURS,
    ),
    "premium_all": Declared(
        "Capacity under sessions over that under an even flow, with hours, festival and uncertainty.",
        "times",
        "sensitivity",
    ),
    "premium_quiet": Declared(
        "The same, with its range over the length of a session and the hours of opening alone.",
        "times",
        "sensitivity",
    ),
    "premium_hours": Declared("The same with working hours alone.", "times"),
    "premium_festival": Declared("The same with festival days alone.", "times"),
    "premium_uncertain": Declared("The same with uncertain volume alone.", "times"),
    "premium_driver": Declared("What raises the premium most if it is added alone."),
    "even_multiple": Declared("Even flow, uncertain volume: capacity over mean work.", "times"),
    "burst_multiple": Declared("Sessions, uncertain volume: capacity over mean work.", "times"),
    "most_moving": Declared("Assumption that moves the premium most."),
    "premium_shared": Declared("The same for two like hosts who take turns.", "times"),
    "load": Declared("Mean work over capacity in this run.", "%"),
    "late_even": Declared("Part of the work that leaves late in an even flow, simulated.", "%"),
    "late_burst": Declared("Part of the work that leaves late under sessions, simulated.", "%"),
    "late_extra": Declared("The difference between the two.", POINTS),
    "late_rise": Declared(
        "Rise of late work in an even flow as the load goes from half to nine tenths of the capacity.", POINTS
    ),
    "stock_fill": Declared("Units served with the stock that costs least.", "%"),
    "stock_lasting": Declared("Chance that an item lasts, with that stock.", "%"),
    "stock_cost": Declared("Cost of missing and left-over units at that stock.", PRICE),
    "target": Declared("In-stock probability that is aimed at.", "%"),
    "items_out": Declared(
        "Items of a session that run out, on average, with that stock.", "items", inputs=SESSION
    ),
    "stock_all": Declared("Sessions in which no item runs out, with that stock.", "%", inputs=SESSION),
    "stock_whole": Declared(
        "Stock over mean demand with which the target holds for whole sessions.", "times", inputs=SESSION
    ),
    "range_week": Declared(
        "Different items a host shows in a week; the ends are readings of several sessions.",
        "different items",
        "bound",
        inputs=(*SESSION, "fact:f071"),
    ),
    "depth_ratio": Declared(
        "Stock of a live seller over that of a shelf; the range runs over the time to restock.",
        "times",
        "sensitivity",
    ),
    "deeper_share": Declared("Times to restock in the chart at which live selling is deeper.", "%"),
    "pool_dozen": Declared("Part of the cost that twelve hosts with one stock save.", "%"),
    "pool_hosts": Declared("Hosts that share a stock in this run.", "hosts"),
    "pool_saving": Declared("Part of the cost that they save.", "%"),
    "pool_most": Declared("Part of the cost that pooling can save at most.", "%"),
    "noise_now": Declared("Noise in what a host sees of quality, over its spread."),
    "match_share": Declared("Worth of a pick over one with full sight.", "%"),
    "tenfold_gain": Declared("Gain of a pick from ten times the goods.", "SD"),
    "sight_gain": Declared("Gain of a pick from full sight.", "SD"),
    "noise_allowed": Declared("Noise at which ten times the goods are worth no more than those of now."),
    "noise_words": Declared("The same in words."),
    "admitted": Declared("Candidates that pass the hurdle in this run.", "%"),
    "hurdle_gain": Declared("Gain by the hurdle of this run against an open pool.", "SD"),
    "hurdle_sighted": Declared("The same for a host who sees quality.", "SD"),
    "best_admitted": Declared("Candidates that pass the hurdle with the best pick.", "%"),
    "best_gain": Declared("Gain by that hurdle against an open pool.", "SD"),
    "items_examined": Declared("Items that are worth looking at.", "items"),
    "kfx_floor": Declared("Least sales with which 快分销 meets all its targets.", "RMB bn", inputs=KFX),
    "kfx_share": Declared(
        "That floor over GMV of the year in which the targets were set.",
        "%",
        inputs=(*KFX, "data:kuaishou_annual/2021/ecommerce_gmv"),
    ),
    "kfx_run_rate": Declared(
        "Floor of 快分销 over twelve first months of the pool.", "times", inputs=(*KFX, *POOL_START)
    ),
    "pool_share": Declared(
        "Pool's first month over an average month.", "%", inputs=(*POOL_START, PLAN_YEAR[0])
    ),
    "two_hundred_floor": Declared(
        "Least yearly sales of the new merchants of the 双百 plan.", "RMB bn", inputs=TWO_HUNDRED
    ),
    "two_hundred_share": Declared(
        "That over GMV of the year in which it was announced.",
        "%",
        inputs=(*TWO_HUNDRED, "data:kuaishou_annual/2020/ecommerce_gmv"),
    ),
    "two_hundred_year": Declared(
        "That over GMV of the four quarters of the plan.", "%", inputs=(*TWO_HUNDRED, *PLAN_YEAR)
    ),
    "seller_sales": Declared(
        "Yearly sales per seller by the count of an earlier year.", "RMB", inputs=SELLERS
    ),
    "goal_multiple": Declared(
        "Goal of the 双百 plan for a merchant over that.", "times", inputs=("fact:f047", *SELLERS)
    ),
    "package_each": Declared(
        "Resource package per merchant, if it is money.", "RMB", inputs=("fact:f045", "fact:f046")
    ),
    "relief_most": Declared("Most fee that the Fan Xing plan waives for a merchant.", "RMB", inputs=FEES),
    "worth_most": Declared("That with the traffic credit.", "RMB", inputs=(*FEES, "fact:f043")),
    "worth_share_goal": Declared(
        "That over a year's sales at the plan's goal.", "%", inputs=(*FEES, "fact:f043", "fact:f047")
    ),
    "ceiling_share": Declared(
        "Part of the way to the goal with the low fee.", "%", inputs=("fact:f050", "fact:f047")
    ),
    "idle_commission": Declared(
        "Commission up to which nothing is waived.", "%", inputs=("data:events/service_fee_2019", "fact:f051")
    ),
    "plan_cost": Declared("Both for all aimed at.", "RMB bn", inputs=(*FEES, "fact:f043", "fact:f046")),
    "belt_pace": Declared(
        "Belts done over belts due at an even pace, at least.", "times", inputs=("fact:f030",)
    ),
    "forecast_cost": Declared("Cost of forecast error under the best plan.", PRICE),
    "timing_cost": Declared(
        "Cost of timing paid in capacity; the low end are equal sessions, paid the cheaper way.",
        PRICE,
        "bound",
    ),
    "larger_cost": Declared("Which of the two costs more in this run."),
    "boundary_premium": Declared("Premium at which timing costs as much as forecast error.", "times"),
    "signal": Declared("Part of the forecast error's variance that is resolved in time.", "%"),
    "signal_saving": Declared("What that saves.", PRICE),
    "live_net": Declared("What the signal saves, less the cost of timing.", PRICE),
    "break_even_signal": Declared("Resolved part at which a session pays for its timing.", "%"),
    "break_even_words": Declared("The same in words."),
    "merchant_quarters": Declared(
        "Quarters with growth of merchants and of GMV printed.", "quarters", inputs=MERCHANTS
    ),
    "merchant_falls": Declared(
        "Of these, quarters in which GMV per merchant fell for certain.", inputs=MERCHANTS
    ),
    "merchant_deepest": Declared("Least size of the deepest of these falls.", "%", inputs=MERCHANTS),
    "merchant_newest": Declared("Newest quarter with both prints exact.", inputs=MERCHANTS),
    "merchant_change": Declared(
        "Change of GMV per active merchant in that quarter, with rounding.", "%", "bound", inputs=MERCHANTS
    ),
    "xinxuan": Declared(
        "Turnover of the largest host's group in a year, by the press.",
        "RMB bn",
        inputs=("data:kuaishou_annual/2022/xinxuan_group_turnover",),
    ),
}
