"""No process runs a module as it was before its last edit."""

import os
import py_compile
from pathlib import Path

import pytest

from helpers import fast_start


@pytest.mark.parametrize("edited", [True, False])
def test_a_module_edited_within_a_second_is_compiled_again(tmp_path, edited):
    """Its size and time are as before, which is all that Python looks at; any other stays compiled."""
    source = tmp_path / "model.py"
    source.write_text("SHARE = 0.1")
    compiled = Path(py_compile.compile(str(source)))
    times = source.stat()
    if edited:
        source.write_text("SHARE = 0.2")
        os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    later = source.stat().st_ctime_ns + (-1 if edited else 1)
    os.utime(compiled, ns=(later, later))
    fast_start.forget_changed_modules(tmp_path)
    assert edited == (not compiled.exists())
