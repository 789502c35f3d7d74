"""The charts of the page on the shelf: what each shows, its words and its colours.

Rates and shares come as fractions, as the models give them, unless a name says otherwise.
"""

from __future__ import annotations

import pandas as pd

from helpers.charts import describe
from helpers.charts.bars import chart_bars
from helpers.charts.events import HERE, select_quarter_events
from helpers.charts.frame import FramedChart, Source, chart_message, frame
from helpers.charts.intervals import chart_intervals, chart_tornado
from helpers.charts.lines import chart_lines
from helpers.charts.surfaces import Point, chart_heat_map
from helpers.charts.timelines import chart_timeline

OWN = "own computation"
FLOWS = "own computation, coupled-flow model"
FITS = "own fits"
NO_YEAR = "The shelf's share was not printed for two quarters a year apart"
NO_VIDEO = "Growth of short video and of content are not both known for any quarter"
STEPS = {
    "mall_grey_test": "mall tested as a top tab",
    "merchants_116_2022": "mall promised for Double Eleven",
    "call_2022q3": "mall put off for want of goods",
    "river_flow_launch": "River-Flow plan starts",
    "omni_domain_named": "omni-domain operation named",
    "gravity_2023": "River-Flow traffic doubled",
    "call_2023q2": "mall test planned again",
    "reorganisation_2023": "mall runs search",
    "call_2024q1": "mall open to all",
    "gmv_disclosure_ends": "end of GMV prints announced",
}
FIELDS = {"shelf_points": "shelf", "other_points": "content"}
PATHS = {"line": "straight line", "logistic": "logistic", "logistic_low": "lowest ceiling"}
FUTURES = {"line": "straight line", "logistic": "logistic", "at_rest": "share at rest"}
PATH_COLOURS = {
    "printed": "shelf",
    "share at rest": "shelf",
    "logistic": "ink",
    "straight line": "neutral",
    "lowest ceiling": "uncertainty",
}
ASSUMPTIONS = {
    "displacement": "part taken from content",
    "content_shift": "pace of content",
    "patience_hours": "mean patience",
    "live_hours_per_day": "live hours of an item",
    "patience_law": "law of patience",
    "over_share_width_points": "reach of over and nearly",
}
UNITS = {"patience_hours": "hours", "live_hours_per_day": "hours", "over_share_width_points": "points"}
LAWS = {"heavy": "heavy tail", "fixed": "all alike"}


def chart_share(shares: pd.DataFrame, events: pd.DataFrame, source: Source) -> FramedChart:
    """Draw the shelf's share of GMV (percent, as printed) with the opening of the mall."""
    opening = select_quarter_events(events, {"call_2024q1": STEPS["call_2024q1"]})
    return frame(
        chart_lines(
            shares,
            measure="Pan-shelf, % of GMV",
            colours={"neutral": "shelf"},
            number=".0f",
            events=opening[opening["period"].isin(shares["period"])],
        ),
        title=describe.title_series(shares, "GMV sold on the pan-shelf"),
        subtitle="Percent of GMV by quarter, as printed; a quarter without a mark was not printed.",
        source=source,
        alt=describe.describe_series(shares, "the pan-shelf's share of GMV"),
        name="shelf-share",
    )


def chart_steps(events: pd.DataFrame, source: Source) -> FramedChart:
    """Draw how the shelf was built; rows are those events that `STEPS` names."""
    steps = events.assign(
        step=events["event_id"].map(STEPS), known=events["date"], date=events["date"].map(pd.Timestamp)
    )
    return frame(
        chart_timeline(steps, event="step", label="known", announced="announced", colour="shelf"),
        title="How the shelf was built",
        subtitle="Days, months or quarters as the sources give them.",
        source=source,
        alt=describe.describe_timeline(
            steps.sort_values("date"), "steps towards the shelf", event="step", label="known"
        ),
        name="shelf-steps",
    )


