"""What the tiny notebooks of the tests share: a parameter record, its cell, a cell that records a result."""

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


PARAMETERS_CELL = """\
as_of: str = "latest"
seed: int = 20240618
growth_rate: float = 0.02
years: int = 3
shape: str = "line"
weights: list[float] = [1.0, 2.0]"""

RESULT_CELL = """\
from helpers.runs.results import record
record("final_level", (1 + growth_rate) ** years, unit="1", meaning="Level after the horizon.")"""
