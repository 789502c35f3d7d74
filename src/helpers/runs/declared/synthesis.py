"""Results of the notebook that puts the answers together."""

from helpers.runs.results import Declared

QUARTERLY = "series:kuaishou_quarterly/"
GMV = f"{QUARTERLY}ecommerce_gmv"
HOURS = (GMV, f"{QUARTERLY}dau", f"{QUARTERLY}minutes_per_dau")
OWN_SHARE = f"{QUARTERLY}own_shop_share_gmv"
BUYERS = (GMV, f"{QUARTERLY}mau", f"{QUARTERLY}ecommerce_mab")
MERCHANTS = (*HOURS, f"{QUARTERLY}active_merchants_yoy")
PEERS = ("series:peers_annual/gmv",)
SHELVES = (f"{QUARTERLY}pan_shelf_share_gmv", "series:peers_annual/shelf_share_gmv")
ENTRY = ("data:events/mall_grey_test", f"{QUARTERLY}dau")
LIVE = (*PEERS, *(f"series:market_annual/livestream_ecommerce_{house}" for house in ("100ec", "iresearch")))
ONLINE = (*PEERS, "series:market_annual/online_retail_total")
LATE = ("data:forecasts/p19", "data:events/call_2024q1")
MARKET = ("data:forecasts/p01", "data:forecasts/p03", "data:forecasts/p04")
SCORED = (*MARKET, *(f"data:forecasts/{name}" for name in ("p19", "p20", "p24", "p25", "p27")))
POINTS = "percentage points"