def chart_buyers(buyers: pd.DataFrame, source: Source) -> FramedChart:
    """Draw monthly buyers (million)."""
    return frame(
        chart_lines(buyers, measure="Monthly buyers, million", colours={"neutral": "kuaishou"}, number=".0f"),
        title=describe.title_series(buyers, "Monthly buyers", unit="million"),
        subtitle="Million accounts; a few quarters are computed from a later print and its growth rate.",
        source=source,
        alt=describe.describe_series(buyers, "monthly buyers", unit="million"),
        name="monthly-buyers",
    )


def chart_like_traffic(
    gains: pd.DataFrame, this_run: float, no_gain: float | None, source: Source
) -> FramedChart:
    """Draw the gain on like traffic over the worth of new traffic, with this run and the point of no gain."""
    drawn = _to_percent(gains, "like_traffic_gain", "low", "high")
    places = {HERE: this_run, "no gain": no_gain}
    marks = pd.DataFrame({"new_traffic_value_ratio": places}).rename_axis("event").reset_index().dropna()
    return frame(
        chart_lines(
            drawn,
            x="new_traffic_value_ratio",
            y="like_traffic_gain",
            band=("low", "high"),
            measure="Gain on like traffic, %",
            x_title="Worth of a unit of new traffic over a unit of old traffic",
            colours={"neutral": "shelf"},
            number=".0f",
            events=marks,
        ),
        title="How much better the old traffic sold, by the worth of the new",
        subtitle="Percent growth of sales per unit of like traffic; rounding hardly shows beside the line.",
        source=[source, OWN],
        alt=describe.describe_series(
            drawn, "the gain on like traffic", x="new_traffic_value_ratio", y="like_traffic_gain"
        ),
        name="traffic-efficiency",
    )


def chart_growth_points(splits: pd.DataFrame, source: Source) -> FramedChart:
    """Draw what shelf and content added to the growth of GMV, quarter by quarter."""
    fields = _take_convention(splits).query("quantity in @FIELDS")
    fields = fields.assign(field=fields["quantity"].map(FIELDS))
    fields = fields.assign(label=fields["period"] + " " + fields["field"])
    fields = fields.sort_values(["period", "quantity"], ascending=[True, False])
    return frame(
        chart_message(NO_YEAR)
        if fields.empty
        else chart_bars(
            fields,
            category="label",
            category_title="Year to the quarter, field",
            group="field",
            interval=("low", "high"),
            measure="Added to the growth of GMV, percentage points",
            colours={"shelf": "shelf", "content": "live_stream"},
            number=".1f",
        ),
        title="Where the growth of GMV was sold",
        subtitle="Percentage points of growth on a year earlier; ranges under the rounding convention.",
        source=[source, OWN],
        alt=describe.describe_bars(
            fields,
            "points of growth by field",
            category="label",
            value="value",
            unit="percentage points",
        ),
        name="growth-points",
    )


def chart_increment_parts(splits: pd.DataFrame, source: Source) -> FramedChart:
    """Draw the shelf's part of the increase, and its floor where the words alone give one."""
    parts = splits[splits["quantity"] == "shelf_part_of_increment"]
    floors = _to_percent(parts.query("reading == 'words' and low > 0"), "low").assign(value=None, high=None)
    rows = pd.concat([_take_convention(parts), floors]).astype({"value": float, "high": float})
    rows = rows.assign(reading=rows["reading"].replace("words", "words alone"))
    rows = rows.sort_values(["period", "reading"]).assign(label=rows["period"] + ", " + rows["reading"])
    return frame(
        chart_message(NO_YEAR)
        if rows.empty
        else chart_intervals(
            rows,
            group="reading",
            measure="Shelf's part of the increase of GMV, %",
            colours={"convention": "shelf", "words alone": "uncertainty"},
            number=".0f",
        ),
        title="The shelf's part of the increase of GMV on a year earlier",
        subtitle="Percent of the increase; an arrow is a side that the words leave open.",
        source=[source, OWN],
        alt=describe.describe_rows(rows, "the shelf's part", label="label", value="value", unit="%"),
        name="increment-parts",
    )


