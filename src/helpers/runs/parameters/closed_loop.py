"""Parameters of the notebook on the closed loop."""

from helpers.models.channel_risk import ChannelRiskRecord
from helpers.models.direct_loss import DirectLossRecord
from helpers.models.interrupted_series import InterruptedSeriesRecord
from helpers.models.reopening import ReopeningRecord
from helpers.runs.contract import RunParameters


class Parameters(
    DirectLossRecord, InterruptedSeriesRecord, ReopeningRecord, ChannelRiskRecord, RunParameters
):
    """What a reader may move on the page about the closed loop."""
