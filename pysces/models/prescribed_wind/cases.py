"""The given winds by name, each with its tracers: DCMIP2012 1-1 to 1-3.

HOMME: dcmip12_wrapper (dcmip2012_test1_1, dcmip2012_test1_2, dcmip2012_test1_3)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays.backend import Array
from ...cases.transport import dcmip2012_deformation, dcmip2012_hadley, dcmip2012_orography
from ...cases.transport.prescribed_transport import Flow
from ...geometry.grid import Grid


@dataclass(frozen=True)
class GivenWind:
    """A flow from the radius of its planet, and mixing ratios (tracer, ...) from longitude, latitude and pressure.

    ps : surface pressure (elem, i, j, 1) [Pa] that stays; None over flat ground.   lid : [Pa], 0 where there is none.
    """

    description: str
    flow: Callable[[float], Flow]
    tracers: Callable[[Array, Array, Array], Array]
    ps: Callable[[Grid], Array] | None = None
    lid: float = 0.0


def _hadley(lon: Array, lat: Array, p: Array) -> Array:
    """HOMME's layer of tracer is its second one, the first is empty."""
    (layer,) = dcmip2012_hadley.tracers(lon, lat, p)
    return np.stack([np.zeros_like(layer), layer])


def _over_ridges(grid: Grid) -> Array:
    return dcmip2012_orography.surface_pressure(dcmip2012_orography.surface_height(grid.lon, grid.lat))


WINDS = {
    "deformation": GivenWind(
        "DCMIP2012 1-1: bells, slotted ellipses and their kin, torn apart and almost brought back in 12 days",
        dcmip2012_deformation.DeformationFlow,
        dcmip2012_deformation.tracers,
        lid=dcmip2012_deformation.P_TOP,
    ),
    "hadley": GivenWind(
        "DCMIP2012 1-2: a layer of tracer that five overturning cells lift and bring back in a day",
        dcmip2012_hadley.HadleyFlow,
        _hadley,
        lid=dcmip2012_deformation.P_TOP,
    ),
    "thin_clouds": GivenWind(
        "DCMIP2012 1-3: three thin clouds, and all of them, carried over ridges once around in 12 days",
        dcmip2012_orography.flow,
        dcmip2012_orography.tracers,
        _over_ridges,
    ),
}
