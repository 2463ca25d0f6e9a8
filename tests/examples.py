"""How many examples a property is tried with: 1,000 in `make test`, more by ZIVWEB_EXAMPLES."""

import os

EXAMPLES = int(os.environ.get("ZIVWEB_EXAMPLES", "1000"))
