"""A run's folder is whole or not there, whatever happens to the writer."""

import errno
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from helpers import paths
from helpers.errors import EnvironmentMissingError
from helpers.runs import record
from helpers.runs.record import Executed, RunPlan, read_run, write_folder, write_run

PLAN = RunPlan("own", {"seed": 1, "years": 3}, "2026-01-01", "{}", ("years = 3",), ((),))
EXECUTED = Executed(
    '{"cells": []}', [{"name": "a"}], {"data/a.csv": "0" * 64}, {"python": "3"}, None, {"seconds": 1}
)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_run_is_read_back_as_it_was_written(project):
    run = read_run(write_run(PLAN, EXECUTED))
    assert {"own.ipynb", "results.json", "run.json"} == names_in(run.folder)
    assert EXECUTED.results == run.results
    assert ("succeeded", 3) == (run.record["status"], run.record["parameters"]["years"])


def test_the_key_depends_on_all_that_decides_and_on_no_time(project):
    folder = write_run(PLAN, EXECUTED)
    assert folder == write_run(PLAN, replace(EXECUTED, timing={"seconds": 2}))
    others = [
        (replace(PLAN, parameters={"seed": 1, "years": 4}), EXECUTED),
        (replace(PLAN, code=("years = 4",)), EXECUTED),
        (replace(PLAN, as_of="2026-01-02"), EXECUTED),
        (replace(PLAN, steering=(("raises-exception",),)), EXECUTED),
        (PLAN, replace(EXECUTED, inputs={"data/a.csv": "1" * 64})),
        (PLAN, replace(EXECUTED, versions={"python": "4"})),
    ]
    assert len({folder, *(write_run(plan, executed) for plan, executed in others)}) == 7


def test_prose_is_no_part_of_the_key():
    assert PLAN.lookup == replace(PLAN, source='{"cells": ["other"]}').lookup


def test_what_came_out_travels_as_bytes():
    assert EXECUTED == Executed.from_bytes(EXECUTED.to_bytes())


@pytest.mark.parametrize("file", ["run.json", "results.json", "own.ipynb"])
def test_a_file_cut_in_half_or_gone_makes_the_run_untrusted(project, file):
    folder = write_run(PLAN, EXECUTED)
    (folder / file).write_text((folder / file).read_text()[:10])
    assert read_run(folder) is None
    (folder / file).unlink()
    assert read_run(folder) is None


def test_a_value_altered_in_the_record_makes_the_run_untrusted(project):
    """The record says what the results are of; no hash of another file covers it."""
    folder = write_run(PLAN, EXECUTED)
    text = (folder / "run.json").read_text()
    (folder / "run.json").write_text(text.replace('"years": 3', '"years": 4'))
    assert read_run(folder) is None
    assert read_run(write_run(PLAN, EXECUTED)).record["parameters"]["years"] == 3


def test_an_equal_run_stays_where_it_is(project):
    """Whoever reads it while another writes the same must not find it gone; a damaged one gives way."""
    folder = write_run(PLAN, EXECUTED)
    place = folder.stat().st_ino
    assert place == write_run(PLAN, replace(EXECUTED, timing={"seconds": 2})).stat().st_ino
    (folder / "own.ipynb").write_text("")
    assert place != write_run(PLAN, EXECUTED).stat().st_ino


def test_a_failed_run_is_kept_apart_and_never_read_as_finished(project):
    failed = replace(EXECUTED, failure={"cell": 3, "error": "E", "message": "m", "source": "s"})
    folder = write_run(PLAN, failed)
    assert ("failed", "own") == (folder.parent.name, folder.parents[1].name)
    assert read_run(folder) is None
    assert "E" == json.loads((folder / "run.json").read_text())["failure"]["error"]


def fail_with(code: int):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(
            code, {errno.ENOSPC: "No space left on device", errno.EROFS: "Read-only file system"}[code]
        )

    return refuse


@pytest.mark.parametrize(
    ("place", "name", "code"),
    [
        (Path, "write_bytes", errno.ENOSPC),
        (record.tempfile, "mkdtemp", errno.EROFS),
        (Path, "replace", errno.ENOSPC),
    ],
)
def test_a_folder_that_cannot_be_written_is_named_and_left_clean(project, monkeypatch, place, name, code):
    """A full disk or a read-only folder: one message, and nothing half-written stays."""
    good = write_run(PLAN, EXECUTED)
    with monkeypatch.context() as patch:
        patch.setattr(place, name, fail_with(code))
        with pytest.raises(
            EnvironmentMissingError, match=r"cannot write .*/runs \((No space|Read-only).*make room"
        ):
            write_run(replace(PLAN, as_of="2026-02-02"), EXECUTED)
    assert {".lock", "own"} == names_in(paths.RUNS)
    assert {good.name} == names_in(paths.RUNS / "own")
    assert read_run(good)


def test_a_runs_folder_that_is_a_file_is_named(project):
    shutil.rmtree(paths.RUNS)
    paths.RUNS.write_text("")
    with pytest.raises(EnvironmentMissingError, match="cannot write"):
        write_run(PLAN, EXECUTED)


def test_what_is_in_the_way_is_named(project):
    (paths.RUNS / "own").write_text("")
    with pytest.raises(EnvironmentMissingError, match=r"/runs/own \(.*remove what is in the way"):
        write_run(PLAN, EXECUTED)


def test_a_folder_gives_way_only_to_one_that_is_in_place(project, monkeypatch):
    target = write_folder(paths.RUNS / "same", {"a": "old"})
    rename = Path.replace

    def refuse(path: Path, to: Path) -> Path:
        if path.name.startswith(".writing-") and not path.name.endswith("-old"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return rename(path, to)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(EnvironmentMissingError):
        write_folder(target, {"a": "new"})
    assert "old" == (target / "a").read_text()
    assert {".lock", "same"} == names_in(paths.RUNS)


def test_what_a_killed_writer_left_is_removed_by_the_next(project):
    (paths.RUNS / ".writing-dead").mkdir()
    (paths.RUNS / ".writing-dead" / "own.ipynb").write_text("half")
    write_run(PLAN, EXECUTED)
    assert {".lock", "own"} == names_in(paths.RUNS)


def test_writers_of_one_folder_at_once_leave_one_whole(project):
    files = {"a": "x" * 1000, "b": "x" * 1000}
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: write_folder(paths.RUNS / "same", files), range(20)))
    assert {paths.RUNS / "same"} == set(found)
    assert files == {name: (paths.RUNS / "same" / name).read_text() for name in names_in(paths.RUNS / "same")}
    assert {".lock", "same"} == names_in(paths.RUNS)
