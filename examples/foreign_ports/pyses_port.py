"""pySEs (Owen Hughes, https://pypi.org/project/pyses), imported as it is installed, held against our Fortran:

pip install --no-deps pyses frozendict         # it names torch and jax too, which its NumPy backend does not import
pysces-verify run --port pyses_port:PORTS      # in this folder
python -m pysces_harness.foreign pyses_port:PORTS --package pyses -o ../../docs/evidence/pyses.md     # half a minute

pySEs' metric terms are given to it from the case, so that its operators are judged and not its mesh. Its conventions,
which the adapters below translate: elements are left-handed, metric matrices have the northward row first, winds are
(elem, i, j, lev, 2), and weak Laplacians are divided by the mass matrix of the element.
"""

import os

os.environ.setdefault("PYSES_BACKEND", "numpy")

import numpy as np
from frozendict import frozendict
from pysces_harness.foreign.adapters import left_handed, seen
from pysces_harness.sides.adapters import AxisOrder
from pyses.dynamical_cores import time_stepping
from pyses.dynamical_cores.cam_se import explicit_terms as cam_se
from pyses.dynamical_cores.homme import explicit_terms as homme
from pyses.dynamical_cores.homme import thermodynamics as eos
from pyses.dynamical_cores.mass_coordinate import init_vertical_grid
from pyses.dynamical_cores.model_info import models
from pyses.dynamical_cores.model_state import project_scalar_3d, wrap_dynamics, wrap_static_forcing
from pyses.dynamical_cores.physics_config import init_physics_config
from pyses.dynamical_cores.vertical_remap import zerroukat_remap
from pyses.operations_2d import limiters, operators
from pyses.operations_2d.local_assembly import project_scalar

wind = AxisOrder((1, 2, 3, 4, 0))  # (2, elem, i, j, lev) to (elem, i, j, lev, 2)
NORTH_FIRST = slice(None, None, -1)


def theirs(grid, tensor=None):
    """(h_grid, dims) of pySEs from a pysces Grid whose elements are left-handed already."""
    flat = lambda a: np.asarray(a)[..., 0]  # noqa: E731
    rows = lambda a: np.moveaxis(flat(a), (0, 1), (-2, -1))  # noqa: E731
    h_grid = {
        "physical_coords": np.stack([flat(grid.lat), flat(grid.lon)], axis=-1),
        "physical_to_cartesian": rows(grid.sphere_to_cartesian),
        "contra_to_physical": rows(grid.contra_to_sphere[NORTH_FIRST]),
        "physical_to_contra": rows(grid.sphere_to_contra[:, NORTH_FIRST]),
        "metric_inverse": rows(grid.metric_inverse),
        "metric_determinant": flat(grid.jacobian),
        "recip_metric_determinant": flat(grid.inverse_jacobian),
        "mass_matrix": flat(grid.mass_matrix),
        "mass_matrix_denominator": flat(grid.inverse_mass_matrix),
        "derivative_matrix": np.asarray(grid.derivative_matrix),
        "gll_weights": np.asarray(grid.gll_weights),
        "assembly_triple": shared_nodes(grid.global_id),
        "ghost_mask": np.ones_like(flat(grid.jacobian)),
    }
    if tensor is not None:  # as pySEs' own eval_hypervis_tensor builds it: northward row and column first
        h_grid["viscosity_tensor"] = rows(tensor[NORTH_FIRST, NORTH_FIRST]) / float(grid.radius) ** 4
    shape = h_grid["mass_matrix"].shape
    return h_grid, frozendict(N=int(np.prod(shape)), shape=shape, npt=shape[1], num_elem=shape[0])


def shared_nodes(ids):
    """(weights, where to add, what to add) of every pair of copies of a node."""
    order = np.argsort(ids.ravel(), kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(ids.ravel()[order])) + 1)
    pairs = np.array([(a, b) for group in groups for a in group for b in group if a != b])
    rows, cols = (list(np.unravel_index(pairs[:, n], ids.shape)) for n in (0, 1))
    return np.ones(len(pairs)), rows, cols


