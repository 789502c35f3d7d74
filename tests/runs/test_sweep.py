"""A sweep runs what is missing, keeps what is done, and says what failed."""

import csv
import errno
import json
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from frictionless import Package

from helpers import paths
from helpers.errors import EnvironmentMissingError, InputError, RunError, UnknownNameError
from helpers.runs import engine, sweep, sweep_table
from helpers.runs.contract import RunParameters
from helpers.runs.record import Executed

FAILING = "assert years != 2, 'two years are none'\n"
RECORD = """
from helpers.runs.results import record
record("level", growth_rate * years, unit="RMB bn", meaning="Level.", low=0.0, high=1.0, interval="bound")
record("shape", shape, unit="1", meaning="Form.")"""
KILL_WORKER = """
import os, pathlib, signal
marker = pathlib.Path({marker!r})
if years == 2 and not marker.exists():
    marker.touch()
    worker = int(open(f"/proc/{{os.getppid()}}/stat").read().rpartition(")")[2].split()[1])
    os.kill(worker, signal.SIGKILL)
"""


class InlineExecutor(Executor):
    """Execute at once; after some runs raise what stops a sweep."""

    def __init__(self, stop_after: int = 10**9, error: BaseException | None = None):
        self.left, self.error = stop_after, error

    def submit(self, function, /, *arguments, **options) -> Future:
        future: Future = Future()
        if self.left == 0:
            raise self.error or KeyboardInterrupt
        self.left -= 1
        try:
            future.set_result(function(*arguments, **options))
        except OSError as error:
            future.set_exception(error)
        return future


@pytest.fixture
def years(write_notebook):
    """Points of a sweep over years, of which one fails."""
    write_notebook("varied", FAILING + RECORD)
    return sweep.plan_sweep(["varied"], {"years": [1, 2, 3]})


def read_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "runs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_grid_is_read_from_text():
    grid = sweep.parse_grid(["years=1, 3..5", "shape=line", "weights=1,2;3", "growth_rate=-0.1"])
    assert {"years": ["1", "3", "4", "5"], "shape": ["line"], "weights": ["1,2", "3"]} == {
        name: grid[name] for name in ("years", "shape", "weights")
    }
    assert ["-0.1"] == grid["growth_rate"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["years"], r"--grid takes name=a,b,c \(got 'years'\)"),
        (["=1"], "--grid takes name=a,b,c"),
        (["years="], "--grid gives 'years' no values; write years=a,b,c"),
        (["years=1", "years=2"], "--grid gives 'years' twice"),
        (["years=1,2,1"], "--grid gives a value of 'years' twice"),
        (["years=1,1..2"], "--grid gives a value of 'years' twice"),
        (["years=5..1"], "--grid years=5..1 counts upwards; write 1..5"),
        (["years=1..9999999999"], "more than 1,000,000"),
    ],
)
def test_a_bad_grid_is_refused_in_words(texts, words):
    with pytest.raises(InputError, match=words):
        sweep.parse_grid(texts)


def test_points_come_in_the_order_of_the_grid(tiny_growth):
    """The last name turns fastest, as in nested loops."""
    points = sweep.plan_sweep([tiny_growth], {"years": [3, 1], "growth_rate": ["0.1", "0.05"]})
    expected = [(3, 0.1), (3, 0.05), (1, 0.1), (1, 0.05)]
    assert expected == [(point.varied["years"], point.varied["growth_rate"]) for point in points]
    assert 4 == len({point.plan.lookup for point in points})


def test_a_grid_is_laid_over_every_scenario(tiny_growth):
    points = sweep.plan_sweep([tiny_growth], {"years": [1, 2]}, scenario_names=["default", "slow"])
    expected = [("default", 1, 0.02), ("default", 2, 0.02), ("slow", 1, 0.01), ("slow", 2, 0.01)]
    found = [
        (point.scenario, *(point.plan.parameters[n] for n in ("years", "growth_rate"))) for point in points
    ]
    assert expected == found


def test_parameters_that_all_share_go_before_the_scenario(tiny_growth):
    points = sweep.plan_sweep([tiny_growth], scenario_names=["slow"], given={"growth_rate": 0.2})
    assert 0.2 == points[0].plan.parameters["growth_rate"]


