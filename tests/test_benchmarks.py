"""The benchmarks' arithmetic and words, and that their reference notebook runs; nothing is timed here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks lie beside the package, not in it

from benchmarks import loop, measure, ours, peers
from benchmarks.reference import Parameters
from benchmarks.table import Row, Sample, describe_ratio, render_page, render_table
from helpers.errors import RunError


def test_the_ratio_is_the_median_over_pairs():
    """One slow round of both sides does not move it, as it would move the ratio of the sums."""
    ours, theirs = Sample((1.0, 2.0, 30.0)), Sample((4.0, 4.0, 40.0))
    assert (0.25, 0.5, 0.75) == ours.divide(theirs).values
    assert ours.divide(theirs).median == 0.5


def test_samples_of_unequal_length_are_divided_by_their_medians():
    assert (0.5,) == Sample((1.0, 2.0, 3.0)).divide(Sample((4.0,))).values


@pytest.mark.parametrize(
    ("seconds", "goal", "limit", "reached"),
    [
        (1.0, 0.5, None, True),
        (1.1, 0.5, None, False),
        (1.0, None, 1.0, True),
        (1.1, 9.0, 1.0, False),
        (1.0, None, None, None),
    ],
)
def test_a_goal_is_reached_by_the_median(seconds, goal, limit, reached):
    row = Row("a", Sample((seconds,)), "b", Sample((2.0,)), goal=goal, limit=limit)
    assert row.reached is reached


def test_a_peer_that_is_not_there_reaches_no_goal_and_is_named():
    row = Row("a sweep", Sample((1.0,)), "a peer", None, goal=1.5, note=peers.PLOOMBER_MISSING)
    assert row.reached is None
    assert "| a sweep | 1 s | a peer | not measured |  | at most 1.50 of it |  |" in render_table([row])
    assert "pip install ploomber-engine" in render_table([row])


def test_a_row_shows_median_spread_ratio_and_verdict():
    row = Row("a rerun", Sample((1.0, 1.5, 3.0)), "a peer", Sample((30.0, 60.0, 90.0)), goal=1 / 25)
    line = "| a rerun | 1.5 s (1–3) | a peer | 60 s (30–90) | 30 times less | at least 25 times less | yes |"
    assert line in render_table([row])


def test_every_line_of_a_table_has_the_columns_of_its_head():
    rows = [Row("a", Sample((1234.5,))), Row("b", Sample((1.0,)), "c", Sample((2.0,)), limit=3)]
    lines = [line for line in render_table(rows).splitlines() if line.startswith("|")]
    assert {lines[0].count("|")} == {line.count("|") for line in lines}
    assert "1,234 s" in lines[2]


def test_small_ratios_are_said_as_multiples():
    assert describe_ratio(0.04) == "25 times less"
    assert describe_ratio(0.6) == "0.60 of it"


def test_the_page_holds_facts_and_leaves_out_an_empty_scaling():
    page = render_page([Row("a", Sample((1.0,)))], [], ["Processor: one."])
    assert "- Processor: one." in page
    assert "## Scaling" not in page


def test_contestants_take_turns_and_the_first_round_does_not_count():
    order = []

    def note(name):
        return lambda number: order.append((name, number)) or float(number)

    found = measure.take_turns({"a": note("a"), "b": note("b")}, 2)
    assert [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)] == order
    assert (1.0, 2.0) == found["b"].values


def test_the_memory_of_a_process_counts_its_children():
    child = "held = b'x' * 60_000_000; print('ready', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", child], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        tree = measure.list_tree(os.getpid())
        held = measure.read_memory(process.pid)
        process.communicate("\n")
    assert process.pid in tree
    assert held > 60_000


def test_memory_of_a_process_that_has_ended_is_nothing():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    assert measure.read_memory(process.pid) == 0


def test_a_peak_is_that_of_a_command_that_succeeds(tmp_path):
    words = [sys.executable, "-c", "raise SystemExit(3)"]
    with pytest.raises(RunError, match="failed with 3"):
        measure.measure_peak(words, environment={}, folder=tmp_path)


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path):
    words = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    with pytest.raises(RunError, match="failed with 1: no such thing"):
        measure.run_command(words, environment={}, folder=tmp_path)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return ours.make_environment(ours.lay_out_reference(tmp_path_factory.mktemp("benchmarks") / "project"))


def test_the_reference_notebook_runs_and_has_three_charts(reference):
    project = Path(reference["REPORT_ROOT"])
    words = [sys.executable, "-m", "helpers.cli", "run", "reference", "-p", "years=5", "--json"]
    told = json.loads(measure.run_command(words, environment=reference, folder=project))
    assert ["final_level", "loss_share"] == [result["name"] for result in told["results"]]
    run = json.loads((project / "runs" / "reference" / told["key"] / "reference.ipynb").read_text())
    shown = [output["data"] for cell in run["cells"] for output in cell.get("outputs", [])]
    assert sum("application/vnd.vegalite.v5+json" in data for data in shown) == 3


def test_the_cells_alone_run_in_one_process(reference):
    words = [sys.executable, "-m", "benchmarks.loop", loop.CELLS, ours.REFERENCE, "2"]
    told = json.loads(measure.run_command(words, environment=reference, folder=ours.ROOT))
    assert len(told["seconds"]) == 2


def test_a_book_of_pages_has_a_notebook_for_each_with_charts_of_its_own(tmp_path):
    project = ours.lay_out_reference(tmp_path / "project", pages=2)
    texts = {path.stem: path.read_text() for path in (project / "notebooks").glob("*.ipynb")}
    assert {"reference_1", "reference_2"} == texts.keys()
    assert all(f'name=\\"{name.replace("_", "-")}-mean' in text for name, text in texts.items())


def test_the_peer_executes_the_same_files(tmp_path):
    pages = [tmp_path / "index.md"]
    pages[0].write_text("# Index\n")
    folder = peers.lay_out_book(tmp_path / "peer", pages, [ours.REFERENCE], execute="cache")
    assert ours.REFERENCE.read_bytes() == (folder / "reference.ipynb").read_bytes()
    assert "execute_notebooks: cache" in (folder / "_config.yml").read_text()


def test_the_command_says_what_it_can_measure():
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=ours.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--quick" in told.stdout
    assert "chapter-sweep" in told.stdout


def test_the_record_of_the_reference_notebook_has_its_parameters():
    assert {"growth_rate", "shock_sd", "years", "draws", "as_of", "seed"} == set(Parameters.model_fields)
