"""``python -m pysces_harness.foreign MODULE:NAME -o PAGE.md``: a page about somebody else's port, for its author."""

import sys

from .page import main

sys.exit(main())
