"""Run under mpiexec: MpiAssembly and short waves of the dycore against one process, bit for bit; exits 0 or not."""

import sys

import numpy as np
from refined import refined_grid
from waves import MESHES, MODELS, REFINED, different, marched

from pysces.arrays.pytree import tree_leaves
from pysces.geometry.grid import cubed_sphere_grid
from pysces.topology.assembly_mpi import distribute


def same(ours, theirs) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(tree_leaves(ours), tree_leaves(theirs)))


def assembly_checks(grid) -> dict[str, bool]:
    """Every operation of the Assembly on rough fields of two precisions at once."""
    distribution = distribute(grid)
    ours, theirs = distribution.put(grid).assembly, grid.assembly
    field = np.random.default_rng(0).standard_normal((2, grid.nelem, 4, 4, 3))
    tree = {"double": field, "single": field[0].astype(np.float32)}
    mine, q = distribution.put(tree), field[:, :, :1, :1]
    checks = {"assemble": same(distribution.get(ours.assemble(mine)), theirs.assemble(tree))}
    for name in ("neighbour_min", "neighbour_max"):
        checks[name] = same(distribution.get(getattr(ours, name)(distribution.put(q))), getattr(theirs, name)(q))
    for name in ("sum", "min", "max"):
        checks[name] = np.array_equal(getattr(ours, name)(mine["double"]), getattr(theirs, name)(field))
    return checks


def wave_checks(ranks: int) -> dict[str, bool]:
    """Ten steps of both models on every mesh; in single precision once."""
    runs = [(model, ne, 64) for model in MODELS for ne in (*MESHES, REFINED)] + [("theta_l", 3, 32)]
    return {
        f"{model} ne{ne} f{bits}": not different(
            marched(model, ne, precision=bits, ranks=ranks), marched(model, ne, precision=bits)
        )
        for model, ne, bits in runs
    }


def main(ranks: int, *parts: str) -> int:
    checks = {}
    if "assembly" in parts:
        for name, grid in {"cubed sphere": cubed_sphere_grid(1), "refined": refined_grid()}.items():
            checks |= {f"{name} {what}": held for what, held in assembly_checks(grid).items()}
    if "waves" in parts:
        checks |= wave_checks(ranks)
    failed = [name for name, held in checks.items() if not held]
    if failed or not checks:
        print(f"one of {ranks} ranks: not the bits of one process: {failed}")
    return len(failed) + (not checks)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *sys.argv[2:]))