def test_nothing_to_sweep_is_said(tiny_growth):
    for notebooks, grid in (([tiny_growth], {}), ([], {"years": [1]})):
        with pytest.raises(InputError, match=r"nothing to sweep: give --grid name=a,b,c or --scenarios a,b"):
            sweep.plan_sweep(notebooks, grid)


def test_an_exploding_grid_asks_first(tiny_growth, monkeypatch):
    monkeypatch.setattr(engine, "plan_runs", lambda *_: pytest.fail("the grid was expanded"))
    grid = {"seed": range(2000), "years": range(1, 51)}
    with pytest.raises(
        InputError, match=r"the sweep has 100,000 runs, more than 1,000; .* confirm with --yes"
    ):
        sweep.plan_sweep([tiny_growth], grid)


def test_a_confirmed_sweep_may_be_large(tiny_growth, monkeypatch):
    monkeypatch.setattr(sweep, "LIMIT", 2)
    with pytest.raises(InputError, match="--yes"):
        sweep.plan_sweep([tiny_growth], {"years": [1, 2, 3]})
    assert 3 == len(sweep.plan_sweep([tiny_growth], {"years": [1, 2, 3]}, confirmed=True))


def test_a_parameter_that_no_notebook_has_offers_the_nearest(tiny_growth):
    with pytest.raises(UnknownNameError, match="unknown parameter of tiny_growth 'year'; did you mean years"):
        sweep.plan_sweep([tiny_growth], {"year": [1]})


def test_names_given_twice_are_refused(tiny_growth):
    with pytest.raises(InputError, match="tiny_growth is given twice"):
        sweep.plan_sweep([tiny_growth, tiny_growth], {"years": [1]})


def test_bad_values_are_named_before_anything_runs(tiny_growth, project):
    with pytest.raises(InputError, match=r"'years' must be between 1 and 50 \(got '0'\).*\(got 'many'\)"):
        sweep.plan_sweep([tiny_growth], {"years": ["0", "many", "1"], "shape": ["line"]})
    assert [] == list((project / "runs").iterdir())


def test_a_failing_run_stops_no_other_and_is_listed(years):
    done = sweep.run_sweep(years, jobs=2)
    assert ["succeeded", "failed", "succeeded"] == [outcome.status for outcome in done.outcomes]
    (failed,) = done.failures
    assert "AssertionError: two years are none (years=2)" in failed.cause
    assert 0 == done.reused


def test_the_table_has_a_row_a_run_and_units_in_its_package(years):
    folder = sweep_table.write_table(sweep.run_sweep(years))
    rows = read_rows(folder)
    assert ["notebook", "years", "level", "level_low", "level_high", "shape", "key", "status", "cause"] == [
        *rows[0]
    ]
    assert ["1", "2", "3"] == [row["years"] for row in rows]
    assert [0.02, None, 0.06] == [float(row["level"]) if row["level"] else None for row in rows]
    package = json.loads((folder / "datapackage.json").read_text())
    (table,) = package["resources"]
    units = {field["name"]: field.get("unit") for field in table["schema"]["fields"]}
    assert {"years": "years", "level": "RMB bn", "key": None}.items() <= units.items()
    assert 0.02 == table["constants"]["varied"]["growth_rate"]
    assert Package(str(folder / "datapackage.json")).validate().valid


def test_a_result_named_like_a_parameter_is_told_apart(years):
    points = sweep.plan_sweep(["varied"], {"shape": ["line", "curve"]})
    table = sweep_table.build_table(sweep.run_sweep(points, executor=InlineExecutor()))
    assert ["line", "curve"] == list(table["shape"]) == list(table["varied/shape"])
    assert "RMB bn" == table.attrs["units"]["level"]


def test_several_notebooks_share_one_table(write_notebook, tiny_growth):
    """A result that only one of them records has no value in the rows of the other."""
    write_notebook("other", RECORD)
    points = sweep.plan_sweep([tiny_growth, "other"], {"years": [1, 2]})
    table = sweep_table.build_table(sweep.run_sweep(points, executor=InlineExecutor()))
    assert [tiny_growth, tiny_growth, "other", "other"] == list(table["notebook"])
    assert [False, False, True, True] == list(table["level"].notna())


