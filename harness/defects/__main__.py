"""``python -m pysces_harness.defects``."""

import sys

from .run import main

sys.exit(main())
