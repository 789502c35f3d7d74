"""Whole sentences with slots for figures, from the one catalogue that Python and the pages' scripts share.

No sentence is put together from pieces: a variant is a template, and whoever shows it only fills its slots.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from helpers import paths
from helpers.book.pasted import find_result
from helpers.errors import InputError, UnknownNameError
from helpers.runs.yaml_files import read_yaml, validate_entries

FILE = "sentences.yml"
KNOWN, UNKNOWN = "known", "unknown"

_SLOT = re.compile(r"\{([^{}]+)\}")
_NAME = re.compile(r"\w+")


class Sentence(BaseModel):
    """One sentence in its variants.

    Parameters
    ----------
    by : str, optional
        The result whose text is the name of the variant; by default the variant is ``known``.
    **variants : str
        Templates by name. ``unknown`` stands where a result that the sentence rests on has no value.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, str]

    by: str | None = None

    @property
    def variants(self) -> Mapping[str, str]:
        """Templates by the name of their variant."""
        return self.__pydantic_extra__


Catalogue = Mapping[str, Mapping[str, Sentence]]


def load_catalogue() -> Catalogue:
    """Return all sentences by notebook, or ``panel``, and name.

    Raises
    ------
    InputError
        If the file is not valid YAML, an entry is no sentence, or a digit is typed into a template.
    """
    where = f"book/{FILE}: each sentence needs variants that are texts"
    catalogue = {
        group: validate_entries(entries, Sentence, where=where)
        for group, entries in read_yaml(paths.BOOK / FILE).items()
    }
    for group, sentences in catalogue.items():
        for name, sentence in sentences.items():
            for template in sentence.variants.values():
                if re.search(r"\d", _SLOT.sub("", template)):
                    raise InputError(f"book/{FILE}: {group}/{name} holds a typed figure; give it a slot")
    return catalogue


def find_sentence(catalogue: Catalogue, group: str, name: str) -> Sentence:
    """Return one sentence.

    Raises
    ------
    UnknownNameError
        With the nearest names.
    """
    known = catalogue.get(group, {})
    if name not in known:
        raise UnknownNameError(f"sentence of {group}", name, known)
    return known[name]


def choose_template(sentence: Sentence, results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the template that says what some results say.

    Raises
    ------
    UnknownNameError
        If the sentence has no such variant, or names a result that is not there.
    """
    if sentence.by is not None and sentence.by not in results:
        raise UnknownNameError("result", sentence.by, results)
    value = KNOWN if sentence.by is None else results[sentence.by]["value"]
    if value is None:
        return _find_variant(sentence, UNKNOWN)
    template = _find_variant(sentence, str(value))
    names = {_NAME.match(slot)[0] for slot in list_slots(template)}  # type: ignore[index]
    if any(results.get(name, {"value": ""})["value"] is None for name in names):
        return _find_variant(sentence, UNKNOWN)
    return template


def _find_variant(sentence: Sentence, name: str) -> str:
    if name not in sentence.variants:
        raise UnknownNameError("variant of a sentence", name, sentence.variants)
    return sentence.variants[name]


def list_slots(template: str) -> list[str]:
    """Return the slots of a template in their order.

    >>> list_slots("{loss:.1f} of {fall}")
    ['loss:.1f', 'fall']
    """
    return _SLOT.findall(template)


def fill_template(template: str, texts: Mapping[str, str]) -> str:
    """Return a template with a text in each slot."""
    return _SLOT.sub(lambda slot: texts[slot[1]], template)


def find_texts(template: str, notebook: str, results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the text of each slot, formatted as the role ``{result}`` does.

    Raises
    ------
    InputError, UnknownNameError
        As `helpers.book.pasted.find_result`.
    """
    return [find_result({notebook: dict(results)}, f"{notebook}/{slot}")[0] for slot in list_slots(template)]
