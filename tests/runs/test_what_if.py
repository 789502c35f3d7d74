"""The grid behind a page's sliders: declared in one file, run point by point, never stale."""

import itertools
import json

import pytest

from helpers import paths
from helpers.errors import InputError, RunError, UnknownNameError
from helpers.runs import engine, what_if
from helpers.runs.record import read_sealed, seal

RATES = [-0.04, -0.02, 0.0, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2]
YEARS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
PANEL = {"results": ["final_level"], "chart": "final_level", "sentences": ["ends"]}
MOVED = PANEL | {"parameters": {"growth_rate": RATES, "years": YEARS}}
SMALL = what_if.MovedPanel(**PANEL, parameters={"growth_rate": [0.02, 0.1], "years": [1, 3]})


def declare(**moved) -> None:
    """Declare the tiny notebook's panel, changed."""
    content = {"tiny_growth": {"what_if": MOVED | moved, "days": PANEL}}
    (paths.NOTEBOOKS / what_if.FILE).write_text(json.dumps(content))


def solve(given=None, panel=SMALL, name="tiny_growth"):
    """Return the grid and how many points were run for it."""
    runs = itertools.count()
    run = engine.run_notebook(name, given)
    whole = {result["name"]: result for result in run.results}
    grid = what_if.solve_grid(name, run.record["parameters"], panel, whole, advance=lambda: next(runs))
    return grid, next(runs)


def test_a_theme_is_read_as_declared(tiny_growth):
    declare()
    assert {"growth_rate": RATES, "years": YEARS} == what_if.load_themes()[tiny_growth].what_if.parameters
    assert 81 == what_if.count_points(what_if.load_themes()[tiny_growth])


@pytest.mark.parametrize(
    ("moved", "complaint"),
    [
        ({"parameters": {"growth": RATES, "years": YEARS}}, "unknown parameter of tiny_growth 'growth'"),
        ({"parameters": {"years": YEARS}}, r"a page moves two parameters \(got 1\)"),
        ({"parameters": {"growth_rate": RATES, "years": YEARS[:8]}}, "'years' needs at least 9 steps"),
        ({"parameters": {"growth_rate": RATES, "years": YEARS[::-1]}}, "each once and upwards"),
        ({"parameters": {"growth_rate": RATES, "years": range(4, 13)}}, "default 3 of 'years' is none of"),
        ({"parameters": {"growth_rate": [*RATES, 0.5], "years": YEARS}}, r"and 0\.2 \(got 0\.5\)"),
        ({"chart": "level"}, "chart 'level' is none of the results final_level"),
        ({"results": "final_level"}, "needs what_if and days"),
    ],
    ids=["unknown", "one", "few steps", "downwards", "no default", "out of range", "chart", "not a list"],
)
def test_a_wrong_declaration_says_what_is_wrong(tiny_growth, moved, complaint):
    if "parameters" in moved:
        moved = {"parameters": {name: list(steps) for name, steps in moved["parameters"].items()}}
    declare(**moved)
    with pytest.raises(InputError, match=f"what_if.yml: .*{complaint}"):
        what_if.load_themes()


def test_every_point_is_a_run_with_its_values(tiny_growth):
    grid, runs = solve()
    assert 4 == runs
    levels = {
        steps: point["final_level"]["value"] for steps, point in zip(grid.steps(), grid.points, strict=True)
    }
    expected = {(rate, years): (1 + rate) ** years for rate in (0.02, 0.1) for years in (1, 3)}
    assert pytest.approx(expected) == levels
    assert (0, 1) == grid.own


def test_the_editions_own_value_joins_the_steps(tiny_growth):
    grid, _ = solve({"growth_rate": 0.07, "years": 1})
    assert (0.02, 0.07, 0.1) == grid.axes["growth_rate"]
    assert (1, 0) == grid.own


def test_a_grid_is_run_again_only_when_its_part_of_the_notebook_changes(tiny_growth, write_notebook):
    first, _ = solve()
    assert (first, 0) == solve()

    result = 'record("final_level", 1.0 * years, unit="1", meaning="Level.")'
    before = "from helpers.runs.results import record"
    write_notebook("tiny_growth", before, result, "print('not its part')")
    assert 4 == solve()[1]
    write_notebook("tiny_growth", before, result, "print('still not its part')")
    assert 0 == solve()[1]


