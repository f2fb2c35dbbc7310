"""Equation of state: golden HOMME records, identities between its two forms, derivatives."""

import numpy as np
import pytest
from pysces_harness.sides.pysces.theta_l import constants_of

from pysces.arrays.backend import Backend, to_numpy
from pysces.arrays.fields import to_record
from pysces.constants import E3SM
from pysces.thermodynamics.eos import check_column, hydrostatic_pressures, nonhydrostatic_pressures, phi_from_eos
from tests import records

# Powers of two libraries differ in the last bit; dpnh_dp_i divides a pressure difference by a thin layer.
ROUND_OFF = {"pnh": 1e-15, "pnh_i": 1e-15, "exner": 1e-15, "dpnh_dp_i": 5e-14, "phinh_i": 1e-14}


def column(seed=1, shape=(3, 4, 4), nlev=30):
    """A plausible column: thickness, virtual theta times thickness, surface geopotential."""
    rng = np.random.default_rng(seed)
    dp = 1.0e5 / nlev * (1.0 + 0.3 * rng.standard_normal((*shape, nlev)).clip(-2, 2))
    theta = 300.0 + 150.0 * np.linspace(1.0, 0.0, nlev) ** 3 + rng.standard_normal((*shape, nlev))
    return dp, theta * dp, 1000.0 * rng.random((*shape, 1))


def given(record, *names):
    """Columns of a record with their levels last, and the pressure at their top."""
    x = record.x | {"phis": record.x["phis"][..., None]} if "phis" in names else record.x
    return [*(x[name] for name in names), x["hyai"][0] * record.settings["ps0"]]


@pytest.mark.parametrize("name", records.names("eos_hydrostatic"))
def test_hydrostatic_pressures_match_homme(name, backend):
    record = records.case("eos_hydrostatic", name)
    found = hydrostatic_pressures(*backend.asarray(given(record, "dp3d")), constants_of(record.settings))
    for output, error in record.errors(to_record(found, "homme")).items():
        assert error <= ROUND_OFF[output], output


@pytest.mark.parametrize("name", records.names("eos_nonhydrostatic"))
def test_nonhydrostatic_pressures_match_homme(name, backend):
    record = records.case("eos_nonhydrostatic", name)
    fields = backend.asarray(given(record, "vtheta_dp", "dp3d", "phinh_i"))
    found = nonhydrostatic_pressures(*fields, constants_of(record.settings))
    for output, error in record.errors(to_record(found, "homme")).items():
        assert error <= ROUND_OFF[output], output


@pytest.mark.parametrize("name", records.names("phi_from_eos"))
def test_phi_from_eos_matches_homme(name, backend):
    record = records.case("phi_from_eos", name)
    fields = backend.asarray(given(record, "phis", "vtheta_dp", "dp3d"))
    found = phi_from_eos(*fields, constants_of(record.settings))
    assert records.error(found, record.outputs["phinh_i"]) <= ROUND_OFF["phinh_i"]


def test_gas_law_inverts_phi_from_eos(backend):
    """phi_from_eos takes the layer-mean hydrostatic pressure; the gas law must give just that pressure back."""
    dp, vtheta_dp, phis = backend.asarray(column())
    phi_i = phi_from_eos(phis, vtheta_dp, dp, 200.0, E3SM)
    found = nonhydrostatic_pressures(vtheta_dp, dp, phi_i, 200.0, E3SM)
    expected = hydrostatic_pressures(dp, 200.0, E3SM)
    np.testing.assert_allclose(found.pnh, expected.pnh, rtol=1e-11)  # dphi loses the digits of phi: 5e4 / 1e3
    np.testing.assert_allclose(found.exner, expected.exner, rtol=1e-11)
    np.testing.assert_allclose(found.dpnh_dp_i, 1.0, atol=1e-10)


def test_derivatives_match_differences():
    jax = pytest.importorskip("jax")
    dp, vtheta_dp, phis = Backend("jax").asarray(column(shape=(1,), nlev=5))

    def total(dp, vtheta_dp):
        phi_i = phi_from_eos(phis, vtheta_dp, dp, 200.0, E3SM)
        state = nonhydrostatic_pressures(vtheta_dp * 1.01, dp, phi_i, 200.0, E3SM)
        return (state.pnh * phi_i[..., 1:]).sum() + 100.0 * state.dpnh_dp_i.sum() + state.pnh_i.sum()

    gradient = jax.grad(total, argnums=(0, 1))(dp, vtheta_dp)
    for n, x in enumerate((dp, vtheta_dp)):
        direction = jax.random.normal(jax.random.key(n), x.shape, x.dtype) * x
        shift = [direction if m == n else 0.0 for m in range(2)]
        step = 1e-5
        ahead, behind = (total(dp + s * shift[0], vtheta_dp + s * shift[1]) for s in (step, -step))
        assert float((gradient[n] * direction).sum()) == pytest.approx(float(ahead - behind) / (2 * step), rel=1e-7)


def test_single_precision_stays_single(backend):
    single = Backend(backend.name, 32)
    dp, vtheta_dp, phis, constants = single.asarray((*column(), E3SM))
    phi_i = phi_from_eos(phis, vtheta_dp, dp, 200.0, constants)
    found = to_numpy(nonhydrostatic_pressures(vtheta_dp, dp, phi_i, 200.0, constants))
    assert phi_i.dtype == found.pnh.dtype == found.pnh_i.dtype == np.float32


@pytest.mark.parametrize("name, where", [("dp", (2, 1, 3, 7)), ("vtheta_dp", (0, 0, 0, 0)), ("phi_i", (1, 2, 2, 12))])
def test_impossible_column_is_refused_by_name_and_place(name, where):
    dp, vtheta_dp, phis = column()
    phi_i = phi_from_eos(phis, vtheta_dp, dp, 200.0, E3SM)
    fields = {"dp": dp, "vtheta_dp": vtheta_dp, "phi_i": phi_i}
    check_column(**fields)
    fields[name][where] = -1.0 if name != "phi_i" else np.nan
    elem, i, j, level = where
    level -= name == "phi_i"  # the layer above the bad interface is the first one without thickness
    with pytest.raises(ValueError, match=rf"{name}.*element {elem}, i {i}, j {j}, level {level} "):
        check_column(**fields)
