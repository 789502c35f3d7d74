from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from helpers.charts import theme
from helpers.errors import UnknownNameError

TEXT_COLOURS = sorted(set(theme.PALETTE) - {"paper", "grid", "axis", "neutral_pale"})
SEEN_TOGETHER = [
    ("kuaishou", "jd", "taobao", "douyin", "pinduoduo"),
    ("own_shops", "outside_links"),
    ("live_stream", "short_video", "shelf"),
    ("kuaishou", "advertising", "supply"),
    ("kuaishou", "outside_links"),
    ("gain", "loss", "ink"),
    ("highlight", "neutral"),
    ("neutral_pale", "uncertainty"),
]
LEAST_DIFFERENCE = 0.07

# Machado, Oliveira, Fernandes (2009), severity 1.0, on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protan": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deutan": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "tritan": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
}


def linear(literal: str) -> np.ndarray:
    channels = np.array([int(literal[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(literal: str) -> float:
    return float(linear(literal) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]) @ rgb
    axes = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    return axes @ np.cbrt(cones)


def least_difference(one: str, other: str) -> float:
    seen = (
        [oklab(np.clip(vision @ linear(each), 0, 1)) for each in (one, other)] for vision in VISIONS.values()
    )
    return min(float(np.linalg.norm(a - b)) for a, b in seen)


def test_every_light_literal_stands_for_one_thing() -> None:
    """The book can only replace a literal by its variable if no two names share it."""
    literals = [light for light, _ in theme.named_pairs().values()]
    assert len(literals) == len(set(literals))


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_colours_that_write_text_reach_contrast_aa(side: int) -> None:
    """Direct labels take the colour of their line, so each colour is a text colour."""
    paper = theme.PALETTE["paper"][side]
    poor = {name: contrast(theme.PALETTE[name][side], paper) for name in TEXT_COLOURS}
    assert {name: ratio for name, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("names", SEEN_TOGETHER)
def test_colours_seen_together_differ_for_every_vision(names: tuple[str, ...], side: int) -> None:
    """Colours of one chart stay apart for readers with any kind of colour vision."""
    near = {
        pair: least_difference(theme.PALETTE[pair[0]][side], theme.PALETTE[pair[1]][side])
        for pair in combinations(names, 2)
    }
    assert min(near.values()) >= LEAST_DIFFERENCE, near


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_sequential_ramp_goes_one_way_from_the_paper(side: int) -> None:
    """More is always further from the paper: darker on light pages, brighter on dark ones."""
    steps = np.diff([luminance(pair[side]) for pair in theme.SEQUENTIAL])
    assert (steps < 0).all() if side == 0 else (steps > 0).all()


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_diverging_ramp_is_nearest_the_paper_in_the_middle(side: int) -> None:
    """Both ends stand out equally; the middle recedes."""
    levels = [contrast(pair[side], theme.PALETTE["paper"][side]) for pair in theme.DIVERGING]
    assert levels.index(min(levels)) == 3
    assert levels[0] > levels[1] > levels[2]
    assert levels[6] > levels[5] > levels[4]


def test_style_sheet_defines_each_variable_for_light_dark_and_print() -> None:
    """The same names in each block, so that no mode falls back to nothing."""
    css = theme.css_variables()
    assert css.count("--kx-kuaishou:") == 4
    assert css.count("--kx-kuaishou:#c04d00;") == 2
    assert 'html[data-theme="dark"]' in css
    assert "prefers-color-scheme: dark" in css
    assert {css.count(f"--{name}:") for name in theme.named_pairs()} == {4}


def test_unknown_colour_offers_the_nearest_names() -> None:
    """A misspelt colour is an error in words, not a black line."""
    with pytest.raises(UnknownNameError, match="unknown colour 'kuaisho'; did you mean kuaishou"):
        theme.colour("kuaisho")


def test_chinese_characters_count_as_one_em() -> None:
    """Label places depend on the width; a Chinese character is about twice a Latin one."""
    assert theme.text_width("快手", 10) == 20
    assert theme.text_width("ab", 10) == pytest.approx(10.8)
