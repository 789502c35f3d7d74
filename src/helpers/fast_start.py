"""Keep one slow import out of every process.

JupyterLab installs ``rfc3987-syntax``, and ``jsonschema`` imports it wherever it is present: about a second
in each process that imports altair, nbformat or papermill, for a format check (IRIs) that no schema here
uses. Importing this module first marks it as absent, which ``jsonschema`` allows for. It is imported by the
command line, by ``helpers.charts.theme`` (so by every notebook) and by the tests' ``conftest.py``.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
