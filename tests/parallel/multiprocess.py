"""Run as one of two processes of a JAX program: short waves against files with the bits of one; exits 0 or not."""

import os
import sys
from pathlib import Path

import numpy as np
from waves import different, marched

from pysces.arrays.backend import use_compilation_cache

use_compilation_cache(Path(os.environ["PYSCES_COMPILATION_CACHE"]) / "tests")
for name in sys.argv[2:]:
    model, ne = name.split(":")
    alone = [dict(np.load(Path(sys.argv[1]) / f"{model}-{ne}-{when}.npz")) for when in ("start", "end")]
    wrong = different(marched(model, int(ne), name="jax", ranks=2), alone)
    if wrong:
        sys.exit(f"{name}: 2 processes have not the bits of one device: {wrong}")
