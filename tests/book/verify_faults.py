"""Faults thrown at builds of a small book, for ``make verify``: nothing wrong is ever published.

After each fault the last good edition or the new one stands whole, every kept run can be read, and the next
build recovers. ``REPORT_FAULT_TRIES`` sets how often each fault is tried; CI takes a few.
"""

import shutil
import time

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
    write_edit,
)

from helpers import paths
from helpers.book import renderer

IN_A_ROW = 5


def test_a_build_killed_at_any_moment_publishes_nothing_by_halves(broken, choose):
    """The whole group of processes is killed after a random part of the time that a build takes.

    It is killed several times in a row, so that builds also begin in what a killed one left.
    """
    write_edit(100)
    usual = measure("build")
    for first in range(0, TRIES, IN_A_ROW):
        old, expected = check_standing(), write_edit(101 + first)
        standing = {old, None}
        for _ in range(first, min(first + IN_A_ROW, TRIES)):
            kill_within(start("build"), choose.uniform(0, usual))
            standing.add(check_standing())
        assert standing == {old, None} | standing & {recover(expected)}


def test_a_full_disk_leaves_the_last_edition(broken, choose):
    """No file may grow beyond a random size, which ends a write as a full disk does."""
    for number in range(1000, 1000 + TRIES):
        old, expected = check_standing(), write_edit(number)
        code, said = finish(start("build", before=limit_files(choose)))
        assert 0 != code, said
        assert old == check_standing()
        recover(expected)


def test_a_damaged_run_is_made_again(broken, choose):
    """A file of the run that a page rests on is cut, or one of its bits turned: the same numbers come out."""
    for number in range(2000, 2000 + TRIES):
        before = set(list_runs())
        recover(write_edit(number))
        (run,) = set(list_runs()) - before
        damage(choose.choice(sorted(run.iterdir())), choose)
        recover(write_edit(number, prose="Again edit"))


def test_a_damaged_picture_is_drawn_again(broken, choose):
    """One of the pictures that are kept for the next build is damaged: the next build has the same bytes."""
    for number in range(2500, 2500 + TRIES):
        expected = write_edit(number)
        peaceful = recover(expected)
        shutil.rmtree(paths.BUILD / "html")
        damage(choose.choice(sorted((paths.BUILD / renderer.FOLDER).rglob("*.pkl"))), choose)
        assert peaceful == recover(expected)


def test_a_source_cut_anywhere_stops_the_build(broken, choose):
    """A notebook or table cut at a random place: said in a line, with the last edition untouched."""
    old = recover(write_edit(3000))
    files = [paths.NOTEBOOKS / "tiny_growth.ipynb", *sorted(paths.DATA.glob("*.csv"))]
    for _ in range(TRIES):
        path = choose.choice(files)
        good = path.read_bytes()
        path.write_bytes(good[: choose.randrange(len(good) - 1)])
        code, said = finish(start("build"))
        path.write_bytes(good)
        assert code in (1, 2), said
        assert old == check_standing()


def test_two_builds_at_once_make_one_edition(broken):
    """One builds, the other builds after it or says that another is under way."""
    for number in range(4000, 4000 + min(TRIES, 10)):
        expected = write_edit(number)
        ends = [finish(process) for process in [start("build"), start("build")]]
        assert 0 in [code for code, _ in ends]
        assert all(code == 0 or "another build is under way" in said for code, said in ends)
        recover(expected)


def test_data_changed_during_a_build_are_never_mixed_in(broken, choose):
    """A table is edited at a random moment: the build fails, or shows the data as before or as after.

    The edit is accepted or not; an edition is as before or after if it has the bytes of one built in peace.
    """
    write_edit(4999)
    usual = measure("build")
    good, edited = accept_edit()
    (table, _) = good
    for number in range(5000, 5000 + TRIES):
        old, expected = check_standing(), write_edit(number)
        accepted = choose.random() < 0.5
        process = start("build")
        time.sleep(choose.uniform(0, usual))
        put(edited if accepted else {table: edited[table]})
        code, said = finish(process)
        assert code in (0, 1, 2), said
        standing = check_standing()
        peaceful = [recover(expected)] if accepted else []
        put(good)
        peaceful.append(recover(expected))
        assert standing in ([old] if code else peaceful)
