"""Find and parse every numeric expression of Chinese business prose.

An expression is a number with its scale, its measure word and the bound attached to it ("超50%" is one
expression, and so is a whole date). The text is folded first, so both scripts and both widths read alike;
`Numeral.printed` keeps the original spelling.

Every Arabic digit belongs to an expression. Of Chinese numeral characters only two kinds are left out: words
listed in `LEXICAL`, and a single one (other than "两") without measure word, scale or bound, which is part of
a word or name. "双" before a noun ("dual") is an adjective, not a count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

from helpers.evidence.fold import fold
from helpers.evidence.periods import Period, match_period
from helpers.evidence.quantities import read_number, read_scale

Kind = Literal["quantity", "percent", "points", "multiple", "rank", "date", "clock", "name", "label"]
Bound = Literal["exact", "over", "nearly", "about", "up_to", "range"]

# Measure words that fix the unit; those of `_COUNTERS` leave it to the noun behind them.
MEASURES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("%", "成", "费率"), ("%",)),
    **dict.fromkeys(("个百分点", "百分点", "pct"), ("percentage points",)),
    "倍": ("times",),
    **dict.fromkeys(("元", "块钱", "元人民币", "人民币"), ("CNY",)),
    "美元": ("USD",),
    "港元": ("HKD",),
    "秒": ("seconds",),
    "分钟": ("minutes",),
    **dict.fromkeys(("个小时", "小时"), ("hours",)),
    "天": ("days",),
    "日": ("days", "date"),
    **dict.fromkeys(("个礼拜", "个星期", "周"), ("weeks",)),
    "个月": ("months",),
    "个季度": ("quarters",),
    "年": ("years",),
    "个半小时": ("hours",),
    "个半月": ("months",),
    "年半": ("years",),
    **dict.fromkeys(("人", "名"), ("persons",)),
    "位": ("persons", "companies"),
    **dict.fromkeys(("单", "笔"), ("orders",)),
    **dict.fromkeys(("台", "部"), ("machines",)),
    "家": ("companies", "merchants", "shops", "suppliers"),
    "户": ("merchants", "persons"),
    **dict.fromkeys(("个SKU", "SKU", "件", "款"), ("items",)),
    "场": ("sessions",),
}
_COUNTERS = tuple("个大项类条层步级档轮次回届期点重批套组端方股篇句代支座所门张只种线极折侧份环季半边")
# First characters of words that would otherwise be read as number plus measure ("两方向", "三大家").
_NOT_BEFORE = {
    "成": "功为立本员交长熟果绩都",
    "方": "向面法式案",
    "大": "家学会众部量型",
    "点": "击评赞",
    "期": "间待望货",
    "线": "上下索",
    "条": "件",
    "部": "分门",
    "重": "要点视构塑大新",
    "回": "报归复应购款",
    "组": "织合成建",
    "环": "境节球保",
    "代": "表理言码价",
    "门": "槛店户",
    "支": "持付撑出",
    "股": "份东权票价",
    "层": "面",
    "所": "有以谓需",
    "种": "草植子",
    "只": "要有是能不需",
    "极": "大其致度高端",
    "端": "口午",
    "家": "电庭居具长乡用",
    "天": "猫然气下津",
    "年": "轻货会龄",
    "周": "边期年围到",
    "台": "湾州式词",
    "秒": "杀刷光拍",
    "单": "品价位独元一纯身日场月个次",
    "场": "景域地所面均次",
    "元": "素旦年老",
    "次": "日于要元",
    "日": "活均常前本销报用益化",
    "折": "扣射腾",
    "人": "群民们气工才口生心物",
    "位": "置",
    "半": "年",
}


def _measure_pattern() -> re.Pattern[str]:
    words = sorted((*MEASURES, *_COUNTERS), key=lambda word: (-len(word), word))
    guarded = (word + (f"(?![{_NOT_BEFORE[word]}])" if word in _NOT_BEFORE else "") for word in words)
    return re.compile(rf"\s?(?:{'|'.join(guarded)})")


_MEASURE = _measure_pattern()

# Whole words of general Chinese that hold a numeral character and state no number; names are not among them.
_WORDS = """
    一直 一样 一定 一些 一般 一旦 一起 一切 一致 一体 一向 一味 一贯 一律 一时 一度 一系列 一方面 一如
    一边 一同 一举 一面 一流 一手 一心 一道 一并 一端 一经 一再 一概 一旁 一带 一下 一点点 一席 一站式
    一键 一把手 一共 一众 一应 一来 一往 一言 一目了然 统一 唯一 单一 专一 同一 进一步 之一 万一 逐一
    一一 第一时间 第三方 二维码 三思 再三 十分 十足 万分 万能 万物 万众 千万别 千万不要 千方百计 千克
    千瓦 百分率 百分比 百货 百姓 百科 几乎 几率 几何 零售 零食 零件 零部件 零散 零星 零距离 三角 五金
    四处 四周 七夕 八卦 半天
