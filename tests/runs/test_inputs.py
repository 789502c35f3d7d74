"""Inputs are named, hashed and traced without running anything."""

import os
import sys
from pathlib import Path

import pytest

from helpers import paths
from helpers.runs import inputs


def names_of(*sources: str) -> set[str]:
    return set(inputs.find_imports(sources).modules)


def test_the_closure_follows_imports_of_imports():
    assert {"src/helpers/__init__.py", "src/helpers/prose.py"} == names_of("from helpers import prose")
    through = names_of("from helpers.runs.results import record")
    assert {"src/helpers/runs/results.py", "src/helpers/prose.py", "src/helpers/errors.py"} <= through
    assert "src/helpers/data.py" not in through


def test_packages_are_what_is_neither_ours_nor_of_python():
    found = inputs.find_imports(
        ["import os, altair as alt\nfrom scipy.optimize import minimize\nimport helpers.prose"]
    )
    assert ("altair", "scipy") == found.packages
    assert "scipy.optimize" in found.direct


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nfrom helpers import prose",
        "%%time\nfrom helpers import prose",
        "!ls\nif True:\n    from helpers import prose",
        "def late():\n    from helpers import prose",
        "try:\n    import helpers.prose\nexcept ImportError: pass",
    ],
)
def test_imports_are_found_in_cells_that_are_more_than_python(cell):
    assert "src/helpers/prose.py" in names_of(cell)


def test_a_cell_that_is_no_python_imports_nothing():
    assert set() == names_of("this is = not python", "from . import sibling")


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "file"
    path.write_text("a")
    first = inputs.hash_file(path)
    path.write_text("b")
    assert first != inputs.hash_file(path)
    assert inputs.hash_bytes(b"b") == inputs.hash_file(path)


def test_a_settled_file_is_not_read_again(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("a")
    monkeypatch.setattr(inputs, "SETTLED_NANOSECONDS", -1)
    first = inputs.hash_file(path)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("the file was read again"))
    assert first == inputs.hash_file(path)


def test_what_is_not_there_has_a_hash_of_its_own(project):
    assert inputs.MISSING == inputs.hash_input("data/nothing.csv")
    assert inputs.MISSING == inputs.hash_input("data/datapackage.json#nothing")
    (project / "data" / "datapackage.json").write_text("{")
    assert inputs.MISSING == inputs.hash_input("data/datapackage.json#events")


def test_every_observed_input_can_be_hashed_again(project):
    """What an observer calls an input, `hash_input` finds again with the same hash."""
    observer = inputs.InputObserver()
    observer.hear("open", (project / "data" / "events.csv", "r", os.O_RDONLY))
    observer.hear("open", (str(project / "data" / "datapackage.json"), "r", os.O_RDONLY))
    observer.hear("open", (str(project / "nothing").encode(), "r", os.O_RDONLY))
    observer.hear("os.listdir", (project / "data",))
    observer.hear("sqlite3.connect", (str(project / "_toc.yml"),))
    found = observer.collect()
    assert ["_toc.yml", "data/", "data/datapackage.json#events", "data/events.csv", "nothing"] == list(found)
    assert found == {name: inputs.hash_input(name) for name in found}


def test_what_is_written_or_foreign_is_no_input(project, tmp_path):
    observer = inputs.InputObserver()
    observer.hear("open", (project / "out.txt", "w", os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
    observer.hear("open", (tmp_path / "elsewhere", "r", os.O_RDONLY))
    observer.hear("open", (os.__file__, "r", os.O_RDONLY))
    observer.hear("open", (3, "r", os.O_RDONLY))
    observer.hear("open", (project / ".git" / "config", "r", os.O_RDONLY))
    observer.hear("import", ("altair", None, None, None, None))
    assert {} == observer.collect()


def test_a_compiled_module_stands_for_its_source(project):
    """An import opens the compiled file; the source is what an author edits."""
    (project / "notebooks" / "own.py").write_text("")
    compiled = project / "notebooks" / "__pycache__" / f"own.{sys.implementation.cache_tag}.pyc"
    observer = inputs.InputObserver()
    observer.hear("open", (compiled, "rb", os.O_RDONLY))
    assert {"notebooks/own.py": inputs.hash_bytes(b"")} == observer.collect()


def test_a_description_read_for_no_table_counts_as_a_whole(project):
    observer = inputs.InputObserver()
    observer.hear("open", (paths.DATA / "datapackage.json", "r", os.O_RDONLY))
    assert ["data/datapackage.json"] == list(observer.collect())
    observer.hear("open", (paths.DATA / "events.csv", "r", os.O_RDONLY))
    observer.hear(inputs.DATASET_EVENT, (inputs.ALL_TABLES,))
    assert "data/datapackage.json" in observer.collect()


def test_a_package_is_found_by_the_name_it_is_imported_by():
    assert "pyyaml" == inputs.read_distribution("yaml")[0]
    assert inputs.read_distribution("pandas") == ("pandas", sys.modules["pandas"].__version__)
    assert inputs.read_distribution("no_such_package") is None
