"""Every option of every model acts: another value changes what is built, or is refused, or gets a sentence."""

import dataclasses
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "parallel"))

from exodus import write_exodus
from refined import refined_corners

from pysces.arrays.backend import to_numpy
from pysces.arrays.pytree import tree_leaves
from pysces.config.presets import preset
from pysces.config.section import AUTO
from pysces.driver.simulation import OptionNote, simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.registry import MODELS
from pysces.models.theta_l import setup
from pysces.vertical.coordinate_files import coordinate_from_table
from tests.columns import hill, write_columns

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
    "output.initial": "other.initial.nc",
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
    "prescribed_wind.vertical.table": {"family": "dcmip2012", "test": "1_1", "nlev": 6},
    "prescribed_wind.case.name": "hadley",
    "prescribed_wind.case.qsize": 2,
    "shallow_water.case.name": "galewsky",
    "shallow_water.case.options": {"tilt": 30.0},
}
ON_PLANE = {"grid": {"ne": 0, "geometry": "plane"}, "case": {"name": "plane_vortex"}}
OTHER_NUMBERS = {
    "dynamics.se_pgf_formulation": 2,
    "case.ncdata_record": 0,
    "grid.ne": 3,
    "grid.rearth": 6.0e6,
    "grid.fcor": 5.0e-5,
    "case.qsize": 4,
    "time.nmax": 30,
    "time.rsplit": 2,
    "time.tstep": 150.0,
    "vertical.nlev": 7,
    "viscosity.hypervis_power": 3.2,
    "viscosity.hypervis_scaling": 3.0,
    "viscosity.laplace_scaling": 2.0,
    "viscosity.max_hypervis_courant": 1e-3,
    "viscosity.tom_sponge_start": 500.0,
}
BESIDE = {  # what an option is tried beside, where its own model's usual choices leave idle what it belongs to
    "viscosity.nu_top": {"viscosity": {"hypervis_subcycle_tom": 1}},
    "viscosity.hypervis_subcycle_tom": {"viscosity": {"nu_top": 1e5}},
    "viscosity.laplace_scaling": {"viscosity": {"nu_top": 1e-6, "hypervis_subcycle_tom": 1}},
    "viscosity.tom_sponge_start": {"viscosity": {"nu_top": 1e5, "hypervis_subcycle_tom": 1}},
    "viscosity.fine_ne": {"viscosity": {"hypervis_power": 3.2, "nu": 1e18}},
    "viscosity.hypervis_scaling": {"viscosity": {"nu": 1e-9}},
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
    "shallow_water.case.options": {"case": {"name": "williamson2"}},
    **{f"prescribed_wind.vertical.{n}": {"case": {"name": "thin_clouds"}} for n in ("name", "vfile_int", "vfile_mid")},
    "shallow_water.viscosity.hypervis_order": {"viscosity": {"nu": 1.0e5}},
    "shallow_water.viscosity.nu_q": {"case": {"tracers": True}},
    "shallow_water.dynamics.limiter_option": {"case": {"tracers": True}},
}
ONE_CHOICE = "must be one of"
REFUSED = {  # model.option, or option of every model: the reason for which no other value can run
    "dynamics.model": ONE_CHOICE,  # a configuration is one model's
    "shallow_water.grid.geometry": "ne is of a sphere",  # what a plane has in place of ne: tests of shallow water
    "cam_se.case.tracers": ONE_CHOICE,  # there is no CAM-SE without water vapor
    "prescribed_wind.case.options": ONE_CHOICE,  # they have none
    "case.branch": "Cannot read restart file other.restart.nc",  # tests/driver/test_branch.py has one
    "layer_advection.case.name": ONE_CHOICE,  # the bell is all it has
    "layer_advection.case.options": ONE_CHOICE,  # and the bell has none
    "layer_advection.output.stream": "has no fields that a stream could hold",  # nobody samples its states
    "prescribed_wind.output.stream": "has no fields that a stream could hold",  # as above
    "vertical.nlev": "but the coordinate has 30 levels",  # it makes no levels: it is what must be there
    "backend.ranks": "start it with mpiexec -n 2",  # one process cannot be two; tests/driver/test_launch.py starts them
}
TRACERS = {
    "theta_l": (
        "case.options",
        "case.qsize",
        "case.moisture",
        "viscosity.nu_q",
        "viscosity.hypervis_subcycle_q",
        "dynamics.limiter_option",
    )
}
ON_THE_RUN = ("backend", "output")  # sections that change the run, not its results
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


