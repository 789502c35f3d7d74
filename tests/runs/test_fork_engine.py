"""A forked run says what a kernel's would, sees no other run, and leaves nothing behind."""

import json
import os
import select
import signal
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers import paths
from helpers.errors import RunError
from helpers.runs import engine, fork_engine
from helpers.runs.record import RunPlan

SECONDS = 30
OUTPUTS = {
    "streams": "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')",
    "flushed": "sys.stdout.write('x'); sys.stdout.flush(); sys.stderr.write('y'); sys.stdout.write('z')",
    "shell line": "print('before')\n!echo of a shell",
    "display": "from IPython.display import *\nprint(1)\ndisplay(HTML('<b>'), 2)\nprint(3)",
    "cleared": "print(1)\nclear_output()\nprint(2)\nclear_output(wait=True)\ndisplay(3)",
    "display to update": "handle = display('old', display_id='shown')\ndisplay('beside', display_id='other')",
    "updated": "handle.update(HTML('<i>new</i>'))",
    "shown twice, updated": "handle.display('again')\nhandle.update('last')",
    "rich": """
class Rich:
    def __repr__(self): return 'Rich'
    def _repr_html_(self): return '<b>'
    def _repr_png_(self): return b'\\x89PNG'
    def _repr_markdown_(self): return '*r*', {'a': 1}
Rich()""",
    "bundle": """
class Bundle:
    def _repr_mimebundle_(self, **_): return {'text/plain': 'B', 'text/x': '1'}, {'b': 2}
Bundle()""",
    "table": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', '快手']})",
    "awaited": "import asyncio\nawait asyncio.sleep(0)\nprint('done')\n'value'",
    "loop": "asyncio.get_running_loop().is_running()",
    "task": "async def work():\n    print('in a task')\n    return 5\ntask = asyncio.ensure_future(work())",
    "task, awaited later": "await task",
    "context": "import decimal; decimal.getcontext().prec = 4",
    "context kept": "decimal.Decimal(1) / 3",
    "history": "_, _i, Out[min(Out)], In[-1]",
    "magics": "%precision 3\n%pwd",
    "cell magic": "%%capture caught\nprint('inside')",
    "captured": "caught.stdout",
    "warning": "import warnings\nwarnings.warn('careful')\nimport logging\nlogging.warning('logged')",
    "thread": "import threading\nt = threading.Thread(target=print, args=('threaded',))\nt.start()\nt.join()",
    "shell": "type(get_ipython()), type(get_ipython().kernel), __name__, sys.path.index('') > 0",
    "environment": "import os\n[os.environ[name] for name in ('TERM', 'PAGER', 'MPLBACKEND', 'FORCE_COLOR')]",
    "no input": "sys.stdin.read()",
    "pickled class": "class Own: pass\nimport pickle\ntype(pickle.loads(pickle.dumps(Own()))).__module__",
    "workers": "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
    "    print(pool.map(abs, [-1, -2]))",
    "page": "print?",
    "silenced": "5;",
}
ERRORS = {
    "error": "def f(x):\n    return {}[x]\nprint('before')\nf('快手')",
    "chain": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('v') from error",
    "syntax": "x = = 1",
    "unknown magic": "%nothing",
    "group": "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])",
    "library": "import pandas as pd\npd.Series([1])['b']",
    "repr": "class Bad:\n    def __repr__(self): raise ValueError('no')\nBad()",
    "standard input": "input('name?')",
    "password": "import getpass\ngetpass.getpass()",
    "loop in a loop": "import asyncio\nasyncio.run(asyncio.sleep(0))",
    "memory": "bytearray(1 << 60)",
    "interrupt": "raise KeyboardInterrupt",
    "exit": "import sys\nsys.exit(3)",
}


FROM_THREADS = """
from concurrent.futures import ThreadPoolExecutor
from IPython.display import display
def show(n): display({"text/plain": str(n) * 40_000}, raw=True)
with ThreadPoolExecutor(4) as pool: list(pool.map(show, range(8)))"""
FROM_WORKERS = """
import multiprocessing
def say(line): print(line + "\\n", end="")
with multiprocessing.get_context("fork").Pool(2) as pool:
    pool.map(say, ["a" * 9, "b" * 9])
    pool.close()
    pool.join()"""
