"""Links of both ways: from a result to the chart that shows it, from a chapter to what rests on it."""

import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from helpers.book.places import list_backlinks, locate_charts
from helpers.charts.frame import MIME as CHART_MIME
from helpers.runs.results import RESULT_MIME


def prose(text):
    return new_markdown_cell(text), []


def shown(mime, **meta):
    return new_code_cell(""), [new_output("display_data", data={mime: meta})]


def chart(name):
    return shown(CHART_MIME, usermeta={"name": name, "title": f"Title of {name}"})


CELLS = [
    prose("# Tiny\n\n{result}`tiny/level`"),
    prose("## First\n\nA question."),
    chart("one"),
    shown(RESULT_MIME, name="level"),
    prose("## Second\n\n{result}`tiny/level` and {result}`other/level`"),
    chart("two"),
    chart("three"),
    prose("{result}`tiny/share.interval:.0f` falls."),
    prose("## Third\n\n{result}`tiny/alone`"),
]


def test_a_result_leads_to_the_nearest_chart_of_the_first_section_that_speaks_of_it():
    """The lead holds no chart; a result of a section without one has none."""
    places = locate_charts("tiny", CELLS)
    assert {"level": "one", "share": "three"} == {name: place.chart for name, place in places.items()}
    assert '<a href="../chapters/tiny.html#chart-one">Title of one</a>' == places["level"].link


def test_a_chapter_lists_the_claims_it_decides_and_the_systems_it_computes():
    claims = pd.DataFrame(
        {
            "claim_id": ["c01", "c02"],
            "claim": ["A < B.", "Other."],
            "result": ["tiny/level", "tiny_two/level"],
        }
    )
    verdicts = pd.DataFrame({"claim_id": ["c01", "c02"], "verdict": ["mixed", "supported"]})
    systems = pd.DataFrame(
        {
            "system_id": ["y01", "y02"],
            "name_en": ["Pool", "Plan"],
            "results": ["other/x tiny/level", "tiny_two/level"],
        }
    )
    html = list_backlinks("tiny", systems, claims, verdicts)
    assert '<a href="../records/claims.html#claim-c01">A &lt; B</a>: <strong>mixed</strong>' in html
    assert '<a href="../records/systems.html#system-y01">Pool</a>' in html
    assert "c02" not in html
    assert "y02" not in html
    assert "" == list_backlinks("apart", systems, claims, verdicts)
