"""A copy of the project as a clone would have it, for harnesses that build or break it."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]
MADE_AT_ROOT = {".git", ".venv", ".hypothesis", "_build", "runs"}
MADE_ANYWHERE = {"__pycache__", "chapters", "records"}


def copy_project(folder: Path) -> Path:
    """Copy the project without anything that was built, run or installed in it."""

    def leave_out(inside: str, names: list[str]) -> set[str]:
        return (MADE_AT_ROOT if Path(inside) == ROOT else MADE_ANYWHERE) & set(names)

    return Path(shutil.copytree(ROOT, folder, ignore=leave_out))