RESULTS = {
    "span_start": Declared(
        "First or last of the quarters between which the increase of GMV is taken apart.", inputs=HOURS
    ),
    "span_end": Declared(
        "First or last of the quarters between which the increase of GMV is taken apart.", inputs=HOURS
    ),
    "gmv_multiple": Declared(
        "GMV of the last of these quarters over that of the first.", "times", inputs=HOURS
    ),
    "hour_part": Declared(
        "Part of the increase of GMV that is GMV per user-hour; the range is over the "
        "quarter that is compared.",
        "%",
        "sensitivity",
        HOURS,
    ),
    "user_part": Declared(
        "Part of the increase of GMV that is daily users; the range is over the quarter that is compared.",
        "%",
        "sensitivity",
        HOURS,
    ),
    "time_part": Declared(
        "Part of the increase of GMV that is hours per user and day; the range is over "
        "the quarter that is compared.",
        "%",
        "sensitivity",
        HOURS,
    ),
    "hour_word": Declared(
        "Part of the increase that is GMV per user-hour, in the calibrated words of the "
        "method page, at both ends of its range.",
        inputs=HOURS,
    ),
    "hour_rounding": Declared(
        "Most that the rounding of the prints moves the part that is GMV per user-hour, "
        "either way, whatever quarter is compared.",
        POINTS,
        inputs=HOURS,
    ),
    "hour_quarter": Declared("Newest quarter for which GMV per user-hour is known.", inputs=HOURS),
    "hour_value": Declared(
        "GMV per user-hour in that quarter, with the rounding of the prints.", "RMB", "bound", HOURS
    ),
    "weakest_link": Declared("End of the year in which GMV per user-hour contributed least.", inputs=HOURS),
    "weakest_effect": Declared(
        "Contribution of GMV per user-hour in that year, with the rounding of the prints.",
        "RMB bn",
        "bound",
        HOURS,
    ),
    "weakest_others": Declared("What users and time did over that year, in words.", inputs=HOURS),
    "weakest_change": Declared(
        "Change of GMV per user-hour itself over that year, with the rounding of the prints.",
        "%",
        "bound",
        HOURS,
    ),
    "hour_part_by_end": Declared(
        "Part of the increase of GMV that is GMV per user-hour; the range is over the "
        "year in which the span ends.",
        "%",
        "sensitivity",
        HOURS,
    ),
    "time_years_fell": Declared("Years in which time per user took away.", inputs=HOURS),
    "hour_years_fell": Declared("Years in which GMV per user-hour took away.", inputs=HOURS),
    "hour_years_led": Declared(
        "Years in which GMV per user-hour contributed most of the three factors.", inputs=HOURS
    ),
    "outside_before": Declared(
        "GMV outside own shops by the last print before the year in which sales per hour contributed least.",
        "%",
        inputs=(OWN_SHARE, *HOURS),
    ),
    "buyer_start": Declared(
        "First or last of the quarters between which the increase of GMV is taken apart by buyers.",
        inputs=BUYERS,
    ),
    "buyer_end": Declared(
        "First or last of the quarters between which the increase of GMV is taken apart by buyers.",
        inputs=BUYERS,
    ),
    "spend_part": Declared(
        "Part of the increase of GMV that is GMV per monthly buyer, with the rounding of the prints.",
        "%",
        "bound",
        BUYERS,
    ),
    "penetration_part": Declared(
        "Part of the increase of GMV that is buyers per user, with the rounding of the prints.",
        "%",
        "bound",
        BUYERS,
    ),
    "monthly_user_part": Declared(
        "Part of the increase of GMV that is monthly users, with the rounding of the prints.",
        "%",
        "bound",
        BUYERS,
    ),
    "newest_spend_part": Declared(
        "Part of the increase of GMV that is GMV per monthly buyer, with the rounding of "
        "the prints; newest year only.",
        "%",
        "bound",
        BUYERS,
    ),
    "newest_penetration_part": Declared(
        "Part of the increase of GMV that is buyers per user, with the rounding of the "
        "prints; newest year only.",
        "%",
        "bound",
        BUYERS,
    ),
    "reservoir": Declared(
        "What a larger part of users who buy gave in the newest year, in words, with the "
        "rounding of the prints.",
        inputs=BUYERS,
    ),
    "spend_floor_quarter": Declared(
        "Newest quarter that can be compared with the first print of monthly buyers.", inputs=BUYERS
    ),
    "spend_floor": Declared(
        "Least part of the increase of GMV since the first print of buyers that is spending per buyer.",
        "%",
        "bound",
        BUYERS,
    ),
    "hour_bound_quarter": Declared(
        "Year to this quarter gives the tightest bound for user-hours.", inputs=HOURS
    ),
    "hour_elasticity_tightest": Declared(
        "Largest elasticity of GMV to this input if nothing else that changed lowered "
        "GMV, and the other input did nothing.",
        "1",
        "bound",
        HOURS,
    ),
    "pair_quarter": Declared(
        "Newest quarter in which hours and merchants are both bounded.", inputs=MERCHANTS
    ),
    "merchant_bound_quarter": Declared(
        "Year to this quarter gives the tightest bound for merchants.", inputs=MERCHANTS
    ),
    "hour_elasticity_newest": Declared(
        "Largest elasticity of GMV to this input if nothing else that changed lowered "
        "GMV, and the other input did nothing.",
        "1",
        "bound",
        MERCHANTS,
    ),
    "merchant_elasticity_newest": Declared(
        "Largest elasticity of GMV to this input if nothing else that changed lowered "
        "GMV, and the other input did nothing.",
        "1",
        "bound",
        MERCHANTS,
    ),
    "merchant_elasticity_tightest": Declared(
        "Largest elasticity of GMV to this input if nothing else that changed lowered "
        "GMV, and the other input did nothing.",
        "1",
        "bound",
        MERCHANTS,
    ),
    "hour_worth_most": Declared(
        "Largest marginal GMV of a user-hour in the newest bounded quarter, under the same assumption.",
        "RMB",
        "bound",
        MERCHANTS,
    ),
    "pinduoduo_year": Declared("Year of pinduoduo_ratio.", inputs=PEERS),
    "pinduoduo_ratio": Declared(
        "Kuaishou's GMV over the own report of the platform; definitions differ.", "%", inputs=PEERS
    ),
    "taobao_year": Declared("Year of taobao_ratio.", inputs=PEERS),
    "taobao_ratio": Declared(
        "Kuaishou's GMV over the own report of the platform; definitions differ.", "%", inputs=PEERS
    ),
    "douyin_first_year": Declared("Year of douyin_first_ratio.", inputs=PEERS),
    "douyin_first_ratio": Declared(
        "Kuaishou's GMV over the media estimate of the platform; definitions differ.", "%", "bound", PEERS
    ),
    "douyin_newest_year": Declared("Year of douyin_newest_ratio.", inputs=PEERS),
    "douyin_newest_ratio": Declared(
        "Kuaishou's GMV over the media estimate of the platform; definitions differ.", "%", "bound", PEERS
    ),
    "reported_until": Declared(
        "Newest year of GMV that another platform reported itself in RMB.", inputs=PEERS
    ),
    "shelf_year": Declared("Newest year for which a shelf share of both platforms is known.", inputs=SHELVES),
    "shelf_share": Declared(
        "Kuaishou's last printed pan-shelf share of GMV in that year.", "%", inputs=SHELVES
    ),
    "douyin_shelf_share": Declared(
        "Media estimate of the shelf's share of Douyin's GMV in that year.", "%", inputs=SHELVES
    ),
    "entry_user_growth": Declared(
        "Growth of daily users on a year earlier in the quarter in which the mall was "
        "first tested as an entrance.",
        "%",
        inputs=ENTRY,
    ),
    "live_year": Declared(
        "Newest year for which a ceiling of the part of live commerce is known.", inputs=LIVE
    ),
    "live_ceiling": Declared(
        "Kuaishou's GMV over the market in that year; its part is at most this.", "%", "bound", LIVE
    ),
    "live_estimates_apart": Declared(
        "How far the largest estimate of live commerce in that year lies above the smallest.",
        "%",
        inputs=LIVE,
    ),
    "online_year": Declared(
        "Newest year for which a ceiling of the part of online commerce is known.", inputs=ONLINE
    ),
    "online_ceiling": Declared(
        "Kuaishou's GMV over the market in that year; its part is at most this.", "%", "bound", ONLINE
    ),
    "online_first_year": Declared("First year of that ceiling for online retail.", inputs=ONLINE),
    "online_first_ceiling": Declared(
        "Kuaishou's GMV over online retail in that year; its part is at most this.", "%", "bound", ONLINE
    ),
    "forecasts": Declared("Forecasts of the articles that were public by then.", inputs=SCORED),
    "forecasts_scored": Declared("Of these, forecasts whose outcome was published.", inputs=SCORED),
    "forecasts_met": Declared("Scored forecasts that were met.", inputs=SCORED),
    "forecast_numbers": Declared("Forecasts that are a figure.", inputs=SCORED),
    "forecast_numbers_scored": Declared("Figures forecast whose outcome was published.", inputs=SCORED),
    "naive_compared": Declared("Scored forecasts beside which a naive rule stands.", inputs=SCORED),
    "naive_right": Declared("Of these, those where the naive rule was right.", inputs=SCORED),
    "insight": Declared("Of these, those where it was wrong.", inputs=SCORED),
    "largest_scaled_error": Declared(
        "Largest error of a forecast over the error of the naive rule.", "times", inputs=LATE
    ),
    "market_forecasts": Declared(
        "What became of the forecasts on Tmall and Douyin that have an outcome.", inputs=MARKET
    ),
}
