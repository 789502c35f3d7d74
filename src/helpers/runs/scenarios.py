"""Named parameter sets, read from ``notebooks/scenarios.yml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from helpers import paths
from helpers.errors import InputError, UnknownNameError
from helpers.runs.yaml_files import read_entries

DEFAULT = "default"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Scenario(BaseModel):
    """One named set of parameters.

    Parameters
    ----------
    why : str
        One sentence on why the set is worth a look.
    every : dict
        Parameters for every notebook, such as ``as_of``.
    notebooks : dict of dict
        Parameters for one notebook, by its name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: str
    every: dict[str, Any] = {}
    notebooks: dict[str, dict[str, Any]] = {}

    @property
    def is_day(self) -> bool:
        """Whether it sets a day and nothing else."""
        return set(self.every) == {"as_of"} and not self.notebooks

    def parameters_for(self, notebook: str) -> dict[str, Any]:
        """Return what the scenario sets for a notebook."""
        return {**self.every, **self.notebooks.get(notebook, {})}


def load_scenarios() -> Mapping[str, Scenario]:
    """Return all scenarios by name; ``default`` sets nothing.

    Raises
    ------
    InputError
        If the file is not valid YAML, an entry has an unknown field, or a name is none; names the entry.
    """
    scenarios = read_entries(
        paths.NOTEBOOKS / "scenarios.yml", Scenario, needs="each entry needs why, every, notebooks"
    )
    for name in scenarios:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"notebooks/scenarios.yml: a name is small letters, digits and hyphens (got {name!r})"
            )
    return {DEFAULT: Scenario(why="The report as published: every default, all that is known."), **scenarios}


def list_editions() -> list[str]:
    """Return the scenarios whose results are accepted: the default and those that set only a day."""
    return [name for name, each in load_scenarios().items() if name == DEFAULT or each.is_day]


def load_scenario(name: str) -> Scenario:
    """Return one scenario by name.

    Raises
    ------
    UnknownNameError
        With the nearest names.
    """
    scenarios = load_scenarios()
    if name not in scenarios:
        raise UnknownNameError("scenario", name, scenarios)
    return scenarios[name]