def test_a_notebook_without_the_parameter_runs_once(write_notebook, tiny_growth, monkeypatch):
    class Parameters(RunParameters):
        """Nothing but what every notebook has."""

    monkeypatch.setitem(sys.modules, "bare", SimpleNamespace(Parameters=Parameters))
    head = 'as_of: str = "latest"\nseed: int = 20240618'
    path = write_notebook("bare_notebook", "1", parameters=head)
    path.write_text(path.read_text().replace('"parameters": "tiny"', '"parameters": "bare"'))
    points = sweep.plan_sweep([tiny_growth, "bare_notebook"], {"years": [1, 2]})
    assert [tiny_growth, tiny_growth, "bare_notebook"] == [point.plan.notebook for point in points]
    assert {} == points[-1].varied


def test_parquet_is_written_where_it_can_be(years, monkeypatch):
    written = {}

    def to_parquet(frame, buffer, *, index):
        written.update(frame.attrs["units"])
        buffer.write(b"PAR1")

    monkeypatch.setattr(sweep_table.importlib.util, "find_spec", lambda name: name == "pyarrow")
    monkeypatch.setattr(sweep_table.pd.DataFrame, "to_parquet", to_parquet)
    folder = sweep_table.write_table(sweep.run_sweep(years, executor=InlineExecutor()))
    assert b"PAR1" == (folder / "runs.parquet").read_bytes()
    assert "RMB bn" == written["level"]


def test_a_stopped_sweep_continues_where_it_was(tiny_growth):
    """Whatever stops it, the runs that were kept are found again, and the table is that of one go."""
    points = sweep.plan_sweep([tiny_growth], {"years": [1, 2, 3, 4]})
    with pytest.raises(KeyboardInterrupt):
        sweep.run_sweep(points, executor=InlineExecutor(stop_after=0))
    monitored = sweep.run_sweep(points[:2], executor=InlineExecutor())
    assert 2 == len(monitored.outcomes)
    again = sweep.run_sweep(points, executor=InlineExecutor(stop_after=2))
    assert (2, []) == (again.reused, again.failures)
    assert [1, 2, 3, 4] == list(sweep_table.build_table(again)["years"])
    finished = sweep.run_sweep(points, executor=InlineExecutor(stop_after=0))
    assert 4 == finished.reused
    assert sweep_table.find_id(again) == sweep_table.find_id(finished)


def test_an_input_changed_between_two_runs_leaves_no_table_of_both(write_notebook, project):
    """Every run is right for what it saw; the next sweep takes over those that still hold."""
    own = project / "own.txt"
    own.write_text("a")
    write_notebook("varied", "from helpers import paths\n(paths.ROOT / 'own.txt').read_text()" + RECORD)
    points = sweep.plan_sweep(["varied"], {"years": [1, 2, 3]})
    sweep.run_sweep(points[:1], executor=InlineExecutor())

    class EditingExecutor(InlineExecutor):
        def submit(self, function, /, *arguments, **options) -> Future:
            own.write_text("b")
            return super().submit(function, *arguments, **options)

    with pytest.raises(RunError, match=r"own\.txt changed between the runs; do it again"):
        sweep.run_sweep(points, executor=EditingExecutor())
    assert 2 == sweep.run_sweep(points, executor=InlineExecutor()).reused


