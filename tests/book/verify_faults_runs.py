"""Faults thrown at runs, sweeps and what a maintainer accepts, for ``make verify``: nothing finished is lost.

``REPORT_FAULT_TRIES`` sets how often each fault is tried; CI takes a few.
"""

import csv
import json
import shutil
import time
from datetime import date
from pathlib import Path

import pytest
from faults import (
    TRIES,
    accept_edit,
    check_standing,
    damage,
    finish,
    kill_within,
    limit_files,
    list_runs,
    measure,
    put,
    recover,
    start,
    succeed,
    write_edit,
)
from small_book import write_tiny

from helpers import paths
from helpers.book import answer
from helpers.runs.record import read_run

RUN = ("run", "tiny_growth")
SWEEP = ("sweep", "tiny_growth", "--grid", "years=1..6", "--grid", "growth_rate=0.01,0.02", "-j", "2")
SIZE = 12
READ_TWICE = """
import hashlib
from helpers import data
from helpers.runs.results import record

def measure_titles():
    return float(data.load("sources")["publisher"].str.len().sum())

first = measure_titles()
for _ in range(200_000):
    hashlib.sha256(b"").digest()
record("first", first, unit="1", meaning="Letters at first.")
record("second", measure_titles(), unit="1", meaning="Letters at last.")
record("final_level", float(years), unit="1", meaning="Years.")"""


def read_records() -> dict[Path, bytes]:
    """Return the records of all finished runs; one that was made again has another duration."""
    return {path: (path / "run.json").read_bytes() for path in list_runs() if read_run(path)}


def read_table() -> bytes:
    """Return the table of the one sweep."""
    (table,) = (paths.RUNS / "sweeps").glob("*/runs.csv")
    return table.read_bytes()


@pytest.fixture
def undisturbed(broken):
    """The table of the sweep made in one go, and how long that takes; its runs are gone again."""
    shutil.rmtree(paths.RUNS)
    write_edit(1)
    seconds = measure(*SWEEP)
    table = read_table()
    assert SIZE == len(list_runs()) == len(list(csv.DictReader(table.decode().splitlines())))
    shutil.rmtree(paths.RUNS)
    return table, seconds


def test_a_run_killed_at_any_moment_is_kept_whole_or_not_at_all(broken, choose):
    """What was finished when it was killed answers the next command, which makes anything else once."""
    write_edit(200)
    usual = measure(*RUN)
    for number in range(201, 201 + TRIES):
        write_edit(number)
        before = read_records()
        kill_within(start(*RUN), choose.uniform(0, usual))
        check_standing()
        kept = read_records()
        assert f"told = {number}" in succeed(*RUN)
        after = read_records()
        assert before.items() <= kept.items() <= after.items()
        assert len(before) + 1 == len(after)
        assert [] == list(paths.RUNS.glob(".writing-*"))


def test_a_sweep_killed_at_any_moment_goes_on_where_it_was(undisturbed, choose):
    """Killed up to three times with two runs at a time: the table is that of one go, no run is made twice."""
    table, usual = undisturbed
    for first in range(0, TRIES, 3):
        shutil.rmtree(paths.RUNS, ignore_errors=True)
        kept: dict[Path, bytes] = {}
        for _ in range(first, min(first + 3, TRIES)):
            kill_within(start(*SWEEP), choose.uniform(0, usual))
            before, kept = kept, read_records()
            assert before.items() <= kept.items()
        assert f"{SIZE} runs ({len(kept)} at hand, 0 failed)" in succeed(*SWEEP)
        assert table == read_table()
        assert kept.items() <= read_records().items()
        assert SIZE == len(list_runs())
        assert [] == list(paths.RUNS.glob(".writing-*"))


def test_a_full_disk_loses_nothing_that_is_finished(undisturbed, choose):
    """A run or a sweep says so in a line, or is small enough; with room again the table is that of one go."""
    table, _ = undisturbed
    for _ in range(TRIES):
        shutil.rmtree(paths.RUNS, ignore_errors=True)
        code, said = finish(start(*choose.choice([RUN, SWEEP]), before=limit_files(choose)))
        assert code == 0 or "File too large" in said
        kept = read_records()
        assert len(list_runs()) == len(kept)
        succeed(*SWEEP)
        assert table == read_table()
        assert kept.items() <= read_records().items()


def test_a_sweep_goes_on_over_whatever_is_damaged(undisturbed, choose):
    """Files of finished runs are cut or have a bit turned, marks that lead to them are lost or misplaced."""
    table, usual = undisturbed
    for _ in range(TRIES):
        shutil.rmtree(paths.RUNS, ignore_errors=True)
        process = start(*SWEEP)
        if choose.random() < 0.5:
            kill_within(process, choose.uniform(usual / 2, usual))
        finish(process)
        for run in list_runs():
            if choose.random() < 0.5:
                damage(choose.choice(sorted(run.iterdir())), choose)
        confuse_marks(choose)
        assert f"{SIZE} runs (" in succeed(*SWEEP)
        assert table == read_table()
        assert SIZE == len(read_records())


