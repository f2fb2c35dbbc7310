"""What physics does to theta-l, nonhydrostatic: wind, heat and w, with layers that keep their pressure."""

from __future__ import annotations

from pysces.arrays.backend import Array
from pysces.arrays.fields import units
from pysces.geometry.grid import Grid
from pysces.models.theta_l.physics import apply_homme_forcing
from pysces.models.theta_l.state import NonhydrostaticState
from pysces.physics.suite import Tendency

from ..inputs.theta_l_nonhydrostatic import forcing_cases
from ..registry import Fields, Kernel, Settings
from ..sides.fortran import theta_l_nonhydrostatic as reference
from ..sides.pysces.theta_l import equations_of, named, state_of


def _forcing(x: Fields, grid: Grid, settings: Settings) -> dict[str, Array]:
    """The state after dt [s] of rates, without vapor."""
    rates = Tendency(wind=x["FM"], temperature=x["FT"], w_i=x["FW"])
    equations = equations_of(x, settings, grid)
    state, _ = apply_homme_forcing(state_of(x), None, rates, settings["dt"], equations, moist=False)
    return named(state)


KERNELS = [
    Kernel(
        "theta_l_nonhydrostatic_forcing",
        port=_forcing,
        fortran=reference.forcing,
        outputs=units(NonhydrostaticState, "homme"),
        cases=forcing_cases,
        coefficient=("x.FT", "x.FM", "x.FW", "settings.Rgas", "grid.derivative_matrix"),
        given={"dp3d": "without sources of vapor, layers keep their mass"},
    ),
]
