"""The words of HOMME's namelists: what each one is here, and what HOMME takes where it is left out.

Words that older namelists have, and HOMME no longer reads, are among them.
HOMME: namelist_mod, control_mod, interpolate_mod, common_io_mod
"""

from __future__ import annotations

from .words import Table, acts, acts_on, idle, not_there, one_value, words

PLANE = "planar meshes"
EQUATIONS = "which equations there are"
SEMI_LAGRANGIAN = "semi-Lagrangian tracer transport"
IMPLICIT = "implicit stepping"
TOOL = "HOMME's tools"
GIVEN_WIND = "a given wind"
SHALLOW = "the shallow-water equations"
OLDER = "older test cases of HOMME"
PHYSICS_GRID = "physics grids"
MESH = "mesh"
_MACHINE = idle("how the work is dealt out to processors")
_NO_LONGER = idle("of models that HOMME no longer has")
_PRINTED = idle("how often and what HOMME prints")
_OWN_NODES = idle("records hold the model's own nodes, nothing is interpolated")
_SL = idle("of semi-Lagrangian transport, which transport_alg = 0 leaves out")
_BUBBLE = idle("of planar cases alone")
_SOLVER = idle("the solver of integration = 'full_imp'")
_SHALLOW = idle("of the shallow-water model alone")
_SMOOTHING = "topography as it is, not smoothed at the start"
_COMPUTED = "winds that are computed, and the given ones of dcmip2012_test1_1 to 1_3"
_MOUNTAIN = "[case] options of dcmip2012_test2_0"
_WAVE = "[case] options of dcmip2012_test2_1 and 2_2"

