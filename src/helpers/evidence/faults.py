"""What can be wrong with the evidence, each fault with its own name."""

from __future__ import annotations

from helpers.errors import CheckError, DataError, InputError


class DocumentError(InputError):
    """A page cannot be read as an article."""


class RepairError(DocumentError):
    """A repair took more of a page than it may: it does not fit that page."""


class ChangedArticleError(CheckError):
    """An article is missing or is not the file that the facts were read from."""


class MissingFigureError(CheckError):
    """A fact or dismissal names a figure that does not stand at its place."""


class ReadingError(CheckError):
    """A fact's value, unit, qualifier or period is not what its figure says."""


class CoverageError(CheckError):
    """A numeric expression of an article is neither a fact nor dismissed."""


class UnitMismatchError(DataError):
    """A fact's unit does not fit its metric."""


class DuplicateIdError(DataError):
    """Two rows have the same key."""


class DanglingReferenceError(DataError):
    """A row refers to one that does not exist."""


class FieldError(DataError):
    """A field of a row breaks a rule of its table."""
