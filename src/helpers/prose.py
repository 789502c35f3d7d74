"""How figures are written in sentences, tables and tooltips."""

from __future__ import annotations

NOT_KNOWN = "not yet known"
MINUS = "\u2212"

# A spreadsheet takes text that begins so for a formula; the wide forms too, where it speaks Chinese.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

_SUFFIX = {"pp": " percentage points", "1": "", "": ""}
_PREFIX = {"RMB bn": "RMB ", "RMB m": "RMB ", "RMB": "RMB "}
_SCALE = {"RMB bn": "bn", "RMB m": "m", "RMB": ""}


def describe_share(share: float | None) -> str | None:
    """Say in a calibrated word how much of a whole is explained, as the method page defines it.

    Parameters
    ----------
    share : float or None
        Part of what is to be explained, 0 upwards.

    Returns
    -------
    str or None
        "little" up to a tenth, "part" up to a half, "most" below nine tenths, else "nearly all".
    """
    if share is None:
        return None
    if share >= 0.9:
        return "nearly all"
    return "most" if share > 0.5 else "part" if share > 0.1 else "little"


def format_number(value: float, spec: str = "") -> str:
    """Write a bare number with thousands separators and a true minus sign; nothing at all is a bare 0.

    Parameters
    ----------
    value : float
    spec : str
        Python format specification; by default three significant digits, or none after the point from 100 up.
    """
    chosen = spec or (",.0f" if abs(value) >= 100 else ",.3g")
    text = format(value, chosen)
    if value == 0:
        return "0"
    if float(text.replace(",", "").rstrip("%") or 0) == 0:
        text = text.lstrip("-+")
    return text.replace("-", MINUS)


def format_value(value: float | int | str | None, unit: str = "", spec: str = "") -> str:
    """Write a value with its unit; an unknown value reads `NOT_KNOWN`.

    >>> format_value(16.2, "percentage points", ".1f")
    '16.2 percentage points'
    >>> format_value(1389.6, "RMB bn", ",.1f")
    'RMB 1,389.6bn'
    >>> format_value(1, "quarters")
    '1 quarter'
    """
    if value is None:
        return NOT_KNOWN
    if isinstance(value, str):
        return value
    number = format_number(value, spec)
    if unit in _PREFIX:
        return f"{_PREFIX[unit]}{number}{_SCALE[unit]}"
    return _name(number, unit.removesuffix("s") if number == "1" and unit != "times" else unit)


def _name(number: str, unit: str) -> str:
    return number + _SUFFIX.get(unit, unit if unit.startswith("%") else f" {unit}")


def format_interval(low: float | None, high: float | None, unit: str = "", spec: str = "") -> str:
    """Write a range as ``low to high unit``; one open side becomes ``at least`` or ``at most``.

    Ends that are written alike are written once.
    """
    if low is None and high is None:
        return NOT_KNOWN
    if low is None:
        return f"at most {format_value(high, unit, spec)}"
    if high is None:
        return f"at least {format_value(low, unit, spec)}"
    first, last = format_number(low, spec), format_number(high, spec)
    if first == last:
        return format_value(low, unit, spec)
    if unit in _PREFIX:
        return f"{_PREFIX[unit]}{first} to {last}{_SCALE[unit]}"
    return f"{first} to {_name(last, unit)}"


def guard_cell(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula; leave all else.

    >>> guard_cell("=SUM(A1)")
    "'=SUM(A1)"
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
