"""Two books compared byte for byte, by their ``SHA256SUMS``."""

from itertools import zip_longest
from pathlib import Path

from helpers.book.build import SUMS_FILE

CONTEXT = 60


def find_difference(one: Path, other: Path) -> str:
    """Name the first file in which two books differ, with the bytes around the place; nothing if equal."""
    listed = [dict(map(_split, (book / SUMS_FILE).read_text().splitlines())) for book in (one, other)]
    for name in sorted(listed[0].keys() | listed[1].keys()):
        if missing := [
            str(book) for book, sums in zip((one, other), listed, strict=True) if name not in sums
        ]:
            return f"{name} is missing in {missing[0]}"
        if listed[0][name] != listed[1][name]:
            return f"{name} {_show((one / name).read_bytes(), (other / name).read_bytes())}"
    return ""


def _split(line: str) -> tuple[str, str]:
    total, _, name = line.partition("  ")
    return name, total


def _show(one: bytes, other: bytes) -> str:
    place = next(n for n, pair in enumerate(zip_longest(one, other)) if pair[0] != pair[1])
    start = max(0, place - CONTEXT)
    return f"at byte {place}: {one[start : place + CONTEXT]!r} and {other[start : place + CONTEXT]!r}"
