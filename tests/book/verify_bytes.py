"""The whole book built twice from nothing, for ``make verify``: whatever the machine is like, the same bytes.

The second build has another folder, time zone, locale, hash seed, mask of permissions, home and number of
workers, and its chapters were executed by ordinary kernels.
"""

import os
import subprocess
import sys
from pathlib import Path

from bytewise import find_difference
from project_copy import copy_project

from helpers.checks import check_digest

REPORT = "from helpers.cli import main; import sys; main(sys.argv[1:], prog_name='report')"
USUAL = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
STRANGE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "POSIX",
    "LANG": "tr_TR.UTF-8",
    "PYTHONHASHSEED": "4711",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "COLUMNS": "40",
    "SOURCE_DATE_EPOCH": "86400",
}


def report(project: Path, *words: str, world: dict[str, str], umask: int, workers: int) -> None:
    """Run one command of the report in a copy of the project."""
    home = project.parent / f"home of {project.name}"
    home.mkdir(exist_ok=True)
    moved = {
        "REPORT_ROOT": project,
        "PYTHONPATH": project / "src",
        "HOME": home,
        "XDG_CACHE_HOME": home / "kept",
    }
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *words],
        cwd=project,
        env=os.environ | world | {name: str(path) for name, path in moved.items()},
        umask=umask,
        preexec_fn=lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:workers]),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def test_two_unlike_machines_build_the_same_bytes(tmp_path):
    one, other = copy_project(tmp_path / "report"), copy_project(tmp_path / "another place" / "报告")
    report(one, "build", world=USUAL, umask=0o022, workers=2)
    for chapter in sorted((other / "notebooks").glob("*.ipynb")):
        report(other, "run", chapter.stem, "--engine", "kernel", world=STRANGE, umask=0o077, workers=1)
    report(other, "build", world=STRANGE, umask=0o077, workers=1)
    books = [project / "_build" / "html" for project in (one, other)]
    assert [[], []] == [check_digest(book) for book in books]
    assert "" == find_difference(*books)
