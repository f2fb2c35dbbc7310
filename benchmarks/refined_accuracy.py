"""How accurate pysces is on meshes that vary: orders of operators, a bell and a steady jet over a refined patch.

    python benchmarks/refined_accuracy.py operators    # one minute
    python benchmarks/refined_accuracy.py transport    # two minutes
    python benchmarks/refined_accuracy.py steady       # half an hour
    python benchmarks/refined_accuracy.py arrival      # six minutes: the jet's errors by the hour

What it prints stands in docs/evidence/meshes.md; tests/operators/test_order_on_meshes.py holds a small part of it.
"""

import itertools
import sys
from typing import Any

import numpy as np

from pysces import homme, march, simulation
from pysces.cases.transport.prescribed_transport import DAY, DCMIP, PrescribedTransport, squared_chord
from pysces.cases.transport.solid_body_transport import SolidBodyRotation
from pysces.constants import E3SM
from pysces.geometry.grid import Grid, unstructured_grid
from pysces.mesh.made import Mesh, refined_mesh, stretched_mesh, uniform_mesh
from pysces.mesh.refine import cap
from pysces.models.model import World
from pysces.models.viscosity import E3SM_SCALING
from pysces.operators.dss import dss, dss_wk
from pysces.operators.laplacians import laplace_sphere_wk
from pysces.operators.strong import divergence_sphere, gradient_sphere
from pysces.operators.vectors import from_cartesian
from pysces.transport.eulerian import TracerTransport
from pysces.vertical.coordinate_files import coordinate_from_table

FAMILIES = {
    "uniform": uniform_mesh,
    "stretched by 2.5": lambda ne: stretched_mesh(ne, 2.5, 45.0, 106.0),
    "refined by 3": lambda ne: refined_mesh(ne, [cap(45.0, 106.0, 30.0)]),
}
SLOPE = np.array([0.9, -0.7, 1.1])  # of the exponent of the smooth field exp(slope . x)
UNIT_SPHERE = E3SM.replace(radius=1.0)
EAST, CENTRE = 40.0, 270.0  # degrees that the bell travels, and where it starts
PATCH = (0.0, CENTRE + EAST / 2, 55.0)
LEVELS = {"family": "even_pressure", "nlev": 10, "eta_top": 0.02}
SHARPNESS = 40.0  # of the bell, whose width at 1/e is 9 degrees
JET, INNER = (45.0, 106.0, 50.0), 35.0  # the patch that the jet crosses, and how much of it is looked at [degree]
MIDDLE, HOURS = 20.0, (1, 2, 3, 4, 5, 6, 8, 12, 18, 24)  # where and when waves arrive from outside it
BAND = 3.0  # degrees of latitude over which a mean is taken


def operator_errors(mesh: Mesh) -> dict[str, float]:
    """Root mean square errors of gradient, divergence and Laplacian, relative to the exact ones.

    On the unit sphere, with f = exp(slope . x): grad f = f (slope - (slope . x) x), and
    lap f = f (slope . slope - (slope . x)^2 - 2 slope . x).
    """
    grid = unstructured_grid(*mesh, UNIT_SPHERE)
    x = _places(grid)
    along = np.tensordot(SLOPE, x, axes=1)
    f = np.exp(along)
    gradient = from_cartesian(f * (SLOPE[:, None, None, None, None] - along * x), grid)
    laplacian = f * (SLOPE @ SLOPE - along**2 - 2 * along)
    found = {
        "gradient": (dss(gradient_sphere(f, grid), grid), gradient),
        "divergence": (dss(divergence_sphere(gradient, grid), grid), laplacian),
        "Laplacian": (dss_wk(laplace_sphere_wk(f, grid), grid), laplacian),
    }
    return {name: _relative(ours, exact, grid.mass_matrix) for name, (ours, exact) in found.items()}


