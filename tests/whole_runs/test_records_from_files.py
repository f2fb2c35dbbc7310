"""Records of CAM-SE and of HOMME, written as initial files and topography, and run as a user starts them.

Records over ridges and on refined meshes are run where test_data, or the folder in $PYSCES_TEST_DATA, has them.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from pysces_harness.golden import record as golden

from pysces.cases.air_on_columns import WATER
from pysces.constants import CAM, E3SM
from pysces.driver.cli import main
from pysces.geometry.grid import cubed_sphere_grid, unstructured_grid
from pysces.io.initial_file import read_initial
from pysces.io.mesh_file import read_exodus
from pysces.models.theta_l.options import ThetaLConfig
from pysces.vertical.coordinate import coordinate_from_interfaces
from tests.columns import write_columns

HOMME = ["ne4_hydrostatic", "ne4_hydrostatic_moist_tracers", "ne4_hydrostatic_ridge", "ne4_L30_hydrostatic_ridge"]
HOMME += ["ne4_schmidt2_hydrostatic_ridge", "ne3_x3patch_hydrostatic_tensor", "ne3_x3patch_hydrostatic_tracers"]
NOT_OURS = ("mesh", "ftype", "omega", "rearth", "nlev")  # words of a record that say what files and constants say here
ROUND_OFF = 1e-13  # of the largest number; two builds of the Fortran are 2e-14 apart after a call
# At few points limiters make more of the round-off that a file adds: 2e-12 of a slotted tracer, which a start from the
# record's own arrays reproduces to 7e-15; 2e-8 of clouds near nothing, in the Fortran itself with inputs 1 ulp away.
LIMITED, OF_POINTS = 1e-9, 1e-2
SURE = 1e-4  # by which a call changes a field at least: what does nothing is found out


def found(kernel, name):
    """A record of test_data, which $PYSCES_TEST_DATA may name."""
    for path in golden.test_data().glob(f"*/{kernel}/{name}.nc"):
        return golden.read(path)
    pytest.skip(f"no record {kernel}/{name} in {golden.test_data()}")


def inputs(record):
    """Inputs by name, and the levels among them."""
    x = {name: field.values for name, field in record.inputs.items()}
    return x, coordinate_from_interfaces(*(np.ravel(x[name]) for name in ("hyai", "hybi", "hyam", "hybm")))


def levels_last(field):
    """A field of one number a column as (elem, i, j, 1)."""
    return field if field.ndim > 3 else field[..., None]


def toml(table):
    """A configuration file."""
    sections = (
        f"[{name}]\n" + "".join(f"{n} = {json.dumps(v)}\n" for n, v in of.items()) for name, of in table.items()
    )
    return "\n".join(sections)


def errors(ours, theirs, before):
    """{name: the largest difference, and what the run changed, of the largest number}, printed."""
    out = {}
    for name, values in theirs.items():
        size = np.abs(values).max()
        out[name] = np.abs(ours[name] - values) / size
        print(f"{name:10s} {out[name].max():.1e}, changed by {np.abs(values - before[name]).max() / size:.1e}")
        assert np.abs(values - before[name]).max() > SURE * size, name
    return out


def test_cam_se_from_an_initial_file_is_cam_after_a_call(tmp_path, monkeypatch):
    """Dry masses, five species of water, two tracers: three steps and a remap."""
    from pysces_harness.whole_runs.assembled.words import CAM_WORDS

    monkeypatch.chdir(tmp_path)
    record = found("cam_se_step", "moist_wave")
    (x, coordinate), settings = inputs(record), record.settings
    names, grid = settings["tracers"], cubed_sphere_grid(settings["ne"], CAM, settings["cubed_sphere_map"])
    fields = {"U": x["v"][0], "V": x["v"][1], "T": x["T"], "PSDRY": coordinate.ps(x["dp3d"])}
    fields |= {name: mass / x["dp3d"] for name, mass in zip(names, x["Qdp"])}
    write_columns("air.nc", grid, fields, coordinate)
    write_columns("topography.nc", grid, {"PHIS": levels_last(x["phis"])})
    table = {"dynamics": {"model": "cam_se", "cam_compatible": True}}
    for word, (section, name) in CAM_WORDS.items():
        table.setdefault(section, {})[name] = settings[word]
    table["time"]["nmax"] = settings["se_rsplit"]
    more = [name for name in names if name not in WATER]
    table["case"] = {"ncdata": "air.nc", "topography": "topography.nc", "ncdata_tracers": " ".join(more)}
    Path("run.toml").write_text(toml(table))
    assert main(["run", "run.toml", "--write-initial", "end.nc"]) == 0
    end = read_initial("end.nc", grid, 1e5, tracers=tuple(more))
    assert end.dry
    names_here = ("T", "v", "dp3d", *names)
    theirs, before = fields_of(record, "sub1/", names), fields_of(record, "", names, record.levels["sub1/T"])
    ours = {"T": end.temperature, "v": end.wind, "dp3d": end.dp} | {n: q * end.dp for n, q in end.tracers.items()}
    ours = {name: ours[name][..., record.levels["sub1/T"]] for name in names_here}
    for name, error in errors(ours, theirs, before).items():
        check(name, error, name in (*WATER[1:], "TT_SLOT"))


def check(name, error, limited):
    """Round-off everywhere, but for few points of what limiters shape."""
    assert error.max() < (LIMITED if limited else ROUND_OFF), name
    assert (error > ROUND_OFF).mean() <= (OF_POINTS if limited else 0.0), name


def fields_of(record, stage, tracers, levels=slice(None)):
    """T or vtheta_dp, v, dp3d and tracer masses by name, of a stage's outputs or of the inputs."""
    of = {n: f.values for n, f in (record.outputs if stage else record.inputs).items()}
    found = {name: of[f"{stage}{name}"] for name in ("T", "vtheta_dp", "v", "dp3d") if f"{stage}{name}" in of}
    found |= dict(zip(tracers, of.get(f"{stage}Qdp", ())))
    return {name: values[..., levels] for name, values in found.items()}