def test_the_plan_of_a_grid_says_whether_it_is_at_hand_and_why_not(tiny_growth):
    plan = what_if.plan_grid(tiny_growth, {}, SMALL)
    assert (None, (what_if.NEVER_RUN,), 4) == tuple(what_if.explain_grid(plan).to_dict().values())[1:]
    solve()
    assert plan.key == what_if.explain_grid(plan).key

    kept = read_sealed(plan.folder / what_if.GRID)
    table = next(name for name in kept["inputs"] if name.startswith("src/"))
    (plan.folder / what_if.GRID).write_text(seal(kept | {"inputs": kept["inputs"] | {table: "old"}}))
    assert (f"{table} changed",) == what_if.explain_grid(plan).causes


def test_a_grid_with_an_altered_number_is_run_again(tiny_growth):
    solve()
    file = what_if.plan_grid(tiny_growth, {}, SMALL).folder / what_if.GRID
    text = file.read_text()
    file.write_text(text.replace('"value": 1.1', '"value": 1.2'))
    assert file.read_text() != text
    assert 4 == solve()[1]


def test_a_grid_with_changed_data_is_run_again(write_notebook, project):
    write_notebook(
        "tiny_growth",
        "from pathlib import Path\nfrom helpers.runs.results import record",
        'record("final_level", len(Path("note.txt").read_text()) * years, unit="1", meaning="Length.")',
    )
    for text, level in (("four", 12), ("eleven", 18)):
        (project / "notebooks" / "note.txt").write_text(text)
        grid, runs = solve()
        assert 4 == runs
        assert level == grid.points[1]["final_level"]["value"]


def test_data_changed_between_two_points_leave_no_grid(write_notebook, project):
    """Each point would be right, and the whole of two minds."""
    note = project / "notebooks" / "note.txt"
    note.write_text("four")
    write_notebook(
        "tiny_growth",
        "from pathlib import Path\nfrom helpers.runs.results import record",
        'record("final_level", len(Path("note.txt").read_text()) * years, unit="1", meaning="Length.")',
    )
    run = engine.run_notebook("tiny_growth")
    whole = {result["name"]: result for result in run.results}
    with pytest.raises(RunError, match=r"notebooks/note.txt changed while it ran.*run it again"):
        what_if.solve_grid(
            "tiny_growth",
            run.record["parameters"],
            SMALL,
            whole,
            jobs=1,
            advance=lambda: note.write_text("six"),
        )
    assert not list((paths.RUNS / what_if.FOLDER).glob("**/grid.json"))


def test_a_point_that_fails_is_named(write_notebook):
    write_notebook(
        "tiny_growth",
        "from helpers.runs.results import record",
        'record("final_level", {3: 1.0}[years], unit="1", meaning="Level.")',
    )
    with pytest.raises(RunError, match=r"what if \{'growth_rate': 0\.\d+, 'years': 1\} failed with KeyError"):
        solve()


def test_a_part_that_gives_otherwise_than_the_whole_is_refused(write_notebook):
    write_notebook(
        "tiny_growth",
        "from helpers.runs.results import record\nlevels = [1]",
        "def change(some):\n    some.append(9)",
        "change(levels)",
        'record("final_level", levels[-1], unit="1", meaning="Level.")',
    )
    with pytest.raises(RunError, match="cells that give final_level give otherwise without the others"):
        solve()


def test_an_unknown_result_is_refused_before_anything_runs(tiny_growth):
    panel = SMALL.model_copy(update={"results": ["final_leved"]})
    with pytest.raises(UnknownNameError, match="'final_leved'; did you mean final_level"):
        solve(panel=panel)


def test_days_end_with_the_editions_own(tiny_growth):
    results = {"final_level": {"value": 1.0}, "other": {"value": 2.0}}
    panel = what_if.Panel(**PANEL)
    grid = what_if.collect_days(tiny_growth, panel, {"2020-06-15": results, "2022-11-10": results})
    assert {"as_of": ("2020-06-15", "2022-11-10")} == grid.axes
    assert (1,) == grid.own
    assert [{"final_level": {"value": 1.0}}] * 2 == grid.points
