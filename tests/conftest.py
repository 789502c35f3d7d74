"""Shared fixtures. The slow import is kept out before anything else is imported."""

import helpers.fast_start  # noqa: F401  isort: skip
import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from helpers import paths

# A loaded machine must not fail a test, nor luck; `make verify` looks further with other examples.
UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("repeatable", derandomize=True, **UNTIMED)
settings.register_profile("explore", **UNTIMED)
settings.load_profile("repeatable")

FLAGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it; the tests are skipped only where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: install the system package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def own_runs() -> Iterator[None]:
    """Keep the runs of a module's tests apart from the reader's; equal ones are made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "RUNS", paths.ROOT / "_build" / f"test-runs-{os.getpid()}")
        paths.RUNS.mkdir(parents=True)
        yield
        shutil.rmtree(paths.RUNS)