def built(config) -> tuple[list, object, list[str]]:
    """What a run is, the run, and the notes of its options."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = simulation(config)
    of_files = [run.config.output, run.config.time.units]
    plan = [run.calls_in_all, run.config.calls_per_record, run.layout.backend, run.layout.name, *of_files]
    return plan, run, [str(w.message) for w in caught if issubclass(w.category, OptionNote)]


def after_a_call(run) -> list[bytes]:
    """The bits of the state after one call, or as many as a leapfrog needs to begin: what a user would see."""
    return bits(to_numpy(run.dycore.run(run.state, 3 if hasattr(run.dycore, "lftfreq") else 1)))


def bits(tree) -> list[bytes]:
    """Of every number in a tree."""
    return [np.asarray(leaf).tobytes() for leaf in tree_leaves(tree)]


def expected_refusal(model: str, name: str, sentence: str) -> bool:
    """Whether it is one sentence, about this option, for the reason that is known."""
    reason = REFUSED.get(name) or REFUSED.get(f"{model}.{name}")
    one = sentence.endswith((".", "?")) and "\n" not in sentence
    return bool(reason) and one and reason in sentence and f"{name.split('.')[1]} " in sentence


def acts(model: str, name: str, f: dataclasses.Field) -> str:
    """How an option answers to another value: other results, another plan, refused, noted; nothing if it does not.

    "levels": layer advection has no use for midpoints, and five levels have no thin clouds, but histories have them.
    """
    section, option = name.split(".")
    without = ("vertical",) if name in WITHOUT_TABLE else ("grid",) if name == "grid.mesh" else ()
    config = preset(model)
    beside = {s: entries for s, entries in BESIDE.get(name, {}).items() if s in config.sections()}
    beside = {s: {n: v for n, v in entries.items() if hasattr(getattr(config, s), n)} for s, entries in beside.items()}
    config = config.with_table(base_of(model, without)).with_table(beside)
    config = config.with_table(BESIDE_OF_A_MODEL.get(f"{model}.{name}", {}))
    if config.case.name == "baroclinic_wave" and name != "case.name":
        config = config.with_table(MOIST)
    if name in TRACERS.get(model, ()):
        config = config.with_table({"case": {"tracers": True}})
    plan, run, notes = built(config)
    value = other_value(model, name, f, getattr(getattr(config, section), option))
    try:
        other_plan, other, other_notes = built(config.with_table({section: {option: value}}))
    except (ValueError, ImportError) as refused:
        return "refused" if expected_refusal(model, name, str(refused)) else ""
    if any(option in note for note in set(other_notes) - set(notes)):
        return "noted"
    if section in ON_THE_RUN or other_plan != plan:
        return "planned" if other_plan != plan else ""
    if after_a_call(other) != after_a_call(run):
        return "results"
    other_levels = bits(other.where.coordinate) != bits(run.where.coordinate)
    without_use = model in ("layer_advection", "prescribed_wind") and name == "vertical.vfile_mid"
    return "levels" if other_levels and without_use else ""


def write_files(folder, model):
    """What options name, into a folder; fields on the nodes of a model's usual mesh."""
    for file, text in FILES.items():
        (folder / file).write_text(text)
    points, corners = refined_corners()
    write_exodus(folder / "mesh.g", points, [corners])
    grid, coordinate = (
        cubed_sphere_grid(2, cubed_sphere_map=0 if model == "cam_se" else 2),
        coordinate_from_table(LEVELS),
    )
    surface = 0.0 * grid.lat
    layers = surface + np.zeros(coordinate.nlev)
    air = {"U": 10.0 * np.cos(grid.lat) + layers, "V": layers, "T": 280.0 + layers, "Q": 0.01 + layers}
    air |= {"SMOKE": 0.5 + layers, "PS": 1e5 + surface, "PHIS": surface}
    write_columns(folder / "air.nc", grid, air, coordinate, records=(1e-3,))
    write_columns(folder / "topography.nc", grid, {"PHIS": hill(grid)})


