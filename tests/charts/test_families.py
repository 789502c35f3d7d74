from __future__ import annotations

import re
from functools import cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from chart_examples import EXAMPLES, framed

from helpers.charts import bars, distributions, frame, intervals, lines, slopes, surfaces, theme, timelines
from helpers.errors import InputError

EMPTY = {
    "lines": lambda: lines.chart_lines(pd.DataFrame(columns=["period", "value"]), measure="GMV"),
    "bars": lambda: bars.chart_bars(pd.DataFrame(columns=["category", "value"]), measure="GMV"),
    "intervals": lambda: intervals.chart_intervals(
        pd.DataFrame(columns=["label", "value", "low", "high"]), measure="Effect"
    ),
    "specifications": lambda: intervals.chart_specifications(
        pd.DataFrame(columns=["effect", "low", "high", "trend"]), choices=["trend"], measure="Effect"
    ),
    "tornado": lambda: intervals.chart_tornado(
        pd.DataFrame(columns=["parameter", "result_low", "result_high", "setting_low", "setting_high"]),
        baseline=1,
        measure="Effect",
    ),
    "heat map": lambda: surfaces.chart_heat_map(
        pd.DataFrame(columns=["x", "y", "value"]), x="x", y="y", measure="Net", x_title="X", y_title="Y"
    ),
    "regions": lambda: surfaces.chart_regions(
        pd.DataFrame(columns=["x", "y"]), x="x", y="y", x_title="X", y_title="Y", above="A", below="B"
    ),
    "slope": lambda: slopes.chart_slope(
        pd.DataFrame(columns=["label", "start", "end"]), start_title="1", end_title="2", measure="GMV"
    ),
    "histogram": lambda: distributions.chart_histogram(
        pd.DataFrame(columns=["start", "end", "count"]), measure="Weeks", x_title="Hours"
    ),
    "timeline": lambda: timelines.chart_timeline(pd.DataFrame(columns=["date", "event"])),
}


def spec_of(chart: Any) -> dict[str, Any]:
    return frame._inline(chart.to_dict())


@cache
def drawn_text(name: str) -> str:
    return vl_convert.vegalite_to_svg(framed(name).spec, vl_version="6.4")


