"""The start of a Held-Suarez run: isothermal air at rest, with a seeded ripple that breaks its symmetries.

Equations: Held & Suarez (1994), doi:10.1175/1520-0477(1994)075<1825:APFTIO>2.0.CO;2; forcing: physics.held_suarez
HOMME: held_suarez_mod (300 K, no noise)   CAM: us_standard_atmosphere or 250 K
"""

from __future__ import annotations

import numpy as np

from ..constants import E3SM, Constants
from ..geometry.grid import Grid
from ..vertical.coordinate import VerticalCoordinate
from .initial_fields import InitialFields, coordinates, dry_fields

WAVES = 20


def held_suarez(
    grid: Grid,
    coordinate: VerticalCoordinate,
    constants: Constants = E3SM,
    temperature: float = 300.0,
    ripple: float = 0.1,
    seed: int = 0,
    phis: np.ndarray | None = None,
) -> InitialFields:
    """Rest at one temperature [K], plus random waves of amplitude ripple [K], the same on every mesh.

    phis : surface geopotential (elem, i, j, 1) [m2 s-2] under air that rests without the waves; None is flat.
    """
    lon, lat = coordinates(grid)
    noise = ripple * _random_waves(lon, lat, np.random.default_rng(seed))
    zero = np.zeros_like(lat)
    ps, phis = constants.p0 + zero, zero if phis is None else phis
    ps = ps * np.exp(-phis / (constants.R_dry * temperature))
    return dry_fields((0.0, 0.0), temperature + noise, ps, phis, coordinate)


def _random_waves(lon: np.ndarray, lat: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A sum of plane waves through the sphere, of unit variance, and so continuous on any mesh."""
    position = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    vectors, phases = rng.normal(scale=5.0, size=(WAVES, 3)), rng.uniform(0.0, 2.0 * np.pi, WAVES)
    waves = [np.sin(np.tensordot(k, position, 1) + phase) for k, phase in zip(vectors, phases)]
    return sum(waves) * np.sqrt(2.0 / WAVES)
