"""What the harnesses of faults share: a command to be broken, ways to break it, what must stand then."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from small_book import LEAD, write_tiny
from tiny import RESULT_CELL

from helpers import data, paths
from helpers.book import build
from helpers.checks import check_digest
from helpers.runs.record import read_run

TRIES = int(os.environ.get("REPORT_FAULT_TRIES", "40"))
TESTS = Path(__file__).parents[1]
REPORT = "from helpers.cli import main; main(prog_name='report')"
NO_RUNS = ("failed", ".lookup", ".sweep.lock")


def start(
    *words: str, before: str = "", prefix: Sequence[str] = (), **environment: str
) -> subprocess.Popen[str]:
    """Start a command of the report, after some Python, and behind a program that starts programs."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", f"{before}\n{REPORT}", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | environment,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Return exit code and output of a command, which never ends in a traceback."""
    said, _ = process.communicate(timeout=300)
    assert "Traceback" not in said, said
    return process.returncode, said


def succeed(*words: str, **environment: str) -> str:
    """Run a command that must succeed; return its output."""
    code, said = finish(start(*words, **environment))
    assert 0 == code, said
    return said


def measure(*words: str) -> float:
    """Return how many seconds a command takes that must succeed."""
    begun = time.monotonic()
    succeed(*words)
    return time.monotonic() - begun


def kill_within(process: subprocess.Popen[str], seconds: float) -> None:
    """Kill a command's group after some seconds; whatever it started elsewhere ends by itself."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    with suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        assert [] == psutil.wait_procs(family, timeout=30)[1]
    process.communicate()


def write_edit(number: int, *, prose: str = "Edit") -> str:
    """Change code and prose, so that there is all to do; return what the page must show."""
    code = f'{RESULT_CELL}\nrecord("told", {number}, unit="1", meaning="Number of the edit.")'
    write_tiny(paths.NOTEBOOKS, lead=f"{LEAD} {prose} {{result}}`tiny_growth/told:.0f`.", code=code)
    return f">{number}<"


def list_runs() -> list[Path]:
    """Return the folders of finished runs."""
    return [path for path in (paths.RUNS / "tiny_growth").glob("*") if path.name not in NO_RUNS]


def check_standing() -> str | None:
    """Hold what stands against its sums; return them, None in the middle of a swap."""
    assert all(read_run(path) for path in list_runs())
    folder = paths.BUILD / "html"
    if not folder.exists():
        assert [] == check_digest(paths.BUILD / ".html-previous")
        return None
    assert [] == check_digest(folder)
    return (folder / build.SUMS_FILE).read_text()


def recover(expected: str) -> str | None:
    """Build again, which must show the newest edit and leave nothing over; return the edition's sums."""
    edition = build.build_edition()
    assert expected in (edition.folder / "chapters" / "tiny_growth.html").read_text()
    assert [] == list(paths.BUILD.glob(f"{build.STAGING}*"))
    assert [] == list(paths.RUNS.glob(".writing-*"))
    return check_standing()


def accept_edit() -> tuple[dict[Path, bytes], dict[Path, bytes]]:
    """Return a table and the description of all, as they are and after an edit that was accepted."""
    table, manifest = paths.DATA / "sources.csv", paths.DATA / data.MANIFEST
    good = {path: path.read_bytes() for path in (table, manifest)}
    table.write_bytes(good[table].replace(b",Kuaishou", b",Edited Kuaishou", 1))
    data.rewrite_hashes()
    edited = {path: path.read_bytes() for path in good}
    put(good)
    return good, edited


def put(files: Mapping[Path, bytes]) -> None:
    """Write some files."""
    for path, content in files.items():
        path.write_bytes(content)


def limit_files(choose: random.Random) -> str:
    """Return Python that lets no file grow beyond a random size: a write ends as on a full disk."""
    return f"import resource as r; r.setrlimit(r.RLIMIT_FSIZE, ({int(10 ** choose.uniform(2, 5))},) * 2)"


def damage(path: Path, choose: random.Random) -> None:
    """Cut a file or turn one of its bits."""
    content = bytearray(path.read_bytes())
    place = choose.randrange(len(content))
    if choose.random() < 0.5:
        del content[place:]
    else:
        content[place] ^= 1 << choose.randrange(8)
    path.write_bytes(bytes(content))
