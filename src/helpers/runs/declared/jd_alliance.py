"""Results of the notebook on the alliance with JD."""

from helpers.runs.results import Declared

JOINT_DAY = "data:events/jd_sales_day"
STORE = "data:events/jd_opens_on_douyin"
YOUZAN = "data:events/youzan_links_removed"
CUT = "data:events/cut_effective"
RETURN = "data:events/links_reopened"
GMV = "series:kuaishou_quarterly/ecommerce_gmv"
OWN_SHARE = "series:kuaishou_quarterly/own_shop_share_gmv"
USERS = "data:kuaishou_quarterly/2020Q2/dau"
BUYERS = "data:peers_annual/2019/JD/annual_active_buyers"
DECISIONS = (OWN_SHARE, YOUZAN, CUT, RETURN)

RESULTS = {
    "audience_said": Declared(
        "Daily users as an article gives them, a floor.", "million", inputs=("fact:f098",)
    ),
    "audience_used": Declared("Daily users that the game works with.", "million", inputs=(USERS,)),
    "audience_kind": Declared("Which figure the audience is.", inputs=(USERS,)),
    "audience_gap": Declared(
        "How far the article's floor lies above the figure used.", "%", inputs=("fact:f098", USERS)
    ),
    "jd_buyers": Declared(
        "JD's buyers of twelve months, another measure than daily users.", "million", inputs=(BUYERS,)
    ),
    "gree_turnover": Declared("Turnover of the Gree session.", "RMB m", inputs=("fact:f090",)),
    "gree_first_pace": Declared(
        "Least pace of its first half hour over its mean.",
        "times",
        inputs=("fact:f087", "fact:f088", "fact:f089", "fact:f090"),
    ),
    "brand_day_mean": Declared(
        "Mean turnover of the brand days before.", "RMB m", inputs=("fact:f113", "fact:f114")
    ),
    "gree_over_brand_day": Declared(
        "Gree session over the mean brand day.", "times", inputs=("fact:f090", "fact:f113", "fact:f114")
    ),
    "purifier_share": Declared(
        "Air purifiers in the Gree session's turnover.", "%", inputs=("fact:f090", "fact:f091", "fact:f092")
    ),
    "joint_day_paid": Declared(
        "Sold on the joint day; a later account calls it paid.", "RMB bn", inputs=(JOINT_DAY,)
    ),
    "joint_day_multiple": Declared(
        "Joint day over its quarter's average day, over baselines.",
        "times",
        "sensitivity",
        inputs=(JOINT_DAY, GMV),
    ),
    "joint_day_of_other_days": Declared(
        "Joint day over the average of the other days.", "times", inputs=(JOINT_DAY, GMV)
    ),
    "joint_day_share": Declared("Joint day in the quarter's GMV.", "%", inputs=(JOINT_DAY, GMV)),
    "joint_day_growth_points": Declared(
        "Most that the joint day adds to growth.", "percentage points", "bound", inputs=(JOINT_DAY, GMV)
    ),
    "joint_day_part_of_growth": Declared("The same in the quarter's increase.", "%", inputs=(JOINT_DAY, GMV)),
    "quarter_growth": Declared("Growth of GMV on the quarter before.", "%", inputs=(GMV,)),
    "festival_break_even": Declared(
        "Lift that makes it an ordinary festival day.", "times", inputs=(JOINT_DAY, GMV)
    ),
    "gree_sessions_in_day": Declared(
        "Joint day over the Gree session.", "sessions", inputs=(JOINT_DAY, "fact:f090")
    ),
    "brand_days_in_day": Declared(
        "Joint day over the mean brand day.", "sessions", inputs=(JOINT_DAY, "fact:f113", "fact:f114")
    ),
    "slogan_over_day": Declared(
        "The campaign's name as a sum over the day.", "times", inputs=("fact:f015", JOINT_DAY)
    ),
    "outside_share": Declared(
        "GMV placed outside own shops at the last exact print.", "%", inputs=(OWN_SHARE,)
    ),
    "outside_before": Declared(
        "GMV placed outside own shops in the first quarter printed.", "RMB bn", inputs=(OWN_SHARE, GMV)
    ),
    "outside_year_later": Declared(
        "GMV placed outside own shops in the second quarter printed.", "RMB bn", inputs=(OWN_SHARE, GMV)
    ),
    "gmv_multiple": Declared("GMV of the second over the first of them.", "times", inputs=(GMV,)),
    "outside_december": Declared(
        "Least GMV outside in the quarter with a share of its last month.", "RMB bn", inputs=(OWN_SHARE, GMV)
    ),
    "outside_at_cut": Declared(
        "Most GMV outside own shops in the quarter of the cut.", "RMB bn", inputs=(OWN_SHARE, GMV)
    ),
    "order_multiple": Declared("Orders counted in the app for each after the jump.", "times"),
    "supplier_multiple": Declared("The same for JD's sales.", "times"),
    "friction_points": Declared(
        "Gain without the jump if all outside orders were JD's.",
        "% of GMV",
        "bound",
        inputs=("data:kuaishou_quarterly/2020Q1/own_shop_share_gmv",),
    ),
    "friction_revenue": Declared(
        "The same in the platform's revenue.",
        "% of GMV",
        inputs=("data:kuaishou_quarterly/2020Q1/own_shop_share_gmv",),
    ),
    "earning_drop": Declared("Drop above which the order in the app earns more.", "%"),
    "first_drop": Declared("Buyers lost at the first jump, an assumption.", "%"),
    "test_size": Declared("Visitors in each arm of a test of the two paths.", "visitors"),
    "test_viewers": Declared("Viewers in each arm of such a test.", "viewers"),
    "synergy": Declared("Gain of acting together, margin a day.", "RMB m", "sensitivity", inputs=(USERS,)),
    "alliance_sales": Declared("Sales of JD goods on an ordinary day, as assumed.", "RMB m", inputs=(USERS,)),
    "gain_kuaishou": Declared(
        "Kuaishou's part of the gain over its margin standing alone.",
        "%",
        "sensitivity",
        inputs=(USERS, BUYERS),
    ),
    "gain_jd": Declared("JD's part of the gain over its margin standing alone.", "%", inputs=(USERS, BUYERS)),
    "need_ratio": Declared("The one over the other.", "times", "sensitivity", inputs=(USERS, BUYERS)),
    "need_words": Declared("The same in words.", inputs=(USERS, BUYERS)),
    "needs_more": Declared("Who gains more by its own size.", inputs=(USERS, BUYERS)),
    "synergy_most_sensitive": Declared("Assumption that moves the gain most.", inputs=(USERS,)),
    "pool_range_implied": Declared(
        "Part of all wants that the joint day implies for the pool.", "%", inputs=(JOINT_DAY, USERS)
    ),
    "pool_range": Declared("Part of all wants that JD's pool meets, an assumption.", "%"),
    "own_day_check": Declared(
        "Own sales in the model over the average day of GMV.", "%", inputs=(USERS, GMV)
    ),
    "anyway_end": Declared("Sales made anyway at which the gain is nil.", "%", inputs=(USERS,)),
    "logistics_lost": Declared("Part of the gain that goes with JD's delivery.", "%", inputs=(USERS,)),
    "split_binding": Declared("Whether an outside option decides the split.", inputs=(USERS,)),
    "substitutes_bind": Declared(
        "Part of JD's pool that own goods must replace to count.", "%", inputs=(USERS,)
    ),
    "gmv_of_pinduoduo": Declared(
        "Kuaishou's GMV over Pinduoduo's in the year of the joint day.",
        "%",
        inputs=("data:peers_annual/2020/Kuaishou/gmv", "data:peers_annual/2020/Pinduoduo/gmv"),
    ),
    "douyin_binds": Declared("Gain with Douyin over Kuaishou's that raises JD's part.", "times"),
    "shapley_kuaishou": Declared("Kuaishou's Shapley value, three players.", "RMB m", inputs=(USERS,)),
    "shapley_jd": Declared("JD's Shapley value, three players.", "RMB m", inputs=(USERS,)),
    "exclusive_kuaishou": Declared(
        "Most that Kuaishou can hold under exclusive supply.", "RMB m", inputs=(USERS,)
    ),
    "exclusive_pays": Declared("Premium that makes exclusive supply worth more.", "%"),
    "split_kuaishou": Declared("Kuaishou's gain in the bargain of two.", "RMB m", inputs=(USERS,)),
    "store_promise": Declared(
        "Sales reported as promised for JD's store on Douyin.", "RMB bn", inputs=(STORE,)
    ),
    "store_over_joint_day": Declared("That promise over the joint day.", "times", inputs=(STORE, JOINT_DAY)),
    "store_in_days": Declared(
        "The same in Kuaishou's average days then.", "average days", inputs=(STORE, GMV)
    ),
    "youzan_share": Declared(
        "GMV that needs no partner, on a smooth path: Youzan dropped.",
        "%",
        "bound",
        inputs=(OWN_SHARE, YOUZAN),
    ),
    "cut_share": Declared(
        "GMV that needs no partner, on a smooth path: JD dropped.", "%", "bound", inputs=(OWN_SHARE, CUT)
    ),
    "reopening_share": Declared(
        "GMV that needs no partner, on a smooth path: JD restored.", "%", "bound", inputs=(OWN_SHARE, RETURN)
    ),
    "cut_ratio": Declared("Ratio read from the cut of JD's links.", "%", "bound", inputs=(OWN_SHARE, CUT)),
    "youzan_needs": Declared(
        "Least ratio with which the rule drops Youzan's links.", "%", inputs=(OWN_SHARE, YOUZAN)
    ),
    "reopening_needs": Declared(
        "Ratio below which the rule takes JD's links back.", "%", inputs=(OWN_SHARE, RETURN)
    ),
    "one_ratio": Declared("Whether one ratio meets all.", inputs=DECISIONS),
    "festival_needed": Declared(
        "Festival margin from which on one ratio meets all decisions.", "times", inputs=DECISIONS
    ),
    "festival_on_path": Declared(
        "The same on the smooth path, for the return alone.", "times", inputs=(OWN_SHARE, CUT, RETURN)
    ),
    "run_ratio": Declared("Ratio of this run, an assumption.", "%"),
    "rule_day": Declared("Day on which the rule drops a link at the ratio of this run.", inputs=(OWN_SHARE,)),
    "rule_gap": Declared("That day beside the cut.", inputs=(OWN_SHARE, CUT)),
    "douyin_share": Declared(
        "Douyin's sales in own shops in the year of its cut.",
        "%",
        "bound",
        inputs=("data:peers_annual/2020/Douyin e-commerce/gmv",),
    ),
    "douyin_needs": Declared(
        "Least ratio with which the rule has Douyin cut.",
        "%",
        inputs=("data:peers_annual/2020/Douyin e-commerce/gmv",),
    ),
    "survey_jump": Declared(
        "Transactions that had to jump, by a survey.",
        "%",
        inputs=("data:kuaishou_annual/2020/third_party_jump_share",),
    ),
    "outside_first_share": Declared(
        "GMV placed outside own shops in the first quarter printed.",
        "%",
        inputs=("data:kuaishou_quarterly/2020Q1/own_shop_share_gmv",),
    ),
}
