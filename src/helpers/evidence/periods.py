"""When a figure holds: dates, months, quarters and years of Chinese prose, resolved by the text's date."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass, replace

YEAR = r"(?:19|20)\d{2}"
RELATIVE_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "上一年": -1, "前年": -2, "明年": 1}
_HAN_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_HAN_YEAR = r"[一二][〇零一二三四五六七八九]{3}(?=\s?年)"
_YEAR_PART = rf"(?:(?P<year>{YEAR}|{_HAN_YEAR})\s?年|(?P<relative>{'|'.join(RELATIVE_YEARS)}))"
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九](?!个))"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_CLOCK = r"(?: \d{1,2}:\d{2}(?::\d{2})?)?"
_QUARTER = r"(?:第?(?P<quarter>[一二三四1-4])季(?:度|(?=报))|[Qq](?P<latin>[1-4])(?!\d))"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<year>{YEAR})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d){_CLOCK}",
        rf"{_YEAR_PART}?\s?{_MONTH}\s?月\s?{_DAY}(?:\s?[日号]|(?![\d.%个万亿年月]))",
        rf"{_YEAR_PART}?\s?前(?P<first>[二两三23])个?季度",
        rf"(?P<year>{YEAR})(?:[Qq](?P<quarter>[1-4])|[Hh](?P<half>[12]))(?!\d)",
        rf"{_YEAR_PART}?的?\s?{_QUARTER}",
        rf"{_YEAR_PART}?\s?(?P<half>[上下])半年",
        rf"{_YEAR_PART}?\s?(?<![\d.个]){_MONTH}\s?月(?!球)(?:份|底|末)?",
        rf"(?P<year>{YEAR}|{_HAN_YEAR})\s?年(?:度|底|末)?",
        r"(?P<relative>上一年)",
        rf"(?<![\d.,])(?P<year>{YEAR})(?!\d|[.,]\d|\s?[%万亿元个人家台单件倍年])",
    )
)
_JOIN = r"\s?[-–—~至到]\s?"


@dataclass(frozen=True)
class Period:
    """A stretch of time as the words give it; a part that they leave open is None.

    Attributes
    ----------
    year : int or None
        Year in figures.
    relative : int or None
        Years from the year of the text (``-1`` for the year before).
    quarter, half, month, day : int or None
    end : Period or None
        Last part of a range.
    """

    year: int | None = None
    relative: int | None = None
    half: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    end: Period | None = None

    @property
    def states_year(self) -> bool:
        """Whether the words themselves fix the year."""
        return self.year is not None or self.relative is not None

    def resolve(self, published: dt.date) -> str:
        """Return the ISO form, an open year being that of the text.

        An open year that would put the start more than half a year after the text is the year before.

        Parameters
        ----------
        published : datetime.date
            Day on which the text was published.

        Returns
        -------
        str
            ``2020-05-27``, ``2020-05``, ``2020Q2``, ``2020H1``, ``2020`` or two of them joined by ``/``.
        """
        year = self.year if self.year is not None else published.year + (self.relative or 0)
        if not self.states_year and (self._start(year) - published).days > 183:
            year -= 1
        if self.end is None:
            return self._iso(year)
        last = self.end if self.end.states_year else replace(self.end, year=year)
        return f"{self._iso(year)}/{last.resolve(published)}"

    def agrees(self, iso: str, published: dt.date) -> bool:
        """Tell whether `iso` is this period; where the words leave the year open, any year agrees."""
        expected = self.resolve(published)
        if self.states_year:
            return expected == iso
        return re.sub(r"\d{4}(?=[-QH/]|$)", "", expected) == re.sub(r"\d{4}(?=[-QH/]|$)", "", iso)

    def _start(self, year: int) -> dt.date:
        half_month = 7 if self.half == 2 else 1
        month = self.month or (self.quarter * 3 - 2 if self.quarter else half_month)
        return dt.date(year, month, min(self.day or 1, monthrange(year, month)[1]))

    def _iso(self, year: int) -> str:
        if self.quarter:
            return f"{year}Q{self.quarter}"
        if self.half:
            return f"{year}H{self.half}"
        if self.month and self.day:
            return f"{year}-{self.month:02d}-{self.day:02d}"
        return f"{year}-{self.month:02d}" if self.month else str(year)


def _small_number(text: str | None) -> int | None:
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return int("".join(str(_HAN_DIGITS[char]) for char in text))
    return _HAN_DIGITS.get(tens, 1) * 10 + _HAN_DIGITS.get(ones, 0)


def _build(match: re.Match[str]) -> Period | None:
    parts = {name: value for name, value in match.groupdict().items() if value}
    half = parts.get("half", "")
    first = _small_number(parts.get("first", "").replace("两", "二"))
    month, day = _small_number(parts.get("month")), _small_number(parts.get("day"))
    if (month or 1) > 12 or (day or 1) > monthrange(2020, month or 1)[1]:
        return None
    return Period(
        year=_small_number(parts.get("year")),
        relative=RELATIVE_YEARS[parts["relative"]] if "relative" in parts else None,
        half=("上下12".index(half) % 2 + 1) if half else None,
        quarter=1 if first else _small_number(parts.get("quarter") or parts.get("latin")),
        month=month,
        day=day,
        end=Period(quarter=first) if first else None,
    )


def match_single(text: str, start: int) -> tuple[Period, int] | None:
    """Return the period that begins at `start` of a folded text and the place where it ends."""
    for pattern in _PATTERNS:
        match = pattern.match(text, start)
        if match and (period := _build(match)):
            return period, match.end()
    return None


_JOINED = re.compile(_JOIN)


def match_period(text: str, start: int) -> tuple[Period, int] | None:
    """Return the period or range of periods that begins at `start` of a folded text, and its end.

    Parameters
    ----------
    text : str
        Folded text (see `helpers.evidence.fold`).
    start : int
        Place to look at.

    Returns
    -------
    tuple of Period and int, or None
    """
    first = match_single(text, start)
    if first is None:
        return None
    period, end = first
    join = _JOINED.match(text, end)
    last = match_single(text, join.end()) if join else None
    if last is None:
        return first
    return replace(period, end=last[0]), last[1]