SILENCED = """
import os
kept = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
print("heard")
os.system("echo no")
os.dup2(kept, 1)
print("back")"""
SCRIPT = """
import os, signal, sys
from helpers.runs import fork_engine
# A shell's background jobs ignore it, and so would whatever they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
print("main")
with fork_engine.open_run(["0"], ".") as run:
    run.send({"cells": [(sys.argv[1], False)], "folder": ".", "environment": dict(os.environ)})
    assert run.receive(30)[0] == "report_ready"
    while True:
        kind, content = run.receive(30)
        if kind == "stream":
            print(content["text"], flush=True)
        if kind == "execute_reply":
            break
"""
HANG = """
import os, subprocess, sys
print(os.getpid(), os.getppid(), subprocess.Popen(["sleep", "99"]).pid, flush=True)
while True: pass
"""


def make_plan(*cells: str, tags: tuple[str, ...] = ()) -> RunPlan:
    """Plan a notebook that no file holds."""
    code = [new_code_cell("seed = 1", metadata={"tags": ["parameters"]}, id="parameters")]
    code += [new_code_cell(c, metadata={"tags": list(tags)}, id=f"c{n}") for n, c in enumerate(cells)]
    source = nbformat.writes(new_notebook(cells=code))
    steering = tuple(tuple(cell.metadata.tags) for cell in code)
    return RunPlan("own", {"seed": 1}, "2026-01-01", source, tuple(c.source for c in code), steering)


def execute(*cells: str, tags: tuple[str, ...] = (), name: str = "fork") -> list[dict]:
    """Execute cells and return each of them with its outputs."""
    executed = engine.execute_plan(make_plan(*cells, tags=tags), engine=name, timeout_seconds=SECONDS)
    found = [cell for cell in json.loads(executed.notebook)["cells"] if cell["id"].startswith("c")]
    return [{"count": cell["execution_count"], "outputs": cell["outputs"]} for cell in found]


def text_of(cell: dict) -> str:
    return "".join(output.get("text") or output["data"]["text/plain"] for output in cell["outputs"])


def wait_for_end(pid: int) -> bool:
    """Say whether a process is gone, or goes soon."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], SECONDS)[0])
    finally:
        os.close(handle)


@pytest.fixture(scope="module")
def both() -> dict[str, tuple[dict, dict]]:
    """Every kind of output from the forked engine and from a kernel."""
    pairs = {}
    with pytest.MonkeyPatch.context() as patch:
        # Where pytest sets it, ipykernel leaves low-level output alone.
        patch.delenv("PYTEST_CURRENT_TEST")
        for cells, tags in ((OUTPUTS, ()), (ERRORS, ("raises-exception",))):
            engines = [execute(*cells.values(), tags=tags, name=name) for name in ("fork", "kernel")]
            pairs |= dict(zip(cells, zip(*engines, strict=True), strict=True))
    return pairs


@pytest.mark.parametrize("kind", [*OUTPUTS, *ERRORS])
def test_an_output_is_that_of_a_kernel(both, kind):
    """Text, bundles, counts and tracebacks are equal to the last character."""
    forked, kernel = both[kind]
    assert kernel == forked


def test_the_kinds_of_output_are_really_there(both):
    """The comparison is not one of nothing with nothing."""
    types = {out["output_type"] for forked, _ in both.values() for out in forked["outputs"]}
    assert {"stream", "display_data", "execute_result", "error"} == types
    assert all(both[kind][0]["outputs"] for kind in ERRORS)


def test_text_keeps_the_order_in_which_it_was_written():
    """Also between Python, low-level writes and subprocesses, where a kernel's threads race."""
    cell = "import os\nprint(1)\nos.write(1, b'2\\n')\nos.system('echo 3')\nprint(4)\nos.write(2, b'5')"
    found = execute(cell)[0]["outputs"]
    assert [("stdout", "1\n2\n3\n4\n"), ("stderr", "5")] == [(o["name"], o["text"]) for o in found[:2]]


def test_outputs_from_threads_and_forked_workers_arrive_whole():
    """Messages of several threads do not mix, and a worker that a cell has forked sends none of its own."""
    shown, printed = execute(FROM_THREADS, FROM_WORKERS)
    texts = sorted(output["data"]["text/plain"] for output in shown["outputs"])
    assert [str(n) * 40_000 for n in range(8)] == texts
    assert ["a" * 9, "b" * 9] == sorted(text_of(printed).split())


def test_what_python_prints_is_seen_while_the_descriptor_is_silenced():
    """A library that hushes its C code must not hush the notebook."""
    assert "heard\nback\n" == text_of(execute(SILENCED)[0])


def test_a_job_that_a_cell_leaves_behind_is_not_waited_for():
    wait = (
        "import asyncio, threading\nasyncio.get_running_loop().run_in_executor(None, threading.Event().wait);"
    )
    assert [] == execute(wait)[0]["outputs"]


