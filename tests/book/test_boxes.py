"""The box of a chapter: whole without its script, and every point of it as finished texts."""

import csv
import io
import json
import re

import pytest
from box_sample import RATES, YEARS, find_results, make_days, make_grid, render_sample
from lxml import html

from helpers import prose
from helpers.runs.what_if import Grid

MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def rendered():
    return render_sample()


@pytest.fixture(scope="module")
def page(rendered):
    return html.fromstring(re.sub(r"```.*", "", rendered.markdown))


def read_script(rendered) -> dict:
    script = next(content for path, content in rendered.files.items() if path.endswith(".js"))
    return json.loads(script.decode().partition("] = ")[2].removesuffix(";\n"))


def read_point(part: dict, place: int) -> tuple[list[str], list[str]]:
    """Return cells and sentences of a point as the page's script writes them."""
    cells, said = part["points"][place]
    filled = []
    for template, *words in said:
        texts = iter(part["words"][word] for word in words)
        filled.append(re.sub(r"\{[^{}]+\}", lambda _, texts=texts: next(texts), part["templates"][template]))
    return [part["words"][cell] for cell in cells], filled


def test_every_point_reads_as_python_writes_it(rendered):
    part = read_script(rendered)["what_if"]
    for place, (rate, years) in enumerate((rate, years) for rate in RATES for years in YEARS):
        results = find_results(rate, years)
        cells, said = read_point(part, place)
        assert prose.format_value(results["level"]["value"]) == cells[0]
        assert prose.format_interval(results["level"]["low"], results["level"]["high"]) == cells[1]
        assert (prose.format_value(results["gain"]["value"], "%") if rate else prose.NOT_KNOWN) == cells[2]
        word = "rises" if rate >= 0 else "falls"
        assert f"The level {word} to {results['level']['value']:.2f}" in said[0]


def test_an_unknown_result_says_why_and_takes_its_own_sentence(rendered):
    cells, said = read_point(read_script(rendered)["days"], 0)
    assert [prose.NOT_KNOWN, "not published by then"] * 2 == cells
    assert ["Where the level ends is not yet known.", "What it gains <b> is not yet known."] == said


def test_the_box_shows_the_editions_own_point_before_any_script(page):
    box = page.xpath("//div[@data-part='what_if']")[0]
    assert ["1.06", "0.955 to 1.17", "6.12%", ""] == [cell.text_content() for cell in box.xpath(".//td")]
    said = [span.text_content() for span in box.xpath(".//output/span")]
    assert ["The level rises to 1.06 (0.96 to 1.17).", "It gains 6.12%."] == said
    assert all(slider.get("hidden") is not None for slider in box.xpath(".//input"))
    assert "Without JavaScript" in box.text_content()


def test_sliders_have_a_label_and_say_their_value_in_words(page):
    for slider in page.xpath("//input"):
        assert page.xpath(f"//label[@for='{slider.get('id')}']")
    texts = [slider.get("aria-valuetext") for slider in page.xpath("//input")]
    assert ["2%", "3 years", "2026-05-12"] == texts


def test_the_command_repeats_the_point_and_what_else_was_changed(rendered, page):
    shown = [code.text for code in page.xpath("//pre/code")]
    start = "report run tiny_growth -p 'shape=a curve'"
    assert [f"{start} -p growth_rate=0.02 -p years=3", f"{start} -p as_of=2026-05-12"] == shown
    assert (
        f"{start} -p growth_rate={{growth_rate}} -p years={{years}}"
        == read_script(rendered)["what_if"]["command"]
    )


def test_text_of_the_catalogue_is_no_markup(rendered, page):
    script = next(content for path, content in rendered.files.items() if path.endswith(".js"))
    assert b"<" not in script
    assert not page.xpath("//output//b")


def test_the_chart_draws_every_known_point_and_marks_one(page):
    moved, dated = page.xpath("//svg")
    assert 81 == len(moved.xpath(".//circle"))
    assert ["4"] == moved.xpath("./g[@class='kx-on']/g[@class='kx-on']/@data-step")
    assert ["2"] == moved.xpath("./g[@class='kx-on']/@data-row")
    assert 1 == len(dated.xpath(".//circle"))
    assert "Level & horizon" == moved.get("aria-label")


def test_all_points_can_be_taken_away_in_full_precision(rendered):
    sheet = next(
        content for path, content in rendered.files.items() if "what_if." in path and path.endswith("csv")
    )
    rows = list(csv.DictReader(io.StringIO(sheet.decode())))
    assert 81 == len(rows)
    assert 1.02**3 == float(rows[4 * 9 + 2]["level"])
    assert ["growth_rate", "years", "level", "level_low", "level_high", "gain", "grows"] == list(rows[0])


def test_an_edition_with_one_day_has_no_slider_of_days():
    page = html.fromstring(re.sub(r"```.*", "", render_sample(days=make_days(True)).markdown))
    assert ["what_if"] == [box.get("data-part") for box in page.xpath("//div[@data-part]")]


def test_where_nothing_is_known_a_sentence_stands_for_the_box():
    grid = make_grid()
    points = [find_results(*steps, why="not published by then") for steps in grid.steps()]
    nothing = render_sample(grid=Grid(grid.notebook, grid.axes, grid.own, points), days=make_days(False))
    assert "nothing that they move is known" in nothing.markdown
    assert "data-part" not in nothing.markdown
    assert {} == nothing.files


def test_a_chapter_carries_few_bytes(rendered):
    assert MOST_BYTES > max(map(len, rendered.files.values()))
