"""Numbers with scales and Chinese numerals are read to the last digit."""

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.evidence.quantities import parse_han, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1912亿", 191_200_000_000),
        ("14.2亿", 1_420_000_000),
        ("1.39万亿", 1_390_000_000_000),
        ("3亿5000万", 350_000_000),
        ("12,000", 12_000),
        ("11.6", 11.6),
        ("5百万", 5_000_000),
        ("10w", 100_000),
        ("1个亿", 100_000_000),
        ("两个亿", 200_000_000),
        ("0", 0),
        ("双百亿", 20_000_000_000),
        ("半年", 0.5),
        ("一半", 0.5),
        ("三点五亿", 350_000_000),
    ],
)
def test_a_number_with_its_scale_is_exact(text, value):
    """No value carries a rounding error of its decimal scale."""
    number = read_number(text, 0)
    assert number is not None
    assert (number.low, number.high) == (value, None)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("十几", 11, 19),
        ("二十几万", 210_000, 290_000),
        ("几万", 20_000, 90_000),
        ("数百", 200, 900),
        ("三五", 3, 5),
        ("七八", 7, 8),
        ("三四十", 30, 40),
        ("两三千", 2_000, 3_000),
        ("十七八", 17, 18),
    ],
)
def test_a_vague_numeral_is_its_conventional_range(text, low, high):
    """A few of a scale is two to nine of it; neighbouring digits are a range, not a number."""
    assert parse_han(text) == (low, high)


@given(st.integers(0, 10**12))
@settings(max_examples=100)
def test_plain_numerals_are_read_back(value):
    """What the library writes is read as the same number."""
    assert parse_han(cn2an.an2cn(value)) == (float(value), None)


@given(st.integers(1, 99_999), st.integers(0, 3), st.sampled_from([("", 1), ("万", 10**4), ("亿", 10**8)]))
@settings(max_examples=100)
def test_decimals_are_read_through_whole_numbers(digits, places, scale):
    """The value is the printed digits times the scale, correctly rounded once."""
    word, factor = scale
    number = read_number(f"{digits / 10**places:.{places}f}{word}", 0)
    assert number is not None
    assert number.low == digits * factor / 10**places


@pytest.mark.parametrize("text", ["1" * 5_000, "一" * 5_000, "", "亿零零"])
def test_noise_is_not_a_number(text):
    """Serial numbers and runs of numerals give no value instead of an error."""
    number = read_number(text, 0)
    assert number is None or number.low is None
