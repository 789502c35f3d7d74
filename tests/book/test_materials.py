"""The bill of materials names every locked package, what asked for it, and nothing of the machine."""

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from helpers import paths
from helpers.book.materials import read_lock, write_materials
from helpers.errors import InputError

LOCK = """\
alpha==1.2 \\
    --hash=sha256:00 \\
    --hash=sha256:11
    # via -r requirements.in
beta==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:22
    # via
    #   -r requirements.in
    #   alpha
"""


def test_a_lock_is_read_with_markers_and_parents():
    alpha, beta = read_lock(LOCK)
    assert ("alpha", "1.2", "", ("-r requirements.in",)) == (
        alpha.name,
        alpha.version,
        alpha.marker,
        alpha.parents,
    )
    assert ('python_full_version < "3.12"', ("-r requirements.in", "alpha")) == (beta.marker, beta.parents)


@pytest.mark.parametrize("line", ["alpha>=1.2", "alpha", "al pha==1"])
def test_a_package_that_is_not_pinned_is_refused(line):
    with pytest.raises(InputError, match="run make lock"):
        write_materials(f"{line} \\\n    --hash=sha256:00\n")


def test_the_bill_says_what_requires_what():
    bill = json.loads(write_materials(LOCK))
    tree = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert ["alpha@1.2", "beta@2.0"] == tree["kuaishou-report"]
    assert ["beta@2.0"] == tree["alpha@1.2"]


def test_the_bill_of_the_real_lock_is_valid_and_whole():
    text = (paths.ROOT / "requirements.txt").read_text()
    bill = write_materials(text)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    pinned = [line for line in text.splitlines() if not line.startswith(" ")]
    assert len(pinned) == len(json.loads(bill)["components"])


def test_the_same_lock_gives_the_same_bill():
    assert write_materials(LOCK) == write_materials(LOCK)
    assert "timestamp" not in json.loads(write_materials(LOCK))["metadata"]