def layers_with(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_draws_marks_without_warnings(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The compiler has nothing to say and the picture holds marks."""
    svg = vl_convert.vegalite_to_svg(framed(name).spec, vl_version="6.4", show_warnings=True)
    assert "WARN" not in "".join(capfd.readouterr())
    assert svg.count("<path") + svg.count("<line") + svg.count("<text") > 3
    assert "NaN" not in svg
    assert "undefined" not in svg


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_uses_palette_literals_only(name: str) -> None:
    """A colour outside the palette would not follow the reader's dark mode."""
    used = set(re.findall(r'"(#[0-9a-fA-F]{3,8})"', drawn_text(name)))
    assert used <= {light for light, _ in theme.named_pairs().values()}


@pytest.mark.parametrize("family", sorted(EMPTY))
def test_empty_data_give_a_message(family: str) -> None:
    """An edition before the first figure shows a sentence, not an error."""
    spec = spec_of(EMPTY[family]())
    assert spec["data"]["values"] == [{"_message": "Nothing published by then"}]


def test_lines_are_named_at_their_ends() -> None:
    """Direct labels stand instead of a legend."""
    svg = drawn_text("gmv-lines")
    assert svg.count(">Kuaishou</text>") == 1
    assert svg.count(">Own shops</text>") == 1
    assert "legend-label" in svg  # the key of the hollow marks
    assert ">Series<" not in svg


def test_values_that_are_not_exact_are_hollow() -> None:
    """A bound never looks like a published value."""
    shapes = {
        layer["mark"]["shape"]: layer
        for layer in layers_with(framed("gmv-lines").spec, "point")
        if "shape" in layer["mark"]
    }
    assert set(shapes) == {"triangle-up", "triangle-down", "circle"}
    assert all(layer["encoding"]["fill"] == {"value": theme.colour("paper")} for layer in shapes.values())
    assert shapes["triangle-up"]["data"]["values"][0]["value_reading"] == "at least"


def test_line_is_broken_at_the_missing_quarter() -> None:
    """The example leaves out one quarter of one series."""
    (stroke,) = layers_with(framed("gmv-lines").spec, "line")
    runs = pd.DataFrame(stroke["data"]["values"]).groupby("series")["_run"].nunique()
    assert runs.to_dict() == {"Kuaishou": 2, "Own shops": 1}


def test_events_and_spans_beyond_the_drawn_periods_are_cut() -> None:
    """A dated edition draws fewer periods; what lies outside must not widen the axis."""
    data = pd.DataFrame({"period": ["2021Q1", "2021Q2", "2021Q3"], "value": [1.0, 2.0, 3.0]})
    events = pd.DataFrame({"period": ["2021Q2", "2022Q1"], "event": ["inside", "outside"]})
    spans = pd.DataFrame(
        {"start": ["2021Q2", "2022Q1"], "end": ["2022Q4", "2022Q4"], "span": ["cut", "later"]}
    )
    spec = spec_of(lines.chart_lines(data, measure="GMV", events=events, spans=spans))
    rows = [row for layer in spec["layer"] for row in layer["data"]["values"]]
    assert {row["event"] for row in rows if "event" in row} == {"inside"}
    assert [(row["span"], row["end"]) for row in layers_with(spec, "rect")[0]["data"]["values"]] == [
        ("cut", "2021Q3")
    ]


def test_single_line_takes_its_colour_by_name() -> None:
    """A line that is alone needs no series to be painted."""
    data = pd.DataFrame({"period": ["2020", "2022"], "value": [1.0, 2.0]})
    spec = spec_of(lines.chart_lines(data, measure="Share", colour="own_shops", bridged=True))
    assert theme.colour("own_shops") in spec["layer"][0]["encoding"]["color"]["scale"]["range"]
    assert layers_with(spec, "line")[0]["mark"]["strokeDash"] == [1, 4]


def test_axis_starts_at_zero_unless_told_otherwise() -> None:
    """Heights of amounts can be compared; growth rates may be cut."""
    data = pd.DataFrame({"period": ["2020", "2021"], "value": [90, 110]})
    domains = [
        spec_of(lines.chart_lines(data, measure="GMV", zero=zero))["layer"][0]["encoding"]["y"]["scale"][
            "domain"
        ]
        for zero in (True, False)
    ]
    assert domains[0][0] == 0
    assert domains[1][0] >= 80


def test_ranked_bars_are_in_order_of_size() -> None:
    """The largest stands first, whatever the order of the rows."""
    spec = framed("ranked-bars").spec
    order = spec["layer"][0]["encoding"]["y"]["sort"]
    assert order == ["Taobao and Tmall", "Pinduoduo", "JD", "Douyin (抖音)", "Kuaishou"]


def test_bars_say_which_values_are_bounds() -> None:
    """The words beside a hollow bar name its reading."""
    svg = drawn_text("ranked-bars")
    assert ">about 7,200<" in svg
    assert ">\u2265 2,700<" in svg
    assert ">1,184<" in svg


def test_contributions_take_colour_from_their_sign() -> None:
    """What adds and what takes away differ in colour, the total in neither."""
    spec = framed("contributions").spec
    paint = spec["layer"][0]["encoding"]["color"]["scale"]
    assert dict(zip(paint["domain"], paint["range"], strict=True)) == {
        "adds": theme.colour("gain"),
        "takes away": theme.colour("loss"),
        "total": theme.colour("ink"),
    }


def test_contributions_can_be_ranked_with_the_total_last() -> None:
    """The sum is no part of the ranking."""
    data = pd.DataFrame({"category": ["All", "Small", "Large"], "value": [9.0, 2.0, 7.0]})
    spec = spec_of(bars.chart_contributions(data, total="All", measure="Points", ranked=True))
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["Large", "Small", "All"]


def test_bars_of_zero_still_draw() -> None:
    """Nothing lost is a result, too."""
    data = pd.DataFrame({"category": ["Loss"], "value": [0.0]})
    spec = spec_of(bars.chart_bars(data, measure="Points"))
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 1]


def test_open_interval_ends_in_an_arrow_and_says_so() -> None:
    """An interval without an upper end is not drawn as if it had one."""
    spec = framed("sorted-intervals").spec
    (arrow,) = layers_with(spec, "point")
    assert arrow["mark"]["shape"] == "triangle-right"
    assert [row["label"] for row in arrow["data"]["values"]] == ["Structural"]
    assert ">+2.0 (at least +0.5)<" in drawn_text("sorted-intervals")


def test_interval_without_a_best_value_has_no_dot() -> None:
    """A bound is a range; a dot in its middle would invent a number."""
    dots = layers_with(framed("sorted-intervals").spec, "circle")
    assert "Bound" not in {row["label"] for layer in dots for row in layer["data"]["values"]}
    assert ">+0.7 to +1.3<" in drawn_text("sorted-intervals")


def test_specification_curve_is_sorted_and_marks_what_excludes_zero() -> None:
    """All estimates are shown in order; none is picked."""
    (table,) = framed("specification-curve").tables()
    assert table["Effect (%)"].is_monotonic_increasing
    beyond = (table["Low"] > 0) | (table["High"] < 0)
    assert list(table["Interval"]) == ["excludes zero" if flag else "includes zero" for flag in beyond]


def test_specification_panel_has_a_mark_for_each_choice() -> None:
    """Two specifications with two choices each make four marks, option by option."""
    ordered = pd.DataFrame(
        {"rank": [1, 2], "interval": "includes zero", "trend": ["a", "b"], "dummy": ["no", "yes"]}
    )
    panel = intervals._choice_panel(ordered, ["trend", "dummy"])
    assert list(panel["_option"]) == ["trend: a", "trend: b", "dummy: no", "dummy: yes"]
    assert list(panel["_rank"]) == [1, 2, 1, 2]


def test_tornado_puts_the_widest_parameter_first() -> None:
    """The order is the message."""
    spec = framed("tornado").spec
    assert spec["layer"][0]["encoding"]["y"]["sort"] == ["Outside share", "Won back", "Fee rate"]


def test_words_beside_bars_have_their_room_however_narrow_the_chart_is() -> None:
    """Long settings leave the bars what is left, and only the ticks inside the data are named."""
    data = pd.DataFrame(
        {
            "parameter": ["a"],
            "result_low": [0.0],
            "result_high": [10.0],
            "setting_low": ["slowest"],
            "setting_high": ["1"],
        }
    )
    x = spec_of(intervals.chart_tornado(data, baseline=4.0, measure="Gain"))["layer"][0]["encoding"]["x"]

    left, right = x["scale"]["range"]
    assert left > intervals.LABEL_GAP + theme.text_width("slow", theme.SMALL)
    assert right == {"expr": "width - 11"}
    assert (min(x["axis"]["values"]), max(x["axis"]["values"])) == (0, 10)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(54.1, 54.4, "54"), (31.0, 35.0, "54 (31 to 35)"), (0.0, None, "54"), (2.0, None, "54 (at least 2)")],
)
def test_an_interval_is_put_into_words_where_it_says_something(low, high, words) -> None:
    """Ends that are written alike, and the floor of what cannot be negative, are left out."""
    data = pd.DataFrame({"label": ["a", "b"], "value": [54.2, 1.0], "low": [low, 0.5], "high": [high, 2.0]})
    spec = spec_of(intervals.chart_intervals(data, measure="Share, %", number=".0f"))
    assert spec["layer"][-1]["data"]["values"][0]["_words"] == words


