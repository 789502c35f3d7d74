from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.charts import parts
from helpers.errors import InputError

PIXELS = st.lists(st.floats(0, 300), min_size=1, max_size=8)


@settings(max_examples=40)
@given(PIXELS)
def test_spread_labels_keep_their_distance_and_their_order(places: list[float]) -> None:
    """Labels never overlap, never swap and stay inside while there is room."""
    placed = parts.spread(places, gap=16, low=0, high=300)
    ordered = sorted(zip(places, placed, strict=True))
    ends = [end for _, end in ordered]
    assert all(
        later - earlier >= 16 - 1e-6 for earlier, later in zip(sorted(ends), sorted(ends)[1:], strict=False)
    )
    assert min(ends) >= -1e-6
    assert max(ends) <= 300 + 1e-6


def test_spread_leaves_distant_labels_alone() -> None:
    """A label moves only when another one is in its way."""
    assert parts.spread([10, 200, 100], gap=16, low=0, high=300) == [10, 200, 100]


def test_spread_parts_equal_labels_evenly() -> None:
    """Two labels at one place end up half a gap above and below it."""
    assert parts.spread([100, 100], gap=16, low=0, high=300) == [92, 108]


@settings(max_examples=40)
@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_ticks_enclose_the_values_in_even_steps(low: float, width: float) -> None:
    """An axis begins and ends at ticks, so labels can be placed by arithmetic."""
    ticks = parts.nice_ticks(low, low + width)
    steps = pd.Series(ticks).diff().dropna()
    assert ticks[0] <= low + 1e-6 * width
    assert ticks[-1] >= low + width - 1e-6 * width
    assert steps.max() == pytest.approx(steps.min(), rel=1e-3)
    assert 3 <= len(ticks) <= 12


def test_equal_values_still_get_an_axis() -> None:
    """A flat series is drawn in the middle, not divided by zero."""
    ticks = parts.nice_ticks(5, 5)
    assert ticks[0] < 5 < ticks[-1]


def test_skipped_quarters_are_filled_in() -> None:
    """A gap in the data must be a gap on the axis."""
    assert parts.complete_periods(["2021Q3", "2020Q4", "2021Q1"]) == ["2020Q4", "2021Q1", "2021Q2", "2021Q3"]
    assert parts.complete_periods(["2018", "2020"]) == ["2018", "2019", "2020"]
    assert parts.complete_periods(["spring", "autumn", "spring"]) == ["spring", "autumn"]


def test_line_breaks_where_a_period_is_missing() -> None:
    """A line across a hole would claim a value that nobody published."""
    order = ["2020Q1", "2020Q2", "2020Q3", "2020Q4"]
    assert parts.segments(["2020Q1", "2020Q2", "2020Q4"], order) == [0, 0, 1]


def test_earlier_label_stands_above_the_rules_it_reaches_over() -> None:
    """No rule crosses the words of another event."""
    assert parts.label_rows([0, 50, 300], [0, 50, 300], [100, 100, 60]) == [1, 0, 0]


def test_label_without_room_turns_to_the_left() -> None:
    """The last event keeps its words inside the drawing."""
    places = parts.place_labels([0.0, 1.0], ["start", "a long label at the end"], width=260, overhang=8)
    assert places.flipped == [False, True]


@pytest.mark.parametrize(
    ("value", "number", "expected"),
    [
        (1389.6, ",.0f", "1,390"),
        (-1.44, "+,.1f", "\u22121.4"),
        (2.5, "+,.1f", "+2.5"),
        (1200.0, ",~f", "1,200"),
        (0.25, ".0%", "25%"),
        (0.125, ".2~%", "12.5%"),
        (1e6, "~g", "1e+06"),
        (3.0, "d", "3"),
    ],
)
def test_labels_are_written_as_the_axis_would(value: float, number: str, expected: str) -> None:
    """A direct label and a tooltip of the same number read the same."""
    assert parts.write_number(value, number) == expected


def test_series_take_their_own_colours_and_then_neutral_ones() -> None:
    """One colour for one thing; what has no colour of its own stays grey."""
    scale = parts.colour_scale(["Own shops", "JD", "Other", "A"], {"JD": "jd"}).to_dict()
    assert scale["range"] == ["#69320c", "#7a1537", "#6b7280", "#b80f4e"]


def test_missing_column_is_named() -> None:
    """The message says what is missing and what there is."""
    with pytest.raises(InputError, match=r"the data lack value \(they have period, amount\)"):
        parts.require_columns(pd.DataFrame(columns=["period", "amount"]), "period", "value")


def test_period_that_is_no_quarter_is_refused() -> None:
    """Arithmetic on quarters needs quarters."""
    with pytest.raises(InputError, match=r"must look like 2022Q1 \(got '2022-03'\)"):
        parts._quarter_number("2022-03")


@pytest.mark.parametrize(
    ("number", "expected"),
    [("+,.1f", "+,.4~f"), (".0%", ".4~%"), (",~f", ",.4~f"), ("d", "d"), (",.2~f", ",.4~f")],
)
def test_axis_shows_as_many_decimals_as_its_steps_need(number: str, expected: str) -> None:
    """A tooltip says 100.0; the axis beside it says 100."""
    assert parts.axis_number(number) == expected
