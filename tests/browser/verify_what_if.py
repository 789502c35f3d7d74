"""Seeded points of the built book's sliders against whole runs by the command that each point shows."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from helpers import paths, prose
from helpers.book import sentences
from helpers.runs import engine
from helpers.runs.what_if import Theme, load_themes

SEED, POINTS, IN_BROWSER = 7, 5, 1
MOST_BYTES = 150_000
BOOK = Path(os.environ.get("REPORT_BOOK_DIR", paths.BUILD / "html"))
THEMES = load_themes()


def read_part(notebook: str) -> dict[str, Any]:
    """Return the points of a chapter as its page loads them."""
    (script,) = (BOOK / "what_if").glob(f"{notebook}.*.js")
    assert script.stat().st_size < MOST_BYTES
    text = script.read_text(encoding="utf-8").partition("] = ")[2].removesuffix(";\n")
    return dict(json.loads(text)["what_if"])


def draw_points(notebook: str) -> list[tuple[int, ...]]:
    """Return some seeded points as steps of the axes."""
    draw = random.Random(f"{SEED} {notebook}")
    return [
        tuple(draw.randrange(len(steps)) for steps in read_part(notebook)["steps"]) for _ in range(POINTS)
    ]


def fill(template: str, texts: list[str]) -> str:
    """Fill the slots of a template in their order, as the page's script does."""
    rest = iter(texts)
    return re.sub(r"\{[^{}]+\}", lambda _: next(rest), template)


def read_point(part: dict[str, Any], steps: tuple[int, ...]) -> tuple[list[str], list[str], str]:
    """Return cells, sentences and command of a point."""
    place = 0
    for step, texts in zip(steps, part["steps"], strict=True):
        place = place * len(texts) + step
    cells, said = part["points"][place]
    words = [part["words"][cell] for cell in cells]
    lines = [fill(part["templates"][each[0]], [part["words"][word] for word in each[1:]]) for each in said]
    tokens = [names[step] for names, step in zip(part["tokens"], steps, strict=True)]
    return words, lines, fill(part["command"], tokens)


def rerun(command: str) -> dict[str, dict[str, Any]]:
    """Return the results of the whole run that a shown command asks for."""
    program, verb, notebook, *rest = shlex.split(command)
    assert (program, verb) == ("report", "run")
    given = dict(
        setting.split("=", 1) for flag, setting in zip(rest[::2], rest[1::2], strict=True) if flag == "-p"
    )
    assert 2 * len(given) == len(rest)
    return {result["name"]: result for result in engine.run_notebook(notebook, given).results}


def write_point(
    notebook: str, theme: Theme, results: dict[str, dict[str, Any]]
) -> tuple[list[str], list[str]]:
    """Return cells and sentences as the results of a whole run have them."""
    catalogue = sentences.load_catalogue()[notebook]
    chosen = [catalogue[name] for name in theme.what_if.sentences]
    cells, lines = [], []
    for name in theme.what_if.results:
        if name in {sentence.by for sentence in chosen}:
            continue
        value, low, high, unit = (results[name][each] for each in ("value", "low", "high", "unit"))
        ends = "" if results[name]["interval"] == "none" else prose.format_interval(low, high, unit)
        cells += [prose.format_value(value, unit), results[name]["why"] if value is None else ends]
    for sentence in chosen:
        template = sentences.choose_template(sentence, results)
        lines.append(fill(template, sentences.find_texts(template, notebook, results)))
    return cells, lines


@pytest.mark.parametrize("notebook", THEMES)
def test_seeded_points_are_those_of_whole_runs(notebook: str) -> None:
    """Table and sentences of a point are what the whole notebook gives with the command that it shows."""
    part = read_part(notebook)
    for steps in draw_points(notebook):
        cells, lines, command = read_point(part, steps)
        assert write_point(notebook, THEMES[notebook], rerun(command)) == (cells, lines), command


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that complains about nothing."""
    messages: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    yield page
    page.close()
    assert messages == []


@pytest.mark.parametrize("notebook", THEMES)
def test_the_page_shows_what_its_points_say(notebook: str, page: Page) -> None:
    """In a browser, from disk: the sliders bring the page to a seeded point."""
    page.goto((BOOK / "chapters" / f"{notebook}.html").as_uri())
    part = read_part(notebook)
    box = page.locator(".kx-if").first
    for steps in draw_points(notebook)[:IN_BROWSER]:
        cells, lines, command = read_point(part, steps)
        for slider, step in zip(box.locator("input").all(), steps, strict=True):
            slider.fill(str(step))
        box.locator("pre code", has_text=command).wait_for()
        assert box.locator("[data-cell]").all_text_contents() == cells
        assert box.locator(".kx-said > span").all_text_contents() == lines
