"""Several files are written as one: whatever stops the writer, none is cut and none is new too early."""

from pathlib import Path

import pytest

from helpers.files import write_files


def test_files_are_written_with_their_folders(tmp_path):
    write_files({tmp_path / "a" / "b.json": "b", tmp_path / "c.md": "闭环"})
    assert ["b", "闭环"] == [(tmp_path / name).read_text("utf-8") for name in ("a/b.json", "c.md")]


def test_a_write_that_fails_leaves_every_file_as_it_was(tmp_path, monkeypatch):
    """The disk is full at the second file: the first is not new either, and nothing is left over."""
    files = {tmp_path / name: "new" for name in ("a", "b")}
    for path in files:
        path.write_text("old")
    write = Path.write_text

    def fill(path: Path, text: str, **options: str) -> int:
        if ".b." in path.name:
            raise OSError(28, "No space left on device")
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(OSError, match="No space left"):
        write_files(files)
    assert {"a": "old", "b": "old"} == {path.name: path.read_text() for path in tmp_path.iterdir()}