def chart_live_growth(lives: pd.DataFrame, thresholds: pd.DataFrame, source: Source) -> FramedChart:
    """Draw growth of live-stream sales over the size of short video, and where it turns into a fall."""
    drawn = _to_percent(lives, "short_video_share", "growth", "low", "high")
    turns = _take_convention(thresholds).query("quantity == 'short_video_share_of_other' and value > 0")
    turns = turns.assign(event=turns["period"] + " turns", short_video_share=turns["value"])
    quarters = sorted(drawn["period"].unique())
    return frame(
        chart_message(NO_VIDEO)
        if drawn.empty
        else chart_lines(
            drawn,
            x="short_video_share",
            y="growth",
            series="period",
            band=("low", "high"),
            measure="Growth of live-stream sales, %",
            x_title="Share of content that was short video a year before, %",
            colours=dict.fromkeys(quarters, "uncertainty") | dict.fromkeys(quarters[-1:], "live_stream"),
            number=".0f",
            events=turns[["short_video_share", "event"]],
        ),
        title="What live-stream sales did, by a share that was never printed",
        subtitle="Percent on a year earlier; bands are the rounding convention.",
        source=[source, OWN],
        alt=describe.describe_series(drawn, "growth of live-stream sales", x="short_video_share", y="growth"),
        name="live-stream-growth",
    )


def chart_share_paths(
    prints: pd.DataFrame, paths: pd.DataFrame, why: str | None, source: Source
) -> FramedChart:
    """Draw the printed shares and the fitted paths over quarters counted, or why there are none."""
    drawn = paths.rename(columns=PATHS).melt("period", list(PATHS.values()), "path")
    drawn = pd.concat([prints.assign(path="printed"), drawn], ignore_index=True)
    places = {period: place for place, period in enumerate(paths["period"])}
    drawn = drawn.assign(quarter=drawn["period"].map(places), share=drawn["value"].astype(float))
    drawn = drawn.assign(low=drawn["low"].fillna(drawn["share"]), high=drawn["high"].fillna(drawn["share"]))
    drawn = _to_percent(drawn, "share", "low", "high")
    return frame(
        chart_message(why)
        if why
        else chart_lines(
            drawn,
            x="quarter",
            y="share",
            series="path",
            band=("low", "high"),
            measure="Pan-shelf, % of GMV",
            x_title="Quarters from the first printed share",
            colours=PATH_COLOURS,
            dashed=["straight line", "lowest ceiling"],
            dotted=["printed"],
            number=".0f",
        ),
        title="Printed shares and the paths that fit them",
        subtitle="Percent of GMV; bands are what prints allow, the lowest ceiling ends its interval.",
        source=[source, FITS],
        alt=describe.describe_series(drawn.query("path == 'logistic'"), "the path", x="quarter", y="share"),
        name="share-paths",
    )


def chart_ceiling_profile(profile: pd.DataFrame, why: str | None, source: Source) -> FramedChart:
    """Draw how much worse each ceiling fits, beside the loss that the level of the run allows."""
    losses = profile[profile["loss"] <= 4 * profile["limit"]].rename(columns={"loss": "loss of fit"})
    losses = losses.assign(ceiling=(100 * losses["ceiling"]).round(1))
    losses = losses.melt("ceiling", var_name="curve", value_name="lost")
    return frame(
        chart_message(why)
        if why
        else chart_lines(
            losses,
            x="ceiling",
            y="lost",
            series="curve",
            measure="Twice the loss of log likelihood",
            x_title="Ceiling of the shelf's share, % of GMV",
            colours={"loss of fit": "shelf", "limit": "ink"},
            dashed=["limit"],
            number=".3~g",
        ),
        title="How badly each ceiling fits the printed shares",
        subtitle="Twice the loss of log likelihood; a ceiling stays in the interval while below the limit.",
        source=[source, FITS],
        alt=describe.describe_series(
            losses.query("curve == 'loss of fit'"),
            "the loss of fit by ceiling",
            x="ceiling",
            y="lost",
            unit="",
        ),
        name="ceiling-profile",
    )


