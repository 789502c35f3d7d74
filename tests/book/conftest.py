"""A small project that all tests of a module share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_book import make_project


@pytest.fixture(scope="module")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small project that all tests of a module share."""
    with pytest.MonkeyPatch.context() as patch:
        yield make_project(tmp_path_factory.mktemp("project"), patch)
