"""Horizontal operators on the sphere and the plane. Element-local, but for ``dss`` and the biharmonics.

Fields are (..., elem, i, j, lev), vectors (2, ..., elem, i, j, lev) in (east, north) components. Derivatives are sums
over the nodes in index order, written out, so that Fortran without contraction gives the same bits.

Equations: Taylor & Fournier (2010), doi:10.1016/j.jcp.2010.04.008; Guba et al. (2014), doi:10.5194/gmd-7-2803-2014
HOMME: derivative_mod, viscosity_base   CAM-SE: derivative_mod, viscosity_mod
"""

from __future__ import annotations

from ..arrays import Array, namespace, optimization_barrier, stored
from ..geometry.grid import Grid
from ..pytree import tree_map

Scalar = Array
Vector = Array


def d_di(q: Scalar, grid: Grid) -> Scalar:
    """Derivative along the first reference coordinate at every node."""
    D = grid.derivative_matrix
    total = D[:, 0].reshape(-1, 1, 1) * q[..., 0:1, :, :]
    for k in range(1, grid.npts):
        total = total + D[:, k].reshape(-1, 1, 1) * q[..., k : k + 1, :, :]
    return total


def d_dj(q: Scalar, grid: Grid) -> Scalar:
    """Derivative along the second reference coordinate at every node."""
    D = grid.derivative_matrix
    total = D[:, 0].reshape(-1, 1) * q[..., 0:1, :]
    for k in range(1, grid.npts):
        total = total + D[:, k].reshape(-1, 1) * q[..., k : k + 1, :]
    return total


def _d_di_wk(q: Scalar, grid: Grid) -> Scalar:
    """sum over nodes k of q_k times the derivative, at k, of each node's basis function; first coordinate."""
    D = grid.derivative_matrix
    total = q[..., 0:1, :, :] * D[0].reshape(-1, 1, 1)
    for k in range(1, grid.npts):
        total = total + q[..., k : k + 1, :, :] * D[k].reshape(-1, 1, 1)
    return total


def _d_dj_wk(q: Scalar, grid: Grid) -> Scalar:
    """As _d_di_wk along the second coordinate."""
    D = grid.derivative_matrix
    total = q[..., 0:1, :] * D[0].reshape(-1, 1)
    for k in range(1, grid.npts):
        total = total + q[..., k : k + 1, :] * D[k].reshape(-1, 1)
    return total


def _covariant_to_sphere(c1: Scalar, c2: Scalar, grid: Grid) -> Vector:
    inverse = grid.sphere_to_contra
    return namespace(c1).stack([inverse[0, 0] * c1 + inverse[1, 0] * c2, inverse[0, 1] * c1 + inverse[1, 1] * c2])


def _contravariant_to_sphere(c1: Scalar, c2: Scalar, grid: Grid) -> tuple[Scalar, Scalar]:
    D = grid.contra_to_sphere
    return D[0, 0] * c1 + D[0, 1] * c2, D[1, 0] * c1 + D[1, 1] * c2


def _to_contravariant(wind: Vector, grid: Grid) -> tuple[Scalar, Scalar]:
    u, v = wind
    inverse = grid.sphere_to_contra
    return inverse[0, 0] * u + inverse[0, 1] * v, inverse[1, 0] * u + inverse[1, 1] * v


def gradient_sphere(s: Scalar, grid: Grid) -> Vector:
    """Gradient, strong form.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) eastward and northward [U m-1]

    HOMME: derivative_mod:gradient_sphere
    """
    return _covariant_to_sphere(d_di(s, grid) * grid.inverse_radius, d_dj(s, grid) * grid.inverse_radius, grid)


def divergence_sphere(wind: Vector, grid: Grid) -> Scalar:
    """Divergence of a tangent vector, strong form: (1 / (a J)) sum_k d_k (J v^k).

    Parameters
    ----------
    wind : (2, ..., elem, i, j, lev) eastward and northward [U].   grid : Grid

    Returns
    -------
    (..., elem, i, j, lev) [U m-1]

    HOMME: derivative_mod:divergence_sphere
    """
    v1, v2 = _to_contravariant(wind, grid)
    flux_1, flux_2 = grid.jacobian * v1, grid.jacobian * v2
    return (d_di(flux_1, grid) + d_dj(flux_2, grid)) * (grid.inverse_jacobian * grid.inverse_radius)


def vorticity_sphere(wind: Vector, grid: Grid) -> Scalar:
    """Vertical component of the curl of a tangent vector: (1 / (a J)) (d_1 v_2 - d_2 v_1), v_k covariant.

    Parameters
    ----------
    wind : (2, ..., elem, i, j, lev) eastward and northward [U].   grid : Grid

    Returns
    -------
    (..., elem, i, j, lev) [U m-1]

    HOMME: derivative_mod:vorticity_sphere
    """
    u, v = wind
    D = grid.contra_to_sphere
    v1, v2 = D[0, 0] * u + D[1, 0] * v, D[0, 1] * u + D[1, 1] * v
    return (d_di(v2, grid) - d_dj(v1, grid)) * (grid.inverse_jacobian * grid.inverse_radius)


