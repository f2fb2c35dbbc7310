"""Ten steps of a moist baroclinic wave: the short whole run of every configuration, on parts of a mesh too.

The mesh has 54 elements, which 4 parts do not share evenly.
"""

from __future__ import annotations

from pysces.arrays.fields import units
from pysces.dycore.dycore import ModelState

from ..inputs.waves import cam_se_wave_cases, theta_l_wave_cases
from ..registry import Kernel
from ..sides.fortran import cam_se as cam_se_fortran
from ..sides.fortran import theta_l as theta_l_fortran
from . import cam_se_step, theta_l

EVERYWHERE_BUT_TWINS = ("numpy-f64", "jax-cpu-f64", "jax-gpu-*", "mpi-*", "sharded-*", "multiprocess-*")
STATE = theta_l.STATE_UNITS | units(ModelState, "homme")

KERNELS = [
    Kernel(
        "theta_l_wave",
        port=theta_l._run,
        fortran=theta_l_fortran.run,
        outputs={f"call_5/{name}": unit for name, unit in STATE.items()},
        cases=theta_l_wave_cases,
        only=EVERYWHERE_BUT_TWINS,
        graded=False,
    ),
    Kernel(
        "cam_se_wave",
        port=cam_se_step._step,
        fortran=cam_se_fortran.step,
        outputs=cam_se_step.STEPPED,
        cases=cam_se_wave_cases,
        only=EVERYWHERE_BUT_TWINS,
        graded=False,
    ),
]
