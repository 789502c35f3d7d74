"""A book is built again exactly if something has changed since it was."""

import json
import shutil
import subprocess
import sys

import pytest

from helpers import paths
from helpers.book import build, current

ASKED = {"as_of": None, "dated": False}


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A project whose build writes three files; returns the list of the builds."""
    for name in ("notebooks", "data", "book/chapters", "runs/tiny/1", "_build"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("notebooks/tiny.ipynb", "data/tiny.csv", "book/index.md", "runs/tiny/1/run.json"):
        (tmp_path / name).write_text("as it was")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    for name, folder in {"RUNS": "runs", "BUILD": "_build", "CHAPTERS": "book/chapters"}.items():
        monkeypatch.setattr(paths, name, tmp_path / folder)
    builds = []

    def build_edition(**asked):
        folder = tmp_path / "_build" / "html"
        folder.mkdir(exist_ok=True)
        content = {"edition_id": "e1", "as_of": "2022-11-10", "runs": {"tiny": "1"}, "earlier": {}}
        (folder / "edition.json").write_text(json.dumps(content | {"dated": asked["dated"]}))
        (folder / "SHA256SUMS").touch()
        builds.append(asked)
        return current.Edition(folder, "e1", "2022-11-10", unchanged=False)

    monkeypatch.setattr(build, "build_edition", build_edition)
    current.provide_edition(ASKED)
    return builds


def test_nothing_changed_means_nothing_is_asked_of_the_build(built):
    again = current.provide_edition(ASKED)
    assert again.unchanged
    assert "e1" == again.edition_id
    assert 1 == len(built)


@pytest.mark.parametrize("name", ["notebooks/tiny.ipynb", "data/tiny.csv", "book/index.md", "new/rates.csv"])
def test_a_changed_or_new_file_leads_to_a_build(built, name):
    (paths.ROOT / name).parent.mkdir(exist_ok=True)
    (paths.ROOT / name).write_text("as it is")
    assert not current.provide_edition(ASKED).unchanged
    assert current.provide_edition(ASKED).unchanged


def test_a_file_gone_leads_to_a_build(built):
    (paths.ROOT / "data" / "tiny.csv").unlink()
    assert not current.provide_edition(ASKED).unchanged


@pytest.mark.parametrize("name", ["book/chapters/tiny.ipynb", "runs/tiny/run.json", ".cache", "a/.hidden"])
def test_what_runs_and_builds_write_is_no_change(built, name):
    (paths.ROOT / name).parent.mkdir(exist_ok=True)
    (paths.ROOT / name).write_text("made")
    assert current.provide_edition(ASKED).unchanged


def test_another_package_leads_to_a_build(built, tmp_path, monkeypatch):
    (tmp_path / ".site" / "pandas-9.9.dist-info").mkdir(parents=True)
    monkeypatch.setattr(current.sysconfig, "get_path", lambda _: str(tmp_path / ".site"))
    assert not current.provide_edition(ASKED).unchanged


def test_a_change_while_the_book_is_built_leads_to_another_build(built, monkeypatch):
    whole = build.build_edition

    def build_slowly(**asked):
        (paths.ROOT / "data" / "tiny.csv").write_text("changed meanwhile")
        return whole(**asked)

    monkeypatch.setattr(build, "build_edition", build_slowly)
    (paths.ROOT / "book" / "index.md").write_text("new")
    current.provide_edition(ASKED)
    assert not current.provide_edition(ASKED).unchanged


@pytest.mark.parametrize("name", ["_build/html", "runs/tiny/1"])
def test_a_book_or_run_that_is_gone_leads_to_a_build(built, name):
    shutil.rmtree(paths.ROOT / name)
    current.provide_edition(ASKED)
    assert 2 == len(built)


def test_another_book_in_the_same_folder_is_not_taken_for_it(built):
    current.provide_edition(ASKED | {"dated": True})
    current.provide_edition(ASKED)
    assert [False, True, False] == [asked["dated"] for asked in built]


def test_a_spoilt_stamp_leads_to_a_build(built):
    [stamp] = (paths.BUILD / current.FOLDER).iterdir()
    stamp.write_text('{"state":')
    assert not current.provide_edition(ASKED).unchanged


def test_to_look_imports_nothing_that_plans_or_renders():
    heavy = "{'pandas', 'altair', 'numpy', 'nbformat', 'pydantic', 'sphinx'}"
    code = f"import sys, helpers.cli, helpers.book.current; print({heavy} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "set()" == done.stdout.strip()
