"""Run under mpiexec: rank 1 is killed while the others wait for its half of an exchange."""

import os
import signal

import numpy as np

from pysces.geometry.grid import cubed_sphere_grid
from pysces.topology.assembly_mpi import distribute

grid = cubed_sphere_grid(2)
distribution = distribute(grid)
mine = distribution.put(grid)
field = np.ones((len(distribution.elements), 4, 4, 1))
for step in range(100):
    if distribution.comm.rank == 1 and step == 50:
        os.kill(os.getpid(), signal.SIGKILL)
    mine.assembly.assemble(field)
print(f"rank {distribution.comm.rank} outlived rank 1")
