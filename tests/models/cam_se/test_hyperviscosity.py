"""CAM-SE's hyperviscosity and sponge against advance_hypervis_dp, its coefficients against print_cfl."""

from types import SimpleNamespace

import numpy as np
import pytest

from pysces.config.presets import cam_se
from pysces.constants import CAM
from pysces.driver.simulation import simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.cam_se.hyperviscosity import (
    CamSeHyperviscosity,
    cam_se_hyperviscosity,
    del4_defaults,
    level_profile,
    sponge_scale,
)
from pysces.models.viscosity import automatic_nu, uniform_nu
from tests import cam_se_records as records

CASES = ("default", "level_dependent", "tensor")
STATE_BOUND = 2e-15
# a fourth derivative of fields that are nearly constant on some levels; 1 ulp of the input moves it by 1e-12 of the
# level's largest value where the field is rough and 1e-10 where it is smooth
WEAK_BOUND = 2e-10


def setting_of(record, cam_compatible=True):
    """Dissipation, grid and frozen air of a record, whose fields exist on some levels only."""
    settings, fields = record.settings, record.input
    grid = records.mesh(settings["mesh"])
    if "tensorVisc" in fields:
        grid = grid.replace(viscosity_tensor=fields["tensorVisc"])
    dissipation = CamSeHyperviscosity(
        nu=fields["nu_lev"],
        nu_t=fields["nu_t_lev"],
        nu_div=fields["nu_div_lev"],
        nu_p=settings["nu_p"],
        temperature_ref=fields["T_ref"],
        dp_ref=fields["dp_ref"],
        heated=1.0 * (fields["lev_index"] >= settings["sponge_del4_lev"] + 2),
        nu_top=settings["nu_top"],
        nu_scale_top=fields["nu_scale_top"],
        ksponge_end=settings["ksponge_end"],
        hypervis_subcycle=settings["se_hypervis_subcycle"],
        hypervis_subcycle_sponge=settings["se_hypervis_subcycle_sponge"],
        cam_compatible=cam_compatible,
    )
    return dissipation, grid, SimpleNamespace(air=SimpleNamespace(inverse_cp=fields["inv_cp_full"]))


@pytest.mark.parametrize("case", CASES)
def test_weak_biharmonics_match_cam(case):
    record = records.load("cam_se_hyperviscosity", case)
    dissipation, grid, _ = setting_of(record)
    weak = dissipation.biharmonic_wk_dp3d(records.state(record.input), grid)
    expected = record.stages["biharmonic_wk_dp3d"]
    for name, found in (("vtens", weak.wind), ("ttens", weak.temperature), ("dptens", weak.dp_dry)):
        assert records.difference(found, expected[name]) < WEAK_BOUND, name


@pytest.mark.parametrize("case", CASES)
def test_hyperviscosity_without_sponge_matches_cam(case):
    record = records.load("cam_se_hyperviscosity", case)
    dissipation, grid, equations = setting_of(record)
    inverse_cp, dt = equations.air.inverse_cp, record.settings["dt2"]
    compare(*dissipation.del4_with_flux(records.state(record.input), dt, grid, inverse_cp), record.stages["del4"])


@pytest.mark.parametrize("case", CASES)
def test_dissipation_matches_cam(case, backend):
    if backend.name == "jax" and case != "level_dependent":
        pytest.skip("compiling takes ten seconds; all cases run on jax in the harness")
    record = records.load("cam_se_hyperviscosity", case)
    dissipation, grid, equations = setting_of(record)
    arguments = (dissipation, grid, records.state(record.input), equations.air.inverse_cp)

    def apply(dissipation, grid, state, inverse_cp):
        equations = SimpleNamespace(air=SimpleNamespace(inverse_cp=inverse_cp))
        return dissipation.apply_with_flux(state, record.settings["dt2"], grid, equations)

    compare(*backend.compile(apply)(*backend.asarray(arguments)), record.stages["advance_hypervis_dp"])


def compare(state, flux, expected):
    for name, found in (("v", state.wind), ("T", state.temperature), ("dp3d", state.dp_dry)):
        assert records.difference(found, expected[name]) < STATE_BOUND, name
    assert records.difference(flux.dp, expected["dpdiss_ave"]) < 1e-13
    assert records.difference(flux.biharmonic_dp, expected["dpdiss_biharmonic"]) < WEAK_BOUND


def test_honest_divergence_damping_differs_where_coefficients_vary():
    record = records.load("cam_se_hyperviscosity", "level_dependent")
    winds = []
    for compatible in (True, False):
        dissipation, grid, _ = setting_of(record, compatible)
        winds.append(dissipation.biharmonic_wk_dp3d(records.state(record.input), grid).wind)
    relative = np.abs(winds[0] - winds[1]).max(axis=(0, 1, 2, 3)) / np.abs(winds[0]).max(axis=(0, 1, 2, 3))
    assert relative[0] > 0.05 and relative[-1] == 0.0


