"""The benchmarks' arithmetic and words, and that their reference notebook runs; nothing is timed here."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks lie beside the package, not in it

from benchmarks import loop, measure, ours, peers, simulations
from benchmarks.__main__ import main
from benchmarks.reference import Parameters
from benchmarks.table import Row, Sample, describe_ratio, render_page, render_steps, render_table
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


def test_the_page_holds_facts_and_leaves_out_an_empty_section():
    page = render_page({"": "| a |", "Scaling": "", "Simulations": "| b |"}, ["Processor: one."])
    assert "- Processor: one.\n\n| a |\n\n## Simulations\n\n| b |" in page
    assert "Scaling" not in page


def test_a_row_that_was_kept_is_the_same_row():
    row = Row("a rerun", Sample((1.0, 2.0)), "a peer", Sample((3.0, 4.0)), goal=0.6, note="Once.")
    assert render_table([row]) == render_table([Row.read(json.loads(json.dumps(asdict(row))))])


def test_steps_are_shown_as_shares_of_the_whole():
    whole = Sample((2.0,))
    table = render_steps([Row("imports", Sample((0.5,)), "a rerun", whole)])
    assert "| imports | 0.5 s | 25% |" in table


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


def test_a_rerun_of_the_reference_notebook_is_split_into_steps_and_has_three_charts(reference):
    steps = peers.time_steps("rerun", "reference", reference)
    assert {"parameters are checked", "the cells are executed", "the run is written"} <= steps.keys()
    assert all(seconds >= 0 for seconds in steps.values())
    (path,) = (Path(reference["REPORT_ROOT"]) / "runs").glob("reference/*/reference.ipynb")
    cells = json.loads(path.read_text())["cells"]
    shown = [output["data"] for cell in cells for output in cell.get("outputs", [])]
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
    told = CliRunner().invoke(main, ["--help"])
    assert "--quick" in told.output
    assert "chapter-sweep" in told.output


def test_the_record_of_the_reference_notebook_has_its_parameters():
    assert {"growth_rate", "shock_sd", "years", "draws", "as_of", "seed"} == set(Parameters.model_fields)


@pytest.mark.parametrize("name", simulations.PAIRS)
def test_a_simulation_agrees_with_its_plain_loop(name):
    pair = simulations.PAIRS[name]
    assert pair.vectorised(pair.looped) == pytest.approx(pair.loop(pair.looped), abs=pair.tolerance)
