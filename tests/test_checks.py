"""Each check complains where its promise is broken."""

from pathlib import Path

from helpers import checks
from helpers.models import direct_loss
from helpers.runs import contract


def test_a_default_that_no_longer_follows_from_its_rows_is_named(monkeypatch):
    """A corrected row, or another formula, must not leave the old number in the parameters cell."""
    monkeypatch.setattr(contract, "list_notebooks", lambda: ["closed_loop"])
    monkeypatch.setattr(direct_loss, "solve_outside_share", lambda own_share: round(98.8 - own_share) + 0.5)
    (complaint,) = checks.check_parameters(Path())
    assert complaint.startswith("closed_loop: 'outside_share' is 0.012, helpers.models.direct_loss")
    assert complaint.endswith("gives 0.5; correct the default")
