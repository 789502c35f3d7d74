"""Long checks of the sweep, for ``make verify``: kills at any moment, a real cluster, a thousand runs.

Run them as ``pytest tests/runs/verify_sweep.py``; the test suite does not collect this file.
"""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from helpers import paths
from helpers.runs import sweep, sweep_table

TESTS = Path(__file__).parents[1]
RECORD = """
from helpers.runs.results import record
record("level", (1 + growth_rate) ** years, unit="1", meaning="Level.")"""
SLOWLY = "import hashlib\nfor _ in range(150_000): hashlib.sha256(b'').digest()"
SCRIPT = """
import json, resource, sys
from helpers.runs import engine, sweep, sweep_table
keep = engine.keep_run
def keep_and_tell(*arguments):
    run = keep(*arguments)
    print("kept", flush=True)
    return run
engine.keep_run = keep_and_tell
done = sweep.run_sweep(sweep.plan_sweep(["varied"], sweep.parse_grid(sys.argv[1:])), jobs=2)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([str(sweep_table.write_table(done)), done.reused, len(done.failures), peak]))
"""
RATES = [0.01, 0.02, *(round(0.03 + 0.005 * number, 3) for number in range(18))]


@pytest.fixture
def start_sweep(project, write_notebook, tmp_path):
    """Start a sweep in a process of its own, with a folder of its own for temporary files."""
    write_notebook("varied", SLOWLY, RECORD)
    (tmp_path / "tmp").mkdir()
    environment = os.environ | {"PYTHONPATH": str(TESTS), "TMPDIR": str(tmp_path / "tmp")}

    def start(*grid: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SCRIPT, *grid]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )

    return start


def finish(process: subprocess.Popen[str]) -> tuple[Path, int, int, int]:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    folder, reused, failures, peak = json.loads(out.splitlines()[-1])
    return Path(folder), reused, failures, peak


def count_finished() -> int:
    """Return how many runs are kept; where there is no folder yet, none is."""
    return len(list((paths.RUNS / "varied").glob("*/run.json")))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_sweep_stopped_again_and_again_ends_as_in_one_go(start_sweep, tmp_path, how):
    """Each attempt is stopped at a random number of finished runs; none is lost, nothing is left over."""
    choose = random.Random(7)
    grid = "years=1..40"
    while (before := count_finished()) < 35:
        process = start_sweep(grid)
        family = psutil.Process(process.pid)
        for _ in range(choose.randint(0, 8)):
            process.stdout.readline()
        children = family.children(recursive=True) if family.is_running() else []
        process.send_signal(how)
        process.communicate(timeout=60)
        assert [] == psutil.wait_procs(children, timeout=30)[1]
        assert before <= count_finished()
    folder, reused, failures, _ = finish(start_sweep(grid))
    assert reused >= 35
    assert (0, 40) == (failures, count_finished())
    assert 41 == len((folder / "runs.csv").read_text().splitlines())
    assert [] == [path.name for path in paths.RUNS.iterdir() if path.name.startswith(".writing")]
    assert [] == list((tmp_path / "tmp").iterdir())


def test_memory_is_flat_in_the_number_of_runs(start_sweep):
    """A thousand runs, the worked example: the caller's peak grows by what the table's rows take."""
    _, _, failures, small = finish(start_sweep("years=1..50", "growth_rate=0.01,0.02"))
    _, reused, more_failures, large = finish(
        start_sweep("years=1..50", f"growth_rate={','.join(map(str, RATES))}")
    )
    assert (0, 0, 100) == (failures, more_failures, reused)
    assert 1000 == count_finished()
    assert large < small * 1.15


def test_a_cluster_that_keeps_losing_workers_finishes_every_run(project, write_notebook, tmp_path):
    """Every tenth run kills its worker the first time; the table is that of the local pool."""
    from distributed import LocalCluster

    kill = (
        "import os, pathlib, signal\n"
        f"marker = pathlib.Path({str(tmp_path)!r}) / f'killed-{{years}}'\n"
        "if years % 10 == 0 and not marker.exists():\n"
        "    marker.touch()\n"
        "    worker = int(open(f'/proc/{os.getppid()}/stat').read().rpartition(')')[2].split()[1])\n"
        "    os.kill(worker, signal.SIGKILL)\n"
    )
    write_notebook("varied", kill, RECORD)
    points = sweep.plan_sweep(["varied"], {"years": list(range(1, 51))})
    with LocalCluster(
        n_workers=3, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path / "dask")
    ) as cluster:
        away = sweep.run_sweep(points, scheduler=cluster.scheduler_address)
    assert 5 == len(list(tmp_path.glob("killed-*")))
    assert [] == [outcome.cause for outcome in away.failures]
    table = sweep_table.build_table(away)
    assert list(range(1, 51)) == list(table["years"])
    assert 50 == count_finished() == table["key"].nunique()


def test_a_cluster_that_goes_away_leaves_what_is_done(project, write_notebook, tmp_path):
    """The scheduler ends in the middle: the rest is listed as failed, and a second sweep takes over."""
    from distributed import LocalCluster

    write_notebook("varied", SLOWLY, RECORD)
    points = sweep.plan_sweep(["varied"], {"years": list(range(1, 21))})
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path / "dask")
    )
    keep, kept = sweep._keep, []

    def keep_and_count(*arguments):
        kept.append(1)
        if len(kept) == 5:
            cluster.close()
        return keep(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "_keep", keep_and_count)
        broken = sweep.run_sweep(points, scheduler=cluster.scheduler_address)
    assert 20 == len(broken.outcomes)
    assert broken.failures
    assert all("its worker failed with" in outcome.cause for outcome in broken.failures)
    whole = sweep.run_sweep(points)
    assert (20 - len(broken.failures), []) == (whole.reused, whole.failures)
