"""Remap of the whole theta-l state against golden HOMME records."""

import numpy as np
import pytest
from pysces_harness.sides.pysces.theta_l import constants_of, named, state_of

from pysces.models.theta_l.remap import NonhydrostaticRemap, ThetaLRemap
from pysces.models.theta_l.state import HydrostaticState
from pysces.vertical.coordinate import coordinate_from_interfaces
from tests import records

# w and v are sums of differences of remapped layers; on a thin top layer a ulp of the column's mass is 1e-14 of them.
ROUND_OFF = 1e-13


def nonhydrostatic(given, coordinate, settings):
    """The record's outputs from its inputs."""
    algs = (settings["vert_remap_u_alg"], settings["vert_remap_q_alg"])
    ground = {name: given[name][..., None] for name in ("phis", "gradphis")}
    remap = NonhydrostaticRemap(coordinate, *algs, constants=constants_of(settings), **ground)
    state, tracer_mass = remap.apply(state_of(given), given["Qdp"], None, 0.0, None)
    return {**named(state), "ps_v": coordinate.ps(given["dp3d"]), "Qdp": tracer_mass}


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
    algs = (record.settings["vert_remap_u_alg"], record.settings["vert_remap_q_alg"])
    state = HydrostaticState(given["v"], given["vtheta_dp"], given["dp3d"])
    found, tracer_mass = ThetaLRemap(coordinate, *algs).apply(state, given["Qdp"], None, 0.0, None)
    for output, value in named(found).items():
        assert records.error(value, expected[output]) <= ROUND_OFF, output
    np.testing.assert_allclose(tracer_mass.sum(-1), given["Qdp"].sum(-1), rtol=1e-14)
