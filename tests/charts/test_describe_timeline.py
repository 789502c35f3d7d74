"""The alternative text of a timeline names its first and its last step."""

import pandas as pd

from helpers.charts.describe import describe_timeline


def test_a_timeline_names_its_first_and_its_last_step():
    """A listener learns how long the row of steps is and where it begins and ends."""
    steps = pd.DataFrame({"date": ["2020-05", "2021", "2022-03-01"], "words": ["signed", "grown", "cut"]})
    assert describe_timeline(steps, "steps", event="words") == (
        "Timeline of 3 steps: from 2020-05, signed, to 2022-03-01, cut."
    )


def test_a_timeline_without_steps_says_so():
    """An edition that knows of no step gets the words for a message in place of a chart."""
    none = pd.DataFrame({"date": [], "words": []})
    assert "nothing had been published" in describe_timeline(none, "steps", event="words")