def chart_growth_ahead(ahead: pd.DataFrame, implied: float, why: str | None, source: Source) -> FramedChart:
    """Draw growth in the year ahead over the part taken from content, by path of the share."""
    futures = ahead[ahead["path"].isin(list(FUTURES))]
    futures = _to_percent(futures.assign(path=futures["path"].map(FUTURES)), "displacement", "growth")
    return frame(
        chart_message(why)
        if why
        else chart_lines(
            futures,
            x="displacement",
            y="growth",
            series="path",
            measure="Growth of GMV, %",
            x_title="Shelf's increase taken from content, %",
            colours=PATH_COLOURS,
            dashed=["straight line"],
            number=".0f",
            events=pd.DataFrame(
                {"displacement": [100 * implied], "event": ["implied by hours and patience"]}
            ),
        ),
        title="Growth in the year ahead, by what the shelf takes from content",
        subtitle="Percent; content repeats its year, the share rests or follows a fitted path.",
        source=[source, OWN],
        alt=describe.describe_series(
            futures.query("path == 'share at rest'"),
            "growth with the share at rest",
            x="displacement",
            y="growth",
        ),
        name="growth-ahead",
    )


def chart_needs_met(capture: pd.DataFrame, this_run: float) -> FramedChart:
    """Draw the needs that live hours alone meet, by mean patience (hours); this run's stands out."""
    curves = _to_percent(capture, "captured_share")
    names = {hours: f"patience {hours:g} h" for hours in sorted(curves["patience_hours"].unique())}
    curves = curves.assign(patience=curves["patience_hours"].map(names))
    return frame(
        chart_lines(
            curves,
            x="live_hours_per_day",
            y="captured_share",
            series="patience",
            measure="Needs met without a shelf, %",
            x_title="Hours a day in which the item is live",
            colours=dict.fromkeys(names.values(), "neutral") | {names[this_run]: "live_stream"},
            number=".0f",
        ),
        title="Needs that a live stream meets by itself",
        subtitle="Percent of all needs; what is missing to the top is what a shelf can add.",
        source="own computation, certain-demand model",
        alt=describe.describe_series(
            curves, "needs met without a shelf", x="live_hours_per_day", y="captured_share"
        ),
        name="needs-met",
    )


def chart_waiting(waiting: pd.DataFrame, live_hours: float, patience: float) -> FramedChart:
    """Draw the part of the shelf's orders that would have waited, over live hours and patience."""
    cells = _to_percent(waiting, "would_have_waited")
    return frame(
        chart_heat_map(
            cells,
            x="live_hours_per_day",
            y="patience_hours",
            value="would_have_waited",
            measure="Orders that would have waited, %",
            x_title="Hours a day in which the item is live",
            y_title="Mean patience, hours",
            edges=[10, 20, 30, 40, 60, 80],
            default=Point(live_hours, patience, HERE),
            number=".0f",
        ),
        title="The part of the shelf's orders that would have waited for a stream",
        subtitle="Percent of the orders that a shelf takes off air; the mark is this run.",
        source="own computation, certain-demand model",
        alt=describe.describe_grid(
            cells,
            "orders that would wait",
            x="live_hours_per_day",
            y="patience_hours",
            value="would_have_waited",
            unit="%",
        ),
        name="would-have-waited",
    )


def chart_swings(
    swings: pd.DataFrame, baseline: float | None, why: str | None, source: Source
) -> FramedChart:
    """Draw how far each assumption moves growth once the share rests."""
    bars = _to_percent(swings, "result_low", "result_high")
    for end in ("setting_low", "setting_high"):
        bars[end] = [_write_setting(*row) for row in zip(bars["parameter"], bars[end], strict=True)]
    bars["parameter"] = bars["parameter"].map(ASSUMPTIONS)
    return frame(
        chart_message(why or "")
        if baseline is None
        else chart_tornado(
            bars,
            baseline=100 * baseline,
            measure="Growth of GMV with the share at rest, %",
            number=".3~g",
        ),
        title=describe.title_tornado(bars, "What moves growth at rest most"),
        subtitle="Percent a year; each assumption goes to both ends of its range while the others stay.",
        source=[source, OWN],
        alt=describe.describe_tornado(bars, "growth once the share rests", unit="percentage points"),
        name="rest-tornado",
    )