_MESH = {
    "ne": acts_on("[grid] ne", 0),
    "mesh_file": acts_on("[grid] mesh", "none"),
    "cubed_sphere_map": acts_on("[grid] cubed_sphere_map", -1),
    "rearth": acts("grid", "rearth"),
    "omega": acts("grid", "omega"),
    "topology": one_value("cube", says="spheres", cause=PLANE),
    "geometry": one_value("sphere", says="spheres", cause=PLANE),
    "rotate_grid": one_value(0, says="meshes as they are, not turned"),
    **words(not_there("the size of a planar mesh", PLANE), "ne_x", "ne_y"),
    "fine_ne": one_value(0, -1, says="tensor viscosity (hypervis_scaling) on refined meshes"),
    **words(_BUBBLE, "lx", "ly", "sx", "sy", "planar_slice"),
}
_TIME = {
    "tstep": acts_on("[time] tstep"),
    "ndays": acts_on("[time] ndays", 0),
    "nmax": acts_on("[time] nmax", 12),
    "tstep_type": acts("time", "tstep_type", 5),
    **words(acts_on("[time] rsplit and qsplit"), "rsplit", "qsplit", "dt_remap_factor", "dt_tracer_factor"),
    "integration": one_value("explicit", "runge_kutta", says="explicit stepping", cause=IMPLICIT),
    "smooth": idle("a filter of leapfrog steps; no scheme of theta-l has them"),
    **words(_SHALLOW, "lftfreq", "rk_stage_user"),
}
_DYNAMICS = {
    "theta_hydrostatic_mode": acts_on("[dynamics] theta_hydrostatic_mode", False),
    "theta_advect_form": acts("dynamics", "theta_advect_form", 0),
    "pgrad_correction": acts("dynamics", "pgrad_correction", 0),
    "vert_remap_q_alg": acts("dynamics", "vert_remap_q_alg", 0),
    "vert_remap_u_alg": acts("dynamics", "vert_remap_u_alg", -2),
    "limiter_option": acts("dynamics", "limiter_option", 0),
    "prescribed_wind": one_value(0, says=_COMPUTED, cause=GIVEN_WIND),
    "transport_alg": one_value(0, says="Eulerian tracer transport", cause=SEMI_LAGRANGIAN),
    "vtheta_thresh": one_value(100.0, says="100 K as the lowest virtual potential temperature"),
    "dp3d_thresh": one_value(0.125, says="layers limited at an eighth of their reference thickness"),
    "do_3d_turbulence": one_value(False, says="flow without a scheme for turbulence"),
    "tracer_advection_formulation": one_value(1, says="tracers in conservative form"),
    "energy_fixer": one_value(0, -1, says="energy as the dynamics leaves it, nothing fixed"),
    "initial_total_mass": one_value(0, says="the case's own mass of air"),
    "ntrac": one_value(0, says="tracers on spectral elements (qsize)"),
    **words(
        _SL,
        "semi_lagrange_cdr_alg semi_lagrange_cdr_check semi_lagrange_hv_q semi_lagrange_halo",
        "semi_lagrange_nearest_point_lev semi_lagrange_trajectory_nsubstep semi_lagrange_diagnostics",
        "semi_lagrange_trajectory_nvelocity",
    ),
}
_VISCOSITY = {
    "nu": acts_on("[viscosity] nu", 7.0e5),
    **{w: acts_on(f"[viscosity] {w}", -1) for w in ("nu_div", "nu_p", "nu_s", "nu_q")},
    "nu_top": acts("viscosity", "nu_top", 0.0),
    "tom_sponge_start": acts("viscosity", "tom_sponge_start", 0.0),
    "hypervis_order": acts("viscosity", "hypervis_order", 0),
    "hypervis_subcycle": acts("viscosity", "hypervis_subcycle", 1),
    "hypervis_subcycle_q": acts("viscosity", "hypervis_subcycle_q", 1),
    "hypervis_subcycle_tom": acts("viscosity", "hypervis_subcycle_tom", 0),
    "hypervis_scaling": acts("viscosity", "hypervis_scaling", 0.0),
    "laplace_scaling": acts("viscosity", "laplace_scaling", 0.0),
    "hv_ref_profiles": acts_on("[viscosity] hv_ref_profiles; 2 is 1, as in HOMME", 0),
    "hv_theta_correction": acts("viscosity", "hv_theta_correction", 0),
    "hv_theta_thresh": one_value(0.025, says="a correction of steep levels limited at 0.025 K/Pa"),
    "hypervis_power": one_value(0, says="constant and tensor hyperviscosity (hypervis_scaling)"),
    "max_hypervis_courant": one_value(1e99, says="constant and tensor hyperviscosity (hypervis_scaling)"),
    "which_vlaplace": not_there("the form of the vector Laplacian, which HOMME now chooses from hypervis_scaling"),
    "dcmip16_mu": acts_on("[viscosity] dcmip16_mu", 0.0),
    "dcmip16_mu_s": acts_on("[viscosity] dcmip16_mu_s", 0.0),
    "dcmip16_mu_q": acts_on("[viscosity] dcmip16_mu_q", -1),
}
_CASE = {
    "test_case": acts_on("[case] name"),
    "u_perturb": acts_on("[case] options.perturbation of jw_baroclinic", 0.0),
    "sub_case": idle("of the shallow-water model alone"),
    "pertlim": one_value(0, says="cases without random changes of temperature"),
    "moisture": acts_on("[case] moisture", "dry"),
    "qsize": acts_on("[case] qsize", 0),
    "dcmip2_0_h0": acts_on(_MOUNTAIN, 2000.0),
    "dcmip2_0_rm": acts_on(_MOUNTAIN),
    "dcmip2_0_zetam": acts_on(_MOUNTAIN),
    "dcmip2_x_ueq": acts_on(_WAVE, 20.0),
    "dcmip2_x_h0": acts_on(_WAVE, 250.0),
    "dcmip2_x_d": acts_on(_WAVE, 5000.0),
    "dcmip2_x_xi": acts_on(_WAVE, 4000.0),
    "dcmip4_moist": acts_on("[case] options of dcmip2012_test4", 1),
    "dcmip4_x": acts_on("the planet of dcmip2012_test4", 1.0),
    **words(one_value(-1, 0, says=_SMOOTHING), "smooth_phis_numcycle", "smooth_phis_p2filt"),
    "smooth_phis_nudt": one_value(0, says=_SMOOTHING),
    **words(
        _BUBBLE,
        "bubble_t0 bubble_dt bubble_xycenter bubble_zcenter bubble_ztop bubble_xyradius",
        "bubble_zradius bubble_cosine bubble_moist bubble_moist_drh bubble_moist_dq",
        "bubble_rh_background bubble_prec_type",
    ),
}
_PHYSICS = {
    **words(acts_on("[physics] ftype", 0), "se_ftype", "ftype", "homme_ftype"),
    "dcmip16_prec_type": acts_on("[physics] suite", 0),
    "dcmip16_pbl_type": acts_on("[physics] suite", 0),
    "se_fv_phys_remap_alg": idle("of physics grids, which the pg cases have"),
}
_RUN = {
    "runtype": acts_on("--resume, where it is 1; [case] branch, where it is 2", 0),
    "restartfile": acts_on("--resume, where runtype = 1; [case] branch, where it is 2"),
    **words(idle("a restart is written after every record, beside the history"), "restartfreq", "restartdir"),
    **words(_PRINTED, "statefreq", "disable_diagnostics", "internal_diagnostics_level"),
    **words(
        _MACHINE,
        "nthreads vthreads hthreads partmethod coord_transform_method z2_map_method npart",
        "numnodes tasknum multilevel",
    ),
    "npdg": _NO_LONGER,
}

