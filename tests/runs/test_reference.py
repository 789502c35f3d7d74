"""A moved number is seen, with old and new."""

from helpers.runs.reference import compare_results


def entry(value, low=None, high=None, unit="%"):
    return {"value": value, "low": low, "high": high, "unit": unit, "why": None}


def test_a_moved_result_shows_old_and_new():
    lines = compare_results({"share": entry(1.0)}, {"share": entry(1.5)})
    assert ["share: 1% -> 1.5%"] == lines


def test_a_moved_interval_or_unit_is_seen_too():
    old = {"share": entry(1.0, 0.5, 2.0), "gain": entry(3.0)}
    new = {"share": entry(1.0, 0.5, 2.5), "gain": entry(3.0, unit="RMB bn")}
    assert ["gain: 3% -> RMB 3bn", "share: 1% (0.5 to 2) -> 1% (0.5 to 2.5)"] == compare_results(old, new)


def test_noise_of_the_last_digit_is_no_move():
    assert [] == compare_results({"share": entry(1 / 3)}, {"share": entry(1 / 3 * (1 + 1e-9))})


def test_what_appears_or_vanishes_is_named():
    assert ["a: no longer recorded", "b: new, 2%"] == compare_results({"a": entry(1.0)}, {"b": entry(2.0)})
