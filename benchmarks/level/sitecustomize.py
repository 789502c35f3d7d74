"""Python imports this first in every process of a measurement, ours and the peers' alike.

The slow import that `helpers.fast_start` keeps out of the report's processes would otherwise cost each
process of a peer up to a second, and the comparison would mostly show that.
"""

import helpers.fast_start  # noqa: F401
