"""A small grid with all that a box of a page shows: levels, a verdict in words, an unknown, earlier days."""

import itertools

from helpers.book import boxes
from helpers.book.sentences import Sentence, load_catalogue
from helpers.runs.what_if import Grid, MovedPanel, Panel, Theme

RATES, YEARS = (-0.04, -0.02, 0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2), tuple(range(1, 10))
DAYS = ("2020-06-15", "2022-11-10", "2026-05-12")
PANEL = {"results": ["level", "gain", "grows"], "chart": "level", "sentences": ["ends", "gained"]}
THEME = Theme(
    what_if=MovedPanel(**PANEL, parameters={"growth_rate": list(RATES), "years": list(YEARS)}),
    days=Panel(**PANEL),
)
SENTENCES = {
    "ends": Sentence(
        by="grows",
        rises="The level rises to {level:.2f} ({level.interval:.2f}).",
        falls="The level falls to {level:.2f}.",
        unknown="Where the level ends is not yet known.",
    ),
    "gained": Sentence(known="It gains {gain}.", unknown="What it gains <b> is not yet known."),
}
RUN = {
    "notebook": "tiny_growth",
    "parameters": {"growth_rate": 0.02, "years": 3, "shape": "a curve", "as_of": "latest"},
    "contract": [
        {
            "name": "growth_rate",
            "default": 0.02,
            "unit": "share of the level, 0 to 1",
            "meaning": "Growth; a year's.",
        },
        {"name": "years", "default": 3, "unit": "years", "meaning": "Horizon."},
        {"name": "shape", "default": "line", "unit": "1", "meaning": "Form."},
        {"name": "as_of", "default": "latest", "unit": "ISO date", "meaning": "Day."},
    ],
}


def find_results(rate: float, years: int, *, why: str | None = None) -> dict[str, dict]:
    """Return what a run of the tiny notebook would record."""
    level = (1 + rate) ** years
    fixed = {"level": None, "inputs": [], "low": None, "high": None, "interval": "none", "why": why}
    found = {
        "level": ("Level & horizon.", "1", level),
        "gain": ("Gain over the start.", "%", 100 * (level - 1) if rate else None),
        "grows": ("Where it goes.", "1", "rises" if rate >= 0 else "falls"),
    }
    results = {
        name: fixed | {"name": name, "meaning": meaning, "unit": unit, "value": None if why else value}
        for name, (meaning, unit, value) in found.items()
    }
    if not why:
        results["level"] |= {"low": 0.9 * level, "high": 1.1 * level, "interval": "bound"}
        results["gain"]["why"] = None if rate else "nothing grows"
    return results


def make_grid() -> Grid:
    """Return the grid over both parameters; its own point is the default."""
    points = [find_results(*steps) for steps in itertools.product(RATES, YEARS)]
    return Grid("tiny_growth", {"growth_rate": RATES, "years": YEARS}, (4, 2), points)


def make_days(*known: bool) -> Grid:
    """Return the grid over as many days as are said to be known or not."""
    points = [find_results(0.02, 3, why=None if each else "not published by then") for each in known]
    return Grid("tiny_growth", {"as_of": DAYS[-len(known) :]}, (len(known) - 1,), points)


def render_sample(grid: Grid | None = None, days: Grid | None = None, **run: object) -> boxes.RenderedBoxes:
    """Render the boxes of the sample."""
    catalogue = {**load_catalogue(), "tiny_growth": SENTENCES}
    grid, days = grid or make_grid(), days or make_days(False, False, True)
    return boxes.render_boxes(THEME, grid, days, RUN | run, catalogue)
