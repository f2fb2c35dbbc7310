"""Gradients of one call of the wave by state and numbers, in mesh order, and whether two are one to round-off.

Run as one of two processes of a JAX program, ``gradients.py FILE MODEL``: exits 0 if its gradient is that of the file.
"""

import sys

import jax
import numpy as np

from pysces.config.presets import preset
from pysces.driver.simulation import simulation
from pysces.dycore.parameters import parameters_of, with_parameters

NUMBERS = ("radius", "nu", "hybi", "phis", "dt")
SHORT = {"ne": 2, "tstep_type": 1, "rsplit": 1, "qsplit": 1, "hypervis_subcycle": 1}
LEVELS = {"vertical": {"table": {"family": "even_pressure", "nlev": 4, "eta_top": 0.1}}}
SMOOTH = {  # off kinks, where round-off does not decide from which side a derivative is
    "theta_l": {"dynamics": {"vert_remap_q_alg": -1}},
    "cam_se": {"dynamics": {"vert_remap_u_alg": -11, "limiter_option": 0}},
}
QUICK = {"xla_backend_optimization_level": 0}  # compiling takes the time here
ROUND_OFF = 1e-12  # of the largest of an array: sums over all elements in other orders


def gradient(model: str, **backend) -> dict[str, np.ndarray]:
    """Of a cost of all fields after one call, by name; in every process."""
    config = preset(model).with_options(**SHORT).with_table(LEVELS | SMOOTH[model])
    run = simulation(config.with_table({"backend": {"name": "jax", "platform": "cpu"} | backend}))
    start = (run.state.dynamics, run.state.tracer_mass)

    def cost(dynamics, tracer_mass, numbers, dycore, state):  # several processes close over nothing that is dealt out
        dycore = with_parameters(dycore, **numbers)
        end = dycore.run(state.replace(dynamics=dynamics, tracer_mass=tracer_mass), 1, checkpoint=False)
        sums = [dycore.grid.assembly.sum((x / scale) ** 2) for x, scale in zip(_fields(end), scales)]
        return sum(x.sum() for x in sums)

    scales = [float(abs(x).max()) + 1e-3 for x in _fields(run.state)]
    numbers = {name: value for name, value in parameters_of(run.dycore).items() if name in NUMBERS}
    program = jax.jit(jax.grad(cost, argnums=(0, 1, 2)), compiler_options=QUICK)
    found = program(*start, numbers, run.dycore, run.state)
    whole = found if run.layout.parts is None else run.layout.parts.get(found)
    return {jax.tree_util.keystr(path): np.asarray(x) for path, x in jax.tree_util.tree_leaves_with_path(whole)}


def _fields(state):
    return [x for x in jax.tree.leaves((state.dynamics, state.tracer_mass)) if x.ndim > 3]


def different(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> dict[str, float]:
    """How far gradients are apart, of the largest, that are not one to round-off; zeros are different from all."""
    if ours.keys() != theirs.keys():
        return dict.fromkeys(ours.keys() ^ theirs.keys(), np.inf)
    apart = {name: _apart(ours[name], theirs[name]) for name in theirs}
    return {name: far for name, far in apart.items() if not far <= ROUND_OFF}


def _apart(x: np.ndarray, reference: np.ndarray) -> float:
    largest = np.abs(reference).max()
    return float(np.abs(x - reference).max() / largest) if largest > 0.0 else np.inf


if __name__ == "__main__":
    wrong = different(gradient(sys.argv[2], ranks=2), dict(np.load(sys.argv[1])))
    if wrong:
        sys.exit(f"{sys.argv[2]}: 2 processes have not the gradient of one device: {wrong}")