def test_frictional_heating_returns_the_kinetic_energy():
    record = records.load("cam_se_hyperviscosity", "default")
    dissipation, grid, equations = setting_of(record)
    state, dt = records.state(record.input), record.settings["dt2"]
    heated = dissipation.del4(state, dt, grid, equations.air.inverse_cp)
    cold = dissipation.replace(heated=0.0 * dissipation.heated).del4(state, dt, grid, equations.air.inverse_cp)
    level = -1
    kinetic = 0.5 * np.sum(heated.wind**2 - state.wind**2, axis=0)[..., level]
    warmed = ((heated.temperature - cold.temperature) / equations.air.inverse_cp)[..., level]
    mass = grid.mass_matrix[..., 0]
    # the two temperatures are diffused too, in three subcycles: equal in the mean, not at each node
    assert np.sum(mass * kinetic) < 0.0
    assert np.sum(mass * warmed) == pytest.approx(-np.sum(mass * kinetic), rel=1e-2)


@pytest.mark.parametrize("case", CASES)
def test_coefficients_and_references_match_cam(case):
    record, full = records.load("cam_se_hyperviscosity", case), records.load("cam_se_dynamics_step", "topo")
    settings, fields = record.settings, record.input
    words = ("nu_div", "nu_p", "nu_top", "sponge_del4_lev", "sponge_del4_nu_fac", "sponge_del4_nu_div_fac")
    found = cam_se_hyperviscosity(
        records.coordinate(full),
        records.constants(settings),
        fields["phis"],
        settings["nu"],
        **{word: settings[word] for word in words},
        cam_compatible=True,
    )
    levels = fields["lev_index"].astype(int) - 1
    for ours, cams in (("nu", "nu_lev"), ("nu_t", "nu_t_lev"), ("nu_div", "nu_div_lev"), ("nu_scale_top",) * 2):
        np.testing.assert_allclose(getattr(found, ours)[levels], fields[cams], rtol=1e-15, err_msg=cams)
    assert records.difference(found.temperature_ref[..., levels], fields["T_ref"]) < 1e-15
    assert records.difference(found.dp_ref[..., levels], fields["dp_ref"]) < 2e-15
    assert found.ksponge_end == settings["ksponge_end"]


def test_automatic_nu_and_defaults_by_model_top():
    settings = records.load("cam_se_hyperviscosity", "default").settings
    assert uniform_nu(settings["ne"], settings["rearth"]) == pytest.approx(settings["nu"], rel=1e-15)
    assert [del4_defaults(p)[0] for p in (225.0, 50.0, 0.05)] == [1, 4, 20]
    assert [sponge_scale(p, 8)[1] for p in (400.0, 225.0, 1.0, 1e-2, 1e-6)] == [3, 3, 4, 6, 0]


@pytest.mark.parametrize("ptop", [400.0, 225.0, 1.0, 1e-2])
def test_a_sponge_weakens_downwards_unless_it_is_as_coded(ptop):
    assert np.all(np.diff(sponge_scale(ptop, 8)[0]) <= 0.0)
    assert np.any(np.diff(sponge_scale(ptop, 8, cam_compatible=True)[0]) > 0.0) == (ptop == 225.0)


def test_one_option_of_a_run_brings_the_quirks_back():
    plain, quirky = (simulation(cam_se(ne=2, cam_compatible=c)).host.dissipation for c in (False, True))
    assert (plain.cam_compatible, quirky.cam_compatible) == (False, True)
    assert (plain.nu_scale_top[2], quirky.nu_scale_top[2]) == (0.39, 3.9)


def test_level_profile_is_one_half_at_its_level():
    share = level_profile(records.coordinate(records.load("cam_se_dynamics_step", "topo")), 4)
    assert share[3] == pytest.approx(0.5) and np.all(np.diff(share) < 0.0)


@pytest.mark.parametrize("scaling", [3.0, 3.22])
def test_automatic_tensor_viscosity_is_the_constant_one_at_the_widest_spacing(scaling):
    """nu V is a coefficient in m4 s-1: along its short side the widest element has the constant nu."""
    grid = cubed_sphere_grid(6, CAM, 0, hypervis_scaling=scaling)
    nu = automatic_nu(grid, scaling)
    tensor = np.moveaxis(grid.viscosity_tensor[..., 0], (0, 1), (-2, -1))
    along = nu * np.linalg.eigvalsh(tensor) / uniform_nu(6, CAM.radius)  # the tensor's principal directions
    assert along[np.argmax(grid.dx_short)].min() == pytest.approx(1.0, rel=1e-12)
    assert 0.3 < along.min() < along.max() < 1.5


def test_a_run_chooses_its_viscosity_with_a_tensor_too():
    """A run with hypervis_scaling was refused as unstable when nu came in m4 s-1."""
    run = simulation(cam_se(ne=2, hypervis_scaling=3.22, tstep=900.0, hypervis_subcycle=-1))
    assert 1e-9 < float(run.host.dissipation.nu[-1]) < 1e-5 and run.host.dissipation.hypervis_subcycle <= 3
