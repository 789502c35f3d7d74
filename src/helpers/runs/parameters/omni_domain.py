"""Parameters of the notebook on the shelf and omni-domain operation."""

from helpers.models.certain_demand import CertainDemandRecord
from helpers.models.field_accounts import FieldAccountsRecord
from helpers.models.record import Record, parameter
from helpers.models.river_flow import RiverFlowRecord
from helpers.models.saturation import SaturationRecord
from helpers.models.traffic_efficiency import TrafficEfficiencyRecord
from helpers.runs.contract import RunParameters


class ClaimedLiftRecord(Record):
    """What was claimed for the plan that couples creators and own live streams."""

    claimed_lift: float = parameter(
        0.15,
        unit="fraction of participants' GMV",
        meaning="Increment of GMV that was claimed for the merchants who take part.",
        rests_on=("fact:f080",),
        ge=0.0,
        le=2.0,
    )


class TrafficPotRecord(Record):
    """The traffic that the platform set aside as a reward."""

    traffic_pot_bn: float = parameter(
        60.0,
        unit="bn units of traffic a year",
        meaning="Traffic set aside in a year to reward joint work; what a unit is was not said.",
        rests_on=("data:events/gravity_2023",),
        ge=0.0,
        le=10000.0,
    )


class Parameters(
    TrafficEfficiencyRecord,
    FieldAccountsRecord,
    SaturationRecord,
    CertainDemandRecord,
    RiverFlowRecord,
    ClaimedLiftRecord,
    TrafficPotRecord,
    RunParameters,
):
    """What a reader may move on the page about the shelf."""