def test_bytes_that_are_no_text_do_not_stop_a_run():
    assert "\ufffd快\n" == text_of(execute("import os\nos.write(1, b'\\xff\\xe5\\xbf\\xab\\n');")[0])


def test_a_run_sees_nothing_of_another():
    """Variables, modules, the environment, options and random numbers are each run's own."""
    spoil = (
        "import builtins, os, sys, pandas as pd\nbuiltins.left = sys.modules['left'] = 1\n"
        "os.environ['LEFT'] = '1'; pd.set_option('display.max_rows', 7); pd.left = 1"
    )
    look = (
        "import builtins, os, sys, pandas as pd\n[hasattr(builtins, 'left'), 'left' in sys.modules, "
        "'LEFT' in os.environ, pd.get_option('display.max_rows') == 7, hasattr(pd, 'left')]"
    )
    (_, seen), (other,) = execute(spoil, look), execute(look)
    assert "[True, True, True, True, True]" == text_of(seen)
    assert "[False, False, False, False, False]" == text_of(other)


def test_unseeded_random_numbers_differ_between_runs():
    """A copy of one state would repeat itself and pass for reproducible."""
    draw = "import numpy as np\nnp.random.default_rng().random(), np.random.random()"
    assert text_of(execute(draw)[0]) != text_of(execute(draw)[0])


def test_the_server_has_one_thread_after_importing_all_that_the_report_uses():
    """Forking a process of several threads can leave a child with a lock that nobody opens."""
    heavy = "import altair, pandas, statsmodels.api\nfrom helpers import data\ndata.load('events')"
    count = "import os, sys\nlen(os.listdir(f'/proc/{os.getppid()}/task')), 'statsmodels.api' in sys.modules"
    execute(heavy)
    assert "(1, True)" == text_of(execute(heavy, count)[1])


@pytest.mark.parametrize(
    ("module", "body", "shown"),
    [
        ("loud", "print('imported')", "imported\n1"),
        ("warning", "import warnings\nwarnings.warn('old')", "UserWarning: old"),
        (
            "threaded",
            "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
            "2",
        ),
    ],
)
def test_a_module_whose_import_shows_is_imported_by_each_run(tmp_path, monkeypatch, module, body, shown):
    """The server may only have at hand what nobody can tell from a fresh import."""
    (tmp_path / f"{module}_example.py").write_text(body)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    fork_engine.stop_server()
    cell = f"import os, threading, {module}_example\nprint(len(threading.enumerate()))"
    for _ in range(2):
        printed, server_tasks = execute(cell, "len(os.listdir(f'/proc/{os.getppid()}/task'))")
        assert shown in text_of(printed)
        assert "1" == text_of(server_tasks)
    fork_engine.stop_server()