def levels(function, field):
    """A function of one level on all of them, (elem, i, j, lev[, 2])."""
    return np.stack([function(field[:, :, :, k]) for k in range(field.shape[3])], axis=3)


def operator(function, source, result, weak=False):
    """A port of an operator with one input and one output."""

    def port(x, grid, settings):
        h_grid, _ = theirs(grid, x.get("tensorVisc"))
        field = wind(x[source]) if source == "v" else np.asarray(x[source])
        options = {"apply_tensor": True} if "tensorVisc" in x else {}
        found = levels(lambda level: function(level, h_grid, a=float(grid.radius), **options), field)
        found = wind.back(found) if found.ndim == 5 else found
        return {result: found * grid.mass_matrix if weak else found}

    return seen(port, left_handed)


def vector_laplacian(x, grid, settings):
    if "tensorVisc" in x or settings.get("form") == "cartesian":
        return cartesian_laplacian(x, grid)
    h_grid, _ = theirs(grid)
    options = {"nu_div_fact": settings.get("nu_ratio", 1.0), "damp": settings.get("undamprrcart", True)}
    one = lambda v: operators.horizontal_weak_vector_laplacian(v, h_grid, a=float(grid.radius), **options)  # noqa: E731
    return {"laplace": wind.back(levels(one, wind(x["v"]))) * grid.mass_matrix}


def cartesian_laplacian(x, grid):
    """As its eval_hypervis_harmonic does with a tensor: three Cartesian components, each a scalar."""
    h_grid, _ = theirs(grid, x.get("tensorVisc"))
    to_cartesian, has = h_grid["physical_to_cartesian"], "tensorVisc" in x
    lap = lambda s: operators.horizontal_weak_laplacian(s, h_grid, a=float(grid.radius), apply_tensor=has)  # noqa: E731

    def one(v):
        components = operators.pointwise_matvec(to_cartesian, v)
        damped = np.stack([lap(components[..., n]) for n in range(3)], axis=-1)
        return operators.pointwise_matvec(to_cartesian, damped, transpose_matrix=True)

    return {"laplace": wind.back(levels(one, wind(x["v"]))) * grid.mass_matrix}


def biharmonic(x, grid, settings):
    h_grid, dims = theirs(grid, x.get("tensorVisc"))
    lap = lambda s, **o: levels(lambda k: operators.horizontal_weak_laplacian(k, h_grid, a=float(grid.radius), **o), s)  # noqa: E731
    first = project_scalar_3d(lap(x["s"]), h_grid, dims)
    second = lap(first, apply_tensor="tensorVisc" in x)
    return {
        "laplace_dss": first,
        "biharmonic_wk": second * grid.mass_matrix,
        "biharmonic_dss": project_scalar_3d(second, h_grid, dims),
    }


def dss(x, grid, settings):
    h_grid, dims = theirs(grid)
    mean = lambda a: levels(lambda level: project_scalar(level, h_grid, dims), a)  # noqa: E731
    return {name: np.stack([mean(part) for part in a]) if a.ndim == 5 else mean(a) for name, a in x.items()}


def columns(a):
    """(sample, lev) as (elem, i, j, lev) with one node each."""
    return np.asarray(a)[:, None, None]


def physics(settings, model):
    theirs = ("Rgas", "radius_earth", "angular_freq_earth", "gravity", "p0", "cp")
    recorded = ("Rgas", "rearth", "omega", "g", "p0", "Cp")
    return init_physics_config(model, **{name: settings[word] for name, word in zip(theirs, recorded)})


def vertical(x, settings, model):
    return init_vertical_grid(x["hyai"], x["hybi"], settings["ps0"], model)


def remap(x, grid, settings):
    if settings["alg"] not in (0, -1):
        raise NotImplementedError("pySEs has the splines of Zerroukat only, algorithms -1 and 0")
    mass = np.moveaxis(np.asarray(x["Qdp"]), 0, -1)[:, None, None]
    layers = (columns(x[name]) for name in ("dp1", "dp2"))
    found = zerroukat_remap(mass, *layers, mass.shape[3], filter=settings["alg"] == 0)
    return {"Qdp": np.moveaxis(found[:, 0, 0], -1, 0)}


