"""Generated columns that lead simple physics into every branch: elements of 16 columns each, without a mesh.

Latitudes and longitudes run over the globe with the equator and both poles among them; the lowest layers lie on both
sides of the top of the boundary layer; a column's moisture, cloud and rain are those of its weather.
"""

from __future__ import annotations

import numpy as np

from pysces.arrays.fields import to_record
from pysces.constants import CAM

from ..registry import Case
from . import seeds

ELEMENTS, NLEV = 3, 20
TOP = 2.0e3  # Pa
CONSTANTS = to_record(CAM, "cam")
PLACES = np.array([0.0, 0.5, -0.5]) * np.pi  # equator and poles: the first nodes

# Relative humidity, cloud and rain water [kg kg-1]; cloud turns to rain above 1 g kg-1.
WEATHER = {
    "clear": (0.3, 0.0, 0.0),
    "thin_cloud": (1.02, 5e-4, 0.0),
    "thick_cloud": (1.1, 4e-3, 2e-5),
    "first_drops": (1.0, 4e-3, 2e-5),
    "shower": (0.95, 2e-3, 6e-3),
    "rain_in_dry_air": (0.4, 0.0, 3e-3),
    "last_drops_in_dry_air": (0.2, 1e-5, 1e-9),
    "cloud_in_dry_air": (0.5, 3e-3, 1e-4),
    "just_below_saturation": (0.999, 1e-6, 1e-3),
}


def _air(elements: int, nlev: int, seed: int = 20261126) -> tuple[dict[str, np.ndarray], np.random.Generator]:
    """Dry columns over water ten metres high, and their generator for what else is wanted."""
    rng = seeds.generator(seed)
    flat, deep = (elements, 4, 4, 1), (elements, 4, 4, nlev)
    lat, lon = np.arcsin(rng.uniform(-1.0, 1.0, flat)), rng.uniform(0.0, 2.0 * np.pi, flat)
    lat.reshape(-1)[: PLACES.size] = PLACES
    depth = rng.uniform(0.6, 1.4, deep)
    dp = depth / depth.sum(-1, keepdims=True) * (rng.uniform(9.8e4, 1.02e5, flat) - TOP)
    pint = TOP + np.concatenate([np.zeros(flat), np.cumsum(dp, axis=-1)], axis=-1)
    p = 0.5 * (pint[..., 1:] + pint[..., :-1])
    T = np.maximum((302.0 - 40.0 * np.sin(lat) ** 2) * (p / 1e5) ** 0.19, 195.0) + rng.normal(size=deep)
    jump = CAM.R_dry * T * dp / p
    below = np.cumsum(jump[..., ::-1], axis=-1)[..., ::-1]
    air = {"T": T, "v": 8.0 * rng.normal(size=(2, *deep)), "dp3d": dp, "pmid": p, "pint": pint}
    phi_i = 100.0 + np.concatenate([below, np.zeros(flat)], axis=-1)
    return air | {"phinh_i": phi_i, "lat": lat, "lon": lon}, rng


def _saturated(x: dict[str, np.ndarray]) -> np.ndarray:
    """Roughly the mixing ratio at saturation."""
    return 380.0 / x["pmid"] * np.exp(17.27 * (x["T"] - 273.0) / (x["T"] - 36.0))


def _case(name: str, x: dict[str, np.ndarray], q: np.ndarray, tracers: tuple[str, ...], **settings: float) -> Case:
    """Air with tracers q (tracer, elem, i, j, lev), of which the first is vapor that takes its share of the layer."""
    x = x | {"Q": q, "dp_dry": x["dp3d"] * (1.0 - q[0])}
    return Case(name, x, {**CONSTANTS, **settings}, None, tracers)


def kessler_cases(ne: int = 0, nlev: int = NLEV) -> list[Case]:
    """Every weather side by side; downpours of many substeps; rain that grows so fast that a layer could lose
    more than it has; rain, down to the last drops, into dry air alone."""
    mixtures = {
        "every_weather": (tuple(WEATHER), 300.0, 1.0),
        "downpour": (("shower", "thick_cloud"), 900.0, 3.0),
        "growing_rain": (("first_drops",), 1800.0, 1.0),
        "evaporating_rain": (("rain_in_dry_air", "last_drops_in_dry_air", "just_below_saturation"), 300.0, 1.0),
    }
    return [_weather(name, *mixture, (_elements(ne), nlev)) for name, mixture in mixtures.items()]


