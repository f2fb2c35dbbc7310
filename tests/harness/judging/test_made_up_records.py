"""Records that this project has never seen: other stages, other cases, another mesh; computed with our own Fortran.

They pass as they are, and no level of them may be off by 1e-9. No rule of the judgement knows their names.
"""

import json
from dataclasses import replace

import netCDF4
import pytest
from pysces_harness.golden import record as golden
from pysces_harness.inputs import theta_l, waves
from pysces_harness.judging import plan, verify
from pysces_harness.kernels.catalogue import lookup
from pysces_harness.running.configurations import CONFIGURATIONS, FORTRAN
from pysces_harness.running.worker import FortranSide
from pysces_harness.sides import meshes

if FORTRAN["r8_strict"].missing():
    pytest.skip(FORTRAN["r8_strict"].missing(), allow_module_level=True)

NODES = ("elem", "i", "j")
WORDS = {"source": "made up", "compiler": "gfortran", "flags": "-O2", "description": "made up"}


def theta_l_call_5(folder):
    """Fifteen steps of an atmosphere over a hill."""
    case = theta_l.call_cases()[0]
    settings = case.settings | {"ne": 2, "cubed_sphere_map": 2, "calls": [5], "outputs": ()}
    return _computed(folder, "theta_l_run", "another_call_5", "homme", replace(case, settings=settings))


def theta_l_call_5_refined(folder):
    """The same of the case with tracers and tensor, on a mesh that only its Exodus file tells of."""
    case = next(case for case in theta_l.call_cases() if case.name == "patch_tracers")
    folder.joinpath("mesh").mkdir()
    folder.joinpath("mesh", "unheard_of.g").write_bytes(meshes.file_of("patch").read_bytes())
    settings = case.settings | {"ne": 0, "mesh": "unheard_of", "calls": [5], "outputs": ()}
    return _computed(folder, "theta_l_run", "refined_call_5", "homme", replace(case, settings=settings))


def cam_se_hour_8(folder):
    """Sixteen physics steps of the moist wave."""
    case, _ = waves.cam_se_wave_cases(2, 8)
    steps = {"se_nsplit": 3, "dtime_physics": 1800.0, "stage_time_s": {"hour8": 28800.0}}
    settings = case.settings | steps | {"ne": 2, "cubed_sphere_map": 0, "dt": 300.0, "outputs": ()}
    return _computed(folder, "cam_se_step", "another_hour_8", "cam_se", replace(case, settings=settings))


def constant_composition(folder):
    """The air of the record of that name, warmer and with more water."""
    record = golden.read(golden.test_data() / "cam_se" / "moist_thermodynamics" / "constant_composition.nc")
    (check,) = [c for c in plan.golden_checks([record.path]) if c.mesh == "golden"]
    x = dict(check.case.inputs)
    x |= {"T": 1.02 * x["T"], "qwater": 1.3 * x["qwater"]}
    case = replace(check.case, inputs=x, settings=record.settings | {"outputs": tuple(record.outputs)})
    axes = {name: field.axes for name, field in {**record.inputs, **record.outputs}.items()}
    return _computed(folder, record.kernel, "constant_composition_b", "cam_se", case, axes)


def _computed(folder, kernel, name, producer, case, axes=None):
    """The record of a case, whose outputs reference_fortran finds."""
    side = FortranSide(FORTRAN["r8_strict"])
    outputs = side(replace(lookup(kernel), totals={}), case.inputs, case.grid, case.settings)
    path = folder / "records" / f"{name}.nc"
    path.parent.mkdir()
    with netCDF4.Dataset(path, "w") as file:
        settings = {key: value for key, value in case.settings.items() if key != "outputs"}
        file.setncatts({"schema": 1, "kernel": kernel, "case": name, "producer": producer, **WORDS})
        file.settings = json.dumps(settings)
        for variable, values in case.inputs.items():
            _write(file.createGroup("input"), variable, values, (axes or {}).get(variable))
        for variable, values in outputs.items():
            stage, _, short = variable.rpartition("/")
            group = f"output_after_{stage}" if stage else "output"
            _write(file.createGroup(group), short, values, (axes or {}).get(variable))
    return path


def _write(group, name, values, axes):
    axes = axes or _axes(values)
    values = values[..., 0] if axes[-2:] == ("i", "j") or "one_level" in axes else values
    axes = tuple(axis for axis in axes if axis != "one_level")
    for axis, size in zip(axes, values.shape):
        if axis not in group.dimensions:
            group.createDimension(axis, size)
    group.createVariable(name, "f8", axes)[...] = values


def _axes(values):
    if values.ndim < 4:
        return (f"number{values.size}",) * values.ndim
    lead = ("species",) if values.ndim == 5 and values.shape[0] != 2 else ("comp",) * (values.ndim - 4)
    return (*lead, *NODES) if values.shape[-1] == 1 else (*lead, *NODES, "lev")


def judged(path, levels=0.0):
    return verify.verify(plan.golden_checks([path]), [CONFIGURATIONS["numpy-f64"]], levels=levels)


MAKERS = [theta_l_call_5, theta_l_call_5_refined, cam_se_hour_8, constant_composition]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_an_unheard_of_record_passes_and_no_level_of_it_may_be_off(make, tmp_path):
    results = judged(make(tmp_path), levels=1e-9)
    assert {r.side for r in results} == {"port", "fortran"}
    assert not [(r.case, r.side, r.verdict, r.reason) for r in results if not r.ok]
    blind = [row for r in results if r.side == "port" for row in r.blind]
    assert all(row["why"] for row in blind) and len(blind) < 0.2 * sum(len(f) for f in _levels(results)), blind


def _levels(results):
    return [range(r.compared["levels"] * r.compared["fields"]) for r in results if r.side == "port"]


def test_a_level_that_is_off_alarms(tmp_path):
    path = theta_l_call_5_refined(tmp_path)
    with netCDF4.Dataset(path, "a") as file:
        field = file["output_after_call_5"]["dp3d"]
        field[..., 3] = field[..., 3] * (1.0 + 1e-9)
    verdicts = {r.side: r.verdict for r in judged(path)}
    assert verdicts == {"port": "DIFFERENT", "fortran": "DIFFERENT"}


@pytest.mark.parametrize("record", ["cam_se/moist_thermodynamics/constant_composition", "homme/remap1/alg10"])
def test_another_name_changes_no_number_of_a_verdict(record, tmp_path):
    path = golden.test_data() / f"{record}.nc"
    other = tmp_path / "unheard_of.nc"
    other.write_bytes(path.read_bytes())
    with netCDF4.Dataset(other, "a") as file:
        file.case = "unheard_of"
    found = verify.verify(plan.golden_checks([path, other]), [CONFIGURATIONS["numpy-f64"]])
    numbers = {name: [r.fields for r in found if r.case == name] for name in ("unheard_of", path.stem)}
    assert len(found) == 4 and numbers["unheard_of"] == numbers[path.stem] and all(r.ok for r in found)
