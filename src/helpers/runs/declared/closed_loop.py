"""Results of the notebook on the closed loop."""

from helpers.runs.results import Declared

GMV = ("series:kuaishou_quarterly/ecommerce_gmv",)
OWN_SHARE = "data:kuaishou_quarterly/2021Q4/own_shop_share_gmv"
LAST_SHARE = ("data:kuaishou_quarterly/2022Q1/own_shop_share_gmv",)
LOSS = (*GMV, OWN_SHARE)
SERIES = (*GMV, "data:events/cut_effective", "data:events/links_reopened")
RATES = (
    "data:kuaishou_quarterly/2022Q2/internal_loop_ad_share",
    "data:kuaishou_quarterly/2022Q2/revenue_online_marketing",
    "data:kuaishou_quarterly/2022Q2/ecommerce_gmv",
)
OTHER = "series:kuaishou_quarterly/revenue_other_services"
POINTS = "percentage points"
OF_PLAN = "% of planned GMV"

RESULTS = {
    "own_share_first": Declared(
        "Share of GMV that passed through own shops in the first quarter of 2020.",
        "%",
        inputs=("data:kuaishou_quarterly/2020Q1/own_shop_share_gmv",),
    ),
    "outside_published": Declared(
        "Share of GMV outside own shops in the newest month that was printed exactly.",
        "%",
        inputs=(OWN_SHARE,),
    ),
    "quarter_before": Declared("Quarter before the slowdown."),
    "quarter": Declared("Quarter of the slowdown that the page examines."),
    "changes_known": Declared(
        "Changes of yearly growth from quarter to quarter that the published series allows.",
        "changes",
        inputs=GMV,
    ),
    "growth_before": Declared(
        "GMV growth on a year earlier in the quarter before the slowdown.", "%", inputs=GMV
    ),
    "growth_after": Declared("GMV growth on a year earlier in the quarter of the slowdown.", "%", inputs=GMV),
    "growth_fall": Declared(
        "Fall of GMV growth on a year earlier from one quarter to the next.", POINTS, inputs=GMV
    ),
    "this_year_points": Declared(
        "Part of the change that is this year's growth on the quarter before.", POINTS, inputs=GMV
    ),
    "last_year_points": Declared(
        "Part of the change that is last year's growth on the quarter before, with its sign turned.",
        POINTS,
        inputs=GMV,
    ),
    "base_gap": Declared(
        "Part of the change that comes from last year's quarter "
        "being unlike the same quarter of other years.",
        POINTS,
        inputs=GMV,
    ),
    "own_gap": Declared(
        "Part of the change that comes from this year's quarter "
        "being unlike the same quarter of other years.",
        POINTS,
        inputs=GMV,
    ),
    "fall_rank": Declared(
        "Place of the fall among all changes of yearly growth; one is the largest fall.", inputs=GMV
    ),
    "outside_share": Declared(
        "Share of GMV on outside links in the last month measured before the cut.", "%", inputs=(OWN_SHARE,)
    ),
    "loss_bound": Declared(
        "Growth that the loss of all outside orders takes from the quarter; "
        "nothing between zero and this is excluded.",
        POINTS,
        "bound",
        LOSS,
    ),
    "loss_bound_tight": Declared(
        "The same with the smallest outside share that was published, which includes a month after the cut.",
        POINTS,
        "bound",
        (*GMV, "series:kuaishou_quarterly/own_shop_share_gmv"),
    ),
    "covered_share": Declared("The bound as a part of the fall.", "%", inputs=LOSS),
    "closing_explains": Declared(
        "The bound as a part of the fall, in the calibrated words of the method page.", inputs=LOSS
    ),
    "explaining_share": Declared(
        "Share of GMV that would have had to stand on outside links to explain the whole fall.",
        "%",
        inputs=GMV,
    ),
    "explaining_lost_beside": Declared(
        "Own orders that would have had to be lost with each outside order to explain the whole fall.",
        "own orders for each outside order",
        inputs=LOSS,
    ),
    "series_effect": Declared(
        "Median effect of a fully closed quarter on GMV over all combinations, "
        "with the range of the estimates.",
        "%",
        "sensitivity",
        SERIES,
    ),
    "series_combinations": Declared(
        "Combinations of trend, window, coding and dummy that were estimated.", "combinations", inputs=SERIES
    ),
    "series_excluding_zero": Declared(
        "Part of the combinations whose interval excludes zero.", "%", inputs=SERIES
    ),
    "series_detectable": Declared(
        "Smallest fall of GMV that the best combination finds with the power set.", "%", inputs=SERIES
    ),
    "series_detectable_multiple": Declared(
        "Smallest fall that can be found over the share that stood outside.",
        "times",
        inputs=(*SERIES, OWN_SHARE),
    ),
    "series_correlated": Declared(
        "Part of the combinations whose residuals are autocorrelated.", "%", inputs=SERIES
    ),
    "series_placebo_floor": Declared(
        "Smallest chance that the placebo dates of any combination can give.", inputs=SERIES
    ),
    "series_date_p": Declared(
        "Chance of as large a test statistic at some date of some combination if links made no difference.",
        inputs=SERIES,
    ),
    "series_differences": Declared(
        "Median effect in four-quarter differences, with the range of the estimates.",
        "%",
        "sensitivity",
        SERIES,
    ),
    "series_search_p": Declared(
        "Chance of as large a test statistic somewhere among the combinations if links made no difference.",
        inputs=SERIES,
    ),
    "series_structural": Declared(
        "Effect in a structural series with a randomly bending trend; the interval spans all its variants.",
        "%",
        "confidence",
        SERIES,
    ),
    "fee_ceiling": Declared(
        "Other services over GMV in the quarter of the slowdown, the most that the fee can have been.",
        "%",
        inputs=(*GMV, OTHER),
    ),
    "fee_ceiling_highest": Declared(
        "The highest that other services over GMV ever were in a quarter.", "%", inputs=(*GMV, OTHER)
    ),
    "break_even_displacement": Declared(
        "Part of the outside orders that may replace own orders before revenue falls; at most all of them.",
        "%",
        "sensitivity",
        RATES,
    ),
    "fee_only_displacement": Declared("The same when only fees count and advertising does not.", "%"),
    "reopening_gmv": Declared(
        "Change of GMV by reopening, percent of GMV before it.", "%", inputs=(OWN_SHARE,)
    ),
    "reopening_revenue": Declared(
        "Change of net revenue by reopening, percent of GMV before it.", "%", inputs=(OWN_SHARE, *RATES)
    ),
    "most_sensitive": Declared(
        "Parameter whose plausible range moves the break-even the most.", inputs=RATES
    ),
    "risk_reduction": Declared(
        "Fall of the standard deviation of GMV by outside links; its ends hold whatever the correlation.",
        "%",
        "bound",
        LAST_SHARE,
    ),
    "risk_tail_without": Declared("Loss in the tail without outside links.", OF_PLAN),
    "risk_tail_with": Declared("Loss in the tail with outside links.", OF_PLAN, inputs=LAST_SHARE),
    "risk_tail_simulated": Declared(
        "The same loss with outside links, from simulated quarters.", OF_PLAN, inputs=LAST_SHARE
    ),
    "risk_threshold": Declared(
        "Correlation above which outside links raise the relative spread; above one they never do.",
        inputs=LAST_SHARE,
    ),
    "surge_worth": Declared(
        "Worth, per quarter, of a channel that can grow when own shops fail.", OF_PLAN, inputs=LAST_SHARE
    ),
    "surge_needed": Declared(
        "Growth of the outside channel that would cover an outage of own shops in full.",
        "times its volume",
        inputs=LAST_SHARE,
    ),
    "growth_next": Declared(
        "GMV growth on a year earlier in the quarter after the slowdown.", "%", inputs=GMV
    ),
    "growth_two_later": Declared(
        "GMV growth on a year earlier two quarters after the slowdown.", "%", inputs=GMV
    ),
    "growth_year_later": Declared(
        "GMV growth on a year earlier in the same quarter a year after the slowdown.", "%", inputs=GMV
    ),
}
