"""The tables of evidence, and the articles where they are at hand."""

from pathlib import Path

import pandas as pd
import pytest

from helpers import data
from helpers.evidence.facts import Fact, read_facts
from helpers.paths import ROOT

ARTICLES = ROOT.parent / "shared" / "sources"


@pytest.fixture(scope="session")
def articles() -> Path:
    if not ARTICLES.is_dir():
        pytest.skip("the articles are not part of the repository; put them into ../shared/sources")
    return ARTICLES


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    return {name: data.load(name) for name in ("facts", "dismissals", "documents", "systems", "claims")}


@pytest.fixture(scope="session")
def known_facts(tables: dict[str, pd.DataFrame]) -> tuple[Fact, ...]:
    return read_facts(tables["facts"])
