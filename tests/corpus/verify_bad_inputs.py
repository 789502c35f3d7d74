"""The corpus is the one that the contracts give today, to the last word."""

import shlex

from corpus.bad_inputs import answer, list_commands, read_corpus


def test_every_message_is_the_one_on_record():
    """A change is made on purpose: write the corpus anew and read the difference."""
    now = [(shlex.join(words), *map(str, answer(words))) for words in list_commands()]
    assert now == [(row["command"], row["exit_code"], row["message"]) for row in read_corpus()]