def chart_coupling_path(path: pd.DataFrame, claim: float | None, why: str | None) -> FramedChart:
    """Draw the lift of GMV since the coupling began, and the claimed lift where one is known."""
    claimed = path.assign(case="claimed, at least", lift=claim).dropna(subset="lift")
    ways = _to_percent(pd.concat([path.assign(case="coupled"), claimed]), "lift")
    return frame(
        chart_message(why)
        if why
        else chart_lines(
            ways.astype({"step": float}),
            x="step",
            y="lift",
            series="case",
            measure="Lift of GMV, %",
            x_title="Periods since the coupling began",
            colours={"coupled": "live_stream", "claimed, at least": "ink"},
            dashed=["claimed, at least"],
            number=".3~g",
        ),
        title="How a coupling lifts GMV over time",
        subtitle="Percent above the level without the coupling, at the rates of this run.",
        source=FLOWS,
        alt=describe.describe_series(ways.query("case == 'coupled'"), "the lift of GMV", x="step", y="lift"),
        name="coupling-path",
    )


def chart_rates(lifts: pd.DataFrame, rewards: pd.DataFrame, transfer: float, reward: float) -> FramedChart:
    """Draw the lift at rest over both rates, with the line on which the model gives the claimed lift."""
    cells = _to_percent(lifts, "lift")
    line = rewards[rewards["reward_rate"] <= cells["reward_rate"].max()]
    return frame(
        chart_heat_map(
            cells,
            x="transfer_rate",
            y="reward_rate",
            value="lift",
            measure="Lift of GMV at rest, %",
            x_title="Transfer per buyer through creators",
            y_title="Reward per buyer in the own stream",
            edges=[5, 10, 20, 40, 80, 160],
            contour=line if len(line) > 1 else None,
            contour_label="as claimed",
            default=Point(transfer, reward, HERE),
            number=".0f",
        ),
        title="The lift at rest, by transfer and reward",
        subtitle="Percent of GMV without the coupling; along the line, if any, the model gives the claim.",
        source=FLOWS,
        alt=describe.describe_grid(
            cells, "the lift at rest", x="transfer_rate", y="reward_rate", value="lift", unit="%", spec=".0f"
        ),
        name="coupling-rates",
    )


def chart_selection(
    needed: pd.DataFrame, limit: pd.DataFrame, share: float, spread: float, why: str | None
) -> FramedChart:
    """Draw the correlation that explains the claim, over share of participants and spread of growth."""
    cells = _to_percent(needed, "participant_share", "growth_spread")
    edge = _to_percent(limit[limit["growth_spread"] <= 1], "participant_share", "growth_spread")
    return frame(
        chart_message(why)
        if why
        else chart_heat_map(
            cells,
            x="participant_share",
            y="growth_spread",
            value="correlation_over_all",
            measure="Correlation that explains the claim",
            x_title="Merchants who take part, %",
            y_title="Spread of merchants' growth, percentage points",
            edges=[0.1, 0.2, 0.3, 0.5, 0.7, 1.0],
            contour=edge if len(edge) > 1 else None,
            contour_label="correlation of one",
            default=Point(100 * share, 100 * spread, HERE),
            number=".1f",
        ),
        title="How strong selection must be to explain the claim by itself",
        subtitle="Correlation of joining with growth that comes anyway; one is the most.",
        source="own computation, selection model",
        alt=describe.describe_grid(
            cells,
            "the correlation",
            x="participant_share",
            y="growth_spread",
            value="correlation_over_all",
            unit="",
            spec=".2f",
        ),
        name="selection-needed",
    )


def _to_percent(data: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return data.assign(**{column: 100 * data[column] for column in columns})


def _take_convention(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["reading"] == "convention"].dropna(subset="value")
    return _to_percent(rows, "value", "low", "high")


def _write_setting(parameter: str, setting: object) -> str:
    number = f"{setting:g} {UNITS[parameter]}" if parameter in UNITS else ""
    return number or LAWS.get(str(setting), str(setting))
