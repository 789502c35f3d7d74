"""A parameter record for the tiny notebooks of the tests."""

from helpers.models.record import parameter
from helpers.runs.contract import RunParameters


class Parameters(RunParameters):
    """Two numbers and a choice."""

    growth_rate: float = parameter(
        0.02, unit="fraction per year", ge=-0.1, le=0.2, meaning="Growth of a year."
    )
    years: int = parameter(3, unit="years", ge=1, le=50, meaning="Horizon.")
    shape: str = parameter("line", unit="1", choices=("line", "curve"), meaning="Form of the path.")
    weights: list[float] = parameter([1.0, 2.0], unit="1", meaning="Weights of the parts.")
