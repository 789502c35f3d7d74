"""Shared fixtures. The slow import is kept out before anything else is imported."""

import helpers.fast_start  # noqa: F401  isort: skip
import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from playwright.sync_api import Browser

from helpers import paths
from helpers.book import chromium
from helpers.errors import EnvironmentMissingError

# A loaded machine must not fail a test, nor luck; `make verify` looks further with other examples.
UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, **UNTIMED)
settings.register_profile("explore", **UNTIMED)
# A mutant needs to be noticed, not explained.
WITHOUT_SHRINKING = (Phase.explicit, Phase.generate)
settings.register_profile("mutants", derandomize=True, phases=WITHOUT_SHRINKING, **UNTIMED)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it; the tests are skipped only where there is none."""
    try:
        chromium.find_chromium()
    except EnvironmentMissingError as error:
        pytest.skip(str(error))
    with chromium.open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def own_runs() -> Iterator[None]:
    """Keep the runs of a module's tests apart from the reader's; equal ones are made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "RUNS", paths.ROOT / "_build" / f"test-runs-{os.getpid()}")
        paths.RUNS.mkdir(parents=True)
        yield
        shutil.rmtree(paths.RUNS)