@pytest.mark.parametrize("name", HOMME)
def test_theta_l_from_an_initial_file_is_homme_after_a_call(name, tmp_path, monkeypatch):
    """Over ridges of a topography file, on cubed spheres and refined meshes, with tracers: three steps and a remap."""
    record = found("theta_l_run", name)
    (x, coordinate), settings = inputs(record), record.settings
    monkeypatch.chdir(tmp_path)
    mesh = record.path.parents[1] / "mesh" / settings["mesh_file"] if "mesh_file" in settings else None
    grid = unstructured_grid(*read_exodus(mesh), E3SM) if mesh else cubed_sphere_grid(settings["ne"], E3SM)
    dp, names = x["dp3d"], ["Q", "FIRST", "SECOND", "THIRD"][: len(x.get("Qdp", ()))]
    ratios = {name: mass / dp for name, mass in zip(names, x.get("Qdp", ()))}
    virtual = 1.0 + (E3SM.R_vapor / E3SM.R_dry - 1.0) * ratios["Q"] if names else 1.0
    exner = (mid_pressure(dp, coordinate) / E3SM.p0) ** E3SM.kappa
    air = {"U": x["v"][0], "V": x["v"][1], "T": x["vtheta_dp"] / dp * exner / virtual, "PS": coordinate.ps(dp)}
    write_columns("air.nc", grid, air | {"Q": 0.0 * dp} | ratios, coordinate)
    write_columns("topography.nc", grid, {"PHIS": levels_last(x["phis"])})
    table = homme_table(settings, mesh)
    table["case"] = {"ncdata": "air.nc", "topography": "topography.nc", "ncdata_tracers": " ".join(names[1:])}
    table["case"]["tracers"] = bool(names)
    Path("run.toml").write_text(toml(table))
    assert main(["run", "run.toml", "--write-initial", "end.nc"]) == 0
    end = read_initial("end.nc", grid, 1e5, tracers=tuple(names[1:]))
    virtual = 1.0 + (E3SM.R_vapor / E3SM.R_dry - 1.0) * end.tracers["Q"] if names else 1.0
    exner = (mid_pressure(end.dp, coordinate) / E3SM.p0) ** E3SM.kappa
    ours = {"v": end.wind, "dp3d": end.dp, "vtheta_dp": end.temperature * virtual * end.dp / exner}
    ours |= {n: end.tracers[n] * end.dp for n in names}
    theirs, before = (fields_of(record, stage, names) for stage in ("call_1/", ""))
    for field, error in errors(ours, theirs, before).items():
        check(field, error, field == "FIRST")


def mid_pressure(dp, coordinate):
    """Hydrostatic pressure in the middle of layers [Pa]."""
    return coordinate.ptop + np.cumsum(dp, axis=-1) - dp / 2


def homme_table(settings, mesh):
    """The options of a record of HOMME that are options of theta_l, for one remap call."""
    table = {}
    for word, (section, option) in ThetaLConfig.words().items():
        if word in settings and word not in NOT_OURS:
            table.setdefault(section, {})[option] = settings[word]
    table["time"]["nmax"] = settings["qsplit"] * settings["rsplit"]
    return table | ({"grid": {"mesh": str(mesh)}} if mesh else {})
