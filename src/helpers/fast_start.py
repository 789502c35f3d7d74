"""Keep slow imports, and modules as they were, out of every process.

``jsonschema`` imports, wherever they are present, packages that check formats (of addresses and durations)
which no schema here asks for. JupyterLab installs them; ``rfc3987-syntax`` alone takes about a second in each
process that imports altair, nbformat or papermill, the two others a tenth of what the rest takes. Importing
this module first marks them as absent, which ``jsonschema`` allows for. It is imported by the command line,
by ``helpers.charts.theme`` (so by every notebook) and by the tests' ``conftest.py``.

Python takes a compiled module for current if the source has its size and its time in whole seconds. A second
edit within one second, or one that keeps the time of the file, would run as it was before, under the hash of
what it is.
"""

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path


def forget_changed_modules(folder: Path) -> None:
    """Remove what was compiled before its source was changed for the last time."""
    for source in folder.rglob("*.py"):
        compiled = Path(cache_from_source(str(source)))
        with suppress(OSError):
            if compiled.stat().st_mtime_ns <= source.stat().st_ctime_ns:
                compiled.unlink()


forget_changed_modules(Path(__file__).parent)
for name in ("rfc3987_syntax", "rfc3986_validator", "isoduration"):
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]
