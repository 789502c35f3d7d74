"""The catalogue of sentences: whole, chosen by a result, filled and never put together."""

import pytest

from helpers import paths
from helpers.book import sentences
from helpers.book.sentences import Sentence
from helpers.errors import InputError, UnknownNameError
from helpers.runs.what_if import load_themes

RESULTS = {
    "loss": {"value": 1.234, "unit": "%", "interval": "none"},
    "fall": {"value": None, "unit": "%", "interval": "none"},
    "word": {"value": "little", "unit": "1", "interval": "none"},
}
CHOSEN = Sentence(by="word", little="Little: {loss:.1f}.", most="Most.", unknown="Not known.")


@pytest.mark.parametrize(
    ("sentence", "template"),
    [
        (CHOSEN, "Little: {loss:.1f}."),
        (Sentence(known="It is {loss}.", unknown="Not known."), "It is {loss}."),
        (Sentence(known="{loss} of {fall:.0f}.", unknown="Not known."), "Not known."),
        (Sentence(by="fall", little="Little.", unknown="Not known."), "Not known."),
    ],
    ids=["by a word", "one variant", "a figure is not known", "the word is not known"],
)
def test_the_results_choose_the_variant(sentence, template):
    assert template == sentences.choose_template(sentence, RESULTS)


def test_a_variant_that_is_missing_is_named():
    with pytest.raises(UnknownNameError, match="variant of a sentence 'much'"):
        sentences.choose_template(CHOSEN, RESULTS | {"word": {"value": "much"}})


def test_slots_are_filled_as_the_role_fills_them():
    assert ["1.2%"] == sentences.find_texts("Little: {loss:.1f}.", "closed_loop", RESULTS)
    assert "1.2% of 16%." == sentences.fill_template("{a} of {b}.", {"a": "1.2%", "b": "16%"})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("a: {b: {known: It fell by 16 points.}}", "a/b holds a typed figure"),
        ("a: {b: {known: [1]}}", "needs variants that are texts"),
        ("a: [", "not readable as YAML"),
    ],
)
def test_a_catalogue_that_cannot_be_used_says_why(content, complaint, tmp_path, monkeypatch):
    (tmp_path / sentences.FILE).write_text(content)
    monkeypatch.setattr(paths, "BOOK", tmp_path)
    with pytest.raises(InputError, match=complaint):
        sentences.load_catalogue()


def test_every_sentence_of_a_theme_is_in_the_catalogue_and_used():
    catalogue = sentences.load_catalogue()
    for notebook, theme in load_themes().items():
        assert {*theme.what_if.sentences, *theme.days.sentences} == catalogue[notebook].keys()
        assert all("unknown" in sentence.variants for sentence in catalogue[notebook].values())
