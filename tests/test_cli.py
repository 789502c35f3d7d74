"""Commands by their output and exit code."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers import cli, paths

ROOT = Path(__file__).parents[1]


@pytest.fixture
def report(monkeypatch):
    """Run the command line and return (exit code, stdout, stderr)."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["report", *words])
        done = CliRunner().invoke(cli.main, list(words), catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    return run


def test_list_names_notebooks_and_scenarios(report):
    code, out, _ = report("list", "--json")
    found = json.loads(out)
    assert 0 == code
    assert "closed_loop" in found["notebooks"]
    assert {"default", "as-of-2022-11-10"} <= set(found["scenarios"])


def test_params_shows_unit_range_and_what_a_default_rests_on(report):
    code, out, _ = report("params", "closed_loop")
    assert 0 == code
    assert "outside_share: float = 0.012  [share of GMV, 0 to 1; 0 to 0.5]" in out
    assert "rests on: data:kuaishou_quarterly/2021Q4/own_shop_share_gmv" in out
    assert "rests on: our own assumption" in out


def test_params_json_has_every_field_in_the_order_of_the_cell(report):
    _, out, _ = report("params", "closed_loop", "--json")
    rows = json.loads(out)
    fields = ["name", "type", "default", "unit", "minimum", "maximum", "choices", "meaning", "rests_on"]
    assert ["as_of", "seed", "slowdown_quarter"] == [row["name"] for row in rows[:3]]
    assert all(fields == list(row) for row in rows)


def test_run_prints_results_and_where_the_run_lies(report):
    code, out, _ = report("run", "closed_loop", "-p", "outside_share=0.05")
    assert 0 == code
    assert "outside_share = 5%" in out
    assert re.search(r"run [0-9a-f]{16} as of \d{4}-\d\d-\d\d: runs/closed_loop/", out)


def test_run_json_is_the_results_file(report):
    code, out, _ = report("run", "closed_loop", "--as-of", "2022-11-10", "--json")
    found = json.loads(out)
    assert (0, "2022-11-10", "closed_loop") == (code, found["as_of"], found["notebook"])
    assert {"name", "value", "low", "high", "interval", "level", "unit", "meaning", "inputs", "why"} == set(
        found["results"][0]
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "closed_lop"], "unknown notebook 'closed_lop'; did you mean closed_loop?"),
        (["run", "closed_loop", "-p", "outside_shar=1"], "did you mean outside_share"),
        (
            ["run", "closed_loop", "-p", "outside_share=3"],
            "'outside_share' must be between 0.0 and 0.5 (got '3')",
        ),
        (["run", "closed_loop", "-p", "outside_share=much"], "'outside_share' must be a number (got 'much')"),
        (["run", "closed_loop", "-p", "outside_share"], "-p takes name=value (got 'outside_share')"),
        (["run", "closed_loop", "-p", "seed=1", "-p", "seed=2"], "-p given twice for seed"),
        (
            ["run", "closed_loop", "-p", "shock_shape=flat"],
            "'shock_shape' must be one of normal, heavy (got 'flat')",
        ),
        (["run", "closed_loop", "-p", "slowdown_quarter=2022Q7"], "must look like 2022Q2"),
        (["run", "closed_loop", "--as-of", "2022-13-01"], "'as_of' must be"),
        (["run", "closed_loop", "--as-of", "1999-01-01"], "'as_of' must lie from 2018-06-28"),
        (["run", "closed_loop", "--scenario", "as-of-2022"], "unknown scenario 'as-of-2022'; did you mean"),
        (["params", "../secret"], "unknown notebook '../secret'"),
        (["check", "dat"], "unknown check 'dat'; did you mean data?"),
        (["serve", "--book", "nowhere"], "nowhere holds no book (no index.html); run `make book` first"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(report, words, message):
    code, out, err = report(*words)
    assert message in err
    assert (2, "", 1) == (code, out, len(err.strip().splitlines()))


def test_a_machine_that_refuses_is_told_in_a_line(report, monkeypatch):
    """A full disk or a read-only folder anywhere below a command."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device", "runs/closed_loop")

    monkeypatch.setattr("helpers.runs.contract.describe_parameters", refuse)
    code, out, err = report("params", "closed_loop")
    assert (3, "") == (code, out)
    assert err.startswith("report: runs/closed_loop: No space left on device; give access or make room")
    assert 1 == len(err.splitlines())


@pytest.mark.parametrize("file", ["closed_loop.ipynb", "_toc.yml"])
def test_a_file_without_permission_is_not_called_damaged(report, monkeypatch, file):
    """Neither restoring nor correcting it would help."""
    open_file = Path.open

    def refuse(path: Path, *arguments: object, **options: object):
        if path.name == file:
            raise PermissionError(13, "Permission denied", str(path))
        return open_file(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr("builtins.open", lambda path, *rest, **options: refuse(Path(path), *rest, **options))
    code, _, err = report("list")
    assert 3 == code
    assert f"{file}: Permission denied; give access" in err


def test_an_unknown_command_is_usage(report):
    code, _, err = report("bild")
    assert 2 == code
    assert "No such command 'bild'" in err


@pytest.mark.parametrize("command", sorted(cli.main.commands))
def test_each_command_has_its_help_and_its_line_in_the_readme(report, command):
    code, out, _ = report(command, "--help")
    assert 0 == code
    assert len(out.splitlines()) > 4
    assert f"report {command}" in (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()


def test_the_real_parameters_keep_their_promises(report):
    code, out, _ = report("check", "parameters", "data")
    assert (0, "parameters: ok\ndata: ok\n") == (code, out)


def test_paths_lie_in_this_clone():
    assert ROOT == paths.ROOT