def test_a_rule_leads_to_a_name_that_could_not_stand_at_the_end_of_its_line() -> None:
    """Lines that end together are named apart; where names have their places there is nothing to lead to."""

    def leaders(ends: list[float]) -> list[str]:
        data = pd.DataFrame({"x": [0, 0, 1, 1], "y": [0.0, 100.0, *ends], "s": ["a", "b"] * 2})
        spec = spec_of(lines.chart_lines(data, x="x", y="y", series="s", measure="Share"))
        drawn = [layer for layer in spec["layer"] if "_end_y" in str(layer["encoding"].get("y"))]
        return [row["s"] for layer in drawn for row in layer["data"]["values"]]

    assert leaders([50.0, 50.5]) == ["a", "b"]
    assert leaders([20.0, 80.0]) == []


def test_points_without_a_line_are_named_below_them() -> None:
    """At the end of its points a name would stand on the lines that were fitted to them."""
    data = pd.DataFrame({"x": [0, 1, 0, 1], "y": [1.0, 2, 1, 2], "s": ["fit", "fit", "seen", "seen"]})
    chart = lines.chart_lines(data, x="x", y="y", series="s", measure="Share, %", dotted=["seen"])
    beside, below = spec_of(chart)["layer"][-2:]
    assert (beside["mark"]["dx"], below["mark"]["dy"]) == (9, lines.BELOW)
    assert [row["s"] for row in below["data"]["values"]] == ["seen"]


