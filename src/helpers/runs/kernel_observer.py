"""The observer of inputs as an extension of IPython: an ordinary kernel hears what a forked run hears."""

from __future__ import annotations

import json
import sys
from typing import Any

from helpers.runs.inputs import InputObserver

COLLECT = f"__import__({__name__!r}, fromlist=['collect']).collect()"
"""Evaluated in the kernel, gives what `collect` returns."""

_observer = InputObserver()


def load_ipython_extension(_: Any) -> None:
    """Hear the audit events of this process from now on."""
    sys.addaudithook(_observer.hear)


def collect() -> str:
    """Return the hash of each input so far, as JSON."""
    return json.dumps(_observer.collect())
