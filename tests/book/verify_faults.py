"""Faults thrown at runs and builds of a small book, for ``make verify``: nothing wrong is ever published.

After each fault the last good edition or the new one stands whole, every kept run can be read, and the next
build recovers. ``REPORT_FAULT_TRIES`` sets how often each fault is tried; CI takes a few.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from small_book import LEAD, make_project, write_tiny
from tiny import RESULT_CELL

from helpers import paths
from helpers.book import build
from helpers.checks import check_digest
from helpers.runs.record import read_run

TRIES = int(os.environ.get("REPORT_FAULT_TRIES", "40"))
TESTS = Path(__file__).parents[1]
BUILD = "from helpers.cli import main; main(['build'])"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small project with a good edition."""
    with pytest.MonkeyPatch.context() as patch:
        root = make_project(tmp_path_factory.mktemp("faults"), patch)
        patch.setenv("PYTHONPATH", f"{TESTS}{os.pathsep}{TESTS / 'book'}")
        build.build_edition()
        yield root


@pytest.fixture
def choose(request: pytest.FixtureRequest) -> random.Random:
    """Random choices that are the same each time the test is run."""
    return random.Random(request.node.name)


def start(*, largest_file: int = -1) -> subprocess.Popen[str]:
    """Start a build in a process group of its own; a file may have at most so many bytes."""
    limit = f"import resource as r; r.setrlimit(r.RLIMIT_FSIZE, ({largest_file},) * 2)"
    return subprocess.Popen(
        [sys.executable, "-c", f"{limit}; {BUILD}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return exit code and output of a build, which never ends in a traceback."""
    said, _ = process.communicate(timeout=300)
    assert "Traceback" not in said
    return process.returncode, said


def write_edit(number: int, *, prose: str = "Edit") -> str:
    """Change code and prose, so that there is all to do; return what the page must show."""
    code = f'{RESULT_CELL}\nrecord("told", {number}, unit="1", meaning="Number of the edit.")'
    write_tiny(paths.NOTEBOOKS, lead=f"{LEAD} {prose} {{result}}`tiny_growth/told:.0f`.", code=code)
    return f">{number}<"


def check_standing() -> str | None:
    """Hold what stands against its sums; return the id of the edition, None in the middle of a swap."""
    assert all(read_run(path) for path in list_runs())
    folder = paths.BUILD / "html"
    if not folder.exists():
        assert [] == check_digest(paths.BUILD / ".html-previous")
        return None
    assert [] == check_digest(folder)
    return str(json.loads((folder / build.EDITION_FILE).read_text())["edition_id"])


def list_runs() -> list[Path]:
    return [path for path in (paths.RUNS / "tiny_growth").glob("*") if path.name not in ("failed", ".lookup")]


def recover(expected: str) -> str | None:
    """Build again, which must show the newest edit and leave nothing over; return the edition's id."""
    edition = build.build_edition()
    assert expected in (edition.folder / "chapters" / "tiny_growth.html").read_text()
    assert [] == list(paths.BUILD.glob(f"{build.STAGING}*"))
    return check_standing()


def test_a_build_killed_at_any_moment_publishes_nothing_by_halves(project, choose):
    """The whole group of processes is killed after a random part of the time that a build takes."""
    write_edit(100)
    begun = time.monotonic()
    assert 0 == finish(start())[0]
    usual = time.monotonic() - begun
    for number in range(101, 101 + TRIES):
        old, expected = check_standing(), write_edit(number)
        process = start()
        with suppress(subprocess.TimeoutExpired):
            process.wait(choose.uniform(0, usual))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        standing = check_standing()
        assert standing in (old, recover(expected), None)


def test_a_full_disk_leaves_the_last_edition(project, choose):
    """No file may grow beyond a random size, which ends a write as a full disk does."""
    for number in range(1000, 1000 + TRIES):
        old, expected = check_standing(), write_edit(number)
        code, said = finish(start(largest_file=int(10 ** choose.uniform(2, 5))))
        assert 0 != code, said
        assert old == check_standing()
        recover(expected)


def test_a_damaged_run_is_made_again(project, choose):
    """A file of the run that a page rests on is cut, or one of its bits turned: the same numbers come out."""
    for number in range(2000, 2000 + TRIES):
        before = set(list_runs())
        recover(write_edit(number))
        (run,) = set(list_runs()) - before
        damage(choose.choice(sorted(run.iterdir())), choose)
        recover(write_edit(number, prose="Again edit"))


def damage(path: Path, choose: random.Random) -> None:
    """Cut a file or turn one of its bits."""
    content = bytearray(path.read_bytes())
    place = choose.randrange(len(content))
    if choose.random() < 0.5:
        del content[place:]
    else:
        content[place] ^= 1 << choose.randrange(8)
    path.write_bytes(bytes(content))


def test_a_source_cut_anywhere_stops_the_build(project, choose):
    """A notebook or table cut at a random place: said in a line, with the last edition untouched."""
    old = recover(write_edit(3000))
    files = [paths.NOTEBOOKS / "tiny_growth.ipynb", *sorted(paths.DATA.glob("*.csv"))]
    for _ in range(TRIES):
        path = choose.choice(files)
        good = path.read_bytes()
        path.write_bytes(good[: choose.randrange(len(good) - 1)])
        code, said = finish(start())
        path.write_bytes(good)
        assert code in (1, 2), said
        assert old == check_standing()


def test_two_builds_at_once_make_one_edition(project):
    """One builds, the other builds after it or says that another is under way."""
    for number in range(4000, 4000 + min(TRIES, 10)):
        expected = write_edit(number)
        ends = [finish(process) for process in [start(), start()]]
        assert 0 in [code for code, _ in ends]
        assert all(code == 0 or "another build is under way" in said for code, said in ends)
        recover(expected)


def test_data_changed_during_a_build_are_never_mixed_in(project, choose):
    """A table is edited at a random moment: the build fails, or its edition is the one of the data before."""
    path = paths.DATA / "kuaishou_quarterly.csv"
    good = path.read_bytes()
    for number in range(5000, 5000 + TRIES):
        old, expected = check_standing(), write_edit(number)
        process = start()
        time.sleep(choose.uniform(0, 3))
        path.write_bytes(good.replace(b",", b";", 1))
        code, said = finish(process)
        path.write_bytes(good)
        assert code in (0, 1, 2), said
        standing, new = check_standing(), recover(expected)
        assert standing == (old if code else new)
