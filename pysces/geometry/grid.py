"""The Grid: everything about the horizontal mesh that operators read, as one pytree, and the functions that build it.

Set-up is NumPy float64; ``Backend.asarray(grid)`` moves a finished grid to a device and precision.

HOMME: prim_driver_base (prim_init1_geometry), global_norms_mod (dss_hvtensor)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.backend import Array
from ..arrays.fields import field
from ..arrays.pytree import Tree, pytree, static
from ..constants import E3SM, Constants
from ..mesh.cubed_sphere import Elements, cubed_sphere_elements, element_local_map, gnomonic_map
from ..mesh.libm import libm
from ..mesh.plane import plane_elements, plane_map
from ..mesh.quadrature import Quadrature, gauss_lobatto
from ..mesh.quadrilaterals import elements_from_corners
from ..topology.assembly import LocalAssembly, local_assembly
from ..topology.connectivity import Connectivity, connect
from . import metric as metrics
from .metric import Metric

NPTS = 4
HORIZONTAL, MATRIX = "(elem, i, j, 1)", "(2, 2, elem, i, j, 1)"


@pytree
class Grid(Tree):
    """A horizontal spectral-element mesh. Horizontal fields are (elem, i, j, 1), so they broadcast against levels."""

    derivative_matrix: Array = field(
        "1", "derivative of basis functions [evaluation node, basis function]", homme="Dvv", cam="Dvv", shape="(i, i)"
    )
    gll_nodes: Array = field("1", "Gauss-Lobatto-Legendre nodes", homme="gll_points", cam="gll_points", shape="(i,)")
    gll_weights: Array = field(
        "1", "Gauss-Lobatto-Legendre weights", homme="gll_weights", cam="gll_weights", shape="(i,)"
    )
    node_weights: Array = field("1", "products of quadrature weights", homme="mp", cam="mp", shape="(i, j, 1)")
    lat: Array = field("radian", "latitude", homme="spherep%lat", cam="spherep%lat", shape=HORIZONTAL)
    lon: Array = field("radian", "longitude", homme="spherep%lon", cam="spherep%lon", shape=HORIZONTAL)
    coriolis_parameter: Array = field("s-1", "Coriolis parameter", homme="fcor", cam="fcor", shape=HORIZONTAL)
    contra_to_sphere: Array = field(
        "1", "contravariant to (east, north) components, unit sphere", homme="D", cam="D", shape=MATRIX
    )
    sphere_to_contra: Array = field(
        "1", "(east, north) to contravariant components, unit sphere", homme="Dinv", cam="Dinv", shape=MATRIX
    )
    metric_inverse: Array = field("1", "inverse metric tensor", homme="metinv", cam="metinv", shape=MATRIX)
    jacobian: Array = field(
        "1", "area of the unit sphere per reference area", homme="metdet", cam="metdet", shape=HORIZONTAL
    )
    inverse_jacobian: Array = field("1", "1 / jacobian", homme="rmetdet", cam="rmetdet", shape=HORIZONTAL)
    mass_matrix: Array = field(
        "1", "diagonal mass matrix of an element", homme="spheremp", cam="spheremp", shape=HORIZONTAL
    )
    inverse_mass_matrix: Array = field(
        "1", "1 / assembled mass matrix", homme="rspheremp", cam="rspheremp", shape=HORIZONTAL
    )
    sphere_to_cartesian: Array = field(
        "1",
        "unit vectors east and north, Cartesian",
        homme="vec_sphere2cart",
        cam="vec_sphere2cart",
        shape="(3, 2, elem, i, j, 1)",
    )
    viscosity_tensor: Any = field(
        "m4", "tensor of hyperviscosity, or None", homme="tensorVisc", cam="tensorVisc", shape=MATRIX
    )
    sponge_tensor: Any = field("m2", "tensor of the sponge's Laplacian, or None", homme="tensorVisc_2", shape=MATRIX)
    radius: Array = field("m", "radius of the sphere; 1 on a plane", homme="scale_factor", cam="rearth", shape="()")
    inverse_radius: Array = field("m-1", "1 / radius", homme="scale_factor_inv", cam="ra", shape="()")
    rigid_rotation_factor: Array = field(
        "m-1", "1 / radius on the sphere, 0 on a plane", homme="laplacian_rigid_factor", shape="()"
    )
    norm_inverse: Array = field(
        "1", "largest singular value of D inverse", homme="normDinv", cam="normDinv", shape="(elem,)"
    )
    dx_short: Array = field(
        "km", "shortest node spacing of an element", homme="dx_short", cam="dx_short", shape="(elem,)"
    )
    dx_long: Array = field("km", "longest node spacing of an element", homme="dx_long", cam="dx_long", shape="(elem,)")
    global_id: Array = field(
        "1", "number of the distinct point at each node", homme="gdofP", cam="gdofP", shape="(elem, i, j)"
    )
    assembly: LocalAssembly = field("", "sums over shared nodes and global reductions")
    viscosity_factor: Any = field(
        "1", "root of what multiplies hyperviscosity, or None", cam="variable_hyperviscosity", default=None
    )
    ne: int = static(default=0)  # elements along a cube edge; 0 on every mesh but the cubed sphere

    @property
    def nelem(self) -> int:
        """How many elements there are here."""
        return self.jacobian.shape[0]

    @property
    def npts(self) -> int:
        """Nodes along an element edge."""
        return self.derivative_matrix.shape[0]

    @property
    def on_plane(self) -> bool:
        """Whether lon and lat are x and y [m] on a plane; of a grid on the host."""
        return float(self.rigid_rotation_factor) == 0.0

    @property
    def centres(self) -> np.ndarray:
        """(3, elem) centres of the elements: unit vectors, or on a plane x, y and 0 [m]."""
        lat, lon = (np.asarray(x)[..., 0] for x in (self.lat, self.lon))
        if self.on_plane:
            return np.stack([lon, lat, np.zeros_like(lat)]).mean(axis=(-2, -1))
        towards = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]).sum(axis=(-2, -1))
        return towards / np.sqrt((towards**2).sum(axis=0))


def cubed_sphere_grid(
    ne: int,
    constants: Constants = E3SM,
    cubed_sphere_map: int = 2,
    hypervis_scaling: float = 0.0,
    laplace_scaling: float = 0.0,
    area_correction: bool = True,
) -> Grid:
    """A quasi-uniform cubed sphere.

    Parameters
    ----------
    ne : elements along a cube edge.
    constants : radius and rotation rate of the planet.
    cubed_sphere_map : 0 equiangular gnomonic (CAM-SE, preqx), 2 element-local (theta-l).
    hypervis_scaling : exponent of the hyperviscosity tensor; 0 builds none.
    laplace_scaling : exponent of the sponge tensor; 0 builds none.
    area_correction : False leaves areas as the quadrature has them, as HOMME's sweqx does on map 0.
    """
    elements = cubed_sphere_elements(ne)
    return sphere_grid(elements, constants, cubed_sphere_map, hypervis_scaling, laplace_scaling, area_correction)


def sphere_grid(
    elements: Elements,
    constants: Constants,
    cubed_sphere_map: int,
    hypervis_scaling: float,
    laplace_scaling: float,
    area_correction: bool = True,
) -> Grid:
    """The grid of any conforming quadrilaterals on the sphere; parameters as cubed_sphere_grid.

    Raises
    ------
    ValueError in one sentence for a map that does not exist.
    """
    if cubed_sphere_map not in (0, 2):
        raise ValueError(f"cubed_sphere_map must be 0 (gnomonic) or 2 (element-local), found {cubed_sphere_map!r}.")
    rule = gauss_lobatto(NPTS)
    lon, lat, D = (gnomonic_map if cubed_sphere_map == 0 else element_local_map)(elements, rule)
    unscaled = metrics.metric_terms(D)
    alpha: np.ndarray | float = 1.0
    if not area_correction:
        pass
    elif cubed_sphere_map == 0:
        alpha = metrics.global_area_factor(unscaled, rule, 4 * np.pi)
    else:
        alpha = metrics.bubble_area_factor(unscaled, rule, elements.corners)
    radius = float(constants.radius)
    tensors = (
        metrics.viscosity_tensor(unscaled, hypervis_scaling, radius) if hypervis_scaling else None,
        metrics.sponge_tensor(unscaled, laplace_scaling, radius) if laplace_scaling else None,
    )
    coriolis = 2.0 * float(constants.omega) * libm("sin", lat)
    coordinates = (lon, lat, coriolis, metrics.east_north_to_cartesian(lon, lat))
    connectivity = connect(elements.vertices, NPTS)
    scaled = metrics.rescale_area(unscaled, alpha)
    grid = _grid(rule, unscaled, scaled, coordinates, connectivity, tensors, radius, 1.0 / radius)
    return grid.replace(ne=elements.ne)


def plane_grid(
    ne_x: int, ne_y: int, length_x: float, length_y: float, coriolis: float = 0.0, hypervis_scaling: float = 0.0
) -> Grid:
    """A doubly periodic plane of ne_x x ne_y elements [m]; coriolis is the constant f [s-1], scaling as on a sphere."""
    elements = plane_elements(ne_x, ne_y, length_x, length_y)
    rule = gauss_lobatto(NPTS)
    x, y, D = plane_map(elements, rule)
    metric = metrics.metric_terms(D)
    identity = np.broadcast_to(np.eye(3)[:, :2, None, None, None], (3, 2, *x.shape))
    coordinates = (x, y, np.full_like(x, coriolis), identity)
    tensor = metrics.viscosity_tensor(metric, hypervis_scaling, 1.0) if hypervis_scaling else None
    return _grid(rule, metric, metric, coordinates, connect(elements.vertices, NPTS), (tensor, None), 1.0, 0.0)


def _grid(
    rule: Quadrature,
    unscaled: Metric,
    metric: Metric,
    coordinates: Any,
    connectivity: Connectivity,
    tensors: Any,
    radius: float,
    rigid: float,
) -> Grid:
    """Put a grid together from its parts; unscaled is the metric before the area correction."""
    lon, lat, coriolis, sphere_to_cartesian = coordinates
    assembly = local_assembly(connectivity)
    mass = rule.node_weights[:, :, None] * metric.jacobian[..., None]
    inverse_mass = 1.0 / assembly.assemble(mass)
    largest, smallest = metrics.singular_values(unscaled)
    spacing = [1.0 / (s * 0.5 * (NPTS - 1) * (1.0 / radius) * 1000.0) for s in (largest, smallest)]
    return Grid(
        derivative_matrix=rule.derivative_matrix,
        gll_nodes=rule.nodes,
        gll_weights=rule.weights,
        node_weights=rule.node_weights[:, :, None],
        lat=lat[..., None],
        lon=lon[..., None],
        coriolis_parameter=coriolis[..., None],
        contra_to_sphere=metric.contra_to_sphere[..., None],
        sphere_to_contra=metric.sphere_to_contra[..., None],
        metric_inverse=metric.inverse_metric[..., None],
        jacobian=metric.jacobian[..., None],
        inverse_jacobian=1.0 / metric.jacobian[..., None],
        mass_matrix=mass,
        inverse_mass_matrix=inverse_mass,
        sphere_to_cartesian=sphere_to_cartesian[..., None],
        viscosity_tensor=_smooth(tensors[0], mass, inverse_mass, assembly, rule),
        sponge_tensor=_smooth(tensors[1], mass, inverse_mass, assembly, rule),
        radius=np.float64(radius),
        inverse_radius=np.float64(1.0 / radius),
        rigid_rotation_factor=np.float64(rigid),
        norm_inverse=largest,
        dx_short=spacing[0],
        dx_long=spacing[1],
        global_id=connectivity.global_id,
        assembly=assembly,
    )


def _smooth(
    tensor: np.ndarray, mass: np.ndarray, inverse_mass: np.ndarray, assembly: LocalAssembly, rule: Quadrature
) -> np.ndarray:
    """A tensor made continuous and replaced, in each element, by the bilinear interpolant of its corners."""
    if tensor is None:
        return None
    continuous = assembly.assemble(tensor[..., None] * mass) * inverse_mass
    x, y = rule.nodes[:, None, None], rule.nodes[None, :, None]
    sw, nw, se, ne = (
        continuous[:, :, :, i : i + 1, j : j + 1]
        for i, j in ((0, 0), (0, NPTS - 1), (NPTS - 1, 0), (NPTS - 1, NPTS - 1))
    )
    return 0.25 * ((1 - x) * (1 - y) * sw + (1 - x) * (1 + y) * nw + (1 + x) * (1 - y) * se + (1 + x) * (1 + y) * ne)


def continuous_bilinear(values: np.ndarray, grid: Grid) -> np.ndarray:
    """(elem, i, j, 1): values (elem, i, j) [any unit] made continuous, then bilinear between elements' corners."""
    rule, assembly = gauss_lobatto(grid.npts), grid.assembly
    return _smooth(values[None, None], grid.mass_matrix, grid.inverse_mass_matrix, assembly, rule)[0, 0]


def unstructured_grid(
    points: np.ndarray,
    vertices: np.ndarray,
    constants: Constants = E3SM,
    hypervis_scaling: float = 0.0,
    laplace_scaling: float = 0.0,
) -> Grid:
    """The grid of any conforming quadrilaterals on the sphere.

    Parameters
    ----------
    points : (3, point) Cartesian corner points [any unit]; their length does not count.
    vertices : (elem, 4) their numbers at each element's corners SW, SE, NE, NW, counter-clockwise from outside.
    constants, hypervis_scaling, laplace_scaling : as for cubed_sphere_grid.
    """
    return sphere_grid(elements_from_corners(points, vertices), constants, 2, hypervis_scaling, laplace_scaling)