def test_a_module_beside_the_notebook_comes_before_an_installed_one(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    (tmp_path / "filelock.py").write_text("own = True")
    assert "True" == text_of(execute("import filelock\nfilelock.own")[0])


def test_processes_that_a_run_leaves_are_ended():
    """Also one that put itself into a session of its own."""
    sleep = "subprocess.Popen(['sleep', '99'], start_new_session=own).pid"
    start = f"import subprocess\nprint(*({sleep} for own in (False, True)))"
    pids = [int(pid) for pid in text_of(execute(start)[0]).split()]
    assert 2 == len(pids)
    assert all(wait_for_end(pid) for pid in pids)


def test_a_child_that_is_killed_names_the_signal_and_keeps_what_it_said():
    plan = make_plan("print('so far')", "print('and', end=' ')\nimport os\nos.kill(os.getpid(), 11)")
    executed = engine.execute_plan(plan)
    assert "the kernel died while the cell ran, killed by SIGSEGV" == executed.failure["message"]
    outputs = [cell["outputs"] for cell in json.loads(executed.notebook)["cells"] if cell.get("outputs")]
    assert ["so far\n", "and "] == [each[0]["text"] for each in outputs]


def test_a_child_out_of_memory_is_told_as_such():
    """The system ends a process that takes too much with a signal that no program can catch."""
    executed = engine.execute_plan(make_plan("import os\nos.kill(os.getpid(), 9)"))
    assert "killed by SIGKILL; perhaps the machine was out of memory" in executed.failure["message"]


def test_leaving_at_the_end_is_no_failure_and_before_it_is_one():
    assert engine.execute_plan(make_plan("print(1)", "exit()")).failure is None
    failure = engine.execute_plan(make_plan("exit()", "print(1)")).failure
    assert ("DeadKernelError", "print(1)") == (failure["error"], failure["source"])


def test_a_new_server_replaces_one_that_was_killed():
    (first,) = execute("import os\nos.getppid()")
    os.kill(int(text_of(first)), signal.SIGKILL)
    assert wait_for_end(int(text_of(first)))
    assert text_of(first) != text_of(execute("import os\nos.getppid()")[0])


def test_edited_code_is_not_taken_from_a_server_that_holds_the_old(monkeypatch):
    server = "import os\nfrom helpers import prose\nos.getppid()"
    before = text_of(execute(server)[0])
    assert before == text_of(execute(server)[0])
    monkeypatch.setitem(fork_engine._current.modules, "src/helpers/prose.py", "another hash")
    assert before != text_of(execute(server)[0])


def test_a_server_prepared_early_is_the_one_that_runs(tmp_path):
    """The command line lets it import while it imports itself."""
    fork_engine.stop_server()
    (tmp_path / "early.ipynb").write_text(make_plan("import zipapp").source)
    fork_engine.prepare_notebook(tmp_path / "early.ipynb")
    prepared = fork_engine._current.process.pid
    look = "import os, sys\nos.getppid(), 'zipapp' in sys.modules"
    assert f"({prepared}, True)" == text_of(execute(look)[0])
    fork_engine.prepare_notebook(tmp_path / "absent.ipynb")


def test_a_server_that_cannot_start_is_named(monkeypatch):
    fork_engine.stop_server()
    monkeypatch.setenv("REPORT_ROOT", str(paths.ROOT))
    monkeypatch.setattr(fork_engine.sys, "executable", "/bin/false")
    with pytest.raises(RunError, match=r"the fork server gave no child; .*--engine kernel runs without it"):
        execute("1")
    fork_engine.stop_server()


def test_a_cell_has_its_time_after_the_server_has_started():
    """A slow import in the server is no hanging cell."""
    fork_engine.stop_server()
    executed = engine.execute_plan(make_plan("import statsmodels.api"), timeout_seconds=1)
    assert executed.failure is None


def test_runs_from_threads_do_not_disturb_each_other():
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda n: text_of(execute(f"print({n})\n{n} * 2")[0]), range(6)))
    assert [f"{n}\n{n * 2}" for n in range(6)] == found


@pytest.fixture
def start_script(tmp_path):
    """Start a plain script that forks a run, with a folder of its own for temporary files."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    (tmp_path / "tmp").mkdir()
    started = []

    def start(cell: str) -> subprocess.Popen[str]:
        environment = os.environ | {"TMPDIR": str(tmp_path / "tmp"), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, str(path), cell]
        started.append(
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
            )
        )
        return started[-1]

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def test_a_plain_script_without_a_guard_runs_once(start_script, tmp_path):
    """The child imports no main module, and nothing is left in the folder of temporary files."""
    out, err = start_script("print('hello')").communicate(timeout=SECONDS)
    assert (["main", "hello"], "") == (out.split(), err)
    assert [] == list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_the_caller_is_stopped(start_script, tmp_path, end):
    """The child, the server and what the cell started all go, and no socket or folder stays."""
    caller = start_script(HANG)
    lines = [caller.stdout.readline(), caller.stdout.readline()]
    pids = [int(pid) for pid in lines[1].split()]
    caller.send_signal(end)
    assert 3 == len(pids)
    assert all(wait_for_end(pid) for pid in pids)
    caller.communicate(timeout=SECONDS)
    assert [] == list((tmp_path / "tmp").iterdir())


def test_a_forked_copy_of_the_caller_has_a_server_of_its_own():
    execute("1")
    pid = os.fork()
    if not pid:
        own = text_of(execute("import os\nos.getppid()")[0])
        os._exit(0 if int(own) == fork_engine._current.process.pid else 1)
    assert 0 == os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert "2" == text_of(execute("1 + 1")[0])


def test_papermill_knows_the_engine_by_its_name(tmp_path):
    """The command line loads it through the entry point, while papermill is still being imported."""
    plan = make_plan("from IPython.display import display\ndisplay(seed)\nprint('x')")
    source = nbformat.reads(plan.source, as_version=4)
    source.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(source, tmp_path / "in.ipynb")
    papermill = Path(sysconfig.get_path("scripts")) / "papermill"
    words = [papermill, "in.ipynb", "out.ipynb", "--engine", "fork", "-p", "seed", "7", "--no-progress-bar"]
    subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    done = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert ["7", "x\n"] == [out.get("text") or out.data["text/plain"] for out in done.cells[-1].outputs]
    assert "python" == done.metadata.language_info.name
