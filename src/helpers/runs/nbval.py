"""nbval on executed notebooks: a real kernel must give every output again, exactly."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from helpers import paths
from helpers.runs.record import Run


def find_unexecuted(run: Run) -> list[str]:
    """Return a complaint for each code cell of a run that was never executed."""
    cells = [cell for cell in run.read_notebook().cells if cell.cell_type == "code" and cell.source.strip()]
    return [
        f"{run.record['notebook']}: code cell {number} was never executed; nbval would compare nothing there"
        for number, cell in enumerate(cells, start=1)
        if cell.execution_count is None
    ]


def compare_outputs(run: Run) -> list[str]:
    """Execute a run's notebook again under nbval; return a complaint for each cell that differs."""
    plain = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--override-ini", "addopts="]
    where = ["--rootdir", str(run.folder), str(run.notebook_path)]
    command = [sys.executable, "-m", "pytest", "--nbval", *plain, *where]
    done = subprocess.run(
        command, cwd=paths.NOTEBOOKS, env=os.environ, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode == 0:
        return []
    failed = re.findall(r"^FAILED .*::(\S.*)$", done.stdout, flags=re.MULTILINE)
    tail = " ".join(done.stdout.strip().splitlines()[-1:])
    return [f"{run.record['notebook']}: nbval finds {cell} different" for cell in failed] or [
        f"{run.record['notebook']}: nbval could not compare ({tail})"
    ]
