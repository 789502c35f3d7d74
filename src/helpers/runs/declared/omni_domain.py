"""What the notebook on the shelf and omni-domain operation answers with."""

from __future__ import annotations

from helpers.runs.results import Declared

GMV = "series:kuaishou_quarterly/ecommerce_gmv"
SHARE = "series:kuaishou_quarterly/pan_shelf_share_gmv"
SHELF_GROWTH = "series:kuaishou_quarterly/pan_shelf_gmv_yoy"
TRAFFIC = "series:kuaishou_quarterly/pan_shelf_traffic_yoy"
SHORT_VIDEO = "series:kuaishou_quarterly/short_video_gmv_yoy"
BUYERS = "series:kuaishou_quarterly/ecommerce_mab"
USERS = "data:kuaishou_quarterly/2023Q1/dau"
DOUYIN = "data:peers_annual/2024/Douyin e-commerce/shelf_share_gmv"
CLAIM = "fact:f080"
POT = "data:events/gravity_2023"

RESULTS: dict[str, Declared] = {
    "share_quarter": Declared(
        "Newest quarter for which the shelf's share of GMV is printed.", inputs=(SHARE,)
    ),
    "newest_share": Declared(
        "Newest printed share of the shelf in GMV, in the word of its source.", inputs=(SHARE,)
    ),
    "buyer_quarter": Declared(
        "Newest quarter whose monthly buyers are known with those of the year before.", inputs=(BUYERS,)
    ),
    "buyer_growth": Declared(
        "Growth of monthly buyers over the year to that quarter, with the rounding of both prints.",
        "%",
        "bound",
        inputs=(BUYERS,),
    ),
    "buyer_gmv_growth": Declared("Growth of GMV over the same year.", "%", "bound", inputs=(GMV,)),
    "split_quarter": Declared(
        "Quarter for which growth of traffic and of sales on the shelf are both printed.",
        inputs=(TRAFFIC, SHELF_GROWTH),
    ),
    "split_sales": Declared("Printed growth of pan-shelf GMV in that quarter.", inputs=(SHELF_GROWTH,)),
    "split_traffic": Declared("Printed growth of pan-shelf traffic in that quarter.", inputs=(TRAFFIC,)),
    "traffic_share": Declared(
        "Part of the log growth of pan-shelf GMV that is growth of traffic.",
        "%",
        "bound",
        inputs=(TRAFFIC, SHELF_GROWTH),
    ),
    "efficiency_gain": Declared(
        "Growth of sales per unit of pan-shelf traffic, old and new traffic alike.",
        "%",
        "bound",
        inputs=(TRAFFIC, SHELF_GROWTH),
    ),
    "new_traffic_ratio": Declared("Worth of a unit of new traffic over a unit of old traffic in this run."),
    "like_traffic_gain": Declared(
        "Growth of sales per unit of like traffic when new traffic has the worth assumed in this run.",
        "%",
        "bound",
        inputs=(TRAFFIC, SHELF_GROWTH),
    ),
    "ratio_without_gain": Declared(
        "Worth of new traffic over old traffic at which sales per unit of like traffic did not grow.",
        interval="bound",
        inputs=(TRAFFIC, SHELF_GROWTH),
    ),
    "over_width": Declared(
        "How far a share in words may lie from its figure under the convention.", "percentage points"
    ),
    "newest_quarter": Declared(
        "Newest quarter for which the shelf's part of the increase of GMV is known.", inputs=(GMV, SHARE)
    ),
    "shelf_part": Declared(
        "Part of the increase of GMV on a year earlier that was sold on the shelf, under the convention.",
        "%",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "floor_quarter": Declared(
        "Newest quarter in which the words alone bound the shelf's part of the increase from below.",
        inputs=(GMV, SHARE),
    ),
    "shelf_part_floor": Declared(
        "Least part of the increase of GMV that was sold on the shelf, by the words alone.",
        "%",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "shelf_growth": Declared(
        "Growth of pan-shelf GMV over the year to the newest quarter, under the convention.",
        "%",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "other_growth": Declared(
        "Growth of all other GMV, live streams and short videos, over the same year.",
        "%",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "other_growth_most": Declared(
        "Most that content can have grown over the year by the words alone.",
        "%",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "shelf_points": Declared(
        "Growth of GMV over the year to the newest quarter that was sold on the shelf.",
        "percentage points",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "other_points": Declared(
        "Growth of GMV over the same year that was sold anywhere else.",
        "percentage points",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "moved_more": Declared(
        "Field whose points of growth moved more from the second of the older years to the newest.",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "total_growth": Declared(
        "Growth of GMV over the year to the newest quarter.", "%", "bound", inputs=(GMV,)
    ),
    "first_quarter": Declared(
        "The first quarter whose split rests on printed growth of the shelf.", inputs=(SHARE, SHELF_GROWTH)
    ),
    "first_shelf_growth": Declared(
        "Printed growth of pan-shelf GMV over the year to the first of these quarters.",
        "%",
        "bound",
        inputs=(SHELF_GROWTH,),
    ),
    "first_part": Declared(
        "Part of the increase of GMV that was sold on the shelf in the first of these quarters.",
        "%",
        "bound",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "first_other_growth": Declared(
        "Growth of all other GMV over the year to the first of these quarters.",
        "%",
        "bound",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "second_quarter": Declared(
        "The second quarter whose split rests on printed growth of the shelf.", inputs=(SHARE, SHELF_GROWTH)
    ),
    "second_shelf_growth": Declared(
        "Printed growth of pan-shelf GMV over the year to the second of these quarters.",
        "%",
        "bound",
        inputs=(SHELF_GROWTH,),
    ),
    "second_part": Declared(
        "Part of the increase of GMV that was sold on the shelf in the second of these quarters.",
        "%",
        "bound",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "second_shelf_points": Declared(
        "Growth of GMV over the year to the second of these quarters that was sold on the shelf.",
        "percentage points",
        "bound",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "second_other_points": Declared(
        "Growth of GMV over the same year that was sold anywhere else.",
        "percentage points",
        "bound",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "second_other_growth": Declared(
        "Growth of all other GMV over the year to the second of these quarters.",
        "%",
        "bound",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "start_quarter": Declared(
        "Earliest quarter to which the shelf can be chained back.", inputs=(SHARE, SHELF_GROWTH)
    ),
    "start_share": Declared(
        "The shelf's share of GMV in that quarter, chained back from later prints.",
        "%",
        "bound",
        inputs=(GMV, SHARE, SHELF_GROWTH),
    ),
    "video_quarter": Declared(
        "Newest quarter for which growth of short video and of all content are known.",
        inputs=(GMV, SHARE, SHORT_VIDEO),
    ),
    "video_threshold": Declared(
        "Share of content that short video must have had a year before for live-stream sales to have fallen.",
        "%",
        "bound",
        inputs=(GMV, SHARE, SHORT_VIDEO),
    ),
    "video_growth": Declared("Printed growth of short-video GMV in that quarter.", inputs=(SHORT_VIDEO,)),
    "ceiling": Declared(
        "Ceiling of the shelf's share of GMV in the best logistic path, with its profile interval.",
        "%",
        "confidence",
        inputs=(SHARE,),
    ),
    "ceiling_range": Declared(
        "Ceilings that the prints do not exclude at the level of the run.", inputs=(SHARE,)
    ),
    "ceiling_level": Declared("Confidence level of that range.", "%"),
    "better_path": Declared(
        "Path that describes the prints better for its number of parameters, by Akaike's criterion.",
        inputs=(SHARE,),
    ),
    "akaike_gap": Declared(
        "Distance of the two paths in Akaike's criterion; below two they are as good as each other.",
        inputs=(SHARE,),
    ),
    "shares_printed": Declared("Quarters for which the shelf's share is printed.", "prints", inputs=(SHARE,)),
    "douyin_year": Declared(
        "Newest year of an estimate of the shelf's share of GMV at Douyin.", inputs=(DOUYIN,)
    ),
    "douyin_share": Declared(
        "Newest media estimate of the shelf's share of GMV at Douyin.", inputs=(DOUYIN,)
    ),
    "shelf_contribution": Declared(
        "Growth of GMV that the shelf added, at the displacement implied; the range is over every one.",
        "percentage points",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "growth_at_rest": Declared(
        "Growth of GMV once the share rests and content repeats its year; the range is over all parts.",
        "%",
        "sensitivity",
        inputs=(GMV, SHARE),
    ),
    "rest_additional": Declared(
        "The same growth if none of the shelf's increase was taken from content.",
        "%",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "rest_displaced": Declared(
        "The same growth if all of the shelf's increase was taken from content.",
        "%",
        "bound",
        inputs=(GMV, SHARE),
    ),
    "ahead_line": Declared(
        "Growth of GMV in the year ahead if the share follows the line fit, at the same displacement.",
        "%",
        inputs=(GMV, SHARE),
    ),
    "ahead_logistic": Declared(
        "Growth of GMV in the year ahead if the share follows the logistic fit, at the same displacement.",
        "%",
        inputs=(GMV, SHARE),
    ),
    "live_hours": Declared("Hours a day in which one item is live, in this run.", "hours"),
    "patience": Declared("Mean patience of a buyer with a need, in this run.", "hours"),
    "captured_share": Declared("Needs that are met by live hours alone.", "%"),
    "captured_simulated": Declared("The same from simulated needs.", "%", "confidence"),
    "shelf_gain": Declared("Needs that are met only with a shelf, of all needs.", "%"),
    "would_have_waited": Declared(
        "Part of the shelf's orders that would have waited; the range is over a grid of hours and patience.",
        "%",
        "sensitivity",
    ),
    "most_sensitive": Declared(
        "Assumption whose defensible range moves growth at rest the most.", inputs=(GMV, SHARE)
    ),
    "widest_swing": Declared(
        "How far that assumption moves growth at rest from one end of its range to the other.",
        "percentage points",
        inputs=(GMV, SHARE),
    ),
    "spectral_radius": Declared(
        "Spectral radius of the coupled flows in this run; from one on they do not settle."
    ),
    "flow_state": Declared("Whether the coupled flows settle at the rates of this run."),
    "flow_lift": Declared("Lift of GMV at rest by the coupling, at the rates of this run.", "%"),
    "flow_lift_one_way": Declared("The same without any reward to creators.", "%"),
    "flow_lift_zero_sum": Declared("The same if creators lose every buyer that is transferred.", "%"),
    "creator_lift": Declared("Lift of sales through creators at rest.", "%"),
    "own_live_lift": Declared("Lift of sales in merchants' own live streams at rest.", "%"),
    "lift_after_one": Declared("Lift of GMV one period after the coupling began.", "%"),
    "claimed_lift": Declared(
        "Increment of participants' GMV that was claimed for the plan.", "%", inputs=(CLAIM,)
    ),
    "reward_for_claim": Declared(
        "Traffic paid back per unit in the own stream at which the coupling gives the claimed lift.",
        inputs=(CLAIM,),
    ),
    "platform_gain": Declared(
        "Growth of platform GMV by the claimed lift, net of traffic taken from others.", "%", inputs=(CLAIM,)
    ),
    "share_for_one_point": Declared(
        "Share of GMV of participants that gives one point of platform growth; above a hundred none does.",
        "%",
        inputs=(CLAIM,),
    ),
    "taken_share": Declared(
        "Part of the participants' additional traffic that other sellers lose, in this run.", "%"
    ),
    "selection_strict": Declared(
        "Correlation of joining with growth that gives the claim without effect, beside all merchants.",
        inputs=(CLAIM,),
    ),
    "selection_usual": Declared(
        "Correlation of joining with growth that gives the claim without effect, beside those who stay out.",
        inputs=(CLAIM,),
    ),
    "selection_shown": Declared(
        "Lead of participants over the others by selection alone, at the correlation of this run.", "%"
    ),
    "pot_per_user_day": Declared(
        "Units of the yearly pot of traffic for each daily user and day.", "units", inputs=(POT, USERS)
    ),
    "before_festival_growth": Declared(
        "Growth of GMV on a year earlier in the quarter before the festival's.", "%", "bound", inputs=(GMV,)
    ),
    "festival_growth": Declared(
        "Growth of GMV on a year earlier in the quarter of the festival.", "%", "bound", inputs=(GMV,)
    ),
}
