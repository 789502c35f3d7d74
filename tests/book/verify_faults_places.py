"""Folders and files that may not be used, and clocks that are wrong, for ``make verify``.

Permissions bind the superuser only where it gives up the right to pass over them, which ``setpriv`` does.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bytewise import find_difference
from faults import check_standing, finish, put, recover, start, succeed, write_edit

from helpers import paths
from helpers.book import answer

BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []
NOTHING, READ_ONLY = 0o000, 0o555
RUN, BUILD, ACCEPT, REHASH = ("run", "tiny_growth"), ("build",), ("accept",), ("rehash",)
SWEEP = ("sweep", "tiny_growth", "--grid", "years=1,2")
NOTEBOOK, TABLE = "notebooks/tiny_growth.ipynb", "data/sources.csv"
YEAR = 366 * 24 * 3600
CLOCK = """
import os, time
shift = int(os.environ.get("FAULT_CLOCK_SECONDS", "0"))
now, now_ns = time.time, time.time_ns
time.time = lambda: now() + shift
time.time_ns = lambda: now_ns() + shift * 10**9
"""


@pytest.fixture(scope="module")
def bound(broken: Path) -> Path:
    """The broken project, ready for every command, where permissions can bind."""
    try:
        subprocess.run([*BOUND, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the superuser cannot be bound by permissions here: {error}")
    (broken / "README.md").write_text(f"# Tiny\n\n{answer.START}\n{answer.END}\n")
    succeed(*ACCEPT)
    return broken


@contextmanager
def lock(path: Path, mode: int) -> Iterator[None]:
    """Give a file or folder other permissions for a while."""
    usual = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(usual)


@pytest.mark.parametrize(
    ("place", "mode", "command", "code"),
    [
        ("runs", READ_ONLY, RUN, 3),
        ("runs", READ_ONLY, SWEEP, 3),
        ("runs", READ_ONLY, BUILD, 3),
        ("runs", NOTHING, RUN, 3),
        ("runs/tiny_growth", READ_ONLY, RUN, 3),
        ("runs/tiny_growth", READ_ONLY, SWEEP, 3),
        ("runs/tiny_growth", NOTHING, BUILD, 3),
        ("runs/.lock", NOTHING, RUN, 3),
        ("_build", READ_ONLY, BUILD, 3),
        ("_build", NOTHING, BUILD, 3),
        ("book", READ_ONLY, BUILD, 3),
        ("book", NOTHING, BUILD, 3),
        ("book/index.md", NOTHING, BUILD, 1),
        ("book/chapters", READ_ONLY, BUILD, 3),
        (TABLE, NOTHING, RUN, 3),
        (TABLE, NOTHING, BUILD, 3),
        (TABLE, NOTHING, REHASH, 3),
        ("data", NOTHING, RUN, 3),
        ("data", NOTHING, BUILD, 3),
        ("data", READ_ONLY, REHASH, 3),
        (NOTEBOOK, NOTHING, RUN, 3),
        (NOTEBOOK, NOTHING, SWEEP, 3),
        (NOTEBOOK, NOTHING, BUILD, 3),
        ("notebooks", NOTHING, RUN, 3),
        ("notebooks", NOTHING, BUILD, 3),
        ("notebooks/scenarios.yml", NOTHING, RUN, 3),
        ("_toc.yml", NOTHING, BUILD, 3),
        ("tests/reference/default", READ_ONLY, ACCEPT, 3),
        ("tests/reference", NOTHING, ACCEPT, 3),
        ("README.md", NOTHING, ACCEPT, 3),
        (".", READ_ONLY, ACCEPT, 3),
    ],
)
def test_a_place_that_may_not_be_used_is_named_and_nothing_is_lost(bound, place, mode, command, code):
    """The message names it; when it may be used again, the same command goes through."""
    number = sum(map(ord, f"{place}{mode}{command}"))
    old, expected = check_standing(), write_edit(number)
    files = {path: path.read_bytes() for path in (bound / "README.md", *bound.glob("tests/**/*.json"))}
    if command == REHASH:
        (bound / TABLE).write_bytes((bound / TABLE).read_bytes().replace(b",Kuaishou", b",A Kuaishou", 1))
    with lock(bound / place, mode):
        found, said = finish(start(*command, prefix=BOUND))
    assert code == found, said
    assert (bound / place).resolve().name in said
    assert code == 1 or 1 == len(said.strip().splitlines())
    assert old == check_standing()
    assert files == {path: path.read_bytes() for path in files}
    succeed(*command)
    if command == BUILD:
        recover(expected)


def test_a_book_that_may_not_be_replaced_stands_until_it_may(bound):
    expected = write_edit(7000)
    with lock(paths.BUILD / "html", READ_ONLY):
        for _ in range(2):
            finish(start(*BUILD, prefix=BOUND))
            assert check_standing() is not None
    recover(expected)


@pytest.fixture
def clock(tmp_path, monkeypatch) -> Path:
    """Let the processes started from here on believe in another time."""
    (tmp_path / "sitecustomize.py").write_text(CLOCK)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ['PYTHONPATH']}")
    return tmp_path


def test_the_time_is_no_part_of_a_book(broken, clock):
    """Files as old as the clock says, before 1980 and after 2107 too, and runs made then: the same bytes."""
    write_edit(8000)
    succeed(*BUILD)
    for years in (-60, -1, 1, 100):
        shutil.rmtree(paths.RUNS)
        stamp = time.time() + years * YEAR
        for path in (broken / "data", broken / "book", broken / "notebooks"):
            for file in (path, *path.rglob("*")):
                os.utime(file, (stamp, stamp))
        target = broken / f"moved-{years}"
        succeed(*BUILD, "--to", str(target), FAULT_CLOCK_SECONDS=str(years * YEAR))
        assert "" == find_difference(paths.BUILD / "html", target)


def test_an_edit_that_leaves_size_and_time_is_noticed(broken, clock):
    """A notebook's and a table's, with the clock a year back since the last build."""
    write_edit(8100)
    succeed(*BUILD)
    for path in (paths.NOTEBOOKS / "tiny_growth.ipynb", paths.DATA / "sources.csv"):
        good, times = path.read_bytes(), path.stat()
        path.write_bytes(good.replace(b"8100", b"8200").replace(b",Kuaishou", b",kuaishou"))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert times.st_size == path.stat().st_size
        code, said = finish(start(*BUILD, FAULT_CLOCK_SECONDS=str(-YEAR)))
        assert (path.suffix == ".csv") == code, said
        assert "up to date" not in said
        assert ">8200<" in (paths.BUILD / "html" / "chapters" / "tiny_growth.html").read_text()
        if path.suffix == ".csv":
            put({path: good})