"""
LEXICAL = tuple(_WORDS.split())
_ONLY_IF = {"十分": "(?![钟之])", "一下": "(?!子)", "统一": "(?!个)", "同一": "(?!个)"}
_WEEKDAY = r"(?:周|星期|礼拜)[一二三四五六](?![个次场天年])"
_SKIPPED = re.compile(
    "|".join(word + _ONLY_IF.get(word, "") for word in sorted(LEXICAL, key=lambda word: (-len(word), word)))
    + f"|{_WEEKDAY}"
)
# Festivals and programmes whose name is a number.
_NAME = re.compile(
    r"双(?:十[一二]|1[12])|双百(?!亿)"
    r"|(?<![\d.])(?:618|616|818|116)(?!\d|[.,]\d|\s?[%万亿元个人家台单件倍年])"
)
_LABEL = re.compile(
    r"(?:https?://|www\.)[A-Za-z0-9_.~:/?#@!$&'*+;=%-]+|[A-Za-z][A-Za-z0-9_.@-]*\d[A-Za-z0-9_.@/-]*"
    r"|\d{16,}|\d{3,4}-\d{7,8}(?!\d)|\d+(?!(?:[wW]|pct|SKU)(?![A-Za-z]))[A-Za-z][A-Za-z0-9]*"
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_.@-]*")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?:-\d{1,2}:\d{2})?(?!\d)")
_BEFORE: dict[Bound, str] = {
    "over": r"超过了?|超出|超|逾|突破了?|破|(?<![经通不度难错跨])过|高于|大于|多于|不止|不低于|不少于|不下"
    r"|至少|起码|最少|最低|(?<![以线晚早网海身史场])上(?=[百千万亿])",
    "nearly": r"将近|接近|逼近|(?<![附最靠远临])近|不到|不足|未满",
    "up_to": r"最多|至多|最高|不超过|低至|低于|少于|小于",
    "about": r"大约|大概|(?<![合条节预签契违公特简纽制])约",
}
_AFTER: dict[Bound, str] = {
    "over": r"\+(?!\d)|以上|之多|有余|[多余](?![种样少])",
    "up_to": r"以内|以下|之内",
    "about": r"左右|上下",
}


def _bound_pattern(words: dict[Bound, str], tail: str) -> re.Pattern[str]:
    named = (f"(?P<{bound}>{pattern})" for bound, pattern in words.items())
    return re.compile(f"(?:{'|'.join(named)}){tail}")


_BEFORE_NUMBER = _bound_pattern(_BEFORE, r"\s?(?=[\d零〇一二两三四五六七八九十百千万亿几数双])")
_AFTER_NUMBER = _bound_pattern(_AFTER, "")
_SOME = re.compile(r"[多余](?=\s?[万亿])|[多余](?=\s?[年个人家名位种场天件款台项])|几(?=个)")
# "Can reach" bounds the number but is a clause of its own, so it is not printed with it.
_REACH = re.compile(r"可以?(?:达到?|触达)\s?$")
_RECENT = re.compile(r"的|来|以来|里|内|中")
_JOIN = re.compile(r"\s?[-–—~至到]\s?(?=[\d一二两三四五六七八九十])")
_RANK = re.compile(r"第\s?(?=[\d一二三四五六七八九十])")
_CLAUSE_COMMA = re.compile(r"，(?![０-９]{3}(?![０-９]))|(?<![０-９])，")
_RATIO = re.compile(r"(\d+)\s?[:/]\s?(\d+)(?![\d:/.%])")
_PLUS = re.compile(r"\+(?!\d)")
# A dash before a percentage is a minus only where no number or word stands before it.
_MINUS = re.compile(
    r"(?<![\d%A-Za-z\u3400-\u9fff])[-\u2212](?=\d[\d.]*\s?%)|(?<=比)[-\u2212](?=\d[\d.]*\s?%)"
)
_FRACTION = re.compile(r"([\d一二三四五六七八九十百]+)分之(?=[\d零一二两三四五六七八九十百])")
_DOUBLING = re.compile(r"翻了?(?=[一二两三四五六七八九\d]番)")
_LONE = frozenset("零〇一二三四五六七八九十百千万")
_FIRST = (
    "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟几数双半翻第今本去前明后上下周星礼"
    "统唯单专同进之逐再超逾突破过高大多不至起最将接近逼未低少小约"
)
_START = re.compile(rf"[-\u2212\dA-Za-z{_FIRST}]")


@dataclass(frozen=True, slots=True)
class Numeral:
    """One numeric expression.

    Attributes
    ----------
    printed : str
        The expression as it stands in the text.
    start, end : int
        Its place in the text.
    kind : Kind
        ``name`` and ``label`` only name something (a festival, a word in Latin letters).
    value, value_high : float or None
        In base units (CNY, persons, ...); a percentage as printed. `value_high` ends a range.
    unit : str
        Unit that the measure word fixes, else empty.
    measure : str
        Measure word, simplified.
    bound : Bound
        What the words around the number make of it.
    period : Period or None
        For dates.
    """

    printed: str
    start: int
    end: int
    kind: Kind
    value: float | None = None
    value_high: float | None = None
    unit: str = ""
    measure: str = ""
    bound: Bound = "exact"
    period: Period | None = None


def find_numerals(text: str) -> list[Numeral]:
    """Return all numeric expressions of `text` in order, without overlap.

    Parameters
    ----------
    text : str
        Raw or cleaned text, simplified or traditional, half- or full-width.

    Returns
    -------
    list of Numeral

    Examples
    --------
    >>> [(n.printed, n.value, n.unit, n.bound) for n in find_numerals("GMV達1912億元，超50%")]
    [('1912億元', 191200000000.0, 'CNY', 'exact'), ('超50%', 50.0, '%', 'over')]
    """
    # A full-width comma parts clauses, unless the digits are full-width too; folded to "," it would read as a
    # thousands mark.
    return list(_scan(text, fold(_CLAUSE_COMMA.sub("、", text))))


def _scan(text: str, folded: str) -> Iterator[Numeral]:
    place = 0
    while match := _START.search(folded, place):
        start = match.start()
        if skipped := _SKIPPED.match(folded, start):
            place = skipped.end()
        elif found := _read(text, folded, start):
            place = found.end
            yield found
        else:
            # A word in Latin letters is passed whole: looked at letter by letter, a long one takes long.
            word = _LATIN.match(folded, start)
            place = word.end() if word else start + 1


def _read(text: str, folded: str, start: int) -> Numeral | None:
    for reader in (_read_period, _read_token, _read_rank, _read_quantity):
        if found := reader(text, folded, start):
            return found
    return None


def _read_period(text: str, folded: str, start: int) -> Numeral | None:
    found = match_period(folded, start)
    if found is None:
        return None
    period, end = found
    return Numeral(text[start:end], start, end, "date", period=period)


def _read_token(text: str, folded: str, start: int) -> Numeral | None:
    tokens: tuple[tuple[Kind, re.Pattern[str]], ...] = (("clock", _CLOCK), ("name", _NAME), ("label", _LABEL))
    for kind, pattern in tokens:
        if match := pattern.match(folded, start):
            return Numeral(text[start : match.end()], start, match.end(), kind)
    return None


def _read_rank(text: str, folded: str, start: int) -> Numeral | None:
    match = _RANK.match(folded, start)
    number = read_number(folded, match.end()) if match else None
    if number is None:
        return None
    measure = _MEASURE.match(folded, number.end)
    end = measure.end() if measure else number.end
    word = measure.group().strip() if measure else ""
    return Numeral(text[start:end], start, end, "rank", number.low, unit="rank", measure=word)


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number with its measure word, before the bounds around it are read."""

    low: float | None
    high: float | None
    end: int
    measure: str = ""
    bound: Bound = "exact"
    factor: float = 1.0


