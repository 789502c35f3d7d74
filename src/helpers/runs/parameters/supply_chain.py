"""Parameters of the notebook on the supply chain."""

from helpers.models.burst_fulfilment import BurstFulfilmentRecord
from helpers.models.noisy_choice import NoisyChoiceRecord
from helpers.models.programme_floors import ProgrammeFloorsRecord
from helpers.models.record import Record, parameter
from helpers.models.stock_depth import StockDepthRecord
from helpers.models.timing_or_forecast import TimingOrForecastRecord
from helpers.runs.contract import RunParameters


class PoolStartRecord(Record):
    """What is known of the sales that went through the goods pool."""

    first_month_pool_gmv_bn: float = parameter(
        1.0,
        unit="RMB bn",
        meaning="GMV that the goods pool passed in its first month; a floor, since the source says above.",
        rests_on=("data:events/goods_alliance_live",),
        ge=0.001,
        le=100,
    )


class Parameters(
    BurstFulfilmentRecord,
    StockDepthRecord,
    NoisyChoiceRecord,
    ProgrammeFloorsRecord,
    PoolStartRecord,
    TimingOrForecastRecord,
    RunParameters,
):
    """What a reader may move on the page about the supply chain."""
