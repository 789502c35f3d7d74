"""Numbers of Chinese prose: figures with scales ("14.2亿"), numerals ("四十"), vague ones ("几万")."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cn2an

_DIGITS = "一二三四五六七八九"
_PAIR = "一二两三四五六七八九"
_POWERS = {"": 0, "十": 1, "百": 2, "千": 3, "万": 4, "w": 4, "W": 4, "亿": 8, "个亿": 8}
# Longer runs of digits or numerals are serial numbers or noise, not amounts.
_LONGEST_HAN = 30
_ARABIC = re.compile(r"\d{1,3}(?:,\d{3}){1,5}(?![\d,])(?:\.\d{1,15})?|\d{1,15}(?!\d)(?:\.\d{1,15})?")
_SCALE = re.compile(
    r"\s?(?:(?P<tens>[十百千]?)(?P<big>万亿|亿|万(?!一))|(?P<plain>个亿|百(?![分货姓科])|千(?![克瓦米])|[wW](?![A-Za-z])))"
)
_HAN = re.compile(
    r"双(?=[百千万亿])[百千万亿]+|[数几][十百千万亿]+|几(?=\s?[个位种家天年场次项名款台])|一?半(?=年|天|小时|个月|个小时)|一半"
    r"|[零〇一二两三四五六七八九十百千]+点[零一二三四五六七八九]+(?:[万亿]+|(?=成|倍|%|个百分点))"
    r"|[零〇一二两三四五六七八九十百千万亿]+(?:几[万亿]*)?|[壹贰叁肆伍陆柒捌玖拾佰仟万亿]{2,}"
)
_VAGUE_TENS = re.compile(r"(.*十)几([万亿]*)")
_VAGUE = re.compile(r"[数几]([十百千万亿]*)")
_NEIGHBOURS = re.compile(rf"(十?)([{_PAIR}])([{_PAIR}])([十百千万亿]*)")
_DECIMAL = re.compile(r"(.+点[^万亿]+)([万亿]*)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from text: `low` alone, or a vague one from `low` to `high`.

    `end` is where it ends in the text, `factor` the scale written behind its figures.
    """

    low: float | None
    high: float | None
    end: int
    factor: float = 1.0


def read_scale(text: str, start: int) -> tuple[float, int]:
    """Return the factor of a scale such as ``万`` at `start` (1 where there is none) and where it ends."""
    match = _SCALE.match(text, start)
    if match is None:
        return 1.0, start
    big = match["big"]
    power = 12 if big == "万亿" else _POWERS[big or match["plain"]]
    return float(10 ** (power + _POWERS[match["tens"] or ""])), match.end()


def read_number(text: str, start: int) -> Number | None:
    """Return the number that begins at `start` of a folded text.

    Parameters
    ----------
    text : str
        Folded text.
    start : int
        Place to look at.

    Returns
    -------
    Number or None
        `low` is None for a run of numeral characters that states no number.

    Examples
    --------
    >>> read_number("3亿5000万", 0).low
    350000000.0
    >>> read_number("十几年", 0)
    Number(low=11.0, high=19.0, end=2, factor=1.0)
    """
    if match := _ARABIC.match(text, start):
        return _read_scaled(text, match)
    if match := _HAN.match(text, start):
        return _read_han(text, match)
    return None


def _read_han(text: str, match: re.Match[str]) -> Number:
    low, high = parse_han(match.group())
    if text.startswith("个亿", match.end()) and low is not None and high is None:
        return Number(low * 1e8, None, match.end() + 2, 1e8)
    scale = match.group().lstrip("双数零〇一二两三四五六七八九十百千几点半")
    return Number(low, high, match.end(), _plain(scale) or 1.0)


def _read_scaled(text: str, match: re.Match[str]) -> Number:
    factor, end = read_scale(text, match.end())
    value = _scaled(match.group(), factor)
    # "3亿5000万" is one number; "10个10亿" is two, and so is anything whose second scale is not smaller.
    if factor > 1 and (more := _ARABIC.match(text, end)):
        second, second_end = read_scale(text, more.end())
        if 1 < second < factor and float(more.group().replace(",", "")) * second < factor:
            return Number(value + _scaled(more.group(), second), None, second_end)
    return Number(value, None, end, factor)


def _scaled(digits: str, factor: float) -> float:
    # Through whole numbers, so that "14.2亿" is exactly 1,420,000,000.
    whole, _, fraction = digits.replace(",", "").partition(".")
    return float(int(whole + fraction) * factor / 10 ** len(fraction))


def parse_han(text: str) -> tuple[float | None, float | None]:
    """Return the value, or lowest and highest value, of a run of numeral characters.

    Vague numerals keep their convention: ``十几`` is 11 to 19, ``几万`` is 20,000 to 90,000.

    Parameters
    ----------
    text : str
        Numeral characters only, simplified.

    Returns
    -------
    tuple of float or None
        ``(value, None)``, ``(low, high)``, or ``(None, None)`` where the run states no number.
    """
    if text in {"半", "一半"}:
        return 0.5, None
    if text.startswith("双"):
        single = _plain(text[1:])
        return (None if single is None else 2 * single), None
    if match := _VAGUE_TENS.fullmatch(text):
        base, factor = _plain(match[1]), _plain(match[2]) or 1.0
        return (None, None) if base is None else ((base + 1) * factor, (base + 9) * factor)
    if match := _VAGUE.fullmatch(text):
        factor = _plain(match[1]) or 1.0
        return 2 * factor, 9 * factor
    if (match := _NEIGHBOURS.fullmatch(text)) and 0 < _digit(match[3]) - _digit(match[2]) <= 2:
        low, high = (_plain(match[1] + match[place] + match[4]) for place in (2, 3))
        return low, high
    if match := _DECIMAL.fullmatch(text):
        base = _plain(match[1])
        return (None if base is None else round(base * (_plain(match[2]) or 1.0), 6)), None
    return _plain(text), None


def _digit(char: str) -> int:
    return _DIGITS.index(char.replace("两", "二"))


def _plain(text: str) -> float | None:
    if not 0 < len(text) <= _LONGEST_HAN:
        return None
    spelled = "一" + text if text[0] in "百千万亿" else text
    try:
        return float(cn2an.cn2an(spelled, "smart"))
    except (ValueError, KeyError):  # the library answers some nonsense ("亿一") with a KeyError
        return None
