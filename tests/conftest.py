"""Shared fixtures. The slow import is kept out before anything else is imported."""

import helpers.fast_start  # noqa: F401
