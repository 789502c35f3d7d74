"""Whatever a user types, the answer is one clear line and exit code 2."""

import random
import shlex

import pytest
from corpus.bad_inputs import answer, read_corpus

SAMPLE = random.Random(20240618).sample(read_corpus(), 60)


def is_clear(message: str) -> bool:
    """Say whether a message is one line of ours, or click's usage with its one line."""
    last = message.splitlines()[-1]
    return last.startswith(("report: ", "Error: ")) if message.startswith("Usage:") else last == message


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: row["command"][:60])
def test_a_bad_command_gets_a_clear_line(row):
    code, message = answer(shlex.split(row["command"]))
    assert 2 == code
    assert is_clear(message)


def test_no_answer_of_the_corpus_is_a_traceback():
    rows = read_corpus()
    assert 1000 < len(rows)
    assert {"2"} == {row["exit_code"] for row in rows}
    assert all(is_clear(row["message"]) and "Traceback" not in row["message"] for row in rows)