def confuse_marks(choose) -> None:
    """Take some marks away and let some lead to another run or to none."""
    keys = [path.name for path in list_runs()]
    for folder in sorted((paths.RUNS / "tiny_growth" / ".lookup").glob("*")):
        kind = choose.randrange(3)
        if kind == 0:
            shutil.rmtree(folder)
        if kind == 1:
            (folder / choose.choice([*keys, "none"])).touch()


def test_data_changed_during_a_run_are_never_taken_for_others(broken, choose):
    """A table is edited, and perhaps edited back, while runs read it twice: what is kept fits its record."""
    shutil.rmtree(paths.RUNS)
    write_tiny(paths.NOTEBOOKS, code=READ_TWICE)
    usual = measure(*RUN)
    good, edited = accept_edit()
    letters: dict[str, float] = {}
    for files in (edited, good):
        put(files)
        succeed(*RUN)
    check_letters(letters)
    assert 2 == len(set(letters.values()))
    for _ in range(TRIES):
        command = choose.choice([RUN, SWEEP])
        shutil.rmtree(paths.RUNS, ignore_errors=True)
        process = start(*command)
        time.sleep(choose.uniform(0, usual))
        put(edited)
        if choose.random() < 0.5:
            time.sleep(choose.uniform(0, 0.3))
            put(good)
        code, said = finish(process)
        assert code in (0, 1, 2), said
        check_letters(letters)
        if code == 0 and command == SWEEP:
            assert 1 == len({row["first"] for row in csv.DictReader(read_table().decode().splitlines())})
        put(good)
        succeed(*command)


def check_letters(known: dict[str, float]) -> None:
    """Hold what each kept run says of a table against what others say with the same hash of it."""
    for run in map(read_run, list_runs()):
        first, second = (result["value"] for result in run.results[:2])
        assert first == second == known.setdefault(run.record["inputs"]["data/sources.csv"], first)


@pytest.fixture
def accepted(broken):
    """A project with accepted results and a README."""
    (broken / "README.md").write_text(f"# Tiny\n\n{answer.START}\n{answer.END}\n")
    write_edit(300)
    succeed("accept")
    return broken


def read_accepted(root: Path) -> dict[Path, str]:
    """Return the files that accepting writes; each can be read."""
    files = [*root.glob("tests/reference/**/*.json"), *root.glob("book/editions/*.json")]
    for path in files:
        json.loads(path.read_text())
    return {path: path.read_text() for path in [*files, root / "README.md"]}


def test_accepting_killed_at_any_moment_writes_everything_or_nothing(accepted, choose):
    """The same command again, or the one without the day that is kept by then, ends it."""
    usual = measure("accept")
    for number in range(301, 301 + TRIES):
        write_edit(number)
        command = ("accept", "--edition", date.fromordinal(740000 + number).isoformat())
        before = read_accepted(accepted)
        kill_within(start(*command), choose.uniform(0, usual))
        killed = read_accepted(accepted)
        if killed == before:
            succeed(*command)
            assert before.keys() < read_accepted(accepted).keys()
        else:
            assert "nothing moved" in succeed("accept")
            assert killed == read_accepted(accepted)


def test_rehashing_killed_at_any_moment_writes_everything_or_nothing(broken, choose):
    usual = measure("rehash")
    good, edited = accept_edit()
    table, manifest = good
    for _ in range(TRIES):
        put({table: edited[table]})
        kill_within(start("rehash"), choose.uniform(0, usual))
        assert manifest.read_bytes() in (good[manifest], edited[manifest])
        succeed("rehash")
        assert edited[manifest] == manifest.read_bytes()
        put(good)


def test_commands_at_once_lose_nothing(undisturbed, choose):
    """Two sweeps, a sweep and a build, two runs of one key: each is done, or says who is under way."""
    table, _ = undisturbed
    pairs = [(SWEEP, SWEEP), (SWEEP, ("build",)), (RUN, RUN), ((*RUN, "--fresh"), ("build",))]
    for number in range(TRIES):
        first, second = pairs[number % len(pairs)]
        shutil.rmtree(paths.RUNS, ignore_errors=True)
        ends = [finish(process) for process in [start(*first), start(*second)]]
        assert 0 in [code for code, _ in ends]
        assert all(code == 0 or "another sweep of tiny_growth is under way" in said for code, said in ends)
        succeed(*SWEEP)
        assert table == read_table()
        assert len(list_runs()) == len(read_records())
        recover(">1<")
