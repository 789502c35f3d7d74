"""The parameter record of the reference notebook ``reference.ipynb``."""

from helpers.models.record import parameter
from helpers.runs.contract import RunParameters


class Parameters(RunParameters):
    """What may be varied in the reference notebook."""

    growth_rate: float = parameter(
        0.05, unit="fraction per year", ge=-0.5, le=0.5, meaning="Mean growth of a year."
    )
    shock_sd: float = parameter(
        0.1, unit="fraction per year", ge=0, le=1, meaning="Standard deviation of a year's growth."
    )
    years: int = parameter(20, unit="years", ge=2, le=100, meaning="Horizon.")
    draws: int = parameter(200, unit="paths", ge=1, le=100_000, meaning="Paths that are drawn.")