def _read_quantity(text: str, folded: str, start: int) -> Numeral | None:
    before = _BEFORE_NUMBER.match(folded, start)
    place = before.end() if before else start
    amount = _read_signed(folded, place)
    if amount is None or (before and (_is_recent(before, amount, folded) or _NAME.match(folded, place))):
        return None
    end = amount.end
    bound: Bound = "range" if amount.high is not None else amount.bound
    if after := _AFTER_NUMBER.match(folded, end):
        bound, end = _bound_of(after), after.end()
    if before:
        bound = _bound_of(before)
    elif _REACH.search(folded, max(0, start - 5), start):
        bound = "up_to"
    # A numeral by itself is a character of a word or name: it takes a measure, scale or bound to count.
    return None if folded[start:end] in _LONE else _make_quantity(text, start, end, amount, bound)


def _bound_of(match: re.Match[str]) -> Bound:
    return next(bound for bound in get_args(Bound) if match.groupdict().get(bound) is not None)


def _is_recent(before: re.Match[str], amount: _Amount, folded: str) -> bool:
    """Tell whether "近" means the last so many years rather than nearly so many."""
    lasts = MEASURES.get(amount.measure, ("",))[0] in {"days", "weeks", "months", "quarters", "years"}
    return lasts and before.group().strip() == "近" and bool(_RECENT.match(folded, amount.end))


