"""Moist-air thermodynamics against cam_thermo and air_composition, and identities that any mixture obeys."""

from types import SimpleNamespace

import numpy as np
import pytest
from pysces_harness.sides.pysces import cam_se

from pysces.arrays.backend import Backend, namespace
from pysces.arrays.fields import to_record
from pysces.thermodynamics import moist_air, reference_state
from pysces.thermodynamics.column_energy import hydrostatic_energy
from pysces.thermodynamics.molecular_transport import molecular_coefficients
from pysces.thermodynamics.species import active_species
from pysces.vertical.hydrostatic import interface_pressure, midpoint_pressure
from tests import records

ROUND_OFF = 2e-15  # a few roundings of quantities of one sign
CASES = ("constant_composition", "waccmx_composition")


@pytest.fixture(params=CASES)
def columns(request, backend):
    """The record, and the same thermodynamics computed by pysces on this backend."""
    record = records.case("moist_thermodynamics", request.param)
    fields = backend.asarray(record.x | {"phis": record.x["phis"][..., None]})
    air = backend.asarray(cam_se.species(record.x, record.settings))
    constants = backend.asarray(cam_se.constants(record.settings))
    return SimpleNamespace(
        record=record, fields=fields, air=air, constants=constants, computed=_compute(record, fields, air, constants)
    )


def _compute(record, fields, air, constants):
    T, q, dp_dry, ptop = fields["T"], fields["qwater"], fields["dp_dry"], record.settings["ptop"]
    R_dry, kappa = moist_air.gas_constant_dry(q, air), moist_air.kappa_dry(q, air)
    dp = dp_dry * moist_air.sum_species(q, air)
    p_i = interface_pressure(dp, ptop)
    p = midpoint_pressure(p_i)
    T_v = moist_air.virtual_temperature(T, q, air)
    phi = moist_air.geopotential(T_v, dp, p, fields["phis"], R_dry)
    theta = moist_air.theta(T, p, kappa, constants.p0)
    p_dry = midpoint_pressure(interface_pressure(dp_dry, ptop))
    kmvis, kmcnd = molecular_coefficients(T, q, air, cam_compatible=True)
    ps_ref = reference_state.reference_surface_pressure(fields["phis"], constants)
    deltas = [namespace(T).diff(fields[name]) for name in ("hyai", "hybi")]
    return {
        "sum_species": moist_air.sum_species(q, air), "R_dry": R_dry, "R_moist": moist_air.gas_constant(q, air),
        "cp_dry": moist_air.specific_heat_dry(q, air), "cp": moist_air.specific_heat(q, air),
        "inv_cp": moist_air.inverse_specific_heat(q, air), "kappa_dry": kappa, "T_v": T_v, "T_v_over_T": T_v / T,
        "dp": dp, "ps": p_i[..., -1:], "pmid": p, "pint": p_i, "exner": moist_air.exner(p, kappa, constants.p0),
        "theta": theta, "phi": phi, "enthalpy": moist_air.enthalpy(T, dp_dry, q, air), "ps_ref": ps_ref,
        "rho_dry": moist_air.density_dry(T, p_dry, R_dry), "kmvis": kmvis, "kmcnd": kmcnd,
        "dp_ref": reference_state.reference_thickness(ps_ref, *deltas, constants),
    }  # fmt: skip


def test_every_field_matches_cam(columns):
    expected = columns.record.outputs
    computed = {n: np.broadcast_to(x, expected[n].shape) for n, x in columns.computed.items()}  # some are one number
    differences = {n: records.error(x, expected[n]) for n, x in computed.items()}
    assert max(differences.values()) < ROUND_OFF, differences


def test_richardson_number_matches_cam(columns):
    found = moist_air.richardson_number(columns.computed["theta"], columns.computed["phi"], columns.fields["v"])
    # a difference of potential temperatures of neighbouring layers: round-off of T is magnified by T / dT
    assert records.error(found, columns.record.outputs["Ri"][..., 1:-1]) < 1e-12


def test_column_energy_matches_cam(columns):
    fields = columns.fields
    state = SimpleNamespace(wind=fields["v"], temperature=fields["T"], dp_dry=fields["dp_dry"])
    ptop = columns.record.settings["ptop"]
    energy = hydrostatic_energy(state, fields["qwater"], fields["phis"], ptop, columns.air, columns.constants)
    found = {"H2O": energy.water, **to_record(energy, "cam")}
    assert set(found) == {"te", "se", "po", "ke", "wv", "liq", "ice", "H2O"}
    differences = {n: records.error(a, columns.record.outputs[n]) for n, a in found.items()}
    assert max(differences.values()) < ROUND_OFF, differences


def test_honest_molecular_coefficients_weigh_nitrogen_with_its_own_factor(columns):
    viscosity, _ = molecular_coefficients(columns.fields["T"], columns.fields["qwater"], columns.air)
    ratio = np.asarray(viscosity) / columns.record.outputs["kmvis"]
    if columns.air.has_variable_dry_air:
        assert ratio.min() > 1.0, "the reference leaves nitrogen out"
    else:
        np.testing.assert_allclose(ratio, 1.0, rtol=1e-15)


def test_pure_nitrogen_is_diatomic():
    air = active_species(("O", "O2", "H"))
    q = np.zeros((3, 5))
    assert moist_air.specific_heat(q, air) == pytest.approx(3.5 * moist_air.gas_constant(q, air), rel=1e-15)


def test_density_temperature_of_vapor_alone_raises_it():
    air = active_species(("Q", "CLDLIQ"))
    q = np.stack([np.full(4, 0.01), np.zeros(4)])
    vapor = moist_air.virtual_temperature(300.0, q, air)
    loaded = moist_air.virtual_temperature(300.0, q[::-1], air)
    assert np.all(vapor > 300.0) and np.all(loaded < 300.0)


def test_unknown_species_are_named():
    with pytest.raises(ValueError, match="OZONE"):
        active_species(("OZONE",))


def test_geopotential_is_differentiable():
    jax = pytest.importorskip("jax")
    air = active_species(("Q",))
    dp = np.full((1, 5), 2.0e4)

    def column_top(q):
        moist_dp = dp * moist_air.sum_species(q, air)
        p = midpoint_pressure(interface_pressure(moist_dp, 100.0))
        T_v = moist_air.virtual_temperature(280.0 + 0.0 * dp, q, air)
        return moist_air.geopotential(T_v, moist_dp, p, np.zeros((1, 1)), air.R_base)[0, 0]

    q, step = np.full((1, 1, 5), 1e-2), 1e-4
    gradient = np.asarray(jax.grad(column_top)(Backend("jax").asarray(q)))
    numerical = (column_top(q + step) - column_top(q - step)) / (2 * step)
    assert gradient.sum() == pytest.approx(numerical, rel=1e-3)
