"""Errors say what to do and survive a process boundary."""

import pickle

import pytest

from helpers import errors


@pytest.mark.parametrize("kind", [errors.InputError, errors.DataError, errors.RunError, errors.CheckError])
def test_an_error_survives_pickling(kind):
    copy = pickle.loads(pickle.dumps(kind("what, why, way out")))
    assert ("what, why, way out", kind) == (str(copy), type(copy))


def test_an_unknown_name_offers_the_nearest_and_survives_pickling():
    error = pickle.loads(pickle.dumps(errors.UnknownNameError("dataset", "evnts", ["events", "sources"])))
    assert str(error) == "unknown dataset 'evnts'; did you mean events?"


def test_an_unknown_name_far_from_all_lists_them():
    assert "known: events, sources" in str(errors.UnknownNameError("dataset", "zzz", ["sources", "events"]))


def test_only_the_first_complaints_are_shown():
    assert errors.summarise_complaints(["a", "b", "c", "d"], shown=2) == "a; b; and 2 more"