def _places(grid: Grid) -> np.ndarray:
    lat, lon = grid.lat, grid.lon
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _relative(ours: np.ndarray, exact: np.ndarray, weight: np.ndarray) -> float:
    return float(np.sqrt((weight * (ours - exact) ** 2).sum() / (weight * exact**2).sum()))


def orders(errors: list[float]) -> list[float]:
    """From mesh to mesh of half the spacing."""
    return [float(np.log2(coarse / fine)) for coarse, fine in itertools.pairwise(errors)]


def bell_error(mesh: Mesh, finest_ne: int) -> float:
    """Relative error of a bell that solid-body rotation has carried EAST degrees, steps by the finest elements."""
    grid = unstructured_grid(*mesh, DCMIP)
    flow = SolidBodyRotation(DCMIP.radius, np.float64(0.0))
    length = 12 * DAY * EAST / 360.0
    steps = round(length * finest_ne / 7200.0)
    transport = PrescribedTransport(grid, flow, TracerTransport(np.array([1e3]), limiter_option=0), length / steps)
    q, _ = transport.run(_bell(grid, CENTRE)[None], steps)
    return _relative(q[0], _bell(grid, CENTRE + EAST), grid.mass_matrix)


def _bell(grid: Grid, lon: float) -> np.ndarray:
    return np.exp(-SHARPNESS * squared_chord(grid.lon, grid.lat, np.radians(lon), 0.0))


def steady_jet(mesh: Mesh, every_hours: float) -> tuple[Grid, list[Any]]:
    """A grid, and a day of a steady jet on it: moments of the run, the first of them its start."""
    grid = unstructured_grid(*mesh, E3SM, E3SM_SCALING)
    case = "jablonowski_williamson_steady"
    config = homme(case=case, hypervis_scaling=E3SM_SCALING, ndays=1.0, every_hours=every_hours)
    where = World(grid, coordinate_from_table(LEVELS), E3SM)
    return grid, list(march(simulation(config, where=where)))


def within(grid: Grid, degrees: float) -> np.ndarray:
    """(elem, i, j, 1) weights of the nodes so near the middle of the patch, else 0."""
    lat, lon = np.radians(JET[:2])
    near = squared_chord(grid.lon, grid.lat, lon, lat) < (2 * np.sin(np.radians(degrees / 2))) ** 2
    return grid.mass_matrix * near


def steady_departures(mesh: Mesh) -> dict[float, tuple[float, float]]:
    """{hours: how far a steady jet is off in the patch}, rms of surface pressure [Pa] and northward wind [m s-1]."""
    grid, moments = steady_jet(mesh, 6.0)
    weight, start = within(grid, INNER), moments[0].state.dynamics
    return {24 * m.days: _moved(start, m.state.dynamics, weight) for m in moments[1:]}


def pressure_changes(mesh: Mesh) -> tuple[Grid, list[np.ndarray]]:
    """A grid, and what surface pressure has changed since the start of a steady jet, by the hour [Pa]."""
    grid, moments = steady_jet(mesh, 1.0)
    pressures = [m.state.dynamics.dp.sum(axis=-1, keepdims=True) for m in moments]
    return grid, [p - pressures[0] for p in pressures]