def eos_hydrostatic(x, grid, settings):
    state = {"d_mass": columns(x["dp3d"])}
    return {"pnh": eos.eval_midlevel_pressure(state, vertical(x, settings, models.homme_hydrostatic))[:, 0, 0]}


def eos_nonhydrostatic(x, grid, settings):
    model = models.homme_nonhydrostatic
    state = {"theta_v_d_mass": columns(x["vtheta_dp"]), "d_mass": columns(x["dp3d"])}
    v_grid = vertical(x, settings, model)
    pnh, exner, _, mu = eos.eval_mu(state, columns(x["phinh_i"]), v_grid, physics(settings, model), model)
    return {"pnh": pnh[:, 0, 0], "exner": exner[:, 0, 0], "dpnh_dp_i": mu[:, 0, 0]}


def phi_from_eos(x, grid, settings):
    model = models.homme_hydrostatic
    p_mid = eos.eval_midlevel_pressure({"d_mass": columns(x["dp3d"])}, vertical(x, settings, model))
    surface = np.asarray(x["phis"])[:, None, None]
    air = columns(x["vtheta_dp"]), physics(settings, model)
    return {"phinh_i": eos.eval_balanced_geopotential(surface, p_mid, *air)[:, 0, 0]}


def projected(found, h_grid, dims):
    return (
        np.stack([project_scalar_3d(found[..., n], h_grid, dims) for n in range(2)])
        if found.ndim == 5
        else (project_scalar_3d(found, h_grid, dims))
    )


def offered(settings):
    """The forms of HOMME's equations that pySEs has; the others are not offered."""
    if settings.get("rsplit", 1) == 0:
        raise NotImplementedError("pySEs has floating layers only, not rsplit 0")
    if (settings["theta_advect_form"], settings["pgrad_correction"]) != (2, 0):
        raise NotImplementedError("pySEs has theta_advect_form 2 without pgrad_correction only")


def hydrostatic_tendency(x, grid, settings):
    """Its theta-l: theta by the mean of two forms, the pressure gradient split, floating layers."""
    offered(settings)
    model, (h_grid, dims) = models.homme_hydrostatic, theirs(grid)
    state = wrap_dynamics(wind(x["v"]), x["vtheta_dp"], x["dp3d"], model)
    forcing = wrap_static_forcing(x["phis"][..., 0], None, grid.coriolis_parameter[..., 0])
    given = forcing, h_grid, vertical(x, settings, model), physics(settings, model), model
    rates, flux = homme.eval_explicit_tendency(state, *given)
    now = lambda a, rate: projected(settings.get("scale3", 1.0) * a + settings["dt2"] * rate, h_grid, dims)  # noqa: E731
    return {
        "v": now(state["horizontal_wind"], rates["horizontal_wind"]),
        "vtheta_dp": now(x["vtheta_dp"], rates["theta_v_d_mass"]),
        "dp3d": now(x["dp3d"], rates["d_mass"]),
        "vn0": settings.get("eta_ave_w", 1.0) * wind.back(flux["u_d_mass_avg"]),
    }


def hyperviscosity(x, grid, settings):
    """Its advance_hypervis_euler: a constant coefficient about T0 / exner + T1, without a sponge."""
    if settings["hv_ref_profiles"] != 1 or settings.get("hv_theta_correction", 0):
        raise NotImplementedError("pySEs damps about hv_ref_profiles 1 without hv_theta_correction only")
    if settings.get("nu_top", 0.0) or settings.get("hypervis_scaling", 0.0):
        raise NotImplementedError("these adapters give pySEs a constant coefficient without a sponge only")
    model, (h_grid, dims) = models.homme_hydrostatic, theirs(grid)
    count, nu = settings["hypervis_subcycle"], settings["nu"]
    reference = {"T_ref": 288.0, "T_ref_lapse": 0.0065}
    config = {"constant_hypervis": 1.0, "nu": nu, "nu_phi": nu, "nu_d_mass": settings["nu_p"]}
    config |= {"nu_div_factor": settings["nu_div"] / nu, "reference_profiles": reference}
    step = frozendict(
        dynamics_subcycle=1, hypervis_subcycle=count, hyperviscosity=frozendict(dt=settings["dt2"] / count)
    )
    state = wrap_dynamics(wind(x["v"]), x["vtheta_dp"], x["dp3d"], model)
    forcing = wrap_static_forcing(x["phis"][..., 0], None, grid.coriolis_parameter[..., 0])
    v_grid, air = vertical(x, settings, model), physics(settings, model)
    after, flux = time_stepping.advance_hypervis_euler(state, forcing, h_grid, v_grid, air, config, step, dims, model)
    return hydrostatic(after) | {"dpdiss_ave": settings["eta_ave_w"] * flux["d_mass_hypervis_avg"]}