def test_heat_map_has_seven_classes_that_diverge_from_the_middle() -> None:
    """Colours are classes: a continuous ramp could not follow the reader's mode."""
    spec = framed("heat-map").spec
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["range"] == theme.diverging()
    assert scale["domain"][3] == "\u22122.5 to 2.5"
    cells = pd.DataFrame(spec["layer"][0]["data"]["values"])
    middle = cells[cells["class"] == scale["domain"][3]]
    assert middle["net"].abs().max() <= 2.5


def test_heat_map_cells_tile_the_plane() -> None:
    """Neighbouring cells share a side, also on an uneven grid."""
    cells = surfaces._cells(pd.DataFrame({"x": [0.0, 1.0, 4.0], "y": [1.0, 1.0, 1.0]}), "x", "y")
    assert list(cells["_x1"]) == [-0.5, 0.5, 2.5]
    assert list(cells["_x2"]) == [0.5, 2.5, 5.5]
    assert (cells["_y2"] - cells["_y1"] == 1).all()


@pytest.mark.parametrize("values", [[0.0, 1.0], [-3.0, 11.0], [5.0, 5.0], [1e-5, 3e-5]])
def test_class_edges_grow_and_cover_the_range(values: list[float]) -> None:
    """Seven classes, all of them wide enough to hold the data."""
    inner = surfaces._inner_edges(pd.Series(values), None)
    step = inner[1] - inner[0]
    assert len(inner) == 6
    assert np.allclose(np.diff(inner), step)
    assert inner[0] - step <= min(values) + 1e-9
    assert inner[-1] + step >= max(values) - 1e-9


def test_heat_map_refuses_too_many_cells_and_bad_edges() -> None:
    """Larger grids are unreadable and slow; edges must grow."""
    grid = pd.DataFrame({"x": range(22), "y": 0, "value": 1.0})
    titles = {"x": "x", "y": "y", "measure": "Net", "x_title": "X", "y_title": "Y"}
    with pytest.raises(InputError, match=r"at most 21 values on a side \(got 22\)"):
        surfaces.chart_heat_map(grid, **titles)
    with pytest.raises(InputError, match="'edges' must be 6 growing numbers"):
        surfaces.chart_heat_map(grid.head(3), **titles, edges=[1, 2, 3, 3, 4, 5])


def test_regions_are_named_on_their_own_side_of_the_frontier() -> None:
    """The name of the region above stands above the line."""
    spec = framed("regions").spec
    words = {
        layer["data"]["values"][0]["_label"]: layer["data"]["values"][0]
        for layer in layers_with(spec, "text")
    }
    above, below = words["closing pays"], words["reopening pays"]
    assert above["displaced"] > 0.15 + 0.7 * above["fee"]
    assert below["displaced"] < 0.15 + 0.7 * below["fee"]


def test_slope_names_items_with_values_at_both_ends() -> None:
    """No legend and no axis are needed."""
    svg = drawn_text("slope")
    assert {"Live stream", "Shelf", "Short video"} <= set(re.findall(r">([A-Z][a-z ]+?) +\d+<", svg))
    assert "Y-axis" not in svg


def test_histogram_marks_carry_their_labels() -> None:
    """The value to compare with is named where it stands."""
    svg = drawn_text("histogram")
    assert ">published</text>" in svg
    assert ">95% tail</text>" in svg


def test_timeline_is_in_order_of_time_and_marks_the_announced() -> None:
    """What was only announced by then is hollow."""
    spec = framed("timeline").spec
    (ring,) = layers_with(spec, "point")
    assert [row["event"] for row in ring["data"]["values"]] == ["River-Flow plan (川流计划)"]
    rows = [row for layer in layers_with(spec, "circle") for row in layer["data"]["values"]]
    assert [row["_at"] for row in rows] == sorted(row["_at"] for row in rows)
    assert ">2022-03-01  Outside links closed</text>" in drawn_text("timeline")


def test_charts_are_altair_values() -> None:
    """A notebook can still change one before it is framed."""
    assert isinstance(EXAMPLES["gmv-lines"](), alt.LayerChart)
    assert isinstance(EXAMPLES["specification-curve"](), alt.VConcatChart)


