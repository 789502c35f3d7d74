"""Folding spells a text one way and moves nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evidence.fold import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("１２，０００％", "12,000%"),
        ("電商訂單", "电商订单"),
        ("兩億個", "两亿个"),
        ("全\u3000角", "全 角"),
        ("不换行\u00a0空格", "不换行 空格"),
        ("增长²⑤½", "增长²⑤½"),
        ("", ""),
    ],
)
def test_folding_gives_half_width_simplified_text(text, folded):
    """Width and script are folded; marks that would become digits are left alone."""
    assert fold(text) == folded


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_folding_keeps_every_place(text):
    """A place in the folded text is the same place in the original, and folding again changes nothing."""
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def test_a_page_without_marks_is_folded_whole():
    """A run far longer than any sentence does not exhaust the converter."""
    assert fold("億" * 50_000) == "亿" * 50_000