def _weather(name: str, kinds: tuple[str, ...], dt: float, heavier: float, size: tuple[int, int]) -> Case:
    """One kind of weather a column, in turn; amounts differ from layer to layer."""
    x, rng = _air(*size)
    columns = x["T"].shape[:-1]
    kind = np.arange(np.prod(columns)).reshape(columns) % len(kinds)
    humidity, cloud, rain = (np.array([WEATHER[k][n] for k in kinds])[kind][..., None] for n in range(3))
    spread = lambda: rng.uniform(0.5, 1.0, x["T"].shape)  # noqa: E731
    vapor = humidity * (0.97 + 0.03 * spread()) * _saturated(x)
    q = np.stack([vapor / (1.0 + vapor), cloud * spread(), heavier * rain * spread()])
    return _case(name, x, q, ("Q", "FQ"), dt=dt)


def condensation_cases(ne: int = 0, nlev: int = NLEV) -> list[Case]:
    """Air about saturation from the ground to the cold top, where there is next to no vapor; and far above it."""
    return [_humid(name, low, high, (_elements(ne), nlev)) for name, low, high in HUMIDITIES]


HUMIDITIES = (("about_saturation", 0.9, 1.15), ("far_above_saturation", 1.2, 3.0))


def _humid(name: str, low: float, high: float, size: tuple[int, int]) -> Case:
    x, rng = _air(*size)
    return _case(name, x, rng.uniform(low, high, x["T"].shape)[None] * _saturated(x), (), dt=600.0)


def reed_jablonowski_cases(ne: int = 0, nlev: int = NLEV) -> list[Case]:
    """Breezes and gales on both sides of 20 m/s, over seas warmer or, near the poles, colder than air; dry air."""
    return [
        _over_sea("breeze", 1.0, (0.7, 1.1), 600.0, (_elements(ne), nlev)),
        _over_sea("gale", 4.0, (0.7, 1.1), 600.0, (_elements(ne), nlev)),
        _over_sea("dry_air", 2.0, (0.1, 0.3), 60.0, (_elements(ne), nlev)),
    ]


def _over_sea(name: str, wind: float, humidity: tuple[float, float], dt: float, size: tuple[int, int]) -> Case:
    x, rng = _air(*size)
    x["v"] = wind * x["v"]
    x["T_sea"] = 303.0 - 45.0 * np.sin(x["lat"]) ** 2
    return _case(name, x, rng.uniform(*humidity, x["T"].shape)[None] * _saturated(x), (), dt=dt)


def held_suarez_cases(ne: int = 0, nlev: int = NLEV) -> list[Case]:
    """Rates by p / ps, another one in every column; by a coordinate of the levels, as both models take it."""
    x, _ = _air(_elements(ne), nlev)
    table = {"etam": np.linspace(0.03, 0.99, nlev)}
    still = np.zeros((1, *x["T"].shape))
    kappa = {"kappa": CAM.kappa, "dt": 1800.0}
    return [_case("p_over_ps", x, still, (), **kappa), _case("levels", x | table, still, (), **kappa)]


def terminator_cases(ne: int = 0, nlev: int = NLEV) -> list[Case]:
    """Day, night and the line between them, from no chlorine atom to nothing else; a long and a short step."""
    return [_chemistry(name, dt, (_elements(ne), nlev)) for name, dt in (("half_hour", 1800.0), ("second", 1.0))]


def _chemistry(name: str, dt: float, size: tuple[int, int]) -> Case:
    x, rng = _air(*size)
    share = rng.uniform(0.0, 1.0, x["T"].shape)
    share[..., 0], share[..., 1] = 0.0, 1.0
    cl = 4.0e-6 * share
    return _case(name, x, np.stack([cl, 0.5 * (4.0e-6 - cl)]), ("Q", "FQ"), dt=dt)


def _elements(ne: int) -> int:
    """As many as a cubed sphere has; a few for ne 0."""
    return 6 * ne**2 or ELEMENTS
