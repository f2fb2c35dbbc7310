"""Remap of the whole theta-l state against golden HOMME records."""

import numpy as np
import pytest
from pysces_harness.sides.pysces.theta_l import constants_of

from pysces.models.theta_l.remap import remap_theta_l_hydrostatic, remap_theta_l_nonhydrostatic
from pysces.vertical.coordinate import coordinate_from_interfaces
from tests import records

# w and v are sums of differences of remapped layers; on a thin top layer a ulp of the column's mass is 1e-14 of them.
ROUND_OFF = 1e-13


def nonhydrostatic(given, coordinate, settings):
    """The record's outputs from its inputs."""
    *state, remap = remap_theta_l_nonhydrostatic(
        *(given[n] for n in ("v", "vtheta_dp", "dp3d")),
        (given["phinh_i"], given["w_i"]),
        (given["phis"][..., None], given["gradphis"][..., None]),
        coordinate,
        constants_of(settings),
        settings["vert_remap_u_alg"],
    )
    found = dict(zip(("v", "vtheta_dp", "dp3d", "phinh_i", "w_i"), state), ps_v=coordinate.ps(given["dp3d"]))
    return found | {"Qdp": remap(given["Qdp"], settings["vert_remap_q_alg"])}


@pytest.mark.parametrize("name", records.names("theta_l_vertical_remap"))
def test_nonhydrostatic_state_matches_homme(name, backend):
    record = records.case("theta_l_vertical_remap", name)
    coordinate = coordinate_from_interfaces(record.x["hyai"], record.x["hybi"])
    run = backend.compile(lambda given, coordinate: nonhydrostatic(given, coordinate, record.settings))
    found = run(*backend.asarray((record.x, coordinate)))
    assert set(found) == set(record.outputs)
    for output, error in record.errors(found).items():
        assert error <= ROUND_OFF, output


@pytest.mark.parametrize("name", records.names("theta_l_vertical_remap")[:1])
def test_hydrostatic_state_is_the_same_without_its_interfaces(name):
    record = records.case("theta_l_vertical_remap", name)
    given, expected = record.x, record.outputs
    coordinate = coordinate_from_interfaces(given["hyai"], given["hybi"])
    layers = (given["v"], given["vtheta_dp"], given["dp3d"])
    *found, remap = remap_theta_l_hydrostatic(*layers, coordinate, record.settings["vert_remap_u_alg"])
    for value, output in zip(found, ("v", "vtheta_dp", "dp3d")):
        assert records.error(value, expected[output]) <= ROUND_OFF, output
    tracer_mass = remap(given["Qdp"], record.settings["vert_remap_q_alg"])
    np.testing.assert_allclose(tracer_mass.sum(-1), given["Qdp"].sum(-1), rtol=1e-14)