def curl_sphere(s: Scalar, grid: Grid) -> Vector:
    """Curl of s times the vertical unit vector.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-1]

    HOMME: derivative_mod:curl_sphere
    """
    c1 = d_dj(s, grid) * grid.inverse_radius
    c2 = -(d_di(s, grid) * grid.inverse_radius)
    east, north = _contravariant_to_sphere(c1, c2, grid)
    xp = namespace(s)
    # XLA would turn a division by a broadcast field into a multiplication by its inverse, which rounds differently.
    jacobian = optimization_barrier(xp.broadcast_to(grid.jacobian, east.shape))
    return xp.stack([east / jacobian, north / jacobian])


def divergence_sphere_wk(wind: Vector, grid: Grid) -> Scalar:
    """Divergence, weak form: minus the integral of grad(phi) . v for every basis function phi; mass matrix included.

    Parameters
    ----------
    wind : (2, ..., elem, i, j, lev) eastward and northward [U].   grid : Grid

    Returns
    -------
    (..., elem, i, j, lev) [U m-1 times unit-sphere area]

    HOMME: derivative_mod:divergence_sphere_wk
    """
    v1, v2 = _to_contravariant(wind, grid)
    D = grid.derivative_matrix
    flux_1, flux_2 = grid.mass_matrix * v1, grid.mass_matrix * v2
    total = None
    for k in range(grid.npts):
        along_i = flux_1[..., k : k + 1, :, :] * D[k].reshape(-1, 1, 1)
        along_j = flux_2[..., k : k + 1, :] * D[k].reshape(-1, 1)
        term = (along_i + along_j) * grid.inverse_radius
        total = -term if total is None else total - term
    return total


def gradient_sphere_wk_testcov(s: Scalar, grid: Grid) -> Vector:
    """Gradient, weak form with covariant test functions; mass matrix included.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-1 times unit-sphere area]

    HOMME: derivative_mod:gradient_sphere_wk_testcov
    """
    c1, c2 = (_gradient_component_wk(s, grid, grid.metric_inverse[0, c], grid.metric_inverse[1, c]) for c in range(2))
    east, north = _contravariant_to_sphere(c1, c2, grid)
    return namespace(s).stack([east * grid.inverse_radius, north * grid.inverse_radius])


def _gradient_component_wk(s: Scalar, grid: Grid, g1: Scalar, g2: Scalar) -> Scalar:
    """Minus the weak derivatives times (g1, g2) jacobian; weights and metric inside the sum, in HOMME's order."""
    D, M, J = grid.derivative_matrix, grid.node_weights, grid.jacobian
    total = 0.0
    for k in range(grid.npts):
        along_i = M[k : k + 1] * g1 * J * s[..., k : k + 1, :, :] * D[k].reshape(-1, 1, 1)
        along_j = M[:, k : k + 1] * g2 * J * s[..., k : k + 1, :] * D[k].reshape(-1, 1)
        total = total - (along_i + along_j)
    return total


def gradient_sphere_wk_testcontra(s: Scalar, grid: Grid) -> Vector:
    """Gradient, weak form with contravariant test functions; mass matrix included. Shapes as with testcov.

    HOMME: derivative_mod:gradient_sphere_wk_testcontra
    """
    D, M, J = grid.derivative_matrix, grid.node_weights, grid.jacobian
    c1 = c2 = 0.0
    for k in range(grid.npts):
        c1 = c1 - M[k : k + 1] * J * s[..., k : k + 1, :, :] * D[k].reshape(-1, 1, 1) * grid.inverse_radius
        c2 = c2 - M[:, k : k + 1] * J * s[..., k : k + 1, :] * D[k].reshape(-1, 1) * grid.inverse_radius
    return _covariant_to_sphere(c1, c2, grid)


def curl_sphere_wk_testcov(s: Scalar, grid: Grid) -> Vector:
    """Curl of s times the vertical unit vector, weak form with covariant test functions; mass matrix included.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-1 times unit-sphere area]

    HOMME: derivative_mod:curl_sphere_wk_testcov
    """
    weighted = grid.node_weights * s
    east, north = _contravariant_to_sphere(-_d_dj_wk(weighted, grid), _d_di_wk(weighted, grid), grid)
    return namespace(s).stack([east * grid.inverse_radius, north * grid.inverse_radius])


def to_cartesian(v: Vector, grid: Grid) -> Array:
    """(3, ..., elem, i, j, lev): Cartesian components of a tangent vector."""
    frame = grid.sphere_to_cartesian
    return namespace(v).stack([frame[c, 0] * v[0] + frame[c, 1] * v[1] for c in range(3)])


def from_cartesian(w: Array, grid: Grid) -> Vector:
    """(2, ..., elem, i, j, lev): eastward and northward components of Cartesian vectors."""
    frame = grid.sphere_to_cartesian
    return namespace(w).stack([frame[0, c] * w[0] + frame[1, c] * w[1] + frame[2, c] * w[2] for c in range(2)])


