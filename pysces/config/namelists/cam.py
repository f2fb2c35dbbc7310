"""The words of CAM's atm_in and user_nl_cam that a run of CAM-SE's dynamics knows: its own, its start, its output.

CAM-SE: dyn_comp:dyn_readnl   CAM: cam_initfiles, cam_history, inic_analytic_utils, phys_control
"""

from __future__ import annotations

from .homme import PHYSICS_GRID
from .words import Table, acts, acts_on, idle, one_value, words

PACKAGE = "CAM's physics"
_MACHINE = idle("how the work is dealt out to processors")
_FILES = idle("files that CAM writes beside the run")
_CSLAM = idle("of CSLAM transport, which se_fv_nphys = 0 leaves out")
_HISTORY = idle("the history has all fields of the model, a stream those of fincl alone: docs/use/output.md")

DYNAMICS: Table = {
    "se_ne": acts_on("[grid] ne", 0),
    "se_mesh_file": acts_on("[grid] mesh", ""),
    "se_refined_mesh": acts_on("[grid] mesh", False),
    "se_nsplit": acts_on("[time] tstep: dtime / (se_nsplit se_rsplit se_qsplit)", 2),
    "se_rsplit": acts("time", "rsplit"),
    "se_qsplit": acts("time", "qsplit"),
    "se_tstep_type": acts("time", "tstep_type"),
    "se_nu": acts("viscosity", "nu"),
    "se_nu_div": acts("viscosity", "nu_div"),
    "se_nu_p": acts("viscosity", "nu_p"),
    "se_nu_top": acts("viscosity", "nu_top"),
    "se_hypervis_subcycle": acts("viscosity", "hypervis_subcycle"),
    "se_hypervis_subcycle_q": acts("viscosity", "hypervis_subcycle_q"),
    "se_hypervis_subcycle_sponge": acts("viscosity", "hypervis_subcycle_tom"),
    "se_hypervis_scaling": acts("viscosity", "hypervis_scaling"),
    "se_hypervis_power": acts("viscosity", "hypervis_power"),
    "se_fine_ne": acts("viscosity", "fine_ne"),
    "se_max_hypervis_courant": acts("viscosity", "max_hypervis_courant"),
    "se_limiter_option": acts("dynamics", "limiter_option"),
    "se_pgf_formulation": acts("dynamics", "se_pgf_formulation"),
    "se_vert_remap_uvtq_alg": acts_on("[dynamics] vert_remap_u_alg"),
    "se_vert_remap_tracer_alg": acts_on("[dynamics] vert_remap_q_alg"),
    "se_vert_remap_t": acts("dynamics", "vert_remap_T"),
    "se_ftype": acts_on("[physics] ftype", 2),
    "se_sponge_del4_nu_fac": acts("viscosity", "sponge_del4_nu_fac"),
    "se_sponge_del4_nu_div_fac": acts("viscosity", "sponge_del4_nu_div_fac"),
    "se_sponge_del4_lev": acts("viscosity", "sponge_del4_lev"),
    "se_molecular_diff": one_value(0, says="air without molecular diffusion"),
    "se_dribble_in_rsplit_loop": one_value(0, says="physics that is brought once a remap call"),
    "se_fv_nphys": one_value(0, says="physics on the nodes of the elements", cause=PHYSICS_GRID),
    "se_large_courant_incr": _CSLAM,
    **words(_CSLAM, "se_fvm_supercycling", "se_fvm_supercycling_jet", "se_kmin_jet", "se_kmax_jet"),
    **words(idle("what CAM prints"), "se_statefreq", "se_statediag_numtrac"),
    **words(_MACHINE, "se_npes", "se_horz_num_threads", "se_vert_num_threads", "se_tracer_num_threads"),
    **words(_MACHINE, "se_partmethod"),
    **words(_FILES, "se_write_grid_file", "se_grid_filename", "se_write_gll_corners", "se_write_restart_unstruct"),
}
START: Table = {
    "ncdata": acts_on("[case] ncdata, or [vertical] vfile_int beside analytic_ic_type", ""),
    "bnd_topo": acts_on("[case] topography", ""),
    "use_topo_file": acts_on("[case] topography", True),
    "pertlim": one_value(0, says="starts without random changes of temperature"),
    "analytic_ic_type": acts_on("[case] name", "none"),
    "cam_physpkg": acts_on("[physics] suite"),
    "dtime": acts_on("[time] tstep", 1800),
    "omega": acts("grid", "omega"),
    "rearth": acts("grid", "rearth"),
}
OUTPUT: Table = {
    "nhtfrq": acts_on("[output] every_hours by its first value, every_hours or every_months of streams", 0, True),
    **words(acts_on("[[output.stream]] fields", several=True), *(f"fincl{n}" for n in range(1, 11))),
    "mfilt": acts_on("[[output.stream]] records_per_file; one history has all records", several=True),
    "ndens": acts_on("[[output.stream]] precision; a history has 64 bits", several=True),
    "avgflag_pertape": acts_on("[[output.stream]] average; a history has instants", several=True),
    **words(
        acts_on("[[output.stream]] latlon; a history has the model's own nodes", several=True),
        "interpolate_output interpolate_nlat interpolate_nlon interpolate_gridtype",
    ),
    "interpolate_type": idle("fields are interpolated by the elements' own basis, which is more exact than bilinear"),
    **words(_HISTORY, "empty_htapes", *(f"fexcl{n}" for n in range(1, 11))),
    "inithist": idle("an initial file is written where --write-initial asks for one"),
}
GROUPS: dict[str, Table] = {"dyn_se_inparm": DYNAMICS, "start": START, "output": OUTPUT}
HOMES = {  # groups of CAM's files in which these words stand
    "dyn_se_inparm": ("dyn_se_inparm",),
    "start": ("cam_initfiles_nl", "analytic_ic_nl", "phys_ctl_nl", "cam_inparm", "topo_nl", "physconst_nl"),
    "output": ("cam_history_nl", "cam_inparm", "cam_initfiles_nl"),
}
ANALYTIC = {  # analytic_ic_type: (case, its options)
    "baroclinic_wave": ("baroclinic_wave", {"moist": True}),
    "moist_baroclinic_wave_dcmip2016": ("baroclinic_wave", {"moist": True}),
    "dry_baroclinic_wave_dcmip2016": ("baroclinic_wave", {"moist": False}),
    "dry_baroclinic_wave_jw2006": ("jablonowski_williamson", {}),
    "held_suarez_1994": ("held_suarez", {}),
}
PACKAGES = {"adiabatic": "none", "none": "none", "held_suarez": "held_suarez"}
REMAPS = {  # names of vert_remap_uvTq_alg and vert_remap_tracer_alg
    "fv3_ppm": -4,
    "fv3_cs": -9,
    "fv3_cs_2dz_filter": -10,
    "fv3_non_monotone_cs_2dz_filter": -11,
    "ppm_bc_mirror": 1,
    "ppm_bc_pcom": 2,
    "ppm_bc_linear_extrapolation": 10,
}
