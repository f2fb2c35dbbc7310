"""[grid] of models that also run on a doubly periodic plane.

HOMME: namelist_mod, planar_mod (geometry, ne_x, ne_y, lx, ly)
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from .section import Section, option
from .sections import GridOptions

PLANE = "plane"
FEWEST_ACROSS = 3  # with fewer, an element would meet the same neighbour twice
_OF_SPHERES = ("ne", "mesh", "cubed_sphere_map", "rearth", "omega")
_USUAL = {"ne_x": 12, "ne_y": 12, "lx": 6.0e6, "ly": 6.0e6, "fcor": 1.0e-4}


@dataclass(frozen=True)
class SphereOrPlane(GridOptions):
    """[grid]: what every model has, or geometry = "plane" with the plane's own words, which then take usual values.

    A word of the plane on the sphere, and one of the sphere's own on the plane, are refused.
    """

    geometry: str = option("sphere", "on a sphere, or on a doubly periodic plane", choices=("sphere", PLANE))
    ne_x: int = option(0, "elements of a plane along x, at least 3; 0 on a sphere", least=0)
    ne_y: int = option(0, "elements of a plane along y, at least 3; 0 on a sphere", least=0)
    lx: float = option(0.0, "length of a plane along x; 0 on a sphere", "m", least=0.0)
    ly: float = option(0.0, "length of a plane along y; 0 on a sphere", "m", least=0.0)
    fcor: float = option(0.0, "Coriolis parameter of a plane; 0 on a sphere, which has omega", "s-1")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.geometry == PLANE:
            self._check_plane()
        elif given := [name for name in _USUAL if getattr(self, name)]:
            raise ValueError(
                f'[grid] {given[0]} is for a plane, found geometry = {self.geometry!r}; set geometry = "{PLANE}", or '
                "leave it out."
            )

    def _check_plane(self) -> None:
        """Refuse words of spheres, and planes that are none."""
        if given := [name for name in _OF_SPHERES if getattr(self, name) != _ABSENT[name]]:
            raise ValueError(f'[grid] {given[0]} is for a sphere, found geometry = "{PLANE}"; leave it out.')
        if min(self.ne_x, self.ne_y) < FEWEST_ACROSS:
            raise ValueError(
                f"[grid] ne_x and ne_y of a plane must be at least {FEWEST_ACROSS}, found {self.ne_x} and {self.ne_y}."
            )
        if min(self.lx, self.ly) <= 0:
            raise ValueError(f"[grid] lx and ly of a plane must be positive, found {self.lx:g} and {self.ly:g} m.")

    def _check_mesh(self) -> None:
        if self.geometry != PLANE:
            super()._check_mesh()

    def with_entries(self, entries: dict, usual: Section) -> Section:
        """What is not said takes the usual values of the plane, or of the sphere, where geometry becomes another."""
        wanted = entries.get("geometry", self.geometry)
        if wanted == self.geometry or wanted not in ("sphere", PLANE):
            return super().with_entries(entries, usual)
        sphere = {name: getattr(usual, name) for name in _OF_SPHERES} | dict.fromkeys(_USUAL, 0)
        before, after = (sphere, _ABSENT | _USUAL) if wanted == PLANE else (_ABSENT | _USUAL, sphere)
        untouched = {name: after[name] for name in after if getattr(self, name) == before[name]}
        return dataclasses.replace(self, **(untouched | entries))


_ABSENT = {f.name: f.default for f in dataclasses.fields(GridOptions) if f.name in _OF_SPHERES} | {"ne": 0}


def plane_of(options: GridOptions) -> SphereOrPlane | None:
    """The options of a plane, None where they are a sphere's."""
    return options if isinstance(options, SphereOrPlane) and options.geometry == PLANE else None
