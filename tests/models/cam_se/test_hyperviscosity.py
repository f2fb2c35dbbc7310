"""CAM-SE's hyperviscosity and sponge against advance_hypervis_dp, its coefficients against print_cfl."""

from types import SimpleNamespace

import numpy as np
import pytest
from pysces_harness.sides.pysces import cam_se as of_record

from pysces.config.presets import cam_se
from pysces.constants import CAM
from pysces.driver.simulation import simulation
from pysces.geometry.grid import cubed_sphere_grid
from pysces.models.cam_se.hyperviscosity import cam_se_hyperviscosity
from pysces.models.cam_se.level_viscosities import del4_defaults, level_profile, sponge_scale
from pysces.models.viscosity import automatic_nu, uniform_nu
from tests import records

CASES = ("default", "level_dependent", "tensor")
STATE_BOUND = 2e-15
# a fourth derivative of fields that are nearly constant on some levels; 1 ulp of the input moves it by 1e-12 of the
# level's largest value where the field is rough and 1e-10 where it is smooth
WEAK_BOUND = 2e-10


def setting_of(record, cam_compatible=True):
    """Dissipation, grid and frozen air of a record, whose fields exist on some levels only."""
    x, settings = record.x, record.settings
    dissipation = of_record.hyperviscosity(x, settings).replace(cam_compatible=cam_compatible)
    grid = of_record.with_tensor(x, record.grid, settings)
    return dissipation, grid, SimpleNamespace(air=SimpleNamespace(inverse_cp=x["inv_cp_full"]))


@pytest.mark.parametrize("case", CASES)
def test_weak_biharmonics_match_cam(case):
    record = records.case("cam_se_hyperviscosity", case)
    dissipation, grid, _ = setting_of(record)
    weak = dissipation.biharmonic_wk_dp3d(of_record.state(record.x), grid)
    found = {"vtens": weak.wind, "ttens": weak.temperature, "dptens": weak.dp_dry}
    for name, error in record.after("biharmonic_wk_dp3d").errors(found).items():
        assert error < WEAK_BOUND, name


@pytest.mark.parametrize("case", CASES)
def test_hyperviscosity_without_sponge_matches_cam(case):
    record = records.case("cam_se_hyperviscosity", case)
    dissipation, grid, equations = setting_of(record)
    inverse_cp, dt = equations.air.inverse_cp, record.settings["dt2"]
    compare(*dissipation.del4_with_flux(of_record.state(record.x), dt, grid, inverse_cp), record.after("del4"))


@pytest.mark.parametrize("case", CASES)
def test_dissipation_matches_cam(case, backend):
    if backend.name == "jax" and case != "level_dependent":
        pytest.skip("compiling takes ten seconds; all cases run on jax in the harness")
    record = records.case("cam_se_hyperviscosity", case)
    dissipation, grid, equations = setting_of(record)
    arguments = (dissipation, grid, of_record.state(record.x), equations.air.inverse_cp)

    def apply(dissipation, grid, state, inverse_cp):
        equations = SimpleNamespace(air=SimpleNamespace(inverse_cp=inverse_cp))
        return dissipation.apply_with_flux(state, record.settings["dt2"], grid, equations)

    compare(*backend.compile(apply)(*backend.asarray(arguments)), record.after("advance_hypervis_dp"))


def compare(state, flux, record):
    bounds = {"dpdiss_ave": 1e-13, "dpdiss_biharmonic": WEAK_BOUND}
    found = of_record.named(state) | {"dpdiss_ave": flux.dp, "dpdiss_biharmonic": flux.biharmonic_dp}
    for name, error in record.errors(found).items():
        assert error < bounds.get(name, STATE_BOUND), name


def test_honest_divergence_damping_differs_where_coefficients_vary():
    record = records.case("cam_se_hyperviscosity", "level_dependent")
    winds = []
    for compatible in (True, False):
        dissipation, grid, _ = setting_of(record, compatible)
        winds.append(dissipation.biharmonic_wk_dp3d(of_record.state(record.x), grid).wind)
    relative = np.abs(winds[0] - winds[1]).max(axis=(0, 1, 2, 3)) / np.abs(winds[0]).max(axis=(0, 1, 2, 3))
    assert relative[0] > 0.05 and relative[-1] == 0.0


def test_frictional_heating_returns_the_kinetic_energy():
    record = records.case("cam_se_hyperviscosity", "default")
    dissipation, grid, equations = setting_of(record)
    state, dt = of_record.state(record.x), record.settings["dt2"]
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
    record, full = records.case("cam_se_hyperviscosity", case), records.case("cam_se_dynamics_step", "topo")
    settings, fields = record.settings, record.x
    words = ("nu_div", "nu_p", "nu_top", "sponge_del4_lev", "sponge_del4_nu_fac", "sponge_del4_nu_div_fac")
    found = cam_se_hyperviscosity(
        of_record.coordinate(full.x, full.settings),
        of_record.constants(settings),
        fields["phis"],
        settings["nu"],
        **{word: settings[word] for word in words},
        cam_compatible=True,
    )
    levels = fields["lev_index"] - 1
    for ours, cams in (("nu", "nu_lev"), ("nu_t", "nu_t_lev"), ("nu_div", "nu_div_lev"), ("nu_scale_top",) * 2):
        np.testing.assert_allclose(getattr(found, ours)[levels], fields[cams], rtol=1e-15, err_msg=cams)
    assert records.error(found.temperature_ref[..., levels], fields["T_ref"]) < 1e-15
    assert records.error(found.dp_ref[..., levels], fields["dp_ref"]) < 2e-15
    assert found.ksponge_end == settings["ksponge_end"]


def test_automatic_nu_and_defaults_by_model_top():
    settings = records.case("cam_se_hyperviscosity", "default").settings
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
    record = records.case("cam_se_dynamics_step", "topo")
    share = level_profile(of_record.coordinate(record.x, record.settings), 4)
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
    assert 1e-9 < float(run.host.dissipation.nu[-1]) < 1e-5 and run.host.dissipation.hypervis_subcycle <= 4
