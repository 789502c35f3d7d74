"""Mutation testing of the models and of what numbers pass on their way to a page, for ``make mutants``.

In a copy of the project each module is changed in one place at a time, and the tests of that module
alone must notice. The table counts those that did.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name
from project_copy import ROOT, copy_project

PACKAGE = Path("src/helpers")
OTHERS = ("evidence/numerals", "runs/contract", "runs/results", "charts/describe")
ALSO = {
    "record": ["test_vary.py", "../runs/test_contract.py", "../test_checks.py"],
    "numerals": ["test_quantities.py"],
    "contract": ["test_references.py"],
    "describe": ["test_describe_timeline.py"],
}
MUTMUT = [sys.executable, "-c", "from mutmut.__main__ import cli; cli()"]
UNNOTICED = ("survived", "no tests")


def list_modules() -> dict[str, Path]:
    """Return the modules under test by name."""
    others = [PACKAGE / f"{name}.py" for name in OTHERS]
    models = sorted((ROOT / PACKAGE / "models").glob("[a-z]*.py"))
    return {path.stem: path for path in [*(path.relative_to(ROOT) for path in models), *others]}


def find_tests(module: Path) -> list[str]:
    """Return the test files of a module."""
    folder = Path("tests") / module.parent.name
    names = [f"test_{module.stem}.py", *ALSO.get(module.stem, [])]
    return [str(folder / name) for name in names if (ROOT / folder / name).exists()]


def choose_mutants(copy: Path, module: Path, *, sample: int, seed: int) -> list[str]:
    """Return the names of a seeded sample of a module's mutants, or of all if the sample is 0."""
    source = (copy / module).read_text(encoding="utf-8")
    names = [get_mutant_name(module, name) for name in mutate_file_contents(str(module), source).mutant_names]
    return random.Random(seed).sample(names, sample) if 0 < sample < len(names) else names


def try_mutants(copy: Path, module: Path, names: list[str]) -> dict[str, str]:
    """Return what became of each mutant: killed, timeout, survived."""
    tests = "\n    ".join(find_tests(module))
    (copy / "setup.cfg").write_text(
        f"[mutmut]\nsource_paths=src\nonly_mutate={module}\npytest_add_cli_args_test_selection={tests}\n"
        "pytest_add_cli_args=--hypothesis-profile=mutants\ntimeout_multiplier=5\ntimeout_constant=2\n"
        "track_dependencies=false\nuse_git_change_detection=false\n",
        encoding="utf-8",
    )
    shutil.rmtree(copy / "mutants", ignore_errors=True)
    done = subprocess.run(
        [*MUTMUT, "run", "--max-children", "1", *names], cwd=copy, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"mutmut failed on {module}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    ends = json.loads((copy / "mutants" / f"{module}.meta").read_text())["exit_code_by_key"]
    return {name: status_by_exit_code[ends[name]] for name in names}


def is_noticed_afresh(copy: Path, module: Path, name: str) -> bool:
    """Return whether all tests of a module, in a process of their own, notice a mutant.

    mutmut runs only the tests that call a function themselves, forked from a process in which it was called:
    what a shared fixture computed, or a cached function, is not tested there.
    """
    command = [sys.executable, "-m", "pytest", "-x", "--hypothesis-profile=mutants", *find_tests(module)]
    path = os.pathsep.join(["src", os.environ["PYTHONPATH"]])
    changed = os.environ | {"MUTANT_UNDER_TEST": name, "PYTHONPATH": path}
    return subprocess.run(command, cwd=copy / "mutants", env=changed, capture_output=True).returncode != 0


def show_mutant(copy: Path, name: str) -> str:
    """Return the change that a mutant makes."""
    return subprocess.run([*MUTMUT, "show", name], cwd=copy, capture_output=True, text=True).stdout


def main() -> None:
    """Print what was noticed, module by module, and write every change that was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="names of modules (all)")
    parser.add_argument("--sample", type=int, default=20, help="mutants of each module, 0 for all (20)")
    parser.add_argument("--seed", type=int, default=1, help="draws the sample (1)")
    parser.add_argument(
        "--survivors", type=Path, default=ROOT / "_build/mutants.txt", help="file for the changes"
    )
    wanted = parser.parse_args()
    os.nice(10)
    wanted.survivors.parent.mkdir(exist_ok=True)
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, wanted.survivors.open("w", encoding="utf-8") as unnoticed:
        copy = copy_project(Path(folder) / "report")
        for name, module in list_modules().items():
            if wanted.modules and name not in wanted.modules:
                continue
            names = choose_mutants(copy, module, sample=wanted.sample, seed=wanted.seed)
            ends = try_mutants(copy, module, names)
            doubtful = [mutant for mutant, end in ends.items() if end in UNNOTICED]
            left = [mutant for mutant in doubtful if not is_noticed_afresh(copy, module, mutant)]
            unnoticed.writelines(show_mutant(copy, mutant) for mutant in left)
            unnoticed.flush()
            total += Counter(tried=len(names), noticed=len(names) - len(left))
            print(f"{name:24} {len(names):5} tried {len(names) - len(left):5} noticed", flush=True)
    print(f"{'all':24} {total['tried']:5} tried {total['noticed']:5} noticed; the others: {wanted.survivors}")


if __name__ == "__main__":
    main()