def dynamics_step(x, grid, settings):
    """Its five stages of Ullrich."""
    offered(settings)
    if settings["tstep_type"] != 5 or settings.get("nu", 0.0):
        raise NotImplementedError("pySEs' step is tstep_type 5, and these adapters give it no viscosity")
    model, (h_grid, dims) = models.homme_hydrostatic, theirs(grid)
    kind = time_stepping.time_step_options.RK3_5STAGE
    step = frozendict(dynamics_subcycle=1, dynamics=frozendict(dt=settings["dt"], step_type=kind))
    state = wrap_dynamics(wind(x["v"]), x["vtheta_dp"], x["dp3d"], model)
    forcing = wrap_static_forcing(x["phis"][..., 0], None, grid.coriolis_parameter[..., 0])
    given = forcing, h_grid, vertical(x, settings, model), physics(settings, model)
    after, flux = time_stepping.advance_dynamics_ullrich_5stage(state, *given, step, dims, model)
    return hydrostatic(after) | {"vn0": wind.back(flux["u_d_mass_avg"])}


def hydrostatic(state):
    """A state of pySEs by the names of records."""
    return {"v": wind.back(state["horizontal_wind"]), "vtheta_dp": state["theta_v_d_mass"], "dp3d": state["d_mass"]}


def state_remap(x, grid, settings):
    raise NotImplementedError(
        "pySEs' remap_dynamics has Zerroukat's filtered splines only, HOMME's algorithm 0, which no case has for wind; "
        "remap1 judges these splines"
    )


FORMS = {2: "basic", 3: "corrected_grad_exner"}  # 3: with the pressure form where layers do not follow the terrain


def cam_se_tendency(x, grid, settings):
    if settings["se_pgf_formulation"] not in FORMS:
        raise NotImplementedError("pySEs has the pressure gradient of se_pgf_formulation 2 and 3 only")
    if settings["dry_air_species_num"]:
        raise NotImplementedError("these adapters give pySEs one kind of dry air only")
    model, (h_grid, dims) = models.cam_se, theirs(grid)
    config = init_physics_config(
        model,
        Rgas=settings["thermodynamic_active_species_R"][0],
        cp=settings["thermodynamic_active_species_cp"][0],
        radius_earth=float(grid.radius),
        gravity=settings["gravit"],
        p0=settings["ps0"],
    )
    names = settings["thermodynamic_active_species_name"][1:]
    for key, kind in (("moisture_species_Rgas", "R"), ("moisture_species_cp", "cp")):
        config[key] = dict(zip(names, settings[f"thermodynamic_active_species_{kind}"][1:]))
    water, dry = dict(zip(names, x["qwater"])), {"dry_air": np.ones_like(x["T"])}
    state = wrap_dynamics(wind(x["v"]), x["T"], x["dp3d"], model)
    forcing = wrap_static_forcing(x["phis"][..., 0], None, grid.coriolis_parameter[..., 0])
    v_grid = vertical(x, settings, model)
    form = cam_se.pressure_gradient_options[FORMS[settings["se_pgf_formulation"]]]
    air = water, dry, h_grid, v_grid, config, model
    rates, flux = cam_se.eval_explicit_tendency(state, forcing, *air, pgf_formulation=form)
    column = cam_se.init_common_variables(state, forcing, *air)
    return {
        "v_tend": projected(rates["horizontal_wind"], h_grid, dims),
        "T_tend": projected(rates["T"], h_grid, dims),
        "dp3d_tend": projected(rates["d_mass"], h_grid, dims),
        "vn0": wind.back(flux["u_d_mass_avg"]),
        "T_v": column["virtual_temperature"],
        "phi": column["phi"],
        "p_full": column["pressure_midlevel"],
    }