@pytest.mark.parametrize(
    "model, section, f", [pytest.param(*o, id=f"{o[0]}-{o[1]}.{o[2].name}") for o in every_option()]
)
def test_another_value_acts_or_is_refused(model, section, f, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path, model)
    if f.name == "devices":
        pytest.importorskip("jax")
    assert acts(model, f"{section}.{f.name}", f)


def test_every_refusal_that_is_expected_happens():
    """No name in REFUSED that could run by now."""
    found = {
        key
        for model, section, f in every_option()
        for key in (f"{section}.{f.name}", f"{model}.{section}.{f.name}")
        if key in REFUSED and acts(model, f"{section}.{f.name}", f) == "refused"
    }
    assert found == set(REFUSED)


def test_an_option_that_nobody_reads_would_be_noticed(monkeypatch):
    """The test above can fail: without its line in the builder, the correction of steep levels is found out."""
    (f,) = (f for m, s, f in every_option() if (m, f.name) == ("theta_l", "hv_theta_correction"))
    assert acts("theta_l", "viscosity.hv_theta_correction", f) == "results"
    real = setup.hyperviscosity
    monkeypatch.setattr(setup, "hyperviscosity", lambda *args: real(*args).replace(hv_theta_correction=False))
    assert acts("theta_l", "viscosity.hv_theta_correction", f) == ""


WIRED = {  # options that could stand in for one another, each another number and none its default
    "theta_l": {
        "nu": 1.1e15,
        "nu_div": 1.2e15,
        "nu_p": 1.3e15,
        "nu_q": 1.4e15,
        "nu_top": 1.5e5,
        "hypervis_subcycle": 6,
        "hypervis_subcycle_tom": 7,
        "hypervis_subcycle_q": 5,
        "limiter_option": 4,
        "rsplit": 2,
        "qsplit": 3,
        "vert_remap_u_alg": 11,
        "vert_remap_q_alg": 1,
        "theta_advect_form": 0,
        "pgrad_correction": 0,
        "hv_theta_correction": 1,
    },
    "cam_se": {
        "nu": 1.1e15,
        "nu_div": 1.2e15,
        "nu_p": 1.3e15,
        "nu_q": 1.4e15,
        "nu_top": 1.5e5,
        "hypervis_subcycle": 6,
        "hypervis_subcycle_tom": 7,
        "hypervis_subcycle_q": 5,
        "limiter_option": 4,
        "rsplit": 2,
        "qsplit": 3,
        "vert_remap_u_alg": -10,
        "vert_remap_q_alg": 2,
        "se_pgf_formulation": 2,
    },
}
HOMES = {  # where an option is found in the dycore, where not under its own name
    "vert_remap_u_alg": {"cam_se": "options.vert_remap_uvTq_alg"},
    "vert_remap_q_alg": {"cam_se": "options.vert_remap_tracer_alg"},
    "hypervis_subcycle_tom": {"cam_se": "hypervis_subcycle_sponge"},
}


@pytest.mark.parametrize("model", WIRED)
def test_every_coefficient_reaches_its_own_place(model):
    base = preset(model).with_table(BASE).with_options(tracers=True, **WIRED[model])
    host = simulation(base).host
    for word, value in WIRED[model].items():
        path = HOMES.get(word, {}).get(model, word).split(".")
        homes = (host.dissipation, host.transport, host.remap, host.equations, host)
        found = next(part for part in homes if hasattr(part, path[0]))
        for name in path:
            found = getattr(found, name)
        assert np.ravel(found)[-1] == value, word


@pytest.mark.parametrize("model", MODELS)
def test_a_model_at_its_usual_choices_has_nothing_to_warn_of(model):
    assert preset(model).notes() == []


