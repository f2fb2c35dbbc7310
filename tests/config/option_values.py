"""What the option walk tries: a small run of every model, and for each option a value that is not its usual one."""

import dataclasses

from pysces.config.presets import preset
from pysces.config.section import AUTO
from pysces.models.registry import MODELS

LEVELS = {"family": "even_pressure", "nlev": 5, "eta_top": 0.1}  # the top two lie in theta-l's sponge
BASE = {"grid": {"ne": 2}, "vertical": {"table": LEVELS}}
BASE_OF_A_MODEL = {"prescribed_wind": {"vertical": {"table": {"family": "dcmip2012", "test": "1_1", "nlev": 5}}}}
MOIST = {"case": {"options": {"moist": True}}}
FILES = {  # of levels, as HOMME's vfile_int and vfile_mid; mid.ascii splits A + B otherwise than by means
    "int.ascii": "6\n0.1 0.08 0.06 0.04 0.02 0.0\n6\n0.0 0.2 0.4 0.6 0.8 1.0\n",
    "other_int.ascii": "6\n0.1 0.09 0.06 0.04 0.02 0.0\n6\n0.0 0.2 0.4 0.6 0.8 1.0\n",
    "mid.ascii": "5\n0.08 0.06 0.05 0.03 0.0\n5\n0.11 0.31 0.5 0.7 0.91\n",
}
WITHOUT_TABLE = ("vertical.name", "vertical.vfile_int", "vertical.vfile_mid", "vertical.nlev")
OTHER_STRINGS = {
    "grid.mesh": "mesh.g",
    "vertical.name": "cam_l26",
    "vertical.vfile_int": "other_int.ascii",
    "vertical.vfile_mid": "mid.ascii",
    "dynamics.model": "fv3",
    "case.name": "solid_body_rotation",
    "physics.suite": "held_suarez",
    "backend.cache": "folder",
    "output.file": "other.nc",
    "output.restart": "other.restart.nc",
    "output.initial": "initial.nc",
    "time.start_date": "2000-01-31",
    "case.topography": "topography.nc",
    "case.ncdata": "air.nc",
    "case.branch": "other.restart.nc",
    "case.ncdata_tracers": "SMOKE",
}
OTHER_TABLES = {
    "vertical.table": LEVELS | {"nlev": 6},
    "case.options": {"moist": False},
    "output.stream": [{"file": "stream.nc", "every_hours": 6.0, "fields": ["U"]}],
}
OTHERS_OF_A_MODEL = {
    "theta_l.time.tstep_type": 4,  # from 7 on they are of the nonhydrostatic form
    "prescribed_wind.vertical.table": {"family": "dcmip2012", "test": "1_1", "nlev": 6},
    "prescribed_wind.case.name": "hadley",
    "prescribed_wind.case.qsize": 2,
    "shallow_water.case.name": "galewsky",
    "layer_advection.output.stream": [{"file": "stream.nc", "every_hours": 6.0, "fields": ["DP"]}],
    "cam_se.output.names": "homme",
    "shallow_water.case.options": {"tilt": 30.0},
}
ON_PLANE = {"grid": {"ne": 0, "geometry": "plane"}, "case": {"name": "plane_vortex"}}
OTHER_NUMBERS = {
    "viscosity.sponge_del4_nu_fac": 3.0,
    "viscosity.sponge_del4_nu_div_fac": 3.0,
    "dynamics.se_pgf_formulation": 2,
    "case.ncdata_record": 0,
    "grid.ne": 3,
    "grid.rearth": 6.0e6,
    "grid.fcor": 5.0e-5,
    "case.qsize": 4,
    "time.nmax": 30,
    "output.every_hours": 24.0,
    "time.rsplit": 2,
    "time.tstep": 150.0,
    "vertical.nlev": 7,
    "viscosity.hypervis_power": 3.2,
    "viscosity.hypervis_scaling": 3.0,
    "viscosity.laplace_scaling": 2.0,
    "viscosity.max_hypervis_courant": 1e-3,
    "viscosity.tom_sponge_start": 500.0,
    "viscosity.dcmip16_mu_q": 500.0,
}
BESIDE = {  # what an option is tried beside, where its own model's usual choices leave idle what it belongs to
    "viscosity.nu_top": {"viscosity": {"hypervis_subcycle_tom": 1}},
    "viscosity.hypervis_subcycle_tom": {"viscosity": {"nu_top": 1e5}},
    "viscosity.laplace_scaling": {"viscosity": {"nu_top": 1e-6, "hypervis_subcycle_tom": 1}},
    "viscosity.tom_sponge_start": {"viscosity": {"nu_top": 1e5, "hypervis_subcycle_tom": 1}},
    "dynamics.theta_hydrostatic_mode": {"time": {"tstep": 1.0}},  # explicit sound runs through layers of 18 kPa
    "viscosity.fine_ne": {"viscosity": {"hypervis_power": 3.2, "nu": 1e18}},
    "viscosity.hypervis_scaling": {"viscosity": {"nu": 1e-9}},
    "viscosity.dcmip16_mu_s": {"viscosity": {"dcmip16_mu": 1e3}},
    "viscosity.dcmip16_mu_q": {"viscosity": {"dcmip16_mu_s": 1e3}},
    "viscosity.max_hypervis_courant": {"viscosity": {"hypervis_power": 3.2}},
    "viscosity.hypervis_subcycle_q": {"dynamics": {"limiter_option": 4}},
    "viscosity.hv_theta_correction": {"case": {"name": "rest_over_mountain"}},
    "viscosity.hv_ref_profiles": {"case": {"name": "rest_over_mountain"}},
    "dynamics.pgrad_correction": {"case": {"name": "rest_over_mountain"}},
    "dynamics.theta_advect_form": {"dynamics": {"pgrad_correction": 0}},
    "dynamics.cam_compatible": {"vertical": {"table": LEVELS | {"eta_top": 0.002}}},
    "physics.ftype": {"physics": {"suite": "held_suarez"}},
    "physics.chemistry": {"case": {"tracers": True, "qsize": 5}},
    "vertical.vfile_int": {"vertical": {"vfile_int": "int.ascii"}},
    "vertical.vfile_mid": {"vertical": {"vfile_int": "int.ascii"}},
    "backend.devices": {"backend": {"name": "jax"}},
    "time.rk_stage_user": {"time": {"integration": "runge_kutta"}},
    "time.lftfreq": {"time": {"integration": "explicit"}},
    "time.smooth": {"time": {"integration": "explicit", "lftfreq": 0, "tstep": 300.0}},
    "case.ncdata": {"case": {"name": "held_suarez"}},
    "case.ncdata_record": {"case": {"name": "held_suarez", "ncdata": "air.nc"}},
    "case.ncdata_tracers": {"case": {"name": "held_suarez", "ncdata": "air.nc", "tracers": True}},
    "grid.mesh": {"time": {"tstep": 300.0}, "viscosity": {"nu": 1e15}},
    **{f"grid.{name}": ON_PLANE for name in ("ne_x", "ne_y", "lx", "ly", "fcor")},
}
BESIDE_OF_A_MODEL = {
    "theta_l.viscosity.nu_s": {"dynamics": {"theta_hydrostatic_mode": False}, "time": {"tstep_type": 9}},
    "shallow_water.case.options": {"case": {"name": "williamson2"}},
    **{f"prescribed_wind.vertical.{n}": {"case": {"name": "thin_clouds"}} for n in ("name", "vfile_int", "vfile_mid")},
    "shallow_water.viscosity.hypervis_order": {"viscosity": {"nu": 1.0e5}},
    "shallow_water.viscosity.nu_q": {"case": {"tracers": True}},
    "shallow_water.dynamics.limiter_option": {"case": {"tracers": True}},
    "shallow_water.dynamics.positive_thickness": {
        "case": {"name": "williamson1"},
        "time": {"integration": "runge_kutta", "tstep": 600.0},
        "viscosity": {"nu": 0.0},
    },
}
ONE_CHOICE = "must be one of"
REFUSED = {  # model.option, or option of every model: the reason for which no other value can run
    "dynamics.model": ONE_CHOICE,  # a configuration is one model's
    "shallow_water.grid.geometry": "ne is for a sphere",  # what a plane has in place of ne: tests of shallow water
    "cam_se.case.tracers": ONE_CHOICE,  # there is no CAM-SE without water vapor
    "prescribed_wind.case.options": ONE_CHOICE,  # they have none
    "case.branch": "Cannot read restart file other.restart.nc",  # tests/driver/test_branch.py has one
    "layer_advection.case.name": ONE_CHOICE,  # the bell is all it has
    "layer_advection.case.options": ONE_CHOICE,  # and the bell has none
    **{
        f"{m}.output.initial": "no initial file can hold"
        for m in ("shallow_water", "layer_advection", "prescribed_wind")
    },
    "layer_advection.output.names": "this run writes neither",
    "vertical.nlev": "but the coordinate has 30 levels",  # it makes no levels: it is what must be there
    "backend.kernels": "is for backend 'jax'",  # tests/native runs them
    "backend.ranks": "start it with mpiexec -n 2",  # one process cannot be two; tests/driver/test_launch.py starts them
}
TRACERS = {
    "theta_l": (
        "case.options",
        "case.qsize",
        "case.moisture",
        "viscosity.nu_q",
        "viscosity.hypervis_subcycle_q",
        "viscosity.dcmip16_mu_q",
        "dynamics.limiter_option",
    )
}
ON_THE_RUN = ("backend",)  # sections that change the run, not its results
SLOW = {"backend.ranks": 2, "backend.devices": 2}


def every_option() -> list[tuple[str, str, dataclasses.Field]]:
    return [
        (model, section, f)
        for model in MODELS
        for section, cls in preset(model).sections().items()
        for f in dataclasses.fields(cls)
    ]


def base_of(model: str, without: tuple[str, ...] = ()) -> dict:
    """A small run, without what the model has not, or the test leaves out."""
    sections = preset(model).sections()
    base = BASE | BASE_OF_A_MODEL.get(model, {})
    return {
        name: entries for name, entries in base.items() if name not in without and dataclasses.fields(sections[name])
    }


def other_value(model: str, name: str, f: dataclasses.Field, value):
    """A value that is not the one given, and may be."""
    given = OTHER_STRINGS | OTHER_TABLES | OTHER_NUMBERS | SLOW
    if f"{model}.{name}" in OTHERS_OF_A_MODEL:
        return OTHERS_OF_A_MODEL[f"{model}.{name}"]
    if name in given:
        return given[name]
    choices = [c for c in f.metadata["choices"] if c != value]
    if choices:
        return choices[-1]
    if isinstance(value, bool):
        return not value
    if value == AUTO:
        return 4 if f.type == "int" else 3.0e15
    return value + 1 if isinstance(value, int) else 2.0 * value + 1.0