def limiter(x, grid, settings):
    limit = {8: limiters.full_limiter, 9: limiters.clip_and_sum_limiter}[settings["limiter_option"]]
    return {"ptens": limit(x["ptens"], x["spheremp"][..., 0], x["minp"], x["maxp"], x["dpmass"])}


NOTES = {  # what we found by reading its source, beside what the harness says of itself
    "laplace_sphere_wk": "`eval_hypervis_tensor` builds the tensor from a Jacobian whose first row is northward (on "
    "its own mesh that row is the derivative of latitude to 1e-3), and `horizontal_weak_laplacian` applies it to a "
    "gradient whose first component is eastward. Given with its eastward row and column first, every tensor Laplacian "
    "here agrees.",
    "biharmonic_wk": "the same tensor.",
    "vlaplace_sphere_wk": "`horizontal_weak_vector_laplacian` with `damp=True` adds 2 u to the eastward component and "
    "v, not 2 v, to the northward one; the Cartesian form (`eval_hypervis_harmonic` with a tensor) adds nothing.",
    "cam_se_tendency": "`eval_temperature_vertical_advection_term` divides by `eval_cp_moist`, a heat capacity per "
    "mass of dry air, where its `density_inv` is per mass of moist air; CAM-SE's is divided by `eval_sum_species`. "
    "With this division T_tend agrees to 5e-16.",
    "theta_l_hyperviscosity": "the wind is damped by the vector Laplacian above; theta by `advance_hypervis_euler` as "
    "theta dp + dt (d theta) dp with the dp from before, where HOMME multiplies the new theta and the new dp (a choice "
    "of method, not a mistake).",
    "remap1": "with `filter=True`, `zerroukat_remap` stores the filtered interface values one interface too low and "
    "turns them upside down (`rhs = flip(stack(rhs_tmp))`). With `stack(rhs_tmp[1:] + [rhs[num_lev]])` in its place "
    "the smooth tracer agrees to 3e-15; the rough one still does not, so there is something else in the filter.",
}
PORTS = {
    "gradient_sphere": operator(operators.horizontal_gradient, "s", "ds"),
    "divergence_sphere": operator(operators.horizontal_divergence, "v", "div"),
    "vorticity_sphere": operator(operators.horizontal_vorticity, "v", "vort"),
    "divergence_sphere_wk": operator(operators.horizontal_weak_divergence, "v", "div"),
    "gradient_sphere_wk_testcov": operator(operators.horizontal_weak_gradient_covariant, "s", "ds"),
    "curl_sphere_wk_testcov": operator(operators.horizontal_weak_curl_covariant, "s", "ds"),
    "laplace_sphere_wk": operator(operators.horizontal_weak_laplacian, "s", "laplace", weak=True),
    "vlaplace_sphere_wk": seen(vector_laplacian, left_handed),
    "biharmonic_wk": seen(biharmonic, left_handed),
    "dss": seen(dss, left_handed),
    "theta_l_hydrostatic_tendency": seen(hydrostatic_tendency, left_handed),
    "theta_l_hyperviscosity": seen(hyperviscosity, left_handed),
    "theta_l_dynamics_step": seen(dynamics_step, left_handed),
    "theta_l_vertical_remap": state_remap,
    "cam_se_vertical_remap": state_remap,
    "cam_se_tendency": seen(cam_se_tendency, left_handed),
    "remap1": remap,
    "eos_hydrostatic": eos_hydrostatic,
    "eos_nonhydrostatic": eos_nonhydrostatic,
    "phi_from_eos": phi_from_eos,
    "tracer_limiter": limiter,
}
