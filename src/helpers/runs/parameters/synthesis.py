"""Parameters of the notebook that puts the answers together."""

from helpers.models.divisia import DivisiaRecord
from helpers.models.record import Record, parameter
from helpers.runs.contract import RunParameters


class ComparisonRecord(Record):
    """Which quarters are compared, and when a rise says something."""

    compared_quarter: int = parameter(
        2,
        unit="quarter of the year",
        meaning="The quarter that is compared from year to year; one season is left in all of them.",
        ge=1,
        le=4,
    )
    least_rise: float = parameter(
        0.05,
        unit="change of the logarithm",
        meaning="Yearly rise of an input from which its elasticity is bounded; below it rounding decides.",
        ge=0.01,
        le=0.5,
    )


class Parameters(DivisiaRecord, ComparisonRecord, RunParameters):
    """What a reader may move on the page that puts the answers together."""
