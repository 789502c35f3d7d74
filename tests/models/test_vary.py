"""A record is varied within what its fields allow."""

import pytest
from pydantic import ValidationError

from helpers.models.record import Record, parameter


class ShareRecord(Record):
    """Two shares."""

    outside_share: float = parameter(0.1, unit="1", meaning="Outside.", ge=0, le=1)
    inside_share: float = parameter(0.9, unit="1", meaning="Inside.", ge=0, le=1)


def test_a_varied_record_keeps_its_other_fields():
    varied = ShareRecord(inside_share=0.5).vary(outside_share=0.2)
    assert ShareRecord(outside_share=0.2, inside_share=0.5) == varied


@pytest.mark.parametrize("change", [{"outside_share": 1.1}, {"outside": 0.2}])
def test_a_value_or_name_that_the_record_does_not_know_is_refused(change):
    with pytest.raises(ValidationError):
        ShareRecord().vary(**change)
