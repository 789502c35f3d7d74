"""A small project that all tests of a module share."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_book import make_project

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def small_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small project that all tests of a module share."""
    with pytest.MonkeyPatch.context() as patch:
        yield make_project(tmp_path_factory.mktemp("project"), patch)


@pytest.fixture(scope="module")
def broken(small_project: Path) -> Iterator[Path]:
    """A small project with a good edition, to be broken by commands in processes of their own."""
    from helpers.book import build

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{TESTS}{os.pathsep}{TESTS / 'book'}")
        build.build_edition()
        yield small_project


@pytest.fixture
def choose(request: pytest.FixtureRequest) -> random.Random:
    """Random choices that are the same each time the test is run."""
    return random.Random(request.node.name)