def test_a_full_disk_stops_the_sweep_and_keeps_what_is_done(tiny_growth, monkeypatch):
    points = sweep.plan_sweep([tiny_growth], {"years": [1, 2, 3]})
    written, write = [], Path.write_bytes

    def fill(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", fill)
        with pytest.raises(
            EnvironmentMissingError, match=r"cannot write .*No space left.*finished runs are kept"
        ):
            sweep.run_sweep(points, executor=InlineExecutor())
    assert 1 == sweep.run_sweep(points, executor=InlineExecutor()).reused


def test_a_runs_folder_that_cannot_be_written_is_named_before_anything_runs(tiny_growth, monkeypatch):
    points = sweep.plan_sweep([tiny_growth], {"years": [1]})
    paths.RUNS.rmdir()
    paths.RUNS.write_text("")
    with pytest.raises(EnvironmentMissingError, match="cannot write"):
        sweep.run_sweep(points, executor=InlineExecutor(stop_after=0, error=AssertionError()))


def test_a_second_sweep_of_the_same_notebook_is_told_to_wait(tiny_growth):
    points = sweep.plan_sweep([tiny_growth], {"years": [1]})
    with (
        sweep.hold_sweep({tiny_growth}),
        pytest.raises(InputError, match="another sweep of tiny_growth is under way; wait for it to end"),
    ):
        sweep.run_sweep(points, executor=InlineExecutor(stop_after=0, error=AssertionError()))
    assert [] == sweep.run_sweep(points, executor=InlineExecutor()).failures


def test_a_worker_that_has_other_files_is_refused(tiny_growth, monkeypatch):
    """A worker elsewhere may hold an older copy of the project; its results are of that copy."""
    execute = engine.execute_plan

    def execute_elsewhere(*arguments: object, **options: object) -> Executed:
        done = execute(*arguments, **options)
        done.inputs["src/helpers/prose.py"] = "0" * 64
        return done

    monkeypatch.setattr(engine, "execute_plan", execute_elsewhere)
    points = sweep.plan_sweep([tiny_growth], {"years": [1]})
    (outcome,) = sweep.run_sweep(points, executor=InlineExecutor()).outcomes
    assert "src/helpers/prose.py changed while it ran, or is another where it ran" in outcome.cause


def test_a_worker_that_breaks_is_the_cause_of_its_run_alone(tiny_growth, monkeypatch):
    points = sweep.plan_sweep([tiny_growth], {"years": [1, 2]})
    execute = engine.execute_plan

    def break_down(plan, **options: object) -> Executed:
        if plan.parameters["years"] == 1:
            raise OSError(errno.EPIPE, "worker went away")
        return execute(plan, **options)

    monkeypatch.setattr(engine, "execute_plan", break_down)
    first, second = sweep.run_sweep(points, executor=InlineExecutor()).outcomes
    assert "its worker failed with BrokenPipeError: [Errno 32] worker went away" == first.cause
    assert "succeeded" == second.status


def test_a_pool_of_processes_gives_the_same_table(years):
    """Any executor will do; plans and outcomes travel between processes."""
    with ProcessPoolExecutor(1) as pool:
        away = sweep_table.build_table(sweep.run_sweep(years, executor=pool))
    assert away.equals(sweep_table.build_table(sweep.run_sweep(years)))


@pytest.mark.parametrize(
    ("address", "error", "words"),
    [
        (
            "tcp://127.0.0.1:1",
            EnvironmentMissingError,
            "no Dask scheduler answers at tcp://127.0.0.1:1; start one",
        ),
        ("nonsense://here", InputError, r"--scheduler takes an address such as tcp://host:8786"),
    ],
)
def test_a_scheduler_that_does_not_answer_is_named(tiny_growth, monkeypatch, address, error, words):
    monkeypatch.setattr(sweep, "CONNECT_SECONDS", 0.2)
    points = sweep.plan_sweep([tiny_growth], {"years": [1]})
    with pytest.raises(error, match=words):
        sweep.run_sweep(points, scheduler=address)


def test_a_finished_sweep_needs_no_scheduler(tiny_growth):
    points = sweep.plan_sweep([tiny_growth], {"years": [1]})
    sweep.run_sweep(points, executor=InlineExecutor())
    assert 1 == sweep.run_sweep(points, scheduler="tcp://127.0.0.1:1").reused


def test_progress_shows_rate_and_time_left(tiny_growth, capsys):
    points = sweep.plan_sweep([tiny_growth], {"years": [1, 2]})
    sweep.run_sweep(points, executor=InlineExecutor(), progress=True)
    assert "run/s" in capsys.readouterr().err
    sweep.run_sweep(points, executor=InlineExecutor())
    assert "" == capsys.readouterr().err


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Dask cluster of two worker processes."""
    from distributed import LocalCluster

    folder = tmp_path_factory.mktemp("dask")
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(folder),
        silence_logs=60,
    ) as running:
        yield running


@pytest.mark.skipif(sys.platform != "linux", reason="the cell finds its worker in /proc")
def test_a_cluster_that_loses_a_worker_loses_no_run(write_notebook, cluster, tmp_path):
    """A worker is killed in the middle of a run; every run is there once, as from the local pool."""
    write_notebook("varied", KILL_WORKER.format(marker=str(tmp_path / "killed")) + RECORD)
    points = sweep.plan_sweep(["varied"], {"years": list(range(1, 7))})
    away = sweep.run_sweep(points, scheduler=cluster.scheduler_address)
    assert (tmp_path / "killed").exists()
    assert [] == [outcome.cause for outcome in away.failures]
    assert list(range(1, 7)) == list(sweep_table.build_table(away)["years"])
    assert 6 == len(list((paths.RUNS / "varied").glob("*/run.json")))
    assert 6 == sweep.run_sweep(points).reused