@pytest.mark.parametrize(
    "model, table, sentence",
    [
        ("theta_l", {"case": {"name": "held_suarez"}}, "Case held_suarez runs without its forcing"),
        ("theta_l", {"viscosity": {"nu_top": 2.5e5}}, "hypervis_subcycle_tom = 0 leaves the sponge out"),
        ("theta_l", {"viscosity": {"nu": 0.0, "nu_p": 1e15}}, "nu_p is given, but there is no hyperviscosity"),
        ("theta_l", {"case": {"options": {"moist": True}}}, "no vapor is carried"),
        ("theta_l", {"dynamics": {"limiter_option": 8}}, "limiter_option is for tracers, and none are carried"),
        ("theta_l", {"time": {"ndays": 2.0, "nmax": 3}}, "nmax is given, so ndays does not count"),
        ("cam_se", {"viscosity": {"hypervis_subcycle_tom": 0}}, "hypervis_subcycle_tom = 0 leaves the sponge out"),
        ("cam_se", {"viscosity": {"fine_ne": 30}}, "fine_ne is given, but hypervis_power = 0"),
        ("cam_se", {"viscosity": {"max_hypervis_courant": 1.9}}, "max_hypervis_courant is given, but hypervis_power"),
        ("cam_se", {"physics": {"ftype": 0}}, "ftype"),
        ("theta_l", {"physics": {"ftype": 4}}, "ftype is given, but there is no suite"),
        ("cam_se", {"physics": {"ftype": 0, "suite": "held_suarez"}}, "ftype 0 and 2 are one and the same"),
        ("cam_se", {"backend": {"platform": "gpu"}}, "platform is for jax"),
    ],
)
def test_what_does_not_do_what_its_words_say_is_warned_of(model, table, sentence):
    (note,) = preset(model).with_table(table).notes()
    assert sentence in note and note.endswith(".")


@pytest.mark.parametrize(
    "model, table, sentence",
    [
        ("cam_se", {"viscosity": {"hypervis_order": 0}}, "model 'theta_l' has it, 'cam_se' does not: leave it out"),
        ("cam_se", {"dynamics": {"theta_advect_form": 0}}, "model 'theta_l' has it, 'cam_se' does not"),
        ("cam_se", {"dynamics": {"pgrad_correction": 0}}, "model 'theta_l' has it"),
        ("cam_se", {"viscosity": {"hv_ref_profiles": 1}}, "model 'theta_l' has it"),
        ("cam_se", {"viscosity": {"hv_theta_correction": 1}}, "model 'theta_l' has it"),
        ("cam_se", {"viscosity": {"tom_sponge_start": 5.0}}, "model 'theta_l' has it"),
        ("cam_se", {"case": {"tracers": False}}, "tracers must be one of True, found False"),
        ("theta_l", {"dynamics": {"se_pgf_formulation": 2}}, "model 'cam_se' has it, 'theta_l' does not"),
        ("theta_l", {"dynamics": {"cam_compatible": True}}, "model 'cam_se' has it"),
        ("theta_l", {"viscosity": {"hypervis_power": 3.2}}, "model 'cam_se' has it, 'theta_l' does not: leave it out"),
        ("theta_l", {"viscosity": {"fine_ne": 30}}, "model 'cam_se' has it, 'theta_l' does not"),
        ("cam_se", {"viscosity": {"hypervis_power": 3.2, "hypervis_scaling": 3.2}}, "give one only"),
        ("theta_l", {"viscosity": {"nu": -6.9e16}}, "must not be negative, but for -1"),
        ("cam_se", {"viscosity": {"nu_div": -2.5}}, "must not be negative, but for -1"),
        ("theta_l", {"case": {"options": {"moist": "yes"}}}, "moist of case 'baroclinic_wave' must be of type bool"),
    ],
)
def test_what_a_model_does_not_have_is_refused(model, table, sentence):
    with pytest.raises(ValueError, match=r"^[^\n]*$") as refused:
        simulation(preset(model).with_table({"grid": {"ne": 2}}).with_table(table))
    assert sentence in str(refused.value)


@pytest.mark.parametrize("model", [model for model in MODELS if "nu" in preset(model).words()])
def test_no_viscosity_is_none_and_not_the_automatic_one(model):
    assert simulation(preset(model).with_table(base_of(model)).with_options(nu=0.0)).host.dissipation is None
