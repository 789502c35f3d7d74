"""The project's YAML files: mappings by name, without the parts of YAML that surprise."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from helpers import paths
from helpers.errors import InputError, shorten

Entry = TypeVar("Entry", bound=BaseModel)


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, which let a few lines stand for gigabytes, and with every key once."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, *name, is not taken")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        if twice := [key for key in keys if keys.count(key) > 1]:
            raise yaml.YAMLError(f"{twice[0]!r} stands twice")
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the entries of a YAML file by name; an empty file has none.

    Raises
    ------
    InputError
        If the file is missing, or is not YAML, holds an alias or a key twice, or is no mapping by name.
    """
    where = name_file(path)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _PlainLoader)  # a safe loader
    except PermissionError:
        raise
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{where}: not readable as YAML ({shorten(error)}); correct it") from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise InputError(f"{where}: must be a mapping of names to entries; correct it")
    return content


def read_entries(path: Path, entry: type[Entry], *, needs: str) -> Mapping[str, Entry]:
    """Return the entries of a YAML file as records.

    Parameters
    ----------
    path : Path
    entry : type
        Record that each entry becomes.
    needs : str
        What an entry must be, for the error.

    Raises
    ------
    InputError
        As `read_yaml`, or if an entry is no such record.
    """
    return validate_entries(read_yaml(path), entry, where=f"{name_file(path)}: {needs}")


def validate_entries(content: Any, entry: type[Entry], *, where: str) -> dict[str, Entry]:
    """Return entries as records; the error opens with where they stand and what they must be."""
    try:
        return {name: entry.model_validate(each) for name, each in content.items()}
    except (ValidationError, AttributeError) as error:
        raise InputError(f"{where} ({shorten(error)})") from error


def name_file(path: Path) -> str:
    """Return a file's name as errors give it, from the root of the project."""
    return str(path.relative_to(paths.ROOT) if path.is_relative_to(paths.ROOT) else path.name)
