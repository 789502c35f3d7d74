"""Days, months, quarters, half-years and years that a text names, in English or Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
MONTH = rf"(?:{'|'.join(MONTHS)}|{'|'.join(month[:3] for month in MONTHS)})"
YEAR = r"20[0-4]\d"
ANNOUNCED_CLASS = "kx-announced"
"""Class of words that name a day to come and were announced before it."""


@dataclass(frozen=True)
class Mention:
    """A day, month, quarter, half-year or year in a text, and the day on which it begins."""

    text: str
    begins: date


_MENTIONS = re.compile(
    rf"""
    \b(?P<iso>{YEAR}-[01]\d-[0-3]\d)\b
    | (?P<zh_year>{YEAR})\s?年(?:\s?(?P<zh_month>\d\d?)\s?月(?:\s?(?P<zh_day>\d\d?)\s?日)?)?
    | (?<![\w.])(?P<quarter>{YEAR})\s?[Qq](?P<q>[1-4])\b | \b[Qq](?P<q2>[1-4])\s(?P<quarter2>{YEAR})\b
    | \b(?P<q3>first|second|third|fourth)\squarter\sof\s(?P<quarter3>{YEAR})\b
    | \b(?P<half>{YEAR})\s?H(?P<h>[12])\b
    | \b(?P<year_month>{YEAR}-[01]\d)\b(?!-\d)
    | (?:\b(?P<day>\d\d?)\s)?\b(?P<month>{MONTH})\.?\s(?:(?P<day2>\d\d?),\s)?(?P<month_year>{YEAR})\b
    | (?<![\w.,-])(?P<year>{YEAR})(?!\w|[.,]\d)
    | (?<=\d\d\d\d[–-])(?P<end_year>{YEAR})\b
    """,
    re.VERBOSE,
)
_QUARTER_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


def find_dates(text: str) -> list[Mention]:
    """Return every day, month, quarter, half-year and year that a text names, in English or Chinese."""
    mentions = []
    for match in _MENTIONS.finditer(text):
        try:
            mentions.append(Mention(match[0], _begin(match)))
        except ValueError:
            # Not a day of the calendar, so not a date: a version or a number.
            continue
    return mentions


def _begin(match: re.Match[str]) -> date:
    groups = {name: value for name, value in match.groupdict().items() if value}
    if "iso" in groups:
        return date.fromisoformat(groups["iso"])
    if "zh_year" in groups:
        return date(int(groups["zh_year"]), int(groups.get("zh_month", 1)), int(groups.get("zh_day", 1)))
    if "year_month" in groups:
        return date.fromisoformat(f"{groups['year_month']}-01")
    if "month_year" in groups:
        month = [name[:3] for name in MONTHS].index(groups["month"][:3]) + 1
        return date(int(groups["month_year"]), month, int(groups.get("day") or groups.get("day2") or 1))
    if "half" in groups:
        return date(int(groups["half"]), 6 * int(groups["h"]) - 5, 1)
    for suffix in ("", "2", "3"):
        if f"quarter{suffix}" in groups:
            number = groups["q" + suffix]
            return date(
                int(groups[f"quarter{suffix}"]), 3 * (_QUARTER_WORDS.get(number) or int(number)) - 2, 1
            )
    return date(int(groups.get("year") or groups["end_year"]), 1, 1)


def find_later(text: str, day: date) -> list[Mention]:
    """Return what a text names that begins after a day."""
    return [mention for mention in find_dates(text) if mention.begins > day]