def ugradv_sphere(u: Vector, v: Vector, grid: Grid) -> Vector:
    """Advection of a vector by a vector, (u . grad) v, taken component by component in Cartesian space.

    Parameters
    ----------
    u : (2, ..., elem, i, j, lev) [U].   v : the same shape [V].   grid : Grid

    Returns
    -------
    (2, ..., elem, i, j, lev) [U V m-1]

    HOMME: derivative_mod:ugradv_sphere
    """
    east, north = gradient_sphere(to_cartesian(v, grid), grid)
    return from_cartesian(u[0] * east + u[1] * north, grid)


def laplace_sphere_wk(s: Scalar, grid: Grid, tensor: Array | None = None) -> Scalar:
    """Laplacian, weak form; mass matrix included.

    Parameters
    ----------
    s : (..., elem, i, j, lev) [U].   grid : Grid
    tensor : (2, 2, elem, i, j, 1) acting on the gradient, or None.

    Returns
    -------
    (..., elem, i, j, lev) [U m-2 times unit-sphere area, times the tensor's unit]

    HOMME: derivative_mod:laplace_sphere_wk
    """
    gradient = gradient_sphere(s, grid)
    if tensor is not None:
        east, north = gradient
        gradient = namespace(s).stack(
            [tensor[0, 0] * east + tensor[0, 1] * north, tensor[1, 0] * east + tensor[1, 1] * north]
        )
    return divergence_sphere_wk(gradient, grid)


def vlaplace_sphere_wk_contra(
    v: Vector, grid: Grid, nu_ratio: Array | float = 1.0, damp_rotation: bool = False
) -> Vector:
    """Vector Laplacian, weak form: grad(nu_ratio div v) - curl(vort v), solid-body rotation left undamped.

    Parameters
    ----------
    v : (2, ..., elem, i, j, lev) [U].   grid : Grid
    nu_ratio : factor of the divergent part, a number or (lev,).
    damp_rotation : leave out the term that exempts solid-body rotation.

    Returns
    -------
    (2, ..., elem, i, j, lev) [U m-2 times unit-sphere area]

    HOMME: derivative_mod:vlaplace_sphere_wk_contra
    """
    div = nu_ratio * divergence_sphere(v, grid)
    vort = vorticity_sphere(v, grid)
    laplace = gradient_sphere_wk_testcov(div, grid) - curl_sphere_wk_testcov(vort, grid)
    return laplace if damp_rotation else laplace + _rotation_correction(v, grid)


def vlaplace_sphere_wk_cartesian(
    v: Vector, grid: Grid, tensor: Array | None = None, damp_rotation: bool = False
) -> Vector:
    """Vector Laplacian, weak form, as scalar Laplacians of the Cartesian components; arguments as above.

    HOMME: derivative_mod:vlaplace_sphere_wk_cartesian
    """
    laplace = from_cartesian(laplace_sphere_wk(to_cartesian(v, grid), grid, tensor), grid)
    return laplace if damp_rotation else laplace + _rotation_correction(v, grid)


def _rotation_correction(v: Vector, grid: Grid) -> Vector:
    """2 M v / a^2: what the Laplacian takes from solid-body rotation."""
    return 2.0 * grid.mass_matrix * v * (grid.rigid_rotation_factor * grid.rigid_rotation_factor)


def dss(tree, grid: Grid):
    """Nodal fields made continuous: mass-weighted mean over the copies of each node. HOMME: make_C0, edgeVpack."""
    return dss_wk(tree_map(lambda f: f * grid.mass_matrix, tree), grid)


def dss_wk(tree, grid: Grid):
    """Weak fields, mass matrix included, assembled and divided by the assembled mass matrix."""
    return tree_map(lambda f: f * grid.inverse_mass_matrix, grid.assembly.assemble(tree))


def biharmonic_wk(s: Scalar, grid: Grid, tensor: Array | None = None) -> Scalar:
    """Laplacian of the continuous Laplacian, weak form, not assembled; the tensor acts in the second Laplacian only.

    Shapes as laplace_sphere_wk. HOMME: viscosity_base:biharmonic_wk_scalar
    """
    return laplace_sphere_wk(dss_wk(laplace_sphere_wk(s, grid), grid), grid, tensor)


def vbiharmonic_wk(v: Vector, grid: Grid, nu_ratio: Array | float = 1.0, tensor: Array | None = None) -> Vector:
    """Vector Laplacian of the continuous vector Laplacian, weak form, not assembled.

    nu_ratio acts in the first Laplacian; the tensor, in the second, in Cartesian form.

    HOMME: viscosity_theta:biharmonic_wk_theta
    """
    first = dss_wk(stored(vlaplace_sphere_wk_contra, v, grid, nu_ratio), grid)
    if tensor is None:
        return vlaplace_sphere_wk_contra(first, grid)
    return vlaplace_sphere_wk_cartesian(first, grid, tensor)