def along_latitude(grid: Grid, field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean latitude of each band [radian], and the mean of a field over it."""
    weight = grid.mass_matrix.ravel()
    band = ((np.degrees(grid.lat.ravel()) + 90) / BAND).astype(int).clip(max=round(180 / BAND) - 1)
    lat, mean = (np.bincount(band, weight * x.ravel()) / np.bincount(band, weight) for x in (grid.lat, field))
    return lat, mean


def _moved(before: Any, after: Any, weight: np.ndarray) -> tuple[float, float]:
    changes = (after.dp - before.dp).sum(axis=-1, keepdims=True), after.wind[1] - before.wind[1]
    rms = [float(np.sqrt((weight * x**2).sum() / (weight.sum() * x.shape[-1]))) for x in changes]
    return rms[0], rms[1]


def print_operators() -> None:
    """Errors and orders of each family."""
    sizes = (4, 8, 16, 32)
    print(f"| mesh | operator | {' | '.join(f'ne{ne}' for ne in sizes)} | orders |\n|---|---|---|---|---|---|---|")
    for family, make in FAMILIES.items():
        errors = [operator_errors(make(ne)) for ne in sizes]
        for name in errors[0]:
            row = [e[name] for e in errors]
            said = " | ".join(f"{e:.2e}" for e in row)
            print(f"| {family} | {name} | {said} | {', '.join(f'{o:.2f}' for o in orders(row))} |", flush=True)


def patches(ne: int, patch: tuple[float, float, float]) -> dict[str, tuple[Mesh, int]]:
    """{what: (mesh, ne of its finest elements)}: as fine as 3 ne in the patch, and the uniform meshes beside them."""
    lat, lon, _ = patch
    return {
        f"uniform ne{ne}": (uniform_mesh(ne), ne),
        f"ne{ne}, patch refined by 3": (refined_mesh(ne, [cap(*patch)]), 3 * ne),
        f"ne{ne * 3 // 2} stretched by 2": (stretched_mesh(ne * 3 // 2, 2.0, lat, lon), 3 * ne),
        f"uniform ne{3 * ne}": (uniform_mesh(3 * ne), 3 * ne),
    }


def print_transport() -> None:
    """The bell on patches."""
    print("| mesh | elements | error of the bell |\n|---|---|---|")
    for ne in (4, 8):
        for what, (mesh, finest) in patches(ne, PATCH).items():
            print(f"| {what} | {len(mesh[1])} | {bell_error(mesh, finest):.2e} |", flush=True)


def print_steady() -> None:
    """The jet on patches, in the course of a day."""
    print("| mesh | elements | hours | surface pressure [Pa] | northward wind [m/s] |\n|---|---|---|---|---|")
    meshes = {what: mesh for what, (mesh, _) in patches(4, JET).items()}
    for what, mesh in {**meshes, **slowly_coarser()}.items():
        for hours, (ps, v) in steady_departures(mesh).items():
            print(f"| {what} | {len(mesh[1])} | {hours:g} | {ps:.2e} | {v:.2e} |", flush=True)


def print_arrival() -> None:
    """Surface pressure near the middle of patches, less what it is on the same latitude of a fine uniform mesh."""
    fine = pressure_changes(uniform_mesh(12))
    axisymmetric = [along_latitude(fine[0], change) for change in fine[1]]
    print(f"| mesh | elements | {' | '.join(f'{h} h' for h in HOURS)} |\n|---|---|{'---|' * len(HOURS)}")
    uniform = {f"uniform ne{ne}": uniform_mesh(ne) for ne in (4, 8)}
    for what, mesh in {"uniform ne12": None, **uniform, **finer_in_places()}.items():
        grid, changes = fine if mesh is None else pressure_changes(mesh)
        weight = within(grid, MIDDLE)
        errors = [changes[h] - np.interp(grid.lat, *axisymmetric[h]) for h in HOURS]
        rms = [float(np.sqrt((weight * e**2).sum() / weight.sum())) for e in errors]
        print(f"| {what} | {grid.nelem} | {' | '.join(f'{x:.2f}' for x in rms)} |", flush=True)


def finer_in_places() -> dict[str, Mesh]:
    """As fine as ne12 in the middle of the patch."""
    caps = {
        f"ne4, refined by 3 within {radius:g} degrees": refined_mesh(4, [cap(*JET[:2], radius)])
        for radius in (50.0, 70.0)
    }
    return {**caps, **slowly_coarser()}


def slowly_coarser() -> dict[str, Mesh]:
    """As fine as ne12 in the middle of the patch, opposite still ne5.3."""
    return {"ne8 stretched by 1.5": stretched_mesh(8, 1.5, *JET[:2])}


if __name__ == "__main__":
    {"operators": print_operators, "transport": print_transport, "steady": print_steady, "arrival": print_arrival}[
        sys.argv[1]
    ]()
