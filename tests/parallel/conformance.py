"""Run under mpiexec: MpiAssembly and calls of the dycore against one process, bit for bit; exits 0 or not."""

import sys

import numpy as np

from pysces.arrays import Backend
from pysces.constants import E3SM
from pysces.dissipation import Hyperviscosity, reference_profiles
from pysces.dycore import Dycore, ModelState
from pysces.equations.theta_l import HydrostaticState, ThetaLHydrostatic
from pysces.geometry.grid import cubed_sphere_grid
from pysces.operators.assembly_mpi import distribute
from pysces.operators.sphere import dss
from pysces.pytree import tree_leaves
from pysces.stepping.tableaus import HOMME_TSTEP_TYPES
from pysces.tracers import TracerTransport
from pysces.vertical.coordinate import coordinate_from_eta
from pysces.vertical.theta_l_remap import ThetaLRemap


def same(ours, theirs) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(tree_leaves(ours), tree_leaves(theirs)))


def setting(ne: int):
    grid, coordinate = cubed_sphere_grid(ne), coordinate_from_eta(np.linspace(0.05, 1.0, 6), eta_c=0.2)
    phis = dss(3000 * np.exp(-4 * (1 - np.cos(grid.lat) * np.cos(grid.lon))), grid)
    rng = np.random.default_rng(0)
    dp = coordinate.dp_ref(1e5 * np.exp(-phis / 8e4)) * (1 + 0.01 * rng.random((grid.nelem, 4, 4, 5)))
    wind = 20 * np.cos(grid.lat) * rng.random((2, grid.nelem, 4, 4, 5))
    q = rng.random((3, grid.nelem, 4, 4, 5))
    dycore = Dycore(
        grid=grid,
        equations=ThetaLHydrostatic(E3SM, coordinate, phis),
        dissipation=Hyperviscosity(1e18, reference=reference_profiles(coordinate, E3SM, phis, 6)),
        remap=ThetaLRemap(coordinate),
        dt=np.float64(100.0),
        transport=TracerTransport(coordinate.dp_ref(1e5), 1e18, 8),
        scheme=HOMME_TSTEP_TYPES[5],
        rsplit=2,
    )
    dynamics = HydrostaticState(*(dss(f, grid) for f in (wind, 300 * dp, dp)))
    return dycore, ModelState(dynamics, dss(q * dp, grid), np.float64(0.0))


def main(ne: int, calls: int) -> int:
    Backend("numpy")
    dycore, state = setting(ne)
    distribution = distribute(dycore.grid)
    mine, start = distribution.put((dycore, state)[0]), distribution.put(state)
    field = state.dynamics
    checks = {
        "assemble": same(
            distribution.get(mine.grid.assembly.assemble(start.dynamics)), dycore.grid.assembly.assemble(field)
        ),
        "neighbour_min": same(
            distribution.get(mine.grid.assembly.neighbour_min(start.dynamics.dp[:, :1, :1])),
            dycore.grid.assembly.neighbour_min(field.dp[:, :1, :1]),
        ),
    }
    for name in ("sum", "min", "max"):
        ours, theirs = getattr(mine.grid.assembly, name), getattr(dycore.grid.assembly, name)
        checks[name] = np.array_equal(ours(start.dynamics.wind), theirs(field.wind))
    checks["run"] = same(distribution.get(mine.run(start, calls)), dycore.run(state, calls))
    failed = [name for name, held in checks.items() if not held]
    if failed:
        print(f"rank {distribution.comm.rank} of {distribution.comm.size}: not the bits of one process: {failed}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
