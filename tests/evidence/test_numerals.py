"""Every numeric expression of Chinese business prose is found and read."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from helpers.evidence.numerals import LEXICAL, find_numerals

TO_TRADITIONAL = OpenCC("s2t")


def read(text):
    return [(one.printed, one.value, one.unit, one.bound) for one in find_numerals(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("总额达1912億元", ("1912億元", 191.2e9, "CNY", "exact")),
        ("达到14.2亿", ("14.2亿", 1.42e9, "", "exact")),
        ("百亿补贴", ("百亿", 1e10, "", "exact")),
        ("孵化10萬+", ("10萬+", 1e5, "", "over")),
        ("10万+个商家", ("10万+个", 1e5, "", "over")),
        ("用户近1亿", ("近1亿", 1e8, "", "nearly")),
        ("已完成超50%", ("超50%", 50, "%", "over")),
        ("增长两倍", ("两倍", 2, "times", "exact")),
        ("上架30个SKU", ("30个SKU", 30, "items", "exact")),
        ("金额为 3.1 亿元", ("3.1 亿元", 3.1e8, "CNY", "exact")),
        ("售价12,000元", ("12,000元", 12_000, "CNY", "exact")),
        ("售价１２，０００元", ("１２，０００元", 12_000, "CNY", "exact")),
        ("指数为11.6", ("11.6", 11.6, "", "exact")),
        ("提高5.3个百分点", ("5.3个百分点", 5.3, "percentage points", "exact")),
        ("提高5.3%", ("5.3%", 5.3, "%", "exact")),
        ("占三成", ("三成", 30, "%", "exact")),
        ("占百分之五十八", ("百分之五十八", 58, "%", "exact")),
        ("同比-3.5%", ("-3.5%", -3.5, "%", "exact")),
        ("99%以上", ("99%以上", 99, "%", "over")),
        ("10萬以內", ("10萬以內", 1e5, "", "up_to")),
        ("不到5%", ("不到5%", 5, "%", "nearly")),
        ("约300家", ("约300家", 300, "", "about")),
        ("300家左右", ("300家左右", 300, "", "about")),
        ("不低于600亿", ("不低于600亿", 6e10, "", "over")),
        ("超过 1900 万人", ("超过 1900 万人", 1.9e7, "persons", "over")),
        ("上千万的商品", ("上千万", 1e7, "", "over")),
        ("四十余年", ("四十余年", 40, "years", "over")),
        ("100多万单", ("100多万单", 1e6, "orders", "over")),
        ("翻两番", ("翻两番", 4, "times", "exact")),
        ("两个半月", ("两个半月", 2.5, "months", "exact")),
        ("近10年来", ("10年", 10, "years", "exact")),
        ("近6个月来", ("6个月", 6, "months", "exact")),
        ("历时6个月", ("6个月", 6, "months", "exact")),
        ("用时3个小时", ("3个小时", 3, "hours", "exact")),
        ("奖励20元人民币", ("20元人民币", 20, "CNY", "exact")),
        ("占三分之一", ("三分之一", 1 / 3, "", "exact")),
        ("上架率可以達到80%", ("80%", 80, "%", "up_to")),
    ],
)
def test_an_expression_is_read_with_unit_and_bound(text, expected):
    """The printed span, the value in base units, the unit of its measure word and what bounds it."""
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("覆盖10幾個行业", 11, 19),
        ("几万家店", 20_000, 90_000),
        ("3-5万元", 30_000, 50_000),
        ("8千-1万元", 8_000, 10_000),
        ("24%-30%", 24, 30),
        ("三到五场", 3, 5),
        ("一二线城市", 1, 2),
    ],
)
def test_a_range_has_both_ends(text, low, high):
    """Ranges and vague numerals keep their lowest and highest value."""
    [found] = find_numerals(text)
    assert (found.value, found.value_high, found.bound) == (low, high, "range")


def test_a_falling_pair_is_no_range():
    """From the larger to the smaller are two amounts, each with its own scale."""
    assert read("从5万-3万") == [("5万", 5e4, "", "exact"), ("3万", 3e4, "", "exact")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("增长3倍", "multiple"), ("提高2个百分点", "points"), ("增长3%", "percent"), ("3家", "quantity")],
)
def test_an_amount_has_the_kind_of_its_unit(text, kind):
    """Multiples, points and percent are never taken for one another."""
    assert [one.kind for one in find_numerals(text)] == [kind]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("双11大促", "name"),
        ("雙十一", "name"),
        ("即将到来的618,", "name"),
        ("不止618", "name"),
        ("5S方法", "label"),
        ("3C家电", "label"),
        ("www.example.org/a1b2", "label"),
        ("0898-12345678", "label"),
        ("12345678901234567890", "label"),
        ("9:00-17:30", "clock"),
        ("第四极", "rank"),
        ("第45次", "rank"),
        ("2020年5月27日", "date"),
        ("二季度", "date"),
    ],
)
def test_names_and_dates_are_told_from_amounts(text, kind):
    """A number that names something is found, but has no value."""
    [found] = find_numerals(text)
    assert found.kind == kind
    assert kind == "rank" or found.value is None


@pytest.mark.parametrize("word", LEXICAL)
def test_a_word_that_holds_a_numeral_states_no_number(word):
    """Each listed word is skipped, between other words too."""
    assert find_numerals(f"很{word}啊") == []


def test_numbers_beside_listed_words_are_kept():
    """Skipping a word does not swallow the number beside it."""
    assert [one.printed for one in find_numerals("十分钟内统一为三个,一直到第三方平台5家")] == [
        "十分钟",
        "三个",
        "5家",
    ]


def test_a_full_width_comma_parts_numbers():
    """A Chinese comma between half-width digits ends a clause; a Western one marks thousands."""
    assert [one.value for one in find_numerals("增至3，200家店")] == [3, 200]
    assert [one.value for one in find_numerals("增至3,200家店")] == [3200]


def test_neighbouring_measures_are_not_confused():
    """Two expressions that touch are two."""
    assert [one.printed for one in find_numerals("打造10個10億+品牌,30分鐘破億")] == [
        "10個",
        "10億+",
        "30分鐘",
        "破億",
    ]


@pytest.mark.parametrize("text", ["两方向", "三大家电", "一家庭", "五年轻人"])
def test_a_measure_word_is_not_cut_out_of_a_longer_word(text):
    """The first character of a noun is not read as a measure word."""
    assert all(one.printed == text[0] for one in find_numerals(text))


MIXED = st.text(
    alphabet="0123456789.,，%+-~年月日万亿百千一二两三四五十几多余超近约个家元人第季度Qq上半今去 a双",
    max_size=40,
)


@given(st.one_of(st.text(max_size=80), MIXED))
@example("1" * 5000)
@example("亿一")
@settings(max_examples=150)
def test_any_text_is_read_in_order_and_without_overlap(text):
    """Spans are slices of the text, in order, apart, and hold every Arabic digit."""
    found = find_numerals(text)
    assert all(text[one.start : one.end] == one.printed for one in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
    taken = {place for one in found for place in range(one.start, one.end)}
    assert {place for place, char in enumerate(text) if char in "0123456789"} <= taken


@given(MIXED)
@settings(max_examples=100)
def test_script_and_width_do_not_matter(text):
    """Traditional or simplified, the same expressions are found with the same values."""
    strip = [(one.start, one.value, one.value_high, one.unit, one.bound) for one in find_numerals(text)]
    traditional = find_numerals(TO_TRADITIONAL.convert(text))
    assert [(one.start, one.value, one.value_high, one.unit, one.bound) for one in traditional] == strip


@given(
    st.integers(1, 9999),
    st.sampled_from([("", 1), ("万", 10**4), ("亿", 10**8)]),
    st.sampled_from([("", "exact"), ("超", "over"), ("近", "nearly"), ("约", "about"), ("逾", "over")]),
    st.sampled_from([("元", "CNY"), ("单", "orders"), ("人", "persons"), ("%", "%")]),
)
@settings(max_examples=100)
def test_a_composed_expression_is_taken_apart(digits, scale, before, measure):
    """Bound, number, scale and measure word are each read back."""
    text = f"合计{before[0]}{digits}{scale[0]}{measure[0]}。"
    [found] = find_numerals(text)
    assert (found.printed, found.value, found.bound, found.unit) == (
        text[2:-1],
        digits * scale[1],
        before[1],
        measure[1],
    )


def test_dates_carry_their_period():
    """A date resolves by the day of its text."""
    [found] = find_numerals("今年一季度")
    assert found.period is not None
    assert found.period.resolve(dt.date(2022, 11, 10)) == "2022Q1"