CTL: Table = {**_MESH, **_TIME, **_DYNAMICS, **_VISCOSITY, **_CASE, **_PHYSICS, **_RUN}
LEVELS: Table = {
    "vfile_int": acts_on("[vertical] vfile_int, or name", ""),
    "vfile_mid": acts_on("[vertical] vfile_mid, or name", ""),
    "vanalytic": acts_on("[vertical] table: the levels that the case makes", 0),
    "vform": _NO_LONGER,
    "vtop": idle("cases with vanalytic = 1 have their own model top, in HOMME too"),
}
OUTPUT: Table = {
    "output_frequency": acts_on("[output] every_hours, and every_steps of [[output.stream]]", several=True),
    "output_timeunits": acts_on("[output] every_hours, and every_steps of [[output.stream]]", 0, several=True),
    **words(acts_on("[output] file, and that of [[output.stream]]"), "output_dir", "output_prefix"),
    "output_start_time": acts_on("[[output.stream]] start_hours", 0, several=True),
    "output_end_time": acts_on("[[output.stream]] end_hours", 0, several=True),
    "output_varnames1": acts_on(
        "[[output.stream]] fields, where the first stream has a start or an end of its own; else it is the history, "
        "which has all fields of the model: docs/use/output.md",
        several=True,
    ),
    **words(
        acts_on("[[output.stream]] fields", several=True),
        *(f"output_varnames{n}" for n in range(2, 6)),
    ),
    **words(idle("how the file is written"), "output_type", "io_stride", "num_io_procs"),
    **words(
        _OWN_NODES,
        "interp_nlat interp_nlon interp_lon0 interp_gridtype interp_type interpolate_analysis",
        "gridtype replace_vec_by_vordiv vector_uvars vector_vvars",
    ),
    "tool": one_value("none", says="runs of a model", cause=TOOL),
    "infilenames": acts_on("[case] topography, by its first value", "", several=True),
}
FILTER: Table = words(
    idle("HOMME has no filters any more and does not read this group, whatever filter_freq says"),
    "filter_freq filter_freq_advection",
    "filter_type transfer_type filter_mu filter_mu_advection p_bv s_bv wght_fm kcut_fm",
)
SOLVER: Table = words(_SOLVER, "precon_method", "maxits", "tol", "debug_level")
ARKODE: Table = words(_SOLVER, "rel_tol", "abs_tol", "calc_nonlinear_stats", "use_column_solver")

GROUPS: dict[str, Table] = {
    "ctl_nl": CTL,
    "vert_nl": LEVELS,
    "analysis_nl": OUTPUT,
    "filter_nl": FILTER,
    "solver_nl": SOLVER,
    "arkode_nl": ARKODE,
}
UNREAD = ("prof_inparm", "pio_nl")  # groups of other libraries
