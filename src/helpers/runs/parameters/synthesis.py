"""Parameters of the notebook that puts the answers together."""

from helpers.models.growth_account import AccountRecord
from helpers.models.marginal_bounds import MarginalRecord
from helpers.runs.contract import RunParameters


class Parameters(AccountRecord, MarginalRecord, RunParameters):
    """What a reader may move on the page that puts the answers together."""