def _make_quantity(text: str, start: int, end: int, amount: _Amount, bound: Bound) -> Numeral:
    units = MEASURES.get(amount.measure, ())
    unit = units[0] if len(units) == 1 else ""
    kinds: dict[str, Kind] = {"%": "percent", "percentage points": "points", "times": "multiple"}
    kind = kinds.get(unit, "quantity")
    return Numeral(text[start:end], start, end, kind, amount.low, amount.high, unit, amount.measure, bound)


def _read_signed(folded: str, start: int) -> _Amount | None:
    if _MINUS.match(folded, start):
        amount = _read_amount(folded, start + 1)
        return None if amount is None or amount.low is None else replace(amount, low=-amount.low)
    for reader in (_read_fraction, _read_ratio, _read_doubling, _read_range):
        if amount := reader(folded, start):
            return amount
    return None


def _read_ratio(folded: str, start: int) -> _Amount | None:
    match = _RATIO.match(folded, start)
    if match is None or int(match[2]) == 0:
        return None
    return _Amount(int(match[1]) / int(match[2]), None, match.end())


def _read_fraction(folded: str, start: int) -> _Amount | None:
    match = _FRACTION.match(folded, start)
    number = read_number(folded, match.end()) if match else None
    below = read_number(match[1], 0) if match else None
    if match is None or number is None or below is None or number.low is None or not below.low:
        return None
    if match[1] == "百":
        return _Amount(number.low, number.high, number.end, "%")
    return _Amount(number.low / below.low, None, number.end)


def _read_doubling(folded: str, start: int) -> _Amount | None:
    match = _DOUBLING.match(folded, start)
    number = read_number(folded, match.end()) if match else None
    if number is None or number.low is None:
        return None
    return _Amount(2.0**number.low, None, number.end + 1, "倍")


def _read_range(folded: str, start: int) -> _Amount | None:
    first = _read_amount(folded, start)
    join = _JOIN.match(folded, first.end) if first else None
    last = _read_amount(folded, join.end()) if join else None
    if first is None or last is None or first.low is None or last.low is None:
        return first
    if first.measure not in {"", last.measure}:
        return first
    # "3-5万" scales both ends, "8千-1万" only its own.
    borrows = first.factor == 1 and not first.measure and first.low * last.factor < last.low
    low = first.low * last.factor if borrows else first.low
    return _Amount(low, last.low, last.end, last.measure) if low < last.low else first


def _read_amount(folded: str, start: int) -> _Amount | None:
    number = read_number(folded, start)
    if number is None:
        return None
    low, high, end, factor = number.low, number.high, number.end, number.factor
    bound: Bound = "exact"
    if some := _SOME.match(folded, end):
        scale, end = read_scale(folded, some.end())
        low, high, bound, factor = _spread(some.group(), low, high, scale, factor)
    if plus := _PLUS.match(folded, end):
        bound, end = "over", plus.end()
    measure = _MEASURE.match(folded, end)
    word = measure.group().strip() if measure else ""
    end = measure.end() if measure else end
    return _Amount(_in_unit(low, word), _in_unit(high, word), end, word, bound, factor)


def _spread(
    word: str, low: float | None, high: float | None, scale: float, factor: float
) -> tuple[float | None, float | None, Bound, float]:
    """Read what "多", "余" or "几" adds to the number before it."""
    if low is None:
        return None, None, "over", factor
    if word == "几":
        return low + 1, low + 9, "range", factor
    return low * scale, None if high is None else high * scale, "over", factor * scale


def _in_unit(value: float | None, measure: str) -> float | None:
    """Read tenths ("三成") as per cent, and the half of "一年半" and "两个半月"."""
    if value is None:
        return None
    return value * 10 if measure == "成" else value + 0.5 * ("半" in measure)
