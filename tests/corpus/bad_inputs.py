"""A corpus of bad commands, each with the exit code and the message that it gets.

``python tests/corpus/bad_inputs.py`` writes ``bad_inputs.csv`` anew: read the difference before a commit.
The commands are made from the contracts of the notebooks, so a new parameter brings its own.
"""

from __future__ import annotations

import contextlib
import csv
import io
import shlex
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from helpers import cli, paths
from helpers.runs import contract, engine

FILE = Path(__file__).with_suffix(".csv")
COLUMNS = ("command", "exit_code", "message")
NOT_NUMBERS = ("", "abc", "1,5", "1e", "0x10", "٣", "__import__('os').getcwd()", "{{7*7}}", "$(id)", "[1]")
NOT_FINITE = ("nan", "inf", "-inf", "1e999")
NOT_DAYS = (
    *("", "yesterday", "2022-13-01", "2022-02-30", "22-11-10", "2022/11/10", "20221110", "2022-11", "2022Q3"),
    *("9999-12-31", "0001-01-01", "1999-01-01", "2099-01-01", "'; --", "2022-11-10T00:00"),
)
NO_NAMES = (
    *("", "x", "closed-loop", "Closed_Loop", "../closed_loop", "closed_loop.ipynb", "/etc/passwd", "闭环"),
    *("closed_loop\n", "a" * 300, "-", "*"),
)


def list_commands() -> Iterator[list[str]]:
    """Yield bad commands, each as its words after ``report``."""
    for notebook in contract.list_notebooks():
        for row in contract.describe_parameters(notebook):
            for value in _list_bad_values(row):
                yield ["run", notebook, "-p", f"{row['name']}={value}"]
            yield ["run", notebook, "-p", f"{row['name'][:-1]}=1"]
        yield ["run", notebook, "-p", "=1"]
        yield ["run", notebook, "-p", "seed"]
        yield ["run", notebook, "-p", "seed=1", "-p", "seed=2"]
        yield ["run", notebook, "--timeout", "0"]
        yield ["run", notebook, "--engine", "thread"]
        yield ["run", notebook, "--scenario", f"{notebook}-none"]
        yield from (["run", notebook, "--as-of", day] for day in NOT_DAYS[1:])
        yield from (["sweep", notebook, "--grid", grid] for grid in ("seed", "seed=", "=1,2", "sed=1,2"))
        yield from (
            ["sweep", notebook, "--grid", f"seed={values}"] for values in ("2..1", "1..9999999", "a..b")
        )
        yield ["sweep", notebook, "--scenarios", "none-such"]
    for name in NO_NAMES:
        yield from (["params", name], ["run", name], ["sweep", name], ["check", name], ["diff", name, name])
    yield from (["build", "--as-of", day] for day in NOT_DAYS[1:])
    yield from (["build", "--scenario", name] for name in NO_NAMES[1:])
    yield from (
        ["diff", f"closed_loop/{key}", "default"] for key in ("", "/etc", "../..", "**", "zzz", "failed")
    )
    yield from (
        ["none"],
        ["run"],
        ["sweep"],
        ["diff", "a"],
        ["serve", "--port", "x"],
        ["serve", "--port", "70000"],
    )


def _list_bad_values(row: dict[str, object]) -> Iterator[str]:
    if row["type"] in ("int", "float"):
        yield from (*NOT_NUMBERS[:4], *NOT_FINITE[:2])
        yield from (
            str(end + step) for end, step in ((row["minimum"], -1), (row["maximum"], 1)) if end is not None
        )  # type: ignore[operator]
    elif row["choices"]:
        yield from ("", "none-such", *NOT_NUMBERS[6:8])
    elif row["type"] == "bool":
        yield from ("", "perhaps", "2")
    elif row["name"] == "as_of":
        yield from NOT_DAYS


def answer(words: list[str]) -> tuple[int, str]:
    """Return the exit code and message of a command, which is not let any further than its plan.

    An exception that reaches the user, or a command that is good after all, has the exit code 99.
    """
    printed = io.StringIO()

    def accept(notebook: str, given: dict[str, object], **_: object) -> None:
        engine.plan_run(notebook, given)
        raise AssertionError("accepted")

    with (
        mock.patch.object(engine, "run_notebook", accept),
        mock.patch.object(cli, "_prepare"),
        contextlib.redirect_stderr(printed),
        contextlib.redirect_stdout(printed),
    ):
        try:
            cli.main(words, prog_name="report")
        except SystemExit as end:
            return int(end.code or 0), printed.getvalue().replace(f"{paths.ROOT}/", "").strip()
        except Exception as error:
            return 99, f"{type(error).__name__}: {error}"
    return 99, "no exit code"


def read_corpus() -> list[dict[str, str]]:
    """Return the rows of the corpus."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_corpus() -> int:
    """Write the corpus anew and return how many commands it holds."""
    rows = [(shlex.join(words), *answer(words)) for words in list_commands()]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    return len(rows)


if __name__ == "__main__":
    print(f"{write_corpus()} bad commands: {FILE}")
