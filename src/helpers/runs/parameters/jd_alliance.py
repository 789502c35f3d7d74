"""Parameters of the notebook on the alliance with JD."""

from typing import Self

from pydantic import model_validator

from helpers.models.alliance_game import AllianceGameRecord
from helpers.models.day_in_scale import DayInScaleRecord
from helpers.models.hold_up import HoldUpRecord
from helpers.models.jump_friction import JumpFrictionRecord
from helpers.models.record import Record, parameter
from helpers.runs.contract import RunParameters


class JointDayRecord(Record):
    """The joint sales day as it was reported."""

    joint_day_paid_rmb_bn: float = parameter(
        1.42,
        unit="RMB bn",
        meaning="Amount sold on the joint day; a later account calls it paid.",
        rests_on=("data:events/jd_sales_day",),
        ge=0.01,
        le=10.0,
    )


class DouyinStoreRecord(Record):
    """JD's other door: its own store on Douyin."""

    douyin_commitment_rmb_bn: float = parameter(
        20.0,
        unit="RMB bn",
        meaning="Sales reported as promised for JD's store on Douyin; the period is not stated.",
        rests_on=("data:events/jd_opens_on_douyin",),
        ge=0.0,
        le=1000.0,
    )


class DouyinShareRecord(Record):
    """What Douyin's own shops held when it announced its cut, read from a media estimate of the year."""

    douyin_own_share_low: float = parameter(
        0.2,
        unit="share of GMV, 0 to 1",
        meaning="Least part of Douyin's sales in its own shops: the part named over the total, both floors.",
        rests_on=("data:peers_annual/2020/Douyin e-commerce/gmv",),
        ge=0.0,
        le=1.0,
    )
    douyin_own_share_high: float = parameter(
        0.4,
        unit="share of GMV, 0 to 1",
        meaning="Most of it: the total named less what closed on other platforms, over the total.",
        rests_on=("data:peers_annual/2020/Douyin e-commerce/gmv",),
        ge=0.0,
        le=1.0,
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.douyin_own_share_low > self.douyin_own_share_high:
            raise ValueError("'douyin_own_share_low' must not be above 'douyin_own_share_high'")
        return self


class Parameters(
    JointDayRecord,
    DayInScaleRecord,
    JumpFrictionRecord,
    AllianceGameRecord,
    DouyinStoreRecord,
    HoldUpRecord,
    DouyinShareRecord,
    RunParameters,
):
    """What a reader may move on the page about the alliance with JD."""
