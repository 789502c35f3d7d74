"""What can go wrong, in words a reader can act on.

Every error of the report is a `ReportError` and also the builtin it is a case of. Its message is one line
that names the value, the rule and the way out; `exit_code` is what the command line returns.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST_REASON = 200
"""Characters of what another library says that are passed on."""


class ReportError(Exception):
    """Base of all errors that the report raises on purpose."""

    exit_code = 1


class InputError(ReportError, ValueError):
    """A value given by the user or found in a file breaks a rule."""

    exit_code = 2


class UnknownNameError(ReportError, KeyError):
    """A name (parameter, notebook, dataset, result) that does not exist; the nearest ones are offered."""

    exit_code = 2

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        self.kind, self.name, self.known = kind, name, sorted(known)
        super().__init__(kind, name, self.known)

    def __str__(self) -> str:
        near = get_close_matches(self.name, self.known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(self.known) or 'none'}"
        return f"unknown {self.kind} {self.name!r}; {hint}"

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, str, list[str]]]:
        return type(self), (self.kind, self.name, self.known)


class DataError(ReportError, ValueError):
    """A data file disagrees with its description in ``datapackage.json``."""


class RunError(ReportError, RuntimeError):
    """A notebook run failed; its notebook is kept for reading."""


class CheckError(ReportError, AssertionError):
    """A promise that the report makes about itself does not hold."""


class EnvironmentMissingError(ReportError, OSError):
    """The machine lacks something that the command needs."""

    exit_code = 3


def shorten(error: BaseException) -> str:
    """Return what an error says as one short line."""
    return " ".join(str(error).split())[:LONGEST_REASON]


def summarise_complaints(complaints: list[str], *, shown: int = 5) -> str:
    """Join the first few complaints about one input into one line and count the rest."""
    rest = len(complaints) - shown
    return "; ".join(complaints[:shown]) + (f"; and {rest} more" if rest > 0 else "")