def test_a_contour_of_one_point_inside_the_map_is_drawn() -> None:
    """A line that only touches the map at one place is no error."""
    cells = pd.DataFrame([(x, y, x * y) for x in range(3) for y in range(3)], columns=["x", "y", "value"])
    touch = pd.DataFrame({"x": [1.0, 9.0], "y": [1.0, 9.0]})
    chart = surfaces.chart_heat_map(
        cells, x="x", y="y", measure="Product", x_title="X", y_title="Y", contour=touch, contour_label="touch"
    )
    assert "touch" in str(chart.to_dict())


def test_points_without_a_line_stand_beside_a_fitted_one() -> None:
    """What was observed is no path: it is drawn as points, its range as a rule."""
    observed = pd.DataFrame({"step": [0, 1], "value": [2.0, 4.0], "low": [1.0, 3.0], "high": [3.0, 5.0]})
    both = pd.concat([observed.assign(path=name) for name in ("printed", "fit")])
    spec = spec_of(
        lines.chart_lines(
            both, x="step", series="path", band=("low", "high"), measure="Share", dotted=["printed"]
        )
    )

    def series_of(mark: str) -> list[str]:
        return sorted(row["path"] for layer in layers_with(spec, mark) for row in layer["data"]["values"])

    assert series_of("line") == series_of("area") == ["fit", "fit"]
    assert series_of("rule") == ["printed", "printed"]
    seen = [layer for layer in layers_with(spec, "circle") if layer["mark"]["opacity"] == 1]
    assert {row["path"] for layer in seen for row in layer["data"]["values"]} == {"printed"}


@pytest.mark.parametrize("family", ["lines", "bars"])
def test_a_column_of_the_caller_may_be_called_reading(family: str) -> None:
    """The word for how a bound is to be read does not overwrite a column of the same name."""
    data = pd.DataFrame(
        {
            "period": ["2021", "2022"],
            "reading": ["words", "words"],
            "value": [1, 2],
            "bound": ["exact", "lower"],
        }
    )
    chart = (
        lines.chart_lines(data, series="reading", measure="Share")
        if family == "lines"
        else bars.chart_bars(data.assign(reading=["a", "b"]), category="reading", measure="Share")
    )
    rows = [row for layer in spec_of(chart)["layer"] for row in layer["data"]["values"]]
    assert {row["reading"] for row in rows} == ({"words"} if family == "lines" else {"a", "b"})
    assert "at least" in {row.get("value_reading") for row in rows}


def test_a_frontier_is_cut_where_it_leaves_the_plot() -> None:
    """It runs over neither title nor axis, and the table holds what is drawn."""
    data = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, 4.0], "y": [1.0, 2.0, 6.0, 2.0, 1.0]})
    chart = surfaces.chart_regions(
        data, x="x", y="y", x_title="X", y_title="Y", above="A", below="B", y_span=(0, 4),
        points=[surfaces.Point(2, 9, "outside")],
    )  # fmt: skip
    (line,) = layers_with(spec_of(chart), "line")
    rows = line["data"]["values"]
    assert [(row["x"], row["y"]) for row in rows] == [(0, 1), (1, 2), (1.5, 4), (2.5, 4), (3, 2), (4, 1)]
    assert [row["_piece"] for row in rows] == [0, 0, 0, 1, 1, 1]
    assert "outside" not in str(spec_of(chart))


def test_both_settings_of_a_parameter_can_be_read_when_they_move_the_same_way() -> None:
    """Two ends on one side of the baseline are still labelled on two sides of the bar."""
    data = pd.DataFrame(
        {
            "parameter": ["p"],
            "result_low": [2.0],
            "result_high": [2.1],
            "setting_low": "few",
            "setting_high": "many",
        }
    )
    spec = spec_of(intervals.chart_tornado(data, baseline=1.0, measure="Gain"))
    places = {
        row["setting"]: (layer["mark"]["align"], row["_at"])
        for layer in layers_with(spec, "text")
        for row in layer["data"]["values"]
    }
    assert places == {"few": ("right", 1.0), "many": ("left", 2.1)}


def test_long_words_of_an_event_break_into_lines() -> None:
    """A phone is narrower than a sentence."""
    words = "the unit that runs the mall is set up beside the unit for live streams"
    spec = spec_of(timelines.chart_timeline(pd.DataFrame({"date": ["2023-12-07"], "event": [words]})))
    (row,) = layers_with(spec, "text")[0]["data"]["values"]
    assert row["_words"].split() == ["2023-12-07", *words.split()]
    assert all(theme.text_width(line, theme.TEXT) <= timelines.WORDS for line in row["_words"].split("\n"))
