"""Keep slow imports out of every process.

``jsonschema`` imports, wherever they are present, packages that check formats (of addresses and durations)
which no schema here asks for. JupyterLab installs them; ``rfc3987-syntax`` alone takes about a second in each
process that imports altair, nbformat or papermill, the two others a tenth of what the rest takes. Importing
this module first marks them as absent, which ``jsonschema`` allows for. It is imported by the command line,
by ``helpers.charts.theme`` (so by every notebook) and by the tests' ``conftest.py``.
"""

import sys

for name in ("rfc3987_syntax", "rfc3986_validator", "isoduration"):
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]
