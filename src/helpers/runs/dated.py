"""What every notebook answers at the days of the articles, so that an edition can show what moved since.

The days are those of the scenarios that set nothing but a day; those after the edition's own day are left
out, so that an older edition has no hindsight. All runs go through the cache and the local pool.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from helpers import data
from helpers.errors import RunError, summarise_complaints
from helpers.runs import contract, engine, scenarios, sweep, verdicts
from helpers.runs.results import index_results
from helpers.runs.sweep import Outcome, Point


@dataclass(frozen=True)
class DatedAnswers:
    """The answers of all notebooks as of one day.

    Attributes
    ----------
    as_of : str
        The resolved day, ISO.
    keys : mapping of str to str
        Key of the run by notebook, in the order of the book.
    results : mapping of str to mapping of str to result
        Results by notebook and name.
    """

    as_of: str
    keys: Mapping[str, str]
    results: Mapping[str, Mapping[str, Mapping[str, Any]]]

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The verdicts on the claims that were public by the day, as `verdicts.judge_claims` gives them."""
        return verdicts.judge_day(self.as_of, self.results)


def list_days(as_of: str) -> list[str]:
    """Return the days of the dated scenarios before an edition's own day, and that day as it was given.

    Parameters
    ----------
    as_of : str
        ISO day, or ``latest``.

    Returns
    -------
    list of str
        In order of time; the last is `as_of`.
    """
    own = data.resolve_as_of(as_of).isoformat()
    named = (scenarios.load_scenario(name).every.get("as_of") for name in scenarios.list_editions())
    return [*sorted({str(day) for day in named if day and str(day) < own}), as_of]


def run_dated(
    scenario: str = scenarios.DEFAULT,
    as_of: str | None = None,
    *,
    jobs: int | None = None,
    timeout_seconds: int = engine.DEFAULT_TIMEOUT_SECONDS,
    progress: bool = False,
) -> list[DatedAnswers]:
    """Run every notebook of the book at each of an edition's days, and return the answers by day.

    Parameters
    ----------
    scenario : str
        Its parameters hold at every day.
    as_of : str, optional
        ISO day of the edition; by default the scenario's.
    jobs : int, optional
        Runs at a time; by default one a processor.
    timeout_seconds : int
        Longest time for one cell.
    progress : bool
        Whether to draw a progress bar on standard error.

    Returns
    -------
    list of DatedAnswers
        In order of time; the last are the edition's own.

    Raises
    ------
    RunError
        If a run fails.
    """
    points = plan_dated(scenario, as_of)
    done = sweep.run_sweep(
        points, exclusive=False, jobs=jobs, timeout_seconds=timeout_seconds, progress=progress
    )
    if done.failures:
        raise RunError(summarise_complaints([outcome.cause for outcome in done.failures]))
    days = dict.fromkeys(point.varied["as_of"] for point in points)
    return [_collect([each for each in done.outcomes if each.point.varied["as_of"] == day]) for day in days]


def plan_dated(scenario: str = scenarios.DEFAULT, as_of: str | None = None) -> list[Point]:
    """Return the runs of an edition before they are executed, notebook by notebook in order of time.

    Parameters
    ----------
    scenario, as_of : str
        As in `run_dated`.
    """
    own = as_of or str(scenarios.load_scenario(scenario).every.get("as_of", "latest"))
    days = {"as_of": list_days(own)}
    return sweep.plan_sweep(contract.list_chapters(), days, scenario_names=[scenario])


def compare_verdicts(answers: Sequence[DatedAnswers]) -> pd.DataFrame:
    """Return the verdicts of several days side by side.

    Returns
    -------
    DataFrame
        Indexed by claim, one column a day; missing where the claim was not public on that day.
    """
    columns = {each.as_of: each.verdicts.set_index("claim_id")["verdict"] for each in answers}
    return pd.DataFrame(columns).sort_index()


def _collect(outcomes: list[Outcome]) -> DatedAnswers:
    return DatedAnswers(
        outcomes[0].point.plan.as_of,
        {each.point.plan.notebook: each.key for each in outcomes},
        {each.point.plan.notebook: index_results(each.results) for each in outcomes},
    )
