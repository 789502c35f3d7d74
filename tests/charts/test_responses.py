"""The picture of a result over its steps: every point stands where its value is."""

import pytest
from lxml import etree

from helpers.charts.responses import Axis, Dot, draw_response


def draw(rows, *, places=(0.0, 1.0, 2.0), chosen=(0, 0)):
    """Return the drawn picture as a tree."""
    axis = Axis(places, [f"{place:g}" for place in places])
    labels = [f"row {number}" for number in range(len(rows))]
    return etree.fromstring(
        draw_response(axis, rows, row_labels=labels, chosen=chosen, write="{:g}".format, label="what is said")
    )


def test_dots_stand_at_their_values():
    picture = draw([[Dot(1.0), Dot(2.0), Dot(4.0)]])
    x, y = ([float(circle.get(side)) for circle in picture.iter("circle")] for side in ("cx", "cy"))
    assert pytest.approx(x[1] - x[0]) == x[2] - x[1]
    assert pytest.approx(2 * (y[0] - y[1]), abs=0.2) == y[1] - y[2]


def test_round_numbers_enclose_what_is_drawn():
    picture = draw([[Dot(1.0, 0.3, 3.7), Dot(2.0), Dot(3.0)]])
    written = [float(text.text) for text in picture.iter("text") if text.get("text-anchor") == "end"]
    assert min(written) <= 0.3
    assert max(written) >= 3.7


def test_the_axis_ends_soon_after_what_is_drawn():
    picture = draw([[Dot(0.0), Dot(26.0), Dot(41.0)]])
    written = [float(text.text) for text in picture.iter("text") if text.get("text-anchor") == "end"]
    assert [0.0, 10.0, 20.0, 30.0, 40.0, 50.0] == sorted(written)


def test_what_is_not_known_leaves_a_gap():
    picture = draw([[Dot(1.0), None, Dot(3.0)]])
    line = next(path for path in picture.iter("path") if path.get("class") == "kx-line")
    assert ["0", "2"] == [dot.get("data-step") for dot in picture.iterfind("g/g")]
    assert 2 == line.get("d").count("M")


@pytest.mark.parametrize("value", [0.0, -3.0, 1e-6, 5e8])
def test_a_result_that_never_moves_is_drawn(value):
    picture = draw([[Dot(value)] * 3])
    heights = {circle.get("cy") for circle in picture.iter("circle")}
    assert 1 == len(heights)
    assert 0 < float(heights.pop()) < 250


def test_labels_of_steps_do_not_meet():
    picture = draw([[Dot(1.0)] * 5], places=(0.0, 0.5, 1.0, 50.0, 100.0))
    middle = [float(text.get("x")) for text in picture.iter("text") if text.get("text-anchor") == "middle"]
    assert 3 == len(middle)


def test_lines_that_end_together_are_not_labelled():
    assert [] == [text.text for text in draw([[Dot(1.0)] * 3] * 2).iter("text") if "row" in text.text]
    apart = draw([[Dot(1.0)] * 3, [Dot(5.0)] * 3])
    assert ["row 0", "row 1"] == [text.text for text in apart.iter("text") if "row" in text.text]


def test_nothing_lies_over_the_chosen_line():
    picture = draw([[Dot(float(row))] * 3 for row in range(4)], chosen=(1, 0))
    assert ["0", "2", "3", "1"] == [row.get("data-row") for row in picture.iterfind("g")]
