"""The pictures of ``pysces gallery``: for each test case what is run, what is drawn, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """One picture of one case.

    name : of case, file and heading.   run : words of ``pysces run``, without its output.
    plot : words of ``pysces plot`` after the history, without its image.   caption : what to look at.
    """

    name: str
    run: str
    plot: str
    caption: str

    @property
    def commands(self) -> tuple[str, str]:
        """Both commands as they are typed."""
        plot = f"pysces plot {self.name}.nc {self.plot} -o {self.name}.png"
        return f"pysces run {self.run} -o {self.name}.nc", plot


_WATER = "--model shallow_water --backend jax --case"
_WIND = "--model prescribed_wind --backend jax --case"
_AIR = "--backend jax --case"
_MOIST = "--set case.tracers=true --set case.options.moist=true"
PICTURES = (
    Picture(
        "baroclinic_wave",
        f"{_AIR} baroclinic_wave --ne 8 --nlev 10 --days 9 --every-hours 24",
        "ps",
        "The jet has become unstable: a train of highs and lows.",
    ),
    Picture(
        "topographic_wave",
        "--case topographic_wave --ne 4 --nlev 10 --days 1 --every-hours 6 --set case.options.across=15.0",
        "v --level 9",
        "Northward wind near the ground: after a day it turns around two ridges.",
    ),
    Picture(
        "jablonowski_williamson",
        "--case jablonowski_williamson --ne 4 --nlev 10 --days 1 --every-hours 6",
        "u --level 2",
        "The jets on the first day after a gust; for the train of lows give --ne 8 --days 9.",
    ),
    Picture(
        "jablonowski_williamson_steady",
        f"{_AIR} jablonowski_williamson_steady --ne 4 --days 1 --every-hours 12",
        "u --zonal-mean",
        "Without the gust the jet stays as it was.",
    ),
    Picture(
        "jablonowski_williamson_vapor",
        f"--case jablonowski_williamson_vapor --ne 4 --nlev 10 --days 1 --every-hours 6 {_MOIST}",
        "Q --level 8",
        "The same jets carry water vapor, most of it in the tropics.",
    ),
    Picture(
        "held_suarez",
        "--case held_suarez --ne 3 --nlev 10 --days 5 --every-hours 24 --set physics.suite=held_suarez",
        "u --zonal-mean",
        "Relaxation and friction begin to make jets out of rest; a climate takes 200 days.",
    ),
    Picture(
        "solid_body_rotation",
        f"{_AIR} solid_body_rotation --ne 4 --nlev 10 --days 1 --every-hours 12",
        "u",
        "Air that turns with the planet's axis, in balance.",
    ),
    Picture(
        "tropical_cyclone",
        f"{_AIR} tropical_cyclone --ne 8 --nlev 10 --days 1 --every-hours 6 --set case.tracers=true",
        "ps",
        "A vortex over warm water, which fades: the mesh is far too coarse for it.",
    ),
    Picture(
        "rest_over_mountain",
        f"{_AIR} rest_over_mountain --ne 16 --nlev 10 --days 0.125 --every-hours 1.5 --set time.tstep=450.0",
        "phis",
        "The mountain, with its rings of ridges, over which air at rest should stay at rest.",
    ),
    Picture(
        "mountain_wave",
        "--case mountain_wave --ne 4 --nlev 10 --days 0.0052083333 --every-hours 0.0625",
        "w --section lat=0",
        "Wind over a rippled mountain on a small planet: the air above it goes up and down.",
    ),
    Picture(
        "ridge_wave",
        "--case ridge_wave --ne 4 --nlev 10 --days 0.0052083333 --every-hours 0.0625",
        "w --section lat=0",
        "The same over a rippled ridge, on a planet three times as large.",
    ),
    Picture(
        "gravity_wave",
        "--case gravity_wave --ne 4 --days 0.0208333333 --every-hours 0.25",
        "w --section lat=0",
        "Warm air rings: gravity waves on a small planet.",
    ),
    Picture(
        "supercell",
        "--case supercell --ne 3 --nlev 10 --days 0.0208333333 --every-hours 0.25",
        "u --zonal-mean",
        "The sheared wind in which a storm would grow; this mesh is too coarse for the storm itself.",
    ),
    Picture(
        "williamson1",
        f"{_WATER} williamson1 --ne 8 --days 6 --every-hours 24",
        "h --projection mollweide",
        "A bell, carried half-way round the planet.",
    ),
    Picture(
        "williamson2",
        f"{_WATER} williamson2 --ne 8 --days 1 --every-hours 12",
        "h",
        "A rotation in balance; its exact solution does not change.",
    ),
    Picture("williamson5", f"{_WATER} williamson5 --ne 8 --days 10 --every-hours 24", "zs", "Waves behind a mountain."),
    Picture(
        "williamson6",
        f"{_WATER} williamson6 --ne 12 --days 7 --every-hours 24",
        "h --projection north",
        "Four crests that move east and keep their shape.",
    ),
    Picture(
        "galewsky",
        f"{_WATER} galewsky --ne 16 --days 6 --every-hours 24",
        "zeta",
        "The jet rolls up into vortices.",
    ),
    Picture(
        "lauter",
        f"{_WATER} lauter --ne 8 --days 2 --every-hours 12",
        "h --projection mollweide",
        "An unsteady rotation whose solution is known at any time.",
    ),
    Picture(
        "plane_vortex",
        f"{_WATER} plane_vortex --set grid.geometry=plane --days 1 --every-hours 6",
        "zeta",
        "A vortex on a doubly periodic plane.",
    ),
    Picture(
        "double_vortex",
        f"{_WATER} double_vortex --set grid.geometry=plane --days 2 --every-hours 6",
        "zeta",
        "Two vortices wind round each other.",
    ),
    Picture(
        "deformation",
        f"{_WIND} deformation --ne 4 --days 1 --every-hours 12",
        "Q3 --level 15",
        "Slotted ellipses, stretched for one of the twelve days.",
    ),
    Picture(
        "hadley",
        f"{_WIND} hadley --ne 4 --days 0.5 --every-hours 3",
        "Q2 --zonal-mean",
        "Five overturning cells have lifted a layer of tracer.",
    ),
    Picture(
        "thin_clouds",
        f"{_WIND} thin_clouds --ne 4 --days 1 --every-hours 24",
        "Q4 --section lat=0",
        "Thin clouds, carried over ridges.",
    ),
)
